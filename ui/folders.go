package ui

import (
	"cmp"
	"context"
	"image/color"
	"path/filepath"
	"slices"
	"strings"

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

// askPlace asks under which name, and in which folder, a file is to be saved. then is told.
func (w *Window) askPlace(name string, then func(folder, name string)) {
	w.live.run(func(ctx context.Context) func() {
		folders := w.program.Folders(ctx)
		return func() {
			if w.ask == nil {
				w.placeSheet(name, folders, then)
			}
		}
	})
}

func (w *Window) placeSheet(name string, folders []string, then func(folder, name string)) {
	say := w.words.say
	entry := parts.NewEntry()
	entry.SetText(name)
	entry.CursorColumn = len([]rune(name))
	if w.folder == "" {
		w.folder = folders[0]
	}
	where := w.newFolderChoice(say("reports.save.folder"), folders, w.folder, func(folder string) { w.folder = folder }, func() {
		w.answer()
		w.findFolder(w.folder, folders, func(folder string) {
			w.folder = cmp.Or(folder, w.folder)
			w.placeSheet(entry.Text, folders, then)
		})
	})
	save := func() {
		w.answer()
		then(w.folder, entry.Text)
	}
	entry.OnSubmitted = func(string) { save() }
	yes := parts.MainButton(say("reports.save.yes"), "", save)
	w.sheet(500, say("reports.save.title"), nil, parts.Stack(14, w.words.line("reports.save.name", entry), w.words.line("reports.save.folder", where.Container)), yes,
		parts.NewButton(say("action.cancel"), "", w.answer), yes)
}

// A folderSheet lets the user walk through folders to one.
type folderSheet struct {
	w      *Window
	at     string
	names  []string // of the folders in it; the first leads up, if above is not empty
	above  string
	closed map[string]bool // folders that cannot be read
	path   *parts.Text
	list   *parts.List
}

// How many folders, and how many files, are seen at once.
const (
	folderRows = 8
	fileRows   = 4
)

// listBox is a list with room for so many rows, of which one is as high as row.
func listBox(list *parts.List, row fyne.CanvasObject, rows float32) fyne.CanvasObject {
	room := canvas.NewRectangle(color.Transparent)
	room.SetMinSize(fyne.NewSize(0, (row.MinSize().Height+theme.Padding())*rows))
	return parts.NewBox(theme.ColorNameInputBackground, theme.ColorNameInputBorder, 10, 4, 4, container.NewStack(room, list))
}

// findFolder lets the user look for a folder, from one on; where that cannot be read, from the nearest above it, or from
// one of the usual ones. then is told which; "" for none.
func (w *Window) findFolder(from string, usual []string, then func(folder string)) {
	say := w.words.say
	f := &folderSheet{w: w, closed: map[string]bool{}, path: parts.Small("").OneLine()}
	f.list = parts.NewList(f.length, func() fyne.CanvasObject { return newPathRow() }, func(i int, o fyne.CanvasObject) {
		row, _ := o.(*pathRow)
		icon, words, dir := f.row(i)
		if f.closed[dir] {
			icon, words = "never", words+" · "+say("reports.folder.closed")
		}
		row.show(icon, words, "")
	})
	f.list.OnSelected = func(i int) {
		f.list.UnselectAll()
		_, _, dir := f.row(i)
		f.enter(dir)
	}
	answer := func(folder func() string) func() {
		return func() { w.answer(); then(folder()) }
	}
	use := parts.MainButton(say("reports.folder.use"), "", answer(func() string { return f.at }))
	body := parts.Stack(8, parts.Beside(10, parts.NewPic("folder", parts.ColorMuted, 18), nil, f.path), listBox(f.list, newPathRow(), folderRows))
	w.sheet(500, say("reports.save.folder"), nil, body, f.list,
		parts.NewButton(say("action.cancel"), "", answer(func() string { return "" })), use)
	f.enter(append(upwards(from), usual...)...)
}

func (f *folderSheet) length() int {
	if f.above != "" {
		return len(f.names) + 1
	}
	return len(f.names)
}

// row gives what a row shows, and the folder that it leads to.
func (f *folderSheet) row(i int) (icon, words, dir string) {
	if f.above != "" {
		if i == 0 {
			return "back", f.w.words.say("reports.folder.up"), f.above
		}
		i--
	}
	return "folder", discovery.Line(f.names[i]), filepath.Join(f.at, f.names[i])
}

// enter shows what is in the first folder that can be read. The others stay closed, and their rows say so.
func (f *folderSheet) enter(dirs ...string) {
	w := f.w
	w.live.run(func(ctx context.Context) func() {
		for i, dir := range dirs {
			if names, above, err := w.program.Inside(ctx, dir); err == nil {
				return func() { f.show(dir, names, above, dirs[:i]) }
			}
		}
		return func() { f.close(dirs) }
	})
}

func (f *folderSheet) show(dir string, names []string, above string, closed []string) {
	f.at, f.names, f.above = dir, names, above
	delete(f.closed, dir)
	f.path.Set(discovery.Line(dir))
	f.list.ScrollToTop()
	f.close(closed)
	f.list.Highlight(0)
}

func (f *folderSheet) close(dirs []string) {
	for _, dir := range dirs {
		f.closed[dir] = true
	}
	f.list.Refresh()
}

// upwards gives a folder and those above it.
func upwards(dir string) []string {
	all := []string{dir}
	for above := filepath.Dir(dir); above != dir; above = filepath.Dir(dir) {
		all, dir = append(all, above), above
	}
	return all
}

// A pathRow is one folder or file of a list.
type pathRow struct {
	widget.BaseWidget
	pic  *parts.Pic
	name *parts.Text
	more *parts.Text // what there is to say of it; hidden if nothing
}

func newPathRow() *pathRow {
	r := &pathRow{pic: parts.NewPic("folder", parts.ColorMuted, 20), name: parts.Body(" ").OneLine(), more: parts.Small(" ").OneLine()}
	r.more.Hidden = true
	r.ExtendBaseWidget(r)
	return r
}

// CreateRenderer implements fyne.Widget.
func (r *pathRow) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(parts.Pad(10, 7, parts.Beside(12, r.pic, nil, parts.Stack(0, r.name, r.more))))
}

// AccessibilityLabel implements fyne.Accessible.
func (r *pathRow) AccessibilityLabel() string {
	return strings.TrimSpace(r.name.Text + " " + r.more.Text)
}

// AccessibilityRole implements fyne.Accessible.
func (r *pathRow) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

func (r *pathRow) show(icon, name, more string) {
	r.pic.Set(icon, parts.ColorMuted)
	r.name.Set(name)
	r.more.Hidden = more == ""
	r.more.Set(more)
}
