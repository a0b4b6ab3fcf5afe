package build

import (
	"fmt"
	"slices"
	"strings"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/config"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
	"sitegen.dev/core/routes"
)

// locales describes the languages of the site to the code generator, nil for none.
func (b *builder) locales() *codegen.Locales {
	cfg := b.Config.I18n
	if len(cfg.Locales) == 0 {
		return nil
	}
	out := &codegen.Locales{Default: cfg.Default, PrefixDefault: cfg.PrefixDefault}
	for _, l := range cfg.Locales {
		out.List = append(out.List, codegen.Locale(l))
	}
	return out
}

// toDefaultLocale is the redirect from the root to the pages of the default language, where those lie below a path of their own and
// nothing of the author's answers at the root.
func (b *builder) toDefaultLocale(pages []routes.Page) []routes.Redirect {
	cfg := b.Config.I18n
	if !cfg.PrefixDefault || cfg.Default == "" {
		return nil
	}
	for _, p := range pages {
		if p.Pattern == "/" || strings.HasPrefix(p.Path, "index.") {
			return nil
		}
	}
	for _, r := range b.Config.Redirects {
		if r.From == "/" {
			return nil
		}
	}
	at := b.Config.At("i18n.routing.prefixDefault")
	return []routes.Redirect{{From: "/", To: "/" + cfg.Default, Status: 302, At: at, ToAt: at}}
}

// checkLocales reports pages that lie where the pages of the default language never are, and pages that look like the error pages of
// a language, of which there are none.
func (b *builder) checkLocales() {
	cfg := b.Config.I18n
	for _, r := range b.routes {
		first, rest, _ := strings.Cut(strings.Trim(r.Pattern, "/"), "/")
		if r.Type != manifest.Page || rest != "404" && rest != "500" || !slices.ContainsFunc(cfg.Locales, func(l config.Locale) bool { return l.Path == first }) {
			continue
		}
		b.list.Warn("SG3119", diag.Range{Pos: diag.Pos{File: r.Source, Line: 1, Col: 1}},
			fmt.Sprintf("%s is a page like others, and not shown in place of what is missing below /%s", r.Pattern, first),
			fmt.Sprintf("%s/pages/%s.gosite is the error page of all languages; with `const prerender = false` its page.Locale is that of the address", b.Config.Src, rest))
	}
	if cfg.Default == "" || cfg.PrefixDefault {
		return
	}
	for _, r := range b.routes {
		first, rest, _ := strings.Cut(strings.Trim(r.Pattern, "/"), "/")
		if r.Type != manifest.Page || first != cfg.Default {
			continue
		}
		b.list.Error("SG3116", diag.Range{Pos: diag.Pos{File: r.Source, Line: 1, Col: 1}},
			fmt.Sprintf("%s is never answered: the pages of the default language %s have no prefix", r.Pattern, cfg.Default),
			fmt.Sprintf("move the file, so that its path is /%s, or write `i18n: {routing: {prefixDefault: true}}` into site.yaml", rest))
	}
}
