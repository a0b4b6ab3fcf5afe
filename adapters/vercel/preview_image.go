package vercel

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// platform answers what the platform answers itself: images, unchanged here, and the scripts of its analytics, which do
// nothing here.
func (p *preview) platform(w http.ResponseWriter, r *http.Request, raw string) {
	switch {
	case raw == "/_vercel/image" && p.config.Images != nil:
		p.image(w, r)
	case strings.HasSuffix(raw, "/script.js"):
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	default:
		http.NotFound(w, r)
	}
}

func (p *preview) image(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	width, _ := strconv.Atoi(q.Get("w"))
	quality, _ := strconv.Atoi(q.Get("q"))
	src, err := url.Parse(q.Get("url"))
	switch {
	case err != nil || src.Path == "":
		http.Error(w, `"url" parameter is required and must be a path or a URL`, http.StatusBadRequest)
	case !slices.Contains(p.config.Images.Sizes, width):
		http.Error(w, `"w" parameter (width) of `+q.Get("w")+" is not allowed", http.StatusBadRequest)
	case quality < 1 || quality > 100 || len(p.config.Images.Qualities) > 0 && !slices.Contains(p.config.Images.Qualities, quality):
		http.Error(w, `"q" parameter (quality) of `+q.Get("q")+" is not allowed", http.StatusBadRequest)
	case src.Host != "":
		http.Error(w, "the preview loads no images from elsewhere", http.StatusBadGateway)
	default:
		f, ok := p.find(src.EscapedPath())
		if !ok || !strings.HasPrefix(f.contentType, "image/") {
			http.Error(w, "The requested resource isn't a valid image.", http.StatusBadRequest)
			return
		}
		p.file(w, &passage{req: r, headers: http.Header{"Vary": {"Accept"}}}, f, 0)
	}
}
