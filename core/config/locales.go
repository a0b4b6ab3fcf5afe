package config

import (
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// I18n says in which languages the site is.
type I18n struct {
	Default string   // the path of one of Locales; "" on a site that names none
	Locales []Locale // in the order of the file
	// PrefixDefault says that the pages of the default language lie below its path, as those of the others do.
	PrefixDefault bool
}

// Locale is one language of the site.
type Locale struct {
	Path  string   // first segment of the paths of its pages: "de"
	Codes []string // BCP 47 tags that it serves: "de", "de-AT"; the first is what the pages say of themselves
}

var i18nKeys = []key{
	{name: "default", was: []string{"defaultLocale", "defaultContentLanguage"},
		doc:  "Language of the pages without a prefix, and of visitors who asked for none of the site's: one of locales",
		rule: text{into: func(c *Config) *string { return &c.I18n.Default }}},
	{name: "locales", was: []string{"languages"},
		doc:  "Languages of the site: a tag such as de or pt-BR, which is also the first segment of the paths, or {path: german, codes: [de, de-AT]}",
		rule: localesRule{}},
	{name: "routing", doc: "Where the pages of the languages lie", rule: object{keys: []key{
		{name: "prefixDefault", was: []string{"prefixDefaultLocale", "defaultContentLanguageInSubdir"},
			doc:  "Whether the pages of the default language lie below its path, as those of the others do",
			rule: boolean{into: func(c *Config) *bool { return &c.I18n.PrefixDefault }}},
	}}},
}

const (
	// codePattern is a language tag (RFC 5646), as far as its form goes.
	codePattern = `^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`
	// localePathPattern is a segment of a path that needs no encoding.
	localePathPattern = `^[A-Za-z0-9][A-Za-z0-9_-]*$`
)

// localesRule reads the list of languages.
type localesRule struct{}

func (localesRule) load(l *loader, path string, n *yaml.Node) {
	if n.Kind != yaml.SequenceNode {
		l.wrongType(path, n, "a list of languages")
		return
	}
	for i, item := range n.Content {
		at := path + "." + strconv.Itoa(i)
		item, ok := l.enter(at, item)
		if !ok {
			return
		}
		if loc, ok := l.locale(at, item); ok {
			l.addLocale(at, item, loc)
		}
		l.leave()
	}
}

func (l *loader) locale(at string, n *yaml.Node) (loc Locale, ok bool) {
	if n.Kind != yaml.MappingNode {
		code, ok := l.text(at, n)
		if !ok {
			return loc, false
		}
		if p := checkCode(code); p != nil {
			l.report(at, n, p)
			return loc, false
		}
		return Locale{Path: code, Codes: []string{code}}, true
	}
	before := l.list.Len()
	l.mapping(at, n, func(name string, keyNode, value *yaml.Node) {
		here := at + "." + name
		switch name {
		case "path":
			s, isText := l.text(here, value)
			if isText && !matches(localePathPattern, s) {
				l.report(here, value, &problem{message: "must be one segment of a path such as de, not " + strconv.Quote(s)})
			}
			loc.Path = s
		case "codes":
			list{into: func(*Config) *[]string { return &loc.Codes }, check: func(s string) (string, *problem) { return s, checkCode(s) }}.load(l, here, value)
		default:
			l.unknownKey([]key{{name: "path"}, {name: "codes", was: []string{"code", "lang"}}}, at+".", name, keyNode)
		}
	})
	switch {
	case l.list.Len() > before:
		return loc, false
	case loc.Path == "" && len(loc.Codes) > 0:
		loc.Path = loc.Codes[0]
	case len(loc.Codes) == 0:
		l.list.Error("SG4004", l.src.node(n), at+" has no codes", "write {path: "+max(loc.Path, "german")+", codes: [de]}")
		return loc, false
	}
	return loc, true
}

// addLocale adds a language unless its path or one of its codes is that of another.
func (l *loader) addLocale(at string, n *yaml.Node, loc Locale) {
	for _, other := range l.c.I18n.Locales {
		if strings.EqualFold(other.Path, loc.Path) {
			l.report(at, n, &problem{message: "has the path " + strconv.Quote(loc.Path) + " that another language has"})
			return
		}
		for _, code := range loc.Codes {
			if slices.ContainsFunc(other.Codes, func(s string) bool { return strings.EqualFold(s, code) }) {
				l.report(at, n, &problem{message: "has the code " + strconv.Quote(code) + " that another language has"})
				return
			}
		}
	}
	l.c.I18n.Locales = append(l.c.I18n.Locales, loc)
}

func checkCode(s string) *problem {
	if matches(codePattern, s) {
		return nil
	}
	p := &problem{message: "must be a language tag such as de or pt-BR, not " + strconv.Quote(s)}
	if fixed := strings.ReplaceAll(s, "_", "-"); matches(codePattern, fixed) {
		p.hint = "write " + fixed
	}
	return p
}

// checkLocales holds the default against the list, and gives it the path of the language where it was named by a code.
func checkLocales(l *loader) {
	c := &l.c.I18n
	var paths []string
	for _, loc := range c.Locales {
		paths = append(paths, loc.Path)
	}
	switch {
	case slices.Contains(paths, c.Default):
	case c.Default == "" && len(paths) > 0 && l.list.Len() == 0:
		l.list.Error("SG4004", l.c.At("i18n.locales"), "i18n.default is missing", "add `default: "+paths[0]+"`, or another of the locales")
	case c.Default != "" && len(paths) == 0 && l.list.Len() == 0:
		l.list.Error("SG4004", l.c.At("i18n.default"), "i18n.locales is missing", "add `locales: ["+c.Default+", …]`")
	case c.Default != "" && len(paths) > 0:
		for _, loc := range c.Locales {
			if slices.Contains(loc.Codes, c.Default) {
				c.Default = loc.Path
				return
			}
		}
		l.list.Error("SG4004", l.c.At("i18n.default"), "i18n.default must be "+oneOf(paths)+", not "+strconv.Quote(c.Default), "add it to i18n.locales, or name one that is there")
	}
}

func (localesRule) schema() map[string]any {
	code := map[string]any{"type": "string", "pattern": codePattern}
	return map[string]any{
		"type": "array",
		"items": map[string]any{"oneOf": []any{
			code,
			map[string]any{
				"type":                 "object",
				"required":             []string{"codes"},
				"additionalProperties": false,
				"properties": map[string]any{
					"path":  map[string]any{"type": "string", "pattern": localePathPattern, "description": "First segment of the paths; without it, the first code"},
					"codes": map[string]any{"type": "array", "items": code, "uniqueItems": true, "minItems": 1, "description": "Language tags that it serves; the first is that of the pages"},
				},
			},
		}},
	}
}

func (localesRule) value(c *Config) string {
	var paths []string
	for _, loc := range c.I18n.Locales {
		paths = append(paths, loc.Path)
	}
	return strings.Join(paths, ", ")
}
