package codegen

import (
	"strings"

	"sitegen.dev/core/syntax"
)

// comments warns of lines directly in a block that begin like a comment of Go, where text stands, which is printed.
func (l *lowerer) comments() {
	syntax.Walk(l.c.file.Nodes, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Element:
			return n.Name != "code" && n.Name != "samp" && (n.Kind != syntax.HTML || !syntax.Verbatim(n.Name))
		case *syntax.If:
			for _, b := range n.Branches {
				l.commentsIn(b.Body)
			}
		case *syntax.For:
			l.commentsIn(n.Body)
		case *syntax.SlotFunc:
			l.commentsIn(n.Body)
		}
		return true
	})
}

func (l *lowerer) commentsIn(body []syntax.Node) {
	for _, n := range body {
		t, ok := n.(*syntax.Text)
		if !ok {
			continue
		}
		at := t.Start
		for line := range strings.SplitAfterSeq(t.Text(l.src), "\n") {
			text := strings.TrimSpace(line)
			if strings.HasPrefix(text, "// ") || strings.HasPrefix(text, "/*") {
				from := at + strings.Index(line, text)
				l.diags.Warn("SG2062", l.rng(syntax.Span{Start: from, End: from + len(text)}), "a comment in a block is text, which is printed",
					"write {/* … */}")
				break // one for a comment of several lines
			}
			at += len(line)
		}
	}
}
