package render

import (
	"bytes"
	"context"
	"testing"

	"golang.org/x/net/html"

	Rows "sitegen.dev/bench/render/gen/c/components/Rows"
	"sitegen.dev/bench/rows"
	"sitegen.dev/core/site"
)

// TestSame holds the four outputs against each other, as a browser sees them.
func TestSame(t *testing.T) {
	table := rows.Data(50)
	want := normal(t, rows.Hand(nil, table))
	for name, render := range map[string]func() []byte{
		"component": func() []byte { return component(site.NewWriter(nil), table) },
		"templ": func() []byte {
			var b bytes.Buffer
			if err := templRows(table).Render(context.Background(), &b); err != nil {
				t.Fatal(err)
			}
			return b.Bytes()
		},
		"html/template": func() []byte {
			var b bytes.Buffer
			if err := htmlTemplate.Execute(&b, table); err != nil {
				t.Fatal(err)
			}
			return b.Bytes()
		},
	} {
		if got := normal(t, render()); got != want {
			t.Errorf("%s renders another page:\n%.300s\nwant\n%.300s", name, got, want)
		}
	}
}

func normal(t *testing.T, data []byte) string {
	t.Helper()
	tree, err := html.Parse(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := html.Render(&b, tree); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func component(w *site.Writer, table []rows.Row) []byte {
	if err := Rows.Render(w, nil, Rows.Props{Rows: table}, Rows.Slots{}); err != nil {
		panic(err)
	}
	return w.Bytes()
}

func BenchmarkRows(b *testing.B) {
	table := rows.Data(1000)
	size := int64(len(rows.Hand(nil, table)))
	b.Run("component", func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		w := site.NewWriter(nil)
		for b.Loop() {
			w.Reset()
			component(w, table)
		}
	})
	b.Run("hand", func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		var buf []byte
		for b.Loop() {
			buf = rows.Hand(buf[:0], table)
		}
	})
	b.Run("templ", func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		var buf bytes.Buffer
		for b.Loop() {
			buf.Reset()
			if err := templRows(table).Render(context.Background(), &buf); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("html-template", func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		var buf bytes.Buffer
		for b.Loop() {
			buf.Reset()
			if err := htmlTemplate.Execute(&buf, table); err != nil {
				b.Fatal(err)
			}
		}
	})
}
