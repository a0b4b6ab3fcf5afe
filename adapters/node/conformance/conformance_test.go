// Package conformance runs the conformance suite against everything that the node adapter writes. It is a package of its
// own because it builds whole sites, which takes longer than all other tests of the adapter together.
package conformance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sitegen.dev/adapters/node"
	"sitegen.dev/core/adapter/adaptertest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	adaptertest.Cleanup()
	os.Exit(code)
}

func TestStandalone(t *testing.T) {
	adaptertest.Run(t, adaptertest.Target{
		Name:    "node standalone",
		Adapter: node.Adapter{},
		Options: json.RawMessage(`{"precompress": "fast"}`),
		Start: func(t *testing.T, s adaptertest.Site) string {
			return serve(t, filepath.Join(s.Dir, "server", "server"))
		},
	})
}

func TestEmbedded(t *testing.T) {
	adaptertest.Run(t, adaptertest.Target{
		Name:    "node embedded",
		Adapter: node.Adapter{},
		Options: json.RawMessage(`{"embed": true, "precompress": "fast"}`),
		Start: func(t *testing.T, s adaptertest.Site) string {
			if _, err := os.Stat(filepath.Join(s.Dir, "client")); err == nil {
				t.Error("there is a client folder beside the program")
			}
			return serve(t, filepath.Join(s.Dir, "server", "server"))
		},
	})
}

// host is a program of somebody else that mounts the site.
const host = `package main

import (
	"fmt"
	"net"
	"net/http"
	"os"

	site "example.com/conformance/dist/node-middleware/server"
)

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Fprintf(os.Stderr, "listening url=http://%s/\n", l.Addr())
	server := &http.Server{
		Handler:                      site.Handler(site.Options{Client: os.Args[1]}),
		DisableGeneralOptionsHandler: true,
		MaxHeaderBytes:               64 << 10, // as the standalone server; Go's own limit is a megabyte
	}
	panic(server.Serve(l))
}
`

func TestMiddleware(t *testing.T) {
	adaptertest.Run(t, adaptertest.Target{
		Name:    "node middleware",
		Adapter: node.Adapter{},
		Options: json.RawMessage(`{"mode": "middleware", "precompress": "fast"}`),
		Start: func(t *testing.T, s adaptertest.Site) string {
			dir := filepath.Join(s.Module, "cmd", "host")
			if err := os.MkdirAll(dir, 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(host), 0o666); err != nil {
				t.Fatal(err)
			}
			program := filepath.Join(t.TempDir(), "host")
			build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", program, "./cmd/host")
			build.Dir = s.Module
			build.Env = append(os.Environ(), "GOWORK=off")
			if out, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			return serve(t, program, filepath.Join(s.Dir, "client"))
		},
	})
}

var listening = regexp.MustCompile(`url=(http://[^/\s]+)`)

// serve starts a program on a free port and gives its origin.
func serve(t *testing.T, program string, args ...string) string {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "HOST=127.0.0.1", "PORT=0", "LOG_FORMAT=off")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	origin := make(chan string, 1)
	ended := make(chan struct{})
	var log bytes.Buffer
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(stderr)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			log.WriteString(lines.Text() + "\n")
			if m := listening.FindStringSubmatch(lines.Text()); m != nil {
				select {
				case origin <- m[1]:
				default:
				}
			}
		}
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-ended
		cmd.Wait()
		for _, trouble := range []string{"fatal error", "DATA RACE", "concurrent map"} {
			if strings.Contains(log.String(), trouble) {
				t.Errorf("the server's log tells of trouble:\n%s", log.String())
			}
		}
	})
	select {
	case url := <-origin:
		return url
	case <-time.After(20 * time.Second):
		t.Fatal("the server did not begin to listen")
	case <-ended:
		t.Fatalf("the server ended:\n%s", log.String())
	}
	return ""
}
