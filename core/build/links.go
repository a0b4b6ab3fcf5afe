package build

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/links"
	"sitegen.dev/core/manifest"
	"sitegen.dev/core/routes"
)

// maxLinkProblems is how many broken links are shown.
const maxLinkProblems = 100

// links looks for links of prerendered pages that lead nowhere, and says where in the sources they come from.
func (b *builder) links(context.Context) error {
	mode := cmp.Or(b.Options.Links, b.Config.Links.Check)
	if mode == "off" {
		return nil
	}
	at, err := b.answers()
	if err != nil {
		return err
	}
	f, err := os.Open(b.site.Prerendered)
	if err != nil {
		return err
	}
	defer f.Close()
	pages := &pageList{in: bufio.NewReader(f), file: func(name string) string { return b.before.file(b.site.ClientDir, name) }}
	key := b.linksKey(mode)
	if b.before.soundLinks(key, b.site.ClientDir, b.willHave()) {
		pages.skip = b.before.kept // nothing that they lead to has gone
	}
	found, err := links.Check(links.Site{
		Origin: b.Config.Site, Base: b.Config.Base, Exists: at.exists, Page: at.page, Ignore: ignored(b.Config.Links.Ignore),
	}, runtime.GOMAXPROCS(0), pages.next)
	if err := errors.Join(err, pages.err); err != nil {
		return err
	}
	if len(found.Broken) == 0 {
		b.before.links = key
		return nil
	}
	return b.reportLinks(found, at, mode)
}

// willHave gives the files that come later: what was emitted and the pictures that pages show.
func (b *builder) willHave() map[string]bool {
	names := map[string]bool{}
	for _, f := range b.emitted {
		names[path.Join(b.Config.Build.Assets, f.name)] = true
	}
	for _, i := range b.site.Pages.Images {
		names[path.Join(b.Config.Build.Assets, i.Name)] = true
	}
	return names
}

// linksKey names what a check of links depends on beside the pages and files.
func (b *builder) linksKey(mode string) string {
	h := sha256.New()
	hashInto(h, b.Version, self(), mode, b.Config.Site, b.Config.Base, strings.Join(b.Config.Links.Ignore, "\x00"))
	for _, r := range b.site.Manifest.Routes {
		if !r.Prerender || r.Redirect != nil {
			hashInto(h, r.Pattern, fmt.Sprint(r.Methods))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// answers knows what the site answers.
type answers struct {
	pages   map[string]string        // file below the client directory, by decoded path with the base but no slash at the end
	files   map[string]bool          // decoded paths of files with the base
	routes  []manifest.Route         // on-demand ones and redirects
	base    string                   // without a slash at the end
	place   func(name string) string // of a page
	sources map[string]string        // of routes, by pattern

	folders map[string][]string // names by folder, once one was asked for
}

func (b *builder) answers() (*answers, error) {
	a := &answers{pages: map[string]string{}, files: map[string]bool{}, base: strings.TrimSuffix(b.Config.Base, "/"), place: func(name string) string { return b.before.file(b.site.ClientDir, name) }, sources: map[string]string{}}
	for _, r := range b.site.Manifest.Routes {
		a.sources[r.Pattern] = r.Source
		if !r.Prerender || r.Redirect != nil {
			a.routes = append(a.routes, r)
		} else if strings.HasSuffix(r.Source, ".html") {
			a.pages[strings.TrimSuffix(a.base+r.Pattern, "/")] = htmlFile(r, b.Config.Build.Format)
		}
	}
	for name := range b.willHave() {
		a.files[path.Join(b.Config.Base, name)] = true
	}
	public := filepath.Join(b.Layout.Root, filepath.FromSlash(b.Config.Public))
	err := filepath.WalkDir(public, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(public, name)
		a.files[a.base+"/"+filepath.ToSlash(rel)] = true
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	f, err := os.Open(b.site.Prerendered)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list := &pageList{in: bufio.NewReader(f)}
	for p, ok := list.read(); ok; p, ok = list.read() {
		if decoded, err := url.PathUnescape(p.Path); err == nil && p.Status != 404 && p.Status != 500 {
			a.pages[strings.TrimSuffix(decoded, "/")] = p.File
		}
	}
	return a, list.err
}

func (a *answers) exists(p string) bool {
	if a.files[p] {
		return true
	}
	if _, ok := a.file(p); ok {
		return true
	}
	below := strings.TrimPrefix(p, a.base)
	r, _ := routes.Match(a.routes, below)
	return r != nil
}

// file gives the file of a page. A page is found by the name of its file, too.
func (a *answers) file(p string) (string, bool) {
	f, ok := a.pages[strings.TrimSuffix(p, "/")]
	if ok {
		return f, true
	}
	if stem, isFile := strings.CutSuffix(p, ".html"); isFile {
		f, ok = a.pages[strings.TrimSuffix(strings.TrimSuffix(stem, "index"), "/")]
		return f, ok && f == strings.TrimPrefix(p, a.base+"/")
	}
	return "", false
}

func (a *answers) page(p string) ([]byte, bool, error) {
	f, ok := a.file(p)
	if !ok || !isHTML(f) {
		return nil, false, nil
	}
	data, err := os.ReadFile(a.place(f))
	return data, true, err
}

func isHTML(file string) bool { return strings.HasSuffix(file, ".html") }

// ignored makes a function of the paths that site.yaml lists.
func ignored(patterns []string) func(string) bool {
	return func(p string) bool {
		for _, pattern := range patterns {
			if folder, ok := strings.CutSuffix(pattern, "*"); ok && strings.HasPrefix(p, folder) || p == pattern {
				return true
			}
		}
		return false
	}
}

// pageList reads the list of prerendered files.
type pageList struct {
	in   *bufio.Reader
	file func(name string) string // where a page lies
	skip map[string]bool          // pages that need not be looked at
	err  error
}

func (l *pageList) read() (p manifest.Prerendered, ok bool) {
	if l.err != nil {
		return p, false
	}
	line, err := l.in.ReadBytes('\n')
	if len(bytes.TrimSpace(line)) == 0 {
		return p, false
	}
	if err == nil {
		p, err = manifest.ReadPrerendered(line)
	}
	l.err = err
	return p, err == nil
}

// next gives the next HTML page.
func (l *pageList) next() (links.Page, bool) {
	for {
		p, ok := l.read()
		if !ok {
			return links.Page{}, false
		}
		if !isHTML(p.File) || l.skip[p.File] {
			continue
		}
		name := l.file(p.File)
		return links.Page{Path: p.Path, Group: p.Route, Read: func() ([]byte, error) { return os.ReadFile(name) }}, true
	}
}

// reportLinks makes diagnostics of broken links. Those with one place in the sources are one.
func (b *builder) reportLinks(found *links.Result, at *answers, mode string) error {
	severity := diag.Warning
	if mode == "error" {
		severity = diag.Error
	}
	type key struct {
		at       diag.Pos
		path, id string
		problem  links.Problem
	}
	type item struct {
		links.Broken
		at      diag.Range
		groups  map[string]int // pages, by what they have in common
		written string
	}
	shown := map[key]*item{}
	var items []*item
	more := found.More
	finder, err := b.findLinks(found.Broken, at.sources)
	if err != nil {
		return err
	}
	for _, l := range found.Broken {
		place, written := finder.place(l)
		_, id, _ := strings.Cut(l.URL, "#")
		k, group := key{place.Pos, strings.TrimSuffix(l.Path, "/"), id, l.Problem}, l.Group
		if lang := b.translation(l); lang != "" {
			k.path, k.id, group = "in "+lang, "", l.Page // each page of a template leads to another
		}
		switch known := shown[k]; {
		case known != nil: // another page of the place, or the same address in another way: in full, or without the slash
			known.groups[group] = max(known.groups[group], l.Pages)
		case len(items) == maxLinkProblems:
			more++
		default:
			shown[k] = &item{l, place, map[string]int{group: l.Pages}, written}
			items = append(items, shown[k])
		}
	}
	for _, it := range items {
		d := diag.Diagnostic{Severity: severity, Range: it.at}
		d.Code, d.Message, d.Hint = b.linkProblem(it.Broken, at)
		d.Message += " on " + it.Page
		if hint := cmp.Or(entryHint(it.Broken, it.written), at.componentHint(it.at.File, it.written)); hint != "" {
			d.Hint = hint
		}
		pages := 0
		for _, n := range it.groups {
			pages += n
		}
		switch pages {
		case 1:
		case 2:
			d.Message += " and 1 more page"
		default:
			d.Message += fmt.Sprintf(" and %d more pages", pages-1)
		}
		b.list.Add(d)
	}
	if more > 0 {
		b.list.Add(diag.Diagnostic{Severity: diag.Info, Code: "SG3130", Message: fmt.Sprintf("%d more links lead nowhere", more), Hint: "correct the ones above first"})
	}
	return nil
}

// linkProblem puts into words what is wrong with a link.
func (b *builder) linkProblem(l links.Broken, at *answers) (code diag.Code, message, hint string) {
	switch l.Problem {
	case links.NoID:
		_, id, _ := strings.Cut(l.URL, "#")
		if decoded, err := url.PathUnescape(id); err == nil {
			id = decoded
		}
		hint = "link to the page alone, or give a heading this id: ## Title {#" + id + "}"
		if ids, err := at.ids(l.Path); err == nil {
			if near := diag.Suggest(id, ids); near != "" {
				hint = fmt.Sprintf("did you mean #%s?", near)
			}
		}
		return "SG3131", fmt.Sprintf("%s leads to an id that the page does not have,", l.URL), hint
	case links.Outside:
		return "SG3132", fmt.Sprintf("%s leads past the base %s,", l.URL, b.Config.Base), "write " + below(at.base, l)
	}
	if lang := b.translation(l); lang != "" {
		return "SG3130", fmt.Sprintf("%s leads nowhere,", l.URL),
			"there is no " + lang + " page of this one: make it, or leave the language out here, in menus and in hreflang; links.ignore in site.yaml lists what may be missing"
	}
	what := "link"
	if l.Attr != "href" && l.Attr != "action" || l.Element == "link" && path.Ext(l.Path) != "" || l.Element == "use" {
		what = "file"
	}
	hint = "correct the address or create the page; links.ignore in site.yaml lists what something else answers"
	if what == "file" {
		hint = "put the file into " + b.Config.Public + "/, or correct the address"
	}
	first, slug, _ := strings.Cut(strings.Trim(strings.TrimPrefix(l.Path, at.base), "/"), "/")
	if slug != "" && what == "link" && slices.Contains(b.contents.names, first) {
		hint = fmt.Sprintf("entries of the collection %[1]s are thought to be there: make %[2]s/pages/%[1]s/[...slug].gosite, or say where they are, as in content.New[Post](%[1]q).At(\"/blog/[slug]\")", first, b.Config.Src)
	}
	if near := at.near(l.Path); near != "" {
		hint = "did you mean " + near + "?"
	}
	return "SG3130", l.URL + " leads nowhere,", hint
}

// translation gives the language in which a link leads to the page that it stands on; "" where it leads elsewhere.
func (b *builder) translation(l links.Broken) string {
	page, err := url.PathUnescape(l.Page)
	if err != nil || len(b.Config.I18n.Locales) == 0 || l.Problem != links.Missing {
		return ""
	}
	from, rest := b.language(page)
	to, same := b.language(l.Path)
	if rest != same || from == to {
		return ""
	}
	return to
}

// language splits a decoded path with the base into the language that it is in, and what is the same in all of them.
func (b *builder) language(p string) (lang, rest string) {
	rest = strings.Trim(strings.TrimPrefix(p, strings.TrimSuffix(b.Config.Base, "/")), "/")
	first, behind, _ := strings.Cut(rest, "/")
	for _, loc := range b.Config.I18n.Locales {
		if loc.Path == first && (loc.Path != b.Config.I18n.Default || b.Config.I18n.PrefixDefault) {
			return loc.Codes[0], behind
		}
		if loc.Path == b.Config.I18n.Default {
			lang = loc.Codes[0]
		}
	}
	return lang, rest
}

// entryHint is the hint for a link to a Markdown file of a collection that has no page; written is how the link stands in the source.
func entryHint(l links.Broken, written string) string {
	name, _, _ := strings.Cut(written, "#")
	if l.Problem == links.NoID || !strings.HasSuffix(name, ".md") {
		return ""
	}
	return "links to Markdown lead to where the collection has its pages: say it, as in content.New[Post](\"posts\").At(\"/blog/[slug]\"), or make the page"
}

// componentHint is the hint for a link to the file of a page, "./schedule.gosite".
func (a *answers) componentHint(file, written string) string {
	name, _, _ := strings.Cut(written, "#")
	if path.Ext(name) != ".gosite" {
		return ""
	}
	for _, pattern := range slices.Sorted(maps.Keys(a.sources)) {
		if a.sources[pattern] == path.Join(path.Dir(file), name) {
			return "write the address of the page: " + a.base + pattern
		}
	}
	return "write the address of a page, /about, in place of a component's file"
}

// below gives the address of a link with the base, which was left out.
func below(base string, l links.Broken) string {
	u, err := url.Parse(l.URL)
	if err != nil {
		return base + l.Path
	}
	slash := ""
	if strings.HasSuffix(u.Path, "/") && !strings.HasSuffix(l.Path, "/") {
		slash = "/"
	}
	u.Path, u.RawPath = base+l.Path+slash, ""
	return u.String()
}

// ids lists the ids of a page.
func (a *answers) ids(p string) ([]string, error) {
	data, ok, err := a.page(p)
	if err != nil || !ok {
		return nil, err
	}
	return links.IDs(data), nil
}

// near gives what exists in the same folder under a similar name.
func (a *answers) near(p string) string {
	if a.folders == nil {
		a.folders = map[string][]string{}
		for name := range a.pages {
			a.folders[path.Dir(name)] = append(a.folders[path.Dir(name)], path.Base(name))
		}
		for name := range a.files {
			a.folders[path.Dir(name)] = append(a.folders[path.Dir(name)], path.Base(name))
		}
		for _, names := range a.folders {
			slices.Sort(names)
		}
	}
	folder, name := path.Split(strings.TrimSuffix(p, "/"))
	near := diag.Suggest(name, a.folders[path.Clean(folder)])
	if near == "" {
		return ""
	}
	if near = folder + near; strings.HasSuffix(p, "/") && !a.files[near] {
		near += "/"
	}
	return near
}
