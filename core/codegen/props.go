package codegen

import (
	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// PropTypes says which props a component declares: for an attribute of any spelling the Go type of the prop that it
// sets, as the source writes it. Whoever makes component source of something else, of Markdown for one, needs to know
// before there is a Program.
func PropTypes(file *syntax.File) func(attribute string) (goType string, ok bool) {
	c := &Component{Path: file.Name, file: file}
	readFront(c, &diag.List{}) // reported when the component itself is linked
	types := map[string]string{}
	if info := c.front.props; info != nil {
		for _, f := range info.Fields {
			name := f.Name
			if f.Prop != "" {
				name = f.Prop
			}
			if !f.Rest {
				types[foldName(name)] = f.Type
			}
		}
	}
	return func(attribute string) (string, bool) {
		t, ok := types[foldName(attribute)]
		return t, ok
	}
}
