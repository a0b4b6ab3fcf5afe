package vercel

import (
	"slices"

	"sitegen.dev/core/adapter"
)

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
