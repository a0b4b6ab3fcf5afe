package site

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// TestFlushedPageGoesOn: after one flush, what stands before something slow goes out without another.
func TestFlushedPageGoesOn(t *testing.T) {
	sink := &watched{sent: make(chan string, 16)}
	var seen []string
	wait := func() { // what a slow fence does
		select {
		case piece := <-sink.sent:
			seen = append(seen, piece)
		case <-time.After(10 * time.Second):
			t.Error("nothing went out")
		}
	}
	fence := func(w *Writer, text string) error {
		if !w.Loop() {
			return w.Err()
		}
		wait()
		w.S(text)
		return w.End()
	}
	h := NewHandler(&App{Routes: []*Route{page("/", func(w *Writer, page *Page) error {
		w.S("<head>")
		if err := page.Flush(); err != nil {
			return err
		}
		wait()
		w.S("<h1>")
		if err := fence(w, "<a>"); err != nil {
			return err
		}
		w.S("<p>")
		if err := fence(w, "<b>"); err != nil {
			return err
		}
		wait()
		w.S("<end>")
		return w.End()
	})}}, Host{})
	h.Serve(context.Background(), &Request{Method: "GET", Target: "/", Host: "example.com"}, sink)
	// "<a>" and "<p>" are handed on by the end of one component and the fence of the next, and go out together or not.
	if got := strings.Join(seen, "|"); !strings.HasPrefix(got, "<head>|<h1>|<a>") || strings.Contains(got, "<end>") {
		t.Errorf("went out while it was rendered: %s", got)
	}
	if got := sink.body.String(); got != "<head><h1><a><p><b><end>" {
		t.Errorf("got %q", got)
	}
	if sink.aborted != nil {
		t.Error(sink.aborted)
	}
}

// TestFlushedPageFails: what was rendered before a failure is sent, then the answer breaks off, and nothing uses the sink
// afterwards.
func TestFlushedPageFails(t *testing.T) {
	for name, fail := range map[string]func() error{
		"error": func() error { return errors.New("no tea left") },
		"panic": func() error { panic("no tea left") },
	} {
		x := newTester(t, &App{Routes: []*Route{page("/", func(w *Writer, page *Page) error {
			w.S("<head>")
			if err := page.Flush(); err != nil {
				return err
			}
			w.S("<h1>")
			if err := w.End(); err != nil {
				return err
			}
			return fail()
		})}}, nil)
		got := x.do("GET /")
		size := got.body.Len()
		time.Sleep(3 * paceDelay)
		if s := got.body.String(); s != "<head><h1>" || got.aborted == nil || got.body.Len() != size {
			t.Errorf("%s: got %q, aborted %v", name, s, got.aborted)
		}
	}
}

// TestFlushedPageOfVisitorWhoLeft: a piece that could not be sent ends the page at the next place.
func TestFlushedPageOfVisitorWhoLeft(t *testing.T) {
	sink := &memSink{failAt: 1}
	rounds := 0
	h := NewHandler(&App{Routes: []*Route{page("/", func(w *Writer, page *Page) error {
		if w.S("x"); page.Flush() != nil {
			return w.Err()
		}
		for ; w.Loop() && rounds < 1000; rounds++ {
			w.S("row")
			time.Sleep(time.Millisecond)
		}
		return w.End()
	})}}, Host{})
	h.Serve(context.Background(), &Request{Method: "GET", Target: "/", Host: "example.com"}, sink)
	if rounds == 1000 || sink.aborted == nil {
		t.Errorf("%d rounds, aborted %v", rounds, sink.aborted)
	}
}

// TestFlushedPageIsCollected: a long list is not a long list of packets.
func TestFlushedPageIsCollected(t *testing.T) {
	x := newTester(t, &App{Routes: []*Route{page("/", func(w *Writer, page *Page) error {
		if w.S("x"); page.Flush() != nil {
			return w.Err()
		}
		for range 5000 {
			if !w.Loop() {
				return w.Err()
			}
			w.S("<li>row</li>")
		}
		return w.End()
	})}}, nil)
	got := x.do("GET /")
	if got.body.Len() != 1+5000*len("<li>row</li>") || len(got.pieces) > 500 {
		t.Errorf("%d bytes in %d pieces", got.body.Len(), len(got.pieces))
	}
}
