package content

import (
	"sitegen.dev/core/site"
	"sitegen.dev/core/site/content/store"
)

// Pictures says in which sizes the images of Markdown are shown. The fields are those of site.ImageVariants.
type Pictures struct {
	Widths  []int
	Sizes   string
	Format  string
	Quality int
}

// variants is site.Variants in programs whose texts show images, and nil in all others, which do not link it.
var (
	variants func(*site.Page, site.ImageVariants) (site.ImageSet, error)
	pictures Pictures
)

// UsePictures has the images of Markdown shown in several sizes. The generated program calls it before anything is rendered.
func UsePictures(f func(*site.Page, site.ImageVariants) (site.ImageSet, error), p Pictures) {
	variants, pictures = f, p
}

// picture gives the value of src, escaped, and the attributes that go with it but for the last quotation mark. A text that
// is rendered for no page has the image as it is.
func picture(r Reader, p *store.Picture) string {
	page, ok := r.(*site.Page)
	if !ok || page == nil || variants == nil {
		return site.AttrEscape(p.URL)
	}
	set, err := variants(page, site.ImageVariants{
		Src:    site.Image{Src: p.URL, Width: p.Width, Height: p.Height, Format: p.Format},
		Widths: pictures.Widths, Sizes: pictures.Sizes, Format: pictures.Format, Quality: pictures.Quality,
	})
	if err != nil { // a service that has not got the format
		return site.AttrEscape(p.URL)
	}
	out := site.AttrEscape(set.Src)
	if set.Srcset != "" {
		out += `" srcset="` + site.AttrEscape(set.Srcset)
	}
	if set.Sizes != "" {
		out += `" sizes="` + site.AttrEscape(set.Sizes)
	}
	return out
}
