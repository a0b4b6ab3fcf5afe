// Command serve measures requests per second: pages and files of the standalone server that sitegen builds from
// bench/site against a plain net/http program that writes the same bytes. Both servers run for the whole time, each on
// one processor, the load on another; the pairs are measured in turn, A B A B, and the figures are ratios with the
// median of the rounds.
//
//	go run ./bench/serve             all pairs, five rounds of two seconds
//	go run ./bench/serve -seconds 5 -rounds 9 -connections 64
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"sitegen.dev/bench/rows"
)

var (
	rounds      = flag.Int("rounds", 5, "rounds of each pair")
	seconds     = flag.Float64("seconds", 2, "length of a round of one server")
	connections = flag.Int("connections", 32, "keep-alive connections")
	plainOn     = flag.String("plain", "", "be the plain server: address, then files as path|type|file arguments")
)

func main() {
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if *plainOn != "" {
		err = plain(*plainOn, flag.Args())
	} else {
		err = measure(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// target is one pair: a path that both servers answer with the same bytes.
type target struct{ name, path string }

var targets = []target{
	{"hello page, on demand", "/hello"},
	{"JSON endpoint, on demand", "/json"},
	{"table of 1,000 × 5 cells, on demand", "/table"},
	{"static file of 10 kB", "/10k.txt"},
	{"static file of 200 kB", "/200k.txt"},
}

func measure(ctx context.Context) error {
	work, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	bench, err := benchDir()
	if err != nil {
		return err
	}
	public := filepath.Join(bench, "site/public") // not under version control
	if err := os.MkdirAll(public, 0o777); err != nil {
		return err
	}
	for name, n := range map[string]int{"10k.txt": 10_000, "200k.txt": 200_000} {
		text := strings.Repeat("All work and no play makes a dull benchmark.\n", n/45+1)[:n]
		if err := os.WriteFile(filepath.Join(public, name), []byte(text), 0o666); err != nil {
			return err
		}
	}
	if err := run(ctx, bench, "go", "run", "../cli/cmd/sitegen", "-C", "site", "--quiet", "build"); err != nil {
		return fmt.Errorf("build bench/site: %w", err)
	}
	ours, stop, err := start(ctx, filepath.Join(bench, "site/dist/server/server"), []string{"--log", "off"}, "")
	if err != nil {
		return err
	}
	defer stop()

	// The plain server writes what ours wrote: fetch it once.
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var files []string
	for i, t := range targets {
		resp, err := http.Get("http://" + ours + t.path)
		if err != nil {
			return err
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != 200 {
			return fmt.Errorf("%s: %s %w", t.path, resp.Status, err)
		}
		name := filepath.Join(work, fmt.Sprint("body", i))
		if err := os.WriteFile(name, body, 0o666); err != nil {
			return err
		}
		files = append(files, t.path+"|"+resp.Header.Get("Content-Type")+"|"+name)
	}
	floor, stopPlain, err := start(ctx, self, files, "plain")
	if err != nil {
		return err
	}
	defer stopPlain()

	runtime.GOMAXPROCS(1)
	fmt.Printf("%d rounds of %.1f s, %d connections, one processor per server\n\n", *rounds, *seconds, *connections)
	fmt.Printf("%-38s %12s %12s %7s %10s %10s\n", "", "sitegen /s", "net/http /s", "ratio", "p99 ms", "p99 ms")
	for _, t := range targets {
		var a, b, ratio, p99a, p99b []float64
		for range *rounds {
			x, err := load(ctx, ours, t.path)
			if err != nil {
				return err
			}
			y, err := load(ctx, floor, t.path)
			if err != nil {
				return err
			}
			a, b, ratio = append(a, x.rate), append(b, y.rate), append(ratio, x.rate/y.rate)
			p99a, p99b = append(p99a, x.p99), append(p99b, y.p99)
		}
		fmt.Printf("%-38s %12.0f %12.0f %7.2f %10.2f %10.2f\n", t.name, median(a), median(b), median(ratio), median(p99a), median(p99b))
	}
	return nil
}

// benchDir is the folder of this module, from wherever the command was started in the repository.
func benchDir() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "sitegen.dev/bench").Output()
	if err != nil {
		return "", errors.New("run this inside the repository")
	}
	return strings.TrimSpace(string(out)), nil
}

func run(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, os.Stdout, os.Stderr
	return cmd.Run()
}

// start runs a server on a free port with one processor and waits until it answers.
func start(ctx context.Context, program string, args []string, plain string) (addr string, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	addr = l.Addr().String()
	l.Close()
	if plain != "" {
		args = append([]string{"-plain", addr}, args...)
	}
	_, port, _ := net.SplitHostPort(addr)
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), "HOST=127.0.0.1", "PORT="+port, "GOMAXPROCS=1")
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() { cmd.Process.Kill(); cmd.Wait() }
	for range 100 {
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			return addr, stop, nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	stop()
	return "", nil, fmt.Errorf("%s does not listen", filepath.Base(program))
}

// plain is the floor: handlers that write bytes from memory for pages, http.ServeFile for files.
func plain(addr string, files []string) error {
	mux := http.NewServeMux()
	for _, f := range files {
		part := strings.SplitN(f, "|", 3)
		if strings.HasSuffix(part[0], ".txt") {
			mux.HandleFunc("GET "+part[0], func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, part[2]) })
			continue
		}
		switch part[0] { // made anew for each request, as a page is
		case "/table":
			mux.HandleFunc("GET "+part[0], table(part[1]))
			continue
		case "/json":
			mux.HandleFunc("GET "+part[0], func(w http.ResponseWriter, r *http.Request) {
				body, err := json.Marshal(map[string]any{"hello": "world", "path": r.URL.Path})
				if err != nil {
					panic(err)
				}
				w.Header().Set("Content-Type", part[1])
				w.Write(body)
			})
			continue
		}
		body, err := os.ReadFile(part[2])
		if err != nil {
			return err
		}
		mux.HandleFunc("GET "+part[0], func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", part[1])
			w.Write(body)
		})
	}
	// The limits that a server on the internet needs; without them it would be another program.
	srv := &http.Server{Addr: addr, Handler: mux, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute, IdleTimeout: time.Minute}
	return srv.ListenAndServe()
}

// table is the page /table of bench/site, by hand.
func table(contentType string) http.HandlerFunc {
	var pool sync.Pool
	return func(w http.ResponseWriter, r *http.Request) {
		b, _ := pool.Get().([]byte)
		b = append(b[:0], `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Table</title></head><body>`...)
		b = rows.Hand(b, rows.Table)
		b = append(b, "</body></html>"...)
		w.Header().Set("Content-Type", contentType)
		w.Write(b)
		pool.Put(b)
	}
}

type figures struct {
	rate float64 // requests per second
	p99  float64 // milliseconds
}

// load keeps the connections busy for one round, one request at a time on each.
func load(ctx context.Context, addr, path string) (figures, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(*seconds*float64(time.Second)))
	defer cancel()
	request := []byte("GET " + path + " HTTP/1.1\r\nHost: " + addr + "\r\n\r\n")
	var mu sync.Mutex
	var times []time.Duration
	var failed error
	begin := time.Now()
	var wg sync.WaitGroup
	for range *connections {
		wg.Go(func() {
			mine, err := connection(ctx, addr, request)
			mu.Lock()
			defer mu.Unlock()
			times = append(times, mine...)
			if err != nil && ctx.Err() == nil {
				failed = err
			}
		})
	}
	wg.Wait()
	took := time.Since(begin)
	if failed != nil || len(times) == 0 {
		return figures{}, fmt.Errorf("load on %s: %w", path, failed)
	}
	slices.Sort(times)
	return figures{float64(len(times)) / took.Seconds(), float64(times[len(times)*99/100].Microseconds()) / 1000}, nil
}

func connection(ctx context.Context, addr string, request []byte) ([]time.Duration, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	in := bufio.NewReaderSize(c, 64<<10)
	var times []time.Duration
	for ctx.Err() == nil {
		begin := time.Now()
		if _, err := c.Write(request); err != nil {
			return times, err
		}
		if err := readResponse(in); err != nil {
			return times, err
		}
		times = append(times, time.Since(begin))
	}
	return times, nil
}

var (
	okStatus      = []byte("HTTP/1.1 200")
	contentLength = []byte("content-length:")
	chunked       = []byte("transfer-encoding: chunked")
)

// readResponse reads one answer with as little work as possible, so that the load does not become the bottleneck.
func readResponse(in *bufio.Reader) error {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(line, okStatus) {
		return fmt.Errorf("answer %q", line)
	}
	length, inChunks := 0, false
	for {
		if line, err = in.ReadSlice('\n'); err != nil {
			return err
		}
		if len(line) <= 2 {
			break
		}
		switch {
		case len(line) > len(contentLength) && bytes.EqualFold(line[:len(contentLength)], contentLength):
			for _, c := range bytes.TrimSpace(line[len(contentLength):]) {
				length = length*10 + int(c-'0')
			}
		case len(line) >= len(chunked) && bytes.EqualFold(line[:len(chunked)], chunked):
			inChunks = true
		}
	}
	if !inChunks {
		_, err := in.Discard(length)
		return err
	}
	for {
		if line, err = in.ReadSlice('\n'); err != nil {
			return err
		}
		var n int
		if _, err := fmt.Sscanf(string(line), "%x", &n); err != nil {
			return err
		}
		if _, err := in.Discard(n + 2); err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
	}
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}
