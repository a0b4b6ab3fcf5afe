package manifest

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// rich uses every field, with the sets out of order.
func rich() *Manifest {
	return &Manifest{
		Generator: "sitegen 1.2.3", BuildID: "4f2a81c0", Site: "https://example.com", Base: "/docs/", Output: "static",
		TrailingSlash: "always", BuildFormat: "directory", AssetsDir: "_assets", Middleware: true,
		Routes: []Route{
			{Pattern: "/api/v[n].json", Segments: [][]Part{{{Text: "api"}}, {{Text: "v"}, {Param: "n"}, {Text: ".json"}}}, Type: Endpoint,
				Source: "src/pages/api/v[n].json.gosite", Line: 4, Methods: []string{"POST", "GET", "POST"},
				Features: []Feature{{Name: "streaming", File: "src/b.gosite", Line: 2, Col: 1}, {Name: "onDemand", File: "src/pages/api/v[n].json.gosite", Line: 4, Col: 7}, {Name: "streaming", File: "src/a.gosite", Line: 9}}},
			{Pattern: "/404", Segments: [][]Part{{{Text: "404"}}}, Type: Page, Prerender: true, Source: "src/pages/404.gosite", Error: 404},
			{Pattern: "/news", Segments: [][]Part{{{Text: "news"}}}, Type: Page, Source: "src/pages/news.gosite", Revalidate: 60},
			{Pattern: "/a <b>&", Segments: [][]Part{{{Text: "a <b>&"}}}, Type: Page, Prerender: true, Source: "src/pages/a <b>&.gosite"},
			{Pattern: "/posts/[...slug]", Segments: [][]Part{{{Text: "posts"}}, {{Param: "slug", Rest: true}}}, Type: Redir, Source: "site.yaml", Line: 12,
				Redirect: &Redirect{From: "/posts/[...slug]", To: "/blog/[...slug]", Status: 308}},
			{Pattern: "/", Type: Page, Prerender: true, Source: "src/pages/index.gosite"},
		},
		Redirects: []Redirect{{From: "/posts/[...slug]", To: "/blog/[...slug]", Status: 308}},
		Headers: []Headers{
			{Pattern: "/assets/*", Set: []Header{{Name: "X-Frame-Options", Value: "DENY"}, {Name: "Link", Value: "</a>; rel=x"}}},
			{Pattern: "/", Set: nil},
		},
		Features: []Feature{{Name: "middleware", File: "src/middleware.go", Line: 5}},
	}
}

func compileSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t testing.TB, s *jsonschema.Schema, data []byte) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(v)
}

func TestEncode(t *testing.T) {
	m := rich()
	got, err := Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(rich(), m); d != "" {
		t.Errorf("Encode changed its argument: -want +got\n%s", d)
	}
	if *update {
		if err := os.WriteFile("testdata/rich.json", got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/rich.json")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	schema := compileSchema(t)
	if err := validate(t, schema, got); err != nil {
		t.Error(err)
	}
	back, err := Decode(got)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Encode(back)
	if err != nil || !bytes.Equal(got, again) {
		t.Errorf("read and written again it differs: %v", err)
	}
	least, err := Encode(&Manifest{Base: "/", Output: "server", TrailingSlash: "never", BuildFormat: "file"})
	if err != nil {
		t.Fatal(err)
	}
	if err := validate(t, schema, least); err != nil {
		t.Errorf("an empty site: %v", err)
	}
}

// TestSchemaKnowsEveryField holds the schema's properties against the fields of the structs, both ways.
func TestSchemaKnowsEveryField(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal(Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	defs := doc["$defs"].(map[string]any)
	for name, typ := range map[string]reflect.Type{
		"":         reflect.TypeFor[Manifest](),
		"route":    reflect.TypeFor[Route](),
		"part":     reflect.TypeFor[Part](),
		"redirect": reflect.TypeFor[Redirect](),
		"headers":  reflect.TypeFor[Headers](),
		"header":   reflect.TypeFor[Header](),
		"features": reflect.TypeFor[Feature](),
	} {
		def := doc
		if name != "" {
			def = defs[name].(map[string]any)
		}
		if items, ok := def["items"].(map[string]any); ok {
			def = items
		}
		var inSchema, required, inStruct, always []string
		for p := range def["properties"].(map[string]any) {
			inSchema = append(inSchema, p)
		}
		list, _ := def["required"].([]any)
		for _, r := range list {
			required = append(required, r.(string))
		}
		for i := range typ.NumField() {
			tag := strings.Split(typ.Field(i).Tag.Get("json"), ",")
			inStruct = append(inStruct, tag[0])
			if !slices.Contains(tag, "omitempty") {
				always = append(always, tag[0])
			}
		}
		slices.Sort(inSchema)
		slices.Sort(inStruct)
		slices.Sort(required)
		slices.Sort(always)
		if d := cmp.Diff(inStruct, inSchema); d != "" {
			t.Errorf("%s: fields: -struct +schema\n%s", typ, d)
		}
		if d := cmp.Diff(always, required); d != "" {
			t.Errorf("%s: required: -struct +schema\n%s", typ, d)
		}
	}
}

// wrong are manifests that must neither be written nor read, and that the schema refuses as well unless it cannot.
var wrong = []struct {
	name   string
	change func(*Manifest)
	want   string
	laxer  bool // the schema cannot say it
}{
	{"version", func(m *Manifest) { m.Version = 2 }, "version is 2, not 1", false},
	{"base", func(m *Manifest) { m.Base = "/docs" }, `base "/docs" does not begin and end with a slash`, false},
	{"output", func(m *Manifest) { m.Output = "x" }, `output is "x", not one of static, server`, false},
	{"slash", func(m *Manifest) { m.TrailingSlash = "" }, `trailingSlash is ""`, false},
	{"format", func(m *Manifest) { m.BuildFormat = "dir" }, `buildFormat is "dir"`, false},
	{"pattern", func(m *Manifest) { m.Routes[1].Pattern = "404" }, `pattern "404"`, false},
	{"segments", func(m *Manifest) { m.Routes[1].Segments = nil }, "the segments of /404 spell /", true},
	{"type", func(m *Manifest) { m.Routes[1].Type = "x" }, `/404 has the type "x"`, false},
	{"page with target", func(m *Manifest) { m.Routes[1].Redirect = &Redirect{From: "/a", To: "/b", Status: 301} }, "/404 must have a target if", false},
	{"redirect without target", func(m *Manifest) { m.Routes[4].Redirect = nil }, "/posts/[...slug] must have a target if", false},
	{"error", func(m *Manifest) { m.Routes[1].Error = 403 }, "/404 is an error page for 403", false},
	{"negative", func(m *Manifest) { m.Routes[1].Line = -1 }, "/404 has a negative number", false},
	{"method", func(m *Manifest) { m.Routes[0].Methods = []string{"get"} }, `has the method "get"`, false},
	{"status", func(m *Manifest) { m.Redirects[0].Status = 200 }, "has the status 200", false},
	{"from", func(m *Manifest) { m.Redirects[0].From = "a" }, `redirect from "a"`, false},
	{"to", func(m *Manifest) { m.Redirects[0].To = "" }, "has no target", false},
	{"header pattern", func(m *Manifest) { m.Headers[0].Pattern = "*" }, `header pattern "*"`, false},
	{"header", func(m *Manifest) { m.Headers[0].Set[0].Value = "a\nb" }, "would break the header block", false},
	{"header name", func(m *Manifest) { m.Headers[0].Set[0].Name = "" }, "would break the header block", false},
	{"feature", func(m *Manifest) { m.Features[0].Name = "" }, "a feature without a name", false},
	{"feature place", func(m *Manifest) { m.Routes[0].Features[0].Col = -1 }, "feature streaming has a negative place", false},
}

func TestWrong(t *testing.T) {
	schema := compileSchema(t)
	for _, tt := range wrong {
		m := rich()
		tt.change(m)
		if _, err := Encode(m); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: Encode: %v", tt.name, err)
		}
		data, err := json.Marshal(canonical(m))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Decode(data); err == nil {
			t.Errorf("%s: Decode takes it", tt.name)
		}
		if err := validate(t, schema, data); (err == nil) != tt.laxer {
			t.Errorf("%s: the schema says %v", tt.name, err)
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	good, err := Encode(rich())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ in, want string }{
		{"", "unexpected end of JSON input"},
		{"[]", "cannot unmarshal array"},
		{"{}", "no version"},
		{`{"version": null}`, "no version"},
		{`{"version": 2, "more": 1}`, "version 2, but this program reads version 1"},
		{strings.Replace(string(good), `"base"`, `"bse"`, 1), `unknown field "bse"`},
		{strings.Replace(string(good), `"pattern"`, `"x": 1, "pattern"`, 1), `unknown field "x"`},
		{strings.Replace(string(good), `"prerender": false`, `"prerender": "no"`, 1), "cannot unmarshal string"},
		{string(good) + "{}", "after top-level value"},
		{string(good[:len(good)-3]), "unexpected end"},
	} {
		if _, err := Decode([]byte(tt.in)); err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "route manifest: ") {
			t.Errorf("Decode(%.40q): %v, want %q", tt.in, err, tt.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	good, err := Encode(rich())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"version":1,"base":"/","output":"static","trailingSlash":"ignore","buildFormat":"file","routes":[{"pattern":"/","type":"page"}]}`))
	f.Add([]byte(`{"version":1,"routes":null}`))
	schema := compileSchema(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Decode(data)
		if err != nil {
			return
		}
		out, err := Encode(m)
		if err != nil {
			t.Fatalf("read, but not to be written: %v", err)
		}
		if err := validate(t, schema, out); err != nil {
			t.Fatalf("%s\n%v", out, err)
		}
		again, err := Decode(out)
		if err != nil {
			t.Fatal(err)
		}
		if out2, err := Encode(again); err != nil || !bytes.Equal(out, out2) {
			t.Fatalf("written twice it differs: %v\n%s\n%s", err, out, out2)
		}
	})
}
