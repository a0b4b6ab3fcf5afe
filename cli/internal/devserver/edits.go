package devserver

import (
	"context"
	"slices"
)

// Edits tells commands that begin again after each change of the site's files what has changed.
type Edits struct{ s *Server }

// NewEdits begins to watch; of the options only Root, File, Poll and Note matter. The project is nil while it cannot be read.
func NewEdits(o Options, p *Project) (*Edits, error) {
	s := New(o)
	return &Edits{s}, s.watch(p)
}

// Next waits for changes and gives the names of the files, below Root. Changes since the last call count. The project is
// the one that was read since then.
func (e *Edits) Next(ctx context.Context, p *Project) (changed []string, err error) {
	if p != nil {
		if err := e.s.watch(p); err != nil {
			return nil, err
		}
	}
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case c := <-e.s.watcher.batch:
			if c = e.s.relevant(c); c.empty() {
				continue
			}
			for path := range c.paths {
				changed = append(changed, rel(e.s.o.Root, path))
			}
			slices.Sort(changed)
			return changed, nil
		}
	}
}

// Close ends the watching.
func (e *Edits) Close() { e.s.watcher.close() }
