package devserver

import (
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sitegen.dev/core/routes"
)

// watch watches the directories of a project; without one, those that are known before site.yaml is read.
func (s *Server) watch(p *Project) error {
	trees := []tree{{dir: s.o.Root, flat: true}}
	if p == nil {
		trees = append(trees, tree{dir: filepath.Join(s.o.Root, "src")})
	} else {
		l := p.Layout
		trees = append(trees, tree{dir: l.ModuleDir}, tree{dir: filepath.Join(l.Root, filepath.FromSlash(p.Config.Public))})
		for _, r := range l.Module.Replace {
			dir := filepath.FromSlash(r.New.Path)
			if r.New.Version != "" || strings.Contains(r.New.Path, ".sitegen/") {
				continue
			}
			if !filepath.IsAbs(dir) {
				dir = filepath.Join(l.ModuleDir, dir)
			}
			trees = append(trees, tree{dir: dir})
		}
	}
	if s.watcher != nil {
		if slices.Equal(trees, s.trees) {
			return nil
		}
		s.watcher.close()
	}
	w := watch(trees, s.o.Poll, s.ignored(p), func(reason error) { s.o.Note("%s", limit(reason)) })
	s.watcher, s.trees = w, trees
	return nil
}

// ignored says which paths are nothing that a site is made of.
func (s *Server) ignored(p *Project) func(path string, dir bool) bool {
	out := filepath.Join(s.o.Root, "dist")
	public := filepath.Join(s.o.Root, "public")
	if p != nil {
		out = filepath.Join(p.Layout.Root, filepath.FromSlash(p.Config.Out))
		public = filepath.Join(p.Layout.Root, filepath.FromSlash(p.Config.Public))
	}
	return func(path string, dir bool) bool {
		name := filepath.Base(path)
		if path == out || strings.HasPrefix(path, out+".") {
			return true
		}
		if rel, err := filepath.Rel(public, path); err == nil && filepath.IsLocal(rel) {
			return name == ".DS_Store" || name == "Thumbs.db" || strings.HasPrefix(name, ".#") // all else there is published
		}
		switch {
		case name == ".well-known", name == ".env", strings.HasPrefix(name, ".env."):
			return false
		case strings.HasPrefix(name, "."), name == "node_modules":
			return true
		case dir:
			return false
		}
		// What programs write beside the files.
		for _, end := range []string{".log", "_test.go", "-journal", "-wal", "-shm", ".db", ".sqlite", ".sqlite3", ".lock"} {
			if strings.HasSuffix(name, end) {
				return true
			}
		}
		return routes.Leftover(name)
	}
}

// noise is how often a file that is no source changed of late.
type noise struct {
	first time.Time
	times int
	muted bool
}

// relevant takes out of a batch the files that the site itself keeps writing: a page that counts its visitors in a file
// would be shown again for ever.
func (s *Server) relevant(c changes) changes {
	now := time.Now()
	for path := range c.paths {
		if isSource(path) || isPicture(path) || path == s.o.File {
			continue
		}
		n := s.noisy[path]
		if n == nil || now.Sub(n.first) > 5*time.Second && !n.muted {
			n = &noise{first: now}
			s.noisy[path] = n
		}
		if n.times++; n.times > 12 && !n.muted {
			n.muted = true
			s.o.Note("%s changes all the time, so its changes are left out from now on", rel(s.o.Root, path))
		}
		if n.muted {
			delete(c.paths, path)
		}
	}
	return c
}

// isPicture says whether a file is one that people draw and programs of a site do not write: its last change has to show,
// however many came before it.
func isPicture(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".ico":
		return true
	}
	return false
}

// public gives the changed files of the public folder, as the browser asks for them, and whether anything else changed
// that pages may show.
func (s *Server) public(now changes) (files []string) {
	dir := filepath.Join(s.project.Layout.Root, filepath.FromSlash(s.project.Config.Public))
	for path := range now.paths {
		if rel, err := filepath.Rel(dir, path); err == nil && filepath.IsLocal(rel) {
			files = append(files, s.project.Config.Base+filepath.ToSlash(rel))
			continue
		}
		if !isSource(path) {
			files = append(files, "") // data that a page may read
		}
	}
	return files
}

// isSource says whether the compiler tells what a change of a file comes to.
func isSource(path string) bool {
	switch filepath.Ext(path) {
	case ".gosite", ".md", ".css", ".go", ".mod", ".sum", ".work", ".ts", ".js", ".tsx", ".jsx", ".mjs", "":
		return true
	}
	return false
}

// isConfig says whether what the site is made of as a whole may have changed.
func (s *Server) isConfig(now changes) bool {
	for path := range now.paths {
		switch {
		case path == s.o.File, filepath.Base(path) == "go.work", filepath.Dir(path) == s.o.Root && strings.HasPrefix(filepath.Base(path), ".env"):
			return true
		case s.project != nil && path == filepath.Join(s.project.Layout.ModuleDir, "go.mod"):
			return true
		case s.project != nil && path == filepath.Join(s.project.Layout.ModuleDir, filepath.FromSlash(s.project.Layout.Src)):
			return true
		}
	}
	return false
}
