package registry

import (
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"

	"sitegen.dev/core/adapter"
)

// Place is where adapters by others are looked for.
type Place struct {
	Root      string   // of the project
	ModuleDir string   // of the site's Go module
	Tools     []string // import paths of the tool lines of its go.mod
}

// prefix is what the programs of adapters are called by: sitegen-adapter-NAME.
const prefix = "sitegen-adapter-"

// External finds an adapter that is not built in by the name that site.yaml or a flag gives, and says where it was: a tool
// line of go.mod, by its whole path or by its last element (NAME, adapter-NAME or sitegen-adapter-NAME), or the program
// sitegen-adapter-NAME on PATH.
func (p Place) External(name string) (program adapter.Program, where string, ok bool) {
	if tool := p.tool(name); tool != "" {
		return p.Tool(tool), "tool " + tool + " of go.mod", true
	}
	if strings.Contains(name, "/") {
		return adapter.Program{}, "", false
	}
	if found, err := exec.LookPath(prefix + name); err == nil {
		return adapter.Program{Args: []string{prefix + name}, Dir: p.Root, Root: p.Root}, found, true
	}
	return adapter.Program{}, "", false
}

func (p Place) tool(name string) string {
	if slices.Contains(p.Tools, name) {
		return name
	}
	for _, base := range []string{prefix + name, "adapter-" + name, name} {
		for _, tool := range slices.Sorted(slices.Values(p.Tools)) {
			if toolName(tool) == base {
				return tool
			}
		}
	}
	return ""
}

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// toolName is what the go command calls a tool: the last element of its path that is no major version.
func toolName(tool string) string {
	if base := path.Base(tool); !majorVersion.MatchString(base) {
		return base
	}
	return path.Base(path.Dir(tool))
}

// Tool is the program of a tool line.
func (p Place) Tool(tool string) adapter.Program {
	return adapter.Program{Args: []string{"go", "tool", "-n=false", tool}, Dir: p.ModuleDir, Root: p.Root}
}

// Command is the program that site.yaml names itself.
func (p Place) Command(words []string) adapter.Program {
	return adapter.Program{Args: words, Dir: p.Root, Root: p.Root}
}
