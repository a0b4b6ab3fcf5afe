package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/internal/gocmd"
)

// Where loaders leave their entries, below the module root: those by others, and those that are the site's own.
const (
	loadedDir    = workDir + "/loaded/others"
	loadedOwnDir = workDir + "/loaded/own"
	loadCache    = workDir + "/cache/loaders"
	loadPackage  = "load"
)

// loaderFailed begins a line of the program that runs the loaders; see package loader.
const loaderFailed = "\x00sitegen loader "

// collectionLoader is a Go package in the folder of a collection that fills it.
type collectionLoader struct {
	name string
	at   diag.Range // of the function
}

// loaders finds the loaders of a site: functions Load in Go files of the folders of collections.
func (b *builder) loaders() ([]collectionLoader, error) {
	if b.Snapshot != nil {
		return b.Snapshot.loads, nil
	}
	dir := path.Join(b.Layout.Src, contentDir)
	top, err := os.ReadDir(b.Layout.abs(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []collectionLoader
	for _, e := range top {
		if !e.IsDir() || e.Name()[0] == '.' || e.Name()[0] == '_' {
			continue
		}
		files, err := filepath.Glob(filepath.Join(b.Layout.abs(dir), e.Name(), "*.go"))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			fset := token.NewFileSet()
			f, _ := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
			if f == nil {
				continue // the go command will say why
			}
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "Load" {
					p := fset.Position(fn.Name.Pos())
					out = append(out, collectionLoader{e.Name(), diag.Range{Pos: diag.Pos{File: b.Layout.Rel(file), Line: p.Line, Col: p.Column}}})
				}
			}
		}
	}
	return out, err
}

// loadedBy says where an entry that a loader made comes from: its file is none that the author wrote.
func (b *builder) loadedBy(file, collection string) []diag.Note {
	if !strings.HasPrefix(file, loadedDir+"/") && !strings.HasPrefix(file, loadedOwnDir+"/") {
		return nil
	}
	list, err := b.loaders()
	if err != nil {
		return nil // there is a diagnostic without it
	}
	for _, l := range list {
		if l.name == collection {
			return []diag.Note{{Range: l.at, Message: "made by this function"}}
		}
	}
	return nil
}

// load runs the loaders, in a program that is made of them alone.
func (b *builder) load(ctx context.Context) error {
	list, err := b.loaders()
	if err != nil {
		return err
	}
	if len(list) == 0 {
		if _, err := os.Lstat(b.Layout.abs(workDir + "/loaded")); err != nil {
			return nil // nor is there anything to remove, which a read-only disk would refuse all the same
		}
		return os.RemoveAll(b.Layout.abs(workDir + "/loaded"))
	}
	if b.memory != nil && b.memory.loaded != ([sha256.Size]byte{}) && !b.memory.reload {
		return nil
	}
	if err := b.sync(); err != nil || b.list.HasErrors() {
		return err
	}
	var main strings.Builder
	main.WriteString(codegen.Header + "\n\n// Command load fills collections from elsewhere. It is run by sitegen.\npackage main\n\nimport (\n\t\"context\"\n\n\t\"" + contentPath + "/loader\"\n\n")
	for i, l := range list {
		fmt.Fprintf(&main, "\tl%d %q\n", i, path.Join(b.Layout.ModulePath, b.Layout.Src, contentDir, l.name))
	}
	main.WriteString(")\n\nfunc main() {\n\tloader.Main(map[string]func(context.Context, *loader.Loader) error{\n")
	for i, l := range list {
		fmt.Fprintf(&main, "\t\t%s: l%d.Load,\n", strconv.Quote(l.name), i)
	}
	main.WriteString("\t})\n}\n")
	if err := writeChanged(b.Layout.abs(path.Join(genDir, loadPackage, "main.go")), []byte(main.String())); err != nil {
		return err
	}
	bin := b.Layout.abs(workDir + "/bin")
	if err := os.MkdirAll(bin, 0o777); err != nil {
		return err
	}
	program := filepath.Join(bin, loadPackage+exe())
	_, err = gocmd.Run(ctx, b.Layout.ModuleDir, []string{"build", "-o", program, "./" + genDir + "/" + loadPackage}, nil)
	var said *gocmd.Error
	if errors.As(err, &said) {
		ds := codegen.MapGoOutput(said.Output)
		if len(ds) == 0 {
			return said
		}
		b.add(ds...)
		return nil
	}
	if err != nil {
		return err
	}
	if b.memory == nil {
		return b.runLoaders(ctx, program, list)
	}
	code, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(code)
	if sum != b.memory.loaded {
		b.memory.loaded = [sha256.Size]byte{} // unless all goes well
		if err := b.runLoaders(ctx, program, list); err != nil || b.list.HasErrors() {
			return err
		}
	}
	b.memory.loaded, b.memory.reload = sum, false
	return nil
}

func (b *builder) runLoaders(ctx context.Context, program string, list []collectionLoader) error {
	cmd := exec.CommandContext(ctx, program, b.Layout.abs(loadedDir), b.Layout.abs(loadedOwnDir), b.Layout.abs(loadCache))
	cmd.Dir = b.Layout.Root
	cmd.Stderr = b.Output
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 3 * time.Second
	var out bytes.Buffer
	cmd.Stdout = &out
	err := cmd.Run()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	told := false
	for line := range strings.Lines(out.String()) {
		rest, ok := strings.CutPrefix(line, loaderFailed)
		if !ok {
			b.Output.Write([]byte(line))
			continue
		}
		name, message, _ := strings.Cut(strings.TrimSuffix(rest, "\n"), "\x00")
		for _, l := range list {
			if l.name == name {
				b.list.Error("SG5075", l.at, fmt.Sprintf("the collection %s cannot be loaded: %s", name, message), "")
				told = true
			}
		}
	}
	if err != nil && !told {
		b.list.Error("SG5075", list[0].at, "the program that loads the collections has failed: "+bare(err).Error(), "what it printed stands above")
	}
	return nil
}
