package system

import (
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// odd are paths of programs that have to survive every way of quoting.
var odd = []string{
	"/usr/bin/porchlight",
	"/home/ana/My Programs/Porch light",
	`/home/ana/$(calc)/"quoted"/back\slash/` + "`tick`" + `/100%/porchlight`,
	"/home/ana/<b>&amp;</b>/porchlight",
	"/home/ana/'; rm -rf ~/porchlight",
	"/home/Жанна/порт/porchlight",
}

// unquoteExec reads an Exec line as a desktop does: first the rules for strings, then those for Exec.
func unquoteExec(t *testing.T, line string) []string {
	t.Helper()
	line = strings.ReplaceAll(line, `\\`, `\`)
	var words []string
	for line != "" {
		if !strings.HasPrefix(line, `"`) {
			t.Fatalf("a word that is not quoted: %s", line)
		}
		var word strings.Builder
		i := 1
		for ; line[i] != '"'; i++ {
			switch line[i] {
			case '\\':
				i++
			case '$', '`':
				t.Fatalf("%c is not escaped in %s", line[i], line)
			case '%':
				if i++; line[i] != '%' {
					t.Fatalf("a field code in %s", line)
				}
			}
			word.WriteByte(line[i])
		}
		words = append(words, word.String())
		line = strings.TrimPrefix(line[i+1:], " ")
	}
	return words
}

func TestADesktopEntryStartsExactlyThisProgram(t *testing.T) {
	t.Parallel()
	for _, exe := range odd {
		entry := string(Login{Exe: exe, Args: []string{"watch", "--data=/home/ana/a b"}}.desktopEntry())
		_, line, _ := strings.Cut(entry, "\nExec=")
		line, _, _ = strings.Cut(line, "\n")
		if got, want := unquoteExec(t, line), []string{exe, "watch", "--data=/home/ana/a b"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if desktopState([]byte(entry)) != LoginOn {
			t.Errorf("%s\nis not on", entry)
		}
	}
}

func TestWhatTheUserSwitchedOffInTheDesktopIsOff(t *testing.T) {
	t.Parallel()
	for entry, want := range map[string]LoginState{
		"[Desktop Entry]\nType=Application\nExec=x\n":                                 LoginOn,
		"[Desktop Entry]\nHidden=true\n":                                              LoginBlocked,
		"[Desktop Entry]\r\nHidden = true\r\n":                                        LoginBlocked,
		"[Desktop Entry]\nX-GNOME-Autostart-enabled=false":                            LoginBlocked,
		"[Desktop Entry]\nHidden=false\nX-GNOME-Autostart-enabled=true\n":             LoginOn,
		"[Desktop Entry]\nComment=Hidden=true\n[Desktop Action new]\nHidden=true\n#x": LoginOn,
	} {
		if got := desktopState([]byte(entry)); got != want {
			t.Errorf("%q: got %d, want %d", entry, got, want)
		}
	}
}

// value is one value of a property list.
type value struct {
	XMLName xml.Name
	Text    string  `xml:",chardata"`
	Values  []value `xml:",any"`
}

func TestAPropertyListStartsExactlyThisProgram(t *testing.T) {
	t.Parallel()
	for _, exe := range odd {
		raw := Login{Exe: exe, Args: []string{"watch"}}.plist()
		var root value
		if err := xml.Unmarshal(raw, &root); err != nil {
			t.Fatalf("%v in\n%s", err, raw)
		}
		if root.XMLName.Local != "plist" || len(root.Values) != 1 || root.Values[0].XMLName.Local != "dict" {
			t.Fatalf("no dictionary:\n%s", raw)
		}
		pairs := root.Values[0].Values
		got := map[string]value{}
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i].XMLName.Local != "key" {
				t.Fatalf("a value without a key:\n%s", raw)
			}
			got[pairs[i].Text] = pairs[i+1]
		}
		var words []string
		for _, w := range got["ProgramArguments"].Values {
			words = append(words, w.Text)
		}
		if !slices.Equal(words, []string{exe, "watch"}) || got["Label"].Text != ID || got["RunAtLoad"].XMLName.Local != "true" {
			t.Errorf("%s: got %q and\n%s", exe, words, raw)
		}
	}
}

func TestWhatTheUserSwitchedOffOnAMacIsOff(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]bool{
		"disabled services = {\n\t\"" + ID + "\" => disabled\n\t\"com.other\" => enabled\n}": true,
		"\t\"" + ID + "\" => true\n":      true,
		"\t\"" + ID + "\" => enabled\n":   false,
		"\t\"" + ID + "2\" => disabled":   false,
		"\t\"com.other\" => disabled\n\n": false,
		"":                                false,
	} {
		if got := launchdBlocks(said); got != want {
			t.Errorf("%q: got %t", said, got)
		}
	}
	for exe, want := range map[string]bool{
		"/Applications/Porchlight.app/Contents/MacOS/porchlight":                               false,
		"/Volumes/Porchlight/Porchlight.app/Contents/MacOS/porchlight":                         true,
		"/private/var/folders/x/AppTranslocation/y/d/Porchlight.app/Contents/MacOS/porchlight": true,
		"/Users/ana/Downloads/Porchlight.app/Contents/MacOS/porchlight":                        false,
		"/Users/ana/Applications/Volumes/Porchlight.app/Contents/MacOS/porchlight":             false,
	} {
		if got := fleeting(exe); got != want {
			t.Errorf("%s: got %t", exe, got)
		}
	}
}

func TestLoginIsSwitchedOnAndOff(t *testing.T) {
	if runtime.GOOS == "darwin" {
		t.Skip("it would change what starts on this computer")
	}
	dir := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", dir)
	l := Login{Exe: filepath.Join(dir, "Porch $light"), Args: []string{"watch"}}
	if runtime.GOOS == "windows" {
		if s, _ := l.State(); s != LoginOff {
			t.Skip("it would change what starts on this computer")
		}
	}
	want := func(what string, s LoginState) {
		t.Helper()
		if got, err := l.State(); err != nil || got != s {
			t.Errorf("%s: got %d, %v, want %d", what, got, err, s)
		}
	}
	want("at first", LoginOff)
	for range 2 {
		if err := l.Enable(); err != nil {
			t.Fatal(err)
		}
		want("switched on", LoginOn)
	}
	if runtime.GOOS == "linux" {
		path := filepath.Join(dir, "autostart", ID+".desktop")
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("got %v, %v", info, err)
		}
		if err := os.WriteFile(path, []byte("[Desktop Entry]\nHidden=true\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		want("switched off in the desktop", LoginBlocked)
		if err := l.Enable(); err != nil {
			t.Fatal(err)
		}
		want("switched on again", LoginOn)
	}
	for range 2 {
		if err := l.Disable(); err != nil {
			t.Fatal(err)
		}
		want("switched off", LoginOff)
	}
	if err := (Login{Exe: "/tmp/a\nExec=calc"}).Enable(); !errors.Is(err, ErrNotFixed) {
		t.Errorf("a path of two lines: got %v", err)
	}
	want("after that", LoginOff)
}
