package paper

import (
	"encoding/xml"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"porchlight/assets"
)

// An icon is one of our pictures, drawn in a square of iconSide.
type icon []iconPath

const iconSide = 24

type iconPath struct {
	path  Path
	width float64 // of the line; 0 fills
	color Color
	own   bool // it has a colour of its own
}

// Icon draws one of our icons in a square of that size, its upper left corner at x and y.
func (s *Sheet) Icon(of *Element, name string, c Color, x, y, size float64) {
	scale := size / iconSide
	for _, part := range iconNamed(name) {
		if !part.own {
			part.color = c
		}
		p := part.path.moved(scale, x, y)
		if part.width > 0 {
			s.Stroke(of, part.color, part.width*scale, p)
		} else {
			s.Fill(of, part.color, p)
		}
	}
}

// moved gives a path in another size at another place.
func (p Path) moved(scale, x, y float64) Path {
	out := make(Path, len(p))
	for i, st := range p {
		for k := range st.at {
			st.at[k][0], st.at[k][1] = x+st.at[k][0]*scale, y+st.at[k][1]*scale
		}
		out[i] = st
	}
	return out
}

// icons are those that were read.
var icons sync.Map

// iconNamed reads an icon; of a name that there is none of, the one for "unknown".
func iconNamed(name string) icon {
	if known, ok := icons.Load(name); ok {
		return known.(icon) //nolint:errcheck // nothing else is kept there
	}
	raw, err := assets.Icons.ReadFile("icons/" + name + ".svg")
	if err != nil && name != "kind-unknown" {
		return iconNamed("kind-unknown")
	}
	parts, err := readIcon(raw)
	if err != nil {
		panic(fmt.Sprintf("read the icon %s: %v", name, err)) // it is part of the program; a test reads them all
	}
	icons.Store(name, parts)
	return parts
}

// readIcon reads as much of SVG as our icons use: paths that are filled or stroked in one colour.
func readIcon(raw []byte) (icon, error) {
	var svg struct {
		Paths []struct {
			Fill   string  `xml:"fill,attr"`
			Stroke string  `xml:"stroke,attr"`
			Width  float64 `xml:"stroke-width,attr"`
			D      string  `xml:"d,attr"`
		} `xml:"path"`
	}
	if err := xml.Unmarshal(raw, &svg); err != nil {
		return nil, err
	}
	var out icon
	for _, p := range svg.Paths {
		path, err := readPath(p.D)
		if err != nil {
			return nil, err
		}
		part := iconPath{path: path}
		color := p.Fill
		if p.Stroke != "" {
			color, part.width = p.Stroke, p.Width
		}
		if hex, ok := strings.CutPrefix(color, "#"); ok {
			v, err := strconv.ParseUint(hex, 16, 24)
			if err != nil {
				return nil, fmt.Errorf("colour %q: %w", color, err)
			}
			part.color, part.own = Color(v), true
		}
		out = append(out, part)
	}
	return out, nil
}

// argsOf is how many numbers each command of a path takes (SVG 2, section 9.3).
var argsOf = map[byte]int{'M': 2, 'L': 2, 'H': 1, 'V': 1, 'C': 6, 'S': 4, 'A': 7, 'Z': 0}

// readPath reads a path with absolute coordinates.
func readPath(d string) (Path, error) {
	var out Path
	var x, y, bendX, bendY float64 // where the path is, and the last point that bent it
	for d = strings.TrimSpace(d); d != ""; {
		command := d[0]
		n, ok := argsOf[command]
		if !ok {
			return nil, fmt.Errorf("path command %q is not known", command)
		}
		end := 1 + strings.IndexAny(d[1:]+"Z", "MLHVCSAZ")
		numbers, err := readNumbers(d[1:end])
		if err != nil {
			return nil, err
		}
		d = d[end:]
		if len(numbers) < n || (n > 0 && len(numbers)%n != 0) {
			return nil, fmt.Errorf("path command %q with %d numbers", command, len(numbers))
		}
		for first := true; first || len(numbers) > 0; first = false {
			a := numbers[:n]
			numbers = numbers[n:]
			if command != 'S' && command != 'C' {
				bendX, bendY = x, y
			}
			switch command {
			case 'M':
				x, y = a[0], a[1]
				out.Move(x, y)
				command = 'L' // so do the pairs that follow
			case 'L':
				x, y = a[0], a[1]
				out.Line(x, y)
			case 'H':
				x = a[0]
				out.Line(x, y)
			case 'V':
				y = a[0]
				out.Line(x, y)
			case 'C':
				out.Curve(a[0], a[1], a[2], a[3], a[4], a[5])
				bendX, bendY, x, y = a[2], a[3], a[4], a[5]
			case 'S':
				out.Curve(2*x-bendX, 2*y-bendY, a[0], a[1], a[2], a[3])
				bendX, bendY, x, y = a[0], a[1], a[2], a[3]
			case 'A':
				out.arc(x, y, a)
				x, y = a[5], a[6]
			case 'Z':
				out.Close()
				for _, st := range slices.Backward(out) {
					if st.kind == 'M' {
						x, y = st.at[0][0], st.at[0][1]
						break
					}
				}
			}
		}
	}
	return out, nil
}

func readNumbers(s string) ([]float64, error) {
	var out []float64
	for f := range strings.FieldsFuncSeq(strings.ReplaceAll(s, "-", " -"), func(r rune) bool { return r == ' ' || r == ',' || r == '\n' }) {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// arc leads from x0 and y0 along a part of a circle, in curves of a quarter at most. a holds what SVG's command A does: radii,
// turn, large or not, direction, end. Ellipses are not used. (SVG 2, appendix B.2.4)
func (p *Path) arc(x0, y0 float64, a []float64) {
	r, x1, y1 := math.Abs(a[0]), a[5], a[6]
	dx, dy := (x0-x1)/2, (y0-y1)/2
	half := math.Hypot(dx, dy)
	if r == 0 || half == 0 {
		p.Line(x1, y1)
		return
	}
	r = max(r, half)
	off := math.Sqrt(max(0, r*r-half*half)) / half
	if a[3] == a[4] {
		off = -off
	}
	cx, cy := (x0+x1)/2+off*dy, (y0+y1)/2-off*dx
	from := math.Atan2(y0-cy, x0-cx)
	turn := math.Atan2(y1-cy, x1-cx) - from
	if a[4] == 1 && turn < 0 {
		turn += 2 * math.Pi
	} else if a[4] == 0 && turn > 0 {
		turn -= 2 * math.Pi
	}
	n := int(math.Ceil(math.Abs(turn) / (math.Pi / 2)))
	part := turn / float64(n)
	k := 4.0 / 3 * math.Tan(part/4) * r
	for i := range n {
		sin, cos := math.Sincos(from + part*float64(i))
		sin2, cos2 := math.Sincos(from + part*float64(i+1))
		p.Curve(cx+r*cos-k*sin, cy+r*sin+k*cos, cx+r*cos2+k*sin2, cy+r*sin2-k*cos2, cx+r*cos2, cy+r*sin2)
	}
}
