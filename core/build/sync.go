package build

import (
	"context"
	"errors"
	"fmt"
	"go/version"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"sitegen.dev/core"
	"sitegen.dev/core/config"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/internal/gocmd"
)

// corePath is the module that sites import the runtime from.
const corePath = "sitegen.dev/core"

// SchemaFile is the JSON Schema of site.yaml for editors, below the module root.
const SchemaFile = workDir + "/site.schema.json"

// Sync brings the work directory of a site up to this version of sitegen, whatever state its components are in: what
// components are compiled against, and the schema of site.yaml.
func Sync(l *Layout) (*diag.List, error) {
	b := &builder{Options: Options{Layout: l}, list: &diag.List{}}
	err := b.sync()
	if d, ok := DiskProblem(l, err); ok {
		b.list.Add(d)
		return b.list, nil
	}
	return b.list, err
}

// sync brings the work directory of the module up to this version of sitegen: the runtime's source where go.mod takes it
// from there, and what keeps the directory out of version control.
func (b *builder) sync() error {
	from, known := replacement(b.Layout.Module, corePath)
	if !known {
		b.list.Error("SG7009", diag.Range{Pos: diag.Pos{File: b.Layout.Rel("go.mod")}},
			"go.mod does not know "+corePath+", which components are compiled against",
			"run `sitegen sync --init`, which adds the two lines it needs")
		return nil
	}
	if err := writeChanged(b.Layout.abs(workDir+"/.gitignore"), []byte("*\n")); err != nil {
		return err
	}
	if err := writeChanged(b.Layout.abs(SchemaFile), config.Schema()); err != nil {
		return err
	}
	if filepath.ToSlash(filepath.Clean(from)) != coreDir {
		return nil // the author has a copy of their own, as this repository has
	}
	_, err := gocmd.WriteSource(b.Layout.abs(coreDir), core.Runtime())
	return err
}

// replacement says where go.mod takes a module from: a directory, or "" for a published version. A replace line alone
// does not make the module known: `go mod tidy` leaves only that where no ordinary package imports the module.
func replacement(m *modfile.File, path string) (dir string, known bool) {
	for _, r := range m.Require {
		known = known || r.Mod.Path == path
	}
	for _, r := range m.Replace {
		if r.Old.Path == path {
			dir = r.New.Path
		}
	}
	return dir, known || m.Module.Mod.Path == path
}

// InitModule gives the text of go.mod with the lines that a site needs; it changes nothing that is right already.
func InitModule(data []byte) ([]byte, error) {
	m, err := modfile.Parse("go.mod", data, nil)
	if err == nil && m.Module == nil {
		err = errors.New("it has no module line")
	}
	if err != nil {
		return nil, fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "go.mod:"))
	}
	dir, known := replacement(m, corePath)
	if known {
		return data, nil
	}
	if err := m.AddRequire(corePath, "v0.0.0"); err != nil {
		return nil, err
	}
	if dir == "" {
		if err := m.AddReplace(corePath, "", "./"+coreDir, ""); err != nil {
			return nil, err
		}
	}
	if m.Go == nil || version.Compare("go"+m.Go.Version, "go"+core.GoVersion()) < 0 {
		if err := m.AddGoStmt(core.GoVersion()); err != nil {
			return nil, err
		}
	}
	m.Cleanup()
	return m.Format()
}

// NewModule gives the text of a go.mod for a new site. goVersion is that of the go command, "go1.27.1", or "".
func NewModule(path, goVersion string) ([]byte, error) {
	if err := module.CheckImportPath(path); err != nil {
		return nil, fmt.Errorf("%q is no module path: %w", path, errors.Unwrap(err))
	}
	return InitModule([]byte("module " + path + "\n\ngo " + goLine(goVersion) + "\n"))
}

// goLine is the line go of a new module: one release behind the go command, as `go mod init` has it, so that somebody
// else's may be older; but never older than what the runtime needs.
func goLine(goVersion string) string {
	least := core.GoVersion()
	lang := version.Lang(goVersion) // "go1.27"
	_, minor, _ := strings.Cut(lang, ".")
	n, err := strconv.Atoi(minor)
	if err != nil {
		return least
	}
	line := fmt.Sprintf("1.%d.0", n-1)
	if version.Compare("go"+line, "go"+least) < 0 {
		return least
	}
	return line
}

// GoVersion gives the version of the go command that builds the site, "go1.26.0".
func GoVersion(ctx context.Context, dir string) (string, error) { return gocmd.Version(ctx, dir) }
