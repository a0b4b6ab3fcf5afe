package node

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"sitegen.dev/core/site"
)

// sessionFiles keeps sessions in a folder, one file each, so that they outlive the process and several processes of one
// machine share them. The name of a file is the id, its time of modification the end of the session.
type sessionFiles struct {
	root     *os.Root
	next     atomic.Int64 // Unix seconds, when those that have ended are looked for
	sweeping atomic.Bool
}

var _ site.SessionDriver = (*sessionFiles)(nil)

const (
	sweepEvery     = time.Hour
	maxSessionFile = 2 << 20 // bytes; the runtime writes half of that at most
	temporary      = ".tmp-"
)

// openSessions makes the folder where it is missing. Nobody else may read it: the name of a file is as good as a password. So a folder
// that is made in a project tells git to leave it alone.
func openSessions(dir string) (*sessionFiles, error) {
	_, missing := os.Stat(dir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the folder of sessions: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("the folder of sessions: %w", err)
	}
	s := &sessionFiles{root: root}
	probe := temporary + rand.Text()
	if err := s.write(probe, nil); err != nil {
		return nil, fmt.Errorf("the folder of sessions %s cannot be written to: %w", filepath.ToSlash(dir), err)
	}
	if errors.Is(missing, fs.ErrNotExist) {
		if err := s.write(".gitignore", []byte("*\n")); err != nil && !errors.Is(err, fs.ErrExist) { // another process was faster
			return nil, fmt.Errorf("the folder of sessions: %w", err)
		}
	}
	return s, root.Remove(probe)
}

// Load gives the bytes of a session.
func (s *sessionFiles) Load(_ context.Context, id string) ([]byte, error) {
	f, err := s.root.Open(id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxSessionFile))
}

// Save writes a file beside the old one and puts it in its place, so that nobody reads half of it.
func (s *sessionFiles) Save(_ context.Context, id string, data []byte, until time.Time) error {
	s.sweepSometimes()
	name := temporary + rand.Text()
	err := s.write(name, data)
	if err == nil {
		err = s.root.Chtimes(name, until, until)
	}
	if err == nil {
		err = s.root.Rename(name, id)
	}
	if err != nil {
		s.root.Remove(name)
	}
	return err
}

func (s *sessionFiles) write(name string, data []byte) error {
	f, err := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// Delete removes a session.
func (s *sessionFiles) Delete(_ context.Context, id string) error {
	if err := s.root.Remove(id); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// sweepSometimes removes what has ended, now and then, beside the request.
func (s *sessionFiles) sweepSometimes() {
	now := time.Now()
	if now.Unix() < s.next.Load() || s.sweeping.Swap(true) {
		return
	}
	s.next.Store(now.Add(sweepEvery).Unix())
	go func() {
		defer s.sweeping.Store(false)
		s.sweep(now)
	}()
}

func (s *sessionFiles) sweep(now time.Time) {
	dir, err := s.root.Open(".")
	if err != nil {
		return
	}
	defer dir.Close()
	for {
		entries, err := dir.ReadDir(256)
		for _, e := range entries {
			info, err := e.Info()
			if err != nil || !info.Mode().IsRegular() {
				continue
			}
			switch end := info.ModTime(); {
			case isSessionName(e.Name()) && now.After(end),
				strings.HasPrefix(e.Name(), temporary) && now.After(end.Add(sweepEvery)): // of a process that died while it wrote
				s.root.Remove(e.Name())
			}
		}
		if err != nil {
			return
		}
	}
}

// isSessionName keeps other files in the folder from being removed.
func isSessionName(name string) bool {
	return len(name) == 32 && strings.Trim(name, "0123456789abcdef") == ""
}
