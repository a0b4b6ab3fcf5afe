package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options is what the server has from its process.
type Options struct {
	In      io.Reader
	Out     io.Writer
	Log     io.Writer // for what a person looks at when something is odd
	Getenv  func(string) string
	Version string
	Gopls   string // the program; "" to look for it on PATH and where `go install` puts programs, "off" for none
}

// pause is how long the server waits after an edit for the next before it looks for errors.
const pause = 60 * time.Millisecond

// Serve answers until the client says exit, the input ends or ctx is done. The error is nil after an orderly shutdown.
func Serve(ctx context.Context, o Options) error {
	ctx, cancel := context.WithCancel(ctx)
	s := &server{
		Options: o, conn: newConn(o.In, o.Out), ctx: ctx, docs: map[string]*document{}, sites: map[string]*site{},
		published: map[string]bool{}, typed: map[string][]diagnostic{},
	}
	defer func() {
		cancel() // first, so that nothing is started again that stop ends
		s.stop()
	}()
	type arrival struct {
		m   message
		err error
	}
	arrivals := make(chan arrival)
	go func() { // a read cannot be interrupted
		for {
			m, err := s.conn.read()
			select {
			case arrivals <- arrival{m, err}:
			case <-ctx.Done():
				return
			}
			if err != nil && !errors.Is(err, errGarbage) {
				return
			}
		}
	}()
	for {
		var a arrival
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case a = <-arrivals:
		}
		switch {
		case errors.Is(a.err, errGarbage):
			s.conn.reply(nil, nil, &rpcError{codeParse, a.err.Error()})
		case a.err != nil:
			if s.down {
				return nil
			}
			return errors.New("the editor went away without saying so")
		case a.m.Method == "exit":
			if s.down {
				return nil
			}
			return errors.New("the editor said exit before shutdown")
		case a.m.Method == "" && a.m.ID != nil:
			s.conn.answered(a.m)
		case a.m.Method == "":
			s.conn.reply(nil, nil, &rpcError{codeInvalidRequest, "a message needs a method"})
		case a.m.ID == nil:
			s.guard(func() { s.notification(a.m) })
		default:
			s.request(a.m)
		}
	}
}

// document is an open file. It does not change; an edit makes another one.
type document struct {
	uri     string
	path    string // of the file, or the URI of a document that was never saved
	version int
	text    *text
}

type server struct {
	Options
	conn *conn
	ctx  context.Context

	ready    bool // initialize was answered
	down     bool // shutdown was
	snippets bool // the editor can insert snippets
	watches  bool // the editor tells of changed files when asked to
	renames  bool // the editor can rename files in an edit
	folders  []string
	work     sync.WaitGroup
	running  sync.Map // of the functions that cancel a request, by its id
	toldOf   sync.Map // of messages

	mu     sync.Mutex
	docs   map[string]*document // by path; replaced, never changed
	serial int                  // of docs and of the files on disk
	sites  map[string]*site     // by root
	timer  *time.Timer

	publishing sync.Mutex
	published  map[string]bool         // files with diagnostics in the editor
	typed      map[string][]diagnostic // what a Go type checker says, by file
}

// guard keeps a bug from ending the session.
func (s *server) guard(f func()) {
	defer func() {
		if v := recover(); v != nil {
			fmt.Fprintf(s.Log, "sitegen lsp has a bug: %v\n%s\n", v, debug.Stack())
		}
	}()
	f()
}

func (s *server) stop() {
	s.mu.Lock()
	sites := slices.Collect(maps.Values(s.sites))
	if s.timer != nil {
		s.timer.Stop()
	}
	s.mu.Unlock()
	for _, st := range sites {
		st.stop()
	}
	s.conn.close()
}

// request is a question of the editor, with the documents as they were when it came: it is about these, whatever is typed
// until it is answered. Its context ends when the editor loses interest.
type request struct {
	context.Context
	params json.RawMessage
	docs   map[string]*document
	serial int
}

// handlers answer requests about a place in a document. They run beside each other.
var handlers = map[string]func(*server, *request) (any, error){
	"textDocument/completion":         at((*server).complete),
	"textDocument/hover":              at((*server).hover),
	"textDocument/definition":         at((*server).definition),
	"textDocument/references":         at((*server).references),
	"textDocument/prepareRename":      at((*server).prepareRename),
	"textDocument/rename":             at((*server).rename),
	"textDocument/signatureHelp":      at((*server).signatureHelp),
	"textDocument/documentHighlight":  at((*server).highlights),
	"textDocument/documentSymbol":     at((*server).symbols),
	"textDocument/codeAction":         at((*server).actions),
	"textDocument/documentLink":       at((*server).links),
	"textDocument/foldingRange":       at((*server).folding),
	"textDocument/selectionRange":     at((*server).selections),
	"textDocument/linkedEditingRange": at((*server).linked),
	"sitegen/closeTag":                at((*server).closeTag),
	"sitegen/language":                at((*server).language),
	"workspace/symbol":                (*server).workspaceSymbols,
	"textDocument/formatting":         at((*server).format),
	"workspace/willRenameFiles":       (*server).willRename,
}

// cursor is a place in a document, and what is known of the site around it.
type cursor struct {
	positionParams
	params json.RawMessage // all that the editor said
	doc    *document
	off    int
	site   *site     // nil for a document outside of a site
	an     *analysis // nil likewise
}

func at(f func(*server, context.Context, *cursor) (any, error)) func(*server, *request) (any, error) {
	return func(s *server, r *request) (any, error) {
		c := &cursor{params: r.params}
		if err := json.Unmarshal(r.params, &c.positionParams); err != nil {
			return nil, &rpcError{codeInvalidParams, "the parameters cannot be read"}
		}
		path := pathOf(c.Document.URI)
		if c.doc = r.docs[path]; c.doc == nil {
			return nil, nil // not open, or of a kind that is none of ours
		}
		c.off = c.doc.text.offset(c.Position)
		if c.site = s.siteOf(path); c.site != nil {
			c.an = c.site.analyze(r, r.docs, r.serial)
			if c.an == nil {
				return nil, r.Err()
			}
			if c.an.docs[path] != c.doc { // an edit was quicker
				c.an = c.site.analyzeAgain(r, r.docs, r.serial)
			}
		}
		if err := r.Err(); err != nil {
			return nil, err
		}
		return f(s, r, c)
	}
}

func (s *server) request(m message) {
	switch m.Method {
	case "initialize":
		s.ready = true
		s.conn.reply(m.ID, s.initialize(m.Params), nil)
		return
	case "shutdown":
		s.down = true
		s.conn.reply(m.ID, nil, nil)
		return
	}
	h := handlers[m.Method]
	switch {
	case !s.ready:
		s.conn.reply(m.ID, nil, &rpcError{codeNotInitialized, "initialize comes first"})
		return
	case s.down:
		s.conn.reply(m.ID, nil, &rpcError{codeInvalidRequest, "the server is shut down"})
		return
	case h == nil:
		s.conn.reply(m.ID, nil, &rpcError{codeUnknownMethod, "sitegen does not know " + m.Method})
		return
	}
	r := &request{params: m.Params}
	s.mu.Lock()
	r.docs, r.serial = s.docs, s.serial
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(s.ctx, 20*time.Second)
	r.Context = ctx
	id := string(*m.ID)
	s.running.Store(id, cancel)
	s.work.Go(func() {
		defer cancel()
		defer s.running.Delete(id)
		answered := false
		defer func() {
			if !answered {
				s.conn.reply(m.ID, nil, &rpcError{codeInternal, "sitegen lsp has a bug; its log says more"})
			}
		}()
		s.guard(func() {
			result, err := h(s, r)
			answered = true
			if errors.Is(ctx.Err(), context.Canceled) {
				result, err = nil, &rpcError{codeCancelled, "cancelled"}
			}
			s.conn.reply(m.ID, result, err)
		})
	})
}

func (s *server) initialize(params json.RawMessage) any {
	var p struct {
		Root    string `json:"rootUri"`
		Folders []struct {
			URI string `json:"uri"`
		} `json:"workspaceFolders"`
		Options struct {
			Gopls *string `json:"gopls"`
		} `json:"initializationOptions"`
		Capabilities struct {
			Workspace struct {
				Watched struct {
					Dynamic bool `json:"dynamicRegistration"`
				} `json:"didChangeWatchedFiles"`
				Edit struct {
					Documents bool     `json:"documentChanges"`
					Resources []string `json:"resourceOperations"`
				} `json:"workspaceEdit"`
			} `json:"workspace"`
			Document struct {
				Completion struct {
					Item struct {
						Snippets bool `json:"snippetSupport"`
					} `json:"completionItem"`
				} `json:"completion"`
			} `json:"textDocument"`
		} `json:"capabilities"`
	}
	json.Unmarshal(params, &p) // what cannot be read is as good as absent
	s.snippets = p.Capabilities.Document.Completion.Item.Snippets
	s.watches = p.Capabilities.Workspace.Watched.Dynamic
	s.renames = p.Capabilities.Workspace.Edit.Documents && slices.Contains(p.Capabilities.Workspace.Edit.Resources, "rename")
	for _, f := range p.Folders {
		s.folders = append(s.folders, pathOf(f.URI))
	}
	if len(s.folders) == 0 && p.Root != "" {
		s.folders = []string{pathOf(p.Root)}
	}
	if p.Options.Gopls != nil && s.Gopls == "" {
		s.Gopls = *p.Options.Gopls
	}
	type options map[string]any
	return options{
		"serverInfo": options{"name": "sitegen", "version": s.Version},
		"capabilities": options{
			"positionEncoding":           "utf-16",
			"textDocumentSync":           options{"openClose": true, "change": 2, "save": options{"includeText": false}},
			"completionProvider":         options{"triggerCharacters": []string{"<", ".", "\"", "{", "/", " ", ":"}},
			"hoverProvider":              true,
			"definitionProvider":         true,
			"referencesProvider":         true,
			"documentHighlightProvider":  true,
			"documentSymbolProvider":     true,
			"documentFormattingProvider": true,
			"renameProvider":             options{"prepareProvider": true},
			"signatureHelpProvider":      options{"triggerCharacters": []string{"(", ","}},
			"documentLinkProvider":       options{"resolveProvider": false},
			"foldingRangeProvider":       true,
			"selectionRangeProvider":     true,
			"linkedEditingRangeProvider": true,
			"workspaceSymbolProvider":    true,
			"codeActionProvider":         options{"codeActionKinds": []string{quickFix, organizeImports, fixAll}},
			"workspace": options{
				"workspaceFolders": options{"supported": true},
				"fileOperations": options{"willRename": options{"filters": []any{
					options{"scheme": "file", "pattern": options{"glob": "**/*.gosite", "matches": "file"}},
				}}},
			},
		},
	}
}

// watch asks the editor to tell of files that others change.
func (s *server) watch() {
	if !s.watches {
		return
	}
	type options map[string]any
	var watchers []any
	for _, glob := range []string{"**/*.gosite", "**/*.md", "**/*.go", "**/site.yaml", "**/go.mod"} {
		watchers = append(watchers, options{"globPattern": glob})
	}
	go s.conn.call(s.ctx, "client/registerCapability", options{"registrations": []any{options{
		"id": "watch", "method": "workspace/didChangeWatchedFiles", "registerOptions": options{"watchers": watchers},
	}}}, nil)
}

func (s *server) notification(m message) {
	if !s.ready {
		return
	}
	switch m.Method {
	case "initialized":
		s.watch()
	case "$/cancelRequest":
		var p struct {
			ID json.RawMessage `json:"id"`
		}
		if json.Unmarshal(m.Params, &p) != nil {
			return
		}
		if cancel, ok := s.running.Load(string(p.ID)); ok {
			cancel.(context.CancelFunc)()
		}
	case "textDocument/didOpen":
		var p struct {
			Document documentItem `json:"textDocument"`
		}
		if json.Unmarshal(m.Params, &p) != nil {
			return
		}
		path := pathOf(p.Document.URI)
		if filepath.IsAbs(path) && !strings.HasSuffix(path, ".gosite") || !filepath.IsAbs(path) && p.Document.LanguageID != "gosite" {
			return
		}
		s.put(&document{uri: p.Document.URI, path: path, version: p.Document.Version, text: newText([]byte(p.Document.Text))})
	case "textDocument/didChange":
		var p changeParams
		if json.Unmarshal(m.Params, &p) != nil {
			return
		}
		s.mu.Lock()
		old := s.docs[pathOf(p.Document.URI)]
		s.mu.Unlock()
		if old == nil {
			return
		}
		t := old.text
		for _, c := range p.Changes {
			if c.Range == nil {
				t = newText([]byte(c.Text))
				continue
			}
			r := t.offsets(*c.Range)
			if r.End < r.Start {
				r.End = r.Start
			}
			t = newText(slices.Concat(t.b[:r.Start], []byte(c.Text), t.b[r.End:]))
		}
		s.put(&document{uri: old.uri, path: old.path, version: p.Document.Version, text: t})
	case "textDocument/didClose":
		var p struct {
			Document documentID `json:"textDocument"`
		}
		if json.Unmarshal(m.Params, &p) != nil {
			return
		}
		path := pathOf(p.Document.URI)
		s.mu.Lock()
		d := s.docs[path]
		s.mu.Unlock()
		s.edit(func(docs map[string]*document) { delete(docs, path) })
		if d != nil && s.siteOf(path) == nil {
			s.clear(d)
		}
	case "textDocument/didSave":
		var p struct {
			Document documentID `json:"textDocument"`
		}
		if json.Unmarshal(m.Params, &p) != nil {
			return
		}
		path := pathOf(p.Document.URI)
		s.edit(func(map[string]*document) {})
		if st := s.siteOf(path); st != nil {
			st.saved()
		}
	case "workspace/didChangeWatchedFiles":
		var p struct {
			Changes []fileEvent `json:"changes"`
		}
		if json.Unmarshal(m.Params, &p) != nil {
			return
		}
		s.filesChanged(p.Changes)
	}
}

// fileEvent is a file that was made (1), changed (2) or deleted (3).
type fileEvent struct {
	URI  string `json:"uri"`
	Type int    `json:"type"`
}

func (s *server) filesChanged(events []fileEvent) {
	for _, e := range events {
		path := pathOf(e.URI)
		switch base := filepath.Base(path); {
		case base == "site.yaml" || base == "go.mod":
			s.mu.Lock()
			for _, st := range s.sites {
				st.reload()
				go st.forgetPackages()
			}
			s.mu.Unlock()
		case strings.HasSuffix(base, ".go"):
			if st := s.siteOf(path); st != nil {
				st.goChanged(e)
				if e.Type != 2 { // a package may have come or gone
					go st.forgetPackages()
				}
			}
		}
	}
	s.edit(func(map[string]*document) {})
}

// put opens or changes a document.
func (s *server) put(d *document) {
	if d.path == "" {
		return
	}
	s.edit(func(docs map[string]*document) { docs[d.path] = d })
}

// edit changes the set of documents and looks for errors a little later.
func (s *server) edit(f func(map[string]*document)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	docs := maps.Clone(s.docs)
	f(docs)
	s.docs = docs
	s.serial++
	if s.timer != nil {
		s.timer.Stop()
	}
	s.timer = time.AfterFunc(pause, func() { s.guard(s.diagnose) })
}

// again looks for errors once more, although nothing was edited.
func (s *server) again() {
	if s.ctx.Err() == nil {
		s.edit(func(map[string]*document) {})
	}
}
