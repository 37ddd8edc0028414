package paper

import (
	"bytes"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/carlos7ags/folio/content"
	"github.com/carlos7ags/folio/core"
	"github.com/carlos7ags/folio/font"
)

// PDF writes the document as a tagged PDF 1.7 (ISO 32000-1, section 14.8) with the parts of the font that it uses. The same
// document gives the same bytes. What is said here of accessible files is from PDF/UA-1 (ISO 14289-1).
func (d *Document) PDF(w io.Writer) error {
	p := pdf{doc: d, refs: map[*Element]*tag{}}
	for f := range p.fonts {
		p.fonts[f] = font.NewEmbeddedFont(Face(f).typeface().Face)
	}
	if err := p.write(w); err != nil {
		return fmt.Errorf("write PDF: %w", err)
	}
	return nil
}

// A pdf is one file being made: objects that know each other by their numbers.
type pdf struct {
	doc     *Document
	objects []core.PdfObject
	fonts   [len(files)]*font.EmbeddedFont
	refs    map[*Element]*tag
	pages   []*core.PdfIndirectReference
}

// A tag is an element with the places where it stands.
type tag struct {
	ref  *core.PdfIndirectReference
	dict *core.PdfDictionary
	at   []place
}

// A place is one piece of a page that belongs to an element.
type place struct{ sheet, id int }

func (p *pdf) add(o core.PdfObject) *core.PdfIndirectReference {
	p.objects = append(p.objects, o)
	return core.NewPdfIndirectReference(len(p.objects), 0)
}

// dict makes a dictionary out of keys and values.
func dict(pairs ...any) *core.PdfDictionary {
	d := core.NewPdfDictionary()
	for pair := range slices.Chunk(pairs, 2) {
		key, _ := pair[0].(string)
		switch v := pair[1].(type) {
		case core.PdfObject:
			d.Set(key, v)
		case string:
			d.Set(key, core.NewPdfName(v))
		case int:
			d.Set(key, core.NewPdfInteger(v))
		case bool:
			d.Set(key, core.NewPdfBoolean(v))
		}
	}
	return d
}

func (p *pdf) write(w io.Writer) error {
	d := p.doc
	catalog := dict("Type", "Catalog", "Lang", core.NewPdfTextString(d.Language), "MarkInfo", dict("Marked", true),
		"ViewerPreferences", dict("DisplayDocTitle", true))
	root := p.add(catalog)
	p.tags(d.Body)

	tree := dict("Type", "Pages", "Count", len(d.Sheets))
	treeRef := p.add(tree)
	catalog.Set("Pages", treeRef)
	resources := core.NewPdfDictionary()
	resourcesRef := p.add(resources)
	box := core.NewPdfArray(core.NewPdfInteger(0), core.NewPdfInteger(0), core.NewPdfReal(d.Size.Width), core.NewPdfReal(d.Size.Height))
	kids, parents := core.NewPdfArray(), core.NewPdfArray()
	for i, s := range d.Sheets {
		stream, owners := p.draw(s)
		page := p.add(dict("Type", "Page", "Parent", treeRef, "MediaBox", box, "Resources", resourcesRef,
			"Contents", p.add(core.NewPdfStreamCompressed(stream)), "StructParents", i, "Tabs", "S"))
		p.pages = append(p.pages, page)
		kids.Add(page)
		parents.Add(core.NewPdfInteger(i))
		parents.Add(p.add(owners))
	}
	tree.Set("Kids", kids)
	faces := core.NewPdfDictionary()
	for f, embedded := range p.fonts {
		faces.Set(fontName(Face(f)), p.add(embedded.BuildObjects(p.add)))
	}
	resources.Set("Font", faces)

	p.structure(catalog, parents)
	if len(d.Outline) > 0 {
		catalog.Set("Outlines", p.outline())
	}
	about := core.NewPdfStream(p.metadata())
	about.Dict.Set("Type", core.NewPdfName("Metadata"))
	about.Dict.Set("Subtype", core.NewPdfName("XML"))
	catalog.Set("Metadata", p.add(about))
	info := p.add(dict("Title", core.NewPdfTextString(d.Title), "Creator", core.NewPdfTextString(d.Creator),
		"CreationDate", core.NewPdfLiteralString(d.Created.UTC().Format("D:20060102150405Z"))))
	return p.file(w, root, info)
}

func fontName(f Face) string { return fmt.Sprintf("F%d", f+1) }

// draw gives the content of a page, and to which element each of its marked pieces belongs.
func (p *pdf) draw(s *Sheet) (stream []byte, owners *core.PdfArray) {
	c := content.NewStream()
	c.SetLineCap(content.LineCapRound)
	c.SetLineJoin(content.LineJoinRound)
	owners = core.NewPdfArray()
	for i, m := range s.marks {
		if i == 0 || m.of != s.marks[i-1].of {
			if i > 0 {
				c.EndMarkedContent()
			}
			if t := p.refs[m.of]; t != nil {
				c.BeginMarkedContentWithID(m.of.Role, owners.Len())
				t.at = append(t.at, place{s.number, owners.Len()})
				owners.Add(t.ref)
			} else {
				c.BeginMarkedContent("Artifact")
			}
		}
		if m.words != "" {
			p.words(c, s, m)
		} else {
			trace(c, s, m)
		}
	}
	if len(s.marks) > 0 {
		c.EndMarkedContent()
	}
	return c.Bytes(), owners
}

// words writes a line of words, with the space between its letters as the font wants it.
func (p *pdf) words(c *content.Stream, s *Sheet, m mark) {
	var line []content.TextArrayElement
	var run []rune
	encode := func() {
		line = append(line, content.TextArrayElement{HexData: p.fonts[m.style.Face].EncodeString(string(run))})
		run = run[:0]
	}
	for _, g := range m.style.Face.glyphs(m.words) {
		if g.kern != 0 {
			encode()
			line = append(line, content.TextArrayElement{Adjustment: -g.kern, IsAdjustment: true})
		}
		run = append(run, g.r)
	}
	encode()
	c.SetFillColorRGB(m.color.parts())
	c.BeginText()
	c.SetFont(fontName(m.style.Face), m.style.Size)
	c.SetTextMatrix(1, 0, 0, 1, m.x, s.Height-m.y)
	c.ShowTextArrayHex(line)
	c.EndText()
}

// trace writes an area or a line.
func trace(c *content.Stream, s *Sheet, m mark) {
	for _, st := range m.path {
		a := st.at
		for i := range a {
			a[i][1] = s.Height - a[i][1]
		}
		switch st.kind {
		case 'M':
			c.MoveTo(a[0][0], a[0][1])
		case 'L':
			c.LineTo(a[0][0], a[0][1])
		case 'C':
			c.CurveTo(a[0][0], a[0][1], a[1][0], a[1][1], a[2][0], a[2][1])
		case 'Z':
			c.ClosePath()
		}
	}
	if m.width > 0 {
		c.SetStrokeColorRGB(m.color.parts())
		c.SetLineWidth(m.width)
		c.Stroke()
		return
	}
	c.SetFillColorRGB(m.color.parts())
	c.Fill()
}

// parts gives red, green and blue from 0 to 1.
func (c Color) parts() (r, g, b float64) {
	return float64(c>>16&0xff) / 255, float64(c>>8&0xff) / 255, float64(c&0xff) / 255
}

// tags makes an object of each element, for the pages to point at.
func (p *pdf) tags(e *Element) {
	t := &tag{dict: dict("Type", "StructElem", "S", e.Role)}
	if e.Alt != "" {
		t.dict.Set("Alt", core.NewPdfTextString(e.Alt))
	}
	switch e.Role {
	case "TH": // every heading of ours stands over its column
		t.dict.Set("A", dict("O", "Table", "Scope", "Column"))
	case "L":
		if len(e.Kids) > 0 && len(e.Kids[0].Kids) > 0 && e.Kids[0].Kids[0].Role == "Lbl" {
			t.dict.Set("A", dict("O", "List", "ListNumbering", "Decimal"))
		}
	case "Figure":
		t.dict.Set("A", dict("O", "Layout", "Placement", "Block"))
	}
	t.ref = p.add(t.dict)
	p.refs[e] = t
	for _, kid := range e.Kids {
		p.tags(kid)
	}
}

// structure says what is read aloud in which order.
func (p *pdf) structure(catalog *core.PdfDictionary, parents *core.PdfArray) {
	body := p.refs[p.doc.Body]
	root := p.add(dict("Type", "StructTreeRoot", "K", body.ref, "ParentTree", p.add(dict("Nums", parents)), "ParentTreeNextKey", len(p.pages)))
	catalog.Set("StructTreeRoot", root)
	var walk func(e *Element, parent *core.PdfIndirectReference)
	walk = func(e *Element, parent *core.PdfIndirectReference) {
		t := p.refs[e]
		t.dict.Set("P", parent)
		kids := core.NewPdfArray()
		for i, at := range t.at {
			if i == 0 {
				t.dict.Set("Pg", p.pages[at.sheet])
			}
			if at.sheet == t.at[0].sheet {
				kids.Add(core.NewPdfInteger(at.id))
			} else {
				kids.Add(dict("Type", "MCR", "Pg", p.pages[at.sheet], "MCID", at.id))
			}
		}
		for _, kid := range e.Kids {
			kids.Add(p.refs[kid].ref)
			walk(kid, t.ref)
		}
		if kids.Len() > 0 {
			t.dict.Set("K", kids)
		}
	}
	walk(p.doc.Body, root)
}

// outline gives the bookmarks as a tree.
func (p *pdf) outline() *core.PdfIndirectReference {
	type node struct {
		ref      *core.PdfIndirectReference
		dict     *core.PdfDictionary
		last     *core.PdfIndirectReference
		lastDict *core.PdfDictionary
		count    int
	}
	root := &node{dict: dict("Type", "Outlines")}
	root.ref = p.add(root.dict)
	open := []*node{root}
	for _, b := range p.doc.Outline {
		open = open[:min(len(open), b.Level)]
		parent := open[len(open)-1]
		n := &node{dict: dict("Title", core.NewPdfTextString(b.Words), "Parent", parent.ref,
			"Dest", core.NewPdfArray(p.pages[b.Page-1], core.NewPdfName("XYZ"), core.NewPdfInteger(0),
				core.NewPdfReal(p.doc.Size.Height-b.Y), core.NewPdfNull()))}
		n.ref = p.add(n.dict)
		if parent.last != nil {
			n.dict.Set("Prev", parent.last)
			parent.lastDict.Set("Next", n.ref)
		} else {
			parent.dict.Set("First", n.ref)
		}
		parent.last, parent.lastDict = n.ref, n.dict
		parent.dict.Set("Last", n.ref)
		for _, above := range open {
			above.count++
			above.dict.Set("Count", core.NewPdfInteger(above.count))
		}
		open = append(open, n)
	}
	return root.ref
}

// metadata says in XMP what the file is, and that it is made to be read aloud.
func (p *pdf) metadata() []byte {
	d := p.doc
	escaped := func(s string) string {
		var b bytes.Buffer
		_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
		return b.String()
	}
	return fmt.Appendf(nil, `<?xpacket begin="`+"\ufeff"+`" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>%s</rdf:li></rdf:Bag></dc:language>
<xmp:CreatorTool>%s</xmp:CreatorTool><xmp:CreateDate>%s</xmp:CreateDate>
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>`, escaped(d.Title), escaped(d.Language), escaped(d.Creator), d.Created.UTC().Format(time.RFC3339))
}

// file writes the objects, and where each of them is.
func (p *pdf) file(w io.Writer, root, info *core.PdfIndirectReference) error {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n") // bytes over 127 say that this is no text: section 7.5.2
	offsets := make([]int, len(p.objects))
	for i, o := range p.objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n", i+1)
		if _, err := o.WriteTo(&b); err != nil {
			return err
		}
		b.WriteString("\nendobj\n")
	}
	sum := sha256.Sum256(b.Bytes())
	id := core.NewPdfHexString(string(sum[:16]))
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	b.WriteString("trailer\n")
	trailer := dict("Size", len(offsets)+1, "Root", root, "Info", info, "ID", core.NewPdfArray(id, id))
	if _, err := trailer.WriteTo(&b); err != nil {
		return err
	}
	fmt.Fprintf(&b, "\nstartxref\n%d\n%%%%EOF\n", start)
	_, err := w.Write(b.Bytes())
	return err
}
