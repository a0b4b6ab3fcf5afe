package playground

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	goimporter "go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"path"
	"strings"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/diag"
)

// newImporter gives packages from their export data.
func newImporter(packed []byte) (types.Importer, error) {
	exports, err := unpack(packed)
	if err != nil {
		return nil, err
	}
	return goimporter.ForCompiler(token.NewFileSet(), "gc", func(name string) (io.ReadCloser, error) {
		data, ok := exports[name]
		if !ok {
			return nil, errors.New("the playground does not have this package")
		}
		return io.NopCloser(bytes.NewReader(data)), nil
	}), nil
}

// checker type-checks the components of one site, each after those that it imports.
type checker struct {
	compiled types.Importer
	sources  map[string][]byte         // generated, by import path
	done     map[string]*types.Package // nil while it is being checked
	set      *token.FileSet
	out      runnable
	errs     strings.Builder // as the go command would print them
}

// runnable is what the interpreter can be given.
type runnable struct {
	sources map[string][]byte // by import path
	generic bool              // a component has type parameters, which the interpreter cannot run
}

// check gives the errors of Go types, at the lines and in the words of sitegen check, and the Go to run.
func (c *Compiler) check(p *codegen.Program, generated []codegen.File) (*runnable, []diag.Diagnostic) {
	k := &checker{compiled: c.imports, sources: map[string][]byte{}, done: map[string]*types.Package{}, set: token.NewFileSet()}
	k.out.sources = map[string][]byte{}
	for _, f := range generated {
		k.sources[path.Join(module, path.Dir(f.Path))] = f.Data
	}
	for _, f := range generated {
		k.Import(path.Join(module, path.Dir(f.Path)))
	}
	return &k.out, p.MapGoOutput(k.errs.String())
}

// Import gives a component's package or a compiled one.
func (k *checker) Import(name string) (*types.Package, error) {
	src, ok := k.sources[name]
	if !ok {
		return k.compiled.Import(name)
	}
	if pkg, ok := k.done[name]; ok {
		if pkg == nil {
			return nil, errors.New("import cycle not allowed")
		}
		return pkg, nil
	}
	k.done[name] = nil
	file, err := parser.ParseFile(k.set, "render.go", src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err // codegen's own
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}}
	conf := types.Config{Importer: k, GoVersion: "go1.26", Error: func(err error) {
		var e types.Error
		if errors.As(err, &e) {
			fmt.Fprintf(&k.errs, "%s: %s\n", e.Fset.Position(e.Pos), e.Msg)
		}
	}}
	pkg, _ := conf.Check(name, k.set, []*ast.File{file}, info)
	k.done[name] = pkg
	if render := pkg.Scope().Lookup("Render"); render != nil && render.Type().(*types.Signature).TypeParams() != nil {
		k.out.generic = true
	}
	lower(file, pkg, info)
	// Without its comments: the interpreter takes what line directives name for several files.
	var out bytes.Buffer
	if err := format.Node(&out, k.set, file); err != nil {
		return nil, err
	}
	k.out.sources[name] = out.Bytes()
	return pkg, nil
}
