package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// TestRelease makes a release of this repository, puts it where a module proxy would have it, and asks go to install the program as the
// commands do that `sitegen add` writes for platforms. Nothing is compiled.
func TestRelease(t *testing.T) {
	const version = "v0.0.1"
	dir := t.TempDir()
	repository := filepath.Join(dir, "repository")
	run := func(in string, env []string, name string, args ...string) string {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir, cmd.Env = in, append(os.Environ(), env...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	run(".", nil, "git", "clone", "--quiet", "--shared", "../../..", repository)
	run(repository, []string{
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com",
	}, "scripts/release", version)

	proxy := filepath.Join(dir, "proxy")
	for _, folder := range []string{"core", "adapters/node", "adapters/vercel", "adapters/netlify", "adapters/cloudflare", "cli"} {
		tag := folder + "/" + version
		mod := run(repository, nil, "git", "show", tag+":"+folder+"/go.mod")
		if strings.Contains(mod, "=>") {
			t.Errorf("%s has a replacement:\n%s", tag, mod)
		}
		first, _, _ := strings.Cut(mod, "\n")
		m := module.Version{Path: strings.TrimPrefix(first, "module "), Version: version}
		at := filepath.Join(proxy, filepath.FromSlash(m.Path), "@v")
		if err := os.MkdirAll(at, 0o777); err != nil {
			t.Fatal(err)
		}
		put := func(name, text string) {
			t.Helper()
			if err := os.WriteFile(filepath.Join(at, name), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		put("list", version+"\n")
		put(version+".info", `{"Version":"`+version+`"}`)
		put(version+".mod", mod)
		f, err := os.Create(filepath.Join(at, version+".zip"))
		if err != nil {
			t.Fatal(err)
		}
		if err := zip.CreateFromVCS(f, m, repository, tag, folder); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}

	cache := strings.TrimSpace(run(".", nil, "go", "env", "GOMODCACHE"))
	elsewhere := t.TempDir()
	out := run(elsewhere, []string{
		"GOPROXY=file://" + filepath.ToSlash(proxy) + ",file://" + filepath.ToSlash(cache) + "/cache/download",
		"GOMODCACHE=" + filepath.Join(dir, "modules"), "GOFLAGS=-modcacherw", "GOSUMDB=off", "GONOSUMDB=", "GOWORK=off", "GOTOOLCHAIN=local",
		"GOBIN=" + elsewhere,
	}, "go", "install", "-n", "sitegen.dev/cli/cmd/sitegen@latest")
	if !strings.Contains(out, "sitegen.dev/cli/cmd/sitegen") {
		t.Errorf("go would do:\n%s", out)
	}
}
