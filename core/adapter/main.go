package adapter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"sitegen.dev/core/diag"
)

// request is what the program of an adapter reads on standard input: one JSON object.
type request struct {
	Protocol int    `json:"protocol"`
	Op       string `json:"op"`             // "info", "adapt", "add", "preview" or "deploy"
	Site     *Site  `json:"site,omitempty"` // of adapt
	// Dir is, for adapt, the folder to write to, which holds Site.ClientDir; for add the project; for preview what adapt wrote.
	Dir        string      `json:"dir,omitempty"`
	OutDir     string      `json:"outDir,omitempty"`     // of add: Project.OutDir
	Deployment *Deployment `json:"deployment,omitempty"` // of deploy
}

// reply is its answer on standard output: one JSON object.
type reply struct {
	Protocol    int               `json:"protocol"`
	Info        *Info             `json:"info,omitempty"`        // of info
	Can         []string          `json:"can,omitempty"`         // of info: "add", "preview" and "deploy", if it does that
	Files       map[string]string `json:"files,omitempty"`       // of add: texts by name
	URL         string            `json:"url,omitempty"`         // of preview: where it listens until standard input ends
	Deployed    *Deployed         `json:"deployed,omitempty"`    // of deploy
	Diagnostics []diag.Diagnostic `json:"diagnostics,omitempty"` // what the author should know
	Error       string            `json:"error,omitempty"`       // what went wrong that is not the author's
}

// Main is the whole main function of an adapter that is a program of its own:
//
//	func main() { adapter.Main(tarball.Adapter{}) }
//
// Sitegen starts it once per question, writes the question to standard input as one JSON object and reads one JSON object
// from standard output; what the adapter itself prints goes to standard error. The adapter may have the abilities
// Adder, Previewer and Deployer. It does not return.
func Main(a Adapter) {
	stdout := os.Stdout
	os.Stdout = os.Stderr // a stray Println must not stand in the answer
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := Serve(ctx, a, os.Stdin, stdout)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "adapter %s: %v\n", a.Info().Name, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Serve answers one question. What the adapter could not do is part of the answer; an error means that there is none.
func Serve(ctx context.Context, a Adapter, in io.Reader, out io.Writer) error {
	var q request
	switch err := json.NewDecoder(in).Decode(&q); {
	case err == io.EOF:
		return errors.New("this program is run by sitegen: name it in site.yaml, or add its module with `sitegen add`")
	case err != nil:
		return fmt.Errorf("read the question: %w", err)
	}
	answer := func(r reply) error {
		r.Protocol = Protocol
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		return enc.Encode(r)
	}
	if q.Protocol != Protocol {
		return answer(reply{Error: fmt.Sprintf("it speaks protocol %d and was asked in %d", Protocol, q.Protocol)})
	}
	switch q.Op {
	case "info":
		info := a.Info()
		return answer(reply{Info: &info, Can: abilities(a)})
	case "adapt":
		return answer(serveAdapt(ctx, a, q))
	case "add":
		return answer(serveAdd(a, q))
	case "preview":
		return servePreview(ctx, a, q.Dir, in, answer)
	case "deploy":
		return answer(serveDeploy(ctx, a, q.Deployment))
	}
	return answer(reply{Error: fmt.Sprintf("it cannot %q", q.Op)})
}

func abilities(a Adapter) []string {
	var can []string
	if _, ok := a.(Adder); ok {
		can = append(can, "add")
	}
	if _, ok := a.(Previewer); ok {
		can = append(can, "preview")
	}
	if _, ok := a.(Deployer); ok {
		can = append(can, "deploy")
	}
	return can
}

// failed puts an error into an answer: as diagnostics where it is made of them.
func (r *reply) failed(err error) {
	var f *diag.Failure
	switch {
	case err == nil:
	case errors.As(err, &f):
		r.Diagnostics = append(r.Diagnostics, f.List.Sorted()...)
	default:
		r.Error = err.Error()
	}
}

func serveAdapt(ctx context.Context, a Adapter, q request) (r reply) {
	if q.Site == nil || q.Dir == "" {
		return reply{Error: "a question of adapt has a site and a dir"}
	}
	out, err := NewOut(q.Dir, q.Site)
	if err != nil {
		return reply{Error: err.Error()}
	}
	defer out.Close()
	err = a.Adapt(ctx, q.Site, out)
	r.Diagnostics = out.Diagnostics().Sorted()
	r.failed(err)
	return r
}

func serveAdd(a Adapter, q request) (r reply) {
	adder, ok := a.(Adder)
	if !ok {
		return r
	}
	files, err := adder.Add(Project{Files: os.DirFS(q.Dir), OutDir: q.OutDir})
	r.failed(err)
	r.Files = map[string]string{}
	for name, data := range maps.All(files) {
		r.Files[name] = string(data)
	}
	return r
}

// serveDeploy lets the adapter deploy. Its notes are lines on standard error.
func serveDeploy(ctx context.Context, a Adapter, d *Deployment) (r reply) {
	runner, ok := a.(Deployer)
	if !ok || d == nil || d.Dir == "" {
		return reply{Error: "it cannot deploy that"}
	}
	d.Getenv = os.Getenv
	d.Note = func(text string) { fmt.Fprintln(os.Stderr, text) }
	d.Progress = func(string, int, int) {}
	done, err := runner.Deploy(ctx, d)
	r.failed(err)
	r.Deployed = done
	return r
}

// servePreview listens until standard input ends, which it does with the program that started this one, however that ends.
func servePreview(ctx context.Context, a Adapter, dir string, in io.Reader, answer func(reply) error) error {
	p, ok := a.(Previewer)
	if !ok {
		return answer(reply{Error: "it cannot run its output"})
	}
	h, stop, err := p.Preview(ctx, dir)
	if err != nil {
		var r reply
		r.failed(err)
		return answer(r)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return errors.Join(answer(reply{Error: err.Error()}), stop())
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	ended := make(chan struct{})
	go func() {
		io.Copy(io.Discard, in)
		close(ended)
	}()
	err = answer(reply{URL: "http://" + l.Addr().String()})
	if err == nil {
		select {
		case <-ended:
		case <-ctx.Done():
		case err = <-served:
		}
	}
	return errors.Join(err, srv.Close(), stop())
}
