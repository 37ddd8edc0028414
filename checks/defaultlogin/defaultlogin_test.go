package defaultlogin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/testhome"
)

const realm = "TP-LINK Wireless N Router WR841N"

// router is a simulated device that shows a web page, and what is known of it.
func router(t *testing.T, login *testhome.Login, page testhome.Web) (*testhome.Device, discovery.Device) {
	t.Helper()
	fake := testhome.Single("router", page)
	fake.Login = login
	testhome.Run(t, fake)
	return fake, discovery.Device{
		ID: "d-1", Family: "tplink-green", Kind: discovery.KindRouter, Addrs: []netip.Addr{fake.Addr},
		Services: []discovery.Service{{Port: fake.Doors[0].Port, Transport: "tcp", Protocol: "http"}},
		Facts:    []discovery.Fact{{Key: discovery.FactHTTPRealm, Value: realm}},
	}
}

// try runs the check on it by the ways of a round.
func try(t *testing.T, login *testhome.Login, page testhome.Web) (found []checks.Finding, counts testhome.Counts, err error) {
	t.Helper()
	fake, d := router(t, login, page)
	c := Check{Catalog: catalog(t)}
	if !c.Applies(d) {
		t.Fatal("the check does not apply")
	}
	found, err = c.Run(t.Context(), paced(t, d))
	return found, fake.Counts(), err
}

func factory() *testhome.Login {
	return &testhome.Login{Realm: realm, User: "admin", Password: "admin"}
}

func TestTheFactoryPasswordIsFound(t *testing.T) {
	t.Parallel()
	found, counts, err := try(t, factory(), testhome.BehindLogin(testhome.Page("in", "menu")))
	if err != nil || len(found) != 1 || found[0].Severity != checks.Today || found[0].Confidence != discovery.Saw {
		t.Fatalf("got %+v, %v", found, err)
	}
	if counts.LoginAttempts != 1 || len(counts.Requests) != 3 {
		t.Errorf("the device counted %+v", counts)
	}
	if a := found[0].Args; a["user"] != "admin" || a["login"] != "D001" || !strings.HasPrefix(a["url"], "http://127.") {
		t.Errorf("got %v", a)
	}
}

func TestAnOwnPasswordIsClear(t *testing.T) {
	t.Parallel()
	login := factory()
	login.Password = own
	found, counts, err := try(t, login, testhome.BehindLogin(testhome.Page("in", "menu")))
	if err != nil || len(found) != 0 || counts.LoginAttempts != 1 {
		t.Errorf("got %+v, %v, %d logins", found, err, counts.LoginAttempts)
	}
}

func TestWhatIsNotProvenIsNeitherFoundNorClear(t *testing.T) {
	t.Parallel()
	challenge := func(w http.ResponseWriter) {
		w.Header().Set("WWW-Authenticate", `Basic realm="`+realm+`"`)
		w.WriteHeader(http.StatusUnauthorized)
	}
	after := func(answer func(w http.ResponseWriter, r *http.Request)) testhome.Web {
		return func(_ *testhome.Device, w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "" {
				answer(w, r)
				return
			}
			challenge(w)
		}
	}
	opened := false
	for _, tt := range []struct {
		name string
		page testhome.Web
	}{
		{"it answers 200 to everything", testhome.Page("welcome", "hello")},
		{"another product", testhome.Refused(`Basic realm="Camera"`)},
		{"digest", testhome.Refused(`Digest realm="` + realm + `", nonce="1"`)},
		{"it sends people elsewhere", testhome.RedirectTo("http://192.0.2.99/")},
		{"it has a thousand headers", testhome.ManyHeaders(1000)},
		{"it sends the login on", after(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/error.htm", http.StatusFound) })},
		{"it sends the login off the device", after(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://192.0.2.99/", http.StatusFound)
		})},
		{"it breaks after the login", after(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })},
		{"after the login it is open to everybody", func(_ *testhome.Device, w http.ResponseWriter, r *http.Request) {
			opened = opened || r.Header.Get("Authorization") != ""
			if !opened {
				challenge(w)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			found, _, err := try(t, nil, tt.page)
			if err == nil || len(found) > 0 {
				t.Errorf("got %+v, %v", found, err)
			}
			if checks.Reason(err) == checks.ReasonTriedToday {
				t.Errorf("got %v", err)
			}
			if _, ok := errors.AsType[*checks.NotChecked](err); !ok && !errors.Is(err, lan.ErrOffDevice) && !strings.Contains(err.Error(), "exceeded") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAnEndlessPageEndsNothing(t *testing.T) {
	t.Parallel()
	found, counts, err := try(t, factory(), testhome.BehindLogin(testhome.EndlessBody()))
	if err != nil || len(found) != 1 || counts.LoginAttempts != 1 {
		t.Errorf("got %+v, %v, %d logins", found, err, counts.LoginAttempts)
	}
}

func TestOnlyRecognisedProductsAreTried(t *testing.T) {
	web := []discovery.Service{{Port: 80, Transport: "tcp", Protocol: "http"}}
	asked := []discovery.Fact{{Key: discovery.FactHTTPRealm, Value: realm}}
	other := []discovery.Evidence{{Field: "vendor", Source: discovery.FactUPnP + "manufacturer", Value: "Netgear", Strength: discovery.Saw}}
	said := discovery.Device{Services: web, Facts: asked}
	said.Correct(discovery.Correction{Vendor: "TP-Link", Model: "WR841N", Kind: discovery.KindRouter})
	for _, tt := range []struct {
		name string
		d    discovery.Device
	}{
		{"no family", discovery.Device{Services: web, Facts: asked}},
		{"the user's word", said},
		{"no page", discovery.Device{Family: "tplink-green", Facts: asked}},
		{"the signs of another maker", discovery.Device{Services: web, Vendor: "Netgear", Evidence: other, Facts: []discovery.Fact{{Key: discovery.FactHTTPRealm, Value: "DIR-300"}}}},
	} {
		if (Check{Catalog: catalog(t)}).Applies(tt.d) {
			t.Errorf("%s: it would be tried", tt.name)
		}
	}
}

// A page on the door of HTTP may send people to that of HTTPS: the login goes there only.
func TestTheLoginGoesWhereThePageIs(t *testing.T) {
	t.Parallel()
	l := row(t, "D075") // EdgeOS
	f := &fake{e: examples(t)[l.ID], l: l, password: l.Password}
	secure := httptest.NewTLSServer(f)
	t.Cleanup(secure.Close)
	plain := 0
	port := serveWeb(t, func(w http.ResponseWriter, r *http.Request) {
		plain++
		http.Redirect(w, r, secure.URL+r.URL.Path, http.StatusMovedPermanently)
	})
	found, err := run(t.Context(), paced(t, at(l, port)), []makers.Login{l})
	if err != nil || len(found) != 1 || f.logins != 1 || f.outs != 1 || plain != 1 {
		t.Fatalf("got %+v, %v; %d logins, %d on the plain door", found, err, f.logins, plain)
	}
	if want := netip.MustParseAddrPort(secure.Listener.Addr().String()).Port(); found[0].Port != want || !strings.HasPrefix(found[0].Args["url"], "https://") {
		t.Errorf("got port %d, %q, want %d", found[0].Port, found[0].Args["url"], want)
	}
}

func TestNothingThatIsTypedIsInAnError(t *testing.T) {
	t.Parallel()
	l := row(t, "D120") // the password stands in the address
	port := serveWeb(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != "" {
			time.Sleep(50 * time.Millisecond)
			panic(http.ErrAbortHandler)
		}
		examples(t)[l.ID].Page.write(w, http.StatusOK)
	})
	target := paced(t, at(l, port))
	_, err := run(t.Context(), target, []makers.Login{l})
	if err == nil || strings.Contains(err.Error(), l.Password) || checks.Reason(err) != checks.ReasonTriedToday {
		t.Errorf("got %v", err)
	}
}

// home is a device with doors of several kinds and the same login.
func mikrotik(t *testing.T, password map[string]string, tries map[string]*counter) ([]makers.Login, discovery.Device) {
	t.Helper()
	rows := []makers.Login{row(t, "D073"), row(t, "D072-telnet"), row(t, "D072-ftp")}
	d := discovery.Device{ID: "d-1", Addrs: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}
	for _, l := range rows[1:] {
		tries[l.ID] = &counter{}
		serve := fakeFTP
		if l.Protocol == makers.Telnet {
			serve = fakeTelnet
		}
		d.Services = append(d.Services, discovery.Service{Port: serve(t, l, password[l.ID], honest, &tries[l.ID].Int64), Transport: "tcp", Protocol: l.Protocol})
	}
	return rows[1:], d
}

func TestAfterASuccessTheOtherDoorsAreTriedOnceAndAFailureEndsIt(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		telnet, ftp string
		found       int
		tried       [2]int64
	}{
		{"both", "", "", 2, [2]int64{1, 1}},
		{"the first only", "", own, 1, [2]int64{1, 1}},
		{"none", own, "", 0, [2]int64{1, 0}},
	} {
		tries := map[string]*counter{}
		rows, d := mikrotik(t, map[string]string{"D072-telnet": tt.telnet, "D072-ftp": tt.ftp}, tries)
		target, count := target(t, d)
		found, err := run(t.Context(), target, rows)
		if err != nil || len(found) != tt.found || count.failed > 1 {
			t.Errorf("%s: got %+v, %v, %d failed", tt.name, found, err, count.failed)
		}
		if got := [2]int64{tries["D072-telnet"].Load(), tries["D072-ftp"].Load()}; got != tt.tried {
			t.Errorf("%s: tried %v, want %v", tt.name, got, tt.tried)
		}
	}
}

func TestAnEarlierFindingEndsFixedOnlyWhenItWasLookedAt(t *testing.T) {
	t.Parallel()
	tries := map[string]*counter{}
	rows, d := mikrotik(t, map[string]string{"D072-telnet": own, "D072-ftp": ""}, tries)
	finding := func(i int) checks.Finding {
		return checks.Finding{ID: checks.FindingID(d.ID, Kind, d.Services[i].Port, rows[i].Protocol), Kind: Kind, Port: d.Services[i].Port, Args: map[string]string{"login": rows[i].ID}, Last: time.Now().Add(-time.Hour)}
	}
	tt, count := target(t, d)
	tt.Before = []checks.Finding{finding(0)}
	if found, err := run(t.Context(), tt, rows); err != nil || len(found) > 0 {
		t.Errorf("the one that is fixed: got %+v, %v", found, err)
	}
	tt.Before = []checks.Finding{finding(0), finding(1)}
	if found, err := run(t.Context(), tt, rows); len(found) > 0 || checks.Reason(err) != checks.ReasonTriedToday {
		t.Errorf("one fixed, the other not looked at: got %+v, %v", found, err)
	}
	// The next round: telnet was refused a moment ago, and FTP worked the last time.
	count.past = []checks.Try{{At: time.Now().Add(-time.Minute), Row: rows[0].ID, Failed: true}, {At: time.Now().Add(-time.Hour), Row: rows[1].ID}}
	tt.Before = []checks.Finding{finding(1)}
	if found, err := run(t.Context(), tt, rows); err != nil || len(found) != 1 || found[0].Args["login"] != rows[1].ID {
		t.Errorf("looked at again: got %+v, %v", found, err)
	}
}

func TestTheHistoryThatCannotBeReadStopsIt(t *testing.T) {
	_, d := router(t, factory(), testhome.BehindLogin(testhome.Page("in", "menu")))
	tt := paced(t, d)
	tt.Tries = func(context.Context) ([]checks.Try, error) { return nil, errors.New("no disk") }
	if found, err := (Check{Catalog: catalog(t)}).Run(t.Context(), tt); err == nil || len(found) > 0 {
		t.Errorf("got %+v, %v", found, err)
	}
}

// Another service of a recognised product asks for a login of its own at another door. What is
// recognised is the device; the door has to show the product too.
func TestOnlyTheDoorOfTheProductIsTried(t *testing.T) {
	t.Parallel()
	stranger := func(server, title string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "" {
				t.Errorf("%q was told %q", title, r.Header.Get("Authorization"))
			}
			w.Header().Set("Server", server)
			w.Header().Set("WWW-Authenticate", `Basic realm="Downloads"`)
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, "<title>"+title+"</title>")
		}
	}
	l := row(t, "D114") // Axis: by its title and its server, no realm is known
	all := examples(t)
	for _, tt := range []struct {
		name    string
		other   http.HandlerFunc
		product bool
	}{
		{"the product beside it", stranger("nginx", "Downloads"), true},
		{"half of the signs, and the product beside it", stranger("Boa/0.94", "Downloads"), true},
		{"no other door", stranger("nginx", "Downloads"), false},
		{"no other door, half of the signs", stranger("nginx", "AXIS 2100"), false},
	} {
		f := &fake{e: all[l.ID], l: l, password: l.Password}
		d := at(l, serveWeb(t, tt.other))
		d.Facts = f.e.Facts
		if tt.product {
			d.Services = append(d.Services, discovery.Service{Port: serveWeb(t, f.ServeHTTP), Transport: "tcp", Protocol: "http"})
		}
		found, err := run(t.Context(), paced(t, d), []makers.Login{l})
		if tt.product != (len(found) == 1) || tt.product != (err == nil) || (err != nil && checks.Reason(err) != checks.ReasonUnclear) {
			t.Errorf("%s: got %+v, %v", tt.name, found, err)
		}
		if tt.product && found[0].Port != d.Services[1].Port {
			t.Errorf("%s: found at the wrong door", tt.name)
		}
	}
	// A door that sends people to that of the product is not it.
	f := &fake{e: all[l.ID], l: l, password: l.Password}
	at0 := serveWeb(t, f.ServeHTTP)
	d := at(l, serveWeb(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, fmt.Sprintf("http://127.0.0.1:%d/", at0), http.StatusFound)
			return
		}
		stranger("nginx", "Downloads")(w, r)
	}))
	if found, err := run(t.Context(), paced(t, d), []makers.Login{l}); len(found) > 0 || checks.Reason(err) != checks.ReasonUnclear || f.logins > 0 {
		t.Errorf("it leads to the product: got %+v, %v, %d logins", found, err, f.logins)
	}
	// Nor is one that asks for a login whatever it is asked, by ONVIF.
	l = row(t, "D096-onvif")
	if found, err := run(t.Context(), paced(t, at(l, serveWeb(t, stranger("App-webs/", "index")))), []makers.Login{l}); len(found) > 0 || checks.Reason(err) != checks.ReasonUnclear {
		t.Errorf("no camera: got %+v, %v", found, err)
	}
}
