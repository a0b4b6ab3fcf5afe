package lsp

import (
	"context"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sitegen.dev/core/manifest"
	"sitegen.dev/core/routes"
	"sitegen.dev/core/syntax"
)

// documentLink leads from a stretch of a document to a file.
type documentLink struct {
	Range  textRange `json:"range"`
	Target string    `json:"target"`
}

// links leads from addresses to the pages that answer them and to files of the public folder, and from imports to files.
func (s *server) links(_ context.Context, c *cursor) (any, error) {
	out := []documentLink{}
	comp := c.an.component(c.doc.path)
	if comp == nil {
		return out, nil
	}
	src := comp.File().Src
	table := c.an.routes()
	for _, lit := range comp.ImportSpecs() {
		if file, ok := c.importedFile(strings.Trim(lit.Text(src), "\"`")); ok {
			out = append(out, documentLink{c.doc.text.span(syntax.Span{Start: lit.Start + 1, End: lit.End - 1}), c.an.uri(file)})
		}
	}
	syntax.Walk(comp.File().Nodes, func(n syntax.Node) bool {
		if e, ok := n.(*syntax.Element); ok {
			for i := range e.Attrs {
				if a := &e.Attrs[i]; isAddress(a) {
					if file := c.leadsTo(table, a.Value.Text(src)); file != "" {
						out = append(out, documentLink{c.doc.text.span(a.Value), c.an.uri(file)})
					}
				}
			}
		}
		return true
	})
	return out, nil
}

// isAddress says whether the text of an attribute is an address.
func isAddress(a *syntax.Attr) bool {
	return a.Kind == syntax.AttrStatic && !a.Value.Empty() && isAddressName(a.Name)
}

func isAddressName(name string) bool {
	switch strings.ToLower(name) {
	case "href", "src", "action", "poster", "formaction":
		return true
	}
	return false
}

// importedFile gives the file that an import with a relative path names, if it exists.
func (c *cursor) importedFile(name string) (string, bool) {
	if !strings.HasPrefix(name, ".") {
		return "", false
	}
	file := filepath.Join(filepath.Dir(c.doc.path), filepath.FromSlash(name))
	info, err := os.Stat(file)
	return file, err == nil && info.Mode().IsRegular() || c.an.docs[file] != nil
}

// routes gives the routes of the files below the pages folder, in order of priority.
func (a *analysis) routes() []manifest.Route {
	if a == nil || a.program == nil {
		return nil
	}
	folder := a.layout.Src + "/pages/"
	files := map[string]bool{}
	for _, c := range a.program.Components { // also those that were never saved
		if file, ok := strings.CutPrefix(c.Path, folder); ok && !c.External {
			files[file] = true
		}
	}
	for _, file := range filesBelow(filepath.Join(a.layout.ModuleDir, filepath.FromSlash(folder)), maxFiles) {
		files[file] = true
	}
	var pages []routes.Page
	for _, file := range slices.Sorted(maps.Keys(files)) {
		if k := routes.Classify(file); k != routes.Skipped && k != routes.Unknown {
			pages = append(pages, routes.Page{Path: file, Source: folder + file, HasTemplate: true})
		}
	}
	table, _ := routes.Build(pages, routes.Config{Output: "server"})
	return table
}

// leadsTo gives the file behind an address of the site, or "".
func (c *cursor) leadsTo(table []manifest.Route, address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" {
		return ""
	}
	if !strings.HasPrefix(u.Path, "/") { // of a script or style that is bundled
		file, ok := c.importedFile(u.Path)
		if !ok {
			return ""
		}
		return file
	}
	name := u.Path
	if base := strings.TrimSuffix(c.an.base, "/"); base != "" {
		if rest, ok := strings.CutPrefix(name, base); ok && (rest == "" || rest[0] == '/') {
			name = rest
		}
	}
	name = path.Clean("/" + name)
	if c.an.public != "" && name != "/" {
		file := filepath.Join(c.an.public, filepath.FromSlash(name))
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			return file
		}
	}
	if r, _ := routes.Match(table, name); r != nil {
		return filepath.Join(c.an.layout.ModuleDir, filepath.FromSlash(r.Source))
	}
	return ""
}

// addresses lists what an address may lead to: pages without parameters, and files of the public folder.
func (a *analysis) addresses() []completionItem {
	var out []completionItem
	for _, r := range a.routes() {
		if !strings.Contains(r.Pattern, "[") {
			address := strings.TrimSuffix(a.base, "/") + r.Pattern
			out = append(out, completionItem{Label: address, Kind: itemFile, Detail: r.Source, SortText: "1" + address})
		}
	}
	for _, name := range filesBelow(a.public, maxFiles) {
		address := strings.TrimSuffix(a.base, "/") + "/" + name
		out = append(out, completionItem{Label: address, Kind: itemFile, Detail: path.Base(filepath.ToSlash(a.public)) + "/" + name, SortText: "2" + address})
	}
	return out
}

// maxFiles is how many files of a folder are looked at.
const maxFiles = 5000

// filesBelow lists the files below a folder by their slash-separated names.
func filesBelow(dir string, most int) []string {
	var out []string
	if dir == "" {
		return nil
	}
	filepath.WalkDir(dir, func(file string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil
		case len(out) >= most:
			return filepath.SkipAll
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != ".well-known":
			return filepath.SkipDir
		case d.Type().IsRegular():
			if rel, err := filepath.Rel(dir, file); err == nil {
				out = append(out, filepath.ToSlash(rel))
			}
		}
		return nil
	})
	slices.Sort(out)
	return out
}
