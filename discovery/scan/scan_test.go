package scan

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"porchlight/assets/makers"
	"porchlight/discovery"
)

// A spoken is what a device says of itself at one moment of a scan.
type spoken struct {
	after time.Duration
	doors []uint16
}

// announcers are a source: devices that say something for as long as it asks, which is a second, and
// by themselves for as long as somebody listens.
type announcers map[string][]spoken

func (announcers) Name() string { return "mdns" }

func (a announcers) say(ctx context.Context, from, to time.Duration, report func(discovery.Observation)) {
	start := time.Now()
	for _, tick := range slices.Sorted(func(yield func(time.Duration) bool) {
		for _, all := range a {
			for _, s := range all {
				if s.after >= from && s.after < to && !yield(s.after) {
					return
				}
			}
		}
	}) {
		select {
		case <-time.After(time.Until(start.Add(tick))):
		case <-ctx.Done():
			return
		}
		for addr, all := range a {
			for _, s := range all {
				if s.after == tick {
					report(announced(addr, s.doors))
				}
			}
		}
	}
}

func announced(addr string, doors []uint16) discovery.Observation {
	o := discovery.Observation{Source: "mdns", At: time.Now(), Addr: netip.MustParseAddr(addr)}
	for _, port := range doors {
		o.Services = append(o.Services, discovery.Service{Port: port, Transport: "tcp", Protocol: "http"})
	}
	return o
}

const asking = time.Second

func (a announcers) Discover(ctx context.Context, report func(discovery.Observation)) error {
	a.say(ctx, 0, asking, report)
	time.Sleep(asking) // it waits for answers
	return ctx.Err()
}

func (a announcers) Listen(ctx context.Context, report func(discovery.Observation)) error {
	a.say(ctx, asking, time.Hour, report)
	<-ctx.Done()
	return nil
}

// A knocker is a prober that takes two seconds for each door that it knows of.
type knocker struct{ knocks *[]string }

func (knocker) Name() string { return "ports" }

func (k knocker) Probe(_ context.Context, now func() discovery.Device, report func(discovery.Observation)) error {
	*k.knocks = append(*k.knocks, "visit")
	k.knock(nil, now, report)
	return nil
}

func (k knocker) Return(_ context.Context, before discovery.Device, now func() discovery.Device, report func(discovery.Observation)) error {
	*k.knocks = append(*k.knocks, "again")
	k.knock(before.Services, now, report)
	return nil
}

func (k knocker) knock(tried []discovery.Service, now func() discovery.Device, report func(discovery.Observation)) {
	const perDoor = 2 * time.Second
	for {
		d := now()
		i := slices.IndexFunc(d.Services, func(s discovery.Service) bool { return !slices.Contains(tried, s) })
		if i < 0 {
			return
		}
		s := d.Services[i]
		tried = append(tried, s)
		*k.knocks = append(*k.knocks, fmt.Sprint(s.Port))
		time.Sleep(perDoor)
		report(discovery.Observation{Source: "ports", At: time.Now(), Addr: d.Addr(), Services: []discovery.Service{s}})
	}
}

// A namer is a prober that comes once and takes a while.
type namer struct{ knocks *[]string }

func (namer) Name() string { return "names" }

func (n namer) Probe(context.Context, func() discovery.Device, func(discovery.Observation)) error {
	*n.knocks = append(*n.knocks, "name")
	time.Sleep(time.Second)
	return nil
}

func TestDoorsThatAreNamedLateAreTriedOnce(t *testing.T) {
	catalog, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	const a = "192.168.1.5"
	for _, tt := range []struct {
		name string
		said []spoken
		want []string
	}{
		{"all at once", []spoken{{0, []uint16{80, 81}}}, []string{"visit", "80", "81", "name"}},
		{"while it is visited", []spoken{{0, []uint16{80}}, {1500 * time.Millisecond, []uint16{81}}}, []string{"visit", "80", "81", "name"}},
		{"when its doors were tried and its name is asked", []spoken{{0, []uint16{80}}, {3 * time.Second, []uint16{81}}}, []string{"visit", "80", "name", "again", "81"}},
		{"the same door again", []spoken{{0, []uint16{80}}, {3 * time.Second, []uint16{80}}}, []string{"visit", "80", "name"}},
		{"when everything is over", []spoken{{0, []uint16{80}}, {20 * time.Second, []uint16{81}}}, []string{"visit", "80", "name"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var knocks []string
				s := Scanner{
					Sources: []discovery.Source{announcers{a: tt.said}}, Probers: []discovery.Prober{knocker{&knocks}, namer{&knocks}},
					Catalog: catalog, Log: slog.New(slog.DiscardHandler),
				}
				got, troubles := s.Run(t.Context(), nil, nil)
				if !slices.Equal(knocks, tt.want) {
					t.Errorf("got %v, want %v", knocks, tt.want)
				}
				if len(got) != 1 || len(troubles) > 0 {
					t.Errorf("got %+v and %v", got, troubles)
				}
			})
		})
	}
}

// A told is a source that says what it says at its moment.
type told []struct {
	after time.Duration
	o     discovery.Observation
}

func (told) Name() string { return "told" }

func (all told) Discover(_ context.Context, report func(discovery.Observation)) error {
	start := time.Now()
	for _, x := range all {
		time.Sleep(time.Until(start.Add(x.after)))
		x.o.At = time.Now()
		report(x.o)
	}
	return nil
}

func TestWhoIsLeftAloneIsNotVisitedAtANewAddressEither(t *testing.T) {
	catalog, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	web := seen("192.168.1.6", discovery.MAC{}, udn("a"))
	web.Services = []discovery.Service{{Port: 80, Transport: "tcp", Protocol: "http"}}
	alone := discovery.Device{ID: "d-1", MAC: mac(1), Addrs: []netip.Addr{netip.MustParseAddr("192.168.1.5")}, Keys: []string{"mac:" + mac(1).String(), "udn:uuid:a"}, LeaveAlone: true}
	for _, tt := range []struct {
		name string
		said told
		want []string
	}{
		{"nobody says whose hardware it is", told{{0, web}, {2 * time.Second, web}}, nil},
		{"it is the same, as is heard late", told{{0, web}, {2 * time.Second, seen("192.168.1.6", mac(1))}}, nil},
		{"it is another, as is heard late", told{{0, web}, {2 * time.Second, seen("192.168.1.6", mac(2))}}, []string{"visit", "80"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var knocks []string
				s := Scanner{Sources: []discovery.Source{tt.said}, Probers: []discovery.Prober{knocker{&knocks}}, Catalog: catalog, Log: slog.New(slog.DiscardHandler)}
				if s.Run(t.Context(), []discovery.Device{alone}, nil); !slices.Equal(knocks, tt.want) {
					t.Errorf("got %v, want %v", knocks, tt.want)
				}
			})
		})
	}
}

func TestOneThatKeepsNamingDoorsIsVisitedAFewTimes(t *testing.T) {
	catalog, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		// The first takes 40 s; the second is done in three, and names one more door every five.
		var busy []uint16
		for i := range 20 {
			busy = append(busy, uint16(8000+i))
		}
		eager := []spoken{{0, []uint16{80}}}
		for i := range 7 {
			eager = append(eager, spoken{time.Duration(i+1) * 5 * time.Second, []uint16{uint16(81 + i)}})
		}
		var first, second []string
		s := Scanner{
			Sources: []discovery.Source{announcers{
				"192.168.1.5": {{0, busy}},
				"192.168.1.6": eager,
			}},
			Probers: []discovery.Prober{either{map[string]*[]string{"192.168.1.5": &first, "192.168.1.6": &second}}},
			Catalog: catalog, Log: slog.New(slog.DiscardHandler),
		}
		s.Run(t.Context(), nil, nil)
		if want := []string{"visit", "80", "again", "81", "again", "82", "again", "83"}; !slices.Equal(second, want) {
			t.Errorf("got %v, want %v", second, want)
		}
		if len(first) != 1+len(busy) {
			t.Errorf("got %v, want a visit and %d doors", first, len(busy))
		}
	})
}

// either is a knocker for each of two devices.
type either struct{ knocks map[string]*[]string }

func (either) Name() string { return "ports" }

func (e either) Probe(ctx context.Context, now func() discovery.Device, report func(discovery.Observation)) error {
	d := now()
	return knocker{e.knocks[d.Addr().String()]}.Probe(ctx, now, report)
}

func (e either) Return(ctx context.Context, before discovery.Device, now func() discovery.Device, report func(discovery.Observation)) error {
	return knocker{e.knocks[before.Addr().String()]}.Return(ctx, before, now, report)
}

func TestAStoppedScanVisitsNobodyAnyMore(t *testing.T) {
	catalog, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		var knocks []string
		s := Scanner{
			Sources: []discovery.Source{announcers{"192.168.1.5": {{0, []uint16{80}}}}}, Probers: []discovery.Prober{knocker{&knocks}},
			Catalog: catalog, Log: slog.New(slog.DiscardHandler),
		}
		start := time.Now()
		if got, _ := s.Run(ctx, nil, nil); len(got) != 1 || len(knocks) > 0 || time.Since(start) > asking {
			t.Errorf("got %+v after %v, knocked at %v", got, time.Since(start), knocks)
		}
	})
}
