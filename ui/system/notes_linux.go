package system

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/godbus/dbus/v5"
)

// Where notes are shown: Desktop Notifications Specification 1.2.
const (
	notesName = "org.freedesktop.Notifications"
	notesPath = "/org/freedesktop/Notifications"
)

// Notes shows notes, one at a time. Its methods may be called from several goroutines.
type Notes struct {
	Icon  []byte              // a picture, for systems that take none from elsewhere
	Acted func(action string) // the user did something with the note; called from a goroutine of Notes
	Click []string            // not used here

	mu   sync.Mutex // guards following
	conn *dbus.Conn // nil while nothing was shown
	id   uint32     // of the note that was shown last
	work sync.WaitGroup
}

// Show shows a note, in the place of the one before.
func (n *Notes) Show(ctx context.Context, note Note) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	note = note.clean()
	if err := n.connect(); err != nil {
		return fmt.Errorf("show a note: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, busTimeout)
	defer cancel()
	server := n.conn.Object(notesName, notesPath)
	var can []string
	if err := server.CallWithContext(ctx, notesName+".GetCapabilities", 0).Store(&can); err != nil {
		return fmt.Errorf("show a note: %w: %w", ErrNoNotes, err)
	}
	body := plain(note.Body)
	if slices.Contains(can, "body-markup") {
		body = markup(note.Body)
	}
	actions := []string{ActionShow, note.Show}
	if note.Mute != "" {
		actions = append(actions, ActionMute, note.Mute)
	}
	hints := map[string]dbus.Variant{"desktop-entry": dbus.MakeVariant(ID), "category": dbus.MakeVariant("network")}
	err := server.CallWithContext(ctx, notesName+".Notify", 0, name, n.id, ID, note.Title, body, actions, hints, int32(-1)).Store(&n.id)
	if err != nil {
		return fmt.Errorf("show a note: %w", err)
	}
	return nil
}

// connect makes sure that there is a connection. The caller holds mu.
func (n *Notes) connect() error {
	if n.conn != nil && n.conn.Connected() {
		return nil
	}
	conn, err := sessionBus()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoNotes, err)
	}
	if err := conn.AddMatchSignal(dbus.WithMatchInterface(notesName), dbus.WithMatchObjectPath(notesPath), dbus.WithMatchMember("ActionInvoked")); err != nil {
		_ = conn.Close()
		return err
	}
	signals := make(chan *dbus.Signal, 8)
	conn.Signal(signals)
	n.conn, n.id = conn, 0
	n.work.Go(func() {
		for s := range signals { // closed with the connection
			n.heard(s)
		}
	})
	return nil
}

// heard takes what the user did with a note.
func (n *Notes) heard(s *dbus.Signal) {
	var id uint32
	var action string
	if dbus.Store(s.Body, &id, &action) != nil {
		return
	}
	n.mu.Lock()
	ours := id == n.id && id != 0
	n.mu.Unlock()
	if ours && n.Acted != nil {
		n.Acted(action)
	}
}

// Close lets go of the bus. What is shown stays.
func (n *Notes) Close() {
	n.mu.Lock()
	conn := n.conn
	n.conn = nil
	n.mu.Unlock()
	if conn != nil {
		_ = conn.Close()
	}
	n.work.Wait()
}
