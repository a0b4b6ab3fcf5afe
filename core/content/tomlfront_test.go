package content

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen.dev/core/diag"
)

const tomlPage = `+++
title = "Say \"hi\""
slug = 'first'
date = 2026-04-02
at = 2026-04-02T07:08:09+02:00
local = 2026-04-02T07:08:09
time = 07:08:09
draft = false
"odd key" = 1_000
ratio = 1.5
tags = ["a",
  "b = c"]
text = """
no = "key"
"""
a.b = 1

[author]
name = "Ä" # and
mail = 'x@y'

[[links]]
to = "/a"
[[links]]
to = "/b"
+++
# Body
`

// TestTOML: front matter in TOML is that in YAML of the same meaning.
func TestTOML(t *testing.T) {
	e, diags := ReadEntry("a.md", []byte(tomlPage), MarkdownOptions{})
	if len(diags) > 0 {
		t.Fatal(lines(diags))
	}
	same, diags := ReadEntry("a.md", []byte(`---
title: Say "hi"
slug: first
date: 2026-04-02
at: 2026-04-02T07:08:09+02:00
local: 2026-04-02 07:08:09
time: "07:08:09"
draft: false
odd key: 1000
ratio: 1.5
tags: [a, b = c]
text: "no = \"key\"\n"
a: {b: 1}
author: {name: Ä, mail: x@y}
links: [{to: /a}, {to: /b}]
---
# Body
`), MarkdownOptions{})
	if len(diags) > 0 {
		t.Fatal(lines(diags))
	}
	if e.Title != `Say "hi"` || e.Slug != "first" || e.Draft || !e.Date.Equal(same.Date) || e.Date.IsZero() || e.Body.HTML != same.Body.HTML {
		t.Errorf("%+v", e)
	}
	if diff := cmp.Diff(same.Data, e.Data); diff != "" {
		t.Error(diff)
	}
}

func TestTOMLPlaces(t *testing.T) {
	for _, tt := range []struct{ path, key, value string }{
		{"title", "2:1", "2:9"}, {"date", "4:1", "4:8-18"}, {"odd key", "9:1", "9:13"}, {"tags", "11:1", "11:8"}, {"text", "13:1", "13:8"},
		{"author.name", "19:1", "19:8"}, {"author.mail", "20:1", "20:8"}, {"a.b", "16:1", "16:7-8"}, {"nothing", "1:1", "1:1"},
	} {
		for key, want := range map[bool]string{true: tt.key, false: tt.value} {
			r := Locate("a.md", []byte(tomlPage), "", tt.path, key)
			got := fmt.Sprintf("%d:%d", r.Line, max(r.Col, 1))
			if r.End.Col > 0 && strings.Contains(want, "-") {
				got += fmt.Sprintf("-%d", r.End.Col)
			}
			if got != want {
				t.Errorf("%s, key %t: %s, want %s", tt.path, key, got, want)
			}
		}
	}
}

func TestTOMLErrors(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{"+++\ntitle = \n+++\n", "error SG5020 a.md:2:9: expected value but found '\\n' instead\n"},
		{"+++\na = 1\nb = [1,\n+++\nx", "error SG5020 a.md"},
		{"+++\na = 1\na = 2\n+++\n", "error SG5020 a.md:3:1"},
		{"+++\na = 1\n", "error SG5021 a.md:1:1-4: the front matter is never closed\n"},
		{"+++\ndraft = \"x\"\n+++\n", "error SG5022 a.md:2:9"},
		{"+++\n+++\n", ""},
		{"+++\n# nothing\n+++\n", ""},
	} {
		_, diags := ReadEntry("a.md", []byte(tt.src), MarkdownOptions{})
		if got := lines(diags); !strings.HasPrefix(got, tt.want) || (tt.want == "") != (got == "") {
			t.Errorf("%q: %s\nwant %s", tt.src, got, tt.want)
		}
	}
}

func FuzzTOML(f *testing.F) {
	f.Add(tomlPage)
	f.Add("+++\n[a]\nb = {c = [1, {d = 2}]}\n[[e]]\n+++\n")
	f.Add("+++\n'a' = 1979-05-27\n\"b.c\".d=\"\\u00e9\"\n+++")
	f.Fuzz(func(t *testing.T, src string) {
		e, diags := ReadEntry("a.md", []byte("+++\n"+src), MarkdownOptions{})
		for _, d := range diags {
			if d.File != "a.md" || d.Message == "" || d.Line < 1 {
				t.Fatalf("%+v", d)
			}
		}
		if e == nil {
			var list diag.List
			list.Add(diags...)
			if !list.HasErrors() {
				t.Fatal("nothing, and no error")
			}
		}
	})
}
