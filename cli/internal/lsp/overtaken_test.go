package lsp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// client is an editor that does not wait for answers.
type client struct {
	t       *testing.T
	in      *io.PipeWriter
	answers chan message
	log     lockedBuffer
	done    chan error

	mu    sync.Mutex
	shown map[string]publishParams // the diagnostics that are shown now, by document
	told  chan string              // messages for a person
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newClient(t *testing.T) *client {
	t.Helper()
	return newClientOf(t, "off")
}

// newClientOf starts a server that looks for gopls as it is told to.
func newClientOf(t *testing.T, gopls string) *client {
	t.Helper()
	in, inW := io.Pipe()
	outR, out := io.Pipe()
	c := &client{t: t, in: inW, answers: make(chan message, 10000), done: make(chan error, 1), shown: map[string]publishParams{}, told: make(chan string, 100)}
	go func() {
		c.done <- Serve(t.Context(), Options{In: in, Out: out, Log: &c.log, Getenv: func(string) string { return "" }, Gopls: gopls})
		out.Close()
	}()
	go func() {
		conn := newConn(outR, io.Discard)
		for {
			m, err := conn.read()
			if err != nil {
				close(c.answers)
				return
			}
			var p publishParams
			var said struct{ Message string }
			if m.Method == "" {
				c.answers <- m
			} else if m.Method == "window/showMessage" && json.Unmarshal(m.Params, &said) == nil {
				c.told <- said.Message
			} else if m.Method == "textDocument/publishDiagnostics" && json.Unmarshal(m.Params, &p) == nil {
				c.mu.Lock()
				c.shown[p.URI] = p
				c.mu.Unlock()
			}
		}
	}()
	c.send(0, "initialize", map[string]any{})
	c.answer(0)
	return c
}

func (c *client) send(id int, method string, params any) {
	c.t.Helper()
	m := map[string]any{"jsonrpc": "2.0", "method": method, "params": params}
	if id >= 0 {
		m["id"] = id
	}
	b, err := json.Marshal(m)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := fmt.Fprintf(c.in, "Content-Length: %d\r\n\r\n%s", len(b), b); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) notify(method string, params any) { c.t.Helper(); c.send(-1, method, params) }

// answer waits for the answer to a request; those that come before it are dropped.
func (c *client) answer(id int) message {
	c.t.Helper()
	for {
		select {
		case m, ok := <-c.answers:
			if !ok {
				c.t.Fatal("the server has ended")
			}
			if m.ID != nil && string(*m.ID) == fmt.Sprint(id) {
				return m
			}
		case <-time.After(20 * time.Second):
			c.t.Fatalf("no answer to %d", id)
		}
	}
}

func (c *client) stop() {
	c.t.Helper()
	c.send(9999, "shutdown", nil)
	c.answer(9999)
	c.notify("exit", nil)
	if err := <-c.done; err != nil {
		c.t.Error(err)
	}
	if log := c.log.String(); strings.Contains(log, "has a bug") {
		c.t.Error(log)
	}
}

func newSite(t *testing.T, files map[string]string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	files["site.yaml"] = ""
	files["go.mod"] = "module example.com/m\n\ngo 1.26\n"
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A request is about the document as it was when it was sent, however many edits follow before it is answered.
func TestOvertakenByEdits(t *testing.T) {
	const long = "<main>\n  <p>one</p>\n  <p>two</p>\n  <Card title=\"x\" />\n</main>\n"
	card := "---\ntype Props struct {\n\tTitle string\n}\n---\n<b>{props.Title}</b>\n"
	imports := "---\nimport Card \"../components/Card.gosite\"\n---\n"
	dir := newSite(t, map[string]string{"src/pages/index.gosite": imports + long, "src/components/Card.gosite": card})
	uri := uriOf(filepath.Join(dir, "src/pages/index.gosite"))
	c := newClient(t)
	c.notify("textDocument/didOpen", map[string]any{"textDocument": documentItem{uri, "gosite", 1, imports + long}})
	version := 1
	edit := func(text string) {
		version++
		c.notify("textDocument/didChange", map[string]any{"textDocument": documentID{uri, version}, "contentChanges": []any{map[string]string{"text": text}}})
	}
	at := newText([]byte(imports + long)).position(strings.Index(imports+long, "<Card") + 2)
	params := map[string]any{"textDocument": documentID{URI: uri}, "position": at}
	id := 0
	for range 20 {
		var hovers []int
		for _, method := range []string{"hover", "completion", "definition", "references", "prepareRename", "documentHighlight", "documentSymbol"} {
			id++
			c.send(id, "textDocument/"+method, params)
			if method == "hover" {
				hovers = append(hovers, id)
			}
			edit("<p>")
			edit("")
			edit(imports + long)
		}
		for _, h := range hovers {
			if m := c.answer(h); m.Error != nil || !strings.Contains(string(m.Result), "Title") && !strings.Contains(string(m.Result), "title") {
				t.Fatalf("hover was answered with %s %v", m.Result, m.Error)
			}
		}
	}
	c.stop()
}

// A request that the editor has lost interest in is answered at once, with the code for that.
func TestCancelled(t *testing.T) {
	dir := newSite(t, map[string]string{"src/pages/index.gosite": "<p>x</p>\n"})
	uri := uriOf(filepath.Join(dir, "src/pages/index.gosite"))
	started, release := make(chan struct{}), make(chan struct{})
	handlers["test/slow"] = func(_ *server, r *request) (any, error) {
		close(started)
		select {
		case <-r.Done():
			return nil, r.Err()
		case <-release:
			return "late", nil
		}
	}
	defer delete(handlers, "test/slow")
	c := newClient(t)
	c.notify("textDocument/didOpen", map[string]any{"textDocument": documentItem{uri, "gosite", 1, "<p>x</p>\n"}})
	c.send(1, "test/slow", map[string]any{})
	<-started
	c.notify("$/cancelRequest", map[string]any{"id": 1})
	if m := c.answer(1); m.Error == nil || m.Error.Code != -32800 {
		t.Errorf("a cancelled request was answered with %s %v", m.Result, m.Error)
	}
	c.notify("$/cancelRequest", map[string]any{"id": 1})
	c.notify("$/cancelRequest", map[string]any{"id": []int{}})
	close(release)
	c.stop()
}

// What the editor shows of a document outside of a site goes away with it.
func TestLooseDocuments(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, uri := range []string{uriOf(filepath.Join(dir, "a.gosite")), "untitled:Untitled-1"} {
		published := make(chan publishParams, 100)
		in, inW := io.Pipe()
		outR, out := io.Pipe()
		c := &client{t: t, in: inW, answers: make(chan message, 100), done: make(chan error, 1)}
		go func() {
			c.done <- Serve(t.Context(), Options{In: in, Out: out, Log: &c.log, Getenv: func(string) string { return "" }, Gopls: "off"})
			out.Close()
		}()
		go func() {
			conn := newConn(outR, io.Discard)
			for {
				m, err := conn.read()
				if err != nil {
					close(c.answers)
					return
				}
				var p publishParams
				if m.Method == "textDocument/publishDiagnostics" && json.Unmarshal(m.Params, &p) == nil {
					published <- p
				} else {
					c.answers <- m
				}
			}
		}()
		c.send(0, "initialize", map[string]any{})
		c.answer(0)
		want := func(some bool) {
			t.Helper()
			for {
				select {
				case p := <-published:
					if p.URI == uri && (len(p.Diagnostics) > 0) == some {
						return
					}
				case <-time.After(10 * time.Second):
					t.Fatalf("%s never has diagnostics: %v", uri, some)
				}
			}
		}
		c.notify("textDocument/didOpen", map[string]any{"textDocument": documentItem{uri, "gosite", 1, "<p>{x"}})
		want(true)
		c.notify("textDocument/didChange", map[string]any{"textDocument": documentID{uri, 2}, "contentChanges": []any{map[string]string{"text": "<ul><li>a</li></ul>\n<p   >b</p>\n"}}})
		want(false)
		c.send(1, "textDocument/formatting", map[string]any{"textDocument": documentID{URI: uri}})
		if m := c.answer(1); !strings.Contains(string(m.Result), "\\u003cp\\u003eb") && !strings.Contains(string(m.Result), "<p>b") {
			t.Errorf("%s is formatted as %s %v", uri, m.Result, m.Error)
		}
		c.notify("textDocument/didChange", map[string]any{"textDocument": documentID{uri, 3}, "contentChanges": []any{map[string]string{"text": "<p>{x"}}})
		want(true)
		c.notify("textDocument/didClose", map[string]any{"textDocument": documentID{URI: uri}})
		want(false)
		c.stop()
	}
}
