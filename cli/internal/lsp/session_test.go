package lsp

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

// session is a person who types at random: pieces of the language into any place of any document, while files come and go
// and questions are asked, and some are taken back.
type session struct {
	*client
	rand *rand.Rand
	dirs []string          // of the sites
	docs map[string]string // open documents by URI
	vers map[string]int
	id   int
	open map[int]string // requests that were not answered yet, with their methods
}

// pieces are what is typed: whole constructs, halves of them, and characters of one to four bytes.
var pieces = []string{
	"", "a", "\n", "  ", "é", "🍃", "\r\n", "\"", "'", "`", "<", ">", "/", "{", "}", "</", "/>", "---\n", "<p>", "</p>", "<Card", "<Card title=\"x\" />", "<Card>🍃</Card>", " titel=\"x\"",
	"{props.Title}", "{for _, x := range []int{1} {", "}}", "{if true {", "<style>\n.a { color: red }\n</style>", "<script>", "</script>", "<!-- ", " -->", "import Card \"../components/Card.gosite\"\n",
	"type Props struct {\n\tTitle string\n}\n", "n := 1\n", "{n}", "<slot name=\"a\" />", "slot=\"a\"", "<img src=\"/a.png\">", "<a href=\"/b\">", "{...props}", "\u2028", "\ufeff", "<!doctype html>",
}

// methods are all that can be asked about a place.
var methods = slices.DeleteFunc(slices.Sorted(maps.Keys(handlers)), func(m string) bool { return strings.HasPrefix(m, "workspace/") })

func (s *session) pick(from []string) string { return from[s.rand.IntN(len(from))] }

// place gives a random position, as editors count, and sometimes one that does not exist.
func (s *session) place(text string) position {
	if s.rand.IntN(20) == 0 {
		return position{s.rand.IntN(2000), s.rand.IntN(2000)}
	}
	lines := strings.Split(text, "\n")
	line := s.rand.IntN(len(lines))
	return position{line, s.rand.IntN(len(utf16.Encode([]rune(strings.TrimSuffix(lines[line], "\r")))) + 1)}
}

// units gives a text as UTF-16, and where in it a position is: an account of the protocol that knows nothing of the server's.
func units(text string, p position) ([]uint16, int) {
	all := utf16.Encode([]rune(text))
	at, line := 0, 0
	for line < p.Line && at < len(all) {
		if all[at] == '\n' {
			line++
		}
		at++
	}
	if line < p.Line {
		return all, len(all)
	}
	end := at
	for end < len(all) && all[end] != '\n' {
		end++
	}
	at = min(at+p.Character, end)
	if at > 0 && at < len(all) && utf16.IsSurrogate(rune(all[at])) && all[at] >= 0xdc00 { // between the halves of a character
		at++
	}
	return all, at
}

func (s *session) file(name string) string {
	return filepath.Join(s.pick(s.dirs), filepath.FromSlash(name))
}

var sessionFiles = []string{"src/pages/index.gosite", "src/pages/b.gosite", "src/components/Card.gosite", "src/components/Panel.gosite", "src/pages/c/[id].gosite"}

// step does one thing.
func (s *session) step() {
	uris := slices.Sorted(maps.Keys(s.docs))
	n := s.rand.IntN(100)
	switch {
	case len(uris) == 0 || n < 6:
		path := s.file(s.pick(sessionFiles))
		uri := uriOf(path)
		if s.rand.IntN(10) == 0 {
			uri = "untitled:Untitled-1"
		}
		if _, isOpen := s.docs[uri]; isOpen {
			return
		}
		data, _ := os.ReadFile(path)
		s.docs[uri] = string(data)
		s.vers[uri]++
		s.notify("textDocument/didOpen", map[string]any{"textDocument": documentItem{uri, "gosite", s.vers[uri], string(data)}})
	case n < 10:
		uri := s.pick(uris)
		delete(s.docs, uri)
		s.notify("textDocument/didClose", map[string]any{"textDocument": documentID{URI: uri}})
	case n < 16: // somebody else writes, makes or removes a file
		path := s.file(s.pick(sessionFiles))
		_, err := os.Stat(path)
		kind := 2
		switch {
		case err != nil:
			kind = 1
			fallthrough
		case s.rand.IntN(2) == 0:
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				s.t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(s.pick(pieces)+s.pick(pieces)+"<p>x</p>\n"+s.pick(pieces)), 0o666); err != nil {
				s.t.Fatal(err)
			}
		default:
			kind = 3
			if err := os.Remove(path); err != nil {
				s.t.Fatal(err)
			}
		}
		s.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []fileEvent{{uriOf(path), kind}}})
	case n < 55:
		uri := s.pick(uris)
		var changes []any
		for range 1 + s.rand.IntN(2) {
			text := s.docs[uri]
			piece := s.pick(pieces)
			if s.rand.IntN(40) == 0 {
				s.docs[uri] = piece
				changes = append(changes, map[string]any{"text": piece})
				continue
			}
			r := textRange{Start: s.place(text)}
			r.End = r.Start
			all, from := units(text, r.Start)
			to := from
			if s.rand.IntN(3) == 0 {
				r.End = s.place(text)
				if _, to = units(text, r.End); to < from || to > from+60 {
					r.End, to = r.Start, from
				}
			}
			s.docs[uri] = string(utf16.Decode(all[:from])) + piece + string(utf16.Decode(all[to:]))
			changes = append(changes, map[string]any{"range": r, "text": piece})
		}
		s.vers[uri]++
		s.notify("textDocument/didChange", map[string]any{"textDocument": documentID{uri, s.vers[uri]}, "contentChanges": changes})
	case n < 58:
		uri := s.pick(uris)
		if path := pathOf(uri); filepath.IsAbs(path) {
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				s.t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(s.docs[uri]), 0o666); err != nil {
				s.t.Fatal(err)
			}
		}
		s.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []fileEvent{{uri, 2}}})
	case n < 60:
		a, b := s.file(s.pick(sessionFiles)), s.file("src/components/Moved.gosite")
		s.ask("workspace/willRenameFiles", map[string]any{"files": []any{map[string]string{"oldUri": uriOf(a), "newUri": uriOf(b)}}})
	case n < 61:
		s.ask("workspace/symbol", map[string]any{"query": s.pick(pieces)})
	default:
		uri := s.pick(uris)
		at := s.place(s.docs[uri])
		s.ask(s.pick(methods), map[string]any{
			"textDocument": documentID{URI: uri}, "position": at, "positions": []position{at}, "range": textRange{at, s.place(s.docs[uri])},
			"newName": s.pick([]string{"Title", "name", "Card2", "🍃", ""}), "context": map[string]any{"includeDeclaration": true},
		})
		if s.rand.IntN(6) == 0 {
			s.notify("$/cancelRequest", map[string]any{"id": s.id})
		}
	}
}

func (s *session) ask(method string, params any) {
	s.id++
	s.open[s.id] = method
	s.send(s.id, method, params)
}

// settle waits until every question has its answer.
func (s *session) settle() {
	s.t.Helper()
	for len(s.open) > 0 {
		select {
		case m, ok := <-s.answers:
			if !ok {
				s.t.Fatal("the server has ended")
			}
			id := 0
			fmt.Sscan(string(*m.ID), &id)
			if m.Error != nil && m.Error.Code == codeInternal {
				s.t.Errorf("%s: %s", s.open[id], m.Error.Message)
			}
			delete(s.open, id)
		case <-time.After(30 * time.Second):
			s.t.Fatalf("no answer to %v", s.open)
		}
	}
}

// said gives the diagnostics that are shown, of documents that have any.
func (c *client) said() map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[string]string{}
	for uri, p := range c.shown {
		lines := ""
		for _, d := range p.Diagnostics {
			lines += fmt.Sprintf("%d:%d-%d:%d %s %s\n", d.Range.Start.Line, d.Range.Start.Character, d.Range.End.Line, d.Range.End.Character, d.Code, d.Message)
		}
		if lines != "" {
			out[uri] = lines
		}
	}
	return out
}

// check compares what is shown with what a server says that is asked for the first time, and what both answer about places.
func (s *session) check() {
	s.t.Helper()
	s.settle()
	fresh := newClient(s.t)
	for _, uri := range slices.Sorted(maps.Keys(s.docs)) {
		fresh.notify("textDocument/didOpen", map[string]any{"textDocument": documentItem{uri, "gosite", s.vers[uri], s.docs[uri]}})
	}
	// A server tells of the sites only that documents were opened in.
	known := func(said map[string]string) map[string]string {
		for uri := range said {
			if !slices.ContainsFunc(slices.Collect(maps.Keys(s.docs)), func(d string) bool {
				return d == uri || slices.ContainsFunc(s.dirs, func(dir string) bool {
					return strings.HasPrefix(d, uriOf(dir)+"/") && strings.HasPrefix(uri, uriOf(dir)+"/")
				})
			}) {
				delete(said, uri)
			}
		}
		return said
	}
	var want, got map[string]string
	for range 200 {
		if want, got = known(fresh.said()), known(s.said()); maps.Equal(want, got) {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if !maps.Equal(want, got) {
		s.t.Errorf("a fresh server says\n%q\nthis one\n%q\nof %q", want, got, s.docs)
	}
	for _, uri := range slices.Sorted(maps.Keys(s.docs)) {
		for _, method := range []string{"documentSymbol", "foldingRange", "documentLink", "formatting"} {
			s.id++
			params := map[string]any{"textDocument": documentID{URI: uri}}
			s.send(s.id, "textDocument/"+method, params)
			fresh.send(s.id, "textDocument/"+method, params)
			got, want := s.answer(s.id), fresh.answer(s.id)
			if string(got.Result) != string(want.Result) {
				s.t.Errorf("%s of %q:\n%s\na fresh server says\n%s", method, s.docs[uri], got.Result, want.Result)
			}
			s.inside(method, got.Result, s.docs[uri])
		}
	}
	fresh.stop()
}

// inside wants all positions of an answer within the document.
func (s *session) inside(method string, raw json.RawMessage, text string) {
	s.t.Helper()
	lines := strings.Split(text, "\n")
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			line, isLine := v["line"].(float64)
			char, isChar := v["character"].(float64)
			if isLine && isChar && (int(line) >= len(lines) || int(char) > len(utf16.Encode([]rune(lines[int(line)])))) {
				s.t.Errorf("%s answers with line %v, character %v, which is not in %q", method, line, char, text)
			}
			for _, e := range v {
				walk(e)
			}
		}
	}
	var v any
	if json.Unmarshal(raw, &v) == nil {
		walk(v)
	}
}

func runSession(t *testing.T, seed uint64, steps int) {
	s := &session{
		rand: rand.New(rand.NewPCG(seed, 1)), docs: map[string]string{}, vers: map[string]int{}, open: map[int]string{},
	}
	for range 2 {
		s.dirs = append(s.dirs, newSite(t, map[string]string{
			"src/pages/index.gosite":     "---\nimport Card \"../components/Card.gosite\"\n---\n<main>\n  <h1>🍃 Tea</h1>\n  <Card title=\"x\">y</Card>\n</main>\n",
			"src/components/Card.gosite": "---\ntype Props struct {\n\tTitle string\n}\n---\n<b>{props.Title}<slot /></b>\n",
		}))
	}
	s.client = newClient(t)
	for i := range steps {
		s.step()
		if s.rand.IntN(8) == 0 {
			time.Sleep(time.Duration(s.rand.IntN(120)) * time.Millisecond) // time to look for errors
		}
		if i%50 == 49 {
			s.check()
		}
		if t.Failed() {
			t.Fatalf("seed %d, step %d", seed, i)
		}
	}
	s.check()
	s.stop()
}

// TestSession types at random, and compares with a server that sees only what came of it.
func TestSession(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			runSession(t, seed, 150)
		})
	}
}

// FuzzSession does the same for as long as it is let.
func FuzzSession(f *testing.F) {
	f.Add(uint64(7))
	f.Fuzz(func(t *testing.T, seed uint64) { runSession(t, seed, 100) })
}
