package makers

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"porchlight/discovery"
)

// good is a row that only lacks what a test adds.
const good = `name = "X"
[[sign]]
fact = "http.server"
pattern = '^x$'
family = "x"
[[login]]
id = "X1"
family = "x"
source = "a manual"
confidence = "A"
`

const form = `protocol = "http-form"
path = "/login"
page = { pattern = 'name="(?P<key>[a-z]+)"' }
form = { body = "u={user}&p={md5:password+page.key}" }
success = [{ status = 302, location = '/in' }]
failure = [{ status = 200, again = true }]
`

func TestARowIsCheckedWhenItIsLoaded(t *testing.T) {
	basic := "protocol = \"http-basic\"\npath = \"/\"\nrealm = '^X'\n"
	for _, tt := range []struct{ name, row, says string }{
		{"basic", basic, ""},
		{"form", form, ""},
		{"telnet", "protocol = \"telnet\"\ngreeting = '^X'\nsuccess = [{ body = 'hello' }]\n", ""},
		{"snmp", "protocol = \"snmp\"\npassword = \"private\"\nwith = [{ fact = \"snmp.sysdescr\", pattern = '^X' }]\n", ""},
		{"snmp of whoever answers", "protocol = \"snmp\"\npassword = \"private\"\n", "agent"},
		{"shown by its pages", "protocol = \"http-basic\"\npath = \"/\"\nwith = [{ fact = \"http.server\", pattern = '^X' }, { fact = \"http.header.location\", pattern = '^X' }]\n", ""},
		{"shown elsewhere", "protocol = \"http-basic\"\npath = \"/\"\nwith = [{ fact = \"http.server\", pattern = '^X' }, { fact = \"upnp.model_name\", pattern = '^X' }]\n", "realm"},
		{"rtsp without a realm", "protocol = \"rtsp\"\npath = \"/\"\n", "realm"},
		{"unknown way", "protocol = \"rlogin\"\n", "no such protocol"},
		{"no way", "", "no such protocol"},
		{"basic without a path", "protocol = \"http-basic\"\nrealm = '^X'\n", "path"},
		{"any realm", "protocol = \"http-basic\"\npath = \"/\"\nrealm = 'X'\n", "beginning"},
		{"no realm and no condition", "protocol = \"http-basic\"\npath = \"/\"\n", "realm"},
		{"bad realm", "protocol = \"http-basic\"\npath = \"/\"\nrealm = '^('\n", "parse"},
		{"ssh without a greeting", "protocol = \"ssh\"\n", "greeting"},
		{"form without signs", "protocol = \"http-form\"\npath = \"/\"\npage = { pattern = 'x' }\n", "success"},
		{"form without a page", strings.Replace(form, "page = {", "#", 1), "page"},
		{"unknown placeholder", strings.Replace(form, "page.key", "page.other", 1), "page.other"},
		{"unknown function", strings.Replace(form, "md5:", "sha3:", 1), "sha3"},
		{"answer without a status", strings.Replace(form, "status = 302, ", "", 1), "status"},
		{"header", strings.Replace(form, `form = {`, `form = { headers = { referer = "x" },`, 1), "referer"},
		{"public is no secret", "protocol = \"snmp\"\npassword = \"public\"\n", "community"},
		{"locks at once", basic + "locks = 2\n", "locks"},
		{"memory", strings.Replace(basic, "protocol", "confidence = \"C\"\nprotocol", 1), "confidence"},
		{"unknown field", basic + "colour = \"red\"\n", "colour"},
		{"on the label", "label = \"bottom\"\n", ""},
		{"on a label that nobody has words for", "label = \"lid\"\n", "label"},
		{"on the label, and tried", basic + "label = \"bottom\"\n", "label"},
	} {
		content := good + tt.row
		if strings.Contains(tt.row, "confidence") {
			content = strings.Replace(content, "confidence = \"A\"\n", "", 1)
		}
		_, err := load(fstest.MapFS{"x.toml": {Data: []byte(content)}})
		switch {
		case tt.says == "" && err != nil:
			t.Errorf("%s: got %v", tt.name, err)
		case tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), "x.toml")):
			t.Errorf("%s: got %v, want something about %q", tt.name, err, tt.says)
		case tt.says != "" && tt.name != "unknown field" && !strings.Contains(err.Error(), "X1"):
			t.Errorf("%s: the row is not named: %v", tt.name, err)
		}
	}
}

func TestPlaceholdersAreFilled(t *testing.T) {
	v := Values{"user": "admin", "password": "a&b", "origin": "http://192.168.1.1", "page.key": "7"}
	for template, want := range map[string]string{
		"u={user}&p={url:password}":         "u=admin&p=a%26b",
		"{base64:user:password}":            "YWRtaW46YSZi",
		"{url:base64:user:md5:password}":    "YWRtaW46Yjk2ZTdiZGE5YzlmZWVlMzI1OWIxNzdiZDQ1NmIwYTU%3D",
		"{upper:md5:page.key+user}":         "378D49E0A3F7AA948328001B22BCADDA",
		`{"a":{"b":"{user}"},"c":[{}]}`:     `{"a":{"b":"admin"},"c":[{}]}`,
		"Referer: {origin}/x {cookie.none}": "Referer: http://192.168.1.1/x ",
	} {
		got, err := Fill(template, v)
		if err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", template, got, err, want)
		}
	}
	if got, err := Fill("{user:nobody}", v); err == nil {
		t.Errorf("got %q", got)
	}
}

// dangerous are the logins that are never tried: hidden accounts of makers and providers, those
// that lock at once, and equipment that must not be touched. They are the rows of our facts that
// say so. What is in them may never come into the catalogue to be tried, whatever it is called.
var dangerous = []struct {
	id, protocol   string
	user, password []string // "" is any
	files          []string // of the makers; none is every maker
}{
	{"D031", SSH, []string{"remotessh"}, nil, nil},
	{"D037", Telnet, []string{"supervisor"}, nil, []string{"zyxel"}},
	{"D039", FTP, []string{"devicehaecived"}, nil, nil},
	{"D059", Telnet, nil, nil, []string{"zte"}},
	{"D061", "", []string{"telecomadmin", "root", "Epuser", "userEp"}, nil, []string{"huawei"}},
	{"D083", "", nil, nil, []string{"option"}},
	{"D092", Telnet, nil, nil, []string{"smc"}},
	{"D093", "", nil, nil, []string{"dasan"}},
	{"D100", Telnet, nil, nil, []string{"dahua", "amcrest", "lorex"}},
	{"D111", "dvrip", nil, nil, nil},
	{"D161", "", nil, nil, []string{"konica-minolta", "develop", "olivetti"}},
	{"D165", HTTPForm, nil, []string{"123456"}, []string{"toshiba"}},
	{"D186", Telnet, nil, nil, []string{"dreambox", "vuplus"}},
	{"D231", "", nil, nil, []string{"sma"}},
	{"D232", "", []string{"installer"}, nil, nil},
	{"D236", "", nil, nil, []string{"sungrow"}},
	{"D239", "", nil, nil, []string{"keba", "go-e", "zaptec", "openevse", "peblar", "nrgkick", "technove"}},
	{"D244", SSH, []string{"root"}, []string{"root"}, nil},
	{"D245", Telnet, []string{"root"}, nil, nil},
	{"D246", SNMP, nil, []string{"TENmanUFactOryPOWER"}, nil},
}

func TestNothingDangerousCanBeTried(t *testing.T) {
	c, err := All()
	if err != nil {
		t.Fatal(err)
	}
	among := func(list []string, s string) bool { return len(list) == 0 || slices.Contains(list, s) }
	for _, m := range c.Makers {
		for _, l := range m.Logins {
			id, _, _ := strings.Cut(l.ID, "-")
			for _, d := range dangerous {
				same := among(d.user, l.User) && among(d.password, l.Password) && among(d.files, m.File) && (d.protocol == "" || d.protocol == l.Protocol)
				if id == d.id || (same && l.Label == "") {
					t.Errorf("%s: login %s must never be tried: it is %s", m.File, l.ID, d.id)
				}
			}
		}
	}
}

func TestWhatStandsOnALabelIsNotTried(t *testing.T) {
	c, err := All()
	if err != nil {
		t.Fatal(err)
	}
	const ipp = "json./ipp/print get-printer-attributes.printer-make-and-model"
	web := []discovery.Service{{Port: 80, Transport: "tcp", Protocol: "http"}}
	for want, d := range map[string]discovery.Device{
		LabelBottom: {Vendor: "AVM", Family: "fritzos", Services: web},
		LabelPapers: {Facts: []discovery.Fact{{Key: "mdns.instance", Value: "Doorstation - 1CCAE3000001"}}},
		LabelBack:   {Vendor: "Brother", Facts: []discovery.Fact{{Key: ipp, Value: "Brother DCP-T420W"}}},
		"":          {Vendor: "Brother", Facts: []discovery.Fact{{Key: ipp, Value: "Brother DCP-T500W"}}}, // of 2015: one for all
	} {
		if got := c.OnLabel(d); got != want || len(c.LoginsFor(d)) > 0 {
			t.Errorf("%s %v: on the label: %q, want %q; tried: %v", d.Vendor, d.Facts, got, want, c.LoginsFor(d))
		}
	}
	if got := c.OnLabel(discovery.Device{Vendor: "TP-Link", Family: "tplink-green"}); got != "" {
		t.Errorf("a router with a documented login has it on its label: %q", got)
	}
}
