package ui

import (
	"context"
	"image/color"
	"path/filepath"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"porchlight/discovery"
	"porchlight/ui/parts"
)

// A folderChoice is a line of a form that holds a folder, with its whole path in small print below.
type folderChoice struct {
	*fyne.Container
	choice  *parts.Choice
	folder  string
	folders []string
	path    *parts.Text
}

// newFolderChoice makes a line with that folder chosen. onChosen is told another one, and onOther that the user wants
// one that is not among them.
func (w *Window) newFolderChoice(name string, folders []string, chosen string, onChosen func(folder string), onOther func()) *folderChoice {
	f := &folderChoice{folder: chosen, folders: slices.Clone(folders), path: parts.Small(discovery.Line(chosen))}
	if !slices.Contains(f.folders, chosen) {
		f.folders = append([]string{chosen}, f.folders...)
	}
	var options []parts.Option
	for _, dir := range f.folders {
		options = append(options, parts.Option{Icon: "folder", Words: folderName(dir)})
	}
	options = append(options, parts.Option{Icon: "next", Words: w.words.say("reports.save.other")})
	f.choice = parts.NewChoice(name, options, slices.Index(f.folders, chosen))
	f.choice.OnChosen = func(i int) {
		if i == len(f.folders) {
			f.choice.Choose(slices.Index(f.folders, f.folder)) // until there is another one
			onOther()
			return
		}
		f.folder = f.folders[i]
		f.path.Set(discovery.Line(f.folder))
		onChosen(f.folder)
	}
	f.Container = parts.Stack(4, parts.Pad(0.5, 0.5, f.choice), f.path)
	return f
}

// folderName is what people call a folder.
func folderName(dir string) string {
	if filepath.Dir(dir) == dir { // a drive
		return dir
	}
	return discovery.Line(filepath.Base(dir))
}

// A folderSheet lets the user walk through folders to one.
type folderSheet struct {
	w     *Window
	at    string
	names []string // of the folders in it; the first leads up, if above is not empty
	above string
	path  *parts.Text
	list  *parts.List
}

// folderRows is how many folders are seen at once.
const folderRows = 8

// findFolder lets the user look for a folder, from one on. then is told which; "" for none.
func (w *Window) findFolder(from string, then func(folder string)) {
	say := w.words.say
	f := &folderSheet{w: w, path: parts.Small("").OneLine()}
	f.list = parts.NewList(f.length, func() fyne.CanvasObject { return newFolderRow() }, func(i int, o fyne.CanvasObject) {
		row, _ := o.(*folderRow)
		if name, up := f.row(i); up {
			row.show("back", say("reports.folder.up"))
		} else {
			row.show("folder", discovery.Line(name))
		}
	})
	f.list.OnSelected = func(i int) {
		f.list.UnselectAll()
		if name, up := f.row(i); up {
			f.enter(f.above)
		} else {
			f.enter(filepath.Join(f.at, name))
		}
	}
	room := canvas.NewRectangle(color.Transparent)
	room.SetMinSize(fyne.NewSize(0, (newFolderRow().MinSize().Height+theme.Padding())*folderRows))
	answer := func(folder func() string) func() {
		return func() { w.answer(); then(folder()) }
	}
	use := parts.MainButton(say("reports.folder.use"), "", answer(func() string { return f.at }))
	body := parts.Stack(8, parts.Beside(10, parts.NewPic("folder", parts.ColorMuted, 18), nil, f.path),
		parts.NewBox(theme.ColorNameInputBackground, theme.ColorNameInputBorder, 10, 4, 4, container.NewStack(room, f.list)))
	w.sheet(500, say("reports.save.folder"), nil, body, f.list,
		parts.NewButton(say("action.cancel"), "", answer(func() string { return "" })), use)
	f.enter(from)
}

func (f *folderSheet) length() int {
	if f.above != "" {
		return len(f.names) + 1
	}
	return len(f.names)
}

// row gives the name in a row, or that it leads up.
func (f *folderSheet) row(i int) (name string, up bool) {
	if f.above != "" {
		i--
	}
	if i < 0 {
		return "", true
	}
	return f.names[i], false
}

// enter shows what is in a folder. One that cannot be read stays closed.
func (f *folderSheet) enter(dir string) {
	w := f.w
	w.live.run(func(ctx context.Context) func() {
		names, above, err := w.program.Inside(ctx, dir)
		return func() {
			if err != nil {
				return
			}
			f.at, f.names, f.above = dir, names, above
			f.path.Set(discovery.Line(dir))
			f.list.ScrollToTop()
			f.list.Refresh()
			f.list.Highlight(0)
		}
	})
}

// A folderRow is one folder of the list.
type folderRow struct {
	widget.BaseWidget
	pic  *parts.Pic
	name *parts.Text
}

func newFolderRow() *folderRow {
	r := &folderRow{pic: parts.NewPic("folder", parts.ColorMuted, 20), name: parts.Body(" ").OneLine()}
	r.ExtendBaseWidget(r)
	return r
}

// CreateRenderer implements fyne.Widget.
func (r *folderRow) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(parts.Pad(10, 7, parts.Beside(12, r.pic, nil, r.name)))
}

// AccessibilityLabel implements fyne.Accessible.
func (r *folderRow) AccessibilityLabel() string { return r.name.Text }

// AccessibilityRole implements fyne.Accessible.
func (r *folderRow) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

func (r *folderRow) show(icon, name string) {
	r.pic.Set(icon, parts.ColorMuted)
	r.name.Set(name)
}
