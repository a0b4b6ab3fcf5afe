package config

import (
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"sitegen.dev/core/diag"
)

// headersRule maps path patterns to header lines. A pattern is a path, or a folder with /* at its end: what every
// platform's own rules can say.
type headersRule struct{}

const (
	headerPathPattern  = `^/[^*?#\\\s]*$|^/([^*?#\\\s]+/)?\*$`
	headerNamePattern  = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"
	headerValuePattern = `^([\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?)?$`
)

// serverHeaders are those that belong to whoever writes the answer: set by hand they would contradict its framing,
// its encoding or its range.
var serverHeaders = []string{
	"connection", "content-encoding", "content-length", "content-range", "date", "host", "keep-alive",
	"te", "trailer", "transfer-encoding", "upgrade",
}

func (headersRule) load(l *loader, path string, n *yaml.Node) {
	if isNull(n) {
		return
	}
	l.mapping(path, n, func(pattern string, keyNode, value *yaml.Node) {
		at := path + "." + pattern
		rule := HeaderRule{Pattern: pattern, At: l.src.node(keyNode)}
		if !matches(headerPathPattern, pattern) {
			hint := "write a path such as /about, or a folder such as /assets/*"
			if !strings.HasPrefix(pattern, "/") {
				hint = "write " + fixedPath(pattern)
			}
			l.list.Error("SG4004", rule.At, strconv.Quote(pattern)+" is not a path that headers can be set for", hint)
			return
		}
		seen := map[string]diag.Range{}
		l.mapping(at, value, func(name string, nameNode, value *yaml.Node) {
			l.header(at+"."+name, name, nameNode, value, seen, &rule)
		})
		if len(rule.Set) > 0 {
			l.c.Headers = append(l.c.Headers, rule)
		}
	})
}

// header reads the value, or the list of values, of one name.
func (l *loader) header(at, name string, nameNode, value *yaml.Node, seen map[string]diag.Range, rule *HeaderRule) {
	nameAt := l.src.node(nameNode)
	if !matches(headerNamePattern, name) {
		l.list.Error("SG4004", nameAt, strconv.Quote(name)+" is not the name of a header", "use letters, digits and -")
		return
	}
	lower := strings.ToLower(name)
	for _, s := range serverHeaders {
		if s == lower {
			l.list.Error("SG4011", nameAt, name+" cannot be set here: it is up to the server", "remove it")
			return
		}
	}
	if before, ok := seen[lower]; ok {
		l.list.Add(diag.Diagnostic{Code: "SG4005", Range: nameAt, Message: at + " is there twice",
			Hint:  "for several lines of one name write a list: " + name + ": [a, b]",
			Notes: []diag.Note{{Range: before, Message: "first written here"}}})
		return
	}
	seen[lower] = nameAt
	if value.Kind != yaml.SequenceNode {
		l.headerValue(at, name, value, rule)
		return
	}
	for i, item := range value.Content {
		here := at + "." + strconv.Itoa(i)
		item, ok := l.enter(here, item)
		if !ok {
			return
		}
		l.headerValue(here, name, item, rule)
		l.leave()
	}
}

// headerValue reads one value. A whole number needs no quotes: Access-Control-Max-Age: 600.
func (l *loader) headerValue(at, name string, n *yaml.Node, rule *HeaderRule) {
	v := n.Value
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || !isDigits(v) {
		var ok bool
		if v, ok = l.text(at, n); !ok {
			return
		}
	}
	if !matches(headerValuePattern, v) {
		l.report(at, n, &problem{message: "has a character that a header cannot hold, or a blank at an end: " + strconv.QuoteToASCII(v)})
		return
	}
	rule.Set = append(rule.Set, Header{Name: name, Value: v, At: l.src.node(n)})
}

func (headersRule) schema() map[string]any {
	one := []any{
		map[string]any{"type": "string", "pattern": headerValuePattern},
		map[string]any{"type": "integer", "minimum": 0},
	}
	return map[string]any{
		"type":          []string{"object", "null"},
		"propertyNames": map[string]any{"pattern": headerPathPattern},
		"additionalProperties": map[string]any{
			"type": "object",
			"propertyNames": map[string]any{
				"pattern": headerNamePattern,
				"not":     map[string]any{"pattern": anyCase(serverHeaders)},
			},
			"additionalProperties": map[string]any{"oneOf": append(one, map[string]any{"type": "array", "items": map[string]any{"oneOf": one}})},
		},
	}
}

func (headersRule) value(c *Config) string { return count(len(c.Headers), "rule") }

// anyCase is a pattern for names in any case; the pattern language of JSON Schema has no flag for it.
func anyCase(names []string) string {
	var b strings.Builder
	b.WriteString("^(")
	for i, name := range names {
		if i > 0 {
			b.WriteByte('|')
		}
		for _, c := range name {
			if c == '-' {
				b.WriteByte('-')
				continue
			}
			b.WriteString("[" + strings.ToUpper(string(c)) + string(c) + "]")
		}
	}
	b.WriteString(")$")
	return b.String()
}
