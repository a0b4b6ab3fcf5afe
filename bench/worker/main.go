// Command worker measures Workers in workerd: the site's Go in a pool of instances, one instance for each request, Astro's
// Cloudflare output and a Worker in JavaScript without a framework. Everything runs in one run and in turns.
//
//	go run ./bench/worker -sitegen bin/sitegen
//
// It needs Linux, whose /proc says how much processor time workerd has used, and `npm ci` in bench/worker/astro and in
// adapters/cloudflare/testdata/npm.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// contestant is one Worker.
type contestant struct {
	name, dir, main string
	heavy           bool // a request takes so long that a tenth of them will do
}

func main() {
	sitegen := flag.String("sitegen", "bin/sitegen", "the command to build with")
	rounds := flag.Int("rounds", 3, "how often everything is measured")
	requests := flag.Int("requests", 16000, "for each measurement, and as many before it, until V8 has compiled what is used")
	flag.Parse()
	if err := measure(*sitegen, *rounds, *requests); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func measure(sitegen string, rounds, requests int) error {
	here, err := filepath.Abs("bench/worker")
	if err != nil {
		return err
	}
	if sitegen, err = filepath.Abs(sitegen); err != nil {
		return err
	}
	node := filepath.Join(here, "astro/node_modules/node/bin/node")
	if _, err := os.Stat(node); err != nil {
		return errors.New("run `npm ci` in bench/worker/astro first")
	}
	if err := run(filepath.Join(here, "site"), sitegen, "build", "--adapter", "cloudflare", "--force"); err != nil {
		return err
	}
	astro := filepath.Join(here, "astro")
	if err := run(astro, node, "node_modules/.bin/astro", "build"); err != nil {
		return err
	}
	built := filepath.Join(here, "site/dist/worker")
	each, err := os.MkdirTemp("", "worker")
	if err != nil {
		return err
	}
	defer os.RemoveAll(each)
	if err := os.CopyFS(each, os.DirFS(built)); err != nil {
		return err
	}
	config := filepath.Join(each, "site.mjs")
	text, err := os.ReadFile(config)
	if err != nil {
		return err
	}
	// Whatever has grown beyond nothing is not used again.
	if err := os.WriteFile(config, []byte(strings.Replace(string(text), `"memory":32`, `"memory":0`, 1)), 0o666); err != nil {
		return err
	}
	contestants := []contestant{
		{"javascript", filepath.Join(here, "javascript"), "index.mjs", false},
		{"sitegen", built, "index.mjs", false},
		{"instance for each request", each, "index.mjs", true},
		{"astro", filepath.Join(astro, "dist/server"), "entry.mjs", false},
	}
	type key struct{ name, page string }
	results := map[key][]figures{}
	pages := []string{"/hello?name=ann", "/table"}
	for range rounds {
		for _, c := range contestants {
			for _, page := range pages {
				n := requests
				if page == "/table" {
					n /= 4
				}
				if c.heavy {
					n /= 20
				}
				f, err := one(node, here, c, page, n)
				if err != nil {
					return fmt.Errorf("%s %s: %w", c.name, page, err)
				}
				results[key{c.name, page}] = append(results[key{c.name, page}], f)
			}
		}
	}
	for _, page := range pages {
		base := median(results[key{"javascript", page}], func(f figures) float64 { return f.cpu })
		fmt.Printf("\n%s\n%-28s %12s %12s %14s %14s %16s\n", page, "", "requests/s", "CPU µs", "to javascript", "first CPU ms", "workerd MiB")
		for _, c := range contestants {
			r := results[key{c.name, page}]
			cpu := median(r, func(f figures) float64 { return f.cpu })
			fmt.Printf("%-28s %12.0f %12.0f %14.2f %14.1f %16.0f\n", c.name, median(r, func(f figures) float64 { return f.rate }), cpu*1e6, base/cpu,
				median(r, func(f figures) float64 { return f.first })*1e3, median(r, func(f figures) float64 { return f.memory }))
		}
	}
	fmt.Println("\nMiB of an instance's memory, when it begins and after requests")
	cmd := exec.Command(node, append([]string{filepath.Join(here, "memory.mjs"), built, strconv.Itoa(requests)}, pages...)...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

// figures are what one measurement gives; times are in seconds.
type figures struct {
	rate, cpu float64 // requests a second; processor time of workerd for each
	first     float64 // processor time until the first answer, beyond that of listening
	memory    float64 // MiB that workerd has resident after the load
}

func median(list []figures, of func(figures) float64) float64 {
	var v []float64
	for _, f := range list {
		v = append(v, of(f))
	}
	slices.Sort(v)
	return v[len(v)/2]
}

// one measures one page of one Worker in a workerd of its own.
func one(node, here string, c contestant, page string, requests int) (f figures, err error) {
	cmd := exec.Command(node, filepath.Join(here, "serve.mjs"), c.dir, c.main)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return f, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return f, err
	}
	if err := cmd.Start(); err != nil {
		return f, err
	}
	defer cmd.Wait()
	defer stdin.Close()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return f, err
	}
	url := strings.TrimSpace(line) + page
	pid, err := child(cmd.Process.Pid)
	if err != nil {
		return f, err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	get := func() error {
		resp, err := client.Get(url)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			return err
		}
		if resp.StatusCode != 200 {
			return errors.New(resp.Status)
		}
		return nil
	}
	before := processorTime(pid)
	if err := get(); err != nil {
		return f, err
	}
	time.Sleep(100 * time.Millisecond) // what V8 still compiles belongs to it
	f.first = processorTime(pid) - before
	if _, err := load(get, requests); err != nil {
		return f, err
	}
	before = processorTime(pid)
	took, err := load(get, requests)
	if err != nil {
		return f, err
	}
	f.cpu = (processorTime(pid) - before) / float64(requests)
	f.rate = float64(requests) / took.Seconds()
	f.memory = resident(pid)
	return f, nil
}

// load asks with 16 connections.
func load(get func() error, requests int) (time.Duration, error) {
	var left atomic.Int64
	left.Store(int64(requests))
	var wg sync.WaitGroup
	var failed atomic.Pointer[error]
	begin := time.Now()
	for range 16 {
		wg.Go(func() {
			for left.Add(-1) >= 0 && failed.Load() == nil {
				if err := get(); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return time.Since(begin), nil
}

// child finds the process that another has started.
func child(parent int) (int, error) {
	names, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		fields := stat(name)
		if len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			return strconv.Atoi(filepath.Base(filepath.Dir(name)))
		}
	}
	return 0, errors.New("workerd is not among the processes")
}

// stat gives the fields of proc(5) behind the name: state, parent, …
func stat(name string) []string {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil
	}
	return strings.Fields(string(data[strings.LastIndexByte(string(data), ')')+1:]))
}

// processorTime is what the threads of a process have used, in seconds.
func processorTime(pid int) float64 {
	names, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil {
		return 0
	}
	sum := 0.0
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		used, _, _ := strings.Cut(string(data), " ")
		ns, _ := strconv.ParseFloat(used, 64)
		sum += ns / 1e9
	}
	return sum
}

// resident is the memory of a process in MiB.
func resident(pid int) float64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	pages, _ := strconv.ParseFloat(strings.Fields(string(data))[1], 64)
	return pages * float64(os.Getpagesize()) / (1 << 20)
}

func run(dir, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "ASTRO_TELEMETRY_DISABLED=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, out)
	}
	return nil
}
