// Package text turns keys and arguments into words of one language, from the catalogues in
// assets/lang. Arguments may come from devices: they are inserted as they are, never read
// as a template.
package text

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"porchlight/assets"
	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/discovery"
)

// Args are the named arguments of a sentence. The argument "n" chooses the plural.
type Args map[string]any

// A Catalog gives words of one language. It is safe for concurrent use.
type Catalog struct {
	Tag language.Tag
	// Makers know where things are on settings pages; nil: advice names no menus.
	Makers Makers
	// Again is the command that looks at the finding again, for people in a terminal; "" where they have buttons.
	Again string

	localizer *i18n.Localizer
	fallback  *i18n.Localizer
	keys      map[string]bool
}

// Makers are what advice asks of makers.Catalog.
type Makers interface {
	About(vendor string) makers.About
	Guide(d *discovery.Device) makers.Guide
	OnLabel(d discovery.Device) string
}

// fallback is the language that has every key; a test keeps the others equal to it.
const fallback = "en"

// Languages lists the catalogues that there are, the fallback first.
func Languages() []language.Tag {
	tags := []language.Tag{language.Make(fallback)}
	names, _ := fs.Glob(assets.Lang, "lang/*.json")
	for _, name := range names {
		if tag := strings.TrimSuffix(path.Base(name), ".json"); tag != fallback {
			tags = append(tags, language.Make(tag))
		}
	}
	return tags
}

// Open loads the catalogue that suits best the languages a person reads, such as
// "pt-BR" or "de_DE.UTF-8", best first. English is the last resort. It fails only if the
// catalogues in the program are broken.
func Open(wanted ...string) (*Catalog, error) {
	tags := Languages()
	var prefer []language.Tag
	for _, w := range wanted {
		w, _, _ = strings.Cut(w, ".")
		if tag, err := language.Parse(strings.ReplaceAll(w, "_", "-")); err == nil {
			prefer = append(prefer, tag)
		}
	}
	_, at, _ := language.NewMatcher(tags).Match(prefer...)
	bundle := i18n.NewBundle(language.Make(fallback))
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	keys := map[string]bool{}
	for _, tag := range slices.Compact([]string{fallback, tags[at].String()}) { // the others would only take room
		file, err := bundle.LoadMessageFileFS(assets.Lang, "lang/"+tag+".json")
		if err != nil {
			return nil, fmt.Errorf("load the words of %s: %w", tag, err)
		}
		for _, m := range file.Messages { // the same in each, as a test sees to
			keys[m.ID] = true
		}
	}
	english := i18n.NewLocalizer(bundle, fallback)
	return &Catalog{Tag: tags[at], localizer: i18n.NewLocalizer(bundle, tags[at].String(), fallback), fallback: english, keys: keys}, nil
}

// OwnName gives what those who speak a language call it, such as "Deutsch". It stands first in the catalogue of that
// language: the first page of the window wants all names, and no more.
func (c *Catalog) OwnName(tag language.Tag) string {
	f, err := assets.Lang.Open("lang/" + tag.String() + ".json")
	if err != nil {
		return tag.String()
	}
	defer func() { _ = f.Close() }()
	var first [3]json.Token // {, the key, the name
	said := json.NewDecoder(f)
	for i := range first {
		first[i], _ = said.Token()
	}
	if name, ok := first[2].(string); ok && first[1] == "language.name" {
		return name
	}
	return tag.String()
}

// english gives the same catalogue in English.
func (c *Catalog) english() *Catalog {
	return &Catalog{Tag: language.Make(fallback), Makers: c.Makers, localizer: c.fallback, fallback: c.fallback, keys: c.keys}
}

// T gives the words of key. A key that no catalogue knows comes back in brackets: a test
// finds it, a person still sees something.
func (c *Catalog) T(key string, args Args) string {
	cfg := &i18n.LocalizeConfig{MessageID: key, TemplateData: args}
	if n, ok := args["n"]; ok {
		cfg.PluralCount = n
	}
	s, err := c.localizer.Localize(cfg)
	if err != nil && s == "" {
		return "[" + key + "]"
	}
	return s
}

// Has reports whether there are words for key.
func (c *Catalog) Has(key string) bool { return c.keys[key] }

// Date writes a day as people of the language do, in local time; "" for the zero time.
func (c *Catalog) Date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format(c.T("format.date", nil))
}

// Time writes a day and a time of day, in local time; "" for the zero time.
func (c *Catalog) Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format(c.T("format.time", nil))
}

// Advice is the plain words for one finding, in the catalogue's language.
type Advice struct {
	Title   string   // what we found
	Sure    string   // how sure we are of it
	Job     string   // what to do, in a few words that tell no visitor what is wrong
	Urgency string   // why it is more or less urgent than others of its kind; "" if it is not
	Meaning string   // why it matters
	Who     string   // who profits; "" if nothing is known that can be cited
	Source  string   // of Who, for those who want to read on
	Steps   []string // what to do, at most six
	Time    string   // how long, and what is needed
	Pause   string   // what may stop working for a moment; "" if nothing
	Cannot  string   // what to do if the steps cannot be done
	Page    string   // where the settings page is; "" if it is not known
}

// maxSteps is how many steps a card may have; more are not read.
const maxSteps = 6

// groups are the kinds of device that have words of their own in advice, under a key that
// ends in the group, such as "advice.default-login.who.camera".
var groups = map[discovery.Kind]string{
	discovery.KindRouter: "router", discovery.KindModem: "router", discovery.KindAccessPoint: "router",
	discovery.KindCamera: "camera", discovery.KindNVR: "camera", discovery.KindDoorbell: "camera",
	discovery.KindNAS: "nas", discovery.KindPrinter: "printer",
}

// steps are sentences that many kinds have among their steps, as {{.open}} and so on.
var steps = []string{"open", "open_router", "again"}

// Advice gives the words for one kind of finding about one kind of device.
func (c *Catalog) Advice(kind checks.Kind, about discovery.Kind, args map[string]string) Advice {
	data := make(Args, len(args)+len(steps))
	for k, v := range args {
		data[k] = v
	}
	for _, step := range steps {
		data[step] = c.T("step."+step, data)
	}
	data["known"] = c.T("firmware.known", data) // the newest version that is known, and who says so
	say := func(field string) string {
		key := "advice." + string(kind) + "." + field
		if own := key + "." + groups[about]; groups[about] != "" && c.Has(own) {
			key = own
		}
		if !c.Has(key) {
			return ""
		}
		return c.T(key, data)
	}
	a := Advice{
		Title: say("title"), Job: c.T("fridge.job."+string(kind), data), Urgency: c.urgency(args), Meaning: say("meaning"), Who: say("who"), Source: say("source"),
		Time: say("time"), Pause: say("pause"), Cannot: say("cannot"),
	}
	for i := 1; i <= maxSteps; i++ {
		s := say(fmt.Sprintf("step%d", i))
		if s == "" {
			break
		}
		a.Steps = append(a.Steps, s)
	}
	return a
}

// urgency says why a finding is more or less urgent than its check said.
func (c *Catalog) urgency(args map[string]string) string {
	for _, why := range []string{checks.ArgRaised, checks.ArgLowered} {
		if key := why + "." + args[why]; args[why] != "" && c.Has(key) {
			return c.T(key, nil)
		}
	}
	return ""
}
