package terminal

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/store"
)

// knownHome makes a history in which a home was walked once, and gives its folder.
func knownHome(t *testing.T) string {
	t.Helper()
	dir, at := t.TempDir(), time.Date(2026, 11, 25, 18, 0, 0, 0, time.UTC)
	s, err := store.Open(t.Context(), filepath.Join(dir, "history.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	home, err := s.Home(t.Context(), "gateway 02:00:00:00:00:01", "Our home", false)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AgreeHome(t.Context(), home.ID, "", at); err != nil {
		t.Fatal(err)
	}
	device := func(n byte, name string, kind discovery.Kind) discovery.Device {
		return discovery.Device{
			ID: discovery.DeviceID("d-" + string('0'+rune(n))), Name: name, Kind: kind, MAC: discovery.MAC{0x3c, 0x84, 0x6a, 0, 0, n}, Present: true,
			Addrs: []netip.Addr{netip.AddrFrom4([4]byte{192, 168, 1, n})}, FirstSeen: at, LastSeen: at,
		}
	}
	camera := device(3, "IPC-1234", discovery.KindCamera)
	camera.Vendor, camera.Evidence = "Reolink", []discovery.Evidence{{Field: "vendor", Source: "upnp.manufacturer", Value: "Reolink", Strength: discovery.Saw}}
	_, _, err = s.SaveRound(t.Context(), rounds.Snapshot{
		Home: home, Started: at, Finished: at, Complete: true,
		Devices: []discovery.Device{device(1, "Lamp", discovery.KindLight), device(2, "Lamp", discovery.KindLight), camera},
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTheUserCorrectsADevice(t *testing.T) {
	dir := knownHome(t)
	for _, step := range []struct {
		name   string
		args   []string
		status int
		out    []string // in standard output or standard error
		never  string
	}{
		{"nothing is corrected yet", []string{"devices"}, ExitDone, []string{"IPC-1234", "Reolink"}, "ROOM"},
		{"by its name", []string{"correct", "ipc-1234", "--name", "Hall camera", "--kind=doorbell", "--maker=Maker", "--room", "Hall"}, ExitDone, []string{"Hall camera", "Doorbell", "You said so.", "Room:", "Hall"}, "Reolink"},
		{"shown in the list", []string{"devices"}, ExitDone, []string{"ROOM", "Hall camera", "Doorbell", "Maker"}, "IPC-1234"},
		{"by its address, more words", []string{"correct", "192.168.1.3", "--model", "M 1", "--owner=Ana", "--notes", "bought\nused"}, ExitDone, []string{"Hall camera", "M 1", "Ana", "bought / used"}, ""},
		{"by its hardware, one word back", []string{"correct", "3C:84:6A:00:00:03", "--maker="}, ExitDone, []string{"Reolink", "It says so itself.", "Hall camera"}, "Maker:    Maker"},
		{"by its own name, hostile", []string{"correct", "Hall camera", "--name", "\x1b[31mHall\u202e"}, ExitDone, []string{"[31mHall"}, "\x1b"},
		{"all back but one new word", []string{"correct", "d-3", "--undo", "--room=Cellar"}, ExitDone, []string{"IPC-1234", "Camera", "Cellar"}, "Ana"},
		{"all back", []string{"correct", "d-3", "--undo"}, ExitDone, []string{"IPC-1234", "Reolink"}, "You said so."},
		{"the list is as it was", []string{"devices"}, ExitDone, []string{"IPC-1234"}, "ROOM"},
		{"no such kind", []string{"correct", "d-3", "--kind=toaster"}, ExitUsage, []string{"toaster", "ev-charger"}, ""},
		{"nothing said", []string{"correct", "d-3"}, ExitUsage, []string{"--undo"}, ""},
		{"no such device", []string{"correct", "d-9", "--name=x"}, ExitCannot, []string{"There is no such device."}, ""},
		{"no word at all", []string{"correct", "", "--name=x"}, ExitCannot, []string{"There is no such device."}, ""},
		{"two of that name", []string{"correct", "lamp", "--name=x"}, ExitCannot, []string{"Say its address instead."}, ""},
		{"one of the two", []string{"correct", "192.168.1.2", "--name=Reading lamp"}, ExitDone, []string{"Reading lamp"}, ""},
		{"the other is meant now", []string{"correct", "lamp", "--room=Hall"}, ExitDone, []string{"Lamp", "Hall"}, ""},
	} {
		status, out, errOut := command(t, strings.NewReader(""), dir, step.args...)
		if status != step.status {
			t.Errorf("%s: got status %d, want %d: %s%s", step.name, status, step.status, out, errOut)
		}
		for _, want := range step.out {
			if !strings.Contains(out+errOut, want) {
				t.Errorf("%s: no %q in\n%s%s", step.name, want, out, errOut)
			}
		}
		if step.never != "" && strings.Contains(out+errOut, step.never) {
			t.Errorf("%s: %q in\n%s%s", step.name, step.never, out, errOut)
		}
	}
}

func TestTheJSONHasTheUsersWords(t *testing.T) {
	d := discovery.Device{ID: "d-1", Vendor: "Reolink", Present: true, Evidence: []discovery.Evidence{{Field: "vendor", Value: "Reolink", Strength: discovery.Saw}}}
	d.Correct(discovery.Correction{Vendor: "Maker", Room: "Hall", Owner: "Ana", Notes: "mine"})
	var b bytes.Buffer
	if err := JSON(&b, rounds.Snapshot{Devices: []discovery.Device{d}}, "1.2.3", nobodyKnows); err != nil {
		t.Fatal(err)
	}
	fitsSchema(t, b.Bytes())
	var got scanJSON
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if g := got.Devices[0]; g.Vendor != "Maker" || g.Room != "Hall" || len(g.Evidence) != 2 || g.Evidence[0].Strength != discovery.Corrected {
		t.Errorf("got %+v", g)
	}
	if strings.Contains(b.String(), "Ana") || strings.Contains(b.String(), "mine") {
		t.Error("what the user noted for the home alone is in the JSON, which may be passed on")
	}
}
