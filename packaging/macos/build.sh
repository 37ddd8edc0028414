#!/usr/bin/env bash
# Builds Porchlight.dmg for macOS 12 and newer, for both kinds of Mac, into dist. Wants a Mac with Apple's command line
# tools. On Linux it checks what can be checked there: that the code fits, and everything in the app but the program.
#
# SIGN_IDENTITY is the "Developer ID Application" in the keychain; without it the app is signed by nobody (ad hoc).
# NOTARY_KEY, NOTARY_KEY_ID and NOTARY_ISSUER (a key of App Store Connect) send it to Apple to be notarised.
# shellcheck source-path=SCRIPTDIR source=../common.sh
source "$(dirname "$0")/../common.sh"
app=$work/image/Porchlight.app

native run ./packaging/icon -o "$work"
mkdir -p "$app/Contents/MacOS" "$app/Contents/Resources"
fill packaging/macos/Info.plist >"$app/Contents/Info.plist"
printf 'APPL????' >"$app/Contents/PkgInfo"
cp "$work/Porchlight.icns" LICENSE "$app/Contents/Resources"
cp -R packaging/macos/lang/*.lproj "$app/Contents/Resources"
cp assets/licenses.txt "$app/Contents/Resources/THIRD-PARTY.txt"

if [ "$(uname)" != Darwin ]; then
	go test -tags ci ./packaging/macos ./discovery/mdns -run 'Mac|Bonjour'
	for arch in arm64 amd64; do
		GOOS=darwin GOARCH=$arch CGO_ENABLED=0 go vet -tags ci,mobile .
	done
	GOOS=darwin GOARCH=arm64 CGO_ENABLED=1 bom "$dist/Porchlight-macos.cdx.json"
	(cd "$work/image" && find . -type f | sort)
	echo "All that Linux can check is right. The program itself, the signature and the image need a Mac."
	exit
fi

export CGO_ENABLED=1 MACOSX_DEPLOYMENT_TARGET=12.0
for arch in arm64 amd64; do
	case $arch in arm64) cc="clang -arch arm64" ;; *) cc="clang -arch x86_64" ;; esac
	GOARCH=$arch CC=$cc go build -buildvcs=false -tags "$tags" -trimpath -ldflags "$flags" -o "$work/porchlight-$arch" .
done
lipo -create -output "$app/Contents/MacOS/porchlight" "$work/porchlight-arm64" "$work/porchlight-amd64"
plutil -lint "$app/Contents/Info.plist" "$app"/Contents/Resources/*.lproj/*.strings
find "$app" -exec touch -t "$(date -r "$SOURCE_DATE_EPOCH" +%Y%m%d%H%M.%S)" {} +

# The hardened runtime without any exception: Porchlight makes no code while it runs, and loads none of others.
stamp=--timestamp
[ -n "${SIGN_IDENTITY:-}" ] || stamp=--timestamp=none
codesign --force --options runtime $stamp --entitlements packaging/macos/entitlements.plist --sign "${SIGN_IDENTITY:--}" "$app"
codesign --verify --deep --strict "$app"
"$app/Contents/MacOS/porchlight" --version
ln -s /Applications "$work/image/Applications"
hdiutil create -quiet -volname Porchlight -srcfolder "$work/image" -ov -format UDZO "$dist/Porchlight.dmg"
if [ -n "${SIGN_IDENTITY:-}" ]; then codesign --timestamp --sign "$SIGN_IDENTITY" "$dist/Porchlight.dmg"; fi
if [ -n "${NOTARY_KEY:-}" ]; then
	xcrun notarytool submit "$dist/Porchlight.dmg" --key "$NOTARY_KEY" --key-id "$NOTARY_KEY_ID" --issuer "$NOTARY_ISSUER" --wait
	xcrun stapler staple "$dist/Porchlight.dmg"
	spctl --assess --type open --context context:primary-signature --verbose "$dist/Porchlight.dmg"
fi
bom "$dist/Porchlight-macos.cdx.json"
sums
