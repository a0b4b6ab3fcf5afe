package build

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// An edit runs the programs of others again that may read the file, and no more: they take longer than all else.
func TestPreprocessedOnce(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the programs of this test are shell scripts")
	}
	root := t.TempDir()
	mod, err := NewModule("example.com/site", "")
	if err != nil {
		t.Fatal(err)
	}
	const dot = `<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"></svg>`
	log := filepath.Join(root, "log")
	for name, text := range map[string]string{
		"go.mod": string(mod), "site.yaml": "",
		"src/pages/index.gosite":        "---\nimport \"../a.scss\"\nimport \"../tw.css\"\nimport dot \"../dot.svg\"\n---\n<img src={dot.Src} alt=\"\">\n",
		"src/pages/text.md":             "# Text\n",
		"src/a.scss":                    "body { background: url(back.gif) }\n",
		"src/_part.scss":                "",
		"src/tw.css":                    "@import \"tailwindcss\";\n",
		"src/dot.svg":                   dot,
		"src/back.gif":                  "GIF89a",
		"src/other.gif":                 "GIF89a",
		"node_modules/.bin/sass":        "#!/bin/sh\necho sass >> '" + log + "'\nfor a; do :; done\ncat \"$a\"\n",
		"node_modules/.bin/tailwindcss": "#!/bin/sh\necho tailwind >> '" + log + "'\necho '.p-1 { padding: 1px }'\n",
	} {
		put(t, filepath.Join(root, filepath.FromSlash(name)), text)
	}
	for _, tool := range []string{"sass", "tailwindcss"} {
		if err := os.Chmod(filepath.Join(root, "node_modules", ".bin", tool), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	ran := func() []string {
		data, _ := os.ReadFile(log)
		os.Remove(log)
		return slices.Sorted(slices.Values(strings.Fields(string(data))))
	}
	back := func(d *DevSite) string {
		for name := range d.Files {
			if strings.Contains(name, "back.") {
				return name
			}
		}
		return ""
	}
	_, update := session(t, root)
	first := back(update())
	if got := ran(); !slices.Equal(got, []string{"sass", "tailwind"}) || first == "" {
		t.Fatalf("at the beginning ran %v, and the picture is %q", got, first)
	}
	for _, tt := range []struct{ file, text, ran string }{
		{"src/other.gif", "GIF89a1", ""},
		{"src/back.gif", "GIF89a2", ""},
		{"src/dot.svg", strings.Replace(dot, "1", "2", 1), "tailwind"},
		{"src/pages/text.md", "# Other text\n", "tailwind"},
		{"src/_part.scss", "b { color: red }\n", "sass tailwind"},
		{"src/a.scss", "body { background: url(back.gif); color: red }\n", "sass tailwind"},
		{"src/tw.css", "@import \"tailwindcss\";\n.x { color: red }\n", "sass tailwind"},
		{"package.json", "{}", "sass tailwind"},
		{"package.json", "{}", "sass tailwind"},
	} {
		put(t, filepath.Join(root, filepath.FromSlash(tt.file)), tt.text)
		d := update(tt.file)
		if got := strings.Join(ran(), " "); got != tt.ran {
			t.Errorf("after an edit of %s ran %q, not %q", tt.file, got, tt.ran)
		}
		now := back(d)
		if tt.file == "src/back.gif" {
			if now == first || now == "" {
				t.Errorf("the picture of the stylesheet is %q and was %q", now, first)
			}
			first = now
		}
		if now != first {
			t.Errorf("after an edit of %s the picture of the stylesheet is %q, not %q", tt.file, now, first)
		}
	}
}
