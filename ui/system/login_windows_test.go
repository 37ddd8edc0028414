package system

import (
	"slices"
	"testing"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

func TestWhatTheUserSwitchedOffInTheTaskManagerIsOff(t *testing.T) {
	l := Login{Exe: `C:\Program Files\Porchlight\Porchlight.exe`, Args: []string{"watch"}}
	if s, _ := l.State(); s != LoginOff {
		t.Skip("it would change what starts on this computer")
	}
	t.Cleanup(func() { _ = l.Disable() })
	want := func(what string, s LoginState) {
		t.Helper()
		if got, err := l.State(); err != nil || got != s {
			t.Errorf("%s: got %d, %v, want %d", what, got, err, s)
		}
	}
	if err := l.Enable(); err != nil {
		t.Fatal(err)
	}
	k, err := registry.OpenKey(registry.CURRENT_USER, runKey, registry.QUERY_VALUE)
	if err != nil {
		t.Fatal(err)
	}
	line, _, err := k.GetStringValue(ID)
	_ = k.Close()
	if wanted := `"C:\Program Files\Porchlight\Porchlight.exe" watch`; err != nil || line != wanted {
		t.Errorf("got %s, %v, want %s", line, err, wanted)
	}
	a, _, err := registry.CreateKey(registry.CURRENT_USER, approvedKey, registry.SET_VALUE)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	for first, s := range map[byte]LoginState{2: LoginOn, 3: LoginBlocked, 6: LoginOn, 7: LoginBlocked} {
		if err := a.SetBinaryValue(ID, append([]byte{first}, make([]byte, 11)...)); err != nil {
			t.Fatal(err)
		}
		want("as the Task Manager writes it", s)
	}
	if err := l.Enable(); err != nil {
		t.Fatal(err)
	}
	want("switched on again", LoginOn)
}

func TestWindowsTellsHowThisComputerRuns(t *testing.T) {
	t.Logf("on its battery: %t", OnBattery(t.Context()))
}

func TestAClickOnANoteStartsThisProgramAndNothingElse(t *testing.T) {
	if k, err := registry.OpenKey(registry.CURRENT_USER, clickKey, registry.QUERY_VALUE); err == nil {
		_ = k.Close()
		t.Skip("it would change what a click does on this computer")
	}
	t.Cleanup(func() {
		for _, below := range []string{`\shell\open\command`, `\shell\open`, `\shell`, ""} {
			_ = registry.DeleteKey(registry.CURRENT_USER, clickKey+below)
		}
	})
	n := Notes{Click: []string{"clicked", `--data=C:\a "b"`}}
	if err := n.leadClicks(); err != nil {
		t.Fatal(err)
	}
	k, err := registry.OpenKey(registry.CURRENT_USER, clickKey+`\shell\open\command`, registry.QUERY_VALUE)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = k.Close() }()
	line, _, err := k.GetStringValue("")
	if err != nil {
		t.Fatal(err)
	}
	exe, err := Self()
	if err != nil {
		t.Fatal(err)
	}
	got, err := windows.DecomposeCommandLine(line)
	if want := []string{exe, "clicked", `--data=C:\a "b"`, "--"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	if err := (&Notes{Click: []string{"clicked", "--data=%1"}}).leadClicks(); err != nil {
		t.Error(err)
	}
	if now, _, err := k.GetStringValue(""); err != nil || now != line {
		t.Errorf("something could be filled in: %s, %v", now, err)
	}
}
