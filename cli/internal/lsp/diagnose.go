package lsp

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// diagnose looks for errors in all documents and sends what changed.
func (s *server) diagnose() {
	s.mu.Lock()
	docs, serial := s.docs, s.serial
	s.mu.Unlock()
	sites := map[*site]bool{}
	for _, path := range slices.Sorted(maps.Keys(docs)) {
		st := s.siteOf(path)
		if st == nil {
			s.loose(docs[path])
			continue
		}
		sites[st] = true
	}
	s.mu.Lock()
	for _, st := range s.sites {
		sites[st] = true
	}
	s.mu.Unlock()
	for st := range sites {
		a := st.analyze(s.ctx, docs, serial)
		if a == nil {
			return
		}
		s.publish(st, a)
		st.typeCheck()
	}
}

// typeCheck has gopls look at the newest state. Of several that wait, the last does the work of all.
func (st *site) typeCheck() {
	g := st.goDiagnostics()
	if g == nil {
		return
	}
	st.checking.Lock()
	defer st.checking.Unlock()
	st.mu.Lock()
	a := st.last
	done := a == st.checked
	st.mu.Unlock()
	if !done && g.show(a) && g.check(a) {
		st.mu.Lock()
		st.checked = a
		st.mu.Unlock()
		st.server.publish(st, a)
	}
}

// loose tells of the syntax errors of a document that belongs to no site.
func (s *server) loose(d *document) {
	_, found := syntax.Parse(filepath.Base(d.path), d.text.b)
	list := []diagnostic{}
	for _, f := range found {
		list = append(list, one(f, d.text, nil))
	}
	s.publishing.Lock()
	defer s.publishing.Unlock()
	s.mu.Lock()
	now := s.docs[d.path]
	s.mu.Unlock()
	if now == d { // it is still open, and nobody has told of a newer text
		s.conn.notify("textDocument/publishDiagnostics", publishParams{URI: d.uri, Version: d.version, Diagnostics: list})
	}
}

// clear takes away what was said about a document that was closed.
func (s *server) clear(d *document) {
	s.publishing.Lock()
	defer s.publishing.Unlock()
	s.conn.notify("textDocument/publishDiagnostics", publishParams{URI: d.uri, Diagnostics: []diagnostic{}})
}

// setTyped replaces what a Go type checker says about the files below a folder.
func (s *server) setTyped(root string, found map[string][]diagnostic) {
	s.publishing.Lock()
	defer s.publishing.Unlock()
	for path := range s.typed {
		if strings.HasPrefix(path, root+string(filepath.Separator)) {
			delete(s.typed, path)
		}
	}
	maps.Copy(s.typed, found)
}

// publish sends the diagnostics of a site, and empty lists for files that have none any more.
func (s *server) publish(st *site, a *analysis) {
	s.publishing.Lock()
	defer s.publishing.Unlock()
	if a.serial < st.told {
		return // somebody has told of a newer state
	}
	st.told = a.serial
	files := map[string][]diagnostic{}
	unparsed := map[string]bool{}
	for _, d := range a.list.Sorted() {
		path := a.file(d.File)
		if path == "" {
			path = filepath.Join(st.root, "site.yaml")
		}
		files[path] = append(files[path], a.diagnostic(d))
		if strings.HasPrefix(string(d.Code), "SG1") && d.Severity == diag.Error {
			unparsed[path] = true
		}
	}
	if a.program == nil { // site.yaml or go.mod is wrong, and what is known of one document alone is true all the same
		for path, d := range a.docs {
			if strings.HasPrefix(path, st.root+string(filepath.Separator)) {
				_, found := syntax.Parse(filepath.Base(path), d.text.b)
				for _, f := range found {
					files[path] = append(files[path], one(f, d.text, nil))
				}
			}
		}
	}
	for path, typed := range s.typed {
		if !unparsed[path] && strings.HasPrefix(path, st.root+string(filepath.Separator)) {
			files[path] = append(files[path], typed...)
		}
	}
	for path := range s.published {
		if files[path] == nil && strings.HasPrefix(path, st.root+string(filepath.Separator)) {
			files[path] = []diagnostic{}
		}
	}
	for path, d := range a.docs { // an answer to every edit, if it is an empty one
		if files[path] == nil && strings.HasPrefix(d.path, st.root+string(filepath.Separator)) {
			files[path] = []diagnostic{}
		}
	}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		p := publishParams{URI: a.uri(path), Diagnostics: files[path]}
		if d := a.docs[path]; d != nil {
			p.Version = d.version
		}
		s.published[path] = len(p.Diagnostics) > 0
		if !s.published[path] {
			delete(s.published, path)
		}
		s.conn.notify("textDocument/publishDiagnostics", p)
	}
}

// file gives the path of a file as diagnostics name it, relative to the project root; "" for none.
func (a *analysis) file(name string) string {
	if name == "" || a.layout == nil {
		return ""
	}
	if filepath.IsAbs(name) {
		return filepath.FromSlash(name)
	}
	return filepath.Join(a.layout.Root, filepath.FromSlash(name))
}

// read gives the text of a file: that of the editor, or the one on disk.
func (a *analysis) read(path string) *text {
	if d := a.docs[path]; d != nil {
		return d.text
	}
	if c := a.component(path); c != nil && strings.HasSuffix(path, ".gosite") {
		return textOf(c)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return newText(nil)
	}
	return newText(data)
}

func (a *analysis) diagnostic(d diag.Diagnostic) diagnostic {
	return one(d, a.read(a.file(d.File)), a)
}

// one turns a diagnostic of the compiler into one of the protocol. Where the end is not known it is that of the word.
func one(d diag.Diagnostic, t *text, a *analysis) diagnostic {
	out := diagnostic{Range: t.around(d.Range), Severity: 1, Code: string(d.Code), Source: "sitegen", Message: d.Message, of: d}
	switch d.Severity {
	case diag.Warning:
		out.Severity = 2
	case diag.Info:
		out.Severity = 3
	}
	if d.Hint != "" {
		out.Message += "\n" + d.Hint
	}
	switch d.Code {
	case "SG2003", "SG2052", "SG2057":
		out.Tags = []int{1} // unnecessary: shown paler
	}
	if a == nil {
		return out
	}
	for _, n := range d.Notes {
		if path := a.file(n.File); path != "" {
			out.Related = append(out.Related, related{location{a.uri(path), a.read(path).around(n.Range)}, n.Message})
		}
	}
	return out
}

// around gives the range of a diagnostic.
func (t *text) around(r diag.Range) textRange {
	if r.Line == 0 {
		return textRange{}
	}
	s := syntax.Span{Start: t.byteAt(r.Line, r.Col)}
	s.End = s.Start
	if r.End.Line > 0 {
		s.End = t.byteAt(r.End.Line, r.End.Col)
	}
	if s.Empty() {
		s.End = max(t.word(s.Start).End, min(s.Start+1, len(t.b)))
	}
	return t.span(s)
}
