package config

import (
	"bytes"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"sitegen.dev/core/diag"
)

// Limits that no real site.yaml comes near; they keep a hostile one from taking time and memory.
const (
	maxFile  = 1 << 20 // bytes
	maxNodes = 20_000  // visited, so that an alias counts each time
	maxDepth = 32
)

// Load reads site.yaml. The name is what diagnostics call the file; nil or empty data gives the defaults. The Config is
// never nil: where something is wrong it holds the default. Variables go over the file, and flags over variables; an
// empty variable counts as not set.
func Load(name string, data []byte, getenv func(string) string, flags ...Override) (*Config, *diag.List) {
	c := defaults()
	c.name = name
	l := &loader{c: c, list: &diag.List{}}
	if root := l.parse(data); root != nil {
		if root, ok := l.enter("", root); ok {
			object{siteKeys}.load(l, "", root)
			l.leave()
		}
	}
	l.environment(getenv)
	l.flags(flags)
	checkFolders(l)
	checkSessionCookie(l)
	checkLocales(l)
	return c, l.list
}

// loader holds what reading one file needs.
type loader struct {
	c     *Config
	list  *diag.List
	src   source
	nodes int
	depth int
	full  bool // the limit was reported
}

func (l *loader) file() diag.Range { return diag.Range{Pos: diag.Pos{File: l.c.name}} }

// parse gives the root node, nil where the file is empty or no YAML.
func (l *loader) parse(data []byte) *yaml.Node {
	if len(data) > maxFile {
		l.list.Error("SG4010", l.file(), path.Base(l.c.name)+" is larger than "+strconv.Itoa(maxFile>>10)+" KiB", "")
		return nil
	}
	if !utf8.Valid(data) {
		l.list.Error("SG4010", l.file(), path.Base(l.c.name)+" is not UTF-8 text", "save it as UTF-8")
		return nil
	}
	l.src = newSource(l.c.name, data)
	dec := yaml.NewDecoder(bytes.NewReader(l.src.text))
	var doc yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		l.syntaxError(err)
		return nil
	}
	var second yaml.Node
	switch err := dec.Decode(&second); {
	case err == nil:
		l.list.Error("SG4007", l.src.node(&second), path.Base(l.c.name)+" holds more than one document", "remove the --- line and what follows it")
		return nil
	case !errors.Is(err, io.EOF):
		l.syntaxError(err)
		return nil
	}
	if len(doc.Content) == 0 {
		return nil
	}
	return doc.Content[0]
}

// enter is called for every node before it is read: it resolves aliases and holds the limits. Where it says true, leave
// must follow.
func (l *loader) enter(at string, n *yaml.Node) (*yaml.Node, bool) {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	l.nodes++
	if l.nodes > maxNodes || l.depth >= maxDepth {
		if !l.full {
			l.full = true
			l.list.Error("SG4008", l.src.node(n), "aliases and nesting make this file larger than sitegen reads", "write the values out")
		}
		return nil, false
	}
	if n.Style&yaml.TaggedStyle != 0 {
		l.list.Error("SG4008", l.src.node(n), "tags such as "+n.Tag+" are not used in this file", "remove the tag; put text into quotes")
		return nil, false
	}
	l.depth++
	if at != "" {
		if _, ok := l.c.at[at]; !ok {
			l.c.at[at] = l.src.node(n)
		}
	}
	return n, true
}

func (l *loader) leave() { l.depth-- }

// mapping visits the entries of a mapping in order, each key once.
func (l *loader) mapping(at string, n *yaml.Node, visit func(name string, keyNode, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		l.wrongType(at, n, "a mapping")
		return
	}
	prefix := ""
	if at != "" {
		prefix = at + "."
	}
	first := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		keyNode, ok := l.enter("", n.Content[i])
		if !ok {
			continue
		}
		l.leave()
		if keyNode.Kind != yaml.ScalarNode {
			l.list.Error("SG4003", l.src.node(keyNode), "a key must be text, not "+got(keyNode), "")
			continue
		}
		if keyNode.ShortTag() == "!!merge" {
			l.list.Error("SG4008", l.src.node(keyNode), "<< is not used in this file", "write the keys out")
			continue
		}
		name := keyNode.Value
		if before := first[name]; before != nil {
			l.list.Add(diag.Diagnostic{Code: "SG4005", Range: l.src.node(keyNode), Message: prefix + name + " is there twice",
				Hint: "remove one of them", Notes: []diag.Note{{Range: l.src.node(before), Message: "first written here"}}})
			continue
		}
		first[name] = keyNode
		value := n.Content[i+1]
		for value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		// The place of a mapping or a list is that of its key, which says more than that of its first entry.
		l.c.at[prefix+name] = l.src.node(keyNode)
		if value.Kind == yaml.ScalarNode && value.Value != "" {
			l.c.at[prefix+name] = l.src.node(value)
		}
		l.c.origins[prefix+name] = Origin{Layer: File, Name: l.c.name, At: l.c.at[prefix+name]}
		value, ok = l.enter("", value)
		if !ok {
			continue
		}
		visit(name, keyNode, value)
		l.leave()
	}
}

// unknownKey reports a key that is not in keys, with what may have been meant.
func (l *loader) unknownKey(keys []key, prefix, name string, n *yaml.Node) {
	at := l.src.node(n)
	hint := ""
	var names, former []string
	calls := map[string]string{}
	for _, k := range keys {
		names = append(names, k.name)
		former = append(former, k.was...)
		for _, was := range k.was {
			calls[was] = k.name
		}
	}
	if now := calls[name]; now != "" {
		hint = "sitegen calls it " + prefix + now
	} else if s := diag.Suggest(name, names); s != "" {
		hint = "did you mean " + strconv.Quote(prefix+s) + "?"
	}
	walkKeys(siteKeys, "", func(path string, k key) {
		if hint == "" && k.name == name {
			hint = "it belongs to another place: " + path
		}
	})
	if s := diag.Suggest(name, former); hint == "" && s != "" {
		hint = "did you mean " + strconv.Quote(prefix+calls[s]) + "?"
	}
	message := "unknown key " + strconv.Quote(prefix+name)
	if prefix != "" && hint == "" {
		hint = strings.TrimSuffix(prefix, ".") + " has the keys " + strings.Join(names, ", ")
	}
	l.list.Error("SG4002", at, message, hint)
}

// text gives the value of a node that must be text. A date is text that happens to look like one.
func (l *loader) text(at string, n *yaml.Node) (string, bool) {
	if n.Kind == yaml.ScalarNode {
		switch n.ShortTag() {
		case "!!str", "!!timestamp":
			return n.Value, true
		}
	}
	l.wrongType(at, n, "text")
	return "", false
}

// wrongType reports a value of another type than wanted.
func (l *loader) wrongType(at string, n *yaml.Node, want string) {
	hint := ""
	if n.Kind == yaml.ScalarNode {
		switch tag := n.ShortTag(); {
		case want == "text" && tag != "!!null" && tag != "!!binary":
			hint = "quote it: " + strconv.Quote(n.Value)
		case want == "true or false" && tag == "!!str":
			switch strings.ToLower(n.Value) {
			case "yes", "on", "y", "true":
				hint = "write true"
			case "no", "off", "n", "false":
				hint = "write false"
			}
		case strings.HasPrefix(want, "a whole number") && tag == "!!str" && isDigits(n.Value):
			hint = "write it without quotes: " + n.Value
		}
	}
	if isNull(n) {
		hint = "give it a value, or remove the line"
	}
	what := at
	if what == "" {
		what = path.Base(l.c.name)
	}
	l.list.Error("SG4003", l.place(at, n), what+" must be "+want+", not "+got(n), hint)
}

// report adds what is wrong with the value of a key, if anything.
func (l *loader) report(at string, n *yaml.Node, p *problem) {
	if p == nil {
		return
	}
	code := p.code
	if code == "" {
		code = "SG4004"
	}
	l.list.Error(code, l.place(at, n), at+" "+p.message, p.hint)
}

// place is that of a node; a value that is not there has the place of its key.
func (l *loader) place(at string, n *yaml.Node) diag.Range {
	if isNull(n) && n.Value == "" {
		return l.c.At(at)
	}
	return l.src.node(n)
}

// environment lays the variables over the file.
func (l *loader) environment(getenv func(string) string) {
	if getenv == nil {
		return
	}
	walkKeys(siteKeys, "", func(path string, k key) {
		if k.env == "" {
			return
		}
		if v := getenv(k.env); v != "" {
			l.override(path, k, v, Env, k.env)
		}
	})
}

// flags lays the flags over everything. A flag for a key that cannot be set from text is a mistake of the caller.
func (l *loader) flags(flags []Override) {
	for _, f := range flags {
		known := false
		walkKeys(siteKeys, "", func(path string, k key) {
			if path == f.Key {
				known = true
				l.override(path, k, f.Value, Flag, f.Name)
			}
		})
		if !known {
			panic("config: no key " + f.Key + " for " + f.Name)
		}
	}
}

func (l *loader) override(path string, k key, value string, layer Layer, name string) {
	if p := k.rule.(settable).set(l.c, value); p != nil {
		code := p.code
		if code == "" {
			code = "SG4004"
		}
		l.list.Error(code, diag.Range{}, name+": "+path+" "+p.message, p.hint)
		return
	}
	l.c.origins[path] = Origin{Layer: layer, Name: name}
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// got names what stands at a node.
func got(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	value := n.Value
	if len(value) > 40 {
		value = strings.ToValidUTF8(value[:40], "") + "…"
	}
	switch n.ShortTag() {
	case "!!null":
		return "empty"
	case "!!int", "!!float":
		return "the number " + value
	case "!!bool":
		return value
	}
	return strconv.Quote(value)
}
