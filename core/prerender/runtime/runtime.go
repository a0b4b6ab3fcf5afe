// Package runtime is the running half of prerendering: the program that the compiler builds from a site's pages calls
// Main, which renders every prerendered route into files and reports each as an event of package wire. It uses all
// cores, keeps one buffer per worker, and holds no page after it is written, so that memory follows the largest page
// and the longest path list, not the number of pages.
//
// It is compiled into the site, so it may import the standard library, package site and package wire, nothing else.
package runtime

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	"sitegen.dev/core/prerender/runtime/wire"
	"sitegen.dev/core/site"
)

// Content is the content of a site that has some: package collections of this folder.
type Content interface {
	// Open makes the store with this index the one that pages read, and gives the routes of its Markdown pages.
	Open(index string) ([]*site.Route, error)
	// Check tells what of the content is not what the program's types ask for.
	Check(report func(message, file string, p wire.Problem))
	// Current gives the digest that an input has now, as it was noted for a page.
	Current(input string) string
	// Digest names the whole store, and Untracked says whether some of it was read without saying for which page.
	Digest() string
	Untracked() bool
}

// Main renders app as the wire.Job on standard input says and exits: 0 when every page was written, 1 otherwise. content
// is nil on a site without.
func Main(app *site.App, content Content) {
	keepWriting()
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(400) // a page is garbage once it is written; memory is bounded all the same:
		debug.SetMemoryLimit(384 << 20)
	}
	events := os.Stdout
	os.Stdout = os.Stderr // a page that prints must not break the protocol
	in := os.Stdin
	if null, err := os.Open(os.DevNull); err == nil {
		os.Stdin = null // nor one that reads
	}
	var job wire.Job
	if err := json.NewDecoder(in).Decode(&job); err != nil {
		fmt.Fprintln(os.Stderr, "this program is run by sitegen build:", err)
		os.Exit(2)
	}
	go func() { // the build holds the other end for as long as it lives: without it, nobody wants what would be written here
		io.Copy(io.Discard, in)
		os.Exit(1)
	}()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if !Run(ctx, app, content, job, events) {
		os.Exit(1)
	}
}

// Run renders app and writes the events to w. It reports whether every page was written.
func Run(ctx context.Context, app *site.App, content Content, job wire.Job, w io.Writer) bool {
	outer := ctx
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if job.Concurrency <= 0 {
		job.Concurrency = runtime.GOMAXPROCS(0)
	}
	p := &printer{app: app, job: job, cancel: cancel, out: bufio.NewWriterSize(w, 64<<10)}
	p.enc = json.NewEncoder(p.out)
	p.needles = needles(job.Secrets)
	p.enc.SetEscapeHTML(false)
	if err := app.UseBuildEnv(func(name string) string { return job.Env[name] }); err != nil && !job.Check {
		p.event(wire.Event{Kind: wire.Error, What: wire.Returned, Message: err.Error()})
	}
	if !p.open(content) || job.Check {
		switch {
		case p.errors == 0:
			p.event(wire.Event{Kind: wire.Done})
		case p.more > 0:
			p.event(wire.Event{Kind: wire.More, Count: p.more})
		}
		return p.out.Flush() == nil && p.errors == 0
	}
	if err := app.UseKeys(job.Keys); err != nil {
		p.event(wire.Event{Kind: wire.Error, What: wire.Returned, Message: err.Error()})
	}
	if err := p.remember(content); err != nil {
		p.event(wire.Event{Kind: wire.Error, What: wire.Disk, File: job.Records, Message: bare(err).Error()})
	}

	for range job.Concurrency + 1 { // and one for what asks for paths
		p.workers = append(p.workers, &busy{})
	}
	defer p.watch()()

	// Routes with a fixed path cannot meet each other, so they are rendered as one batch. A dynamic route begins when
	// those before it are written: where two make the same file, the one of higher priority has it.
	var fixed []task
	var dynamic []*site.Route
	for _, r := range app.Routes {
		switch {
		case r.Type == site.RedirectRoute:
			// One with parameters stands for any number of paths; the compiler has warned about it.
			if job.Redirects && !strings.Contains(r.Pattern, "[") {
				fixed = append(fixed, task{route: r})
			}
		case !r.Prerender:
		case r.Paths != nil || r.PathSeq != nil:
			dynamic = append(dynamic, r)
		case r.Render == nil && r.Methods == nil: // plain HTML, which the build copies
		default:
			fixed = append(fixed, task{route: r})
		}
	}
	p.batch(ctx, func(yield func(task) bool) {
		for _, t := range fixed {
			if !yield(t) {
				return
			}
		}
	})
	for _, r := range dynamic {
		p.batch(ctx, func(yield func(task) bool) {
			asking := p.workers[job.Concurrency]
			asking.begin(task{route: r}, true)
			defer asking.end()
			for e, err := range app.StaticPaths(ctx, r) {
				asking.end()
				if err != nil {
					p.event(p.failure(wire.Event{Route: r.Pattern, Source: r.Source}, wire.PathList, err))
				} else if !yield(task{r, e}) {
					return
				}
				asking.begin(task{route: r}, true)
			}
		})
	}
	if err := p.closeRecords(); err != nil {
		p.event(wire.Event{Kind: wire.Error, What: wire.Disk, File: job.Records, Message: bare(err).Error()})
	}
	switch {
	case ctx.Err() == nil:
		p.event(wire.Event{Kind: wire.Done})
	case outer.Err() == nil: // given up at MaxErrors: of the pages that were not rendered, nobody knows
		p.event(wire.Event{Kind: wire.More})
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.out.Flush(); err != nil {
		return false
	}
	return p.errors == 0 && ctx.Err() == nil
}

// open opens the content and checks it. It reports whether there is nothing wrong with it.
func (p *printer) open(content Content) bool {
	if content == nil || p.job.Content == "" {
		return true
	}
	pages, err := content.Open(p.job.Content)
	if err != nil {
		p.event(wire.Event{Kind: wire.Error, What: wire.Returned, Message: err.Error()})
		return false
	}
	p.app.Routes = append(p.app.Routes, pages...)
	ok := true
	content.Check(func(message, file string, problem wire.Problem) {
		ok = false
		p.event(wire.Event{Kind: wire.Content, Source: file, Message: message, Problem: &problem})
	})
	return ok
}

// task is one page to render.
type task struct {
	route *site.Route
	entry site.PathEntry
}

type printer struct {
	app    *site.App
	job    wire.Job
	cancel context.CancelFunc

	needles []needle

	mu     sync.Mutex
	out    *bufio.Writer
	enc    *json.Encoder
	line   []byte
	errors int
	more   int // errors that were not reported

	workers []*busy // those that render, and the one that asks for paths
	known   *known  // nil where nothing is remembered
}

func (p *printer) event(e wire.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.Kind == wire.Error || e.Kind == wire.Content {
		if p.job.MaxErrors > 0 && p.errors == p.job.MaxErrors {
			p.more++ // of the content, or of a page that was on its way when the run was ended
			return
		}
		p.errors++
		if p.job.MaxErrors > 0 && p.errors == p.job.MaxErrors {
			p.cancel()
		}
	}
	if line, ok := wire.AppendPage(p.line[:0], &e); ok {
		p.line = line
		p.out.Write(line) // a failed write stays in p.out and is seen at the end
		return
	}
	io.WriteString(p.out, wire.Prefix)
	p.enc.Encode(e)
	if e.Kind != wire.Page {
		p.out.Flush()
	}
}

// batch renders tasks on all workers and reports them in their order. The distance between the oldest page that is not
// reported and the newest that is begun is bounded, so the reports waiting for their turn are too, and tasks are asked for
// no sooner than there is room.
func (p *printer) batch(ctx context.Context, tasks iter.Seq[task]) {
	type job struct {
		task
		done chan []wire.Event
	}
	jobs := make(chan job)
	order := make(chan job, 4*p.job.Concurrency)
	var workers sync.WaitGroup
	for i := range p.job.Concurrency {
		workers.Go(func() {
			var buf []byte
			for j := range jobs {
				var events []wire.Event
				buf, events = p.page(ctx, j.task, buf, p.workers[i])
				j.done <- events
			}
		})
	}
	go func() {
		defer close(order)
		defer close(jobs)
		for t := range tasks {
			if ctx.Err() != nil {
				return
			}
			j := job{t, make(chan []wire.Event, 1)}
			select {
			case order <- j:
			case <-ctx.Done():
				return
			}
			jobs <- j
		}
	}()
	for j := range order {
		for _, e := range <-j.done {
			p.event(e)
		}
	}
	workers.Wait()
}

// page renders and writes one page, unless it is known to come out as it did. It gives back the buffer for the next one.
func (p *printer) page(ctx context.Context, t task, buf []byte, worker *busy) (_ []byte, events []wire.Event) {
	e := wire.Event{Kind: wire.Page, Route: t.route.Pattern, Source: t.route.Source}
	id, key := p.known.name(t)
	if before := p.known.find(id, key); before != nil {
		if !p.known.take(before.File) {
			e.Path, e.File = before.Path, before.File
			return buf, []wire.Event{p.conflict(e)}
		}
		e.Path, e.File, e.Status, e.Size, e.Headers, e.Images, e.Kept = before.Path, before.File, before.Status, before.Size, before.Headers, before.Images, true
		p.known.write(before)
		return buf, []wire.Event{e}
	}
	worker.begin(t, false)
	defer worker.end()
	inputs := &site.Inputs{}
	if p.known != nil {
		ctx = site.WithInputs(ctx, inputs)
	}
	r, err := p.app.RenderStatic(ctx, t.route, t.entry, buf[:0])
	if err != nil {
		e.Path = entryPath(t)
		return buf, []wire.Event{p.failure(e, wire.Returned, err)}
	}
	e.Path, e.File, e.Status, e.Size = r.Path, r.File, r.Status, int64(len(r.Body))
	for name, value := range r.Header.All() {
		e.Headers = append(e.Headers, [2]string{name, value})
	}
	if name := p.leak(r.Body, r.Header); name != "" {
		return r.Buffer, []wire.Event{p.failure(e, wire.Leak, errors.New(name))}
	}
	for _, v := range r.Variants {
		e.Images = append(e.Images, wire.Image(v))
	}
	if !p.known.take(r.File) {
		return r.Buffer, []wire.Event{p.conflict(e)}
	}
	modified, err := write(p.job.Out, r.File, r.Body)
	switch {
	case errors.Is(err, fs.ErrExist):
		return r.Buffer, []wire.Event{p.conflict(e)}
	case err != nil:
		return r.Buffer, []wire.Event{p.failure(e, wire.Disk, err)}
	}
	events = append(events, e)
	for _, m := range r.Warnings {
		events = append(events, wire.Event{Kind: wire.Warning, Route: e.Route, Source: e.Source, Path: e.Path, Message: m.Message, Detail: m.Hint,
			At: wire.Frame{File: m.File, Line: m.Line}})
	}
	if p.known != nil {
		if len(r.Warnings) > 0 {
			key = "" // to be told again the next time
		}
		p.known.write(&wire.Record{Task: id, Key: key, Inputs: wire.SortInputs(inputs.Read()), Path: e.Path, File: e.File, Status: e.Status, Size: e.Size, ModTime: modified, Headers: e.Headers, Images: e.Images})
	}
	return r.Buffer, events
}

func (p *printer) conflict(e wire.Event) wire.Event {
	return p.failure(e, wire.Conflict, fmt.Errorf("%s is there already", e.File))
}

// entryPath names one of the pages of a dynamic route, for a message; "" for a route with one page, which the file tells.
func entryPath(t task) string {
	if len(t.entry.Params) == 0 {
		return ""
	}
	path := t.route.Pattern
	for name, value := range t.entry.Params {
		path = strings.NewReplacer("["+name+"]", value, "[..."+name+"]", value).Replace(path)
	}
	return path
}

// failure makes an Error of e: what happened and at which line of the author's.
func (p *printer) failure(e wire.Event, what wire.Failure, err error) wire.Event {
	e.Kind, e.What, e.Message = wire.Error, what, err.Error()
	var value *site.ValueError
	if errors.As(err, &value) {
		e.Message, e.Detail = value.Message, value.Hint
		e.At = wire.Frame{File: value.File, Line: value.Line}
	}
	var returned *site.ReturnedError
	if value == nil && errors.As(err, &returned) {
		if returned.Middleware && what == wire.Returned {
			e.What = wire.Middleware
		}
		at := returned.At()
		if file, ok := userFile(filepath.ToSlash(at.File), p.job.Module); ok {
			e.At = wire.Frame{File: file, Line: at.Line, Func: at.Func}
		}
	}
	var panicked *site.PanicError
	if errors.As(err, &panicked) {
		e.Message = fmt.Sprint(panicked.Value)
		if what == wire.Returned {
			e.What = wire.Panicked
		}
		for _, f := range panicked.Stack {
			if file, ok := userFile(filepath.ToSlash(f.File), p.job.Module); ok {
				e.Stack = append(e.Stack, wire.Frame{File: file, Line: f.Line, Func: f.Func})
			}
		}
		if len(e.Stack) > 0 {
			e.At = e.Stack[0]
		}
	}
	var guarded *site.GuardError
	if errors.As(err, &guarded) {
		e.What, e.Detail = wire.Guarded, guarded.Path
		if file, ok := userFile(filepath.ToSlash(guarded.Check.File), p.job.Module); ok {
			e.Stack = []wire.Frame{{File: file, Line: guarded.Check.Line, Func: guarded.Check.Func}}
		}
	}
	var status *site.StatusError
	if errors.As(err, &status) && e.What == wire.Returned {
		e.What, e.Message = wire.NoFile, status.Error()
	}
	var env *site.EnvError
	if errors.As(err, &env) {
		e.What, e.Message, e.Detail = wire.EnvRead, "env."+env.Name+" "+env.Why, env.Hint
	}
	var early *site.PrerenderError
	if errors.As(err, &early) {
		e.What, e.Detail = wire.RequestData, early.What
	}
	return e
}

// write makes a new file below dir and gives its time. It never replaces one.
func write(dir, name string, data []byte) (modified int64, err error) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return 0, fmt.Errorf("%q is no name for a file below the output", name)
	}
	file := filepath.Join(dir, filepath.FromSlash(name))
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			return 0, bare(err)
		}
		f, err = os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	}
	if err != nil {
		return 0, bare(err)
	}
	_, err = f.Write(data)
	if info, statErr := f.Stat(); statErr == nil {
		modified = info.ModTime().UnixNano()
	}
	return modified, bare(errors.Join(err, f.Close()))
}

// bare drops the path of a file error: it names a temporary place that the author never chose.
func bare(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// userFile gives a frame's file relative to the module root. Builds are trimmed, so the site's own Go files begin with
// the module's path.
func userFile(file, module string) (string, bool) {
	if strings.HasSuffix(file, ".gosite") || strings.HasSuffix(file, ".md") {
		return file, true
	}
	rest, ok := strings.CutPrefix(file, module+"/")
	return rest, ok && !strings.HasPrefix(rest, ".sitegen/")
}
