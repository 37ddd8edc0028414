package text

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"porchlight/checks"
	"porchlight/discovery"
)

// A Maker is where the maker of a device can be reached. Its pages are those of the catalogue of makers: nothing that
// a device says gets into them. All is blank where that is not known.
type Maker struct {
	Name     string
	Updates  string // the page with its firmware, or where help with it begins
	Security string // the page about holes
	mail     string
}

// Maker gives where the maker of a device can be reached.
func (c *Catalog) Maker(d *discovery.Device) Maker {
	if d == nil || d.Vendor == "" || c.Makers == nil {
		return Maker{}
	}
	a := c.Makers.About(d.Vendor)
	return Maker{Name: discovery.Line(d.Vendor), Updates: a.Updates, Security: a.Security, mail: a.Mail}
}

// Hosts lists whose pages Updates and Security are.
func (m Maker) Hosts() []string {
	var out []string
	for _, page := range []string{m.Updates, m.Security} {
		if u, err := url.Parse(page); err == nil && u.Host != "" && !slices.Contains(out, u.Host) {
			out = append(out, u.Host)
		}
	}
	return out
}

// A Letter is words for the user to send or to read out. Of the home it holds the maker, the model and the version of
// one device, and what was found: no name, no address, no serial number.
type Letter struct {
	Subject string
	Body    string
	Mail    string // where to send it; "" if that is not known
	Page    string // the page where the maker takes it; "" if that is not known
}

// Mailto is the address that opens the letter in a mail program; nil if nobody's address is known. RFC 6068.
func (l Letter) Mailto() *url.URL {
	if l.Mail == "" {
		return nil
	}
	escaped := func(s string) string {
		return strings.ReplaceAll(url.QueryEscape(strings.ReplaceAll(s, "\n", "\r\n")), "+", "%20")
	}
	return &url.URL{Scheme: "mailto", Opaque: l.Mail, RawQuery: "subject=" + escaped(l.Subject) + "&body=" + escaped(l.Body)}
}

// settled are the kinds that are a matter of how a home is set up: no maker can do anything about them.
var settled = []checks.Kind{"port-forward", "weak-wifi", "new-device", "dns-changed", "second-dhcp"}

// ToMaker gives what to write to the maker of the device with the weakness. Makers in other countries read English, so
// that stands below other languages. false means that it is not a matter of the maker, or nobody knows who that is.
func (c *Catalog) ToMaker(f *checks.Finding, about *discovery.Device) (Letter, bool) {
	if about == nil || about.Vendor == "" || slices.Contains(settled, f.Kind) || !c.Has("letter.found."+string(f.Kind)) {
		return Letter{}, false
	}
	english := c.english()
	l := Letter{Body: c.letter("maker", f, about), Subject: english.T("letter.maker.subject", c.letterArgs(f, about))}
	if c.Tag != english.Tag {
		l.Body += "\n\n" + c.T("letter.english", nil) + "\n\n" + english.letter("maker", f, about)
	}
	m := c.Maker(about)
	l.Mail, l.Page = m.mail, m.Security
	return l, true
}

// ToProvider gives what to say to the internet provider, if the device at which a finding is put right may be the
// provider's: a router, a modem or an access point, which its user often cannot change or update.
func (c *Catalog) ToProvider(f *checks.Finding, at *discovery.Device) (Letter, bool) {
	if !lent(at) || !c.Has("letter.found."+string(f.Kind)) {
		return Letter{}, false
	}
	return Letter{Subject: c.T("letter.maker.subject", c.letterArgs(f, at)), Body: c.letter("provider", f, at)}, true
}

// lent reports whether a device may belong to the internet provider.
func lent(d *discovery.Device) bool {
	return d != nil && (groups[d.Kind] == "router" || d.Fact(discovery.FactGateway) != "")
}

// letter writes to whom ("maker" or "provider") what was found in a device.
func (c *Catalog) letter(whom string, f *checks.Finding, d *discovery.Device) string {
	args := c.letterArgs(f, d)
	ask := "letter." + whom + ".ask"
	if own := ask + "." + string(f.Kind); c.Has(own) {
		ask = own
	}
	what := []string{c.T("letter."+whom+".device", args), c.T("letter.found."+string(f.Kind), args)}
	wish := []string{c.T(ask, args)}
	if whom == "provider" {
		wish = append(wish, c.T("letter.provider.else", args))
	}
	return strings.Join([]string{c.T("letter.hello", nil), strings.Join(what, "\n"), strings.Join(wish, "\n"), c.T("letter.thanks", nil)}, "\n\n")
}

// letterArgs are all that a letter may say besides its own words.
func (c *Catalog) letterArgs(f *checks.Finding, d *discovery.Device) Args {
	named := discovery.Device{Vendor: d.Vendor, Model: public(d, d.Model)}
	args := Args{"product": Product(&named), "version": public(d, d.Firmware)}
	for _, k := range []string{"hole", "newest", "ends", "outer_port"} {
		args[k] = public(d, c.Day(f.Args[k]))
	}
	return args
}

// telling matches what a model or a version has no reason to hold: an address of a page or of mail, or a number that one
// device alone has.
var telling = regexp.MustCompile(`(?i)://|www\.|@|[0-9a-f]{2}([:-][0-9a-f]{2}){5}|[0-9a-f]{12}`)

// bare writes a number as it is compared, whatever stands between its digits.
func bare(s string) string {
	return strings.NewReplacer(":", "", "-", "", ".", "", " ", "").Replace(strings.ToLower(s))
}

// public gives a value of a device for others to read; "" if it tells them which one it is. Some makers put the end of
// the hardware address into the model.
func public(d *discovery.Device, value string) string {
	value = discovery.Line(value)
	own := []string{}
	if mac := bare(d.MAC.String()); mac != "" {
		own = append(own, mac[len(mac)/2:])
	}
	for _, a := range d.Addrs {
		own = append(own, bare(a.WithZone("").String()))
	}
	for _, f := range d.Facts {
		if serial := bare(f.Value); strings.Contains(string(f.Key), "serial") && len(serial) > 3 {
			own = append(own, serial)
		}
	}
	if telling.MatchString(value) || slices.ContainsFunc(own, func(s string) bool { return strings.Contains(bare(value), s) }) {
		return ""
	}
	return value
}
