package app

import (
	"fmt"
	"io"
	"slices"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/build"
)

// imageService tells an adapter what pages ask of its image service.
func imageService(p *project, site *build.Site, c choice) adapter.Images {
	name := c.adapter.Info().Images
	r := site.Images
	if name == "" || !r.Used || r.Prerendered != name && (r.OnDemand != name || !site.OnDemand) {
		return adapter.Images{}
	}
	cfg := p.config.Image
	out := adapter.Images{Service: name, Widths: cfg.Widths, Qualities: append(slices.Clone(cfg.Qualities), cfg.Quality)}
	slices.Sort(out.Qualities)
	out.Qualities = slices.Compact(out.Qualities)
	for _, s := range cfg.Sources() {
		out.Remote = append(out.Remote, adapter.ImageSource(s))
	}
	return out
}

// imagesReport is what became of <Image> and <Picture>.
type imagesReport struct {
	Prerendered string `json:"prerendered"` // who makes the sizes that prerendered pages show
	OnDemand    string `json:"onDemand"`    // and those of pages on demand; "" where there are none
	Files       int    `json:"files"`       // made by the build
	Cached      int    `json:"cached"`      // of them, from the cache
	Bytes       int64  `json:"bytes"`
}

func newImagesReport(site *build.Site) *imagesReport {
	r := site.Images
	if !r.Used {
		return nil
	}
	out := &imagesReport{Prerendered: r.Prerendered, OnDemand: r.OnDemand, Files: r.Files, Cached: r.Cached, Bytes: r.Bytes}
	if !site.OnDemand {
		out.OnDemand = ""
	}
	return out
}

// imageServices says in words who an image service is.
var imageServices = map[string]string{
	"files": "made by the build", "none": "as they are", "endpoint": "the server, at /_image",
	"vercel": "Vercel, at /_vercel/image", "netlify": "Netlify, at /.netlify/images", "cloudflare": "Cloudflare, at /cdn-cgi/image",
}

func (r *imagesReport) print(w io.Writer) {
	if r == nil {
		return
	}
	fmt.Fprintf(w, "images of prerendered pages: %s", imageServices[r.Prerendered])
	if r.Files > 0 {
		fmt.Fprintf(w, ", %d files %s, %d of them from the cache", r.Files, size(r.Bytes), r.Cached)
	}
	fmt.Fprintln(w)
	if r.OnDemand != "" {
		fmt.Fprintf(w, "images of pages on demand: %s\n", imageServices[r.OnDemand])
	}
}
