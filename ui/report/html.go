package report

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"porchlight/assets"
)

//go:embed page
var pageFiles embed.FS

// pages reads the two pages. html/template escapes all words; only our own icons and styles go in as they are.
var pages = sync.OnceValues(func() (*template.Template, error) {
	return template.New("").Funcs(template.FuncMap{
		"icon": svg, "style": style, "add": func(a, b int) int { return a + b },
	}).ParseFS(pageFiles, "page/*.tmpl")
})

// HTML writes the household report as one web page that needs nothing else.
func (r *Report) HTML(w io.Writer) error { return r.page(w, "household.tmpl") }

// FridgeHTML writes the sheet for the fridge as one web page that needs nothing else.
func (r *Report) FridgeHTML(w io.Writer) error { return r.page(w, "fridge.tmpl") }

func (r *Report) page(w io.Writer, name string) error {
	var b bytes.Buffer // half a page is worse than none
	t, err := pages()
	if err == nil {
		err = t.ExecuteTemplate(&b, name, r)
	}
	if err == nil {
		_, err = w.Write(b.Bytes())
	}
	if err != nil {
		return fmt.Errorf("write HTML: %w", err)
	}
	return nil
}

// svg gives one of our icons for the page. It only decorates: the words beside it say the same.
func svg(name string) template.HTML {
	raw, err := assets.Icons.ReadFile("icons/" + name + ".svg")
	if err != nil {
		raw, _ = assets.Icons.ReadFile("icons/kind-unknown.svg")
	}
	return template.HTML(strings.Replace(string(raw), "<svg ", `<svg class="icon" aria-hidden="true" focusable="false" `, 1)) //nolint:gosec // part of the program
}

// style gives the style sheet of the pages.
func style() template.CSS {
	raw, _ := pageFiles.ReadFile("page/style.css")
	return template.CSS(raw) //nolint:gosec // part of the program
}
