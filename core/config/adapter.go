package config

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// adapterRule is the name of an adapter, or a mapping with name, perhaps the command that runs it, and the options of that
// adapter. What the options may be is for the adapter to say; here they only become JSON.
type adapterRule struct{}

const adapterPattern = `^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$`

func (adapterRule) load(l *loader, path string, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		name, ok := l.text(path, n)
		if !ok {
			return
		}
		l.report(path, n, adapterRule{}.set(l.c, name))
		return
	}
	var options, command []string
	named := false
	l.mapping(path, n, func(key string, keyNode, value *yaml.Node) {
		at := path + "." + key
		if key == "name" {
			named = true
			if name, ok := l.text(at, value); ok {
				l.report(at, value, adapterRule{}.set(l.c, name))
			}
			return
		}
		if key == "command" {
			command = l.command(at, value)
			return
		}
		if v, ok := l.json(at, value); ok {
			options = append(options, quoteJSON(key)+":"+v)
		}
	})
	if !named {
		l.list.Error("SG4004", l.c.At(path), "adapter has options but no name", "name it: adapter: {name: node, …}")
		return
	}
	if options != nil {
		l.c.Adapter.Options = json.RawMessage("{" + strings.Join(options, ",") + "}")
	}
	l.c.Adapter.Command = command
}

// command reads the program that is the adapter: words on one line, or a list of them. It is never given to a shell.
func (l *loader) command(at string, n *yaml.Node) []string {
	var words []string
	if n.Kind == yaml.SequenceNode {
		for i, item := range n.Content {
			here := at + "." + strconv.Itoa(i)
			item, ok := l.enter(here, item)
			if !ok {
				return nil
			}
			word, ok := l.text(here, item)
			l.leave()
			if !ok {
				return nil
			}
			words = append(words, word)
		}
	} else {
		line, ok := l.text(at, n)
		if !ok {
			return nil
		}
		words = strings.Fields(line)
	}
	if len(words) == 0 || words[0] == "" || strings.ContainsRune(strings.Join(words, ""), 0) {
		l.report(at, n, &problem{message: "must be a program and its arguments", hint: "write command: ./my-adapter, or command: [go, run, ./adapter]"})
		return nil
	}
	return words
}

// set names the adapter. Options stay only with the adapter that they were written for.
func (adapterRule) set(c *Config, name string) *problem {
	if !matches(adapterPattern, name) {
		return &problem{message: "must be the name of an adapter such as node, not " + strconv.Quote(name)}
	}
	if c.Adapter.Name != name {
		c.Adapter = Adapter{Name: name}
	}
	return nil
}

func (adapterRule) schema() map[string]any {
	name := map[string]any{"type": "string", "pattern": adapterPattern, "examples": []string{"node", "netlify", "vercel", "cloudflare"}}
	words := map[string]any{"type": "array", "minItems": 1, "items": map[string]any{"type": "string"}}
	command := map[string]any{"description": "The program that is the adapter, where it is not found by its name",
		"oneOf": []any{map[string]any{"type": "string", "pattern": `\S`}, words}}
	return map[string]any{"oneOf": []any{
		name,
		map[string]any{"type": "object", "required": []string{"name"}, "properties": map[string]any{"name": name, "command": command}},
	}}
}

func (adapterRule) value(c *Config) string { return c.Adapter.Name }

// json turns a node of free form into JSON, keeping the order of keys.
func (l *loader) json(at string, n *yaml.Node) (string, bool) {
	switch n.Kind {
	case yaml.MappingNode:
		var entries []string
		ok := true
		l.mapping(at, n, func(key string, keyNode, value *yaml.Node) {
			v, valid := l.json(at+"."+key, value)
			entries = append(entries, quoteJSON(key)+":"+v)
			ok = ok && valid
		})
		return "{" + strings.Join(entries, ",") + "}", ok
	case yaml.SequenceNode:
		items := make([]string, 0, len(n.Content))
		for i, item := range n.Content {
			here := at + "." + strconv.Itoa(i)
			item, ok := l.enter(here, item)
			if !ok {
				return "", false
			}
			v, ok := l.json(here, item)
			l.leave()
			if !ok {
				return "", false
			}
			items = append(items, v)
		}
		return "[" + strings.Join(items, ",") + "]", true
	}
	return l.jsonScalar(at, n)
}

func (l *loader) jsonScalar(at string, n *yaml.Node) (string, bool) {
	switch n.ShortTag() {
	case "!!null":
		return "null", true
	case "!!bool":
		return strings.ToLower(n.Value), true
	case "!!int":
		var i int64
		if n.Decode(&i) == nil {
			return strconv.FormatInt(i, 10), true
		}
	case "!!float":
		var f float64
		if n.Decode(&f) == nil && !math.IsInf(f, 0) && !math.IsNaN(f) {
			b, err := json.Marshal(f)
			return string(b), err == nil
		}
	case "!!str", "!!timestamp":
		return quoteJSON(n.Value), true
	}
	l.list.Error("SG4003", l.place(at, n), at+" has a value that JSON cannot hold: "+got(n), "quote it if it is text")
	return "", false
}

func quoteJSON(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	// A string cannot fail to encode.
	_ = enc.Encode(s)
	return strings.TrimSuffix(b.String(), "\n")
}
