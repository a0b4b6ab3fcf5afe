package content

import (
	"bytes"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/site/content/store"
)

// Entry is one entry of a collection, or a Markdown page, as the store takes it.
type Entry struct {
	Key    string // of a file that holds several entries: where this one stands
	Slug   string // as the front matter has it; "" where it says nothing
	Title  string
	Layout string
	Date   time.Time
	Draft  bool
	Data   []byte // encoded
	Body   *Document
	Words  int
}

// Kinds of content files by their endings.
var endings = map[string]bool{".md": true, ".markdown": true, ".yaml": true, ".yml": true, ".json": true}

// IsEntry says whether a file of this name is an entry of a collection: one whose name begins with _ or a dot is not.
func IsEntry(name string) bool {
	base := path.Base(name)
	return endings[path.Ext(base)] && base[0] != '_' && base[0] != '.'
}

// NotRead says why a file among the entries of a collection is none, where its ending is one of which authors of other generators expect
// that it is; "" for pictures and all else that lies beside entries.
func NotRead(name string) string {
	base := path.Base(name)
	if base[0] == '_' || base[0] == '.' {
		return ""
	}
	ext := path.Ext(base)
	switch lower := strings.ToLower(ext); lower {
	case ".mdx", ".mdoc", ".markdoc", ".adoc", ".asciidoc", ".rst", ".org":
		return "rename it to " + strings.TrimSuffix(base, ext) + ".md if it is Markdown; components stand in pages, not in texts"
	case ".toml":
		return "write it as YAML or JSON"
	default:
		if lower != ext && endings[lower] {
			return "write its ending in lower case, " + strings.TrimSuffix(base, ext) + lower
		}
	}
	return ""
}

// IsMarkdown says whether a file is read as Markdown.
func IsMarkdown(name string) bool {
	ext := path.Ext(name)
	return ext == ".md" || ext == ".markdown"
}

// ReadEntry reads a file of a collection. It gives nil where there are errors.
func ReadEntry(name string, src []byte, o MarkdownOptions) (*Entry, []diag.Diagnostic) {
	if IsMarkdown(name) {
		doc, diags := Markdown(name, src, o)
		var list diag.List
		list.Add(diags...)
		if list.HasErrors() {
			return nil, diags
		}
		e := &Entry{Body: doc, Words: Words(doc.HTML), Layout: doc.Layout}
		e.front(name, doc.Front, newSource(name, string(src)), 2, o.Resolve, &list)
		if e.Title == "" && len(doc.Headings) > 0 {
			e.Title = doc.Headings[0].Text
		}
		return e.unless(&list)
	}
	var list diag.List
	s, fields := dataFile(name, src, &list)
	if list.HasErrors() {
		return nil, list.Sorted()
	}
	e := &Entry{}
	e.front(name, fields, s, 1, o.Resolve, &list)
	return e.unless(&list)
}

// Preview reads what the front matter says of slug and draft, nil where it cannot be read.
func Preview(name string, src []byte) *Entry {
	var list diag.List
	var fields []Field
	if IsMarkdown(name) {
		s := newSource(name, string(src))
		line, text, _ := cut(s, &list)
		if line > 0 {
			fields = front(s, line, text, &list)
		}
	} else {
		_, fields = dataFile(name, src, &list)
	}
	if list.HasErrors() {
		return nil
	}
	e := &Entry{}
	for _, f := range fields {
		switch strings.ToLower(f.Key) { // as fields of a struct are found
		case "slug":
			if f.Node.Kind == yaml.ScalarNode && goodSlug(f.Node.Value) {
				e.Slug = f.Node.Value
			}
		case "draft":
			e.Draft, _ = f.Value.(bool)
		}
	}
	return e
}

// ReadEntries reads a file that holds several entries: one below each key. resolve says where the images are that it names.
func ReadEntries(name string, src []byte, resolve func(Ref) (Target, bool)) ([]*Entry, []diag.Diagnostic) {
	var list diag.List
	s, fields := dataFile(name, src, &list)
	var out []*Entry
	for _, f := range fields {
		if strings.HasPrefix(f.Key, "_") {
			continue
		}
		n := f.Node
		for n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		if n.Kind != yaml.MappingNode {
			list.Error("SG5067", f.ValueAt, fmt.Sprintf("the entry %s is no list of keys and values", f.Key), "write keys with values below it")
			continue
		}
		e := &Entry{Key: f.Key, Slug: f.Key}
		e.front(name, mapFields(s, 1, n, &list), s, 1, resolve, &list)
		out = append(out, e)
	}
	if list.HasErrors() {
		return nil, list.Sorted()
	}
	return out, list.Sorted()
}

func (e *Entry) unless(list *diag.List) (*Entry, []diag.Diagnostic) {
	if list.HasErrors() {
		return nil, list.Sorted()
	}
	return e, list.Sorted()
}

// front takes over the keys, those with a meaning and all of them as data.
func (e *Entry) front(name string, fields []Field, s *source, line int, resolve func(Ref) (Target, bool), list *diag.List) {
	for i := range fields {
		f := &fields[i]
		if f.Value == nil {
			continue
		}
		switch strings.ToLower(f.Key) { // as fields of a struct are found
		case "slug":
			if f.Node.Kind != yaml.ScalarNode || !goodSlug(f.Node.Value) {
				list.Error("SG5022", f.ValueAt, "slug must be a path without empty parts, dots alone or backslashes", "write slug: my-post, or leave it out")
				continue
			}
			e.Slug = f.Node.Value
		case "title":
			if f.Node.Kind == yaml.ScalarNode {
				e.Title = f.Node.Value
			}
		case "draft":
			b, ok := f.Value.(bool)
			if !ok {
				list.Error("SG5022", f.ValueAt, "draft must be true or false", "")
			}
			e.Draft = b
		case "date":
			switch v := f.Value.(type) {
			case time.Time:
				e.Date = v.UTC()
			case string:
				for _, layout := range []string{time.DateOnly, time.RFC3339Nano, time.DateTime} {
					if t, err := time.Parse(layout, v); err == nil {
						e.Date = t.UTC()
					}
				}
			}
		}
	}
	if e.Date.IsZero() {
		e.Date = nameDate(name)
	}
	enc := &encoder{resolve: resolve}
	enc.fields(fields)
	if enc.problem != "" {
		list.Error("SG5062", nodeRange(s, line, enc.at), "this value "+enc.problem, "")
	}
	e.Data = enc.out
}

// nameDate reads the date that the name of a file begins with, "2026-01-31-first.md": a habit from other generators.
func nameDate(name string) time.Time {
	base := path.Base(name)
	if len(base) < len(time.DateOnly) {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, base[:len(time.DateOnly)])
	if err != nil {
		return time.Time{}
	}
	return t
}

func goodSlug(slug string) bool {
	if !utf8.ValidString(slug) || strings.ContainsAny(slug, "\\?#") || strings.ContainsFunc(slug, unicode.IsControl) {
		return false
	}
	for part := range strings.SplitSeq(slug, "/") {
		if part == "" || part == "." || part == ".." {
			return false
		}
	}
	return true
}

// GoodName says whether the slug that FileSlug makes of a name can stand in an address. Other generators allow ? and # there,
// which are escaped.
func GoodName(slug string) bool {
	return utf8.ValidString(slug) && !strings.Contains(slug, "\\") && !strings.ContainsFunc(slug, unicode.IsControl)
}

// FileSlug makes a slug of a file's name below its collection: without the ending, and without /index.
func FileSlug(name string) string {
	name = strings.TrimSuffix(name, path.Ext(name))
	if dir, ok := strings.CutSuffix(name, "/index"); ok {
		return dir
	}
	return name
}

// dataFile reads a file that is data alone.
func dataFile(name string, src []byte, list *diag.List) (*source, []Field) {
	s := newSource(name, string(bytes.TrimPrefix(src, bom)))
	if !s.utf8(list) {
		return s, nil
	}
	var top *yaml.Node
	if path.Ext(name) == ".json" {
		top = jsonTree(s, list)
	} else {
		var root yaml.Node
		if err := readYAML(s.text, &root); err != nil {
			list.Add(invalidYAML("SG5067", s, 1, s.text, err))
			return s, nil
		}
		if len(root.Content) > 0 {
			top = root.Content[0]
		}
	}
	if top == nil || top.Tag == "!!null" {
		return s, nil
	}
	if top.Kind != yaml.MappingNode {
		list.Error("SG5067", nodeRange(s, 1, top), "the file is no list of keys and values", "write key: value")
		return s, nil
	}
	return s, mapFields(s, 1, top, list)
}

var bom = []byte("\xef\xbb\xbf")

// utf8 tells where a file is not UTF-8.
func (s *source) utf8(list *diag.List) bool {
	if utf8.ValidString(s.text) {
		return true
	}
	for i := 0; i < len(s.text); {
		r, n := utf8.DecodeRuneInString(s.text[i:])
		if r == utf8.RuneError && n == 1 {
			list.Error("SG5060", diag.Range{Pos: s.pos(i)}, fmt.Sprintf("the file is not UTF-8: byte %#02x", s.text[i]), "save it as UTF-8")
			return false
		}
		i += n
	}
	return true
}

// Words counts the words of HTML: what blanks and tags part, without what stands in tags. A tag within a word parts it; to
// know which tags do not would cost more than it is worth.
func Words(html string) int {
	n, in := 0, false
	for i := 0; i < len(html); i++ {
		switch wordBytes[html[i]] {
		case tagByte:
			in = false
			end := strings.IndexByte(html[i:], '>')
			if end < 0 {
				return n
			}
			i += end
		case blankByte:
			in = false
		case letterByte:
			if !in {
				in = true
				n++
			}
		}
	}
	return n
}

const (
	otherByte = iota // punctuation begins no word and ends none
	tagByte
	blankByte
	letterByte
)

var wordBytes = func() (t [256]byte) {
	for c := range t {
		switch {
		case c == '<':
			t[c] = tagByte
		case c == ' ', c == '\n', c == '\t', c == '\r':
			t[c] = blankByte
		case c >= 0x80, '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
			t[c] = letterByte
		}
	}
	return t
}()

// AppendBody appends the text of a document as the store has it.
func (d *Document) AppendBody(b []byte) []byte {
	body := store.Body{HTML: d.HTML, Links: d.Links}
	for _, t := range d.Tags {
		body.Cuts = append(body.Cuts, t.Offset)
	}
	for _, h := range d.Headings {
		body.Headings = append(body.Headings, store.Heading{Depth: h.Depth, ID: h.ID, Text: h.Text})
	}
	return store.AppendBody(b, body)
}

// Locate gives the place of a value in a file by its path, "authors[1].name": of the value, with key of the key, and where
// it is not there of what should hold it. entry is the Key of an Entry. The file is read again: places are not kept,
// because they are wanted rarely.
func Locate(name string, src []byte, entry, at string, key bool) diag.Range {
	var list diag.List
	s := newSource(name, string(bytes.TrimPrefix(src, bom)))
	line := 1
	var fields []Field
	if IsMarkdown(name) {
		n, text, _ := cut(s, &list)
		if n > 0 {
			line = n
			fields = front(s, n, text, &list)
		}
	} else {
		_, fields = dataFile(name, src, &list)
	}
	best := diag.Range{Pos: diag.Pos{File: name, Line: 1}}
	if entry != "" {
		for _, f := range fields {
			if f.Key == entry {
				best = f.KeyAt
				fields = mapFields(s, line, f.Node, &list)
				break
			}
		}
	}
	var node *yaml.Node
	rest, found := at, 0
	for _, f := range fields {
		if after, ok := below(at, f.Key); ok && len(f.Key) > found { // a key may hold a dot
			node, best, rest, found = f.Node, f.ValueAt, after, len(f.Key)
			if key && rest == "" {
				best = f.KeyAt
			}
		}
	}
	for node != nil && rest != "" {
		for node.Kind == yaml.AliasNode {
			node = node.Alias
		}
		var next, nextKey *yaml.Node
		after := ""
		switch node.Kind {
		case yaml.SequenceNode:
			number, tail, ok := strings.Cut(strings.TrimPrefix(rest, "["), "]")
			if k, err := strconv.Atoi(number); ok && err == nil && k >= 0 && k < len(node.Content) {
				next, after = node.Content[k], strings.TrimPrefix(tail, ".")
			}
		case yaml.MappingNode:
			found := -1
			for _, p := range merged(node, 0) {
				if tail, ok := below(rest, p.key.Value); ok && len(p.key.Value) > found {
					next, nextKey, after, found = p.value, p.key, tail, len(p.key.Value)
				}
			}
		}
		if next != nil {
			best = nodeRange(s, line, next)
			if key && nextKey != nil && after == "" {
				best = nodeRange(s, line, nextKey)
			}
		}
		node, rest = next, after
	}
	return best
}

// below gives what a path says of the value of a key; ok is false for the path of another value.
func below(at, key string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(at, key)
	switch {
	case !ok || key == "":
		return "", false
	case rest == "", rest[0] == '[':
		return rest, true
	}
	return strings.CutPrefix(rest, ".")
}

// LocateText gives the place where the text of a Markdown file begins.
func LocateText(name string, src []byte) diag.Range {
	s := newSource(name, string(bytes.TrimPrefix(src, bom)))
	_, _, body := cut(s, &diag.List{})
	for body < len(s.text) && strings.IndexByte(" \t\r\n", s.text[body]) >= 0 {
		body++
	}
	return diag.Range{Pos: s.pos(body)}
}
