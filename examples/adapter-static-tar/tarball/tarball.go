// Package tarball packs a prerendered site into one tar file. The same site gives the same bytes: files are in the order of
// their names, and headers hold nothing of the machine or the time of the build.
package tarball

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"time"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// Adapter is the adapter. Sitegen knows what it can do by its methods: these guards keep them as they are.
type Adapter struct{}

var (
	_ adapter.Adapter   = Adapter{}
	_ adapter.Previewer = Adapter{}
	_ adapter.Adder     = Adapter{}
)

// options is the block of site.yaml. The tags are what adapter.DecodeOptions goes by.
type options struct {
	File   string `json:"file"`
	Prefix string `json:"prefix"`
	Format string `json:"format" oneof:"pax ustar"`
}

// schema is the same for editors.
const schema = `{
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "file": {"type": "string", "default": "site.tar", "description": "name of the tar file"},
    "prefix": {"type": "string", "default": "", "description": "folder that the files lie in inside of it"},
    "format": {"enum": ["pax", "ustar"], "default": "pax", "description": "kind of the headers"}
  }
}`

// Info says what the adapter can do. What is not among Supports it cannot: a site with such a route is refused by sitegen, at
// the line of the route, before Adapt is called. There is no code for it here.
func (Adapter) Info() adapter.Info {
	return adapter.Info{
		Name:     "static-tar",
		Protocol: adapter.Protocol,
		Supports: map[string]adapter.Support{
			adapter.OnDemand:    {Level: adapter.Unsupported, Message: "a tar file runs no programs"},
			adapter.PageHeaders: {Level: adapter.Limited, Message: "a tar file has no place for headers; say them to your server"},
		},
		Options: []byte(schema),
	}
}

// Adapt writes the tar file and takes the files away that are in it.
func (Adapter) Adapt(ctx context.Context, site *adapter.Site, out *adapter.Out) error {
	o := options{File: "site.tar", Format: "pax"}
	problems := adapter.DecodeOptions("static-tar", site, &o)
	if len(problems) == 0 && o.Prefix != "" && !filepath.IsLocal(o.Prefix) {
		problems = append(problems, diag.Diagnostic{Code: "SG6006", Range: site.At("prefix"),
			Message: fmt.Sprintf("option prefix of adapter static-tar must be a folder, not %q", o.Prefix)})
	}
	if len(problems) > 0 {
		out.Report(problems...)
		return nil // reported errors fail the build
	}
	for _, r := range site.Manifest.Routes {
		if r.Type == manifest.Redir {
			out.Report(diag.Diagnostic{Severity: diag.Warning, Code: "TAR001", Range: diag.Range{Pos: diag.Pos{File: r.Source, Line: r.Line}},
				Message: "the redirect " + r.Pattern + " is not part of the tar file", Hint: "set it up in the server that unpacks it"})
		}
	}
	client, err := adapter.ReadClient(ctx, site)
	if err != nil {
		return err
	}
	// The build has put the files into the output already. They go into a folder of a known name, from there into the tar
	// file, and then away.
	const unpacked = "unpacked"
	if err := out.MoveDir(ctx, unpacked, site.ClientDir); err != nil {
		return err
	}
	w, err := out.Create(o.File, 0o644)
	if err != nil {
		return err
	}
	read := func(name string) ([]byte, error) { return out.ReadFile(path.Join(unpacked, name)) }
	if err := errors.Join(pack(ctx, w, client.Names, read, o), w.Close()); err != nil {
		return err
	}
	return out.Remove(unpacked)
}

// pack writes the files in the order of names.
func pack(ctx context.Context, w io.Writer, names []string, read func(string) ([]byte, error), o options) error {
	format := tar.FormatPAX
	if o.Format == "ustar" {
		format = tar.FormatUSTAR
	}
	t := tar.NewWriter(w)
	for _, name := range names {
		data, err := read(name)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		h := &tar.Header{
			Typeflag: tar.TypeReg, Name: path.Join(o.Prefix, name), Size: int64(len(data)), Mode: 0o644,
			ModTime: time.Unix(0, 0), Format: format, // no owner, no time: they would differ from build to build
		}
		if err := t.WriteHeader(h); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if _, err := t.Write(data); err != nil {
			return err
		}
	}
	return t.Close()
}

// Preview serves the files from inside the tar file.
func (Adapter) Preview(_ context.Context, dir string) (http.Handler, func() error, error) {
	found, err := filepath.Glob(filepath.Join(dir, "*.tar"))
	if err != nil {
		return nil, nil, err
	}
	if len(found) != 1 {
		return nil, nil, fmt.Errorf("there are %d tar files in the output, not one", len(found))
	}
	data, err := os.ReadFile(found[0])
	if err != nil {
		return nil, nil, err
	}
	files := adapter.Files{}
	for t := tar.NewReader(bytes.NewReader(data)); ; {
		h, err := t.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		if files[h.Name], err = io.ReadAll(t); err != nil {
			return nil, nil, err
		}
	}
	// The option prefix is not known here. The home page is the file index.html that lies highest.
	root := ""
	for name := range files {
		if path.Base(name) == "index.html" && (root == "" || len(name) < len(root)) {
			root = name
		}
	}
	below, err := fs.Sub(files, path.Dir(root))
	return http.FileServerFS(below), func() error { return nil }, err
}
