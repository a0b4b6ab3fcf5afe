package runtime

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sitegen.dev/core/prerender/runtime/wire"
	"sitegen.dev/core/site"
)

func page(text string) func(*site.Writer, *site.Page) error {
	return func(w *site.Writer, _ *site.Page) error {
		w.S(text)
		return w.End()
	}
}

func fixed(pattern string, render func(*site.Writer, *site.Page) error) *site.Route {
	return &site.Route{Pattern: pattern, Source: "src/pages" + pattern + ".gosite", Prerender: true, Render: render}
}

// run renders routes into a new folder and gives the events.
func run(t *testing.T, job wire.Job, routes ...*site.Route) (dir string, events []wire.Event, ok bool) {
	t.Helper()
	job.Out = t.TempDir()
	var out bytes.Buffer
	ok = Run(t.Context(), &site.App{Routes: routes}, nil, job, &out)
	for line := range strings.Lines(out.String()) {
		text, found := strings.CutPrefix(line, wire.Prefix)
		if !found {
			t.Fatalf("a line without prefix: %q", line)
		}
		e, err := wire.ReadEvent([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	return job.Out, events, ok
}

func only(events []wire.Event, kind wire.Kind) []wire.Event {
	var out []wire.Event
	for _, e := range events {
		if e.Kind == kind {
			out = append(out, e)
		}
	}
	return out
}

func TestPagesAreWrittenAndReportedInOrder(t *testing.T) {
	slow := func(w *site.Writer, p *site.Page) error {
		if p.Params["n"] == "0" {
			time.Sleep(30 * time.Millisecond) // the first to begin is the last to end
		}
		w.S("page " + p.Params["n"])
		return w.End()
	}
	list := &site.Route{Pattern: "/[n]", Source: "src/pages/[n].gosite", Prerender: true, Paths: func(*site.Build) ([]site.PathEntry, error) {
		var out []site.PathEntry
		for i := range 20 {
			out = append(out, site.PathEntry{Params: site.Params{"n": fmt.Sprint(i)}, Render: slow})
		}
		return out, nil
	}}
	dir, events, ok := run(t, wire.Job{Concurrency: 4}, fixed("/about", page("<p>about</p>")), list)
	if !ok || events[len(events)-1].Kind != wire.Done {
		t.Fatalf("not done: %+v", events)
	}
	pages := only(events, wire.Page)
	if len(pages) != 21 || pages[0].File != "about/index.html" {
		t.Fatalf("%d pages, first %+v", len(pages), pages[0])
	}
	for i, e := range pages[1:] {
		want := fmt.Sprintf("%d/index.html", i)
		if e.File != want {
			t.Errorf("page %d is %s, want %s", i, e.File, want)
		}
		data, err := os.ReadFile(filepath.Join(dir, e.File))
		if err != nil || string(data) != fmt.Sprint("page ", i) || e.Size != int64(len(data)) {
			t.Errorf("%s holds %q (%v), reported as %d bytes", e.File, data, err, e.Size)
		}
	}
}

func TestWhatTakesLongIsTold(t *testing.T) {
	defer func(d time.Duration) { slow = d }(slow)
	slow = time.Millisecond
	told, asked := make(chan bool), make(chan bool)
	waits := func(w *site.Writer, p *site.Page) error {
		<-told
		return w.End()
	}
	list := &site.Route{Pattern: "/[n]", Source: "src/pages/[n].gosite", Prerender: true, Paths: func(*site.Build) ([]site.PathEntry, error) {
		<-asked
		return []site.PathEntry{{Params: site.Params{"n": "1"}, Render: waits}}, nil
	}}
	app := &site.App{Routes: []*site.Route{list}}
	r, w := io.Pipe()
	go func() {
		Run(t.Context(), app, nil, wire.Job{Out: t.TempDir(), Concurrency: 1}, w)
		w.Close()
	}()
	var got []string
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			break
		}
		e, err := wire.ReadEvent([]byte(strings.TrimPrefix(line, wire.Prefix)))
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case e.Kind != wire.Slow:
			got = append(got, string(e.Kind))
		case e.What == wire.PathList && len(got) == 0:
			got = append(got, "list of "+e.Route+" in "+e.Source)
			close(asked)
		case e.What == "" && len(got) == 1:
			got = append(got, e.Path)
			close(told)
		}
	}
	if want := []string{"list of /[n] in src/pages/[n].gosite", "/1", "page", "done"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFailuresAreReportedAndTheRestGoesOn(t *testing.T) {
	_, events, ok := run(t, wire.Job{Concurrency: 2},
		fixed("/error", func(*site.Writer, *site.Page) error { return errors.New("no database") }),
		fixed("/panic", func(*site.Writer, *site.Page) error { panic("oops") }),
		fixed("/cookies", func(w *site.Writer, p *site.Page) error {
			p.Cookies.Get("a")
			return w.End()
		}),
		fixed("/good", page("good")),
		&site.Route{Pattern: "/[x]", Source: "src/pages/[x].gosite", Prerender: true, Paths: func(*site.Build) ([]site.PathEntry, error) {
			return nil, errors.New("no list")
		}},
	)
	if ok {
		t.Error("Run says that all is well")
	}
	if good := only(events, wire.Page); len(good) != 1 || good[0].Path != "/good/" && good[0].Path != "/good" {
		t.Errorf("pages: %+v", good)
	}
	got := map[string]wire.Event{}
	for _, e := range only(events, wire.Error) {
		got[e.Route] = e
	}
	for route, want := range map[string]struct {
		what    wire.Failure
		message string
	}{
		"/error":   {wire.Returned, "no database"},
		"/panic":   {wire.Panicked, "oops"},
		"/cookies": {wire.RequestData, ""},
		"/[x]":     {wire.PathList, "no list"},
	} {
		if e := got[route]; e.What != want.what || !strings.Contains(e.Message, want.message) {
			t.Errorf("%s: %+v, want %s %q", route, e, want.what, want.message)
		}
	}
}

func TestSameFileTwice(t *testing.T) {
	dir, events, ok := run(t, wire.Job{Concurrency: 2}, fixed("/a", page("fixed")),
		&site.Route{Pattern: "/[x]", Source: "src/pages/[x].gosite", Prerender: true, Paths: func(*site.Build) ([]site.PathEntry, error) {
			return []site.PathEntry{{Params: site.Params{"x": "a"}, Render: page("listed")}}, nil
		}})
	errs := only(events, wire.Error)
	if ok || len(errs) != 1 || errs[0].What != wire.Conflict || errs[0].Route != "/[x]" {
		t.Fatalf("%v %+v", ok, errs)
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "a/index.html")); string(data) != "fixed" {
		t.Errorf("the file of the route that comes first holds %q", data)
	}
}

func TestTooManyErrorsEndTheRun(t *testing.T) {
	fail := func(*site.Writer, *site.Page) error { return errors.New("no") }
	var routes []*site.Route
	for i := range 50 {
		routes = append(routes, fixed(fmt.Sprint("/p", i), fail))
	}
	_, events, ok := run(t, wire.Job{Concurrency: 1, MaxErrors: 3}, routes...)
	if n := len(only(events, wire.Error)); ok || n != 3 {
		t.Errorf("%d errors were reported", n)
	}
	if len(only(events, wire.Done)) > 0 {
		t.Error("a run that was cut off says that it is done")
	}
	if n := len(only(events, wire.More)); n != 1 {
		t.Errorf("a run that was cut off says %d times that there may be more", n)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	if Run(ctx, &site.App{Routes: []*site.Route{fixed("/a", page("a"))}}, nil, wire.Job{Out: t.TempDir()}, &out) {
		t.Error("a cancelled run says that all is well")
	}
	if strings.Contains(out.String(), `"done"`) {
		t.Errorf("events: %s", out.String())
	}
}

func TestUserFile(t *testing.T) {
	for _, tt := range []struct {
		in, want string
		ok       bool
	}{
		{"src/pages/index.gosite", "src/pages/index.gosite", true},
		{"example.com/shop/shop.go", "shop.go", true},
		{"example.com/shop/.sitegen/gen/c/Card/render.go", "", false},
		{"runtime/panic.go", "", false},
		{"sitegen.dev/core/site/serve.go", "", false},
	} {
		got, ok := userFile(tt.in, "example.com/shop")
		if ok != tt.ok || ok && got != tt.want {
			t.Errorf("userFile(%q) = %q, %v", tt.in, got, ok)
		}
	}
}

// The build copies plain HTML pages itself; the program knows their routes and leaves them alone.
func TestPlainHTMLIsLeftAlone(t *testing.T) {
	plain := &site.Route{Pattern: "/plain", Source: "src/pages/plain.html", Prerender: true}
	_, events, ok := run(t, wire.Job{}, plain, fixed("/about", page("<p>about</p>")))
	if failures := only(events, wire.Error); !ok || len(failures) > 0 {
		t.Errorf("ok is %v, failures %v", ok, failures)
	}
}

func TestRedirects(t *testing.T) {
	old := &site.Route{Pattern: "/old", Type: site.RedirectRoute, Redirect: &site.RedirectTo{To: "/new", Status: 301}}
	many := &site.Route{Pattern: "/old/[slug]", Type: site.RedirectRoute, Redirect: &site.RedirectTo{To: "/new/[slug]", Status: 301}}
	dir, _, ok := run(t, wire.Job{Redirects: true}, old, many)
	data, err := os.ReadFile(filepath.Join(dir, "old/index.html"))
	if !ok || err != nil || !strings.Contains(string(data), `url=/new`) {
		t.Errorf("%v %v %s", ok, err, data)
	}
	dir, _, ok = run(t, wire.Job{}, old)
	if entries, _ := os.ReadDir(dir); !ok || len(entries) > 0 {
		t.Errorf("without Redirects there are files: %v", entries)
	}
}
