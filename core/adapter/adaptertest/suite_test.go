package adaptertest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The suite is whole: it parses, it is as large as it promises to be, every variant runs something, and every section and
// class that concerns a running server has cases.
func TestCases(t *testing.T) {
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	sources := map[string]int{}
	perVariant := map[string]int{}
	for _, f := range files {
		total += len(f.Cases)
		for _, c := range f.Cases {
			sources[c.Source]++
			for _, v := range c.Variants {
				perVariant[v]++
			}
		}
	}
	if total < 400 {
		t.Errorf("there are %d cases, fewer than 400", total)
	}
	for _, v := range Variants() {
		if perVariant[v.Name] < 100 {
			t.Errorf("the variant %s has %d cases", v.Name, perVariant[v.Name])
		}
	}
	for _, source := range Sources() {
		if sources[source.Name] == 0 {
			t.Errorf("no case comes from %s, %s", source.Name, source.About)
		}
	}
}

func TestWriteSite(t *testing.T) {
	for _, v := range allVariants() {
		dir := t.TempDir()
		if err := WriteSite(dir, v.Name); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"go.mod", "site.yaml", "src/middleware.go", "src/pages/one/[x].gosite", "src/pages/_hidden.gosite", "public/.env"} {
			if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
				t.Error(err)
			}
		}
	}
	if err := WriteSite(t.TempDir(), "huge"); err == nil {
		t.Error("a variant that does not exist was written")
	}
}

// The variants say about themselves what their site.yaml says.
func TestVariants(t *testing.T) {
	for _, v := range allVariants() {
		data, err := fixture.ReadFile("variants/" + v.Name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		if v.Base != "" != strings.Contains(string(data), "\nbase: "+v.Base+"\n") || v.Slash != "" != strings.Contains(string(data), "trailingSlash: always") {
			t.Errorf("%+v, but site.yaml is\n%s", v, data)
		}
	}
	entries, err := fixture.ReadDir("variants")
	if err != nil || len(entries) != len(allVariants()) {
		t.Errorf("%d files, %d variants, %v", len(entries), len(allVariants()), err)
	}
}

func TestRunURL(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("only GET\n"))
	}))
	defer server.Close()
	report, err := RunURL(t.Context(), server.URL, Options{
		Filter: regexp.MustCompile(`^routing/endpoint/(on-demand|prerendered|well-known)$`),
		Skip:   map[string]string{"routing/endpoint/well-known@default": "no such folder"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range report.Results {
		got = append(got, fmt.Sprintf("%s %s %s", r.Case, r.Outcome, r.Reason))
		if (r.Outcome == Failed) != (len(r.Problems) > 0) || !strings.HasPrefix(r.At, "cases/routing.http:") {
			t.Errorf("%+v", r)
		}
	}
	want := []string{"routing/endpoint/on-demand passed ", "routing/endpoint/prerendered failed ", "routing/endpoint/well-known differs no such folder"}
	if !slices.Equal(got, want) || report.Count(Failed) != 1 {
		t.Errorf("%q, want %q", got, want)
	}
	for _, o := range []Options{{Variant: "huge"}} {
		if _, err := RunURL(t.Context(), server.URL, o); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
}
