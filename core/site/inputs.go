package site

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
)

// Inputs collects what a page depends on beside the program itself: which inputs were read on its behalf, and in which
// state. Parts of a page may note theirs at the same time.
type Inputs struct {
	mu   sync.Mutex
	read map[string]string
}

// Inputs that are not content.
const (
	NetworkInput = "network" // what another server has answered: never the same
	ProgramInput = "program" // all code of the site: the page was answered by another route
)

// fetched says that a request was sent for nobody in particular.
var fetched atomic.Bool

// FetchedUntracked says whether Fetch was called with a context that is not that of a page or a list of paths.
func FetchedUntracked() bool { return fetched.Load() }

func noteFetch(ctx context.Context) {
	if in := inputsOf(ctx); in != nil {
		in.note(NetworkInput, "")
		return
	}
	fetched.Store(true)
}

func (in *Inputs) note(input, digest string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.read == nil {
		in.read = map[string]string{}
	}
	in.read[input] = digest
}

// Read gives the inputs that were noted, each with the digest of its state.
func (in *Inputs) Read() map[string]string {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.read
}

type inputsKey struct{}

// WithInputs makes pages and lists of paths that are made with the context note their inputs in in.
func WithInputs(ctx context.Context, in *Inputs) context.Context {
	return context.WithValue(ctx, inputsKey{}, in)
}

func inputsOf(ctx context.Context) *Inputs {
	in, _ := ctx.Value(inputsKey{}).(*Inputs)
	return in
}

// DependsOn notes that the page depends on an input in the state that digest names, so that a build renders it again when
// that has changed. Package content calls it; it does nothing while requests are answered.
func (p *Page) DependsOn(input, digest string) {
	if p == nil || p.x == nil || p.x.inputs == nil {
		return
	}
	p.x.inputs.note(input, digest)
}

// DependsOn notes that the list of paths depends on an input, as that of a Page does.
func (b *Build) DependsOn(input, digest string) {
	if b == nil || b.ctx == nil {
		return
	}
	if in := inputsOf(b.ctx); in != nil {
		in.note(input, digest)
	}
}

// PathEscape encodes a path whose slashes separate for a URL.
func PathEscape(path string) string { return encodePath(path) }

// AttrEscape escapes a text for the value of an attribute, in double or single quotes.
func AttrEscape(s string) string {
	if !strings.ContainsAny(s, `&<>"'`) {
		return s
	}
	return string(appendAttr(nil, s))
}
