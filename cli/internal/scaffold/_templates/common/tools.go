//go:build tools

// This file is never compiled. Its imports show `go mod tidy`, which does not look into .sitegen, the modules that
// components use. Run `sitegen sync` before it.
package tools

import (
	_ "example.com/site/.sitegen/gen/bundle"
	_ "example.com/site/.sitegen/gen/prerender"
)
