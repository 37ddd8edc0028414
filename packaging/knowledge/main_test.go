package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"porchlight/assets/makers"
)

const (
	vulns = "cve,vendor,fix_verified_here\n"
	eol   = "vendor,model,confidence\n"
	kev   = `{"dateReleased": "2026-08-21T12:00:00Z", "vulnerabilities": [{"cveID": "CVE-2000-0001", "vendorProject": "Nobody", "product": "None", "dateAdded": "2022-01-01"}`
)

func TestDifferencesAreReported(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, vulns, eol, kev, want string }{
		{"a hole that is there", vulns + "CVE-2023-1389,TP-Link,yes\n", "", "", "-CVE-2023-1389"},
		{"a hole that is not there", vulns + "CVE-1999-0001,TP-Link,yes\n", "", "", "CVE-1999-0001 (TP-Link) is missing"},
		{"a hole that is left out", vulns + "CVE-2017-7494,Samba,no\n", "", "", "-CVE-2017-7494"},
		{"a hole that nobody has verified", vulns + "CVE-2023-1389,TP-Link,no - look again\n", "", "", "CVE-2023-1389 is sure"},
		{"a product that is there", "", eol + "Linksys,E1000,A\n", "", "-E1000"},
		{"a product that is nearly there", "", eol + "Linksys,E100,A\n", "", "E100 is missing"},
		{"two products", "", eol + "D-Link,DIR-605 / DIR-1,A\n", "", "D-Link DIR-1 is missing"},
		{"a product that is only remembered", "", eol + "D-Link,DIR-655,C\n", "", "DIR-655 is sure"},
		{"a product with another name", "", eol + "Arlo,Arlo Q,A\n", "", "-Arlo Q"},
		{"a product that is left out", "", eol + "Wink,Wink Hub 1,C\n", "", "-Wink Hub 1"},
		{"the same day", "", "", `{"cveID": "CVE-2023-1389", "vendorProject": "TP-Link", "product": "AX21", "dateAdded": "2023-05-01"}`, "-CVE-2023-1389"},
		{"another day", "", "", `{"cveID": "CVE-2023-1389", "vendorProject": "TP-Link", "product": "AX21", "dateAdded": "2023-05-02"}`, `since 2023-05-01, and on the list since "2023-05-02"`},
		{"used by now", "", "", `{"cveID": "CVE-2024-3080", "vendorProject": "ASUS", "product": "Routers", "dateAdded": "2026-08-01"}`, "CVE-2024-3080 is on the list since 2026-08-01"},
		{"new", "", "", `{"cveID": "CVE-2026-99999", "vendorProject": "TP-Link", "product": "Router", "dateAdded": "2026-08-22"}`, "CVE-2026-99999 is new: TP-Link, Router"},
		{"of another maker", "", "", `{"cveID": "CVE-2026-99999", "vendorProject": "Nobody", "product": "Router", "dateAdded": "2026-08-22"}`, "-CVE-2026-99999"},
		{"from before", "", "", `{"cveID": "CVE-2025-99999", "vendorProject": "TP-Link", "product": "Router", "dateAdded": "2026-08-21"}`, "-CVE-2025-99999"},
	} {
		more := ""
		if tt.kev != "" {
			more = ", " + tt.kev
		}
		s := sources{since: makers.HolesUntil, vulns: file(t, vulns, tt.vulns), eol: file(t, eol, tt.eol), kev: file(t, "", kev+more+"]}")}
		var out bytes.Buffer
		err := run(&out, s)
		if !errors.Is(err, errDiffers) { // what is left out is in no sample
			t.Errorf("%s: got %v", tt.name, err)
		}
		unwanted, not := strings.CutPrefix(tt.want, "-")
		if got := strings.Contains(reported(out.String()), unwanted); got == not {
			t.Errorf("%s: want %q in\n%s", tt.name, tt.want, reported(out.String()))
		}
	}
}

// reported leaves away what every sample lacks: most of what the maker files know.
func reported(out string) string {
	var lines []string
	for line := range strings.Lines(out) {
		if !strings.HasSuffix(line, "and no source has it\n") && !strings.HasSuffix(line, "on the list since \"\"\n") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

func file(t *testing.T, otherwise, content string) string {
	t.Helper()
	if content == "" {
		content = otherwise
	}
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestABrokenSourceIsNamed(t *testing.T) {
	t.Parallel()
	good := sources{vulns: file(t, vulns, ""), eol: file(t, eol, ""), kev: file(t, "", kev+"]}")}
	for name, change := range map[string]func(*sources){
		"no file":      func(s *sources) { s.vulns = filepath.Join(t.TempDir(), "none") },
		"no column":    func(s *sources) { s.vulns = file(t, "", "cve,vendor\n") },
		"no rows":      func(s *sources) { s.eol = file(t, "", "\n") },
		"a short row":  func(s *sources) { s.eol = file(t, "", eol+"D-Link\n") },
		"no JSON":      func(s *sources) { s.kev = file(t, "", "<html>") },
		"an empty one": func(s *sources) { s.kev = file(t, "", "{}") },
	} {
		s := good
		change(&s)
		if err := run(&bytes.Buffer{}, s); err == nil || errors.Is(err, errDiffers) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
