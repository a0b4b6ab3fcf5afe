package content

import (
	"math"
	"path"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"sitegen.dev/core/site/content/store"
)

// maxValue bounds the encoded data of one entry: aliases can make a small file large.
const maxValue = 16 << 20

// encoder writes YAML as values of the store.
type encoder struct {
	out     []byte
	resolve func(Ref) (Target, bool) // nil where nothing is known of files
	problem string                   // what cannot be written,
	at      *yaml.Node               // and where
}

func (e *encoder) fail(n *yaml.Node, problem string) {
	if e.problem == "" {
		e.problem, e.at = problem, n
	}
}

// fields writes the keys of a front matter.
func (e *encoder) fields(fields []Field) {
	e.out = store.AppendMap(e.out, len(fields))
	for _, f := range fields {
		e.out = store.AppendText(e.out, f.Key)
		e.value(f.Node, 1)
	}
}

func (e *encoder) value(n *yaml.Node, depth int) {
	for n.Kind == yaml.AliasNode {
		n = n.Alias // yaml.v3 has refused those that contain themselves
	}
	switch {
	case e.problem != "":
	case depth > store.MaxDepth:
		e.fail(n, "is nested too deeply")
	case len(e.out) > maxValue:
		e.fail(n, "is too large with all its aliases")
	case n.Kind == yaml.SequenceNode:
		e.out = store.AppendList(e.out, len(n.Content))
		for _, c := range n.Content {
			e.value(c, depth+1)
		}
		return
	case n.Kind == yaml.MappingNode:
		pairs := merged(n, depth)
		e.out = store.AppendMap(e.out, len(pairs))
		for _, p := range pairs {
			if p.key.Kind != yaml.ScalarNode {
				e.fail(p.key, "has a key that is no text")
				return
			}
			e.out = store.AppendText(e.out, p.key.Value)
			e.value(p.value, depth+1)
		}
		return
	default:
		e.scalar(n)
		return
	}
	e.out = append(e.out, byte(store.Null), 0)
}

func (e *encoder) scalar(n *yaml.Node) {
	kind, norm := store.String, n.Value
	switch n.ShortTag() {
	case "!!str":
		if e.resolve == nil || !namesImage(n.Value) {
			break
		}
		if to, ok := e.resolve(Ref{Dest: n.Value, Image: true}); ok && to.Width > 0 {
			e.out = store.AppendImage(e.out, n.Value, store.Picture{URL: to.URL, Format: to.Format, Width: to.Width, Height: to.Height})
			return
		}
	case "!!null":
		kind = store.Null
	case "!!bool":
		var v bool
		if n.Decode(&v) == nil {
			kind, norm = store.Bool, strconv.FormatBool(v)
		}
	case "!!int":
		var v any
		n.Decode(&v)
		kind = store.Int
		switch v := v.(type) {
		case int:
			norm = strconv.Itoa(v)
		case int64:
			norm = strconv.FormatInt(v, 10)
		case uint64:
			norm = strconv.FormatUint(v, 10)
		}
	case "!!float":
		var v float64
		if n.Decode(&v) != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			break // a text, such as .inf, which no number takes
		}
		kind, norm = store.Float, strconv.FormatFloat(v, 'g', -1, 64)
	case "!!timestamp":
		var v time.Time
		if n.Decode(&v) == nil {
			kind, norm = store.Time, v.Format(time.RFC3339Nano)
		}
	}
	e.out = store.AppendScalar(e.out, kind, n.Value, norm)
}

type pair struct{ key, value *yaml.Node }

// merged gives the pairs of a map with those that << brings in behind its own.
func merged(n *yaml.Node, depth int) []pair {
	var own, others []pair
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.ScalarNode || k.ShortTag() != "!!merge" {
			own = append(own, pair{k, v})
			continue
		}
		for v.Kind == yaml.AliasNode {
			v = v.Alias
		}
		from := []*yaml.Node{v}
		if v.Kind == yaml.SequenceNode {
			from = v.Content
		}
		for _, m := range from {
			for m.Kind == yaml.AliasNode {
				m = m.Alias
			}
			if m.Kind == yaml.MappingNode && depth < store.MaxDepth {
				others = append(others, merged(m, depth+1)...)
			}
		}
	}
	if others == nil {
		return own
	}
	seen := map[string]bool{}
	for _, p := range own {
		seen[p.key.Value] = true
	}
	for _, p := range others {
		if !seen[p.key.Value] {
			seen[p.key.Value] = true
			own = append(own, p)
		}
	}
	return own
}

// namesImage says whether a text may be the name of an image in the project: whether it is one, its file tells.
func namesImage(s string) bool {
	switch strings.ToLower(path.Ext(s)) {
	case ".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg":
		return scheme(s) == "" && !strings.HasPrefix(s, "//") && !strings.ContainsAny(s, "\n?#")
	}
	return false
}
