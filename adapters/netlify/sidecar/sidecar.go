// Package sidecar is what shim/ssr.mjs does, in Go: it asks the program of a function over its socket. The preview uses it, and
// so do the tests of the program. The contract is in runtime/sidecar.go.
package sidecar

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// Request is what the program is asked.
type Request struct {
	About                []byte // JSON of what the platform says about it
	Method, Target, Host string
	Header               http.Header
	Body                 io.Reader // nil for none
}

// Answer is what it says. It is the reader of its body, which gives an error where the program broke the answer off.
type Answer struct {
	Status int
	Header http.Header
	Waits  bool // there is work behind it

	conn  net.Conn
	in    *bufio.Reader
	left  int // bytes of the frame that is read
	ended bool
	stop  func() bool // watching the context
	sent  sync.WaitGroup
}

// Ask sends a request on a connection with the program, and reads the head of the answer. When ctx ends, so does the connection. It may
// carry the next request when Wait has come back.
func Ask(ctx context.Context, conn net.Conn, r Request) (*Answer, error) {
	a := &Answer{Header: http.Header{}, conn: conn, in: bufio.NewReader(conn), stop: context.AfterFunc(ctx, func() { conn.Close() })}
	head := []string{r.Method, r.Target, r.Host, ""}
	if r.Body != nil {
		head[3] = "body"
	}
	for name, values := range r.Header {
		for _, v := range values {
			head = append(head, name, v)
		}
	}
	var out bytes.Buffer
	frame(&out, r.About)
	frame(&out, []byte(strings.Join(head, "\n")))
	if _, err := conn.Write(out.Bytes()); err != nil {
		a.Close()
		return nil, err
	}
	if r.Body != nil {
		a.sent.Go(func() { pour(conn, r.Body) })
	}
	if err := a.head(); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

// broke is what stands in the place of a length when there is no more of an answer.
const broke = 0xffffffff

func frame(w io.Writer, data []byte) error {
	_, err := w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), data...))
	return err
}

// pour sends a body. One that breaks off breaks the connection off.
func pour(conn net.Conn, body io.Reader) {
	buf := make([]byte, 32<<10)
	for {
		n, err := body.Read(buf)
		if n > 0 && frame(conn, buf[:n]) != nil {
			return
		}
		if err == io.EOF {
			frame(conn, nil)
			return
		}
		if err != nil {
			conn.Close()
			return
		}
	}
}

func (a *Answer) head() error {
	size, err := a.size()
	if err == nil && size == broke {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("the program does not answer: %w", err)
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(a.in, data); err != nil {
		return err
	}
	lines := strings.Split(string(data), "\n")
	if a.Status, err = strconv.Atoi(lines[0]); err != nil || len(lines)%2 != 0 {
		return errors.New("the head of the answer is broken")
	}
	a.Waits = lines[1] == "wait"
	for i := 2; i < len(lines); i += 2 {
		a.Header.Add(lines[i], lines[i+1])
	}
	return nil
}

func (a *Answer) size() (int, error) {
	var b [4]byte
	_, err := io.ReadFull(a.in, b[:])
	return int(binary.BigEndian.Uint32(b[:])), err
}

// Read gives the next bytes of the body.
func (a *Answer) Read(p []byte) (int, error) {
	if a.left == 0 && !a.ended {
		size, err := a.size()
		if err != nil || size == broke {
			return 0, io.ErrUnexpectedEOF
		}
		a.left, a.ended = size, size == 0
	}
	if a.ended {
		return 0, io.EOF
	}
	n, err := a.in.Read(p[:min(len(p), a.left)])
	a.left -= n
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// Wait waits, behind the end of the body, until the work that the answer left is done, and the body of the request is sent.
func (a *Answer) Wait() error {
	if !a.ended {
		return errors.New("the body was not read to its end")
	}
	if a.Waits {
		if _, err := a.size(); err != nil {
			return err
		}
	}
	a.sent.Wait()
	a.stop()
	return nil
}

// Close breaks the answer off, or ends the connection behind it. It waits until nobody reads the body of the request any more,
// which is at the end of that body where the answer is whole.
func (a *Answer) Close() error {
	a.stop()
	if a.ended {
		a.sent.Wait()
	}
	err := a.conn.Close()
	a.sent.Wait()
	return err
}
