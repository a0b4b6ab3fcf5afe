package deptest

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	quotedText = regexp.MustCompile("`[^`]+`")
	sourceName = regexp.MustCompile(`^[\w*/.-]*(/|\.(go|mjs|js|ts|c|json|md|http|txtar|gosite))$`)
	nameInFile = regexp.MustCompile("`([^`]+)` \\(`(\\w+)`\\)|`(\\w+)` in `([^`]+)`")
	decisionNo = regexp.MustCompile(`\bdecision (\d+)\b`)
)

// guide reads ARCHITECTURE.md up to the folders of a site, which are no files of this repository.
func guide(t *testing.T, root string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	text, _, ok := strings.Cut(string(data), "\n## What lies in a site\n")
	if !ok {
		t.Fatal("ARCHITECTURE.md has no section about what lies in a site")
	}
	return strings.Split(text, "\n")
}

// place is a name in backquotes that leads to files of the repository, or to none.
type place struct {
	name  string
	files []string
}

// places resolves the names of a line: paths from the root of the repository, files in the folder of the path before them,
// and paths that begin in that folder or one above it.
func places(root, line string) (out []place) {
	dir := ""
	for _, quoted := range quotedText.FindAllString(line, -1) {
		name := strings.Trim(quoted, "`")
		first, _, inside := strings.Cut(name, "/")
		top := false
		if info, err := os.Stat(filepath.Join(root, first)); err == nil && first != "" && !strings.HasPrefix(first, ".") {
			top = info.IsDir() && (inside || dir == "")
		}
		if !top && (dir == "" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "/") || !sourceName.MatchString(name)) {
			continue
		}
		at := "."
		if !top {
			at = dir
		}
		p := place{name: name}
		for {
			p.files, _ = filepath.Glob(filepath.Join(root, at, name))
			if len(p.files) > 0 || at == "." || !inside {
				break
			}
			at = path.Dir(at)
		}
		out = append(out, p)
		if !top || len(p.files) == 0 {
			continue
		}
		if info, err := os.Stat(p.files[0]); err == nil {
			if dir = name; !info.IsDir() {
				dir = path.Dir(name)
			}
		}
	}
	return out
}

// TestArchitecture: whatever file ARCHITECTURE.md leads to is there, and so are the names that it says are in it.
func TestArchitecture(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	total := 0
	for i, line := range guide(t, root) {
		wrong := func(format string, args ...any) {
			t.Errorf("ARCHITECTURE.md:%d: %s", i+1, fmt.Sprintf(format, args...))
		}
		named := places(root, line)
		total += len(named)
		for _, p := range named {
			if len(p.files) == 0 {
				wrong("%s does not exist, or not in the folder of the path before it", p.name)
			}
		}
		for _, m := range nameInFile.FindAllStringSubmatch(line, -1) {
			file, word := m[1]+m[4], m[2]+m[3]
			in := func(name string) bool {
				data, _ := os.ReadFile(name)
				return regexp.MustCompile(`\b` + word + `\b`).Match(data)
			}
			for _, p := range named {
				if p.name == file && len(p.files) > 0 && !slices.ContainsFunc(p.files, in) {
					wrong("%s says nothing of %s", file, word)
				}
			}
		}
		for _, m := range decisionNo.FindAllStringSubmatch(line, -1) {
			if files, _ := filepath.Glob(filepath.Join(root, "docs", "decisions", fmt.Sprintf("%04s-*.md", m[1]))); len(files) != 1 {
				wrong("there is no decision %s", m[1])
			}
		}
	}
	if total < 100 {
		t.Errorf("ARCHITECTURE.md names %d files only: is it still read as it is written?", total)
	}
}

// TestPlaces holds that TestArchitecture would see what is wrong.
func TestPlaces(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"core/site/serve.go", "core/site/find.go", "core/build/build.go", "core/files/a.mjs", "adapters/x/y.go"} {
		if err := os.MkdirAll(filepath.Join(root, path.Dir(name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct{ line, want string }{
		{"`core/site/serve.go`, `find.go`", "core/site/serve.go find.go"},
		{"`core/site/serve.go`, `build.go`", "core/site/serve.go !build.go"},
		{"`core/site/gone.go`, `find.go`", "!core/site/gone.go"},
		{"`core/site`, its `f*.go`", "core/site f*.go"},
		{"`core/site`, `files/a.mjs`, `files/b.mjs`", "core/site files/a.mjs !files/b.mjs"},
		{"`core/site/serve.go`, `core/build/build.go`, `serve.go`", "core/site/serve.go core/build/build.go !serve.go"},
		{"`site.yaml`, `.netlify/v1`, `/_image`, `Out.Cached`, `sitegen add`", ""},
		{"`core/site`: `.vercel/output`, `_headers`, `site.yaml`, `Out.Cached`", "core/site"},
	} {
		var names []string
		for _, p := range places(root, tt.line) {
			if len(p.files) == 0 {
				p.name = "!" + p.name
			}
			names = append(names, p.name)
		}
		if got := strings.Join(names, " "); got != tt.want {
			t.Errorf("%s names %s; want %s", tt.line, got, tt.want)
		}
	}
}
