package build

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"golang.org/x/mod/modfile"

	"sitegen.dev/core/diag"
)

// Layout is where a site lies on disk. The project root is the directory of site.yaml; the module root is the nearest
// directory with a go.mod at or above the source directory. They are mostly the same.
type Layout struct {
	Root       string // absolute
	ModuleDir  string // absolute
	ModulePath string
	Go         string // the go line of go.mod, "1.26"
	Module     *modfile.File
	Src        string // source directory relative to ModuleDir, slash-separated: "src"
}

// The directory of everything sitegen writes beside the output, and its parts, relative to the module root.
const (
	workDir  = ".sitegen"
	genDir   = workDir + "/gen"
	coreDir  = workDir + "/src/core"
	stageDir = workDir + "/stage"
)

// FindLayout finds the module of the site in root whose source directory is src.
func FindLayout(root, src string) (*Layout, *diag.List) {
	list := &diag.List{}
	abs, err := filepath.Abs(root)
	if err != nil {
		list.Error("SG7001", diag.Range{}, err.Error(), "")
		return nil, list
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real
	}
	if strings.ContainsFunc(abs, unicode.IsControl) || filepath.Separator == '/' && strings.Contains(abs, `\`) {
		list.Error("SG7001", diag.Range{}, fmt.Sprintf("the folder %q has a control character or a backslash in its path, with which the go command cannot work", abs), "rename the folder")
		return nil, list
	}
	l := &Layout{Root: abs}
	srcDir := filepath.Join(abs, filepath.FromSlash(src))
	if info, err := os.Stat(srcDir); err != nil || !info.IsDir() {
		list.Error("SG7002", diag.Range{Pos: diag.Pos{File: "site.yaml"}}, "the source directory "+src+" does not exist",
			"create "+src+"/pages/index.gosite, or set `src:` in site.yaml")
		return nil, list
	}
	for dir := srcDir; ; dir = filepath.Dir(dir) {
		name := filepath.Join(dir, "go.mod")
		data, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			if dir == filepath.Dir(dir) {
				list.Error("SG7003", diag.Range{}, "a site is a Go module, and there is no go.mod here or above",
					"run `sitegen sync --init`, or `go mod init example.com/mysite` and then `sitegen sync`")
				return nil, list
			}
			continue
		}
		if err != nil {
			list.Error("SG7001", diag.Range{Pos: diag.Pos{File: l.Rel(name)}}, "this file cannot be read: "+bare(err).Error(), "check its permissions")
			return nil, list
		}
		mod, err := modfile.Parse("go.mod", data, nil)
		if err != nil || mod.Module == nil {
			var wrong modfile.ErrorList
			if errors.As(err, &wrong) {
				for _, e := range wrong {
					list.Error("SG7004", diag.Range{Pos: diag.Pos{File: l.Rel(name), Line: e.Pos.Line, Col: e.Pos.LineRune}}, e.Err.Error(), "")
				}
				return nil, list
			}
			msg := "go.mod has no module line"
			if err != nil {
				msg = err.Error()
			}
			list.Error("SG7004", diag.Range{Pos: diag.Pos{File: l.Rel(name)}}, msg, "")
			return nil, list
		}
		l.ModuleDir, l.ModulePath, l.Module = dir, mod.Module.Mod.Path, mod
		if mod.Go != nil {
			l.Go = mod.Go.Version
		}
		break
	}
	rel, err := filepath.Rel(l.ModuleDir, srcDir)
	if err != nil {
		list.Error("SG7001", diag.Range{}, err.Error(), "")
		return nil, list
	}
	l.Src = filepath.ToSlash(rel)
	return l, list
}

// Rel names a file for a diagnostic: relative to the project root, with slashes. Relative names are taken from the
// module root, because that is what the go command and the compiler print.
func (l *Layout) Rel(file string) string {
	if file == "" {
		return ""
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(l.ModuleDir, filepath.FromSlash(file))
	}
	rel, err := filepath.Rel(l.Root, file)
	if err != nil {
		return filepath.ToSlash(file)
	}
	return filepath.ToSlash(rel)
}

// relModule names a file below the project root relative to the module root.
func (l *Layout) relModule(name string) string {
	rel, err := filepath.Rel(l.ModuleDir, filepath.Join(l.Root, filepath.FromSlash(name)))
	if err != nil {
		return name
	}
	return filepath.ToSlash(rel)
}

// abs gives the path of a name below the module root.
func (l *Layout) abs(name string) string {
	return filepath.Join(l.ModuleDir, filepath.FromSlash(name))
}

// CacheDir is the folder in which results of work are kept between builds, by what they were made of. It may be deleted
// while nothing builds the site.
func (l *Layout) CacheDir() string { return l.abs(workDir + "/cache") }

// bare drops the paths from a file error, where the text around it names the file.
func bare(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	var le *os.LinkError
	if errors.As(err, &le) {
		return le.Err
	}
	return err
}
