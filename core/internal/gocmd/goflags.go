package gocmd

import (
	"slices"
	"strings"
)

// quiet are the flags that take back what GOFLAGS may say for work in a shell: to print the commands, to run none of them, to
// report in JSON, to make a program that cannot be made. Who asks with args knows what he wants, and those flags come behind.
func quiet(args, env []string) []string {
	said := strings.Fields(setting("GOFLAGS"))
	if len(said) == 0 {
		return nil
	}
	var out []string
	takeBack := func(value string, names ...string) {
		for _, name := range names {
			if slices.ContainsFunc(said, func(f string) bool {
				f, _, _ = strings.Cut(f, "=")
				return f == "-"+name || f == "--"+name
			}) {
				out = append(out, "-"+name+"="+value)
			}
		}
	}
	switch args[0] {
	case "env":
		takeBack("false", "json")
		return out
	case "build", "vet", "list":
		takeBack("false", "n", "x", "v", "work", "json")
	}
	// Programs that watch themselves for races and the like are for tests, and need C.
	wasm := slices.Contains(env, "GOARCH=wasm")
	if wasm || slices.Contains(env, "CGO_ENABLED=0") {
		takeBack("false", "race", "msan", "asan", "linkshared")
	}
	if wasm {
		takeBack("default", "buildmode")
	}
	return out
}
