package cloudflare

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
	"sitegen.dev/core/routes"
)

func TestSchema(t *testing.T) {
	var s struct {
		Properties map[string]json.RawMessage
	}
	if err := json.Unmarshal([]byte(schema), &s); err != nil {
		t.Fatal(err)
	}
	fields := reflect.TypeFor[Options]()
	if len(s.Properties) != fields.NumField() {
		t.Errorf("the schema has %d options, Options %d", len(s.Properties), fields.NumField())
	}
	for i := range fields.NumField() {
		if name := fields.Field(i).Tag.Get("json"); s.Properties[name] == nil {
			t.Errorf("the schema lacks %s", name)
		}
	}
}

func TestOptions(t *testing.T) {
	for _, tt := range []struct{ options, want string }{
		{``, ""},
		{`{"budget": "900KB", "instances": 4, "worker": "my-site"}`, ""},
		{`{"instances": 0}`, "option instances of adapter cloudflare must be from 1 to 16, not 0"},
		{`{"memory": 8}`, "option memory of adapter cloudflare must be from 16 to 96, not 8"},
		{`{"worker": "My_Site"}`, `option worker of adapter cloudflare must be letters in lower case, digits and hyphens, at most 63, not "My_Site"`},
		{`{"budget": "large"}`, `option budget of adapter cloudflare must be a size such as 900KB, not "large"`},
		{`{"budget": "0KB"}`, `option budget of adapter cloudflare must be a size such as 900KB, not "0KB"`},
		{`{"workerFirst": "never"}`, `option workerFirst of adapter cloudflare must be auto or always, not "never"`},
		{`{"compatibilityDate": "2020-01-01"}`, "option compatibilityDate of adapter cloudflare must be 2024-10-14 or later, for what the Worker relies on"},
		{`{"compatibilityDate": "today"}`, `option compatibilityDate of adapter cloudflare must be a date, not "today"`},
		{`{"compatibilityFlags": ["a b"]}`, `option compatibilityFlags.0 of adapter cloudflare is no flag: "a b"`},
		{`{"include": ["/a/*"], "exclude": ["/a/b"], "config": "deploy/w.jsonc", "environment": "staging"}`, ""},
		{`{"include": ["a"], "exclude": ["!/b"], "config": "../w.jsonc"}`, `option include.0 of adapter cloudflare must be a path of at most 100 letters that begins with a slash and may hold *, not "a"; ` +
			`option exclude.0 of adapter cloudflare must be a path of at most 100 letters that begins with a slash and may hold *, not "!/b"; ` +
			`option config of adapter cloudflare must be a file below the folder of site.yaml, not "../w.jsonc"`},
		{`{"instanses": 3}`, `adapter cloudflare has no option "instanses"`},
	} {
		_, problems := decode(&adapter.Site{Options: json.RawMessage(tt.options)})
		var got []string
		for _, p := range problems {
			got = append(got, p.Message)
		}
		if s := strings.Join(got, "; "); s != tt.want {
			t.Errorf("%s: %q, want %q", tt.options, s, tt.want)
		}
	}
}

func TestSize(t *testing.T) {
	for text, want := range map[string]size{"900KB": 900_000, "1.5 MiB": 3 << 19, "2MB": 2_000_000, "100B": 100} {
		var s size
		s.DecodeOption(nil, "", json.RawMessage(quote(text)))
		if s != want {
			t.Errorf("%s is %d, want %d", text, s, want)
		}
	}
}

func TestDetect(t *testing.T) {
	for name, want := range map[string]string{"WORKERS_CI": "WORKERS_CI is set", "CF_PAGES": "CF_PAGES is set", "NETLIFY": ""} {
		got := Adapter{}.Detect(func(n string) string {
			if n == name {
				return "1"
			}
			return ""
		})
		if got != want {
			t.Errorf("with %s: %q, want %q", name, got, want)
		}
	}
}

func TestAdd(t *testing.T) {
	files, err := Adapter{}.Add(adapter.Project{Files: fstest.MapFS{"go.mod": {Data: []byte("module example.com/My_Site\n")}}})
	if err != nil {
		t.Fatal(err)
	}
	var config map[string]any
	if err := decodeJSONC(files["wrangler.jsonc"], &config); err != nil {
		t.Fatalf("%v in\n%s", err, files["wrangler.jsonc"])
	}
	if config["name"] != "my-site" || config["compatibility_date"] != testedDate {
		t.Errorf("the configuration is %v", config)
	}
	for _, name := range configNames {
		if files, err := (Adapter{}).Add(adapter.Project{Files: fstest.MapFS{name: {}}}); err != nil || len(files) != 0 {
			t.Errorf("beside %s: %v, %v", name, files, err)
		}
	}
}

func TestJSONC(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{`{"a": 1}`, `{"a":1}`},
		{"// c\n{\"a\": [1, 2,], /* , */ }", `{"a":[1,2]}`},
		{`{"u": "http://x//y", "s": "a\",]/*"}`, `{"s":"a\",]/*","u":"http://x//y"}`},
		{"{\"a\": 1, // x }\n}", `{"a":1}`},
		{"{} // end", `{}`},
		{`{"a": 1,, }`, ""},
		{`{"a`, ""},
		{`{} /* x`, ""},
	} {
		var v any
		err := decodeJSONC([]byte(tt.in), &v)
		if tt.want == "" {
			if err == nil {
				t.Errorf("%q is read as %v", tt.in, v)
			}
			continue
		}
		if got, _ := json.Marshal(v); err != nil || string(got) != tt.want {
			t.Errorf("%q: %s, %v, want %s", tt.in, got, err, tt.want)
		}
	}
}

// FuzzJSONC checks that what is JSON already is left as it is, that nothing moves, and that comments and commas make no difference to what
// is JSON without them.
func FuzzJSONC(f *testing.F) {
	f.Add(`{"a": [1, "//", "\"/*"], "b": null}`)
	f.Add("// x\n[1,]")
	f.Fuzz(func(t *testing.T, s string) {
		out, err := plainJSON([]byte(s))
		if json.Valid([]byte(s)) && (err != nil || string(out) != s) {
			t.Errorf("%q became %q, %v", s, out, err)
		}
		if err == nil && len(out) != len(s) {
			t.Errorf("%q became %q", s, out)
		}
		var got, want any
		if json.Unmarshal([]byte(s), &want) != nil {
			return // no JSON, or a number that is too large
		}
		// The tokens of the value, with what JSON does not know between them.
		var b strings.Builder
		quoted, escaped := false, false
		for i := range len(s) {
			c := s[i]
			if !quoted && (c == '}' || c == ']') && !strings.HasSuffix(strings.TrimRight(s[:i], " \t\r\n"), "[") && !strings.HasSuffix(strings.TrimRight(s[:i], " \t\r\n"), "{") {
				b.WriteString(" , // \"}\n")
			}
			b.WriteByte(c)
			if !quoted && strings.IndexByte("{}[]:,", c) >= 0 {
				b.WriteString("/* \" // */")
			}
			if c == '"' && !escaped {
				quoted = !quoted
			}
			escaped = quoted && c == '\\' && !escaped
		}
		if err := decodeJSONC([]byte(b.String()), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q is read as %v, want %v: %v", b.String(), got, want, err)
		}
	})
}

func TestRedirectLines(t *testing.T) {
	for _, tt := range []struct{ from, to, want string }{
		{"/old", "/new", "/old /new 301|/old/ /new 301"},
		{"/user/[user-name]/x", "/u/[user-name]", "/user/:pa/x /u/:pa 301|/user/:pa/x/ /u/:pa 301"},
		{"/blog/[...slug]", "/posts/[...slug]", "/blog /posts 301|/blog/ /posts 301|/blog/* /posts/:splat 301"},
		{"/[...p]/edit", "https://e.example:8080/[...p]?a[]=:b", "/edit https://e.example:8080?a[]=%3Ab 301|/edit/ https://e.example:8080?a[]=%3Ab 301|/*/edit https://e.example:8080/:splat?a[]=%3Ab 301|/*/edit/ https://e.example:8080/:splat?a[]=%3Ab 301"},
		{"/f/[_id].html", "/f", "/f/:pa.html /f 301"},
		{"/a b/ü", "/100%", "/a%20b/%C3%BC /100%25 301|/a%20b/%C3%BC/ /100%25 301"},
		{"/x[_a]y", "/b", "the text behind [_a] would be read as a part of its name"},
		{"/a:b", "/b", "a colon in front of a letter means a parameter there"},
	} {
		table, list := routes.Build(nil, routes.Config{Redirects: []routes.Redirect{{From: tt.from, To: tt.to, Status: 301}}})
		if err := list.Err(); err != nil {
			t.Fatal(err)
		}
		b := &builder{site: &adapter.Site{Manifest: &manifest.Manifest{Base: "/"}}}
		lines, got := b.redirect(&table[0])
		for _, l := range lines {
			got += fmt.Sprintf("|%s %s %d", l.from, l.to, l.status)
		}
		if got = strings.TrimPrefix(got, "|"); got != tt.want {
			t.Errorf("%s to %s: %s, want %s", tt.from, tt.to, got, tt.want)
		}
	}
}

func route(pattern string, segs ...string) manifest.Route {
	r := manifest.Route{Pattern: pattern, Type: manifest.Page}
	for _, s := range segs {
		p := manifest.Part{Text: s}
		if name, ok := strings.CutPrefix(s, ":"); ok {
			p = manifest.Part{Param: name}
		}
		r.Segments = append(r.Segments, []manifest.Part{p})
	}
	return r
}

func TestWorkerFirst(t *testing.T) {
	b := &builder{
		o: &Options{},
		site: &adapter.Site{OnDemand: true, Manifest: &manifest.Manifest{Base: "/docs/", Routes: []manifest.Route{
			route("/live", "live"), route("/api/a", "api", "a"), route("/api/b/[x]", "api", "b", ":x"),
			route("/blog/[slug]", "blog", ":slug"), route("/shadow", "shadow"), route("/[any]", ":any"), route("/ü", "ü"),
		}}},
		list: fileList{
			all:     map[string]bool{"404.html": true, "shadow.html": true, "blog/a/index.html": true},
			folders: map[string]bool{"blog": true, "blog/a": true},
			pages:   []manifest.Prerendered{{Path: "/docs/gone/", File: "gone/index.html", Status: 410}},
		},
	}
	b.workerFirst()
	want := "/docs/404 /docs/404.html /docs/404/ /docs/api/* /docs/gone /docs/gone/ /docs/live /docs/live/"
	if got := strings.Join(b.first, " "); got != want || len(b.problems) > 0 {
		t.Errorf("run_worker_first is %s %v, want %s", got, b.problems, want)
	}
}

func TestIncludeExclude(t *testing.T) {
	b := &builder{o: &Options{Include: []string{"/shop/*"}, Exclude: []string{"/shop/i/*"}}, site: &adapter.Site{OnDemand: true, Manifest: &manifest.Manifest{Base: "/"}}}
	b.workerFirst()
	if got := strings.Join(b.first, " "); got != "!/shop/i/* /shop/*" {
		t.Errorf("run_worker_first is %s", got)
	}
}

func TestEnvironment(t *testing.T) {
	const text = `{"name": "x", "vars": {"A": "top"}, "kv_namespaces": [{"binding": "K", "id": "1"}], "observability": {"enabled": true},
		"env": {"staging": {"vars": {"A": "staging"}}, "live": {"name": "own"}}}`
	for _, tt := range []struct{ name, want, problem string }{
		{"", `{"kv_namespaces":[{"binding":"K","id":"1"}],"name":"x","observability":{"enabled":true},"vars":{"A":"top"}}`, ""},
		{"staging", `{"name":"x-staging","observability":{"enabled":true},"vars":{"A":"staging"}}`, ""},
		{"live", `{"name":"own","observability":{"enabled":true}}`, ""},
		{"other", "", `wrangler.jsonc has no environment "other"`},
	} {
		t.Setenv("CLOUDFLARE_ENV", tt.name)
		var config map[string]any
		if err := decodeJSONC([]byte(text), &config); err != nil {
			t.Fatal(err)
		}
		b := &builder{o: &Options{}, site: &adapter.Site{}, configName: "wrangler.jsonc"}
		got, err := json.Marshal(b.environment(diag.Range{}, config))
		if err != nil {
			t.Fatal(err)
		}
		if tt.problem != "" {
			if len(b.problems) != 1 || b.problems[0].Message != tt.problem || b.problems[0].Hint != "there are live, staging" {
				t.Errorf("%s: %v", tt.name, b.problems)
			}
			continue
		}
		if string(got) != tt.want || len(b.problems) > 0 {
			t.Errorf("%s: %s %v, want %s", tt.name, got, b.problems, tt.want)
		}
	}
}

func TestHeaderRules(t *testing.T) {
	b := &builder{
		o: &Options{},
		site: &adapter.Site{Manifest: &manifest.Manifest{Base: "/", AssetsDir: "_assets", Headers: []manifest.Headers{
			{Pattern: "/a/*", Set: []manifest.Header{{Name: "X", Value: "first"}}},
			{Pattern: "/*", Set: []manifest.Header{{Name: "X", Value: "second"}}},
		}}},
		list: fileList{folders: map[string]bool{"_assets": true}, pages: []manifest.Prerendered{
			{Path: "/a/b/", File: "a/b/index.html", Headers: []manifest.Header{{Name: "X", Value: "page"}, {Name: "X", Value: "again"}}},
		}},
	}
	b.headerRules()
	const want = `/*
  ! X-Content-Type-Options
  X-Content-Type-Options: nosniff
/_assets/*
  ! Cache-Control
  Cache-Control: public, max-age=31536000, immutable
/*
  ! X
  X: second
/a/*
  ! X
  X: first
/a/b/
  ! X
  X: page
  X: again
`
	if b.headers != want || len(b.problems) > 0 {
		t.Errorf("_headers is\n%s%v, want\n%s", b.headers, b.problems, want)
	}
	b.site.Manifest.Headers = append(b.site.Manifest.Headers, manifest.Headers{Pattern: "/*/x/*"})
	b.headerRules()
	if len(b.problems) != 1 || b.problems[0].Code != "SG6306" {
		t.Errorf("two wildcards: %v", b.problems)
	}
}

func TestPreviewNeedsOutput(t *testing.T) {
	if _, _, err := (Adapter{}).Preview(t.Context(), t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestMiniflareVersion(t *testing.T) {
	for version, ok := range map[string]bool{"4.20260426.0": true, "5.20261012.0-beta": false, "3.1.0": false} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"version": "`+version+`"}`), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := checkMiniflare(dir); (err == nil) != ok {
			t.Errorf("%s: %v", version, err)
		}
	}
}
