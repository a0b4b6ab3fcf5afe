package build

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"

	"sitegen.dev/core/links"
	"sitegen.dev/core/prerender/runtime/wire"
	"sitegen.dev/core/site/content/store"
)

// outputDir holds, for every output, what the last build knew of it.
const outputDir = workDir + "/output"

// The files of such a folder.
const (
	pagesFile  = "pages"  // wire.Records
	othersFile = "others" // the files that are no pages
	linksFile  = "links"  // the key of a check of links that found none broken
	busyFile   = "busy"   // there while the output is being changed: then nothing is known of it
)

// before is what is known of the output of the last build, and what the next one is to know of this.
type before struct {
	dir    string // absolute: of its files; "" where nothing is remembered
	client string // absolute: where the last build has put the pages

	files map[string]outFile // of the last build that are what they were, by name below client
	gone  []string           // files below client that should not be there
	lost  []string           // files of the last build that are not what they were

	linksBefore string // key of the check of links that found none broken in the last build, or ""
	links       string // and in this one

	mu     sync.Mutex
	kept   map[string]bool    // of files: those that stay
	others map[string]outFile // of this build, all that are no pages
	pages  map[string]bool    // names of the pages of this build
}

// outFile is a file of an output.
type outFile struct {
	size, mtime int64
	digest      digest // of its source, for what is no page
	page        bool
}

// lookAhead begins to look at the last output while the sources are read: on a site of ten thousand pages both take as long.
func (b *builder) lookAhead() {
	out := filepath.FromSlash(b.Config.Out)
	if !filepath.IsAbs(out) {
		out = filepath.Join(b.Layout.Root, out)
	}
	b.ahead = make(chan *before, 1)
	go func() { b.ahead <- b.openBefore(out) }()
}

// openBefore finds out what of the last output can stay. Of an output that an adapter makes nothing is known: what it does
// with the pages is its own business, and to copy them from there costs as much as to render them.
func (b *builder) openBefore(out string) *before {
	p := newBefore(out)
	if b.Server {
		return p
	}
	id := sha256.Sum256([]byte(b.Layout.Rel(out)))
	p.dir = b.Layout.abs(path.Join(outputDir, hex.EncodeToString(id[:6])))
	if b.Clean || !(&Stage{layout: b.Layout, out: out}).ours() {
		return p
	}
	if _, err := os.Stat(filepath.Join(p.dir, busyFile)); err == nil {
		return p
	}
	expected := map[string]outFile{}
	data, err := os.ReadFile(filepath.Join(p.dir, pagesFile))
	if err != nil {
		return p
	}
	err = wire.ReadRecords(data, func(r *wire.Record) {
		if r.Task != "" {
			expected[r.File] = outFile{size: r.Size, mtime: r.ModTime, page: true}
		}
	})
	if err != nil || !readOthers(filepath.Join(p.dir, othersFile), expected) {
		return p
	}
	if data, err := os.ReadFile(filepath.Join(p.dir, linksFile)); err == nil {
		p.linksBefore = string(data)
	}
	err = walkFiles(p.client, func(name string, info fs.FileInfo) {
		p.mu.Lock()
		defer p.mu.Unlock()
		want, ok := expected[name]
		switch {
		case !ok:
			p.gone = append(p.gone, name)
		case info.Mode().IsRegular() && info.Size() == want.size && info.ModTime().UnixNano() == want.mtime:
			p.files[name] = want
		}
	})
	if err != nil {
		p.files, p.gone = map[string]outFile{}, nil
		return p
	}
	for name := range expected {
		if _, ok := p.files[name]; !ok {
			p.lost = append(p.lost, name)
		}
	}
	slices.Sort(p.lost)
	return p
}

func newBefore(client string) *before {
	return &before{client: client, files: map[string]outFile{}, kept: map[string]bool{}, others: map[string]outFile{}, pages: map[string]bool{}}
}

func readOthers(name string, to map[string]outFile) bool {
	data, err := os.ReadFile(name)
	if err != nil {
		return false
	}
	r := &reader{s: string(data)}
	for r.s != "" && !r.bad {
		file, d := r.text(), r.text()
		f := outFile{size: r.int(), mtime: r.int()}
		copy(f.digest[:], d)
		to[file] = f
	}
	return !r.bad
}

// keeps says whether a file that is no page can stay as the last build made it: of the same source, and untouched since.
func (p *before) keeps(name string, d digest) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	f, ok := p.files[name]
	if !ok || f.page || f.digest != d {
		return false
	}
	p.kept[name] = true
	p.others[name] = f
	return true
}

// made notes a file that is no page and was written into the stage.
func (p *before) made(name string, d digest) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.others[name] = outFile{digest: d}
}

// tell tells the prerender program what is known, and where to leave what it makes known.
func (p *before) tell(job *wire.Job, keys map[string]string, program string) error {
	if p.dir == "" {
		return nil
	}
	job.RouteKeys, job.Program, job.Lost, job.Taken = keys, program, p.lost, p.taken()
	job.Records = filepath.Join(p.dir, pagesFile+".new")
	if len(p.files) > 0 {
		job.Before = filepath.Join(p.dir, pagesFile)
	}
	return os.MkdirAll(p.dir, 0o777)
}

// taken lists the files that are no pages and are not in the stage, for the prerender program.
func (p *before) taken() []string {
	var out []string
	for name := range p.kept {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// page notes a page of this build.
func (p *before) page(e wire.Event) {
	p.pages[e.File] = true
	if e.Kept {
		p.kept[e.File] = true
	}
}

// file gives the place of a file of this build.
func (p *before) file(client, name string) string {
	if p != nil && p.kept[name] {
		client = p.client
	}
	return filepath.Join(client, filepath.FromSlash(name))
}

// settle decides how the output is changed: in place where little has changed, else as a whole, for which all that stays
// is linked into the stage.
func (p *before) settle(s *Stage, client string) error {
	total := len(p.pages) + len(p.others)
	if changed := total - len(p.kept); len(p.kept) > 0 && changed <= max(32, total/4) && probe(s.Dir, s.out) == nil {
		d := &delta{dir: p.dir}
		for name := range p.pages {
			if !p.kept[name] {
				d.put = append(d.put, name)
			}
		}
		for name := range p.others {
			if !p.kept[name] {
				d.put = append(d.put, name)
			}
		}
		for name := range p.files {
			if !p.pages[name] {
				if _, ok := p.others[name]; !ok {
					d.remove = append(d.remove, name)
				}
			}
		}
		for _, name := range append(p.lost, p.gone...) {
			if _, ok := p.others[name]; !ok && !p.pages[name] {
				d.remove = append(d.remove, name)
			}
		}
		slices.Sort(d.put)
		slices.Sort(d.remove)
		s.delta = d
		return nil
	}
	for name := range p.kept {
		from, to := filepath.Join(p.client, filepath.FromSlash(name)), filepath.Join(client, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			return err
		}
		if os.Link(from, to) == nil {
			continue
		}
		if _, err := copyFile(from, to); err != nil {
			return err
		}
		if info, err := os.Stat(from); err == nil {
			os.Chtimes(to, info.ModTime(), info.ModTime())
		}
	}
	return nil
}

// save writes what the next build is to know, before the output is changed.
func (p *before) save(client string) error {
	if err := os.MkdirAll(p.dir, 0o777); err != nil {
		return err
	}
	var b []byte
	for _, name := range slices.Sorted(maps.Keys(p.others)) {
		f := p.others[name]
		if !p.kept[name] {
			info, err := os.Stat(filepath.Join(client, filepath.FromSlash(name)))
			if err != nil {
				continue // an adapter has put it elsewhere
			}
			f.size, f.mtime = info.Size(), info.ModTime().UnixNano()
		}
		b = store.AppendText(b, name)
		b = store.AppendText(b, string(f.digest[:]))
		b = binary.AppendVarint(b, f.size)
		b = binary.AppendVarint(b, f.mtime)
	}
	if err := os.WriteFile(filepath.Join(p.dir, othersFile+".new"), b, 0o666); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(p.dir, busyFile), nil, 0o666),
		os.WriteFile(filepath.Join(p.dir, linksFile), []byte(p.links), 0o666),
	)
}

// soundLinks says whether no link of a page that was kept can be broken: none was, the check is the same, and nothing
// that was there is missing, no file and no id. later are files that are not there yet.
func (p *before) soundLinks(key, client string, later map[string]bool) bool {
	if p.linksBefore == "" || p.linksBefore != key || len(p.lost) > 0 {
		return false
	}
	for name, f := range p.files {
		if p.kept[name] {
			continue
		}
		_, other := p.others[name]
		switch {
		case !f.page && !other && !later[name] || f.page && !p.pages[name]:
			return false
		case f.page && isHTML(name):
			old, err := os.ReadFile(filepath.Join(p.client, filepath.FromSlash(name)))
			now, err2 := os.ReadFile(filepath.Join(client, filepath.FromSlash(name)))
			if err != nil || err2 != nil || !subset(links.IDs(old), links.IDs(now)) {
				return false
			}
		}
	}
	return true
}

func subset(some, all []string) bool {
	for _, s := range some {
		if !slices.Contains(all, s) {
			return false
		}
	}
	return true
}

// commit makes what save wrote count.
func (p *before) commit() error {
	return errors.Join(
		os.Rename(filepath.Join(p.dir, pagesFile+".new"), filepath.Join(p.dir, pagesFile)),
		os.Rename(filepath.Join(p.dir, othersFile+".new"), filepath.Join(p.dir, othersFile)),
		os.Remove(filepath.Join(p.dir, busyFile)),
	)
}

// stageFile copies a file into the stage unless the output has it already.
func (b *builder) stageFile(from, name string, d digest) (int64, error) {
	if b.before.keeps(name, d) {
		return b.before.files[name].size, nil
	}
	to := filepath.Join(b.site.ClientDir, filepath.FromSlash(name))
	n, err := copyFile(from, to)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(filepath.Dir(to), 0o777); err == nil {
			n, err = copyFile(from, to)
		}
	}
	b.before.made(name, d)
	return n, err
}
