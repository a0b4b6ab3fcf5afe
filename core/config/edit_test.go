package config

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func TestSetAdapter(t *testing.T) {
	for _, tt := range []struct {
		name, in, want string
		before         string
		dropped        []string
	}{
		{name: "no file", want: "adapter: netlify\n"},
		{name: "blank file", in: "\n\n", want: "adapter: netlify\n\n\n"},
		{name: "comments only", in: "# schema\n# words\n\n", want: "# schema\n# words\nadapter: netlify\n\n"},
		{name: "bare marker", in: "---\n", want: "---\nadapter: netlify\n"},
		{name: "no key", in: "site: https://a.example\n", want: "site: https://a.example\nadapter: netlify\n"},
		{name: "no key, no newline", in: "site: https://a.example", want: "site: https://a.example\nadapter: netlify"},
		{name: "blank lines at the end", in: "base: /a # b\n\n\n", want: "base: /a # b\nadapter: netlify\n\n\n"},
		{name: "comment at the end", in: "base: /a\n# end", want: "base: /a\n# end\nadapter: netlify"},
		{name: "nested at the end", in: "build:\n  format: file\n", want: "build:\n  format: file\nadapter: netlify\n"},
		{name: "indented", in: "  base: /a\n  src: web\n", want: "  base: /a\n  src: web\n  adapter: netlify\n"},
		{name: "end marker", in: "---\nbase: /a\n...\n", want: "---\nbase: /a\nadapter: netlify\n...\n"},
		{name: "text block at the end", in: "headers:\n  /a:\n    X-A: |+\n      b\n\n", want: "headers:\n  /a:\n    X-A: |+\n      b\n\nadapter: netlify\n"},
		{name: "flow root", in: "{site: https://a.example}\n", want: "{adapter: netlify, site: https://a.example}\n"},
		{name: "empty flow root", in: "{} # none\n", want: "{adapter: netlify} # none\n"},
		{name: "CRLF", in: "site: https://a.example\r\nbase: /a\r\n", want: "site: https://a.example\r\nbase: /a\r\nadapter: netlify\r\n"},
		{name: "byte order mark", in: "\ufeffbase: /a\n", want: "\ufeffbase: /a\nadapter: netlify\n"},

		{name: "scalar", in: "adapter: node   # a server\nbase: /a\n", want: "adapter: netlify   # a server\nbase: /a\n", before: "node"},
		{name: "double quotes", in: `adapter:  "node"`, want: `adapter:  "netlify"`, before: "node"},
		{name: "single quotes", in: "'adapter' : 'node'\n", want: "'adapter' : 'netlify'\n", before: "node"},
		{name: "on the next line", in: "adapter:\n  # why\n  node\nbase: /\n", want: "adapter:\n  # why\n  netlify\nbase: /\n", before: "node"},
		{name: "no value", in: "adapter:   # to come\nbase: /a\n", want: "adapter: netlify   # to come\nbase: /a\n"},
		{name: "null", in: "adapter: ~\n", want: "adapter: netlify\n"},
		{name: "CRLF scalar", in: "adapter: node\r\nbase: /a\r\n", want: "adapter: netlify\r\nbase: /a\r\n", before: "node"},
		{name: "after wide letters", in: "# ü\n{site: https://ü.example, adapter: node}\n", want: "# ü\n{site: https://ü.example, adapter: netlify}\n", before: "node"},
		{name: "alias", in: "redirects: {/a: &n node}\nadapter: *n # same\n", want: "redirects: {/a: &n node}\nadapter: netlify # same\n", before: "node"},
		{name: "question mark", in: "? adapter\n: node\n", want: "? adapter\n: netlify\n", before: "node"},

		{name: "mapping with the name alone", in: "adapter:\n  # why\n  name: node # a server\n\nbase: /a\n", want: "adapter:\n  # why\n  name: netlify # a server\n\nbase: /a\n", before: "node"},
		{name: "mapping with options", before: "node", dropped: []string{"mode", "embed", "deep"},
			in:   "# a\nadapter: # b\n  mode: standalone # c\n\n  # d\n  name: 'node' # e\n  # f\n  embed: true\n  deep:\n    - x\n\n    # g\n# h\nbase: /a\n",
			want: "# a\nadapter: # b\n  # d\n  name: 'netlify' # e\n# h\nbase: /a\n"},
		{name: "mapping at the end", before: "node", dropped: []string{"mode"},
			in: "adapter:\r\n  name: node\r\n  mode: standalone", want: "adapter:\r\n  name: netlify\r\n"},
		{name: "comment above the mapping", before: "node", dropped: []string{"mode"},
			in: "adapter:\n  # first\n  name: node\n  mode: standalone\nbase: /a\n", want: "adapter:\n  # first\n  name: netlify\nbase: /a\n"},
		{name: "mapping without a name", dropped: []string{"mode"}, in: "adapter:\n  mode: x\nbase: /a\n", want: "adapter:\n  name: netlify\nbase: /a\n"},
		{name: "flow mapping", before: "node", dropped: []string{"mode", "deep"},
			in: "adapter: {name: node, mode: 'a}b', deep: {x: [1, \"}\"]}} # c\nbase: /a\n", want: "adapter: netlify # c\nbase: /a\n"},
		{name: "flow mapping over lines", before: "node", dropped: []string{"mode"},
			in: "adapter: {\n  name: node, # it's }\n  mode: x,\n}\nbase: /a\n", want: "adapter: netlify\nbase: /a\n"},
		{name: "flow mapping with the name alone", before: "node", in: "adapter: {name: node} # c\n", want: "adapter: {name: netlify} # c\n"},
		{name: "command", before: "tar", dropped: []string{"command"}, in: "adapter:\n  name: tar\n  command: [go, run, ./tar]\n", want: "adapter:\n  name: netlify\n"},
		{name: "unknown keys elsewhere", in: "colour: red\nadapter: node\n", want: "colour: red\nadapter: netlify\n", before: "node"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := SetAdapter("site.yaml", []byte(tt.in), "netlify")
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Data) != tt.want || !got.Changed || got.Before != tt.before || !slices.Equal(got.Dropped, tt.dropped) {
				t.Errorf("got %q, changed %v, before %q, dropped %q\nwant %q, before %q, dropped %q", got.Data, got.Changed, got.Before, got.Dropped, tt.want, tt.before, tt.dropped)
			}
			again, err := SetAdapter("site.yaml", got.Data, "netlify")
			if err != nil || again.Changed || !bytes.Equal(again.Data, got.Data) {
				t.Errorf("a second time: %q, changed %v, %v", again.Data, again.Changed, err)
			}
		})
	}
}

// The adapter that is set already keeps its options.
func TestSetAdapterAgain(t *testing.T) {
	for _, in := range []string{
		"adapter: netlify", "adapter: \"netlify\" # c\n", "adapter: {mode: x, name: netlify}\n", "adapter:\n  mode: lambda\n  name: netlify\n",
		"redirects: {/a: &n netlify}\nadapter: *n\n", "adapter: &n netlify\n",
	} {
		got, err := SetAdapter("site.yaml", []byte(in), "netlify")
		if err != nil || got.Changed || string(got.Data) != in || got.Before != "netlify" {
			t.Errorf("SetAdapter(%q) = %q, changed %v, %v", in, got.Data, got.Changed, err)
		}
	}
}

// A name that YAML would read as something else than text is quoted.
func TestSetAdapterQuotes(t *testing.T) {
	for _, tt := range []struct{ in, adapter, want string }{
		{"", "true", "adapter: \"true\"\n"},
		{"adapter: node\n", "1.5", "adapter: \"1.5\"\n"},
		{"adapter: 'node'\n", "1.5", "adapter: '1.5'\n"},
		{"adapter: node\n", "example.com/adapters/tar", "adapter: example.com/adapters/tar\n"},
	} {
		if got, err := SetAdapter("site.yaml", []byte(tt.in), tt.adapter); err != nil || string(got.Data) != tt.want {
			t.Errorf("SetAdapter(%q, %q) = %q, %v; want %q", tt.in, tt.adapter, got.Data, err, tt.want)
		}
	}
}

func TestSetAdapterRefuses(t *testing.T) {
	for _, tt := range []struct{ in, at, reason string }{
		{"site: [a\n", "site.yaml:1:1", "[ is never closed"},
		{"- a\n", "site.yaml:1:1", "it is no mapping of keys"},
		{"text\n", "site.yaml:1:1", "it is no mapping of keys"},
		{"&root {base: /a}\n", "site.yaml:1:1", "it is no mapping of keys"},
		{"base: /a\n---\nbase: /b\n", "site.yaml:2:1", "site.yaml holds more than one document"},
		{"adapter: node\nadapter: node\n", "site.yaml:2:1", "adapter is there twice"},
		{"base: &b {}\n<<: *b\n", "site.yaml:2:1", "one of its keys comes from an alias"},
		{"adapter: !!str node\n", "site.yaml:1:10", "the adapter has a tag"},
		{"adapter: &a node\nredirects: {/a: *a}\n", "site.yaml:1:10", "the adapter has an anchor, &a, and may be used elsewhere"},
		{"adapter: [node]\n", "site.yaml:1:10", "the adapter is neither a name nor a mapping"},
		{"adapter: \"no\\\n  de\"\n", "site.yaml:1:10", "the name of the adapter is written over several lines"},
		{"adapter:\n  name: node\n  x: &x 1\nredirects: {/a: *x}\n", "site.yaml", "its form leaves no place where adapter could be written without changing something else"},
		{"\xff\n", "site.yaml", "site.yaml is not UTF-8 text"},
	} {
		got, err := SetAdapter("site.yaml", []byte(tt.in), "netlify")
		var e *EditError
		if !errors.As(err, &e) {
			t.Errorf("SetAdapter(%q) = %q, %v; want an *EditError", tt.in, got.Data, err)
			continue
		}
		if e.At.Pos.String() != tt.at || e.Reason != tt.reason || e.Snippet != "adapter: netlify" {
			t.Errorf("SetAdapter(%q): %s: %s (%s); want %s: %s", tt.in, e.At.Pos, e.Reason, e.Snippet, tt.at, tt.reason)
		}
	}
}

// checkEdit holds an edit against what it promises, whatever the file looks like.
func checkEdit(t *testing.T, in, adapter string) {
	t.Helper()
	got, err := SetAdapter("site.yaml", []byte(in), adapter)
	if err != nil {
		var e *EditError
		if !errors.As(err, &e) || e.Snippet == "" || e.Reason == "" {
			t.Fatalf("SetAdapter(%q): %v", in, err)
		}
		return
	}
	if c, _ := Load("site.yaml", got.Data, nil); c.Adapter.Name != adapter {
		t.Fatalf("SetAdapter(%q) = %q, which names %q", in, got.Data, c.Adapter.Name)
	}
	if again, err := SetAdapter("site.yaml", got.Data, adapter); err != nil || again.Changed {
		t.Fatalf("SetAdapter(%q) = %q, and again: changed %v, %v", in, got.Data, again.Changed, err)
	}
	if !got.Changed {
		if string(got.Data) != in {
			t.Fatalf("SetAdapter(%q) = %q, but says that nothing changed", in, got.Data)
		}
		return
	}
	var before, after map[string]any
	if err := yaml.Unmarshal([]byte(in), &before); err != nil {
		return // not even the parser makes a map of it: no keys of text
	}
	if err := yaml.Unmarshal(got.Data, &after); err != nil {
		t.Fatalf("SetAdapter(%q) = %q: %v", in, got.Data, err)
	}
	delete(before, "adapter")
	delete(after, "adapter")
	if len(before) != len(after) {
		t.Fatalf("SetAdapter(%q) = %q: other keys", in, got.Data)
	}
}

// A site.yaml made of pieces in any order: the lines outside the adapter are all there afterwards, in the same order, byte
// by byte.
func TestSetAdapterKeepsLines(t *testing.T) {
	others := []string{
		"site: https://a.example # where it is\n", "base: '/a'\n", "\n", "# a comment\n", "#   another\n\n", "out:   \"dist\"\n", "src: src\t# tab\n",
		"build: {format: file, # flow\n  assets: a}\n", "redirects:\n  /a: /b\n\n  # c\n  /c: {to: /d, status: 308}\n", "headers:\n  /*:\n    X-A: >\n      folded\n      text\n",
		"security:\n    allowedHosts:\n    - a.example\n    - 'b.example' # last\n", "server: &s\n  port: 1\n",
	}
	blocks := []string{
		"", "adapter: node # why\n", "adapter: 'node'\n", "adapter:\n", "adapter: {name: node, a: [1, 2]} # why\n",
		"adapter:\n  name: node\n", "adapter:\n  a: 1\n  name: node\n  b:\n    c: |\n      text\n\n      more\n", "adapter:\n\n  name: node\n\n  b: 1\n",
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		parts := slices.Clone(others)
		r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		parts = parts[:r.IntN(len(parts)+1)]
		block := blocks[r.IntN(len(blocks))]
		at := r.IntN(len(parts) + 1)
		head, tail := strings.Join(parts[:at], ""), strings.Join(parts[at:], "")
		if r.IntN(3) == 0 {
			head, block, tail = crlf(head), crlf(block), crlf(tail)
		}
		in := head + block + tail
		got, err := SetAdapter("site.yaml", []byte(in), "netlify")
		if err != nil {
			t.Fatalf("%q: %v", in, err)
		}
		checkEdit(t, in, "netlify")
		if block == "" {
			if rest := removeLine(string(got.Data), "adapter: netlify"); rest != in {
				t.Fatalf("%q became %q", in, got.Data)
			}
			continue
		}
		// Blank lines and comments at the seam may count as the end of the block.
		if !strings.HasPrefix(string(got.Data), head) || !strings.HasSuffix(string(got.Data), strings.TrimLeft(tail, "\r\n")) {
			t.Fatalf("%q became %q", in, got.Data)
		}
	}
}

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

func removeLine(text, line string) string {
	i := strings.Index(text, line)
	if i < 0 {
		return text
	}
	end := i + len(line)
	for end < len(text) && (text[end] == '\r' || text[end] == '\n') {
		end++
		if text[end-1] == '\n' {
			break
		}
	}
	return text[:i] + text[end:]
}

func FuzzSetAdapter(f *testing.F) {
	for _, s := range []string{
		"", "adapter: node # c\n", "adapter:\n  name: node\n  mode: x\nbase: /a\n", "adapter: {name: node, a: '}'}\n", "{site: https://a.example}\n",
		"\ufeffbase: /a\r\n", "---\nbase: /a\n...\n", "adapter: &a node\nsite: *a\n", "? adapter\n: node\n", "adapter:\n  ? name\n  : node\n  b: 1\n", "x: |+\n  a\n\n",
	} {
		f.Add(s, "netlify")
	}
	f.Fuzz(func(t *testing.T, in, adapter string) {
		if !matches(adapterPattern, adapter) {
			adapter = "netlify"
		}
		checkEdit(t, in, adapter)
	})
}
