package system

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// A Login is what starts when the user signs in: this program, to keep watch.
type Login struct {
	Exe  string // an absolute path
	Args []string
}

// A LoginState says whether something starts when the user signs in.
type LoginState uint8

// States of a login. Blocked means that the user has switched it off in the settings of the system: that
// counts, until Enable is asked for.
const (
	LoginOff LoginState = iota
	LoginOn
	LoginBlocked
)

// Why a program cannot be started at login.
var (
	ErrNoLogin  = errors.New("this system starts nothing at login")
	ErrNotFixed = errors.New("the program does not lie where it stays")
)

// Enable makes the program start when the user signs in, also where it was blocked. Doing it twice does no harm.
func (l Login) Enable() error {
	for _, word := range append([]string{l.Exe}, l.Args...) {
		if strings.ContainsFunc(word, unicode.IsControl) {
			return fmt.Errorf("start %q at login: %w", word, ErrNotFixed)
		}
	}
	if err := l.enable(); err != nil {
		return fmt.Errorf("start at login: %w", err)
	}
	return nil
}

// Disable makes it start no more. Doing it twice does no harm.
func (l Login) Disable() error {
	if err := l.disable(); err != nil {
		return fmt.Errorf("start at login no more: %w", err)
	}
	return nil
}

// State tells whether it starts.
func (l Login) State() (LoginState, error) {
	s, err := l.state()
	if err != nil {
		return s, fmt.Errorf("look what starts at login: %w", err)
	}
	return s, nil
}

// desktopEntry is the file by which Linux desktops start a program at login: Desktop Application Autostart
// Specification 0.5.
func (l Login) desktopEntry() []byte {
	words := []string{quoteExec(l.Exe)}
	for _, a := range l.Args {
		words = append(words, quoteExec(a))
	}
	return []byte("[Desktop Entry]\nType=Application\nVersion=1.0\nName=" + name + "\nExec=" + strings.Join(words, " ") +
		"\nIcon=" + ID + "\nTerminal=false\nNoDisplay=true\nX-GNOME-Autostart-enabled=true\n")
}

// quoteExec quotes one word of an Exec line: Desktop Entry Specification 1.5, "The Exec key". The rules for strings
// come on top, so each backslash is doubled.
func quoteExec(s string) string {
	r := strings.NewReplacer(`\`, `\\\\`, `"`, `\\"`, "`", "\\\\`", `$`, `\\$`, `%`, `%%`)
	return `"` + r.Replace(s) + `"`
}

// desktopState reads from a desktop entry whether it is in force.
func desktopState(entry []byte) LoginState {
	group := ""
	for line := range strings.Lines(string(entry)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			group = line
		}
		key, value, _ := strings.Cut(line, "=")
		said := strings.TrimSpace(key) + "=" + strings.TrimSpace(value)
		if group == "[Desktop Entry]" && (said == "Hidden=true" || said == "X-GNOME-Autostart-enabled=false") {
			return LoginBlocked
		}
	}
	return LoginOn
}

// plist is the file by which macOS starts a program at login: launchd.plist(5).
func (l Login) plist() []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>` + ID + `</string>
	<key>ProgramArguments</key>
	<array>
`)
	for _, word := range append([]string{l.Exe}, l.Args...) {
		b.WriteString("\t\t<string>")
		_ = xml.EscapeText(&b, []byte(word)) // a buffer takes everything
		b.WriteString("</string>\n")
	}
	b.WriteString(`	</array>
	<key>RunAtLoad</key>
	<true/>
	<key>ProcessType</key>
	<string>Background</string>
	<key>LimitLoadToSessionType</key>
	<string>Aqua</string>
</dict>
</plist>
`)
	return b.Bytes()
}

// fleeting reports whether macOS runs a program from where it does not stay: a disk image, or a copy that it made
// because the program was not moved out of the downloads.
func fleeting(exe string) bool {
	return strings.HasPrefix(exe, "/Volumes/") || strings.Contains(exe, "/AppTranslocation/")
}

// launchdBlocks reads from "launchctl print-disabled" whether the user has switched the program off. A line says
// "ID" => disabled, or => true before macOS 13.
func launchdBlocks(said string) bool {
	for line := range strings.Lines(said) {
		who, what, _ := strings.Cut(line, "=>")
		if strings.TrimSpace(who) == `"`+ID+`"` {
			what = strings.TrimSpace(what)
			return what == "disabled" || what == "true"
		}
	}
	return false
}
