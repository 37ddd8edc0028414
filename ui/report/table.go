package report

import "porchlight/ui/report/paper"

// A column of the list of devices, its place and width as parts of the whole.
type column struct{ at, width float64 }

// The first column begins with an icon.
var columns = [4]column{{0, 0.42}, {0.43, 0.18}, {0.62, 0.16}, {0.79, 0.21}}

// The icon of a device, and the room that it takes before the words.
const (
	deviceIcon  = 22
	pictureRoom = 32
)

// devices puts the list of devices, a table for each room.
func (p *press) devices() {
	if len(p.Devices.Rooms) == 0 {
		return
	}
	sect := p.chapter(p.Devices.Title, p.Devices.Help)
	for i, room := range p.Devices.Rooms {
		if i > 0 {
			p.flow.Add(paper.Piece{Height: 11})
		}
		p.room(sect, room)
	}
}

// room puts the devices of one room. On each page its heading comes again.
func (p *press) room(sect *paper.Element, room Room) {
	table := sect.Add("Table")
	row := table.Add("TR")
	var heads [4]*paper.Element
	for i := range heads {
		heads[i] = row.Add("TH")
	}
	p.flow.Add(p.roomHead(room, heads, true))
	for i, d := range room.Devices {
		p.flow.Add(p.device(table.Add("TR"), d).piece(margin, i == 0 && len(room.Devices) > 1))
	}
	p.flow.End()
	p.flow.Again = nil
}

func (p *press) roomHead(room Room, heads [4]*paper.Element, first bool) paper.Piece {
	words := [4]string{room.Name, p.Devices.Software, p.Devices.Updates, p.Devices.State}
	styles := [4]paper.Style{sized(title, 12), caption, caption, caption}
	if room.Name == "" {
		words[0], styles[0] = p.Devices.Device, caption
	}
	return paper.Piece{Height: 26, Keep: true, Draw: func(s *paper.Sheet, y float64) {
		if first {
			p.flow.Again = []paper.Piece{p.roomHead(room, [4]*paper.Element{}, false)}
			if room.Name != "" {
				s.Bookmark(2, y-6, room.Name)
			}
		}
		for i, c := range columns {
			s.Text(heads[i], styles[i], margin+c.at*p.width, y+16, styles[i].Shorten(words[i], c.width*p.width))
		}
		s.Stroke(nil, ink, 1, paper.Straight(margin, y+22, margin+p.width, y+22))
	}}
}

// device is one line of the list.
func (p *press) device(row *paper.Element, d Device) block {
	cell := func(i int, room float64, style paper.Style, of *paper.Element, words string, most int) block {
		if words == "" {
			return block{}
		}
		return clipped(of.Add("P"), style, words, columns[i].width*p.width-room, most)
	}
	tight := sized(small, 8.5)
	name, software, updates, state := row.Add("TD"), row.Add("TD"), row.Add("TD"), row.Add("TD")
	what, place := join(" · ", d.What, d.Place), ""
	if tight.Width(what) > columns[0].width*p.width-pictureRoom {
		what, place = d.What, d.Place
	}
	cells := [4]block{
		stack(0, cell(0, pictureRoom, strong, name, d.Name, 2), cell(0, pictureRoom, tight, name, what, 2), cell(0, pictureRoom, tight, name, place, 1)),
		stack(0, cell(1, 0, in(small, ink), software, d.Software, 2), cell(1, 0, tight, software, d.Newest, 2)),
		cell(2, 0, in(small, ink), updates, join("", d.Updates, reference(d.Source)), 3),
		stack(0, cell(3, 17, in(small, ink), state, d.State.Words, 3), cell(3, 17, tight, state, d.Seen, 2)),
	}
	height := deviceIcon + 0.0
	for _, c := range cells {
		height = max(height, c.height)
	}
	return block{height + 11, func(s *paper.Sheet, x, y float64) {
		y += 6
		s.Icon(nil, d.Icon, ink, x+2, y, deviceIcon)
		for i, c := range cells {
			at := x + columns[i].at*p.width
			switch i {
			case 0:
				at += pictureRoom
			case 3:
				s.Icon(nil, d.State.Icon, ink, at, y, 12)
				at += 17
			}
			if c.draw != nil {
				c.draw(s, at, y)
			}
		}
		s.Stroke(nil, hair, 0.7, paper.Straight(x, y+height+6, x+p.width, y+height+6))
	}}
}
