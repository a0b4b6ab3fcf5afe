package site_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"sitegen.dev/core/site"
)

// render returns what f writes and the warnings that came with it, and fails the test on an error.
func render(t testing.TB, f func(w *site.Writer)) (string, []string) {
	t.Helper()
	w := site.NewWriter(nil)
	var warnings []string
	site.OnWarning(w, func(m site.Warning) { warnings = append(warnings, m.Message) })
	f(w)
	if err := w.End(); err != nil {
		t.Fatal(err)
	}
	return string(w.Bytes()), warnings
}

// failure returns the error that f ends with, and fails the test if there is none.
func failure(t testing.TB, f func(w *site.Writer)) *site.ValueError {
	t.Helper()
	w := site.NewWriter(nil)
	f(w)
	var e *site.ValueError
	if !errors.As(w.End(), &e) {
		t.Fatalf("the error is %v, want a *ValueError; written: %q", w.Err(), w.Bytes())
	}
	return e
}

func TestWriterFirstErrorWins(t *testing.T) {
	first, second := errors.New("first"), errors.New("second")
	w := site.NewWriter(nil)
	w.Fail(nil)
	if err := w.End(); err != nil || !w.Loop() {
		t.Errorf("after Fail(nil): End() = %v, Loop() = false", err)
	}
	w.Fail(first)
	w.Fail(second)
	if w.Err() != first || w.End() != first || w.Loop() {
		t.Errorf("Err() = %v, End() = %v, Loop() = true; want %v and false", w.Err(), w.End(), first)
	}
}

func TestWriterZeroValue(t *testing.T) {
	var w site.Writer
	for range 3 {
		if w.Loop() {
			w.S("x")
		}
	}
	if err := w.End(); err != nil || string(w.Bytes()) != "xxx" {
		t.Errorf("got %q, %v", w.Bytes(), err)
	}
}

func TestWriterSpillsAtBoundariesOnly(t *testing.T) {
	var got []string
	w := site.NewWriter(nil)
	site.OnSpill(w, 4, func(b []byte) error { got = append(got, string(b)); return nil })
	w.S("aaa")
	w.Loop() // too short
	w.S("bbbbbbbb")
	site.V("c").Text(w) // long enough, but inside
	w.Loop()
	w.S("dddd")
	if err := w.End(); err != nil {
		t.Fatal(err)
	}
	w.S("e")
	if err := site.Flush(w); err != nil {
		t.Fatal(err)
	}
	if err := site.Flush(w); err != nil {
		t.Fatal(err)
	}
	if want := []string{"aaabbbbbbbbc", "dddd", "e"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWriterSpillError(t *testing.T) {
	gone := errors.New("client is gone")
	calls := 0
	w := site.NewWriter(nil)
	site.OnSpill(w, 1, func([]byte) error { calls++; return gone })
	rounds := 0
	for range 5 {
		if !w.Loop() {
			break
		}
		rounds++
		w.S("row")
	}
	if rounds != 1 || calls != 1 || w.End() != gone {
		t.Errorf("%d rounds, %d calls, End() = %v; want 1, 1, %v", rounds, calls, w.End(), gone)
	}
}

func TestWriterReset(t *testing.T) {
	w := site.NewWriter(make([]byte, 0, 64))
	site.OnSpill(w, 1, func([]byte) error { return errors.New("no") })
	w.S("x")
	w.End()
	w.Reset()
	w.S("fresh")
	if err := w.End(); err != nil || w.Len() != 5 || !bytes.Equal(w.Bytes(), []byte("fresh")) {
		t.Errorf("got %q, %v", w.Bytes(), err)
	}
}

func TestString(t *testing.T) {
	hello := site.Node(func(w *site.Writer) error {
		w.S("<b>")
		inner, err := site.String(func(w *site.Writer) error { site.V("<").Text(w); return w.End() })
		if err != nil {
			return err
		}
		w.S(inner)
		w.S("</b>")
		return w.End()
	})
	if got, err := site.String(hello); err != nil || got != "<b>&lt;</b>" {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := site.String(nil); err != nil || got != "" {
		t.Errorf("nil: got %q, %v", got, err)
	}
	oops := errors.New("oops")
	if got, err := site.String(func(w *site.Writer) error { w.S("half"); return oops }); err != oops || got != "" {
		t.Errorf("got %q, %v; want %v", got, err, oops)
	}
	if got, err := site.String(hello); err != nil || got != "<b>&lt;</b>" {
		t.Errorf("after an error: got %q, %v", got, err)
	}
}

func TestEscape(t *testing.T) {
	for _, tt := range []struct{ in, text, attr string }{
		{"", "", ""},
		{"a", "a", "a"},
		{`<a href="x">O'Neill & sons</a>`, `&lt;a href="x"&gt;O'Neill &amp; sons&lt;/a&gt;`, `&lt;a href=&#34;x&#34;&gt;O'Neill &amp; sons&lt;/a&gt;`},
		{"&&&&&&&&&", strings.Repeat("&amp;", 9), strings.Repeat("&amp;", 9)},
		{"\x00", "\uFFFD", "\uFFFD"},
		{"grün 日本 \xff", "grün 日本 \xff", "grün 日本 \xff"},
		{"&amp;", "&amp;amp;", "&amp;amp;"},
	} {
		if got := string(site.AppendText(nil, tt.in)); got != tt.text {
			t.Errorf("text %q: got %q, want %q", tt.in, got, tt.text)
		}
		if got := string(site.AppendAttr(nil, tt.in)); got != tt.attr {
			t.Errorf("attribute %q: got %q, want %q", tt.in, got, tt.attr)
		}
	}
}

// TestEscapeEveryByte puts each byte at each place of strings of each short length, into buffers with and without room.
func TestEscapeEveryByte(t *testing.T) {
	text := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\x00", "\uFFFD")
	attr := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "\x00", "\uFFFD")
	for n := 1; n <= 19; n++ {
		for at := range n {
			for c := range 256 {
				b := []byte(strings.Repeat("x", n))
				b[at] = byte(c)
				s := string(b)
				for _, room := range []int{0, 1, 8, 64} {
					buf := append(make([]byte, 0, room), "["...)
					if got, want := string(site.AppendText(buf, s)), "["+text.Replace(s); got != want {
						t.Fatalf("text %q: got %q, want %q", s, got, want)
					}
					if got, want := string(site.AppendAttr(buf, s)), "["+attr.Replace(s); got != want {
						t.Fatalf("attribute %q: got %q, want %q", s, got, want)
					}
				}
			}
		}
	}
}

func FuzzEscape(f *testing.F) {
	text := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\x00", "\uFFFD")
	attr := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "\x00", "\uFFFD")
	f.Add("<&>\"\x00 and a tail", 3)
	f.Fuzz(func(t *testing.T, s string, room int) {
		buf := append(make([]byte, 0, 1+room&127), "["...)
		if got, want := string(site.AppendText(buf, s)), "["+text.Replace(s); got != want {
			t.Errorf("text %q: got %q, want %q", s, got, want)
		}
		if got, want := string(site.AppendAttr(buf, s)), "["+attr.Replace(s); got != want {
			t.Errorf("attribute %q: got %q, want %q", s, got, want)
		}
	})
}
