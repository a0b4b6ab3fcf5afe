// Package links finds links that lead nowhere: it reads the HTML pages of a finished site, resolves the addresses in
// them as a browser does, and holds them against what the site answers: pages, files, on-demand routes, and the ids on
// the pages. Addresses of other sites are never asked for.
//
// It knows paths and HTML, nothing of components or Markdown; where in the sources a link comes from is for its caller
// to find out. Memory is bounded by what is known to exist and what is broken, not by the number of links.
package links

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"

	"sitegen.dev/core/internal/htmlscan"
)

// Site says what exists. Its functions are called by several goroutines at once.
type Site struct {
	Origin string // "https://example.com"; links to it are links of the site. "" where it is not known
	Base   string // begins and ends with a slash

	// Exists says whether a path is answered: decoded, with the base, with or without a slash at the end as it was
	// written.
	Exists func(path string) bool
	// Page gives the HTML page at a path, to look for an id in it. ok is false for paths that are no prerendered pages,
	// whose ids are not known.
	Page func(path string) (html []byte, ok bool, err error)
	// Ignore says whether links to a path are none of the check's business; nil for none.
	Ignore func(path string) bool
}

// Page is a page to be checked.
type Page struct {
	Path  string // as a visitor asks for it, encoded, with the base: "/blog/a/"
	Group string // pages whose links are reported together, as those of one template
	Read  func() ([]byte, error)
}

// Problem says what is wrong with a link.
type Problem string

// The problems.
const (
	Missing Problem = "missing" // nothing answers the path
	Outside Problem = "outside" // the path is there, but below the base
	NoID    Problem = "id"      // the page has no such id
)

// Broken is a link that leads nowhere, as often as pages of one group have it.
type Broken struct {
	URL     string // as the page has it
	Path    string // of the target, decoded
	Problem Problem
	Element string // "a", "img"
	Attr    string // "href", "srcset"
	Group   string
	Page    string // path of the first page that has it, in the order of the pages
	Pages   int    // how many have it

	first int // number of that page
	seq   int // of the link on it
}

// Result is what a check has found.
type Result struct {
	Broken []Broken // in order of the pages, no more than MaxBroken
	More   int      // what was found beyond them
	Pages  int
	Links  int // within the site
}

// MaxBroken is how many broken links a check keeps.
const MaxBroken = 1000

// Check reads pages with several goroutines. next gives them in their order, one after the other; it is never called by
// two at once. An error is one of reading a page.
func Check(s Site, workers int, next func() (Page, bool)) (*Result, error) {
	c := &checker{site: s, broken: map[brokenKey]*Broken{}, needed: map[string]map[string]bool{}, fragments: map[fragmentKey]*Broken{}}
	if s.Origin != "" {
		c.origin, _ = url.Parse(s.Origin)
	}
	var (
		mu  sync.Mutex
		n   int
		err error
		wg  sync.WaitGroup
	)
	for range max(1, workers) {
		wg.Go(func() {
			w := worker{checker: c, memo: map[string]verdict{}, ids: map[string]bool{}, seen: map[brokenKey]bool{}}
			for {
				mu.Lock()
				p, ok := next()
				number := n
				n++
				failed := err != nil
				mu.Unlock()
				if !ok || failed {
					return
				}
				if e := w.page(p, number); e != nil {
					mu.Lock()
					err = e
					mu.Unlock()
					return
				}
			}
		})
	}
	wg.Wait()
	if err == nil {
		err = c.ids()
	}
	if err != nil {
		return nil, err
	}
	return c.result(), nil
}

type checker struct {
	site   Site
	origin *url.URL

	mu        sync.Mutex
	broken    map[brokenKey]*Broken
	fragments map[fragmentKey]*Broken    // links to ids on other pages, which are checked at the end
	needed    map[string]map[string]bool // ids asked for, by page path; true when they were found
	pages     int
	links     int
	more      int
}

type brokenKey struct {
	group, url string
	problem    Problem
}

type fragmentKey struct {
	brokenKey
	path, id string
}

// maxMemo bounds what a worker remembers of addresses.
const maxMemo = 1 << 15

// worker checks pages, one at a time.
type worker struct {
	*checker
	memo map[string]verdict // of addresses that begin with a slash

	ids   map[string]bool // of the page
	local []use           // links to ids of the page itself
	seen  map[brokenKey]bool
	seq   int
}

// verdict is what is known of an address.
type verdict struct {
	skip    bool // it leads out of the site, or nowhere by intention
	problem Problem
	path    string // of the target, decoded
	id      string
}

// use is an address on a page.
type use struct {
	url, element, attr string
	seq                int
}

func (w *worker) page(p Page, number int) error {
	data, err := p.Read()
	if err != nil {
		return err
	}
	base, err := url.Parse(p.Path)
	if err != nil {
		return err
	}
	if w.origin != nil {
		base = w.origin.ResolveReference(base)
	}
	self := base.Path
	clear(w.ids)
	clear(w.seen)
	w.local, w.seq = w.local[:0], 0
	count, based := 0, false
	htmlscan.Tags(data, func(t *htmlscan.Tag) {
		if id, ok := t.Get("id"); ok && id != "" {
			w.ids[id] = true
		}
		if htmlscan.Is(t.Name, "a") {
			if name, ok := t.Get("name"); ok && name != "" {
				w.ids[name] = true
			}
		}
		if htmlscan.Is(t.Name, "base") && !based {
			if href, ok := t.Get("href"); ok {
				if u, err := base.Parse(strings.TrimSpace(href)); err == nil {
					base, based = u, true
				}
			}
			return
		}
		addresses(t, func(attr, address string) {
			w.seq++
			u := use{address, "", attr, w.seq}
			if strings.HasPrefix(address, "#") && !based {
				u.element = strings.ToLower(string(t.Name))
				count++
				w.local = append(w.local, u)
				return
			}
			v := w.resolve(base, address)
			if v.skip {
				return
			}
			count++
			if v.problem == "" && v.id == "" {
				return
			}
			u.element = strings.ToLower(string(t.Name))
			switch {
			case v.problem != "":
				w.add(p, number, u, v)
			case strings.TrimSuffix(v.path, "/") == strings.TrimSuffix(self, "/"):
				u.url = "#" + v.id
				w.local = append(w.local, u)
			default:
				w.ask(p, number, u, v)
			}
		})
	})
	for _, u := range w.local {
		if id, ok := fragment(u.url[1:]); ok && !w.ids[id] {
			w.add(p, number, u, verdict{problem: NoID, path: self, id: id})
		}
	}
	w.mu.Lock()
	w.pages++
	w.links += count
	w.mu.Unlock()
	return nil
}

// addresses gives all that a tag leads to or loads.
func addresses(t *htmlscan.Tag, see func(attr, address string)) {
	one := func(attr string) {
		if v, ok := t.Get(attr); ok {
			if v = strings.Trim(v, " \t\r\n\f"); v != "" {
				see(attr, v)
			}
		}
	}
	many := func(attr string) {
		if v, ok := t.Get(attr); ok {
			for _, c := range htmlscan.Candidates(v) {
				see(attr, c)
			}
		}
	}
	if len(t.Attrs) == 0 {
		return
	}
	switch strings.ToLower(string(t.Name)) {
	case "a", "area", "use", "image":
		one("href")
	case "link":
		if rel, _ := t.Get("rel"); !hint(rel) {
			one("href")
			many("imagesrcset")
		}
	case "img", "source":
		one("src")
		many("srcset")
	case "script", "iframe", "embed", "audio", "track", "input":
		one("src")
	case "video":
		one("src")
		one("poster")
	case "object":
		one("data")
	case "form":
		if method, _ := t.Get("method"); method == "" || strings.EqualFold(method, "get") {
			one("action")
		}
	case "meta":
		name, ok := t.Get("property")
		if !ok {
			name, _ = t.Get("name")
		}
		switch name {
		case "og:image", "og:url", "og:audio", "og:video", "og:image:url", "og:image:secure_url", "twitter:image":
			one("content")
		}
	}
}

// hint says whether a link only names a server.
func hint(rel string) bool {
	return strings.EqualFold(rel, "preconnect") || strings.EqualFold(rel, "dns-prefetch")
}

// resolve says where an address on a page leads.
func (w *worker) resolve(base *url.URL, address string) verdict {
	rooted := address[0] == '/' && !strings.HasPrefix(address, "//")
	if rooted {
		if v, ok := w.memo[address]; ok {
			return v
		}
	}
	v := w.target(base, address)
	if rooted {
		if len(w.memo) >= maxMemo {
			clear(w.memo)
		}
		w.memo[address] = v
	}
	return v
}

func (w *worker) target(base *url.URL, address string) verdict {
	// As browsers do, a tab or line break within an address is dropped.
	if strings.ContainsAny(address, "\t\n\r") {
		address = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(address)
	}
	u, err := base.Parse(address)
	if err != nil {
		if i := strings.IndexByte(address, ':'); i >= 0 && !strings.ContainsAny(address[:i], "/?#") {
			return verdict{skip: true} // some other scheme, whose rules are its own
		}
		return verdict{problem: Missing, path: address}
	}
	switch {
	case u.Opaque != "", u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https":
		return verdict{skip: true}
	case u.Host != "" && (w.origin == nil || !strings.EqualFold(u.Host, w.origin.Host)):
		return verdict{skip: true}
	}
	v := verdict{path: u.Path}
	if v.path == "" {
		v.path = "/"
	}
	v.path = clean(v.path)
	if foreign(v.path) || w.site.Ignore != nil && w.site.Ignore(v.path) {
		return verdict{skip: true}
	}
	if base := w.site.Base; base != "/" && v.path+"/" != base && !strings.HasPrefix(v.path, base) {
		// Below the root, but not below ours: another site's business, unless the base was forgotten.
		if v.path == "/" || !w.site.Exists(strings.TrimSuffix(base, "/")+v.path) {
			return verdict{skip: true}
		}
		v.problem = Outside
		return v
	}
	if !w.site.Exists(v.path) {
		v.problem = Missing
		return v
	}
	if id, ok := fragment(u.EscapedFragment()); ok {
		v.id = id
	}
	return v
}

// clean resolves empty and dot segments, and keeps a slash at the end.
func clean(p string) string {
	c := path.Clean(p)
	if strings.HasSuffix(p, "/") && c != "/" {
		c += "/"
	}
	return c
}

// foreign says whether the platforms that a site may be deployed to answer a path themselves.
func foreign(p string) bool {
	for _, prefix := range [...]string{"/.netlify/", "/_vercel/", "/cdn-cgi/", "/.well-known/"} {
		if strings.HasPrefix(p, prefix) {
			return true
		}
	}
	return false
}

// fragment gives the id that the part of an address behind # asks for. ok is false for what every page has, the top, and
// for what is no id.
func fragment(f string) (id string, ok bool) {
	f, _, _ = strings.Cut(f, ":~:") // a text to be marked
	if f == "" || strings.EqualFold(f, "top") {
		return "", false
	}
	if f[0] == '/' || f[0] == '!' {
		return "", false // the address of a script
	}
	id, err := url.PathUnescape(f)
	return id, err == nil
}

// once says whether the page has not had a link yet.
func (w *worker) once(key brokenKey) bool {
	if w.seen[key] {
		return false
	}
	w.seen[key] = true
	return true
}

// ask remembers a link to an id of another page.
func (w *worker) ask(p Page, number int, u use, v verdict) {
	key := brokenKey{p.Group, u.url, NoID}
	if !w.once(key) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	ids := w.needed[v.path]
	if ids == nil {
		ids = map[string]bool{}
		w.needed[v.path] = ids
	}
	ids[v.id] = false
	count(w.fragments, fragmentKey{key, v.path, v.id}, p, number, u, verdict{problem: NoID, path: v.path})
}

func (w *worker) add(p Page, number int, u use, v verdict) {
	key := brokenKey{p.Group, u.url, v.problem}
	if !w.once(key) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	count(w.broken, key, p, number, u, v)
	if len(w.broken) > 4*MaxBroken {
		w.trim()
	}
}

// count adds one page to those that have a link.
func count[K comparable](m map[K]*Broken, key K, p Page, number int, u use, v verdict) {
	b := m[key]
	switch {
	case b == nil:
		b = &Broken{URL: u.url, Path: v.path, Problem: v.problem, Element: u.element, Attr: u.attr, Group: p.Group, Page: p.Path, first: number, seq: u.seq}
		m[key] = b
	case number < b.first:
		b.Page, b.first, b.seq = p.Path, number, u.seq
	}
	b.Pages++
}

// trim drops the broken links that are found last.
func (c *checker) trim() {
	var all []*Broken
	for _, b := range c.broken {
		all = append(all, b)
	}
	slices.SortFunc(all, inOrder)
	for _, b := range all[MaxBroken:] {
		delete(c.broken, brokenKey{b.Group, b.URL, b.Problem})
		c.more++
	}
}

func inOrder(a, b *Broken) int {
	if a.first != b.first {
		return a.first - b.first
	}
	return a.seq - b.seq
}

// ids looks for the ids that links ask other pages for.
func (c *checker) ids() error {
	for p, ids := range c.needed {
		page, ok, err := c.site.Page(p)
		if err != nil {
			return err
		}
		if !ok {
			for id := range ids {
				ids[id] = true
			}
			continue
		}
		htmlscan.Tags(page, func(t *htmlscan.Tag) {
			for _, name := range [...]string{"id", "name"} {
				if v, ok := t.Get(name); ok && (name == "id" || htmlscan.Is(t.Name, "a")) {
					if _, asked := ids[v]; asked {
						ids[v] = true
					}
				}
			}
		})
	}
	for k, b := range c.fragments {
		if !c.needed[k.path][k.id] {
			if have := c.broken[k.brokenKey]; have != nil {
				have.Pages += b.Pages
				continue
			}
			c.broken[k.brokenKey] = b
		}
	}
	return nil
}

func (c *checker) result() *Result {
	r := &Result{More: c.more, Pages: c.pages, Links: c.links}
	var all []*Broken
	for _, b := range c.broken {
		all = append(all, b)
	}
	slices.SortFunc(all, inOrder)
	for i, b := range all {
		if i == MaxBroken {
			r.More += len(all) - i
			break
		}
		r.Broken = append(r.Broken, *b)
	}
	return r
}

// IDs lists the ids on a page, in its order.
func IDs(page []byte) []string {
	var out []string
	htmlscan.Tags(page, func(t *htmlscan.Tag) {
		if id, ok := t.Get("id"); ok && id != "" {
			out = append(out, id)
		}
	})
	return out
}
