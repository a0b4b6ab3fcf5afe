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
