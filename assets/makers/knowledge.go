package makers

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"porchlight/discovery"
)

// Products says which products of its maker a row is about. Models are compared whole, and only spaces,
// dashes, underscores and capital letters may differ: what is known of an E1000 says nothing of an E100.
type Products struct {
	Family string           `toml:"family"` // a product line that the signs name
	Models []string         `toml:"models"` // without the maker, the revision and the region; # is any one digit
	Kinds  []discovery.Kind `toml:"kinds"`  // every product of these kinds; never sure
	// Revisions are the hardware revisions that are meant, without a leading "v": "5" is 5 and 5.1, "A" is A1
	// and A2. Except are those that are not. Regions are where the product was sold, such as "EU".
	Revisions []string `toml:"revisions"`
	Except    []string `toml:"except"`
	Regions   []string `toml:"regions"`
}

// A Firmware is what is known of the versions of some products: which have holes, and which is the newest.
type Firmware struct {
	Products
	Scheme string `toml:"scheme"` // how versions compare (checks/versions); "": as the maker's mostly do
	// The versions with the holes: those before Safe, or those up to Until if nobody knows a repair, or all
	// of them for ever. From is the first, if earlier ones had other code.
	From  string `toml:"from"`
	Safe  string `toml:"safe"`
	Until string `toml:"until"`
	All   bool   `toml:"all"`
	// Newest is the newest version that is known, and NewestDate when it came out.
	Newest     string `toml:"newest"`
	NewestDate string `toml:"newest_date"`
	// Holes are the holes, by their CVE: the day on which CISA listed them as used by criminals, or the month
	// since when others say so; "" if nobody does.
	Holes  map[string]string `toml:"holes"`
	Source string            `toml:"source"`
	Date   string            `toml:"date"` // when the source said so
	Sure   bool              `toml:"sure"` // false: only "may" can be said
}

// HolesUntil is the day until which the list of CISA is in the maker files. What was added there later is news.
const HolesUntil = "2026-08-21"

// Ended is the end of support that is long past, on a day that nobody has written down.
const Ended = "ended"

// A Support is how long a maker repairs some products.
type Support struct {
	Products
	// Scheme, From and Below narrow it down to some versions, of software that has several at a time.
	Scheme string `toml:"scheme"`
	From   string `toml:"from"`
	Below  string `toml:"below"`
	// Ends is the last day, month or year with repairs, or Ended.
	Ends string `toml:"ends"`
	// Still is what comes all the same: see stills.
	Still  string `toml:"still"`
	Source string `toml:"source"`
	Date   string `toml:"date"`
	Sure   bool   `toml:"sure"`
}

// stills are what may still come after the end: repairs of holes, a newer system for the same device, or
// nothing but use without the maker's internet service.
var stills = []string{"", "security", "upgrade", "local"}

// A Revision says how products of a maker tell their hardware revision and region, where their model does not.
type Revision struct {
	Fact    discovery.FactKey `toml:"fact"`
	Pattern string            `toml:"pattern"` // RE2, with the groups revision or region
	With    []Condition       `toml:"with"`
	Source  string            `toml:"source"`

	Match Pattern `toml:"-"`
}

// An About is where a maker can be reached.
type About struct {
	Security string `toml:"security"` // the page on which it takes reports of holes, or tells of them
	Mail     string `toml:"mail"`     // the address for such reports
	Updates  string `toml:"updates"`  // the page with its firmware, or where help with it begins
	App      string `toml:"app"`      // the app that shows the version
	Support  string `toml:"support"`  // the page on which it says how long it repairs what
	// PublishesSupport is whether it says so at all; nil if nobody has looked.
	PublishesSupport *bool `toml:"publishes_support"`
	// Provider says that its routers mostly belong to an internet provider, who alone can update them.
	Provider bool   `toml:"provider"`
	Source   string `toml:"source"`
}

// Hardware is how a device names itself.
type Hardware struct {
	Vendor, Family, Model string // Model as it is compared
	Kind                  discovery.Kind
	Revision, Region      string // "" if it does not tell
}

// A Fit is why a row is about a device. Open is what the device does not tell, though the row is only about
// one of it: "revision" or "region".
type Fit struct {
	Open string
}

// HardwareOf reads how a device names itself.
func (c *Catalog) HardwareOf(d *discovery.Device) Hardware {
	h := Hardware{Vendor: d.Vendor, Family: d.Family, Kind: d.Kind}
	h.Model, h.Revision, h.Region = splitModel(d.Model)
	h.Model = without(h.Model, d.Vendor)
	for _, r := range c.revisions[d.Vendor] {
		r.read(&h, d.Facts)
	}
	return h
}

// FirmwareFor calls found with each row about the versions of a device.
func (c *Catalog) FirmwareFor(h Hardware, found func(*Firmware, Fit)) {
	for _, i := range c.firmware.find(h) {
		if fit, ok := c.firmware.rows[i].fits(h); ok {
			found(c.firmware.rows[i], fit)
		}
	}
}

// SupportFor calls found with each row about the end of support of a device.
func (c *Catalog) SupportFor(h Hardware, found func(*Support, Fit)) {
	for _, i := range c.support.find(h) {
		if fit, ok := c.support.rows[i].fits(h); ok {
			found(c.support.rows[i], fit)
		}
	}
}

// SchemeFor says how the versions of a maker's products mostly compare; "" if nobody knows.
func (c *Catalog) SchemeFor(vendor string) string { return c.schemes[vendor] }

// About says where a maker can be reached. All is blank if it is not known.
func (c *Catalog) About(vendor string) About { return c.abouts[vendor] }

// token writes a model as it is compared.
func token(model string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '_' {
			return -1
		}
		return r
	}, model))
}

// without takes the maker off a model as it is compared, unless nothing would be left.
func without(model, vendor string) string {
	if short := strings.TrimPrefix(model, token(vendor)); short != "" {
		return short
	}
	return model
}

var (
	regionOf = regexp.MustCompile(`^(.+?) ?\(([A-Z]{2})\)(.*)$`)
	// A v that stands alone, a small one, or one behind a digit: the V of an RV320 is part of its name.
	revisionOf = regexp.MustCompile(`^(.*[A-Za-z0-9)])(?:[ _-][Vv]|v|([0-9)])V|[ _-](?i:ver\.? ?|rev\.? ?))([0-9]+(?:\.[0-9]+)*|[A-Z][0-9]?)$`)
)

// splitModel takes the revision and the region off a model, such as "Archer C7(EU) V2" or "R6200v2".
func splitModel(model string) (bare, revision, region string) {
	if m := regionOf.FindStringSubmatch(model); m != nil {
		model, region = m[1]+m[3], m[2]
	}
	if m := revisionOf.FindStringSubmatch(model); m != nil {
		model, revision = m[1]+m[2], m[3]
	}
	return token(model), revision, region
}

// read takes the revision and the region out of facts.
func (r *Revision) read(h *Hardware, facts []discovery.Fact) {
	for _, f := range facts {
		if f.Key != r.Fact {
			continue
		}
		m := r.Match.Match(f.Value, strings.ToLower(f.Value))
		if m == nil || !Hold(r.With, facts) {
			continue
		}
		for i, name := range r.Match.Groups() {
			switch {
			case name == "revision" && h.Revision == "":
				h.Revision = m[i]
			case name == "region" && h.Region == "":
				h.Region = m[i]
			}
		}
	}
}

// About reports whether a row that stands in no maker file is about a device of its maker, and why.
func (p *Products) About(h Hardware) (Fit, bool) {
	named := p.Family != "" && p.Family == h.Family
	for _, m := range p.Models {
		named = named || (h.Model != "" && without(token(m), h.Vendor) == h.Model)
	}
	if !named {
		return Fit{}, false
	}
	return p.fits(h)
}

// fits reports whether a row that names the model of a device is about its revision and region too.
func (p *Products) fits(h Hardware) (Fit, bool) {
	if h.Revision != "" && slices.ContainsFunc(p.Except, func(r string) bool { return isRevision(h.Revision, r) }) {
		return Fit{}, false
	}
	var fit Fit
	if len(p.Regions) > 0 && !slices.Contains(p.Regions, h.Region) {
		if h.Region != "" {
			return Fit{}, false
		}
		fit.Open = "region"
	}
	if len(p.Revisions) > 0 && !slices.ContainsFunc(p.Revisions, func(r string) bool { return isRevision(h.Revision, r) }) {
		if h.Revision != "" && !slices.ContainsFunc(p.Revisions, func(r string) bool { return isRevision(r, h.Revision) }) {
			return Fit{}, false
		}
		fit.Open = "revision"
	}
	return fit, true
}

// isRevision reports whether told is the revision want, or a kind of it: "1.2" is a "1", "B2" is a "B".
func isRevision(told, want string) bool {
	told, want = strings.ToLower(told), strings.ToLower(want)
	if strings.Contains(told, ".") { // 2.20 is what others call 2.2, and 1.0 a 1
		told = strings.TrimRight(strings.TrimRight(told, "0"), ".")
	}
	rest, ok := strings.CutPrefix(told, want)
	if !ok || rest == "" {
		return ok
	}
	letters := strings.Trim(want, "abcdefghijklmnopqrstuvwxyz") == ""
	return rest[0] == '.' || (letters && rest[0] >= '0' && rest[0] <= '9')
}

// A shelved row is one that a table can find.
type shelved interface{ products() *Products }

func (f *Firmware) products() *Products { return &f.Products }
func (s *Support) products() *Products  { return &s.Products }

// A table finds rows by what devices are called.
type table[R shelved] struct {
	rows   []R
	byName map[string][]int
	wild   map[string][]int // with a # in their model, by the maker
}

// put adds a row of a maker.
func (t *table[R]) put(vendor string, row R) {
	if t.byName == nil {
		t.byName, t.wild = map[string][]int{}, map[string][]int{}
	}
	p, i := row.products(), len(t.rows)
	t.rows = append(t.rows, row)
	if p.Family != "" {
		t.byName["family "+p.Family] = append(t.byName["family "+p.Family], i)
	}
	for _, k := range p.Kinds {
		key := "kind " + vendor + " " + string(k)
		t.byName[key] = append(t.byName[key], i)
	}
	for _, m := range p.Models {
		key := vendor + " " + without(token(m), vendor)
		if strings.Contains(m, "#") {
			t.wild[vendor] = append(t.wild[vendor], i)
			continue
		}
		t.byName[key] = append(t.byName[key], i)
	}
}

// find lists the rows that name a device, the special ones first.
func (t *table[R]) find(h Hardware) []int {
	var out []int
	if h.Vendor != "" && h.Model != "" {
		out = append(out, t.byName[h.Vendor+" "+h.Model]...)
		for _, i := range t.wild[h.Vendor] {
			if slices.ContainsFunc(t.rows[i].products().Models, func(m string) bool { return sameShape(token(m), h.Model) }) {
				out = append(out, i)
			}
		}
	}
	if h.Family != "" {
		out = append(out, t.byName["family "+h.Family]...)
	}
	if h.Vendor != "" && h.Kind != discovery.KindUnknown {
		out = append(out, t.byName["kind "+h.Vendor+" "+string(h.Kind)]...)
	}
	return out
}

// sameShape reports whether a model is the one that is written with # for any digit.
func sameShape(shape, model string) bool {
	if len(shape) != len(model) {
		return false
	}
	for i := range len(shape) {
		if shape[i] != model[i] && (shape[i] != '#' || model[i] < '0' || model[i] > '9') {
			return false
		}
	}
	return true
}

// isSince reports whether a text is a day, a month or a year.
func isSince(s string) bool {
	for _, layout := range []string{time.DateOnly, "2006-01", "2006"} {
		if len(s) == len(layout) {
			_, err := time.Parse(layout, s)
			return err == nil
		}
	}
	return false
}

func isDay(s string) bool { return len(s) == len(time.DateOnly) && isSince(s) }

// isCVE reports whether a text is the number of a hole: CVE-2018-14847.
func isCVE(s string) bool {
	number, ok := strings.CutPrefix(s, "CVE-")
	year, number, found := strings.Cut(number, "-")
	return ok && found && len(year) == 4 && len(number) >= 4 && strings.Trim(year+number, "0123456789") == ""
}

func (p *Products) check(m *Maker, sure bool) error {
	named := 0
	for _, is := range []bool{p.Family != "", len(p.Models) > 0, len(p.Kinds) > 0} {
		if is {
			named++
		}
	}
	switch {
	case named != 1:
		return errors.New("a family, models or kinds are needed: what is it about?")
	case m.Name == "":
		return errors.New("a maker is needed")
	case len(p.Kinds) > 0 && sure:
		return errors.New("nothing is sure of all products of a kind")
	case len(p.Models) == 0 && len(p.Revisions)+len(p.Except)+len(p.Regions) > 0:
		return errors.New("a revision and a region are of models")
	}
	for _, k := range p.Kinds {
		if !slices.Contains(discovery.Kinds(), k) {
			return fmt.Errorf("no such kind: %q", k)
		}
	}
	return nil
}

func (f *Firmware) check(m *Maker) error {
	if err := f.Products.check(m, f.Sure); err != nil {
		return err
	}
	if f.Scheme == "" {
		f.Scheme = m.Scheme
	}
	bounds := 0
	for _, is := range []bool{f.Safe != "", f.Until != "", f.All} {
		if is {
			bounds++
		}
	}
	switch {
	case f.Source == "" || !isDay(f.Date):
		return errors.New("a source and its day are needed")
	case bounds > 1 || (bounds == 0 && f.Newest == ""):
		return errors.New("one of safe, until and all is needed, or the newest")
	case (len(f.Holes) > 0) != (bounds > 0):
		return errors.New("holes are of the versions that have them")
	case f.NewestDate != "" && (f.Newest == "" || !isSince(f.NewestDate)):
		return fmt.Errorf("not the day of the newest: %q", f.NewestDate)
	case f.Scheme == "" && !f.All:
		return errors.New("how do its versions compare? a scheme is needed")
	}
	for name, since := range f.Holes {
		if !isCVE(name) || (since != "" && !isSince(since)) {
			return fmt.Errorf("not a hole and a day: %q = %q", name, since)
		}
	}
	return nil
}

func (s *Support) check(m *Maker) error {
	if err := s.Products.check(m, s.Sure); err != nil {
		return err
	}
	if s.Scheme == "" && s.Below != "" {
		s.Scheme = m.Scheme
	}
	switch {
	case s.Source == "" || !isDay(s.Date):
		return errors.New("a source and its day are needed")
	case s.Ends != Ended && !isSince(s.Ends):
		return fmt.Errorf("not a day, a month, a year or %q: %q", Ended, s.Ends)
	case !slices.Contains(stills, s.Still):
		return fmt.Errorf("no such thing still comes: %q", s.Still)
	case (s.Scheme == "") != (s.Below == "") || (s.From != "" && s.Below == ""):
		return errors.New("a scheme and the first version that it is not about are needed together")
	}
	return nil
}

func (r *Revision) compile() (err error) {
	if r.Match, err = compile(r.Fact, r.Pattern); err != nil {
		return err
	}
	if r.Source == "" || !strings.Contains(r.Pattern, "(?P<re") {
		return errors.New("a source and a group revision or region are needed")
	}
	return compileAll(r.With)
}

func (a *About) check() error {
	for _, page := range []string{a.Security, a.Updates, a.Support} {
		if u, err := url.Parse(page); page != "" && (err != nil || u.Scheme != "https" || u.Host == "" || discovery.Line(page) != page) {
			return fmt.Errorf("not a page: %q", page)
		}
	}
	if a.Mail != "" && !isMail.MatchString(a.Mail) {
		return fmt.Errorf("not an address for mail: %q", a.Mail)
	}
	if *a != (About{}) && a.Source == "" {
		return errors.New("a source is needed")
	}
	return nil
}

// isMail matches an address without anything that a mail program could take for more than that.
var isMail = regexp.MustCompile(`^[A-Za-z0-9._-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$`)

// knowledge checks what is known of a maker's versions and support.
func (m *Maker) knowledge() error {
	for i := range m.Firmware {
		if err := m.Firmware[i].check(m); err != nil {
			return fmt.Errorf("firmware %d: %w", i+1, err)
		}
	}
	for i := range m.Support {
		if err := m.Support[i].check(m); err != nil {
			return fmt.Errorf("support %d: %w", i+1, err)
		}
	}
	for i := range m.Revisions {
		if err := m.Revisions[i].compile(); err != nil {
			return fmt.Errorf("revision %d: %w", i+1, err)
		}
	}
	if err := m.About.check(); err != nil {
		return fmt.Errorf("maker: %w", err)
	}
	return nil
}

// learn puts what is known of a maker where it is found.
func (c *Catalog) learn(m *Maker) {
	for i := range m.Firmware {
		c.firmware.put(m.Name, &m.Firmware[i])
	}
	for i := range m.Support {
		c.support.put(m.Name, &m.Support[i])
	}
	for i := range m.Revisions {
		c.revisions[m.Name] = append(c.revisions[m.Name], &m.Revisions[i])
		c.places[m.Revisions[i].Fact] = append(c.places[m.Revisions[i].Fact], m.Revisions[i].Match)
	}
	if m.About != (About{}) {
		c.abouts[m.Name] = m.About
	}
	if m.Scheme != "" {
		c.schemes[m.Name] = m.Scheme
	}
}
