package build

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/internal/gocmd"
)

// The generated packages, below genDir.
const (
	bundlePackage    = "bundle"
	prerenderPackage = "prerender"
)

// compile type-checks everything, what is rendered on demand and what nothing uses too, and builds the prerender program.
// These are two runs of the go command: with a folder to write to it builds programs only, and says nothing of other
// packages. What the compiler says about generated code comes back at the author's lines.
func (b *builder) compile(ctx context.Context) error {
	out := b.Layout.abs(workDir + "/bin")
	b.binary = filepath.Join(out, prerenderPackage+exe())
	program := "./" + genDir + "/" + prerenderPackage
	packages := []string{"./" + genDir + "/" + bundlePackage}
	// All components are checked, also those that no page uses yet; a library of parts is worth no less than its pages.
	for _, c := range b.program.Components {
		packages = append(packages, "./"+c.Dir)
	}
	if !b.Vet && b.upToDate() {
		return nil
	}
	os.Remove(b.compileRecord())
	if ok, err := b.run(ctx, append([]string{"build"}, packages...), false); err != nil || !ok {
		return err
	}
	if ok, err := b.run(ctx, []string{"build", "-ldflags=-s -w", "-o", out + string(filepath.Separator), program}, false); err != nil || !ok {
		return err
	}
	if b.Vet {
		if _, err := b.run(ctx, append([]string{"vet", program}, packages...), true); err != nil || b.list.HasErrors() {
			return err
		}
		if err := b.printable(ctx, packages); err != nil || b.list.HasErrors() {
			return err
		}
	}
	return writeChanged(b.compileRecord(), []byte(b.compileKey+" "+b.binaryStamp()+"\n"))
}

// compiled names all that the go command would read, so that it need not be asked whether anything has changed: that
// alone takes it half a second.
func (b *builder) compiled(bundle codegen.Bundle, files []codegen.File) string {
	h := sha256.New()
	hashInto(h, self(), toolStamp("go"), string(b.inputs.code[:]))
	for _, name := range []string{"GOFLAGS", "GOROOT", "GOTOOLCHAIN", "GOEXPERIMENT", "GOWORK", "GOENV", "GODEBUG", "GOPATH", "GOMODCACHE", "CGO_ENABLED", "CC", "CXX", "CGO_CFLAGS", "CGO_LDFLAGS", "GOAMD64", "GOARM64"} {
		hashInto(h, name, os.Getenv(name))
	}
	for _, f := range files {
		hashInto(h, f.Path, string(f.Data))
	}
	if b.env != nil {
		hashInto(h, envDir, string(b.env.Source()))
	}
	bundle.Config.BuildID = "" // changes with every text, and with nothing that the compiler looks at
	for _, f := range b.program.Bundle(bundle) {
		hashInto(h, f.Path, string(f.Data))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func (b *builder) compileRecord() string {
	return b.Layout.abs(workDir + "/bin/" + prerenderPackage + ".key")
}

// binaryStamp names the program on disk.
func (b *builder) binaryStamp() string {
	info, err := os.Stat(b.binary)
	if err != nil {
		return ""
	}
	return fmt.Sprint(info.Size(), info.ModTime().UnixNano())
}

// upToDate says whether the program was made of what there is.
func (b *builder) upToDate() bool {
	data, err := os.ReadFile(b.compileRecord())
	return err == nil && !b.Clean && string(data) == b.compileKey+" "+b.binaryStamp()+"\n"
}

// run runs the go command; what it says about the source becomes diagnostics, and ok is false. A compiler that stopped
// at ten errors is asked for all of them.
func (b *builder) run(ctx context.Context, args []string, vet bool) (ok bool, err error) {
	_, err = gocmd.Run(ctx, b.Layout.ModuleDir, args, nil)
	var said *gocmd.Error
	if !errors.As(err, &said) {
		return err == nil, err
	}
	if !vet && strings.Contains(said.Output, "too many errors") {
		all := append([]string{args[0], "-gcflags=-e"}, args[1:]...)
		if _, err := gocmd.Run(ctx, b.Layout.ModuleDir, all, nil); err != nil {
			errors.As(err, &said)
		}
	}
	ds := b.program.MapGoOutput(said.Output)
	b.placeJoints(ds)
	for i := range ds {
		if flags := os.Getenv("GOFLAGS"); ds[i].Code == "SG2059" && ds[i].Hint == "" && flags != "" {
			ds[i].Hint = "GOFLAGS says `" + flags + "`: try it without"
		}
	}
	if len(ds) == 0 && vet && said.Output != "" {
		return true, nil // all of it was about generated code
	}
	if len(ds) == 0 {
		return false, said
	}
	b.add(ds...)
	return false, nil
}
