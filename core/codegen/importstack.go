package codegen

import (
	"regexp"
	"strings"

	"sitegen.dev/core/diag"
)

// importStack is what the go command prints when a package cannot be built for what its imports come to: the packages from
// one that was asked for to the one that is wrong, and what is wrong.
//
//	package example.com/site/.sitegen/gen/c/pages/x
//		imports example.com/site/data from x.gosite
//		imports example.com/site/shop from data.go: import cycle not allowed
type importStack struct {
	packages []string
	message  string
}

var importLine = regexp.MustCompile(`^imports (\S+?)(?: from [^:]+)?(?:: (.*))?$`)

// readImportStack takes the lines apart; ok is false when they are something else.
func readImportStack(lines []string) (s importStack, ok bool) {
	first, ok := strings.CutPrefix(lines[0], "package ")
	if !ok || len(lines) < 2 {
		return s, false
	}
	s.packages = []string{first}
	for i, l := range lines[1:] {
		m := importLine.FindStringSubmatch(l)
		if m == nil || (m[2] != "") != (i == len(lines)-2) {
			return s, false
		}
		s.packages, s.message = append(s.packages, m[1]), m[2]
	}
	return s, true
}

// diagnostic says it to the author. The place is not known here.
func (s importStack) diagnostic() diag.Diagnostic {
	d := diag.Diagnostic{Severity: diag.Error, Code: "SG2059", Message: cleanMessage(s.message)}
	names := make([]string, len(s.packages))
	for i, p := range s.packages {
		if names[i] = p; strings.Contains(p, ".sitegen/gen/") {
			names[i] = "" // the page: it is where the diagnostic stands
		}
	}
	if names[0] == "" {
		names = names[1:]
	}
	switch {
	case strings.HasPrefix(s.message, "import cycle"):
		d.Message = "import cycle: " + strings.Join(names, " imports ")
		d.Hint = "move what both need into a package of its own; a Go package of the site must not import generated pages either"
	case strings.HasPrefix(s.message, "build constraints exclude all Go files"):
		d.Message = "no Go file of " + names[len(names)-1] + " is for this system: build constraints exclude all"
		d.Hint = "add a file for other systems, with the same functions"
	case len(names) > 1:
		d.Message = strings.Join(names, " imports ") + ": " + d.Message
	}
	return d
}

// placed gives the place of the import that leads to a stack, in the component that the stack begins with.
func (p *Program) placedStack(s importStack) diag.Range {
	c := p.generatedFor(s.packages[0])
	if c == nil {
		return diag.Range{}
	}
	for _, i := range c.front.imports {
		if i.Path == s.packages[1] {
			return c.file.Range(i.Lit)
		}
	}
	return diag.Range{Pos: diag.Pos{File: c.file.Name, Line: 1}}
}
