package runtime

import (
	"encoding/json"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"sitegen.dev/core/dev/runtime/wire"
	"sitegen.dev/core/site"
)

// peer plays the server.
type peer struct {
	t    *testing.T
	conn *wire.Conn
	in   *io.PipeWriter
	done chan error

	mu     sync.Mutex
	frames []wire.Frame
}

func run(t *testing.T, app func() *site.App, load func(string) ([]wire.ContentProblem, error)) *peer {
	in, toProgram := io.Pipe()
	fromProgram, out := io.Pipe()
	p := &peer{t: t, conn: wire.NewConn(toProgram), in: toProgram, done: make(chan error, 1)}
	go func() {
		p.done <- Run(app, load, in, out)
		out.Close()
	}()
	go func() {
		r := wire.NewReader(fromProgram)
		for {
			f, err := r.Next()
			if err != nil {
				return
			}
			p.mu.Lock()
			p.frames = append(p.frames, f)
			p.mu.Unlock()
		}
	}()
	return p
}

// next waits for a frame of a kind about a request and takes it out.
func (p *peer) next(id uint32, kinds ...wire.Kind) wire.Frame {
	p.t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		p.mu.Lock()
		for i, f := range p.frames {
			for _, k := range kinds {
				if f.ID == id && f.Kind == k {
					p.frames = append(p.frames[:i], p.frames[i+1:]...)
					p.mu.Unlock()
					return f
				}
			}
		}
		p.mu.Unlock()
	}
	p.t.Fatalf("no frame %v about %d", kinds, id)
	return wire.Frame{}
}

func (p *peer) commit(s wire.State) wire.Frame {
	data, err := json.Marshal(s)
	if err != nil {
		p.t.Fatal(err)
	}
	p.conn.Send(wire.SetState, 0, data)
	p.conn.Send(wire.Commit, 0, nil)
	return p.next(0, wire.Ready, wire.Failed)
}

func (p *peer) ask(id uint32, method, target string, body bool) {
	h := wire.RequestHead{Method: method, Target: target, Host: "localhost", Scheme: "http", RemoteAddr: "127.0.0.1:1", HasBody: body}
	p.conn.Send(wire.Request, id, h.Append(nil))
}

// text gives the whole of a short answer.
func (p *peer) text(id uint32) string {
	var b strings.Builder
	for {
		f := p.next(id, wire.Data, wire.End, wire.Abort)
		if f.Kind != wire.Data {
			return b.String()
		}
		b.Write(f.Data)
	}
}

var table = site.NewTexts("src/pages/index.gosite")

func testApp() *site.App {
	return site.Dev(&site.App{
		Routes: []*site.Route{
			{Pattern: "/", Source: "src/pages/index.gosite", Prerender: true, Doctype: true, HeadFirst: true, Render: func(w *site.Writer, page *site.Page) error {
				texts := table.Load()
				site.HeadFirst(w, page)
				w.S(texts[0])
				return w.End()
			}},
			{Pattern: "/panic", Source: "src/pages/panic.gosite", Render: func(*site.Writer, *site.Page) error { panic("at once") }},
			{Pattern: "/long", Source: "src/pages/long.gosite", Type: site.EndpointRoute, Methods: map[string]site.Handler{"GET": func(page *site.Page) error {
				return page.Stream("text/plain", func(w io.Writer) error {
					for range 64 {
						if _, err := w.Write(make([]byte, 32<<10)); err != nil {
							return err
						}
					}
					return nil
				})
			}}},
			{Pattern: "/echo", Source: "src/pages/echo.gosite", Type: site.EndpointRoute, Methods: map[string]site.Handler{"POST": func(page *site.Page) error {
				data, err := page.Request.Bytes()
				if err != nil {
					return err
				}
				return page.Text(string(data))
			}}},
		},
	})
}

// The program answers in the state that it was handed last.
func TestRun(t *testing.T) {
	p := run(t, testApp, nil)
	texts := func(s string) {
		p.conn.Send(wire.SetTexts, 0, wire.AppendString(wire.AppendString(nil, "src/pages/index.gosite"), s))
	}
	texts("<p>one</p>")
	if f := p.commit(wire.State{Heads: map[string]string{"src/pages/index.gosite": "<style>a</style>"}, Script: "<script></script>", Files: []string{"a.txt"}}); f.Kind != wire.Ready {
		t.Fatalf("%s", f.Data)
	}
	p.ask(1, "GET", "/", false)
	if got := p.text(1); !strings.HasSuffix(got, "<style>a</style><script></script><p>one</p>") {
		t.Errorf("the page is %q", got)
	}
	texts("<p>two</p>")
	p.commit(wire.State{})
	p.ask(2, "GET", "/", false)
	if got := p.text(2); !strings.HasSuffix(got, "<p>two</p>") || strings.Contains(got, "style") {
		t.Errorf("the page is %q", got)
	}
	p.commit(wire.State{Files: []string{"a.txt"}})
	p.ask(3, "GET", "/a.txt", false)
	var head wire.ResponseHead
	if err := head.Decode(p.next(3, wire.File).Data); err != nil || head.Text != "a.txt" || head.Status != 200 {
		t.Errorf("the file is %v, %v", head, err)
	}
	p.ask(4, "POST", "/echo", true)
	for _, piece := range []string{"some ", "body", ""} {
		p.next(4, wire.Pull)
		p.conn.Send(wire.Body, 4, []byte(piece))
	}
	if got := p.text(4); got != "some body" {
		t.Errorf("the echo is %q", got)
	}
	p.ask(5, "POST", "/echo", true)
	p.next(5, wire.Pull)
	p.conn.Send(wire.NoBody, 5, wire.AppendString(wire.AppendInt(nil, 400), "broken"))
	if err := head.Decode(p.next(5, wire.Start).Data); err != nil || head.Status != 400 {
		t.Errorf("a broken body is answered with %v, %v", head, err)
	}
	p.ask(6, "GET", "/panic", false)
	var rec wire.Record
	if err := json.Unmarshal(p.next(6, wire.Log).Data, &rec); err != nil || !rec.Panic || rec.Error != "at once" {
		t.Errorf("the record is %+v, %v", rec, err)
	}
	p.in.Close()
	if err := <-p.done; err != nil {
		t.Error(err)
	}
}

// A visitor who takes nothing keeps nobody else waiting, and the program stops sending to one who has gone.
func TestWindow(t *testing.T) {
	p := run(t, testApp, nil)
	p.conn.Send(wire.SetTexts, 0, wire.AppendString(wire.AppendString(nil, "src/pages/index.gosite"), "<p>one</p>"))
	p.commit(wire.State{})
	p.ask(1, "GET", "/long", false)
	got := 0
	for got < wire.Window {
		got += len(p.next(1, wire.Data).Data)
	}
	time.Sleep(20 * time.Millisecond)
	p.mu.Lock()
	for _, f := range p.frames {
		if f.ID == 1 && f.Kind == wire.Data {
			t.Errorf("%d bytes more than the window", len(f.Data))
		}
	}
	p.mu.Unlock()
	p.ask(2, "GET", "/", false)
	p.text(2)
	p.conn.Send(wire.Credit, 1, wire.AppendInt(nil, 100))
	if n := len(p.next(1, wire.Data).Data); n != 100 {
		t.Errorf("%d bytes for 100 of credit", n)
	}
	p.conn.Send(wire.Cancel, 1, nil)
	p.next(1, wire.End, wire.Abort)
	p.in.Close()
	<-p.done
}

// A state that cannot be leaves the one before.
func TestRefused(t *testing.T) {
	bad := false
	p := run(t, func() *site.App {
		app := testApp()
		if bad {
			app.Config.Site = "nonsense"
		}
		return app
	}, func(index string) ([]wire.ContentProblem, error) {
		if index == "wrong" {
			return []wire.ContentProblem{{Message: "no date", File: "a.md"}}, nil
		}
		return nil, nil
	})
	p.conn.Send(wire.SetTexts, 0, wire.AppendString(wire.AppendString(nil, "src/pages/index.gosite"), "<p>one</p>"))
	if f := p.commit(wire.State{Content: "right", ContentDigest: "1"}); f.Kind != wire.Ready {
		t.Fatalf("%s", f.Data)
	}
	var failure wire.Failure
	if f := p.commit(wire.State{Content: "wrong", ContentDigest: "2"}); f.Kind != wire.Failed || json.Unmarshal(f.Data, &failure) != nil || len(failure.Content) != 1 {
		t.Errorf("%v %s", f.Kind, f.Data)
	}
	bad = true
	if f := p.commit(wire.State{Content: "right", ContentDigest: "1"}); f.Kind != wire.Failed || !strings.Contains(string(f.Data), "nonsense") {
		t.Errorf("%v %s", f.Kind, f.Data)
	}
	p.ask(1, "GET", "/", false)
	if got := p.text(1); !strings.Contains(got, "<p>one</p>") {
		t.Errorf("the page is %q", got)
	}
	p.in.Close()
	<-p.done
}
