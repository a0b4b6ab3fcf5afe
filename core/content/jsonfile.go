package content

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"

	"sitegen.dev/core/diag"
)

// jsonTree reads JSON into the tree that YAML is read into, so that all that follows knows one form. JSON is no subset of
// what yaml.v3 takes: tabs between tokens, surrogate pairs.
func jsonTree(src *source, list *diag.List) *yaml.Node {
	d := &jsonReader{dec: json.NewDecoder(strings.NewReader(src.text)), src: src}
	d.dec.UseNumber()
	n, err := d.value(0)
	if err == nil {
		if _, more := d.dec.Token(); more != io.EOF {
			err = errors.New("there is something behind the end of the value")
		}
	}
	if err == nil {
		return n
	}
	off, message := d.next(), err.Error() // the offset of a json.SyntaxError counts from the last token
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		off, message = len(src.text), "the file ends too early"
	}
	at := src.pos(min(off, len(src.text)))
	list.Error("SG5067", diag.Range{Pos: at}, message, "")
	return nil
}

// maxJSONDepth bounds nesting; a tree deeper than that could not be stored.
const maxJSONDepth = 200

type jsonReader struct {
	dec *json.Decoder
	src *source
}

func (d *jsonReader) value(depth int) (*yaml.Node, error) {
	if depth > maxJSONDepth {
		return nil, errors.New("the values are nested too deeply")
	}
	start := d.next()
	t, err := d.dec.Token()
	if err != nil {
		return nil, err
	}
	n := d.node(start)
	switch t := t.(type) {
	case json.Delim:
		return n, d.nested(n, t, depth)
	case string:
		n.Tag, n.Value, n.Style = "!!str", t, yaml.DoubleQuotedStyle
	case json.Number:
		n.Tag, n.Value = "!!int", t.String()
		if strings.ContainsAny(n.Value, ".eE") {
			n.Tag = "!!float"
		}
	case bool:
		n.Tag, n.Value = "!!bool", fmt.Sprint(t)
	case nil:
		n.Tag, n.Value = "!!null", "null"
	}
	return n, nil
}

func (d *jsonReader) nested(n *yaml.Node, open json.Delim, depth int) error {
	n.Kind, n.Tag = yaml.SequenceNode, "!!seq"
	if open == '{' {
		n.Kind, n.Tag = yaml.MappingNode, "!!map"
	}
	for d.dec.More() {
		if open == '{' {
			key, err := d.value(depth + 1)
			if err != nil {
				return err
			}
			n.Content = append(n.Content, key)
		}
		c, err := d.value(depth + 1)
		if err != nil {
			return err
		}
		n.Content = append(n.Content, c)
	}
	_, err := d.dec.Token() // the closing bracket
	return err
}

// next gives the offset of the token that is read next.
func (d *jsonReader) next() int {
	i := int(d.dec.InputOffset())
	for i < len(d.src.text) && strings.IndexByte(" \t\r\n,:", d.src.text[i]) >= 0 {
		i++
	}
	return i
}

func (d *jsonReader) node(start int) *yaml.Node {
	p := d.src.pos(min(start, len(d.src.text)))
	line, _ := d.src.line(p.Line)
	col := len([]rune(line[:min(p.Col-1, len(line))])) + 1 // yaml.v3 counts characters
	return &yaml.Node{Kind: yaml.ScalarNode, Line: p.Line, Column: col}
}
