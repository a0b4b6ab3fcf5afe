// Package prerender runs the prerender program of a site, which the build package has compiled, and turns its events
// into a list of files and diagnostics at the author's lines. What runs inside the program is package runtime.
//
// It keeps counts per route, never a list of pages: the list goes to a writer, line by line.
package prerender

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
	"sitegen.dev/core/prerender/runtime/wire"
)

// Options says what to run and whom to tell.
type Options struct {
	Program  string                           // the compiled prerender program
	Dir      string                           // working directory of the site's code: the project root
	Job      wire.Job                         // what to render
	List     io.Writer                        // gets one manifest.Prerendered per line, in the order of the routes
	Output   io.Writer                        // gets what the site's own code prints
	Page     func(wire.Event)                 // told of every page; may be nil
	Progress func(done int)                   // called after every page; may be nil
	Place    func(diag.Range) diag.Range      // turns a place in a file of the site's module into what the author is shown
	Source   func(file string) ([]byte, bool) // the text of such a file, to find columns; may be nil
	Content  func(wire.Event) diag.Diagnostic // makes a diagnostic of what is wrong with the content; nil on a site without
}

// Count is what one route has produced.
type Count struct {
	Pages   int
	Bytes   int64
	Headers bool // whether a page sets some
}

// Result sums up a run.
type Result struct {
	Kept   int              // pages that came out of the last build, and were not rendered
	Routes map[string]Count // by pattern
	Pages  int
	Bytes  int64
	Images []wire.Image // that the pages show and somebody has to make, each once, sorted by name
}

// Run renders everything. Diagnostics are errors of the site; an error is a failure of the machine or ours.
func Run(ctx context.Context, o Options) (*Result, *diag.List, error) {
	r := &run{Options: o, result: &Result{Routes: map[string]Count{}}, list: &diag.List{}, warned: map[string]bool{}, images: map[string]bool{}}
	if err := r.start(ctx); err != nil {
		return nil, nil, err
	}
	slices.SortFunc(r.result.Images, func(a, b wire.Image) int { return strings.Compare(a.Name, b.Name) })
	return r.result, r.list, nil
}

type run struct {
	Options
	result *Result
	list   *diag.List
	warned map[string]bool
	images map[string]bool // names that the result has
	buf    []byte          // of the list
	done   bool            // the program said that it is through
}

func (r *run) start(ctx context.Context) error {
	job, err := json.Marshal(r.Job)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, r.Program)
	cmd.Dir = r.Dir
	in, err := cmd.StdinPipe() // it stays open, so that the program ends when we do, however that happens
	if err != nil {
		return err
	}
	var head headBuffer
	cmd.Stderr = io.MultiWriter(r.Output, &head)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 3 * time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		var failed *os.PathError
		if errors.As(err, &failed) {
			err = failed.Err // the path is the machine's
		}
		return fmt.Errorf("the program that renders the pages, in .sitegen/bin, cannot be started: %w", err)
	}
	go in.Write(append(job, '\n')) // Wait closes it; a program that does not read says so by its end
	readErr := r.read(out)
	waitErr := cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case readErr != nil:
		return readErr
	case r.done || r.list.HasErrors():
		return nil
	case waitErr != nil:
		r.list.Add(r.crash(head.String(), waitErr))
		return nil
	}
	return errors.New("the prerender program ended early without saying why")
}

func (r *run) read(out io.Reader) error {
	in := bufio.NewReaderSize(out, 64<<10)
	for {
		line, err := in.ReadBytes('\n')
		if event, ok := bytes.CutPrefix(line, []byte(wire.Prefix)); ok {
			e, err := wire.ReadEvent(event)
			if err != nil {
				return fmt.Errorf("read what the prerender program says: %w", err)
			}
			if err := r.event(e); err != nil {
				return err
			}
		} else if len(line) > 0 {
			r.Output.Write(line)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *run) event(e wire.Event) error {
	switch e.Kind {
	case wire.Page:
		c := r.result.Routes[e.Route]
		c.Pages++
		c.Bytes += e.Size
		c.Headers = c.Headers || len(e.Headers) > 0
		r.result.Routes[e.Route] = c
		r.result.Pages++
		if e.Kept {
			r.result.Kept++
		}
		r.result.Bytes += e.Size
		for _, image := range e.Images {
			if !r.images[image.Name] {
				r.images[image.Name] = true
				r.result.Images = append(r.result.Images, image)
			}
		}
		if r.Page != nil {
			r.Page(e)
		}
		if r.Progress != nil {
			r.Progress(r.result.Pages)
		}
		return r.listPage(e)
	case wire.Error:
		r.list.Add(r.diagnostic(e))
	case wire.Warning:
		d := r.diagnostic(e)
		// A component warns on every page that uses it. Once is enough.
		if key := d.Pos.String() + d.Message; !r.warned[key] {
			r.warned[key] = true
			r.list.Add(d)
		}
	case wire.Content:
		r.list.Add(r.Content(e))
	case wire.Slow:
		what := cmp.Or(e.Path, e.Route)
		if e.What == wire.PathList {
			what = "GetStaticPaths of " + e.Route
		}
		fmt.Fprintf(r.Output, "%s: %s takes long, %d seconds until now\n", r.Place(diag.Range{Pos: diag.Pos{File: e.Source}}).File, what, e.Seconds)
	case wire.More:
		d := diag.Diagnostic{Severity: diag.Info, Code: "SG3122", Message: "rendering ended here, so there may be more errors", Hint: "mend these first"}
		switch {
		case e.Count == 1:
			d.Message = "and 1 more error in the content"
		case e.Count > 1:
			d.Message = fmt.Sprintf("and %d more errors in the content", e.Count)
		}
		r.list.Add(d)
	case wire.Done:
		r.done = true
	}
	return nil
}

func (r *run) listPage(e wire.Event) error {
	p := manifest.Prerendered{Path: e.Path, File: e.File, Route: e.Route, Status: e.Status}
	for _, h := range e.Headers {
		p.Headers = append(p.Headers, manifest.Header{Name: h[0], Value: h[1]})
	}
	line, err := p.AppendLine(r.buf[:0])
	if err != nil {
		return err
	}
	r.buf = line
	_, err = r.List.Write(line)
	return err
}

func (r *run) diagnostic(e wire.Event) diag.Diagnostic {
	d := diag.Diagnostic{Severity: diag.Error, Message: e.Message}
	d.File = e.Source
	if e.At.File != "" {
		d.Range = r.frame(e.At)
	}
	at := ""
	if e.Path != "" {
		at = " while rendering " + e.Path
	}
	reads := strings.TrimSuffix(e.Detail, "()")
	if e.What == wire.Panicked && NoRequest(e.Message, r.line(e.At)) {
		e.What, reads = wire.RequestData, "page.Request"
	}
	switch e.What {
	case wire.RequestData:
		d = RequestData(d, e.Route, e.Source, reads, r.line(e.At))
	case wire.Panicked:
		d.Code = "SG3102"
		d.Message = "panic: " + e.Message + at
		for _, f := range e.Stack[min(1, len(e.Stack)):] {
			d.Notes = append(d.Notes, diag.Note{Range: r.frame(f), Message: "called from here"})
		}
	case wire.Returned:
		d.Code = "SG3103"
		d.Message, d.Hint = e.Message, e.Detail
		if d.Line == 0 { // what the runtime says of a tag says itself what is wrong
			d.Message = "the page returned an error" + at + ": " + e.Message
		}
	case wire.NoFile:
		d.Code = "SG3103"
		if d.Message = e.Message; e.Path != "" {
			d.Message = strings.Replace(d.Message, "the page", e.Path, 1)
		}
		d.Hint = "write `const prerender = false` in the frontmatter to render it on demand"
		if strings.Contains(e.Route, "[") {
			d.Hint = "leave the path out of GetStaticPaths, or " + d.Hint
		}
	case wire.Middleware:
		d.Code = "SG3103"
		d.Message = "the middleware returned an error while rendering " + cmp.Or(e.Path, e.Route) + ": " + e.Message
	case wire.PathList:
		d.Code = "SG3104"
		d.Message = e.Message
		if !strings.Contains(d.Message, "GetStaticPaths") {
			d.Message = "GetStaticPaths returned an error: " + d.Message
		}
	case wire.Conflict:
		d.Code = "SG3105"
		d.Message = fmt.Sprintf("%s makes the file %s, which another page or the public folder has made already", e.Path, e.File)
		d.Hint = "give the two different paths, or remove one"
		if strings.Contains(e.Route, "[") {
			d.Hint = "list each path once in GetStaticPaths of " + e.Source + ", or give one of two pages another path"
		}
	case wire.Guarded:
		path := e.Path
		if path == "" {
			path = e.Route
		}
		d = Guarded(d.Range, path, e.Detail)
		for _, f := range e.Stack {
			d.Notes = append(d.Notes, diag.Note{Range: r.frame(f), Message: "this is its function"})
		}
	case wire.EnvRead:
		d.Code = "SG3120"
		d.Message, d.Hint = e.Message, e.Detail
	case wire.Leak:
		d.Code = "SG3121"
		d.Message = fmt.Sprintf("%s holds the value of the secret %s", e.Path, e.Message)
		d.Hint = "find where " + e.Source + ", or what it uses, writes it; a value that visitors may see belongs into a public variable"
	case wire.Disk:
		d.Code = "SG7005"
		d.Message = fmt.Sprintf("%s cannot be written: %s", e.File, e.Message)
		d.Hint = "free some space or check the permissions; the last good output is untouched"
	default:
		d.Severity, d.Code = diag.Warning, "SG3106"
		d.Message, d.Hint = e.Message, e.Detail
		if e.At.File == "" {
			d.Message += at
		}
	}
	return d
}

// NoRequest says whether a panic at a line is that of a prerendered page that read page.Request, which is nil there.
func NoRequest(panicked, line string) bool {
	return strings.Contains(panicked, "nil pointer dereference") && strings.Contains(line, "page.Request")
}

// RequestData says at d that a prerendered page has read what only a request has, such as page.Cookies.Get; source is the file of its
// route, and line is the one that d is at.
func RequestData(d diag.Diagnostic, route, source, reads, line string) diag.Diagnostic {
	d.Code = "SG3101"
	d.Message = fmt.Sprintf("%s is prerendered, so there is no request: %s cannot be read", route, reads)
	if reads == "page.Events" {
		d.Message = route + " is prerendered, so there is nobody to whom page.Events could send"
	}
	switch reads {
	case "page.Cookies.Set", "page.Cookies.Delete", "page.Cookies.Merge":
		d.Message = route + " is prerendered, so there is nobody to whom " + reads + " could send a cookie"
	}
	d.Hint = "write `const prerender = false` in the frontmatter of " + source + " to render it on demand, or guard the code with `if !page.Prerendered { … }`"
	if i := strings.Index(line, reads); i >= 0 {
		d.Col = i + 1
		d.End = diag.Pos{File: d.File, Line: d.Line, Col: d.Col + len(reads)}
	}
	return d
}

// Guarded says that a prerendered page lies where a guard should look at every visitor.
func Guarded(at diag.Range, page, guard string) diag.Diagnostic {
	if at.Line == 0 {
		at.Line, at.Col = 1, 1
	}
	return diag.Diagnostic{Severity: diag.Error, Code: "SG3112", Range: at,
		Message: page + " is prerendered, and a file is given to everybody: the guard of " + guard + " would not run for it",
		Hint:    "write `const prerender = false` in the frontmatter to render it on demand, behind the guard, or move it out of " + guard}
}

// crash explains a program that died without an event: os.Exit in the site's code, a fatal error of Go.
func (r *run) crash(stderr string, err error) diag.Diagnostic {
	last := ""
	for line := range strings.Lines(stderr) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "panic:") || strings.HasPrefix(line, "fatal error:") {
			last = line
			break
		}
	}
	d := diag.Diagnostic{Severity: diag.Error, Code: "SG3107", Message: "the site's code ended the build: " + err.Error()}
	if last != "" {
		d.Message = "the site's code ended the build: " + last
	}
	d.Hint = "look for os.Exit, log.Fatal or a package-level initialisation that panics; what it printed stands above"
	return d
}

func (r *run) frame(f wire.Frame) diag.Range {
	return r.Place(diag.Range{Pos: diag.Pos{File: f.File, Line: f.Line}})
}

func (r *run) line(f wire.Frame) string {
	if r.Source == nil || f.File == "" {
		return ""
	}
	src, ok := r.Source(f.File)
	if !ok {
		return ""
	}
	n := 1
	for line := range strings.Lines(string(src)) {
		if n == f.Line {
			return line
		}
		n++
	}
	return ""
}

// headBuffer keeps the first 16 KiB written to it: where Go prints the reason of its death.
type headBuffer struct{ strings.Builder }

func (h *headBuffer) Write(p []byte) (int, error) {
	if room := 16<<10 - h.Len(); room > 0 {
		h.Builder.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
