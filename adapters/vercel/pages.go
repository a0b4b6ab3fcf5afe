package vercel

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/manifest"
)

// pageList is what the adapter has to know of the client files: their names, and those prerendered pages that the route
// table says something about.
type pageList struct {
	names  []string // of all files, sorted
	hidden []string // files and folders that are not for visitors
	list   []page
	all    []page // everything that was prerendered
	format string // of the build
}

// page is a prerendered page with a status or headers of its own.
type page struct{ manifest.Prerendered }

// path is what a visitor asks for, decoded.
func (p page) path() string {
	if s, err := url.PathUnescape(p.Path); err == nil {
		return s
	}
	return p.Path
}

// readPages lists the client files.
func readPages(ctx context.Context, site *adapter.Site) (*pageList, error) {
	client, err := adapter.ReadClient(ctx, site)
	if err != nil {
		return nil, err
	}
	l := &pageList{format: site.Manifest.BuildFormat, names: client.Names, hidden: client.Hidden}
	for _, p := range client.Pages {
		l.list = append(l.list, page{p})
	}
	return l, adapter.Prerendered(site, func(p manifest.Prerendered) { l.all = append(l.all, page{p}) })
}

// has says whether there is a file of that name.
func (l *pageList) has(name string) bool {
	_, ok := slices.BinarySearch(l.names, name)
	return ok
}

// short says whether files are served without their ending .html.
func (l *pageList) short() bool { return l.format == "file" || l.format == "preserve" }

// served is the path, below the base, under which the platform finds a file.
func (l *pageList) served(file string) string {
	if name, ok := strings.CutSuffix(file, ".html"); ok && l.short() && path.Base(file) != "index.html" {
		return name
	}
	return file
}

// shortened are the files that are served without their ending, and are no pages of the site's.
func (l *pageList) shortened() []string {
	if !l.short() {
		return nil
	}
	pages := map[string]bool{}
	for _, p := range l.all {
		pages[p.File] = true
	}
	var names []string
	for _, name := range l.names {
		if !pages[name] && l.served(name) != name {
			names = append(names, name)
		}
	}
	return names
}

// redirectFiles are pages that stand for a redirect where nobody can redirect; the route table can.
func (l *pageList) redirectFiles() []string {
	var names []string
	for _, p := range l.list {
		if p.Status >= 300 && p.Status < 400 {
			names = append(names, p.File)
		}
	}
	return names
}

// forFunction lists the files that the function gets a copy of, for errors and rewrites: all that were prerendered, plain HTML
// files, and what else the options name.
func (l *pageList) forFunction(rewrites []string) []page {
	byName := map[string]page{}
	for _, name := range l.names {
		switch {
		case strings.HasSuffix(name, ".html"):
			byName[name] = page{manifest.Prerendered{File: name, Status: 200}}
		case named(rewrites, name):
			byName[name] = page{manifest.Prerendered{File: name, Status: 200, Headers: []manifest.Header{{Name: "Content-Type", Value: contentType(name)}}}}
		}
	}
	for _, p := range l.all {
		byName[p.File] = p
		if p.Status >= 300 && p.Status < 400 {
			delete(byName, p.File)
		}
	}
	out := make([]page, 0, len(byName))
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		out = append(out, byName[name])
	}
	return out
}

// named says whether a file is one of those that patterns name.
func named(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return adapter.Match(p, name) })
}

// encodePages writes the list that runtime/pages.go reads.
func encodePages(list []page) []byte {
	var b bytes.Buffer
	for _, p := range list {
		fields := []string{p.File, strconv.Itoa(cmp.Or(p.Status, 200))}
		for _, h := range p.Headers {
			fields = append(fields, h.Name, h.Value)
		}
		for i, f := range fields {
			fields[i] = url.PathEscape(f)
		}
		b.WriteString(strings.Join(fields, "\t") + "\n")
	}
	return b.Bytes()
}

// overrides gives files the paths and types that their names do not say.
func (l *pageList) overrides(base string) map[string]override {
	out := map[string]override{}
	base = strings.Trim(base, "/")
	gone := l.redirectFiles()
	if l.short() {
		for _, name := range l.names {
			if served := l.served(name); served != name && !slices.Contains(gone, name) {
				out[path.Join(base, name)] = override{Path: path.Join(base, served)}
			}
		}
	}
	for _, p := range l.list {
		for _, h := range p.Headers {
			if strings.EqualFold(h.Name, "Content-Type") && !slices.Contains(gone, p.File) {
				o := out[path.Join(base, p.File)]
				o.ContentType = h.Value
				out[path.Join(base, p.File)] = o
			}
		}
	}
	return out
}

// group is pages with the same headers.
type group struct {
	headers []manifest.Header
	paths   []string
}

// maxGroup is how long the names of one group may become together, in bytes: the platform bounds a rule.
const maxGroup = 3000

// groups gathers the pages that set headers.
func (l *pageList) groups() []group {
	byHeaders := map[string]int{} // index of the group that still has room
	var out []group
	for _, p := range l.list {
		if p.Status >= 300 && p.Status < 400 {
			continue
		}
		headers := slices.DeleteFunc(slices.Clone(p.Headers), func(h manifest.Header) bool { return strings.EqualFold(h.Name, "Content-Type") })
		if len(headers) == 0 {
			continue
		}
		key := fmt.Sprint(headers)
		i, ok := byHeaders[key]
		if ok {
			size := 0
			for _, name := range out[i].paths {
				size += len(name)
			}
			ok = size+len(p.Path) < maxGroup
		}
		if !ok {
			i = len(out)
			byHeaders[key] = i
			out = append(out, group{headers: headers})
		}
		out[i].paths = append(out[i].paths, p.path())
	}
	return out
}
