package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"sitegen.dev/core/build"
)

// What may stand behind `sitegen dev` and `sitegen preview`, to ask for the server that runs already.
const (
	stopWord   = "stop"
	statusWord = "status"
	logsWord   = "logs"
)

var serverWords = []string{stopWord, statusWord, logsWord}

// backgroundVariable tells the server that was started for the background what it is.
const backgroundVariable = "SITEGEN_BACKGROUND"

// server is a command that serves the site until it is stopped, with what it takes to do so without a terminal.
type server struct {
	kind       string // build.DevServer or build.PreviewServer, which is also the command's name
	background bool
	follow     bool
}

func (s *server) flags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "background", Usage: "serve without a terminal, and come back when it is ready", Destination: &s.background},
		&cli.BoolFlag{Name: "follow", Aliases: []string{"f"}, Usage: "with logs: go on until the server ends", Destination: &s.follow},
	}
}

// run serves, unless the arguments ask for the server that is there already.
func (s *server) run(c *cli.Context, env Env, serve func() error) error {
	word := c.Args().First()
	switch {
	case c.NArg() > 1:
		return usage("`sitegen %s %s` takes no more arguments, and %q is one", s.kind, word, c.Args().Get(1))
	case word == "" && s.follow, word != "" && word != logsWord && s.follow:
		return usage("--follow belongs to logs: sitegen %s logs --follow", s.kind)
	case word == "" && s.background:
		return s.start(c, env)
	case word == "":
		return serve()
	case !slices.Contains(serverWords, word):
		return usage("`sitegen %s` takes stop, status or logs, not %q%s; the folder of a site is given with `-C %s`", s.kind, word, orRather(word, serverWords), word)
	case s.background:
		return usage("--background starts a server; `sitegen %s %s` asks for one that is there", s.kind, word)
	}
	p, err := open(c, env)
	if err != nil {
		return err
	}
	switch word {
	case stopWord:
		return s.stop(c.Context, p)
	case statusWord:
		return s.status(p)
	}
	return s.logs(c.Context, p)
}

// lock makes the site's server of this kind the one that others find. unlock is nil if there is another one.
func (s *server) lock(p *project, url string) (me build.Server, unlock func(), other build.Server, err error) {
	me = build.Server{URL: url, PID: os.Getpid(), Background: p.env.Getenv(backgroundVariable) != ""}
	unlock, other, err = build.LockServer(p.layout, s.kind, me)
	return me, unlock, other, err
}

// ready tells who waits for it that the server is.
func (s *server) ready(p *project, me build.Server) {
	me.Ready = true
	if err := build.WriteServer(p.layout, s.kind, me); err != nil {
		p.term.note("others will not find this server: %s", reason(err))
	}
}

// startTime is how long a server may take until it is ready: a first build compiles everything.
const startTime = 10 * time.Minute

// start runs the same command again in a process of its own, and waits until it is ready.
func (s *server) start(c *cli.Context, env Env) error {
	p, err := open(c, env)
	if err != nil {
		return err
	}
	if other, ok := build.RunningServer(p.layout, s.kind); ok {
		return s.taken(p, other)
	}
	args, _ := c.App.Metadata[argsKey].([]string)
	name := build.ServerLog(p.layout, s.kind)
	log, err := createLog(name)
	if err != nil {
		return fmt.Errorf("the log cannot be written: %w", err)
	}
	defer log.Close()
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(exe, slices.DeleteFunc(slices.Clone(args[1:]), func(a string) bool {
		return strings.TrimLeft(a, "-") == "background" || strings.HasPrefix(strings.TrimLeft(a, "-"), "background=")
	})...)
	cmd.Args[0] = args[0]
	cmd.Dir = env.Dir
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(os.Environ(), backgroundVariable+"=1")
	detach(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	late := time.After(startTime)
	for {
		select {
		case <-ended:
			said, _ := os.ReadFile(name)
			p.env.Stderr.Write(said)
			return &exit{exitFailed, fmt.Errorf("the server has ended: %s", cmd.ProcessState)}
		case <-c.Context.Done():
			cmd.Process.Kill()
			return c.Context.Err()
		case <-late:
			cmd.Process.Kill()
			return fmt.Errorf("the server is not ready after %v; its log is %s", startTime, name)
		case <-time.After(20 * time.Millisecond):
		}
		if me, ok := build.RunningServer(p.layout, s.kind); ok && me.Ready && me.PID == cmd.Process.Pid {
			if !p.term.quiet {
				said, _ := os.ReadFile(name)
				p.env.Stderr.Write(said)
			}
			p.term.note("it runs on in the background, as process %d; `sitegen %s logs` prints what it says, `sitegen %s stop` ends it", me.PID, s.kind, s.kind)
			fmt.Fprintln(env.Stdout, me.URL)
			return nil
		}
	}
}

// taken says that there is a server already.
func (s *server) taken(p *project, other build.Server) error {
	if other.Site != "" && other.Site != build.SiteFolder(p.layout) {
		return fmt.Errorf("another site of this module, %s, is served at %s, by process %d, and they share .sitegen; `sitegen %s stop` there ends it", other.Site, other.URL, other.PID, s.kind)
	}
	return fmt.Errorf("this site is served already, at %s, by process %d; `sitegen %s stop` ends it", other.URL, other.PID, s.kind)
}

// running gives the server of the site, which may be one of several in its module.
func (s *server) running(p *project) (build.Server, bool) {
	r, ok := build.RunningServer(p.layout, s.kind)
	return r, ok && r.Site == build.SiteFolder(p.layout)
}

// noServer is for words that need one.
func (s *server) noServer() error {
	return &exit{exitFailed, fmt.Errorf("`sitegen %s` does not run for this site", s.kind)}
}

// endTime is how long a server has to finish what it is doing.
const endTime = 10 * time.Second

func (s *server) stop(ctx context.Context, p *project) error {
	running, ok := s.running(p)
	if !ok {
		return s.noServer()
	}
	process, err := os.FindProcess(running.PID)
	if err == nil {
		err = interrupt(process)
	}
	if err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("process %d cannot be stopped: %w", running.PID, err)
	}
	for begin := time.Now(); ; {
		if _, ok := s.running(p); !ok {
			p.term.note("stopped")
			return nil
		}
		if time.Since(begin) > endTime {
			if err := process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
				return err
			}
		}
		if err := wait(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
}

func (s *server) status(p *project) error {
	running, ok := s.running(p)
	if !ok {
		return s.noServer()
	}
	where := "in a terminal"
	if running.Background {
		where = "in the background"
	}
	if !running.Ready {
		where += ", not ready yet"
	}
	p.term.note("process %d, %s", running.PID, where)
	_, err := fmt.Fprintln(p.env.Stdout, running.URL)
	return err
}

// logs prints what the last server in the background has said, and with --follow what it goes on to say.
func (s *server) logs(ctx context.Context, p *project) error {
	running, ok := s.running(p)
	if ok && !running.Background {
		return &exit{exitFailed, fmt.Errorf("the server runs in a terminal, and says everything there")}
	}
	f, err := os.Open(build.ServerLog(p.layout, s.kind))
	if err != nil {
		return &exit{exitFailed, fmt.Errorf("there is no log; `sitegen %s --background` writes one", s.kind)}
	}
	defer f.Close()
	for {
		_, ok := s.running(p)
		if _, err := io.Copy(p.env.Stdout, f); err != nil {
			return err
		}
		if !s.follow || !ok {
			return nil
		}
		if wait(ctx, 100*time.Millisecond) != nil {
			return nil // Ctrl-C ends it, as it is meant to
		}
	}
}

// wait waits, or until ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func createLog(name string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return nil, err
	}
	return os.Create(name)
}
