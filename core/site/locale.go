package site

import (
	"slices"
	"strconv"
	"strings"
)

// Locales are the languages of a site.
type Locales struct {
	Default       string   // the Path of one of List
	PrefixDefault bool     // the pages of the default language lie below its path too
	List          []Locale // in the order of site.yaml
}

// Locale is one language of a site.
type Locale struct {
	Path  string   // first segment of the paths of its pages
	Codes []string // language tags that it serves; the first is what pages say of themselves
}

// code is the tag of the pages of a language.
func (l *Locale) code() string { return l.Codes[0] }

// byPath gives the language with a path, nil for none.
func (ls *Locales) byPath(path string) *Locale {
	for i := range ls.List {
		if ls.List[i].Path == path {
			return &ls.List[i]
		}
	}
	return nil
}

// named gives the language with a code or a path, nil for none.
func (ls *Locales) named(name string) *Locale {
	for i := range ls.List {
		for _, code := range ls.List[i].Codes {
			if strings.EqualFold(code, name) {
				return &ls.List[i]
			}
		}
	}
	return ls.byPath(name)
}

// prefix is what the encoded paths of a language begin with: "/de", or "" for the default where it has none.
func (ls *Locales) prefix(l *Locale) string {
	if l.Path == ls.Default && !ls.PrefixDefault {
		return ""
	}
	return "/" + l.Path
}

// split gives the language that an encoded path below the base is in, and the rest of the path.
func (ls *Locales) split(path string) (*Locale, string) {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if l := ls.byPath(first); l != nil && ls.prefix(l) != "" {
		if path = path[1+len(first):]; path == "" {
			path = "/"
		}
		return l, path
	}
	return ls.byPath(ls.Default), path
}

// localize tells the page its language.
func (x *exchange) localize() {
	if ls := x.app.cfg.Locales; ls != nil {
		l, _ := ls.split(x.path.enc)
		x.page.Locale = l.code()
	}
}

// misplaced says whether a path is the one that a page of the default language would have with a prefix, where it has none: only one
// of the two addresses is that of the page.
func (c *compiledApp) misplaced(r *compiledRoute, path string) bool {
	ls := c.cfg.Locales
	if ls == nil || ls.PrefixDefault || r.Type != PageRoute {
		return false
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return first == ls.Default
}

// Locales are the languages of the site in the order of site.yaml: the first code of each. There are none on a site that names none.
func (p *Page) Locales() []string {
	if p.x == nil || p.x.app.cfg.Locales == nil {
		return nil
	}
	list := p.x.app.cfg.Locales.List
	out := make([]string, len(list))
	for i := range list {
		out[i] = list[i].code()
	}
	return out
}

// LocalePath is the address of a page in a language of the site: with the base, the path of the language, and the slash at the end
// as site.yaml has it. The path is that of the page without its language, "/about"; a query and a fragment may follow. It panics when
// the site has no such language, and when the path is none.
func (p *Page) LocalePath(locale, path string) string {
	ls, l := p.locale("LocalePath", locale)
	rest := ""
	if i := strings.IndexAny(path, "?#"); i >= 0 {
		path, rest = path[:i], path[i:]
	}
	return p.x.app.localPath(ls.prefix(l)+"/"+strings.TrimLeft(path, "/")) + rest
}

// InLocale is the address that this page has in another language, if it is there. An error page has none, and leads to the front page of
// the language. It panics when the site has no such language.
func (p *Page) InLocale(locale string) string {
	ls, l := p.locale("InLocale", locale)
	if r := p.x.route; r != nil && r.Error != 0 {
		return p.x.app.localPath(ls.prefix(l) + "/")
	}
	path := p.x.path.enc
	if full := strings.TrimPrefix(p.x.url.RawPath, strings.TrimSuffix(p.x.app.base.enc, "/")); strings.TrimSuffix(full, "/") == strings.TrimSuffix(path, "/") {
		path = full // with the slash of the file that a page is built into
	}
	_, rest := ls.split(path)
	return p.x.app.localPath(ls.prefix(l) + rest)
}

func (p *Page) locale(method, name string) (*Locales, *Locale) {
	if p.x == nil || p.x.app.cfg.Locales == nil {
		panic("page." + method + ": the site names no languages: write i18n into site.yaml")
	}
	ls := p.x.app.cfg.Locales
	l := ls.named(name)
	if l == nil {
		panic("page." + method + ": " + strconv.Quote(name) + " is no language of the site, which has " + strings.Join(p.Locales(), ", "))
	}
	return ls, l
}

// localPath puts the base before a path, and a slash behind it or none.
func (c *compiledApp) localPath(path string) string {
	p, _, err := parsePath(path)
	if err != nil {
		panic("page.LocalePath: " + strconv.Quote(path) + ": " + err.Error())
	}
	p, _ = c.slashed(&p)
	p = c.withBase(&p)
	return p.enc
}

// PreferredLocale is the language of the site that the visitor's browser prefers by its header Accept-Language: the first code of one
// of `i18n.locales`, or "" where it asks for none of them. The answer is then one for this visitor, and says so to caches with Vary.
// While a page is prerendered there is no visitor, and it is "".
func (p *Page) PreferredLocale() string {
	if p.x == nil || p.Request == nil || p.x.app.cfg.Locales == nil {
		return ""
	}
	if !p.x.committed && !slices.Contains(p.Response.Header.Values("Vary"), "Accept-Language") {
		p.Response.Header.Add("Vary", "Accept-Language")
	}
	return p.x.app.cfg.Locales.preferred(p.Request.Header.Get("Accept-Language"))
}

// preferred finds the language for an Accept-Language (RFC 9110 section 12.5.4): of the ranges with the largest weight the first that a
// code answers, wholly ("de-AT"), by what the range specializes ("de-AT" by "de"), or by what specializes it ("de" by "de-CH").
func (ls *Locales) preferred(header string) string {
	best, weight := "", 0
	for item := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(item, ";")
		q := weightOf(params)
		if q <= weight {
			continue
		}
		if l := ls.answers(strings.TrimSpace(tag)); l != nil {
			best, weight = l.code(), q
		}
	}
	return best
}

// answers gives the language that answers a language range (RFC 4647 section 2.1).
func (ls *Locales) answers(tag string) *Locale {
	if tag == "*" {
		return ls.byPath(ls.Default)
	}
	for tag != "" {
		for _, whole := range [...]bool{true, false} {
			for i := range ls.List {
				for _, code := range ls.List[i].Codes {
					if strings.EqualFold(code, tag) || !whole && len(code) > len(tag) && code[len(tag)] == '-' && strings.EqualFold(code[:len(tag)], tag) {
						return &ls.List[i]
					}
				}
			}
		}
		tag = tag[:max(strings.LastIndexByte(tag, '-'), 0)]
	}
	return nil
}

// weightOf reads the parameter q of a range, in thousandths; one that is malformed makes the range worth nothing.
func weightOf(params string) int {
	name, value, ok := strings.Cut(strings.TrimSpace(params), "=")
	if !ok {
		if strings.TrimSpace(params) != "" {
			return 0
		}
		return 1000
	}
	if !strings.EqualFold(strings.TrimSpace(name), "q") {
		return 0
	}
	whole, frac, _ := strings.Cut(strings.TrimSpace(value), ".")
	if whole != "0" && whole != "1" || len(frac) > 3 {
		return 0
	}
	n, err := strconv.Atoi((frac + "000")[:3])
	if err != nil || n < 0 || strings.ContainsAny(frac, "+-") {
		return 0
	}
	if whole == "1" {
		return 1000
	}
	return n
}
