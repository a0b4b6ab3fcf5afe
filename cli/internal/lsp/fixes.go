package lsp

import (
	"cmp"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// fixers mend diagnostics by their code. What only the hint knows, "did you mean", is mended for every code.
var fixers = map[diag.Code]func(*mistake){
	"SG1001": (*mistake).closeTag,
	"SG1002": (*mistake).writeEndTag,
	"SG1003": removes("the end tag"),
	"SG1004": func(m *mistake) { m.offer(`Print the brace: {"}"}`, false, change{m.at, `{"}"}`}) },
	"SG1008": (*mistake).foreignLine,
	"SG1010": func(m *mistake) {
		if m.Hint == "write else if" {
			m.offer("Write else if", true, change{m.at, "else if"})
		}
	},
	"SG1011": (*mistake).wrapText,
	"SG1014": func(m *mistake) {
		if e := m.element(m.at.Start); e != nil && e.Close.Start != m.at.Start {
			m.offer("Add >", true, insert(behindAttrs(e), ">"))
			return
		}
		m.writeEndTag()
	},
	"SG1016": (*mistake).braceComment,
	"SG1017": (*mistake).removeAttribute,
	"SG1018": func(m *mistake) {
		if _, a := m.attribute(); a != nil && a.Kind == syntax.AttrSpread && a.Expr != nil {
			text := "{" + strings.TrimPrefix(a.Expr.Text(m.file.Src), "...") + "...}"
			m.offer("Write "+text, true, change{a.Span, text})
		}
	},
	"SG1019": removes("the end tag"),
	"SG1024": (*mistake).nameBraces,
	"SG1025": func(m *mistake) {
		if m.at.Text(m.file.Src) == "{}" {
			m.offer("Remove the braces", false, change{m.at, ""})
			if _, a := m.attribute(); a == nil {
				m.offer(`Print them: {"{}"}`, false, change{m.at, `{"{}"}`})
			}
		}
	},
	"SG1030": (*mistake).quote,
	"SG1032": func(m *mistake) {
		if strings.HasPrefix(m.at.Text(m.file.Src), "</") {
			m.writeEndTag()
			return
		}
		m.offer("Remove what stands behind the name", true, m.without(m.at))
	},
	"SG2003": (*mistake).removeImport,
	"SG2006": (*mistake).importComponent,
	"SG2010": (*mistake).addProps,
	"SG2011": (*mistake).unknownProp,
	"SG2012": (*mistake).removeAttribute,
	"SG2020": (*mistake).unknownSlot,
	"SG2030": (*mistake).unused,
	"SG2033": func(m *mistake) { m.signature(`^write (func \w+\(page \*site\.Page\) error)$`) },
	"SG2034": func(m *mistake) {
		if name, ok := strings.CutPrefix(m.Hint, "rename it to "); ok {
			m.rename(name)
		}
	},
	"SG2040": (*mistake).directive,
	"SG2048": func(m *mistake) { m.offer("Return it", true, insert(m.at.Start, "return ")) },
	"SG2049": func(m *mistake) {
		if _, a := m.attribute(); a != nil && a.Kind == syntax.AttrExpr && isRaw(a.Expr.Text(m.file.Src)) {
			m.offer("Write the value in backticks, without braces", true, change{syntax.Span{Start: a.NameSpan.End, End: a.End}, "=" + a.Expr.Text(m.file.Src)})
		}
	},
	"SG2051": (*mistake).undefined,
	"SG2052": (*mistake).removeImport,
	"SG2053": func(m *mistake) {
		if _, a := m.attribute(); a != nil && a.Kind == syntax.AttrStatic && m.Hint == "write "+a.Name+"={"+a.Value.Text(m.file.Src)+"}" {
			m.offer("W"+m.Hint[1:], true, change{a.Span, a.Name + "={" + a.Value.Text(m.file.Src) + "}"})
		}
	},
	"SG2057": (*mistake).unused,
	"SG2060": func(m *mistake) {
		if _, a := m.attribute(); a != nil && a.Kind == syntax.AttrStatic && strings.HasPrefix(m.Hint, "write "+a.Name+"=") {
			text := strings.TrimPrefix(m.Hint, "write ")
			m.offer("Write "+text, false, change{a.Span, text})
		}
	},
	"SG2062": (*mistake).braceComment,
	"SG2070": func(m *mistake) { m.addAttribute("alt", "", false) },
	"SG2701": func(m *mistake) { m.addAttribute("alt", "", false) },
	"SG2702": func(m *mistake) { m.addAttribute("aria-label", "", false) },
	"SG2703": func(m *mistake) { m.addAttribute("aria-label", "", false) },
	"SG2704": func(m *mistake) { m.addAttribute("lang", "en", true) },
	"SG2705": func(m *mistake) {
		name := regexp.MustCompile(`^write <(h[1-6])>`).FindStringSubmatch(m.Hint)
		if e := m.element(m.at.Start); e != nil && name != nil {
			m.offer("Make it <"+name[1]+">", true, renameTag(e, name[1])...)
		}
	},
	"SG2707": func(m *mistake) { m.addAttribute("title", "", false) },
	"SG2708": func(m *mistake) {
		if _, a := m.attribute(); a != nil {
			m.offer(`Write tabindex="0"`, true, change{a.Span, `tabindex="0"`})
		}
	},
	"SG2709": func(m *mistake) {
		if e := m.element(m.at.Start); e != nil && !e.SelfClosed {
			m.offer("Add <title>", true, insert(e.Open.End, "\n"+m.indent(e.Start)+"  <title></title>"))
		}
	},
}

func removes(what string) func(*mistake) {
	return func(m *mistake) { m.offer("Remove "+what, true, change{m.at, ""}) }
}

var didYouMean = regexp.MustCompile(`did you mean ("[^"]+"|<[^>]+>|#?[^\s?;]+)\?`)

// fix fills in what may be done about the diagnostic.
func (m *mistake) fix() {
	if f := fixers[m.Code]; f != nil {
		f(m)
	}
	if len(m.fixes) > 0 && m.fixes[0].preferred {
		return
	}
	if s := didYouMean.FindStringSubmatch(m.Hint); s != nil {
		m.rename(s[1])
		slices.SortStableFunc(m.fixes, func(a, b fix) int { // the nearest name comes first
			return cmp.Compare(boolInt(b.preferred), boolInt(a.preferred))
		})
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// rename puts another name where the mistake is: a tag, an attribute, the value of one, a path with its quotes, or a name in Go.
func (m *mistake) rename(name string) {
	src := m.file.Src
	old := m.at.Text(src)
	title := "Change to " + name
	if tag, ok := strings.CutPrefix(name, "<"); ok {
		if e := m.element(m.at.Start); e != nil {
			m.offer(title, true, renameTag(e, strings.TrimSuffix(tag, ">"))...)
		}
		return
	}
	if m.comp != nil && m.at.Start >= m.fenceEnd() {
		if _, a := m.attribute(); a != nil && a.NameSpan.Start == m.at.Start && a.Kind != syntax.AttrSpread && a.Kind != syntax.AttrComment {
			if a.Kind == syntax.AttrShorthand { // {titel} was short for titel={titel}
				m.offer(title, true, change{syntax.Span{Start: a.Start, End: a.Start}, name + "="})
				return
			}
			m.offer(title, true, change{a.NameSpan, name})
			return
		}
	}
	if quoted := strings.HasPrefix(name, `"`); quoted != (strings.HasPrefix(old, `"`) || strings.HasPrefix(old, "`")) {
		return
	} else if quoted {
		m.offer(title, true, change{m.at, name})
		return
	}
	at := m.at
	if w := m.doc.text.word(at.Start); at.Empty() {
		at = w
	}
	// The message names the whole of pkg.Name, and the place may be that of Name alone, or of pkg.
	if pkg, last, ok := strings.Cut(name, "."); ok {
		whole := pkg + "."
		if strings.HasSuffix(string(src[:at.Start]), whole) {
			name = last
		} else if strings.HasPrefix(string(src[at.Start:]), whole) && at.Text(src) == pkg {
			at.End = m.doc.text.word(at.Start + len(whole)).End
		}
	}
	if text := at.Text(src); at.Empty() || strings.ContainsAny(text, " \t\n{}<>\"'`") {
		return
	}
	m.offer(title, true, change{at, name})
}

func (m *mistake) fenceEnd() int {
	if m.file.Fence == nil {
		return 0
	}
	return m.file.Fence.End
}

// indent gives the blanks that the line of a byte begins with.
func (m *mistake) indent(off int) string {
	src := m.file.Src
	start := off
	for start > 0 && src[start-1] != '\n' {
		start--
	}
	end := start
	for end < off && (src[end] == ' ' || src[end] == '\t') {
		end++
	}
	return string(src[start:end])
}

func (m *mistake) closeTag() {
	start := m.at.Start
	if len(m.Notes) > 0 { // "opened here": the mistake itself stands where the end tag is missed
		start = m.doc.text.byteAt(m.Notes[0].Line, m.Notes[0].Col)
	}
	e := m.element(start)
	if e == nil || !e.Close.Empty() {
		return
	}
	at, name := e.End, cmp.Or(e.Name, "")
	for at > e.Open.End && strings.IndexByte(" \t\r\n", m.file.Src[at-1]) >= 0 {
		at--
	}
	end := "</" + name + ">"
	if strings.Contains(string(m.file.Src[e.Open.End:at]), "\n") {
		end = "\n" + m.indent(e.Start) + end
	}
	m.offer("Add </"+name+">", true, insert(at, end))
}

var endTagHint = regexp.MustCompile(`^write (</[^>]*>)`)

func (m *mistake) writeEndTag() {
	if tag := endTagHint.FindStringSubmatch(m.Hint); tag != nil {
		m.offer("Write "+tag[1], true, change{m.at, tag[1]})
	}
}

// foreignLine replaces a line of another language by what the hint says it is in Go, where that is whole.
func (m *mistake) foreignLine() {
	_, code, ok := strings.Cut(m.Hint, "Go names an import before its path: ")
	if !ok {
		code, ok = strings.CutPrefix(m.Hint, "write ")
	}
	if !ok || strings.Contains(code, "…") || !strings.HasPrefix(code, "import ") && !strings.HasPrefix(code, "const ") && !strings.Contains(code, " := page.") {
		return
	}
	src := m.file.Src
	line := m.at
	for line.Start > 0 && src[line.Start-1] != '\n' {
		line.Start--
	}
	line.End = line.Start
	for line.End < len(src) && src[line.End] != '\n' && src[line.End] != '\r' {
		line.End++
	}
	m.offer("Write "+code, true, change{line, code})
}

func (m *mistake) wrapText() {
	text := m.at.Text(m.file.Src)
	if m.braceComment(); len(m.fixes) > 0 {
		return
	}
	inner := strings.TrimSpace(text)
	if inner == "" || strings.ContainsAny(inner, "<{") {
		return
	}
	start := m.at.Start + strings.Index(text, inner)
	m.offer("Wrap it in <>…</>", true, insert(start, "<>"), insert(start+len(inner), "</>"))
}

// braceComment puts a comment of Go into the braces that it needs in the template.
func (m *mistake) braceComment() {
	text := strings.TrimSpace(m.at.Text(m.file.Src))
	inner, line := strings.CutPrefix(text, "//")
	switch {
	case line && !strings.Contains(inner, "*/"):
		text = "/* " + strings.TrimSpace(inner) + " */"
	case line || !strings.HasPrefix(text, "/*") || !strings.HasSuffix(text, "*/") || len(text) < 4:
		return
	}
	m.offer("Put the comment into braces", true, change{m.at, "{" + text + "}"})
}

func (m *mistake) removeAttribute() {
	if _, a := m.attribute(); a != nil {
		m.offer("Remove "+cmp.Or(a.Name, "the attribute"), false, m.without(a.Span))
	}
}

// nameBraces gives {post.Title} in a tag the name title.
func (m *mistake) nameBraces() {
	_, a := m.attribute()
	if a == nil || a.Kind != syntax.AttrSpread || a.Expr == nil {
		return
	}
	text := a.Expr.Text(m.file.Src)
	word := text[strings.LastIndexByte(text, '.')+1:]
	if !token.IsIdentifier(word) {
		return
	}
	name := codegen.AttributeName(word)
	m.offer("Write "+name+"={"+text+"}", true, insert(a.Start, name+"="))
	m.offer("Spread it: {"+text+"...}", false, insert(a.Expr.End, "..."))
}

// quote puts the value of an attribute in quotes, up to the next blank or the end of the tag.
func (m *mistake) quote() {
	_, a := m.attribute()
	if a == nil {
		return
	}
	src := m.file.Src
	start := a.NameSpan.End
	for start < len(src) && strings.IndexByte(" \t\r\n=", src[start]) >= 0 {
		start++
	}
	end := max(start, a.End)
	for end < len(src) && strings.IndexByte(" \t\r\n>", src[end]) < 0 {
		end++
	}
	value := string(src[start:end])
	if value == "" || strings.Contains(value, `"`) {
		return
	}
	m.offer("Put the value in quotes", true, change{syntax.Span{Start: start, End: end}, `"` + value + `"`})
}

// removeImport takes an import out, with its line.
func (m *mistake) removeImport() {
	if c, ok := importAt(m.file, m.comp, m.at); ok {
		m.offer("Remove the import", true, c)
	}
}

// importAt gives the change that takes out the import at a place.
func importAt(f *syntax.File, comp *codegen.Component, at syntax.Span) (change, bool) {
	if f.Fence == nil || comp == nil {
		return change{}, false
	}
	for _, it := range f.Fence.Items {
		if it.Kind != syntax.ItemImport || at.Start < it.Start || at.Start > it.End {
			continue
		}
		paths := 0
		s := it.Span
		for _, lit := range comp.ImportSpecs() {
			if it.Start <= lit.Start && lit.End <= it.End {
				paths++
				if line := lineAround(f.Src, lit); line.Start <= at.Start && at.Start < line.End {
					s = lit
				}
			}
		}
		if paths < 2 {
			s = it.Span
			if !it.Doc.Empty() {
				s.Start = it.Doc.Start
			}
		}
		return change{lineAround(f.Src, s), ""}, true
	}
	return change{}, false
}

// lineAround widens a stretch to whole lines, with the end of the last one.
func lineAround(src []byte, s syntax.Span) syntax.Span {
	for s.Start > 0 && src[s.Start-1] != '\n' {
		s.Start--
	}
	for s.End < len(src) && src[s.End] != '\n' {
		s.End++
	}
	s.End = min(s.End+1, len(src))
	return s
}

// candidates gives the components that an import could bring under a name.
func (m *mistake) candidates(name string) []*codegen.Component {
	var out []*codegen.Component
	if m.an == nil || m.an.program == nil || m.comp == nil {
		return nil
	}
	for _, d := range m.an.program.Components {
		if d.Name == name && d != m.comp && !d.External && !d.Text && !d.Builtin && !strings.HasPrefix(d.Path, m.an.layout.Src+"/pages/") {
			out = append(out, d)
		}
	}
	return out
}

// imported is the change that imports a component.
func (m *mistake) imported(d *codegen.Component) change {
	return importChange(m.file, d.Name+" "+strconv.Quote(m.comp.ImportPathTo(d)))
}

var addsImport = regexp.MustCompile(`add import ((?:\w+ )?"[^"]+")$`)

func (m *mistake) importComponent() {
	e := m.element(m.at.Start)
	if e == nil || m.comp == nil {
		return
	}
	for i, d := range m.candidates(e.Name) {
		m.offer("Import "+e.Name+" from "+m.comp.ImportPathTo(d), i == 0, m.imported(d))
	}
	if s := didYouMean.FindStringSubmatch(m.Hint); s != nil && addsImport.MatchString(m.Hint) {
		for i, d := range m.candidates(s[1]) {
			m.offer("Change to <"+s[1]+"> and import it from "+m.comp.ImportPathTo(d), i == 0, append(renameTag(e, s[1]), m.imported(d))...)
		}
	}
}

// addProps adds the attributes that a component requires, each with the simplest value that its type has.
func (m *mistake) addProps() {
	e := m.element(m.at.Start)
	if e == nil || m.comp == nil {
		return
	}
	d := m.comp.Resolve(e.Name)
	if d == nil {
		return
	}
	given := map[string]bool{}
	for _, a := range e.Attrs {
		if p, ok := d.Prop(a.Name); ok && a.Kind != syntax.AttrSpread && a.Kind != syntax.AttrComment {
			given[p.Name] = true
		}
	}
	var names []string
	text := ""
	for _, p := range d.AllProps() {
		if p.Required && !given[p.Name] {
			names = append(names, p.Name)
			text += " " + p.Name + emptyValue(p.Type)
		}
	}
	if len(names) > 0 {
		m.offer("Add "+strings.Join(names, ", "), true, insert(behindAttrs(e), text))
	}
}

// emptyValue is how an attribute begins whose prop has this type.
func emptyValue(t string) string {
	switch {
	case t == "string":
		return `=""`
	case t == "bool":
		return ""
	case regexp.MustCompile(`^(u?int|float)(8|16|32|64)?$`).MatchString(t):
		return "={0}"
	case strings.HasPrefix(t, "*"), strings.HasPrefix(t, "[]"), strings.HasPrefix(t, "map["), strings.HasPrefix(t, "func("), t == "any", t == "site.Node", t == "error":
		return "={nil}"
	}
	return "={}" // only the author knows
}

// unknownProp offers to remove an attribute, or to declare it in the component.
func (m *mistake) unknownProp() {
	e, a := m.attribute()
	if a == nil || m.comp == nil {
		return
	}
	if d := m.comp.Resolve(e.Name); d != nil && !d.External && !d.Builtin && !d.Text && token.IsIdentifier(codegen.FieldName(a.Name)) {
		m.declare(d, a)
	}
	m.offer("Remove "+a.Name, false, m.without(a.Span))
}

func (m *mistake) declare(d *codegen.Component, a *syntax.Attr) {
	typ := "string"
	switch a.Kind {
	case syntax.AttrBare:
		typ = "bool"
	case syntax.AttrExpr, syntax.AttrShorthand:
		text := a.Expr.Text(m.file.Src)
		switch {
		case text == "true" || text == "false":
			typ = "bool"
		case len(a.Expr.Markup) > 0:
			typ = "site.Node"
		case regexp.MustCompile(`^-?[0-9]+$`).MatchString(text):
			typ = "int"
		case strings.HasPrefix(text, `"`) || isRaw(text):
		default:
			return // a type that only the compiler knows
		}
	case syntax.AttrList, syntax.AttrSpread:
		return
	}
	t := textOf(d)
	f := d.File()
	field := codegen.FieldName(a.Name) + " " + typ
	at, text := 0, ""
	if f.Fence == nil {
		text = "---\ntype Props struct {\n\t" + field + "\n}\n---\n\n"
	} else {
		at = f.Fence.Body.End
		text = "\ntype Props struct {\n\t" + field + "\n}\n"
		for _, it := range f.Fence.Items {
			if it.Kind != syntax.ItemType || it.Name != "Props" {
				continue
			}
			whole := it.Text(f.Src)
			end := strings.LastIndexByte(whole, '}')
			if end < 0 || !strings.Contains(whole, "struct") {
				return
			}
			at = it.Start + end
			before := strings.TrimRight(whole[:end], " \t")
			switch {
			case strings.HasSuffix(before, "\n"):
				text = "\t" + field + "\n"
				at = it.Start + len(before)
			case strings.HasSuffix(before, "{"):
				text = "\n\t" + field + "\n"
			default:
				text = "; " + field + " "
				at = it.Start + len(before)
			}
		}
	}
	s := syntax.Span{Start: at, End: at}
	m.fixes = append(m.fixes, fix{"Declare " + a.Name + " in " + d.Name, false,
		workspaceEdit{map[string][]textEdit{m.an.uri(m.an.path(d)): {{t.span(s), m.lines(text)}}}}})
}

// unknownSlot offers the slot that is nearest, or to add one to the component.
func (m *mistake) unknownSlot() {
	if m.comp == nil {
		return
	}
	e, a := m.attribute()
	if a != nil && a.Kind == syntax.AttrStatic && a.Name == "slot" {
		if s := didYouMean.FindStringSubmatch(m.Hint); s != nil {
			m.offer("Change to "+s[1], true, change{a.Value, s[1]})
		}
	}
	var d *codegen.Component
	slot := "<slot />"
	switch {
	case a != nil && a.Kind == syntax.AttrStatic && a.Name == "slot":
		p := m.file.Find(a.Start)
		if outer := outerOf(p.Path, e); outer != nil {
			d = m.comp.Resolve(outer.Name)
		}
		slot = `<slot name="` + a.Value.Text(m.file.Src) + `" />`
	case a == nil && strings.HasPrefix(m.Hint, "add <slot /> to "):
		syntax.Walk(m.file.Nodes, func(n syntax.Node) bool {
			if e, ok := n.(*syntax.Element); ok && e.Kind == syntax.Component && e.Start <= m.at.Start && m.at.Start <= e.End {
				if c := m.comp.Resolve(e.Name); c != nil && strings.HasSuffix(m.Hint, " "+c.Path) {
					d = c
				}
			}
			return true
		})
	}
	if d == nil || d.External || d.Builtin || d.Text {
		return
	}
	for _, it := range fenceItems(d.File()) {
		if it.Kind == syntax.ItemType && it.Name == "Slots" {
			return // the slots are declared, and a field is wanted too
		}
	}
	t := textOf(d)
	src := d.File().Src
	at := len(strings.TrimRight(string(src), " \t\r\n"))
	s := syntax.Span{Start: at, End: at}
	m.fixes = append(m.fixes, fix{"Add " + slot + " to " + d.Name, false,
		workspaceEdit{map[string][]textEdit{m.an.uri(m.an.path(d)): {{t.span(s), m.lines("\n" + slot)}}}}})
}

func fenceItems(f *syntax.File) []syntax.FenceItem {
	if f.Fence == nil {
		return nil
	}
	return f.Fence.Items
}

// unused turns x := f() into _ = f(), and x, err := f() into _, err := f().
func (m *mistake) unused() {
	src := m.file.Src
	w := m.doc.text.word(m.at.Start)
	if w.Empty() {
		return
	}
	line := lineAround(src, w)
	before, after := string(src[line.Start:w.Start]), string(src[w.End:line.End])
	names, _, ok := strings.Cut(after, ":=")
	if !ok || strings.ContainsAny(names, "(){}=;") {
		return
	}
	alone := true
	if i := strings.LastIndexAny(before, ";{\t"); i >= 0 {
		before = before[i+1:]
	}
	for _, n := range strings.Split(before+"_"+names, ",") {
		n = strings.TrimSpace(n)
		if i := strings.LastIndexByte(n, ' '); i >= 0 {
			n = n[i+1:]
		}
		alone = alone && n == "_"
	}
	changes := []change{{w, "_"}}
	if alone {
		at := w.End + len(names)
		changes = append(changes, change{syntax.Span{Start: at, End: at + len(":=")}, "="})
	}
	m.offer("Write _ in its place", false, changes...)
}

// signature replaces the head of a function by the one that the hint gives.
func (m *mistake) signature(hint string) {
	want := regexp.MustCompile(hint).FindStringSubmatch(m.Hint)
	if want == nil {
		return
	}
	for _, it := range fenceItems(m.file) {
		if it.Kind != syntax.ItemFunc || m.at.Start < it.Start || m.at.Start > it.End {
			continue
		}
		if open := strings.IndexByte(it.Text(m.file.Src), '{'); open > 0 {
			m.offer("Write "+want[1], true, change{syntax.Span{Start: it.Start, End: it.Start + open}, want[1] + " "})
		}
	}
}

func (m *mistake) directive() {
	_, a := m.attribute()
	switch {
	case a != nil && (m.Hint == "remove it" || m.Hint == "keep one of them"):
		m.offer("Remove "+a.Name, m.Hint == "remove it", m.without(a.Span))
	case a != nil && m.Hint == "write "+a.Name:
		m.offer("Write "+a.Name, true, change{a.Span, a.Name})
	case a == nil && strings.HasPrefix(m.Hint, "add client:load"):
		if e := m.element(m.at.Start); e != nil {
			for i, when := range []string{"client:load", "client:visible", "client:idle"} {
				m.offer("Add "+when, i == 0, insert(behindAttrs(e), " "+when))
			}
		}
	}
}

var writeName = regexp.MustCompile(`^write (\w+)$`)

// undefined imports what a name may come from, and writes the word that Go has for it.
func (m *mistake) undefined() {
	if m.Hint == "Go says nil" {
		m.offer("Write nil", true, change{m.at, "nil"})
		return
	}
	if name := writeName.FindStringSubmatch(m.Hint); name != nil {
		m.rename(name[1])
		return
	}
	s := addsImport.FindStringSubmatch(m.Hint)
	if s == nil {
		return
	}
	spec := s[1]
	if name, _, ok := strings.Cut(spec, " "); ok {
		for i, d := range m.candidates(name) {
			m.offer("Import "+name+" from "+m.comp.ImportPathTo(d), i == 0, m.imported(d))
		}
		return
	}
	m.offer("Import "+spec, true, importChange(m.file, spec))
}

// addAttribute adds name="value" to the tag, or fills the one that is empty.
func (m *mistake) addAttribute(name, value string, preferred bool) {
	e := m.element(m.at.Start)
	if e == nil {
		return
	}
	text := name + `="` + value + `"`
	for i := range e.Attrs {
		if a := &e.Attrs[i]; strings.EqualFold(a.Name, name) {
			if value != "" && a.Kind == syntax.AttrStatic {
				m.offer("Write "+text, preferred, change{a.Span, text})
			}
			return
		}
	}
	m.offer("Add "+text, preferred, insert(behindAttrs(e), " "+text))
}

func isRaw(s string) bool { return len(s) > 1 && s[0] == '`' && s[len(s)-1] == '`' }
