package config

import (
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// redirectsRule maps paths to targets. Parameters are held against each other by package routes.
type redirectsRule struct{}

// redirectStatus is what a redirect may answer; the first is what it answers unless told otherwise.
var redirectStatus = []int{301, 302, 303, 307, 308}

// targetPattern is a path of this site, or another origin; "//host" and "/\host" are taken for another origin by
// browsers, so they must say so.
const targetPattern = `^(/|/[^/\\\s\x00-\x1f\x7f][^\\\s\x00-\x1f\x7f]*|https?://[^/\\?#@\s\x00-\x1f\x7f]+([/?#][^\\\s\x00-\x1f\x7f]*)?)$`

func (redirectsRule) load(l *loader, path string, n *yaml.Node) {
	if isNull(n) {
		return
	}
	l.mapping(path, n, func(from string, keyNode, value *yaml.Node) {
		at := path + "." + from
		if !strings.HasPrefix(from, "/") {
			l.list.Error("SG4004", l.src.node(keyNode), "a redirect begins with a slash, not "+strconv.Quote(from), "write "+fixedPath(from))
			return
		}
		r := Redirect{From: from, Status: redirectStatus[0], At: l.src.node(keyNode), ToAt: l.place(at, value)}
		if value.Kind != yaml.MappingNode {
			if to, ok := l.text(at, value); ok && l.target(at, value, to) {
				r.To = to
				l.c.Redirects = append(l.c.Redirects, r)
			}
			return
		}
		if l.redirect(at, value, &r) {
			l.c.Redirects = append(l.c.Redirects, r)
		}
	})
}

// redirect reads the long form.
func (l *loader) redirect(at string, n *yaml.Node, r *Redirect) bool {
	ok := true
	l.mapping(at, n, func(name string, keyNode, value *yaml.Node) {
		here := at + "." + name
		switch name {
		case "to":
			to, isText := l.text(here, value)
			if !isText || !l.target(here, value, to) {
				ok = false
				return
			}
			r.To, r.ToAt = to, l.src.node(value)
		case "status":
			status, known := 0, false
			if value.Kind == yaml.ScalarNode && value.ShortTag() == "!!int" && value.Decode(&status) == nil {
				known = slices.Contains(redirectStatus, status)
			}
			if !known {
				ok = false
				l.list.Error("SG4004", l.place(here, value), here+" must be 301, 302, 303, 307 or 308, not "+got(value), "")
				return
			}
			r.Status = status
		default:
			ok = false
			l.unknownKey([]key{{name: "to", was: []string{"destination", "target"}}, {name: "status", was: []string{"code"}}}, at+".", name, keyNode)
		}
	})
	if ok && r.To == "" {
		l.list.Error("SG4004", r.At, at+" has no target", "add to: /the/new/path")
		return false
	}
	return ok
}

func (l *loader) target(at string, n *yaml.Node, to string) bool {
	if matches(targetPattern, to) {
		return true
	}
	p := &problem{message: "must lead to a path such as /new, or to https://…, not " + strconv.Quote(to)}
	switch {
	case strings.ContainsAny(to, " \t\r\n"):
		p.hint = "write a blank as %20"
	case strings.HasPrefix(to, "//"):
		p.hint = "to leave the site write https:" + to
	case !strings.Contains(to, ":") && !strings.HasPrefix(to, "/"):
		p.hint = "write " + fixedPath(to)
	}
	l.report(at, n, p)
	return false
}

// fixedPath is what somebody meant who left out the slash.
func fixedPath(s string) string { return "/" + strings.TrimLeft(strings.TrimPrefix(s, "."), "/") }

func (redirectsRule) schema() map[string]any {
	to := map[string]any{"type": "string", "pattern": targetPattern, "description": "A path of the site, or a whole URL"}
	return map[string]any{
		"type":          []string{"object", "null"},
		"propertyNames": map[string]any{"pattern": "^/"},
		"additionalProperties": map[string]any{"oneOf": []any{
			to,
			map[string]any{
				"type":                 "object",
				"required":             []string{"to"},
				"additionalProperties": false,
				"properties": map[string]any{
					"to":     to,
					"status": map[string]any{"enum": redirectStatus, "default": redirectStatus[0]},
				},
			},
		}},
	}
}

func (redirectsRule) value(c *Config) string { return count(len(c.Redirects), "redirect") }

func count(n int, what string) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
