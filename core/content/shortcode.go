package content

import (
	"bytes"
	"fmt"

	"github.com/yuin/goldmark/ast"

	"sitegen.dev/core/diag"
)

// tellShortcodes warns of shortcodes of Hugo, {{< note >}} and {{% note %}}, which nothing here reads, once a file. In code they are what
// the text is about.
func (p *page) tellShortcodes(root ast.Node) {
	if p.options.Untrusted || !bytes.Contains(p.text, []byte("{{<")) && !bytes.Contains(p.text, []byte("{{%")) {
		return
	}
	var found []int
	ast.Walk(root, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering || node.Type() != ast.TypeBlock || node.IsRaw() || node.Lines() == nil {
			return ast.WalkContinue, nil
		}
		var code [][2]int
		ast.Walk(node, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if t, ok := n.(*ast.Text); ok && entering && t.Parent().Kind() == ast.KindCodeSpan {
				code = append(code, [2]int{t.Segment.Start, t.Segment.Stop})
			}
			return ast.WalkContinue, nil
		})
		for i := range node.Lines().Len() {
			line := node.Lines().At(i)
			for at := line.Start; at < line.Stop; {
				j := bytes.Index(p.text[at:line.Stop], []byte("{{"))
				if j < 0 {
					break
				}
				at += j
				if rest := p.text[at:line.Stop]; len(rest) > 2 && (rest[2] == '<' || rest[2] == '%') && !within(code, at) {
					found = append(found, at)
				}
				at += 2
			}
		}
		return ast.WalkContinue, nil
	})
	if len(found) == 0 {
		return
	}
	message := "a shortcode is shown as text"
	if n := len(found) - 1; n == 1 {
		message += ", and another one in this file"
	} else if n > 1 {
		message += fmt.Sprintf(", and %d more in this file", n)
	}
	p.list.Warn("SG5071", diag.Range{Pos: p.src.pos(p.base + found[0])}, message, "write the tag of a component, <Note title=\"x\">…</Note>, and instead of ref the path of the file")
}

func within(spans [][2]int, at int) bool {
	for _, s := range spans {
		if s[0] <= at && at < s[1] {
			return true
		}
	}
	return false
}
