package tarball

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// adapt runs the adapter over the files as a build would, and gives its output and the folder of it.
func adapt(t *testing.T, files map[string]string, site *adapter.Site) (*adapter.Out, string) {
	t.Helper()
	dir := t.TempDir()
	site.ClientDir, site.ModuleDir = filepath.Join(dir, "client"), t.TempDir()
	if site.Manifest == nil {
		site.Manifest = &manifest.Manifest{}
	}
	for name, text := range files {
		full := filepath.Join(site.ClientDir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := adapter.NewOut(dir, site)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { out.Close() })
	if err := (Adapter{}).Adapt(t.Context(), site, out); err != nil {
		t.Fatal(err)
	}
	return out, dir
}

var tea = map[string]string{"index.html": "<h1>Tea</h1>", "about/index.html": "about", ".htpasswd": "secret"}

func TestAdapt(t *testing.T) {
	out, dir := adapt(t, tea, &adapter.Site{Options: json.RawMessage(`{"prefix":"www"}`)})
	data, err := out.ReadFile("site.tar")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for r := tar.NewReader(bytes.NewReader(data)); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if h.ModTime.Unix() != 0 || h.Mode != 0o644 || h.Uid != 0 || h.Uname != "" {
			t.Errorf("%s has a header of its machine: %+v", h.Name, h)
		}
		got = append(got, h.Name+" "+string(text))
	}
	if want := "www/about/index.html about, www/index.html <h1>Tea</h1>"; strings.Join(got, ", ") != want {
		t.Errorf("the tar file holds %q; want %q", got, want)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("the output holds %v, %v; want site.tar alone", entries, err)
	}
	again, _ := adapt(t, tea, &adapter.Site{Options: json.RawMessage(`{"prefix":"www"}`)})
	if second, err := again.ReadFile("site.tar"); err != nil || !bytes.Equal(data, second) {
		t.Error("a second build gives other bytes")
	}
}

func TestDiagnostics(t *testing.T) {
	for _, tt := range []struct{ options, want string }{
		{`{"prefx":"www"}`, `adapter static-tar has no option "prefx"`},
		{`{"prefix":"../www"}`, `option prefix of adapter static-tar must be a folder, not "../www"`},
		{`{"format":"zip"}`, "option format of adapter static-tar must be pax or ustar, not \"zip\""},
	} {
		out, _ := adapt(t, tea, &adapter.Site{Options: json.RawMessage(tt.options)})
		if list := out.Diagnostics().Sorted(); len(list) != 1 || list[0].Message != tt.want {
			t.Errorf("options %s: %v; want %s", tt.options, list, tt.want)
		}
	}
	out, _ := adapt(t, tea, &adapter.Site{Manifest: &manifest.Manifest{Routes: []manifest.Route{{Pattern: "/old", Type: manifest.Redir, Source: "site.yaml", Line: 4}}}})
	if list := out.Diagnostics().Sorted(); len(list) != 1 || list[0].Severity != diag.Warning || list[0].Line != 4 {
		t.Errorf("a redirect: %v", list)
	}
}

// Sitegen holds the site against Supports; a route on demand does not come as far as Adapt.
func TestSupports(t *testing.T) {
	m := &manifest.Manifest{Routes: []manifest.Route{{Pattern: "/now", Type: manifest.Page, Source: "src/pages/now.gosite", Line: 2}}}
	list := adapter.Check(Adapter{}.Info(), m, nil).Sorted()
	if len(list) != 1 || list[0].Code != "SG6001" || list[0].Line != 2 || !strings.Contains(list[0].Hint, "a tar file runs no programs") {
		t.Errorf("Check = %v", list)
	}
}

func TestPreview(t *testing.T) {
	_, dir := adapt(t, tea, &adapter.Site{Options: json.RawMessage(`{"prefix":"www"}`)})
	h, stop, err := Adapter{}.Preview(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	for path, want := range map[string]string{"/": "<h1>Tea</h1>", "/about/": "about"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != 200 || w.Body.String() != want {
			t.Errorf("%s answers %d %q; want %q", path, w.Code, w.Body, want)
		}
	}
}

// The protocol, as sitegen speaks it.
func TestProtocol(t *testing.T) {
	var answer bytes.Buffer
	if err := adapter.Serve(t.Context(), Adapter{}, strings.NewReader(`{"protocol":1,"op":"info"}`), &answer); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Protocol int
		Info     adapter.Info
		Can      []string
	}
	if err := json.Unmarshal(answer.Bytes(), &got); err != nil || got.Protocol != 1 || got.Info.Name != "static-tar" || strings.Join(got.Can, " ") != "add preview" {
		t.Errorf("info = %s, %v", &answer, err)
	}
}
