//go:build platform

package vercel

import (
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen.dev/adapters/vercel/apitest"
)

// cli is Vercel's command line.
const cli = "testdata/npm-cli/node_modules/vercel/dist/vc.js"

// vercelCLI prepares a run of Vercel's command line in dir, with nothing of the person's own.
func vercelCLI(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	program, err := filepath.Abs(cli)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		t.Fatalf("%v: run `make platform`", err)
	}
	project := fmt.Sprintf(`{"projectId": %q, "orgId": %q, "settings": {"framework": null}}`, apitest.Project, apitest.Team)
	for name, text := range map[string]string{".vercel/project.json": project} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "node", append([]string{program}, args...)...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "CI=1", "NO_COLOR=1", "VERCEL_TELEMETRY_DISABLED=1", "NO_UPDATE_NOTIFIER=1"}
	return cmd
}

// TestVercelDeploysTheOutput lets Vercel's command line deploy an output to our API: every file arrives as it is, links as links.
func TestVercelDeploysTheOutput(t *testing.T) {
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, ".vercel"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(buildFixture(t, "default", manyOptions), filepath.Join(root, outDir)); err != nil {
		t.Fatal(err)
	}
	api := &apitest.Server{}
	srv := httptest.NewServer(api)
	defer srv.Close()
	cmd := vercelCLI(t, root, "--api", srv.URL, "--token", apitest.Token, "--scope", "team", "deploy", "--prebuilt", "--yes")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("vercel deploy: %v\n%s\n%s", err, out, strings.Join(api.Calls(), "\n"))
	}
	want, got := map[string]string{}, map[string]string{}
	err := filepath.WalkDir(filepath.Join(root, outDir), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		var data []byte
		mode := 0o100000 | uint32(info.Mode().Perm())
		if info.Mode()&fs.ModeSymlink != 0 {
			to, err := os.Readlink(name)
			if err != nil {
				return err
			}
			data, mode = []byte(to), 0o120777
		} else if data, err = os.ReadFile(name); err != nil {
			return err
		}
		sum := sha1.Sum(data)
		want[filepath.ToSlash(rel)] = fmt.Sprintf("%o %s", mode, hex.EncodeToString(sum[:]))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	files, known := api.Deployed()
	links := 0
	for _, f := range files {
		if f.SHA == "" {
			continue // a folder without files
		}
		if int64(len(known[f.SHA])) != f.Size {
			t.Errorf("%s has %d bytes, announced were %d", f.Name, len(known[f.SHA]), f.Size)
		}
		if f.Mode == 0o120777 {
			links++
		}
		if strings.HasPrefix(f.Name, outDir+"/") {
			got[f.Name] = fmt.Sprintf("%o %s", f.Mode, f.SHA)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-output +deployed)\n%s", diff)
	}
	if links == 0 {
		t.Error("no cached route was deployed as a link")
	}
}

// TestVercelBuildAdoptsTheOutput lets Vercel's build take an output over. It writes config.json anew, in another order; every
// path leads where it led before.
func TestVercelBuildAdoptsTheOutput(t *testing.T) {
	ours := buildFixture(t, "default", manyOptions)
	root := t.TempDir()
	text, err := json.Marshal(map[string]any{"framework": nil, "buildCommand": "mkdir -p .vercel/output && cp -R " + ours + "/. .vercel/output"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "vercel.json"), text, 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := vercelCLI(t, root, "build", "--yes").CombinedOutput(); err != nil {
		t.Fatalf("vercel build: %v\n%s", err, out)
	}
	theirs := filepath.Join(root, outDir)
	r, err := read(theirs, samplePaths...)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Problems) > 0 || r.Function != 1 {
		t.Errorf("the platform reads %d functions, and says %q", r.Function, r.Problems)
	}
	before, after := configOf(t, ours), configOf(t, theirs)
	after.Routes = slices.DeleteFunc(after.Routes, func(r route) bool {
		if strings.Contains(r.Src, "(?!") {
			t.Logf("Vercel's own: %+v", r)
			return true
		}
		return false
	})
	for _, r := range append(suiteRequests(t, "default"), moreRequests("default")...) {
		if was, is := ask(t, before.Routes, r[0], r[1]), ask(t, after.Routes, r[0], r[1]); was != is {
			t.Errorf("%s %s leads to %s, and did to %s", r[0], r[1], is, was)
		}
	}
	if diff := cmp.Diff(before.Crons, after.Crons); diff != "" {
		t.Errorf("crons (-ours +adopted)\n%s", diff)
	}
	if before.DeploymentID != after.DeploymentID {
		t.Errorf("the deployment is %q, and was %q", after.DeploymentID, before.DeploymentID)
	}
}
