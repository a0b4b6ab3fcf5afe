package httpcase

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// answer is a response as it came over the wire.
type answer struct {
	status        int
	reason        string
	header        []headerLine
	body          []byte
	arrived       []arrival // of the pieces of the body
	informational []int
	head          time.Duration // from the sending of the request to the end of the head
	end           time.Duration
	broken        error // the body ended before its framing said
	framed        bool  // the end of the body was told by its framing, not by the end of the connection
}

type headerLine struct{ name, value string }

// arrival says when the body had grown to a length.
type arrival struct {
	length int
	at     time.Duration
}

func (a *answer) values(name string) []string {
	var out []string
	for _, h := range a.header {
		if strings.EqualFold(h.name, name) {
			out = append(out, h.value)
		}
	}
	return out
}

// errNothing says that the server closed the connection without a word.
var errNothing = errors.New("the connection was closed without an answer")

// malformed is an answer that breaks the rules of HTTP.
type malformed struct{ what string }

func (e *malformed) Error() string { return "the answer is malformed: " + e.what }

// The limits keep a server that runs wild from eating the memory of the tests.
const (
	maxHead = 256 << 10
	maxBody = 64 << 20
)

// reader reads answers from one connection.
type reader struct {
	r     *bufio.Reader
	begin time.Time
}

// read reads one answer to a request of that method, past informational ones.
func (r *reader) read(method string) (*answer, error) {
	a := &answer{}
	for {
		if err := r.readHead(a); err != nil {
			return nil, err
		}
		if a.status >= 200 || a.status == 101 {
			break
		}
		*a = answer{informational: append(a.informational, a.status)}
	}
	a.head = time.Since(r.begin)
	err := r.readBody(a, method)
	a.end = time.Since(r.begin)
	return a, err
}

// line reads a line that ends in CR LF and holds neither by itself.
func (r *reader) line(left *int) (string, error) {
	s, err := r.r.ReadString('\n')
	if *left -= len(s); *left < 0 {
		return "", &malformed{"the head is too long"}
	}
	if err != nil {
		if s == "" {
			return "", err
		}
		return "", io.ErrUnexpectedEOF
	}
	s, ok := strings.CutSuffix(s, "\r\n")
	if !ok {
		return "", &malformed{fmt.Sprintf("the line %q ends in a bare line feed", s)}
	}
	for i := range len(s) {
		if c := s[i]; c != '\t' && c < 0x20 || c == 0x7f {
			return "", &malformed{fmt.Sprintf("the line %q holds a control character", s)}
		}
		if s[i] >= 0x80 {
			return "", &malformed{fmt.Sprintf("the line %q is not ASCII", s)}
		}
	}
	return s, nil
}

func (r *reader) readHead(a *answer) error {
	left := maxHead
	first, err := r.line(&left)
	if errors.Is(err, io.EOF) && len(a.informational) == 0 {
		return errNothing
	}
	if err != nil {
		return err
	}
	proto, rest, _ := strings.Cut(first, " ")
	code, reason, _ := strings.Cut(rest, " ")
	a.status, err = strconv.Atoi(code)
	if err != nil || len(code) != 3 || proto != "HTTP/1.1" && proto != "HTTP/1.0" {
		return &malformed{fmt.Sprintf("%q is no status line", first)}
	}
	a.reason = reason
	for {
		line, err := r.line(&left)
		if err != nil {
			return noEOF(err)
		}
		if line == "" {
			return nil
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || !isToken(name) {
			return &malformed{fmt.Sprintf("%q is no header line", line)}
		}
		a.header = append(a.header, headerLine{name, strings.Trim(value, " \t")})
	}
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0:
		default:
			return false
		}
	}
	return s != ""
}

// readBody reads what the framing of the head says. A body that is cut off is no error but broken.
func (r *reader) readBody(a *answer, method string) error {
	lengths, codings := a.values("Content-Length"), a.values("Transfer-Encoding")
	length := int64(-1)
	switch {
	case len(lengths) > 1:
		return &malformed{"there are several Content-Length lines"}
	case len(lengths) == 1 && len(codings) > 0:
		return &malformed{"there are both Content-Length and Transfer-Encoding"}
	case len(lengths) == 1:
		n, err := strconv.ParseUint(lengths[0], 10, 62)
		if err != nil {
			return &malformed{fmt.Sprintf("the Content-Length is %q", lengths[0])}
		}
		length = int64(n)
	case len(codings) > 1 || len(codings) == 1 && !strings.EqualFold(codings[0], "chunked"):
		return &malformed{fmt.Sprintf("the Transfer-Encoding is %q", codings)}
	}
	switch {
	case a.status == 204 && (length >= 0 || len(codings) > 0):
		return &malformed{"an answer without a body has a Content-Length or Transfer-Encoding"}
	case method == "HEAD" || a.status == 204 || a.status == 304 || a.status == 101:
		a.framed = true
		return nil
	case length >= 0:
		a.framed = true
		return r.copy(a, length)
	case len(codings) == 1:
		a.framed = true
		return r.chunks(a)
	}
	for {
		if err := r.some(a, maxBody); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return a.breaks(err)
		}
	}
}

// breaks takes an end of the connection for a broken body, and anything else for an error.
func (a *answer) breaks(err error) error {
	var m *malformed
	var timeout interface{ Timeout() bool }
	if errors.As(err, &m) || errors.As(err, &timeout) && timeout.Timeout() {
		return err
	}
	a.broken = noEOF(err)
	return nil
}

// some reads what is there, up to n bytes, waiting for the first.
func (r *reader) some(a *answer, n int64) error {
	if _, err := r.r.Peek(1); err != nil {
		return err
	}
	buf := make([]byte, min(int64(r.r.Buffered()), n))
	k, err := r.r.Read(buf)
	a.body = append(a.body, buf[:k]...)
	a.arrived = append(a.arrived, arrival{len(a.body), time.Since(r.begin)})
	if len(a.body) > maxBody {
		return &malformed{"the body is too long"}
	}
	return err
}

func (r *reader) copy(a *answer, n int64) error {
	for end := int64(len(a.body)) + n; int64(len(a.body)) < end; {
		if err := r.some(a, end-int64(len(a.body))); err != nil {
			return a.breaks(err)
		}
	}
	return nil
}

func (r *reader) chunks(a *answer) error {
	for {
		left := 1 << 10
		line, err := r.line(&left)
		if err != nil {
			return a.breaks(err)
		}
		digits, _, _ := strings.Cut(line, ";")
		n, err := strconv.ParseUint(digits, 16, 32)
		if err != nil {
			return &malformed{fmt.Sprintf("%q is no size of a chunk", line)}
		}
		if n == 0 {
			break
		}
		if err := r.copy(a, int64(n)); err != nil || a.broken != nil {
			return err
		}
		if line, err = r.line(&left); err != nil {
			return a.breaks(err)
		}
		if line != "" {
			return &malformed{"a chunk is longer than its size"}
		}
	}
	for left := maxHead; ; {
		line, err := r.line(&left)
		if err != nil {
			return a.breaks(err)
		}
		if line == "" {
			return nil
		}
	}
}
