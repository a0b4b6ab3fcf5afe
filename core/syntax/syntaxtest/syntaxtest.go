// Package syntaxtest writes components by chance, for tests of packages that read them: what is mutated from examples rarely nests, and
// mostly does not parse. In: bytes, of which each decides one thing. Out: the text of a component. It imports nothing of ours, so that
// the tests of every phase can use it.
package syntaxtest

import (
	"strconv"
	"strings"
)

// Component writes a component. Mostly it is a right one; what bytes lead to a wrong one is up to the parser to find out.
func Component(choices []byte) string {
	w := &writer{choices: choices}
	if w.chance(2) {
		w.fence()
	}
	w.nodes(0, false)
	return w.b.String()
}

// maxDepth and maxSize end what would not come to an end by itself.
const (
	maxDepth = 6
	maxSize  = 6 << 10
)

type writer struct {
	b       strings.Builder
	choices []byte
	names   int
}

// pick decides for one of n; without choices left it is the first, which is the plainest.
func (w *writer) pick(n int) int {
	if len(w.choices) == 0 || w.b.Len() > maxSize {
		return 0
	}
	c := w.choices[0]
	w.choices = w.choices[1:]
	return int(c) % n
}

func (w *writer) chance(n int) bool { return w.pick(n) == n-1 }

func (w *writer) of(list ...string) { w.b.WriteString(list[w.pick(len(list))]) }

func (w *writer) s(text string) { w.b.WriteString(text) }

// name makes a name that is not in use.
func (w *writer) name() string {
	w.names++
	return "v" + strconv.Itoa(w.names)
}

func (w *writer) fence() {
	w.s("---\n")
	for range w.pick(6) {
		w.of("", "", "\n", "// A comment.\n", "/* a\n   block */\n")
		switch w.pick(9) {
		case 0:
			w.s(w.name() + "  :=  " + "1")
		case 1:
			w.s("import  " + w.name() + " \"strings\"")
		case 2:
			w.s("type " + w.name() + " struct {\n  A string `a:\"b\"`  // why\n\n  Longer int\n}")
		case 3:
			w.s("func " + w.name() + "(a,b int) (string,error) { return \"x\" ,nil }")
		case 4:
			w.s("const " + w.name() + " = `raw\n---\n  text`")
		case 5:
			w.s("var " + w.name() + " = []string{\"a\",\n\"b\"}")
		case 6:
			w.s("for i := range 3 {\nprintln( i )\n}")
		case 7:
			w.s("if x {\nreturn nil }")
		case 8:
			w.s("import (\n\"fmt\"\n" + w.name() + " \"./a.gosite\"\n)")
		}
		w.of("\n", "; ", "  // behind\n", "\n\n\n")
	}
	w.of("", "\n")
	w.s("\n---\n")
	w.of("", "\n", "\n\n")
}

// nodes writes what may stand between tags. Cases of a switch hold no text.
func (w *writer) nodes(depth int, bare bool) {
	if depth > maxDepth {
		return
	}
	for range w.pick(5) {
		w.node(depth, bare)
		if !bare {
			w.space()
		}
	}
}

func (w *writer) space() { w.of("", "", " ", "\n", "\n\n", "  ", "\t\n ", "\r\n", "\u00a0") }

func (w *writer) node(depth int, bare bool) {
	switch w.pick(16) {
	case 0:
		if !bare {
			w.text()
		}
	case 1, 2:
		w.element(depth, []string{"p", "div", "ul", "li", "section", "h1", "table", "my-element"}[w.pick(8)])
	case 3, 4:
		w.element(depth, []string{"b", "i", "a", "span", "code", "em", "button", "label"}[w.pick(8)])
	case 5:
		w.s("<" + []string{"br", "img", "input", "hr"}[w.pick(4)])
		w.attrs(depth)
		w.of(">", "/>", " />")
	case 6:
		w.element(depth, []string{"Card", "icons.Leaf", "Self", "Table[User]"}[w.pick(4)])
	case 7:
		w.s("<>")
		w.space()
		w.nodes(depth+1, false)
		w.s("</>")
	case 8:
		w.of("<slot />", "<slot name=\"a\" />", "<slot>fallback</slot>", "<slot name=\"row\" args={r,  i} />")
	case 9:
		w.of("<!-- a comment -->", "<!--\n  two\n lines -->", "{/* gone */}", "{// gone\n}", "{/* two\n lines */}")
	case 10:
		w.s("{")
		w.of("", " ", "\n")
		w.expr(depth)
		w.of("", " ", "\n")
		w.s("}")
	case 11:
		w.s("{if ")
		w.of("x", "x := f(); x > 0", "T{} == (T{})", "ok", "!a  &&  b")
		w.block(depth)
		if w.chance(3) {
			w.s(" else if y")
			w.block(depth)
		}
		if w.chance(2) {
			w.of(" else", "  else ")
			w.block(depth)
		}
		w.of("}", " }", "\n}")
	case 12:
		w.s("{for ")
		w.of("range 3", "_, x := range xs", "i := 0; i < 3; i++", "", "x := range []int{1,2}")
		w.block(depth)
		w.of("}", " }")
	case 13:
		w.s("{switch ")
		w.of("x", "", "x := y.(type)")
		w.s(" {")
		for range w.pick(3) {
			w.of(" ", "\n", "\n\n")
			w.of("case 1:", "case \"a\",  \"b\" :", "default:", "case <-ch:")
			w.of(" ", "\n", "")
			w.nodes(depth+1, true)
		}
		w.of(" ", "\n")
		w.s("}}")
	case 14:
		w.s("{" + w.name())
		w.of(" := ", ":=", "  :=  ")
		w.expr(depth)
		w.s("}")
	case 15:
		w.raw(depth)
	}
}

func (w *writer) block(depth int) {
	w.of(" {", "{ ", " { ", " {\n")
	w.nodes(depth+1, false)
	w.of("}", " }", "\n}")
}

func (w *writer) text() {
	for range 1 + w.pick(3) {
		w.of("word", "a longer text with blanks", "&amp;", "&nbsp;", "&lt;p&gt;", "it's \"quoted\"", "日本語", "é", "{\"{\"}", "1 > 0", ".", ",", "(", ") ", "- ", "// no comment", "🍃")
		w.of("", " ", "\n", "  ")
	}
}

func (w *writer) element(depth int, name string) {
	w.s("<" + name)
	w.attrs(depth)
	if w.chance(6) {
		w.of("/>", " />", "\n/>")
		return
	}
	w.of(">", ">", " >", "\n>")
	w.space()
	w.nodes(depth+1, false)
	w.s("</" + strings.TrimSuffix(name, "[User]"))
	w.of(">", ">", " >", "\n>")
}

func (w *writer) attrs(depth int) {
	for i := range w.pick(4) {
		w.of(" ", "  ", "\n", "\n\n\t")
		n := strconv.Itoa(i)
		switch w.pick(12) {
		case 0:
			w.s("data-a" + n + "=\"b\"")
		case 1:
			w.s("hidden" + n)
		case 2:
			w.s("title" + n + "='it \"is\"'")
		case 3:
			w.s("id" + n + "=bare")
		case 4:
			w.s("a" + n + "={")
			w.expr(depth + 2)
			w.s("}")
		case 5:
			w.s("class:list={\"a\", b,  \"c\" : d}")
		case 6:
			w.s("href" + n + "=`/p/${ id }?q=${f(\"x\",1)}`")
		case 7:
			w.s("{name" + n + "}")
		case 8:
			w.s("{attrs...}")
		case 9:
			w.of("{/* c */}", "{// c\n}")
		case 10:
			w.s("value" + n + "=\"&amp; two\n lines  &quot;\"")
		case 11:
			w.s("style:list={\"color\": c, \"--gap\":gap}")
		}
	}
}

func (w *writer) expr(depth int) {
	switch w.pick(10) {
	case 0:
		w.s("x")
	case 1:
		w.s("f( a,b )")
	case 2:
		w.s("a+b*c - 1")
	case 3:
		w.s("\"text } {\"")
	case 4:
		w.s("`raw\n  {text}`")
	case 5:
		w.s("map[string]int{\"a\":1,\n\"b\": 2}[k]")
	case 6:
		w.s("func(x int) string { return \"y\" }(1)")
	case 7:
		w.s("a /* c */ + b")
	case 8:
		w.s("'}'")
	case 9:
		w.s("f(")
		w.element(min(depth+2, maxDepth), "b")
		w.s(", 1 < 2)")
	}
}

// raw writes elements whose text is no markup.
func (w *writer) raw(depth int) {
	switch w.pick(5) {
	case 0:
		w.s("<pre")
		w.attrs(depth)
		w.of(">", ">\n", ">\n\n")
		w.text()
		w.of("\n  ", "", "\t\n")
		w.nodes(depth+1, false)
		w.s("</pre>")
	case 1:
		w.s("<textarea>")
		w.of("\n", "", "  ")
		w.text()
		w.s("</textarea>")
	case 2:
		w.of("<script>", "<script is:inline>", "<script type=\"application/json\">")
		w.of("", "\n", "  if (a < b) { f(`${x}`) }\n\n", "\n\t\tlet a = 1\n\t\t\tlet b\n")
		w.s("</script>")
	case 3:
		w.of("<style>", "<style is:global>")
		w.of("", "p { color: red }", "\n  p{\n    a:b }\n", "/* } */")
		w.s("</style>")
	case 4:
		w.s("<code is:raw>{x} <b> ")
		w.of("", "\n", "  y\n   z")
		w.s("</code>")
	}
}
