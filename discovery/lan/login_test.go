package lan

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"porchlight/discovery"
)

// A form that carries a login in its address is not in the ledger with it, and only the client
// of a login may send it.
func TestALoginInAnAddressStaysOutOfTheLedger(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	t.Cleanup(srv.Close)
	at := netip.MustParseAddrPort(srv.Listener.Addr().String())
	h := Open(discovery.Network{Practice: true, Prefix: netip.MustParsePrefix("127.0.0.0/27"), Addr: at.Addr()}, "test", nil)
	ask := func(c *http.Client, path string) error {
		req, err := http.NewRequestWithContext(CarryLogin(t.Context()), http.MethodGet, srv.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := c.Do(req)
		if err == nil {
			err = resp.Body.Close()
		}
		return err
	}
	const path = "/cgi-bin/hi3510/checkuser.cgi?-name=admin&-passwd=secret"
	if err := ask(h.HTTP(at.Addr(), Sturdy), path); !errors.Is(err, ErrNotReading) {
		t.Errorf("without a login: got %v", err)
	}
	for _, other := range []string{
		"/cgi-bin/reboot.cgi?x=1", strings.TrimSuffix(path, "secret") + "secret&reboot=1", strings.TrimSuffix(path, "secret") + "secret;reboot",
		"/cgi-bin/hi3510/checkuser.cgi", "/cgi-bin/hi3510/checkuser.cgi?-passwd=secret&-name=admin",
	} {
		err := ask(h.LoginHTTP(at.Addr(), Sturdy), other)
		if !errors.Is(err, ErrNotListed) {
			t.Errorf("%s, which no row has: got %v", other, err)
		}
	}
	if err := ask(h.LoginHTTP(at.Addr(), Sturdy), path); err != nil {
		t.Error(err)
	}
	traffic, _ := h.Traffic()
	said := traffic[at.Addr()].Requests
	if len(said) != 1 || said[0].Line != "GET /cgi-bin/hi3510/checkuser.cgi?-name=*user*&-passwd=*password* with a login" {
		t.Errorf("the ledger has %+v", said)
	}
	if h.CarriedLogin(at.Addr()) == 0 {
		t.Error("nobody knows that it left")
	}
	if left := h.Left(at.Addr(), Gentle); left != gentleConns-1 {
		t.Errorf("%d connections left", left)
	}
}

// What a row sends is on the list to the letter; a device cannot put more into it by what it gives
// for the session.
func TestOnlyAListedFormIsSent(t *testing.T) {
	var got []string
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got = append(got, r.Method+" "+r.URL.RequestURI()+" "+string(b))
	}))
	t.Cleanup(srv.Close)
	at := netip.MustParseAddrPort(srv.Listener.Addr().String())
	const form, xml = "application/x-www-form-urlencoded", "text/plain;charset=UTF-8"
	for _, tt := range []struct {
		name, method, path, typ, body string
		header                        http.Header
		want                          error
	}{
		{name: "a form", method: "POST", path: "/check.php", typ: form, body: "username=admin&password=a%26b"},
		{name: "an empty password", method: "POST", path: "/check.php", typ: form, body: "username=admin&password="},
		{name: "JSON", method: "POST", path: "/json", typ: "application/json", body: `{"method":"auth.login","params":["deluge"],"id":1}`},
		{name: "a text with blanks", method: "POST", path: "/doLogin", typ: xml, body: `<?xml version="1.0" encoding="utf-8" ?><request version="1.0" systemType="NVMS-9000" clientType="WEB"/>`, header: http.Header{"Authorization": {"Basic eDp5"}}},
		{name: "a field more", method: "POST", path: "/check.php", typ: form, body: "username=admin&password=x&reboot=1", want: ErrNotListed},
		{name: "a field less", method: "POST", path: "/check.php", typ: form, body: "username=admin", want: ErrNotListed},
		{name: "a query", method: "POST", path: "/check.php?reboot=1", typ: form, body: "username=admin&password=x", want: ErrNotListed},
		{name: "another order", method: "POST", path: "/json", typ: "application/json", body: `{"method":"core.shutdown","params":["deluge"],"id":1}`, want: ErrNotListed},
		{name: "out of the field", method: "POST", path: "/json", typ: "application/json", body: `{"method":"auth.login","params":["x"],"method":"x"],"id":1}`, want: ErrNotListed},
		{name: "out of the line", method: "POST", path: "/check.php", typ: form, body: "username=admin&password=x\nmore", want: ErrNotListed},
		{name: "no body", method: "POST", path: "/check.php", typ: form, want: ErrNotListed},
		{name: "a body where none is", method: "GET", path: "/admin/", typ: form, body: "x=1", want: ErrNotReading},
		{name: "another header", method: "GET", path: "/admin/", header: http.Header{"Authorization": {"Basic eDp5"}, "X-Http-Method-Override": {"DELETE"}}, want: ErrNotReading},
	} {
		got = nil
		h := Open(discovery.Network{Practice: true, Prefix: netip.MustParsePrefix("127.0.0.0/27"), Addr: at.Addr()}, "test", nil)
		req, err := http.NewRequestWithContext(CarryLogin(t.Context()), tt.method, srv.URL+tt.path, strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(req.Header, tt.header)
		if tt.typ != "" {
			req.Header.Set("Content-Type", tt.typ)
		}
		resp, err := h.LoginHTTP(at.Addr(), Sturdy).Do(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
		if tt.want == nil && (len(got) != 1 || got[0] != tt.method+" "+tt.path+" "+tt.body) {
			t.Errorf("%s: the device was told %q", tt.name, got)
		}
		if tt.want != nil && (len(got) > 0 || h.CarriedLogin(at.Addr()) > 0 || (tt.body != "" && strings.Contains(errors.Unwrap(err).Error(), tt.body))) {
			t.Errorf("%s: it left, or is in the error: %q, %v", tt.name, got, err)
		}
	}
}

func TestOnlyTwoQuestionsGoToACamera(t *testing.T) {
	const begin, body, end = `<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">`, `<s:Body><GetDeviceInformation xmlns="http://www.onvif.org/ver10/device/wsdl"/></s:Body>`, `</s:Envelope>`
	const login = `<s:Header><w:Security xmlns:w="` + wsSecurity + `"><w:UsernameToken><w:Username>admin</w:Username></w:UsernameToken></w:Security></s:Header>`
	for _, tt := range []struct {
		name, soap, question string
		login                bool
	}{
		{"device", begin + body + end, "GetDeviceInformation", false},
		{"device, with a login", begin + login + body + end, "GetDeviceInformation", true},
		{"clock", begin + strings.Replace(body, "DeviceInformation", "SystemDateAndTime", 1) + end, "GetSystemDateAndTime", false},
		{"reboot", begin + strings.Replace(body, "GetDeviceInformation", "SystemReboot", 1) + end, "", false},
		{"two at once", begin + body + strings.Replace(body, "GetDeviceInformation", "SystemReboot", 1) + end, "", false},
		{"something in it", begin + `<s:Body><GetDeviceInformation xmlns="http://www.onvif.org/ver10/device/wsdl"><x/></GetDeviceInformation></s:Body>` + end, "", false},
		{"text in it", begin + `<s:Body><GetDeviceInformation xmlns="http://www.onvif.org/ver10/device/wsdl">x</GetDeviceInformation></s:Body>` + end, "", false},
		{"another header", begin + `<s:Header><x/></s:Header>` + body + end, "", false},
		{"two logins", begin + strings.Replace(login, "</s:Header>", `<w:Security xmlns:w="`+wsSecurity+`"/></s:Header>`, 1) + body + end, "", false},
		{"another namespace", begin + strings.Replace(body, "device/wsdl", "media/wsdl", 1) + end, "", false},
		{"DOCTYPE", `<!DOCTYPE x>` + begin + body + end, "", false},
		{"no XML", "GetDeviceInformation", "", false},
	} {
		question, login := asksCamera([]byte(tt.soap))
		if question != tt.question || (question != "" && login != tt.login) {
			t.Errorf("%s: got %q, %t", tt.name, question, login)
		}
	}
}

func TestAPartOfAPathMayBeTheNameOfASession(t *testing.T) {
	for path, want := range map[string]bool{
		"/ABCDEF/userRpm/LogoutRpm.htm":    true,
		"/x/userRpm/LogoutRpm.htm":         true,
		"//userRpm/LogoutRpm.htm":          false,
		"/x?y=/userRpm/LogoutRpm.htm":      false,
		"/a/b/userRpm/LogoutRpm.htm":       false,
		"/ABCDEF/userRpm/SysRebootRpm.htm": false,
	} {
		if got := Listed("tcp", "GET "+path+WithLogin); got != want {
			t.Errorf("%s: got %t", path, got)
		}
	}
}
