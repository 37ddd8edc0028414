package program

import (
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"porchlight/checks/rounds"
	"porchlight/discovery"
)

func TestTheQuestionShowsWhatWouldBeTyped(t *testing.T) {
	p, err := Open(t.Context(), Options{Dir: t.TempDir(), Languages: []string{"en"}, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	web := []discovery.Service{{Port: 80, Transport: "tcp", Protocol: "http"}}
	realm := func(r string) []discovery.Fact { return []discovery.Fact{{Key: discovery.FactHTTPRealm, Value: r}} }
	dlink := discovery.Device{Addrs: []netip.Addr{netip.MustParseAddr("192.168.1.9")}, Services: web, Facts: realm("DIR-300")}
	for _, tt := range []struct {
		name string
		d    discovery.Device
		want string
	}{
		{"one", discovery.Device{Services: web, Facts: realm("TM-AC1900"), Addrs: dlink.Addrs}, "admin / password"},
		{"two, one of them empty", dlink, `admin / "", admin / admin`},
		{"one for several services", discovery.Device{Family: "routeros", Addrs: dlink.Addrs, Services: []discovery.Service{
			{Port: 21, Transport: "tcp", Protocol: "ftp"}, {Port: 22, Transport: "tcp", Protocol: "ssh"},
		}}, `admin / ""`},
		{"none", discovery.Device{Services: web, Addrs: dlink.Addrs}, ""},
	} {
		if got := p.Login(t.Context(), tt.d); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	// The first was tried two days ago: the other one is next.
	if err := p.store.SaveTry(t.Context(), rounds.TriedAs(dlink), "D020", time.Now().Add(-48*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got := p.Login(t.Context(), dlink); got != `admin / admin, admin / ""` {
		t.Errorf("after a try: got %q", got)
	}
}
