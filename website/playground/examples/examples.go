// Package examples holds the small sites that visitors of the playground begin with, as ordinary files, and the form in
// which the page gets them.
package examples

import (
	"embed"
	"io/fs"
	"slices"
	"strings"
)

//go:embed hello components tree request escaping mistakes
var folders embed.FS

// Example is one of the sites.
type Example struct {
	Name  string `json:"name"` // of its folder, and in links
	Title string `json:"title"`
	Files []File `json:"files"` // the page that is shown first
}

// File is one file of a site.
type File struct {
	Name string `json:"name"` // "src/pages/index.gosite"
	Text string `json:"text"`
}

// All gives the examples in the order in which they are offered.
func All() ([]Example, error) {
	list := []Example{
		{Name: "hello", Title: "A page"},
		{Name: "components", Title: "Props and slots"},
		{Name: "tree", Title: "A component that uses itself"},
		{Name: "request", Title: "Rendered per request"},
		{Name: "escaping", Title: "Escaping"},
		{Name: "mistakes", Title: "Find the mistakes"},
	}
	for i := range list {
		e := &list[i]
		err := fs.WalkDir(folders, e.Name, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := folders.ReadFile(name)
			e.Files = append(e.Files, File{strings.TrimPrefix(name, e.Name+"/"), string(text)})
			return err
		})
		if err != nil {
			return nil, err
		}
		slices.Reverse(e.Files) // pages after components
	}
	return list, nil
}
