package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTutorial follows the tutorial of the documentation: it writes every file that the page shows under a name, in the
// order of the page, and runs the commands of the last section. There is nothing to warn of after any file, and the two mistakes that
// the reader is asked to make are told as the page says.
func TestTutorial(t *testing.T) {
	dir := follow(t, "tutorial.md", "blog", 12, "check", "--strict")
	holds(t, dir, map[string]string{
		"dist/index.html": "In praise of the small pot",
		"dist/posts/2026-03-02-first-flush/index.html": "<strong>light</strong>",
		"dist/tags/spring/index.html":                  "First flush",
		"dist/rss.xml":                                 "https://blog.example.com/posts/",
		"dist/404.html":                                `<a class="home" href="/">Notes on tea</a>`,
	})
	for _, tt := range []struct{ file, old, new, want string }{
		{"src/content/posts/2026-03-02-first-flush.md", "title: First flush\n", "", "src/content/posts/2026-03-02-first-flush.md:1: error: title is missing"},
		{"src/pages/posts/[...slug].gosite", "<h1>{post.Data.Title}", "<h1>{post.Data.Titel}", "src/pages/posts/[...slug].gosite:29:20: error: post.Data.Titel undefined"},
	} {
		name := filepath.Join(dir, filepath.FromSlash(tt.file))
		good, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(good), tt.old) {
			t.Fatalf("%s holds no %q: %v", tt.file, tt.old, err)
		}
		if err := os.WriteFile(name, []byte(strings.Replace(string(good), tt.old, tt.new, 1)), 0o666); err != nil {
			t.Fatal(err)
		}
		if out, err := offline(dir, "sitegen", "check").CombinedOutput(); err == nil || !strings.Contains(string(out), tt.want) {
			t.Errorf("%v\n%s\ndoes not hold %s", err, out, tt.want)
		}
		if err := os.WriteFile(name, good, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRecipes builds the site that the files of the recipes make together.
func TestRecipes(t *testing.T) {
	holds(t, follow(t, "recipes.md", "tea", 21), map[string]string{
		"dist/client/teas/index.html":       `rel="next"`,
		"dist/client/teas/2/index.html":     `rel="prev"`,
		"dist/client/tags/japan/index.html": "Gyokuro",
		"dist/client/search.json":           "Bancha",
		"dist/client/ahead/index.html":      `type="speculationrules"`,
		"dist/client/de/index.html":         "Willkommen",
		"dist/client/library/index.html":    "From another module.",
		"dist/client/tags/black/index.html": `Assam <a href="/tags/black">black</a>`,
	})
}

// TestAdapterGuide does what the page about adapters says, in its order: the files that it shows, and what it has the reader type. There
// is a checkout of sitegen beside the new module, and whoever types answers questions with yes.
func TestAdapterGuide(t *testing.T) {
	text, err := os.ReadFile("../../../website/src/pages/docs/write-an-adapter.md")
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(root, filepath.Join(dir, "sitegen")); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, m := range regexp.MustCompile("(?ms)^(?:`([\\w/]+\\.go)`:\n\n)?```(go|sh)\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		switch {
		case m[1] != "":
			name := filepath.Join(dir, filepath.FromSlash(m[1]))
			if err := os.WriteFile(name, []byte(m[3]), 0o666); err != nil {
				t.Fatal(err)
			}
		case m[2] == "sh":
			for line := range strings.Lines(m[3]) {
				line = strings.TrimSpace(line)
				if to, ok := strings.CutPrefix(line, "cd "); ok {
					dir = filepath.Join(dir, to)
					continue
				}
				if strings.HasPrefix(line, "sitegen add ") {
					line += " --yes"
				}
				ran++
				fields := strings.Fields(line)
				if out, err := offline(dir, fields[0], fields[1:]...).CombinedOutput(); err != nil {
					t.Fatalf("%s: %v\n%s", line, err, out)
				}
			}
		}
	}
	if ran < 9 {
		t.Errorf("the page has only %d commands", ran)
	}
	holds(t, dir, map[string]string{"dist/site.tar": "index.html", "site.yaml": "adapter: static-tar"})
}

// TestHugoGuide runs the commands with which the page for those who come from Hugo makes components of shortcodes.
func TestHugoGuide(t *testing.T) {
	text, err := os.ReadFile("../../../website/src/pages/docs/from-hugo.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	name := filepath.Join(dir, "src", "content", "posts", "a.md")
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte("{{< img src=\"/tea.jpg\" alt=\"A pot\" >}}\n{{% youtube ziL-QigdO-4 %}}\n{{<vimeo \"7\">}} and {{<vimeo 8>}}\n{{< note >}}\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	lines := regexp.MustCompile(`(?m)^ +(perl .*)$`).FindAllStringSubmatch(string(text), -1)
	if len(lines) != 2 {
		t.Fatalf("the page has %d such commands", len(lines))
	}
	for _, m := range lines {
		if out, err := offline(dir, "sh", "-c", m[1]).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", m[1], err, out)
		}
	}
	got, err := os.ReadFile(name)
	if want := "<Img src=\"/tea.jpg\" alt=\"A pot\" />\n<Youtube id=\"ziL-QigdO-4\" />\n<Vimeo id=\"7\" /> and <Vimeo id=\"8\" />\n{{< note >}}\n"; err != nil || string(got) != want {
		t.Errorf("%v\n%s", err, got)
	}
}

// follow does what a page of the documentation says: it makes a site, writes the files that the page shows under a name,
// changes go.mod as it says, formats, checks and builds. After each file it runs sitegen with the arguments each, if there are any. It
// gives the folder of the site.
func follow(t *testing.T, page, site string, atLeast int, each ...string) string {
	t.Helper()
	text, err := os.ReadFile("../../../website/src/pages/docs/" + page)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	run := func(name string, args ...string) {
		t.Helper()
		if out, err := offline(dir, name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
	}
	run("sitegen", "new", site, "--yes")
	dir = filepath.Join(dir, site)
	files := regexp.MustCompile("(?ms)^`([^`\n]+)`:\n\n```\\w+\n(.*?)^```$").FindAllStringSubmatch(string(text), -1)
	if len(files) < atLeast {
		t.Fatalf("the page shows only %d files", len(files))
	}
	for _, f := range files {
		name := filepath.Join(dir, filepath.FromSlash(f[1]))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(f[2]), 0o666); err != nil {
			t.Fatal(err)
		}
		if len(each) > 0 {
			run("sitegen", each...)
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^go (mod edit .*)$`).FindAllStringSubmatch(string(text), -1) {
		run("go", strings.Fields(m[1])...)
	}
	run("sitegen", "fmt", "--check")
	run("sitegen", "check", "--strict", "--links")
	run("sitegen", "build")
	return dir
}

// offline is a command of somebody who has Go and sitegen, and no network.
func offline(dir, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOTOOLCHAIN=local", "GOFLAGS=", "GOWORK=off", "GOSUMDB=off")
	return cmd
}

func holds(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil || !strings.Contains(string(got), want) {
			t.Errorf("%s: %v, does not hold %q:\n%.600s", name, err, want, got)
		}
	}
}
