package httpcase

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// Target is a server that cases run against.
type Target struct {
	origin *url.URL
	addr   string
	base   string // without a slash at its end; "" for the root
	slash  string // what the path of a page ends in: "/" or nothing
	config *tls.Config
}

// NewTarget makes a target of an origin, "http://127.0.0.1:4321", the base path of the site there, and the slash that its
// pages end in, if any.
func NewTarget(origin, base, slash string) (*Target, error) {
	u, err := url.Parse(origin)
	if err != nil {
		return nil, fmt.Errorf("%q is no URL", origin)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
		return nil, fmt.Errorf("%q is not the origin of a site, such as http://127.0.0.1:4321", origin)
	}
	t := &Target{origin: &url.URL{Scheme: u.Scheme, Host: u.Host}, base: strings.TrimSuffix(base, "/"), slash: slash, addr: u.Host}
	if u.Port() == "" {
		port := "80"
		if u.Scheme == "https" {
			port = "443"
		}
		t.addr = net.JoinHostPort(u.Hostname(), port)
	}
	if u.Scheme == "https" {
		t.config = &tls.Config{ServerName: u.Hostname(), NextProtos: []string{"http/1.1"}}
	}
	return t, nil
}

// patience is how long an answer may take, and dialing.
const patience = 15 * time.Second

// Reach says why the target cannot be connected to.
func (t *Target) Reach(ctx context.Context) error {
	conn, err := t.dial(ctx)
	if err != nil {
		return fmt.Errorf("%s cannot be reached: %w", t.origin, err)
	}
	return conn.Close()
}

func (t *Target) dial(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if t.config != nil {
		return (&tls.Dialer{Config: t.config}).DialContext(ctx, "tcp", t.addr)
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", t.addr)
}

// Problem is something that was not as a case expects.
type Problem struct {
	Line int // in the file of the case
	Text string
}

// Run runs the case and gives what was not as expected: the problems of the first exchange that has any, since the ones
// behind it mean nothing then.
func (c *Case) Run(ctx context.Context, t *Target) []Problem {
	var id [8]byte
	rand.Read(id[:]) // never fails
	r := &run{ctx: ctx, t: t, id: hex.EncodeToString(id[:])}
	defer r.close()
	for _, x := range c.exchanges {
		if r.exchange(x); len(r.problems) > 0 {
			break
		}
	}
	return r.problems
}

// run is one run of a case.
type run struct {
	ctx      context.Context
	t        *Target
	id       string
	jar      []pair
	last     *answer
	matches  map[string]string // of the last body ~ with groups: {match} and {match:name}
	conns    []net.Conn
	reader   *reader
	problems []Problem
}

type pair struct{ name, value string }

func (r *run) fail(line int, format string, a ...any) {
	r.problems = append(r.problems, Problem{line, fmt.Sprintf(format, a...)})
}

func (r *run) close() {
	for _, c := range r.conns {
		c.Close()
	}
}

// exchange sends one request and looks at its answer.
func (r *run) exchange(x *exchange) {
	if x.fresh || r.reader == nil {
		conn, err := r.t.dial(r.ctx)
		if err != nil {
			r.fail(x.line, "no connection: %v", err)
			return
		}
		stop := context.AfterFunc(r.ctx, func() { conn.Close() })
		defer stop()
		r.conns = append(r.conns, conn)
		r.reader = &reader{r: bufio.NewReaderSize(conn, 16<<10)}
	}
	conn := r.conns[len(r.conns)-1]
	conn.SetDeadline(time.Now().Add(patience))
	pieces := r.pieces(x)
	r.reader.begin = time.Now()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		deliver(conn, x.sends, pieces)
	}()
	switch {
	case x.leave:
		<-sent
		return
	case x.hangup != nil:
		<-sent
		if text := x.hangup.after; text != "" {
			if err := r.skip(text); err != nil {
				r.fail(x.line, "%q did not come: %v", text, err)
			}
		}
		conn.Close()
		r.reader = nil
		return
	}
	a, err := r.reader.read(x.method)
	switch {
	case errors.Is(err, errNothing) || a == nil && isReset(err):
		a = &answer{}
	case err != nil:
		r.fail(x.line, "%v", describe(err))
		conn.Close()
		<-sent
		return
	}
	r.check(x, a, conn)
	if len(r.problems) > 0 {
		conn.Close()
	}
	if a.status != 0 && a.status < 400 {
		<-sent
	}
	r.remember(a)
	if a.status == 0 || a.broken != nil || !a.framed {
		r.reader = nil
	}
}

// isReset says that the other end slammed the door, which is an answer too.
func isReset(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && !op.Timeout()
}

func describe(err error) string {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return "the answer, or its end, did not come within " + patience.String()
	}
	return err.Error()
}

// skip reads until the text was seen.
func (r *run) skip(text string) error {
	var seen strings.Builder
	buf := make([]byte, 4<<10)
	for !strings.Contains(seen.String(), text) {
		n, err := r.reader.r.Read(buf)
		seen.Write(buf[:n])
		if err != nil {
			return err
		}
	}
	return nil
}

// deliver writes the pieces. A server may answer and close before it has read everything; what it says counts, not that
// it did not listen.
func deliver(conn net.Conn, sends []send, pieces []string) {
	for i, s := range sends {
		switch {
		case s.pause > 0:
			time.Sleep(s.pause)
		case s.finish:
			if c, ok := conn.(interface{ CloseWrite() error }); ok {
				c.CloseWrite()
			}
		default:
			if _, err := io.WriteString(conn, pieces[i]); err != nil {
				return
			}
		}
	}
}

// pieces fills the placeholders in. Pieces that stand together are written at once.
func (r *run) pieces(x *exchange) []string {
	out := make([]string, len(x.sends))
	length := 0
	for i, s := range x.sends {
		out[i] = strings.Repeat(r.fill(s.text), s.times)
		if s.body {
			length += len(out[i])
		}
	}
	joined := -1
	for i, s := range x.sends {
		out[i] = strings.ReplaceAll(out[i], "{length}", strconv.Itoa(length))
		switch {
		case s.pause > 0 || s.finish:
			joined = -1
		case joined >= 0:
			out[joined] += out[i]
			out[i] = ""
		default:
			joined = i
		}
	}
	return out
}

// fill replaces the placeholders but {length}.
func (r *run) fill(s string) string {
	if !strings.ContainsRune(s, '{') {
		return s
	}
	var cookies []string
	for _, p := range r.jar {
		cookies = append(cookies, p.name+"="+p.value)
	}
	secure := ""
	if r.t.origin.Scheme == "https" {
		secure = "; Secure"
	}
	s = strings.NewReplacer(
		"{host}", r.t.origin.Host,
		"{origin}", r.t.origin.String(),
		"{scheme}", r.t.origin.Scheme,
		"{base}", r.t.base,
		"{/}", r.t.slash,
		"{secure}", secure,
		"{id}", r.id,
		"{match}", r.matches[""],
		"{cookies}", strings.Join(cookies, "; "),
	).Replace(s)
	s = replaceNamed(s, "{match:", func(name string) string { return r.matches[name] })
	return replaceNamed(s, "{last:", func(name string) string {
		if r.last == nil {
			return ""
		}
		return strings.Join(r.last.values(name), ", ")
	})
}

// replaceNamed replaces placeholders such as {last:ETag}.
func replaceNamed(s, open string, value func(name string) string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, open)
		name, rest, closed := strings.Cut(after, "}")
		if !found || !closed {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(before)
		b.WriteString(value(name))
		s = rest
	}
}

// remember keeps the answer for {last:…} and its cookies for {cookies}.
func (r *run) remember(a *answer) {
	r.last = a
	for _, line := range a.values("Set-Cookie") {
		first, attrs, _ := strings.Cut(line, ";")
		name, value, _ := strings.Cut(first, "=")
		kept := r.jar[:0:0]
		for _, p := range r.jar {
			if p.name != name {
				kept = append(kept, p)
			}
		}
		if r.jar = kept; !strings.Contains(attrs, "Max-Age=0") {
			r.jar = append(r.jar, pair{name, value})
		}
	}
}
