package openadmin

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/checks/way"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/testhome"
)

func catalogue(t *testing.T) *makers.Catalog {
	t.Helper()
	c, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// says is what a page answers: a body, or "status body", or "status name: value".
type says map[string]string

// web answers by the path with its query. What is not there is not found.
func (s says) web(_ *testhome.Device, w http.ResponseWriter, r *http.Request) {
	text, ok := s[r.URL.RequestURI()]
	switch {
	case !ok:
		http.NotFound(w, r)
	case strings.HasPrefix(text, "-> "):
		http.Redirect(w, r, strings.TrimPrefix(text, "-> "), http.StatusFound)
	case text == "401" || text == "403":
		status, _ := strconv.Atoi(text)
		w.WriteHeader(status)
	case text == "409":
		w.Header().Set("X-Transmission-Session-Id", "mXc0QyZc8k")
		w.WriteHeader(http.StatusConflict)
		_, _ = io.WriteString(w, "<h1>409: Conflict</h1>")
	case text == "token":
		w.Header().Set("X-FHEM-csrfToken", "csrf_271828182845904")
	default:
		_, _ = io.WriteString(w, text)
	}
}

// target is a device that shows facts, written "key value", and has its page where fake has it.
func target(fake *testhome.Device, facts ...string) checks.Target {
	home := lan.Open(discovery.Network{Practice: true, Prefix: netip.MustParsePrefix("127.0.0.0/27"), Addr: fake.Addr}, "test", nil)
	d := discovery.Device{ID: "d-1", Addrs: []netip.Addr{fake.Addr}, Services: []discovery.Service{{Port: fake.Doors[0].Port, Transport: "tcp", Protocol: "http"}}}
	for _, f := range facts {
		key, value, _ := strings.Cut(f, " ")
		d.Facts = append(d.Facts, discovery.Fact{Key: discovery.FactKey(key), Value: value})
	}
	return checks.Target{Device: d, Way: way.To(home, fake.Addr, lan.Sturdy)}
}

const sonarrs = `<html><head><title>%s</title></head><body><div id="root"></div><script>window.app={}</script></body></html>`

// products are all rows with a device of each: what shows it, what it answers without a password,
// and what it answers with one.
var products = map[string]struct {
	shows        string
	open, closed says
	severity     checks.Severity
}{
	"adguard-home-setup": {
		"http.title Setup AdGuard Home",
		says{"/control/install/get_addresses": `{"interfaces":{"eth0":{"name":"eth0"}},"version":"v0.107.52","web_port":80,"dns_port":53}`},
		says{},
		checks.Today,
	},
	"adguard-home": {
		"http.title AdGuard Home",
		says{"/control/status": `{"version":"v0.107.52","language":"en","dns_addresses":["192.0.2.4"],"dns_port":53,"http_port":80,"protection_enabled":true,"running":true}`},
		says{"/control/status": "401"},
		checks.Today,
	},
	"pi-hole": {
		"http.title Pi-hole attic",
		says{"/api/auth": `{"session":{"valid":true,"totp":false,"sid":null,"validity":-1,"message":"no password set"},"took":0.0001}`},
		says{"/api/auth": `{"session":{"valid":false,"totp":false,"sid":null,"validity":-1,"message":null},"took":0.0001}`},
		checks.Today,
	},
	"go2rtc": {
		"http.title go2rtc",
		says{"/api": `{"config_path":"/config/go2rtc.yaml","host":"192.0.2.4:1984","rtsp":{"listen":":8554"},"version":"1.9.4"}`},
		says{"/api": "401"},
		checks.Today,
	},
	"syncthing": {
		"http.title Syncthing",
		says{"/meta.js": `var metadata = {"authenticated":true,"deviceID":"ABCDEFG-HIJKLMN","deviceIDShort":"ABCDEFG"};`},
		says{"/meta.js": "403"},
		checks.Today,
	},
	"sonarr": {
		"http.title Sonarr",
		says{"/": strings.Replace(sonarrs, "%s", "Sonarr", 1), "/ping": `{"status": "OK"}`},
		says{"/": "-> /login?returnUrl=/", "/login?returnUrl=/": "<title>Login - Sonarr</title>", "/ping": `{"status": "OK"}`},
		checks.Week,
	},
	"radarr": {
		"http.title Radarr",
		says{"/": strings.Replace(sonarrs, "%s", "Radarr", 1), "/ping": `{"status": "OK"}`},
		says{"/": "401", "/ping": `{"status": "OK"}`},
		checks.Week,
	},
	"lidarr": {
		"http.title Lidarr",
		says{"/": strings.Replace(sonarrs, "%s", "Lidarr", 1), "/ping": `{"status": "OK"}`},
		says{"/": "401"},
		checks.Week,
	},
	"prowlarr": {
		"http.title Prowlarr",
		says{"/": strings.Replace(sonarrs, "%s", "Prowlarr", 1), "/ping": `{"status": "OK"}`},
		says{"/": "401"},
		checks.Week,
	},
	"transmission": {"http.title Transmission Web Interface", says{"/transmission/rpc": "409"}, says{"/transmission/rpc": "401"}, checks.Week},
	"qbittorrent":  {"http.title qBittorrent WebUI", says{"/api/v2/app/version": "v4.6.5"}, says{"/api/v2/app/version": "401"}, checks.Week},
	"filebrowser": {
		"http.title File Browser",
		says{"/": `<script>window.FileBrowser = JSON.parse('{"AuthMethod":"noauth","NoAuth":true,"Name":""}');</script>`, "/health": `{"status":"OK"}`},
		says{"/": `<script>window.FileBrowser = {"BaseURL":"","NoAuth": false}</script>`, "/health": `{"status":"OK"}`},
		checks.Today,
	},
	"glances": {"http.title Glances", says{"/api/4/status": `{"version":"4.2.1"}`}, says{"/api/4/status": "401"}, checks.Good},
	"node-red": {
		"http.title Node-RED",
		says{"/auth/login": `{}`, "/settings": `{"httpNodeRoot":"/","version":"3.1.9","context":{"default":"memory"}}`},
		says{"/auth/login": `{"type":"credentials","prompts":[{"id":"username","type":"text","label":"Username"}]}`, "/settings": "401"},
		checks.Today,
	},
	"octoprint": {
		"mdns.service _octoprint._tcp",
		says{"/api/setup/wizard": `{"corewizard":{"details":{},"ignored":false,"required":true,"version":4}}`},
		says{"/api/setup/wizard": "401"},
		checks.Today,
	},
	"esphome-dashboard": {
		"http.title Dashboard - ESPHome",
		says{"/version": `{"version": "2025.3.1"}`},
		says{"/version": "-> /login", "/login": "<title>Login - ESPHome</title>"},
		checks.Today,
	},
	"esphome-device": {
		"mdns.service _esphomelib._tcp",
		says{"/": `<!DOCTYPE html><html><head><meta charset=UTF-8></head><body><esp-app></esp-app><script src="https://oi.esphome.io/v2/www.js"></script></body></html>`},
		says{"/": "401"},
		checks.Week,
	},
	"frigate": {"http.title Frigate", says{"/api/version": "0.14.1-f4f3cfa"}, says{"/api/version": "401"}, checks.Today},
	"home-assistant-setup": {
		"http.title Home Assistant",
		says{"/api/onboarding": `[{"step":"user","done":false},{"step":"core_config","done":false}]`},
		says{"/api/onboarding": `[{"step":"user","done":true},{"step":"core_config","done":false}]`},
		checks.Today,
	},
	"moonraker": {
		"mdns.service _moonraker._tcp",
		says{"/server/info": `{"result":{"klippy_connected":true,"klippy_state":"ready","moonraker_version":"v0.9.3-1-g4e00a07"}}`},
		says{"/server/info": "401"},
		checks.Week,
	},
	"domoticz": {
		"http.title Domoticz",
		says{"/json.htm?type=command&param=getauth": `{"rights":2,"status":"OK","title":"GetAuth","user":"","version":"2023.1"}`},
		says{"/json.htm?type=command&param=getauth": "{\n\t\"status\" : \"OK\",\n\t\"title\" : \"GetAuth\"\n}\n"},
		checks.Today,
	},
	"tasmota": {
		"http.server Tasmota/13.4.0 (ESP8266EX)",
		says{"/cm?cmnd=Status%202": `{"StatusFWR":{"Version":"13.4.0(tasmota)","BuildDateTime":"2024-02-14T12:00:00"}}`},
		says{"/cm?cmnd=Status%202": `{"WARNING":"Behöver användarnamn=<användarnamn>&lösenord=<lösenord>"}`},
		checks.Week,
	},
	"wled": {
		"mdns.service _wled._tcp",
		says{"/settings/ui": "<html><head><title>UI Settings</title></head></html>"},
		says{"/settings/ui": "<html><head><title>PIN required</title></head></html>"},
		checks.Good,
	},
	"shelly": {
		"mdns.service _shelly._tcp",
		says{"/shelly": `{"name":null,"id":"shellyplusplugs-a8032ab12345","model":"SNPL-00112EU","gen":2,"ver":"1.4.4","app":"PlusPlugS","auth_en":false,"auth_domain":null}`},
		says{"/shelly": `{"type":"SHPLG-S","mac":"A8032AB12345","auth":true,"fw":"20230913-113421/v1.14.0"}`},
		checks.Week,
	},
	"jellyfin-setup": {
		"http.title Jellyfin",
		says{"/System/Info/Public": `{"ServerName":"attic","Version":"10.9.11","StartupWizardCompleted":false}`, "/Startup/Configuration": `{"UICulture":"en-US","MetadataCountryCode":"US"}`},
		says{"/System/Info/Public": `{"ServerName":"attic","Version":"10.9.11","StartupWizardCompleted":true}`, "/Startup/Configuration": "401"},
		checks.Today,
	},
	"hubitat": {
		"http.title Hubitat Elevation",
		says{"/hub/advanced/freeOSMemory": "412345"},
		says{"/hub/advanced/freeOSMemory": `<html><head><title>Hubitat Elevation Login</title></head><input type="password"></html>`},
		checks.Week,
	},
	"openhab": {
		"http.title openHAB",
		says{"/rest/items?tags=porchlight-none&fields=name": "[]", "/rest/": `{"version":"8","runtimeInfo":{"version":"4.1.0"},"links":[{"type":"actions","url":"http://192.0.2.4:8080/rest/actions"}]}`},
		says{"/rest/items?tags=porchlight-none&fields=name": "401"},
		checks.Week,
	},
	"zwave-js-ui":      {"http.title Z-Wave JS UI", says{"/api/auth-enabled": `{"success":true,"data":false}`}, says{"/api/auth-enabled": `{"success":true,"data":true}`}, checks.Week},
	"iobroker":         {"http.title ioBroker.admin", says{"/auth": `{"auth":false}`}, says{"/auth": `{"auth":true}`}, checks.Today},
	"fhem":             {"http.title Home, Sweet Home", says{"/fhem?XHR=1": "token"}, says{"/fhem?XHR=1": "401"}, checks.Today},
	"homebridge":       {"http.title Homebridge", says{"/api/auth/settings": `{"env":{"setupWizardComplete":true},"formAuth":false}`}, says{"/api/auth/settings": `{"env":{"setupWizardComplete":true},"formAuth":true}`}, checks.Today},
	"homebridge-setup": {"http.title Homebridge", says{"/api/auth/settings": `{"env":{"setupWizardComplete":false},"formAuth":true}`}, says{"/api/auth/settings": `{"env":{"setupWizardComplete":true},"formAuth":true}`}, checks.Today},
}

// only is a catalogue with one row.
func only(t *testing.T, id string) Check {
	t.Helper()
	c := Check{Catalog: &makers.Catalog{}}
	for _, m := range catalogue(t).Makers {
		m.Opens = slices.DeleteFunc(slices.Clone(m.Opens), func(o makers.Open) bool { return o.ID != id })
		c.Catalog.Makers = append(c.Catalog.Makers, m)
	}
	return c
}

// sure is how sure a finding of a row may be.
func sure(c Check, id string) discovery.Strength {
	if slices.ContainsFunc(c.Catalog.Opens(), func(o makers.Open) bool { return o.ID == id && o.Sure }) {
		return discovery.Saw
	}
	return discovery.Likely
}

func TestEveryProductIsFoundOpenAndFixed(t *testing.T) {
	t.Parallel()
	var rows []string
	for _, o := range catalogue(t).Opens() {
		rows = append(rows, o.ID)
		if _, ok := products[o.ID]; !ok {
			t.Errorf("no sample of %s", o.ID)
		}
		for _, p := range o.Proofs {
			if !lan.Listed("tcp", "GET "+p.Path) {
				t.Errorf("%s: %s is not listed", o.ID, p.Path)
			}
		}
	}
	for id, p := range products {
		if !slices.Contains(rows, id) {
			t.Errorf("a sample of no row: %s", id)
		}
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			c, shows := only(t, id), strings.Split(p.shows, "\n")
			fake := testhome.Single(id, p.open.web)
			testhome.Run(t, fake)
			at := target(fake, shows...)
			if !c.Applies(at.Device) {
				t.Fatal("it is not recognised")
			}
			found, err := c.Run(t.Context(), at)
			if err != nil || len(found) != 1 {
				t.Fatalf("without a password: got %+v, %v", found, err)
			}
			f := found[0]
			if f.Severity != p.severity || f.Confidence != sure(c, id) || f.Port != fake.Doors[0].Port || f.Args["product"] == "" || f.Args["where"] == "" || len(f.Evidence) < 2 {
				t.Errorf("got %+v", f)
			}
			for m := range fake.Counts().Methods() {
				if m != http.MethodGet {
					t.Errorf("it was asked by %s", m)
				}
			}

			shut := testhome.Single(id, p.closed.web)
			testhome.Run(t, shut)
			for name, at := range map[string]checks.Target{"seen": target(shut, shows...), "known from before": target(shut)} {
				if name != "seen" {
					at.Before = []checks.Finding{{Port: shut.Doors[0].Port, Args: f.Args}}
				}
				if found, err := c.Run(t.Context(), at); err != nil || len(found) != 0 {
					t.Errorf("with a password, %s: got %+v, %v", name, found, err)
				}
			}
		})
	}
}

func TestWhatIsNotProvenIsNotSaid(t *testing.T) {
	t.Parallel()
	soft := func(body string) testhome.Web { return testhome.Text("text/html", body) }
	for name, page := range map[string]testhome.Web{
		"another page for every path": soft("<html><title>Node-RED</title>Please wait</html>"),
		"an empty object everywhere":  soft("{}"),
		"not found":                   says{}.web,
		"half of it":                  says{"/auth/login": "{}"}.web,
		"the other half":              says{"/settings": `{"httpNodeRoot":"/","version":"3.1.9"}`}.web,
		"a portal elsewhere":          testhome.RedirectTo("http://192.0.2.99/welcome"),
		"another page":                says{"/auth/login": "-> /start", "/start": "{}"}.web,
		"round and round":             says{"/auth/login": "-> /auth/login"}.web,
		"endless":                     testhome.EndlessBody(),
		"headers":                     testhome.ManyHeaders(1000),
		"busy": func(_ *testhome.Device, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, "{}")
		},
		"a bomb": func(_ *testhome.Device, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, bomb)
		},
		"packed wrong": func(_ *testhome.Device, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, "{}")
		},
		"a length that is a lie": func(_ *testhome.Device, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "{}")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := testhome.Single("node-red", page)
			testhome.Run(t, fake)
			found, err := only(t, "node-red").Run(t.Context(), target(fake, "http.title Node-RED"))
			if err == nil || len(found) != 0 {
				t.Errorf("got %+v, %v", found, err)
			}
		})
	}
}

// soon is a context for devices that would take up all the time they are given.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

func TestASlowPageEndsInTime(t *testing.T) {
	t.Parallel()
	fake := testhome.Single("node-red", testhome.SlowBody("{", 100*time.Millisecond))
	testhome.Run(t, fake)
	start := time.Now()
	if found, err := only(t, "node-red").Run(soon(t), target(fake, "http.title Node-RED")); err == nil || len(found) != 0 {
		t.Errorf("got %+v, %v", found, err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestWhatIsKeptIsClean(t *testing.T) {
	t.Parallel()
	fake := testhome.Single("printer", testhome.Text("application/json", `{"result":{"moonraker_version":"v0.9\u001b[31m\u202e`+strings.Repeat("x", 5000)+`"}}`))
	testhome.Run(t, fake)
	found, err := only(t, "moonraker").Run(t.Context(), target(fake, "mdns.service _moonraker._tcp"))
	if err != nil || len(found) != 1 {
		t.Fatalf("got %+v, %v", found, err)
	}
	for _, e := range found[0].Evidence {
		if e.Value != discovery.Clean(e.Value) || len(e.Value) > discovery.MaxValueBytes {
			t.Errorf("kept %q", e)
		}
	}
}

func TestNonsenseInsteadOfTLSIsNoAnswer(t *testing.T) {
	t.Parallel()
	fake := testhome.Single("pi-hole", products["pi-hole"].open.web)
	testhome.Run(t, fake)
	at := target(fake, "http.title Pi-hole attic")
	at.Device.Services[0].TLS = true
	if found, err := only(t, "pi-hole").Run(t.Context(), at); err == nil || len(found) != 0 {
		t.Errorf("got %+v, %v", found, err)
	}
}

func TestOneSignIsOnlyLikely(t *testing.T) {
	t.Parallel()
	fake := testhome.Single("pi-hole", products["pi-hole"].open.web)
	testhome.Run(t, fake)
	at := target(fake) // it no longer shows itself as that product
	at.Before = []checks.Finding{{Port: fake.Doors[0].Port, Args: map[string]string{"row": "pi-hole", "url": "http://x/"}}}
	found, err := only(t, "pi-hole").Run(t.Context(), at)
	if err != nil || len(found) != 1 || found[0].Confidence != discovery.Likely || found[0].Severity != checks.Week {
		t.Errorf("got %+v, %v", found, err)
	}
}

func TestADoorThatIsGoneIsFixedAndSilenceIsNot(t *testing.T) {
	t.Parallel()
	c := only(t, "pi-hole")
	gone := testhome.Single("pi-hole", nil)
	gone.Doors[0].Port = 1 // nobody listens there
	at := target(gone, "http.title Pi-hole attic")
	at.Before = []checks.Finding{{Port: 1, Args: map[string]string{"row": "pi-hole", "url": "http://x/"}}}
	if found, err := c.Run(t.Context(), at); err != nil || len(found) != 0 {
		t.Errorf("closed: got %+v, %v", found, err)
	}
	silent := testhome.Single("pi-hole", func(_ *testhome.Device, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	testhome.Run(t, silent)
	at = target(silent)
	at.Before = []checks.Finding{{Port: silent.Doors[0].Port, Args: map[string]string{"row": "pi-hole", "url": "http://x/"}}}
	if found, err := c.Run(soon(t), at); err == nil {
		t.Errorf("silent: got %+v", found)
	}
	at.Before[0].Args = map[string]string{"row": "a row of another time"}
	if found, err := c.Run(t.Context(), at); err == nil {
		t.Errorf("no such row any more: got %+v", found)
	}
}

func TestOneUnclearProductHidesNoOther(t *testing.T) {
	t.Parallel()
	pages := maps.Clone(products["glances"].open)
	fake := testhome.Single("server", pages.web)
	testhome.Run(t, fake)
	c := Check{Catalog: catalogue(t)}
	at := target(fake, "http.title Glances", "http.title Frigate")
	for _, before := range [][]checks.Finding{nil, {{ID: "f-1", Port: fake.Doors[0].Port, Args: map[string]string{"row": "frigate"}}}} {
		at.Before = before
		found, err := c.Run(t.Context(), at)
		if len(found) != 1 || found[0].Args["product"] != "Glances" {
			t.Fatalf("got %+v, %v", found, err)
		}
		if partly, ok := errors.AsType[*checks.Partly](err); !ok || len(partly.Gone) > 0 {
			t.Errorf("all was looked at, or what was found before is fixed: %v", err)
		}
	}
}

func TestWhereAProductIsAsked(t *testing.T) {
	t.Parallel()
	web := func(ports ...uint16) (out []discovery.Service) {
		for _, p := range ports {
			out = append(out, discovery.Service{Port: p, Transport: "tcp", Protocol: "http", TLS: p == 443})
		}
		return append(out, discovery.Service{Port: 22, Transport: "tcp", Protocol: "ssh"}, discovery.Service{Port: lan.IPPPort, Transport: "tcp", Protocol: "http"})
	}
	for _, tt := range []struct {
		name     string
		services []discovery.Service
		port     uint16
		want     []uint16
	}{
		{"at its own port", web(80, 443, 1880), 1880, []uint16{1880}},
		{"behind another door", web(80, 443, 8080), 1880, []uint16{80, 443}},
		{"no page known", web(), 1880, []uint16{1880}},
		{"no page known, no port", web(), 0, nil},
		{"anywhere", web(80), 0, []uint16{80}},
	} {
		var got []uint16
		for _, s := range doors(discovery.Device{Services: tt.services}, makers.Open{Port: tt.port}) {
			got = append(got, s.Port)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}
