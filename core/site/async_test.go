package site

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// when is a component that waits for a channel and then writes a text.
func when(s string, until <-chan struct{}) func(w *Writer, page *Page) error {
	return func(w *Writer, page *Page) error {
		select {
		case <-until:
		case <-page.Context().Done():
			return page.Context().Err()
		}
		w.S(s)
		return w.End()
	}
}

func now() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

// all writes texts and runs functions in order.
func all(w *Writer, page *Page, parts ...any) error {
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			w.S(p)
		case func():
			p()
		case func(w *Writer, page *Page) error:
			if err := Async(w, page, p); err != nil {
				return err
			}
		}
	}
	return w.End()
}

func TestAsyncOrder(t *testing.T) {
	for _, static := range []bool{false, true} {
		first, second := make(chan struct{}), make(chan struct{})
		render := func(w *Writer, page *Page) error {
			return all(w, page, "<1>", when("<2>", first), "<3>",
				func(w *Writer, page *Page) error {
					return all(w, page, "(", when("a", second), when("b", now()), func() { close(first) }, ")")
				},
				func() { close(second) }, when("<5>", now()))
		}
		app := &App{Routes: []*Route{{Pattern: "/", Prerender: static, Render: render}}}
		got := ""
		if static {
			got = strings.TrimPrefix(renderAll(t, app)["index.html"], "/ ")
		} else {
			got = newTester(t, app, nil).do("GET /").body.String()
		}
		if want := "<1><2><3>(ab)<5>"; got != want {
			t.Errorf("prerendered %v: got %q, want %q", static, got, want)
		}
	}
}

// TestAsyncRunsAtOnce has parts that can only end when all of them have begun.
func TestAsyncRunsAtOnce(t *testing.T) {
	var begun sync.WaitGroup
	begun.Add(10)
	one := func(w *Writer, page *Page) error {
		begun.Done()
		begun.Wait()
		w.S("x")
		return w.End()
	}
	x := newTester(t, &App{Routes: []*Route{page("/", func(w *Writer, page *Page) error {
		for range 10 {
			if err := Async(w, page, one); err != nil {
				return err
			}
		}
		return w.End()
	})}}, nil)
	if got := x.do("GET /").body.String(); got != strings.Repeat("x", 10) {
		t.Errorf("got %q", got)
	}
}

func TestAsyncStreams(t *testing.T) {
	slow := make(chan struct{})
	x := newTester(t, &App{Routes: []*Route{page("/", func(w *Writer, page *Page) error {
		if err := all(w, page, "<head>", when("<a>", now()), when("<b>", slow), "<tail>"); err != nil {
			return err
		}
		time.Sleep(time.Millisecond)
		if err := page.Flush(); err != nil {
			return err
		}
		close(slow)
		return w.End()
	})}}, nil)
	got := x.do("GET /")
	if s := got.body.String(); s != "<head><a><b><tail>" {
		t.Errorf("got %q", s)
	}
	if len(got.pieces) == 0 || !strings.HasPrefix(got.pieces[0], "<head>") || strings.Contains(got.pieces[0], "<b>") {
		t.Errorf("the first piece does not end at the slow part: %q", got.pieces)
	}
}

// TestAsyncFlushLater asks for a flush while nothing can be sent; what was asked for is sent when its turn comes.
func TestAsyncFlushLater(t *testing.T) {
	first, last := make(chan struct{}), make(chan struct{})
	sink := &watched{sent: make(chan string, 16)}
	h := NewHandler(&App{Routes: []*Route{page("/", func(w *Writer, page *Page) error {
		if err := all(w, page, when("<a>", first), "<b>", when("<c>", last), "<d>"); err != nil {
			return err
		}
		return page.Flush()
	})}}, Host{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.Serve(context.Background(), &Request{Method: "GET", Target: "/", Host: "example.com"}, sink)
	}()
	close(first)
	if got := <-sink.sent; got != "<a><b>" {
		t.Errorf("first %q", got)
	}
	close(last)
	<-done
	if got := sink.body.String(); got != "<a><b><c><d>" {
		t.Errorf("got %q", got)
	}
}

// watched reports what was sent at every Flush.
type watched struct {
	memSink
	sent chan string
}

func (s *watched) Flush() error {
	s.memSink.Flush()
	s.sent <- s.pieces[len(s.pieces)-1]
	return nil
}

// line gives a header line of the answer, or "".
func (s *watched) line(name string) string {
	for _, l := range s.header {
		if equalFold(l.Name, name) {
			return l.Value
		}
	}
	return ""
}

func TestAsyncFailures(t *testing.T) {
	bad := errors.New("no tea left")
	fail := func(*Writer, *Page) error { return bad }
	var running atomic.Int32
	patient := func(w *Writer, page *Page) error {
		running.Add(1)
		defer running.Add(-1)
		<-page.Context().Done()
		return page.Context().Err()
	}
	errorPage := &Route{Pattern: "/500", Error: 500, Render: text(func(page *Page) (string, error) {
		if err := page.Context().Err(); err != nil {
			return "", err
		}
		return "sorry: " + page.Err().Error(), nil
	})}
	one := func(name string, parts ...any) *Route {
		return page("/"+name, func(w *Writer, page *Page) error { return all(w, page, parts...) })
	}
	x := newTester(t, &App{Config: Config{OnePiece: true}, Routes: []*Route{errorPage,
		one("error", "a", patient, fail, patient, "b"),
		one("panic", "a", func(*Writer, *Page) error { panic(bad) }),
		one("redirect", "a", func(_ *Writer, page *Page) error { return page.Redirect("/there") }),
		one("lost", "a", func(_ *Writer, page *Page) error { return fmt.Errorf("no: %w", page.NotFound()) }),
		one("nested", func(w *Writer, page *Page) error { return all(w, page, patient, fail) }),
		one("header", func(w *Writer, page *Page) error { page.Response.Header.Set("X-A", "1"); return w.End() }),
		one("cookie", func(w *Writer, page *Page) error { page.Cookies.Set(Cookie{Name: "a", Value: "1"}); return w.End() }),
		one("status", func(w *Writer, page *Page) error { page.Response.Status = 404; return w.End() }),
		one("value", func(w *Writer, page *Page) error { V(struct{}{}).Text(w); return w.End() }),
		page("/main", func(w *Writer, page *Page) error {
			if err := all(w, page, patient, patient); err != nil {
				return err
			}
			return bad
		}),
		page("/mainpanic", func(w *Writer, page *Page) error {
			if err := all(w, page, patient); err != nil {
				return err
			}
			panic(bad)
		}),
		page("/waits", func(w *Writer, page *Page) error {
			if err := all(w, page, fail); err != nil {
				return err
			}
			<-page.Context().Done() // the page itself is told too
			return page.Context().Err()
		}),
	}}, nil)
	x.run([]exchangeCase{
		{"GET /error", "500\n\nsorry: no tea left"},
		{"GET /nested", "500\n\nsorry: no tea left"},
		{"GET /main", "500\n\nsorry: no tea left"},
		{"GET /waits", "500\n\nsorry: no tea left"},
		{"HEAD /error", "500"},
	})
	if n := running.Load(); n != 0 {
		t.Errorf("%d parts still run", n)
	}
	for path, want := range map[string]string{
		"/panic":     "sorry: async_test.go:",
		"/mainpanic": "sorry: async_test.go:",
		"/redirect":  "the page was answered with status 302 in a component with server:async",
		"/lost":      "the page was answered with status 404 in a component with server:async",
		"/header":    "header X-A was set in a component with server:async",
		"/cookie":    "cookie a was set in a component with server:async",
		"/status":    "page.Response.Status was set in a component with server:async",
		"/value":     "struct {}",
	} {
		got := x.do("GET " + path)
		body := strings.ReplaceAll(got.body.String(), x.dir(), "")
		if got.status != 500 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %q, want %q", path, got.status, body, want)
		}
	}
}

// TestAsyncFailsLate has parts that fail when a part of the answer was sent.
func TestAsyncFailsLate(t *testing.T) {
	bad := errors.New("no tea left")
	sent := make(chan string, 16)
	fail := func(*Writer, *Page) error {
		<-sent
		return bad
	}
	var logs []LogRecord
	h := NewHandler(&App{Routes: []*Route{
		page("/end", func(w *Writer, page *Page) error { return all(w, page, "begun", fail, "never") }),
		page("/flush", func(w *Writer, page *Page) error {
			w.S("begun")
			if err := page.Flush(); err != nil {
				return err
			}
			return all(w, page, fail, "never")
		}),
	}}, Host{Log: func(_ context.Context, r LogRecord) { logs = append(logs, r) }})
	for _, path := range []string{"/end", "/flush"} {
		logs = nil
		sink := &watched{sent: sent}
		h.Serve(context.Background(), &Request{Method: "GET", Target: path, Host: "example.com"}, sink)
		if sink.status != 200 || sink.body.String() != "begun" || sink.aborted == nil {
			t.Errorf("%s: %d %q, broken off with %v", path, sink.status, sink.body.String(), sink.aborted)
		}
		if len(logs) != 1 || logs[0].Message != "the page failed after its output had begun" || logs[0].Err != bad {
			t.Errorf("%s: logged %v", path, logs)
		}
		for len(sent) > 0 {
			<-sent
		}
	}
}

// TestAsyncGoesOut has nobody ask for a flush: when the page is through, what stands before a part that still runs is
// sent. Status and header are open until then, also for the middleware.
func TestAsyncGoesOut(t *testing.T) {
	var first, last chan struct{}
	app := &App{
		Middleware: func(page *Page, next Handler) error {
			if err := next(page); err != nil {
				return err
			}
			page.Response.Header.Set("X-After", "yes")
			switch page.Query("do") {
			case "read":
				close(first)
				close(last)
				body, ok := page.Response.Bytes()
				page.Response.Header.Set("X-Length", fmt.Sprint(len(body), ok))
			case "replace":
				return page.Send(NewResponse(200, "another"))
			case "fail":
				return errors.New("after next")
			case "cache":
				close(first)
				close(last)
				page.Cache(Cache{MaxAge: time.Minute})
			case "status":
				page.Response.Status = 204
			}
			return nil
		},
		Routes: []*Route{
			page("/", func(w *Writer, page *Page) error {
				if err := all(w, page, "<head>", when("<a>", first), "<b>", when("<c>", last), "<d>"); err != nil {
					return err
				}
				page.Response.Header.Set("X-Late", "yes")
				return nil
			}),
			{Pattern: "/500", Error: 500, Render: func(w *Writer, page *Page) error { return all(w, page, "sorry", when("!", last)) }},
		},
	}
	serve := func(method, target string) (*watched, chan struct{}) {
		first, last = make(chan struct{}), make(chan struct{})
		sink, done := &watched{sent: make(chan string, 16)}, make(chan struct{})
		go func() {
			defer close(done)
			NewHandler(app, Host{}).Serve(context.Background(), &Request{Method: method, Target: target, Host: "example.com"}, sink)
		}()
		return sink, done
	}

	sink, done := serve("GET", "/")
	if got := <-sink.sent; got != "<head>" {
		t.Errorf("first %q", got)
	}
	close(first)
	if got := <-sink.sent; got != "<a><b>" {
		t.Errorf("then %q", got)
	}
	close(last)
	<-done
	if got := sink.body.String(); got != "<head><a><b><c><d>" {
		t.Errorf("got %q", got)
	}
	for name, want := range map[string]string{"X-Late": "yes", "X-After": "yes", "Content-Length": ""} {
		if got := sink.line(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}

	for _, tt := range []struct{ method, target, status, body, length string }{
		{"GET", "/?do=read", "200", "<head><a><b><c><d>", "18"},
		{"GET", "/?do=cache", "200", "<head><a><b><c><d>", "18"},
		{"GET", "/?do=replace", "200", "another", "7"},
		{"GET", "/?do=status", "204", "", ""},
	} {
		sink, done := serve(tt.method, tt.target)
		<-done
		if got := fmt.Sprint(sink.status); got != tt.status || sink.body.String() != tt.body || sink.line("Content-Length") != tt.length {
			t.Errorf("%s: %s %q, length %q", tt.target, got, sink.body.String(), sink.line("Content-Length"))
		}
		if got := sink.line("X-Length"); tt.target == "/?do=read" && got != "18 true" {
			t.Errorf("the middleware has read %s", got)
		}
	}

	sink, done = serve("GET", "/?do=fail")
	if got := <-sink.sent; got != "sorry" {
		t.Errorf("of the 500 page, first %q", got)
	}
	close(last)
	<-done
	if sink.status != 500 || sink.body.String() != "sorry!" {
		t.Errorf("%d %q", sink.status, sink.body.String())
	}

	sink, done = serve("HEAD", "/")
	close(first)
	close(last)
	<-done
	if sink.line("Content-Length") != "18" || len(sink.pieces) > 0 {
		t.Errorf("HEAD: length %q, pieces %q", sink.line("Content-Length"), sink.pieces)
	}
}

// dir is in front of the names of this package's files.
func (x *tester) dir() string {
	file := stack()[0].File
	return file[:strings.LastIndexByte(file, '/')+1]
}

func TestAsyncVisitorLeaves(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var logs []LogRecord
	h := NewHandler(&App{Routes: []*Route{page("/", func(w *Writer, page *Page) error {
		return all(w, page, when("a", nil), func() { cancel() })
	})}}, Host{Log: func(_ context.Context, r LogRecord) { logs = append(logs, r) }})
	h.Serve(ctx, &Request{Method: "GET", Target: "/", Host: "example.com"}, &memSink{})
	if len(logs) != 0 {
		t.Errorf("logged: %v", logs)
	}
}

// TestAsyncOnce uses scripts and styles in parts: each comes once, where the document first needs it, however the parts
// are scheduled.
func TestAsyncOnce(t *testing.T) {
	script := func(after time.Duration) func(w *Writer, page *Page) error {
		return func(w *Writer, page *Page) error {
			time.Sleep(after)
			w.S("<c>")
			Script(w, page, "s")
			Head(w, page)
			w.S("</c>")
			return w.End()
		}
	}
	app := &App{Assets: map[string]Asset{"s": {Tag: "<script>"}}, Routes: []*Route{{Pattern: "/", Head: "<style>",
		Render: func(w *Writer, page *Page) error {
			if err := all(w, page, script(5*time.Millisecond), script(0)); err != nil {
				return err
			}
			node, err := String(func(w *Writer) error { return all(w, page, "{", script(time.Millisecond), "}") })
			if err != nil {
				return err
			}
			w.S(node)
			Script(w, page, "s")
			return w.End()
		}}}}
	got := newTester(t, app, nil).do("GET /").body.String()
	// The text of String is made before the page is put together, so its script is the first.
	if want := "<c></c><c></c>{<c><script><style></c>}"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	app.Routes[0].Render = func(w *Writer, page *Page) error {
		if err := all(w, page, script(5*time.Millisecond), script(0)); err != nil {
			return err
		}
		return script(0)(w, page)
	}
	got = newTester(t, app, nil).do("GET /").body.String()
	if want := "<c><script><style></c><c></c><c></c>"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestAsyncSees reads everything of a request in several parts at once; the race detector looks on.
func TestAsyncSees(t *testing.T) {
	key := NewKey[string]()
	read := func(w *Writer, page *Page) error {
		c, _ := page.Cookies.Get("user")
		form, err := page.Request.Form()
		if err != nil {
			return err
		}
		key.Set(page.Locals, key.Get(page.Locals)+"!") // seen by this part alone
		fmt.Fprintf(stringWriter{w}, "%s %s %s %s %s %s;", c.Value, form.Get("a"), key.Get(page.Locals), page.Params["x"], page.Response.Header.Get("X-B"), page.ClientAddr())
		return w.End()
	}
	render := func(w *Writer, page *Page) error {
		key.Set(page.Locals, "local")
		page.Response.Header.Set("X-B", "b")
		for range 5 {
			if err := Async(w, page, read); err != nil {
				return err
			}
		}
		return w.End()
	}
	x := newTester(t, &App{Routes: []*Route{page("/[x]", render)}}, nil)
	got := x.do("POST /p\nContent-Type: application/x-www-form-urlencoded\nCookie: user=ada\n\na=1").body.String()
	if want := strings.Repeat("ada 1 local! p b 192.0.2.1;", 5); got != want {
		t.Errorf("got %q (%s), want %q", got, x.messages(), want)
	}
}

type stringWriter struct{ w *Writer }

func (s stringWriter) Write(p []byte) (int, error) { s.w.S(string(p)); return len(p), nil }

// TestAsyncMany writes more parts than run at a time, and much text behind one that is slow.
func TestAsyncMany(t *testing.T) {
	row := strings.Repeat("x", 1000)
	var want strings.Builder
	for i := range 500 {
		fmt.Fprintf(&want, "%d:%s", i, row)
	}
	x := newTester(t, &App{Routes: []*Route{page("/", func(w *Writer, page *Page) error {
		for i := range 500 {
			if !w.Loop() {
				return w.Err()
			}
			err := Async(w, page, func(w *Writer, page *Page) error {
				if i%7 == 0 {
					time.Sleep(time.Millisecond)
				}
				fmt.Fprintf(stringWriter{w}, "%d:", i)
				return w.End()
			})
			if err != nil {
				return err
			}
			w.S(row)
		}
		return w.End()
	})}}, nil)
	if got := x.do("GET /").body.String(); got != want.String() {
		t.Errorf("got %d bytes, want %d", len(got), want.Len())
	}
}

// TestAsyncKeepsLittle has a page that writes without end behind a slow part: it has to wait for the part.
func TestAsyncKeepsLittle(t *testing.T) {
	slow := make(chan struct{})
	var written atomic.Int64
	row := strings.Repeat("x", 1<<10)
	h := NewHandler(&App{Routes: []*Route{page("/", func(w *Writer, page *Page) error {
		if err := all(w, page, when("a", slow)); err != nil {
			return err
		}
		for range 8 << 10 {
			if !w.Loop() {
				return w.Err()
			}
			w.S(row)
			written.Add(int64(len(row)))
		}
		return w.End()
	})}}, Host{})
	sink := &memSink{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.Serve(context.Background(), &Request{Method: "GET", Target: "/", Host: "example.com"}, sink)
	}()
	for last := int64(-1); last != written.Load(); time.Sleep(20 * time.Millisecond) {
		last = written.Load()
	}
	if n := written.Load(); n > maxBehind+spillAt+1<<10 {
		t.Errorf("%d bytes were kept behind an unfinished part", n)
	}
	close(slow)
	<-done
	if n := sink.body.Len(); n != 8<<20+1 {
		t.Errorf("%d bytes were sent", n)
	}
}

// TestAsyncWarnings gives what a part left out in the order of the document.
func TestAsyncWarnings(t *testing.T) {
	bad := func(url string, after time.Duration) func(w *Writer, page *Page) error {
		return func(w *Writer, page *Page) error {
			time.Sleep(after)
			V("javascript:"+url).URL(w, "href")
			return w.End()
		}
	}
	app := &App{Routes: []*Route{{Pattern: "/", Prerender: true, Render: func(w *Writer, page *Page) error {
		return all(w, page, bad("first", 3*time.Millisecond), bad("second", 0))
	}}}}
	out, err := app.RenderStatic(context.Background(), app.Routes[0], PathEntry{Render: app.Routes[0].Render}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Warnings) != 2 || !strings.Contains(out.Warnings[0].Message, "first") || !strings.Contains(out.Warnings[1].Message, "second") {
		t.Errorf("warnings: %v", out.Warnings)
	}
}

func BenchmarkServeAsync(b *testing.B) {
	hello := fixed("<h1>Hello</h1>")
	benchmarkServe(b, &App{Routes: []*Route{{Pattern: "/", Render: func(w *Writer, page *Page) error {
		if err := Async(w, page, hello); err != nil {
			return err
		}
		return Async(w, page, hello)
	}}}}, "GET", "/")
}
