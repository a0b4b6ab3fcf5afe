// Package content turns Markdown files into pages: front matter and HTML with headings, highlighted code and resolved
// links (Markdown), and from those the text of a component (Component), which the compiler treats like one that an author
// wrote. It reads no files and knows no routes: what a link or an image leads to is asked of the caller.
//
// Markdown in a project is source code like the components beside it, so it may hold raw HTML where the site asks for
// that. Text from elsewhere has to be rendered with MarkdownOptions.Untrusted.
package content

import (
	"sort"
	"strings"

	"gopkg.in/yaml.v3"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/site/content/store"
)

// MarkdownOptions say how Markdown is rendered. The zero value is CommonMark with tables, strikethrough, task lists,
// bare links, footnotes, ids and {#id} attributes on headings. Raw HTML is shown as text, with a warning.
type MarkdownOptions struct {
	Typographer bool // curly quotes, dashes, ellipses
	HTML        bool // keep raw HTML
	Components  bool // tags such as <Card> are those of components
	Anchors     bool // a link to itself in each heading
	Untrusted   bool // for text by others: no raw HTML, no attributes, links only to well-known schemes

	// Resolve says where a relative link or image leads; nil leaves them as they are. ok is false when it leads nowhere,
	// which is an error.
	Resolve func(Ref) (to Target, ok bool)
}

// Ref is a relative address in a Markdown file: "./other.md#part", "diagram.png".
type Ref struct {
	Dest  string
	Image bool // the text shows it, or the front matter names it
	At    diag.Range
}

// Target is where a Ref leads. Width and Height are those of an image, 0 when they are not known. Format is that of an
// image which may be had in other sizes, and "" otherwise.
type Target struct {
	URL           string
	Width, Height int
	Format        string
	Near          string    // what the author may have meant where there is none
	Problem       string    // what is wrong with an image that is there
	Entry         *EntryRef // in place of a URL: the page of an entry, whose address is known when the site runs
}

// EntryRef names an entry of a collection.
type EntryRef struct {
	Collection, Slug string
	Tail             string // ?query and #fragment
}

// Document is a rendered Markdown file.
type Document struct {
	Name     string  // of the file, as diagnostics show it
	Front    []Field // in order of the file
	HTML     string
	Headings []Heading
	Tags     []Tag        // of components, in order of their places in HTML
	Links    []store.Link // places in HTML where the address of an entry belongs

	// The front matter keys that mean something here. Layout is as written, relative to the file.
	Layout, Title, Description, Lang string
	Draft                            bool

	body diag.Pos // where the Markdown begins
}

// Heading is one heading of a Document; it equals site.Heading field by field.
type Heading struct {
	Depth int
	ID    string
	Text  string
}

// Field is one key of the front matter.
type Field struct {
	Key     string
	Value   any        // as yaml.v3 decodes it; timestamps are time.Time
	Node    *yaml.Node // of the value; its lines count within the front matter
	KeyAt   diag.Range
	ValueAt diag.Range // without an end where the value is more than a plain word or line
}

// Field gives a key of the front matter in whatever case it is written, as fields of a struct are found, or nil.
func (d *Document) Field(key string) *Field {
	for i := range d.Front {
		if strings.EqualFold(d.Front[i].Key, key) {
			return &d.Front[i]
		}
	}
	return nil
}

// Map gives the front matter as a map.
func (d *Document) Map() map[string]any {
	m := make(map[string]any, len(d.Front))
	for _, f := range d.Front {
		m[f.Key] = f.Value
	}
	return m
}

// source is a file with its line starts.
type source struct {
	name  string
	text  string
	lines []int
}

func newSource(name, text string) *source {
	s := &source{name: name, text: text, lines: []int{0}}
	for i := 0; i < len(text); i++ {
		if text[i] == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

func (s *source) pos(off int) diag.Pos {
	line := sort.SearchInts(s.lines, off+1)
	return diag.Pos{File: s.name, Line: line, Col: off - s.lines[line-1] + 1}
}

func (s *source) rng(start, end int) diag.Range {
	return diag.Range{Pos: s.pos(start), End: s.pos(end)}
}

// line gives the text of a line, counted from 1, and its offset.
func (s *source) line(n int) (string, int) {
	n = min(max(n, 1), len(s.lines))
	start, end := s.lines[n-1], len(s.text)
	if n < len(s.lines) {
		end = s.lines[n]
	}
	return strings.TrimRight(s.text[start:end], "\r\n"), start
}
