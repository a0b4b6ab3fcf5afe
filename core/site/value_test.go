package site_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"sitegen.dev/core/site"
)

type (
	tone   string
	raw    []byte
	count  int
	ratio  float32
	flag   bool
	size   uint16
	fruit  int
	key    struct{ id int }
	handle struct{ name string }
	block  site.Node
	loopy  *loopy
	plainF func(*site.Writer) error
)

func (f fruit) String() string             { return [...]string{"<apple>", "pear"}[f] }
func (k key) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "key<%d>", k.id), nil }
func (h *handle) String() string           { return "handle " + h.name }
func bold(s string) site.Node              { return func(w *site.Writer) error { return boldText(w, s) } }
func boldText(w *site.Writer, s string) error {
	w.S("<b>")
	site.V(s).Text(w)
	w.S("</b>")
	return w.End()
}

type brokenText struct{}

var errBroken = errors.New("cannot marshal")

func (brokenText) MarshalText() ([]byte, error) { return nil, errBroken }

func text[T any](v T, errs ...error) func(*site.Writer) {
	return func(w *site.Writer) { site.V(v, errs...).Text(w) }
}

func pointer[T any](v T) *T { return &v }

func TestText(t *testing.T) {
	loop := loopy(nil)
	date := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		f    func(*site.Writer)
		want string
	}{
		{text("<b> & 'co' \"x\""), `&lt;b&gt; &amp; 'co' "x"`},
		{text([]byte("<b>")), "&lt;b&gt;"},
		{text(tone("<loud>")), "&lt;loud&gt;"},
		{text(raw("<raw>")), "&lt;raw&gt;"},
		{text(json.RawMessage(`{"a":"<"}`)), `{"a":"&lt;"}`},

		{text(-7), "-7"},
		{text(int8(-8)), "-8"},
		{text(int16(-16)), "-16"},
		{text(int32(-32)), "-32"},
		{text(int64(math.MinInt64)), "-9223372036854775808"},
		{text(uint(7)), "7"},
		{text(uint8(200)), "200"},
		{text(uint16(16)), "16"},
		{text('x'), "120"},
		{text(uint32(32)), "32"},
		{text(uint64(math.MaxUint64)), "18446744073709551615"},
		{text(uintptr(5)), "5"},
		{text(count(3)), "3"},
		{text(size(4)), "4"},
		{text(true), "true"},
		{text(false), "false"},
		{text(flag(true)), "true"},
		{text(flag(false)), "false"},
		{text(ratio(0.1)), "0.1"},
		{text(complex(1, -2)), "(1-2i)"},

		{text(fruit(0)), "&lt;apple&gt;"},
		{text(key{5}), "key&lt;5&gt;"},
		{text(&key{5}), "key&lt;5&gt;"},
		{text(&handle{"x"}), "handle x"},
		{text((*handle)(nil)), ""},
		{text(errors.New("a<b")), "a&lt;b"},
		{text(error(nil)), ""},
		{text(time.Minute), "1m0s"},
		{text(date), "2026-11-23T12:00:00Z"},
		{text(&url.URL{Path: "/a", RawQuery: "b=1&c=2"}), "/a?b=1&amp;c=2"},
		{text(any("<")), "&lt;"},
		{text[any](nil), ""},
		{text(time.Date(2026, 4, 2, 9, 30, 0, 5, time.UTC)), "2026-04-02T09:30:00Z"},
		{text(time.Date(2026, 4, 2, 9, 30, 0, 0, time.FixedZone("", 3600))), "2026-04-02T09:30:00+01:00"},
		{text(func() *time.Time { t := time.Date(2026, 4, 2, 9, 30, 0, 0, time.UTC); return &t }()), "2026-04-02T09:30:00Z"},
		{text((*time.Time)(nil)), ""},
		{text[fmt.Stringer](nil), ""},
		{text[fmt.Stringer](fruit(1)), "pear"},

		{text((*string)(nil)), ""},
		{text((*int)(nil)), ""},
		{text(pointer("<p>")), "&lt;p&gt;"},
		{text(pointer(3)), "3"},
		{text(pointer(pointer(tone("x")))), "x"},
		{text(pointer[any](nil)), ""},

		{text(site.When(true, "<x>")), "&lt;x&gt;"},
		{text(site.When(false, "x")), ""},
		{text(site.When(true, 5)), "5"},
		{text(site.When(true, site.HTML("<i>"))), "<i>"},
		{text(site.When(true, bold("x"))), "<b>x</b>"},
		{text(site.When[any](true, nil)), ""},
		{text(pointer(site.When(true, 5))), "5"},

		{text([]string{"a", "<", "b"}), "a&lt;b"},
		{text([]string(nil)), ""},
		{text([]int{1, 2}), "12"},
		{text([2]bool{true, false}), "truefalse"},
		{text([]any{1, nil, "<", site.HTML("<hr>"), []any{bold("&")}}), "1&lt;<hr><b>&amp;</b>"},
		{text([]fruit{0, 1}), "&lt;apple&gt;pear"},

		{text(site.HTML("<hr>")), "<hr>"},
		{text(site.Raw("<hr>")), "<hr>"},
		{text([]site.HTML{"<hr>", "<br>"}), "<hr><br>"},
		{text(pointer(site.HTML("<hr>"))), "<hr>"},
		{text(site.JS("a<b")), "a&lt;b"},
		{text(site.CSS("a>b")), "a&gt;b"},
		{text(site.RawURL("a&b")), "a&amp;b"},

		{text(bold("<")), "<b>&lt;</b>"},
		{text(site.Node(nil)), ""},
		{text(block(bold("x"))), "<b>x</b>"},
		{text(block(nil)), ""},
		{text(plainF(bold("x"))), "<b>x</b>"},
		{text((func(*site.Writer) error)(bold("x"))), "<b>x</b>"},
		{text([]site.Node{bold("1"), nil, bold("2")}), "<b>1</b><b>2</b>"},
		{text([]block{block(bold("1")), nil}), "<b>1</b>"},
		{text(iter.Seq[site.Node](slices.Values([]site.Node{bold("1"), nil, bold("2")}))), "<b>1</b><b>2</b>"},
		{text(slices.Values([]site.Node{bold("1")})), "<b>1</b>"},
		{text(iter.Seq[site.Node](nil)), ""},
		{text(loop), ""},
	} {
		if got, _ := render(t, tt.f); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestNumbersAsGoPrintsThem(t *testing.T) {
	for _, x := range []float64{0, 1, -1, 0.1, 1.0 / 3, 100000, 1e6, 123456789, 1e20, 1e21, 1e-5, math.Pi, math.MaxFloat64,
		math.Inf(1), math.Inf(-1), math.NaN(), math.Copysign(0, -1)} {
		if got, _ := render(t, text(x)); got != fmt.Sprint(x) {
			t.Errorf("float64: got %s, want %s", got, fmt.Sprint(x))
		}
		if got, _ := render(t, text(float32(x))); got != fmt.Sprint(float32(x)) {
			t.Errorf("float32: got %s, want %s", got, fmt.Sprint(float32(x)))
		}
	}
}

func TestTextUnprintable(t *testing.T) {
	var self loopy
	self = &self
	for _, tt := range []struct {
		f             func(*site.Writer)
		message, hint string
	}{
		{text(struct{ X int }{}), "a value of type struct { X int } cannot be printed in text", "print one of its fields, or give the type a String method"},
		{text(&struct{ X int }{}), "a value of type struct { X int } cannot be printed in text", "print one of its fields, or give the type a String method"},
		{text(handle{}), "a value of type site_test.handle cannot be printed in text", "its String method needs a pointer: call x.String()"},
		{text(map[string]int{}), "a value of type map[string]int cannot be printed in text", "print one of its values, or loop over it: {for key, value := range m { … }}"},
		{text(func() {}), "a value of type func() cannot be printed in text", "call the function"},
		{text(make(chan int)), "a value of type chan int cannot be printed in text", ""},
		{text([]any{1, struct{}{}}), "a value of type struct {} cannot be printed in text", "print one of its fields, or give the type a String method"},
		{text([4]byte{}), "a value of type [4]uint8 cannot be printed in text", ""},
		{text(self), "a value of type site_test.loopy cannot be printed in text", ""},
		{text(brokenText{}), "cannot marshal", ""},
		{text("x", errBroken), "cannot marshal", ""},
		{text(0, errBroken), "cannot marshal", ""},
		{func(w *site.Writer) { site.V(bold("x")).Attr(w, "title") }, "a value of type site.Node cannot be printed in the attribute title", "use site.String(node) where markup is needed as a string"},
		{func(w *site.Writer) { site.V(struct{}{}).HTML(w) }, "a value of type struct {} cannot be printed in set:html", "print one of its fields, or give the type a String method"},
		{func(w *site.Writer) { site.V(struct{}{}).Style(w) }, "a value of type struct {} cannot be printed in a style", "print one of its fields, or give the type a String method"},
	} {
		e := failure(t, tt.f)
		// Recursive types end at different depths.
		if got := strings.TrimLeft(e.Message, "*"); got != tt.message || e.Hint != tt.hint {
			t.Errorf("got %q, hint %q; want %q, hint %q", e.Message, e.Hint, tt.message, tt.hint)
		}
	}
}

func TestErrorOfExpression(t *testing.T) {
	load := func() (string, error) { return "half", errBroken }
	w := site.NewWriter(nil)
	site.V(load()).Text(w)
	if err := w.End(); !errors.Is(err, errBroken) {
		t.Errorf("got %v, want an error that is %v", err, errBroken)
	}
	if w.Len() != 0 {
		t.Errorf("written: %q", w.Bytes())
	}
	for name, f := range map[string]func(*site.Writer){
		"Attr":       func(w *site.Writer) { site.V(load()).Attr(w, "a") },
		"EnumAttr":   func(w *site.Writer) { site.V(load()).EnumAttr(w, "a") },
		"URL":        func(w *site.Writer) { site.V(load()).URL(w, "a") },
		"ImageURL":   func(w *site.Writer) { site.V(load()).ImageURL(w, "a") },
		"Srcset":     func(w *site.Writer) { site.V(load()).Srcset(w, "a") },
		"Refresh":    func(w *site.Writer) { site.V(load()).Refresh(w) },
		"Style":      func(w *site.Writer) { site.V(load()).Style(w) },
		"HTML":       func(w *site.Writer) { site.V(load()).HTML(w) },
		"ClassList":  func(w *site.Writer) { site.ClassList(w, site.C(load())) },
		"StyleList":  func(w *site.Writer) { site.StyleList(w, site.D("color", "red"), site.D("x", "y", errBroken)) },
		"Tmpl":       func(w *site.Writer) { site.Tmpl(w, "a", site.Hole(load())) },
		"URLTmpl":    func(w *site.Writer) { site.URLTmpl(w, "a", false, site.Hole(load())) },
		"ScriptVars": func(w *site.Writer) { site.ScriptVars(w, site.Var("a", 1, errBroken)) },
		"Node":       func(w *site.Writer) { site.V(site.Node(func(*site.Writer) error { return errBroken })).Text(w) },
	} {
		w := site.NewWriter(nil)
		f(w)
		if err := w.End(); !errors.Is(err, errBroken) {
			t.Errorf("%s: got %v, want an error that is %v", name, err, errBroken)
		}
	}
}

// The compiler writes line directives, so that the position of a value is the author's.
func TestErrorPosition(t *testing.T) {
	w := site.NewWriter(nil)
//line src/components/Card.gosite:23
	site.V(struct{}{}).Text(w)
//line value_test.go:1000
	var e *site.ValueError
	if !errors.As(w.End(), &e) {
		t.Fatal(w.End())
	}
	if !strings.HasSuffix(e.File, "src/components/Card.gosite") || e.Line != 23 {
		t.Errorf("got %s:%d", e.File, e.Line)
	}
	if want := e.File + ":23: " + e.Message; e.Error() != want {
		t.Errorf("got %q, want %q", e.Error(), want)
	}

	w = site.NewWriter(nil)
	var got site.Warning
	site.OnWarning(w, func(m site.Warning) { got = m })
//line src/components/Card.gosite:40
	site.URLTmpl(w, "href", false, site.Lit("java"), site.Hole("x"), site.Lit("script:"))
//line value_test.go:1100
	if !strings.HasSuffix(got.File, "Card.gosite") || got.Line != 40 {
		t.Errorf("got %+v", got)
	}
}

func TestSetHTML(t *testing.T) {
	html := func(f func(w *site.Writer)) string { got, _ := render(t, f); return got }
	for _, tt := range []struct{ got, want string }{
		{html(func(w *site.Writer) { site.V("<b>").HTML(w) }), "<b>"},
		{html(func(w *site.Writer) { site.V([]byte("<b>")).HTML(w) }), "<b>"},
		{html(func(w *site.Writer) { site.V(site.HTML("<b>")).HTML(w) }), "<b>"},
		{html(func(w *site.Writer) { site.V(tone("<b>")).HTML(w) }), "<b>"},
		{html(func(w *site.Writer) { site.V(fruit(0)).HTML(w) }), "<apple>"},
		{html(func(w *site.Writer) { site.V(5).HTML(w) }), "5"},
		{html(func(w *site.Writer) { site.V(bold("<")).HTML(w) }), "<b>&lt;</b>"},
		{html(func(w *site.Writer) { site.V([]site.Node{bold("<")}).HTML(w) }), "<b>&lt;</b>"},
		{html(func(w *site.Writer) { site.V([]string{"<i>", "</i>"}).HTML(w) }), "<i></i>"},
		{html(func(w *site.Writer) { site.V[any](nil).HTML(w) }), ""},
		{html(func(w *site.Writer) { site.V((*string)(nil)).HTML(w) }), ""},
		{html(func(w *site.Writer) { site.V(site.When(false, "x")).HTML(w) }), ""},
		{html(func(w *site.Writer) { site.V(site.When(true, tone("<x>"))).HTML(w) }), "<x>"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestOpt(t *testing.T) {
	if v, ok := site.When(true, 5).Get(); v != 5 || !ok {
		t.Errorf("got %v, %v", v, ok)
	}
	if v, ok := site.When(false, 5).Get(); v != 0 || ok {
		t.Errorf("got %v, %v; the value must not be kept", v, ok)
	}
}
