package node

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"sitegen.dev/core/adapter/orphan"
	"sitegen.dev/core/site"
)

// Program is a compiled site with everything that the build decided about its server.
type Program struct {
	App       func() *site.App
	Name      string                                                                                                              // of the program
	Generator string                                                                                                              // "sitegen " and its version
	Host      string                                                                                                              // from site.yaml; HOST and --host come before it
	Port      int                                                                                                                 // likewise; 0 is 4321
	Files     string                                                                                                              // list of the client files, in the format of parseFiles
	Pack      []byte                                                                                                              // their bytes, when they are inside the program
	Images    func(w http.ResponseWriter, r *http.Request, open func(name string, limit int64) (data []byte, immutable, ok bool)) // answers for /_image; nil where nothing asks for it
}

const (
	maxHeader     = 64 << 10         // bytes of the head of a request; beyond it 431
	finishTimeout = 30 * time.Second // for running requests when the server stops
	abandonTime   = time.Second      // for requests that were cancelled at the end of that
)

// Main runs the server with the arguments and the environment of the process and gives the exit code: 0 when it was
// stopped by a signal, 1 when it could not run, 2 for wrong usage.
func Main(p *Program) int {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if os.Getenv(orphan.Variable) != "" {
		go orphan.End(os.Stdin, signals)
	}
	exe, err := os.Executable()
	if err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
	}
	return run(p, process{
		args:    os.Args[1:],
		getenv:  os.Getenv,
		stdout:  os.Stdout,
		stderr:  os.Stderr,
		dir:     filepath.Dir(exe),
		signals: signals,
	})
}

// process is what the server needs of the process around it.
type process struct {
	args           []string
	getenv         func(string) string
	stdout, stderr io.Writer
	dir            string // of the program
	signals        <-chan os.Signal
	limits         limits // the zero limits are the usual ones
}

// settings is what flags and environment say.
type settings struct {
	host, port string
	client     string
	log        string
	level      slog.Level // least that is logged
	finish     time.Duration
	cert, key  string
}

const usage = `Usage: %[1]s [flags]

Serves the site.

  --host ADDRESS        address to listen on: a name or an IP address, "true" for
                        all addresses, "false" for this machine only (HOST; %[2]s)
  --port NUMBER         port to listen on; 0 takes a free one (PORT; %[3]d)
  --client DIR          folder of the client files (CLIENT_DIR; %[4]s)
  --log FORMAT          access log and messages: text, json, or off for
                        messages only (LOG_FORMAT; text)
  --log-level LEVEL     the least that is logged: info, warn or error (LOG_LEVEL;
                        info); the address is logged in any case
  --finish DURATION     how long running requests may take to end when the server
                        is stopped (FINISH_TIMEOUT; %[5]s)
  --version             print the version and exit
  --help                print this and exit

HTTPS, with HTTP/2, is on when SERVER_CERT_PATH and SERVER_KEY_PATH name a
certificate and its key. SITEGEN_KEY holds the key of server islands; a new one
goes in front of the old, separated by a comma. SIGTERM or Ctrl-C stops the server: it answers what it
has accepted and exits; a second one ends it at once.
`

// errUsage says that the arguments are wrong; the reason was printed.
var errUsage = errors.New("wrong usage")

// parse reads flags and environment. done says that the answer was printed and there is nothing to run.
func parse(p *Program, proc process) (s settings, done bool, err error) {
	if p.Port == 0 {
		p.Port = 4321
	}
	host := p.Host
	if host == "" {
		host = "127.0.0.1"
	}
	client := "../client beside the program"
	if len(p.Pack) > 0 {
		client = "inside the program"
	}
	or := func(name, value string) string {
		if v := proc.getenv(name); v != "" {
			return v
		}
		return value
	}
	flags := flag.NewFlagSet(p.Name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	flags.StringVar(&s.host, "host", or("HOST", host), "")
	flags.StringVar(&s.port, "port", or("PORT", strconv.Itoa(p.Port)), "")
	flags.StringVar(&s.client, "client", or("CLIENT_DIR", ""), "")
	flags.StringVar(&s.log, "log", or("LOG_FORMAT", "text"), "")
	level := flags.String("log-level", or("LOG_LEVEL", "info"), "")
	finish := flags.String("finish", or("FINISH_TIMEOUT", finishTimeout.String()), "")
	version := flags.Bool("version", false, "")
	bad := func(format string, a ...any) (settings, bool, error) {
		fmt.Fprintf(proc.stderr, "%s: %s\nrun %s --help for the flags\n", p.Name, fmt.Sprintf(format, a...), p.Name)
		return s, false, errUsage
	}
	switch err := flags.Parse(proc.args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintf(proc.stdout, usage, p.Name, host, p.Port, client, finishTimeout)
		return s, true, nil
	case err != nil:
		return bad("%v", err)
	case flags.NArg() > 0:
		return bad("unexpected argument %q", flags.Arg(0))
	}
	if *version {
		fmt.Fprintf(proc.stdout, "%s %s (%s)\n", p.Name, p.App().Config.BuildID, p.Generator)
		return s, true, nil
	}
	switch s.host {
	case "true":
		s.host = ""
	case "false":
		s.host = "127.0.0.1"
	}
	if n, err := strconv.ParseUint(s.port, 10, 16); err != nil || strconv.FormatUint(n, 10) != s.port {
		return bad("port must be a number from 0 to 65535, not %q", s.port)
	}
	if s.log != "text" && s.log != "json" && s.log != "off" {
		return bad("log must be text, json or off, not %q", s.log)
	}
	switch *level {
	case "info":
	case "warn":
		s.level = slog.LevelWarn
	case "error":
		s.level = slog.LevelError
	default:
		return bad("log-level must be info, warn or error, not %q", *level)
	}
	if s.finish, err = time.ParseDuration(*finish); err != nil || s.finish < 0 {
		return bad("finish must be a duration such as 30s, not %q", *finish)
	}
	s.cert, s.key = proc.getenv("SERVER_CERT_PATH"), proc.getenv("SERVER_KEY_PATH")
	if (s.cert == "") != (s.key == "") {
		return bad("SERVER_CERT_PATH and SERVER_KEY_PATH belong together: set both or none")
	}
	if s.client == "" && len(p.Pack) == 0 {
		s.client = filepath.Join(proc.dir, "..", "client")
	}
	return s, false, nil
}

// run is Main.
func run(p *Program, proc process) int {
	s, done, err := parse(p, proc)
	if err != nil {
		return 2
	}
	if done {
		return 0
	}
	log := newLog(proc.stderr, s.log)
	defer log.flush()
	fail := func(err error) int {
		log.flush()
		fmt.Fprintf(proc.stderr, "%s: %v\n", p.Name, err)
		return 1
	}
	h, err := newHandler(p, s.client, log)
	if err != nil {
		return fail(err)
	}
	defer h.close()
	var config *tls.Config
	if s.cert != "" {
		cert, err := tls.LoadX509KeyPair(s.cert, s.key)
		if err != nil {
			return fail(fmt.Errorf("SERVER_CERT_PATH, SERVER_KEY_PATH: %w", err))
		}
		config = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{cert}}
	}
	l, err := net.Listen("tcp", net.JoinHostPort(s.host, s.port))
	if err != nil {
		return fail(explain(err, s))
	}
	if proc.limits != (limits{}) {
		h.limits = proc.limits
	}
	app := p.App()
	if err := h.mount(app, nil, proc.getenv); err != nil {
		return fail(err)
	}
	log.message(slog.LevelInfo, "listening", slog.String("url", address(l.Addr(), config != nil, app.Config.Base)))
	log.flush()
	log.least(s.level)
	if err := serve(h, l, config, s.finish, proc.signals, log); err != nil {
		return fail(err)
	}
	return 0
}

// serve answers on l until a signal comes, then lets running requests end.
func serve(h *handler, l net.Listener, config *tls.Config, finish time.Duration, signals <-chan os.Signal, log *logger) error {
	base, abandon := context.WithCancel(context.Background())
	defer abandon()
	var coming arrivals
	srv := &http.Server{
		Handler:                      h,
		TLSConfig:                    config,
		ReadHeaderTimeout:            h.header,
		IdleTimeout:                  h.idle,
		WriteTimeout:                 h.write,
		MaxHeaderBytes:               maxHeader,
		DisableGeneralOptionsHandler: true,
		BaseContext:                  func(net.Listener) context.Context { return base },
		ConnContext:                  coming.begin,
		ConnState:                    coming.state,
		ErrorLog:                     slog.NewLogLogger(log.handler, slog.LevelWarn),
	}
	served := make(chan error, 1)
	queue := newDrainer(l)
	go func() {
		if config != nil {
			served <- srv.ServeTLS(queue, "", "")
			return
		}
		served <- srv.Serve(queue)
	}()
	select {
	case err := <-served:
		return err
	case sig := <-signals:
		log.message(slog.LevelInfo, "stopping", slog.String("signal", sig.String()), slog.Duration("finish", finish))
		log.flush()
	}
	ended := make(chan error, 1)
	go func() {
		srv.SetKeepAlivesEnabled(false) // clients are told that their connection ends with its answer
		queue.drain()
		coming.wait()
		ctx, cancel := context.WithTimeout(context.Background(), finish)
		defer cancel()
		err := srv.Shutdown(ctx)
		if errors.Is(err, context.DeadlineExceeded) {
			log.message(slog.LevelWarn, "requests are broken off", slog.Duration("after", finish))
			abandon() // pages that stream without end see it in their context
			ctx, cancel := context.WithTimeout(context.Background(), abandonTime)
			defer cancel()
			srv.Shutdown(ctx)
			err = srv.Close()
		}
		ended <- err
	}()
	select {
	case err := <-ended:
		return err
	case <-signals:
		srv.Close()
		return errors.New("ended by a second signal")
	}
}

// explain says what can be done about an address that cannot be had.
func explain(err error, s settings) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("port %s is taken by another program; stop that one or choose another with --port or PORT", s.port)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("port %s is not allowed for this user; choose one from 1024 with --port or PORT", s.port)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("this machine has no address %s; choose another with --host or HOST", s.host)
	}
	return err
}

// address gives the URL to open in a browser.
func address(a net.Addr, secure bool, base string) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	scheme, usual := "http", "80"
	if secure {
		scheme, usual = "https", "443"
	}
	if port != usual {
		host = net.JoinHostPort(host, port)
	} else if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if base == "" {
		base = "/"
	}
	return scheme + "://" + host + base
}

// checkClient makes sure that dir holds the files of this build, as far as one look can tell.
func checkClient(dir string, s *files) error {
	if info, err := os.Stat(dir); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("the client folder %s does not exist; copy it from the output of the build, or name it with --client", dir)
		}
		return fmt.Errorf("client folder: %w", err)
	} else if !info.IsDir() {
		return fmt.Errorf("the client folder %s is no folder", dir)
	}
	if err := s.openDir(dir); err != nil {
		return fmt.Errorf("client folder: %w", err)
	}
	return nil
}
