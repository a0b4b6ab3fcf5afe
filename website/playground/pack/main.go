// Command pack makes the files that the page /playground/ loads: the compiler as WebAssembly, what the packages that can
// be imported export, Go's own glue for browsers, and the worker that joins them.
//
//	go run ./website/playground/pack website/public/playground-files
//
// The two large files are compressed here and not by the server, so that they weigh the same on every host and the page
// knows how much is still to come.
package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"sitegen.dev/website/playground"
)

//go:embed worker.js
var worker []byte

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: pack FOLDER")
		os.Exit(2)
	}
	if err := pack(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

// browser is what programs and packages are compiled for.
var browser = []string{"GOOS=js", "GOARCH=wasm"}

func pack(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "playground")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	binary := filepath.Join(temp, "sitegen.wasm")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", binary, "sitegen.dev/website/playground/wasm")
	build.Env = append(os.Environ(), browser...)
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return err
	}
	wasm, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	exports, err := playground.Exports(ctx, browser...)
	if err != nil {
		return err
	}
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return err
	}
	glue, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return err
	}
	return cmp.Or(
		write(dir, "sitegen.wasm.gz", compressed(wasm)),
		write(dir, "exports.zip.gz", compressed(exports)),
		write(dir, "wasm_exec.js", glue),
		write(dir, "worker.js", worker),
	)
}

func compressed(data []byte) []byte {
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is right
	z.Write(data)                                           // and a Buffer takes everything
	z.Close()
	return out.Bytes()
}

// write leaves a file alone that is what it should be, so that builds see that nothing has changed.
func write(dir, name string, data []byte) error {
	file := filepath.Join(dir, name)
	if old, err := os.ReadFile(file); err == nil && bytes.Equal(old, data) {
		return nil
	}
	return os.WriteFile(file, data, 0o644)
}
