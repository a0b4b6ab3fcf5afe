// Package website holds what the pages of the documentation need beside their components: the sources of the demo, so
// that each of its pages can show how it is made. It lies at the root of the module because go:embed reaches downwards
// only.
package website

import (
	"embed"
	"fmt"
)

//go:embed src/pages/demo
var demo embed.FS

// DemoSource gives the source of a page of the demo by its name below src/pages/demo, "product/[id].gosite".
func DemoSource(name string) (string, error) {
	src, err := demo.ReadFile("src/pages/demo/" + name)
	if err != nil {
		return "", fmt.Errorf("show the source of %s: %w", name, err)
	}
	return string(src), nil
}
