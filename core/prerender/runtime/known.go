package runtime

import (
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"slices"
	"strings"
	"sync"

	"sitegen.dev/core/prerender/runtime/wire"
	"sitegen.dev/core/site"
)

// known is what is remembered of the pages of the last build, and what the next one will have of this. A nil known
// remembers nothing.
type known struct {
	job     wire.Job
	content Content
	before  map[string]*wire.Record // by task
	lost    map[string]bool

	mu    sync.Mutex
	names map[string]bool // files of the output so far
	file  *os.File
	out   *wire.RecordWriter
	err   error
}

// The task of the record that comes last, which is about all pages: its inputs say what was read for nobody in particular.
const allPages = ""

// remember begins the list of what this build makes and reads that of the last one.
func (p *printer) remember(content Content) error {
	if p.job.Records == "" {
		return nil
	}
	f, err := os.Create(p.job.Records)
	if err != nil {
		return err
	}
	k := &known{job: p.job, content: content, file: f, out: wire.NewRecordWriter(f), names: map[string]bool{}, before: map[string]*wire.Record{}, lost: map[string]bool{}}
	for _, name := range p.job.Taken {
		k.names[name] = true
	}
	for _, name := range p.job.Lost {
		k.lost[name] = true
	}
	p.known = k
	if p.job.Before == "" {
		return nil
	}
	data, err := os.ReadFile(p.job.Before)
	if err != nil {
		return nil // then nothing is known
	}
	if err := wire.ReadRecords(data, func(r *wire.Record) { k.before[r.Task] = r }); err != nil {
		clear(k.before)
		return nil
	}
	if last := k.before[allPages]; last == nil || !k.same(last) {
		clear(k.before)
	}
	return nil
}

// closeRecords ends the list.
func (p *printer) closeRecords() error {
	k := p.known
	if k == nil {
		return nil
	}
	last := &wire.Record{Task: allPages}
	if before := k.before[allPages]; before != nil {
		last.Inputs = before.Inputs // of pages that were kept
	}
	if k.content != nil && k.content.Untracked() {
		last.Inputs = []wire.Input{{Name: storeInput, Digest: k.content.Digest()}}
	}
	if site.FetchedUntracked() {
		last.Inputs = []wire.Input{{Name: site.NetworkInput}}
	}
	k.write(last)
	k.mu.Lock()
	defer k.mu.Unlock()
	return errors.Join(k.err, k.out.Close(), k.file.Close())
}

// Inputs that are not content.
const storeInput = "store" // all of the content

// name gives the name of a page and the key of all that it is made of but its inputs; an empty key where that cannot be
// told, so that the page is always rendered.
func (k *known) name(t task) (id, key string) {
	if k == nil {
		return "", ""
	}
	var b strings.Builder
	b.WriteString(t.route.Pattern)
	names := make([]string, 0, len(t.entry.Params))
	for name := range t.entry.Params {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "\x00%s\x00%s", name, t.entry.Params[name])
	}
	id = b.String()
	route, ok := k.job.RouteKeys[t.route.Source]
	if !ok && t.route.Type == site.RedirectRoute {
		route, ok = k.job.Program, true
	}
	if !ok || route == "" {
		return id, ""
	}
	h := fnv.New128a() // which links a tenth of what SHA-256 does; nobody attacks their own site
	fmt.Fprintf(h, "%s\x00%s\x00%s\x00", route, t.route.Pattern, t.route.Source)
	if !hashValue(h, t.entry.Props) {
		return id, ""
	}
	return id, string(h.Sum(nil)[:16])
}

// find gives the record of a page that is what it was, nil for one that has to be rendered.
func (k *known) find(id, key string) *wire.Record {
	if k == nil || key == "" {
		return nil
	}
	r := k.before[id]
	if r == nil || r.Key != key || k.lost[r.File] || !k.same(r) {
		return nil
	}
	return r
}

// same says whether all that was read for a page is in the state that it was in.
func (k *known) same(r *wire.Record) bool {
	for _, in := range r.Inputs {
		now := ""
		switch {
		case in.Name == site.NetworkInput:
			return false
		case in.Name == site.ProgramInput:
			now = k.job.Program
			if in.Digest == "" { // which program that was is not noted by the page
				return false
			}
		case k.content == nil:
			return false
		case in.Name == storeInput:
			now = k.content.Digest()
		default:
			now = k.content.Current(in.Name)
		}
		if now != in.Digest {
			return false
		}
	}
	return true
}

// take notes that a file of the output is made, and says whether it is the first of its name.
func (k *known) take(name string) bool {
	if k == nil {
		return true
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.names[name] {
		return false
	}
	k.names[name] = true
	return true
}

func (k *known) write(r *wire.Record) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i, in := range r.Inputs {
		if in.Name == site.ProgramInput {
			r.Inputs[i].Digest = k.job.Program
		}
	}
	if err := k.out.Write(r); err != nil && k.err == nil {
		k.err = err
	}
}
