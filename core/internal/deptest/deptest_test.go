// Package deptest holds every package of the repository against the import policy below: which of our packages may
// import which, which modules of others each may use and why, and what must not be linked into a program that contains
// it, however far down. It asks the go command, so that it sees what is really built, for this machine and for
// WebAssembly. A rule that no longer says anything is a failure too.
package deptest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// module is the part in front of all our import paths.
const module = "sitegen.dev/"

// layers says what of ours a package may import. A package that is not here fails the test. The star stands for one
// adapter's name, the same one on both sides.
var layers = []struct {
	pkg string
	own []string
}{
	{"core", []string{"core/internal/gocmd"}}, // hands out the runtime's source
	{"core/site", nil},
	{"core/site/seal", nil},
	{"core/site/csp", nil},
	{"core/site/nethttp", []string{"core/site"}},
	{"core/site/cloudflare", []string{"core/site"}},
	{"core/site/netlify", []string{"core/site"}},
	{"core/site/vercel", []string{"core/site"}},
	{"core/site/content", []string{"core/site", "core/internal/attrname", "core/site/content/store"}},
	{"core/site/content/store", nil},
	{"core/site/content/storefile", []string{"core/site/content/store"}},
	{"core/site/content/loader", nil},
	{"core/site/content/contenttest", []string{"core/site/content", "core/site/content/storefile"}},
	{"core/site/sitetest", []string{"core/site"}}, // linked into tests alone
	{"core/site/raster", nil},
	{"core/site/feed", []string{"core/site", "core/internal/htmlscan"}},
	{"core/site/form", []string{"core/site", "core/internal/attrname"}},
	{"core/internal/htmlscan", nil},
	{"core/internal/attrname", nil},
	{"core/diag", nil},
	{"core/manifest", nil},
	{"core/syntax", []string{"core/diag"}},
	{"core/syntax/syntaxtest", nil},
	{"core/config", []string{"core/diag"}},
	{"core/assets", []string{"core/assets/scope", "core/diag", "core/site/raster"}},
	{"core/assets/scope", []string{"core/diag"}},
	{"core/process", nil},
	{"core/internal/gocmd", []string{"core/diag", "core/process"}},
	{"core/internal/cachedir", nil},
	{"core/internal/golden", nil},
	{"core/internal/deptest", nil},
	{"core/routes", []string{"core/diag", "core/syntax", "core/manifest"}},
	{"core/diag/examples", []string{"core/diag"}},
	{"core/a11y", []string{"core/diag", "core/syntax"}},
	{"core/links", []string{"core/internal/htmlscan"}},
	{"core/content", []string{"core/diag", "core/config", "core/assets", "core/site/content/store"}},
	{"core/codegen", []string{"core/internal/attrname", "core/diag", "core/syntax", "core/routes", "core/manifest"}},
	{"core/adapter", []string{"core/diag", "core/manifest", "core/internal/cachedir", "core/internal/gocmd"}},
	{"core/adapter/orphan", nil}, // linked into servers
	{"core/adapter/redirects", nil},
	{"core/adapter/fileserver", nil}, // linked into servers
	{"core/adapter/lambdasim", []string{"core/internal/gocmd"}},
	{"core/adapter/adaptertest", []string{"core/adapter", "core/adapter/adaptertest/httpcase", "core/build", "core/config", "core/diag"}},
	{"core/adapter/adaptertest/httpcase", nil},
	{"core/adapter/adaptertest/matrix", []string{"core/adapter/adaptertest"}},
	{"core/prerender", []string{"core/diag", "core/manifest", "core/internal/gocmd", "core/prerender/runtime/wire"}},
	{"core/prerender/runtime", []string{"core/site", "core/prerender/runtime/wire"}},
	{"core/prerender/runtime/wire", nil},
	{"core/prerender/runtime/collections", []string{"core/prerender/runtime", "core/prerender/runtime/wire", "core/site", "core/site/content", "core/site/content/storefile"}},
	{"core/dev/runtime", []string{"core/site", "core/dev/runtime/wire"}},
	{"core/dev/runtime/wire", []string{"core/prerender/runtime/wire"}},
	{"core/dev/runtime/collections", []string{"core/dev/runtime/wire", "core/prerender/runtime/wire", "core/site/content", "core/site/content/storefile"}},
	{"core/build", []string{"core", "core/a11y", "core/dev/runtime/wire", "core/diag", "core/config", "core/syntax", "core/routes", "core/codegen", "core/assets", "core/content", "core/links",
		"core/manifest", "core/prerender", "core/prerender/runtime/wire", "core/internal/cachedir", "core/internal/gocmd", "core/site", "core/site/form", "core/site/seal", "core/site/csp", "core/site/content/store", "core/site/content/storefile"}},
	{"adapters/*", []string{"core/adapter", "core/manifest", "core/diag", "core/adapter/fileserver", "core/adapter/lambdasim", "core/adapter/orphan", "core/adapter/redirects", "core/process", "adapters/*/sidecar"}},
	{"adapters/*/sidecar", nil},
	{"adapters/*/conformance", nil}, // holds tests alone
	{"adapters/*/runtime", []string{"core/adapter/fileserver", "core/adapter/orphan", "core/site", "core/site/*"}}, // the star is the adapter's own name
	{"adapters/*/apitest", nil}, // a platform's API for tests
	{"adapters/node/images", []string{"core/site", "core/site/raster"}},
	{"cli/browser", nil},
	{"cli/internal/scaffold", nil},
	{"cli/internal/registry", []string{"core/adapter", "core/site", "adapters/*", "adapters/*/runtime"}}, // it serves static sites with the standalone server's runtime
	{"cli/internal/devserver", []string{"core/adapter/fileserver", "core/build", "core/config", "core/dev/runtime/wire", "core/diag", "core/manifest", "core/process", "core/routes"}},
	{"cli/internal/lsp", []string{"core/build", "core/codegen", "core/config", "core/diag", "core/manifest", "core/routes", "core/syntax"}},
	{"cli/internal/app", []string{"cli/internal/registry", "cli/internal/devserver", "cli/internal/lsp", "cli/internal/scaffold", "core/adapter", "core/adapter/adaptertest", "core/build", "core/config", "core/diag", "core/manifest", "core/routes", "core/site", "core/site/seal", "core/syntax"}},
	{"cli/cmd/sitegen", []string{"cli/internal/app"}},
}

// others says which module of somebody else a package of core may import, and what for. What is not here needs a
// decision first.
var others = []struct{ pkg, module, why string }{
	{"core", "golang.org/x/mod", "read the requirements of our own go.mod"},
	{"core/config", "gopkg.in/yaml.v3", "YAML with the place of every node"},
	{"core/content", "gopkg.in/yaml.v3", "front matter with the place of every key"},
	{"core/content", "github.com/yuin/goldmark", "Markdown"},
	{"core/content", "github.com/alecthomas/chroma/v2", "highlighted code blocks"},
	{"core/content", "github.com/BurntSushi/toml", "front matter in TOML"},
	{"core/assets", "github.com/evanw/esbuild", "bundle scripts and stylesheets"},
	{"core/assets", "github.com/tdewolff/parse/v2", "the class names of CSS modules"},
	{"core/assets/scope", "github.com/tdewolff/parse/v2", "the CSS tokens that the scoping works on"},
	{"core/assets", "github.com/gen2brain/webp", "write WebP, lossy too, without cgo"},
	{"core/assets", "golang.org/x/image", "read WebP"},
	{"core/assets", "github.com/andybalholm/brotli", "read the metrics of WOFF2 fonts"},
	{"core/assets", "github.com/gen2brain/avif", "write AVIF without cgo"},
	{"core/build", "golang.org/x/mod", "read the site's go.mod"},
	{"core/build", "github.com/gofrs/flock", "one build at a time, on every system"},
	{"core/internal/golden", "github.com/google/go-cmp", "differences in test failures"},
	{"core/internal/golden", "golang.org/x/tools", "txtar files"},
}

// bans says what must not be reachable from a package, and why.
var bans = []struct{ pkg, banned, why string }{
	{"core/site", "net/http", "it doubles a WebAssembly program; adapters convert their platform's requests"},
	{"core/site", "net/textproto", "it links package net"},
	{"core/site", "net", "there are no sockets in a Worker"},
	{"core/site", "html/template", "it adds a megabyte; the compiler knows the context of each value"},
	{"core/site", "os/exec", "there are no processes in a Worker"},
	{"core/site", "os/signal", "the adapter's main function listens"},
	{"core/site", "crypto/tls", "the platform ends the connection"},
	{"core/site", "log", "it writes to a stream that a Worker does not have; Host.Log takes records"},
	{"core/site/cloudflare", "net/http", "it is linked into Workers"},
	{"core/site/feed", "net/http", "it is compiled into sites, WebAssembly among them"},
	{"core/site/feed", "encoding/xml", "it adds 400 kB to a server for what a few lines write"},
	{"core/site/form", "net/http", "it is compiled into sites, WebAssembly among them"},
	{"core/site/form", "html/template", "it adds a megabyte"},
	{"core/site/content", "net/http", "it is compiled into sites, WebAssembly among them"},
	{"core/site/content", "net", "there are no sockets in a Worker"},
	{"core/site/content", "html/template", "it adds a megabyte"},
	{"core/prerender/runtime", "net/http", "the prerender program has no network: a build does not depend on one"},
	{"core/prerender/runtime", "os/exec", "pages are rendered, not programs run"},
	{"core/dev/runtime", "net/http", "it is linked after each edit, and the server speaks HTTP"},
	{"core/dev/runtime", "net", "it is linked after each edit; standard input and output are enough"},
	{"core/manifest", "net/http", "an adapter that only writes files needs none"},
	{"core/syntax", "go/types", "the parser knows the text alone; types are the go command's"},
	{"core/syntax", "os/exec", "the parser knows the text alone"},
	{"core/routes", "os/exec", "the table is made from names alone"},
	{"core/config", "os/exec", "the file is text and nothing else"},
	{"core/build", "github.com/urfave/cli/v2", "flags and terminals are the command line's"},
}

// direct are bans on what a package may not import itself, though something that it needs links it.
var direct = []struct{ pkg, banned, why string }{
	{"core/site", "os", "no files, no environment, no exit at run time; fmt links it"},
	{"core/site/content", "os", "a deployed site has its content compiled in"},
	{"core/site/content/store", "os", "a deployed site has its content compiled in"},
	{"core/diag", "os", "the caller reads the sources and owns the terminal"},
	{"core/config", "os", "the caller reads the file and the environment"},
	{"core/routes", "os", "the caller walks the folder"},
	{"core/links", "os", "the caller reads the pages"},
	{"core/syntax", "os", "the caller reads the file"},
	{"core/manifest", "os", "the caller reads and writes"},
}

// graph is the imports of packages by import path.
type graph map[string][]string

func list(t *testing.T, env []string, args ...string) graph {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-deps", "-f", `{{.ImportPath}} {{join .Imports " "}}`}, args...)...)
	cmd.Dir = filepath.Join("..", "..", "..")
	cmd.Env = append(os.Environ(), env...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	g := graph{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		g[fields[0]] = fields[1:]
	}
	return g
}

// ours lists the packages of the repository without the module part, in order.
func (g graph) ours() []string {
	var out []string
	for pkg := range g {
		if name, ok := strings.CutPrefix(pkg, module); ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// chain gives a way of imports from one package to another, nil where there is none.
func (g graph) chain(from, to string) []string {
	before := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		if queue[0] == to {
			var way []string
			for p := to; p != ""; p = before[p] {
				way = append(way, p)
			}
			slices.Reverse(way)
			return way
		}
		for _, p := range g[queue[0]] {
			if _, seen := before[p]; !seen {
				before[p] = queue[0]
				queue = append(queue, p)
			}
		}
	}
	return nil
}

// within says whether a package belongs to a module or a tree.
func within(pkg, tree string) bool { return pkg == tree || strings.HasPrefix(pkg, tree+"/") }

// match holds a name against one with a star; star is what it stands for. A star that is fixed already stays so.
func match(name, pattern, fixed string) (star string, ok bool) {
	before, after, found := strings.Cut(pattern, "*")
	if !found {
		return fixed, name == pattern
	}
	rest, ok := strings.CutPrefix(name, before)
	if !ok {
		return "", false
	}
	star, ok = strings.CutSuffix(rest, after)
	return star, ok && star != "" && !strings.Contains(star, "/") && (fixed == "" || star == fixed)
}

func host(t *testing.T) graph {
	t.Helper()
	return list(t, nil, module+"core/...", module+"adapters/...", module+"cli/...")
}

func TestLayers(t *testing.T) {
	g := host(t)
	used := map[string]bool{}
	for _, pkg := range g.ours() {
		found := false
		for _, layer := range layers {
			star, ok := match(pkg, layer.pkg, "")
			if !ok {
				continue
			}
			found, used[layer.pkg] = true, true
			for _, imported := range g[module+pkg] {
				name, isOurs := strings.CutPrefix(imported, module)
				allowed := func(p string) bool { _, ok := match(name, p, star); return ok }
				if isOurs && !slices.ContainsFunc(layer.own, allowed) {
					t.Errorf("%s imports %s, which its layer does not allow", pkg, name)
				}
			}
		}
		if !found {
			t.Errorf("%s has no layer: add it to the table with what it may import", pkg)
		}
	}
	for _, layer := range layers {
		if !used[layer.pkg] {
			t.Errorf("the layer %s is no package any more", layer.pkg)
		}
	}
}

func TestOthers(t *testing.T) {
	g := host(t)
	used := make([]bool, len(others))
	for _, pkg := range g.ours() {
		if !within(pkg, "core") {
			continue
		}
		for _, imported := range g[module+pkg] {
			first, _, _ := strings.Cut(imported, "/")
			if strings.HasPrefix(imported, module) || !strings.Contains(first, ".") {
				continue
			}
			found := false
			for i, o := range others {
				if o.pkg == pkg && within(imported, o.module) {
					found, used[i] = true, true
				}
			}
			if !found {
				t.Errorf("%s imports %s without a reason in the table", pkg, imported)
			}
		}
	}
	for i, o := range others {
		if !used[i] {
			t.Errorf("%s does not import %s (%s) any more: remove the entry", o.pkg, o.module, o.why)
		}
	}
}

func TestBans(t *testing.T) {
	hostGraph := host(t)
	wasm := list(t, []string{"GOOS=js", "GOARCH=wasm"}, module+"core/site")
	exists := list(t, nil, "std")
	for _, b := range bans {
		if hostGraph[module+b.pkg] == nil {
			t.Errorf("the ban of %s is for %s, which is no package any more", b.banned, b.pkg)
		}
		if exists[b.banned] == nil && hostGraph[b.banned] == nil {
			t.Errorf("%s must not link %s, which does not exist", b.pkg, b.banned)
		}
		for name, g := range map[string]graph{"this machine": hostGraph, "WebAssembly": wasm} {
			if way := g.chain(module+b.pkg, b.banned); way != nil && g[module+b.pkg] != nil {
				t.Errorf("on %s %s, which must not be (%s)", name, strings.Join(way, " imports "), b.why)
			}
		}
	}
	for _, d := range direct {
		if hostGraph[module+d.pkg] == nil || exists[d.banned] == nil {
			t.Errorf("%s or %s does not exist any more", d.pkg, d.banned)
		}
		if slices.Contains(hostGraph[module+d.pkg], d.banned) {
			t.Errorf("%s imports %s, which must not be (%s)", d.pkg, d.banned, d.why)
		}
		if slices.ContainsFunc(bans, func(b struct{ pkg, banned, why string }) bool { return b.pkg == d.pkg && b.banned == d.banned }) {
			t.Errorf("%s and %s are in both tables of bans", d.pkg, d.banned)
		}
		if hostGraph.chain(module+d.pkg, d.banned) == nil {
			t.Errorf("%s does not link %s at all: move the entry to the bans", d.pkg, d.banned)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		name, pattern, fixed, star string
		ok                         bool
	}{
		{"core/site", "core/site", "", "", true},
		{"core/site/x", "core/site", "", "", false},
		{"adapters/node", "adapters/*", "", "node", true},
		{"adapters/node/runtime", "adapters/*", "", "", false},
		{"adapters/node/runtime", "adapters/*/runtime", "node", "node", true},
		{"adapters/node", "adapters/*", "vercel", "", false},
	} {
		star, ok := match(tt.name, tt.pattern, tt.fixed)
		if ok != tt.ok || ok && star != tt.star {
			t.Errorf("match(%q, %q, %q) = %q, %v", tt.name, tt.pattern, tt.fixed, star, ok)
		}
	}
}
