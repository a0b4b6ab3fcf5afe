//go:build platform

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Variables that site.yaml names reach a previewed Worker from where they reach every other program: the environment of sitegen preview,
// then its .env files; .dev.vars is Cloudflare's own and goes first.
func TestWorkerPreviewEnvironment(t *testing.T) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	bin, dir := filepath.Join(t.TempDir(), "sitegen"), filepath.Join(t.TempDir(), "tea")
	runTool(t, ".", nil, "go", "build", "-o", bin, ".")
	runTool(t, ".", nil, bin, "new", dir, "--yes")
	for name, text := range map[string]string{
		"site.yaml":                "env:\n  FROM_ENV: {scope: secret}\n  FROM_FILE: {scope: secret}\n  FROM_VARS: {scope: secret}\n",
		".env":                     "FROM_ENV=.env\nFROM_FILE=.env\nFROM_VARS=.env\n",
		".env.production.local":    "FROM_FILE=local\n",
		".dev.vars":                "FROM_VARS=vars\n",
		"src/pages/env.txt.gosite": "---\nconst prerender = false\n\nfunc GET(page *site.Page) error {\n\treturn page.Text(env.FROM_ENV().Reveal() + \" \" + env.FROM_FILE().Reveal() + \" \" + env.FROM_VARS().Reveal())\n}\n---\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("FROM_ENV", "environment")
	got := answerOf(t, startPreview(t, bin, dir, "cloudflare", root), "/env.txt")
	if !strings.HasSuffix(got, "\nenvironment local vars") {
		t.Errorf("the Worker answers %q", got)
	}
}
