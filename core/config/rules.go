package config

import (
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"sitegen.dev/core/diag"
)

// key is one key of a mapping.
type key struct {
	name string
	doc  string
	rule rule
	env  string   // the variable that overrides it
	was  []string // what other generators call it
}

// rule says what may stand at a place of site.yaml and where it goes.
type rule interface {
	// load reads n, which is never an alias, into the loader's Config. The path is that of the key.
	load(l *loader, path string, n *yaml.Node)
	// schema gives the JSON Schema of what load accepts.
	schema() map[string]any
}

// valued is a rule whose value can be shown on one line.
type valued interface {
	value(c *Config) string
}

// settable is a rule whose value can be given as text by a variable or a flag.
type settable interface {
	set(c *Config, text string) *problem
}

var (
	_ settable = text{}
	_ settable = integer{}
	_ settable = boolean{}
	_ settable = size{}
	_ settable = adapterRule{}
	_ settable = list{}

	_ valued = text{}
	_ valued = integer{}
	_ valued = boolean{}
	_ valued = size{}
	_ valued = list{}
	_ valued = adapterRule{}
	_ valued = redirectsRule{}
	_ valued = headersRule{}
)

// problem is what is wrong with a value; the message goes behind the name of the key.
type problem struct {
	code          diag.Code // "SG4004" where empty
	message, hint string
}

// walkKeys visits all keys, outer ones first.
func walkKeys(keys []key, prefix string, visit func(path string, k key)) {
	for _, k := range keys {
		visit(prefix+k.name, k)
		if o, ok := k.rule.(object); ok {
			walkKeys(o.keys, prefix+k.name+".", visit)
		}
	}
}

// text is a string.
type text struct {
	into    func(*Config) *string
	enum    []string
	pattern string                                  // for the schema; at least what check says
	check   func(string) (clean string, p *problem) // nil: any
}

func (r text) load(l *loader, path string, n *yaml.Node) {
	s, ok := l.text(path, n)
	if !ok {
		return
	}
	l.report(path, n, r.set(l.c, s))
}

func (r text) set(c *Config, s string) *problem {
	if r.enum != nil {
		if !slices.Contains(r.enum, s) {
			return &problem{message: "must be " + oneOf(r.enum) + ", not " + strconv.Quote(s), hint: didYouMean(diag.Suggest(s, r.enum))}
		}
		*r.into(c) = s
		return nil
	}
	if r.check != nil {
		var p *problem
		if s, p = r.check(s); p != nil {
			return p
		}
	}
	*r.into(c) = s
	return nil
}

func (r text) schema() map[string]any {
	s := map[string]any{"type": "string"}
	if r.enum != nil {
		s = map[string]any{"enum": r.enum}
	}
	if r.pattern != "" {
		s["pattern"] = r.pattern
	}
	if d := *r.into(defaults()); d != "" {
		s["default"] = d
	}
	return s
}

func (r text) value(c *Config) string { return *r.into(c) }

// integer is a whole number within limits.
type integer struct {
	into     func(*Config) *int
	min, max int
}

func (r integer) load(l *loader, path string, n *yaml.Node) {
	var v int
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || n.Decode(&v) != nil {
		l.wrongType(path, n, "a whole number from "+strconv.Itoa(r.min)+" to "+strconv.Itoa(r.max))
		return
	}
	l.report(path, n, r.store(l.c, v))
}

func (r integer) set(c *Config, s string) *problem {
	v, err := strconv.Atoi(s)
	if err != nil {
		return &problem{message: "must be a whole number, not " + strconv.Quote(s)}
	}
	return r.store(c, v)
}

func (r integer) store(c *Config, v int) *problem {
	if v < r.min || v > r.max {
		return &problem{message: "must be from " + strconv.Itoa(r.min) + " to " + strconv.Itoa(r.max) + ", not " + strconv.Itoa(v)}
	}
	*r.into(c) = v
	return nil
}

func (r integer) schema() map[string]any {
	return map[string]any{"type": "integer", "minimum": r.min, "maximum": r.max, "default": *r.into(defaults())}
}

func (r integer) value(c *Config) string { return strconv.Itoa(*r.into(c)) }

// boolean is true or false.
type boolean struct{ into func(*Config) *bool }

func (r boolean) load(l *loader, path string, n *yaml.Node) {
	var v bool
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" || n.Decode(&v) != nil {
		l.wrongType(path, n, "true or false")
		return
	}
	*r.into(l.c) = v
}

func (r boolean) set(c *Config, s string) *problem {
	if s != "true" && s != "false" {
		return &problem{message: "must be true or false, not " + strconv.Quote(s)}
	}
	*r.into(c) = s == "true"
	return nil
}

func (r boolean) schema() map[string]any {
	return map[string]any{"type": "boolean", "default": *r.into(defaults())}
}

func (r boolean) value(c *Config) string { return strconv.FormatBool(*r.into(c)) }

// size is a number of bytes, bare or with a unit.
type size struct{ into func(*Config) *int64 }

const wantSize = "a size such as 512KiB, 10MB or 1048576"

// units of sizes, the longer name first where one is the end of the other.
var units = []struct {
	name  string
	bytes int64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30},
	{"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9},
	{"B", 1},
}

const sizePattern = `^[0-9]{1,12} ?(KiB|MiB|GiB|kB|KB|MB|GB|B)?$`

// maxSize keeps every size well within an int64, and an author from writing petabytes by mistake.
const maxSize = 1 << 40

func (r size) load(l *loader, path string, n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!int" {
		var v int64
		if n.Decode(&v) != nil || v < 0 || v > maxSize {
			l.report(path, n, &problem{message: "must be " + wantSize + ", not " + n.Value})
			return
		}
		*r.into(l.c) = v
		return
	}
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
		l.wrongType(path, n, wantSize)
		return
	}
	l.report(path, n, r.set(l.c, n.Value))
}

func (r size) set(c *Config, s string) *problem {
	digits, unit := s, int64(1)
	for _, u := range units {
		if before, ok := strings.CutSuffix(s, u.name); ok {
			digits, unit = strings.TrimSuffix(before, " "), u.bytes
			break
		}
	}
	v, err := strconv.ParseUint(digits, 10, 40)
	if err != nil || len(digits) > 12 || int64(v) > maxSize/unit {
		return &problem{message: "must be " + wantSize + ", not " + strconv.Quote(s)}
	}
	*r.into(c) = int64(v) * unit
	return nil
}

func (r size) schema() map[string]any {
	return map[string]any{
		"oneOf": []any{
			map[string]any{"type": "integer", "minimum": 0, "maximum": maxSize},
			map[string]any{"type": "string", "pattern": sizePattern},
		},
		"default": r.value(defaults()),
	}
}

func (r size) value(c *Config) string {
	v := *r.into(c)
	for _, u := range []int{2, 1, 0} {
		if v > 0 && v%units[u].bytes == 0 {
			return strconv.FormatInt(v/units[u].bytes, 10) + units[u].name
		}
	}
	return strconv.FormatInt(v, 10)
}

// list is a sequence of strings.
type list struct {
	into    func(*Config) *[]string
	pattern string
	check   func(string) (clean string, p *problem)
}

func (r list) load(l *loader, path string, n *yaml.Node) {
	if isNull(n) {
		return
	}
	if n.Kind != yaml.SequenceNode {
		l.wrongType(path, n, "a list")
		return
	}
	var out []string
	for i, item := range n.Content {
		at := path + "." + strconv.Itoa(i)
		item, ok := l.enter(at, item)
		if !ok {
			return
		}
		s, ok := l.text(at, item)
		l.leave()
		if !ok {
			continue
		}
		clean, p := r.check(s)
		if p != nil {
			l.report(path, item, p)
			continue
		}
		if slices.Contains(out, clean) {
			l.report(path, item, &problem{message: "has " + strconv.Quote(s) + " twice"})
			continue
		}
		out = append(out, clean)
	}
	*r.into(l.c) = out
}

// set takes the values between commas.
func (r list) set(c *Config, value string) *problem {
	var out []string
	for s := range strings.SplitSeq(value, ",") {
		clean, p := r.check(strings.TrimSpace(s))
		if p != nil {
			return p
		}
		if !slices.Contains(out, clean) {
			out = append(out, clean)
		}
	}
	*r.into(c) = out
	return nil
}

func (r list) schema() map[string]any {
	return map[string]any{
		"type":        []string{"array", "null"},
		"items":       map[string]any{"type": "string", "pattern": r.pattern},
		"uniqueItems": true,
		"default":     []string{},
	}
}

func (r list) value(c *Config) string { return strings.Join(*r.into(c), ", ") }

// object is a mapping with a fixed set of keys.
type object struct{ keys []key }

func (r object) load(l *loader, path string, n *yaml.Node) {
	if isNull(n) {
		return
	}
	prefix := ""
	if path != "" {
		prefix = path + "."
	}
	l.mapping(path, n, func(name string, keyNode, value *yaml.Node) {
		i := slices.IndexFunc(r.keys, func(k key) bool { return k.name == name })
		if i < 0 {
			l.unknownKey(r.keys, prefix, name, keyNode)
			return
		}
		r.keys[i].rule.load(l, prefix+name, value)
	})
}

func (r object) schema() map[string]any {
	properties := map[string]any{}
	for _, k := range r.keys {
		s := k.rule.schema()
		s["description"] = k.doc
		properties[k.name] = s
	}
	return map[string]any{"type": []string{"object", "null"}, "additionalProperties": false, "properties": properties}
}

func oneOf(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = strconv.Quote(v)
	}
	if len(quoted) == 1 {
		return quoted[0]
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
}

func didYouMean(s string) string {
	if s == "" {
		return ""
	}
	return "did you mean " + strconv.Quote(s) + "?"
}
