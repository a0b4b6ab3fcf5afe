package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf16"

	"github.com/rogpeppe/go-internal/testscript"
)

// editor is what a script uses as an editor: it speaks the protocol with `sitegen lsp` over stdio. A place in a document
// is a piece of its text with a | at the cursor; answers become stdout.
//
//	editor start [flags]          starts sitegen lsp
//	editor open FILE [TEXT]       opens a document, one that is not on disk with its text; @long is one of 20,000 lines
//	editor close FILE             closes it
//	editor kill gopls             ends the child that knows Go, as if it had crashed
//	editor edit FILE OLD NEW      replaces a text, which stands there once
//	editor save FILE              writes the document and says so
//	editor errors FILE            waits for the diagnostics of the document as it is now
//	editor wait FILE PATTERN      waits until the diagnostics of the document match
//	editor complete FILE PLACE    lists what is offered; so do
//	editor hover|define|references|rename|symbols|format FILE [PLACE [NAME]]
//	editor actions FILE PLACE [KIND]  lists what is offered to do there, fixes or what KIND says
//	editor act TITLE              does one of them
//	editor folds|links FILE       lists what can be folded, and where addresses lead
//	editor widen FILE PLACE       lists the texts that surround a place, the smallest first
//	editor twins FILE PLACE       lists the places that are edited together
//	editor end FILE PLACE         prints what closes the tag that was typed just now
//	editor signature FILE PLACE   prints the call around a place
//	editor search QUERY           finds names in the workspace
//	editor apply                  applies the edits of the last rename or format
//	editor pick LABEL             inserts an item of the last completion, with all its edits
//	editor move OLD NEW           asks for the edits of a file that is about to move, applies them, and moves it
//	editor text FILE              prints the document
//	editor raw TEXT               writes bytes as they are, with \r and \n
//	editor stop                   says goodbye and expects a clean end
type editor struct {
	dir     string
	cmd     *exec.Cmd
	in      io.WriteCloser
	mu      sync.Mutex
	changed *sync.Cond
	id      int
	answers map[int]json.RawMessage
	failure map[int]string
	found   map[string]found // by name of the file
	docs    map[string]string
	version map[string]int
	edits   map[string][]lspEdit
	moved   [][2]string
	items   []lspItem
	itemsOf string
	actions []lspAction
	ended   bool
	log     strings.Builder
}

type found struct {
	version int
	lines   string
}

type lspPosition struct{ Line, Character int }
type lspRange struct{ Start, End lspPosition }
type lspEdit struct {
	Range   lspRange
	NewText string
}
type lspItem struct {
	Label, Detail string
	SortText      string
	TextEdit      *lspEdit
	Additional    []lspEdit `json:"additionalTextEdits"`
	Documentation any
}

type lspAction struct {
	Title, Kind string
	IsPreferred bool
	Edit        json.RawMessage
}

type editorKey struct{}

func editorCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: editor COMMAND …")
	}
	e := ts.Value(editorKey{}).(*editor)
	if args[0] == "start" {
		e.start(ts, args[1:])
		return
	}
	if e.cmd == nil {
		ts.Fatalf("editor start comes first")
	}
	need := func(n int) {
		if len(args) < n+1 {
			ts.Fatalf("editor %s needs %d arguments", args[0], n)
		}
	}
	doc := func(i int) map[string]any { return map[string]any{"uri": e.uri(args[i])} }
	ask := func(method string) json.RawMessage {
		need(2)
		params := map[string]any{"textDocument": doc(1), "position": e.place(ts, args[1], args[2]), "context": map[string]any{"triggerKind": 1, "includeDeclaration": true}}
		if len(args) > 3 {
			params["newName"] = args[3]
		}
		return e.call(ts, method, params)
	}
	switch args[0] {
	case "open":
		need(1)
		var text string
		if len(args) > 2 {
			text = unescape(args[2])
		} else {
			text = ts.ReadFile(args[1])
		}
		e.docs[args[1]], e.version[args[1]] = text, 1
		e.notify(ts, "textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": e.uri(args[1]), "languageId": "gosite", "version": 1, "text": text}})
	case "close":
		need(1)
		delete(e.docs, args[1])
		delete(e.version, args[1])
		e.notify(ts, "textDocument/didClose", map[string]any{"textDocument": doc(1)})
	case "kill":
		out, err := exec.Command("pgrep", "-P", strconv.Itoa(e.cmd.Process.Pid), "gopls").Output()
		ts.Check(err)
		for pid := range strings.FieldsSeq(string(out)) {
			n, err := strconv.Atoi(pid)
			ts.Check(err)
			p, err := os.FindProcess(n)
			ts.Check(err)
			ts.Check(p.Kill())
		}
	case "edit":
		need(3)
		old, with := unescape(args[2]), unescape(args[3])
		text := e.docs[args[1]]
		if strings.Count(text, old) != 1 {
			ts.Fatalf("%q stands %d times in %s:\n%s", old, strings.Count(text, old), args[1], text)
		}
		at := strings.Index(text, old)
		e.change(ts, args[1], lspEdit{lspRange{positionIn(text, at), positionIn(text, at+len(old))}, with})
	case "save":
		need(1)
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(e.docs[args[1]]), 0o666))
		e.notify(ts, "textDocument/didSave", map[string]any{"textDocument": doc(1)})
	case "errors":
		need(1)
		e.wait(ts, args[1], func(f found) bool { return f.version >= e.version[args[1]] })
	case "wait":
		need(2)
		re := regexp.MustCompile(args[2])
		e.wait(ts, args[1], func(f found) bool {
			return re.MatchString(f.lines) && (e.version[args[1]] == 0 || f.version >= e.version[args[1]])
		})
	case "complete":
		var list struct{ Items []lspItem }
		ts.Check(json.Unmarshal(ask("textDocument/completion"), &list))
		e.items, e.itemsOf = list.Items, args[1]
		slices.SortStableFunc(list.Items, func(a, b lspItem) int {
			return strings.Compare(cmp.Or(a.SortText, a.Label), cmp.Or(b.SortText, b.Label))
		})
		var b strings.Builder
		for _, i := range list.Items {
			fmt.Fprintln(&b, strings.TrimSpace(i.Label+"  "+i.Detail))
		}
		fmt.Fprint(ts.Stdout(), b.String())
	case "pick":
		need(1)
		i := slices.IndexFunc(e.items, func(i lspItem) bool { return i.Label == args[1] })
		if i < 0 {
			ts.Fatalf("no item %s was offered", args[1])
		}
		edits := append([]lspEdit{*e.items[i].TextEdit}, e.items[i].Additional...)
		e.apply(ts, map[string][]lspEdit{e.itemsOf: edits})
	case "hover":
		var h struct{ Contents struct{ Value string } }
		ts.Check(json.Unmarshal(ask("textDocument/hover"), &h))
		fmt.Fprintln(ts.Stdout(), h.Contents.Value)
	case "define", "references":
		method := map[string]string{"define": "textDocument/definition", "references": "textDocument/references"}[args[0]]
		raw := ask(method)
		type loc struct {
			URI   string
			Range lspRange
		}
		var many []loc
		if json.Unmarshal(raw, &many) != nil {
			var one loc
			ts.Check(json.Unmarshal(raw, &one))
			many = []loc{one}
		}
		for _, l := range many {
			fmt.Fprintf(ts.Stdout(), "%s:%d:%d\n", e.name(l.URI), l.Range.Start.Line+1, l.Range.Start.Character+1)
		}
	case "rename":
		need(3)
		e.edit(ts, ask("textDocument/rename"))
	case "actions":
		need(2)
		at := e.place(ts, args[1], args[2])
		about := map[string]any{"diagnostics": []any{}}
		if len(args) > 3 {
			about["only"] = []string{args[3]}
		}
		e.actions = nil
		ts.Check(json.Unmarshal(e.call(ts, "textDocument/codeAction", map[string]any{"textDocument": doc(1), "range": map[string]any{"start": at, "end": at}, "context": about}), &e.actions))
		fmt.Fprint(ts.Stdout(), "")
		for _, a := range e.actions {
			if a.IsPreferred {
				a.Title += " *"
			}
			fmt.Fprintln(ts.Stdout(), a.Title)
		}
	case "act":
		need(1)
		i := slices.IndexFunc(e.actions, func(a lspAction) bool { return a.Title == args[1] })
		if i < 0 {
			ts.Fatalf("nobody offered to %s: %v", args[1], e.actions)
		}
		e.edit(ts, e.actions[i].Edit)
		e.apply(ts, e.edits)
	case "folds":
		need(1)
		var list []struct {
			StartLine, EndLine int
			Kind               string
		}
		ts.Check(json.Unmarshal(e.call(ts, "textDocument/foldingRange", map[string]any{"textDocument": doc(1)}), &list))
		fmt.Fprint(ts.Stdout(), "")
		for _, f := range list {
			fmt.Fprintln(ts.Stdout(), strings.TrimSpace(fmt.Sprintf("%d-%d %s", f.StartLine+1, f.EndLine+1, f.Kind)))
		}
	case "links":
		need(1)
		var list []struct {
			Range  lspRange
			Target string
		}
		ts.Check(json.Unmarshal(e.call(ts, "textDocument/documentLink", map[string]any{"textDocument": doc(1)}), &list))
		fmt.Fprint(ts.Stdout(), "")
		for _, l := range list {
			fmt.Fprintf(ts.Stdout(), "%s -> %s\n", e.at(args[1], l.Range), e.name(l.Target))
		}
	case "widen":
		need(2)
		type sel struct {
			Range  lspRange
			Parent *sel
		}
		var list []*sel
		ts.Check(json.Unmarshal(e.call(ts, "textDocument/selectionRange", map[string]any{"textDocument": doc(1), "positions": []any{e.place(ts, args[1], args[2])}}), &list))
		for s := list[0]; s != nil; s = s.Parent {
			fmt.Fprintf(ts.Stdout(), "%q\n", e.at(args[1], s.Range))
		}
	case "twins":
		var got struct{ Ranges []lspRange }
		ts.Check(json.Unmarshal(ask("textDocument/linkedEditingRange"), &got))
		fmt.Fprint(ts.Stdout(), "")
		for _, r := range got.Ranges {
			fmt.Fprintf(ts.Stdout(), "%d:%d %s\n", r.Start.Line+1, r.Start.Character+1, e.at(args[1], r))
		}
	case "end":
		var got string
		ts.Check(json.Unmarshal(ask("sitegen/closeTag"), &got))
		fmt.Fprintln(ts.Stdout(), got)
	case "signature":
		var got struct{ Signatures []struct{ Label string } }
		ts.Check(json.Unmarshal(ask("textDocument/signatureHelp"), &got))
		fmt.Fprint(ts.Stdout(), "")
		for _, s := range got.Signatures {
			fmt.Fprintln(ts.Stdout(), s.Label)
		}
	case "search":
		need(1)
		var list []struct {
			Name, ContainerName string
			Location            struct {
				URI   string
				Range lspRange
			}
		}
		ts.Check(json.Unmarshal(e.call(ts, "workspace/symbol", map[string]any{"query": args[1]}), &list))
		fmt.Fprint(ts.Stdout(), "")
		for _, s := range list {
			fmt.Fprintf(ts.Stdout(), "%s (%s) %s:%d\n", s.Name, s.ContainerName, e.name(s.Location.URI), s.Location.Range.Start.Line+1)
		}
	case "move":
		need(2)
		e.edit(ts, e.call(ts, "workspace/willRenameFiles", map[string]any{"files": []any{map[string]string{"oldUri": e.uri(args[1]), "newUri": e.uri(args[2])}}}))
		e.apply(ts, e.edits)
		ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(args[2])), 0o777))
		ts.Check(os.Rename(ts.MkAbs(args[1]), ts.MkAbs(args[2])))
		e.notify(ts, "workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": e.uri(args[1]), "type": 3}, map[string]any{"uri": e.uri(args[2]), "type": 1}}})
	case "symbols":
		var list []lspSymbol
		ts.Check(json.Unmarshal(e.call(ts, "textDocument/documentSymbol", map[string]any{"textDocument": doc(1)}), &list))
		printSymbols(ts.Stdout(), list, "")
	case "format":
		var list []lspEdit
		ts.Check(json.Unmarshal(e.call(ts, "textDocument/formatting", map[string]any{"textDocument": doc(1), "options": map[string]any{"tabSize": 2, "insertSpaces": true}}), &list))
		e.edits = map[string][]lspEdit{args[1]: list}
		fmt.Fprintf(ts.Stdout(), "%d edits\n", len(list))
	case "apply":
		e.apply(ts, e.edits)
		for _, m := range e.moved {
			ts.Check(os.Rename(ts.MkAbs(m[0]), ts.MkAbs(m[1])))
			e.notify(ts, "workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": e.uri(m[0]), "type": 3}, map[string]any{"uri": e.uri(m[1]), "type": 1}}})
		}
	case "text":
		fmt.Fprint(ts.Stdout(), e.docs[args[1]])
	case "raw":
		need(1)
		_, err := io.WriteString(e.in, unescape(args[1]))
		ts.Check(err)
	case "stop":
		e.call(ts, "shutdown", nil)
		e.notify(ts, "exit", nil)
		if err := e.cmd.Wait(); err != nil {
			ts.Fatalf("sitegen lsp: %v\n%s", err, e.log.String())
		}
		e.cmd = nil
	default:
		ts.Fatalf("editor does not know %s", args[0])
	}
}

func unescape(s string) string {
	return strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\t`, "\t", `\ufeff`, "\ufeff", "@long", "<main>\n"+strings.Repeat("  <a href=\"/\">tea</a>\n", 20000)+"  <p id=\"last\"></p>\n</main>\n").Replace(s)
}

type lspSymbol struct {
	Name     string
	Range    lspRange
	Children []lspSymbol
}

func printSymbols(w io.Writer, list []lspSymbol, indent string) {
	for _, s := range list {
		fmt.Fprintf(w, "%s%s %d\n", indent, s.Name, s.Range.Start.Line+1)
		printSymbols(w, s.Children, indent+"  ")
	}
}

func (e *editor) start(ts *testscript.TestScript, flags []string) {
	*e = editor{dir: ts.MkAbs("."), answers: map[int]json.RawMessage{}, failure: map[int]string{}, found: map[string]found{}, docs: map[string]string{}, version: map[string]int{}}
	e.changed = sync.NewCond(&e.mu)
	e.cmd = exec.Command("sitegen", append([]string{"lsp"}, flags...)...)
	e.cmd.Dir = e.dir
	e.cmd.Env = nil
	for _, name := range []string{"PATH", "HOME", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOTOOLCHAIN", "GOFLAGS", "GOWORK", "GOSUMDB", "TMPDIR", "WORK"} {
		e.cmd.Env = append(e.cmd.Env, name+"="+ts.Getenv(name))
	}
	e.cmd.Stderr = &e.log
	var err error
	e.in, err = e.cmd.StdinPipe()
	ts.Check(err)
	out, err := e.cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(e.cmd.Start())
	go e.listen(out)
	ts.Defer(func() {
		if e.cmd != nil {
			e.in.Close()
			e.cmd.Process.Kill()
			e.cmd.Wait()
		}
	})
	e.call(ts, "initialize", map[string]any{"processId": os.Getpid(), "rootUri": e.uri("."), "capabilities": map[string]any{
		"textDocument": map[string]any{"completion": map[string]any{"completionItem": map[string]any{"snippetSupport": false}}},
		"workspace":    map[string]any{"workspaceEdit": map[string]any{"documentChanges": true, "resourceOperations": []string{"create", "rename", "delete"}}, "didChangeWatchedFiles": map[string]any{"dynamicRegistration": true}},
	}})
	e.notify(ts, "initialized", map[string]any{})
}

func (e *editor) uri(name string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(e.dir, name))}).String()
}

func (e *editor) name(uri string) string {
	u, _ := url.Parse(uri)
	rel, err := filepath.Rel(e.dir, filepath.FromSlash(u.Path))
	if err != nil || strings.HasPrefix(rel, "..") {
		return "…/" + filepath.Base(u.Path)
	}
	return filepath.ToSlash(rel)
}

func (e *editor) send(m map[string]any) error {
	m["jsonrpc"] = "2.0"
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.in, "Content-Length: %d\r\n\r\n%s", len(b), b)
	return err
}

func (e *editor) notify(ts *testscript.TestScript, method string, params any) {
	ts.Check(e.send(map[string]any{"method": method, "params": params}))
}

func (e *editor) call(ts *testscript.TestScript, method string, params any) json.RawMessage {
	e.mu.Lock()
	e.id++
	id := e.id
	e.mu.Unlock()
	ts.Check(e.send(map[string]any{"id": id, "method": method, "params": params}))
	late := e.alarm()
	e.mu.Lock()
	defer e.mu.Unlock()
	for e.answers[id] == nil && !e.ended && !late() {
		e.changed.Wait()
	}
	if f := e.failure[id]; f != "" {
		fmt.Fprintln(ts.Stdout(), "refused: "+f)
		return json.RawMessage("null")
	}
	if e.answers[id] == nil {
		ts.Fatalf("no answer to %s\n%s", method, e.log.String())
	}
	return e.answers[id]
}

// alarm says whether the time is up, and wakes whoever waits for it.
func (e *editor) alarm() func() bool {
	var done bool
	time.AfterFunc(60*time.Second, func() {
		e.mu.Lock()
		done = true
		e.mu.Unlock()
		e.changed.Broadcast()
	})
	return func() bool { return done }
}

func (e *editor) wait(ts *testscript.TestScript, name string, ok func(found) bool) {
	late := e.alarm()
	e.mu.Lock()
	defer e.mu.Unlock()
	for {
		f, have := e.found[name]
		if have && ok(f) {
			fmt.Fprint(ts.Stdout(), f.lines)
			return
		}
		if e.ended || late() {
			ts.Fatalf("%s has other diagnostics (version %d):\n%s%s", name, f.version, f.lines, e.log.String())
		}
		e.changed.Wait()
	}
}

func (e *editor) listen(out io.Reader) {
	r := bufio.NewReader(out)
	defer func() {
		e.mu.Lock()
		e.ended = true
		e.mu.Unlock()
		e.changed.Broadcast()
	}()
	for {
		n := 0
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			if line = strings.TrimSpace(line); line == "" {
				break
			}
			if v, ok := strings.CutPrefix(line, "Content-Length: "); ok {
				n, _ = strconv.Atoi(v)
			}
		}
		b := make([]byte, n)
		if _, err := io.ReadFull(r, b); err != nil {
			return
		}
		var m struct {
			ID     *json.RawMessage
			Method string
			Params struct {
				URI         string
				Version     int
				Diagnostics []struct {
					Range    lspRange
					Severity int
					Code     string
					Message  string
				}
			}
			Result json.RawMessage
			Error  *struct{ Message string }
		}
		if json.Unmarshal(b, &m) != nil {
			continue
		}
		e.mu.Lock()
		switch {
		case m.Method == "textDocument/publishDiagnostics":
			var s strings.Builder
			for _, d := range m.Params.Diagnostics {
				fmt.Fprintf(&s, "%d:%d-%d:%d %s %s\n", d.Range.Start.Line+1, d.Range.Start.Character+1, d.Range.End.Line+1, d.Range.End.Character+1, d.Code, strings.ReplaceAll(d.Message, "\n", "; "))
			}
			e.found[e.name(m.Params.URI)] = found{m.Params.Version, s.String()}
		case m.Method != "" && m.ID != nil:
			e.send(map[string]any{"id": m.ID, "result": nil})
		case m.ID != nil:
			id, _ := strconv.Atoi(string(*m.ID))
			e.answers[id] = append(json.RawMessage{}, m.Result...)
			if e.answers[id] == nil {
				e.answers[id] = json.RawMessage("null")
			}
			if m.Error != nil {
				e.failure[id] = m.Error.Message
			}
		}
		e.mu.Unlock()
		e.changed.Broadcast()
	}
}

// place finds a piece of text with a | at the cursor.
func (e *editor) place(ts *testscript.TestScript, name, piece string) map[string]int {
	before, after, ok := strings.Cut(unescape(piece), "|")
	text := e.docs[name]
	if !ok || strings.Count(text, before+after) != 1 {
		ts.Fatalf("%q stands %d times in %s:\n%s", before+after, strings.Count(text, before+after), name, text)
	}
	p := positionIn(text, strings.Index(text, before+after)+len(before))
	return map[string]int{"line": p.Line, "character": p.Character}
}

// at gives the text of a range of a document.
func (e *editor) at(name string, r lspRange) string {
	text := e.docs[name]
	return text[offsetIn(text, r.Start):offsetIn(text, r.End)]
}

func positionIn(text string, off int) lspPosition {
	before := text[:off]
	line := strings.Count(before, "\n")
	return lspPosition{line, len(utf16.Encode([]rune(before[strings.LastIndex(before, "\n")+1:])))}
}

func offsetIn(text string, p lspPosition) int {
	off := 0
	for range p.Line {
		i := strings.IndexByte(text[off:], '\n')
		if i < 0 {
			return len(text)
		}
		off += i + 1
	}
	units := 0
	for _, r := range text[off:] {
		if units >= p.Character || r == '\n' {
			break
		}
		units += len(utf16.Encode([]rune{r}))
		off += len(string(r))
	}
	return off
}

func (e *editor) change(ts *testscript.TestScript, name string, edit lspEdit) {
	text := e.docs[name]
	a, b := offsetIn(text, edit.Range.Start), offsetIn(text, edit.Range.End)
	e.docs[name] = text[:a] + edit.NewText + text[b:]
	e.version[name]++
	e.notify(ts, "textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": e.uri(name), "version": e.version[name]}, "contentChanges": []any{
		map[string]any{"range": map[string]any{
			"start": map[string]int{"line": edit.Range.Start.Line, "character": edit.Range.Start.Character},
			"end":   map[string]int{"line": edit.Range.End.Line, "character": edit.Range.End.Character},
		}, "text": edit.NewText},
	}})
}

// edit takes over a workspace edit and prints it.
func (e *editor) edit(ts *testscript.TestScript, raw json.RawMessage) {
	var w struct {
		Changes         map[string][]lspEdit
		DocumentChanges []struct {
			TextDocument   struct{ URI string }
			Edits          []lspEdit
			Kind           string
			OldURI, NewURI string
		}
	}
	ts.Check(json.Unmarshal(raw, &w))
	e.edits, e.moved = map[string][]lspEdit{}, nil
	var lines []string
	for _, c := range w.DocumentChanges {
		switch {
		case c.Kind == "rename":
			e.moved = append(e.moved, [2]string{e.name(c.OldURI), e.name(c.NewURI)})
			lines = append(lines, e.name(c.OldURI)+" -> "+e.name(c.NewURI))
		case w.Changes == nil:
			w.Changes = map[string][]lspEdit{}
			fallthrough
		default:
			w.Changes[c.TextDocument.URI] = append(w.Changes[c.TextDocument.URI], c.Edits...)
		}
	}
	for uri, list := range w.Changes {
		name := e.name(uri)
		e.edits[name] = list
		for _, d := range list {
			lines = append(lines, fmt.Sprintf("%s:%d:%d %s", name, d.Range.Start.Line+1, d.Range.Start.Character+1, d.NewText))
		}
	}
	slices.Sort(lines)
	for _, l := range lines {
		fmt.Fprintln(ts.Stdout(), l)
	}
}

// apply makes edits in open documents, and in files that are not open.
func (e *editor) apply(ts *testscript.TestScript, edits map[string][]lspEdit) {
	for name, list := range edits {
		slices.SortFunc(list, func(a, b lspEdit) int { // from behind, so that places stay
			return cmp.Or(b.Range.Start.Line-a.Range.Start.Line, b.Range.Start.Character-a.Range.Start.Character)
		})
		for _, d := range list {
			if _, open := e.docs[name]; open {
				e.change(ts, name, d)
				continue
			}
			text := ts.ReadFile(name)
			a, b := offsetIn(text, d.Range.Start), offsetIn(text, d.Range.End)
			ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text[:a]+d.NewText+text[b:]), 0o666))
		}
	}
}
