package defaultlogin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/testhome"
)

const realm = "TP-LINK Wireless N Router WR841N"

// try runs the check on a web page that a simulated device shows.
func try(t *testing.T, login *testhome.Login, page testhome.Web) (found []checks.Finding, counts testhome.Counts, err error) {
	t.Helper()
	catalog, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	fake := testhome.Single("router", page)
	fake.Login = login
	testhome.Run(t, fake)
	home := lan.Open(discovery.Network{Practice: true, Prefix: netip.MustParsePrefix("127.0.0.0/27"), Addr: fake.Addr}, "test", nil)
	d := discovery.Device{
		ID: "d-1", Family: "tplink-green", Kind: discovery.KindRouter, Addrs: []netip.Addr{fake.Addr},
		Services: []discovery.Service{{Port: fake.Doors[0].Port, Transport: "tcp", Protocol: "http"}},
		Facts:    []discovery.Fact{{Key: discovery.FactHTTPRealm, Value: realm}},
	}
	c := Check{Catalog: catalog}
	if !c.Applies(d) {
		t.Fatal("the check does not apply")
	}
	found, err = c.Run(t.Context(), checks.Target{
		Device: d, HTTP: home.HTTP(fake.Addr, lan.Sturdy),
		Login: func(_ context.Context, f func(*http.Client) (bool, error)) (bool, error) {
			return f(home.LoginHTTP(fake.Addr, lan.Sturdy))
		},
	})
	return found, fake.Counts(), err
}

func factory() *testhome.Login {
	return &testhome.Login{Realm: realm, User: "admin", Password: "admin"}
}

func TestTheFactoryPasswordIsFound(t *testing.T) {
	found, counts, err := try(t, factory(), testhome.BehindLogin(testhome.Page("in", "menu")))
	if err != nil || len(found) != 1 || found[0].Severity != checks.Today || found[0].Confidence != discovery.Saw {
		t.Fatalf("got %+v, %v", found, err)
	}
	if counts.LoginAttempts != 1 || len(counts.Requests) != 3 {
		t.Errorf("the device counted %+v", counts)
	}
	if s := fmt.Sprintf("%+v", found); strings.Contains(strings.ReplaceAll(s, "user:admin", ""), "admin") {
		t.Errorf("the finding holds the password: %s", s)
	}
}

func TestAnOwnPasswordIsClear(t *testing.T) {
	login := factory()
	login.Password = "four words of my own"
	found, counts, err := try(t, login, testhome.BehindLogin(testhome.Page("in", "menu")))
	if err != nil || len(found) != 0 || counts.LoginAttempts != 1 {
		t.Errorf("got %+v, %v, %d logins", found, err, counts.LoginAttempts)
	}
}

func TestWhatIsNotProvenIsNeitherFoundNorClear(t *testing.T) {
	challenge := func(w http.ResponseWriter) {
		w.Header().Set("WWW-Authenticate", `Basic realm="`+realm+`"`)
		w.WriteHeader(http.StatusUnauthorized)
	}
	opened := false
	for _, tt := range []struct {
		name   string
		page   testhome.Web
		logins int
	}{
		{"it answers 200 to everything", testhome.Page("welcome", "hello"), 0},
		{"another product", testhome.Refused(`Basic realm="Camera"`), 0},
		{"digest", testhome.Refused(`Digest realm="` + realm + `", nonce="1"`), 0},
		{"it sends people elsewhere", testhome.RedirectTo("http://192.0.2.99/"), 0},
		{"it is locked", func(d *testhome.Device, w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "" {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			challenge(w)
		}, 1},
		{"too many tries", func(d *testhome.Device, w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "" {
				w.Header().Set("Retry-After", "60")
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			challenge(w)
		}, 1},
		{"it sends the login on", func(d *testhome.Device, w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "" {
				http.Redirect(w, r, "/error.htm", http.StatusFound)
				return
			}
			challenge(w)
		}, 1},
		{"it breaks after the login", func(d *testhome.Device, w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "" {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
			challenge(w)
		}, 1},
		{"after the login it is open to everybody", func(d *testhome.Device, w http.ResponseWriter, r *http.Request) {
			opened = opened || r.Header.Get("Authorization") != ""
			if !opened {
				challenge(w)
			}
		}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found, _, err := try(t, nil, tt.page)
			if err == nil || len(found) > 0 {
				t.Errorf("got %+v, %v", found, err)
			}
			if _, ok := errors.AsType[*checks.NotChecked](err); !ok && !errors.Is(err, lan.ErrOffDevice) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAnEndlessPageEndsNothing(t *testing.T) {
	found, counts, err := try(t, factory(), testhome.BehindLogin(testhome.EndlessBody()))
	if err != nil || len(found) != 1 || counts.LoginAttempts != 1 {
		t.Errorf("got %+v, %v, %d logins", found, err, counts.LoginAttempts)
	}
}

func TestOnlyRecognisedProductsAreTried(t *testing.T) {
	catalog, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	web := []discovery.Service{{Port: 80, Transport: "tcp", Protocol: "http"}}
	for _, tt := range []struct {
		name string
		d    discovery.Device
	}{
		{"no family", discovery.Device{Services: web, Facts: []discovery.Fact{{Key: discovery.FactHTTPRealm, Value: realm}}}},
		{"another realm", discovery.Device{Family: "tplink-green", Services: web, Facts: []discovery.Fact{{Key: discovery.FactHTTPRealm, Value: "x TP-LINK"}}}},
		{"no page", discovery.Device{Family: "tplink-green", Facts: []discovery.Fact{{Key: discovery.FactHTTPRealm, Value: realm}}}},
	} {
		if (Check{Catalog: catalog}).Applies(tt.d) {
			t.Errorf("%s: it would be tried", tt.name)
		}
	}
}
