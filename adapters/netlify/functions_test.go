package netlify

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"sitegen.dev/core/manifest"
)

func TestFunctions(t *testing.T) {
	site, stage := project(t, `{"memory": 1024, "rateLimit": {"requests": 100, "seconds": 60}, "functions": {
		"/echo": {"memory": 4096}, "/import/[id]": {"memory": 4096}, "/api/[...path]": {"vcpu": 2, "region": "eu-central-1", "rateLimit": {"requests": 5, "seconds": 10, "by": ["ip"]}}}}`)
	site.Manifest.Routes = append(site.Manifest.Routes,
		manifest.Route{Pattern: "/echo", Segments: [][]manifest.Part{text("echo")}, Type: manifest.Endpoint, Methods: []string{"ALL"}, Source: "src/pages/echo.gosite"},
		manifest.Route{Pattern: "/import/[id]", Segments: [][]manifest.Part{text("import"), param("id")}, Type: manifest.Endpoint, Methods: []string{"GET", "POST"}, Source: "src/pages/import/[id].gosite"},
		manifest.Route{Pattern: "/api/[...path]", Segments: [][]manifest.Part{text("api"), rest("path")}, Type: manifest.Endpoint, Methods: []string{"GET"}, Source: "src/pages/api/[...path].gosite"})
	if said := adapt(t, site, stage); strings.Contains(said, "error") {
		t.Fatal(said)
	}
	settings, err := readSettings(stage + "/" + frameworkDir)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		setting functionSetting
		paths   string
		limit   int
	}{
		"ssr":   {functionSetting{Memory: 1024}, "/*", 100},
		"ssr-1": {functionSetting{VCPU: 2, Region: "eu-central-1"}, "/api/* /api", 5},
		"ssr-2": {functionSetting{Memory: 4096}, "/echo /echo/ /import/:id /import/:id/", 100},
	} {
		c, err := readConfig([]byte(read(t, stage, functionsDir, name, name+".mjs")))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(c.Path, " "); got != want.paths || settings.Functions[name] != want.setting || c.RateLimit.WindowLimit != want.limit || !c.PreferStatic {
			t.Errorf("%s has %s, %+v, %+v", name, got, settings.Functions[name], c)
		}
		if read(t, stage, functionsDir, name, "server") != read(t, stage, serverFile) {
			t.Errorf("%s has another program", name)
		}
		for p := range strings.FieldsSeq(want.paths) {
			if excluded := strings.Contains(read(t, stage, shimFile), "\""+p+"\",\n") || strings.Contains(read(t, stage, shimFile), "\""+p+"\"\n"); name != "ssr" && !excluded {
				t.Errorf("the function for all takes %s", p)
			}
		}
	}
	h, stop, err := Adapter{}.Preview(context.WithoutCancel(t.Context()), stage)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	for path, want := range map[string]string{"/echo": "200  GET /echo", "/ech%6F?a=%61": "308 /echo?a=%61 "} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("POST", "/", nil)
		r.Method, r.RequestURI = "GET", path
		h.ServeHTTP(w, r)
		if got := fmt.Sprint(w.Code, " ", w.Header().Get("Location"), " ", w.Body); !strings.HasPrefix(got, want) {
			t.Errorf("the preview answers %s with %s", path, got)
		}
	}
}

func TestWrongFunctions(t *testing.T) {
	for options, want := range map[string]string{
		`{"functions": {"/dialy": {"memory": 256}}}`:                             `option functions./dialy of adapter netlify names no route of the site`,
		`{"functions": {"/about": {"memory": 256}}}`:                             `option functions./about of adapter netlify names a route that does not render on demand`,
		`{"functions": {"/daily": {"memory": 256, "vcpu": 1}}}`:                  `option functions./daily.vcpu of adapter netlify is another way to say memory`,
		`{"functions": {"/daily": {"region": "mars"}}}`:                          `option functions./daily.region of adapter netlify must be a region of AWS`,
		`{"functions": {"/daily": {"rateLimit": {"by": ["ip"], "seconds": 1}}}}`: `option functions./daily.rateLimit of adapter netlify needs both`,
		`{"functions": {"/daily": {}}, "background": ["/daily"]}`:                `option functions./daily of adapter netlify names a route of background`,
		`{"functions": {"/daily": {}}, "mode": "lambda"}`:                        `option functions of adapter netlify works in mode shim only`,
	} {
		site, stage := project(t, options)
		site.Manifest.Routes = append(site.Manifest.Routes, manifest.Route{Pattern: "/daily", Segments: [][]manifest.Part{text("daily")}, Type: manifest.Page, Source: "src/pages/daily.gosite"})
		if said := adapt(t, site, stage); !strings.Contains(said, "error SG6006") || !strings.Contains(said, want) {
			t.Errorf("%s\n%s\nwant %s", options, said, want)
		}
	}
}
