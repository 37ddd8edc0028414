package makers

import (
	"errors"
	"fmt"
	"net/textproto"
	"regexp/syntax"
	"slices"
	"strings"

	"porchlight/discovery"
)

// The ways to log in.
const (
	HTTPBasic  = "http-basic"  // RFC 7617
	HTTPDigest = "http-digest" // RFC 7616
	HTTPForm   = "http-form"   // a sign-in page of the product's own
	Telnet     = "telnet"
	SSH        = "ssh"
	FTP        = "ftp"
	RTSP       = "rtsp"
	SNMP       = "snmp" // the password is the community
	ONVIF      = "onvif"
	MQTT       = "mqtt" // no product documents one yet
)

// Where the factory password of one device stands. There are words for each.
const (
	LabelBottom = "bottom" // on a sticker
	LabelBack   = "back"
	LabelPapers = "papers" // that came with it
)

// A Login is one documented factory login of a product line. It is data without code: what
// the device has to show before anything is tried, what is sent, and what a yes and a no look
// like. Nothing of it follows from a word of the user.
type Login struct {
	ID string `toml:"id"` // stable, for the history
	// Family and With are how the product is recognised: the product line that the signs name,
	// and facts that the device shows. One of them is needed.
	Family string      `toml:"family"`
	With   []Condition `toml:"with"`
	// Label says where the factory password of one device stands, if it is another one for each. There
	// is nothing to try then: the row is for the words.
	Label string `toml:"label"`

	Protocol string `toml:"protocol"`
	Port     uint16 `toml:"port"` // 0: where the product shows that service
	TLS      bool   `toml:"tls"`  // of Port
	User     string `toml:"user"`
	Password string `toml:"password"`
	// Path is the page that the login opens; of a form, where it is sent. It may hold
	// placeholders then (Fill).
	Path string `toml:"path"`
	// Realm is what the device must ask for, and Greeting what its console must say first,
	// before anything is tried. RE2. A web page without a realm has to show With at that very door.
	Realm    string `toml:"realm"`
	Greeting string `toml:"greeting"`
	Page     Page   `toml:"page"`
	Form     Form   `toml:"form"`
	// Success and Failure are what a yes and a no look like: one of each list has to fit. What fits
	// neither list, or both, is not known.
	Success []Answer `toml:"success"`
	Failure []Answer `toml:"failure"`
	Logout  Logout   `toml:"logout"`

	// Locks is how many wrong passwords lock the device, as its maker says; 0 if nobody does.
	Locks      int    `toml:"locks"`
	Source     string `toml:"source"`
	Confidence string `toml:"confidence"` // "A": a manual or a tested collection; "B": one public list

	Vendor        string  `toml:"-"` // the maker's name
	RealmMatch    Pattern `toml:"-"`
	GreetingMatch Pattern `toml:"-"`
}

// A Page has to show before a form is sent.
type Page struct {
	Path string `toml:"path"` // "" is "/"
	// Pattern is RE2. Its named groups are values for the placeholders of the form. Without must
	// not be there.
	Pattern string `toml:"pattern"`
	Without string `toml:"without"`

	Match, WithoutMatch Pattern `toml:"-"`
}

// A Form is how a sign-in page sends what was typed. Body, Cookie and Headers may hold
// placeholders (Fill).
type Form struct {
	Method  string            `toml:"method"` // "" is POST
	Type    string            `toml:"type"`   // of the body; "" is that of a web form
	Body    string            `toml:"body"`
	Cookie  string            `toml:"cookie"`
	Headers map[string]string `toml:"headers"`
}

// A Logout ends the session that a login opened, by what the login itself was sent with. Its
// texts may hold placeholders, also for the groups of the body of the answer.
type Logout struct {
	Path string `toml:"path"` // "" if the product has none
	Body string `toml:"body"` // "": the page is read
}

// An Answer is what a device says to a login. All that is given has to fit.
type Answer struct {
	Status   int    `toml:"status"`
	Location string `toml:"location"` // where it sends people on to, RE2
	Cookie   string `toml:"cookie"`   // one that it sets, as "name=value", RE2
	Body     string `toml:"body"`     // RE2
	Again    bool   `toml:"again"`    // the sign-in page shows again

	LocationMatch, CookieMatch, BodyMatch Pattern `toml:"-"`
}

// leastLocks is how few wrong passwords may lock a product that is tried all the same: the
// limits of discovery/lan allow two a day.
const leastLocks = 3

// LoginsFor lists the documented factory logins of a device, by what it shows itself. Those
// of another maker than the one that its signs name are left out.
func (c *Catalog) LoginsFor(d discovery.Device) []Login {
	return c.logins(d, func(l Login) bool { return l.Label == "" })
}

// OnLabel says where the factory password of a device stands; "" if it has none of its own, or
// nobody knows.
func (c *Catalog) OnLabel(d discovery.Device) string {
	for _, l := range c.logins(d, func(l Login) bool { return l.Label != "" }) {
		return l.Label
	}
	return ""
}

func (c *Catalog) logins(d discovery.Device, want func(Login) bool) []Login {
	plain := d.Uncorrected()
	seen := slices.ContainsFunc(plain.Evidence, func(e discovery.Evidence) bool { return e.Field == "vendor" && e.Strength == discovery.Saw })
	var out []Login
	for _, m := range c.Makers {
		if seen && m.Name != "" && m.Name != plain.Vendor {
			continue
		}
		for _, l := range m.Logins {
			if want(l) && (l.Family == "" || l.Family == plain.Family) && Hold(l.With, plain.Facts) {
				out = append(out, l)
			}
		}
	}
	return out
}

// compile checks a row and reads its patterns.
func (l *Login) compile() error {
	if l.ID == "" || l.Source == "" || (l.Family == "" && len(l.With) == 0) {
		return errors.New("an id, a source, and a family or conditions are needed")
	}
	if err := compileAll(l.With); err != nil {
		return err
	}
	if l.Label != "" {
		if !slices.Contains([]string{LabelBottom, LabelBack, LabelPapers}, l.Label) {
			return fmt.Errorf("no such label: %q", l.Label)
		}
		if l.Protocol != "" || l.Password != "" {
			return errors.New("what stands on a label cannot be tried: no protocol, no password")
		}
		return nil
	}
	if l.Confidence != "A" && l.Confidence != "B" {
		return fmt.Errorf("confidence %q: only A and B are sure enough to be tried", l.Confidence)
	}
	if l.Locks != 0 && l.Locks < leastLocks {
		return fmt.Errorf("locks after %d wrong passwords: too few to try any", l.Locks)
	}
	for _, p := range []struct {
		text string
		into *Pattern
	}{{l.Realm, &l.RealmMatch}, {l.Greeting, &l.GreetingMatch}, {l.Page.Pattern, &l.Page.Match}, {l.Page.Without, &l.Page.WithoutMatch}} {
		if err := optional(p.text, p.into); err != nil {
			return err
		}
	}
	for _, list := range [][]Answer{l.Success, l.Failure} {
		for i := range list {
			if err := list[i].compile(l.Protocol == Telnet); err != nil {
				return err
			}
		}
	}
	return l.fits()
}

// fits checks that a row says what its protocol needs, and nothing that would not be used.
func (l *Login) fits() error {
	web := l.Protocol == HTTPBasic || l.Protocol == HTTPDigest
	form := l.Protocol == HTTPForm
	console := l.Protocol == Telnet || l.Protocol == SSH || l.Protocol == FTP
	if !web && !form && !console && !slices.Contains([]string{RTSP, SNMP, ONVIF, MQTT}, l.Protocol) {
		return fmt.Errorf("no such protocol: %q", l.Protocol)
	}
	for _, rule := range []struct {
		broken bool
		says   string
	}{
		{(web || form || l.Protocol == RTSP || l.Protocol == ONVIF) != strings.HasPrefix(l.Path, "/"), "a path is needed by the web, RTSP and ONVIF, and only there"},
		{l.Realm != "" && !strings.HasPrefix(l.Realm, "^"), "a realm is compared from its beginning"},
		{l.Realm != "" && !web && !form && l.Protocol != RTSP, "only the web and RTSP have a realm"},
		{web && l.Realm == "" && !l.shownBy(pageFacts), "a realm is needed, or conditions that its pages show: what asks there?"},
		{l.Protocol == RTSP && l.Realm == "", "a realm is needed: what asks there?"},
		{console != (l.Greeting != ""), "a greeting is needed by telnet, SSH and FTP, and only there"},
		{form != (l.Page.Pattern != ""), "a page that shows before is needed by a form, and only there"},
		{form && (len(l.Success) == 0 || len(l.Failure) == 0), "a form needs the signs of success and of failure"},
		{!form && l.Form.any(), "only a form has a body and headers"},
		{!form && !web && l.Logout.Path != "", "only the web has a page to sign out"},
		{!web && !form && l.Protocol != Telnet && len(l.Success)+len(l.Failure) > 0, "the protocol itself says yes and no"},
		{l.Page.Path != "" && !strings.HasPrefix(l.Page.Path, "/"), "the page before is no path"},
		{l.Logout.Path != "" && !strings.HasPrefix(l.Logout.Path, "/"), "the page to sign out is no path"},
		{l.Protocol == SNMP && (l.User != "" || l.Password == "" || l.Password == "public"), "SNMP needs a community other than public, and no user"},
		{l.Protocol == SNMP && !l.shownBy([]discovery.FactKey{discovery.FactSNMP}), "conditions that its agent shows are needed: what answers there?"},
		{l.TLS && l.Port == 0, "TLS is of a port"},
	} {
		if rule.broken {
			return errors.New(rule.says)
		}
	}
	return l.templates()
}

// pageFacts begin the facts that the answers of one web door show.
var pageFacts = []discovery.FactKey{discovery.FactHTTPServer, discovery.FactHTTPTitle, discovery.FactHTTPBody, discovery.FactHTTPHeader}

// shownBy reports whether a door that shows such facts can show by itself that it is the product.
func (l *Login) shownBy(facts []discovery.FactKey) bool {
	return len(l.With) > 0 && !slices.ContainsFunc(l.With, func(c Condition) bool {
		return !slices.ContainsFunc(facts, func(f discovery.FactKey) bool { return strings.HasPrefix(string(c.Fact), string(f)) })
	})
}

// templates checks that every placeholder has a value.
func (l *Login) templates() error {
	values := Values{"user": "", "password": "", "origin": ""}
	if err := values.groups("page.", l.Page.Pattern); err != nil {
		return err
	}
	all := []string{l.Path, l.Form.Body, l.Form.Cookie}
	for name, value := range l.Form.Headers {
		if textproto.CanonicalMIMEHeaderKey(name) != name {
			return fmt.Errorf("header %q is not written as usual", name)
		}
		all = append(all, value)
	}
	for _, t := range all {
		if _, err := Fill(t, values); err != nil {
			return err
		}
	}
	for _, a := range l.Success {
		if err := values.groups("answer.", a.Body); err != nil {
			return err
		}
	}
	_, err := Fill(l.Logout.Path+l.Logout.Body, values)
	return err
}

// groups gives every named group of a pattern an empty value.
func (v Values) groups(prefix, pattern string) error {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return fmt.Errorf("parse %q: %w", pattern, err)
	}
	for _, name := range parsed.CapNames() {
		if name != "" {
			v[prefix+name] = ""
		}
	}
	return nil
}

func (f Form) any() bool {
	return f.Method != "" || f.Type != "" || f.Body != "" || f.Cookie != "" || len(f.Headers) > 0
}

func (a *Answer) compile(console bool) error {
	if console != (a.Status == 0) {
		return errors.New("an answer of the web needs a status, and only one of the web")
	}
	return errors.Join(optional(a.Location, &a.LocationMatch), optional(a.Cookie, &a.CookieMatch), optional(a.Body, &a.BodyMatch))
}

// optional reads a pattern where there is one.
func optional(pattern string, into *Pattern) (err error) {
	if pattern != "" {
		*into, err = newPattern(pattern)
	}
	return err
}
