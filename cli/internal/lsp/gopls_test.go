package lsp

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain is gopls where a test says so: an old one that does not give errors when asked, or one that ends at once.
func TestMain(m *testing.M) {
	switch os.Getenv("SITEGEN_TEST_GOPLS") {
	case "":
		os.Exit(m.Run())
	case "ends":
		os.Exit(2)
	case "old":
		c := newConn(os.Stdin, os.Stdout)
		for {
			m, err := c.read()
			switch {
			case err != nil || m.Method == "exit":
				os.Exit(0)
			case m.Method == "initialize" || m.Method == "shutdown":
				c.reply(m.ID, map[string]any{}, nil)
			case m.ID != nil:
				c.reply(m.ID, nil, &rpcError{codeUnknownMethod, "method not found"})
			}
		}
	}
}

// What is wrong with gopls is said in the editor, once, with what to do; everything else goes on.
func TestGoplsMessages(t *testing.T) {
	for _, tt := range []struct{ kind, gopls, want string }{
		{"", "/nowhere/gopls", "there is no program /nowhere/gopls"},
		{"old", os.Args[0], "gopls is too old to be asked for errors"},
		{"ends", os.Args[0], "gopls has ended 6 times"},
	} {
		t.Run(tt.want, func(t *testing.T) {
			t.Setenv("SITEGEN_TEST_GOPLS", tt.kind)
			dir := newSite(t, map[string]string{"src/pages/index.gosite": "<p>{1}</p><Card />\n"})
			uri := uriOf(filepath.Join(dir, "src/pages/index.gosite"))
			c := newClientOf(t, tt.gopls)
			c.notify("textDocument/didOpen", map[string]any{"textDocument": documentItem{uri, "gosite", 1, "<p>{1}</p><Card />\n"}})
			var got string
			for i := range 100 {
				select {
				case got = <-c.told:
				case <-time.After(300 * time.Millisecond):
					c.notify("textDocument/didChange", map[string]any{"textDocument": documentID{uri, i + 2}, "contentChanges": []any{map[string]string{"text": "<p>{1}</p><Card />\n"}}})
					continue
				}
				break
			}
			if !strings.Contains(got, tt.want) {
				t.Errorf("it says %q, want %q; its log says\n%s", got, tt.want, c.log.String())
			}
			c.send(1, "textDocument/hover", map[string]any{"textDocument": documentID{URI: uri}, "position": position{0, 5}})
			c.answer(1)
			c.send(2, "textDocument/hover", map[string]any{"textDocument": documentID{URI: uri}, "position": position{0, 1}})
			if m := c.answer(2); !strings.Contains(string(m.Result), "paragraph") {
				t.Errorf("what <p> is: %s %v", m.Result, m.Error)
			}
			c.mu.Lock()
			if len(c.shown[uri].Diagnostics) != 1 {
				t.Errorf("shown: %+v", c.shown[uri])
			}
			c.mu.Unlock()
			for range 3 {
				c.notify("textDocument/didSave", map[string]any{"textDocument": documentID{URI: uri}})
			}
			select {
			case again := <-c.told:
				t.Errorf("it says also %q", again)
			case <-time.After(300 * time.Millisecond):
			}
			c.stop()
		})
	}
}
