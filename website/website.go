// Package website holds what the pages of the documentation need beside their components: the sources of the demo, so
// that each of its pages can show how it is made. It lies at the root of the module because go:embed reaches downwards
// only.
package website

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed src/pages/demo src/components/demo
var demo embed.FS

// DemoFile gives the file of a name that a page of the demo shows: "product/[id].gosite" for a page, below src/pages/demo,
// "components/Clock.gosite" for a component that only the demo has.
func DemoFile(name string) string {
	if component, ok := strings.CutPrefix(name, "components/"); ok {
		return "src/components/demo/" + component
	}
	return "src/pages/demo/" + name
}

// DemoSource gives the source of such a file.
func DemoSource(name string) (string, error) {
	src, err := demo.ReadFile(DemoFile(name))
	if err != nil {
		return "", fmt.Errorf("show the source of %s: %w", name, err)
	}
	return string(src), nil
}
