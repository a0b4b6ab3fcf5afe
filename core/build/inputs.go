package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sitegen.dev/core/content"
)

// inputs is the state of the files of a project, as far as the pages of its site can depend on it.
type inputs struct {
	code  digest // Go files of the module and of what go.mod and go.work take from disk, and what they embed
	other digest // all other files that are no sources of the compiler: a page may open them
	opens bool   // the code of the site may open files at all
}

// leftOut are folders that are never looked into: nothing of them is a source.
var leftOut = map[string]bool{".git": true, ".hg": true, ".svn": true, workDir: true, "node_modules": true, ".vercel": true, ".netlify": true, ".wrangler": true}

// goModuleFiles mean something to the go command beside the Go files.
var goModuleFiles = map[string]bool{"go.mod": true, "go.sum": true, "go.work": true, "go.work.sum": true}

// scanInputs looks at all files of the project. Those that were not touched since they were last looked at are not opened.
func (b *builder) scanInputs(ctx context.Context) (*inputs, error) {
	s := b.newScan()
	var err error
	if b.Snapshot != nil { // which has just looked
		for _, name := range b.Snapshot.names {
			if err = s.file(name); err != nil {
				break
			}
		}
	} else {
		_, err = s.files()
	}
	if err != nil {
		return nil, err
	}
	s.in.opens = s.mayOpen()
	all := slices.Concat(s.code, s.other)
	digests := make([]digest, len(all))
	err = each(ctx, len(all), func(i int) (err error) {
		digests[i], err = b.prints.file(all[i])
		if errors.Is(err, fs.ErrNotExist) { // a link to nowhere
			err = nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	s.in.code = listDigest(s.code, digests[:len(s.code)])
	s.in.other = listDigest(s.other, digests[len(s.code):])
	return s.in, nil
}

func (b *builder) newScan() *inputScan {
	s := &inputScan{b: b, in: &inputs{}, outputs: map[string]bool{}, seen: map[string]bool{}}
	for _, name := range append((&Stage{layout: b.Layout}).recorded(), b.Config.Out) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(b.Layout.Root, filepath.FromSlash(name))
		}
		s.outputs[name] = true
	}
	for _, name := range b.Beside {
		s.outputs[filepath.Join(b.Layout.Root, filepath.FromSlash(name))] = true
	}
	return s
}

// files looks for the files, and gives the names of all that were found.
func (s *inputScan) files() ([]string, error) {
	l := s.b.Layout
	roots := []string{l.Root}
	if !inside(l.ModuleDir, l.Root) {
		roots = append(roots, l.ModuleDir)
	}
	roots = append(roots, s.localModules()...)
	for _, root := range roots {
		if err := s.walk(root); err != nil {
			return nil, err
		}
	}
	return slices.Concat(s.code, s.other), nil
}

func listDigest(names []string, digests []digest) digest {
	h := sha256.New()
	for i, name := range names {
		fmt.Fprintf(h, "%s\x00%s", name, digests[i][:])
	}
	return digest(h.Sum(nil)[:len(digest{})])
}

type inputScan struct {
	b           *builder
	in          *inputs
	outputs     map[string]bool
	code, other []string // names below the module root
	seen        map[string]bool
	all         bool // the sources of the compiler too, and no file is opened
}

// localModules lists the folders outside the project that the go command takes modules from.
func (s *inputScan) localModules() (dirs []string) {
	l := s.b.Layout
	add := func(base, dir string) {
		if dir == "" || !strings.HasPrefix(dir, ".") && !filepath.IsAbs(dir) {
			return
		}
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(base, filepath.FromSlash(dir))
		}
		if _, err := os.Stat(dir); err == nil && !inside(dir, l.Root) && !inside(dir, l.ModuleDir) { // of one that is missing the go command tells
			dirs = append(dirs, dir)
		}
	}
	for _, r := range l.Module.Replace {
		add(l.ModuleDir, r.New.Path)
	}
	if name, w := workspace(l.ModuleDir); w != nil {
		for _, u := range w.Use {
			add(filepath.Dir(name), u.Path)
		}
		for _, r := range w.Replace {
			add(filepath.Dir(name), r.New.Path)
		}
	}
	return dirs
}

func (s *inputScan) walk(root string) error {
	return filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return s.b.unreadable(name, err)
		}
		if d.IsDir() {
			if name != root && leftOut[d.Name()] || s.outputs[name] || strings.HasSuffix(name, ".previous") && s.outputs[strings.TrimSuffix(name, ".previous")] {
				return fs.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(s.b.Layout.ModuleDir, name)
		if err != nil {
			return err
		}
		return s.file(filepath.ToSlash(rel))
	})
}

// file takes in a file by its name below the module root, which may lie outside.
func (s *inputScan) file(rel string) error {
	if s.seen[rel] {
		return nil
	}
	s.seen[rel] = true
	base, name := path.Base(rel), s.b.Layout.abs(rel)
	switch {
	case s.all:
		s.other = append(s.other, rel)
	case isGoFile(base):
		s.code = append(s.code, rel)
		return s.embeds(name)
	case strings.HasSuffix(base, "_test.go"):
	case goModuleFiles[base], base == "modules.txt":
		s.code = append(s.code, rel)
	case strings.HasSuffix(base, ".gosite"):
	case s.below(rel, contentDir) && content.IsEntry(base), s.below(rel, pagesDir) && content.IsMarkdown(base):
	default: // the public folder too: who opens a file of it depends on it
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
			s.other = append(s.other, rel)
		}
	}
	return nil
}

// below says whether a file lies below a folder of the source directory.
func (s *inputScan) below(rel, folder string) bool {
	return strings.HasPrefix(rel, path.Join(s.b.Layout.Src, folder)+"/")
}

// embeds reads a Go file and adds what it embeds to the code, whatever that is.
func (s *inputScan) embeds(name string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if !bytes.Contains(data, []byte("//go:embed ")) {
		return nil
	}
	dir := filepath.Dir(name)
	add := func(file string) {
		if rel, err := filepath.Rel(s.b.Layout.ModuleDir, file); err == nil {
			s.code = append(s.code, filepath.ToSlash(rel))
		}
	}
	for line := range strings.Lines(string(data)) {
		patterns, ok := strings.CutPrefix(strings.TrimSpace(line), "//go:embed ")
		if !ok {
			continue
		}
		for _, p := range strings.Fields(patterns) {
			p = strings.TrimPrefix(strings.Trim(p, "\"`"), "all:")
			matches, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(p)))
			if err != nil {
				continue // the go command will say so
			}
			for _, m := range matches {
				filepath.WalkDir(m, func(file string, d fs.DirEntry, err error) error {
					if err == nil && !d.IsDir() {
						add(file)
					}
					return nil
				})
			}
		}
	}
	return nil
}

// openers are the packages of the standard library with which code opens files, or runs what does.
var openers = []string{`"os"`, `"os/`, `"io/ioutil"`, `"syscall"`, `"plugin"`, `"path/filepath"`, `"net"`, `"net/http`, `"archive/zip"`, `"debug/`, `"C"`, `"text/template"`, `"html/template"`, `"mime"`, `"go/`, `"crypto/tls"`, `"crypto/x509"`, `"log/syslog"`}

// mayOpen says whether code of the site can open files, or read the environment, while pages are rendered: it imports a package for that, or a
// module that is not known.
func (s *inputScan) mayOpen() bool {
	for _, r := range s.b.Layout.Module.Require {
		if r.Mod.Path != corePath {
			return true
		}
	}
	has := func(data []byte) bool {
		for _, o := range openers {
			if bytes.Contains(data, []byte(o)) {
				return true
			}
		}
		return false
	}
	for _, data := range s.b.files {
		if has(data) {
			return true
		}
	}
	for _, name := range s.code {
		if !strings.HasSuffix(name, ".go") || !filepath.IsLocal(filepath.FromSlash(name)) {
			continue
		}
		if data, err := os.ReadFile(s.b.Layout.abs(name)); err == nil && has(data) {
			return true
		}
	}
	return false
}
