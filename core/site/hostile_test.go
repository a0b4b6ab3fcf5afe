package site_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"
	"golang.org/x/net/html"

	"sitegen.dev/core/site"
)

// A place writes s somewhere into a document, and knows what a browser may make of it there.
type place struct {
	name  string
	write func(w *site.Writer, s string)
	// check gets the parsed document's element with the id "at". nil checks nothing beyond the shape of the document.
	check func(t testing.TB, at *html.Node, s string)
	drops []string // attributes that may be missing
	fails bool     // may end with an error

	anyAttr    bool // the value is the name of an attribute
	anyElement bool // the value is the name of an element, which parsers may move to another place
}

func inside(before string, write func(w *site.Writer, s string), after string) func(*site.Writer, string) {
	return func(w *site.Writer, s string) {
		w.S(before)
		write(w, s)
		w.S(after)
	}
}

func asText(w *site.Writer, s string) { site.V(s).Text(w) }

func asAttr(name string) func(w *site.Writer, s string) {
	return func(w *site.Writer, s string) { site.V(s).Attr(w, name) }
}

func spread(tag, name string) func(w *site.Writer, s string) {
	return func(w *site.Writer, s string) { site.Spread(w, tag, site.Attrs{name: s}) }
}

func urlTmpl(name string, image bool, parts ...string) func(w *site.Writer, s string) {
	return func(w *site.Writer, s string) {
		var ps []site.Piece
		for _, p := range parts {
			if p == "$" {
				ps = append(ps, site.Hole(s))
			} else {
				ps = append(ps, site.Lit(p))
			}
		}
		site.URLTmpl(w, name, image, ps...)
	}
}

var places = []place{
	{name: "text", write: inside(`<p id="at">`, asText, `</p>`), check: textIs},
	{name: "named type", write: inside(`<p id="at">`, func(w *site.Writer, s string) { site.V(tone(s)).Text(w) }, `</p>`), check: textIs},
	{name: "title", write: inside(`<title id="at">`, asText, `</title>`), check: textIs},
	{name: "textarea", write: inside(`<textarea id="at">`, func(w *site.Writer, s string) { w.S("\n"); asText(w, s) }, `</textarea>`), check: textIs},
	{name: "svg title", write: inside(`<svg><title id="at">`, asText, `</title></svg>`), check: textIs},
	{name: "between tags", write: inside(`<ul id="at"><li>a</li>`, asText, `<li>b</li></ul>`)},

	{name: "attribute", write: inside(`<p id="at"`, asAttr("title"), `>x</p>`), check: attrIs("title")},
	{name: "attribute template", write: inside(`<p id="at"`, func(w *site.Writer, s string) { site.Tmpl(w, "title", site.Lit("a"), site.Hole(s), site.Lit("b")) }, `>x</p>`),
		check: func(t testing.TB, at *html.Node, s string) { same(t, attr(at, "title"), "a"+parsed(s)+"b") }},
	{name: "enumerated attribute", write: inside(`<p id="at"`, func(w *site.Writer, s string) { site.V(s).EnumAttr(w, "aria-label") }, `>x</p>`), check: attrIs("aria-label")},
	{name: "event handler", write: inside(`<p id="at"`, func(w *site.Writer, s string) { site.JSAttr(w, "onclick", site.JS(s)) }, `>x</p>`), check: attrIs("onclick"), drops: []string{"onclick"}},
	{name: "srcdoc", write: inside(`<iframe id="at"`, func(w *site.Writer, s string) { site.SrcdocAttr(w, site.HTML(s)) }, `></iframe>`), check: attrIs("srcdoc")},
	{name: "class list", write: inside(`<p id="at"`, func(w *site.Writer, s string) { site.ClassList(w, site.C("a"), site.C(s), site.CIf(s, true)) }, `>x</p>`)},

	{name: "URL", write: inside(`<a id="at"`, func(w *site.Writer, s string) { site.V(s).URL(w, "href") }, `>x</a>`), check: urlIn("href")},
	{name: "image URL", write: inside(`<img id="at"`, func(w *site.Writer, s string) { site.V(s).ImageURL(w, "src") }, `>`), check: urlIn("src")},
	{name: "URL template, start", write: inside(`<a id="at"`, urlTmpl("href", false, "$", "/x"), `>x</a>`), check: urlIn("href")},
	{name: "URL template, all", write: inside(`<a id="at"`, urlTmpl("href", false, "$", "$", "$"), `>x</a>`), check: urlIn("href")},
	{name: "URL template, scheme", write: inside(`<a id="at"`, urlTmpl("href", false, "java", "$", "x"), `>x</a>`), check: urlIn("href")},
	{name: "URL template, scheme end", write: inside(`<a id="at"`, urlTmpl("href", false, "$", ":x"), `>x</a>`), check: urlIn("href")},
	{name: "URL template, path", write: inside(`<a id="at"`, urlTmpl("href", false, "/", "$", "/y"), `>x</a>`), check: ownHost("href", "")},
	{name: "URL template, paths", write: inside(`<a id="at"`, urlTmpl("href", false, "/", "$", "$"), `>x</a>`), check: ownHost("href", "")},
	{name: "URL template, no base", write: inside(`<a id="at"`, func(w *site.Writer, s string) { site.URLTmpl(w, "href", false, site.Hole(""), site.Hole(s)) }, `>x</a>`), check: ownHost("href", "")},
	{name: "URL template, slash base", write: inside(`<a id="at"`, func(w *site.Writer, s string) { site.URLTmpl(w, "href", false, site.Hole("/"), site.Hole(s)) }, `>x</a>`), check: ownHost("href", "")},
	{name: "URL template, below a host", write: inside(`<a id="at"`, urlTmpl("href", false, "https://a.example/", "$"), `>x</a>`), check: ownHost("href", "a.example")},
	{name: "URL template, behind a host", write: inside(`<a id="at"`, urlTmpl("href", false, "https://a.example", "$"), `>x</a>`), check: ownHost("href", "a.example")},
	{name: "URL template, behind a host twice", write: inside(`<a id="at"`, urlTmpl("href", false, "https://a.example", "$", "$"), `>x</a>`), check: ownHost("href", "a.example")},
	{name: "URL template, in a host", write: inside(`<a id="at"`, urlTmpl("href", false, "https://cdn", "$", ".a.example/x"), `>x</a>`), check: ownHost("href", ".a.example")},
	{name: "URL template, subdomain", write: inside(`<a id="at"`, urlTmpl("href", false, "https://", "$", ".a.example/x"), `>x</a>`), check: ownHost("href", ".a.example")},
	{name: "URL template, query", write: inside(`<a id="at"`, urlTmpl("href", false, "/?q=", "$", "&r=1#f"), `>x</a>`), check: queryIs},
	{name: "URL template, fragment", write: inside(`<a id="at"`, urlTmpl("href", false, "/x#", "$"), `>x</a>`), check: ownHost("href", "")},
	{name: "URL template, data", write: inside(`<img id="at"`, urlTmpl("src", true, "data:image/png;base64,", "$"), `>`), check: urlIn("src")},
	{name: "URL template, data type", write: inside(`<img id="at"`, urlTmpl("src", true, "data:", "$"), `>`), check: urlIn("src")},
	{name: "srcset", write: inside(`<img id="at"`, func(w *site.Writer, s string) { site.V(s).Srcset(w, "srcset") }, `>`), check: srcsetIs},
	{name: "refresh", write: inside(`<meta id="at" http-equiv="refresh"`, func(w *site.Writer, s string) { site.V(s).Refresh(w) }, `>`), check: refreshIs},
	{name: "refresh URL", write: inside(`<meta id="at" http-equiv="refresh"`, func(w *site.Writer, s string) { site.V("0;" + s).Refresh(w) }, `>`), check: refreshIs},

	{name: "style", write: inside(`<p id="at"`, func(w *site.Writer, s string) { site.V(s).Style(w) }, `>x</p>`), check: styleIs(-1), drops: []string{"style"}},
	{name: "style value", write: inside(`<p id="at"`, func(w *site.Writer, s string) {
		site.StyleList(w, site.StyleLit("a:b"), site.D("color", s), site.StyleLit("c:d"))
	}, `>x</p>`), check: styleIs(3)},
	{name: "style property", write: inside(`<p id="at"`, func(w *site.Writer, s string) {
		site.StyleList(w, site.StyleLit("a:b"), site.D(s, "x"), site.StyleLit("c:d"))
	}, `>x</p>`), check: styleIs(3)},

	{name: "script variable", write: inside(`<script id="at">`, func(w *site.Writer, s string) { site.ScriptVars(w, site.Var("a", s)) }, `f(a)</script>`), check: scriptIs},
	{name: "script variable in a map", write: inside(`<script id="at">`, func(w *site.Writer, s string) { site.ScriptVars(w, site.Var("a", map[string]any{"k": []string{s}})) }, `f(a)</script>`)},
	{name: "script key", write: inside(`<script id="at">`, func(w *site.Writer, s string) { site.ScriptVars(w, site.Var("a", map[string]any{s: s})) }, `f(a)</script>`)},
	{name: "script name", write: inside(`<script id="at">`, func(w *site.Writer, s string) { site.ScriptVars(w, site.Var(s, 1)) }, `f()</script>`), fails: true},

	{name: "element name", write: func(w *site.Writer, s string) {
		name := site.TagName(w, s)
		w.S(`<p>a</p><`)
		w.S(name)
		w.S(` id="at">x</`)
		w.S(name)
		w.S(`><p>b</p>`)
	}, fails: true, anyElement: true, check: func(t testing.TB, at *html.Node, s string) {
		if !strings.EqualFold(at.Data, s) && !(at.Data == "img" && strings.EqualFold(s, "image")) || len(at.Attr) != 1 {
			t.Errorf("the element is <%s %v>", at.Data, at.Attr)
		}
	}},

	{name: "spread name", write: inside(`<p id="at"`, func(w *site.Writer, s string) { site.Spread(w, "p", site.Attrs{s: "x"}, "id") }, `>x</p>`), anyAttr: true, check: nameIs},
	{name: "spread on a link", write: inside(`<a id="at"`, func(w *site.Writer, s string) { site.Spread(w, "a", site.Attrs{s: "javascript:x"}, "id") }, `>x</a>`), anyAttr: true, check: noScript},
	{name: "spread attribute", write: inside(`<p id="at"`, spread("p", "title"), `>x</p>`), check: attrIs("title")},
	{name: "spread href", write: inside(`<a id="at"`, spread("a", "href"), `>x</a>`), check: urlIn("href")},
	{name: "spread src", write: inside(`<iframe id="at"`, spread("iframe", "src"), `></iframe>`), check: urlIn("src")},
	{name: "spread srcset", write: inside(`<img id="at"`, spread("img", "srcset"), `>`), check: srcsetIs},
	{name: "spread style", write: inside(`<p id="at"`, spread("p", "style"), `>x</p>`)},
	{name: "spread handler", write: inside(`<p id="at"`, spread("p", "onclick"), `>x</p>`)},
	{name: "spread refresh", write: inside(`<meta id="at" http-equiv="refresh"`, spread("meta", "content"), `>`), check: refreshIs},
	{name: "spread animation", write: inside(`<svg><animate id="at"`, spread("animate", "to"), `/></svg>`), check: urlIn("to")},
}

var hostile = []string{
	"x", "", " ", "\n", "\n\nx", "\r\n", "a\rb", "\x00", "a\x00b", "\x7f", "\xff\xfe", "\u2028", "\ufeff", "日本",
	`"`, `'`, "`", "<", ">", "&", "=", "/", "\\", ";", ":", "#", "?", "%", "%00", "%zz", "{", "}", "${x}", "{{x}}",
	`"><script>alert(1)</script>`, `'><img src=x onerror=alert(1)>`, `" onload="alert(1)`, `</title><script>`, `</textarea><script>`, `</script><script>`,
	`</ScRiPt/>`, `</script >`, `</style>`, `<!--`, `-->`, `<![CDATA[`, `]]>`, `<?php`, `&lt;script&gt;`, `&#60;`, `&quot;`, `&colon;`, `\u003c`,
	"javascript:alert(1)", "JAVASCRIPT:alert(1)", " javascript:alert(1)", "\x01javascript:alert(1)", "java\nscript:alert(1)", "java\tscript:", "javascript\n:", "script:alert(1)",
	"javascript&colon;alert(1)", "&#106;avascript:", "javascript%3aalert(1)", "javascript", "vbscript:x", "data:text/html,<script>", "data:image/svg+xml,<svg onload=x>",
	"image/png,x", "text/html,<script>", "blob:x", "view-source:x", "about:blank", "//evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example", "/\t/evil.example",
	"https://evil.example", "https:evil.example", "http:/evil.example", ".evil.example", "@evil.example", ":80@evil.example", "/..//evil.example", "/../../evil.example", "?@evil.example", "evil.example/", "evil.example#", "evil.example?", "evil.example\\", "1", "-1", "80",
	"a.png 1x, javascript:x 2x", "a.png (b, javascript:x 2x", ",javascript:x", "javascript:x,", "data:text/html,x 1x",
	"0;url=javascript:x", "0;url='javascript:x'", "0;url=\"'javascript:x", "0 javascript:x", "url=javascript:x", "5;", "5;url=data:text/html,x",
	"red", "color: red; margin: 0", "red;background:url(//evil)", "url(x)", "u\\72l(x)", "expression(alert(1))", "red}*{color:blue", "/*", "*/", "'", "\"\n", "'</style>'", "rgb(1,2,3", "--x", "behavior:url(x)", "@import 'x'",
	"onclick", "ONCLICK", "onclick ", " onclick", "on\x00click", "style", "srcdoc", "href", "HREF", "xlink:href", "a b", "a/b", "a=b", "a>b", "a\"b", "a'b", "id", "ID", "İd", "src", "ping", "formaction",
	"script", "SCRIPT", "script x", "style", "div", "DIV", "h1", "a", "p", "br", "img", "div/onload=alert(1)", "div>", "table", "li", "svg", "math", "option", "__proto__", "constructor", "let", "a;b", "größe",
}

func TestHostile(t *testing.T) {
	for _, p := range places {
		t.Run(p.name, func(t *testing.T) {
			for _, s := range hostile {
				p.test(t, s)
			}
		})
	}
}

func FuzzHostile(f *testing.F) {
	for i := range places {
		for _, s := range []string{"x", `"'<>&`, "javascript:x", "\\/e.x", "red;url("} {
			f.Add(uint8(i), s)
		}
	}
	f.Fuzz(func(t *testing.T, i uint8, s string) { places[int(i)%len(places)].test(t, s) })
}

// test writes s and holds what a parser of HTML sees against what it sees for a harmless value.
func (p place) test(t *testing.T, s string) {
	t.Helper()
	w := site.NewWriter(nil)
	p.write(w, s)
	if err := w.End(); err != nil {
		if !p.fails {
			t.Errorf("%s: %q: %v", p.name, s, err)
		}
		return
	}
	harmless := site.NewWriter(nil)
	p.write(harmless, "x")

	doc := document(t, w.Bytes())
	about := fmt.Sprintf("%s: %q, written %q: ", p.name, s, w.Bytes())
	if got, want := p.shape(doc), p.shape(document(t, harmless.Bytes())); got != want {
		t.Errorf("%sthe document is%s, want%s", about, got, want)
		return
	}
	if n := at(doc); p.check != nil && n != nil {
		p.check(tester{t, about}, n, s)
	}
}

// tester says in each message what it is about.
type tester struct {
	testing.TB
	about string
}

func (t tester) Error(args ...any) { t.Helper(); t.TB.Error(t.about + fmt.Sprint(args...)) }
func (t tester) Errorf(format string, args ...any) {
	t.Helper()
	t.TB.Error(t.about + fmt.Sprintf(format, args...))
}

func document(t *testing.T, body []byte) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader("<!DOCTYPE html><html><head></head><body>" + string(body) + "</body></html>"))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// shape describes the elements and their attributes. Text is not part of it, because a value may be empty; that it
// has the right text is up to check.
func (p place) shape(doc *html.Node) string {
	if p.anyElement {
		return ""
	}
	var b strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		for c := range n.ChildNodes() {
			switch c.Type {
			case html.TextNode:
				continue
			case html.ElementNode:
				b.WriteString(" " + c.Data)
				for _, a := range c.Attr {
					if !slices.Contains(p.drops, a.Key) && !(p.anyAttr && a.Key != "id") {
						b.WriteString("[" + a.Key + "]")
					}
				}
			default:
				b.WriteString(" !" + strconv.Itoa(int(c.Type)))
			}
			b.WriteString("(")
			walk(c)
			b.WriteString(")")
		}
	}
	walk(doc)
	return b.String()
}

func at(doc *html.Node) *html.Node {
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && attr(n, "id") == "at" {
			return n
		}
	}
	return nil
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		key := a.Key
		if a.Namespace != "" {
			key = a.Namespace + ":" + key
		}
		if key == name {
			return a.Val
		}
	}
	return ""
}

// parsed is what a parser of HTML makes of s.
func parsed(s string) string {
	return strings.NewReplacer("\x00", "\uFFFD", "\r\n", "\n", "\r", "\n").Replace(s)
}

func same(t testing.TB, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func textIs(t testing.TB, at *html.Node, s string) {
	var got strings.Builder
	for c := range at.ChildNodes() {
		got.WriteString(c.Data)
	}
	same(t, got.String(), parsed(s))
}

func attrIs(name string) func(testing.TB, *html.Node, string) {
	return func(t testing.TB, at *html.Node, s string) { same(t, attr(at, name), parsed(s)) }
}

// browserScheme is the scheme that a browser sees: it overlooks control characters around a URL and line breaks and
// tabs inside.
func browserScheme(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
	s = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(s)
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c|0x20 && c|0x20 <= 'z':
		case i > 0 && ('0' <= c && c <= '9' || strings.IndexByte("+-.", c) >= 0):
		case i > 0 && c == ':':
			return strings.ToLower(s[:i])
		default:
			return ""
		}
	}
	return ""
}

func checkURL(t testing.TB, s string, image bool) {
	t.Helper()
	switch scheme := browserScheme(s); {
	case s == invalid:
	case scheme == "data" && image && strings.HasPrefix(strings.ToLower(strings.TrimSpace(s)), "data:image/"):
	case !slices.Contains([]string{"", "http", "https", "mailto", "tel", "sms", "ftp", "ftps", "geo", "webcal", "xmpp", "matrix"}, scheme):
		t.Errorf("the URL is %q, of scheme %q", s, scheme)
	}
}

func urlIn(name string) func(testing.TB, *html.Node, string) {
	return func(t testing.TB, at *html.Node, s string) { checkURL(t, attr(at, name), at.Data == "img") }
}

// ownHost checks that a URL stays on the page's host (empty), on a host, or below a domain (with a dot in front), or
// that it leads nowhere.
func ownHost(name, host string) func(testing.TB, *html.Node, string) {
	return func(t testing.TB, at *html.Node, _ string) {
		s := attr(at, name)
		checkURL(t, s, false)
		if s == invalid {
			return
		}
		s = strings.NewReplacer("\t", "", "\n", "", "\r", "", "\\", "/").Replace(strings.TrimFunc(s, func(r rune) bool { return r <= ' ' }))
		if host == "" {
			if browserScheme(s) != "" || strings.HasPrefix(s, "//") {
				t.Errorf("the URL %q leaves the host", s)
			}
			return
		}
		rest, ok := strings.CutPrefix(s, "https://")
		if i := strings.IndexAny(rest, "/?#"); i >= 0 {
			rest = rest[:i]
		}
		if !ok || strings.Contains(rest, "@") || rest != host && !(host[0] == '.' && strings.HasSuffix(rest, host)) {
			t.Errorf("the URL %q is not on %s", s, host)
		}
	}
}

func queryIs(t testing.TB, at *html.Node, s string) {
	u, err := url.Parse(attr(at, "href"))
	if err != nil {
		t.Error(err)
		return
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil || len(q) != 2 || q.Get("q") != s || q.Get("r") != "1" || u.Fragment != "f" || u.Path != "/" || u.Host != "" {
		t.Errorf("the URL is %q: %v, %v", u, q, err)
	}
}

// srcsetIs takes the value apart in the steps of the HTML standard.
func srcsetIs(t testing.TB, at *html.Node, _ string) {
	s := attr(at, "srcset")
	for {
		s = strings.TrimLeft(s, " \t\n\f\r,")
		if s == "" {
			return
		}
		i := strings.IndexAny(s, " \t\n\f\r")
		if i < 0 {
			i = len(s)
		}
		src := s[:i]
		s = s[i:]
		if strings.HasSuffix(src, ",") {
			src = strings.TrimRight(src, ",")
		} else {
			depth := 0
			i := strings.IndexFunc(s, func(r rune) bool {
				switch r {
				case '(':
					depth = 1
				case ')':
					depth = 0
				}
				return r == ',' && depth == 0
			})
			if i < 0 {
				i = len(s) - 1
			}
			s = s[i+1:]
		}
		checkURL(t, src, true)
	}
}

// refreshIs takes the value apart in the steps of the HTML standard, and also where it does not say "url=".
func refreshIs(t testing.TB, at *html.Node, _ string) {
	s := attr(at, "content")
	checkURL(t, s, false)
	for i := range len(s) {
		if strings.IndexByte("0123456789. \t\n\r\f;,='\"urlURL", s[i]) >= 0 {
			checkURL(t, s[i+1:], false)
			continue
		}
		return
	}
}

// styleIs checks a list of declarations; n is their number if it is known, with one more or less for the value.
func styleIs(n int) func(testing.TB, *html.Node, string) {
	return func(t testing.TB, at *html.Node, s string) {
		value := attr(at, "style")
		if strings.Contains(value, "<") {
			t.Errorf("a less-than sign in %q", value)
		}
		l := css.NewLexer(parse.NewInputString(value + ";e:f"))
		var tokens []css.TokenType
		for {
			tt, data := l.Next()
			if tt == css.ErrorToken {
				if l.Err() != io.EOF {
					t.Error(l.Err())
				}
				break
			}
			tokens = append(tokens, tt)
			switch tt {
			case css.URLToken, css.BadURLToken, css.BadStringToken, css.AtKeywordToken, css.CommentToken, css.CDOToken, css.CDCToken,
				css.LeftBraceToken, css.RightBraceToken:
				t.Errorf("%v %q in %q", tt, data, value)
			case css.FunctionToken:
				switch name := strings.ToLower(string(data)); name {
				case "url(", "src(", "image(", "image-set(", "expression(", "element(", "attr(":
					t.Errorf("%s in %q", name, value)
				}
			}
		}
		tail := []css.TokenType{css.SemicolonToken, css.IdentToken, css.ColonToken, css.IdentToken}
		if len(tokens) < 4 || !slices.Equal(tokens[len(tokens)-4:], tail) {
			t.Errorf("%q swallows what follows: %v", value, tokens)
		}
		semicolons := 0
		for _, tt := range tokens {
			if tt == css.SemicolonToken {
				semicolons++
			}
		}
		if n >= 0 && semicolons != n && semicolons != n-1 {
			t.Errorf("%d declarations in %q", semicolons, value)
		}
	}
}

func scriptIs(t testing.TB, at *html.Node, s string) {
	code := at.FirstChild.Data
	j, ok := strings.CutPrefix(code, "const a = ")
	j, ok2 := strings.CutSuffix(j, ";\nf(a)")
	var got string
	if err := json.Unmarshal([]byte(j), &got); !ok || !ok2 || err != nil || got != strings.ToValidUTF8(s, "\uFFFD") && got != invalidToFFFD(s) {
		t.Errorf("the script is %q", code)
	}
	if strings.ContainsAny(j, "<>&\u2028\u2029") {
		t.Errorf("unsafe characters in %q", j)
	}
}

// invalidToFFFD replaces each byte that is no UTF-8, as encoding/json does.
func invalidToFFFD(s string) string { return string([]rune(s)) }

// nameIs checks that there is at most one attribute more, of that name.
func nameIs(t testing.TB, at *html.Node, s string) {
	others := slices.DeleteFunc(slices.Clone(at.Attr), func(a html.Attribute) bool { return a.Key == "id" })
	if len(others) > 1 || len(others) == 1 && !strings.EqualFold(others[0].Key, s) {
		t.Errorf("the attributes are %v", at.Attr)
	}
}

// noScript checks that no attribute can run anything.
func noScript(t testing.TB, at *html.Node, s string) {
	nameIs(t, at, s)
	for _, a := range at.Attr {
		name := strings.ToLower(a.Key)
		if strings.HasPrefix(name, "on") || name == "srcdoc" || name == "style" {
			t.Errorf("attribute %s=%q", a.Key, a.Val)
		}
		if name == "href" || a.Key == "xlink:href" || name == "ping" || name == "formaction" || name == "src" {
			checkURL(t, a.Val, false)
		}
	}
}

// TestHostileIsLinear writes long values: each place has to look at every byte a fixed number of times.
func TestHostileIsLinear(t *testing.T) {
	for _, p := range places {
		for _, s := range []string{"x", "&", "\"", ",", " ", "a ", "a, ", "a 1x,", "(", "a;", "a:b;", "a:(;", "%", "\n", "/", "[", "'", "é", "a:red;"} {
			long := strings.Repeat(s, 100_000/len(s))
			w := site.NewWriter(nil)
			start := time.Now()
			p.write(w, long)
			if d := time.Since(start); d > time.Second {
				t.Errorf("%s: %q repeated takes %v", p.name, s, d)
			}
		}
	}
}
