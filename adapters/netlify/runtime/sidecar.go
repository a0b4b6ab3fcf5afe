package netlify

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// The contract with the JavaScript at the other end of the socket:
//
//   - It starts this program with the path of a socket as the only argument, and waits for the line "ready".
//   - When standard input ends, so does this program: nobody is left who could ask it.
//   - A connection carries one request after the other, each with its answer. The JavaScript closes its half of one when nobody
//     wants the answer any more.
//   - Everything goes in frames: four bytes of length, the most significant first, and as many bytes. An empty frame ends
//     what is before it. The text of heads is lines in Latin-1, as JavaScript has headers: one byte is one character.
//   - A request is a frame of the JSON of info, then one of its head: method, target, host, then "body" or nothing, then
//     name and value of each header, all on lines of their own. After "body" follow frames of the body, and an empty one.
//   - An answer is a frame of its head: status, then "wait" or nothing, then names and values. Frames of the body follow,
//     and an empty one. After "wait" there is another empty frame once the work behind the answer is done: the function
//     must not be frozen before. What begins when the head is out already delays the end of the body instead.
//     In the place of a length ff ff ff ff says that the answer is broken off; the program closes the connection when the
//     work behind is done, as it does when nobody wants the answer.
//   - The next request begins after all of that. The answer may begin, and end, before the body of the request has ended.
//
// It is not HTTP because the client of Node for it takes longer than most pages.
const ready = "ready\n"

const (
	// drainTimeout is how long running requests and what waits behind them may take once the platform says stop.
	drainTimeout = 10 * time.Second
	// orphanTimeout is the same when the other end is gone, and nobody waits for answers.
	orphanTimeout = 2 * time.Second
)

// Main serves the site on the socket that the arguments name until the other end goes away or the platform stops it, and
// gives the exit code.
func Main(p *Program) int {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	return run(p, process{args: os.Args[1:], stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, signals: signals})
}

// process is what the program needs of the process around it.
type process struct {
	args           []string
	stdin          io.Reader
	stdout, stderr io.Writer
	signals        <-chan os.Signal
}

func run(p *Program, proc process) int {
	if len(proc.args) != 1 {
		fmt.Fprintln(proc.stderr, "this program is started by ssr.mjs beside it, with the path of a socket;\n`sitegen preview` runs it on this machine")
		return 2
	}
	h, err := newHandler(p, proc.stderr)
	if err != nil {
		fmt.Fprintln(proc.stderr, err)
		return 1
	}
	l, err := net.Listen("unix", proc.args[0])
	if err != nil {
		fmt.Fprintln(proc.stderr, err)
		return 1
	}
	s := newServer(h)
	served := make(chan error, 1)
	go func() { served <- s.accept(l) }()
	alone := make(chan struct{})
	go func() {
		io.Copy(io.Discard, proc.stdin)
		close(alone)
	}()
	if _, err := io.WriteString(proc.stdout, ready); err != nil {
		fmt.Fprintln(proc.stderr, err)
		return 1
	}
	patience := drainTimeout
	select {
	case err := <-served:
		fmt.Fprintln(proc.stderr, err)
		return 1
	case <-alone:
		patience = orphanTimeout
	case <-proc.signals:
	}
	l.Close()
	return s.drain(patience, proc.signals)
}

// server answers on the connections of one socket.
type server struct {
	*handler
	base context.Context // of work behind answers; ends with the program
	stop context.CancelFunc

	mu     sync.Mutex
	busy   map[*conn]bool // connections that carried a request, and whether they do now
	ending bool
	quiet  chan struct{} // closed when it is ending and nothing runs
}

func newServer(h *handler) *server {
	s := &server{handler: h, busy: map[*conn]bool{}, quiet: make(chan struct{})}
	s.base, s.stop = context.WithCancel(context.Background())
	return s
}

func (s *server) accept(l net.Listener) error {
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go newConn(s, c).serve()
	}
}

// begin notes that a connection begins to carry a request, and says whether it may.
func (s *server) begin(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ending {
		return false
	}
	s.busy[c] = true
	return true
}

// rest notes that a connection carries nothing any more.
func (s *server) rest(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy[c] = false
	s.settle()
}

// leave takes off a connection that ends.
func (s *server) leave(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.busy, c)
	s.settle()
}

// settle closes quiet at the end of the last request; the lock is held.
func (s *server) settle() {
	if !s.ending {
		return
	}
	for _, busy := range s.busy {
		if busy {
			return
		}
	}
	select {
	case <-s.quiet:
	default:
		close(s.quiet)
	}
}

// drain lets what runs come to its end: answers, then what they left behind. A second signal ends it at once.
func (s *server) drain(patience time.Duration, signals <-chan os.Signal) int {
	s.mu.Lock()
	s.ending = true
	s.settle()
	s.mu.Unlock()
	defer s.stop()
	code := 1
	select {
	case <-s.quiet:
		code = 0
	case <-time.After(patience):
	case <-signals:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.busy {
		c.Close()
	}
	return code
}
