#!/usr/bin/env bash
# Writes assets/licenses.txt anew: the licences of all that the program for Linux, Windows and macOS has in it, for the
# page About. The program is looked at as it is shipped, with its window. Nothing is asked on the internet but the Go
# module proxy, for modules that are not here yet.
#
#   packaging/licenses.sh
#   packaging/licenses.sh check LICENCE,LICENCE...
#
# The second writes nothing, and fails if there is any other licence.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

go_licenses=${GO_LICENSES:-github.com/google/go-licenses@v1.6.0}
tags=migrated_fynedo,accessibility
export LC_ALL=C.UTF-8

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
GOROOT=$(go env GOROOT)
export GOROOT
GOBIN=$work go install "$go_licenses"

for system in linux windows darwin; do
	export GOOS=$system GOARCH=amd64 CGO_ENABLED=1 GOFLAGS="-tags=$tags"
	does=(save --save_path="$work/$system")
	if [ "${1:-}" = check ]; then does=(check --allowed_licenses="${2:?which licences}"); fi
	"$work/go-licenses" "${does[@]}" --ignore porchlight . 2>"$work/log" || {
		cat "$work/log" >&2
		exit 1
	}
	[ "${1:-}" != check ] || continue
	go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' . >>"$work/modules"
	# The notices and licences together: what one system needs, all have.
	mkdir -p "$work/all"
	cp -r "$work/$system/." "$work/all/"
	chmod -R u+w "$work/all"
done
[ "${1:-}" != check ] || exit 0
unset GOOS GOARCH CGO_ENABLED GOFLAGS

# part NAME FILE...: one part of the program, and its licences.
part() {
	printf '==== %s\n' "$1"
	shift
	for file in "$@"; do
		sed -e 's/\r$//' -e 's/\f//g' -e 's/^====/ ====/' "$file"
		echo
	done
}

{
	part "Go $(go env GOVERSION | sed 's/^go//')" "$GOROOT/LICENSE"
	sort -u "$work/modules" | while read -r module version folder; do
		mapfile -t files < <(find "$work/all/$module" -type f 2>/dev/null | sort)
		# What lies deeper belongs to a module of its own, unless that is part of this one.
		own=()
		for file in ${files[@]+"${files[@]}"}; do
			belongs=$(cut -d' ' -f1 "$work/modules" | sort -u | while read -r other; do
				case "${file#"$work/all/"}" in "$other"/*) echo "${#other} $other" ;; esac
			done | sort -n | tail -1 | cut -d' ' -f2)
			[ "$belongs" != "$module" ] || own+=("$file")
		done
		[ "${#own[@]}" -gt 0 ] || { echo "$module has no licence" >&2; exit 1; }
		part "$module $version" "${own[@]}"
		if [ "$module" = fyne.io/fyne/v2 ]; then
			part "Noto Sans, Inter, DejaVu Sans Mono and Emoji One, the fonts of the window" "$folder"/theme/font/LICENSE*.txt
		fi
	done
	part "Noto Sans, the font of printed pages" assets/fonts/OFL.txt
	printf '==== SQLite\nSQLite is in the public domain: https://sqlite.org/copyright.html\n'
} >"$work/licenses.txt"
mv "$work/licenses.txt" assets/licenses.txt
echo "assets/licenses.txt: $(grep -c '^====' assets/licenses.txt) parts, $(wc -c <assets/licenses.txt) bytes"
