package content

import (
	"fmt"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"

	"sitegen.dev/core/config"
	"sitegen.dev/core/diag"
)

// cut finds the front matter of src: the lines between a first line --- or +++ and the next one. body is the offset behind
// it.
func cut(src *source, list *diag.List) (frontLine int, text string, body int) {
	first, _ := src.line(1)
	fence := strings.TrimRight(first, " \t")
	if fence != "---" && fence != tomlFence {
		return 0, "", 0
	}
	for n := 2; n <= len(src.lines); n++ {
		line, off := src.line(n)
		if strings.TrimRight(line, " \t") != fence {
			continue
		}
		body = len(src.text)
		if n < len(src.lines) {
			body = src.lines[n]
		}
		return 2, src.text[src.lines[1]:off], body
	}
	list.Error("SG5021", src.rng(0, 3), "the front matter is never closed", "add a line "+fence+" behind it")
	return 0, "", len(src.text)
}

var yamlLine = regexp.MustCompile(`^yaml: (?:unmarshal errors:\s+)?(?:line \d+: )?`)

// front reads YAML, or TOML behind a line +++, that begins at a line of src.
func front(src *source, line int, text string, list *diag.List) []Field {
	if strings.HasPrefix(src.text, tomlFence) {
		top := tomlTree(src, line, text, list)
		if top == nil {
			return nil
		}
		return mapFields(src, line, top, list)
	}
	var root yaml.Node
	if err := readYAML(text, &root); err != nil {
		list.Add(invalidYAML("SG5020", src, line, text, err))
		return nil
	}
	if len(root.Content) == 0 { // empty, or comments only
		return nil
	}
	top := root.Content[0]
	if top.Kind != yaml.MappingNode {
		if top.Tag != "!!null" {
			list.Error("SG5020", nodeRange(src, line, top), "the front matter is no list of keys and values", "write key: value")
		}
		return nil
	}
	return mapFields(src, line, top, list)
}

// mapFields gives the keys of a map of YAML that begins at a line of src.
func mapFields(src *source, line int, top *yaml.Node, list *diag.List) []Field {
	var fields []Field
	seen := map[string]diag.Range{}
	for _, p := range merged(top, 0) {
		key, node := p.key, p.value
		f := Field{Key: key.Value, Node: node, KeyAt: nodeRange(src, line, key), ValueAt: nodeRange(src, line, node)}
		if key.Kind != yaml.ScalarNode || key.Tag != "!!str" {
			list.Error("SG5020", f.KeyAt, "a key is no text", "put it in quotes")
			continue
		}
		if first, ok := seen[f.Key]; ok {
			list.Add(diag.Diagnostic{
				Code: "SG5020", Range: f.KeyAt, Message: fmt.Sprintf("%s is set twice", f.Key), Hint: "remove one of them",
				Notes: []diag.Note{{Range: first, Message: "first set here"}},
			})
			continue
		}
		seen[f.Key] = f.KeyAt
		if err := node.Decode(&f.Value); err != nil {
			list.Error("SG5020", f.ValueAt, yamlMessage(err), "")
			continue
		}
		fields = append(fields, f)
	}
	return fields
}

func yamlMessage(err error) string {
	return strings.TrimSpace(yamlLine.ReplaceAllString(err.Error(), ""))
}

// invalidYAML reports what the parser has against text, which begins at a line of src.
func invalidYAML(code diag.Code, src *source, line int, text string, err error) diag.Diagnostic {
	offset, message, hint := config.ExplainYAML([]byte(text), err)
	_, begin := src.line(line)
	at, off := src.line(src.pos(begin + offset).Line)
	return diag.Diagnostic{Code: code, Range: src.rng(off, off+len(at)), Message: message, Hint: hint}
}

// nodeRange gives the place of a node of YAML that begins at a line of src. yaml.v3 counts columns in characters.
func nodeRange(src *source, line int, n *yaml.Node) diag.Range {
	text, off := src.line(line + n.Line - 1)
	col := 0
	for i := range text {
		if col++; col == n.Column {
			off += i
			if n.Kind == yaml.ScalarNode && n.Style&^yaml.TaggedStyle == 0 && n.Value != "" && strings.HasPrefix(text[i:], n.Value) {
				return src.rng(off, off+len(n.Value))
			}
			break
		}
	}
	return diag.Range{Pos: src.pos(off)}
}

// known reads the keys that mean something to sitegen itself.
func (d *Document) known(list *diag.List) {
	for _, k := range []struct {
		key string
		to  *string
	}{{"layout", &d.Layout}, {"title", &d.Title}, {"description", &d.Description}, {"lang", &d.Lang}} {
		f := d.Field(k.key)
		if f == nil || f.Value == nil {
			continue
		}
		s, ok := f.Value.(string)
		if !ok && k.key != "layout" && f.Node.Kind == yaml.ScalarNode {
			s, ok = f.Node.Value, true // title: 2026
		}
		if !ok {
			list.Error("SG5022", f.ValueAt, k.key+" must be a text", "write "+k.key+`: "…"`)
			continue
		}
		*k.to = s
	}
	if f := d.Field("draft"); f != nil && f.Value != nil {
		b, ok := f.Value.(bool)
		if !ok {
			list.Error("SG5022", f.ValueAt, "draft must be true or false", "")
		}
		d.Draft = b
	}
}
