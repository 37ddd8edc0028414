package defaultlogin

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/identify"
	"porchlight/discovery/lan"
)

// An example is what one product says, in testdata/rows.toml.
type example struct {
	ID      string            `toml:"id"`
	Facts   []discovery.Fact  `toml:"facts"`
	Realm   string            `toml:"realm"`
	Cookie  string            `toml:"cookie"` // of a form: that must be sent; else that the page sets
	Sent    string            `toml:"sent"`   // method and address of the form
	Body    string            `toml:"body"`
	Headers map[string]string `toml:"headers"`
	Page    said              `toml:"page"`
	Yes     said              `toml:"yes"`
	No      said              `toml:"no"`
	Logout  string            `toml:"logout"`
}

// A said is one answer; the zero one is that of HTTP itself, or the page again.
type said struct {
	Status  int               `toml:"status"`
	Headers map[string]string `toml:"headers"`
	Body    string            `toml:"body"`
}

func (s said) write(w http.ResponseWriter, status int) {
	for k, v := range s.Headers {
		w.Header().Set(k, v)
	}
	w.WriteHeader(cmp.Or(s.Status, status))
	_, _ = io.WriteString(w, s.Body)
}

func examples(t *testing.T) map[string]example {
	t.Helper()
	raw, err := os.ReadFile("testdata/rows.toml")
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Row []example `toml:"row"`
	}
	if err := toml.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	out := map[string]example{}
	for _, e := range all.Row {
		out[e.ID] = e
	}
	return out
}

func catalog(t *testing.T) *makers.Catalog {
	t.Helper()
	c, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// logins lists every row of the catalogue that is tried.
func logins(t *testing.T) []makers.Login {
	t.Helper()
	var out []makers.Login
	for _, m := range catalog(t).Makers {
		for _, l := range m.Logins {
			if l.Label == "" {
				out = append(out, l)
			}
		}
	}
	return out
}

// device is one that shows the facts of an example, and a service at a port.
func (e example) device(t *testing.T, l makers.Login, port uint16) discovery.Device {
	t.Helper()
	d := discovery.Device{
		ID: "d-1", Facts: e.Facts, Addrs: []netip.Addr{netip.MustParseAddr("127.0.0.1")},
		Services: []discovery.Service{{Port: port, Transport: "tcp", Protocol: methods[l.Protocol].service}},
	}
	identify.Apply(catalog(t), &d)
	return d
}

func TestEveryRowHasAnExampleThatItRecognises(t *testing.T) {
	all := examples(t)
	seen := map[string]bool{}
	for _, l := range logins(t) {
		if seen[l.ID] {
			t.Errorf("two rows are called %s", l.ID)
		}
		seen[l.ID] = true
		e, ok := all[l.ID]
		if !ok {
			t.Errorf("%s has no example", l.ID)
			continue
		}
		d := e.device(t, l, 8080)
		if !slices.ContainsFunc(Rows(catalog(t), d), func(r makers.Login) bool { return r.ID == l.ID }) {
			t.Errorf("%s is not for its own example: it is %q %q, family %q", l.ID, d.Vendor, d.Kind, d.Family)
		}
		if slices.Contains([]discovery.Kind{discovery.KindSolar, discovery.KindEVCharger, discovery.KindVoIP, discovery.KindPhone}, d.Kind) {
			t.Errorf("%s is for a device of kind %q, which is on the skip list", l.ID, d.Kind)
		}
		if rows := Rows(catalog(t), discovery.Device{Services: d.Services}); len(rows) > 0 {
			t.Errorf("%s is tried on a device that says nothing", rows[0].ID)
		}
	}
	for id := range all {
		if !seen[id] {
			t.Errorf("example %s has no row", id)
		}
	}
}

// A fake is a web server that behaves as an example says. It counts what it is asked.
type fake struct {
	e example
	l makers.Login
	// password is what it wants: that of the row, unless the owner changed it.
	password string

	mu                     sync.Mutex
	logins, failures, outs int
	lines                  []string
	wrong                  []string // what was not as the example says
	after                  http.HandlerFunc
	open                   bool // after a login it lets everybody in
}

// A tally is what a fake was asked so far.
type tally struct {
	logins, failures, outs int
	lines, wrong           []string
}

func (f *fake) seen() tally {
	f.mu.Lock()
	defer f.mu.Unlock()
	return tally{f.logins, f.failures, f.outs, slices.Clone(f.lines), slices.Clone(f.wrong)}
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	line := r.Method + " " + r.URL.RequestURI()
	f.lines = append(f.lines, line)
	origin := "http://" + r.Host
	switch {
	case f.l.Protocol != makers.HTTPForm:
		f.http(w, r, line)
	case line == f.e.Logout && (r.Method == http.MethodGet || string(body) != f.e.Body) && f.logins > f.outs:
		f.outs++
	case f.isLogin(r, line, string(body)):
		f.logins++
		if f.after != nil {
			f.failures++
			f.after(w, r)
			return
		}
		for k, v := range f.e.Headers {
			if got, want := r.Header.Get(k), strings.ReplaceAll(v, "{origin}", origin); got != want {
				f.wrong = append(f.wrong, fmt.Sprintf("%s: got %q, want %q", k, got, want))
			}
		}
		if f.password == f.l.Password {
			f.e.Yes.write(w, http.StatusOK)
			return
		}
		f.failures++
		if f.e.No.Status == 0 && f.e.No.Body == "" && f.e.No.Headers == nil {
			f.e.Page.write(w, http.StatusOK)
			return
		}
		f.e.No.write(w, http.StatusOK)
	case line == "GET "+pagePath(f.l):
		f.e.Page.write(w, http.StatusOK)
	default:
		http.NotFound(w, r)
	}
}

// sign says by which product an example is, as its facts have it: in the header, and in the page
// that comes back.
func (e example) sign(w http.ResponseWriter, r *http.Request) (page string) {
	for _, f := range e.Facts {
		switch f.Key {
		case discovery.FactHTTPServer:
			w.Header().Set("Server", f.Value)
		case discovery.FactHTTPHeader + "location":
			w.Header().Set("Location", strings.Replace(f.Value, "192.168.1.1", r.Host, 1))
		case discovery.FactHTTPTitle:
			page += "<title>" + f.Value + "</title>"
		case discovery.FactHTTPBody:
			page += "<p>" + f.Value + "</p>"
		}
	}
	return page
}

// isLogin reports whether a request is the form of the example.
func (f *fake) isLogin(r *http.Request, line, body string) bool {
	cookie := f.e.Cookie == "" || slices.ContainsFunc(strings.Split(r.Header.Get("Cookie"), "; "), func(c string) bool { return c == f.e.Cookie })
	return line == f.e.Sent && body == f.e.Body && cookie
}

// http is a server that asks by HTTP Basic or Digest.
func (f *fake) http(w http.ResponseWriter, r *http.Request, line string) {
	if line == f.e.Logout {
		f.outs++
		return
	}
	sign := f.e.sign(w, r)
	if line == "GET /" && f.l.Path != "/" {
		if w.Header().Get("Location") != "" {
			w.WriteHeader(http.StatusFound)
		}
		_, _ = io.WriteString(w, sign)
		return
	}
	w.Header().Del("Location")
	if line != "GET "+f.l.Path && f.after == nil && f.l.Logout.Path != r.URL.Path {
		http.NotFound(w, r)
		return
	}
	if f.e.Cookie != "" {
		w.Header().Set("Set-Cookie", f.e.Cookie)
	}
	refuse := func() {
		challenge := fmt.Sprintf("%s realm=%q", schemes[f.l.Protocol], f.e.Realm)
		if f.l.Protocol == makers.HTTPDigest {
			challenge += `, nonce="4f3a", qop="auth", algorithm=MD5`
		}
		w.Header().Set("WWW-Authenticate", challenge)
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, "401 Unauthorized")
		if f.l.Path == "/" {
			_, _ = io.WriteString(w, sign)
		}
	}
	said := r.Header.Get("Authorization")
	switch {
	case said == "" && f.open && f.logins > 0:
		_, _ = io.WriteString(w, "come in")
	case said == "":
		refuse()
	case f.l.Logout.Path == r.URL.Path && f.l.Logout.Path != "":
		f.outs++
	default:
		f.logins++
		ok := f.password == f.l.Password && (digestFits(said, f.l) || basicFits(r, f.l))
		switch {
		case f.after != nil:
			f.failures++
			f.after(w, r)
		case ok:
			f.e.Yes.write(w, http.StatusOK)
		default:
			f.failures++
			refuse()
		}
	}
}

func basicFits(r *http.Request, l makers.Login) bool {
	user, password, ok := r.BasicAuth()
	return ok && l.Protocol == makers.HTTPBasic && user == l.User && password == l.Password
}

// digestFits looks at what anybody can see of an answer: its response is proven in digest_test.go.
func digestFits(said string, l makers.Login) bool {
	return l.Protocol == makers.HTTPDigest && strings.HasPrefix(said, "Digest ") && strings.Contains(said, fmt.Sprintf("username=%q", l.User))
}

// start serves a fake, and gives the target of a device that shows it, where every login is
// allowed and counted.
func start(t *testing.T, f *fake) (checks.Target, *counted) {
	t.Helper()
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	u, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	return target(t, f.e.device(t, f.l, netip.MustParseAddrPort(u.Host).Port()))
}

func TestEveryRowOfTheWebTellsYesFromNo(t *testing.T) {
	t.Parallel()
	all := examples(t)
	for _, l := range logins(t) {
		if l.Protocol != makers.HTTPBasic && l.Protocol != makers.HTTPDigest && l.Protocol != makers.HTTPForm {
			continue
		}
		t.Run(l.ID, func(t *testing.T) {
			t.Parallel()
			f := &fake{e: all[l.ID], l: l, password: l.Password}
			tt, count := start(t, f)
			found, err := only(t, l).run(t, tt)
			if err != nil || len(found) != 1 || len(f.seen().wrong) > 0 {
				t.Fatalf("factory login: got %+v, %v, %v; asked %q", found, err, f.seen().wrong, f.seen().lines)
			}
			if f.seen().logins != 1 || count.logins != 1 || count.failed != 0 {
				t.Errorf("factory login: %d logins, the gate counted %d, %d failed", f.seen().logins, count.logins, count.failed)
			}
			if l.Logout.Path != "" && f.seen().outs != 1 {
				t.Errorf("it signed out %d times: %q", f.seen().outs, f.seen().lines)
			}
			secret(t, found, l)

			f = &fake{e: all[l.ID], l: l, password: "four words of my own"}
			tt, count = start(t, f)
			found, err = only(t, l).run(t, tt)
			if err != nil || len(found) != 0 || f.seen().logins != 1 || f.seen().failures != 1 || count.failed != 1 {
				t.Errorf("own password: got %+v, %v; %d logins, %d failed", found, err, f.seen().logins, f.seen().failures)
			}
			for name, answer := range map[string]http.HandlerFunc{
				"503": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
				"429": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) },
				"wait": func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Retry-After", "60")
					w.WriteHeader(http.StatusForbidden)
				},
				"in words": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "Another user is logged in.") },
				"hangs up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			} {
				f := &fake{e: all[l.ID], l: l, password: l.Password, after: answer}
				tt, _ := start(t, f)
				found, err := only(t, l).run(t, tt)
				if len(found) > 0 || checks.Reason(err) != checks.ReasonTriedToday || f.seen().logins != 1 {
					t.Errorf("%s: got %+v, %v, %d logins", name, found, err, f.seen().logins)
				}
			}
		})
	}
}

// unused is a row of MQTT. No product documents such a login yet; the way is there for the first.
var unused = makers.Login{ID: "mqtt", Protocol: makers.MQTT, User: "admin", Password: "public-1"}

// placeholder finds what a row leaves open (assets/makers, Fill).
var placeholder = regexp.MustCompile(`\{[a-z0-9_.]+(?:[:+][a-z0-9_.]+)*\}`)

// asListed writes a text of a row as discovery/lan/requests.txt has it.
func asListed(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		for _, name := range []string{"password", "user"} {
			if strings.Contains(p, name) {
				return "*" + name + "*"
			}
		}
		return "*session*"
	})
}

// pathAsListed is asListed for a path: the name of a session is a whole part of it.
func pathAsListed(text string) string {
	path, query, more := strings.Cut(asListed(text), "?")
	path = strings.ReplaceAll(path, "*session*", "*")
	if more {
		path += "?" + query
	}
	return path
}

// sends is what a row sends in one request with a login.
func sends(method, path, body string) string {
	if body != "" {
		body = " " + asListed(body)
	}
	return "tcp " + method + " " + pathAsListed(path) + body + lan.WithLogin
}

// lines lists all that a row may send, as discovery/lan/requests.txt has it.
func lines(l makers.Login) []string {
	var out []string
	if l.Logout.Path != "" {
		method := http.MethodGet
		if l.Logout.Body != "" {
			method = http.MethodPost
		}
		out = append(out, sends(method, l.Logout.Path, l.Logout.Body))
	}
	switch l.Protocol {
	case makers.HTTPBasic, makers.HTTPDigest:
		return append(out, "tcp GET /", "tcp GET "+l.Path, sends(http.MethodGet, l.Path, ""))
	case makers.HTTPForm:
		return append(out, "tcp GET "+pagePath(l), sends(cmp.Or(l.Form.Method, http.MethodPost), l.Path, l.Form.Body))
	case makers.RTSP:
		return []string{"tcp RTSP DESCRIBE " + l.Path, "tcp RTSP DESCRIBE " + l.Path + lan.WithLogin}
	case makers.SSH:
		return []string{"tcp connect, read greeting", "tcp ssh with a login", "tcp ssh, no password"}
	case makers.FTP:
		return []string{"tcp connect, read greeting", "tcp ftp with a login", "tcp ftp PWD"}
	case makers.Telnet:
		return []string{"tcp connect, read greeting", "tcp telnet with a login"}
	case makers.SNMP:
		return []string{"udp snmp GET sysDescr with a login", "udp snmp GET sysDescr with no community", "udp snmp GET sysDescr with community public"}
	case makers.ONVIF:
		return []string{"tcp POST " + l.Path + " " + askDevice, "tcp POST " + l.Path + " " + askClock, "tcp POST " + l.Path + " " + askDevice + lan.WithLogin}
	case makers.MQTT:
		return []string{"tcp mqtt CONNECT 3.1.1 without a name, DISCONNECT", "tcp mqtt CONNECT 3.1.1 with a login"}
	}
	return nil
}

func TestWhatARowSendsIsListedAndEveryListedLoginIsOfARow(t *testing.T) {
	mine := map[string]bool{}
	for _, l := range append(logins(t), unused) {
		for _, line := range lines(l) {
			transport, rest, _ := strings.Cut(line, " ")
			listed := lan.ListedAs(transport, rest)
			mine[listed] = true
			// What carries a login stands there to the letter; only D007 has a password in its form as it is typed.
			if listed == "" || (strings.HasSuffix(line, lan.WithLogin) && listed != line && l.ID != "D007") {
				t.Errorf("%s: not listed: %s", l.ID, line)
			}
		}
	}
	for _, line := range lan.Requests() {
		if strings.HasSuffix(line, lan.WithLogin) && !mine[line] {
			t.Errorf("listed, but no row sends it: %s", line)
		}
	}
}
