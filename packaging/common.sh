# What the three build scripts share; to be sourced. The same commit gives the same bytes.
# shellcheck shell=bash disable=SC2034
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

go_winres=github.com/tc-hib/go-winres@v0.3.3
cyclonedx=github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0

# VERSION, DIST and OVERLAY are for trials: another version, another folder, other files of Go. KNOWLEDGE is the https
# address of the signed file of those who publish (packaging/sign); users have to switch it on.
version=${VERSION:-$(sed -n 's/^ *Version = "\(.*\)"/\1/p' FyneApp.toml)}
build=$(sed -n 's/^ *Build = \(.*\)/\1/p' FyneApp.toml)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH TZ=UTC LC_ALL=C.UTF-8
if [ "$(uname)" = Darwin ]; then LC_ALL=C; fi # which has no other without a country
umask 022

# The parts of the toolkit: no checks of its threads, and a voice for screen readers where it has one.
tags=migrated_fynedo,accessibility
flags="-s -w -X main.version=$version${KNOWLEDGE:+ -X porchlight/checks/news.Home=$KNOWLEDGE}"

dist=${DIST:-$PWD/dist}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$dist"

# native GO-COMMAND...: for a tool that runs here, whatever the package is for.
native() { GOOS='' GOARCH='' CGO_ENABLED='' CC='' GOFLAGS=-buildvcs=false go "$@"; }

# day FORMAT: when the commit was made; GNU and macOS ask differently.
day() { date -d "@$SOURCE_DATE_EPOCH" "$1" 2>/dev/null || date -r "$SOURCE_DATE_EPOCH" "$1"; }

# fill FILE: the file with the version, the build and the day of the commit in their places.
fill() {
	sed -e "s/@VERSION@/$version/g" -e "s/@BUILD@/$build/g" -e "s/@DATE@/$(day +%F)/g" "$1"
}

# bom writes what is in the program for GOOS and GOARCH, as CycloneDX, without a random number, with the time of the commit.
bom() {
	local tool=$work/cyclonedx
	[ -x "$tool" ] || (cd "$work" && GOBIN=$work native install -trimpath "$cyclonedx" && mv cyclonedx-gomod cyclonedx) # where no go.mod is
	GOFLAGS="-buildvcs=false -tags=$tags" "$tool" app -json -std -noserial -notimestamp -main . . 2>"$work/bom.log" |
		awk -v time="$(day +%FT%TZ)" '{ print } /^  "metadata": / { print "    \"timestamp\": \"" time "\"," }' >"$1" ||
		{ cat "$work/bom.log" >&2; exit 1; }
}

# sums writes the checksums of the packages in dist. Each has to be under 30 MB.
sums() {
	local big tool=sha256sum
	command -v sha256sum >/dev/null || tool="shasum -a 256" # macOS
	big=$(find "$dist" -type f -size +30000k)
	[ -z "$big" ] || { echo "too big: $big" >&2; exit 1; }
	# shellcheck disable=SC2086 # the tool and its options
	(cd "$dist" && $tool Porchlight* >SHA256SUMS && cat SHA256SUMS)
}
