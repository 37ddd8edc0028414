package ui

import (
	"net/url"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"porchlight/assets"
	"porchlight/assets/text"
	"porchlight/ui/parts"
)

// aboutPage says which program this is, where its data lies, and what others made of it.
type aboutPage struct {
	w       *Window
	content fyne.CanvasObject
	picks   *parts.Picks
	whole   *container.Scroll // of about
	about   *fyne.Container
	others  *fyne.Container
	list    *parts.List
	parts   []assets.Part
	license *parts.Text
	scroll  *container.Scroll // of the licence

	version, golang string
}

// aboutWidth is as much as the lines of a licence need beside the list.
const aboutWidth = 860

func newAboutPage(w *Window) *aboutPage {
	a := &aboutPage{w: w, about: parts.Stack(18), parts: assets.Parts(), license: parts.Small("")}
	a.version, a.golang = w.app.Metadata().Version, strings.TrimPrefix(runtime.Version(), "go")
	a.license.Importance = widget.MediumImportance
	a.list = parts.NewList(func() int { return len(a.parts) }, func() fyne.CanvasObject { return newOther() },
		func(i int, o fyne.CanvasObject) { o.(*other).show(a.parts[i].Name) })
	a.list.OnSelected = func(i int) {
		a.license.Set(a.parts[i].License)
		a.scroll.ScrollToTop()
	}
	a.scroll = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(10, 30, 20, 14), a.license))
	a.whole = container.NewVScroll(parts.Column(aboutWidth, container.New(layout.NewCustomPaddedLayout(4, 40, 20, 20), a.about)))
	a.others = parts.Column(aboutWidth, container.New(layout.NewCustomPaddedLayout(4, 0, 8, 4), parts.Edge(nil, nil, parts.Wide(250, a.list), a.scroll)))
	a.picks = parts.NewPicks(w.words.say("menu.about"), []string{w.words.say("about.program"), w.words.say("about.licenses")}, a.pick)
	head := parts.Column(aboutWidth, container.New(layout.NewCustomPaddedLayout(32, 14, 20, 20),
		parts.Stack(16, parts.Beside(18, parts.NewPic("app", "", 52), nil,
			parts.Stack(2, parts.Heading(w.words.say("app.name")), parts.Muted(w.words.say("app.tagline")))), a.picks.Container)))
	a.content = parts.Edge(head, nil, nil, container.NewStack(a.whole, a.others))
	a.pick(0)
	return a
}

func (a *aboutPage) key() string { return "about" }

func (a *aboutPage) view() fyne.CanvasObject { return a.content }

// pick shows one of the two sides.
func (a *aboutPage) pick(side int) {
	a.picks.Pick(side)
	if side == 0 {
		a.others.Hide()
		a.whole.Show()
		return
	}
	a.whole.Hide()
	a.others.Show()
	a.list.Select(max(0, slices.IndexFunc(a.parts, func(p assets.Part) bool { return p.License == a.license.Text })))
}

func (a *aboutPage) show(*picture) {
	if len(a.about.Objects) > 0 {
		return
	}
	words, folder := a.w.words, a.w.program.Folder()
	row := func(key, value string) fyne.CanvasObject {
		return parts.BesideTop(16, parts.Wide(190, parts.Muted(words.say(key))), nil, parts.Body(value))
	}
	card := func(key string, objects ...fyne.CanvasObject) fyne.CanvasObject {
		return parts.Card(parts.Stack(10, append([]fyne.CanvasObject{parts.Strong(words.say(key))}, objects...)...))
	}
	versions := []fyne.CanvasObject{row("app.name", a.version), row("about.go", a.golang), row("about.toolkit", a.toolkit())}
	if newer := a.newer(); newer != nil {
		versions = append([]fyne.CanvasObject{newer}, versions...)
	}
	a.about.Objects = []fyne.CanvasObject{
		card("about.versions", versions...),
		card("about.folder", parts.Body(words.say("about.folder.text")),
			parts.Beside(16, nil, parts.NewButton(words.say("about.folder.open"), "open", func() { a.w.browse(folderURL(folder)) }), parts.Muted(folder))),
		card("about.notices", parts.Body(words.say("about.sends")), parts.Body(words.say("about.makers")), parts.Body(words.say("news.nvd"))),
	}
	a.about.Refresh()
}

// newer says that a newer Porchlight is out; nil if nobody said so.
func (a *aboutPage) newer() fyne.CanvasObject {
	r, ok := a.w.program.Newer()
	page, err := url.Parse(r.Page)
	if !ok || err != nil {
		return nil
	}
	words := a.w.words
	return parts.Beside(16, nil, parts.NewButton(words.say("about.newer.open"), "open", func() { a.w.browse(page) }),
		parts.Body(words.T("about.newer", text.Args{"version": r.Version})))
}

// toolkit gives the version of the toolkit, as the licences have it.
func (a *aboutPage) toolkit() string {
	for _, p := range a.parts {
		if version, ok := strings.CutPrefix(p.Name, "fyne.io/fyne/v2 v"); ok {
			return version
		}
	}
	return ""
}

// folderURL is the address by which the system shows a folder of ours.
func folderURL(folder string) *url.URL {
	path := filepath.ToSlash(folder)
	if !strings.HasPrefix(path, "/") { // a drive of Windows
		path = "/" + path
	}
	return &url.URL{Scheme: "file", Path: path}
}

// An other is one line of the list of what others made.
type other struct {
	widget.BaseWidget
	name, version *parts.Text
}

func newOther() *other {
	o := &other{name: parts.Body(" ").OneLine(), version: parts.Small(" ").OneLine()}
	o.ExtendBaseWidget(o)
	return o
}

// CreateRenderer implements fyne.Widget.
func (o *other) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(parts.Pad(12, 6, parts.Stack(0, o.name, o.version)))
}

// AccessibilityLabel implements fyne.Accessible.
func (o *other) AccessibilityLabel() string { return o.name.Text + " " + o.version.Text }

// AccessibilityRole implements fyne.Accessible.
func (o *other) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

func (o *other) show(part string) {
	name, version := part, ""
	if i := strings.LastIndex(part, " "); i > 0 && strings.ContainsAny(part[i:], "0123456789") {
		name, version = part[:i], part[i+1:]
	}
	o.name.Set(name)
	o.version.Set(version)
}
