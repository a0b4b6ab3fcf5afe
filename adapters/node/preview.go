package node

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/adapter/orphan"
	"sitegen.dev/core/process"
)

var _ adapter.Previewer = Adapter{}

// startTimeout is how long a program may take until it listens.
const startTimeout = 10 * time.Second

// Preview runs the program in dir on a free port of this machine and hands requests on to it. What it logs goes to
// standard error, as it would where it is deployed.
func (Adapter) Preview(ctx context.Context, dir string) (http.Handler, func() error, error) {
	name, err := programIn(filepath.Join(dir, serverDir))
	if err != nil {
		return nil, nil, err
	}
	cmd := exec.CommandContext(ctx, name, "--host", "127.0.0.1", "--port", "0", "--log", "json")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = startTimeout
	cmd.Env = append(cmd.Environ(), orphan.Variable+"=1") // and it ends when we do, however that is
	if _, err := cmd.StdinPipe(); err != nil {
		return nil, nil, err
	}
	process.Group(cmd) // Ctrl-C in a terminal is for the preview, which ends the program once
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	// Wait closes the pipe, so it has to come after the last read.
	copied := make(chan struct{})
	var stopping atomic.Bool
	stop := func() error {
		stopping.Store(true) // that it stops is no news
		cmd.Cancel()
		select {
		case <-copied:
		case <-time.After(startTimeout):
			cmd.Process.Kill()
		}
		err := cmd.Wait()
		var exit *exec.ExitError
		if errors.As(err, &exit) || ctx.Err() != nil {
			return nil // how it ended is of no interest once we wanted it to
		}
		return err
	}
	lines := bufio.NewReader(stderr)
	found := make(chan string, 1)
	var said []string // before it listened
	go func() {
		defer close(copied)
		for {
			line, err := lines.ReadString('\n')
			if url := listens(line); url != "" {
				found <- url
				break
			}
			if line != "" {
				said = append(said, line)
			}
			if err != nil {
				close(found)
				return
			}
		}
		io.WriteString(os.Stderr, strings.Join(said, ""))
		io.Copy(until{&stopping, os.Stderr}, lines)
	}()
	var address string
	select {
	case address = <-found:
	case <-time.After(startTimeout):
		err = fmt.Errorf("%s does not listen after %v", filepath.Base(name), startTimeout)
	}
	if address == "" {
		stop()
		<-copied
		switch {
		case err != nil:
		case len(said) == 1:
			return nil, nil, fmt.Errorf("%s cannot run: %s", filepath.Base(name), strings.TrimSpace(said[0]))
		default:
			err = fmt.Errorf("%s ended before it listened", filepath.Base(name))
		}
		io.WriteString(os.Stderr, strings.Join(said, ""))
		return nil, nil, err
	}
	to, err := url.Parse(address)
	if err != nil {
		stop()
		return nil, nil, err
	}
	return proxy(to), stop, nil
}

// listens gives the URL in the line with which the program says that it listens; other lines are the site's.
func listens(line string) string {
	var said struct{ Msg, URL string }
	if json.Unmarshal([]byte(line), &said) != nil || said.Msg != "listening" {
		return ""
	}
	return said.URL
}

// until passes on what is written until it is told to stop.
type until struct {
	stopped *atomic.Bool
	w       io.Writer
}

func (u until) Write(p []byte) (int, error) {
	if u.stopped.Load() {
		return len(p), nil
	}
	return u.w.Write(p)
}

// programIn finds the one program in a directory.
func programIn(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	if len(entries) != 1 || !entries[0].Type().IsRegular() {
		return "", errors.New("the output holds a package, made with mode: middleware; run the program that mounts it")
	}
	return filepath.Join(dir, entries[0].Name()), nil
}

// proxy hands requests on as they came: the same Host, the same path byte for byte.
func proxy(to *url.URL) http.Handler {
	return &httputil.ReverseProxy{
		FlushInterval: -1,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = to.Scheme, to.Host
			r.Out.Host = r.In.Host
			if raw, _, _ := strings.Cut(r.In.RequestURI, "?"); strings.HasPrefix(raw, "/") && !strings.HasPrefix(raw, "//") {
				r.Out.URL.Opaque = raw
				_, r.Out.URL.RawQuery, _ = strings.Cut(r.In.RequestURI, "?")
			}
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			http.Error(w, "the previewed program does not answer", http.StatusBadGateway)
		},
		Transport: &http.Transport{DisableCompression: true},
	}
}
