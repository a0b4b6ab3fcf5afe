package netlify

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"sitegen.dev/core/manifest"
)

func TestTasks(t *testing.T) {
	site, stage := project(t, `{"skewProtection": true, "memory": 2048, "region": "eu-central-1", "include": ["data/a.json"], "background": ["/import/[id]"],
		"crons": [{"path": "/daily?x=1", "schedule": "0 5 * * *"}, {"path": "/import/7", "schedule": "0 5 * * *"}, {"path": "/daily", "schedule": "@hourly"}]}`)
	site.Manifest.Routes = append(site.Manifest.Routes,
		manifest.Route{Pattern: "/import/[id]", Segments: [][]manifest.Part{text("import"), param("id")}, Type: manifest.Endpoint, Methods: []string{"GET", "POST"}, Source: "src/pages/import/[id].gosite"},
		manifest.Route{Pattern: "/daily", Segments: [][]manifest.Part{text("daily")}, Type: manifest.Endpoint, Methods: []string{"GET"}, Source: "src/pages/daily.gosite"})
	if said := adapt(t, site, stage); strings.Contains(said, "error") {
		t.Fatal(said)
	}
	for name, want := range map[string]string{
		"cron-1": `const task = {"paths":["/daily?x=1","/import/7"]};`,
		"cron-2": `const task = {"paths":["/daily"]};`,
		"slow":   `const task = {"background":true};`,
		"ssr":    `const task = null;`,
	} {
		code := read(t, stage, functionsDir, name, name+".mjs")
		if !strings.Contains(code, want) {
			t.Errorf("%s lacks %s", name, want)
		}
		for _, file := range []string{"server", "data/a.json"} {
			if read(t, stage, functionsDir, name, file) != read(t, stage, functionsDir, "ssr", file) {
				t.Errorf("%s has another %s", name, file)
			}
		}
		c, err := readConfig([]byte(code))
		if err != nil {
			t.Fatal(err)
		}
		got, _ := json.Marshal(map[string]any{"path": c.Path, "schedule": c.Schedule, "background": c.Background})
		equal(t, name, string(got), map[string]string{
			"cron-1": `{"background":false,"path":null,"schedule":"0 5 * * *"}`,
			"cron-2": `{"background":false,"path":null,"schedule":"@hourly"}`,
			"slow":   `{"background":true,"path":["/import/:id","/import/:id/"],"schedule":""}`,
			"ssr":    `{"background":false,"path":["/*"],"schedule":""}`,
		}[name])
	}
	if code := read(t, stage, shimFile); !strings.Contains(code, `"/import/:id"`) {
		t.Error("the function for visitors answers what runs in the background")
	}
	settings, err := readSettings(stage + "/" + frameworkDir)
	for _, name := range []string{"cron-1", "cron-2", "slow", "ssr"} {
		if s := settings.Functions[name]; err != nil || s != (functionSetting{Memory: 2048, Region: "eu-central-1"}) {
			t.Errorf("the settings of %s are %+v, %v", name, s, err)
		}
	}
	var skew skewConfig
	if err := json.Unmarshal([]byte(read(t, stage, frameworkDir, skewFile)), &skew); err != nil || len(skew.Patterns) != 2 || skew.Patterns[1] != "/_assets/.*" {
		t.Errorf("%+v, %v", skew, err)
	}
}

func TestWrongTasks(t *testing.T) {
	for options, want := range map[string]string{
		`{"crons": [{"path": "/none", "schedule": "@daily"}]}`:   `error SG6006 site.yaml:3:10: option crons.0.path of adapter netlify is "/none", and no route that renders on demand answers GET there`,
		`{"crons": [{"path": "/about", "schedule": "@daily"}]}`:  `error SG6006 site.yaml:3:10: option crons.0.path of adapter netlify is "/about", and no route that renders on demand answers GET there`,
		`{"crons": [{"path": "/post", "schedule": "@daily"}]}`:   `error SG6006 site.yaml:3:10: option crons.0.path of adapter netlify is "/post", and no route that renders on demand answers GET there`,
		`{"crons": [{"path": "/post", "schedule": "tomorrow"}]}`: `error SG6006 site.yaml:3:10: option crons.0.schedule of adapter netlify must be five fields such as 0 5 * * *, in UTC, or @daily, not "tomorrow"`,
		`{"background": ["/abuot"]}`:                             `error SG6006 site.yaml:3:10: option background.0 of adapter netlify names no route that renders on demand: "/abuot"`,
		`{"background": ["/about"]}`:                             `error SG6006 site.yaml:3:10: option background.0 of adapter netlify names no route that renders on demand: "/about"`,
	} {
		site, stage := project(t, options)
		site.Manifest.Routes = append(site.Manifest.Routes[:0:0], site.Manifest.Routes[6:]...)
		site.Manifest.Routes = append(site.Manifest.Routes, manifest.Route{Pattern: "/post", Segments: [][]manifest.Part{text("post")}, Type: manifest.Endpoint, Methods: []string{"POST"}, Source: "src/pages/post.gosite"})
		said, _, _ := strings.Cut(adapt(t, site, stage), "\n")
		equal(t, options, said, want)
		if _, err := os.Stat(stage + "/_headers"); err == nil {
			t.Errorf("%s: something was written", options)
		}
	}
}
