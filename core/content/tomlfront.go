package content

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"gopkg.in/yaml.v3"

	"sitegen.dev/core/diag"
)

// tomlFence begins and ends front matter in TOML.
const tomlFence = "+++"

// tomlTree reads TOML that begins at a line of src as the tree that YAML of the same meaning has, so that nothing else
// knows of TOML. nil where there are errors, or nothing.
func tomlTree(src *source, line int, text string, list *diag.List) *yaml.Node {
	var data map[string]any
	meta, err := toml.Decode(text, &data)
	if err != nil {
		at := diag.Range{Pos: src.pos(src.lines[min(line, len(src.lines))-1])}
		message := err.Error()
		var parse toml.ParseError
		if errors.As(err, &parse) {
			message = parse.Message
			start := src.lines[line-1] + parse.Position.Start
			at = src.rng(min(start, len(src.text)), min(start+max(parse.Position.Len, 1), len(src.text)))
			if message == "" { // some are only in the long form
				_, message, _ = strings.Cut(parse.Error(), ": ")
			}
		}
		list.Error("SG5020", at, strings.TrimPrefix(message, "toml: "), "")
		return nil
	}
	if len(data) == 0 {
		return nil
	}
	t := &tomlReader{order: map[string]int{}, at: tomlPlaces(text)}
	for i, key := range meta.Keys() {
		for n := range key { // a.b = 1 makes a, too
			path := strings.Join(key[:n+1], "\x00")
			if _, ok := t.order[path]; !ok {
				t.order[path] = i
			}
		}
	}
	return t.node("", data)
}

// tomlReader makes nodes of decoded values.
type tomlReader struct {
	order map[string]int // of keys in the file, by their path
	at    map[string]tomlPlace
}

// tomlPlace is where a key and its value begin, in lines of the front matter and characters, both from 1.
type tomlPlace struct{ line, key, value int }

func (t *tomlReader) node(path string, v any) *yaml.Node {
	at, ok := t.at[path]
	if !ok {
		at = tomlPlace{1, 1, 1}
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Line: at.line, Column: at.value}
	switch v := v.(type) {
	case map[string]any:
		n.Kind, n.Tag = yaml.MappingNode, "!!map"
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.SortFunc(keys, func(a, b string) int {
			if d := t.order[join(path, a)] - t.order[join(path, b)]; d != 0 {
				return d
			}
			return strings.Compare(a, b)
		})
		for _, k := range keys {
			below := join(path, k)
			place, ok := t.at[below]
			if !ok {
				place = at
			}
			key := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: k, Line: place.line, Column: place.key}
			n.Content = append(n.Content, key, t.node(below, v[k]))
		}
	case []map[string]any:
		n.Kind, n.Tag = yaml.SequenceNode, "!!seq"
		for _, item := range v {
			n.Content = append(n.Content, t.node(path, item))
		}
	case []any:
		n.Kind, n.Tag = yaml.SequenceNode, "!!seq"
		for _, item := range v {
			n.Content = append(n.Content, t.node(path, item))
		}
	case string:
		n.Tag, n.Value, n.Style = "!!str", v, yaml.DoubleQuotedStyle
	case bool:
		n.Tag, n.Value = "!!bool", strconv.FormatBool(v)
	case int64:
		n.Tag, n.Value = "!!int", strconv.FormatInt(v, 10)
	case float64:
		n.Tag, n.Value = "!!float", strconv.FormatFloat(v, 'g', -1, 64)
	case time.Time:
		n.Tag, n.Value = "!!timestamp", v.Format(time.RFC3339Nano)
		// The names are those of the package for dates and times without a zone.
		switch v.Location().String() {
		case "date-local":
			n.Value = v.Format(time.DateOnly)
		case "datetime-local":
			n.Value = v.Format("2006-01-02 15:04:05.999999999")
		case "time-local":
			n.Tag, n.Value = "!!str", v.Format("15:04:05.999999999")
		}
	}
	return n
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "\x00" + key
}

// tomlPlaces finds keys by the lines they begin: the decoder has read the text already, so what looks like a key is one,
// but for the lines within texts and lists that go over several.
func tomlPlaces(text string) map[string]tomlPlace {
	out := map[string]tomlPlace{}
	table := ""
	n := 0
	until := "" // what ends a text of several lines
	for line := range strings.Lines(text) {
		n++
		if until != "" {
			if strings.Contains(line, until) {
				until = ""
			}
			continue
		}
		trimmed := strings.TrimLeft(line, " \t")
		indent := len(line) - len(trimmed)
		if strings.HasPrefix(trimmed, "[") {
			name := strings.TrimLeft(trimmed, "[")
			if keys, rest := tomlKey(name); strings.HasPrefix(rest, "]") {
				table = strings.Join(keys, "\x00")
				if _, ok := out[table]; !ok {
					col := indent + len(trimmed) - len(name) + 1
					out[table] = tomlPlace{n, col, col}
				}
			}
			continue
		}
		keys, rest := tomlKey(trimmed)
		if len(keys) == 0 || !strings.HasPrefix(rest, "=") {
			continue
		}
		value := strings.TrimLeft(rest[1:], " \t")
		path := strings.Join(keys, "\x00")
		if table != "" {
			path = table + "\x00" + path
		}
		if _, ok := out[path]; !ok {
			chars := func(rest string) int { return len([]rune(line[:len(line)-len(rest)])) + 1 }
			out[path] = tomlPlace{n, chars(trimmed), chars(value)}
		}
		for _, quotes := range []string{`"""`, "'''"} {
			if strings.HasPrefix(value, quotes) && !strings.Contains(value[3:], quotes) {
				until = quotes
			}
		}
	}
	return out
}

// tomlKey reads a key, dotted or not, and gives what follows it behind blanks.
func tomlKey(s string) (keys []string, rest string) {
	for {
		s = strings.TrimLeft(s, " \t")
		end := 0
		switch {
		case s != "" && (s[0] == '"' || s[0] == '\''):
			n := strings.IndexByte(s[1:], s[0])
			if n < 0 {
				return nil, s
			}
			keys, end = append(keys, s[1:1+n]), n+2
		default:
			for end < len(s) && (word(s[end]) || s[end] == '-') {
				end++
			}
			if end == 0 {
				return nil, s
			}
			keys = append(keys, s[:end])
		}
		s = strings.TrimLeft(s[end:], " \t")
		if !strings.HasPrefix(s, ".") {
			return keys, s
		}
		s = s[1:]
	}
}
