package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"sitegen.dev/cli/internal/registry"
	"sitegen.dev/core/adapter"
	"sitegen.dev/core/build"
	"sitegen.dev/core/config"
	"sitegen.dev/core/manifest"
	"sitegen.dev/core/site"
)

type previewOptions struct {
	adapter string
	out     string
	host    string
	port    string
	mode    string
	allowed string
	open    maybe
}

func previewCommand(env Env) *cli.Command {
	var o previewOptions
	s := &server{kind: build.PreviewServer}
	return &cli.Command{
		Name:      "preview",
		Usage:     "serve what was built",
		ArgsUsage: "[stop|status|logs]",
		Description: `Serves the last build as its platform would: with an adapter its program runs, without one the files are served. It
never builds. Requests must name this machine, an IP address, or a host of security.allowedHosts. With --background it
serves without a terminal, until it is told to stop.

   sitegen preview
   sitegen preview --port 8080 --open
   sitegen preview --host 0.0.0.0   # for other machines too
   sitegen preview --background     # comes back when it serves, and prints the address
   sitegen preview stop`,
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "port", Aliases: []string{"p"}, Usage: "listen on port `NUMBER`, or the next one that is free; 0 for any", DefaultText: "server.port of site.yaml", Destination: &o.port},
			&cli.StringFlag{Name: "host", Usage: "listen on `ADDRESS`", DefaultText: "server.host of site.yaml", Destination: &o.host},
			&cli.StringFlag{Name: "adapter", Usage: "the `NAME` that --adapter of the build gave", Destination: &o.adapter},
			&cli.StringFlag{Name: "out", Aliases: []string{"o"}, Usage: "the `DIR` that --out of the build gave", Destination: &o.out},
			openFlag(&o.open),
			hostsFlag(&o.allowed),
			modeFlag(&o.mode, production),
		}, s.flags()...),
		Action: func(c *cli.Context) error {
			return s.run(c, env, func() error {
				if err := checkMode(o.mode); err != nil {
					return err
				}
				p, err := open(c, env, overrides(map[string]string{"out": o.out, "server.host": o.host, "server.port": o.port, "security.allowedHosts": o.allowed})...)
				if err != nil {
					return err
				}
				return runPreview(c.Context, p, s, o)
			})
		},
	}
}

func runPreview(ctx context.Context, p *project, s *server, o previewOptions) error {
	vars, err := p.environ(o.mode)
	if err != nil {
		return err
	}
	unexport, err := vars.export(p.config.Env) // to the program of the site
	if err != nil {
		return err
	}
	defer unexport()
	defer setenv("SITEGEN_PREVIEW", "1")()
	defer setenv("SITEGEN_PREVIEW_ENV", names(p.config.Env))() // for a program that does not have this environment
	handler, stop, err := previewHandler(ctx, p, o)
	if err != nil {
		return err
	}
	defer stop()
	host := p.config.Server.Host
	l, err := listen(host, p.config.Server.Port)
	if err != nil {
		return err
	}
	port := l.Addr().(*net.TCPAddr).Port
	if want := p.config.Server.Port; want != 0 && port != want {
		p.term.note("port %d is taken, so this is on %d", want, port)
	}
	srv := &http.Server{
		Handler:           allowHosts(handler, append([]string{host}, p.config.Security.AllowedHosts...)),
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(slog.NewTextHandler(p.term, nil), slog.LevelWarn),
	}
	urls := addresses(host, port, p.config.Base)
	me, unlock, other, err := s.lock(p, urls[0])
	switch {
	case err != nil && p.env.Getenv(backgroundVariable) == "": // a read-only disk is no reason not to serve it
		p.term.note("others will not find this server: %s", reason(err))
	case err != nil:
		return err
	case unlock != nil:
		defer unlock()
	case p.env.Getenv(backgroundVariable) != "":
		return s.taken(p, other)
	}
	for _, url := range urls {
		p.term.note("%s", url)
	}
	p.term.note("Ctrl-C stops it")
	if o.open.given {
		openBrowser(urls[0], o.open.value)
	}
	if unlock != nil { // several may run in terminals; the first is the one that others find
		s.ready(p, me)
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	// Who is being answered may finish, but not for long: there is somebody at the keyboard.
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if srv.Shutdown(end) != nil {
		srv.Close()
	}
	return nil
}

// names lists variables with commas between them.
func names(vars []config.EnvVar) string {
	var out []string
	for _, v := range vars {
		out = append(out, v.Name)
	}
	return strings.Join(out, ",")
}

// setenv sets a variable for the programs that are started, until undo.
func setenv(name, value string) (undo func()) {
	old, was := os.LookupEnv(name)
	os.Setenv(name, value)
	return func() {
		os.Unsetenv(name)
		if was {
			os.Setenv(name, old)
		}
	}
}

// previewHandler finds what was built and what runs it.
func previewHandler(ctx context.Context, p *project, o previewOptions) (http.Handler, func() error, error) {
	out, record, err := p.built(ctx, o.adapter, "preview")
	if err != nil {
		return nil, nil, err
	}
	if record.Adapter == "" {
		h, err := newStaticPreview(ctx, p, out, record.Manifest)
		return h, func() error { return nil }, err
	}
	chosen, err := p.builtBy(ctx, record)
	if err != nil {
		return nil, nil, err
	}
	runner, ok := chosen.adapter.(adapter.Previewer)
	if !ok {
		return nil, nil, fmt.Errorf("adapter %s cannot run its output on this machine", record.Adapter)
	}
	h, stop, err := runner.Preview(context.WithoutCancel(ctx), out) // stop ends it, when the last answer is out
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%s holds no output of adapter %s; run `sitegen build` first", p.config.Out, record.Adapter)
	}
	if err == nil {
		h = platformImages(h, chosen.adapter.Info().Images)
	}
	return h, stop, err
}

// built finds what the last build made, or the one for an adapter, and how. use is what it is wanted for.
func (p *project) built(ctx context.Context, adapter, use string) (out string, record build.Record, err error) {
	if last := build.LastOutput(p.layout); last != "" && adapter == "" && p.config.Origin("out").Layer == config.Default {
		p.config.Out = last
	} else {
		chosen, err := chooseAdapter(p, adapter)
		if err == nil {
			err = p.start(ctx, &chosen)
		}
		if err != nil {
			return "", record, err
		}
		p.useOutDir(chosen)
	}
	out = filepath.Join(p.root, filepath.FromSlash(p.config.Out))
	if info, err := os.Stat(out); err != nil || !info.IsDir() {
		return "", record, fmt.Errorf("there is nothing to %s in %s; run `sitegen build` first", use, p.config.Out)
	}
	record, known := build.Built(p.layout, p.config.Out)
	if !known {
		// The work directory is gone; site.yaml is the best that is left to go by.
		chosen, err := chooseAdapter(p, adapter)
		if err != nil {
			return "", record, err
		}
		record = build.Record{Manifest: &manifest.Manifest{
			Site: p.config.Site, Base: p.config.Base, TrailingSlash: p.config.TrailingSlash,
			BuildFormat: p.config.Build.Format, AssetsDir: p.config.Build.Assets,
		}}
		record.Adapter = chosen.name
	}
	p.config.Base = record.Manifest.Base
	if adapter != "" && adapter != cmp.Or(record.Adapter, "none") {
		return "", record, fmt.Errorf("%s was not built for adapter %s; run `sitegen build --adapter %s` first", p.config.Out, adapter, adapter)
	}
	return out, record, nil
}

// builtBy finds and starts the adapter of an output.
func (p *project) builtBy(ctx context.Context, record build.Record) (choice, error) {
	chosen := choice{name: record.Adapter}
	var command []string
	if p.config.Adapter.Name == record.Adapter {
		command = p.config.Adapter.Command
	}
	if p.find(&chosen, command) != nil {
		return chosen, fmt.Errorf("%s was built by adapter %s, which is not here any more", p.config.Out, record.Adapter)
	}
	return chosen, p.start(ctx, &chosen)
}

// staticPreview serves a folder, and the new one once a build has put another in its place.
type staticPreview struct {
	config site.Config
	log    *slog.Logger
	dir    string

	mu      sync.Mutex
	info    fs.FileInfo
	handler http.Handler
}

func newStaticPreview(ctx context.Context, p *project, dir string, m *manifest.Manifest) (*staticPreview, error) {
	s := &staticPreview{dir: dir, log: slog.New(slog.NewTextHandler(p.term, nil)), config: site.Config{
		Site: m.Site, Base: m.Base, TrailingSlash: m.TrailingSlash, BuildFormat: m.BuildFormat, AssetsDir: m.AssetsDir,
	}}
	for _, h := range m.Headers {
		rule := site.HeaderRule{Pattern: h.Pattern}
		for _, line := range h.Set {
			rule.Set = append(rule.Set, site.HeaderLine{Name: line.Name, Value: line.Value})
		}
		s.config.Headers = append(s.config.Headers, rule)
	}
	_, err := s.current(ctx)
	return s, err
}

func (s *staticPreview) current(ctx context.Context) (http.Handler, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	info, err := os.Stat(s.dir)
	if err != nil {
		return nil, err
	}
	if s.info != nil && os.SameFile(s.info, info) && s.info.ModTime().Equal(info.ModTime()) {
		return s.handler, nil
	}
	handler, err := registry.Static(ctx, s.dir, s.config, s.log)
	if err != nil {
		return nil, err
	}
	s.info, s.handler = info, handler
	return handler, nil
}

func (s *staticPreview) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h, err := s.current(r.Context())
	if err != nil {
		http.Error(w, "there is no build to serve: "+reason(err), http.StatusServiceUnavailable)
		return
	}
	h.ServeHTTP(w, r)
}

// wsaAddrInUse is what Windows says where others say EADDRINUSE.
const wsaAddrInUse = syscall.Errno(10048)

// listen takes the port, or the next one that is free. Port 0 is any.
func listen(host string, port int) (net.Listener, error) {
	const tries = 50
	for n := port; ; n++ {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(n)))
		switch {
		case err == nil:
			return l, nil
		case port != 0 && (errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, wsaAddrInUse)) && n-port < tries && n < 65535:
			continue
		}
		return nil, fmt.Errorf("cannot listen on %s: %w", net.JoinHostPort(host, strconv.Itoa(n)), cannotListen(err, host, port))
	}
}

// cannotListen says what can be done about an address that cannot be had.
func cannotListen(err error, host string, port int) error {
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.As(err, &dns):
		return fmt.Errorf("no machine of the name %s is known here; --host chooses another", host)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return errors.New("this machine has no such address; --host chooses another")
	case errors.Is(err, syscall.EACCES) && port < 1024:
		return errors.New("this user may not take a port below 1024; --port chooses another")
	case errors.Is(err, syscall.EADDRINUSE):
		return errors.New("it is taken, as are the ports behind it; --port chooses another")
	case errors.As(err, &op):
		return op.Err
	}
	return err
}

// addresses are the URLs at which a browser finds the site: the local one, and those of other machines' view.
func addresses(host string, port int, base string) []string {
	url := func(host string) string {
		return "http://" + net.JoinHostPort(strings.ReplaceAll(host, "%", "%25"), strconv.Itoa(port)) + base
	}
	ip := net.ParseIP(host)
	if host != "" && (ip == nil || !ip.IsUnspecified()) {
		return []string{url(host)}
	}
	out := []string{url("127.0.0.1")}
	found, _ := net.InterfaceAddrs() // without them, the local address has to do
	for _, a := range found {
		if n, ok := a.(*net.IPNet); ok && (n.IP.To4() != nil || host == "::") && n.IP.IsGlobalUnicast() {
			out = append(out, url(n.IP.String()))
		}
	}
	return out
}

// allowHosts refuses requests for hosts that are none of ours. A page of somebody else whose name was made to point at
// this machine could read the site otherwise.
func allowHosts(next http.Handler, allowed []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !hostAllowed(r.Host, allowed) {
			http.Error(w, "This preview does not answer for this host. Add it to security.allowedHosts of site.yaml.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func hostAllowed(host string, allowed []string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.TrimSuffix(strings.Trim(name, "[]"), "."))
	if address, _, zoned := strings.Cut(name, "%"); zoned && net.ParseIP(address) != nil { // of one link: fe80::1%25eth0
		return true
	}
	if name == "localhost" || strings.HasSuffix(name, ".localhost") || net.ParseIP(name) != nil {
		return true
	}
	for _, a := range allowed {
		if _, after, ok := strings.Cut(a, "://"); ok {
			a = after
		}
		if h, _, err := net.SplitHostPort(a); err == nil {
			a = h
		}
		a = strings.ToLower(a)
		if suffix, ok := strings.CutPrefix(a, "**."); ok && strings.HasSuffix(name, "."+suffix) && name != "."+suffix {
			return true
		}
		if suffix, ok := strings.CutPrefix(a, "*."); ok {
			label, ok := strings.CutSuffix(name, "."+suffix)
			if ok && label != "" && !strings.Contains(label, ".") {
				return true
			}
		}
		if a == name {
			return true
		}
	}
	return false
}
