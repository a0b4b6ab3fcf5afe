package codegen

import (
	"path"
	"sort"

	"sitegen.dev/core/syntax"
)

// Virtual is the Go of a component for programs that ignore line directives, as gopls does: without any, and with a map
// of which bytes are the author's. It can be made of a component with errors too; what they touch is missing then.
type Virtual struct {
	Path   string   // of the file, below the module root
	Go     []byte   // as it would be written, without line directives
	Ranges []Mapped // by Go; they do not overlap
	Source []byte   // of the component
}

// Mapped is a stretch of generated Go that stands for one of the source. Mostly both hold the same bytes; where they do
// not, the source is the name of an attribute and the Go the name of the field that it sets.
type Mapped struct{ Go, Source syntax.Span }

// Verbatim says whether both hold the same text.
func (m Mapped) Verbatim() bool { return m.Go.End-m.Go.Start == m.Source.End-m.Source.Start }

// Virtual prints the component for an editor.
func (c *Component) Virtual() *Virtual { return c.virtual(true) }

// Written is the map of what Generate writes for the component, line directives included.
func (c *Component) Written() *Virtual { return c.virtual(false) }

func (c *Component) virtual(plain bool) *Virtual {
	p := c.print(printer{plain: plain})
	v := &Virtual{Path: path.Join(c.Dir, "render.go"), Go: p.b, Ranges: p.ranges, Source: c.file.Src}
	sort.SliceStable(v.Ranges, func(i, j int) bool { return v.Ranges[i].Go.Start < v.Ranges[j].Go.Start })
	return v
}

// ToSource gives the byte of the source that a byte of the Go stands for. The end of a stretch belongs to it, as a
// cursor behind a name does.
func (v *Virtual) ToSource(off int) (int, bool) {
	i := sort.Search(len(v.Ranges), func(i int) bool { return v.Ranges[i].Go.End >= off })
	for best := -1; i < len(v.Ranges); i++ {
		m := v.Ranges[i]
		if m.Go.Start > off {
			return best, best >= 0
		}
		best = m.Source.Start + min(off-m.Go.Start, m.Source.End-m.Source.Start)
		if off < m.Go.End || i+1 == len(v.Ranges) || v.Ranges[i+1].Go.Start > off {
			return best, true
		}
	}
	return 0, false
}

// SpanToSource gives the stretch of the source that a stretch of the Go stands for, if all of it is the author's.
func (v *Virtual) SpanToSource(s syntax.Span) (syntax.Span, bool) {
	for _, m := range v.Ranges {
		switch {
		case m.Go.Start > s.Start || s.End > m.Go.End:
			continue
		case !m.Verbatim():
			return m.Source, true
		}
		d := m.Source.Start - m.Go.Start
		return syntax.Span{Start: s.Start + d, End: s.End + d}, true
	}
	a, ok := v.ToSource(s.Start)
	b, ok2 := v.ToSource(s.End)
	return syntax.Span{Start: a, End: b}, ok && ok2 && a <= b && s.Start < s.End
}

// ToGo gives the byte of the Go that stands for a byte of the source. Where several do, as for the name of an attribute
// and the value behind it, the one that begins last is taken.
func (v *Virtual) ToGo(off int) (int, bool) {
	best, at := -1, 0
	for _, m := range v.Ranges {
		if m.Source.Start > off || off > m.Source.End {
			continue
		}
		if best < 0 || m.Source.Start > at {
			best, at = m.Go.Start+min(off-m.Source.Start, m.Go.End-m.Go.Start), m.Source.Start
		}
	}
	return best, best >= 0
}
