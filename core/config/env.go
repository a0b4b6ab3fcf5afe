package config

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"sitegen.dev/core/diag"
)

// EnvVar is one variable of the environment that the site uses.
type EnvVar struct {
	Name     string // "API_URL"
	Secret   bool   // may be shown nowhere
	Run      bool   // read when the program starts; else while building
	Type     string // "string", "int", "float", "bool" or "url"
	Optional bool
	Default  string   // in the form that the environment would have it; "" where there is none
	Values   []string // the only ones allowed; nil for any
	At       diag.Range
}

// Check says what is wrong with a value, "" where nothing is. It never repeats the value.
func (v EnvVar) Check(value string) string {
	ok := true
	want := "text"
	switch v.Type {
	case "int":
		_, err := strconv.ParseInt(value, 10, 64)
		ok, want = err == nil, "a whole number"
	case "float":
		_, err := strconv.ParseFloat(value, 64)
		ok, want = err == nil, "a number"
	case "bool":
		ok, want = value == "true" || value == "false", "true or false"
	case "url":
		u, err := url.Parse(value)
		ok, want = err == nil && u.Scheme != "" && (u.Host != "" || u.Opaque != ""), "a URL such as https://example.com"
	}
	if ok && v.Values != nil {
		ok, want = slices.Contains(v.Values, value), oneOf(v.Values)
	}
	if ok {
		return ""
	}
	return "must be " + want
}

var envName = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

const envNamePattern = `^[A-Z][A-Z0-9_]*$`

// envRule reads the mapping env.
type envRule struct{}

var _ valued = envRule{}

func (envRule) load(l *loader, path string, n *yaml.Node) {
	if isNull(n) {
		return
	}
	l.mapping(path, n, func(name string, keyNode, value *yaml.Node) {
		at := path + "." + name
		switch {
		case !envName.MatchString(name):
			l.list.Error("SG4004", l.src.node(keyNode), at+" must be a name of capital letters, digits and _", "write "+strconv.Quote(strings.ToUpper(strings.ReplaceAll(name, "-", "_"))))
			return
		case strings.HasPrefix(name, "SITEGEN_"):
			l.list.Error("SG4004", l.src.node(keyNode), at+" begins with SITEGEN_, which is for sitegen's own variables", "choose another name")
			return
		}
		v := EnvVar{Name: name, Type: "string", At: l.src.node(keyNode)}
		scope, when := "", ""
		l.mapping(at, value, func(key string, keyNode, value *yaml.Node) { v.key(l, at, key, &scope, &when, keyNode, value) })
		if scope == "" {
			if !l.list.HasErrors() {
				meant := "secret"
				if strings.HasPrefix(name, "PUBLIC_") {
					meant = "public"
				}
				l.list.Error("SG4004", v.At, at+" does not say whether it is public or secret", "write "+name+": {scope: "+meant+"}")
			}
			return
		}
		v.Secret = scope == "secret"
		v.Run = when == "run" || when == "" && v.Secret
		switch {
		case v.Secret && v.Default != "":
			l.list.Error("SG4004", l.c.At(at+".default"), at+".default would be a secret in a file", "put it into .env.local, or into the environment")
		case v.Secret && v.Values != nil:
			l.list.Error("SG4004", l.c.At(at+".values"), at+".values would tell what the secret may be", "remove them, or make it public")
		case v.Default != "" && v.Check(v.Default) != "":
			l.list.Error("SG4004", l.c.At(at+".default"), at+".default "+v.Check(v.Default), "")
		}
		l.c.Env = append(l.c.Env, v)
	})
}

// key reads one key of a variable.
func (v *EnvVar) key(l *loader, at, name string, scope, when *string, keyNode, n *yaml.Node) {
	choose := func(into *string, values ...string) {
		s, ok := l.text(at+"."+name, n)
		if !ok {
			return
		}
		if !slices.Contains(values, s) {
			l.report(at+"."+name, n, &problem{message: "must be " + oneOf(values) + ", not " + strconv.Quote(s), hint: didYouMean(diag.Suggest(s, values))})
			return
		}
		*into = s
	}
	switch name {
	case "scope":
		choose(scope, "public", "secret")
	case "when":
		choose(when, "build", "run")
	case "type":
		choose(&v.Type, "string", "int", "float", "bool", "url")
	case "optional":
		if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" || n.Decode(&v.Optional) != nil {
			l.wrongType(at+".optional", n, "true or false")
		}
	case "default":
		if n.Kind != yaml.ScalarNode || isNull(n) {
			l.wrongType(at+".default", n, "a value")
			return
		}
		v.Default = n.Value
	case "values":
		if n.Kind != yaml.SequenceNode {
			l.wrongType(at+".values", n, "a list")
			return
		}
		v.Values = []string{}
		for _, item := range n.Content {
			if item.Kind != yaml.ScalarNode {
				l.wrongType(at+".values", item, "a list of values")
				return
			}
			v.Values = append(v.Values, item.Value)
		}
	default:
		keys := []string{"scope", "when", "type", "optional", "default", "values"}
		hint := "a variable has the keys " + strings.Join(keys, ", ")
		if s := diag.Suggest(name, keys); s != "" {
			hint = "did you mean " + strconv.Quote(s) + "?"
		}
		l.list.Error("SG4002", l.src.node(keyNode), "unknown key "+strconv.Quote(at+"."+name), hint)
	}
}

func (envRule) schema() map[string]any {
	return map[string]any{
		"type":          []string{"object", "null"},
		"propertyNames": map[string]any{"pattern": envNamePattern},
		"additionalProperties": map[string]any{
			"type": "object", "additionalProperties": false, "required": []string{"scope"},
			"properties": map[string]any{
				"scope":    map[string]any{"enum": []string{"public", "secret"}, "description": "public values may be seen by visitors; a secret can reach neither pages nor scripts nor logs"},
				"when":     map[string]any{"enum": []string{"build", "run"}, "description": "when it is read: while building (default of public ones) or when the program starts (default of secrets)"},
				"type":     map[string]any{"enum": []string{"string", "int", "float", "bool", "url"}, "default": "string"},
				"optional": map[string]any{"type": "boolean", "default": false},
				"default":  map[string]any{"type": []string{"string", "number", "boolean"}},
				"values":   map[string]any{"type": "array", "items": map[string]any{"type": []string{"string", "number", "boolean"}}},
			},
		},
	}
}

func (envRule) value(c *Config) string {
	var names []string
	for _, v := range c.Env {
		names = append(names, v.Name)
	}
	return strings.Join(names, ", ")
}
