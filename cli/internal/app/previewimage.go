package app

import (
	"net/http"
	"net/url"
	"strings"
)

// platformImages answers for the image services of platforms while a site is previewed: with the picture of the site as it
// is, in every size. Pictures of other hosts are answered with a redirect to them.
func platformImages(next http.Handler, service string) http.Handler {
	if service != "netlify" && service != "cloudflare" { // Vercel's preview has its own; the standalone server does the work itself
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		source, ok := imageSource(service, r.URL)
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		u, err := url.Parse(source)
		switch {
		case err != nil || u.Path == "":
			http.Error(w, "the address of the picture is wrong", http.StatusBadRequest)
		case u.Host != "" || u.Scheme != "":
			http.Error(w, "the preview loads no pictures from elsewhere", http.StatusBadGateway)
		default:
			q := r.Clone(r.Context())
			q.URL, q.RequestURI = u, u.RequestURI()
			next.ServeHTTP(w, q)
		}
	})
}

// imageSource gives the picture that a request to an image service is about.
func imageSource(service string, u *url.URL) (source string, ok bool) {
	if service == "netlify" {
		return u.Query().Get("url"), u.Path == "/.netlify/images"
	}
	rest, ok := strings.CutPrefix(u.EscapedPath(), "/cdn-cgi/image/")
	if !ok {
		return "", false
	}
	_, source, ok = strings.Cut(rest, "/")
	if !ok || strings.Contains(source, "://") {
		return source, ok
	}
	return "/" + source, true
}
