package netlify

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
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
	transport := &http.Transport{
		DisableCompression: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", socket)
		},
	}
	stop := func() error {
		stdin.Close()
		timer := time.AfterFunc(startTimeout, func() { cmd.Process.Kill() })
		defer timer.Stop()
		err := cmd.Wait()
		transport.CloseIdleConnections()
		var exit *exec.ExitError
		if errors.As(err, &exit) || ctx.Err() != nil {
			err = nil // how it ended is of no interest once we wanted it to
		}
		return errors.Join(err, os.RemoveAll(tmp))
	}
	return sidecarProxy(transport, blobs), stop, nil
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

// sidecarProxy hands requests on with what Netlify would say about them.
func sidecarProxy(transport *http.Transport, blobs *previewBlobs) http.Handler {
	proxy := &httputil.ReverseProxy{
		FlushInterval: -1,
		Transport:     transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", "function"
			r.Out.Host = r.In.Host
			if raw, query, _ := strings.Cut(r.In.RequestURI, "?"); strings.HasPrefix(raw, "/") {
				r.Out.URL.Opaque, r.Out.URL.RawQuery = raw, query
				if strings.HasPrefix(raw, "//") {
					r.Out.URL.Opaque = "http://function" + raw // or it would begin with a host
				}
			}
			for name := range r.Out.Header {
				if name == "Expect" || strings.HasPrefix(name, "X-Sitegen-") || strings.HasPrefix(name, "X-Nf-") {
					delete(r.Out.Header, name)
				}
			}
			r.Out.Header.Set("X-Sitegen-Context", previewContext(r.In, blobs))
		},
		ModifyResponse: func(r *http.Response) error {
			r.Header.Del("X-Sitegen-Wait") // nobody freezes the program here
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if b, ok := r.Context().Value(bodyKey{}).(*watchedBody); ok && b.broken.Load() {
				http.Error(w, "400 Bad Request", http.StatusBadRequest)
				return
			}
			http.Error(w, "the function does not answer", http.StatusBadGateway)
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).EnableFullDuplex()
		w.Header()["Content-Type"] = nil // no guessing
		if r.Body != nil && r.Body != http.NoBody {
			b := &watchedBody{ReadCloser: r.Body}
			r = r.WithContext(context.WithValue(r.Context(), bodyKey{}, b))
			r.Body = b
		}
		proxy.ServeHTTP(w, r)
	})
}

// bodyKey is the key under which a context gives its watchedBody.
type bodyKey struct{}

// watchedBody is a body that tells whether it was the visitor who broke it off.
type watchedBody struct {
	io.ReadCloser
	broken atomic.Bool
}

// Read gives the next bytes.
func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF && !errors.Is(err, http.ErrBodyReadAfterClose) {
		b.broken.Store(true)
	}
	return n, err
}

// previewContext is what the shim would say about a request.
func previewContext(r *http.Request, blobs *previewBlobs) string {
	ip, _, _ := net.SplitHostPort(r.RemoteAddr)
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return base64JSON(map[string]any{
		"scheme": scheme, "ip": ip, "requestId": "preview-" + strconv.FormatUint(requests.Add(1), 10), "site": map[string]string{"id": previewSite},
		"deploy": map[string]any{"id": "0", "context": "dev", "published": false},
		"server": map[string]string{"region": "dev"}, "blobs": blobs.context(),
	})
}
