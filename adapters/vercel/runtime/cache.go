package vercel

import (
	"iter"
	"net/http"

	"sitegen.dev/core/site"
)

// How far an answer may be kept.
type reach int

const (
	asSaid     reach = iota // by what the page says with page.Cache
	byRule                  // in the platform's own cache, for everybody, by a rule of the build alone
	forVisitor              // not at all: it shows drafts
)

// lines gives the header of an answer for the platform, by the canonical names. What page.Cache says to caches goes by the names of the
// platform's own, which takes those away and acts on them; by the general names, caches behind it would act on them too. An answer
// for everybody sets no cookies; dropped is called for each that is left out.
func (r reach) lines(h *site.Header, dropped func()) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for name, value := range h.All() {
			key := http.CanonicalHeaderKey(name)
			switch {
			case key == "Cdn-Cache-Control" && r == asSaid:
				key = "Vercel-Cdn-Cache-Control"
			case key == "Cdn-Cache-Control", (key == "Cache-Tag" || key == "Cache-Control") && r == forVisitor:
				continue
			case key == "Cache-Tag":
				key = "Vercel-Cache-Tag"
			case key == "Set-Cookie" && r == byRule:
				dropped()
				continue
			}
			if !yield(key, value) {
				return
			}
		}
		if r == forVisitor {
			yield("Cache-Control", "private, no-store")
		}
	}
}
