package cloudflare

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// What Cloudflare takes.
const (
	maxRules     = 100 // of _headers, of run_worker_first, and of those of _redirects that have a wildcard
	maxRedirects = 2000
	maxRuleLine  = 2000
	maxFile      = 25 << 20
	maxFiles     = 100_000
	freeFiles    = 20_000
	maxFirst     = 100 // letters of a pattern of run_worker_first
)

// fileList is what the adapter has to know of the client files.
type fileList struct {
	names   []string          // what the Worker may answer with, sorted
	all     map[string]bool   // every file that visitors may see
	folders map[string]bool   // that have a file, at any depth
	hidden  []string          // files and folders that are not for visitors
	own     map[string]string // what the author has put into _headers, _redirects and .assetsignore
	pages   []manifest.Prerendered
}

// hidden says whether a name has an element that begins with a dot: such files are for the build, not for visitors. What
// RFC 8615 puts below .well-known is not hidden.
func hidden(name string) bool {
	for i, e := range strings.Split(name, "/") {
		if strings.HasPrefix(e, ".") && !(i == 0 && e == ".well-known") {
			return true
		}
	}
	return false
}

// plan reads the list of files and works out the rules.
func (b *builder) plan(ctx context.Context) error {
	b.list = fileList{all: map[string]bool{}, folders: map[string]bool{}, own: map[string]string{}}
	assets := strings.Trim(b.site.Manifest.AssetsDir, "/") + "/"
	dir := os.DirFS(b.site.ClientDir)
	err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == "_headers" || name == "_redirects" || name == ".assetsignore":
			data, err := fs.ReadFile(dir, name)
			b.list.own[name] = string(data)
			return err
		case name != "." && hidden(name):
			b.list.hidden = append(b.list.hidden, name)
			if d.IsDir() {
				return fs.SkipDir
			}
		case !d.IsDir():
			info, err := d.Info()
			if err != nil {
				return err
			}
			if info.Size() > maxFile {
				b.report(diag.Error, "SG6307", diag.Range{}, fmt.Sprintf("%s has %d MB, and a static asset may have 25", name, info.Size()>>20), "serve it from R2 or another host")
			}
			b.list.all[name] = true
			for f := name; strings.Contains(f, "/"); {
				f = f[:strings.LastIndexByte(f, '/')]
				b.list.folders[f] = true
			}
			if b.o.WorkerFirst == "always" || assets == "/" || !strings.HasPrefix(name, assets) {
				b.list.names = append(b.list.names, name)
			}
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	if err := b.readPages(); err != nil {
		return err
	}
	b.dropRedirects()
	slices.Sort(b.list.names)
	switch n := len(b.list.all); {
	case n > maxFiles:
		b.report(diag.Error, "SG6307", diag.Range{}, fmt.Sprintf("the site has %d files, and Cloudflare takes %d", n, maxFiles), "")
	case n > freeFiles:
		b.report(diag.Warning, "SG6307", diag.Range{}, fmt.Sprintf("the site has %d files; without a paid plan Cloudflare takes %d", n, freeFiles), "")
	}
	b.html = map[string]string{"always": "force-trailing-slash", "never": "drop-trailing-slash"}[b.site.Manifest.TrailingSlash]
	if b.html == "" {
		b.html = "auto-trailing-slash"
	}
	b.headerRules()
	b.redirectRules()
	b.workerFirst()
	return nil
}

// readPages reads the list of prerendered files. There is none where nothing was prerendered.
func (b *builder) readPages() error {
	f, err := os.Open(b.site.Prerendered)
	if b.site.Prerendered == "" || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	dec := json.NewDecoder(bufio.NewReader(f))
	for {
		var p manifest.Prerendered
		if err := dec.Decode(&p); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("list of prerendered files: %w", err)
		}
		if len(p.Headers) > 0 || p.Status != 0 && p.Status != 200 {
			b.list.pages = append(b.list.pages, p)
		}
	}
}

// dropRedirects takes out the pages that stand for redirects of site.yaml: here they really redirect.
func (b *builder) dropRedirects() {
	if !b.site.OnDemand {
		return // their rules might be more than Cloudflare takes
	}
	redirects := map[string]bool{}
	for _, r := range b.site.Manifest.Routes {
		if r.Type == manifest.Redir {
			redirects[r.Pattern] = true
		}
	}
	b.list.pages = slices.DeleteFunc(b.list.pages, func(p manifest.Prerendered) bool {
		if !redirects[p.Route] {
			return false
		}
		b.list.hidden = append(b.list.hidden, p.File)
		delete(b.list.all, p.File)
		b.list.names = slices.DeleteFunc(b.list.names, func(n string) bool { return n == p.File })
		return true
	})
}

// odd says whether the Worker has to answer for a prerendered page, because the assets only know status 200.
func odd(p manifest.Prerendered) bool {
	return p.Status != 0 && p.Status != 200 && p.File != "404.html" && p.File != "500.html"
}

// underBase puts the base in front of a path.
func (b *builder) underBase(path string) string {
	if base := b.base(); base != "" {
		return "/" + base + path
	}
	return path
}

// headerRules writes _headers. Cloudflare joins the values of all rules that match, so each line of ours takes the lines
// of the same name away first; what stands further down wins. On the server the first rule of site.yaml wins, and a page
// over all of them.
func (b *builder) headerRules() {
	var w strings.Builder
	rules := 0
	rule := func(pattern string, headers []manifest.Header) {
		rules++
		w.WriteString(pattern + "\n")
		var seen []string
		for _, h := range headers {
			name := strings.ToLower(h.Name)
			if !slices.Contains(seen, name) {
				seen = append(seen, name)
				w.WriteString("  ! " + h.Name + "\n")
			}
			w.WriteString("  " + h.Name + ": " + h.Value + "\n")
			if len(h.Name)+len(h.Value) > maxRuleLine-10 {
				b.report(diag.Error, "SG6306", diag.Range{}, "the header "+h.Name+" for "+pattern+" is longer than Cloudflare takes for static files", "shorten it")
			}
		}
	}
	rule("/*", []manifest.Header{{Name: "X-Content-Type-Options", Value: "nosniff"}})
	if dir := strings.Trim(b.site.Manifest.AssetsDir, "/"); dir != "" && b.list.folders[dir] {
		rule(b.underBase("/"+dir+"/*"), []manifest.Header{{Name: "Cache-Control", Value: "public, max-age=31536000, immutable"}})
	}
	for _, h := range slices.Backward(b.site.Manifest.Headers) {
		if strings.Count(h.Pattern, "*") > 1 {
			b.report(diag.Error, "SG6306", diag.Range{}, "headers for "+h.Pattern+": Cloudflare takes one * in a pattern for static files", "write one rule for each case")
			continue
		}
		rule(b.underBase(h.Pattern), h.Set)
	}
	for _, p := range b.list.pages {
		if len(p.Headers) == 0 || odd(p) {
			continue
		}
		rule(p.Path, p.Headers)
	}
	if rules > maxRules {
		b.report(diag.Error, "SG6306", diag.Range{}, fmt.Sprintf("the site needs %d rules for headers of its static files, and Cloudflare takes %d", rules, maxRules),
			"set headers by patterns in site.yaml instead of page by page")
	}
	b.headers = w.String()
}

func (b *builder) isRedirect(route string) bool {
	return slices.ContainsFunc(b.site.Manifest.Routes, func(r manifest.Route) bool { return r.Pattern == route && r.Type == manifest.Redir })
}

func (b *builder) sourceOf(route string) string {
	for _, r := range b.site.Manifest.Routes {
		if r.Pattern == route {
			return r.Source
		}
	}
	return ""
}

// escapePath encodes what is not ASCII, and blanks, which separate the columns.
func escapePath(s string) string {
	var w strings.Builder
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f {
			fmt.Fprintf(&w, "%%%02X", c)
		} else {
			w.WriteByte(c)
		}
	}
	return w.String()
}

// otherSlash is the path with a slash at its end where it had none, and the other way round.
func otherSlash(path string) string {
	if path == "/" {
		return ""
	}
	if s, ok := strings.CutSuffix(path, "/"); ok {
		return s
	}
	return path + "/"
}

// workerFirst computes run_worker_first: the addresses at which the Worker answers before the assets are looked at. These
// must be there: error pages and other pages with a status, which the assets would give with 200. The rest are routes
// that no file can answer, which saves the look, and keeps the binding from seeing a file in `/live.html` that the site
// does not have.
func (b *builder) workerFirst() {
	if !b.site.OnDemand || b.o.WorkerFirst == "always" {
		return
	}
	var must, may []string
	for _, name := range []string{"404", "500"} {
		if b.list.all[name+".html"] {
			must = append(must, b.underBase("/"+name), b.underBase("/"+name+"/"), b.underBase("/"+name+".html"))
		}
	}
	for _, p := range b.list.pages {
		if odd(p) {
			must = append(must, p.Path)
			if other := otherSlash(p.Path); other != "" {
				must = append(must, other)
			}
		}
	}
	for _, r := range b.site.Manifest.Routes {
		if r.Prerender || r.Error != 0 {
			continue
		}
		prefix, exact := fixed(r)
		top, _, deep := strings.Cut(prefix, "/")
		switch {
		case !plain(prefix):
		case deep && !b.list.folders[top]:
			may = append(may, b.underBase("/"+top+"/*")) // no file is below, so one pattern does for all routes there
		case exact && prefix != "" && !b.list.all[prefix] && !b.list.all[prefix+".html"] && !b.list.all[prefix+"/index.html"]:
			may = append(may, b.underBase("/"+prefix), b.underBase("/"+prefix+"/"))
		case !exact && prefix != "" && !b.list.folders[prefix]:
			may = append(may, b.underBase("/"+prefix+"/*"))
		}
	}
	slices.Sort(may)
	may = slices.Compact(may)
	// What a pattern with a wildcard covers needs none of its own.
	may = slices.DeleteFunc(may, func(p string) bool {
		return slices.ContainsFunc(may, func(q string) bool {
			dir, ok := strings.CutSuffix(q, "*")
			return ok && p != q && strings.HasPrefix(p, dir)
		})
	})
	for _, p := range must {
		if len(p) > maxFirst || strings.Contains(p, "*") {
			b.report(diag.Error, "SG6306", diag.Range{}, "the Worker has to answer for "+p+", which is longer than Cloudflare takes for such an address", "use `workerFirst: always`")
		}
	}
	if len(must) > maxRules {
		b.report(diag.Error, "SG6306", diag.Range{}, fmt.Sprintf("the Worker has to answer for %d prerendered addresses whose status is not 200, and Cloudflare takes %d", len(must), maxRules),
			"use `workerFirst: always`")
	}
	for _, p := range may {
		if len(must)+len(b.o.Include)+len(b.o.Exclude) < maxRules && len(p) <= maxFirst && !slices.Contains(must, p) {
			must = append(must, p)
		}
	}
	must = append(must, b.o.Include...)
	if len(must) > 0 { // without any, files come first everywhere
		for _, p := range b.o.Exclude {
			must = append(must, "!"+p)
		}
	}
	slices.Sort(must)
	b.first = slices.Compact(must)
	if n := len(b.first); n > maxRules {
		b.report(diag.Error, "SG6306", b.site.At("include"), fmt.Sprintf("with include and exclude there are %d addresses for the Worker, and Cloudflare takes %d", n, maxRules), "use fewer, with *")
	}
}

// fixed is the part of a route's pattern in front of its first parameter, in whole segments without slashes at its ends,
// and whether that is all of it.
func fixed(r manifest.Route) (prefix string, exact bool) {
	var segs []string
	for _, seg := range r.Segments {
		if len(seg) != 1 || seg[0].Param != "" {
			return strings.Join(segs, "/"), false
		}
		segs = append(segs, seg[0].Text)
	}
	return strings.Join(segs, "/"), true
}

// plain says whether a path is the same in every encoding and has no meaning in a pattern.
func plain(path string) bool {
	return url.PathEscape(strings.ReplaceAll(path, "/", "")) == strings.ReplaceAll(path, "/", "") && !strings.ContainsAny(path, "*!:")
}

// projectRoot finds the folder of site.yaml: at or above where the output goes, or the module.
func (b *builder) projectRoot() string {
	for _, dir := range []string{b.site.OutDir, b.site.ModuleDir} {
		for dir != "" {
			if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(b.configFile()))); err == nil {
				return dir
			}
			up := filepath.Dir(dir)
			if up == dir {
				break
			}
			dir = up
		}
	}
	return b.site.ModuleDir
}

func (b *builder) configFile() string {
	if b.site.OptionsAt.File != "" {
		return b.site.OptionsAt.File
	}
	return "site.yaml"
}
