//go:build platform

package netlify

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// packed is a function as Netlify's build describes it.
type packed struct {
	Name, Runtime, Generator, InvocationMode, Region, Path string
	Memory                                                 int
	Routes, ExcludedRoutes                                 []packedRoute
	TrafficRules                                           json.RawMessage
}

type packedRoute struct {
	Pattern      string `json:"pattern"`
	PreferStatic bool   `json:"prefer_static"`
}

// netlifyBuild lets Netlify's own build pack the output in stage, and gives the one function of it.
func netlifyBuild(t *testing.T, stage string) packed {
	t.Helper()
	build, err := filepath.Abs("testdata/npm-build/node_modules/.bin/netlify-build")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(build); err != nil {
		t.Fatalf("%v: run `make platform`", err)
	}
	root := t.TempDir()
	// The build clears .netlify/v1 before it runs the command, which then makes it again.
	write(t, root, map[string]string{"netlify.toml": fmt.Sprintf(
		"[build]\n  command = \"mkdir -p .netlify && cp -R %s/.netlify/v1 .netlify/v1\"\n  publish = \"dist\"\n", filepath.ToSlash(stage))})
	if err := os.CopyFS(filepath.Join(root, "dist"), os.DirFS(stage)); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), build, "--offline", "--cwd", root).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var m struct{ Functions []packed }
	if err := json.Unmarshal([]byte(read(t, root, ".netlify/functions/manifest.json")), &m); err != nil || len(m.Functions) != 1 {
		t.Fatalf("%d functions, %v", len(m.Functions), err)
	}
	return m.Functions[0]
}

// TestNetlifyBuildPacksTheShim holds the settings of the function against what Netlify reads, and runs it from the archive
// that would be uploaded.
func TestNetlifyBuildPacksTheShim(t *testing.T) {
	site, stage := project(t, `{"memory": 2048, "region": "eu-central-1", "rateLimit": {"requests": 100, "seconds": 60, "by": ["ip"]}, "include": ["data/a.json"]}`)
	adapt(t, site, stage)
	f := netlifyBuild(t, stage)
	if f.Name != "ssr" || f.Runtime != "js" || f.Generator != "sitegen test" || f.InvocationMode != "stream" || f.Region != "eu-central-1" || f.Memory != 2048 ||
		len(f.TrafficRules) == 0 || !slices.Equal(f.Routes, []packedRoute{{"/*", true}}) || !slices.Contains(f.ExcludedRoutes, packedRoute{Pattern: "/old"}) {
		t.Errorf("the function is %+v", f)
	}
	unpacked := t.TempDir()
	unzip(t, f.Path, unpacked)
	if _, err := os.Stat(filepath.Join(unpacked, "data/a.json")); err != nil {
		t.Error(err)
	}
	env := []string{"FUNCTION=" + unpacked}
	node(t, env, "--test", "--test-timeout=60000", "shim.test.mjs")
	t.Logf("%s", node(t, env, "--test", "--test-timeout=60000", "bootstrap.test.mjs"))
}

// TestNetlifyBuildReadsPaths holds the sources of rules against what Netlify's build makes of a function's paths: they match what
// the rule matches, for the platform as for the preview.
func TestNetlifyBuildReadsPaths(t *testing.T) {
	froms := []string{"/c++", "/c++/*", "/c++/:name", "/US$", "/US$/*", "/a:b", "/a:b/*", "/f(x)+", "/f(x)+/*", "/a.b/:c/*", "/%C3%BC", "/%C3%BC/*", "/it's,a=b;c@d!~&"}
	paths := []string{"/c++", "/c", "/ccc", "/c++/x", "/cc/x", "/US$", "/US", "/US$/x", "/a:b", "/a:b/x", "/ab", "/f(x)+", "/fx", "/f(x)+/x", "/a.b/c/d", "/axb/c/d", "/%C3%BC", "/%C3%BC/x", "/it's,a=b;c@d!~&"}
	var patterns []string
	for _, from := range froms {
		patterns = append(patterns, patternOf(from))
	}
	args, err := json.Marshal([][]string{patterns, paths})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "--input-type=module", "-e", `
import { getRoutes } from "./node_modules/@netlify/zip-it-and-ship-it/dist/utils/routes.js";
const [patterns, paths] = JSON.parse(process.env.ARGS);
console.log(JSON.stringify(patterns.map((p) => getRoutes("ssr", p)[0]).map((r) => paths.filter((p) => r.literal ? r.literal === p : new RegExp(r.expression).test(p)))));`)
	cmd.Dir, cmd.Env, cmd.Stderr = "testdata/npm-build", append(os.Environ(), "ARGS="+string(args)), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: run `make platform`", err)
	}
	var theirs [][]string
	if err := json.Unmarshal(out, &theirs); err != nil || len(theirs) != len(froms) {
		t.Fatalf("%s: %v", out, err)
	}
	for i, from := range froms {
		r := rule{from: segments(from)}
		for _, path := range paths {
			_, want := r.match(path, "")
			if short, star := strings.CutSuffix(from, "/*"); star && path == short {
				continue // a pattern of its own
			}
			if got := slices.Contains(theirs[i], path); got != want {
				t.Errorf("Netlify's function with the path %s for the rule %s has %s: %v", patterns[i], from, path, got)
			}
			if got := patternExpression(patterns[i]).MatchString(path); got != want {
				t.Errorf("the preview's function with the path %s for the rule %s has %s: %v", patterns[i], from, path, got)
			}
		}
	}
}

// TestNetlifyBuildPacksTheProgram is the same for mode lambda.
func TestNetlifyBuildPacksTheProgram(t *testing.T) {
	site, stage := project(t, `{"mode": "lambda", "memory": 2048, "region": "eu-central-1"}`)
	addLambdaModule(t, site.ModuleDir)
	adapt(t, site, stage)
	f := netlifyBuild(t, stage)
	if f.Name != "ssr" || f.Runtime != "go" || f.Region != "eu-central-1" || f.Memory != 2048 {
		t.Errorf("the function is %+v", f)
	}
	unpacked := t.TempDir()
	unzip(t, f.Path, unpacked)
	if got, want := read(t, unpacked, "bootstrap"), read(t, stage, lambdaFile); got != want {
		t.Errorf("the archive has another program, of %d bytes", len(got))
	}
}

func unzip(t *testing.T, name, to string) {
	t.Helper()
	z, err := zip.OpenReader(name)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(to, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, f.Mode().Perm()); err != nil {
			t.Fatal(err)
		}
	}
}
