package syntax

import (
	"bytes"
	"go/ast"
	goformat "go/format"
	goparser "go/parser"
	"go/token"
	"path"
	"slices"
	"strings"
)

// formatFence gives the frontmatter between its --- lines. gofmt takes declarations or statements, never both, so runs
// of items of the same class are formatted one by one.
func formatFence(f *File) []byte {
	fence := f.Fence
	var imports, rest []FenceItem
	for _, it := range fence.Items {
		if it.Kind == ItemImport {
			imports = append(imports, it)
		} else {
			rest = append(rest, it)
		}
	}
	var out bytes.Buffer
	if len(imports) > 0 {
		out.WriteString(formatImports(f.Src, imports))
	}
	end := fence.Body.Start // of what has been printed
	for i := 0; i < len(rest); {
		stmt := rest[i].Kind == ItemStmt
		from := itemStart(rest[i])
		j := i + 1
		// A comment of several lines in front of a statement stays as it is: gofmt would indent it.
		verbatim := stmt && commentLines(f.Src, rest[i].Doc)
		for ; j < len(rest) && (rest[j].Kind == ItemStmt) == stmt && !importBetween(imports, rest[j-1], rest[j]); j++ {
			if stmt && commentLines(f.Src, rest[j].Doc) {
				break
			}
		}
		if out.Len() > 0 && (i == 0 || emptyLine(f.Src, end, from) || importBetween(imports, rest[i-1], rest[i])) {
			out.WriteByte('\n')
		}
		if verbatim {
			out.WriteString(rest[i].Doc.Text(f.Src))
			out.WriteByte('\n')
			if emptyLine(f.Src, rest[i].Doc.End, rest[i].Start) {
				out.WriteByte('\n')
			}
			from = rest[i].Start
		}
		end = itemEnd(rest[j-1])
		out.WriteString(formatRun(Span{from, end}.Text(f.Src), stmt))
		i = j
	}
	// Comments behind the last item.
	last := fence.Body.Start
	for _, it := range fence.Items {
		last = max(last, itemEnd(it))
	}
	if tail := trim(f.Src, Span{last, fence.Body.End}); !tail.Empty() {
		if out.Len() > 0 && emptyLine(f.Src, last, tail.Start) {
			out.WriteByte('\n')
		}
		out.WriteString(tail.Text(f.Src))
		out.WriteByte('\n')
	}
	return out.Bytes()
}

func itemStart(it FenceItem) int {
	if it.Doc.Empty() {
		return it.Start
	}
	return it.Doc.Start
}

func itemEnd(it FenceItem) int { return max(it.End, it.Semi, it.Tail.End) }

func importBetween(imports []FenceItem, a, b FenceItem) bool {
	return slices.ContainsFunc(imports, func(it FenceItem) bool { return a.Start < it.Start && it.Start < b.Start })
}

func commentLines(src []byte, doc Span) bool {
	text := doc.Text(src)
	return strings.Contains(text, "/*") && strings.Contains(text, "\n")
}

// emptyLine says whether there is an empty line between two offsets.
func emptyLine(src []byte, from, to int) bool {
	if from >= to {
		return false
	}
	lines := bytes.Split(src[from:to], []byte("\n"))
	for _, line := range lines[1:max(1, len(lines)-1)] {
		if len(bytes.Trim(line, blanks)) == 0 {
			return true
		}
	}
	return false
}

// formatRun formats items of one class. Where gofmt would not come to rest, they stay as they are.
func formatRun(text string, stmt bool) string {
	once := gofmtDecls
	if stmt {
		once = gofmtStmts
	}
	out, ok := once(text)
	if ok {
		if again, ok := once(out); ok && again == out {
			if stmt && strings.HasSuffix(out, ":") { // a label of nothing would label the next item
				out += ";"
			}
			return out + "\n"
		}
	}
	return strings.Trim(text, blanks) + "\n"
}

func gofmtDecls(text string) (string, bool) {
	const head = "package p\n\n"
	out, err := goformat.Source([]byte(head + text + "\n"))
	if err != nil {
		return "", false
	}
	s, ok := strings.CutPrefix(string(out), head)
	return strings.TrimRight(s, "\n"), ok
}

func gofmtStmts(text string) (string, bool) {
	out, err := goformat.Source([]byte(gofmtHead + text + gofmtTail))
	if err != nil {
		return "", false
	}
	s, ok := strings.CutPrefix(string(out), gofmtHead)
	if !ok {
		return "", false
	}
	if s, ok = strings.CutSuffix(s, gofmtTail); !ok {
		return "", false
	}
	inside := multiLine(s)
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if inside[i] != token.STRING {
			lines[i] = strings.TrimPrefix(line, "\t")
		}
	}
	return strings.Join(lines, "\n"), true
}

// importSpec is one import as it is printed.
type importSpec struct {
	path  string
	text  string // name and path
	doc   string // comment lines above
	tail  string // comment behind
	group int
}

// The groups of imports, in order. Components and assets keep the order of the author, because style sheets apply in
// that order; where they alternate, each change of kind starts a group.
const (
	groupStandard = iota
	groupModule
	groupComponent
	groupAsset
)

func importGroup(p string) int {
	switch {
	case strings.HasSuffix(p, ".gosite"):
		return groupComponent
	case strings.HasPrefix(p, "./"), strings.HasPrefix(p, "../"), strings.HasPrefix(p, "/"):
		return groupAsset
	}
	first, _, _ := strings.Cut(p, "/")
	switch {
	case !strings.Contains(first, "."):
		return groupStandard
	case path.Ext(p) != "" && path.Ext(p) != path.Ext(first) && isAssetExt(path.Ext(p)):
		return groupAsset
	}
	return groupModule
}

func isAssetExt(ext string) bool {
	switch ext {
	case ".css", ".js", ".ts", ".jsx", ".tsx", ".mjs", ".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".woff2", ".json":
		return true
	}
	return false
}

// formatImports gives one import declaration for all of them. Comments that belong to no import in particular keep
// everything where it is.
func formatImports(src []byte, items []FenceItem) string {
	var head strings.Builder // comments above the first declaration
	var specs []importSpec
	for i, it := range items {
		list, ok := importSpecs(it.Span.Text(src))
		if !ok {
			return verbatimImports(src, items)
		}
		if !it.Doc.Empty() {
			doc := it.Doc.Text(src)
			switch {
			case len(list) == 1 && !emptyLine(src, it.Doc.End, it.Start) && !strings.Contains(doc, "\n\n") && list[0].doc == "" &&
				!strings.Contains(doc, "/*") && len(items) > 1:
				list[0].doc = doc
			case i == 0:
				head.WriteString(doc + "\n")
				if emptyLine(src, it.Doc.End, it.Start) {
					head.WriteString("\n")
				}
			default:
				return verbatimImports(src, items)
			}
		}
		if !it.Tail.Empty() {
			if len(list) != 1 || list[0].tail != "" || bytes.HasPrefix(it.Tail.textOf(src), []byte("/*")) {
				return verbatimImports(src, items)
			}
			list[0].tail = it.Tail.Text(src)
		}
		specs = append(specs, list...)
	}
	if len(specs) == 0 { // import ()
		return strings.Replace(head.String(), "\n\n", "\n", 1)
	}
	if len(specs) == 1 && specs[0].doc == "" {
		s := "import " + specs[0].text
		if specs[0].tail != "" {
			s += " " + specs[0].tail
		}
		return head.String() + s + "\n"
	}
	slices.SortStableFunc(specs, func(a, b importSpec) int {
		ga, gb := min(a.group, groupComponent), min(b.group, groupComponent)
		if ga != gb {
			return ga - gb
		}
		if ga < groupComponent {
			return strings.Compare(a.path, b.path)
		}
		return 0
	})
	var b strings.Builder
	b.WriteString(head.String() + "import (\n")
	for i, s := range specs {
		if i > 0 && s.group != specs[i-1].group {
			b.WriteByte('\n')
		}
		for line := range strings.SplitSeq(s.doc, "\n") {
			if line = strings.Trim(line, blanks); line != "" {
				b.WriteString("\t" + line + "\n")
			}
		}
		b.WriteString("\t" + s.text)
		if s.tail != "" {
			b.WriteString(" " + s.tail)
		}
		b.WriteByte('\n')
	}
	b.WriteString(")\n")
	return b.String()
}

func (s Span) textOf(src []byte) []byte { return src[s.Start:s.End] }

func verbatimImports(src []byte, items []FenceItem) string {
	var b strings.Builder
	for i, it := range items {
		if i > 0 && emptyLine(src, itemEnd(items[i-1]), itemStart(it)) {
			b.WriteByte('\n')
		}
		if !it.Doc.Empty() {
			b.WriteString(it.Doc.Text(src) + "\n")
			if emptyLine(src, it.Doc.End, it.Start) {
				b.WriteByte('\n')
			}
		}
		b.WriteString(gofmtImport(it.Span.Text(src)))
		if !it.Tail.Empty() {
			b.WriteString(" " + it.Tail.Text(src))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// gofmtImport formats a declaration and leaves its imports in their order. go/format would sort those of a whole file.
func gofmtImport(text string) string {
	out, err := goformat.Source([]byte(text))
	if err != nil || bytes.Count(out, []byte("//")) != strings.Count(text, "//") { // it drops a comment without text
		return text
	}
	return string(bytes.Trim(out, blanks))
}

// importSpecs takes an import declaration apart. It is false where a comment belongs to none of its imports.
func importSpecs(text string) ([]importSpec, bool) {
	const head = "package p\n"
	f, err := goparser.ParseFile(token.NewFileSet(), "", head+text, goparser.ParseComments|goparser.SkipObjectResolution)
	if err != nil || len(f.Decls) != 1 {
		return nil, false
	}
	decl, ok := f.Decls[0].(*ast.GenDecl)
	if !ok {
		return nil, false
	}
	var out []importSpec
	comments := 0
	for _, s := range decl.Specs {
		spec := s.(*ast.ImportSpec)
		p := strings.Trim(spec.Path.Value, "\"`")
		is := importSpec{path: p, text: spec.Path.Value, group: importGroup(p)}
		if spec.Name != nil {
			is.text = spec.Name.Name + " " + is.text
		}
		if spec.Doc != nil {
			comments++
			is.doc = commentText(spec.Doc)
		}
		if spec.Comment != nil {
			comments++
			is.tail = commentText(spec.Comment)
		}
		if strings.Contains(is.doc+is.tail, "/*") || strings.Contains(is.tail, "\n") {
			return nil, false
		}
		out = append(out, is)
	}
	return out, comments == len(f.Comments)
}

func commentText(g *ast.CommentGroup) string {
	var lines []string
	for _, c := range g.List {
		lines = append(lines, c.Text)
	}
	return strings.Join(lines, "\n")
}
