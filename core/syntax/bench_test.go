package syntax

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// benchPage gives a page of about 500 lines, made of the examples.
func benchPage(tb testing.TB) []byte {
	tb.Helper()
	var fence, body strings.Builder
	for _, name := range []string{"index", "account", "card", "table", "outline", "product", "layout"} {
		data, err := os.ReadFile("testdata/parse/" + name + ".txtar")
		if err != nil {
			tb.Fatal(err)
		}
		src := txtar.Parse(data).Files[0].Data
		f, diags := Parse(name, src)
		if len(diags) > 0 {
			tb.Fatal(diags[0])
		}
		start := 0
		if f.Fence != nil {
			fence.Write(src[f.Fence.Body.Start:f.Fence.Body.End])
			start = f.Fence.Span.End
		}
		body.Write(src[start:])
	}
	page := body.String()
	for strings.Count(page, "\n") < 430 {
		page += body.String()
	}
	return []byte("---\n" + fence.String() + "---" + page)
}

func BenchmarkParse(b *testing.B) {
	src := benchPage(b)
	if _, diags := Parse("bench", src); len(diags) > 0 {
		b.Fatal(diags[0])
	}
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		Parse("bench.gosite", src)
	}
}
