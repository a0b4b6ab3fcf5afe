package build

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"

	"sitegen.dev/core/diag"
)

// middlewareFile declares OnRequest, in the package of the source directory.
const middlewareFile = "middleware.go"

// findMiddleware gives the import path of the package that declares OnRequest, or "".
func (b *builder) findMiddleware() (string, error) {
	name := path.Join(b.Layout.Src, middlewareFile)
	src, err := os.ReadFile(b.Layout.abs(name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
	if err != nil {
		return path.Join(b.Layout.ModulePath, b.Layout.Src), nil // the go command reports it better
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "OnRequest" {
			if file.Name.Name == "main" {
				at := fset.Position(file.Name.Pos())
				b.list.Error("SG3108", diag.Range{Pos: diag.Pos{File: b.Layout.Rel(name), Line: at.Line, Col: at.Column}},
					"package main cannot be imported, so OnRequest cannot be called", "write `package "+path.Base(b.Layout.Src)+"`")
				return "", nil
			}
			return path.Join(b.Layout.ModulePath, b.Layout.Src), nil
		}
	}
	b.list.Warn("SG3109", diag.Range{Pos: diag.Pos{File: b.Layout.Rel(name)}}, "middleware.go declares no OnRequest, so nothing of it runs",
		"declare `func OnRequest(page *site.Page, next site.Handler) error`")
	return "", nil
}
