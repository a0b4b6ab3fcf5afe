package build

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/content"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/routes"
	"sitegen.dev/core/site/content/store"
)

// aliases gives the redirects that the front matter of pages and entries asks for with the key aliases: former addresses,
// which lead to the page for good. One that begins with a slash counts from the root of the site, any other one from the
// folder that the page is in. The place of a redirect is the file, with the number of the alias as column: aliasPlace
// makes the true one of it, for which the file has to be read again.
func (b *builder) aliases() []routes.Redirect {
	var out []routes.Redirect
	var patterns map[string]string // of collections
	var taken map[string]string    // files by the address of their page
	for _, f := range b.contents.files {
		for _, e := range f.entries {
			if e.draft && !b.Drafts || !strings.Contains(e.Data, aliasesKey[1:]) { // in whatever case its first letter is
				continue
			}
			list, problem := aliasList(e.Data)
			if problem != "" {
				b.list.Error("SG5022", b.entryRange(f, e.key, aliasesKey), problem, "write aliases: [/old/address/]")
				continue
			}
			if len(list) == 0 {
				continue
			}
			if patterns == nil {
				patterns = b.entryPatterns()
				taken = b.entryAddresses(patterns)
			}
			to := b.entryAddress(f, e, patterns)
			for i, from := range list {
				if !strings.HasPrefix(from, "/") {
					from = path.Dir(strings.TrimSuffix(to, "/")) + "/" + from
				}
				from = path.Clean(from)
				at := diag.Range{Pos: diag.Pos{File: b.Layout.Rel(f.name), Line: 1, Col: i + 1}}
				if other, ok := taken[from]; ok {
					b.list.Add(diag.Diagnostic{
						Code: "SG5069", Range: b.aliasPlace(at), Message: from + " is the address of another page", Hint: "remove the alias",
						Notes: []diag.Note{{Range: diag.Range{Pos: diag.Pos{File: other, Line: 1}}, Message: "the page"}},
					})
					continue
				}
				out = append(out, routes.Redirect{From: from, To: to, Status: 301, At: at, ToAt: at})
			}
		}
	}
	return out
}

const aliasesKey = "aliases"

// entryAddress is the path of the page of a file's entry, below the base.
func (b *builder) entryAddress(f *contentFile, e contentEntry, patterns map[string]string) string {
	if f.isPage() {
		return "/" + strings.TrimPrefix(b.pageURL(strings.TrimSuffix(f.slug, path.Ext(f.slug))), b.Config.Base)
	}
	slug := e.Slug
	if slug == "" {
		slug = f.slug
	}
	return b.entryPath(patterns[f.collection], f.collection, slug)
}

// entryAddresses gives the files of all pages of entries by their address without a slash at the end. Pages in Markdown
// are in the route table, which tells a clash itself.
func (b *builder) entryAddresses(patterns map[string]string) map[string]string {
	out := map[string]string{}
	for _, f := range b.contents.files {
		if f.isPage() {
			continue
		}
		for _, e := range f.entries {
			if !e.draft || b.Drafts {
				out[path.Clean(b.entryAddress(f, e, patterns))] = b.Layout.Rel(f.name)
			}
		}
	}
	return out
}

// aliasList reads the aliases among the data of an entry: a text, or a list of them.
func aliasList(data string) (out []string, problem string) {
	const wrong = "aliases must be a list of addresses of this site"
	m, rest, err := store.Next(data)
	if err != nil || m.Kind != store.Map {
		return nil, ""
	}
	for range m.N {
		var key string
		if key, rest, err = store.Text(rest); err != nil {
			return nil, ""
		}
		if !strings.EqualFold(key, aliasesKey) {
			if rest, err = store.Skip(rest); err != nil {
				return nil, ""
			}
			continue
		}
		var n store.Node
		if n, rest, err = store.Next(rest); err != nil {
			return nil, ""
		}
		switch n.Kind {
		case store.Null:
			return nil, ""
		case store.String:
			return checkAliases([]string{n.Text}, wrong)
		case store.List:
			for range n.N {
				var item store.Node
				if item, rest, err = store.Next(rest); err != nil || item.Kind != store.String {
					return nil, wrong
				}
				out = append(out, item.Text)
			}
			return checkAliases(out, wrong)
		}
		return nil, wrong
	}
	return nil, ""
}

func checkAliases(list []string, wrong string) ([]string, string) {
	for _, a := range list {
		if a == "" || strings.HasPrefix(a, "//") || strings.Contains(a, "://") || strings.ContainsAny(a, "?#\\") {
			return nil, wrong + ", not " + strconv.Quote(a)
		}
	}
	return list, ""
}

// entryPath is the path of an entry's page below the base, as Entry.URL gives it.
func (b *builder) entryPath(pattern, collection, slug string) string {
	if pattern == "" {
		pattern = "/" + collection + "/[...slug]"
	}
	slug = (&url.URL{Path: slug}).EscapedPath()
	p := "/" + strings.NewReplacer("[...slug]", slug, "[slug]", slug).Replace(strings.Trim(pattern, "/"))
	if p != "/" && b.slashed() {
		p += "/"
	}
	return p
}

// aliasPlace gives the true place of what was said of an alias.
func (b *builder) aliasPlace(r diag.Range) diag.Range {
	if r.Line != 1 || !content.IsEntry(r.File) && !content.IsMarkdown(r.File) {
		return r
	}
	for _, f := range b.contents.files {
		if b.Layout.Rel(f.name) == r.File && !f.several {
			return b.entryRange(f, "", aliasesKey+"["+strconv.Itoa(r.Col-1)+"]")
		}
	}
	return diag.Range{Pos: diag.Pos{File: r.File, Line: 1}}
}

// entryPatterns finds what the site's Go files say with At of the addresses of entries, by collection. It is known to the
// compiled site alone, and redirects are wanted before that.
func (b *builder) entryPatterns() map[string]string {
	out := map[string]string{}
	b.collectionCalls(func(_ diag.Range, call *ast.CallExpr, d collectionDecl) {
		if out[d.name] == "" {
			if p := atPattern(call); p != "" {
				out[d.name] = p
			}
		}
	})
	return out
}

// collectionCalls gives the calls of the site's Go files that begin with content.New, the whole of a chain before its parts, and
// where the name of the collection stands.
func (b *builder) collectionCalls(visit func(at diag.Range, call *ast.CallExpr, d collectionDecl)) {
	skip := filepath.Join(b.Layout.Root, filepath.FromSlash(b.Config.Out))
	filepath.WalkDir(b.Layout.ModuleDir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		n := d.Name()
		if d.IsDir() {
			if name != b.Layout.ModuleDir && (strings.HasPrefix(n, ".") || n == "node_modules" || name == skip) {
				return fs.SkipDir
			}
			return nil
		}
		if !isGoFile(n) {
			return nil
		}
		data, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(data), contentPath) {
			return nil
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, n, data, parser.SkipObjectResolution)
		if err != nil {
			return nil // the go command will say so
		}
		alias := ""
		for _, imp := range f.Imports {
			if p, err := strconv.Unquote(imp.Path.Value); err == nil && p == contentPath {
				if alias = path.Base(p); imp.Name != nil {
					alias = imp.Name.Name
				}
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if d, ok := newCall(call, alias); ok {
				pos := func(p token.Pos) diag.Pos {
					at := fset.Position(p)
					return diag.Pos{File: b.Layout.Rel(name), Line: at.Line, Col: at.Column}
				}
				visit(diag.Range{Pos: pos(d.at), End: pos(d.end)}, call, d)
			}
			return true
		})
		return nil
	})
}

// declared gives the places where the site's Go files name a collection.
func (b *builder) declared(collection string) []diag.Range {
	var out []diag.Range
	b.collectionCalls(func(at diag.Range, _ *ast.CallExpr, d collectionDecl) {
		if d.name == collection && !slices.Contains(out, at) {
			out = append(out, at)
		}
	})
	return out
}

// atPattern finds the argument of At in a chain of calls.
func atPattern(e ast.Expr) string {
	for {
		call, ok := e.(*ast.CallExpr)
		if !ok {
			return ""
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return ""
		}
		if sel.Sel.Name == "At" && len(call.Args) == 1 {
			if lit, ok := call.Args[0].(*ast.BasicLit); ok {
				if p, err := strconv.Unquote(lit.Value); err == nil {
					return p
				}
			}
		}
		e = sel.X
	}
}
