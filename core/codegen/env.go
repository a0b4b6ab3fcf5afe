package codegen

import (
	"go/format"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/syntax"
)

// Env is the variables of the environment that the site names. Components reach them as env.NAME, without an import.
type Env struct {
	Package string // import path of the generated package
	Vars    []EnvVar
}

// EnvVar is one variable. Value is what a public one that is read while building was found to be.
type EnvVar struct {
	Name     string
	Secret   bool
	Run      bool
	Type     string // "string", "int", "float", "bool" or "url"
	Optional bool
	Default  string
	Values   []string
	Value    string
}

// Constant says whether the variable is compiled in.
func (v EnvVar) Constant() bool { return !v.Secret && !v.Run }

// Live says whether any variable is read by the running programs.
func (e *Env) Live() bool {
	return e != nil && slices.ContainsFunc(e.Vars, func(v EnvVar) bool { return !v.Constant() })
}

// usesEnv says whether the package of the component needs that of the environment. A site without env in site.yaml gets
// Go's own word for a name that does not exist.
func (c *Component) usesEnv() bool { return c.env != nil && c.front.useEnv }

// envNames are the Go types of variables, and the methods that read them.
var envTypes = map[string]struct{ goType, method string }{
	"string": {"string", "String"}, "url": {"string", "String"}, "int": {"int", "Int"}, "float": {"float64", "Float"}, "bool": {"bool", "Bool"},
}

// Source prints the package: a constant for what is known now and public, a function for everything else.
func (e *Env) Source() []byte {
	var b strings.Builder
	w := func(ss ...string) {
		for _, s := range ss {
			b.WriteString(s)
		}
	}
	w(Header, "\n// Package env holds the variables of the environment that site.yaml names.\npackage env\n\n")
	if e.Live() {
		w("import _sg ", strconv.Quote(runtimePath), "\n\n")
	}
	for _, v := range e.Vars {
		t := envTypes[v.Type]
		if v.Constant() {
			value := strconv.Quote(v.Value)
			if v.Value == "" && t.goType != "string" {
				value = map[string]string{"int": "0", "float64": "0", "bool": "false"}[t.goType]
			} else if t.goType != "string" {
				value = v.Value
			}
			w("// ", v.Name, " is public, and was read when the site was built.\nconst ", v.Name, " ", t.goType, " = ", value, "\n\n")
			continue
		}
		when := "while building; it panics on demand"
		if v.Run {
			when = "when the program starts; it panics on prerendered pages"
		}
		if v.Secret {
			w("// ", v.Name, " is a secret that is read ", when, ".\nfunc ", v.Name, "() _sg.Secret { return Vars.Secret(", strconv.Quote(v.Name), ") }\n\n")
			continue
		}
		w("// ", v.Name, " is public, and read ", when, ".\nfunc ", v.Name, "() ", t.goType, " { return Vars.", t.method, "(", strconv.Quote(v.Name), ") }\n\n")
	}
	if e.Live() {
		w("// Vars is what the programs of the site load when they start.\nvar Vars = _sg.NewEnvironment(\n")
		for _, v := range e.Vars {
			if v.Constant() {
				continue
			}
			var f fields
			f.str("Name", v.Name)
			f.flag("Secret", v.Secret)
			f.flag("Run", v.Run)
			if v.Type != "string" {
				f.str("Type", v.Type)
			}
			f.flag("Optional", v.Optional)
			f.str("Default", v.Default)
			f.list("Values", v.Values)
			w("_sg.EnvVar{", f.String(), "},\n")
		}
		w(")\n")
	}
	out, err := format.Source([]byte(b.String()))
	if err != nil {
		panic("generated env does not parse: " + err.Error())
	}
	return out
}

// envRead is an expression that is a variable and nothing else.
var envRead = regexp.MustCompile(`^env\s*\.\s*(\w+)\s*\(\s*\)(\s*\.\s*Reveal\s*\(\s*\))?$`)

// leaks reports an expression that would write a secret into the page. What reaches a page by other ways is found when it
// is rendered.
func (l *lowerer) leaks(e *syntax.Expr) bool {
	if e == nil || !l.c.usesEnv() {
		return false
	}
	m := envRead.FindStringSubmatch(strings.TrimSpace(e.Text(l.src)))
	if m == nil || !slices.ContainsFunc(l.c.env.Vars, func(v EnvVar) bool { return v.Secret && v.Name == m[1] }) {
		return false
	}
	l.err("SG2071", e.Span, m[1]+" is a secret, and this would show it to everybody", "use the value in Go code that runs on the server, or make the variable public in site.yaml")
	return true
}
