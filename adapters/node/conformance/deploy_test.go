package conformance

import (
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sitegen.dev/adapters/node"
	"sitegen.dev/core/adapter"
	"sitegen.dev/core/build"
	"sitegen.dev/core/config"
)

// deploy builds a site with a key as SITEGEN_KEY holds it and gives its program, in a directory of its own.
func deploy(t *testing.T, key string, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	files = maps.Clone(files)
	files["go.mod"] = "module example.com/site\n\ngo 1.26\n\nrequire sitegen.dev/core v0.0.0\n\nreplace sitegen.dev/core => ./.sitegen/src/core\n"
	for name, text := range files {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cfg, _ := config.Load("site.yaml", nil, func(string) string { return "" })
	layout, list := build.FindLayout(dir, cfg.Src)
	if list.HasErrors() {
		t.Fatal(list.Err())
	}
	s, list, err := build.Run(t.Context(), build.Options{Layout: layout, Config: cfg, Version: "test", Server: true, Key: key})
	if err != nil || list.HasErrors() {
		t.Fatal(err, list.Err())
	}
	seam := &adapter.Site{
		Manifest: s.Manifest, ClientDir: s.ClientDir, Prerendered: s.Prerendered, ModuleDir: dir, ModulePath: layout.ModulePath,
		Bundle: s.Bundle, OnDemand: s.OnDemand, OutDir: filepath.Join(dir, "dist"),
	}
	out, err := adapter.NewOut(seam.OutDir, seam)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if err := (node.Adapter{}).Adapt(t.Context(), seam, out); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(seam.OutDir, "server", "server")
}

func fetch(t *testing.T, url string) (status int, body string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

// TestRollingDeploy has servers of two builds, with two keys, beside each other: pages of either get their islands from
// either, unless what a component takes has changed.
func TestRollingDeploy(t *testing.T) {
	const one, two = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=", "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
	files := map[string]string{
		"src/pages/index.gosite": "---\nimport (\n\tSame \"../components/Same.gosite\"\n\tGrows \"../components/Grows.gosite\"\n\tLive \"../components/Live.gosite\"\n)\n---\n" +
			"<Same server:defer sku=\"tea\"><b>slot</b></Same>\n<Grows server:defer sku=\"pot\" />\n<Live server:defer />\n",
		"src/components/Same.gosite":  "---\ntype Props struct{ Sku string }\n---\n<i>same 1 {props.Sku}</i><slot />\n",
		"src/components/Grows.gosite": "---\ntype Props struct{ Sku string }\n---\n<i>grows 1 {props.Sku}</i>\n",
		"src/components/Live.gosite":  "<i>live 1</i>\n",
	}
	old := deploy(t, one, files)
	files["src/components/Same.gosite"] = "---\n// The markup has changed, and so has all but the declaration.\ntype Props struct {\n\tSku string\n}\n---\n<i>same 2 {props.Sku}</i><slot />\n"
	files["src/components/Grows.gosite"] = "---\ntype Props struct {\n\tSku  string\n\tMany int\n}\n---\n<i>grows 2 {props.Sku}</i>\n"
	files["src/components/Live.gosite"] = "<i>live 2</i>\n"
	fresh := deploy(t, two+","+one, files)

	island := func(origin, name string) string {
		_, page := fetch(t, origin)
		m := regexp.MustCompile(`data-sitegen-island="(/_island/` + name + `[^"]+)"`).FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("the page has no island %s:\n%s", name, page)
		}
		return m[1]
	}
	// The servers before the deploy were told of the new key, behind theirs: it opens, and does not seal.
	t.Setenv("SITEGEN_KEY", one+","+two)
	a := strings.TrimSuffix(serve(t, old), "/")
	t.Setenv("SITEGEN_KEY", two+","+one)
	b := strings.TrimSuffix(serve(t, fresh), "/")
	for _, tt := range []struct {
		name     string
		from, to string
		status   int
		body     string
	}{
		{"Same", a, a, 200, "<i>same 1 tea</i><b>slot</b>"},
		{"Same", a, b, 200, "<i>same 2 tea</i><b>slot</b>"},
		{"Same", b, a, 200, "<i>same 1 tea</i><b>slot</b>"},
		{"Same", b, b, 200, "<i>same 2 tea</i><b>slot</b>"},
		{"Live", a, b, 200, "<i>live 2</i>"},
		{"Live", b, a, 200, "<i>live 1</i>"},
		{"Grows", b, b, 200, "<i>grows 2 pot</i>"},
		{"Grows", a, b, 400, ""},
		{"Grows", b, a, 400, ""},
	} {
		status, body := fetch(t, tt.to+island(tt.from, tt.name))
		if status != tt.status || !strings.Contains(body, tt.body) {
			t.Errorf("%s of build %s at build %s: %d %s; want %d %s", tt.name, which(tt.from, a), which(tt.to, a), status, body, tt.status, tt.body)
		}
	}

	// When nobody has an old page open any more, the old key goes.
	t.Setenv("SITEGEN_KEY", two)
	c := strings.TrimSuffix(serve(t, fresh), "/")
	if status, _ := fetch(t, c+island(b, "Same")); status != 200 {
		t.Errorf("after the old key was taken away, a page of the new one: %d", status)
	}
	if status, _ := fetch(t, c+island(a, "Same")); status != 400 {
		t.Errorf("after the old key was taken away, a page of the old one: %d", status)
	}
}

func which(origin, old string) string {
	if origin == old {
		return "old"
	}
	return "new"
}
