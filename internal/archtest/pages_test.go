package archtest

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

func TestLinksOfPagesLeadSomewhere(t *testing.T) { report(t, linkViolations(t, repository(t))) }
func TestPagesAreFoundFromTheFirst(t *testing.T) { report(t, unlinkedViolations(t, repository(t))) }
func TestTheFirstPageIsShort(t *testing.T)       { report(t, firstPageViolations(t, repository(t))) }

// firstPage is what one reads first, and all other pages are found from.
const firstPage = "README.md"

// firstPageViolations finds a first page that has become a reference.
func firstPageViolations(t *testing.T, tr *tree) []string {
	t.Helper()
	if lines := countLines(tr.read(t, firstPage)); lines >= maxFirstPageLines {
		return []string{fmt.Sprintf("%s: %d lines, should be fewer than %d: what is longer has a page beside its package", firstPage, lines, maxFirstPageLines)}
	}
	return nil
}

// page is a Markdown file: where it links to, and what may be linked to in it.
type page struct {
	path    string
	links   []link
	anchors map[string]bool
}

// link is a relative link of a page: a file or a folder from the root of the repository, and an anchor or "".
type link struct {
	line   int
	target string // as it is written
	file   string
	anchor string
}

var (
	linkForm    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	codeSpan    = regexp.MustCompile("`+[^`]*`+")
	headingForm = regexp.MustCompile(`^#{1,6} +(.+)$`)
	schemeForm  = regexp.MustCompile(`^[a-z][a-z0-9+.-]*:`)
)

// pages reads all Markdown files of the tree, by their paths.
func (tr *tree) pages(t *testing.T) map[string]page {
	t.Helper()
	pages := map[string]page{}
	for _, name := range tr.files(t) {
		if path.Ext(name) == ".md" {
			pages[name] = readPage(name, string(tr.read(t, name)))
		}
	}
	return pages
}

func readPage(name, text string) page {
	p := page{path: name, anchors: map[string]bool{}}
	fenced := false
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
			continue
		}
		if fenced {
			continue
		}
		if heading := headingForm.FindStringSubmatch(line); heading != nil {
			p.addAnchor(slug(heading[1]))
		}
		for _, found := range linkForm.FindAllStringSubmatch(codeSpan.ReplaceAllString(line, "code"), -1) {
			if target := found[1]; !schemeForm.MatchString(target) {
				p.links = append(p.links, readLink(name, i+1, target))
			}
		}
	}
	return p
}

func readLink(from string, line int, target string) link {
	file, anchor, _ := strings.Cut(target, "#")
	if file == "" {
		return link{line, target, from, anchor}
	}
	return link{line, target, path.Join(path.Dir(from), file), anchor}
}

// addAnchor adds a heading's anchor: another heading of the same words has a number.
func (p page) addAnchor(anchor string) {
	free := anchor
	for n := 1; p.anchors[free]; n++ {
		free = anchor + "-" + strconv.Itoa(n)
	}
	p.anchors[free] = true
}

// slug is the anchor that a heading gets where its page is shown, on GitHub and elsewhere.
func slug(heading string) string {
	heading = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`).ReplaceAllString(heading, "$1")
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(heading))
}

// linkViolations finds links of pages to what is not in the repository: files, folders, and headings.
func linkViolations(t *testing.T, tr *tree) []string {
	t.Helper()
	var violations []string
	pages := tr.pages(t)
	for _, name := range tr.files(t) {
		for _, l := range pages[name].links {
			if _, err := fs.Stat(tr.fsys, l.file); err != nil {
				violations = append(violations, fmt.Sprintf("%s:%d: %s leads nowhere", name, l.line, l.target))
			} else if l.anchor != "" && !pages[l.file].anchors[l.anchor] {
				violations = append(violations, fmt.Sprintf("%s:%d: %s: the page has no such heading", name, l.line, l.target))
			}
		}
	}
	return violations
}

// unlinkedViolations finds pages to which no links lead from the first one.
func unlinkedViolations(t *testing.T, tr *tree) []string {
	t.Helper()
	pages := tr.pages(t)
	found := map[string]bool{firstPage: true}
	for next := []string{firstPage}; len(next) > 0; next = next[1:] {
		for _, l := range pages[next[0]].links {
			file := l.file
			if _, isPage := pages[file]; !isPage {
				file = path.Join(file, firstPage) // a folder is shown with its page
			}
			if _, isPage := pages[file]; isPage && !found[file] {
				found[file] = true
				next = append(next, file)
			}
		}
	}
	var violations []string
	for _, name := range tr.files(t) {
		if path.Ext(name) == ".md" && !found[name] {
			violations = append(violations, fmt.Sprintf("%s: no link leads here from %s", name, firstPage))
		}
	}
	return violations
}
