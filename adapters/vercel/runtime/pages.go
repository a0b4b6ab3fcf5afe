package vercel

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"sitegen.dev/core/site"
)

// pages are the finished pages that lie beside the program.
type pages struct {
	dir    string
	byName map[string]pageInfo
}

type pageInfo struct {
	status  int
	headers []site.HeaderLine
}

// parsePages reads the list of pages: one a line, its name, its status and its header lines, all percent-encoded, with
// tabs between them.
func parsePages(list string) (*pages, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("the folder of the program is not known: %w", err)
	}
	p := &pages{dir: filepath.Join(filepath.Dir(exe), "pages"), byName: map[string]pageInfo{}}
	for line := range strings.Lines(list) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields)%2 != 0 {
			return nil, fmt.Errorf("the list of pages has a broken line: %q", line)
		}
		for i, f := range fields {
			if fields[i], err = url.PathUnescape(f); err != nil {
				return nil, fmt.Errorf("the list of pages has a broken line: %w", err)
			}
		}
		info := pageInfo{}
		if info.status, err = strconv.Atoi(fields[1]); err != nil {
			return nil, fmt.Errorf("the list of pages has a broken line: %w", err)
		}
		for i := 2; i < len(fields); i += 2 {
			info.headers = append(info.headers, site.HeaderLine{Name: fields[i], Value: fields[i+1]})
		}
		p.byName[fields[0]] = info
	}
	return p, nil
}

// Has says whether there is a page of that name.
func (p *pages) Has(name string) bool { _, ok := p.byName[name]; return ok }

// Serve answers with a page.
func (p *pages) Serve(_ context.Context, name string, status int, extra *site.Header, req *site.Request, sink site.Sink) error {
	info, ok := p.byName[name]
	if !ok {
		return fmt.Errorf("there is no page %s", name)
	}
	data, err := os.ReadFile(filepath.Join(p.dir, filepath.FromSlash(name)))
	if err != nil {
		return err
	}
	if status == 0 || status == 200 {
		status = info.status
	}
	h := &site.Header{}
	for line, value := range extra.All() {
		h.AddReceived(line, value)
	}
	for _, l := range info.headers {
		h.Del(l.Name)
		h.AddReceived(l.Name, l.Value)
	}
	if !h.Has("Content-Type") {
		h.AddReceived("Content-Type", pageType(name))
	}
	if !h.Has("Cache-Control") {
		cache := "public, max-age=0, must-revalidate"
		if status >= 400 {
			cache = "no-store"
		}
		h.AddReceived("Cache-Control", cache)
	}
	h.AddReceived("Content-Length", strconv.Itoa(len(data)))
	if err := sink.Start(status, h); err != nil {
		return err
	}
	if req.Method == "HEAD" {
		return nil
	}
	_, err = sink.Write(data)
	return err
}

// pageType is the type of a page by its name; pages are made by templates and by endpoints.
func pageType(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".html", ".htm":
		return "text/html; charset=utf-8"
	case ".json":
		return "application/json; charset=utf-8"
	case ".xml", ".rss", ".atom":
		return "application/xml; charset=utf-8"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml; charset=utf-8"
	}
	return "application/octet-stream"
}
