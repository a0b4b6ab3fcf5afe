package playground

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"

	"sitegen.dev/website/playground/symbols"
)

// Exports packs what the type checker has to know of the packages that can be imported, from what the go command has
// compiled them to. Of each archive only the first member is kept, which holds what the package exports. env is for the go
// command beside the program's own environment.
func Exports(ctx context.Context, env ...string) ([]byte, error) {
	args := []string{"list", "-trimpath", "-export", "-f", "{{.ImportPath}}\t{{.Export}}"}
	list := exec.CommandContext(ctx, "go", append(args, slices.Concat(symbols.Packages, symbols.Generic)...)...)
	list.Env = append(os.Environ(), env...)
	lines, err := list.Output()
	if err != nil {
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			return nil, fmt.Errorf("go list -export: %s", failed.Stderr)
		}
		return nil, err
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for line := range strings.Lines(string(lines)) {
		name, file, _ := strings.Cut(strings.TrimSpace(line), "\t")
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if data, err = exportData(data); err != nil {
			return nil, fmt.Errorf("package %s: %w", name, err)
		}
		// Not compressed: the file is compressed as a whole on its way to the browser.
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(data); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// exportData cuts an archive behind its first member. The format is that of ar: a line, then members with a header of 60
// bytes, the size in decimal at byte 48 of it.
func exportData(archive []byte) ([]byte, error) {
	const magic = "!<arch>\n"
	const header, sizeAt, sizeLen = 60, 48, 10
	if !bytes.HasPrefix(archive, []byte(magic+"__.PKGDEF ")) || len(archive) < len(magic)+header {
		return nil, fmt.Errorf("this is no compiled package")
	}
	var size int
	at := len(magic) + sizeAt
	if _, err := fmt.Sscan(strings.TrimSpace(string(archive[at:at+sizeLen])), &size); err != nil {
		return nil, err
	}
	end := len(magic) + header + size
	if size < 0 || end > len(archive) {
		return nil, io.ErrUnexpectedEOF
	}
	return archive[:end], nil
}

func unpack(packed []byte) (map[string][]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return nil, err
	}
	out := make(map[string][]byte, len(z.File))
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		if out[f.Name], err = io.ReadAll(r); err != nil {
			return nil, err
		}
	}
	return out, nil
}
