// Command soak puts the standalone server that sitegen builds from bench/site under load and faults, and prints what
// became of its memory, goroutines and file descriptors. Each scenario says whether it went as it must; the command
// fails when one did not.
//
//	go run ./bench/soak                     all scenarios, a minute of mixed load
//	go run ./bench/soak -seconds 300        five minutes
//	go run ./bench/soak -only slow,term
package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

var (
	seconds = flag.Float64("seconds", 60, "length of the mixed load")
	readers = flag.Int("readers", 10_000, "connections of the slow readers")
	only    = flag.String("only", "", "scenarios to run, by name")
)

// scenarios, in their order.
var scenarios = []struct {
	name, what string
	run        func(*server) error
}{
	{"mixed", "mixed routes at full speed: memory, goroutines and descriptors stay flat", mixed},
	{"panic", "a page that panics answers 500, and the process lives", panics},
	{"slow", "slow readers: bounded memory for each, all given back", slow},
	{"term", "SIGTERM under load: every accepted request is answered", term},
	{"kill", "kill -9 and start again", kill},
}

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "sitegen.dev/bench").Output()
	if err != nil {
		return errors.New("run this inside the repository")
	}
	bench := strings.TrimSpace(string(out))
	build := exec.Command("go", "run", "../cli/cmd/sitegen", "-C", "site", "--quiet", "build")
	build.Dir, build.Stderr = bench, os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build bench/site: %w", err)
	}
	failed := false
	for _, s := range scenarios {
		if *only != "" && !strings.Contains(","+*only+",", ","+s.name+",") {
			continue
		}
		fmt.Printf("\n%s: %s\n", s.name, s.what)
		srv := &server{program: filepath.Join(bench, "site/dist/server/server")}
		if err := srv.start(); err != nil {
			return err
		}
		err := s.run(srv)
		srv.kill()
		if err != nil {
			failed = true
			fmt.Println("  FAIL:", err)
			continue
		}
		fmt.Println("  ok")
	}
	if failed {
		return errors.New("a scenario failed")
	}
	return nil
}

// server is one running server.
type server struct {
	program string
	addr    string
	cmd     *exec.Cmd
	done    chan error
}

func (s *server) start() error {
	if s.addr == "" {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		s.addr = l.Addr().String()
		l.Close()
	}
	_, port, _ := net.SplitHostPort(s.addr)
	s.cmd = exec.Command(s.program, "--log", "off")
	s.cmd.Env = append(os.Environ(), "HOST=127.0.0.1", "PORT="+port)
	s.done = make(chan error, 1)
	if err := s.cmd.Start(); err != nil {
		return err
	}
	go func() { s.done <- s.cmd.Wait() }()
	for range 500 {
		if c, err := net.Dial("tcp", s.addr); err == nil {
			c.Close()
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return errors.New("the server does not listen")
}

func (s *server) kill() {
	if s.cmd != nil {
		s.cmd.Process.Kill()
		<-s.done
		s.cmd = nil
	}
}

// state is what the operating system and the server say of it.
type state struct {
	memory      int // MiB, resident
	descriptors int
	goroutines  int
}

func (s *server) state() (state, error) {
	var st state
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return st, err
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.Atoi(strings.Fields(rest)[0])
			st.memory = kb / 1024
		}
	}
	fds, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.cmd.Process.Pid))
	if err != nil {
		return st, err
	}
	st.descriptors = len(fds)
	resp, err := http.Get("http://" + s.addr + "/goroutines")
	if err != nil {
		return st, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return st, err
	}
	st.goroutines, err = strconv.Atoi(strings.TrimSpace(string(body)))
	return st, err
}

func (s state) String() string {
	return fmt.Sprintf("%4d MiB, %5d goroutines, %5d descriptors", s.memory, s.goroutines, s.descriptors)
}

// request is one kind of the mixed load, and the status that answers it.
type request struct {
	text   string
	status int
}

func ask(path string, status int) request {
	return request{"GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n", status}
}

// mix gives the requests of the mixed load: pages, an endpoint, a form, a stream, an island, files, and what is wrong.
func (s *server) mix() ([]request, error) {
	resp, err := http.Get("http://" + s.addr + "/about")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	_, island, ok := strings.Cut(string(page), `data-sitegen-island="`)
	island, _, _ = strings.Cut(island, `"`)
	if !ok {
		return nil, errors.New("the page has no island")
	}
	const form = "name=Ada+Lovelace"
	return []request{
		ask("/hello", 200), ask("/hello?x=1", 200), ask("/table", 200), ask("/json", 200), ask("/stream", 200), ask("/about", 200), ask(island, 200),
		ask("/nothing-here", 404), ask("/%zz", 400), ask("/../x", 400), ask("/panic", 500),
		{"POST /form HTTP/1.1\r\nHost: test\r\nOrigin: http://test\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " + strconv.Itoa(len(form)) + "\r\n\r\n" + form, 303},
		{"POST /form HTTP/1.1\r\nHost: test\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " + strconv.Itoa(len(form)) + "\r\n\r\n" + form, 403},
	}, nil
}

// get asks for one path on an open connection and reads the answer to its end.
func get(c net.Conn, in *bufio.Reader, path string) (status int, err error) {
	return send(c, in, ask(path, 0).text)
}

func send(c net.Conn, in *bufio.Reader, text string) (status int, err error) {
	c.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := io.WriteString(c, text); err != nil {
		return 0, err
	}
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	if resp.Close {
		c.Close()
	}
	return resp.StatusCode, err
}

func mixed(s *server) error {
	begin, err := s.state()
	if err != nil {
		return err
	}
	fmt.Println("  at rest    ", begin)
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(*seconds*float64(time.Second)))
	defer cancel()
	kinds, err := s.mix()
	if err != nil {
		return err
	}
	var count, broken, wrong, left atomic.Int64
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			for ctx.Err() == nil {
				c, err := net.Dial("tcp", s.addr)
				if err != nil {
					broken.Add(1)
					continue
				}
				in := bufio.NewReader(c)
				for range rand.IntN(200) {
					kind := kinds[rand.IntN(len(kinds))]
					if rand.IntN(100) == 0 { // somebody who does not wait for the answer
						io.WriteString(c, kind.text)
						left.Add(1)
						break
					}
					status, err := send(c, in, kind.text)
					if err != nil {
						break // the server closes after a malformed request, which is right
					}
					if status != kind.status {
						wrong.Add(1)
					}
					count.Add(1)
					if ctx.Err() != nil {
						break
					}
				}
				c.Close()
			}
		})
	}
	var states []state
	for range 6 {
		time.Sleep(time.Duration(*seconds * float64(time.Second) / 6.5))
		st, err := s.state()
		if err != nil {
			return err
		}
		states = append(states, st)
		fmt.Println("  under load ", st)
	}
	wg.Wait()
	time.Sleep(time.Second)
	end, err := s.state()
	if err != nil {
		return err
	}
	fmt.Printf("  afterwards  %v\n  %d requests, as many as %.0f a second for an hour; %d more whose visitor left\n", end, count.Load(), float64(count.Load())/3600, left.Load())
	early, late := states[1], states[len(states)-1]
	switch {
	case wrong.Load() > 0:
		return fmt.Errorf("%d answers had another status than they should", wrong.Load())
	case broken.Load() > 0:
		return fmt.Errorf("%d connections were refused", broken.Load())
	case late.memory > early.memory*3/2+16:
		return fmt.Errorf("memory grows: %d MiB, then %d", early.memory, late.memory)
	case end.goroutines > begin.goroutines+10:
		return fmt.Errorf("%d goroutines are left", end.goroutines-begin.goroutines)
	case end.descriptors > begin.descriptors+5:
		return fmt.Errorf("%d descriptors are left", end.descriptors-begin.descriptors)
	}
	return nil
}

func panics(s *server) error {
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		return err
	}
	defer c.Close()
	in := bufio.NewReader(c)
	for i := range 1000 {
		if status, err := get(c, in, "/panic"); err != nil || status != 500 {
			return fmt.Errorf("panic %d answers %d, %v", i, status, err)
		}
	}
	if status, err := get(c, in, "/hello"); err != nil || status != 200 {
		return fmt.Errorf("after 1,000 panics a page answers %d, %v", status, err)
	}
	return nil
}

// slow opens many connections that ask for a page of 140 kB and read nothing of it.
func slow(s *server) error {
	before, err := s.state()
	if err != nil {
		return err
	}
	fmt.Println("  at rest    ", before)
	var conns []net.Conn
	defer func() {
		for _, c := range conns {
			c.Close()
		}
	}()
	for range *readers {
		c, err := net.Dial("tcp", s.addr)
		if err != nil {
			return fmt.Errorf("connection %d: %w (raise the limit of open files)", len(conns), err)
		}
		c.(*net.TCPConn).SetReadBuffer(4096)
		conns = append(conns, c)
		if _, err := io.WriteString(c, "GET /table HTTP/1.1\r\nHost: test\r\n\r\n"); err != nil {
			return err
		}
	}
	time.Sleep(2 * time.Second)
	during, err := s.state()
	if err != nil {
		return fmt.Errorf("while they wait, nobody else is answered: %w", err)
	}
	fmt.Println("  they wait  ", during)
	for _, c := range conns {
		c.Close()
	}
	conns = nil
	var after state
	for range 50 {
		time.Sleep(200 * time.Millisecond)
		if after, err = s.state(); err != nil {
			return err
		}
		if after.goroutines <= before.goroutines+10 {
			break
		}
	}
	fmt.Println("  afterwards ", after)
	each := float64(during.memory-before.memory) * 1024 / float64(*readers)
	fmt.Printf("  %.0f KiB for each reader\n", each)
	switch {
	case each > 400:
		return errors.New("that is more than two pages for each")
	case after.goroutines > before.goroutines+10:
		return errors.New("goroutines are left")
	case after.descriptors > before.descriptors+5:
		return errors.New("descriptors are left")
	}
	return nil
}

// term counts the requests that were accepted, be it only by the operating system, and not answered.
func term(s *server) error {
	var answered, lost, dropped, refused atomic.Int64
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for ctx.Err() == nil {
				c, err := net.Dial("tcp", s.addr)
				if err != nil {
					refused.Add(1)
					return
				}
				// A connection per request: when it was accepted, so was its request.
				c.SetDeadline(time.Now().Add(20 * time.Second))
				io.WriteString(c, "GET /table HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
				body, err := io.ReadAll(c)
				c.Close()
				switch {
				case err == nil && bytes.HasPrefix(body, []byte("HTTP/1.1 200")) && bytes.Contains(body, []byte("</html>")):
					answered.Add(1)
				case len(body) == 0:
					dropped.Add(1) // the connection was in the queue when the listener was closed
				default:
					lost.Add(1)
				}
			}
		})
	}
	time.Sleep(2 * time.Second)
	s.cmd.Process.Signal(syscall.SIGTERM)
	begin := time.Now()
	err := <-s.done
	took := time.Since(begin)
	s.cmd = nil
	cancel()
	wg.Wait()
	fmt.Printf("  %d answered, %d cut off, %d dropped from the queue, %d refused afterwards; ended in %v with %v\n",
		answered.Load(), lost.Load(), dropped.Load(), refused.Load(), took.Round(time.Millisecond), err)
	if lost.Load()+dropped.Load() > 0 || err != nil {
		return errors.New("requests were lost, or the server did not end well")
	}
	return nil
}

func kill(s *server) error {
	if _, err := s.state(); err != nil {
		return err
	}
	s.kill()
	begin := time.Now()
	if err := s.start(); err != nil {
		return err
	}
	fmt.Printf("  answers again after %v\n", time.Since(begin).Round(time.Millisecond))
	_, err := s.state()
	return err
}
