package cloudflare

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// bindingKinds are the types of package core/site/cloudflare that stand for a binding, with where wrangler.jsonc has them.
var bindingKinds = []struct {
	typ   string   // in Go
	path  []string // to the list
	key   string   // of an entry, that holds the name
	entry string   // to paste, the name in place of %s
}{
	{"KV", []string{"kv_namespaces"}, "binding", `{ "binding": %s, "id": "…" }`},
	{"R2", []string{"r2_buckets"}, "binding", `{ "binding": %s, "bucket_name": "…" }`},
	{"D1", []string{"d1_databases"}, "binding", `{ "binding": %s, "database_name": "…", "database_id": "…" }`},
	{"Queue", []string{"queues", "producers"}, "binding", `{ "binding": %s, "queue": "…" }`},
	{"Service", []string{"services"}, "binding", `{ "binding": %s, "service": "…" }`},
	{"DurableObjects", []string{"durable_objects", "bindings"}, "name", `{ "name": %s, "class_name": "…", "script_name": "…" }`},
	{"Secret", []string{"secrets_store_secrets"}, "binding", `{ "binding": %s, "store_id": "…", "secret_name": "…" }`},
	{"RateLimit", []string{"ratelimits"}, "name", `{ "name": %s, "namespace_id": "1", "simple": { "limit": 100, "period": 60 } }`},
	{"Analytics", []string{"analytics_engine_datasets"}, "binding", `{ "binding": %s, "dataset": "…" }`},
}

// bindingsPackage ends the import path of the package with those types.
const bindingsPackage = "/core/site/cloudflare"

// declared gives the bindings of a configuration: the index of the kind by name.
func declared(config map[string]any) map[string]int {
	out := map[string]int{}
	for k, kind := range bindingKinds {
		var at any = config
		for _, key := range kind.path {
			m, _ := at.(map[string]any)
			at = m[key]
		}
		list, _ := at.([]any)
		for _, e := range list {
			entry, _ := e.(map[string]any)
			if name, ok := entry[kind.key].(string); ok {
				out[name] = k
			}
		}
	}
	return out
}

// bindings holds what the code of a package asks for against wrangler.jsonc.
func (b *builder) bindings(p *goPackage) {
	fset := token.NewFileSet()
	var files []*ast.File
	constants := map[string]string{} // of the package: names for texts
	uses := false
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			continue // compiling says what is wrong
		}
		files = append(files, f)
		uses = uses || importName(f, bindingsPackage) != ""
		for _, d := range f.Decls {
			gen, ok := d.(*ast.GenDecl)
			if !ok || gen.Tok != token.CONST {
				continue
			}
			for _, s := range gen.Specs {
				spec := s.(*ast.ValueSpec)
				for i, id := range spec.Names {
					if i < len(spec.Values) {
						if text, ok := textOf(spec.Values[i], nil); ok {
							constants[id.Name] = text
						}
					}
				}
			}
		}
	}
	if !uses {
		return
	}
	known := declared(b.config)
	for _, f := range files {
		local := importName(f, bindingsPackage)
		if local == "" {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if id, ok := sel.X.(*ast.Ident); !ok || id.Name != local {
				return true
			}
			kind := kindOf(sel.Sel.Name)
			if kind < 0 {
				return true
			}
			if name, ok := textOf(call.Args[0], constants); ok {
				b.binding(diag.Range{Pos: b.place(fset.Position(call.Args[0].Pos()))}, name, kind, known)
			}
			return true
		})
	}
}

func kindOf(typ string) int {
	for k, kind := range bindingKinds {
		if kind.typ == typ {
			return k
		}
	}
	return -1
}

// binding reports a name that wrangler.jsonc does not have, or has as something else.
func (b *builder) binding(at diag.Range, name string, kind int, known map[string]int) {
	want := bindingKinds[kind]
	hint := "add to " + b.configName + ": " + paste(want.path, fmt.Sprintf(want.entry, quote(name)))
	got, ok := known[name]
	d := diag.Diagnostic{Severity: diag.Error, Code: "SG6309", Range: at, Hint: hint}
	switch {
	case name == "":
		d.Message, d.Hint = "the name of a binding is empty", "write the name that "+b.configName+" has"
	case !ok && b.isVariable(name):
		d.Message, d.Hint = b.configName+" has a variable "+name+", which is no binding", `read it with os.Getenv(`+quote(name)+`)`
	case !ok:
		d.Message = "cloudflare." + want.typ + "(" + quote(name) + "): " + b.configName + " has no such binding"
		if near := nearest(name, known); near != "" {
			d.Hint = "did you mean " + quote(near) + "? If not, " + d.Hint
		}
	case got != kind:
		d.Message = "the binding " + name + " is in " + strings.Join(bindingKinds[got].path, ".") + " of " + b.configName + ", so it is a cloudflare." + bindingKinds[got].typ +
			", not a cloudflare." + want.typ
		d.Hint = "write cloudflare." + bindingKinds[got].typ + "(" + quote(name) + "), or give one of the two another name"
		d.Notes = append(d.Notes, diag.Note{Range: b.configLine(name), Message: "declared here"})
	default:
		return
	}
	b.problems = append(b.problems, d)
}

func (b *builder) isVariable(name string) bool {
	vars, _ := b.config["vars"].(map[string]any)
	_, ok := vars[name]
	return ok
}

// paste gives the lines of a configuration for one entry of a list.
func paste(path []string, entry string) string {
	text := quote(path[len(path)-1]) + ": [" + entry + "]"
	if len(path) == 2 {
		text = quote(path[0]) + ": { " + text + " }"
	}
	return text
}

// nearest finds a name that differs only in capitals, lines and the like.
func nearest(name string, known map[string]int) string {
	plain := func(s string) string {
		return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(s))
	}
	for _, other := range slices.Sorted(maps.Keys(known)) {
		if plain(other) == plain(name) {
			return other
		}
	}
	return ""
}

// configLine finds where the project's configuration first has a text.
func (b *builder) configLine(text string) diag.Range {
	at := diag.Range{Pos: diag.Pos{File: b.configName}}
	if i := bytes.Index(b.configText, []byte(quote(text))); i >= 0 {
		before := b.configText[:i]
		at.Line = 1 + bytes.Count(before, []byte("\n"))
		at.Col = i - bytes.LastIndexByte(before, '\n')
	}
	return at
}

// objects says which Durable Objects cannot be there: their class has to be exported by a Worker, and that of the site
// exports none.
func (b *builder) objects() {
	objects, _ := b.config["durable_objects"].(map[string]any)
	list, _ := objects["bindings"].([]any)
	for _, e := range list {
		entry, _ := e.(map[string]any)
		name, _ := entry["name"].(string)
		if script, _ := entry["script_name"].(string); script == "" {
			b.report(diag.Error, "SG6309", b.configLine(name), fmt.Sprintf("the Durable Object %s has no script_name, and the Worker of the site has no classes", name),
				`put the class into a Worker of its own and name it: "script_name": "…"`)
		}
	}
}

// importName is the name by which a file knows the package whose import path ends so, "" where it does not import it.
func importName(f *ast.File, suffix string) string {
	for _, spec := range f.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil || !strings.HasSuffix(path, suffix) {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path[strings.LastIndexByte(path, '/')+1:]
	}
	return ""
}

// textOf gives the value of a text that is written down, or of a constant.
func textOf(e ast.Expr, constants map[string]string) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			s, err := strconv.Unquote(e.Value)
			return s, err == nil
		}
	case *ast.Ident:
		s, ok := constants[e.Name]
		return s, ok
	case *ast.ParenExpr:
		return textOf(e.X, constants)
	}
	return "", false
}

// sessions says whether the site has any.
func (b *builder) sessions() bool {
	return slices.ContainsFunc(b.site.Manifest.Features, func(f manifest.Feature) bool { return f.Name == adapter.Sessions })
}

// sessionBinding sees to the namespace that keeps sessions. wrangler makes one for an entry without an id.
func (b *builder) sessionBinding() {
	if !b.sessions() {
		return
	}
	if kind, ok := declared(b.config)[b.o.Sessions]; ok {
		if bindingKinds[kind].typ != "KV" {
			b.report(diag.Error, "SG6309", b.configLine(b.o.Sessions), "sessions are kept in a KV namespace, and the binding "+b.o.Sessions+" is in "+strings.Join(bindingKinds[kind].path, "."),
				"name another binding with the option `sessions`")
		}
		return
	}
	list, _ := b.config["kv_namespaces"].([]any)
	b.config["kv_namespaces"] = append(list, map[string]any{"binding": b.o.Sessions})
}
