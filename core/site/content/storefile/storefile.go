// Package storefile opens a content store that lies on disk, where the command has put it. It is for programs that run
// beside the command, with files: the prerender program, the development server's, tests. What is deployed has its store
// compiled in.
package storefile

import (
	"os"
	"path/filepath"
	"runtime"

	"sitegen.dev/core/site/content/store"
)

// Open opens the store whose index is the file name. The bodies stay on disk and are read one by one. The file with them
// is closed when the store is no longer used; it may be replaced meanwhile.
func Open(name string) (*store.Store, error) {
	index, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	s, err := store.Open(string(index), nil)
	if err != nil {
		return nil, err
	}
	if s.Bodies == "" {
		return s, nil
	}
	f, err := os.Open(filepath.Join(filepath.Dir(name), filepath.FromSlash(s.Bodies)))
	if err != nil {
		return nil, err
	}
	s.SetBodies(f)
	runtime.AddCleanup(s, func(f *os.File) { f.Close() }, f)
	return s, nil
}
