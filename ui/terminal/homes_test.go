package terminal

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"porchlight/checks/rounds"
	"porchlight/discovery"
)

func TestWhatChangedIsTold(t *testing.T) {
	h := newHistory(t)
	id := h.telnet().ID
	h.walk(-1, true) // in the days to come: after the round that is there
	h.walk(-2, false)
	h.walk(-3, true)
	h.ok(h.Accept(t.Context(), h.home, id, "needed at night"))
	h.says("all", ExitDone, []string{
		"You accepted this: IPC-1234", "(needed at night)", "Came back: IPC-1234", "IPC-1234: Old remote access – fixed", "Found: IPC-1234", "Lamp went away.", "Lamp is new.", "IPC-1234 is new.",
	}, []string{"change.", "<no value>"}, "history")
	_, out, _ := command(t, strings.NewReader(""), h.dir, "history")
	if first, _, _ := strings.Cut(out, "\n"); !strings.Contains(first, "Came back") {
		t.Errorf("it begins with %q, want the newest", first)
	}
	h.says("one device", ExitDone, []string{"Found: IPC-1234"}, []string{"Lamp"}, "history", "--device=ipc-1234")
	h.says("by address", ExitDone, []string{"Lamp is new."}, []string{"IPC"}, "history", "--device=192.168.1.1")
	h.says("two lines", ExitDone, []string{"Came back", "– fixed"}, []string{"Found"}, "history", "--most=2")
	h.says("since", ExitDone, []string{"Came back", "– fixed"}, []string{"Found", "is new"}, "history", "--since="+time.Now().AddDate(0, 0, 2).Format(time.DateOnly))
	h.says("in the future", ExitDone, []string{"There are no such changes."}, nil, "history", "--since=2150-01-01")
	h.says("no such device", ExitCannot, []string{"There is no such device."}, nil, "history", "--device=fridge")
	h.says("no number", ExitUsage, []string{"--most"}, nil, "history", "--most=-1")

	status, out, errOut := command(t, strings.NewReader(""), h.dir, "history", "--json", "--most=0")
	var got historyJSON
	if err := json.Unmarshal([]byte(out), &got); err != nil || status != ExitDone {
		t.Fatalf("status %d, %v\n%s%s", status, err, out, errOut)
	}
	if got.Schema != HistorySchema || got.Home != "Our home" || len(got.Changes) != 9 || strings.Contains(out, "at night") {
		t.Errorf("got %s", out)
	}
	if c := got.Changes[0]; c.What != rounds.FindingBack || c.Device != "d-3" || c.DeviceName != "IPC-1234" || c.Finding != id || c.Kind != "telnet-open" {
		t.Errorf("got %+v", c)
	}
}

func TestALongTimelineIsToldWhole(t *testing.T) {
	h := newHistory(t)
	for n := range pageSize {
		at := time.Now().UTC().Add(time.Duration(n-pageSize) * time.Minute)
		d := h.camera
		d.Firmware, d.LastSeen = "v"+at.Format("150405"), at
		_, _, err := h.SaveRound(t.Context(), rounds.Snapshot{Home: rounds.Home{ID: h.home}, Started: at, Finished: at, Complete: true, Devices: []discovery.Device{d}})
		h.ok(err)
	}
	_, out, _ := command(t, strings.NewReader(""), h.dir, "history", "--most=0")
	if n := strings.Count(out, "\n"); n != pageSize-1+5 {
		t.Errorf("got %d lines, want %d", n, pageSize-1+5)
	}
}

func TestAHomeIsCarried(t *testing.T) {
	h := newHistory(t)
	h.walk(1, true)
	h.ok(h.AddNetwork(t.Context(), h.home, rounds.HomeNetwork{Key: "gateway 02:00:00:00:00:01", Name: "AnasNet"}))
	file, phrase := filepath.Join(t.TempDir(), "home.age"), filepath.Join(t.TempDir(), "phrase")
	h.ok(os.WriteFile(phrase, []byte("four words of mine\r\nand nothing else\n"), 0o600))
	h.says("listed", ExitDone, []string{"NO.", "1", "Our home", "AnasNet", "LAST LOOK"}, nil, "homes")
	h.says("without a passphrase", ExitUsage, []string{"--passphrase-file"}, nil, "homes", "export", file)
	h.says("of nobody", ExitCannot, []string{"There is no such home."}, nil, "homes", "export", file, "--home=Castle", "--passphrase-file="+phrase)
	h.says("renamed", ExitDone, []string{"Ana's flat"}, []string{"Our home", "\x1b"}, "homes", "rename", "our home", "Ana's\x1b flat")
	h.says("exported", ExitDone, []string{"Ana's", "home.age. Keep"}, nil, "homes", "export", file, "--passphrase-file="+phrase)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	h.says("there already", ExitCannot, []string{"There is already a file"}, nil, "homes", "export", file, "--passphrase-file="+phrase)
	h.says("nowhere", ExitCannot, []string{"There is no such file"}, nil, "homes", "export", filepath.Join(file+"s", "x"), "--passphrase-file="+phrase)

	there := t.TempDir()
	for _, step := range []struct {
		name   string
		in     string
		status int
		want   string
		args   []string
	}{
		{"no home yet", "", ExitDone, "There is no home yet.", []string{"homes"}},
		{"no file", "", ExitCannot, "There is no such file", []string{"homes", "import", file + "x", "--passphrase-file=-"}},
		{"a wrong passphrase", "four words of hers\n", ExitCannot, "does not open the file", []string{"homes", "import", file, "--passphrase-file=-"}},
		{"no passphrase", "", ExitUsage, "no passphrase", []string{"homes", "import", file, "--passphrase-file=-"}},
		{"no home", "four words of mine\n", ExitCannot, "holds no home", []string{"homes", "import", phrase, "--passphrase-file=-"}},
		{"imported", "four words of mine", ExitDone, "flat: 3 new devices, 6 changes that were not known here. This home was not", []string{"homes", "import", file, "--passphrase-file=-"}},
		{"listed", "", ExitDone, "AnasNet", []string{"homes"}},
		{"nobody has agreed", "", ExitCannot, "porchlight scan", []string{"devices"}},
	} {
		status, out, errOut := command(t, strings.NewReader(step.in), there, step.args...)
		if got := strings.Join(strings.Fields(out+errOut), " "); status != step.status || !strings.Contains(got, step.want) {
			t.Errorf("%s: got %d, want %d and %q in\n%s", step.name, status, step.status, step.want, got)
		}
	}
}

func TestAPassphraseIsAskedForTwice(t *testing.T) {
	h := newHistory(t)
	dir := t.TempDir()
	ask := func(status int, want string, answers []string, args ...string) {
		t.Helper()
		var o, e bytes.Buffer
		var asked []string
		tt := Terminal{In: strings.NewReader(""), Out: &o, Err: &e, Languages: []string{"en"}, Interactive: true, Secret: func(question string) (string, error) {
			asked = append(asked, question)
			return answers[len(asked)-1], nil
		}}
		if got := tt.Run(t.Context(), append([]string{"--data", h.dir, "homes"}, args...)); got != status || !strings.Contains(o.String()+e.String(), want) || len(asked) != len(answers) {
			t.Errorf("%v: got %d after %q, want %d and %q in\n%s%s", args, got, asked, status, want, o.String(), e.String())
		}
	}
	file := filepath.Join(dir, "home.age")
	ask(ExitCannot, "not the same", []string{"four words of mine", "four words of mind"}, "export", file)
	ask(ExitCannot, "too short", []string{"short", "short"}, "export", file)
	if _, err := os.Stat(file); err == nil {
		t.Error("half a file is left behind")
	}
	ask(ExitDone, "Keep the passphrase", []string{"four words of mine", "four words of mine"}, "export", file)
	ask(ExitDone, "0 new devices", []string{"four words of mine"}, "import", file)
}
