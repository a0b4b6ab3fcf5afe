package site_test

import (
	"strconv"
	"strings"
	"testing"

	"sitegen.dev/core/site"
)

type row struct {
	ID                       int
	Name, Mail, City, Remark string
}

func rows(n int) []row {
	rs := make([]row, n)
	for i := range rs {
		rs[i] = row{i, "Person number " + strconv.Itoa(i), "person" + strconv.Itoa(i) + "@example.com", "Kraków", "likes <tea> & \"cake\""}
	}
	return rs
}

// appendHand is what somebody would write by hand: one pass, and a table of what to replace.
func appendHand(b []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); i++ {
		var e string
		switch s[i] {
		case '&':
			e = "&amp;"
		case '<':
			e = "&lt;"
		case '>':
			e = "&gt;"
		case 0:
			e = "\uFFFD"
		default:
			continue
		}
		b = append(append(b, s[start:i]...), e...)
		start = i + 1
	}
	return append(b, s[start:]...)
}

func byHand(b []byte, rs []row, text func([]byte, string) []byte) []byte {
	for i := range rs {
		r := &rs[i]
		b = append(b, "<tr><td>"...)
		b = strconv.AppendInt(b, int64(r.ID), 10)
		b = append(b, "</td><td>"...)
		b = text(b, r.Name)
		b = append(b, "</td><td>"...)
		b = text(b, r.Mail)
		b = append(b, "</td><td>"...)
		b = text(b, r.City)
		b = append(b, "</td><td>"...)
		b = text(b, r.Remark)
		b = append(b, "</td></tr>"...)
	}
	return b
}

// generated has the shape of a compiled component.
func generated(w *site.Writer, rs []row) error {
	for _, r := range rs {
		if !w.Loop() {
			return w.Err()
		}
		w.S("<tr><td>")
		site.V(r.ID).Text(w)
		w.S("</td><td>")
		site.V(r.Name).Text(w)
		w.S("</td><td>")
		site.V(r.Mail).Text(w)
		w.S("</td><td>")
		site.V(r.City).Text(w)
		w.S("</td><td>")
		site.V(r.Remark).Text(w)
		w.S("</td></tr>")
	}
	return w.End()
}

func TestGeneratedEqualsHand(t *testing.T) {
	rs := rows(100)
	w := site.NewWriter(nil)
	if err := generated(w, rs); err != nil {
		t.Fatal(err)
	}
	if got, want := string(w.Bytes()), string(byHand(nil, rs, appendHand)); got != want {
		t.Errorf("got %.300q, want %.300q", got, want)
	}
}

func BenchmarkRows(b *testing.B) {
	rs := rows(1000)
	buf := byHand(nil, rs, appendHand)
	b.Run("hand", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			buf = byHand(buf[:0], rs, appendHand)
		}
	})
	b.Run("hand, our escaper", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			buf = byHand(buf[:0], rs, site.AppendText)
		}
	})
	b.Run("V", func(b *testing.B) {
		w := site.NewWriter(buf)
		b.ReportAllocs()
		for b.Loop() {
			w.Reset()
			if err := generated(w, rs); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkEscape(b *testing.B) {
	for _, n := range []int{4, 12, 40, 400} {
		s := strings.Repeat("a", n)
		buf := make([]byte, 0, 2*n)
		b.Run("hand/"+strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				buf = appendHand(buf[:0], s)
			}
		})
		b.Run("ours/"+strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				buf = site.AppendText(buf[:0], s)
			}
		})
	}
}

// What is written in every row must not cost an allocation; the exceptions are named in the second table.
func TestAllocations(t *testing.T) {
	var (
		str, empty = "a <b> & \"c\" that is long enough to be copied", ""
		bs         = []byte(str)
		n, f       = 123456, 1.5
		on         = true
		none       *string
		some       = &str
		opt        = site.When(true, str)
		markup     = site.HTML("<b>")
		style      = site.CSS("color:red")
		node       = site.Node(func(w *site.Writer) error { w.S("<b>"); return w.End() })
		nodes      = []site.Node{node, node}
		load       = func() (string, error) { return str, nil }
		href       = "/a/b?c=d&e=f"
		srcset     = "/a.png 1x, /b.png 2x"
		named      = tone(str)
		number     = count(7)
		stringy    = fruit(0)
	)
	tests := []struct {
		name string
		want float64
		f    func(w *site.Writer)
	}{
		{"S", 0, func(w *site.Writer) { w.S(str) }},
		{"Text string", 0, func(w *site.Writer) { site.V(str).Text(w) }},
		{"Text string, error", 0, func(w *site.Writer) { site.V(load()).Text(w) }},
		{"Text bytes", 0, func(w *site.Writer) { site.V(bs).Text(w) }},
		{"Text int", 0, func(w *site.Writer) { site.V(n).Text(w) }},
		{"Text int64", 0, func(w *site.Writer) { site.V(int64(n)).Text(w) }},
		{"Text uint8", 0, func(w *site.Writer) { site.V(uint8(n)).Text(w) }},
		{"Text float", 0, func(w *site.Writer) { site.V(f).Text(w) }},
		{"Text bool", 0, func(w *site.Writer) { site.V(on).Text(w) }},
		{"Text nil pointer", 0, func(w *site.Writer) { site.V(none).Text(w) }},
		{"Text pointer", 0, func(w *site.Writer) { site.V(some).Text(w) }},
		{"Text Opt", 0, func(w *site.Writer) { site.V(opt).Text(w) }},
		{"Text HTML", 0, func(w *site.Writer) { site.V(markup).Text(w) }},
		{"Text Node", 0, func(w *site.Writer) { site.V(node).Text(w) }},
		{"Text Nodes", 0, func(w *site.Writer) { site.V(nodes).Text(w) }},
		{"HTML", 0, func(w *site.Writer) { site.V(str).HTML(w) }},
		{"Attr string", 0, func(w *site.Writer) { site.V(str).Attr(w, "title") }},
		{"Attr int", 0, func(w *site.Writer) { site.V(n).Attr(w, "width") }},
		{"Attr bool", 0, func(w *site.Writer) { site.V(on).Attr(w, "hidden") }},
		{"Attr Opt", 0, func(w *site.Writer) { site.V(site.When(n > 5, str)).Attr(w, "title") }},
		{"EnumAttr", 0, func(w *site.Writer) { site.V(on).EnumAttr(w, "aria-busy") }},
		{"URL", 0, func(w *site.Writer) { site.V(href).URL(w, "href") }},
		{"ImageURL", 0, func(w *site.Writer) { site.V(href).ImageURL(w, "src") }},
		{"Srcset", 0, func(w *site.Writer) { site.V(srcset).Srcset(w, "srcset") }},
		{"Refresh", 0, func(w *site.Writer) { site.V("5; url=/a").Refresh(w) }},
		{"Style string", 0, func(w *site.Writer) { site.V("color: red; margin: 0").Style(w) }},
		{"Style CSS", 0, func(w *site.Writer) { site.V(style).Style(w) }},
		{"ClassList", 0, func(w *site.Writer) { site.ClassList(w, site.C("a"), site.C(str), site.CIf("c", on), site.C(empty)) }},
		{"StyleList", 0, func(w *site.Writer) {
			site.StyleList(w, site.D("color", "red"), site.D("--n", n), site.StyleLit("a:b"), site.D("opacity", f))
		}},
		{"Tmpl", 0, func(w *site.Writer) { site.Tmpl(w, "id", site.Lit("a-"), site.Hole(n), site.Hole(str)) }},
		{"URLTmpl", 0, func(w *site.Writer) {
			site.URLTmpl(w, "href", false, site.Lit("/p/"), site.Hole(str), site.Lit("?q="), site.Hole(n), site.Lit("&r="), site.Hole(href))
		}},
		{"Spread", 0, func(w *site.Writer) { site.Spread(w, "a", nil) }},
		{"TagName", 0, func(w *site.Writer) { site.TagName(w, "h2") }},
		{"Loop and End", 0, func(w *site.Writer) { w.Loop(); w.End() }},

		{"Text named string", 1, func(w *site.Writer) { site.V(named).Text(w) }},
		{"Text named small int", 0, func(w *site.Writer) { site.V(number).Text(w) }},
		{"Text Stringer", 0, func(w *site.Writer) { site.V(stringy).Text(w) }},
		{"Attr named string", 1, func(w *site.Writer) { site.V(named).Attr(w, "title") }},
	}
	w := site.NewWriter(make([]byte, 0, 64<<10))
	for _, tt := range tests {
		got := testing.AllocsPerRun(200, func() {
			w.Reset()
			tt.f(w)
		})
		if err := w.Err(); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if got > tt.want {
			t.Errorf("%s: %v allocations, want %v", tt.name, got, tt.want)
		}
	}
}
