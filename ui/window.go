// Package ui is the window: one file per page, and window.go, which holds them together.
// Everything in it runs on the toolkit's goroutine except what live.go starts.
package ui

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/firmware"
	"porchlight/checks/news"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/elsewhere"
	"porchlight/ui/parts"
	"porchlight/ui/report"
	"porchlight/ui/report/paper"
)

// Program is what the window can ask of the rest of the program. Its methods block, end
// soon after ctx ends, and are called off the toolkit's goroutine. What they change is in
// the Feed by the time they return.
type Program interface {
	// Feed hands out what is known of the home. It is always the same.
	Feed() *rounds.Feed
	// Enter chooses a home: the practice home, or the real one that the user answers for,
	// named name. At most it knocks at the router, to know the home again. Enter and JoinHome refuse a network that looks
	// public by a rounds.PublicNetwork, unless insisted is the key of that.
	Enter(ctx context.Context, name string, practice bool, insisted string) error
	// Walk does one round; devices appear in the Feed as they are heard.
	Walk(ctx context.Context) error
	// CheckAgain looks at one finding again and returns it as it now is.
	CheckAgain(ctx context.Context, finding string) (checks.Finding, error)
	// Pretend puts a finding of the practice home right on the simulated device. Pretends tells whether it can, for a kind
	// of finding, and does not block.
	Pretend(ctx context.Context, finding string) error
	Pretends(kind checks.Kind) bool
	// Proofs returns the looks at one finding, newest first.
	Proofs(ctx context.Context, finding string) ([]rounds.Proof, error)
	// Login shows what would be typed on a device, name and password.
	Login(ctx context.Context, d discovery.Device) string
	// Consent keeps what the user said about trying a factory password on a device.
	Consent(ctx context.Context, device discovery.DeviceID, c rounds.Consent) error
	// Accept keeps the user's reason for living with a finding; "" takes it back.
	Accept(ctx context.Context, finding, reason string) error
	// Remind keeps when the day begins on which the user wants to be reminded of a finding; the
	// zero time takes it back.
	Remind(ctx context.Context, finding string, day time.Time) error
	// Told keeps that the user was told that a finding waits.
	Told(ctx context.Context, finding string) error
	// LeaveAlone keeps whether a device is to be checked at all.
	LeaveAlone(ctx context.Context, device discovery.DeviceID, yes bool) error
	// Correct keeps the user's own words about a device; the zero Correction takes them back.
	Correct(ctx context.Context, device discovery.DeviceID, c discovery.Correction) error
	// Forget removes devices with all that is known of them; one that is heard again comes back as new.
	Forget(ctx context.Context, devices ...discovery.DeviceID) error
	// Firmware gives what is known of the firmware of a device. It does not block.
	Firmware(d discovery.Device) firmware.Known
	// SilentNews lists the sources of news, of those that are on, that gave nothing the last time. It does not block.
	SilentNews() []news.State
	// Newer gives the newest Porchlight, if this one is older and a source of news said so. It does not block.
	Newer() (news.Release, bool)
	// Hurdle says what keeps a round from being walked, if the user can do something about an error. It does not block.
	Hurdle(err error) rounds.Hurdle

	// Homes lists the real homes, the one walked last first.
	Homes(ctx context.Context) ([]rounds.HomeSummary, error)
	// Whereabouts tells in which home this computer is. At most it knocks at the router.
	Whereabouts(ctx context.Context) (rounds.Whereabouts, error)
	// SwitchHome shows another home, and sends nothing. JoinHome keeps that the network of now is that of a home, and shows it.
	SwitchHome(ctx context.Context, id rounds.HomeID) error
	JoinHome(ctx context.Context, id rounds.HomeID, insisted string) error
	RenameHome(ctx context.Context, id rounds.HomeID, name string) error
	DeleteHome(ctx context.Context, id rounds.HomeID) error
	// CarryHome writes a home into a folder, in nobody's place, so that only the passphrase opens it, and gives the path of
	// the file. BringHome reads that, or changes nothing.
	CarryHome(ctx context.Context, id rounds.HomeID, passphrase, folder, name string) (string, error)
	BringHome(ctx context.Context, path, passphrase string) (rounds.Carried, error)
	// CarriedFiles lists the files with a home where people keep what they save, newest first. CarriedFile finds the one of
	// which somebody typed the path.
	CarriedFiles(ctx context.Context) []rounds.CarriedFile
	CarriedFile(typed string) (rounds.CarriedFile, error)
	// Connections lists the networks of this computer that can be a home's, and sends nothing. UseConnection keeps which is meant.
	Connections(ctx context.Context) ([]rounds.Connection, error)
	UseConnection(ctx context.Context, c rounds.Connection) error

	// Timeline gives the changes that fit, newest first, from a mark on, and at most so many.
	Timeline(ctx context.Context, f rounds.Filter, from rounds.Mark, most int) (rounds.Page, error)
	// Levels gives how the home stood at each of some moments.
	Levels(ctx context.Context, moments []time.Time) ([]rounds.Level, error)
	// Sentence says an error in a person's words. It does not block.
	Sentence(err error) string

	// Settings gives what the user has set, and ChangeSettings keeps what change makes of it.
	Settings(ctx context.Context) (rounds.Settings, error)
	ChangeSettings(ctx context.Context, change func(*rounds.Settings)) (rounds.Settings, error)
	// Speak keeps the language that the user wants, "" for that of the system, and gives its words.
	Speak(ctx context.Context, language string) (*text.Catalog, error)
	// StartsAtLogin tells whether Porchlight starts when the user signs in, to keep watch. StartAtLogin sees to it.
	StartsAtLogin(ctx context.Context) (bool, error)
	StartAtLogin(ctx context.Context, yes bool) error
	// AsksStartAtLogin tells whether the user is to be asked that now, once.
	AsksStartAtLogin(ctx context.Context) (bool, error)
	// Elsewhere says where the user wants to be told how the home stands besides here, and SetElsewhere keeps it; secrets that
	// are left empty stay. TellElsewhere tells it now.
	Elsewhere(ctx context.Context) (elsewhere.State, error)
	SetElsewhere(ctx context.Context, t elsewhere.Target) error
	TellElsewhere(ctx context.Context) error
	// Consents tells what the user said about factory passwords, for the devices of which anything was said.
	Consents(ctx context.Context) (map[discovery.DeviceID]rounds.Consent, error)
	// Allowed lists the devices on which factory passwords may be tried, as the user said.
	Allowed(ctx context.Context) ([]discovery.DeviceID, error)
	// News lists the sources of news, and SwitchNews switches some of them on or off. Both ask nobody.
	News(ctx context.Context) ([]news.Switch, error)
	SwitchNews(ctx context.Context, on, off []string) error
	// Backups lists the copies of the history, newest first. BackUp makes one, and Restore puts one in its place.
	Backups() ([]rounds.Backup, error)
	BackUp(ctx context.Context) (rounds.Backup, error)
	Restore(ctx context.Context, name string) error
	// Thin forgets what is older than the user wants to keep, and Erase everything.
	Thin(ctx context.Context) error
	Erase(ctx context.Context) error
	// Folder is where all that is kept lies. It does not block.
	Folder() string

	// Facts gives what a report about the home is made of, as the last round left it.
	Facts(ctx context.Context) (report.Facts, error)
	// Paper gives the paper that the user has, if nothing else was set that of the country. It does not block.
	Paper(set rounds.Settings) paper.Size
	// PrintReport prints sheets of paper; false if they are only open in a program that can.
	PrintReport(ctx context.Context, f report.Facts, o report.Order) (printed bool, err error)
	// SaveReport writes a file into a folder, in nobody's place, and gives its path.
	SaveReport(ctx context.Context, f report.Facts, o report.Order, folder, name string) (string, error)
	// Folders lists where people keep what they save, the usual place first. Inside lists the folders in a folder, and gives
	// the one above it, "" if there is none.
	Folders(ctx context.Context) []string
	Inside(ctx context.Context, folder string) (names []string, above string, err error)
	// Untold gives what went wrong in the background, and no window has said yet, once; nil for nothing.
	Untold(ctx context.Context) error
}

// A page is one place in the window. All its methods run on the toolkit's goroutine.
type page interface {
	key() string             // "devices"; its name is "nav.devices"
	view() fyne.CanvasObject // made once
	show(p *picture)         // with every new picture while it is open, and when it opens
}

// A focuser is a page on which the keyboard begins at one place: that of what was opened last.
type focuser interface{ focus() fyne.Focusable } // nil for none

// A fresher is a page that asks for more than the picture holds when it opens.
type fresher interface{ fresh() }

// windowSize is what the pages are designed for; they work from about 900 by 600 on.
var windowSize = fyne.NewSize(1100, 760)

// Window is the one window of the program.
type Window struct {
	app     fyne.App
	win     fyne.Window
	program Program
	words   words
	system  string // as in runtime.GOOS: some words and limits depend on it
	live    *live
	clock   func() time.Time
	first   func() // runs what is to be seen at once; nil for nothing

	welcome  *welcome
	todo     *todoPage
	devices  *devicesPage
	device   *devicePage
	timeline *timelinePage
	reports  *reportsPage
	homes    *homesPage
	settings *settingsPage
	about    *aboutPage
	pages    []page // those in the navigation
	page     page   // the open one; nil while welcoming
	frame    *frame
	now      *picture
	undo     undoer

	set     rounds.Settings
	stop    context.CancelFunc // ends the round that this window walks; nil if it walks none
	trouble string             // why the latest round went wrong, in words
	barred  rounds.Hurdle      // what kept it from being walked
	ask     *widget.PopUp      // the question that is open; nil if none
	below   []*widget.PopUp    // questions that it lies over, the lowest first
	working *widget.PopUp      // the sheet that says what is under way; nil for none
	cancel  func()             // ends that, if the sheet is closed before
	told    map[string]bool    // findings of which the window has said that they wait
	looking sync.WaitGroup     // looks at one finding, which a round waits for
	asks    bool               // whether Porchlight is to start at login
	replied bool               // the user has said so
	folder  string             // in which a file was saved last
}

// NewWindow makes the window, as the user has set it. known says that a home was chosen before, so that no welcome
// is needed. Nothing is shown and nothing runs before Show.
func NewWindow(app fyne.App, p Program, catalog *text.Catalog, set rounds.Settings, known bool) *Window {
	app.Settings().SetTheme(dress(set))
	var first early
	w := newWindow(app, p, catalog, set, known, first.do, time.Now)
	w.first = first.show
	return w
}

func newWindow(app fyne.App, p Program, catalog *text.Catalog, set rounds.Settings, known bool, do func(func()), clock func() time.Time) *Window {
	app.SetIcon(parts.AppIcon())
	w := &Window{app: app, program: p, words: words{catalog}, set: set, system: runtime.GOOS, live: newLive(do), clock: clock, told: map[string]bool{}}
	w.now = newPicture(p.Feed().Latest(), clock())
	if !known {
		w.survey() // while the rest is made
	}
	w.win = app.NewWindow(w.words.say("app.name"))
	w.win.SetPadded(false)
	w.win.SetMaster()
	w.win.SetOnClosed(w.live.close)

	w.build()
	if known {
		w.open(w.pages[0])
	} else {
		w.showWelcome()
	}
	w.win.Resize(windowSize)
	return w
}

// build makes all pages, in the words and the look of now.
func (w *Window) build() {
	w.todo, w.device, w.settings, w.about = newTodoPage(w), newDevicePage(w), newSettingsPage(w), newAboutPage(w)
	w.timeline, w.reports, w.homes = newTimelinePage(w), newReportsPage(w), newHomesPage(w)
	w.devices = newDevicesPage(w)
	w.pages = []page{newHomePage(w), w.todo, w.devices, w.timeline, w.reports, w.settings}
	w.frame = newFrame(w)
	w.keys()
}

// rebuild makes all pages anew, and shows what was shown.
func (w *Window) rebuild() {
	open, welcome, todo, device, settings, timeline, homes, reports := w.page, w.welcome, w.todo, w.device, w.settings, w.timeline, w.homes, w.reports
	devices := w.devices
	w.win.SetTitle(w.words.say("app.name"))
	w.build()
	w.todo.chosen, w.device.id = todo.chosen, device.id
	w.todo.card.keep(todo.card)
	w.settings.keep(settings)
	w.timeline.keep(timeline)
	w.homes.keep(homes)
	w.reports.keep(reports)
	w.devices.keep(devices)
	w.page = nil
	if open == nil {
		w.greet()
		w.welcome.keep(welcome)
		return
	}
	for _, p := range append([]page{w.device, w.homes, w.about}, w.pages...) {
		if p.key() == open.key() {
			w.open(p)
		}
	}
}

// Show shows the window and keeps it up to date from now on. Call it once.
func (w *Window) Show() {
	if w.first != nil {
		w.first()
	}
	w.live.watch(w.program.Feed(), w.take)
	w.live.every(time.Minute, w.turn)
	if w.page != nil {
		w.locate()
	}
	if w.ask == nil {
		w.call(w.program.Untold, w.tell)
	}
	w.win.Show()
}

// ShowAndRun shows the window and runs the toolkit until the window is closed or ctx ends.
// It returns when everything that the window started has ended.
func (w *Window) ShowAndRun(ctx context.Context) {
	w.Show()
	stop := context.AfterFunc(ctx, func() { w.live.do(w.win.Close) })
	defer stop()
	w.app.Run()
	w.live.close()
	w.Wait()
}

// Wait returns when the window is closed and everything that it started has ended.
func (w *Window) Wait() {
	<-w.live.ctx.Done()
	w.live.wait()
}

// take shows a new picture.
func (w *Window) take(s rounds.Snapshot) {
	w.now = newPicture(s, w.clock())
	w.refresh()
}

// turn shows the picture anew when a day has begun: reminders come with it.
func (w *Window) turn() {
	if w.words.Date(w.clock()) != w.words.Date(w.now.now) {
		w.take(w.now.Snapshot)
	}
}

// tells keeps that the user has read that a finding waits, so that it is not said for ever.
func (w *Window) tells(f *checks.Finding) {
	if id := f.ID; f.Waits(w.now.now) > 0 && f.Told.IsZero() && !w.told[id] {
		w.told[id] = true
		w.call(func(ctx context.Context) error { return w.program.Told(ctx, id) }, func(string) {}) // at worst it is said once more
	}
}

// refresh shows the picture that there is, after something in the window changed.
func (w *Window) refresh() {
	w.now.walking = w.now.Walking() || w.stop != nil
	w.now.trouble = w.trouble
	if w.now.trouble == "" {
		w.now.trouble = w.sentence(w.now.Err)
	}
	w.now.barred = w.barred
	if w.barred.Kind == "" && w.now.Err != nil {
		w.now.barred = w.program.Hurdle(w.now.Err)
	}
	if w.page == nil {
		return
	}
	w.undo.show(w.now)
	w.frame.show(w.now)
	w.page.show(w.now)
}

// greet shows the welcome, which chooses a home.
func (w *Window) greet() {
	w.halt()
	w.showWelcome()
	w.survey()
}

func (w *Window) showWelcome() {
	w.welcome = newWelcome(w)
	w.page = nil
	w.win.SetContent(w.welcome.view())
}

// open shows a page.
func (w *Window) open(p page) {
	if w.page == nil {
		w.win.SetContent(w.frame.view)
	}
	other := w.page != p
	if other {
		w.undo.hide()
	}
	w.page = p
	w.frame.open(p)
	w.refresh()
	if other {
		w.begin(p)
	}
	if p, ok := p.(fresher); ok {
		p.fresh()
	}
}

// begin puts the keyboard to where a page begins. What had it on another page would still get the keys.
func (w *Window) begin(p page) {
	if p, ok := p.(focuser); ok {
		if at := p.focus(); at != nil {
			w.win.Canvas().Focus(at)
			return
		}
	}
	w.win.Canvas().Unfocus()
}

// openFinding shows the card of a finding, or of a reason why something was not checked.
func (w *Window) openFinding(id string) {
	w.todo.chosen = id
	w.open(w.todo)
}

// openDevice shows what is known of a device.
func (w *Window) openDevice(id discovery.DeviceID) {
	if w.page != page(w.device) {
		w.device.from = w.page
	}
	w.device.id = id
	w.open(w.device)
}

// look walks one round, unless one is under way.
func (w *Window) look() {
	if w.page == nil || w.now.walking || w.ask != nil {
		return
	}
	ctx, stop := context.WithCancel(w.live.ctx)
	w.stop, w.trouble, w.barred = stop, "", rounds.Hurdle{}
	clear(w.todo.card.looks) // what the round finds is newer
	w.open(w.pages[0])
	w.live.run(func(context.Context) func() {
		w.looking.Wait()
		err := w.program.Walk(ctx)
		stop()
		return func() {
			w.stop, w.trouble, w.barred = nil, w.sentence(err), w.program.Hurdle(err)
			if w.barred.Kind == rounds.HurdleElsewhere {
				w.locate()
			}
			w.refresh()
			w.askLogin()
		}
	})
}

// halt stops the round that the window walks.
func (w *Window) halt() {
	if w.stop != nil {
		w.stop()
	}
}

// call runs something off the toolkit's goroutine and then done, with what went wrong in
// words, "" if nothing did.
func (w *Window) call(f func(context.Context) error, done func(trouble string)) {
	w.live.run(func(ctx context.Context) func() {
		err := f(ctx)
		return func() { done(w.sentence(err)) }
	})
}

// inTurn is call for what has to be done in the order in which it was asked for, such as switching on and off.
func (w *Window) inTurn(f func(context.Context) error, done func(trouble string)) {
	w.live.inTurn(func(ctx context.Context) func() {
		err := f(ctx)
		return func() { done(w.sentence(err)) }
	})
}

// sentence says an error in words; "" for none, and for one that the user caused by stopping.
func (w *Window) sentence(err error) string {
	if err == nil || errors.Is(err, context.Canceled) {
		return ""
	}
	return w.program.Sentence(err)
}

// question asks before something is done. extra may be nil, and gets the keyboard if it can.
// Without onYes there is nothing to decide, only something to know.
func (w *Window) question(title string, lines []string, extra fyne.CanvasObject, yes string, onYes func()) {
	safe := parts.NewButton(w.words.say("action.cancel"), "", w.answer)
	buttons := []fyne.CanvasObject{safe, parts.MainButton(yes, "", func() { w.answer(); onYes() })}
	if onYes == nil {
		safe = parts.MainButton(yes, "", w.answer)
		buttons = []fyne.CanvasObject{safe}
	}
	focus, can := extra.(fyne.Focusable)
	if !can {
		focus = safe
	}
	w.sheet(460, title, lines, extra, focus, buttons...)
}

// sheet lays words over the page, and over a question that is open, with buttons below them. focus gets the keyboard.
func (w *Window) sheet(width float32, title string, lines []string, extra fyne.CanvasObject, focus fyne.Focusable, buttons ...fyne.CanvasObject) {
	body := parts.Stack(14, parts.Title(title))
	for _, l := range lines {
		body.Add(parts.Body(l))
	}
	if extra != nil {
		body.Add(extra)
	}
	body.Add(parts.Pad(0, 6, parts.Beside(0, nil, parts.Row(10, buttons...), parts.Body(""))))
	if w.ask != nil {
		w.below = append(w.below, w.ask)
	}
	w.ask = widget.NewModalPopUp(parts.NewBox(theme.ColorNameOverlayBackground, "", parts.Radius, 26, 22, parts.Wide(width, body)), w.win.Canvas())
	w.ask.Show()
	w.win.Canvas().Focus(focus)
}

// answer closes the question. One that it lay over is open again.
func (w *Window) answer() {
	if w.ask != nil {
		w.ask.Hide()
		if w.ask == w.working {
			w.cancel()
			w.working = nil
		}
		w.ask = nil
	}
	if n := len(w.below); n > 0 {
		w.ask, w.below = w.below[n-1], w.below[:n-1]
	}
}

// tell says that something went wrong; nothing for "".
func (w *Window) tell(trouble string) {
	if trouble == "" {
		return
	}
	w.question(w.words.say("trouble.title"), []string{trouble}, nil, w.words.say("action.ok"), nil)
}

// A frame is what stays while pages come and go: the navigation and the practice.window.
type frame struct {
	w      *Window
	view   fyne.CanvasObject
	banner *fyne.Container
	home   *parts.Text
	homes  *parts.Tap // the way to the other homes
	chosen bool       // they are open
	body   *fyne.Container
	places []*place
}

// A place is one line of the navigation.
type place struct {
	page  page
	tap   *parts.Tap
	pic   *parts.Pic
	name  *parts.Text
	count *parts.Text
}

// sideWidth is the width of the navigation.
const sideWidth = 220

func newFrame(w *Window) *frame {
	f := &frame{w: w, home: parts.Strong("").OneLine(), body: container.NewStack()}
	list := parts.Stack(4)
	for _, p := range w.pages {
		pl := &place{
			page: p, pic: parts.NewPic(p.key(), theme.ColorNameForeground, 20),
			name: parts.Body(w.words.say("nav." + p.key())).OneLine(), count: parts.Strong("").Short(),
		}
		pl.tap = parts.NewTap(pl.name.Text, "", "", 10, 12, 10, parts.Beside(12, pl.pic, pl.count, pl.name), func() { w.open(p) })
		f.places = append(f.places, pl)
		list.Add(pl.tap)
	}
	logo := parts.Pad(10, 0, parts.Beside(10, parts.NewPic("app", "", 30), nil, parts.Title(w.words.say("app.name")).OneLine()))
	f.homes = parts.NewTap(w.words.say("nav.homes"), "", "", 10, 12, 8, parts.Beside(8, nil, parts.NewPic("next", parts.ColorMuted, 16),
		parts.Stack(2, parts.Small(w.words.say("nav.homes")), f.home)), func() { w.open(w.homes) })
	// Plain containers hold the navigation and the page: the toolkit shows screen readers nothing that lies in a widget.
	side := container.NewStack(parts.NewBox(parts.ColorSide, "", 0, 0, 0, layout.NewSpacer()),
		parts.Pad(12, 20, parts.Edge(parts.Stack(22, logo, list), f.homes, nil, layout.NewSpacer())))

	leave := parts.NewButton(w.words.say("practice.leave"), "", w.leave)
	f.banner = container.NewStack(parts.NewBox(parts.ColorPractice, "", 0, 22, 7,
		parts.Beside(12, parts.NewPic("eye", theme.ColorNameForeground, 20), leave, parts.Strong(w.words.say("practice.window")).OneLine())))
	left := parts.Wide(sideWidth, side)
	page := container.NewStack(parts.NewBox(theme.ColorNameBackground, "", 0, 0, 0, layout.NewSpacer()),
		parts.Edge(nil, w.undo.build(w), nil, f.body), parts.NewReader(f.body), f.question())
	view := parts.Edge(f.banner, nil, left, page)
	view.Objects = []fyne.CanvasObject{page, left, f.banner} // the keyboard comes to the page first
	f.view = view
	return f
}

// question is the way to the help, in the corner of every page, where it covers nothing.
func (f *frame) question() fyne.CanvasObject {
	ask := parts.NewTap(f.w.words.say("menu.help.page"), "", "", 13, 3, 3, parts.NewPic("question", parts.ColorMuted, 20), f.w.help)
	return parts.Corner(7, ask)
}

func (f *frame) open(p page) {
	f.body.Objects = []fyne.CanvasObject{p.view()}
	f.body.Refresh()
}

func (f *frame) show(p *picture) {
	if f.banner.Visible() != p.practice() {
		f.banner.Hidden = !p.practice()
		f.view.Refresh()
	}
	f.home.Set(discovery.Line(p.Home.Name))
	if open := f.w.page == page(f.w.homes); open != f.chosen {
		f.chosen, f.homes.Fill = open, ""
		if open {
			f.homes.Fill = parts.ColorChosen
		}
		f.homes.Refresh()
	}
	for _, pl := range f.places {
		chosen := pl.page == f.w.page || (pl.page.key() == "devices" && f.w.page == page(f.w.device))
		c, fill := theme.ColorNameForeground, fyne.ThemeColorName("")
		if chosen {
			c, fill = theme.ColorNamePrimary, parts.ColorChosen
		}
		pl.pic.Set(pl.page.key(), c)
		if pl.tap.Fill != fill {
			pl.tap.Fill = fill
			pl.name.TextStyle.Bold = chosen
			pl.name.Refresh()
			pl.tap.Refresh()
		}
		count := ""
		switch {
		case pl.page.key() == "todo" && len(p.open) > 0:
			count = strconv.Itoa(len(p.open))
		case pl.page.key() == "devices" && len(p.Devices) > 0:
			count = strconv.Itoa(len(p.Devices))
		}
		if pl.count.Text != count {
			pl.count.Set(count)
			pl.tap.Content.Refresh()
		}
	}
}
