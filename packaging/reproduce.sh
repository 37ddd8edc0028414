#!/usr/bin/env bash
# Builds the packages of the last commit twice, in two folders, each with nothing built before and without any network,
# and compares them byte by byte. Modules and tools have to be here already: build the packages once before.
#
#   packaging/reproduce.sh linux|windows...
#
# Wants what the build scripts of these systems want, and unshare.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${1:?linux or windows}"
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
modules=$(go env GOMODCACHE)/cache/download
unset SIGN_P12 APPIMAGE_RUNTIME # a signature has its own time
for n in 1 2; do
	git clone --quiet --no-hardlinks . "$work/$n/porchlight"
	for system; do
		echo "== $system, folder $n"
		GOCACHE=$work/$n/cache GOPROXY=file://$modules GOSUMDB=off DIST=$work/$n/dist unshare --net --map-root-user \
			bash "$work/$n/porchlight/packaging/$system/build.sh" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
	done
	rm -rf "$work/$n/cache"
done
diff --recursive "$work/1/dist" "$work/2/dist"
cat "$work/1/dist/SHA256SUMS"
echo "The same bytes both times."
