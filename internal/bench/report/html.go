package report

import (
	"embed"
	"html/template"
	"io"
	"sync"
)

//go:embed page.html
var files embed.FS

// page is the template of the page, parsed once.
var page = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page.html").Funcs(template.FuncMap{
		"svg":  func(p Plot) template.HTML { return template.HTML(p.SVG()) },
		"next": func(i int) int { return i + 1 },
	}).ParseFS(files, "page.html"))
})

// WriteHTML writes a document as a page that needs nothing from elsewhere.
func WriteHTML(w io.Writer, d Document) error {
	return page().Execute(w, d)
}
