// Package symbols holds what the Go of a component can call in the playground: tables of the exported names of packages,
// in the form in which the interpreter wants them. What is not here cannot be reached from the playground, least of all
// files, the network and the page that the playground stands in.
package symbols

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"

	"sitegen.dev/core/site"
)

//go:generate go run generate.go

// Symbols maps "import/path/name" to the exported names of the package.
var Symbols = map[string]map[string]reflect.Value{}

// Packages are those that can be imported.
var Packages = []string{
	"bytes", "context", "encoding/json", "errors", "fmt", "html", "math", "math/rand", "net/url", "regexp", "sort", "strconv",
	"strings", "time", "unicode", "unicode/utf8", sitePackage,
}

// Generic are packages of functions with type parameters, of which generic.go has other forms.
var Generic = []string{"cmp", "maps", "slices"}

const (
	sitePackage    = "sitegen.dev/core/site"
	genericPackage = "sitegen.dev/website/playground/generic" // of generic.go; nobody imports it but lowered code
)

// Table is Symbols with what tables of values cannot hold: the functions of package site that have type parameters, for
// values of any type.
func Table() map[string]map[string]reflect.Value {
	table := maps.Clone(Symbols)
	pkg := maps.Clone(table[sitePackage+"/site"])
	printing := map[reflect.Value][]reflect.Type{}
	for name, f := range map[string]any{
		"V":        func(v any, errs ...error) site.Val[any] { return site.V(v, errs...) },
		"LongV":    func(v any, errs ...error) site.Val[any] { return site.V(v, errs...) },
		"LongText": func(v any, w *site.Writer) { site.V(v).Text(w) },
		"C":        func(v any, errs ...error) site.Class { return site.C(v, errs...) },
		"D":        func(prop string, v any, errs ...error) site.Decl { return site.D(prop, v, errs...) },
		"Decls":    func(v any, errs ...error) site.Decl { return site.Decls(v, errs...) },
		"Hole":     func(v any, errs ...error) site.Piece { return site.Hole(v, errs...) },
		"Var":      func(name string, v any, errs ...error) site.JSVar { return site.Var(name, v, errs...) },
		"Prop":     func(name string, v any) site.ClientProp { return site.Prop(name, v) },
		"When":     func(ok bool, v any) site.Opt[any] { return site.When(ok, v) },
	} {
		pkg[name] = reflect.ValueOf(f)
		// Types of the interpreter have their methods only where it knows that somebody asks for them.
		printing[pkg[name]] = []reflect.Type{
			reflect.TypeFor[fmt.Stringer](), reflect.TypeFor[error](), reflect.TypeFor[encoding.TextMarshaler](),
		}
	}
	table[sitePackage+"/site"] = pkg
	table[genericPackage+"/generic"] = map[string]reflect.Value{}
	for name, f := range generic {
		table[genericPackage+"/generic"][name] = reflect.ValueOf(f)
	}
	table["."] = map[string]reflect.Value{"MapTypes": reflect.ValueOf(printing)}
	return table
}
