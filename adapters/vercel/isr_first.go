package vercel

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"path"
	"runtime"
	"slices"
	"strings"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
)

// fileEndings are those of the files that stand for answers by their types. The platform gives the type of the answer by its headers.
var fileEndings = map[string]string{"text/html": "html", "application/json": "json", "application/xml": "xml", "text/xml": "xml", "text/plain": "txt",
	"application/rss+xml": "xml", "application/atom+xml": "xml", "image/svg+xml": "svg"}

// renderFirst renders, by the function itself, the pages that the platform answers with until it has asked the function for the
// first time. A page that cannot be rendered here is rendered for its first visitor, as it would be without.
func (b *builder) renderFirst(ctx context.Context, build adapter.GoBuild, fc functionConfig) error {
	if !slices.ContainsFunc(b.isr, func(c isrRoute) bool { return c.first != "" }) {
		return nil
	}
	b.out.Volatile()
	if build.GOOS != runtime.GOOS || build.GOARCH != runtime.GOARCH {
		build.GOOS, build.GOARCH, fc.Handler = "", "", "here.exe"
		build.Output = path.Join(renderDir, fc.Handler)
		if err := b.out.Go(ctx, build); err != nil {
			return err
		}
		defer b.out.Remove(build.Output)
	}
	dir, err := b.out.Path(renderDir)
	if err != nil {
		return err
	}
	var log bytes.Buffer
	f, err := fc.start(dir, nil, &log)
	if err != nil {
		b.notRendered(&b.isr[slices.IndexFunc(b.isr, func(c isrRoute) bool { return c.first != "" })], err.Error(), log.String())
		return nil
	}
	defer f.stop()
	for i := range b.isr {
		c := &b.isr[i]
		if c.first == "" {
			continue
		}
		log.Reset()
		k := record(f, b.firstRequest(ctx, c))
		if err := ctx.Err(); err != nil {
			return err
		}
		if k.status >= 400 {
			b.notRendered(c, fmt.Sprintf("its function answers %d", k.status), log.String())
			continue
		}
		if err := b.writeFirst(c, k); err != nil {
			return err
		}
	}
	return nil
}

// firstRequest is what the platform would ask the function for a page that is kept, at the site's own address.
func (b *builder) firstRequest(ctx context.Context, c *isrRoute) *http.Request {
	r := (&http.Request{Method: http.MethodGet, Header: http.Header{}, Body: http.NoBody, Host: "localhost", RemoteAddr: "127.0.0.1:1"}).WithContext(ctx)
	if u, err := url.Parse(b.site.Manifest.Site); err == nil && u.Host != "" {
		r.Host = u.Host
		if u.Scheme == "https" {
			r.TLS = &tls.ConnectionState{}
		}
	}
	r.RequestURI = c.target(b.site.Manifest, c.first)
	r.URL = &url.URL{Path: "/" + c.name}
	return r
}

// writeFirst puts an answer beside the configuration of its function.
func (b *builder) writeFirst(c *isrRoute, k *kept) error {
	kind, _, _ := mime.ParseMediaType(k.header.Get("Content-Type"))
	name := c.name + ".prerender-fallback." + cmp.Or(fileEndings[kind], "bin")
	c.config.Fallback, c.config.InitialStatus, c.config.InitialHeaders = path.Base(name), k.status, map[string]string{}
	for name, values := range maps.All(k.header) {
		if !slices.Contains([]string{"Date", "Content-Length", "Connection", "Transfer-Encoding"}, name) {
			c.config.InitialHeaders[strings.ToLower(name)] = strings.Join(values, ", ")
		}
	}
	return b.out.Write(functionsDir+"/"+name, k.body.Bytes(), 0o644)
}

// notRendered reports a page that has no answer yet when the site is deployed; log is what the function said.
func (b *builder) notRendered(c *isrRoute, why, log string) {
	d := diag.Diagnostic{Severity: diag.Warning, Code: "SG6111", Range: diag.Range{Pos: diag.Pos{File: c.route.Source, Line: 1, Col: 1}},
		Message: c.route.Pattern + " could not be rendered when the site was built: " + why + "; its first visitor waits for it",
		Hint:    "give the build what the page needs, or leave out `fallback`"}
	if line, _, _ := strings.Cut(strings.TrimSpace(log), "\n"); line != "" {
		d.Hint = "it says: " + line
	}
	b.out.Report(d)
}
