// Package system is what the operating system offers beside windows: start at login, one process of
// each sort, the battery, notices, a tray, and starting this program once more.
package system

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"porchlight/discovery"
)

// ID names the program to every desktop.
const ID = "app.porchlight.Porchlight"

// name is what people read in a list of programs.
const name = "Porchlight"

// Self is the file of this program, as it can be started again later.
func Self() (string, error) {
	// An AppImage runs from a folder that is gone when it ends; its runtime says where the file is.
	if image := os.Getenv("APPIMAGE"); image != "" && filepath.IsAbs(image) {
		return image, nil
	}
	exe, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find the file of the program: %w", err)
	}
	return exe, nil
}

// Start starts this program once more, for itself: it stays when this process ends.
func Start(args ...string) error {
	exe, err := Self()
	if err != nil {
		return err
	}
	cmd := exec.Command(exe, args...) //nolint:gosec,noctx // it is this program, and it outlives whoever starts it
	cmd.SysProcAttr = apart()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the program once more: %w", err)
	}
	go func() { _ = cmd.Wait() }() // else the system keeps its number; nothing depends on its end
	return nil
}

// stopTimeout is how long a process may take to end after it was asked to.
const stopTimeout = 20 * time.Second

// Run runs this program once more, waits for it, and gives what it prints. The end of ctx asks it to end.
func Run(ctx context.Context, args ...string) ([]byte, error) {
	exe, err := Self()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, exe, args...) //nolint:gosec // it is this program
	cmd.Cancel = func() error {
		if runtime.GOOS == "windows" { // nothing there asks a process without a window
			return cmd.Process.Kill()
		}
		return cmd.Process.Signal(os.Interrupt)
	}
	cmd.WaitDelay = stopTimeout
	out, err := cmd.Output()
	if err != nil {
		return out, fmt.Errorf("run the program once more: %w", err)
	}
	return out, nil
}

// Unfinished begins the name of a file that Save or SaveForNow has not written whole.
const Unfinished = ".porchlight-"

// Save writes a file whole or not at all, for this user alone, and waits until the disk has it.
func Save(path string, data []byte) error { return write(path, data, (*os.File).Sync) }

// SaveForNow is Save for what is read now and by nobody tomorrow: it waits for no disk.
func SaveForNow(path string, data []byte) error {
	return write(path, data, func(*os.File) error { return nil })
}

func write(path string, data []byte, settle func(*os.File) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), Unfinished+"*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, settle(f), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// A Note is what the user is told beside all other programs. Its words may come from devices.
type Note struct {
	Title string
	Body  []string // lines
	Show  string   // the words for showing it in the window
	Mute  string   // the words for not telling such things any more; "" if that cannot be said
}

// What the user may do with a note.
const (
	ActionShow = "default" // as Desktop Notifications calls a click on it
	ActionMute = "mute"
)

// clean gives a note in which nothing is left that is more than words.
func (n Note) clean() Note {
	n.Title = discovery.Line(n.Title)
	var body []string
	for _, l := range n.Body {
		body = append(body, discovery.Line(l))
	}
	n.Body = body
	return n
}

// An Item is a line in the menu of the tray. One without a title is a line between others.
type Item struct {
	Title string
	Do    func() // called from a goroutine of the tray; nil for words only
}
