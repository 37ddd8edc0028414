package rounds_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"porchlight/checks/rounds"
	"porchlight/checks/telnet"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/sources"
	"porchlight/discovery/ssdp"
	"porchlight/discovery/testhome"
)

const (
	// soaked is how many rounds the short soak has, and soakedLong the whole one.
	soaked, soakedLong = 10, 200
	// wholeEvery is after how many rounds of the whole soak everything that the program has looks around: that takes four
	// times as long as a search by UPnP alone.
	wholeEvery = 10
	// consolePort is where the console of the recorder is.
	consolePort = 2323
)

// TestASoak walks rounds in a home in which devices come, go and change their addresses, and one opens and shuts its
// console. After each round the picture and the timeline have to say what the simulator did, and all that rounds hold,
// memory, goroutines and files, has to stay flat. The whole of it:
//
//	PORCHLIGHT_LONG=1 go test -tags ci -run TestASoak -v -timeout 60m ./checks/rounds
func TestASoak(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute")
	}
	long := os.Getenv("PORCHLIGHT_LONG") != ""
	n := soaked
	if long {
		n = soakedLong
	}
	s := newSoak(t)
	var levels []level
	for round := 1; round <= n; round++ {
		s.live()
		began := time.Now()
		s.look(round, long && round%wholeEvery == 0)
		took := time.Since(began)
		if round%wholeEvery == 0 || round == n/2 {
			levels = append(levels, s.measure())
			t.Logf("round %d took %.1f s; %d present, %d changes; %s", round, took.Seconds(), len(s.there), len(s.told), levels[len(levels)-1])
		}
		if t.Failed() {
			return
		}
	}
	// The first tenth fills what is kept for good: patterns, statements, pages of the database.
	first, last := levels[min(len(levels)-1, len(levels)/10)], levels[len(levels)-1]
	if grown := last.heap - first.heap; grown > 4<<20 {
		t.Errorf("memory grew by %d bytes: %s, then %s", grown, first, last)
	}
	if last.goroutines > first.goroutines+2 || last.files > first.files+2 {
		t.Errorf("something stays after rounds: %s, then %s", first, last)
	}
}

// A level is what the test holds while no simulated device but the router runs.
type level struct{ heap, resident, goroutines, files int }

func (l level) String() string {
	return fmt.Sprintf("%.1f MB in use, %.0f MB resident, %d goroutines, %d files", float64(l.heap)/(1<<20), float64(l.resident)/(1<<20), l.goroutines, l.files)
}

// A member is a device of the soak by what the simulator did to it.
type member struct {
	make    func(addr netip.Addr) *testhome.Device
	addr    netip.Addr // the last one
	running *testhome.Home
	seen    netip.Addr // at the last round in which it was there; zero if it never was
	there   bool       // in the round before
}

// A soak is a home and what its simulator did.
type soak struct {
	*home
	t       *testing.T
	dice    *rand.Rand
	members map[string]*member // by UUID
	free    []netip.Addr
	there   map[string]netip.Addr // who is there now
	console bool                  // of the recorder is open
	life    string                // of what was found there: "", FindingNew, FindingBack or FindingFixed
	told    []rounds.Change       // all of them
	ids     map[discovery.DeviceID]string
}

// recorder is the UUID of the one that has a console.
const recorder = "5a8f1d20-0a11-11e5-8d2c-000e8e000012"

func newSoak(t *testing.T) *soak {
	t.Helper()
	prefix := netip.MustParsePrefix("127.9.40.0/24")
	all := testhome.Plan{Prefix: prefix}.Devices()
	s := &soak{
		home: begin(t, prefix.String(), all[0]), t: t, dice: rand.New(rand.NewPCG(7, 7)),
		members: map[string]*member{}, there: map[string]netip.Addr{}, ids: map[discovery.DeviceID]string{},
	}
	s.Log = slog.New(slog.DiscardHandler) // what is logged stays in memory until the test ends
	open := s.Open
	s.Open = func(ctx context.Context) (*lan.Home, error) {
		h, err := open(ctx)
		if err != nil {
			return nil, err
		}
		return lan.Open(h.Network, "test", s.Log), nil
	}
	a := all[0].Addr
	for range 18 {
		a = a.Next()
		s.free = append(s.free, a)
	}
	for i, d := range all[1:] {
		if d.UPnP != nil {
			s.members[d.UPnP.UUID] = &member{make: func(addr netip.Addr) *testhome.Device {
				d := testhome.Plan{Prefix: prefix}.Devices()[i+1]
				d.Addr = addr
				return d
			}}
		}
	}
	for i := range 6 {
		uuid := fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
		s.members[uuid] = &member{make: func(addr netip.Addr) *testhome.Device {
			return &testhome.Device{Name: "Box " + strconv.Itoa(i), Addr: addr, UPnP: &testhome.UPnP{
				Port: 49152, Path: "/d.xml", Server: "Linux/5.1 UPnP/1.0", UUID: uuid, Type: "urn:schemas-upnp-org:device:Basic:1",
				Elements: []testhome.Element{{Name: "friendlyName", Value: "Box " + strconv.Itoa(i)}, {Name: "manufacturer", Value: "Nobody"}, {Name: "modelName", Value: "Box"}},
			}}
		}}
	}
	t.Cleanup(s.stop)
	return s
}

// live lets time go by: some come, some go, some get another address, the console opens or shuts.
func (s *soak) live() {
	s.stop()
	clear(s.there)
	taken := map[netip.Addr]bool{}
	uuids := slices.Sorted(maps.Keys(s.members))
	s.dice.Shuffle(len(uuids), func(i, k int) { uuids[i], uuids[k] = uuids[k], uuids[i] })
	for _, uuid := range uuids {
		m := s.members[uuid]
		here := m.there
		if s.dice.IntN(4) == 0 {
			here = !here
		}
		if !here {
			continue
		}
		for moves := s.dice.IntN(6) == 0; moves || !m.addr.IsValid() || taken[m.addr]; moves = false {
			m.addr = s.free[s.dice.IntN(len(s.free))] // also one that somebody else had, as routers hand them out
		}
		taken[m.addr] = true
		s.there[uuid] = m.addr
	}
	s.console = s.dice.IntN(3) > 0
	s.start()
}

// start lets everybody live who is there.
func (s *soak) start() {
	lo, err := testhome.Loopback()
	if err != nil {
		s.t.Fatal(err)
	}
	for uuid, addr := range s.there {
		d := s.members[uuid].make(addr)
		running, err := testhome.Start(context.Background(), lo, d)
		if err != nil {
			s.t.Fatal(err)
		}
		s.members[uuid].running = running
		if uuid == recorder && !s.console {
			if err := d.SetTelnet(false); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}

func (s *soak) stop() {
	for _, m := range s.members {
		if m.running != nil {
			_ = m.running.Close()
			m.running = nil
		}
	}
}

// look walks a round, and compares it with what the simulator did.
func (s *soak) look(round int, whole bool) {
	s.Sources = func(h *lan.Home) []discovery.Source {
		list := []discovery.Source{ssdp.Source{Home: h, Log: s.Log}}
		if addr, here := s.there[recorder]; here && s.console {
			list = append(list, known{discovery.Observation{
				Source: "known", Addr: addr, Services: []discovery.Service{{Port: consolePort, Transport: "tcp", Protocol: "telnet"}},
			}})
		}
		return list
	}
	s.Probers = func(*lan.Home) []discovery.Prober { return nil }
	if whole {
		s.Sources = func(h *lan.Home) []discovery.Source { return sources.All(h, s.Log) }
		s.Probers = func(h *lan.Home) []discovery.Prober { return sources.Probers(h, s.Catalog) }
	}
	want := s.expected()
	walked := s.walk(s.t)
	kept, err := s.store.Latest(s.t.Context(), s.Home.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	present := map[string]netip.Addr{}
	for i := range kept.Devices {
		d := &kept.Devices[i]
		if uuid := strings.TrimPrefix(d.Fact(discovery.FactUPnPUDN), "uuid:"); s.members[uuid] != nil {
			if known, ok := s.ids[d.ID]; ok && known != uuid {
				s.t.Errorf("round %d: %s was %s and is %s", round, d.ID, known, uuid)
			}
			s.ids[d.ID] = uuid
			if d.Present {
				present[uuid] = d.Addr()
			}
		}
	}
	if !maps.Equal(present, s.there) {
		s.t.Errorf("round %d: there are %v, want %v", round, present, s.there)
	}
	got := s.changes(&kept, walked.Round)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		s.t.Errorf("round %d: the timeline says\n%s\nand the simulator\n%s", round, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// expected lists what the timeline has to say of this round, and notes it as said.
func (s *soak) expected() []string {
	var want []string
	for uuid, m := range s.members {
		addr, here := s.there[uuid]
		switch {
		case here && !m.seen.IsValid():
			want = append(want, rounds.DeviceNew+" "+uuid)
		case here && !m.there:
			want = append(want, rounds.DeviceBack+" "+uuid)
		case !here && m.there:
			want = append(want, rounds.DeviceGone+" "+uuid)
		}
		if here {
			if m.seen.IsValid() && m.seen != addr {
				want = append(want, fmt.Sprintf("%s %s %s %s", rounds.AddressChanged, uuid, m.seen, addr))
			}
			m.seen = addr
		}
		m.there = here
	}
	if _, here := s.there[recorder]; !here {
		return want // what was found there waits
	}
	before := s.life
	switch open := s.life == rounds.FindingNew || s.life == rounds.FindingBack; {
	case s.console && s.life == "":
		s.life = rounds.FindingNew
	case s.console && !open:
		s.life = rounds.FindingBack
	case !s.console && open:
		s.life = rounds.FindingFixed
	}
	if s.life != before {
		want = append(want, s.life+" "+recorder)
	}
	return want
}

// changes lists what the timeline says of one round, of what the simulator knows.
func (s *soak) changes(kept *rounds.Snapshot, round int64) []string {
	consoles := map[string]bool{}
	for _, f := range kept.Findings {
		consoles[f.ID] = f.Kind == telnet.Kind
	}
	var out []string
	for c, err := range s.store.Changes(s.t.Context(), s.Home.ID) {
		if err != nil {
			s.t.Fatal(err)
		}
		if c.Round != round {
			break // newest first
		}
		s.told = append(s.told, c)
		uuid := s.ids[c.Device]
		if s.members[uuid] == nil || c.Finding != "" && !consoles[c.Finding] || c.What == rounds.FirmwareChanged {
			continue
		}
		out = append(out, strings.TrimRight(strings.Join([]string{c.What, uuid, c.Old, c.New}, " "), " "))
	}
	slices.Sort(out)
	return out
}

// measure tells what the program holds, while nobody but the router is there.
func (s *soak) measure() level {
	s.stop()
	defer s.start()
	var l level
	for range 50 { // what ends ends soon
		n := runtime.NumGoroutine()
		if n == l.goroutines {
			break
		}
		l.goroutines = n
		time.Sleep(20 * time.Millisecond)
	}
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	l.heap = int(m.HeapAlloc)
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		s.t.Fatal(err)
	}
	l.files = len(files)
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		s.t.Fatal(err)
	}
	if f := strings.Fields(string(statm)); len(f) > 1 {
		pages, _ := strconv.Atoi(f[1])
		l.resident = pages * os.Getpagesize()
	}
	return l
}
