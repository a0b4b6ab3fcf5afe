package content

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// codeOptions is what stands behind the fence of a code block.
type codeOptions struct {
	lang  string
	title string
	marks [][2]int // ranges of lines, both ends included, from 1
}

// maxMarks bounds line numbers, so that a range is cheap to check.
const maxMarks = 1 << 20

// parseInfo reads an info string: `go {1,3-4} title="main.go"`. What other generators write is understood where it means
// the same, `{title="main.go" hl_lines=[1,"3-4"]}`, and other words are for other tools. problem says what could not be
// read.
func parseInfo(info string) (o codeOptions, problem string) {
	i := strings.IndexAny(info, " \t{")
	if i < 0 {
		i = len(info)
	}
	o.lang = info[:i]
	depth := 0 // of braces and brackets
	for rest := info[i:]; ; {
		rest = strings.TrimLeft(rest, " \t,")
		if rest == "" {
			break
		}
		switch rest[0] {
		case '{', '[':
			depth++
			rest = rest[1:]
			continue
		case '}', ']':
			depth = max(depth-1, 0)
			rest = rest[1:]
			continue
		}
		var word, value string
		word, rest = infoWord(rest, "= \t{}[],")
		if strings.HasPrefix(rest, "=") {
			rest = rest[1:]
			if strings.HasPrefix(rest, "[") && word == "hl_lines" {
				continue // its numbers are read as those between braces
			}
			if value, rest = infoWord(rest, " \t}],"); value == unclosed {
				return o, "the value of " + word + " is never closed"
			}
			switch word {
			case "title", "file", "filename":
				o.title = value
			case "hl_lines":
				problem = o.mark(value, problem)
			}
			continue
		}
		if word == unclosed {
			return o, "a quotation mark is never closed"
		}
		if depth > 0 && word != "" && ('0' <= word[0] && word[0] <= '9' || word[0] == '-') {
			problem = o.mark(word, problem)
		}
		if word == "" && rest != "" {
			rest = rest[1:]
		}
	}
	if depth > 0 {
		problem = "the marked lines are never closed with }"
	}
	return o, problem
}

// unclosed stands for a text in quotes that is not closed. No info string holds a line break.
const unclosed = "\n"

// infoWord reads a word up to one of stop, or what is in quotes.
func infoWord(s, stop string) (word, rest string) {
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		n := strings.IndexByte(s[1:], s[0])
		if n < 0 {
			return unclosed, ""
		}
		return s[1 : 1+n], s[n+2:]
	}
	n := strings.IndexAny(s, stop)
	if n < 0 {
		n = len(s)
	}
	return s[:n], s[n:]
}

// mark adds lines: "3" or "3-4", several parted by blanks or commas.
func (o *codeOptions) mark(text, before string) (problem string) {
	problem = before
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' }) {
		a, b, isRange := strings.Cut(part, "-")
		from, err1 := strconv.Atoi(a)
		to, err2 := from, error(nil)
		if isRange {
			to, err2 = strconv.Atoi(b)
		}
		if err1 != nil || err2 != nil || from < 1 || to < from || to > maxMarks {
			problem = fmt.Sprintf("%q is no range of lines", part)
			continue
		}
		o.marks = append(o.marks, [2]int{from, to})
	}
	return problem
}

// highlight gives the HTML of a code block. Everything that comes out of code is escaped here and nowhere else, whether
// its language is known or not.
func highlight(code string, o codeOptions) string {
	code = strings.ReplaceAll(code, "\r\n", "\n")
	var b strings.Builder
	if o.title != "" {
		b.WriteString(`<figure class="code"><figcaption>` + html.EscapeString(o.title) + `</figcaption>`)
	}
	b.WriteString(`<pre class="chroma" tabindex="0"><code`) // a box that scrolls has to be reached by keyboard
	if o.lang != "" {
		b.WriteString(` class="language-` + html.EscapeString(o.lang) + `"`)
	}
	b.WriteString(`>`)
	tokens := tokenize(o.lang, code)
	if len(o.marks) == 0 {
		writeTokens(&b, tokens)
	} else {
		for i, line := range chroma.SplitTokensIntoLines(tokens) {
			if !marked(o.marks, i+1) {
				writeTokens(&b, line)
				continue
			}
			b.WriteString(`<span class="hl">`)
			writeTokens(&b, line)
			b.WriteString(`</span>`)
		}
	}
	b.WriteString("</code></pre>")
	if o.title != "" {
		b.WriteString("</figure>")
	}
	b.WriteString("\n")
	return b.String()
}

func marked(marks [][2]int, line int) bool {
	for _, m := range marks {
		if m[0] <= line && line <= m[1] {
			return true
		}
	}
	return false
}

// writeTokens writes neighbours of one class as one element.
func writeTokens(b *strings.Builder, tokens []chroma.Token) {
	open := ""
	for _, t := range tokens {
		class := classes[t.Type]
		if class == "" {
			class = classes[t.Type.SubCategory()]
		}
		if class == "" {
			class = classes[t.Type.Category()]
		}
		if strings.TrimSpace(t.Value) == "" {
			class = open // blanks have no colour
		}
		if class != open {
			if open != "" {
				b.WriteString("</span>")
			}
			if class != "" {
				b.WriteString(`<span class="` + class + `">`)
			}
			open = class
		}
		b.WriteString(html.EscapeString(t.Value))
	}
	if open != "" {
		b.WriteString("</span>")
	}
}

// plainLanguages are names for code without colours: text, and languages that scripts in the browser read.
var plainLanguages = map[string]bool{"": true, "text": true, "txt": true, "plain": true, "plaintext": true, "none": true, "output": true, "nohighlight": true, "mermaid": true, "math": true}

// known says whether a language can be highlighted, or is one that need not be.
func known(lang string) bool {
	return isPlain(lang) || lang == "gosite" || lexer(lang) != nil
}

func isPlain(lang string) bool { return plainLanguages[strings.ToLower(lang)] }

// found holds what was found for a name: chroma looks for one that it does not know among the patterns of all file names,
// which takes longer than to highlight a page. misses counts them: so many names that nobody knows were made by a program.
var (
	found  sync.Map
	misses atomic.Int32
)

const (
	maxMisses   = 1000
	maxLanguage = 40 // bytes of a name
)

// otherNames are names of languages on GitHub that chroma does not know.
var otherNames = map[string]string{"shellsession": "console", "pwsh-session": "powershell"}

// lexer gives the lexer of a language, nil where it is not known.
func lexer(lang string) chroma.Lexer {
	if l, ok := found.Load(lang); ok {
		return l.(foundLexer).Lexer
	}
	if len(lang) > maxLanguage || misses.Load() > maxMisses {
		return nil
	}
	name := lang
	if other, ok := otherNames[strings.ToLower(lang)]; ok {
		name = other
	}
	l := lexers.Get(name)
	if l == nil {
		misses.Add(1)
	}
	found.Store(lang, foundLexer{l})
	return l
}

type foundLexer struct{ chroma.Lexer }

// tokenize cuts code into tokens whose texts make up code again; one token where the language is not known.
func tokenize(lang, code string) (tokens []chroma.Token) {
	whole := []chroma.Token{{Type: chroma.Text, Value: code}}
	defer func() {
		if recover() != nil { // a lexer of chroma meets a state it does not have
			tokens = whole
		}
	}()
	if lang == "gosite" {
		return gosite(code)
	}
	if isPlain(lang) {
		return whole
	}
	l := lexer(lang)
	if l == nil {
		return whole
	}
	tokens, err := chroma.Tokenise(l, nil, code)
	if err != nil {
		return whole
	}
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString(t.Value)
	}
	if b.String() != code {
		return whole
	}
	return tokens
}

// A look is how tokens of some kinds are shown, on a light and on a dark ground. Its class is that of chroma's own sheets,
// so that these fit as well; kinds that look alike share one.
type look struct {
	class       string
	kinds       []chroma.TokenType
	light, dark string // colours
	extra       string // further declarations
}

// The grounds. Every colour below has a contrast of at least 4.5 to its ground and to the ground of marked lines, WCAG AA
// for text; a test computes it.
const (
	lightGround, lightText, lightMark = "#f6f8fa", "#1f2328", "#fff8c5"
	darkGround, darkText, darkMark    = "#161b22", "#e6edf3", "#3a3117"
)

var looks = []look{
	{"k", []chroma.TokenType{chroma.Keyword, chroma.OperatorWord, chroma.CommentPreproc, chroma.NameKeyword}, "#b31d28", "#ff8f87", ""},
	{"kt", []chroma.TokenType{chroma.KeywordType, chroma.NameClass, chroma.NameException, chroma.NameNamespace}, "#8a3300", "#ffa657", ""},
	{"m", []chroma.TokenType{chroma.KeywordConstant, chroma.LiteralNumber, chroma.LiteralDate, chroma.NameConstant, chroma.NameEntity, chroma.LiteralStringEscape, chroma.LiteralStringInterpol}, "#0550ae", "#79c0ff", ""},
	{"s", []chroma.TokenType{chroma.LiteralString, chroma.Literal}, "#0a3069", "#a5d6ff", ""},
	{"c", []chroma.TokenType{chroma.Comment, chroma.GenericOutput}, "#57606a", "#9da7b1", ""},
	{"gp", []chroma.TokenType{chroma.GenericPrompt}, "#57606a", "#9da7b1", "user-select: none"}, // so that a copied command has none
	{"nf", []chroma.TokenType{chroma.NameFunction, chroma.NameDecorator, chroma.NameBuiltin}, "#6639ba", "#d2a8ff", ""},
	{"nt", []chroma.TokenType{chroma.NameTag}, "#116329", "#7ee787", ""},
	{"na", []chroma.TokenType{chroma.NameAttribute, chroma.NameProperty, chroma.NameVariable, chroma.NameLabel}, "#0a5a6b", "#7dd3e0", ""},
	{"gd", []chroma.TokenType{chroma.GenericDeleted, chroma.GenericError}, "#82071e", "#ffb3b8", ""},
	{"gi", []chroma.TokenType{chroma.GenericInserted}, "#116329", "#7ee787", ""},
	{"gs", []chroma.TokenType{chroma.GenericHeading, chroma.GenericSubheading, chroma.GenericStrong}, "#1f2328", "#e6edf3", "font-weight: bold"},
	{"ge", []chroma.TokenType{chroma.GenericEmph}, "#1f2328", "#e6edf3", "font-style: italic"},
}

var classes = func() map[chroma.TokenType]string {
	m := map[chroma.TokenType]string{}
	for _, l := range looks {
		for _, k := range l.kinds {
			m[k] = l.class
		}
	}
	return m
}()

// HighlightCSS gives the style sheet of code blocks: light, and dark where the visitor prefers it and <html> does not say
// data-theme="light", or where an element says data-theme="dark". Colours are custom properties, --code-k and so on, which
// a site may set itself.
func HighlightCSS() string {
	var light, dark, rules strings.Builder
	set := func(name, l, d string) {
		fmt.Fprintf(&light, "  --code-%s: %s;\n", name, l)
		fmt.Fprintf(&dark, "  --code-%s: %s;\n", name, d)
	}
	set("ground", lightGround, darkGround)
	set("text", lightText, darkText)
	set("mark", lightMark, darkMark)
	for _, l := range looks {
		set(l.class, l.light, l.dark)
		extra := ""
		if l.extra != "" {
			extra = "; " + l.extra
		}
		fmt.Fprintf(&rules, ".chroma .%s { color: var(--code-%s)%s }\n", l.class, l.class, extra)
	}
	indent := func(s string) string {
		return "  " + strings.ReplaceAll(strings.TrimSuffix(s, "\n"), "\n", "\n  ") + "\n"
	}
	return ":root, [data-theme=light] {\n" + light.String() + "}\n" +
		"@media (prefers-color-scheme: dark) {\n  :root:not([data-theme=light]) {\n" + indent(dark.String()) + "  }\n}\n" +
		"[data-theme=dark] {\n" + dark.String() + "}\n" +
		".chroma { background: var(--code-ground); color: var(--code-text); overflow-x: auto; padding: 1em; tab-size: 4 }\n" +
		".chroma .hl { background: var(--code-mark); display: block; margin: 0 -1em; padding: 0 1em }\n" +
		rules.String()
}
