package gocmd

import (
	"slices"
	"strings"
)

// quiet are the flags that take back what GOFLAGS may say for work in a shell: to print the commands, to run none of them, to
// report in JSON, to make a program that cannot be made. Who asks with args knows what he wants, and those flags come behind.
func quiet(args, env []string) []string {
	var out []string
	switch args[0] {
	case "env":
		if asked("json") {
			out = []string{"-json=false"}
		}
	case "build", "vet", "list":
		out = []string{"-n=false", "-x=false", "-v=false", "-work=false"}
		if asked("json") { // older commands, which say that they are too old, do not know the flag everywhere
			out = append(out, "-json=false")
		}
	}
	// Programs that watch themselves for races and the like are for tests, and need C.
	wasm := slices.Contains(env, "GOARCH=wasm")
	if wasm || slices.Contains(env, "CGO_ENABLED=0") {
		for _, name := range []string{"race", "msan", "asan", "linkshared"} {
			if asked(name) {
				out = append(out, "-"+name+"=false")
			}
		}
	}
	if wasm && asked("buildmode") {
		out = append(out, "-buildmode=default")
	}
	return out
}

// asked says whether GOFLAGS has a flag.
func asked(name string) bool {
	return slices.ContainsFunc(strings.Fields(setting("GOFLAGS")), func(f string) bool {
		f, _, _ = strings.Cut(f, "=")
		return f == "-"+name || f == "--"+name
	})
}
