#!/usr/bin/env bash
# Builds Porchlight-Setup-x64.exe and Porchlight-x64.msi for Windows, on Linux, into dist.
# Wants: gcc-mingw-w64-x86-64 nsis wixl, and osslsigncode to sign.
#
# Signs if SIGN_P12 names a file with key and certificate (its password in SIGN_PASSWORD). With
# SIGN_TIME the server at that address is asked to confirm the time.
# shellcheck source-path=SCRIPTDIR source=../common.sh
source "$(dirname "$0")/../common.sh"
export GOOS=windows GOARCH=amd64 CGO_ENABLED=1 CC=x86_64-w64-mingw32-gcc

syso=$PWD/rsrc_windows_amd64.syso # go build takes it up by its name
trap 'rm -rf "$work" "$syso"' EXIT

# sign FILE, or leave it as it is.
cat >"$work/sign" <<'SIGN'
#!/bin/sh
[ -n "${SIGN_P12:-}" ] || exit 0
osslsigncode sign -pkcs12 "$SIGN_P12" -readpass "$SIGN_PASSWORD_FILE" -h sha256 -n Porchlight \
	${SIGN_TIME:+-ts "$SIGN_TIME"} -in "$1" -out "$1.signed" >/dev/null && mv "$1.signed" "$1"
SIGN
chmod +x "$work/sign"
if [ -n "${SIGN_P12:-}" ]; then
	export SIGN_PASSWORD_FILE=$work/password # not on a command line, where others could read it
	(umask 077 && printf %s "${SIGN_PASSWORD:-}" >"$SIGN_PASSWORD_FILE")
fi

native run ./packaging/icon -o "$work"
fill packaging/windows/winres.json >"$work/winres.json"
(cd "$work" && native run "$go_winres" make --in winres.json --arch amd64 --out "$work/rsrc")
mv "$work/rsrc_windows_amd64.syso" "$syso"

go build -buildvcs=false -tags "$tags" -trimpath ${OVERLAY:+-overlay "$OVERLAY"} -ldflags "$flags -H windowsgui" -o "$work/Porchlight.exe" .
"$work/sign" "$work/Porchlight.exe"
crlf() { sed 's/\r*$/\r/'; }
crlf <LICENSE >"$work/LICENSE.txt"
{
	cat assets/licenses.txt
	echo
	echo "==== The C runtime of MinGW-w64"
	cat /usr/share/doc/mingw-w64-common/copyright
} | crlf >"$work/THIRD-PARTY.txt"
cp packaging/windows/installer.nsi packaging/windows/words.nsh "$work"
# guid WORDS: always the same for the same words.
guid() {
	local h
	h=$(printf 'porchlight %s' "$*" | sha256sum | tr a-f A-F)
	echo "${h:0:8}-${h:8:4}-5${h:13:3}-8${h:17:3}-${h:20:12}"
}
fill packaging/windows/porchlight.wxs | sed "s/@PRODUCT@/$(guid product "$version")/" >"$work/porchlight.wxs"
find "$work" -exec touch -d "@$SOURCE_DATE_EPOCH" {} + # the archives keep these times

cd "$work"
makensis -V2 -INPUTCHARSET UTF8 -DVERSION="$version" -DBUILD="$build" -DSIGN="$work/sign" installer.nsi
wixl --arch x64 -o Porchlight-x64.msi porchlight.wxs
# wixl gives each MSI a random number and the time of day: a GUID and two times, one behind the other in its summary.
PACKAGE=$(guid package "$version" "$build" "$SOURCE_DATE_EPOCH") perl -0777 -pi -e '
	my $time = "\x40\0\0\0" . pack("Q<", ($ENV{SOURCE_DATE_EPOCH} + 11644473600) * 10_000_000);
	s/(\x1e\0{3}\x27\0{3}\{)[-0-9A-F]{36}(\}\0+)\x40\0{3}.{8}\x40\0{3}.{8}/$1$ENV{PACKAGE}$2$time$time/s or die "the MSI has another form\n"' Porchlight-x64.msi
for package in Porchlight-Setup-x64.exe Porchlight-x64.msi; do
	./sign "$package"
	mv "$package" "$dist"
done
cd "$OLDPWD"
bom "$dist/Porchlight-windows-x64.cdx.json"
sums
