package site

import (
	"strconv"
	"strings"
	"testing"
)

var threeLocales = []Locale{{"en", []string{"en"}}, {"german", []string{"de", "de-AT"}}, {"pt-BR", []string{"pt-BR"}}}

func TestPreferredLocale(t *testing.T) {
	ls := &Locales{Default: "en", List: threeLocales}
	for _, tt := range []struct{ header, want string }{
		{"", ""},
		{"de", "de"},
		{"DE", "de"},
		{"de-AT", "de"},
		{"de-CH", "de"},
		{"de-Latn-CH-1996", "de"},
		{"pt", "pt-BR"},
		{"pt-PT", "pt-BR"},
		{"p", ""},
		{"fr, de;q=0.5", "de"},
		{"en;q=0.4, de;q=0.5", "de"},
		{"en;q=0.5, de;q=0.5", "en"},
		{"de;q=0.5, en;q=0.5", "de"},
		{" en ; q=0.1 ,\tde ; Q=0.2", "de"},
		{"*", "en"},
		{"fr, *;q=0.1", "en"},
		{"de;q=0.3, *;q=0.1", "de"},
		{"de;q=0", ""},
		{"de;q=0.000, en;q=0.001", "en"},
		{"de;q=1.000, en", "de"},
		{"de;q=2, en;q=0.1", "en"},
		{"de;q=, en;q=0.1", "en"},
		{"de;q=-1", ""},
		{"de;q=0.+5", ""},
		{"de;q=0.1234", ""},
		{"de;level=1", ""},
		{"de;;q=1", ""},
		{",,;,-,--, ;q=1", ""},
		{strings.Repeat("fr,", 10000) + "de", "de"},
		{strings.Repeat("x-", 10000), ""},
	} {
		if got := ls.preferred(tt.header); got != tt.want {
			t.Errorf("%.40q: %q, want %q", tt.header, got, tt.want)
		}
	}
}

func FuzzPreferredLocale(f *testing.F) {
	for _, s := range []string{"de, en;q=0.5", "*;q=0", "de-AT-1996 ;q=1.000"} {
		f.Add(s)
	}
	ls := &Locales{Default: "en", List: threeLocales}
	f.Fuzz(func(t *testing.T, header string) {
		if got := ls.preferred(header); got != "" && ls.named(got) == nil {
			t.Errorf("%q prefers %q, which the site does not have", header, got)
		}
	})
}

// localeApp has the same pages in every language, from one route with a parameter.
func localeApp(cfg Config) *App {
	show := text(func(p *Page) (string, error) {
		return strings.Join([]string{p.Locale, p.PreferredLocale(), strings.Join(p.Locales(), " "), p.InLocale("en"), p.InLocale("de-AT"), p.LocalePath("pt-BR", "/a b?x#y")}, " | "), nil
	})
	paths := func(b *Build) ([]PathEntry, error) {
		var out []PathEntry
		for _, lang := range []string{"german", "pt-BR"} {
			out = append(out, PathEntry{Params: Params{"lang": lang}, Render: show})
		}
		return out, nil
	}
	return &App{Config: cfg, Routes: []*Route{
		{Pattern: "/", Render: show},
		{Pattern: "/made/[lang]", Prerender: true, Paths: paths},
		{Pattern: "/[lang]/data", Type: EndpointRoute, Methods: map[string]Handler{"GET": func(p *Page) error { return p.Text(p.Locale) }}},
		{Pattern: "/[lang]/moved", Type: RedirectRoute, Redirect: &RedirectTo{To: "/x"}},
		{Pattern: "/[lang]/about", Render: show},
		{Pattern: "/[lang]/rewritten", Render: func(w *Writer, p *Page) error { return p.Rewrite("/german/about") }},
		{Pattern: "/[...path]", Render: show},
	}}
}

func TestLocales(t *testing.T) {
	for _, tt := range []struct {
		cfg        Config
		path, want string
	}{
		{Config{Base: "/"}, "/", "200 en |  | en de pt-BR | / | /german/ | /pt-BR/a%20b?x#y"},
		{Config{Base: "/"}, "/german/about", "200 de |  | en de pt-BR | /about | /german/about | /pt-BR/a%20b?x#y"},
		{Config{Base: "/"}, "/german", "200 de |  | en de pt-BR | / | /german/ | /pt-BR/a%20b?x#y"},
		{Config{Base: "/"}, "/pt-BR/about/", "200 pt-BR |  | en de pt-BR | /about/ | /german/about/ | /pt-BR/a%20b?x#y"},
		{Config{Base: "/"}, "/germany/about", "200 en |  | en de pt-BR | /germany/about | /german/germany/about | /pt-BR/a%20b?x#y"},
		{Config{Base: "/"}, "/GERMAN/about", "200 en |  | en de pt-BR | /GERMAN/about | /german/GERMAN/about | /pt-BR/a%20b?x#y"},
		{Config{Base: "/"}, "/de/about", "200 en |  | en de pt-BR | /de/about | /german/de/about | /pt-BR/a%20b?x#y"}, // a code is no path
		{Config{Base: "/"}, "/fr/rewritten", "200 de |  | en de pt-BR | /about | /german/about | /pt-BR/a%20b?x#y"},
		// The default language has one address for each page.
		{Config{Base: "/"}, "/en", "404"},
		{Config{Base: "/"}, "/en/about", "404"},
		{Config{Base: "/"}, "/%65n/about", "404"},
		{Config{Base: "/"}, "/en/any/thing", "404"},
		{Config{Base: "/"}, "/en/data", "200 en"},
		{Config{Base: "/"}, "/german/data", "200 de"},
		{Config{Base: "/"}, "/en/moved", "301 "},
		{Config{Base: "/docs/", TrailingSlash: "always"}, "/docs/german/about/", "200 de |  | en de pt-BR | /docs/about/ | /docs/german/about/ | /docs/pt-BR/a%20b/?x#y"},
		{Config{Base: "/docs/", TrailingSlash: "never"}, "/docs/german", "200 de |  | en de pt-BR | /docs/ | /docs/german | /docs/pt-BR/a%20b?x#y"},
		{Config{Base: "/docs/", TrailingSlash: "never"}, "/docs/en/about", "404"},
	} {
		tt.cfg.Locales = &Locales{Default: "en", List: threeLocales}
		sink := newTester(t, localeApp(tt.cfg), nil).do("GET " + tt.path)
		got := strconv.Itoa(sink.status)
		if sink.status != 404 {
			got += " " + sink.body.String()
		}
		if got != tt.want {
			t.Errorf("%s%s: %q, want %q", tt.cfg.Base, tt.path, got, tt.want)
		}
	}
}

func TestPrefixDefault(t *testing.T) {
	x := newTester(t, localeApp(Config{Base: "/", Locales: &Locales{Default: "en", PrefixDefault: true, List: threeLocales}}), nil)
	x.run([]exchangeCase{
		{"GET /en/about", "200\n\nen |  | en de pt-BR | /en/about | /german/about | /pt-BR/a%20b?x#y"},
		{"GET /german/about", "200\n\nde |  | en de pt-BR | /en/about | /german/about | /pt-BR/a%20b?x#y"},
		{"GET /", "200\n\nen |  | en de pt-BR | /en/ | /german/ | /pt-BR/a%20b?x#y"},
		{"GET /other/thing", "200\n\nen |  | en de pt-BR | /en/other/thing | /german/other/thing | /pt-BR/a%20b?x#y"},
	})
}

func TestPreferredLocaleVaries(t *testing.T) {
	x := newTester(t, localeApp(Config{Base: "/", Locales: &Locales{Default: "en", List: threeLocales}}), nil)
	x.run([]exchangeCase{
		{"GET /\nAccept-Language: fr, de-AT;q=0.8, en;q=0.7", "200\nVary: Accept-Language\n\nen | de | en de pt-BR | / | /german/ | /pt-BR/a%20b?x#y"},
		{"GET /german/data\nAccept-Language: fr", "200\nVary:\n\nde"}, // did not ask
	})
}

// What is prerendered has a language, and none that it prefers; the default language has no prefix.
func TestLocalesPrerendered(t *testing.T) {
	app := func(langs ...string) *App {
		show := text(func(p *Page) (string, error) {
			return p.Locale + " " + p.PreferredLocale() + " " + p.InLocale("en"), nil
		})
		return &App{Config: Config{Base: "/", Locales: &Locales{Default: "en", List: threeLocales}}, Routes: []*Route{
			{Pattern: "/[lang]/about", Prerender: true, Paths: func(*Build) (out []PathEntry, _ error) {
				for _, l := range langs {
					out = append(out, PathEntry{Params: Params{"lang": l}, Render: show})
				}
				return out, nil
			}},
		}}
	}
	got := renderAll(t, app("german", "pt-BR"))
	if got["german/about/index.html"] != "/german/about/ de  /about/" || len(got) != 2 {
		t.Errorf("%q", got)
	}
	a := app("german", "en")
	_, err := listPaths(a, t.Context(), a.Routes[0])
	if want := "entry 1 of GetStaticPaths of /[lang]/about: /en/about is the path of no page: those of the default language en have no prefix; leave it out, or set i18n.routing.prefixDefault"; err == nil || err.Error() != want {
		t.Errorf("%v; want %s", err, want)
	}
}

// The page that was asked for in vain is in no language; a menu of languages leads to where there is something.
func TestErrorPageInLocale(t *testing.T) {
	show := text(func(p *Page) (string, error) { return p.Locale + " " + p.InLocale("en") + " " + p.InLocale("de"), nil })
	locales := &Locales{Default: "en", List: threeLocales}
	x := newTester(t, &App{Config: Config{Base: "/docs/", Locales: locales}, Routes: []*Route{
		{Pattern: "/", Render: show}, {Pattern: "/404", Error: 404, Render: show},
	}}, nil)
	x.run([]exchangeCase{
		{"GET /docs/german/nothing/here", "404\n\nde /docs/ /docs/german/"},
		{"GET /docs/nothing", "404\n\nen /docs/ /docs/german/"},
	})
	got := renderAll(t, &App{Config: Config{Base: "/", Locales: locales}, Routes: []*Route{{Pattern: "/404", Error: 404, Prerender: true, Render: show}}})
	if got["404.html"] != "/404 en / /german/" {
		t.Errorf("%q", got)
	}
}

func TestUnknownLocale(t *testing.T) {
	for _, tt := range []struct {
		locales *Locales
		ask     func(p *Page) string
		want    string
	}{
		{&Locales{Default: "en", List: threeLocales}, func(p *Page) string { return p.InLocale("fr") }, `page.InLocale: "fr" is no language of the site, which has en, de, pt-BR`},
		{&Locales{Default: "en", List: threeLocales}, func(p *Page) string { return p.LocalePath("", "/") }, `page.LocalePath: "" is no language of the site, which has en, de, pt-BR`},
		{&Locales{Default: "en", List: threeLocales}, func(p *Page) string { return p.LocalePath("en", "/../x") }, `page.LocalePath: "/../x": the path cannot be decoded, or holds`},
		{nil, func(p *Page) string { return p.LocalePath("en", "/") }, `page.LocalePath: the site names no languages: write i18n into site.yaml`},
	} {
		x := newTester(t, &App{Config: Config{Base: "/", Locales: tt.locales}, Routes: []*Route{{Pattern: "/", Render: text(func(p *Page) (string, error) { return tt.ask(p), nil })}}}, nil)
		if got := x.do("GET /"); got.status != 500 || !strings.Contains(x.messages(), tt.want) {
			t.Errorf("status %d, %s; want %s", got.status, x.messages(), tt.want)
		}
	}
}
