package paper

// A Piece is a part of a page that is never divided between two pages.
type Piece struct {
	Height float64
	Draw   func(s *Sheet, y float64) // below y; nil for empty space, which goes at the top of a page
	Keep   bool                      // no page ends behind it
}

// Space is empty space between pieces.
func Space(height float64) Piece { return Piece{Height: height, Keep: true} }

// A Flow puts pieces below each other, on as many pages as they need.
type Flow struct {
	Doc         *Document
	Top, Bottom float64 // margins
	Again       []Piece // come first on each page that begins within a table

	sheet *Sheet
	y     float64
	fresh bool // nothing stands on the page
	held  []Piece
}

// Page begins a new page, unless nothing stands on this one.
func (f *Flow) Page() {
	f.flush()
	if f.sheet == nil || !f.fresh {
		f.next()
	}
}

func (f *Flow) next() {
	f.sheet, f.y, f.fresh = f.Doc.Add(), f.Top, true
	for _, p := range f.Again {
		f.put(p)
	}
}

// Left gives how much room there is on the page, below what waits.
func (f *Flow) Left() float64 { return f.room() - height(f.held) }

func (f *Flow) room() float64 {
	if f.sheet == nil {
		return 0
	}
	return f.Doc.Size.Height - f.Bottom - f.y
}

// Whole gives how much room there is on an empty page.
func (f *Flow) Whole() float64 { return f.Doc.Size.Height - f.Bottom - f.Top }

// Add puts pieces that belong together: on one page if they fit on one, else divided where no
// piece asks to be kept with the next. If the last one asks, they wait for what comes next.
func (f *Flow) Add(pieces ...Piece) {
	f.held = append(f.held, pieces...)
	if n := len(f.held); n > 0 && !f.held[n-1].Keep {
		f.flush()
	}
}

// End puts what still waits.
func (f *Flow) End() { f.flush() }

func (f *Flow) flush() {
	group := f.held
	f.held = nil
	if len(group) == 0 {
		return
	}
	if f.sheet == nil {
		f.next()
	}
	switch h := height(group); {
	case h <= f.room():
		f.putAll(group)
	case h <= f.Whole()-height(f.Again):
		f.next()
		f.putAll(group)
	default:
		f.divide(group)
	}
}

// divide puts a group that is longer than a page.
func (f *Flow) divide(group []Piece) {
	for len(group) > 0 {
		n := 1
		for n < len(group) && group[n-1].Keep {
			n++
		}
		if !f.fresh && height(group[:n]) > f.room() {
			f.next()
		}
		f.putAll(group[:n])
		group = group[n:]
	}
}

func (f *Flow) putAll(pieces []Piece) {
	for _, p := range pieces {
		if f.fresh && p.Draw == nil {
			continue
		}
		if p.Height > f.room() && !f.fresh { // kept together more than a page has room for
			f.next()
		}
		f.put(p)
		f.fresh = false
	}
}

func (f *Flow) put(p Piece) {
	if p.Draw != nil {
		p.Draw(f.sheet, f.y)
	}
	f.y += p.Height
}

func height(pieces []Piece) float64 {
	sum := 0.0
	for _, p := range pieces {
		sum += p.Height
	}
	return sum
}
