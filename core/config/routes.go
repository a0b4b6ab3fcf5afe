package config

import (
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"sitegen.dev/core/diag"
)

// Route lets a component answer a pattern, wherever it lies.
type Route struct {
	Pattern   string
	Component string     // "src/admin/Page.gosite", below the folder of site.yaml, or an import path with file name
	At        diag.Range // of Pattern
	ToAt      diag.Range
}

// routesRule maps patterns to components. What a pattern may be is for package routes to say, whether there is such a
// component for the compiler.
type routesRule struct{}

// componentPattern is a path of slash-separated names, the last of them a component.
const componentPattern = `^(\./)?[^\\\s/][^\\\s]*\.gosite$`

func (routesRule) load(l *loader, path string, n *yaml.Node) {
	if isNull(n) {
		return
	}
	l.mapping(path, n, func(pattern string, keyNode, value *yaml.Node) {
		at := path + "." + pattern
		if !strings.HasPrefix(pattern, "/") {
			l.list.Error("SG4004", l.src.node(keyNode), "a route begins with a slash, not "+strconv.Quote(pattern), "write "+fixedPath(pattern))
			return
		}
		component, ok := l.text(at, value)
		if !ok {
			return
		}
		if !matches(componentPattern, component) || strings.Contains("/"+component+"/", "/../") {
			l.report(at, value, &problem{message: "must be a component such as src/admin/Page.gosite or github.com/acme/admin/Page.gosite, not " + strconv.Quote(component)})
			return
		}
		l.c.Routes = append(l.c.Routes, Route{Pattern: pattern, Component: component, At: l.src.node(keyNode), ToAt: l.place(at, value)})
	})
}

func (routesRule) schema() map[string]any {
	return map[string]any{
		"type":          []string{"object", "null"},
		"propertyNames": map[string]any{"pattern": "^/"},
		"additionalProperties": map[string]any{"type": "string", "pattern": componentPattern,
			"description": "A component of the site, or one of another module by its import path"},
	}
}

func (routesRule) value(c *Config) string { return count(len(c.Routes), "route") }
