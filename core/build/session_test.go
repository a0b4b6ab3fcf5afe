package build

import (
	"testing"
)

func TestIsGoInput(t *testing.T) {
	embeds := []string{"data/*.json", "texts", "one.md", "all/[a-z]*"}
	for name, want := range map[string]bool{
		"x.go": true, "go.mod": true, "src/pages/a.gosite": false, "src/pages/a.md": false, "src/a.css": false,
		"data/a.json": true, "data/a.txt": false, "data/sub/a.json": false, "texts/deep/a.md": true, "textsx/a": false,
		"one.md": true, "sub/one.md": false, "all/b/c": true, "../core/site/page.go": true, "../picture.png": false,
	} {
		if got := isGoInput(name, embeds); got != want {
			t.Errorf("isGoInput(%s) = %v", name, got)
		}
	}
}
