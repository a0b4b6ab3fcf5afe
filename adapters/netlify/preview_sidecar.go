package netlify

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"sitegen.dev/adapters/netlify/sidecar"
)

// startTimeout is how long a program may take until it answers, and to end.
const startTimeout = 10 * time.Second

// runSidecar starts the program of mode shim and talks with it as the shim does; runtime/sidecar.go has the contract.
func runSidecar(ctx context.Context, dir, program string, blobs *previewBlobs) (http.Handler, func() error, error) {
	tmp, err := os.MkdirTemp("", "sitegen-")
	if err != nil {
		return nil, nil, err
	}
	socket := filepath.Join(tmp, "s")
	cmd := exec.CommandContext(ctx, program, socket)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	cmd.WaitDelay = startTimeout
	stdin, err := cmd.StdinPipe()
	if err == nil {
		var stdout io.ReadCloser
		if stdout, err = cmd.StdoutPipe(); err == nil {
			if err = cmd.Start(); err == nil {
				err = awaitReady(stdout, cmd)
			}
		}
	}
	if err != nil {
		os.RemoveAll(tmp)
		return nil, nil, err
	}
	stop := func() error {
		stdin.Close()
		timer := time.AfterFunc(startTimeout, func() { cmd.Process.Kill() })
		defer timer.Stop()
		err := cmd.Wait()
		var exit *exec.ExitError
		if errors.As(err, &exit) || ctx.Err() != nil {
			err = nil // how it ended is of no interest once we wanted it to
		}
		return errors.Join(err, os.RemoveAll(tmp))
	}
	return sidecarHandler{socket, blobs}, stop, nil
}

func awaitReady(stdout io.Reader, cmd *exec.Cmd) error {
	found := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(stdout).ReadString('\n')
		found <- strings.TrimSpace(line)
	}()
	said := ""
	select {
	case said = <-found:
	case <-time.After(startTimeout):
	}
	if said != "ready" {
		cmd.Process.Kill()
		cmd.Wait()
		return fmt.Errorf("the function's program does not start")
	}
	return nil
}

var requests atomic.Uint64

// sidecarHandler hands requests on with what Netlify would say about them.
type sidecarHandler struct {
	socket string
	blobs  *previewBlobs
}

// ServeHTTP answers one request.
func (s sidecarHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	http.NewResponseController(w).EnableFullDuplex()
	body := &watchedBody{r: r.Body}
	a, err := s.ask(r, body)
	if err != nil {
		if body.broken.Load() {
			http.Error(w, "400 Bad Request", http.StatusBadRequest)
			return
		}
		http.Error(w, "the function does not answer", http.StatusBadGateway)
		return
	}
	defer a.Close()
	if r.Header.Get("Expect") != "" {
		// Who asks whether to send a body may never send it, and Close waits for who reads it.
		defer http.NewResponseController(w).SetReadDeadline(time.Unix(1, 0))
	}
	h := w.Header()
	h["Content-Type"] = nil // no guessing
	maps.Copy(h, a.Header)
	w.WriteHeader(a.Status)
	buf := make([]byte, 64<<10)
	for {
		n, err := a.Read(buf)
		if n > 0 {
			if _, err := w.Write(buf[:n]); err != nil {
				return
			}
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			panic(http.ErrAbortHandler) // half an answer must not look whole
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			return
		}
	}
}

func (s sidecarHandler) ask(r *http.Request, body *watchedBody) (*sidecar.Answer, error) {
	about, err := json.Marshal(previewContext(r, s.blobs))
	if err != nil {
		return nil, err
	}
	ask := sidecar.Request{About: about, Method: r.Method, Target: r.RequestURI, Host: r.Host, Header: r.Header.Clone()}
	for name := range ask.Header {
		if strings.HasPrefix(name, "X-Nf-") {
			delete(ask.Header, name)
		}
	}
	if r.Body != http.NoBody {
		ask.Body = body
	}
	var d net.Dialer
	conn, err := d.DialContext(r.Context(), "unix", s.socket)
	if err != nil {
		return nil, err
	}
	return sidecar.Ask(r.Context(), conn, ask)
}

// watchedBody is a body that tells whether it was the visitor who broke it off.
type watchedBody struct {
	r      io.Reader
	broken atomic.Bool
}

// Read gives the next bytes.
func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err != nil && err != io.EOF && !errors.Is(err, http.ErrBodyReadAfterClose) {
		b.broken.Store(true)
	}
	return n, err
}

// previewContext is what the shim would say about a request.
func previewContext(r *http.Request, blobs *previewBlobs) map[string]any {
	ip, _, _ := net.SplitHostPort(r.RemoteAddr)
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return map[string]any{
		"scheme": scheme, "ip": ip, "requestId": "preview-" + strconv.FormatUint(requests.Add(1), 10), "site": map[string]string{"id": previewSite},
		"deploy": map[string]any{"id": "0", "context": "dev", "published": false},
		"server": map[string]string{"region": "dev"}, "blobs": blobs.context(),
	}
}
