package lan

import (
	"errors"
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
	if err := ask(h.LoginHTTP(at.Addr(), Sturdy), "/cgi-bin/reboot.cgi?x=1"); !errors.Is(err, ErrNotListed) {
		t.Errorf("a page that no row has: got %v", err)
	}
	if err := ask(h.LoginHTTP(at.Addr(), Sturdy), path); err != nil {
		t.Error(err)
	}
	traffic, _ := h.Traffic()
	said := traffic[at.Addr()].Requests
	if len(said) != 1 || said[0].Line != "GET /cgi-bin/hi3510/checkuser.cgi with a login" {
		t.Errorf("the ledger has %+v", said)
	}
	if left := h.Left(at.Addr(), Gentle); left != gentleConns-1 {
		t.Errorf("%d connections left", left)
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
		"/a/b/userRpm/LogoutRpm.htm":       false,
		"/ABCDEF/userRpm/SysRebootRpm.htm": false,
	} {
		if got := Listed("tcp", "GET "+path+WithLogin); got != want {
			t.Errorf("%s: got %t", path, got)
		}
	}
}
