#!/usr/bin/env bash
# Installs what building and testing need from Debian or Ubuntu, if it is missing. Nothing
# that it installs is started, neither now nor at the next start of the computer.
#
#   packaging/debian-deps.sh build     compile the program with its window
#   packaging/debian-deps.sh test      run all tests
#   packaging/debian-deps.sh window    try the window on a computer without a screen
#   packaging/debian-deps.sh package   make the packages for Linux and Windows
#   packaging/debian-deps.sh try       try the packages (packaging/*/try.sh)
#
# What is there already stays as it is: a second run takes no time and no network. Where
# there is no apt it says what is needed and goes on. With CI=true whatever is missing at
# the end is an error.
set -euo pipefail

build=(gcc libc6-dev pkg-config libgl-dev libegl-dev libxcursor-dev libxrandr-dev libxinerama-dev libxi-dev
	libxxf86vm-dev libwayland-dev libxkbcommon-dev)
# Real programs that devices run, to test against. A test starts what it needs in a network of its own.
test=(gcc libc6-dev iproute2 mount avahi-daemon miniupnpd miniupnpd-nftables nftables minidlna mosquitto snmpd cups-ipp-utils
	inetutils-telnetd inetutils-inetd vsftpd dropbear-bin lighttpd lighttpd-mod-openssl wsdd samba tigervnc-standalone-server tigervnc-tools
	transmission-daemon dnsmasq-base prometheus-node-exporter
	xvfb xdotool libgl1-mesa-dri # a window on a screen that nobody sees
	poppler-utils qpdf cups-daemon cups-client cups-filters printer-driver-cups-pdf) # the last line looks at what is printed
window=(xvfb xauth dbus-x11 openbox xdotool imagemagick x11-utils)
package=(gcc-mingw-w64-x86-64 nsis wixl osslsigncode appstream desktop-file-utils squashfs-tools)
try=(wine wine64 xvfb openbox xdotool imagemagick locales mmdebstrap lintian squashfs-tools)

usage() {
	echo "usage: packaging/debian-deps.sh build|test|window|package|try ..." >&2
	exit 2
}

# without_apt tells what a group stands for on other systems.
without_apt() {
	if [ "$(uname)" = Darwin ]; then
		[ "$1" = window ] || xcode-select -p >/dev/null 2>&1 ||
			echo "Needed to $1: Apple's command line tools. Get them with: xcode-select --install"
		return
	fi
	case $1 in
	build) echo "No apt here. Needed to build: a C compiler, pkg-config, and the headers of OpenGL, EGL, X11 (Xcursor, Xrandr, Xinerama, Xi, Xxf86vm), Wayland and xkbcommon." ;;
	test) echo "No apt here. Needed to test: a C compiler and ip. Some tests also want, and are skipped without: ${test[*]:3}." ;;
	window) echo "No apt here. Needed to try the window without a screen: ${window[*]}." ;;
	package) echo "No apt here. Needed to make the packages: ${package[*]}." ;;
	try) echo "No apt here. Needed to try the packages: ${try[*]}." ;;
	esac
}

# missing prints which of the packages are not installed.
missing() {
	local p
	for p in "$@"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed || echo "$p"
	done
}

installed() { dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort -u; }

# Debian starts a service as soon as it is installed, unless this script says no (101).
guard=/usr/sbin/policy-rc.d
aside=$guard.before-porchlight
log='' guarded=''

shut() {
	if [ -e $guard ] || [ -L $guard ]; then mv -f $guard $aside; fi
	guarded=yes
	printf '#!/bin/sh\nexit 101\n' >$guard
	chmod 755 $guard
}

put_back() {
	[ -z "$log" ] || rm -f "$log"
	[ -n "$guarded" ] || return 0
	rm -f $guard
	if [ -e $aside ] || [ -L $aside ]; then mv -f $aside $guard; fi
}

# keep_off switches off, for the next start of the computer too, the services that came
# with the packages named.
keep_off() {
	local p path unit
	for p in "$@"; do
		while read -r path; do
			unit=${path##*/}
			case $path in
			*@.*) ;; # a template; nothing is switched on by it
			*/systemd/system/*.service | */systemd/system/*.socket | */systemd/system/*.timer)
				if command -v systemctl >/dev/null; then
					systemctl disable "$unit" || true
				else
					find /etc/systemd/system -type l -lname "*/$unit" -delete
				fi
				;;
			/etc/init.d/*) update-rc.d "$unit" disable || true ;;
			esac
		done < <(dpkg -L "$p")
		if [ "$p" = inetutils-telnetd ]; then update-inetd --disable telnet || true; fi
	done
}

# install runs as root.
install() {
	export DEBIAN_FRONTEND=noninteractive LC_ALL=C
	local before after
	log=$(mktemp)
	trap put_back EXIT
	trap 'exit 1' HUP INT TERM
	shut
	before=$(installed)
	{
		apt-get -q -o Acquire::Retries=3 update || true # one source may be out of order
		apt-get -q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
	} >"$log" 2>&1 </dev/null || {
		tail -n 20 "$log" >&2
		return 1
	}
	after=$(installed)
	# shellcheck disable=SC2046 # one name a word
	keep_off $(comm -13 <(echo "$before") <(echo "$after")) >"$log" 2>&1
}

[ $# -gt 0 ] || usage
if [ "$1" = --install ]; then # called again, as root
	shift
	install "$@"
	exit
fi

want=()
for group in "$@"; do
	case $group in
	build) want+=("${build[@]}") ;;
	test) want+=("${test[@]}") ;;
	window) want+=("${window[@]}") ;;
	package) want+=("${package[@]}") ;;
	try) want+=("${try[@]}") ;;
	*) usage ;;
	esac
	if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then without_apt "$group"; fi
done
if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then exit 0; fi

mapfile -t lacking < <(missing "${want[@]}")
[ ${#lacking[@]} -gt 0 ] || exit 0
echo "Installing for $*: ${lacking[*]}"
if [ "$(id -u)" = 0 ]; then
	bash "$0" --install "${lacking[@]}" || true
elif command -v sudo >/dev/null; then
	sudo bash "$0" --install "${lacking[@]}" || true
fi

mapfile -t lacking < <(missing "${lacking[@]}")
[ ${#lacking[@]} -gt 0 ] || exit 0
echo "Could not install these; please do: apt-get install --no-install-recommends ${lacking[*]}" >&2
[ "${CI:-}" != true ]
