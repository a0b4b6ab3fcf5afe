//go:build platform

package cloudflare

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sitegen.dev/core/diag"
)

// TestBadCode builds sites with code that cannot run in a Worker and looks for what the author is told.
func TestBadCode(t *testing.T) {
	page := func(imports, body string) func(root string) {
		return func(root string) {
			write(t, root, "src/pages/bad.gosite", "---\nimport "+imports+"\n\nconst prerender = false\n\nfunc GET(page *site.Page) error {\n\t"+body+"\n\treturn page.Text(\"\")\n}\n---\n")
		}
	}
	bindings := func(root, decl string) {
		write(t, root, "src/low/low.go", "package low\n\nimport \"sitegen.dev/core/site/cloudflare\"\n\n"+decl+"\n\n// Run runs.\nfunc Run() { _ = files }\n")
		page(`"example.com/worker/src/low"`, "low.Run()")(root)
	}
	for _, tt := range []struct {
		name     string
		change   func(root string)
		severity diag.Severity
		code     diag.Code
		at       string
		message  string // in it
	}{
		{"net/http", page(`"net/http"`, "_ = http.StatusOK"), diag.Error, "SG6301", "src/pages/bad.gosite:2", "src/pages/bad.gosite imports net/http, which"},
		{"os/exec below", func(root string) {
			write(t, root, "src/low/low.go", "package low\n\nimport \"os/exec\"\n\n// Run runs.\nfunc Run() { exec.Command(\"ls\").Run() }\n")
			page(`"example.com/worker/src/low"`, "low.Run()")(root)
		}, diag.Error, "SG6301", "src/low/low.go:3", "src/pages/bad.gosite imports example.com/worker/src/low imports os/exec, and there are no processes"},
		{"cgo", func(root string) {
			write(t, root, "src/low/low.go", "package low\n\n// #include <math.h>\nimport \"C\"\n\n// Run runs.\nfunc Run() { C.sqrt(2) }\n")
			page(`"example.com/worker/src/low"`, "low.Run()")(root)
		}, diag.Error, "SG6301", "src/pages/bad.gosite:2", "example.com/worker/src/low, which is written with cgo"},
		{"listening", page(`"net"`, `net.Listen("tcp", ":1")`), diag.Error, "SG6302", "src/pages/bad.gosite:7", "net.Listen cannot work in a Worker"},
		{"dialing", page(`"net"`, `net.Dial("tcp", "example.com:25")`), diag.Error, "SG6302", "src/pages/bad.gosite:7", "net.Dial cannot work in a Worker, which has no sockets"},
		{"files", page(`"os"`, `os.ReadFile("x")`), diag.Error, "SG6303", "src/pages/bad.gosite:7", "os.ReadFile fails in a Worker"},
		{"files below", func(root string) {
			write(t, root, "src/low/low.go", "package low\n\nimport \"os\"\n\n// Files reads.\ntype Files[T any] struct{ x T }\n\n// Run runs.\nfunc (f *Files[T]) Run() { func() { f.run() }() }\n\nfunc (f *Files[T]) run() { os.ReadFile(\"x\") }\n")
			page(`"example.com/worker/src/low"`, "(&low.Files[int]{}).Run()")(root)
		}, diag.Error, "SG6303", "src/low/low.go:11", "os.ReadFile fails in a Worker"},
		{"files at the start", func(root string) {
			write(t, root, "src/low/low.go", "package low\n\nimport \"os\"\n\nvar data, _ = os.ReadFile(\"x\")\n\n// Run runs.\nfunc Run() { println(data) }\n")
			page(`"example.com/worker/src/low"`, "low.Run()")(root)
		}, diag.Error, "SG6303", "src/low/low.go:5", "os.ReadFile fails in a Worker"},
		{"budget", func(root string) {
			write(t, root, "site.yaml", "adapter:\n  name: cloudflare\n  budget: 100KB\n")
		}, diag.Error, "SG6304", "site.yaml:3", "more than the budget of 100 kB"},
		{"report", nil, diag.Info, "SG6305", "", "compressed"},
		{"toml", func(root string) {
			os.Remove(filepath.Join(root, "wrangler.jsonc"))
			write(t, root, "wrangler.toml", "name = \"x\"\n")
		}, diag.Error, "SG6308", "wrangler.toml", "not wrangler.toml"},
		{"no binding", func(root string) {
			bindings(root, `var files = cloudflare.R2("FILLS")`)
		}, diag.Error, "SG6309", "src/low/low.go:5", `cloudflare.R2("FILLS"): wrangler.jsonc has no such binding`},
		{"constant name", func(root string) {
			bindings(root, "const name = \"EVENT_S\"\n\nvar files = cloudflare.Analytics(name)")
		}, diag.Error, "SG6309", "src/low/low.go:7", `cloudflare.Analytics("EVENT_S"): wrangler.jsonc has no such binding`},
		{"other binding", func(root string) {
			bindings(root, `var files = cloudflare.KV("FILES")`)
		}, diag.Error, "SG6309", "src/low/low.go:5", "the binding FILES is in r2_buckets of wrangler.jsonc, so it is a cloudflare.R2, not a cloudflare.KV"},
		{"variable", func(root string) {
			bindings(root, `var files = cloudflare.Secret("GREETING")`)
		}, diag.Error, "SG6309", "src/low/low.go:5", "wrangler.jsonc has a variable GREETING"},
		{"object without a Worker", func(root string) {
			write(t, root, "wrangler.jsonc", "{\n\"durable_objects\": {\"bindings\": [{\"name\": \"COUNTERS\", \"class_name\": \"Counter\"}]}}")
		}, diag.Error, "SG6309", "wrangler.jsonc:2", "the Durable Object COUNTERS has no script_name"},
		{"no environment", func(root string) {
			write(t, root, "site.yaml", "adapter:\n  name: cloudflare\n  environment: staging\n")
		}, diag.Error, "SG6308", "site.yaml:3", `wrangler.jsonc has no environment "staging"`},
		{"broken config", func(root string) { write(t, root, "wrangler.jsonc", "{") }, diag.Error, "SG6308", "wrangler.jsonc", "the configuration is no JSON"},
		{"other slashes", func(root string) {
			write(t, root, "wrangler.jsonc", `{"assets": {"html_handling": "none"}}`)
		}, diag.Warning, "SG6308", "wrangler.jsonc", `assets.html_handling is "none", but site.yaml asks for "auto-trailing-slash"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, said := buildSite(t, tt.change)
			found := false
			for _, d := range said.Sorted() {
				found = found || d.Severity == tt.severity && d.Code == tt.code && strings.HasPrefix(d.Pos.String(), tt.at) && strings.Contains(d.Message, tt.message)
			}
			if !found {
				t.Errorf("got %+v, want %s %s %q at %s", said.Sorted(), tt.severity, tt.code, tt.message, tt.at)
			}
		})
	}
}

func write(t *testing.T, root, name, text string) {
	t.Helper()
	to := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestUnable tells apart what is part of a Worker from what stands beside it in the same package.
func TestUnable(t *testing.T) {
	_, said := buildSite(t, func(root string) {
		write(t, root, "src/low/low.go", "package low\n\nimport \"os\"\n\n// Build is for prerendered pages.\nfunc Build() string {\n\tdata, _ := os.ReadFile(\"go.mod\")\n\treturn string(data)\n}\n\n// Run runs.\nfunc Run() string { return text() }\n\nfunc text() string {\n\tdata, err := os.ReadFile(\"x\")\n\treturn string(data) + err.Error()\n}\n")
		write(t, root, "src/pages/bad.gosite", "---\nimport \"example.com/worker/src/low\"\n\nconst prerender = false\n\nfunc GET(page *site.Page) error { return page.Text(low.Run()) }\n---\n")
		write(t, root, "src/pages/good.gosite", "---\nimport \"example.com/worker/src/low\"\n---\n<!doctype html><html lang=\"en\"><head><title>a</title></head><body><h1>{low.Build()}</h1></body></html>\n")
	})
	var got []string
	for _, d := range said.Sorted() {
		if d.Code == "SG6303" {
			text := d.Pos.String()
			for _, n := range d.Notes {
				text += "; " + n.Pos.String() + ": " + n.Message
			}
			got = append(got, text)
		}
	}
	if want := []string{"src/low/low.go:15:15; src/pages/bad.gosite:2:8: src/pages/bad.gosite imports example.com/worker/src/low"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestStaticSite is a site without a Worker.
func TestStaticSite(t *testing.T) {
	dir, said := buildSite(t, func(root string) {
		for _, name := range []string{"src/pages/do.gosite", "src/pages/hello.gosite"} {
			if err := os.Remove(filepath.Join(root, filepath.FromSlash(name))); err != nil {
				t.Fatal(err)
			}
		}
		write(t, root, "src/pages/about.gosite", "<!doctype html><html lang=\"en\"><head><title>a</title></head><body><h1>about</h1></body></html>\n")
		write(t, root, "site.yaml", "adapter: cloudflare\nredirects:\n  /old: /about\n  /p/[x]: {to: \"/about/[x]\", status: 302}\nheaders:\n  /*: {X-Rule: \"yes\"}\n")
	})
	if said.HasErrors() {
		t.Fatal(said.Sorted())
	}
	if _, err := os.Stat(filepath.Join(dir, workerDir)); err == nil {
		t.Error("there is a Worker")
	}
	v := newVisitor(serve(t, dir))
	for _, tt := range []struct {
		path   string
		status int
		want   string // in the body or the location
	}{
		{"/", 200, "<h1>home</h1>"},
		{"/about/", 200, "<h1>about</h1>"},
		{"/nothing", 404, "<h1>own 404</h1>"},
		{"/old", 301, "/about"},
		{"/p/1", 302, "/about/1"},
	} {
		a := v.get(t, tt.path)
		if a.status != tt.status || !strings.Contains(a.body+a.header.Get("Location"), tt.want) {
			t.Errorf("%s: %d %q %q, want %d and %q", tt.path, a.status, a.header.Get("Location"), a.body, tt.status, tt.want)
		}
		if a.status == 200 && a.header.Get("X-Rule") != "yes" {
			t.Errorf("%s: the header rule is not there", tt.path)
		}
	}
}

// TestWrangler lets wrangler look at what it would deploy: it finds the configuration by itself, and takes it.
func TestWrangler(t *testing.T) {
	dir := built(t)
	root := filepath.Dir(dir)
	// The build command puts this directory beside the output.
	if err := os.Rename(filepath.Join(dir, ".wrangler"), filepath.Join(root, ".wrangler")); err != nil {
		t.Fatal(err)
	}
	wrangler, err := filepath.Abs("testdata/npm/node_modules/wrangler/bin/wrangler.js")
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	cmd := exec.Command("node", wrangler, "deploy", "--dry-run", "--outdir", to)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "WRANGLER_SEND_METRICS=false", "CI=1", "HOME="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if s := string(out); strings.Contains(s, "WARNING") || !strings.Contains(s, "env.ASSETS") || !strings.Contains(s, "env.GREETING") || !strings.Contains(s, "6 files") {
		t.Errorf("wrangler says\n%s", s)
	}
	for _, name := range []string{"bindings.mjs", "index.mjs", "site.mjs", "site.wasm", "start.mjs", "wasm_exec.js"} {
		want, err := os.ReadFile(filepath.Join(dir, workerDir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(to, name)); err != nil || !bytes.HasPrefix(got, want) {
			t.Errorf("%s is not what was built: %v", name, err)
		}
	}
}

// TestSmallSite sees to it that nothing large becomes part of every Worker: fmt, regexp or encoding/json in a variable of a
// package, or in a function that each request runs, would.
func TestSmallSite(t *testing.T) {
	_, said := buildSite(t, func(root string) {
		for _, name := range []string{"src/pages/do.gosite", "src/deeds"} {
			if err := os.RemoveAll(filepath.Join(root, filepath.FromSlash(name))); err != nil {
				t.Fatal(err)
			}
		}
		write(t, root, "site.yaml", "adapter:\n  name: cloudflare\n  budget: 880KB\n")
	})
	for _, d := range said.Sorted() {
		if d.Code == "SG6304" {
			t.Errorf("%s; %s", d.Message, d.Hint)
		}
	}
}
