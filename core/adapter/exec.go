package adapter

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/internal/gocmd"
)

// Program is how the program of an adapter by others is started.
type Program struct {
	Args   []string  // the program and its arguments; they go to no shell
	Dir    string    // the folder that it is started in
	Root   string    // folder of the project, which add looks at
	Env    []string  // further lines of environment
	Stderr io.Writer // what it prints beside its answers; nil for nowhere
}

// String is the command as a person would type it.
func (p Program) String() string { return strings.Join(p.Args, " ") }

// maxReply is what an answer may have in bytes. Files are written by the program itself and are no part of it.
const maxReply = 16 << 20

// Open asks a program what adapter it is. The Adapter that it gives starts the program again for each question, and is an
// Adder, a Previewer and a Deployer if the program is: what it can do is in its answer, so that a program which knows less, or
// more, than this sitegen works with it. Trouble with the program is a *diag.Failure.
func Open(ctx context.Context, p Program) (Adapter, error) {
	e := &external{program: p}
	r, err := e.ask(ctx, request{Op: "info"})
	if err != nil {
		return nil, err
	}
	if r.Info == nil {
		return nil, e.trouble("does not say what it is", "its answer to \"info\" needs the field \"info\"")
	}
	e.info = *r.Info
	if problem := badInfo(&e.info); problem != "" {
		return nil, e.trouble("says of itself what cannot be: "+problem, "")
	}
	add, preview, deploy := slices.Contains(r.Can, "add"), slices.Contains(r.Can, "preview"), slices.Contains(r.Can, "deploy")
	adds, previews, deploys := externalAdder{e}, externalPreviewer{e}, externalDeployer{e}
	switch {
	case add && preview && deploy:
		return struct {
			Adapter
			Adder
			Previewer
			Deployer
		}{e, adds, previews, deploys}, nil
	case add && preview:
		return struct {
			Adapter
			Adder
			Previewer
		}{e, adds, previews}, nil
	case add && deploy:
		return struct {
			Adapter
			Adder
			Deployer
		}{e, adds, deploys}, nil
	case preview && deploy:
		return struct {
			Adapter
			Previewer
			Deployer
		}{e, previews, deploys}, nil
	case add:
		return struct {
			Adapter
			Adder
		}{e, adds}, nil
	case preview:
		return struct {
			Adapter
			Previewer
		}{e, previews}, nil
	case deploy:
		return struct {
			Adapter
			Deployer
		}{e, deploys}, nil
	}
	return e, nil
}

var infoName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

// badInfo says what is wrong with what a program says of itself. Folders that it names are replaced as a whole, so they may
// be no folders that people keep things in.
func badInfo(i *Info) string {
	if !infoName.MatchString(i.Name) {
		return fmt.Sprintf("%q is no name", i.Name)
	}
	dirs := slices.Clone(i.Beside)
	if i.OutDir != "" {
		dirs = append(dirs, i.OutDir)
	}
	for _, dir := range dirs {
		first, _, _ := strings.Cut(dir, "/")
		if check(dir) != nil || !strings.HasPrefix(first, ".") || first == ".git" || first == ".sitegen" {
			return fmt.Sprintf("%q is no folder of a platform, whose name begins with a dot", dir)
		}
	}
	return ""
}

// external is an adapter that runs as a program of its own.
type external struct {
	program Program
	info    Info
}

func (e *external) Info() Info { return e.info }

// Adapt lets the program write into out's directory itself, and then looks at what is there.
func (e *external) Adapt(ctx context.Context, site *Site, out *Out) error {
	r, err := e.ask(ctx, request{Op: "adapt", Site: site, Dir: out.dir})
	if err != nil {
		return err
	}
	out.Report(r.Diagnostics...)
	if out.Diagnostics().HasErrors() {
		return nil
	}
	return e.inspect(ctx, out)
}

// inspect refuses what Out would not have written.
func (e *external) inspect(ctx context.Context, out *Out) error {
	return filepath.WalkDir(out.dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Type().IsRegular() {
			return errors.Join(err, ctx.Err())
		}
		rel, err := filepath.Rel(out.dir, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		problem := "no regular file"
		if d.Type()&fs.ModeSymlink != 0 {
			problem = "a link that does not lead to a file of the output"
			to, err := os.Readlink(name)
			if err == nil && !filepath.IsAbs(to) && check(path.Join(path.Dir(rel), filepath.ToSlash(to))) == nil {
				if _, err := out.root.Stat(rel); err == nil {
					return nil
				}
			}
		}
		out.Report(diag.Diagnostic{Code: "SG6009", Message: fmt.Sprintf("adapter %s wrote %s, which is %s", e.info.Name, rel, problem)})
		return nil
	})
}

// externalAdder is the ability Adder of a program.
type externalAdder struct{ e *external }

// Add lets the program look at the project itself.
func (a externalAdder) Add(p Project) (map[string][]byte, error) {
	r, err := a.e.ask(context.Background(), request{Op: "add", Dir: a.e.program.Root, OutDir: p.OutDir})
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for name, text := range r.Files {
		if err := check(name); err != nil {
			return nil, a.e.trouble(fmt.Sprintf("wants to add %q, which is no name below the project", name), "")
		}
		files[name] = []byte(text)
	}
	var list diag.List
	list.Add(r.Diagnostics...)
	return files, list.Err()
}

// externalPreviewer is the ability Previewer of a program.
type externalPreviewer struct{ e *external }

// Preview passes requests on to the program, which listens on an address of this machine.
func (p externalPreviewer) Preview(ctx context.Context, dir string) (http.Handler, func() error, error) {
	e := p.e
	cmd, err := e.command(ctx)
	if err != nil {
		return nil, nil, err
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	answer, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, e.trouble("cannot be started: "+cause(err), "")
	}
	stop := func() error {
		in.Close() // tells it to end
		late := time.AfterFunc(5*time.Second, func() { cmd.Cancel() })
		defer late.Stop()
		io.Copy(io.Discard, answer)
		cmd.Wait() // how it ends does not matter any more
		return nil
	}
	var r reply
	err = json.NewEncoder(in).Encode(request{Protocol: Protocol, Op: "preview", Dir: dir})
	if err == nil {
		err = json.NewDecoder(io.LimitReader(answer, maxReply)).Decode(&r)
	}
	if err != nil {
		err = e.trouble("does not say where its preview listens", "")
	} else {
		err = e.judge(&r)
	}
	var list diag.List
	list.Add(r.Diagnostics...)
	if err = errors.Join(err, list.Err()); err != nil {
		stop()
		return nil, nil, err
	}
	u, err := url.Parse(r.URL)
	if err != nil || u.Scheme != "http" || u.Hostname() != "127.0.0.1" && u.Hostname() != "::1" || u.Port() == "" {
		stop()
		return nil, nil, e.trouble(fmt.Sprintf("says that its preview listens at %q, which is no address of this machine", r.URL), "")
	}
	return &httputil.ReverseProxy{
		FlushInterval: -1, // as it streams, so do we
		Rewrite: func(pr *httputil.ProxyRequest) {
			pr.SetURL(u)
			// Everything as it came: the program judges it, not we.
			pr.Out.Host, pr.Out.URL.RawQuery = pr.In.Host, pr.In.URL.RawQuery
			for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
				if v, ok := pr.In.Header[name]; ok {
					pr.Out.Header[name] = v
				}
			}
		},
	}, stop, nil
}

// externalDeployer is the ability Deployer of a program.
type externalDeployer struct{ e *external }

// Deploy lets the program deploy. What it prints is what Note would say.
func (x externalDeployer) Deploy(ctx context.Context, d *Deployment) (*Deployed, error) {
	r, err := x.e.ask(ctx, request{Op: "deploy", Deployment: d})
	if err != nil {
		return nil, err
	}
	var list diag.List
	list.Add(r.Diagnostics...)
	if err := list.Err(); err != nil {
		return r.Deployed, err
	}
	if r.Deployed == nil {
		return nil, x.e.trouble("does not say what it deployed", "its answer to \"deploy\" needs the field \"deployed\"")
	}
	return r.Deployed, nil
}

// command makes the process of the program, not yet started.
func (e *external) command(ctx context.Context) (*exec.Cmd, error) {
	if len(e.program.Args) == 0 {
		return nil, e.trouble("is not named", "")
	}
	name := e.program.Args[0]
	if strings.ContainsRune(filepath.ToSlash(name), '/') {
		if !filepath.IsAbs(name) {
			name = filepath.Join(e.program.Dir, name)
		}
	} else {
		found, err := exec.LookPath(name)
		if err != nil {
			return nil, e.trouble("is not on PATH", "install "+name+", or say where it is: command: ./"+name)
		}
		name = found
	}
	cmd := exec.CommandContext(ctx, name, e.program.Args[1:]...)
	cmd.Dir = e.program.Dir
	cmd.Env = append(cmd.Environ(), e.program.Env...)
	cmd.Stderr = e.program.Stderr
	cmd.WaitDelay = 5 * time.Second
	gocmd.OwnGroup(cmd)
	return cmd, nil
}

// ask starts the program for one question.
func (e *external) ask(ctx context.Context, q request) (*reply, error) {
	cmd, err := e.command(ctx)
	if err != nil {
		return nil, err
	}
	q.Protocol = Protocol
	question, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	cmd.Stdin = bytes.NewReader(append(question, '\n'))
	out := &limited{max: maxReply}
	cmd.Stdout = out
	err = cmd.Run()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && out.kept.Len() == 0:
		return nil, e.trouble("stopped without an answer: "+exit.Error(), "what it printed above says why")
	case err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay):
		return nil, e.trouble("cannot be started: "+cause(err), "")
	case out.over:
		return nil, e.trouble(fmt.Sprintf("answers with more than %d MiB", maxReply>>20), "")
	}
	var r reply
	dec := json.NewDecoder(bytes.NewReader(out.kept.Bytes()))
	if dec.Decode(&r) != nil || len(bytes.TrimSpace(out.kept.Bytes()[dec.InputOffset():])) > 0 {
		return nil, e.trouble("does not answer with one JSON object, but with "+brief(bytes.TrimSpace(out.kept.Bytes())), "print everything but the answer to standard error")
	}
	return &r, e.judge(&r)
}

// judge finds in an answer what makes the rest of it worthless.
func (e *external) judge(r *reply) error {
	switch {
	case r.Protocol != Protocol:
		var list diag.List
		list.Error("SG6004", diag.Range{}, fmt.Sprintf("%s speaks protocol %d, this sitegen speaks %d", e.name(), r.Protocol, Protocol),
			"use versions of sitegen and of the adapter that belong together")
		return list.Err()
	case r.Error != "":
		return fmt.Errorf("%s: %s", e.name(), r.Error)
	}
	return nil
}

func (e *external) name() string {
	if e.info.Name != "" {
		return "adapter " + e.info.Name
	}
	return "the adapter `" + e.program.String() + "`"
}

func (e *external) trouble(what, hint string) error {
	var list diag.List
	list.Error("SG6008", diag.Range{}, e.name()+" "+what, hint)
	return list.Err()
}

// cause is an error without the name of the system call and the path, which the message has.
func cause(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	var x *exec.Error
	if errors.As(err, &x) {
		return x.Err.Error()
	}
	return err.Error()
}

// limited keeps the first max bytes written to it. The buffer is no embedded one: its ReadFrom would know no limit.
type limited struct {
	kept bytes.Buffer
	max  int
	over bool
}

func (l *limited) Write(p []byte) (int, error) {
	if l.kept.Len()+len(p) > l.max {
		l.over = true
		return len(p), nil
	}
	return l.kept.Write(p)
}
