package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/parts"
)

// outline lists what a screen reader and the keyboard come to, in that order, one line each: "text: ...", or what takes the
// keyboard by its sort.
func (b *bench) outline() string {
	var out strings.Builder
	var walk func(o fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		if o == nil || !o.Visible() {
			return
		}
		sort := strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", o), "*parts."))
		switch o := o.(type) {
		case *parts.Reader: // it says the page once more, for a toolkit that looks into few things
			return
		case *parts.List:
			fmt.Fprintln(&out, "list:")
			for row := range strings.Lines(o.AccessibilityLabel()) {
				fmt.Fprintln(&out, "  "+strings.TrimSuffix(row, "\n"))
			}
			return
		case fyne.Focusable:
			if d, ok := o.(fyne.Disableable); ok && d.Disabled() {
				sort += " (off)"
			}
			fmt.Fprintf(&out, "%s: %s\n", sort, parts.Called(o))
			return
		case *fyne.Container:
			for _, in := range o.Objects {
				walk(in)
			}
			return
		case *parts.Box:
			walk(o.Content)
			return
		case fyne.Accessible:
			if said := o.AccessibilityLabel(); said != "" {
				fmt.Fprintln(&out, "text: "+strings.ReplaceAll(said, "\n", " / "))
			}
			return
		case fyne.Widget:
			for _, in := range test.WidgetRenderer(o).Objects() {
				walk(in)
			}
		}
	}
	root := b.win.Canvas().Content()
	if top := b.win.Canvas().Overlays().Top(); top != nil {
		root = top
	}
	walk(root)
	return out.String()
}

// TestEveryPageIsReadInOrder compares what stands on each page with a text, which a person reads more easily than a picture.
func TestEveryPageIsReadInOrder(t *testing.T) {
	for _, p := range everyPage {
		t.Run(p.name, func(t *testing.T) {
			b := openIn(t, "en", owner(), true, theme.VariantLight)
			p.open(b)
			b.settle()
			got, name := b.outline(), "outline-"+p.name+".txt"
			want, _ := os.ReadFile(filepath.Join("testdata", name))
			if got == string(want) {
				return
			}
			failed := filepath.Join("testdata", "failed")
			if err := os.MkdirAll(failed, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(failed, name), []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			t.Errorf("the page is read in another way: see testdata/failed/%s", name)
		})
	}
}

// TestTheTabKeyComesToEverything goes round each page once, and finds all that takes the keyboard, each once and in view.
func TestTheTabKeyComesToEverything(t *testing.T) {
	for _, p := range everyPage {
		t.Run(p.name, func(t *testing.T) {
			b := openIn(t, "en", owner(), true, theme.VariantLight)
			p.open(b)
			b.settle()
			win := b.win.Canvas()
			root := win.Content()
			if b.ask != nil {
				root = b.ask
			}
			all := parts.Reach(root)
			if len(all) == 0 {
				t.Fatal("nothing takes the keyboard")
			}
			win.Focus(all[0])
			for i := range all {
				f := win.Focused()
				if f != all[i] {
					t.Fatalf("step %d leads to %T %q, want %T %q", i, f, parts.Called(f), all[i], parts.Called(all[i]))
				}
				o, _ := f.(fyne.CanvasObject)
				at := b.app.Driver().AbsolutePositionForObject(o)
				if _, list := f.(*parts.List); !list && (at.Y < 0 || at.Y+min(o.Size().Height, 60) > win.Size().Height) {
					t.Errorf("%T %q has the keyboard and is out of view, at %v", f, parts.Called(f), at)
				}
				win.FocusNext()
			}
			if f := win.Focused(); f != all[0] {
				t.Errorf("after all it leads to %T %q", f, parts.Called(f))
			}
		})
	}
}

func TestTheKeyboardStaysWhereItWas(t *testing.T) {
	p := &fake{}
	p.feed.Set(family())
	b := open(t, p, true, theme.VariantLight)
	b.openFinding("f-1")
	if f := b.win.Canvas().Focused(); f != fyne.Focusable(b.todo.list) {
		t.Errorf("on a card the keyboard is at %T", f)
	}
	b.settle()
	at := func() string { return parts.Called(b.win.Canvas().Focused()) }
	for range 30 {
		if b.win.Canvas().FocusNext(); at() == "Exactly what we sent" {
			break
		}
	}
	b.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if !b.todo.card.open || at() != "Exactly what we sent" {
		t.Errorf("after unfolding the keyboard is at %q", at())
	}
	list := b.pages[2].(*devicesPage).list
	b.open(b.pages[2])
	if b.win.Canvas().Focused() != nil {
		t.Errorf("on a new page %q still has the keyboard", at())
	}
	b.win.Canvas().Focus(list)
	for _, k := range []fyne.KeyName{fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn} {
		list.TypedKey(&fyne.KeyEvent{Name: k})
	}
	if b.page != page(b.device) || b.win.Canvas().Focused() != nil {
		t.Errorf("on %s %q has the keyboard", b.page.key(), at())
	}
	b.open(b.pages[2])
	if b.win.Canvas().Focused() != fyne.Focusable(list) {
		t.Errorf("back in the list the keyboard is at %q", at())
	}
	b.visit(b.about)
	b.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyPageDown})
	b.settle()
	if b.about.whole.Offset.Y == 0 && b.about.whole.Content.MinSize().Height > b.about.whole.Size().Height {
		t.Error("page down does not turn the page")
	}
}

func TestNothingRunsAfterClosing(t *testing.T) {
	round := func() {
		b := openIn(t, "en", owner(), true, theme.VariantLight)
		b.Show()
		for _, p := range everyPage {
			p.open(b)
			for len(b.queue) > 0 {
				(<-b.queue)()
			}
			b.answer()
		}
		b.win.Close()
		b.Wait()
	}
	round() // what is kept for all windows comes with the first
	before := runtime.NumGoroutine()
	for range 3 {
		round()
	}
	end := time.Now().Add(20 * time.Second)
	for runtime.NumGoroutine() > before && time.Now().Before(end) {
		time.Sleep(20 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > before {
		stacks := make([]byte, 1<<20)
		t.Errorf("%d goroutines run, and %d did before:\n%s", n, before, stacks[:runtime.Stack(stacks, true)])
	}
}

// crowd is a home with so many devices, and twice as many findings.
func crowd(devices int) rounds.Snapshot {
	s := family()
	s.Devices, s.Findings = nil, nil
	for i := range devices {
		id := fmt.Sprint("d", i)
		s.Devices = append(s.Devices, device(id, fmt.Sprint("Device ", i), discovery.KindPlug, "Shelly", "Plug S", fmt.Sprintf("192.168.%d.%d", i/200, 1+i%200)))
		for n, kind := range []checks.Kind{"telnet-open", "default-login"} {
			s.Findings = append(s.Findings, checks.Finding{
				ID: fmt.Sprint("f", i, "-", n), Kind: kind, Check: "telnet", Device: discovery.DeviceID(id), Severity: checks.Week, Confidence: discovery.Saw,
				First: evening.AddDate(0, 0, -1), Last: evening, Told: evening,
			})
		}
	}
	return s
}

// years are so many changes, one every few hours.
func years(changes, devices int) story {
	s := story{}
	for i := range changes {
		s.changes = append(s.changes, rounds.Change{At: evening.Add(-time.Duration(i) * 4 * time.Hour), What: rounds.DeviceBack, Device: discovery.DeviceID(fmt.Sprint("d", i%devices))})
	}
	return s
}

// maxStep is how many times as long a step of scrolling may take in a large home as in a small one.
const maxStep = 2

func TestALargeHomeScrollsLikeASmallOne(t *testing.T) {
	if racing {
		t.Skip("make pictures measures it")
	}
	const small, large = 20, 250
	lists := []struct {
		name string
		list func(*bench) *parts.List
	}{
		{"devices", func(b *bench) *parts.List { b.open(b.pages[2]); return b.pages[2].(*devicesPage).list }},
		{"todo", func(b *bench) *parts.List { b.open(b.todo); return b.todo.list }},
		{"timeline", func(b *bench) *parts.List {
			b.open(b.timeline)
			b.timeline.all()
			b.until(func() bool { return b.timeline.known && !b.timeline.asking })
			for len(b.timeline.changes) < 600 && b.timeline.more {
				b.timeline.older()
				b.until(func() bool { return !b.timeline.asking })
			}
			return b.timeline.list
		}},
	}
	for _, l := range lists {
		t.Run(l.name, func(t *testing.T) {
			var step [2]time.Duration
			for at, devices := range []int{small, large} {
				p := &fake{story: years(devices*44, devices)} // of the large one: five years
				p.feed.Set(crowd(devices))
				b := open(t, p, true, theme.VariantLight)
				list := l.list(b)
				b.settle()
				made, create := 0, list.CreateItem
				list.CreateItem = func() fyne.CanvasObject { made++; return create() }
				var took []time.Duration
				for i := range 8 {
					begin := time.Now()
					list.ScrollToOffset(float32(1+i) * 90)
					b.win.Canvas().Capture()
					took = append(took, time.Since(begin))
				}
				step[at] = slices.Min(took) // others may keep this computer busy
				if made > 40 {
					t.Errorf("%d rows were made for %d steps: the list is not virtual", made, len(took))
				}
				t.Logf("%d devices, %d rows: %v a step", devices, list.Length(), step[at])
			}
			if step[1] > maxStep*step[0] {
				t.Errorf("a step takes %v, and %v in a small home", step[1], step[0])
			}
		})
	}
}
