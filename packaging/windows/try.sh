#!/usr/bin/env bash
# Tries the setup for Windows under Wine 8, as a script and as a person would: install, start, look around the practice
# home, put the next version over it, take it away. There is no network but loopback. What is left is compared with
# what was there before, files and registry. Pictures of all pages go to FOLDER: look at them.
#
#   packaging/windows/try.sh FOLDER
#
# Wants what build.sh wants, and: wine wine64 xvfb openbox xdotool imagemagick locales.
#
# Wine 8 lacks three things that Windows has: a library (bcryptprimitives.c), a switch of UDP sockets, and some flags for
# the list of network cards. So the program is built here with two files of Go changed. Neither is ever shipped. It has
# half of what speaks to screen readers too (uiautomationcore), and breaks off at the other half: it goes without.
set -euo pipefail
cd "$(dirname "$0")/../.."
pictures=$(realpath -m "${1:?a folder for the pictures}")
mkdir -p "$pictures"
if [ -z "${TRY_BUILT:-}" ]; then # building may ask for modules; all else has no network
	TRY_BUILT=$(mktemp -d)
	export TRY_BUILT
	go=$(go env GOROOT)/src/net
	sed 's/^\t\tif err != nil {$/\t\tif err != nil \&\& err != syscall.Errno(10045) {/' "$go/fd_windows.go" >"$TRY_BUILT/fd.go"
	sed 's/const flags = .*/const flags = 0/' "$go/interface_windows.go" >"$TRY_BUILT/interface.go"
	echo "{\"Replace\": {\"$go/fd_windows.go\": \"$TRY_BUILT/fd.go\", \"$go/interface_windows.go\": \"$TRY_BUILT/interface.go\"}}" >"$TRY_BUILT/overlay.json"
	for v in 0.0.1 0.0.2; do
		VERSION=$v DIST=$TRY_BUILT/$v OVERLAY=$TRY_BUILT/overlay.json bash packaging/windows/build.sh >"$TRY_BUILT/log" 2>&1 ||
			{ cat "$TRY_BUILT/log" >&2; exit 1; }
	done
	cat >"$TRY_BUILT/empty.go" <<-'EMPTY'
		package main

		import "fyne.io/fyne/v2/app"

		func main() { app.NewWithID("empty").NewWindow("Empty").ShowAndRun() }
	EMPTY
	echo "{\"Replace\": {\"$PWD/main.go\": \"$TRY_BUILT/empty.go\"}}" >"$TRY_BUILT/empty.json"
	GOOS=windows GOARCH=amd64 CGO_ENABLED=1 CC=x86_64-w64-mingw32-gcc go build -buildvcs=false -overlay "$TRY_BUILT/empty.json" \
		-tags migrated_fynedo,accessibility -trimpath -ldflags '-s -w -H windowsgui' -o "$TRY_BUILT/Empty.exe" .
	x86_64-w64-mingw32-gcc -shared -O2 -s -o "$TRY_BUILT/bcryptprimitives.dll" packaging/windows/bcryptprimitives.c -ladvapi32
	for l in en_US pt_BR es_ES ru_RU de_DE fr_FR; do localedef -i $l -f UTF-8 "$TRY_BUILT/$l.UTF-8"; done
	export LOCPATH=$TRY_BUILT
	exec unshare --net --map-root-user bash "$0" "$pictures"
fi
ip link set lo up

home=$(mktemp -d)
export WINEPREFIX=$home/wine WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml,uiautomationcore,winemenubuilder.exe=' HOME=$home DISPLAY=:77
export LC_ALL=en_US.UTF-8 LIBGL_ALWAYS_SOFTWARE=1
unset WAYLAND_DISPLAY XDG_RUNTIME_DIR
c=$WINEPREFIX/drive_c
user=users/$(id -un)
menu="$c/$user/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Porchlight.lnk"
folder=$c/$user/AppData/Local/Programs/Porchlight
jobs=()
finish() {
	wineserver -k || true
	kill "${jobs[@]}" 2>/dev/null || true
	rm -rf "$home" "$TRY_BUILT"
}
trap finish EXIT

say() { printf '== %s\n' "$*"; }
fail() {
	printf 'WRONG: %s\n' "$*" >&2
	picture 99-wrong
	exit 1
}
# want STATUS COMMAND...
want() {
	local status=0
	"${@:2}" || status=$?
	[ "$status" = "$1" ] || fail "exit status $status instead of $1: ${*:2}"
}
picture() { import -window root -crop 1100x800+0+0 "$pictures/$1.png"; }
# window NAME waits until a window that is called so is there, and prints its number.
window() {
	local w
	for _ in $(seq 600); do
		w=$(xdotool search --onlyvisible --name "$1" 2>/dev/null | tail -1) || true
		[ -z "$w" ] || { echo "$w"; return; }
		sleep 0.05
	done
	fail "no window $1"
}
# next clicks on Next, Install or Finish, which all setups of NSIS have at the same place.
next() {
	xdotool mousemove --window "$(window Porchlight)" 422 338 click 1
	sleep 2
}
close() { xdotool windowactivate --sync "$1" key alt+F4; }
# state NAME: all files, and all of the registry but the times of its keys. What Wine writes by itself is left out.
state() {
	wineserver -w
	(cd "$c" && find . -not -path '*/Temp/*' -not -path '*/INetCache/*' | sort) >"$home/$1.files"
	sed -E 's/^(\[.*\]) [0-9]+$/\1/; /^#time=|^"DriverDateData"=/d' "$WINEPREFIX"/{system,user,userdef}.reg >"$home/$1.registry"
}
# change A B: what is there in one and not in the other.
change() {
	diff "$home/$1.files" "$home/$2.files" | grep '^[<>]' || true
	diff "$home/$1.registry" "$home/$2.registry" | grep '^[<>]' || true
}
# start NAME COMMAND...: how many milliseconds until the window NAME is there; it is closed again.
start() {
	local before w
	before=$(date +%s%N)
	"${@:2}" >/dev/null 2>&1 &
	w=$(window "$1")
	echo $((($(date +%s%N) - before) / 1000000))
	sleep 2
	close "$w"
	wineserver -w
}

say "a new Windows"
Xvfb $DISPLAY -screen 0 1110x800x24 -nolisten tcp >/dev/null 2>&1 & jobs+=($!)
sleep 1
openbox >/dev/null 2>&1 & jobs+=($!)
wineboot -i >/dev/null 2>&1
wineserver -w
cp "$TRY_BUILT/bcryptprimitives.dll" "$c/windows/system32"
start '^Empty$' wine "$TRY_BUILT/Empty.exe" # what Wine and the toolkit make at their first start is not ours
state before

say "install without a question, with the watch: what is new"
want 0 wine "$TRY_BUILT/0.0.1/Porchlight-Setup-x64.exe" /S /AUTOSTART
state installed
change before installed
grep -q '"DisplayVersion"="0.0.1"' "$WINEPREFIX/user.reg" || fail "Apps & Features does not know it"

say "start by the Start menu"
wine start /unix "$menu"
w=$(window '^Porchlight$')
sleep 4
picture 01-program
xdotool windowactivate --sync "$w" key --delay 300 shift+Tab Return # the last button: the practice home
sleep 5
xdotool key ctrl+r # look around
sleep 60
picture 03-practice-home
xdotool key ctrl+5 # the report
sleep 15
picture 04-report
say "the setup and the uninstaller refuse while it runs"
want 5 wine "$TRY_BUILT/0.0.2/Porchlight-Setup-x64.exe" /S
want 5 wine "$folder/uninstall.exe" /S "_?=C:\\${user/\//\\}\\AppData\\Local\\Programs\\Porchlight"
wine "$TRY_BUILT/0.0.2/Porchlight-Setup-x64.exe" &
sleep 5
picture 02-refused
xdotool key Escape
close "$w"
wineserver -w

say "the practice home"
want 1 wine "$folder/Porchlight.exe" scan --demo >"$pictures/scan.txt" 2>&1
wine "$folder/Porchlight.exe" devices --demo >"$home/devices" 2>&1
[ "$(wc -l <"$home/devices")" -ge 7 ] || fail "few devices: $(cat "$home/devices")"
want 0 wine "$folder/Porchlight.exe" report --demo --output 'C:\report.pdf'
head -c 5 "$c/report.pdf" | grep -q '%PDF-' || fail "the report is no PDF"
mv "$c/report.pdf" "$pictures"

say "milliseconds until the window is there, in turn: the toolkit's empty one and ours. Then the middle ones and their ratio"
for _ in 1 2 3 4 5; do echo "$(start '^Empty$' wine "$TRY_BUILT/Empty.exe") $(start '^Porchlight$' wine "$folder/Porchlight.exe")"; done | tee "$home/starts"
middle() { cut -d' ' -f"$1" "$home/starts" | sort -n | sed -n 3p; }
echo "$(middle 1) $(middle 2)" | awk '{ printf "%d %d %.2f\n", $1, $2, $2 / $1 }'

for l in en_US pt_BR es_ES ru_RU fr_FR de_DE; do
	say "the next version over it, by clicking: $l"
	LC_ALL=$l.UTF-8 wine "$TRY_BUILT/0.0.2/Porchlight-Setup-x64.exe" &
	window Porchlight >/dev/null
	sleep 2
	for page in 1-welcome 2-parts 3-firewall; do
		picture "10-$l-$page"
		[ "$page" = 3-firewall ] || next
	done
	[ $l = de_DE ] || wineserver -k
	sleep 1
done
touch "$home/now"
next
until [ "$folder/uninstall.exe" -nt "$home/now" ]; do sleep 1; done # it comes last
sleep 5
picture 11-finish
next
w=$(window '^Porchlight$')
sleep 4
picture 12-program
close "$w"
wineserver -w
wine "$folder/Porchlight.exe" devices --demo 2>&1 | diff "$home/devices" - || fail "the history was not kept"
grep -q '"DisplayVersion"="0.0.2"' "$WINEPREFIX/user.reg" || fail "Apps & Features does not know the new version"
grep -q 'Porchlight.exe\\" watch' "$WINEPREFIX/user.reg" || fail "it does not keep watch any more"
want 6 wine "$TRY_BUILT/0.0.1/Porchlight-Setup-x64.exe" /S

say "repair"
echo broken >"$folder/LICENSE.txt"
rm "$menu"
want 0 wine "$TRY_BUILT/0.0.2/Porchlight-Setup-x64.exe" /S
grep -q Apache "$folder/LICENSE.txt" || fail "it was not repaired"

say "take it away without a question: what is left"
want 0 wine "$folder/uninstall.exe" /S
state after
change before after

say "install again: the history is still there. Then take it away by clicking, and the history with it: what is left"
want 0 wine "$TRY_BUILT/0.0.2/Porchlight-Setup-x64.exe" /S
wine "$folder/Porchlight.exe" devices --demo 2>&1 | diff "$home/devices" - || fail "the history is gone"
wine "$folder/uninstall.exe" &
sleep 5
picture 20-uninstall
next
sleep 2
picture 21-keep
xdotool key Right Return # No
sleep 4
picture 22-done
next
state after
change before after

say "the MSI: what is left after it"
want 0 wine msiexec /i "$TRY_BUILT/0.0.1/Porchlight-x64.msi" /qn
start '^Porchlight$' wine start /unix "$menu"
want 0 wine msiexec /i "$TRY_BUILT/0.0.2/Porchlight-x64.msi" /qn
want 0 wine msiexec /x "$TRY_BUILT/0.0.2/Porchlight-x64.msi" /qn
state after
change before after
say "all is well; now look at the pictures in $pictures"
