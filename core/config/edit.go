package config

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"sitegen.dev/core/diag"
)

// Edited is a site.yaml that names another adapter.
type Edited struct {
	Data    []byte
	Changed bool     // false: it named this one before, and Data is what went in
	Before  string   // the adapter that it named, "" for none
	Dropped []string // options of that adapter, which the new one does not have; in the order of the file
}

// EditError says why a site.yaml cannot be changed without guessing. Snippet is what a person would write.
type EditError struct {
	At      diag.Range
	Reason  string
	Snippet string
}

// Error gives the reason.
func (e *EditError) Error() string {
	return path.Base(e.At.File) + " cannot be changed safely: " + e.Reason
}

// SetAdapter gives the text of a site.yaml with another adapter. It replaces the bytes of the name alone, or adds one line,
// so that every comment, blank line, quote and line ending elsewhere stays as it is. Options of another adapter go with
// its name. Empty data gives a file with that one line.
//
// The result has been read again: it names the adapter, and the rest of it means what it meant before. Where that
// cannot be had, the error is an *EditError.
func SetAdapter(name string, data []byte, adapter string) (Edited, error) {
	if !matches(adapterPattern, adapter) {
		panic("config: no name of an adapter: " + strconv.Quote(adapter))
	}
	e := &editor{adapter: adapter, plain: adapter, file: name, data: data, newline: newlineOf(data)}
	var v any
	if err := yaml.Unmarshal([]byte(adapter), &v); err != nil || v != adapter {
		e.plain = strconv.Quote(adapter) // 1.5 and true are no text without quotes
	}
	return e.edit()
}

type editor struct {
	adapter string
	plain   string // adapter, as it is written without regard to what was there
	file    string
	data    []byte
	newline string

	src     source
	root    *yaml.Node // nil: the file has no content
	dropped []string
}

func (e *editor) fail(n *yaml.Node, format string, args ...any) error {
	at := diag.Range{Pos: diag.Pos{File: e.file}}
	if n != nil {
		at = e.src.node(n)
	}
	return &EditError{At: at, Reason: fmt.Sprintf(format, args...), Snippet: "adapter: " + e.plain}
}

func (e *editor) edit() (Edited, error) {
	l := &loader{c: &Config{name: e.file}, list: &diag.List{}}
	e.root = l.parse(e.data)
	e.src = l.src
	if l.list.HasErrors() {
		d := l.list.Sorted()[0]
		return Edited{}, &EditError{At: d.Range, Reason: d.Message, Snippet: "adapter: " + e.plain}
	}
	if e.root != nil && isNull(e.root) && e.root.Value == "" && e.root.Anchor == "" && e.root.Style&yaml.TaggedStyle == 0 {
		e.root = nil // nothing but comments, or a bare ---
	}
	if e.root == nil {
		return e.check(e.addLine(1), "")
	}
	if e.root.Kind != yaml.MappingNode || e.root.Anchor != "" || e.root.Style&yaml.TaggedStyle != 0 {
		return Edited{}, e.fail(e.root, "it is no mapping of keys")
	}
	var key, value *yaml.Node
	for i := 0; i+1 < len(e.root.Content); i += 2 {
		switch k := e.root.Content[i]; {
		case k.Kind == yaml.AliasNode || k.ShortTag() == "!!merge":
			return Edited{}, e.fail(k, "one of its keys comes from an alias")
		case k.Value == "adapter" && key != nil:
			return Edited{}, e.fail(k, "adapter is there twice")
		case k.Value == "adapter":
			key, value = k, e.root.Content[i+1]
		}
	}
	if key == nil {
		if e.root.Style&yaml.FlowStyle != 0 {
			return e.check(e.addToFlow(), "")
		}
		return e.check(e.addLine(e.root.Content[0].Column), "")
	}
	before := adapterName(value)
	if before == e.adapter {
		return Edited{Data: e.data, Before: before}, nil
	}
	tries, err := e.replace(key, value)
	if err != nil {
		return Edited{}, err
	}
	return e.check(tries, before)
}

// adapterName is what the value of adapter names.
func adapterName(n *yaml.Node) string {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind == yaml.MappingNode {
		name := valueOf(n, "name")
		if name == nil {
			return ""
		}
		if n = name; n.Kind == yaml.AliasNode {
			n = n.Alias
		}
	}
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
		return ""
	}
	return n.Value
}

func valueOf(mapping *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == name {
			return mapping.Content[i+1]
		}
	}
	return nil
}

// check gives the first of the tries that reads as it should: it names the adapter, and the rest says what it said.
func (e *editor) check(tries [][]byte, before string) (Edited, error) {
	for _, text := range tries {
		l := &loader{c: &Config{name: e.file}, list: &diag.List{}}
		data := slices.Concat(e.data[:e.src.bom], text)
		root := l.parse(data)
		if root == nil || l.list.HasErrors() || root.Kind != yaml.MappingNode {
			continue
		}
		c, _ := Load(e.file, data, nil)
		if c.Adapter.Name == e.adapter && c.Adapter.Options == nil && c.Adapter.Command == nil && sameRest(e.root, root) {
			return Edited{Data: data, Changed: true, Before: before, Dropped: e.dropped}, nil
		}
	}
	return Edited{}, e.fail(nil, "its form leaves no place where adapter could be written without changing something else")
}

// sameRest says whether two documents agree but for the key adapter.
func sameRest(a, b *yaml.Node) bool {
	var rest [2][]*yaml.Node
	for i, root := range []*yaml.Node{a, b} {
		if root == nil {
			continue
		}
		for j := 0; j+1 < len(root.Content); j += 2 {
			if root.Content[j].Value != "adapter" {
				rest[i] = append(rest[i], root.Content[j], root.Content[j+1])
			}
		}
	}
	return slices.EqualFunc(rest[0], rest[1], sameNode)
}

func sameNode(a, b *yaml.Node) bool {
	return a.Kind == b.Kind && a.Tag == b.Tag && a.Value == b.Value && a.Anchor == b.Anchor && a.Style == b.Style &&
		slices.EqualFunc(a.Content, b.Content, sameNode) && (a.Alias == nil) == (b.Alias == nil)
}

// splice gives the text with the bytes from start to end replaced.
func (e *editor) splice(start, end int, with string) []byte {
	return slices.Concat(e.src.text[:start], []byte(with), e.src.text[end:])
}

// addLine gives the text with a line behind the last one that says something: comments at the end included, blank lines
// not. Where these belong to a block of text, the second try leaves them.
func (e *editor) addLine(column int) [][]byte {
	line := strings.Repeat(" ", column-1) + "adapter: " + e.plain + e.newline
	end := e.documentEnd()
	last := len(bytes.TrimRight(e.src.text[:end], " \t\r\n"))
	if last > 0 {
		if i := bytes.IndexByte(e.src.text[last:end], '\n'); i >= 0 {
			last += i + 1
		} else {
			last = end
		}
	}
	var tries [][]byte
	for _, at := range []int{last, end} {
		with := line
		if at > 0 && e.src.text[at-1] != '\n' {
			with = e.newline + strings.TrimSuffix(line, e.newline)
		}
		tries = append(tries, e.splice(at, at, with))
	}
	return tries
}

// documentEnd is where a line of the marker ... begins, or the end of the text.
func (e *editor) documentEnd() int {
	for i, start := range e.src.lines {
		line := bytes.TrimRight(e.src.line(i+1), " \t\r\n")
		if bytes.Equal(line, []byte("...")) || bytes.HasPrefix(line, []byte("... ")) {
			return start
		}
	}
	return len(e.src.text)
}

// addToFlow puts the key first into {…}.
func (e *editor) addToFlow() [][]byte {
	at := e.src.offset(e.root.Line, e.root.Column)
	if at >= len(e.src.text) || e.src.text[at] != '{' {
		return nil
	}
	with := "adapter: " + e.plain
	if len(e.root.Content) > 0 {
		with += ", "
	}
	return [][]byte{e.splice(at+1, at+1, with)}
}

// replace gives the ways to write the adapter in place of value.
func (e *editor) replace(key, value *yaml.Node) ([][]byte, error) {
	switch {
	case value.Style&yaml.TaggedStyle != 0:
		return nil, e.fail(value, "the adapter has a tag")
	case value.Anchor != "":
		return nil, e.fail(value, "the adapter has an anchor, &%s, and may be used elsewhere", value.Anchor)
	case value.Kind == yaml.AliasNode:
		start := e.src.offset(value.Line, value.Column)
		size := 1 + len(value.Value)
		if !bytes.HasPrefix(e.src.text[start:], []byte("*"+value.Value)) {
			return nil, e.fail(value, "the alias is not where it seems to be")
		}
		e.drop(value.Alias)
		return [][]byte{e.splice(start, start+size, e.plain)}, nil
	case value.Kind == yaml.ScalarNode:
		return e.replaceScalar(key, value)
	case value.Kind != yaml.MappingNode:
		return nil, e.fail(value, "the adapter is neither a name nor a mapping")
	}
	e.drop(value)
	name := valueOf(value, "name")
	switch {
	case name != nil && len(value.Content) == 2 && name.Kind == yaml.ScalarNode && name.Anchor == "" && name.Style&yaml.TaggedStyle == 0:
		return e.replaceScalar(value.Content[0], name)
	case value.Style&yaml.FlowStyle != 0:
		start := e.src.offset(value.Line, value.Column)
		size := flowSize(e.src.text[start:])
		if size == 0 {
			return nil, e.fail(value, "the mapping { is not closed where it seems to be")
		}
		return [][]byte{e.splice(start, start+size, e.plain)}, nil
	}
	return e.replaceBlock(key, value)
}

// drop notes the options that go.
func (e *editor) drop(mapping *yaml.Node) {
	if mapping.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if k := mapping.Content[i].Value; k != "name" {
			e.dropped = append(e.dropped, k)
		}
	}
}

// replaceScalar writes the name in place of a scalar, with the quotes that this one has. A value that is not there is
// written behind the colon of its key.
func (e *editor) replaceScalar(key, value *yaml.Node) ([][]byte, error) {
	if isNull(value) && value.Value == "" {
		start := e.src.offset(key.Line, key.Column)
		start += scalarSize(e.src.text[start:], key)
		if i := bytes.IndexByte(e.src.text[start:], ':'); i >= 0 {
			return [][]byte{e.splice(start+i+1, start+i+1, " "+e.plain)}, nil
		}
		return nil, e.fail(value, "adapter has no value")
	}
	start := e.src.offset(value.Line, value.Column)
	size := scalarSize(e.src.text[start:], value)
	if size == 0 {
		return nil, e.fail(value, "the name of the adapter is written over several lines")
	}
	with := e.plain
	switch {
	case value.Style&yaml.DoubleQuotedStyle != 0:
		with = `"` + e.adapter + `"`
	case value.Style&yaml.SingleQuotedStyle != 0:
		with = "'" + e.adapter + "'"
	}
	return [][]byte{e.splice(start, start+size, with)}, nil
}

// flowSize is how many bytes a mapping or list in brackets takes at the beginning of text; 0 where it is not closed.
func flowSize(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"', '\'':
			// A quote inside a word is part of it.
			if !bytes.ContainsRune([]byte(" \t\r\n{[,:"), rune(text[i-1])) {
				continue
			}
			for i++; i < len(text) && text[i] != c; i++ {
				if c == '"' && text[i] == '\\' {
					i++
				}
			}
		case '#':
			if strings.IndexByte(" \t\r\n", text[i-1]) >= 0 {
				for i < len(text) && text[i] != '\n' {
					i++
				}
			}
		}
	}
	return 0
}

// replaceBlock keeps of a mapping over several lines the entry name, with another value, and the comments right above it.
func (e *editor) replaceBlock(key, value *yaml.Node) ([][]byte, error) {
	name := valueOf(value, "name")
	first, last := value.Line, e.blockEnd(key, value)
	if first <= key.Line {
		return nil, e.fail(value, "the mapping begins on the line of its key")
	}
	if name == nil {
		start, end := e.lineStart(first), e.lineStart(last)
		return [][]byte{e.splice(start, end, strings.Repeat(" ", value.Column-1)+"name: "+e.plain+e.newline)}, nil
	}
	// The lines of the entry: from the comments above it to those above the next one.
	from, to := 0, last
	for i := 0; i+1 < len(value.Content); i += 2 {
		switch k := value.Content[i]; {
		case k.Value == "name":
			from = e.above(k.Line, key.Line+1) // value.Line passes over a comment above the first entry
		case from > 0 && to == last:
			to = e.above(k.Line, first)
		}
	}
	if from == 0 || to <= from {
		return nil, e.fail(value, "its entries share lines")
	}
	tries, err := e.replaceScalar(key, name)
	if err != nil {
		return nil, err
	}
	// Only the middle of what replaceScalar gives is wanted; it has the same lines.
	full := newSource(e.file, tries[0])
	if len(full.lines) != len(e.src.lines) {
		return nil, e.fail(name, "the name of the adapter is written over several lines")
	}
	entry := string(tries[0][full.lineStart(from):full.lineStart(to)])
	if !strings.HasSuffix(entry, "\n") {
		entry += e.newline
	}
	return [][]byte{e.splice(e.lineStart(e.above(first, key.Line+1)), e.lineStart(last), entry)}, nil
}

func (e *editor) lineStart(n int) int { return e.src.lineStart(n) }

// lineStart is where a line begins; the text's end for the one behind the last.
func (s *source) lineStart(n int) int {
	if n > len(s.lines) {
		return len(s.text)
	}
	return s.lines[n-1]
}

// above is the first of the comment lines right above line n, or n itself; not before line least.
func (e *editor) above(n, least int) int {
	for n > least && bytes.HasPrefix(bytes.TrimLeft(e.src.line(n-1), " \t"), []byte("#")) {
		n--
	}
	return n
}

// blockEnd is the line behind the last one of a mapping: what is indented deeper than its key belongs to it, blank lines at
// its end do not.
func (e *editor) blockEnd(key, value *yaml.Node) int {
	end := value.Line + 1
	for n := end; n <= len(e.src.lines); n++ {
		line := e.src.line(n)
		text := bytes.TrimLeft(line, " \t")
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		if len(line)-len(text) < key.Column {
			break
		}
		end = n + 1
	}
	return end
}

// newlineOf is how the first line of a text ends.
func newlineOf(data []byte) string {
	if before, _, ok := bytes.Cut(data, []byte("\n")); ok && bytes.HasSuffix(before, []byte("\r")) {
		return "\r\n"
	}
	return "\n"
}
