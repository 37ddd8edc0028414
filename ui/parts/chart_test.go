package parts

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

func TestAChartLeavesGapsWhereNothingIsKnown(t *testing.T) {
	known := func(n int) Level { return Level{Known: true, Whole: n, Dash: n} }
	whole := func(l Level) int { return l.Whole }
	up := func(v int) float32 { return float32(10 - v) }
	for _, tt := range []struct {
		name   string
		levels []Level
		want   [][]fyne.Position
	}{
		{"nothing known", []Level{{}, {}}, nil},
		{"level", []Level{known(1), known(1)}, [][]fyne.Position{{{X: 0, Y: 9}, {X: 20, Y: 9}}}},
		{"a step", []Level{known(1), known(3)}, [][]fyne.Position{{{X: 0, Y: 9}, {X: 10, Y: 9}, {X: 10, Y: 7}, {X: 20, Y: 7}}}},
		{"a gap", []Level{known(1), {}, known(1), {}}, [][]fyne.Position{{{X: 0, Y: 9}, {X: 5, Y: 9}}, {{X: 10, Y: 9}, {X: 15, Y: 9}}}},
	} {
		got := paths(tt.levels, 20, whole, up)
		if len(got) != len(tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
			continue
		}
		for i := range got {
			for j := range got[i] {
				if len(got[i]) != len(tt.want[i]) || got[i][j] != tt.want[i][j] {
					t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
					break
				}
			}
		}
	}
}

func TestTheBrokenLineIsBrokenInEveryDirection(t *testing.T) {
	test.NewTempApp(t)
	var r chartRenderer
	r.draw(chartLines[1], 0, []fyne.Position{{X: 0, Y: 0}, {X: 30, Y: 0}, {X: 30, Y: 30}})
	on := float32(0)
	for _, o := range r.objects {
		s := o.Size()
		on += max(s.Width, s.Height) - chartLines[1].thick
	}
	if share := on / 60; share < 0.4 || share > 0.6 {
		t.Errorf("%.2f of the line is drawn", share)
	}
	r.objects = nil
	r.draw(chartLines[0], 0, []fyne.Position{{X: 0, Y: 0}, {X: 30, Y: 0}, {X: 30, Y: 30}})
	if len(r.objects) != 2 {
		t.Errorf("the whole line has %d pieces, want 2", len(r.objects))
	}
}

func TestTheTopOfAChartIsARoundNumber(t *testing.T) {
	for most, want := range map[int]int{0: 2, 1: 2, 3: 4, 11: 12, 13: 16, 17: 20, 99: 100, 250: 400} {
		r := chartRenderer{c: &Chart{levels: []Level{{Known: true, Whole: most}, {Dash: 5000}}}}
		if got := r.top(); got != want {
			t.Errorf("for %d: got %d, want %d", most, got, want)
		}
	}
}

func TestAChartLooksLikeThis(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(Theme{Brightness: Light})
	var levels []Level
	for i := range 60 {
		levels = append(levels, Level{Known: i%25 > 3, Whole: 9 + i/9 - i%7/5, Dash: 5 - i/15 + i%20/12})
	}
	levels[50] = Level{}
	same := make([]Level, 12)
	for i := range same {
		same[i] = Level{Known: true, Whole: 3 + i/6, Dash: 3 + i/6}
	}
	stack := Stack(24)
	for _, l := range [][]Level{levels, same, nil} {
		c := NewChart()
		c.Set(l, [3]string{"January", "February", "March"}, "words")
		stack.Add(Stack(8, c.Key("Devices", "Things to do"), c))
	}
	w := test.NewTempWindow(t, Pad(20, 20, stack))
	w.Resize(fyne.NewSize(600, 480))
	test.AssertImageMatches(t, "chart.png", w.Canvas().Capture())
}

func TestAChartSaysInWordsWhatItShows(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(Theme{Brightness: Dark})
	c := NewChart()
	c.Set([]Level{{Known: true, Whole: 1}}, [3]string{"a", "b", "c"}, "One device.")
	if c.AccessibilityLabel() != "One device." || c.AccessibilityRole() != fyne.AccessibleRoleText {
		t.Errorf("got %q, %q", c.AccessibilityLabel(), c.AccessibilityRole())
	}
	c.Resize(fyne.NewSize(300, 120))
	for _, o := range test.WidgetRenderer(c).Objects() {
		if s, ok := o.(*canvas.Text); ok && s.Color != theme.Color(ColorMuted) {
			t.Errorf("%q is written in %v", s.Text, s.Color)
		}
	}
}
