package ui

import (
	"context"
	"errors"
	"fmt"
	"image/color"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/firmware"
	"porchlight/checks/news"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/parts"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC
	os.Exit(m.Run())
}

// evening is when the home of the tests was looked at.
var evening = time.Date(2026, time.November, 12, 18, 30, 0, 0, time.UTC)

// fake is a program that keeps everything in memory.
type fake struct {
	feed     rounds.Feed
	walk     func(context.Context) error
	again    func(string) (checks.Finding, error)
	proofs   []rounds.Proof
	now      time.Time // evening, if it is zero
	known    map[discovery.DeviceID]firmware.Known
	silent   []news.State
	newer    news.Release
	own      owned // what the user has set, and what is kept
	story    story // what changed over time
	homely   homely
	language string // of reports
	opens    bool   // no printer takes what is printed
	untold   error  // what went wrong in the background

	mu    sync.Mutex
	calls []string
}

func (f *fake) note(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, fmt.Sprintf(format, args...))
}

func (f *fake) called(call string) bool { return f.times(call) > 0 }

func (f *fake) times(call string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.calls {
		if c == call {
			n++
		}
	}
	return n
}

func (f *fake) Feed() *rounds.Feed { return &f.feed }

func (f *fake) Enter(_ context.Context, name string, practice bool, insisted string) error {
	if err := f.lives().public; err != nil && !practice && insisted != err.Key {
		return err
	}
	f.note("enter %s %t", name, practice)
	return nil
}

func (f *fake) Walk(ctx context.Context) error {
	f.note("walk")
	if f.walk == nil {
		return nil
	}
	return f.walk(ctx)
}

func (f *fake) CheckAgain(_ context.Context, id string) (checks.Finding, error) { return f.again(id) }

func (f *fake) Proofs(context.Context, string) ([]rounds.Proof, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.proofs, nil
}

func (f *fake) Consent(_ context.Context, id discovery.DeviceID, c rounds.Consent) error {
	f.note("consent %s %d", id, c)
	return nil
}

func (f *fake) Accept(_ context.Context, id, reason string) error {
	f.note("accept %s %s", id, reason)
	return nil
}

func (f *fake) LeaveAlone(_ context.Context, id discovery.DeviceID, yes bool) error {
	f.note("alone %s %t", id, yes)
	return nil
}

func (f *fake) Correct(_ context.Context, id discovery.DeviceID, c discovery.Correction) error {
	s := f.feed.Latest()
	s.Devices = slices.Clone(s.Devices)
	for i := range s.Devices {
		if s.Devices[i].ID == id {
			s.Devices[i].Correct(c)
		}
	}
	f.feed.Set(s)
	f.note("correct %s %+v", id, c)
	return nil
}

func (f *fake) Login(context.Context, discovery.Device) string { return "admin / 1234" }

func (f *fake) Firmware(d discovery.Device) firmware.Known { return f.known[d.ID] }

func (f *fake) SilentNews() []news.State { return f.silent }

func (f *fake) Newer() (news.Release, bool) { return f.newer, f.newer != news.Release{} }

// A worded error has the sentence that the program would give for it.
type worded string

func (s worded) Error() string { return string(s) }

func (f *fake) Sentence(err error) string {
	if s, ok := errors.AsType[worded](err); ok {
		return string(s)
	}
	return "No home network was found. Connect to your Wi-Fi or plug in the cable, then try again."
}

// look2 fixes light or dark, whatever the system says.
type look2 struct {
	parts.Theme
	variant fyne.ThemeVariant
}

func (l look2) Color(n fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	return l.Theme.Color(n, l.variant)
}

// A bench is a window under test. Functions for the toolkit run when the test says so.
type bench struct {
	*Window
	t     *testing.T
	queue chan func()
}

func open(t *testing.T, p *fake, known bool, variant fyne.ThemeVariant) *bench {
	t.Helper()
	return openIn(t, "en", p, known, variant)
}

// openIn opens a window in that language.
func openIn(t *testing.T, lang string, p *fake, known bool, variant fyne.ThemeVariant) *bench {
	t.Helper()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(look2{variant: variant})
	catalog, err := text.Open(lang)
	if err != nil {
		t.Fatal(err)
	}
	queue := make(chan func(), 64)
	p.language = lang
	w := newWindow(app, p, catalog, p.own.set, known, func(f func()) { queue <- f }, p.clock)
	b := &bench{Window: w, t: t, queue: queue}
	b.take(p.feed.Latest())
	t.Cleanup(func() {
		if w.live.ctx.Err() == nil {
			w.win.Close()
		}
		w.Wait()
	})
	return b
}

// until runs queued functions until done says so.
func (b *bench) until(done func() bool) {
	b.t.Helper()
	for end := time.Now().Add(time.Minute); !done(); {
		select {
		case f := <-b.queue:
			f()
		case <-time.After(10 * time.Millisecond):
			if time.Now().After(end) {
				b.t.Fatal("the window waits for nothing")
			}
		}
	}
}

// agree asks whether a password may be tried, and waits for the question.
func (b *bench) agree(id discovery.DeviceID) {
	b.t.Helper()
	b.todo.agree(id)
	b.until(func() bool { return b.win.Canvas().Overlays().Top() != nil })
}

// settle lays the window out as often as the toolkit's loop would.
func (b *bench) settle() {
	for range 3 {
		b.win.Resize(windowSize.AddWidthHeight(1, 1))
		b.win.Resize(windowSize)
	}
}

// shot compares the window with its picture, and looks for words that are missing.
func (b *bench) shot(name string) {
	b.t.Helper()
	b.settle()
	b.picture(name)
	b.texts()
}

// picture compares the window as it is with its picture. With the race detector that takes too long: make pictures does it.
func (b *bench) picture(name string) {
	b.t.Helper()
	if !racing {
		test.AssertImageMatches(b.t, name+".png", b.win.Canvas().Capture())
	}
}

// roots are the page and the questions over it.
func (b *bench) roots() []fyne.CanvasObject {
	return append([]fyne.CanvasObject{b.win.Canvas().Content()}, b.win.Canvas().Overlays().List()...)
}

// each visits all that can be seen in some objects, in the order in which it is drawn.
func each(visit func(fyne.CanvasObject), roots ...fyne.CanvasObject) {
	for _, o := range roots {
		if o == nil || !o.Visible() {
			continue
		}
		visit(o)
		switch o := o.(type) {
		case *fyne.Container:
			each(visit, o.Objects...)
		case fyne.Widget:
			each(visit, test.WidgetRenderer(o).Objects()...)
		}
	}
}

// seen lists what is of one sort and can be seen in some objects.
func seen[T fyne.CanvasObject](roots ...fyne.CanvasObject) []T {
	var all []T
	each(func(o fyne.CanvasObject) {
		if one, ok := o.(T); ok {
			all = append(all, one)
		}
	}, roots...)
	return all
}

// missing finds keys that no catalogue knows, and arguments that nobody gave.
var missing = regexp.MustCompile(`\[[a-z]+\.[a-z.-]*\]|<no value>`)

// texts gives every text that is on the screen. It fails for one without words.
func (b *bench) texts() []string {
	b.t.Helper()
	var all []string
	each(func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *canvas.Text:
			all = append(all, o.Text)
		case *parts.Text:
			all = append(all, o.Text)
		}
	}, b.roots()...)
	for _, s := range all {
		if missing.MatchString(s) {
			b.t.Errorf("words are missing: %q", s)
		}
	}
	return all
}

func (b *bench) says(want string) {
	b.t.Helper()
	if all := b.texts(); !slices.ContainsFunc(all, func(s string) bool { return strings.Contains(s, want) }) {
		b.t.Errorf("the window does not say %q, but %q", want, all)
	}
}

// button finds a button by its words.
func (b *bench) button(words string) *parts.Button {
	b.t.Helper()
	found := b.find(words)
	if found == nil {
		b.t.Fatalf("no button says %q", words)
	}
	return found
}

// find finds a button by its words; nil if there is none.
func (b *bench) find(words string) *parts.Button {
	var found *parts.Button
	for _, button := range seen[*parts.Button](b.roots()...) {
		if button.Text == words {
			found = button
		}
	}
	return found
}

func device(id, name string, kind discovery.Kind, vendor, model, addr string) discovery.Device {
	return discovery.Device{
		ID: discovery.DeviceID(id), Name: name, Kind: kind, Vendor: vendor, Model: model,
		Addrs: []netip.Addr{netip.MustParseAddr(addr)}, FirstSeen: evening.AddDate(0, 0, -9), LastSeen: evening, Present: true,
	}
}

// family is a home with a bit of everything.
func family() rounds.Snapshot {
	mac, _ := discovery.ParseMAC("3c:84:6a:11:22:33")
	cam := device("cam", "IPC-510A", discovery.KindCamera, "Reolink", "RLC-510A", "192.168.1.23")
	cam.MAC, cam.Firmware = mac, "v3.0.0.1889"
	cam.Services = []discovery.Service{
		{Port: 80, Transport: "tcp", Protocol: "http", Product: "nginx"},
		{Port: 554, Transport: "tcp", Protocol: "rtsp"},
		{Port: 9000, Transport: "tcp"},
	}
	cam.Evidence = []discovery.Evidence{
		{Field: "name", Source: "mdns.host", Value: "IPC-510A", Strength: discovery.Saw},
		{Field: "vendor", Source: "onvif.manufacturer", Value: "Reolink", Strength: discovery.Saw},
		{Field: "model", Source: "onvif.model", Value: "RLC-510A", Strength: discovery.Saw},
		{Field: "kind", Source: "mdns.host", Value: "hall-camera", Strength: discovery.Likely},
		{Field: "firmware", Source: "http.version", Value: "v3.0.0.1889", Strength: discovery.Saw},
	}
	cam.Correct(discovery.Correction{Name: "Hall camera"})
	phone := device("phone", "Mia's phone", discovery.KindPhone, "", "", "192.168.1.31")
	phone.Present, phone.LastSeen = false, evening.AddDate(0, 0, -2)
	alone := device("lock", "Front door", discovery.KindLock, "Nuki", "Smart Lock 3.0", "192.168.1.44")
	alone.LeaveAlone = true
	s := rounds.Snapshot{
		Home: rounds.Home{ID: 1, Name: "Our home", Consented: evening}, Round: 3, Phase: rounds.Done, Complete: true,
		Started: evening.Add(-40 * time.Second), Finished: evening, Checked: 24, ToCheck: 24,
		Devices: []discovery.Device{
			device("router", "Router", discovery.KindRouter, "TP-Link", "Archer C7", "192.168.1.1"),
			cam,
			device("printer", "Brother HL-L2350DW", discovery.KindPrinter, "Brother", "HL-L2350DW", "192.168.1.12"),
			device("nas", "Photos", discovery.KindNAS, "Synology", "DS220+", "192.168.1.5"),
			device("tv", "Living room TV", discovery.KindTV, "LG", "OLED55", "192.168.1.17"),
			device("bulb", "Kitchen light", discovery.KindLight, "Philips", "Hue White", "192.168.1.40"),
			device("plug", "", discovery.KindPlug, "Shelly", "Plug S", "192.168.1.41"),
			device("speaker", "Bathroom", discovery.KindSpeaker, "Sonos", "One SL", "192.168.1.42"),
			device("box", "Old TV box", discovery.KindMediaPlayer, "", "", "192.168.1.43"),
			alone, phone,
			device("what", "", discovery.KindUnknown, "", "", "192.168.1.77"),
		},
		Findings: []checks.Finding{
			{
				ID: "f-1", Kind: "default-login", Check: "default-login", Device: "cam", Port: 80, Severity: checks.Today, Confidence: discovery.Saw,
				Args: map[string]string{"device": "x", "url": "http://192.168.1.23/", "user": "admin"}, First: evening.AddDate(0, 0, -9), Last: evening, Told: evening.AddDate(0, 0, -6),
			},
			{
				ID: "f-2", Kind: "telnet-open", Check: "telnet", Device: "box", Port: 23, Severity: checks.Week, Confidence: discovery.Saw,
				First: evening, Last: evening,
			},
			{
				ID: "f-3", Kind: "firmware-outdated", Check: "firmware", Device: "router", Severity: checks.Good, Confidence: discovery.Likely,
				Args: map[string]string{"version": "1.0.1", "newest": "1.2.4"}, First: evening, Last: evening,
			},
			{
				ID: "f-4", Kind: "firmware-outdated", Check: "firmware", Device: "tv", Severity: checks.Good, Confidence: discovery.Saw,
				Args: map[string]string{"version": "3.1", "newest": "4.0"}, First: evening.AddDate(0, 0, -9), Last: evening, Accepted: "It is replaced in May",
			},
			{
				ID: "f-5", Kind: "port-forward", Check: "port-forward", Device: "nas", Severity: checks.Today, Confidence: discovery.Saw,
				Args: map[string]string{"inner": "192.168.1.5", "inner_port": "5000", "outer_port": "5000"}, First: evening.AddDate(0, 0, -9), Last: evening, Fixed: evening.AddDate(0, 0, -1),
			},
		},
		Outcomes: []checks.Outcome{
			{Check: "telnet", Device: "router", Result: checks.Clear},
			{Check: "telnet", Device: "cam", Result: checks.Clear},
			{Check: "telnet", Device: "printer", Result: checks.Clear},
			{Check: "telnet", Device: "nas", Result: checks.Clear},
			{Check: "telnet", Device: "tv", Result: checks.Clear},
			{Check: "telnet", Device: "bulb", Result: checks.Clear},
			{Check: "telnet", Device: "speaker", Result: checks.Clear},
			{Check: "firmware", Device: "nas", Result: checks.Clear},
			{Check: "port-forward", Device: "router", Result: checks.Clear},
			{Check: "default-login", Device: "router", Reason: checks.ReasonNoConsent},
			{Check: "default-login", Device: "printer", Reason: checks.ReasonNoConsent},
			{Check: "telnet", Device: "plug", Reason: checks.ReasonUnreachable, Err: errors.New("dial")},
			{Check: "telnet", Device: "lock", Reason: checks.ReasonLeaveAlone},
		},
		ByDevice: map[discovery.DeviceID]discovery.Traffic{"cam": {
			Connections: 4, BytesSent: 612, BytesReceived: 14_210, LoginAttempts: 1,
			Requests: []discovery.Request{
				{At: evening.Add(-38 * time.Second), Port: 80, Transport: "tcp", Line: "connect", Sent: 0, Received: 0},
				{At: evening.Add(-37 * time.Second), Port: 80, Transport: "tcp", Line: "GET /", Sent: 180, Received: 9_800},
				{At: evening.Add(-35 * time.Second), Port: 554, Transport: "tcp", Line: "OPTIONS rtsp://192.168.1.23/", Sent: 92, Received: 210},
				{At: evening.Add(-20 * time.Second), Port: 80, Transport: "tcp", Line: "POST /cgi-bin/api.cgi?cmd=Login", Sent: 340, Received: 4_200},
			},
		}},
	}
	return s
}

// corrected is the same home after the user has said what is what.
func corrected() rounds.Snapshot {
	s := family()
	words := map[discovery.DeviceID]discovery.Correction{
		"box": {
			Name: "Old TV box", Kind: discovery.KindMediaPlayer, Vendor: "Xoro", Model: "HST 250", Room: "Living room", Owner: "Grandma",
			Notes: "Second hand, from the flea market.\nThe remote control is in the drawer.",
		},
		"cam": {Name: "Hall camera", Room: "Hall"}, "tv": {Room: "Living room"}, "bulb": {Room: "Kitchen"}, "lock": {Room: "Hall"},
		"plug": {Name: "Christmas lights", Room: "Garden, behind the shed"}, "speaker": {Room: "Bathroom"},
		"what": {Name: "Baby monitor", Kind: discovery.KindCamera, Owner: "Mia"},
	}
	for i := range s.Devices {
		d := &s.Devices[i]
		if d.ID == "box" {
			d.Name, d.Kind = "android-4711", discovery.KindComputer
		}
		d.Correct(words[d.ID])
	}
	return s
}

// calmHome is a home in which everything was checked and nothing found.
func calmHome() rounds.Snapshot {
	s := family()
	s.Findings = nil
	s.Outcomes = slices.DeleteFunc(s.Outcomes, func(o checks.Outcome) bool { return o.Result != checks.Clear })
	for _, d := range []discovery.DeviceID{"router", "cam", "printer"} {
		s.Outcomes = append(s.Outcomes, checks.Outcome{Check: "default-login", Device: d, Result: checks.Clear})
	}
	return s
}

func TestPagesLookLikeThis(t *testing.T) {
	practice := family()
	practice.Home = rounds.Home{ID: 2, Name: "Practice home", Practice: true}
	walking := family()
	walking.Phase, walking.Finished, walking.Findings, walking.Outcomes, walking.Checked = rounds.Checking, time.Time{}, nil, nil, 7
	walking.Left = 22 * time.Second
	failed := rounds.Snapshot{Home: rounds.Home{ID: 1, Name: "Our home"}, Err: errors.New("no network")}
	fresh := rounds.Snapshot{Home: rounds.Home{ID: 1, Name: "Our home"}}
	partly := family()
	partly.Findings, partly.Complete = nil, false
	home := func(*bench) {}
	todo := func(b *bench) { b.open(b.pages[1]) }
	devices := func(b *bench) { b.open(b.pages[2]) }
	tests := []struct {
		name string
		s    rounds.Snapshot
		dark bool
		do   func(*bench)
	}{
		{name: "welcome", do: func(b *bench) { b.greet() }},
		{name: "home", s: family(), do: home},
		{name: "home-dark", s: family(), dark: true, do: home},
		{name: "home-practice", s: practice, do: home},
		{name: "home-first", s: fresh, do: home},
		{name: "home-walking", s: walking, do: func(b *bench) { b.stop = func() {}; b.refresh() }},
		{name: "home-allgood", s: calmHome(), do: home},
		{name: "home-partly", s: partly, do: home},
		{name: "home-error", s: failed, do: home},
		{name: "todo", s: family(), do: todo},
		{name: "todo-dark", s: family(), dark: true, do: todo},
		{name: "todo-fixed", s: family(), do: func(b *bench) { b.openFinding("f-5") }},
		{name: "todo-accepted", s: family(), do: func(b *bench) { b.openFinding("f-4") }},
		{name: "todo-sent", s: family(), do: func(b *bench) {
			b.todo.card.open = true
			b.openFinding("f-1")
			b.settle()
			b.todo.card.scroll.ScrollToBottom()
		}},
		{name: "todo-consent", s: family(), do: func(b *bench) { b.openFinding("reason no-consent"); b.todo.card.agreed["router"] = true; b.refresh() }},
		{name: "todo-ask", s: family(), do: func(b *bench) { b.openFinding("reason no-consent"); b.agree("printer") }},
		{name: "todo-accept", s: family(), do: func(b *bench) { todo(b); b.todo.accept("f-1") }},
		{name: "todo-empty", s: fresh, do: todo},
		{name: "devices", s: family(), do: devices},
		{name: "devices-dark", s: family(), dark: true, do: devices},
		{name: "devices-search", s: family(), do: func(b *bench) { devices(b); b.pages[2].(*devicesPage).search.SetText("tv") }},
		{name: "device", s: family(), do: func(b *bench) { b.openDevice("cam") }},
		{name: "device-sent", s: family(), do: func(b *bench) { b.openDevice("cam"); b.settle(); b.device.content.ScrollToBottom() }},
		{name: "device-corrected", s: corrected(), do: func(b *bench) { b.openDevice("box") }},
		{name: "device-corrected-dark", s: corrected(), dark: true, do: func(b *bench) { b.openDevice("box") }},
		{name: "device-correct", s: corrected(), do: func(b *bench) { b.openDevice("box"); b.correct("box") }},
		{name: "device-correct-dark", s: corrected(), dark: true, do: func(b *bench) { b.openDevice("cam"); b.correct("cam") }},
		{name: "device-correct-kinds", s: corrected(), do: func(b *bench) {
			b.openDevice("box")
			kind := b.correct("box").kind
			b.settle()
			b.win.Canvas().Focus(kind)
			kind.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
		}},
		{name: "device-correct-unknown", s: family(), do: func(b *bench) { b.openDevice("what"); b.correct("what") }},
		{name: "devices-rooms", s: corrected(), do: devices},
		{name: "device-unknown", s: family(), do: func(b *bench) { b.openDevice("what") }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &fake{}
			p.feed.Set(tt.s)
			variant := theme.VariantLight
			if tt.dark {
				variant = theme.VariantDark
			}
			b := open(t, p, true, variant)
			tt.do(b)
			b.shot(tt.name)
		})
	}
}

func TestCheckAgainShowsBeforeAndAfter(t *testing.T) {
	p := &fake{}
	s := family()
	p.feed.Set(s)
	p.again = func(id string) (checks.Finding, error) {
		p.mu.Lock()
		p.proofs = []rounds.Proof{{At: evening.Add(time.Hour), Before: true, After: false}}
		p.mu.Unlock()
		s := family()
		s.Findings[0].Fixed = evening.Add(time.Hour)
		p.feed.Set(s)
		return s.Findings[0], nil
	}
	b := open(t, p, true, theme.VariantLight)
	b.openFinding("f-1")
	test.Tap(b.button("Check again"))
	b.shot("todo-working")
	b.until(func() bool { return b.todo.card.looks["f-1"].done })
	b.take(p.feed.Latest())
	b.shot("todo-again")
	b.says("Fixed on 12 November 2026")
	b.says("12 November 2026, 19:30. Before: the factory password worked. Now: it does not.")
}

func TestCheckAgainSaysThatItIsStillThere(t *testing.T) {
	p := &fake{proofs: []rounds.Proof{{At: evening.Add(time.Hour), Before: true, After: true}}}
	p.feed.Set(family())
	p.again = func(string) (checks.Finding, error) { return family().Findings[0], nil }
	b := open(t, p, true, theme.VariantLight)
	b.openFinding("f-1")
	test.Tap(b.button("Check again"))
	b.until(func() bool { return b.todo.card.looks["f-1"].done })
	b.shot("todo-still")
	b.says("It is still there. Please try the steps once more.")
	b.says("12 November 2026, 19:30. Before: the factory password worked. Now: it still does.")
}

func TestWelcomeAsksBeforeAnythingIsDone(t *testing.T) {
	p := &fake{}
	b := open(t, p, false, theme.VariantLight)
	b.shot("welcome-first")
	if !b.welcome.start.Disabled() {
		t.Error("Start can be pressed before the user answers for the home")
	}
	b.look()
	test.Tap(b.welcome.start)
	if len(p.calls) != 0 {
		t.Errorf("got calls %q before the user agreed", p.calls)
	}
	b.welcome.mine.SetChecked(true)
	test.Tap(b.welcome.start)
	b.until(func() bool { return b.page != nil })
	if !p.called("enter Our home false") {
		t.Errorf("got calls %q, want a home entered", p.calls)
	}
}

func TestClosingTheWindowEndsEverything(t *testing.T) {
	p := &fake{}
	started, ended := make(chan struct{}), make(chan struct{})
	p.walk = func(ctx context.Context) error {
		close(started)
		<-ctx.Done()
		close(ended)
		return ctx.Err()
	}
	p.feed.Set(family())
	b := open(t, p, true, theme.VariantLight)
	b.Show()
	b.look()
	<-started
	p.feed.Set(family()) // nobody runs the queue any more: the watcher waits for the toolkit
	b.win.Close()
	b.Wait()
	<-ended
}

func TestStopEndsTheRound(t *testing.T) {
	p := &fake{walk: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}
	p.feed.Set(family())
	b := open(t, p, true, theme.VariantLight)
	b.look()
	if !b.now.walking {
		t.Fatal("the window does not show that it walks")
	}
	b.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	b.until(func() bool { return b.stop == nil })
	if b.now.walking || b.trouble != "" {
		t.Errorf("after Stop: walking %t, trouble %q", b.now.walking, b.trouble)
	}
}

func TestKeyboardReachesEverything(t *testing.T) {
	p := &fake{}
	p.feed.Set(family())
	b := open(t, p, true, theme.VariantLight)
	press := func(k fyne.KeyName) {
		want := &desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault}
		for _, m := range b.win.MainMenu().Items {
			for _, i := range m.Items {
				if i.Shortcut != nil && i.Shortcut.ShortcutName() == want.ShortcutName() {
					i.Action()
				}
			}
		}
	}
	for i, k := range []fyne.KeyName{fyne.Key1, fyne.Key2, fyne.Key3} {
		press(k)
		if b.page != b.pages[i] {
			t.Errorf("shortcut %s opened %s", k, b.page.key())
		}
	}
	press(fyne.Key1)
	b.settle()
	reached := false
	for range 20 {
		b.win.Canvas().FocusNext()
		f := b.win.Canvas().Focused()
		if btn, ok := f.(*parts.Button); ok && btn.Text == "Look around" {
			reached = true
			b.shot("home-focus")
			btn.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
			break
		}
	}
	if !reached {
		t.Fatal("the tab key never reaches Look around")
	}
	b.until(func() bool { return b.stop == nil })
	press(fyne.KeyR)
	b.until(func() bool { return b.stop == nil })
	if n := len(p.calls); n != 2 {
		t.Errorf("got %d rounds from return and the shortcut, want 2", n)
	}
	press(fyne.Key3)
	list := b.pages[2].(*devicesPage).list
	list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if b.page != page(b.device) || b.device.id != "box" {
		t.Errorf("return in the list opened %s %s, want the second device", b.page.key(), b.device.id)
	}
	for _, m := range b.win.MainMenu().Items {
		for _, i := range m.Items {
			if about := b.words.say("menu.about"); i.Shortcut == nil && !i.IsSeparator && i.Label != about {
				t.Errorf("menu item %q shows no shortcut", i.Label)
			}
		}
	}
}

func TestHostileNamesStayPlainAndShort(t *testing.T) {
	names := []string{
		"\x1b[31mred\x1b[0m", "abc\u202egnp.exe", strings.Repeat("very long ", 50), "![x](http://198.51.100.1/x.png)", "$(calc) `id` {{.n}}",
	}
	s := family()
	for i, n := range names {
		s.Devices[i].Name, s.Devices[i].Vendor, s.Devices[i].Model = n, n, n
		s.Devices[i].Evidence = []discovery.Evidence{{Field: "name", Value: n, Strength: discovery.Saw}}
		s.Findings[0].Args["device"] = n
	}
	s.Findings[0].Args["url"], s.Findings[0].Device = "file:///etc/passwd", s.Devices[2].ID
	p := &fake{}
	p.feed.Set(s)
	b := open(t, p, true, theme.VariantLight)
	check := func() {
		t.Helper()
		for _, said := range b.texts() {
			if strings.ContainsAny(said, "\x1b\u202e") || len([]rune(said)) > 400 {
				t.Errorf("%q reached the screen", said)
			}
		}
		if got := b.win.Canvas().Content().MinSize(); got.Width > windowSize.Width {
			t.Errorf("the window wants to be %v wide", got.Width)
		}
	}
	b.shot("hostile-home")
	check()
	b.open(b.pages[1])
	b.shot("hostile-todo")
	check()
	b.open(b.pages[2])
	b.shot("hostile-devices")
	b.says("![x](http://198.51.100.1/x.png)")
	check()
	b.openDevice(s.Devices[2].ID)
	b.shot("hostile-device")
	check()
}

func TestOnlyPagesOfTheDeviceItselfOpen(t *testing.T) {
	d := device("x", "x", discovery.KindCamera, "", "", "192.168.1.23")
	for raw, want := range map[string]bool{
		"http://192.168.1.23/": true, "https://192.168.1.23:8443/a": true, "http://192.168.1.24/": false,
		"http://evil.example/": false, "file:///etc/passwd": false, "javascript:alert(1)": false,
		"http://192.168.1.23@evil.example/": false, "http://a:b@192.168.1.23/": false, "": false, "http://%zz": false,
	} {
		if got := ownPage(&d, raw) != nil; got != want {
			t.Errorf("%q: got %t, want %t", raw, got, want)
		}
	}
}

func TestEveryKeyInTheCodeHasWords(t *testing.T) {
	catalog, err := text.Open("en")
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob("*.go")
	key := regexp.MustCompile(`"((?:nav|menu|action|trouble|practice|welcome|home|phase|state|devices|device|evidence|size|sent|todo|card|again|proof|accept|consent|unchecked|format|severity|sure|correct|remind|timeline|change|settings|help|about|details|reports|report)\.[a-z.-]*[a-z])"`)
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllSubmatch(raw, -1) {
			k := string(m[1])
			if !catalog.Has(k) {
				t.Errorf("%s: no words for %s", name, k)
			}
		}
	}
}

func TestQuestionsAreAskedBeforeAnythingIsKept(t *testing.T) {
	p := &fake{}
	p.feed.Set(family())
	b := open(t, p, true, theme.VariantLight)
	b.agree("printer")
	test.Tap(b.button("Cancel"))
	b.agree("printer")
	test.Tap(b.button("Try it"))
	b.until(func() bool { return b.todo.card.agreed["printer"] })
	b.todo.accept("f-1")
	test.Tap(b.button("I accept this"))
	b.until(func() bool { return p.called("accept f-1 No reason given") })
	b.todo.keep("f-1", "")
	b.until(func() bool { return p.called("accept f-1 ") })
	if n := len(p.calls); n != 3 {
		t.Errorf("got calls %q, want three", p.calls)
	}
}

func BenchmarkShow250Devices(b *testing.B) {
	s := family()
	for i := range 250 {
		s.Devices = append(s.Devices, device(fmt.Sprint("d", i), fmt.Sprint("Device ", i), discovery.KindPlug, "Shelly", "Plug S", fmt.Sprintf("192.168.2.%d", i)))
		s.Outcomes = append(s.Outcomes, checks.Outcome{Check: "telnet", Device: discovery.DeviceID(fmt.Sprint("d", i)), Result: checks.Clear})
	}
	app := test.NewTempApp(b)
	app.Settings().SetTheme(look2{})
	catalog, err := text.Open("en")
	if err != nil {
		b.Fatal(err)
	}
	w := newWindow(app, &fake{}, catalog, rounds.Settings{}, true, nil, time.Now)
	for i, name := range []string{"home", "todo", "devices"} {
		b.Run(name, func(b *testing.B) {
			w.open(w.pages[i])
			w.win.Resize(windowSize)
			for b.Loop() {
				w.take(s)
			}
		})
	}
}

var (
	_ Program           = (*fake)(nil)
	_ fyne.Focusable    = (*parts.Tap)(nil)
	_ fyne.Accessible   = (*parts.Tap)(nil)
	_ desktop.Hoverable = (*parts.Tap)(nil)
)

func TestTroubleAtTheStartIsSaid(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(look2{variant: theme.VariantLight})
	catalog, err := text.Open("en")
	if err != nil {
		t.Fatal(err)
	}
	win := troubleWindow(app, catalog, catalog.T("error.store-newer", nil))
	if !racing {
		test.AssertImageMatches(t, "start.png", win.Canvas().Capture())
	}

	b := open(t, &fake{}, false, theme.VariantLight)
	b.Tell(catalog.T("error.store-corrupt", text.Args{"names": "/home/ana/.local/share/porchlight/history.db.damaged-20261125-185357"}))
	b.shot("welcome-damaged")
}
