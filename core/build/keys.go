package build

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/manifest"
)

// globalKey names what every page depends on: the version, the environment, the code of the site that is no component, and
// the configuration that is compiled in.
func (b *builder) globalKey(in *inputs, bundle codegen.Bundle) string {
	h := sha256.New()
	bundle.Config.BuildID, bundle.Routes, bundle.Assets, bundle.Layouts, bundle.Embedded = "", nil, nil, nil, ""
	hashInto(h, b.Version, self(), goEnvironment(), string(in.code[:]), b.key, fmt.Sprint(b.Server, b.Drafts))
	hashInto(h, b.envKey())
	for _, f := range b.program.Bundle(bundle) { // all configuration that reaches the programs, whatever will be added to it
		hashInto(h, string(f.Data))
	}
	for _, c := range b.islands {
		hashInto(h, c.Path)
	}
	if in.opens {
		hashInto(h, environment(), string(in.other[:]))
	}
	return string(h.Sum(nil))
}

// routeKeys names, for each route, all code and configuration that its pages depend on.
func (b *builder) routeKeys(in *inputs, bundle codegen.Bundle, files []codegen.File) (keys map[string]string, program string) {
	global := b.globalKey(in, bundle)
	generated := map[string][]byte{} // by folder
	all := sha256.New()
	hashInto(all, global)
	for _, f := range files {
		generated[path.Dir(f.Path)] = f.Data
		hashInto(all, f.Path, string(f.Data))
	}
	components := map[*codegen.Component]string{}
	component := func(c *codegen.Component) string {
		key, ok := components[c]
		if !ok {
			h := sha256.New()
			for _, d := range c.Closure() {
				hashInto(h, d.Path, string(generated[d.Dir]))
				for _, a := range d.Assets {
					hashInto(h, a.ID, fmt.Sprintf("%#v", b.table.byID[a.ID]))
				}
				for _, s := range d.Scripts {
					hashInto(h, s.ID, fmt.Sprintf("%#v", b.table.byID[s.ID]))
				}
				for _, m := range d.Modules {
					hashInto(h, m.ID, fmt.Sprintf("%#v %#v", b.table.byID[m.ID], b.table.byID[codegen.ClientLoader]))
				}
			}
			key = string(h.Sum(nil))
			components[c] = key
		}
		return key
	}
	keys = make(map[string]string, len(b.routes))
	for i, r := range b.routes {
		h := sha256.New()
		hashInto(h, global, r.Pattern, string(r.Type), bundle.Routes[i].Head, bundle.Routes[i].Policy, fmt.Sprint(r.Error))
		if c := b.pages[r.Source]; c != nil {
			hashInto(h, component(c))
		}
		key := hex.EncodeToString(h.Sum(nil)[:16])
		hashInto(all, r.Source, key)
		if r.Type != manifest.Redir {
			keys[r.Source] = key
			continue
		}
		hashInto(all, fmt.Sprintf("%#v", bundle.Routes[i]))
	}
	return keys, hex.EncodeToString(all.Sum(nil)[:16])
}

// hashInto writes a list of parts to a hash so that no two lists are alike.
func hashInto(h hash.Hash, parts ...string) {
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
}

// passing are variables of the environment that change from one terminal to the next and mean nothing to a site.
var passing = []string{"_", "PWD", "OLDPWD", "SHLVL", "TERM", "COLORTERM", "COLUMNS", "LINES", "WINDOWID", "DISPLAY", "TMUX", "TMUX_PANE", "STY", "SSH_CLIENT", "SSH_CONNECTION", "SSH_TTY", "SSH_AUTH_SOCK", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "LS_COLORS", "INVOCATION_ID", "JOURNAL_STREAM", "TMPDIR"}

// environment names the environment that the site's code is run in.
func environment() string {
	env := slices.DeleteFunc(os.Environ(), func(line string) bool {
		name, _, _ := strings.Cut(line, "=")
		return slices.Contains(passing, name) || strings.HasPrefix(name, "TERM_") || strings.HasPrefix(name, "XDG_SESSION") || strings.HasPrefix(name, "ITERM") || strings.HasPrefix(name, "VSCODE_")
	})
	slices.Sort(env)
	h := sha256.New()
	hashInto(h, env...)
	return string(h.Sum(nil))
}

// goEnvironment names what of the environment means something to the compiler and to any program in Go.
func goEnvironment() string {
	env := slices.DeleteFunc(os.Environ(), func(line string) bool {
		name, _, _ := strings.Cut(line, "=")
		return !strings.HasPrefix(name, "GO") && !strings.HasPrefix(name, "CGO_") && !slices.Contains([]string{"CC", "CXX", "AR", "PKG_CONFIG", "TZ", "ZONEINFO"}, name)
	})
	slices.Sort(env)
	h := sha256.New()
	hashInto(h, env...)
	return string(h.Sum(nil))
}

// toolStamp names a program by what the file system tells of it.
func toolStamp(name string) string {
	file, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	if real, err := filepath.EvalSymlinks(file); err == nil {
		file = real
	}
	info, err := os.Stat(file)
	if err != nil {
		return ""
	}
	return fmt.Sprint(file, info.Size(), info.ModTime().UnixNano())
}

// self names this very program: two that were built of different states of the source may have one version.
func self() string {
	name, err := os.Executable()
	if err != nil {
		return ""
	}
	return toolStamp(name)
}
