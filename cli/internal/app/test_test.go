package app

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTestCommand(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Write([]byte("only GET\n"))
	}))
	defer server.Close()
	dir := t.TempDir()
	run := func(args ...string) (code int, stdout, stderr string) {
		var out, errs bytes.Buffer
		env := Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }, Dir: dir}
		code = Main(t.Context(), append([]string{"sitegen", "test"}, args...), env)
		return code, out.String(), errs.String()
	}
	for _, tt := range []struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		{[]string{server.URL, "--filter", "^routing/endpoint/on-demand$"}, 0, "1 run: 1 passed, 0 failed", ""},
		{[]string{server.URL, "--filter", "^routing/endpoint/(on-demand|prerendered)$"}, 1, "2 run: 1 passed, 1 failed", "does not do all"},
		{[]string{server.URL, "--filter", "^routing/endpoint/prerendered$"}, 1, "routing/endpoint/prerendered (P0, behaviour 1)\n    cases/routing.http:", ""},
		{[]string{server.URL, "--filter", "^nothing$"}, 2, "", "no case"},
		{[]string{server.URL, "--filter", "("}, 2, "", "--filter"},
		{[]string{server.URL, "--variant", "huge"}, 2, "", `no variant "huge" (there are: default`},
		{[]string{"http://127.0.0.1:1"}, 1, "", "cannot be reached"},
		{[]string{"localhost"}, 1, "", "is not the origin of a site"},
		{nil, 2, "", "takes the URL of one server"},
		{[]string{"--write", "site", "--variant", "never"}, 0, "", "sitegen -C site build"},
		{[]string{"--write", "site"}, 2, "", "not empty"},
		{[]string{"--write", "other", server.URL}, 2, "", "takes no URL"},
	} {
		code, stdout, stderr := run(tt.args...)
		if code != tt.code || !strings.Contains(stdout, tt.stdout) || !strings.Contains(stderr, tt.stderr) {
			t.Errorf("%q: exit %d, %q, %q; want exit %d, %q, %q", tt.args, code, stdout, stderr, tt.code, tt.stdout, tt.stderr)
		}
	}
	if data, err := os.ReadFile(filepath.Join(dir, "site", "site.yaml")); err != nil || !strings.Contains(string(data), "trailingSlash: never") {
		t.Errorf("site.yaml: %q, %v", data, err)
	}
	_, stdout, _ := run(server.URL, "--json", "--filter", "^routing/endpoint/on-demand$")
	var report struct {
		Schema  int
		Results []struct{ Case, Outcome, At string }
	}
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || report.Schema != 1 || len(report.Results) != 1 || report.Results[0].Outcome != "passed" {
		t.Errorf("%s: %v", stdout, err)
	}
}
