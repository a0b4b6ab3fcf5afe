// Package gocmd runs the go command for the compiler and the adapters: go build, go list and go vet in the module of a
// site, and lays out the generated source that they compile. What goes wrong with the go command itself (it is missing,
// too old, or stands in a workspace that leaves the site out) becomes a diagnostic; what it says about the source comes
// back as an *Error with its text, for whoever knows which page the source was made from.
//
// It must not import anything of sitegen but diag: adapters stand on it.
package gocmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"sitegen.dev/core/diag"
)

// Flags are given to every subcommand that compiles, so that neither the folder of the build nor the state of a
// repository around it gets into what it writes.
var Flags = []string{"-trimpath", "-buildvcs=false"}

// compiling are the subcommands that take Flags.
var compiling = []string{"build", "install", "list", "run", "test", "vet"}

// maxOutput bounds what is kept of the go command's messages: enough for a thousand errors.
const maxOutput = 1 << 20

// Error is a go command that ran and failed.
type Error struct {
	Args   []string // without "go"
	Output string   // what it wrote on stderr, then on stdout
	Err    error    // mostly an *exec.ExitError
}

// Error gives the command and what it said.
func (e *Error) Error() string {
	out := strings.TrimSpace(e.Output)
	if out == "" {
		return fmt.Sprintf("go %s: %v", strings.Join(e.Args, " "), e.Err)
	}
	return fmt.Sprintf("go %s: %s", strings.Join(e.Args, " "), out)
}

// Unwrap gives the reason of the operating system.
func (e *Error) Unwrap() error { return e.Err }

// Run runs the go command in dir and gives what it wrote on standard output. To a subcommand that compiles it adds
// Flags. The command has the environment of this process with the lines of env on top; GOOS and GOARCH come from env
// alone, since a build first makes programs that run here. GOFLAGS, GOTOOLCHAIN and GOWORK are left as the author has
// set them, but for flags that would have the command say or do something else than it is asked for.
//
// When ctx ends, the command and everything that it started is killed, and the error is that of ctx. Trouble with the
// go command itself is a *diag.Failure, anything else an *Error.
func Run(ctx context.Context, dir string, args, env []string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path, err := exec.LookPath("go")
	if err != nil {
		return nil, failure(diag.Diagnostic{
			Code:    "SG6010",
			Message: "the go command is not on PATH",
			Hint:    "install Go from https://go.dev/dl/ and open a new terminal",
		})
	}
	full := slices.Clone(args)
	if len(args) > 0 {
		full = slices.Insert(full, 1, quiet(args, env)...)
	}
	if len(args) > 0 && slices.Contains(compiling, args[0]) {
		full = slices.Insert(full, 1, Flags...)
		dir, remove := workDir()
		defer remove()
		if dir != "" {
			env = append(slices.Clone(env), "GOTMPDIR="+dir)
		}
	}
	cmd := exec.CommandContext(ctx, path, full...)
	cmd.Dir = dir
	cmd.Env = environ(os.Environ(), dir, env)
	var stdout bytes.Buffer
	stderr := &limited{max: maxOutput}
	cmd.Stdout, cmd.Stderr = &stdout, stderr
	OwnGroup(cmd)
	// A grandchild that outlives the kill could hold the pipes open for ever.
	cmd.WaitDelay = 5 * time.Second
	err = cmd.Run()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err == nil {
		return stdout.Bytes(), nil
	}
	out := stderr.String()
	if d, ok := diagnose(out); ok {
		return nil, failure(d)
	}
	if stdout.Len() > 0 && args[0] != "list" {
		out += stdout.String()
	}
	return stdout.Bytes(), &Error{Args: args, Output: out, Err: err}
}

func failure(d diag.Diagnostic) error {
	var l diag.List
	l.Add(d)
	return l.Err()
}

// environ gives base without the target platform, then what is always set, then env.
func environ(base []string, dir string, env []string) []string {
	out := slices.DeleteFunc(slices.Clone(base), func(line string) bool {
		name, _, _ := strings.Cut(line, "=")
		return name == "GOOS" || name == "GOARCH"
	})
	out = append(out, "GO111MODULE=on") // a site is a module, whatever old settings say
	if dir != "" {
		out = append(out, "PWD="+dir) // else a module below a symlink is found under its other name
	}
	return append(out, env...)
}

// diagnose finds in the go command's messages the troubles that lie with the go command rather than with the source.
func diagnose(out string) (diag.Diagnostic, bool) {
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		d := diag.Diagnostic{}
		switch {
		// go: go.mod requires go >= 1.26.0 (running go 1.24.1; GOTOOLCHAIN=local)
		case strings.Contains(line, " requires go >= ") && strings.Contains(line, "(running go "):
			_, rest, _ := strings.Cut(line, " requires go >= ")
			want, rest, _ := strings.Cut(rest, " (running go ")
			have, _, _ := strings.Cut(strings.TrimSuffix(rest, ")"), ";")
			d.Code = "SG6011"
			d.Message = fmt.Sprintf("this site needs Go %s, and the go command here is %s", want, have)
			d.Hint = "install it from https://go.dev/dl/, or let the go command fetch it: GOTOOLCHAIN=auto"
		// go.mod:3: invalid go version '1.26.0': must match format 1.23
		case strings.Contains(line, ": invalid go version '") && strings.HasSuffix(line, "must match format 1.23"):
			_, rest, _ := strings.Cut(line, ": invalid go version '")
			want, _, _ := strings.Cut(rest, "'")
			d.Code = "SG6011"
			d.Message = fmt.Sprintf("this site needs Go %s, and the go command here is older than 1.21", want)
			d.Hint = "install it from https://go.dev/dl/"
		// go: download go1.30 for linux/amd64: toolchain not available
		case strings.HasPrefix(line, "go: download go1"):
			version, _, _ := strings.Cut(strings.TrimPrefix(line, "go: download go"), " ")
			d.Code = "SG6011"
			d.Message = fmt.Sprintf("this site needs Go %s, which the go command could not download", strings.TrimSuffix(version, ":"))
			d.Hint = "install it from https://go.dev/dl/"
		case strings.HasPrefix(line, "current directory is contained in a module that is not one of the workspace modules"),
			strings.Contains(line, "is contained in a module that is not one of the workspace modules"),
			strings.Contains(line, "directory prefix . does not contain modules listed in go.work"),
			strings.Contains(line, "directory prefix . does not contain main module"):
			d.Code = "SG6012"
			d.Message = "a go.work above the site does not list the site's module"
			d.Hint = "add it with `go work use .`, or leave the workspace out: GOWORK=off"
		case strings.HasPrefix(line, "go: conflicting replacements for sitegen.dev/core:"):
			d.Code = "SG6016"
			d.Message = "the go.work above the site lists another module that names the runtime too"
			d.Hint = "leave the workspace out: GOWORK=off; or give all of them one copy: `go work edit -replace sitegen.dev/core=./FOLDER/.sitegen/src/core`"
		case strings.HasPrefix(line, "go: go.mod file not found"), strings.HasPrefix(line, "go: cannot find main module"):
			d.Code = "SG6013"
			d.Message = "the site is not inside a Go module"
			d.Hint = "make one with `go mod init example.com/site`, then run `sitegen sync`"
		// go: updates to go.mod needed; to update it:
		case strings.HasPrefix(line, "go: updates to go.mod needed"):
			d.Code = "SG6015"
			d.Message = "go.mod is not up to date with what the site imports"
			d.Hint = "run `go mod tidy`"
		// go: inconsistent vendoring in /home/me/site:
		case strings.HasPrefix(line, "go: inconsistent vendoring in "):
			d.Code = "SG6015"
			d.Message = "the folder vendor is not up to date with go.mod"
			d.Hint = "run `go mod vendor`"
		case strings.Contains(line, "sitegen.dev/core") && strings.HasSuffix(line, "import lookup disabled by -mod=vendor"):
			d.Code = "SG6015"
			d.Message = "the folder vendor does not hold all of the runtime that the site uses now"
			d.Hint = "run `go mod vendor`"
		case strings.HasPrefix(line, "build cache is "), strings.HasPrefix(line, "failed to initialize build cache at "), strings.HasPrefix(line, "module cache not found: "):
			d.Code = "SG6017"
			d.Message = "the go command has no folder for what it compiles: " + line
			d.Hint = "set HOME, or GOCACHE and GOMODCACHE to folders that may be written to"
		// go: creating work dir: stat /gone: no such file or directory
		case strings.HasPrefix(strings.TrimPrefix(line, "go: "), "creating work dir: "):
			d.Code = "SG6017"
			d.Message = "the go command has no folder for what it works on: " + strings.TrimPrefix(strings.TrimPrefix(line, "go: "), "creating work dir: ")
			d.Hint = "set TMPDIR to a folder that may be written to"
		case strings.HasPrefix(strings.TrimPrefix(line, "go: "), "parsing $GOFLAGS: "):
			d.Code = "SG6018"
			d.Message = "the go command does not take what GOFLAGS says: " + strings.TrimPrefix(strings.TrimPrefix(line, "go: "), "parsing $GOFLAGS: ")
			d.Hint = "correct GOFLAGS in the environment, or where `go env -w` has put it: `go env -u GOFLAGS`"
		case strings.Contains(line, "no space left on device"):
			d.Code = "SG6014"
			d.Message = "the disk is full: the go command could not write what it compiled"
			d.Hint = "free some space; `go clean -cache` empties the go command's own cache"
		default:
			continue
		}
		return d, true
	}
	return diag.Diagnostic{}, false
}

// Version gives the version of the go command that runs in dir, "go1.26.0".
func Version(ctx context.Context, dir string) (string, error) {
	out, err := Run(ctx, dir, []string{"env", "GOVERSION"}, nil)
	return strings.TrimSpace(string(out)), err
}

// Module is a module that a site can import from.
type Module struct {
	Path    string
	Version string // "" for the main module, workspace modules and local replacements
	Dir     string
	Main    bool
}

// ErrNoModule says that no module of the build holds an import path.
var ErrNoModule = errors.New("no module of this build provides it")

// FindModule finds among modules the one with the longest path that is a prefix of importPath, and gives the directory of
// that package. The package itself need not exist, nor hold Go files. Without such a module the error is ErrNoModule.
func FindModule(mods []Module, importPath string) (Module, string, error) {
	var best Module
	for _, m := range mods {
		if (importPath == m.Path || strings.HasPrefix(importPath, m.Path+"/")) && len(m.Path) > len(best.Path) && m.Dir != "" {
			best = m
		}
	}
	if best.Path == "" {
		return Module{}, "", ErrNoModule
	}
	return best, best.Dir + strings.ReplaceAll(importPath[len(best.Path):], "/", string(os.PathSeparator)), nil
}

// Modules lists the modules of the build in dir. It touches no network: a module that is not in the module cache has no
// Dir.
func Modules(ctx context.Context, dir string) ([]Module, error) {
	out, err := Run(ctx, dir, []string{"list", "-m", "-e", "-json=Path,Version,Dir,Main,Replace", "all"}, []string{"GOPROXY=off"})
	if err != nil {
		return nil, err
	}
	var mods []Module
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var m struct {
			Module
			Replace *Module
		}
		switch err := dec.Decode(&m); {
		case err == io.EOF:
			return mods, nil
		case err != nil:
			return nil, fmt.Errorf("read the output of go list: %w", err)
		}
		if m.Replace != nil {
			m.Version = m.Replace.Version
			if m.Dir == "" {
				m.Dir = m.Replace.Dir
			}
		}
		mods = append(mods, m.Module)
	}
}

// limited keeps the first max bytes written to it and forgets the rest.
type limited struct {
	bytes.Buffer
	max int
}

func (l *limited) Write(p []byte) (int, error) {
	if room := l.max - l.Len(); room > 0 {
		l.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
