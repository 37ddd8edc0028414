package system

import (
	"errors"
	"html"
	"strings"
)

// ErrNoNotes means that nothing on this desktop shows notes.
var ErrNoNotes = errors.New("nothing shows notes here")

// markup writes lines for a server that reads tags in them: Desktop Notifications Specification 1.2, "Markup".
func markup(lines []string) string { return html.EscapeString(strings.Join(lines, "\n")) }

// plain writes lines for a server that says that it reads no tags. Nothing is left that could be one, in case that it does.
func plain(lines []string) string {
	return strings.NewReplacer("<", "‹", ">", "›", "&", "+").Replace(strings.Join(lines, "\n"))
}

// Where Windows and macOS find the words of a note. They are never put into a script.
const (
	titleVariable = "PORCHLIGHT_TITLE"
	bodyVariable  = "PORCHLIGHT_BODY"
)

// clickScheme begins the address that Windows opens when the user clicks on a note. It leads to a command of this program that
// has no place for anything from the address.
const clickScheme = "app.porchlight.note"

// toastScript shows a note on Windows, in the place of the one before. It is a constant: it reads the words from the
// environment and puts them into the note as text.
const toastScript = `$ErrorActionPreference = 'Stop'
[void][Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$x = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent([Windows.UI.Notifications.ToastTemplateType]::ToastText02)
$t = $x.GetElementsByTagName('text')
[void]$t.Item(0).AppendChild($x.CreateTextNode($env:` + titleVariable + `))
[void]$t.Item(1).AppendChild($x.CreateTextNode($env:` + bodyVariable + `))
$x.DocumentElement.SetAttribute('activationType', 'protocol')
$x.DocumentElement.SetAttribute('launch', '` + clickScheme + `:note')
$n = New-Object Windows.UI.Notifications.ToastNotification $x
$n.Tag = 'porchlight'
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier('` + ID + `').Show($n)`

// toast gives the arguments and the environment with which PowerShell shows a note.
func toast(n Note) (args, env []string) {
	return powershellArgs(toastScript), []string{titleVariable + "=" + n.Title, bodyVariable + "=" + strings.Join(n.Body, "\n")}
}

// powershellArgs are the arguments for one of our constant scripts.
func powershellArgs(script string) []string {
	return []string{"-NoLogo", "-NoProfile", "-NonInteractive", "-Command", script}
}

// banner gives the arguments with which osascript shows a note on macOS. The script is a constant, and the words are
// its arguments. The first of them is no word of ours, so that none can be taken for an option.
func banner(n Note) []string {
	return []string{
		"-e", "on run argv", "-e", "display notification (item 3 of argv) with title (item 2 of argv)", "-e", "end run",
		"--", "note", n.Title, strings.Join(n.Body, "\n"),
	}
}
