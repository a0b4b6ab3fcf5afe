package codegen

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/internal/attrname"
	"sitegen.dev/core/syntax"
)

// MapGoOutput reads what go build, go vet and go list print. Positions are those of the line directives, so they name
// the author's files, relative to the module root; paths of generated files and of the machine are removed. Messages
// lose the names of generated code, and those that are known get a hint. Output that is no list of errors becomes one
// diagnostic without a place.
func MapGoOutput(output string) []diag.Diagnostic {
	return mapGoOutput(output, func(importStack) diag.Range { return diag.Range{} })
}

// mapGoOutput is MapGoOutput with what knows the places of imports.
func mapGoOutput(output string, place func(importStack) diag.Range) []diag.Diagnostic {
	var out []diag.Diagnostic
	var loose []string
	var last *diag.Diagnostic // takes continuation lines
	var more []string
	flush := func() {
		if last != nil {
			classify(last, more)
			out = append(out, *last)
		}
		last, more = nil, nil
	}
	unload := func() {
		if len(loose) == 0 {
			return
		}
		if stack, ok := readImportStack(loose); ok {
			d := stack.diagnostic()
			d.Range = place(stack)
			out = append(out, d)
		} else {
			out = append(out, looseError(loose))
		}
		loose = nil
	}
	for line := range strings.SplitSeq(output, "\n") {
		line = strings.TrimRight(line, "\r")
		switch {
		case codeFrame.MatchString(line), line == "compilation terminated.": // what a C compiler shows of its files
			continue
		case strings.TrimSpace(line) == "":
			continue
		case line[0] == '\t':
			if m := goLine.FindStringSubmatch(strings.TrimSpace(line)); m != nil && last == nil && len(loose) == 1 && strings.HasPrefix(loose[0], "package ") {
				loose = nil // the place says which package it is
				d := diag.Diagnostic{Severity: diag.Error, Code: "SG2050", Message: m[4]}
				d.File = sourcePath(m[1])
				d.Line, _ = strconv.Atoi(m[2])
				d.Col, _ = strconv.Atoi(m[3])
				last = &d
				continue
			}
			if last != nil {
				more = append(more, strings.TrimSpace(line))
			} else {
				loose = append(loose, strings.TrimSpace(line))
			}
			continue
		case strings.HasPrefix(line, "go: finding module "), strings.HasPrefix(line, "go: downloading "),
			strings.HasPrefix(line, "# "), strings.HasSuffix(line, "too many errors"), strings.HasPrefix(line, "note: "), strings.HasPrefix(line, "exit status "):
			flush()
			continue
		}
		flush()
		if strings.HasPrefix(line, "package ") || strings.HasPrefix(line, "go: ") || len(loose) > 0 && strings.HasPrefix(loose[0], "package ") {
			unload() // another trouble begins
		}
		line = strings.TrimPrefix(line, "vet: ")
		m := goLine.FindStringSubmatch(line)
		if m == nil {
			loose = append(loose, line)
			continue
		}
		d := diag.Diagnostic{Severity: diag.Error, Code: "SG2050", Message: m[4]}
		d.File = sourcePath(m[1])
		d.Line, _ = strconv.Atoi(m[2])
		d.Col, _ = strconv.Atoi(m[3])
		last = &d
	}
	flush()
	unload()
	var list diag.List
	list.Add(out...)
	return list.Sorted()
}

// codeFrame is a line of a source, or what underlines it, below a message of a C compiler.
var codeFrame = regexp.MustCompile(`^ *(?:\d+ )?\| `)

var goLine = regexp.MustCompile(`^(\S[^:]*\.[A-Za-z]+):(\d+):(?:(\d+):)? (.*)$`)

// sourcePath undoes what go list and go vet do to relative paths of line directives: they take them for relative to the
// directory of the generated file.
func sourcePath(p string) string {
	p = strings.TrimPrefix(strings.ReplaceAll(p, "\\", "/"), "./")
	i := strings.Index(p, ".sitegen/gen/")
	if i < 0 {
		return p
	}
	elems := strings.Split(strings.TrimPrefix(p[i+len(".sitegen/gen/"):], "dev/"), "/")
	if len(elems) < 2 || elems[0] != "c" && elems[0] != "face" && elems[0] != "ext" {
		return p[i:]
	}
	dots := elems[0] == "ext"
	elems = elems[1:]
	for k := 1; k < len(elems); k++ {
		dir, src := elems[:k], elems[k:]
		if len(src) < k {
			break
		}
		enc := encodePath(componentBase(strings.Join(src[len(src)-k:], "/")), dots)
		if enc == strings.Join(dir, "/") {
			return strings.Join(src, "/")
		}
	}
	return p[i:]
}

// looseError is for output without positions: the go command itself failed.
func looseError(lines []string) diag.Diagnostic {
	d := diag.Diagnostic{Severity: diag.Error, Code: "SG2059"}
	var msg []string
	for _, l := range lines {
		msg = append(msg, cleanMessage(strings.TrimPrefix(l, "go: ")))
	}
	d.Message = strings.Join(msg, "; ")
	switch all := strings.Join(lines, "\n"); {
	case replacedModule.MatchString(all):
		m := replacedModule.FindStringSubmatch(all)
		d.Message = "go.mod replaces " + m[1] + " by " + m[2] + ", and there is no module there"
		d.Hint = "correct the path, or remove the line"
	case strings.Contains(all, "updates to go.mod needed"), strings.Contains(all, "missing go.sum entry"):
		d.Hint = "run go mod tidy"
	case strings.Contains(all, "requires go >="):
		d.Hint = "install a newer Go, or lower the go line of go.mod"
	}
	return d
}

// replacedModule is what the go command says of a folder of a replace line that is not there.
var replacedModule = regexp.MustCompile(`(?m)^(?:go: )?(\S+?)(?:@\S+)? \(replaced by (\S+)\): reading .*go\.mod: open `)

// cleaners remove generated names from messages.
var cleaners = []struct {
	re   *regexp.Regexp
	with string
}{
	{regexp.MustCompile(` \(declared at [^()]*(\[[^\]]*\])?\)`), ""},
	{regexp.MustCompile(`\[[^\]\s]*\.sitegen/[^\]]*\]`), ""},
	{regexp.MustCompile(`_sg\.V\((.*)\)\.Get\(_w\)`), "$1"},
	{regexp.MustCompile(` in argument to _sg\.JSAttr`), " in an event handler"},
	{regexp.MustCompile(` in argument to _sg\.SrcdocAttr`), " in srcdoc"},
	{regexp.MustCompile(` in argument to _sg\.CIf`), " in class:list"},
	{regexp.MustCompile(` in argument to _sg\.(D|StyleLit|Decls)\b`), " in style:list"},
	{regexp.MustCompile(` in argument to _sg\.(Spread|Merge)\b`), " in a spread"},
	{regexp.MustCompile(` in argument to _sg\.TagName`), " as the name of an element"},
	{regexp.MustCompile(` in argument to _sg\.\w+`), ""},
	{regexp.MustCompile(` in argument to slots\.\w+`), " as an argument of the slot"},
	{regexp.MustCompile(` \((/|[A-Z]:\\)[^()]*\)$`), ""},
	{regexp.MustCompile(`^found packages (\S+ \(\S+\)) and (\S+ \(\S+\)) in .*$`), "the folder holds two packages, $1 and $2"},
	{regexp.MustCompile(` in (/|[A-Z]:\\)\S.*$`), ""},
	{regexp.MustCompile(`"[^"]*/\.sitegen/gen/(?:dev/)?(?:c|face|ext)/([^"]*)"`), `"$1.gosite"`},
	{regexp.MustCompile(`[^\s"]*/\.sitegen/gen/(?:dev/)?(?:c|face|ext)/[^\s"]*?(\w+\.\w+)(\s|$)`), "$1$2"},
	{regexp.MustCompile(`\b_sg\.`), "site."},
}

func cleanMessage(s string) string {
	for _, c := range cleaners {
		s = c.re.ReplaceAllString(s, c.with)
	}
	return s
}

// known are the messages that get a code and a hint of their own. $1 in a hint is the first group.
var known = []struct {
	code diag.Code
	re   *regexp.Regexp
	hint string
}{
	{"SG2056", regexp.MustCompile(`^no required module provides package (\S+?);`), "run go get $1"},
	{"SG2056", regexp.MustCompile(`^cannot find module providing package ([^\s:]+)`), "run go get $1"},
	{"SG2056", regexp.MustCompile(`^\S+: replacement directory (\S+) does not exist$`), "correct the replace line of go.mod, or remove it"},
	{"SG2056", regexp.MustCompile(`^missing go\.sum entry for (?:module providing package )?(\S+)`), "run go mod tidy"},
	{"SG2056", regexp.MustCompile(`^the folder holds two packages`), "give its files one package name, or move one of them to a folder of its own"},
	{"SG2056", regexp.MustCompile(`^import "\S+" is a program, not an importable package`), "name its package otherwise than main, or move what the page needs into a package of its own"},
	{"SG2056", regexp.MustCompile(`^package (\S+) is not in std`), "check the path; packages of this site begin with the module path of go.mod"},
	{"SG2056", regexp.MustCompile(`^use of internal package (\S+) not allowed`), "import a package that is not internal"},
	{"SG2052", regexp.MustCompile(`^"([^"]+)" imported (?:as \S+ )?and not used`), "remove the import"},
	{"SG2057", regexp.MustCompile(`^declared and not used: (\w+)`), "use $1, or write _ in its place"},
	{"SG2055", regexp.MustCompile(`^missing return`), "end the function with a return statement"},
	{"SG2055", regexp.MustCompile(`^not enough return values`), "write return nil to stop here, or return the error: the fence is the head of a function that returns an error"},
	{"SG2055", regexp.MustCompile(`^cannot use (.+) \(.*\) as error value in return statement`), "the fence is the head of a function that returns an error: return nil, an error, or page.Redirect(…)"},
	{"SG2055", regexp.MustCompile(`^too many return values`), "the fence is the head of a function that returns an error and nothing else"},
	{"SG2051", regexp.MustCompile(`^props\.(\w+) undefined \(type (?:Props|\*?Props\[.*\]) has no field or method \w+\)`), "declare $1 in type Props"},
	{"SG2053", regexp.MustCompile(`^cannot (?:convert|use) (.+) \((?:variable|value) of (?:struct )?type site\.Secret\)`), "a secret gives its value to Go code alone: $1.Reveal()"},
	{"SG2053", regexp.MustCompile(`^cannot convert `), ""},
	{"SG2050", regexp.MustCompile(`^(?:invalid operation: )?cannot index (.+) \(variable of type \*site\.Form\)`), "write $1.Get(name), or $1.All(name) for all values of that name"},
	{"SG2050", regexp.MustCompile(`^cannot range over (.+) \(variable of type \*site\.Form\)`), "write for name, value := range $1.Fields()"},
	{"SG2054", regexp.MustCompile(`^_sgProps\.\w+ undefined \(`), ""},
	{"SG2051", regexp.MustCompile(`^undefined: _mw\.OnRequest`), "declare func OnRequest(page *site.Page, next site.Handler) error in middleware.go"},
	{"SG2051", regexp.MustCompile(`^undefined: (site|page|props|slots)$`), ""},
	{"SG2051", regexp.MustCompile(`^undefined: ([A-Z]\w*)$`), "import the component or package that holds it"},
	{"SG2051", regexp.MustCompile(`^undefined: (\w+)$`), "declare $1 in the fence, or import the package of this name"},
	{"SG2051", regexp.MustCompile(`^undefined: `), ""},
	{"SG2054", regexp.MustCompile(`^unknown field \w+ in struct literal of type site\.Response\b`), "write site.NewResponse(status, body)"},
	{"SG2054", regexp.MustCompile(`^unknown field (\w+) in struct literal of type (\S+)`), ""},
	{"SG2051", regexp.MustCompile(`undefined \(type .* has no field or method (\w+), but does have (?:field|method) (\w+)\)`), "write $2"},
	{"SG2051", regexp.MustCompile(`^(.+)\.(?:length|Length|size|count) undefined \(type (?:\[|map\[|string )`), "write len($1)"},
	{"SG2051", regexp.MustCompile(` undefined \(`), ""},
	{"SG2053", regexp.MustCompile(`^cannot use .* as (?:site\.)?JS value in an event handler`), "use a listener in a <script>; site.JS(…) marks script that you trust"},
	{"SG2053", regexp.MustCompile(`^cannot use .* as (?:site\.)?HTML value in srcdoc`), "site.Raw(…) marks HTML that you trust"},
	{"SG2053", regexp.MustCompile(`^cannot use page\.Param\((.+)\) \(value of type bool\) as error value: `), "write page.Params[$1]: Param also says whether there is a value"},
	{"SG2053", regexp.MustCompile(`^cannot use .* as error value: `), "an expression gives one value, or a value and an error"},
	{"SG2053", regexp.MustCompile(`^multiple-value (.+) \(value of type`), "assign the values first: {v, err := $1}"},
	{"SG2053", regexp.MustCompile(`\(no value\) used as value`), "call it in the fence: it gives nothing to print"},
	{"SG2053", regexp.MustCompile(`^cannot use (.+) \((?:untyped|\w+ of|variable|constant|value).*\) as site\.Node value`), "a site.Node is markup of the template: write <>{$1}</>"},
	{"SG2053", slotParams, ""},
	{"SG2053", regexp.MustCompile(`^cannot use `), ""},
	{"SG2058", regexp.MustCompile(`^(?:continue|break) is not in a loop`), "it stands within {for … { … }}"},
	{"SG2057", regexp.MustCompile(`is not used$`), ""},
	{"SG2050", regexp.MustCompile(`^(.+) \(value of type .*\) is not constant`), "a const is known before anything runs: declare a variable, as in name := $1"},
	{"SG2050", regexp.MustCompile(`^conversion from \w+ to string yields a string of one rune`), "{n} prints the number; as text it is strconv.Itoa(n) or fmt.Sprint(n)"},
	{"SG2050", regexp.MustCompile(`^no new variables on left side of :=`), "write = to give the variable another value"},
	{"SG2050", regexp.MustCompile(`^non-boolean condition in (?:if|for) statement`), "compare it: {if len(list) > 0 { … }}, {if text != \"\" { … }}"},
	{"SG2050", regexp.MustCompile(`^invalid operation: (.+) && (.+) \(mismatched types (?:untyped )?bool and (?:untyped )?(?:string|int|float64|rune)\)`), "write site.When($1, $2): Go has no value that is one thing or nothing"},
	{"SG2050", regexp.MustCompile(`^invalid operation: .* \(mismatched types (.+) and (.+)\)`), "convert one of them, as in fmt.Sprint(n) or strconv.Itoa(n) for text"},
	{"SG2050", regexp.MustCompile(`^assignment mismatch: \d+ variables but (.+) returns 1 value`), "it gives one value, and no error: write v := $1(…)"},
	{"SG2050", regexp.MustCompile(`^assignment mismatch: `), "write a name, or _, for each value: v, err := …"},
	{"SG2050", regexp.MustCompile(`^(.+) already declared through import of `), "choose another name, or another one for the import: import $1Box \"…\""},
	{"SG2050", regexp.MustCompile(`redeclared in this block`), "choose another name; a variable gets another value with ="},
}

// classify gives an error its code, hint and final wording. Continuation lines are details of the message.
func classify(d *diag.Diagnostic, more []string) {
	d.Message = cleanMessage(d.Message)
	if strings.HasSuffix(d.Message, " struct literal uses unkeyed fields") {
		// That of go vet which is about what may happen later: the page is right.
		d.Severity, d.Hint = diag.Warning, "name the fields, as in Tea{Name: name}, so that a new one in between changes nothing"
		return
	}
	for _, k := range known {
		m := k.re.FindStringSubmatch(d.Message)
		if m == nil {
			continue
		}
		d.Code = k.code
		d.Hint = k.hint
		for i := len(m) - 1; i > 0; i-- {
			d.Hint = strings.ReplaceAll(d.Hint, "$"+strconv.Itoa(i), m[i])
		}
		if k.code == "SG2056" {
			more = nil // "go get …", which is the hint
			d.Message, _, _ = strings.Cut(d.Message, "; to add")
			d.Message, _, _ = strings.Cut(d.Message, " (imported by ")
		}
		break
	}
	if m := missingSlot.FindStringSubmatch(d.Message); m != nil {
		d.Hint = `add <slot name="` + attrname.Of(m[1]) + `" />, or declare ` + m[1] + " site.Node in type Slots"
		if m[1] == "Default" {
			d.Hint = "add <slot />"
		}
	}
	more = slices.DeleteFunc(more, func(l string) bool { // other places
		m := goLine.FindStringSubmatch(cleanMessage(l))
		if m == nil {
			return false
		}
		var n diag.Note
		n.File = sourcePath(m[1])
		n.Line, _ = strconv.Atoi(m[2])
		n.Col, _ = strconv.Atoi(m[3])
		n.Message = m[4]
		d.Notes = append(d.Notes, n)
		return true
	})
	for i, l := range more {
		if i == 0 {
			d.Message += ": "
		} else {
			d.Message += ", "
		}
		d.Message += cleanMessage(l)
	}
	if hint := cmp.Or(memberHint(d.Message), callHint(d.Message)); hint != "" {
		d.Hint = hint
	}
	if strings.Contains(d.File, ".sitegen/gen/") {
		// Only the joints of the application have no line of an author.
		if strings.Contains(d.Message, "OnRequest") {
			d.Message = strings.ReplaceAll(d.Message, "_mw.", "")
			d.Hint = "declare func OnRequest(page *site.Page, next site.Handler) error in middleware.go"
		}
		if strings.Contains(d.Message, "_mw.Guards") {
			d.Message = strings.ReplaceAll(d.Message, "_mw.", "")
			d.Hint = "declare var Guards = []site.Guard{…} in middleware.go"
		}
		d.Range = diag.Range{}
	}
}

// MapGoOutput is the function of this name with what the Program knows: a type error in an attribute names the prop.
func (p *Program) MapGoOutput(output string) []diag.Diagnostic {
	ds := mapGoOutput(output, p.placedStack)
	for i := range ds {
		p.unshift(&ds[i].Range)
		for j := range ds[i].Notes {
			p.unshift(&ds[i].Notes[j].Range)
		}
	}
	ds = p.explainHidden(slices.DeleteFunc(ds, p.aboutGenerated))
	for i := range ds {
		p.explain(&ds[i])
	}
	return ds
}

// unshift takes back what indenting the statements of a fence has added to a column.
func (p *Program) unshift(r *diag.Range) {
	c := p.byPath[r.File]
	if c == nil {
		return
	}
	for _, pos := range []*diag.Pos{&r.Pos, &r.End} {
		if n := c.shifted[pos.Line]; pos.Col > n {
			pos.Col -= n
		}
	}
}

// aboutGenerated says whether d is what go vet thinks of generated code: of a template that is never rendered, because the fence
// always returns, as a page that only redirects is no mistake; and of the _ = x behind the fence, where x is a sync.WaitGroup.
func (p *Program) aboutGenerated(d diag.Diagnostic) bool {
	c := p.byPath[d.File]
	if c != nil && strings.HasPrefix(d.Message, "assignment copies lock value to _: ") {
		return true // that of an author does nothing either
	}
	if c == nil || d.Message != "unreachable code" {
		return false
	}
	f := c.file.Fence
	if f == nil {
		return true
	}
	end := c.file.Pos(f.Body.End)
	return d.Line > end.Line || d.Line == end.Line && d.Col >= end.Col
}

func (p *Program) explain(d *diag.Diagnostic) {
	c := p.byPath[d.File]
	if m := undefinedName.FindStringSubmatch(d.Message); m != nil && path.Ext(d.File) == ".go" {
		d.Hint = "declare " + m[1] + ", or import the package of this name"
		if standard[m[1]] != "" {
			d.Hint = "add import " + strconv.Quote(standard[m[1]])
		}
	}
	if c == nil || d.Line == 0 {
		return
	}
	d.File = c.file.Name
	if hint := c.indexHint(d); hint != "" {
		defer func() { d.Hint = hint }() // whatever else could be said
	}
	switch d.Code {
	case "SG2058":
		if insideComponent(c.file, d.Pos) {
			d.Hint = "the markup inside a component's tag is a function of its own; put the {if …} around the component"
		}
	case "SG2056":
		if pkg, ok := strings.CutPrefix(d.Hint, "run go get "+p.in.ModulePath+"/"); ok {
			d.Hint = "create the folder " + pkg + " with a Go file, or correct the path"
		}
	case "SG2053", "SG2054":
		if s := p.near(c, d.Message); s != "" {
			d.Hint = "did you mean " + s + "?"
		}
		if m := concatError.FindStringSubmatch(d.Message); m != nil {
			d.Message = "text in backticks is no " + m[1]
			d.Hint = "write the value in braces"
			if m[1] == "site.Image" {
				d.Hint = imageHint(nil, nil)
			}
			return
		}
		if m := slotParams.FindStringSubmatch(d.Message); m != nil {
			d.Message, d.Hint = "the function takes "+m[1]+", and its slot hands over "+m[2], "write func"+m[2]
			return
		}
		p.explainProp(c, d)
	case "SG2051":
		if memberHint(d.Message) != "" {
			return // better than a name that is spelled alike
		}
		m := undefinedName.FindStringSubmatch(d.Message)
		if m != nil {
			if hint := foreignHint(c.file, m[1], d.Pos); hint != "" {
				d.Hint = hint
				return
			}
		}
		if m != nil && standard[m[1]] != "" {
			d.Hint = "add import " + strconv.Quote(standard[m[1]])
			return
		}
		if s := p.near(c, d.Message); s != "" {
			d.Hint = "did you mean " + s + "?"
			return
		}
		if name, ok := strings.CutPrefix(d.Message, "undefined: env."); ok && c.usesEnv() {
			d.Hint = "name it in site.yaml: env: {" + name + ": {scope: public}}, or secret"
			return
		}
		if m := undefinedName.FindStringSubmatch(d.Message); m != nil && isExported(m[1]) {
			l := &lowerer{p: p, c: c}
			if hint := l.importHint(m[1]); !strings.HasSuffix(hint, "components/"+m[1]+".gosite\"") || p.hasName(m[1]) {
				d.Hint = hint
			}
		}
	}
}

func (p *Program) hasName(name string) bool {
	for _, c := range p.Components {
		if c.Name == name {
			return true
		}
	}
	return false
}

var (
	missingSlot   = regexp.MustCompile(`^slots\.(\w+) undefined \(type Slots`)
	undefinedName = regexp.MustCompile(`^undefined: (\w+)$`)
	literalError  = regexp.MustCompile(`^cannot use (.*?)(?: (\(.*\)))? as (.*) value in (?:struct literal|assignment)(.*)$`)
	unknownField  = regexp.MustCompile(`^_sgProps\.(\w+) undefined \(type (.+?) has no field`)
	concatError   = regexp.MustCompile(`^cannot use site\.\w*Concat\(_w, .*\) \(value of type string\) as (.*) value in struct literal$`)
	otherProps    = regexp.MustCompile(`^cannot convert (.*?)(?: (\(.*\)))? to type (\S+)`)
)

// slotParams is about markup with parameters that are not those of its slot.
var slotParams = regexp.MustCompile(`^cannot use func\(.*\) site\.Node \{…\} \(value of type func(\(.*\)) site\.Node\) as func(\(.*\)) site\.Node value in struct literal$`)

// explainProp rewords an error about a field of Props in terms of the attribute.
func (p *Program) explainProp(c *Component, d *diag.Diagnostic) {
	e, a := attributeAt(c.file, d.Pos)
	if a == nil {
		return
	}
	if m := unknownField.FindStringSubmatch(d.Message); m != nil {
		d.Hint = "its Props have no field " + m[1]
		if s := p.near(c, d.Message); s != "" {
			d.Hint = "did you mean " + attrname.Of(s) + "?"
		}
		d.Code = "SG2011"
		d.Message = "<" + e.Name + "> has no prop " + a.Name
		return
	}
	if m := otherProps.FindStringSubmatch(d.Message); m != nil && a.Kind == syntax.AttrSpread {
		d.Code = "SG2014"
		d.Message = "cannot spread " + strings.TrimSpace(m[1]+" "+m[2]) + " into <" + e.Name + ">, whose props are " + m[3]
		d.Hint = "write the props out, or hand over a value of its type"
		p.embeddedHint(c, e, a, m[2], d)
		return
	}
	m := literalError.FindStringSubmatch(d.Message)
	if m == nil {
		return
	}
	what := strings.TrimSpace(m[1] + " " + m[2])
	if a.Kind == syntax.AttrSpread {
		d.Message = "cannot use " + what + " as the attributes of <" + e.Name + ">, which are " + m[3]
		p.embeddedHint(c, e, a, m[2], d)
		return
	}
	d.Message = "cannot use " + what + " as prop " + a.Name + " of <" + e.Name + ">, which is " + m[3] + m[4]
	if a.Kind == syntax.AttrStatic {
		if v := a.Value.Text(c.file.Src); numberToken(v, false) || floatToken(v) || v == "true" || v == "false" {
			d.Hint = "write " + a.Name + "={" + v + "}"
		}
	}
	if m[3] == "site.Image" {
		d.Hint = imageHint(a, c.file.Src)
	}
	if a.Kind == syntax.AttrExpr {
		d.Hint = cmp.Or(conversionHint(a.Name, a.Expr.Text(c.file.Src), m[2], m[3]), d.Hint)
	}
	l := &lowerer{p: p, c: c, src: c.file.Src, diags: &diag.List{}}
	if callee, _ := l.callee(e); callee != nil {
		if f := callee.propsInfo().field(a.Name); f != nil {
			d.Notes = append(d.Notes, diag.Note{Range: f.Of.file.Range(f.At), Message: "the prop is declared here"})
		}
	}
}

// conversionHint says how an expression becomes the type of a prop; what tells about its own, as in "(variable of type int)".
func conversionHint(name, expr, what, to string) string {
	switch {
	case strings.HasPrefix(to, "[]") && strings.HasSuffix(what, " type "+to[2:]+")"), to == "[]string" && strings.HasPrefix(what, "(untyped string"):
		return "write " + name + "={" + to + "{" + expr + "}}"
	case to == "string" && (strings.HasPrefix(what, "(untyped int") || strings.HasPrefix(what, "(untyped float")):
		if numberToken(expr, false) || floatToken(expr) {
			return "write " + name + "=" + strconv.Quote(expr)
		}
		return "write " + name + "={fmt.Sprint(" + expr + ")}"
	case to == "string" && numericValue.MatchString(what):
		return "write " + name + "={fmt.Sprint(" + expr + ")}"
	}
	return ""
}

// numericValue is what the Go compiler says of a number or a bool.
var numericValue = regexp.MustCompile(` of type (?:u?int(?:8|16|32|64)?|float(?:32|64)|bool|byte|rune|uintptr)\)$`)

// imageHint says how an image is handed over, where its address was written: in the attribute a, or nil for none that is constant.
func imageHint(a *syntax.Attr, src []byte) string {
	address := "" // of no constant
	switch {
	case a == nil:
	case a.Kind == syntax.AttrStatic:
		address = a.Value.Text(src)
	case a.Kind == syntax.AttrExpr:
		if s := (Code{{Go: a.Expr.Text(src)}}).constString(); s != nil {
			address = *s
		}
	}
	switch {
	case address == "":
		return "hand over an import of an image file, or site.RemoteImage(address, width, height)"
	case strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//"):
		return "a file of the public folder is shown as it is: write <img src=" + strconv.Quote(address) + ">; an image in src/ is imported"
	case strings.Contains(address, "//"):
		return "write " + a.Name + "={site.RemoteImage(" + strconv.Quote(address) + ", 800, 600)} with its width and height"
	}
	return "import it in the frontmatter, import picture " + strconv.Quote(address) + ", and write " + a.Name + "={picture}"
}

// embeddedHint says how to hand over a value whose type the Props of the component embed. What it is stands in parentheses behind the
// expression: "(variable of struct type nav.Data)".
func (p *Program) embeddedHint(c *Component, e *syntax.Element, a *syntax.Attr, what string, d *diag.Diagnostic) {
	l := &lowerer{p: p, c: c, src: c.file.Src, diags: &diag.List{}}
	callee, _ := l.callee(e)
	if callee == nil || callee.front.props == nil {
		return
	}
	for _, t := range callee.front.props.Embedded {
		if strings.HasSuffix(what, " type "+t.Type+")") {
			d.Hint = "write " + attrname.Of(fieldOf(t.Type)) + "={" + a.Expr.Text(c.file.Src) + "}: the Props of <" + e.Name + "> embed " + t.Type
		}
	}
}

// insideComponent says whether a place is in the content of a component's tag.
func insideComponent(f *syntax.File, at diag.Pos) bool {
	found := false
	eachElement(f.Nodes, func(e *syntax.Element) {
		found = found || e.Kind == syntax.Component && !before(at, f.Pos(e.Open.End)) && before(at, f.Pos(e.Close.Start))
	})
	return found
}

func before(a, b diag.Pos) bool {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col)) < 0
}

// attributeAt finds the attribute of a component whose name or value begins at pos.
func attributeAt(f *syntax.File, pos diag.Pos) (*syntax.Element, *syntax.Attr) {
	var elem *syntax.Element
	var found *syntax.Attr
	eachElement(f.Nodes, func(e *syntax.Element) {
		if e.Kind != syntax.Component {
			return
		}
		for i := range e.Attrs {
			a := &e.Attrs[i]
			starts := []int{a.Start, a.NameSpan.Start}
			if a.Expr != nil {
				starts = append(starts, a.Expr.Start)
			}
			if a.Kind == syntax.AttrStatic {
				starts = append(starts, a.Value.Start, a.Value.Start-1)
			}
			for _, s := range starts {
				if q := f.Pos(s); q.Line == pos.Line && q.Col == pos.Col {
					elem, found = e, a
				}
			}
		}
	})
	return elem, found
}
