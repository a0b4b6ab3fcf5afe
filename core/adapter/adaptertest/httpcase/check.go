package httpcase

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"
)

// check holds an answer against what is expected of it, and against what holds for every answer.
func (r *run) check(x *exchange, a *answer, conn net.Conn) {
	broken := false
	for i := range x.expect {
		e := &x.expect[i]
		broken = broken || e.kind == kindBroken
		if problem := r.expected(e, a, conn); problem != "" {
			r.fail(e.line, "%s", problem)
			if e.kind == kindStatus {
				if len(a.body) > 0 && a.status >= 400 {
					r.fail(e.line, "the body is %s", quote(a.body))
				}
				return // the rest is about another answer
			}
		}
	}
	r.expectedCookies(x, a)
	if a.broken != nil && !broken {
		r.fail(x.line, "the body broke off after %d bytes: %v", len(a.body), a.broken)
	}
	if problem := always(a); problem != "" {
		r.fail(x.line, "%s", problem)
	}
}

// always holds for every answer of every site: a Location leads to this site or names another one openly, and nothing of
// a failure's details reaches the visitor. The failures of the fixture all have the word secret in them.
func always(a *answer) string {
	for _, to := range a.values("Location") {
		switch {
		case strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`):
			return fmt.Sprintf("the Location %q leads to another host", to)
		case !strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "http://") && !strings.HasPrefix(to, "https://"):
			return fmt.Sprintf("the Location %q is neither a path nor a URL", to)
		case strings.ContainsAny(to, " \t\\"):
			return fmt.Sprintf("the Location %q is not encoded", to)
		}
	}
	for _, leak := range []string{"a secret", "goroutine 1", ".go:", "runtime error"} {
		if bytes.Contains(a.body, []byte(leak)) {
			return fmt.Sprintf("the body shows %q of a failure: %s", leak, quote(a.body))
		}
		for _, h := range a.header {
			if strings.Contains(h.value, leak) {
				return fmt.Sprintf("the header %s shows %q of a failure", h.name, leak)
			}
		}
	}
	return ""
}

// expected gives the problem with one expectation, or "".
func (r *run) expected(e *expectation, a *answer, conn net.Conn) string {
	switch e.kind {
	case kindStatus:
		if !slices.Contains(e.codes, a.status) {
			return fmt.Sprintf("status %s, want %s", statusText(a.status), statusTexts(e.codes))
		}
	case kindHeader:
		return r.expectedHeader(e, a)
	case kindNoCookies:
		if lines := a.values("Set-Cookie"); len(lines) > 0 {
			return fmt.Sprintf("cookies are set: %q", lines)
		}
	case kindBody:
		return r.expectedBody(e, a)
	case kindClosed:
		return closed(r.reader, conn)
	case kindBroken:
		if a.broken == nil {
			return "the body came to its end, but was to be broken off"
		}
	case kindHead:
		if a.head > e.limit {
			return fmt.Sprintf("the head came after %v, want within %v", a.head.Round(time.Millisecond), e.limit)
		}
	case kindWithin:
		if a.end > e.limit {
			return fmt.Sprintf("the answer ended after %v, want within %v", a.end.Round(time.Millisecond), e.limit)
		}
	case kindAfter:
		if a.end < e.limit {
			return fmt.Sprintf("the answer ended after %v, want not before %v", a.end.Round(time.Millisecond), e.limit)
		}
	case kindGap:
		return gap(e, a)
	case kindInformational:
		if !slices.Contains(a.informational, e.n) {
			return fmt.Sprintf("no %d came before the answer", e.n)
		}
	}
	return ""
}

func statusText(code int) string {
	if code == 0 {
		return "none (the connection was closed)"
	}
	return fmt.Sprint(code)
}

func statusTexts(codes []int) string {
	var out []string
	for _, c := range codes {
		out = append(out, statusText(c))
	}
	return strings.Join(out, " or ")
}

func (r *run) expectedHeader(e *expectation, a *answer) string {
	values := a.values(e.name)
	got := strings.Join(values, ", ")
	want := r.fill(e.text)
	missing := len(values) == 0
	switch e.op {
	case opAbsent:
		if !missing {
			return fmt.Sprintf("header %s: %q, want none", e.name, got)
		}
		return ""
	case opLacks:
		if strings.Contains(got, want) {
			return fmt.Sprintf("header %s: %q, want it without %q", e.name, got, want)
		}
		return ""
	}
	switch {
	case missing:
		return fmt.Sprintf("there is no header %s", e.name)
	case e.op == opIs && got != want:
		return fmt.Sprintf("header %s: %q, want %q", e.name, got, want)
	case e.op == opHas && !strings.Contains(got, want):
		return fmt.Sprintf("header %s: %q, want %q in it", e.name, got, want)
	case e.op == opMatches && !e.re.MatchString(got):
		return fmt.Sprintf("header %s: %q, want a match of %s", e.name, got, e.text)
	}
	return ""
}

func (r *run) expectedBody(e *expectation, a *answer) string {
	want := r.fill(e.text)
	switch {
	case e.op == opIs && string(a.body) != want:
		return fmt.Sprintf("body %s, want %q", quote(a.body), want)
	case e.op == opHas && !bytes.Contains(a.body, []byte(want)):
		return fmt.Sprintf("body %s, want %q in it", quote(a.body), want)
	case e.op == opLacks && bytes.Contains(a.body, []byte(want)):
		return fmt.Sprintf("body %s, want it without %q", quote(a.body), want)
	case e.op == opMatches:
		groups := e.re.FindSubmatch(a.body)
		if groups == nil {
			return fmt.Sprintf("body %s, want a match of %s", quote(a.body), e.text)
		}
		if len(groups) > 1 {
			r.matches = map[string]string{"": string(groups[1])}
			for i, name := range e.re.SubexpNames() {
				if name != "" {
					r.matches[name] = string(groups[i])
				}
			}
		}
	case e.op == opLength && len(a.body) != e.n:
		return fmt.Sprintf("body of %d bytes, want %d", len(a.body), e.n)
	case e.op == opEmpty && len(a.body) > 0:
		return fmt.Sprintf("body %s, want none", quote(a.body))
	case e.op == opHash:
		if sum := sha256.Sum256(a.body); hex.EncodeToString(sum[:]) != e.text {
			return fmt.Sprintf("the body (%d bytes) has another SHA-256: %x", len(a.body), sum)
		}
	}
	return ""
}

// expectedCookies holds the Set-Cookie lines against the list of the exchange: these, in this order, and no others.
func (r *run) expectedCookies(x *exchange, a *answer) {
	var want []string
	line := 0
	for _, e := range x.expect {
		if e.kind == kindCookie {
			want, line = append(want, r.fill(e.text)), e.line
		}
	}
	if got := a.values("Set-Cookie"); line > 0 && !slices.Equal(got, want) {
		r.fail(line, "cookies\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// quote shows a body, its beginning if it is long.
func quote(body []byte) string {
	const most = 600
	if len(body) > most {
		return fmt.Sprintf("%q… (%d bytes)", body[:most], len(body))
	}
	return fmt.Sprintf("%q", body)
}

// closed waits for the other end to close the connection.
func closed(r *reader, conn net.Conn) string {
	if r == nil {
		return ""
	}
	conn.SetReadDeadline(time.Now().Add(3 * time.Second))
	defer conn.SetReadDeadline(time.Now().Add(patience))
	b, err := r.r.ReadByte()
	switch {
	case err == nil:
		return fmt.Sprintf("more comes behind the answer: %q", b)
	case err == io.EOF || isReset(err):
		return ""
	}
	return "the connection stays open behind the answer"
}

// gap holds the time between two texts of a stream against the least that it has to be.
func gap(e *expectation, a *answer) string {
	first, second := bytes.Index(a.body, []byte(e.text)), bytes.Index(a.body, []byte(e.text2))
	if first < 0 || second < first {
		return fmt.Sprintf("body %s, want %q and behind it %q", quote(a.body), e.text, e.text2)
	}
	between := a.when(second+len(e.text2)) - a.when(first+len(e.text))
	if between < e.limit {
		return fmt.Sprintf("%q came %v behind %q, want at least %v", e.text2, between.Round(time.Millisecond), e.text, e.limit)
	}
	return ""
}

// when says when the body had grown to a length.
func (a *answer) when(length int) time.Duration {
	for _, p := range a.arrived {
		if p.length >= length {
			return p.at
		}
	}
	return a.end
}
