package report

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"porchlight/ui/report/paper"
	"porchlight/ui/system"
)

// driver says to CUPS what its PDF printer is (Debian's printer-driver-cups-pdf).
const driver = "/usr/share/ppd/cups-pdf/CUPS-PDF_noopt.ppd"

// The print service of the tests: it listens on one socket in a folder of its own, and asks nobody who they are.
const (
	cupsd = `Listen %[1]s/socket
Browsing No
WebInterface No
DefaultAuthType None
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  <Limit All>
    Order allow,deny
    Allow all
  </Limit>
</Policy>
`
	cupsFiles = `ServerRoot %[1]s/etc
RequestRoot %[1]s/spool
TempDir %[1]s/spool
CacheDir %[1]s/cache
StateDir %[1]s/state
AccessLog %[1]s/access.log
ErrorLog %[1]s/error.log
PageLog %[1]s/page.log
Printcap %[1]s/printcap
SystemGroup root
`
	cupsPDF = `Out %[1]s/printed
AnonDirName %[1]s/printed
Spool %[1]s/pdf
Log %[1]s
AnonUser root
Grp root
`
)

// printer starts a print service with a PDF printer, in a network and with a setting of its own. It gives its folder.
func printer(t *testing.T) string {
	t.Helper()
	service, unshare := tool(t, "cupsd"), tool(t, "unshare")
	if _, err := os.Stat(driver); err != nil {
		tool(t, "the driver of the PDF printer")
	}
	if os.Geteuid() != 0 {
		t.Skip("NOT TESTED: a real print. The PDF printer of CUPS starts as root only")
	}
	if out, err := exec.CommandContext(t.Context(), unshare, "--net", "--mount", "true").CombinedOutput(); err != nil {
		t.Logf("a network of its own: %v, %s", err, out)
		tool(t, "network of its own") // where the system forbids them
	}
	dir, err := os.MkdirTemp("", "cups") //nolint:usetesting // the path of a socket has to be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	for name, words := range map[string]string{"cupsd.conf": cupsd, "cups-files.conf": cupsFiles, "cups-pdf.conf": cupsPDF} {
		if err := os.WriteFile(filepath.Join(dir, name), fmt.Appendf(nil, words, dir), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"etc/ppd", "spool", "cache", "state", "printed"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(unshare, "--net", "--mount", "sh", "-c",
		`mount --bind "$0/cups-pdf.conf" /etc/cups/cups-pdf.conf && exec "$1" -f -c "$0/cupsd.conf" -s "$0/cups-files.conf"`, dir, service)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	until(t, "the print service", func() bool {
		_, err := os.Stat(filepath.Join(dir, "socket"))
		return err == nil
	})
	return dir
}

// until waits for something that another program does.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !done(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: nothing happened", what)
		}
	}
}

func TestARealPrintShowsTheSamePages(t *testing.T) {
	tool(t, "lp")
	lpadmin := tool(t, "lpadmin")
	tool(t, "pdftoppm")
	dir := printer(t)
	t.Setenv("CUPS_SERVER", filepath.Join(dir, "socket"))
	if out, err := exec.CommandContext(t.Context(), lpadmin, "-p", "paper", "-E", "-v", "cups-pdf:/", "-P", driver).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Setenv("LPDEST", "paper") // the printer of this user
	t.Setenv("TMPDIR", t.TempDir())
	r := New(facts(t, family(), "ru"))
	for name, d := range map[string]*paper.Document{"household": r.Household(paper.A4), "fridge": r.FridgeSheet(paper.A4)} {
		var file bytes.Buffer
		if err := d.PDF(&file); err != nil {
			t.Fatal(err)
		}
		if printed, err := system.Print(t.Context(), name, file.Bytes()); err != nil || !printed {
			t.Fatalf("%s: printed %t, %v", name, printed, err)
		}
		var printed []string
		until(t, "the printer", func() bool {
			printed, _ = filepath.Glob(filepath.Join(dir, "printed", name+"*.pdf"))
			return len(printed) == 1 && exec.CommandContext(t.Context(), tool(t, "pdfinfo"), printed[0]).Run() == nil
		})
		pages := rendered(t, printed[0], 60)
		if len(pages) != len(d.Sheets) {
			t.Fatalf("%s: %d pages were printed of %d", name, len(pages), len(d.Sheets))
		}
		for i, s := range d.Sheets {
			alike(t, fmt.Sprintf("%s, page %d", name, i+1), s.Picture(60), pages[i], 3)
		}
	}
	if left, err := filepath.Glob(filepath.Join(os.TempDir(), "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}
