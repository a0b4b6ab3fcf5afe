package syntax

import (
	"bytes"
	"regexp"
	"strings"
)

// fenceHabits are what people write in frontmatter who come from Astro or JavaScript, by the start of the line, and how it is said
// in Go. $1 in a hint is the first group.
var fenceHabits = []struct {
	re   *regexp.Regexp
	hint string
}{
	{regexp.MustCompile(`^import\s+type\b`), `the types of a Go package come with it: import "example.com/site/package"`},
	{regexp.MustCompile(`^import\s+(\w+)\s+from\s+["']([^"']+?)\.astro["']`), `Go names an import before its path: import $1 "$2.gosite"`},
	{regexp.MustCompile(`^import\s+(\w+)\s+from\s+["']([^"']+)["']`), `Go names an import before its path: import $1 "$2"`},
	{regexp.MustCompile(`^import\s+[{*]`), `Go imports a package as a whole, and takes names from it with a dot: import "example.com/site/package", then package.Name`},
	{regexp.MustCompile(`^package\b`), "remove the line: the compiler names the package"},
	{regexp.MustCompile(`^export\s+const\s+(prerender|partial)\s*=\s*(true|false)`), "write const $1 = $2"},
	{regexp.MustCompile(`^export\s+(?:async\s+)?(?:function|const)\s+getStaticPaths\b`), "write func GetStaticPaths(b *site.Build) ([]site.Path[Props], error) { … }"},
	{regexp.MustCompile(`^export\s+(?:async\s+)?(?:function|const)\s+(GET|POST|PUT|PATCH|DELETE|OPTIONS|HEAD|ALL)\b`), "write func $1(page *site.Page) error { … }"},
	{regexp.MustCompile(`^export\s+(?:interface|type)\s+(\w+)`), "write type $1 struct { … }"},
	{regexp.MustCompile(`^export\b`), "Go exports what begins with a capital letter: leave the word out"},
	{regexp.MustCompile(`^interface\s+Props\b`), "write type Props struct { Title string }, a field a line"},
	{regexp.MustCompile(`^interface\s+(\w+)`), "write type $1 struct { … }"},
	{regexp.MustCompile(`^type\s+(\w+)\s*=\s*\{`), "write type $1 struct { … }"},
	{regexp.MustCompile(`^(?:const|let|var)\s*\{[^}]*\}(?:\s*:\s*\w+)?\s*=\s*Astro\.props\b`), "declare type Props struct { … }, and write props.Title where you need it"},
	{regexp.MustCompile(`^(?:const|let|var)\s*\{\s*(\w+)[^}]*\}\s*=\s*Astro\.params\b`), `write $1 := page.Params["$1"]`},
	{regexp.MustCompile(`^(?:const|let|var)\s*[{\[]`), "Go takes no values apart: write a line for each, title := post.Title"},
	{regexp.MustCompile(`^const\s+(\w+)\s*=\s*await\b`), "Go waits without a word: write $1, err := load(…)"},
	{regexp.MustCompile(`^(?:const|let)\s+(\w+)\s*:`), "Go declares variables with $1 := …, or var $1 string"},
	{regexp.MustCompile(`^(?:async\s+)?function\s+(\w+)`), "write func $1(name string) string { … }"},
	{regexp.MustCompile(`^(?:try|catch)\b`), "Go returns errors: v, err := load(), then if err != nil { return err }"},
	{regexp.MustCompile(`^class\b`), "write type Name struct { … }"},
}

// fenceHabit is the hint for the line of the frontmatter that off is on, or "".
func fenceHabit(src []byte, off int) string {
	off = min(off, len(src))
	if off+1 < len(src) && src[off] == '<' && (isLetter(src[off+1]) || src[off+1] == '>') {
		return "markup stands below the fence, and so does a function that makes some: {row := func(s string) site.Node { return <li>{s}</li> }}"
	}
	start := bytes.LastIndexByte(src[:off], '\n') + 1
	line := src[start:]
	if n := bytes.IndexByte(line, '\n'); n >= 0 {
		line = line[:n]
	}
	line = bytes.TrimSpace(line[:min(len(line), 500)])
	for _, h := range fenceHabits {
		if m := h.re.FindSubmatchIndex(line); m != nil {
			return string(h.re.Expand(nil, []byte(strings.ReplaceAll(strings.ReplaceAll(h.hint, "$1", "${1}"), "$2", "${2}")), line, m))
		}
	}
	return ""
}

// doubleBraces are what people write who come from Go's templates, Hugo, Vue or React, by what stands behind {{.
var doubleBraces = []struct {
	re   *regexp.Regexp
	hint string
}{
	{regexp.MustCompile(`^-?\s*(?:range|for|each)\b`), "loop in one pair of braces: {for _, x := range list { … }}"},
	{regexp.MustCompile(`^-?\s*(?:if|else|with|unless)\b`), "ask in one pair of braces: {if cond { … } else { … }}"},
	{regexp.MustCompile(`^-?\s*(?:partial|template|block|define|include)\b`), `import the component in the frontmatter, and write its tag: <Name title="…" />`},
	{regexp.MustCompile(`^-?\s*end\b`), "a block closes with }}"},
	{regexp.MustCompile(`^__html\s*:`), "write set:html={x} in place of dangerouslySetInnerHTML"},
	{regexp.MustCompile(`^["']?[\w-]+["']?\s*:`), `Go has no objects: styles are style:list={"color": c, "--gap": gap}, classes class:list={"a", "active": on}`},
	{regexp.MustCompile(`^-?\s*\.(?:Site|Page|Params)?\.?(\w+)`), "write {props.$1}, or a variable of the frontmatter: {x}"},
	{regexp.MustCompile(``), "write one pair of braces around Go: {x}"},
}

// foreignTag is the end of what is said of a tag of another template language.
const foreignTag = " …} is another language's: in braces stands Go"

const doubled = "Go stands in one pair of braces, not in two"

// endsForeign says whether code only closes or goes on with a block of another template language, the start of which has been
// reported: one mistake, one report.
func (p *parser) endsForeign(code string) bool {
	double := doubleEnd.MatchString(code)
	if !double && !svelteEnd.MatchString(code) {
		return false
	}
	for _, d := range p.diags {
		if double && d.Message == doubled || !double && strings.HasSuffix(d.Message, foreignTag) {
			return true
		}
	}
	return false
}

var (
	doubleEnd = regexp.MustCompile(`^\{-?\s*(?:end|else)\b`)
	svelteEnd = regexp.MustCompile(`^(?:/(?:if|each|for|key|await|snippet)|:(?:else|then|catch))\b`)
)

// svelteTag is the first word of a tag of Svelte's templates.
var svelteTag = regexp.MustCompile(`^([#:/@][a-z]+)\b`)

// svelteHints are what is written in place of such a tag.
var svelteHints = map[string]string{
	"#if": "write {if cond { … } else { … }}", "#unless": "write {if !cond { … }}", ":else": "write {if cond { … } else { … }}",
	"#each": "write {for _, x := range list { … }}", "#for": "write {for _, x := range list { … }}",
	"#key": "a page is rendered once: leave it out", "#await": "wait in the frontmatter: v, err := load(), then if err != nil { return err }",
	":then": "wait in the frontmatter: v, err := load(), then if err != nil { return err }", ":catch": "return the error in the frontmatter: if err != nil { return err }",
	"#snippet": "write {row := func(x Item) site.Node { return <li>{x.Name}</li> }}, and {row(x)}",
	"@render":  "write {row(x)}; the content of a component goes where <slot /> stands",
	"@html":    "write set:html={x} on an element, or {site.Raw(x)}", "@const": "write {x := …}", "@debug": "write slog.Info(…) in the frontmatter",
	"@if": "write {if cond { … } else { … }}", "@for": "write {for _, x := range list { … }}", "@foreach": "write {for _, x := range list { … }}",
	"/if": "a block closes with }}", "/each": "a block closes with }}", "/for": "a block closes with }}", "/key": "leave it out", "/await": "leave it out",
	"/snippet": "a function closes with }}",
}

var (
	labelHabit     = regexp.MustCompile(`^\w+\s*:\s*(?:for|switch|\{)`)
	namedFunc      = regexp.MustCompile(`^func\s+(\w+)\s*\(`)
	bracketedList  = regexp.MustCompile(`^\[`)
	jsObjectInList = regexp.MustCompile(`\{\s*["']?[\w-]+["']?\s*:`)
)

// codeHabit is the same for Go in braces of the template. It gives a message too where that of Go would lead astray.
func codeHabit(code string, k checkKind) (message, hint string) {
	switch {
	case k == checkList && bracketedList.MatchString(code):
		hint = `write the entries without brackets: class:list={"a", size, "active": on}`
		if jsObjectInList.MatchString(code) {
			hint = `write the entries without brackets and braces: class:list={"a", "active": on}`
		}
		return "", hint
	case k == checkList && jsObjectInList.MatchString(code) && strings.HasPrefix(code, "{"):
		return "", `write the entries without inner braces: {"active": on}`
	case k != checkList && svelteTag.MatchString(code):
		word := svelteTag.FindStringSubmatch(code)[1]
		return "{" + word + foreignTag, svelteHints[word]
	case k == checkExpr && strings.HasPrefix(code, "{"):
		inner := strings.TrimSpace(code[1:])
		for _, d := range doubleBraces {
			if m := d.re.FindStringSubmatchIndex(inner); m != nil {
				return doubled, string(d.re.ExpandString(nil, strings.ReplaceAll(d.hint, "$1", "${1}"), inner, m))
			}
		}
	case k != checkList && labelHabit.MatchString(code):
		return "a loop in the template has no label", "let a variable tell the outer loop to stop, or move the loops into a function of the frontmatter"
	case namedFunc.MatchString(code):
		m := namedFunc.FindStringSubmatch(code)
		return "a function with a name cannot stand in braces", "move it to the frontmatter, or write {" + m[1] + " := func(…) … { … }}"
	}
	return "", ""
}
