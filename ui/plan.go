package ui

import (
	"math"

	"fyne.io/fyne/v2"
)

// The plan of the home says where its parts lie on the map. It is worked out from numbers alone, so the same home always
// looks the same.

// measures are what a plan is made for.
type measures struct {
	width     float32   // of the whole
	tile, hub fyne.Size // of a device, and of the router
	head      float32   // the height of the name of a room
	pad       float32   // within a room
	gap       float32   // between rooms
}

// An area is a rectangle on the map.
type area struct {
	at   fyne.Position
	size fyne.Size
}

// A plannedRoom is a room on the map, with the places of its devices.
type plannedRoom struct {
	area
	tiles []area
}

// A plan is where everything lies.
type plan struct {
	hub    area
	rooms  []plannedRoom
	height float32
}

// stretch is how much wider than it has to be a room gets at most, to fill its row.
const stretch = 1.6

// newPlan lays out rooms with so many devices each: the rooms in rows, the router in the middle between them, or above if
// there is one room only.
func newPlan(m measures, devices []int) plan {
	sizes, columns := make([]fyne.Size, len(devices)), make([]int, len(devices))
	for i, n := range devices {
		columns[i] = m.columns(n, len(devices) > 1)
		sizes[i] = fyne.NewSize(float32(columns[i])*m.tile.Width+2*m.pad, m.head+float32(rowsOf(n, columns[i]))*m.tile.Height+2*m.pad)
	}
	rows := m.rows(sizes)
	above := upper(sizes, rows)
	p := plan{rooms: make([]plannedRoom, len(devices))}
	put := func(row []int) {
		m.fill(row, sizes, p.height, p.rooms)
		p.height += p.rooms[row[0]].size.Height + m.gap
	}
	for _, row := range rows[:above] {
		put(row)
	}
	p.hub = area{fyne.NewPos((m.width-m.hub.Width)/2, p.height), m.hub}
	p.height += m.hub.Height + m.gap
	for _, row := range rows[above:] {
		put(row)
	}
	p.height -= m.gap
	for i, n := range devices {
		p.rooms[i].tiles = m.tiles(p.rooms[i].area, n, columns[i])
	}
	return p
}

// columns gives how many devices of a room stand beside each other: about twice as many as below each other, and of
// several rooms so few that two of them fit into a row.
func (m measures) columns(n int, several bool) int {
	width := m.width
	if several {
		width = (m.width - m.gap) / 2
	}
	most := max(1, int((width-2*m.pad)/m.tile.Width))
	wide := min(most, max(2, int(math.Ceil(math.Sqrt(float64(2*n))))))
	return min(most, max(2, int(math.Ceil(float64(n)/float64(rowsOf(n, wide))))))
}

// rowsOf gives how many rows n things take.
func rowsOf(n, columns int) int { return max(1, (n+columns-1)/columns) }

// rows parts the rooms, in their order, into as few rows as there can be, all about equally wide. Several rooms take at
// least two rows, so that the router comes between them.
func (m measures) rows(sizes []fyne.Size) [][]int {
	most := max(min(2, len(sizes)), len(m.within(sizes, m.width)))
	for width := m.tile.Width; width < m.width; width += m.tile.Width / 4 {
		if rows := m.within(sizes, width); len(rows) <= most {
			return rows
		}
	}
	return m.within(sizes, m.width)
}

// within puts as many rooms into each row as fit into a width; one at least.
func (m measures) within(sizes []fyne.Size, width float32) [][]int {
	var rows [][]int
	used := float32(0)
	for i, s := range sizes {
		if len(rows) == 0 || used+m.gap+s.Width > width {
			rows, used = append(rows, nil), -m.gap
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], i)
		used += m.gap + s.Width
	}
	return rows
}

// upper gives how many rows lie above the router: so that it is in the middle, as well as that can be.
func upper(sizes []fyne.Size, rows [][]int) int {
	heights := make([]float32, len(rows))
	whole := float32(0)
	for i, row := range rows {
		for _, room := range row {
			heights[i] = max(heights[i], sizes[room].Height)
		}
		whole += heights[i]
	}
	best, least, above := 0, whole, float32(0)
	for i := range max(0, len(rows)-1) {
		above += heights[i]
		if off := float32(math.Abs(float64(whole - 2*above))); off < least {
			best, least = i+1, off
		}
	}
	return best
}

// fill puts a row of rooms at a height. They become wider to fill it, and all as high as the highest.
func (m measures) fill(row []int, sizes []fyne.Size, y float32, rooms []plannedRoom) {
	width, height := float32(0), float32(0)
	for _, i := range row {
		width += sizes[i].Width
		height = max(height, sizes[i].Height)
	}
	gaps := m.gap * float32(len(row)-1)
	more := max(1, min(stretch, (m.width-gaps)/width))
	x := (m.width - gaps - width*more) / 2
	for _, i := range row {
		rooms[i].area = area{fyne.NewPos(x, y), fyne.NewSize(sizes[i].Width*more, height)}
		x += sizes[i].Width*more + m.gap
	}
}

// tiles puts the devices of a room below its name, in rows, each in the middle of its share.
func (m measures) tiles(room area, n, columns int) []area {
	share := (room.size.Width - 2*m.pad) / float32(columns)
	out := make([]area, n)
	for i := range out {
		x := room.at.X + m.pad + float32(i%columns)*share + (share-m.tile.Width)/2
		out[i] = area{fyne.NewPos(x, room.at.Y+m.pad+m.head+float32(i/columns)*m.tile.Height), m.tile}
	}
	return out
}
