# For newcomers: "make run" shows the program, "make test" proves that it is right.

# Pinned tools: change a version here and nowhere else.
GOLANGCI  := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOVULN    := go run golang.org/x/vuln/cmd/govulncheck@v1.9.0
LICENSES  := go run github.com/google/go-licenses@v1.6.0
BENCHSTAT := go run golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da
# Licences that what we ship may have.
ALLOWED   := Apache-2.0,BSD-2-Clause,BSD-3-Clause,ISC,MIT,MPL-2.0
# A folder with a copy of the vulnerability database; empty asks the public one.
VULNDB    ?=
FUZZ_TIME ?= 30s
BESIDE    ?= 5 5/22 20 60 250 1000
PKGS      ?= ./...

# Tests build the window without a screen (-tags ci): no OpenGL, no X11. Go's installer puts
# Go where not every shell looks for it.
TAGS := -tags ci
export PATH := $(PATH):/usr/local/go/bin

.NOTPARALLEL:
.PHONY: run test help build deps-build deps-test deps-window deps-package package-windows package-linux package-macos fmt fmt-check lint vet race pictures hostile golden fuzz corpus bench home vuln licenses licenses-check oui journey measure beside tidy clean

## run: build Porchlight and show it: its window, or, without a screen, a round through the practice home
run: build
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname)" = Darwin ]; then ./porchlight; \
	else echo 'There is no screen here, so this is the practice home in the terminal.'; \
	  ./porchlight scan --demo || [ $$? -eq 1 ]; fi # 1: there is something to fix today

## test: everything that has to be right, as CI does it
test: deps-build deps-test fmt-check vet lint licenses-check pictures race hostile

## help: what else there is
help:
	@sed -n 's/^## /make /p' Makefile

## build: the program, as ./porchlight
build: deps-build
	@[ -e porchlight ] || echo 'Building. The first time takes about five minutes, later seconds.'
	@go build -buildvcs=false -o porchlight .

# What building and testing need from the system. Instant if it is there.
deps-build deps-test deps-window deps-package:
	@bash packaging/debian-deps.sh $(@:deps-%=%)

## fmt: repair the form of the code
fmt:
	$(GOLANGCI) fmt
fmt-check:
	$(GOLANGCI) fmt --diff

## lint: look for mistakes, and for what the design forbids
lint:
	$(GOLANGCI) run $(PKGS)

## vet: do the Linux, Windows and macOS programs fit together? (macOS: the toolkit needs Apple's compiler for more)
vet:
	go vet $(TAGS) $(PKGS)
	GOOS=windows GOARCH=amd64 CGO_ENABLED=0 go vet $(TAGS) $(PKGS)
	GOOS=darwin GOARCH=arm64 CGO_ENABLED=0 go vet -tags ci,mobile $(PKGS)

## race: all tests with the race detector and the real database, but for the hostile home
race:
	CGO_ENABLED=1 go test -race $(TAGS) -timeout 30m -skip '^TestHostileHome$$' $(PKGS)

## pictures: the pages beside their pictures; the race detector goes without, for drawing takes too long with it
pictures:
	go test $(TAGS) ./ui

## hostile: a round through a home of 89 hostile devices, with the race detector; alone, because time and memory are measured
hostile:
	CGO_ENABLED=1 go test -race $(TAGS) -count=1 -v -timeout 6m -run '^TestHostileHome$$' ./discovery/testhome

## golden: keep the new pictures and texts that tests left in testdata/failed; look at them first
golden:
	find . -path '*/testdata/failed/*' -type f | while read -r f; do mv "$$f" "$$(echo "$$f" | sed 's,/failed/,/,')"; done
	find . -path '*/testdata/failed' -type d -empty -delete

## fuzz: each fuzz test for FUZZ_TIME
fuzz:
	@go list $(TAGS) $(PKGS) | while read -r p; do go test $(TAGS) -list '^Fuzz' $$p | grep '^Fuzz' | while read -r f; do \
	  echo "== $$p $$f"; go test $(TAGS) -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZ_TIME) $$p || exit 1; done || exit 1; done

## corpus: of what fuzzing found in Go's cache, keep the few inputs that reach more code; "make test" tries them each time
corpus:
	go run ./packaging/corpus $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u)

## bench: the benchmarks, ten times
bench:
	go test $(TAGS) -run '^$$' -bench . -count 10 $(PKGS) | tee bench.txt
	$(BENCHSTAT) bench.txt

## home: the simulated devices and whole rounds through them
home:
	go test $(TAGS) -count=1 -v ./discovery/testhome/... ./discovery/sources/...

## journey: the whole way of a newcomer in a real window, by keyboard; pictures of it are in dist/journey then
journey: deps-build deps-test
	CI=true go test $(TAGS) -count=1 -v ./ui/journey

## measure: how quickly the window starts and how idle it is, beside an empty one; nothing else may run
measure: deps-build deps-test
	CI=true PORCHLIGHT_MEASURE=1 go test $(TAGS) -count=1 -v -run 'AnEmptyOne' -timeout 20m ./ui/journey

## beside: rounds in homes of BESIDE devices (5/22: among the 1,022 addresses of a /22), and what nmap and others take for the same; hours, and nothing else may run
beside: deps-build deps-test
	set -e; for n in $(BESIDE); do PORCHLIGHT_BESIDE=$$n go test $(TAGS) -count=1 -v -timeout 3h -run '^TestBeside$$' ./discovery/testhome; done

## vuln: known holes in what we use
vuln:
	$(GOVULN) $(if $(VULNDB),-db file://$(abspath $(VULNDB))) $(TAGS) $(PKGS)

## licenses-check: may we ship all that is in the programs for the three systems?
licenses-check:
	@echo "Are all licences among $(ALLOWED)?"
	@GO_LICENSES=$(lastword $(LICENSES)) bash packaging/licenses.sh check $(ALLOWED)

## licenses: the file with all licences, for the page About
licenses: licenses-check
	GO_LICENSES=$(lastword $(LICENSES)) bash packaging/licenses.sh

## oui: the table of makers of network cards anew, from Debian's ieee-data
oui:
	go run ./packaging/oui

## package-windows: the setup and the MSI for Windows, into dist (on Debian or Ubuntu; how to sign: packaging/windows/build.sh)
package-windows: deps-package
	@bash packaging/windows/build.sh

## package-linux: the Debian package, into dist
package-linux: deps-build deps-package
	@bash packaging/linux/build.sh

## package-macos: the app for macOS, into dist (on a Mac; elsewhere it checks what can be checked)
package-macos:
	@bash packaging/macos/build.sh

## tidy: go.mod and go.sum as they should be
tidy:
	go mod tidy

## clean: remove what was built
clean:
	rm -rf porchlight porchlight.exe bench.txt dist
	find . -path '*/testdata/failed' -type d -prune -exec rm -r {} +
