// Package scaffold holds the sites that `sitegen new` writes. What goes in is the name of a template and the path of the
// new module, what comes out are the files; go.mod and whatever depends on the installed Go are up to the caller. It
// knows nothing of disks and terminals.
//
// The templates are whole sites, in a folder that the go command skips because of its underscore. Their own module path
// is example.com/site, which is replaced.
package scaffold

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

//go:embed all:_templates
var templates embed.FS

// templatePath is the module path in the files of the templates.
const templatePath = "example.com/site"

// Template is one of the sites.
type Template struct {
	Name    string
	Summary string
}

// Templates lists the templates, the usual one first.
func Templates() []Template {
	return []Template{
		{"minimal", "one page and one layout"},
		{"blog", "Markdown posts, tags, a feed"},
		{"app", "pages on demand: a form, cookies, middleware, an endpoint"},
	}
}

// Names lists the names of the templates.
func Names() []string {
	var names []string
	for _, t := range Templates() {
		names = append(names, t.Name)
	}
	return names
}

// Files gives the files of a template by name for a new module. Names that begin with a dot cannot stand in the folder
// as they are, where they would count for this repository; there they begin with "dot-".
func Files(template, module string) (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, dir := range []string{"common", template} {
		err := fs.WalkDir(templates, path.Join("_templates", dir), func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := templates.ReadFile(name)
			if err != nil {
				return err
			}
			rel := strings.TrimPrefix(name, "_templates/"+dir+"/")
			if after, ok := strings.CutPrefix(rel, "dot-"); ok {
				rel = "." + after
			}
			text := strings.ReplaceAll(string(data), templatePath, module)
			out[rel] = []byte(strings.ReplaceAll(text, "SITENAME", siteName(module)))
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("template %s: %w", template, err)
		}
	}
	return out, nil
}

// siteName is the last element of a module path that is no major version: "shop" of example.com/shop/v2.
func siteName(module string) string {
	dir, base := path.Split(module)
	if n, ok := strings.CutPrefix(base, "v"); ok && dir != "" && n != "" && strings.Trim(n, "0123456789") == "" {
		return path.Base(dir)
	}
	return base
}
