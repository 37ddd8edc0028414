package system

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"porchlight/ui/system/systemtest"
)

// A server is a desktop that shows notes, in a session of the test's own.
type server struct {
	mu    sync.Mutex // guards following
	can   []string
	shown []shown
}

type shown struct {
	replaces    uint32
	title, body string
	actions     []string
}

func (s *server) GetCapabilities() ([]string, *dbus.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.can, nil
}

func (s *server) Notify(_ string, replaces uint32, _, title, body string, actions []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = append(s.shown, shown{replaces, title, body, actions})
	return 7, nil
}

// own puts something under a name on the bus of the session.
func own(t *testing.T, name string, path dbus.ObjectPath, what any) *dbus.Conn {
	t.Helper()
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if what != nil {
		if err := conn.Export(what, path, name); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := conn.RequestName(name, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestANoteOnLinux(t *testing.T) {
	systemtest.Bus(t, t.TempDir())
	s := &server{can: []string{"actions", "body", "body-markup"}}
	conn := own(t, notesName, notesPath, s)
	acted := make(chan string, 4)
	n := Notes{Acted: func(action string) { acted <- action }}
	for i, h := range hostile {
		if i == len(hostile)-1 {
			s.mu.Lock()
			s.can = []string{"body"}
			s.mu.Unlock()
		}
		if err := n.Show(t.Context(), Note{Title: h, Body: []string{h, "<two>"}, Show: "Show", Mute: "Not again"}); err != nil {
			t.Fatal(err)
		}
	}
	s.mu.Lock()
	all := s.shown
	s.mu.Unlock()
	for i, got := range all {
		note := Note{Title: hostile[i], Body: []string{hostile[i], "<two>"}}.clean()
		want := shown{7, note.Title, markup(note.Body), []string{"default", "Show", "mute", "Not again"}}
		if i == 0 {
			want.replaces = 0 // the first stands in nobody's place
		}
		if i == len(hostile)-1 {
			want.body = plain(note.Body)
		}
		if got.title != want.title || got.body != want.body || got.replaces != want.replaces || !slices.Equal(got.actions, want.actions) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	for _, id := range []uint32{9, 7} { // 9 is a note of another program
		if err := conn.Emit(notesPath, notesName+".ActionInvoked", id, "default"); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case got := <-acted:
		if got != ActionShow {
			t.Errorf("got %q", got)
		}
	case <-time.After(5 * time.Second):
		t.Error("a click came to nothing")
	}
	n.Close()
	n.Close()
	if len(acted) > 0 {
		t.Error("a click on a note of another program counted")
	}
}

func TestADesktopWithoutNotesOrTrays(t *testing.T) {
	systemtest.Bus(t, t.TempDir())
	var n Notes
	if err := n.Show(t.Context(), Note{Title: "x", Show: "Show"}); err == nil {
		t.Error("nobody shows notes, and nothing was said")
	}
	n.Close()
	if TrayHost(t.Context()) {
		t.Error("nobody shows trays")
	}
	own(t, "org.kde.StatusNotifierWatcher", "/", nil)
	if !TrayHost(t.Context()) {
		t.Error("somebody shows trays")
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	if TrayHost(t.Context()) {
		t.Error("there is no session")
	}
	if err := n.Show(t.Context(), Note{Title: "x"}); err == nil {
		t.Error("there is no session, and nothing was said")
	}
}
