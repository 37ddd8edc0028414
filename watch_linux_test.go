package main

import (
	"bytes"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"porchlight/ui/system/systemtest"
)

// asProgram in the environment makes the test binary be the program itself.
const asProgram = "PORCHLIGHT_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(run())
	}
	os.Exit(m.Run())
}

// begin starts the program with a history in dir, in a session without a desktop.
func begin(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], append([]string{"--data=" + dir, "--lang=en"}, args...)...)
	cmd.Env = []string{asProgram + "=1", "HOME=" + dir, "XDG_RUNTIME_DIR=" + dir}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s said: %s", args, &said)
		}
	})
	return cmd
}

// TestTheWatchIsSmallAndIdle has the bounds of ten minutes scaled down to seconds, and to a test binary, which is larger than
// the program. The program itself has 45 MB and a thousandth of a core.
func TestTheWatchIsSmallAndIdle(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute")
	}
	t.Parallel()
	dir := t.TempDir()
	watch := begin(t, dir, "watch")
	time.Sleep(15 * time.Second) // what begins with it is done
	_, before := systemtest.Usage(t, watch.Process.Pid)
	const long = 12 * time.Second
	time.Sleep(long)
	kilobytes, after := systemtest.Usage(t, watch.Process.Pid)
	if kilobytes == 0 || kilobytes > larger*(60<<10) {
		t.Errorf("%d kB in memory", kilobytes)
	}
	if worked := after - before; worked > 30*time.Millisecond {
		t.Errorf("worked for %s in %s", worked, long)
	}
	second := begin(t, dir, "watch")
	if err := second.Wait(); err != nil {
		t.Errorf("a second watch: %v", err)
	}
	if err := watch.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := watch.Wait(); err != nil {
		t.Errorf("asked to end: %v", err)
	}
}
