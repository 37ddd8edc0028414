#!/usr/bin/env bash
# Tries the Debian package in a fresh Debian 12 with only what it asks for: lint, install, start, look around the
# practice home, remove. Pictures go to FOLDER: look at them. The fresh Debian comes from the mirror of this computer;
# once it is there, there is no network but loopback.
#
#   packaging/linux/try.sh FOLDER
#
# An AppImage in dist is tried too, with the APPIMAGE_RUNTIME it was built with, which is not tried: where there is none,
# /bin/true stands in for it.
#
# Runs as root. Wants: mmdebstrap lintian xvfb xdotool imagemagick squashfs-tools, and dist/Porchlight-linux-x64.deb.
set -euo pipefail
cd "$(dirname "$0")/../.."
pictures=$(realpath -m "${1:?a folder for the pictures}")
mkdir -p "$pictures"
say() { printf '== %s\n' "$*"; }
# shellcheck disable=SC2016 # the shell in the fresh Debian fills that in
if [ -z "${TRY_ROOT:-}" ]; then
	say "lintian"
	lintian --fail-on error dist/Porchlight-linux-x64.deb
	say "a fresh Debian with the package and what it asks for, and what draws without a graphics card"
	TRY_ROOT=$(mktemp -d)
	export TRY_ROOT
	mmdebstrap --quiet --variant=apt --aptopt='APT::Install-Recommends "false"' --customize-hook='copy-in dist/Porchlight-linux-x64.deb /tmp' \
		--customize-hook='chroot "$1" apt-get install -y -qq --no-install-recommends /tmp/Porchlight-linux-x64.deb libgl1-mesa-dri >/dev/null' \
		bookworm "$TRY_ROOT"
	exec unshare --net --mount --pid --fork --kill-child --mount-proc="$TRY_ROOT/proc" bash "$0" "$pictures"
fi
finish() {
	mapfile -t running < <(jobs -p)
	kill "${running[@]}" 2>/dev/null || true
	wait
	umount "$TRY_ROOT/tmp/.X11-unix" "$TRY_ROOT/proc" || true
	rm -rf --one-file-system "$TRY_ROOT"
}
trap finish EXIT
ip link set lo up
fail() { printf 'WRONG: %s\n' "$*" >&2; exit 1; }
inside=(chroot "$TRY_ROOT" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DISPLAY=:79 LIBGL_ALWAYS_SOFTWARE=1)

say "what it brought"
"${inside[@]}" dpkg -s porchlight | head -9
"${inside[@]}" dpkg -L porchlight
say "the practice home"
status=0
"${inside[@]}" porchlight scan --demo >"$pictures/scan.txt" || status=$?
[ $status = 1 ] || fail "exit status $status"
Xvfb :79 -screen 0 1110x800x24 -nolisten tcp >/dev/null 2>&1 &
mkdir -p "$TRY_ROOT/tmp/.X11-unix"
mount --bind /tmp/.X11-unix "$TRY_ROOT/tmp/.X11-unix"
sleep 1
# opens NAME PROGRAM: its window opens, and NAME is a picture of it.
opens() {
	local program
	"${inside[@]}" "$2" &
	program=$!
	timeout 60 env DISPLAY=:79 xdotool search --sync --onlyvisible --name '^Porchlight$' >/dev/null || fail "no window"
	sleep 5
	DISPLAY=:79 import -window root "$pictures/$1.png"
	kill $program
	wait $program || true
}
say "its window"
opens window porchlight
say "removed: what is left"
"${inside[@]}" dpkg --purge porchlight >/dev/null
(cd "$TRY_ROOT" && find . -iname '*porchlight*' -not -path './proc/*' -not -path './tmp/*')
if [ -e dist/Porchlight-linux-x64.AppImage ]; then
	say "what is in the AppImage starts; its runtime, which only opens it, is not tried"
	unsquashfs -quiet -no-progress -offset "$(stat -Lc %s "${APPIMAGE_RUNTIME:?the one it was built with}")" -dest "$TRY_ROOT/opt/app" dist/Porchlight-linux-x64.AppImage
	"${inside[@]}" /opt/app/AppRun --version
	opens appimage /opt/app/AppRun
fi
say "all is well; now look at the pictures in $pictures"
