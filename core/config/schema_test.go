package config

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

func compileSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("site.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("site.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// laxer are the files that only the loader refuses, and why a schema cannot.
var laxer = map[string]string{
	"site: https://example.com:99999": "numbers in text",
	"base: /a/../b":                   "whole segments in text",
	"out: .":                          "whole segments in text",
	"out: ../dist":                    "whole segments in text",
	"out: a/../..":                    "whole segments in text",
	"out: .git":                       "whole segments in text",
	"out: .sitegen/x":                 "whole segments in text",
	"public: ./":                      "whole segments in text",
	"out: src":                        "two keys at once",
	"src: dist/src":                   "two keys at once",
	"out: public/x":                   "two keys at once",
	"src: public/src":                 "two keys at once",
	"security: {bodyLimit: 9999GiB}":  "numbers in text",
	"server: {host: 'localhost:80'}":  "numbers in text",
	"security: {trustedProxies: [10.0.0.300]}":                    "numbers in text",
	"security: {allowedHosts: ['a.example:99999']}":               "numbers in text",
	"security: {allowedHosts: [a.example, A.example]}":            "letter case",
	"headers: {/a: {X-A: b, x-a: c}}":                             "letter case",
	"security: {csp: {directives: [img-src self]}}":               "a keyword without its quotes",
	"security: {csp: {directives: [img-src a, img-src b]}}":       "two entries at once",
	"i18n: {default: en}":                                         "two keys at once",
	"i18n: {locales: [en, de]}":                                   "two keys at once",
	"i18n: {default: fr, locales: [en, de]}":                      "two keys at once",
	"i18n: {default: en, locales: [en, EN]}":                      "letter case",
	"i18n: {default: en, locales: [en, {path: uk, codes: [en]}]}": "two entries at once",
	"base: /\n---\nbase: /b\n":                                    "the reader takes the first document",
	"base: !!str /x":                                              "the reader resolves tags",
}

// TestSchemaAgrees holds the schema against the loader on every file of the loader's own tests.
func TestSchemaAgrees(t *testing.T) {
	schema := compileSchema(t)
	cases := errorCases
	for _, src := range []string{everything, "build:\nredirects:\nheaders:\nserver:\nsecurity: {allowedHosts: }\n",
		"security: {bodyLimit: 0}", "security: {bodyLimit: 512 KiB}", "adapter: node", "site: HTTP://EXAMPLE.COM:8080",
		"security: {allowedHosts: ['**.example.com:80', '[::1]:80', localhost]}", "server: {host: '[::1]'}", "server: {host: 'fe80::1%eth0'}", "server: {host: '[fe80::1%eth0]'}", "headers: {/*: {X: ''}, /a/: {Y: []}}"} {
		cases = append(cases, struct{ src, want string }{src, ""})
	}
	seen := map[string]bool{}
	for _, tt := range cases {
		var v any
		if err := yaml.Unmarshal([]byte(tt.src), &v); err != nil || len(tt.src) > maxFile {
			continue // for an editor it is not YAML either, or too much
		}
		if v == nil {
			v = map[string]any{}
		}
		_, list := Load("site.yaml", []byte(tt.src), nil)
		if list.Len() > 0 != (tt.want != "") {
			t.Errorf("%.80q: the loader says %v", tt.src, list.Err())
		}
		data, err := json.Marshal(v)
		if err != nil {
			continue // keys that are no text, .nan
		}
		instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		refused := schema.Validate(instance)
		switch why := laxer[tt.src]; {
		case why != "":
			seen[tt.src] = true
			if refused != nil {
				t.Errorf("%.80q: listed as %q, but the schema refuses it", tt.src, why)
			}
		case (refused != nil) != list.HasErrors():
			t.Errorf("%.80q: the loader says %v, the schema %v", tt.src, list.Err(), refused)
		}
	}
	for src := range laxer {
		if !seen[src] {
			t.Errorf("%q is listed but not tested", src)
		}
	}
}

// TestSchemaDescribesEveryKey keeps editors helpful.
func TestSchemaDescribesEveryKey(t *testing.T) {
	var s map[string]any
	if err := json.Unmarshal(Schema(), &s); err != nil {
		t.Fatal(err)
	}
	walkKeys(siteKeys, "", func(path string, k key) {
		at := s
		for name := range strings.SplitSeq(path, ".") {
			at, _ = at["properties"].(map[string]any)[name].(map[string]any)
		}
		if at["description"] != k.doc || k.doc == "" {
			t.Errorf("%s: description %q", path, at["description"])
		}
	})
	if !bytes.Equal(Schema(), Schema()) {
		t.Error("the schema differs from one call to the next")
	}
}

// FuzzSchema holds the schema against the loader for any file: what the loader takes, no editor underlines.
func FuzzSchema(f *testing.F) {
	schema := compileSchema(f)
	f.Add(everything)
	for _, tt := range errorCases {
		if len(tt.src) < 1000 {
			f.Add(tt.src)
		}
	}
	f.Fuzz(func(t *testing.T, src string) {
		if _, list := Load("site.yaml", []byte(src), nil); list.Len() > 0 || strings.ContainsAny(src, "!&*\x00") || strings.Contains(src, "---") || strings.Contains(src, "...") {
			return // tags, aliases and several documents are the reader's concern
		}
		var v map[string]any
		if yaml.Unmarshal([]byte(src), &v) != nil || v == nil {
			return
		}
		data, err := json.Marshal(v)
		if err != nil {
			return // keys that are no text, .nan
		}
		instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(instance); err != nil {
			t.Errorf("%q is taken, and the schema says %v", src, err)
		}
	})
}
