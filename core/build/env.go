package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/config"
	"sitegen.dev/core/diag"
)

// envDir holds the package of the environment. It is the same for the development server, because the site's own Go files
// import it.
const envDir = genDir + "/env"

// environment reads the variables that site.yaml names, as far as they are for the build, and describes them to the code
// generator; nil where there are none. Those of the run time are looked up too, to keep them out of the output.
func (b *builder) environment() *codegen.Env {
	if len(b.Config.Env) == 0 {
		return nil
	}
	getenv := b.Getenv
	if getenv == nil {
		getenv = func(string) string { return "" }
	}
	all := b.gen == devGenDir // which runs the site too
	out := &codegen.Env{Package: b.Layout.ModulePath + "/" + envDir}
	b.buildEnv, b.secrets = map[string]string{}, map[string]string{}
	for _, v := range b.Config.Env {
		e := codegen.EnvVar{Name: v.Name, Secret: v.Secret, Run: v.Run, Type: v.Type, Optional: v.Optional, Default: v.Default, Values: v.Values}
		value := getenv(v.Name)
		b.envState += v.Name + "=" + value + "\x00"
		if v.Secret && len(value) >= minSecret {
			b.secrets[v.Name] = value
		}
		if value == "" {
			value = v.Default
		}
		if !v.Run || all {
			if b.checkEnv(v, value); !v.Run {
				b.buildEnv[v.Name] = value
			}
		}
		if e.Constant() && v.Check(value) == "" {
			e.Value = value
		}
		out.Vars = append(out.Vars, e)
	}
	if len(b.secrets) > 0 {
		b.Output = &mask{w: b.Output, secrets: b.secrets}
	}
	return out
}

// minSecret is how long a secret has to be to be looked for: shorter ones are part of ordinary text.
const minSecret = 6

// checkEnv reports a variable that is missing or wrong, where the build is to give pages.
func (b *builder) checkEnv(v config.EnvVar, value string) {
	switch problem := v.Check(value); {
	case b.Until != "":
	case value == "" && !v.Optional:
		b.list.Error("SG4020", v.At, v.Name+" is not set in the environment", "set it, put it into .env for local work, or write `optional: true`")
	case value != "" && problem != "":
		b.list.Error("SG4021", v.At, v.Name+" "+problem, "correct it in the environment or in .env")
	}
}

// writeEnv writes the package of the environment, or removes one that has no variables any more.
func (b *builder) writeEnv() error {
	dir := b.Layout.abs(envDir)
	if b.env == nil {
		return os.RemoveAll(dir)
	}
	return writeChanged(filepath.Join(dir, "env.go"), b.env.Source())
}

// envKey stands for all values that a page could hold, and must not hold.
func (b *builder) envKey() string {
	if b.env == nil {
		return ""
	}
	h := sha256.New()
	hashInto(h, string(b.env.Source()))
	for _, values := range []map[string]string{b.buildEnv, b.secrets} {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			hashInto(h, name, values[name])
		}
	}
	return string(h.Sum(nil))
}

// define gives what scripts are told: the public values of the build, and what the build knows about the site.
func (b *builder) define() map[string]string {
	dev := b.gen == devGenDir
	mode := "production"
	if dev {
		mode = "development"
	}
	text := func(s string) string {
		data, err := json.Marshal(s)
		if err != nil {
			panic(err) // a string always is JSON
		}
		return string(data)
	}
	out := map[string]string{
		"import.meta.env.MODE": text(mode), "import.meta.env.DEV": strconv.FormatBool(dev), "import.meta.env.PROD": strconv.FormatBool(!dev),
		"import.meta.env.BASE_URL": text(b.Config.Base), "import.meta.env.SITE": text(b.Config.Site),
		"process.env.NODE_ENV": text(mode), // which packages of npm ask for
	}
	maps.Copy(out, b.Config.Build.Define)
	if b.env == nil {
		return out
	}
	for _, v := range b.env.Vars {
		if !v.Constant() {
			continue
		}
		value := text(v.Value)
		switch {
		case v.Value == "":
			value = "undefined"
		case v.Type == "int" || v.Type == "float" || v.Type == "bool":
			value = v.Value
		}
		out["import.meta.env."+v.Name] = value
	}
	return out
}

// scriptEnv says what is wrong with import.meta.env.NAME in a script of the site, "" where nothing is.
func (b *builder) scriptEnv(name string) (code diag.Code, message, hint string) {
	if slices.Contains([]string{"MODE", "DEV", "PROD", "BASE_URL", "SITE"}, name) {
		return "", "", ""
	}
	var names []string
	for _, v := range b.Config.Env {
		switch {
		case v.Name != name:
			names = append(names, v.Name)
		case v.Secret:
			return "SG5040", name + " is a secret, and scripts are sent to everybody", "ask an endpoint of the site, which can use it"
		case v.Run:
			return "SG5040", name + " is read when the program starts, and scripts are written before", "write `when: build` in site.yaml, or hand the value over in a prop"
		default:
			return "", "", ""
		}
	}
	hint = "name it under env in site.yaml: " + name + ": {scope: public}"
	if s := diag.Suggest(name, names); s != "" {
		hint = "did you mean " + s + "?"
	}
	return "SG5041", "site.yaml has no variable " + name, hint
}

// mask writes [NAME] where a secret stands. It holds back the last line, in which one may have begun.
type mask struct {
	w       io.Writer
	secrets map[string]string

	mu   sync.Mutex
	rest []byte
}

// maxHeld is how much of a line without end is held back.
const maxHeld = 64 << 10

func (m *mask) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rest = append(m.rest, p...)
	end := bytes.LastIndexByte(m.rest, '\n') + 1
	if len(m.rest)-end > maxHeld {
		end = len(m.rest)
	}
	if end == 0 {
		return len(p), nil
	}
	out := masked(string(m.rest[:end]), m.secrets)
	m.rest = append(m.rest[:0], m.rest[end:]...)
	if _, err := io.WriteString(m.w, out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// flush writes what was held back.
func (m *mask) flush() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.rest) > 0 {
		io.WriteString(m.w, masked(string(m.rest), m.secrets))
		m.rest = m.rest[:0]
	}
}

// masked replaces the secrets in a text.
func masked(text string, secrets map[string]string) string {
	for name, value := range secrets {
		text = strings.ReplaceAll(text, value, "["+name+"]")
	}
	return text
}

// maskDiagnostics takes secrets out of what is printed about pages: an error of a client quotes its address.
func (b *builder) maskDiagnostics(list *diag.List) []diag.Diagnostic {
	out := list.Sorted()
	for i := range out {
		out[i].Message, out[i].Hint = masked(out[i].Message, b.secrets), masked(out[i].Hint, b.secrets)
	}
	return out
}

// leaks looks for secrets in the finished files that are no pages: scripts, styles, the public folder. Pages were looked
// through when they were rendered.
func (b *builder) leaks(ctx context.Context) error {
	if len(b.secrets) == 0 {
		return nil
	}
	var names []string
	needles := map[string][][]byte{}
	for name, value := range b.secrets {
		names = append(names, name)
		quoted, err := json.Marshal(value)
		if err != nil {
			return err
		}
		for _, s := range []string{value, html.EscapeString(value), strings.Trim(string(quoted), `"`), url.QueryEscape(value)} {
			needles[name] = append(needles[name], []byte(s))
		}
	}
	slices.Sort(names)
	return filepath.WalkDir(b.site.ClientDir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || ctx.Err() != nil {
			return err
		}
		info, err := d.Info()
		if err != nil || info.Size() > 64<<20 {
			return err
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		for _, name := range names {
			if !slices.ContainsFunc(needles[name], func(n []byte) bool { return bytes.Contains(data, n) }) {
				continue
			}
			rel, err := filepath.Rel(b.site.ClientDir, file)
			if err != nil {
				return err
			}
			rel = filepath.ToSlash(rel)
			at := b.Config.At("env." + name)
			message := fmt.Sprintf("the file %s of the output holds the value of the secret %s", rel, name)
			if _, err := os.Stat(filepath.Join(b.Layout.Root, filepath.FromSlash(b.Config.Public), filepath.FromSlash(rel))); err == nil {
				at = diag.Range{Pos: diag.Pos{File: b.Config.Public + "/" + rel}}
				message = "this file holds the value of the secret " + name + ", and would be published"
			}
			b.list.Error("SG3121", at, message, "find where it comes from; a value that visitors may see belongs into a public variable")
		}
		return nil
	})
}
