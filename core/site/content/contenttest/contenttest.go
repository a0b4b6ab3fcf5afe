// Package contenttest gives the tests of a site its content.
package contenttest

import (
	"os"
	"path/filepath"
	"testing"

	"sitegen.dev/core/site/content"
	"sitegen.dev/core/site/content/storefile"
)

// Load makes the collections hold what the last `sitegen build` or `sitegen check` of the site has read.
// The site is that of the test's package: its module, or one above.
func Load(tb testing.TB) {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		name := filepath.Join(dir, ".sitegen", "content", "index")
		if _, err := os.Stat(name); err == nil {
			s, err := storefile.Open(name)
			if err != nil {
				tb.Fatal(err)
			}
			before := content.Store()
			content.Use(s)
			tb.Cleanup(func() { content.Use(before) })
			return
		}
		up := filepath.Dir(dir)
		if up == dir {
			tb.Fatal("there is no content yet: run `sitegen check` first")
		}
		dir = up
	}
}
