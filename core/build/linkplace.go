package build

import (
	"html"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/links"
	"sitegen.dev/core/syntax"
)

// A page does not tell where its links come from, and keeping that for every link of every page would cost those that are
// right. So the sources are searched for the addresses when some are broken, all in one go: the Markdown and components
// of the page first, then Go code; an address put together in Go is looked for by the literal that it begins with.

// linkFinder knows where addresses stand in the sources.
type linkFinder struct {
	build   *builder
	sources map[string]string          // of routes, by pattern
	closure map[string]map[string]bool // files that a route's component consists of, by pattern
	found   map[string][]occurrence    // by address
	begun   map[string][]occurrence    // by the literal that an address begins with
}

// occurrence is a place in a source.
type occurrence struct {
	file    string // below the module root
	at      diag.Range
	written string // what stands there
	before  string // what stands before it: `href=`, `"`, `](`
}

const (
	delimiters     = " \t\r\n\"'`()<>[]{},|"
	maxOccurrences = 64  // of one address
	maxLiteral     = 200 // bytes of what an address begins with
	maxBefore      = 40  // bytes of what stands before an address
)

// findLinks searches the sources.
func (b *builder) findLinks(broken []links.Broken, sources map[string]string) (*linkFinder, error) {
	f := &linkFinder{build: b, sources: sources, closure: map[string]map[string]bool{}, found: map[string][]occurrence{}, begun: map[string][]occurrence{}}
	for _, l := range broken {
		for _, s := range spellings(l) {
			f.found[s] = nil
		}
		f.found[entryKey(l)] = nil
		for i := 1; i < len(l.URL) && i < maxLiteral; i++ {
			f.begun[l.URL[:i]] = nil
		}
		if _, ok := f.closure[l.Group]; ok {
			continue
		}
		files := map[string]bool{}
		if c := b.pages[sources[l.Group]]; c != nil {
			for _, d := range c.Closure() {
				files[d.Path] = true
			}
		}
		f.closure[l.Group] = files
	}
	for _, c := range b.program.Components {
		if !c.External && strings.HasSuffix(c.Path, ".gosite") {
			f.search(c.Path, string(c.File().Src))
		}
	}
	out := filepath.Join(b.Layout.Root, filepath.FromSlash(b.Config.Out))
	return f, filepath.WalkDir(b.Layout.ModuleDir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		n := d.Name()
		if d.IsDir() {
			if name != b.Layout.ModuleDir && (strings.HasPrefix(n, ".") || n == "node_modules" || name == out) {
				return fs.SkipDir
			}
			return nil
		}
		switch filepath.Ext(n) {
		case ".md", ".html", ".go", ".yaml", ".yml", ".json", ".toml":
		default:
			return nil
		}
		if info, err := d.Info(); err != nil || !info.Mode().IsRegular() || info.Size() > 16<<20 {
			return nil
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return nil // it was not needed so far
		}
		rel, err := filepath.Rel(b.Layout.ModuleDir, name)
		f.search(filepath.ToSlash(rel), string(data))
		return err
	})
}

// spellings gives how an address may stand in the sources.
func spellings(l links.Broken) []string {
	out := []string{l.URL}
	if plain, err := url.PathUnescape(l.URL); err == nil && plain != l.URL {
		out = append(out, plain)
	}
	if _, id, ok := strings.Cut(l.URL, "#"); ok && l.Problem == links.NoID && id != "" {
		out = append(out, "#"+id) // of a link to a Markdown file, whose address becomes that of its page
	}
	return out
}

// entryKey is what a link to a Markdown file is found by when there is no page at the address that it became.
func entryKey(l links.Broken) string {
	_, id, _ := strings.Cut(l.URL, "#")
	return path.Base(l.Path) + ".md#" + id
}

// search looks for addresses in the text of a file. An address ends at blanks, quotes and brackets.
func (f *linkFinder) search(file, text string) {
	line, begin := 1, 0 // the line that is read, and the offset of its first byte
	for i := 0; i < len(text); {
		if c := text[i]; strings.IndexByte(delimiters, c) >= 0 {
			i++
			if c == '\n' {
				line, begin = line+1, i
			}
			continue
		}
		end := strings.IndexAny(text[i:], delimiters)
		if end < 0 {
			end = len(text) - i
		}
		token := text[i : i+end]
		key := token
		if strings.Contains(key, "&") {
			key = html.UnescapeString(key)
		}
		at := diag.Range{Pos: diag.Pos{File: file, Line: line, Col: i - begin + 1}, End: diag.Pos{File: file, Line: line, Col: i - begin + end + 1}}
		before := text[max(begin, i-maxBefore):i]
		note(f.found, key, occurrence{file, at, token, before})
		if name, id, _ := strings.Cut(key, "#"); strings.HasSuffix(name, ".md") {
			note(f.found, "#"+id, occurrence{file, at, token, before})
			note(f.found, path.Base(name)+"#"+id, occurrence{file, at, token, before})
		}
		if literal, ok := begins(text, i, i+end); ok {
			note(f.begun, literal, occurrence{file, at, token, before})
		}
		i += end
	}
}

// begins gives the literal that text[start:end] begins an address with: "/tags/" + tag, `/tags/${tag}`, or the first
// argument of a fmt.Sprintf("/tags/%s").
func begins(text string, start, end int) (string, bool) {
	if start == 0 || end == len(text) || text[start-1] != '"' && text[start-1] != '`' {
		return "", false
	}
	token := text[start:end]
	if i := strings.IndexByte(token, '%'); i > 0 {
		return token[:i], true
	}
	if literal, ok := strings.CutSuffix(token, "$"); ok {
		return literal, text[end] == '{'
	}
	rest := strings.TrimLeft(text[end+1:], " \t\n")
	return token, text[end] == text[start-1] && strings.HasPrefix(rest, "+")
}

func note(m map[string][]occurrence, key string, o occurrence) {
	if list, ok := m[key]; ok && len(list) < maxOccurrences {
		m[key] = append(list, o)
	}
}

// place says where a broken link stands, at least the file of its route, and how it is written there.
func (f *linkFinder) place(l links.Broken) (at diag.Range, written string) {
	source := f.sources[l.Group]
	at = diag.Range{Pos: diag.Pos{File: source}}
	rank := 0
	consider := func(o occurrence, r int) {
		if r > rank {
			rank, at, written = r, o.at, o.written
			at.File = f.build.Layout.Rel(o.file)
			at.End.File = at.File
		}
	}
	if isWord(l.URL) {
		return f.placeWord(l, at)
	}
	for _, s := range spellings(l) {
		for _, o := range f.found[s] {
			switch ext := path.Ext(o.file); {
			case f.build.Layout.Rel(o.file) == source && ext == ".md":
				consider(o, 9)
			case ext == ".md" && named(l.Page, o.file):
				consider(o, 8)
			case f.closure[l.Group][o.file], f.build.Layout.Rel(o.file) == source:
				consider(o, 7)
			case ext == ".md":
				consider(o, 4)
			case ext == ".go":
				consider(o, 3)
			case ext != ".gosite" && ext != ".html":
				consider(o, 2)
			}
		}
		if rank >= 7 {
			return at, written
		}
	}
	entries := f.found[entryKey(l)]
	if f.build.translation(l) != "" {
		entries = nil // a menu of languages leads to where a link to the file would not
	}
	for _, o := range entries {
		switch {
		case path.Ext(o.file) != ".md":
		case f.build.Layout.Rel(o.file) == source, named(l.Page, o.file):
			consider(o, 8)
		default:
			consider(o, 4)
		}
	}
	for n := min(len(l.URL), maxLiteral) - 1; n > 0 && rank < 4; n-- {
		for _, o := range f.begun[l.URL[:n]] {
			switch {
			case f.closure[l.Group][o.file]:
				consider(o, 5)
			case path.Ext(o.file) == ".go" && n > 1:
				consider(o, 1)
			}
		}
	}
	return at, written
}

// named says whether a page is likely to be made of a file of content: its path ends as the file's does.
func named(page, file string) bool {
	page, err := url.PathUnescape(page)
	stem := strings.TrimSuffix(strings.TrimSuffix(file, path.Ext(file)), "/index")
	return err == nil && path.Base(strings.TrimSuffix(page, "/")) == path.Base(stem)
}

// isWord says whether an address reads like any word of a text: "3" of <a href={n}>.
func isWord(url string) bool { return !strings.ContainsAny(url, "/#?.:%") }

// placeWord is place for a word. It may stand anywhere in the sources and mean something else, so it counts only as the value
// of the attribute, in a link of Markdown or in quotes; else the link is where an attribute of the page has an expression.
func (f *linkFinder) placeWord(l links.Broken, page diag.Range) (at diag.Range, written string) {
	source := page.File
	var found *occurrence
	rank := 0
	consider := func(o occurrence, r int) {
		if r > rank {
			rank, found = r, &o
		}
	}
	for _, o := range f.found[l.URL] {
		own, of := f.build.Layout.Rel(o.file) == source, f.closure[l.Group][o.file]
		md := path.Ext(o.file) == ".md"
		attr, quoted := contextOf(o.before)
		switch {
		case own && md && strings.HasSuffix(o.before, "]("):
			consider(o, 9)
		case md && strings.HasSuffix(o.before, "](") && named(l.Page, o.file):
			consider(o, 8)
		case (own || of) && strings.EqualFold(attr, l.Attr):
			consider(o, 7)
		case md && strings.HasSuffix(o.before, "]("):
			consider(o, 6)
		case quoted && attr == "" && (own || of):
			consider(o, 4)
		case quoted && attr == "" && path.Ext(o.file) == ".go":
			consider(o, 3)
		}
	}
	if rank < 5 {
		if o := f.expression(l, source); o != nil {
			found = o
		}
	}
	if found == nil {
		return page, ""
	}
	at = found.at
	at.File = f.build.Layout.Rel(found.file)
	at.End.File = at.File
	return at, found.written
}

// contextOf gives the attribute whose value a text begins, and whether it begins in quotes.
func contextOf(before string) (attr string, quoted bool) {
	quoted = before != "" && strings.IndexByte("\"'`", before[len(before)-1]) >= 0
	rest, ok := strings.CutSuffix(strings.TrimRight(before, "\"'`{ \t"), "=")
	if !ok {
		return "", quoted
	}
	rest = strings.TrimRight(rest, " \t")
	return rest[strings.LastIndexAny(rest, " \t\"'`{}<>()=:!+*/,;.")+1:], quoted
}

// expression finds the only attribute of the components of a page that may have put a link into it: in its own file, or else in
// all of them.
func (f *linkFinder) expression(l links.Broken, source string) *occurrence {
	var own, all []occurrence
	for _, c := range f.build.program.Components {
		mine := f.build.Layout.Rel(c.Path) == source
		if c.External || !mine && !f.closure[l.Group][c.Path] {
			continue
		}
		file := c.File()
		syntax.Walk(file.Nodes, func(n syntax.Node) bool {
			e, ok := n.(*syntax.Element)
			if !ok || e.Kind != syntax.HTML || !strings.EqualFold(e.Name, l.Element) {
				return true
			}
			for _, a := range e.Attrs {
				switch a.Kind {
				case syntax.AttrExpr, syntax.AttrShorthand, syntax.AttrTemplate:
				default:
					continue
				}
				if !strings.EqualFold(a.Name, l.Attr) {
					continue
				}
				o := occurrence{file: c.Path, at: file.Range(a.Span)}
				if all = append(all, o); mine {
					own = append(own, o)
				}
			}
			return true
		})
	}
	switch {
	case len(own) == 1:
		return &own[0]
	case len(own) == 0 && len(all) == 1:
		return &all[0]
	}
	return nil
}
