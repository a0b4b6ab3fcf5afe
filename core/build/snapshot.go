package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
)

// A Snapshot is the state of everything that a build depends on. Where it is that of the last build, and the output is
// what that build has left, there is nothing to do.
type Snapshot struct {
	o      Options
	prints *fingerprints
	key    string
	file   string             // absolute: where the last one is remembered
	out    []string           // absolute: the folders of the output
	names  []string           // of all files, below the module root or outside
	loads  []collectionLoader // which may find something new at any time
}

// TakeSnapshot looks at the files of the project. more names what the caller's part of a build depends on: the adapter with
// its options. Run takes over the Snapshot of its Options, so that no file is looked at twice.
func TakeSnapshot(ctx context.Context, o Options, more string) (*Snapshot, error) {
	b := &builder{Options: o, prints: openFingerprints(o.Layout, fingerprintsFile)}
	s := &Snapshot{o: o, prints: b.prints}
	out := filepath.FromSlash(o.Config.Out)
	if !filepath.IsAbs(out) {
		out = filepath.Join(o.Layout.Root, out)
	}
	s.out = append(s.out, out)
	for _, name := range o.Beside {
		s.out = append(s.out, filepath.Join(o.Layout.Root, filepath.FromSlash(name)))
	}
	id := sha256.Sum256(fmt.Appendf(nil, "%s %v", o.Layout.Rel(out), o.Server))
	s.file = o.Layout.abs(path.Join(outputDir, hex.EncodeToString(id[:6])+".last"))
	var err error
	if s.loads, err = b.loaders(); err != nil {
		return nil, err
	}
	scan := b.newScan()
	scan.all = true
	names, err := scan.files()
	if err != nil {
		return nil, err
	}
	s.names = names
	digests := make([]digest, len(names))
	err = each(ctx, len(names), func(i int) (err error) {
		digests[i], err = b.prints.file(names[i])
		var pe *fs.PathError
		if errors.As(err, &pe) { // gone meanwhile, or not to be read: the build will say so
			err = nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	tree := listDigest(names, digests)
	secret, _ := os.ReadFile(o.Layout.abs(keyFile))
	hashInto(h, string(secret), o.Version, self(), toolStamp("go"), environment(), more, string(tree[:]), o.Config.Out, o.Config.Site, o.Config.Base, o.Key, o.Links, o.Images,
		strings.Join(o.Beside, "\x00"), fmt.Sprint(o.Server, o.Vet, o.Drafts))
	s.key = hex.EncodeToString(h.Sum(nil))
	return s, nil
}

// Last gives what Keep was given for this very state, if the output is still what it was then.
func (s *Snapshot) Last() (report []byte, ok bool) {
	if s.o.Clean || s.o.Force || len(s.loads) > 0 {
		return nil, false
	}
	data, err := os.ReadFile(s.file)
	if err != nil {
		return nil, false
	}
	head, report, _ := bytes.Cut(data, []byte("\n"))
	was, ok := strings.CutPrefix(string(head), s.key+" ")
	if !ok {
		return nil, false
	}
	if out, err := s.output(); err != nil || was != out {
		return nil, false
	}
	if markLast(s.o.Layout, s.out[0]) != nil {
		return nil, false
	}
	s.prints.save() // what was young the last time is known from now on
	return report, true
}

// Keep remembers that the output of a site that was published is that of the snapshot. report is anything that Last is to
// give.
func (s *Snapshot) Keep(site *Site, report []byte) error {
	out := ""
	if state, ok := site.Stage.state(); ok {
		out = state.String()
	} else {
		var err error
		if out, err = s.output(); err != nil {
			return err
		}
	}
	return writeChanged(s.file, append([]byte(s.key+" "+out+"\n"), report...))
}

// Forget is called before the output changes.
func (s *Snapshot) Forget() { os.Remove(s.file) }

// output names the state of the output: its files with their sizes and times.
func (s *Snapshot) output() (string, error) {
	var mu sync.Mutex
	var state outputState
	for _, dir := range s.out {
		prefix := s.o.Layout.Rel(dir) + "/"
		err := walkFiles(dir, func(name string, info fs.FileInfo) {
			mu.Lock()
			defer mu.Unlock()
			state.add(prefix+name, info.Size(), info.ModTime().UnixNano())
		})
		if _, statErr := os.Lstat(dir); err != nil && !errors.Is(statErr, fs.ErrNotExist) {
			return "", err
		}
	}
	return state.String(), nil
}
