package build

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"sitegen.dev/core/internal/gocmd"
)

// The generated packages, below genDir.
const (
	bundlePackage    = "bundle"
	prerenderPackage = "prerender"
)

// compile builds the prerender program and type-checks everything that is rendered on demand, in one run of the go
// command. What the compiler says about generated code comes back at the author's lines.
func (b *builder) compile(ctx context.Context) error {
	out := b.Layout.abs(workDir + "/bin")
	b.binary = filepath.Join(out, prerenderPackage+exe())
	packages := []string{"./" + genDir + "/" + prerenderPackage, "./" + genDir + "/" + bundlePackage}
	// All components are checked, also those that no page uses yet; a library of parts is worth no less than its pages.
	for _, c := range b.program.Components {
		packages = append(packages, "./"+c.Dir)
	}
	args := append([]string{"build", "-o", out + string(filepath.Separator)}, packages...)
	if ok, err := b.run(ctx, args, false); err != nil || !ok {
		return err
	}
	if b.Vet {
		_, err := b.run(ctx, append([]string{"vet"}, packages...), true)
		return err
	}
	return nil
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
	if len(ds) == 0 && vet && said.Output != "" {
		return true, nil // all of it was about generated code
	}
	if len(ds) == 0 {
		return false, said
	}
	b.add(ds...)
	return false, nil
}
