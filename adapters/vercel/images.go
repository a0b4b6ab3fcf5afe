package vercel

import (
	"fmt"
	"slices"

	"sitegen.dev/core/adapter"
)

// imagesConfig is the block images, which config.json takes over as it is.
type imagesConfig struct {
	Sizes                  []int           `json:"sizes"`
	Domains                []string        `json:"domains"`
	RemotePatterns         []remotePattern `json:"remotePatterns,omitempty"`
	LocalPatterns          []localPattern  `json:"localPatterns,omitempty"`
	Qualities              []int           `json:"qualities,omitempty"`
	MinimumCacheTTL        int             `json:"minimumCacheTTL,omitempty" min:"1" max:"315360000"` // seconds
	Formats                []string        `json:"formats,omitempty" oneof:"image/avif image/webp"`
	DangerouslyAllowSVG    bool            `json:"dangerouslyAllowSVG,omitempty"`
	ContentSecurityPolicy  string          `json:"contentSecurityPolicy,omitempty"`
	ContentDispositionType string          `json:"contentDispositionType,omitempty" oneof:"inline attachment"`
}

type remotePattern struct {
	Protocol string `json:"protocol,omitempty" oneof:"http https"`
	Hostname string `json:"hostname"`
	Port     string `json:"port,omitempty"`
	Pathname string `json:"pathname,omitempty"`
	Search   string `json:"search,omitempty"`
}

type localPattern struct {
	Pathname string `json:"pathname,omitempty"`
	Search   string `json:"search,omitempty"`
}

// images gives the block images of config.json: what the options say, and what pages with <Image> ask for.
func (b *builder) images() *imagesConfig {
	m := b.site.Images
	if m.Service == "" {
		return b.o.Images
	}
	c := imagesConfig{Domains: []string{}, Formats: []string{"image/avif", "image/webp"}, MinimumCacheTTL: 86400}
	if b.o.Images != nil {
		c = *b.o.Images
	}
	c.Sizes = union(c.Sizes, m.Widths)
	if b.o.Images == nil || len(c.Qualities) > 0 {
		c.Qualities = union(c.Qualities, m.Qualities)
	}
	for _, s := range m.Remote {
		c.RemotePatterns = append(slices.Clip(c.RemotePatterns), imagePattern(s))
	}
	if len(c.Sizes) > maxSizes {
		b.report("images.sizes", fmt.Sprintf("and the pages together ask for %d widths of pictures, and Vercel takes %d", len(c.Sizes), maxSizes), "use the same widths in more places")
	}
	return &c
}

func union(a, b []int) []int {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}

// imagePattern writes a source in the platform's globs, in which, as in ours, * is one label or segment and ** any number.
func imagePattern(s adapter.ImageSource) remotePattern {
	p := remotePattern{Protocol: s.Scheme, Hostname: s.Host, Port: s.Port, Pathname: s.Path}
	if p.Pathname == "" {
		p.Pathname = "/**"
	}
	return p
}

// The platform's bounds (the schema of `images` in @vercel/build-utils and the vercel command).
const (
	maxSizes          = 50
	maxQualities      = 20
	maxDomains        = 50
	maxRemotePatterns = 50
	maxLocalPatterns  = 25
)

func checkImages(c *imagesConfig, report func(at, problem, hint string)) {
	if len(c.Sizes) == 0 {
		report("images.sizes", "must list the widths that images are made in", "sizes: [640, 828, 1200, 1920, 3840]")
	}
	for i, n := range c.Sizes {
		if n < 1 || n > 16384 {
			report(fmt.Sprintf("images.sizes.%d", i), fmt.Sprintf("must be a width in pixels, not %d", n), "")
		}
	}
	for i, n := range c.Qualities {
		if n < 1 || n > 100 {
			report(fmt.Sprintf("images.qualities.%d", i), fmt.Sprintf("must be from 1 to 100, not %d", n), "")
		}
	}
	for i, p := range c.RemotePatterns {
		if p.Hostname == "" {
			report(fmt.Sprintf("images.remotePatterns.%d", i), "must name a hostname", "")
		}
	}
	for _, l := range []struct {
		name string
		n    int
		max  int
	}{{"sizes", len(c.Sizes), maxSizes}, {"qualities", len(c.Qualities), maxQualities}, {"domains", len(c.Domains), maxDomains},
		{"remotePatterns", len(c.RemotePatterns), maxRemotePatterns}, {"localPatterns", len(c.LocalPatterns), maxLocalPatterns}} {
		if l.n > l.max {
			report("images."+l.name, fmt.Sprintf("has %d entries, and Vercel takes %d", l.n, l.max), "")
		}
	}
	if c.Domains == nil {
		c.Domains = []string{} // config.json must have it
	}
}
