package terminal

import (
	"strings"
	"testing"
)

func TestTheUserForgetsADevice(t *testing.T) {
	dir := knownHome(t)
	for _, step := range []struct {
		name   string
		args   []string
		status int
		says   string
		never  string
	}{
		{"nobody can be asked", []string{"forget", "d-3"}, ExitUsage, "--yes", ""},
		{"it is still there", []string{"devices"}, ExitDone, "IPC-1234", ""},
		{"no such device", []string{"forget", "d-9", "--yes"}, ExitCannot, "There is no such device.", ""},
		{"forgotten", []string{"forget", "ipc-1234", "--yes"}, ExitDone, "IPC-1234 is forgotten.", ""},
		{"it is gone", []string{"devices"}, ExitDone, "Lamp", "IPC-1234"},
		{"twice", []string{"forget", "d-3", "--yes"}, ExitCannot, "There is no such device.", ""},
	} {
		status, out, errOut := command(t, strings.NewReader(""), dir, step.args...)
		if status != step.status || !strings.Contains(out+errOut, step.says) || step.never != "" && strings.Contains(out+errOut, step.never) {
			t.Errorf("%s: got status %d, want %d, %q and never %q:\n%s%s", step.name, status, step.status, step.says, step.never, out, errOut)
		}
	}
}
