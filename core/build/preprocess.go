package build

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"sitegen.dev/core/assets"
	"sitegen.dev/core/codegen"
	"sitegen.dev/core/diag"
)

// preprocessors are the programs of others that make CSS, where the author has installed them.
type preprocessor struct {
	name    string   // of the program
	install string   // how to get it
	args    []string // %s is the file; the CSS comes on standard output
}

var (
	sass     = preprocessor{name: "sass", install: "npm install -D sass, or put Dart Sass on PATH", args: []string{"--no-source-map", "--no-error-css", "--style=expanded", "--charset", "%s"}}
	tailwind = preprocessor{name: "tailwindcss", install: "npm install -D tailwindcss @tailwindcss/cli, or put its standalone program on PATH", args: []string{"--input", "%s", "--output", "-"}}
)

// preprocessTime is how long one sheet may take.
const preprocessTime = time.Minute

// tailwindSheet tells a sheet that is written for Tailwind.
var tailwindSheet = regexp.MustCompile(`(?m)^\s*@(import\s+["']tailwindcss(/[a-z.]+)?["']|tailwind\s+\w)`)

// css gives the CSS of an imported sheet: its text, or what Sass or Tailwind make of it. At is where it is imported.
func (b *builder) css(file string, data []byte, at diag.Range) string {
	p := preprocessor{}
	switch ext := path.Ext(file); {
	case ext == ".scss", ext == ".sass":
		p = sass
	case tailwindSheet.Match(data):
		p = tailwind
	default:
		return string(data)
	}
	program := b.tool(p.name)
	if program == "" {
		b.list.Error("SG5050", at, b.Layout.Rel(file)+" needs "+p.name+", which is not installed", p.install)
		return ""
	}
	made := b.memory.made(p, program, file, data)
	if css, ok := made.get(); ok {
		return css
	}
	args := make([]string, len(p.args))
	for i, a := range p.args {
		args[i] = strings.ReplaceAll(a, "%s", b.Layout.Rel(file))
	}
	ctx, cancel := context.WithTimeout(b.ctx, preprocessTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = b.Layout.Root
	cmd.WaitDelay = 3 * time.Second
	cmd.Env = append(os.Environ(), "NODE_ENV=production", "NO_COLOR=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		b.list.Error("SG5051", at, p.name+" has not finished "+b.Layout.Rel(file)+" within a minute", "")
	case err != nil:
		b.list.Add(b.preprocessError(p.name, file, data, stderr.String(), at))
	default:
		made.put(string(out))
	}
	return string(out)
}

// sassPlace finds the place in what Sass prints: "  src/a.scss 3:7  root stylesheet".
var sassPlace = regexp.MustCompile(`(?m)^\s+(\S+\.s[ac]ss) (\d+):(\d+) `)

// terminalOnly is what programs print for terminals alone: colours, and the lines of boxes.
var terminalOnly = regexp.MustCompile("\x1b\\[[0-9;]*m|[│┌└]")

// quotedByTool is a word of the stylesheet in a message of Tailwind.
var quotedByTool = regexp.MustCompile("`([^`\n]+)`")

// tailwindPlace is the place in what Tailwind prints: "CssSyntaxError: /home/me/site/src/a.css:3:7: Missing closing } at .x".
// Windows has a colon in the path.
var tailwindPlace = regexp.MustCompile(`^CssSyntaxError: (.+?):(\d+):(\d+): `)

// preprocessError puts what a program says at the place that it names.
func (b *builder) preprocessError(name, file string, sheet []byte, said string, at diag.Range) diag.Diagnostic {
	message := preprocessMessage(said)
	d := diag.Diagnostic{Severity: diag.Error, Code: "SG5051", Range: at, Message: name + ": " + message}
	var place diag.Range
	if m := tailwindPlace.FindStringSubmatch(message); m != nil && filepath.IsAbs(m[1]) {
		if d.Message = name + ": " + strings.TrimPrefix(message, m[0]); !inside(m[1], b.Layout.Root) {
			return d
		}
		place.Pos = diag.Pos{File: b.Layout.Rel(m[1]), Line: number(m[2]), Col: number(m[3])}
	} else if m := sassPlace.FindStringSubmatch(said); m != nil {
		place.Pos = diag.Pos{File: filepath.ToSlash(m[1]), Line: number(m[2]), Col: number(m[3])}
	} else if m := quotedByTool.FindStringSubmatchIndex(message); m != nil {
		word := message[m[2]:m[3]]
		i := bytes.Index(sheet, []byte(word))
		if i < 0 {
			return d
		}
		line := bytes.LastIndexByte(sheet[:i], '\n') + 1
		place.Pos = diag.Pos{File: b.Layout.Rel(file), Line: 1 + bytes.Count(sheet[:i], []byte("\n")), Col: 1 + i - line}
		place.End = diag.Pos{File: place.File, Line: place.Line, Col: place.Col + len(word)}
	} else {
		return d
	}
	d.Range = place
	d.Notes = []diag.Note{{Range: at, Message: "imported here"}}
	return d
}

// preprocessMessage finds the first line that says what is wrong: not the name and version of the program, and not the word Error alone.
func preprocessMessage(said string) string {
	for line := range strings.Lines(terminalOnly.ReplaceAllString(said, "")) {
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "Error:"))
		if line != "" && !strings.HasPrefix(line, "≈") {
			return line
		}
	}
	return "it failed without saying why"
}

func number(digits string) (n int) {
	for _, c := range digits {
		if n < 1<<20 {
			n = 10*n + int(c-'0')
		}
	}
	return n
}

// tool finds a program of npm beside the site, or on PATH.
func (b *builder) tool(name string) string {
	for dir := b.Layout.Root; ; dir = filepath.Dir(dir) {
		if file, err := exec.LookPath(filepath.Join(dir, "node_modules", ".bin", name)); err == nil {
			return file
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	file, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	return file
}

// cssClasses gives the classes of a CSS module by the name of its file below the module root, as they are written and as
// they are in the page.
func (b *builder) cssClasses(file string, at diag.Range) (names, renamed []string, ok bool) {
	data, err := os.ReadFile(b.Layout.abs(file))
	if err != nil {
		return nil, nil, false // reported when its styles are read
	}
	at.File = b.Layout.Rel(at.File)
	for _, name := range assets.ModuleClasses(b.css(file, data, at)) {
		names, renamed = append(names, name), append(renamed, assets.ModuleClass(name, b.Layout.Rel(file)))
	}
	return names, renamed, true
}

// sheet reads an imported stylesheet.
func (b *builder) sheet(a codegen.AssetImport) (string, error) {
	data, err := b.readAsset(a)
	if err != nil || data == nil {
		return "", err
	}
	at := a.At
	at.File = b.Layout.Rel(at.File)
	text := b.css(a.Path, data, at)
	if a.Module {
		text = assets.ModuleCSS(text, b.Layout.Rel(a.Path))
	}
	return text, nil
}
