#!/usr/bin/env bash
# Builds the Debian package and, if APPIMAGE_RUNTIME names the runtime of AppImage (github.com/AppImage/type2-runtime),
# an AppImage, into dist. Wants what building wants (packaging/debian-deps.sh build), and squashfs-tools for the latter.
#
# MAINTAINER is "Name <address>" of who answers for the package.
# shellcheck source-path=SCRIPTDIR source=../common.sh
source "$(dirname "$0")/../common.sh"
export CGO_ENABLED=1
arch=$(go env GOARCH)
name=${arch/amd64/x64}
id=app.porchlight.Porchlight
root=$work/root

put() { install -D -m "${3:-644}" "$1" "$root/$2"; }
native run ./packaging/icon -o "$work"
go build -buildvcs=false -tags "$tags" -trimpath -ldflags "$flags" -o "$work/porchlight" .
put "$work/porchlight" usr/bin/porchlight 755
put packaging/linux/$id.desktop usr/share/applications/$id.desktop
fill packaging/linux/$id.metainfo.xml >"$work/metainfo"
put "$work/metainfo" usr/share/metainfo/$id.metainfo.xml
for n in 16 24 32 48 64 128 256 512; do
	put "$work/icon-$n.png" usr/share/icons/hicolor/${n}x$n/apps/$id.png
done
put assets/icons/app.svg usr/share/icons/hicolor/scalable/apps/$id.svg
fill packaging/linux/porchlight.1 | gzip -9n >"$work/man"
put "$work/man" usr/share/man/man1/porchlight.1.gz
put packaging/linux/copyright usr/share/doc/porchlight/copyright
put assets/licenses.txt usr/share/doc/porchlight/THIRD-PARTY.txt
maintainer=${MAINTAINER:-The Porchlight Authors <maintainers@example.org>}
gzip -9n >"$work/changelog" <<CHANGELOG
porchlight ($version) stable; urgency=medium

  * $(grep -m1 '^## ' CHANGELOG.md | sed 's/^## //'): see CHANGELOG.md in the source.

 -- $maintainer  $(date -R -d "@$SOURCE_DATE_EPOCH")
CHANGELOG
put "$work/changelog" usr/share/doc/porchlight/changelog.gz
mkdir "$root/DEBIAN"
size=$(du -sk --apparent-size "$root" | cut -f1)
# Depends: dpkg-shlibdeps sees the first three only; the toolkit opens the rest when it runs.
fill packaging/linux/control | sed "s/@ARCH@/$arch/; s/@MAINTAINER@/$maintainer/; s/@SIZE@/$size/" >"$root/DEBIAN/control"
(cd "$root" && find usr -type f | sort | xargs md5sum >DEBIAN/md5sums)
find "$root" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +

appstreamcli validate --no-net "$root/usr/share/metainfo/$id.metainfo.xml"
desktop-file-validate "$root/usr/share/applications/$id.desktop"
dpkg-deb --root-owner-group -Zxz --build "$root" "$dist/Porchlight-linux-$name.deb" >/dev/null
rm -r "$root/DEBIAN"

if [ -n "${APPIMAGE_RUNTIME:-}" ]; then
	ln -s usr/bin/porchlight "$root/AppRun"
	ln -s usr/share/applications/$id.desktop usr/share/icons/hicolor/256x256/apps/$id.png "$root"
	mksquashfs "$root" "$work/squashfs" -root-owned -noappend -comp zstd -quiet
	cat "$APPIMAGE_RUNTIME" "$work/squashfs" >"$dist/Porchlight-linux-$name.AppImage"
	chmod 755 "$dist/Porchlight-linux-$name.AppImage"
else
	echo "No AppImage: APPIMAGE_RUNTIME is not set."
fi
bom "$dist/Porchlight-linux-$name.cdx.json"
sums
