package site

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Cache says how long the caches between a site and its visitors may answer in its place. Browsers are not meant: they ask
// each time.
type Cache struct {
	// MaxAge is how long an answer is fresh, in whole seconds. Zero keeps nothing.
	MaxAge time.Duration
	// Stale is for how long after that it may still be sent while a new one is made.
	Stale time.Duration
	// Tags are names by which the answer can be thrown out of the caches before its time, on platforms that do that.
	// They hold no commas and no blanks.
	Tags []string
}

// The headers that say it: RFC 9213 for the time, and what content delivery networks have agreed on for tags. An adapter whose
// platform has names of its own for them takes these away.
const (
	cacheTime = "CDN-Cache-Control"
	cacheTags = "Cache-Tag"
)

// Cache lets caches keep the answer to this request, if it was asked for with GET and without Authorization, succeeds or is a
// redirect for good (301, 308), sets no cookie, is behind no guard, and was made without the session. What was said before, by `const revalidate` too, no longer counts. Call it before the output
// begins; once the output has begun, the session of such an answer cannot be asked any more. On a prerendered page it does
// nothing: its file is new with every build.
//
// An answer that depends on who asks must not be kept: whoever asks next gets it too.
func (p *Page) Cache(c Cache) {
	if p.Response == nil || p.Prerendered || p.x == nil {
		return
	}
	h := &p.Response.Header
	value := "no-store"
	if n := int64(c.MaxAge / time.Second); n > 0 {
		value = "public, max-age=" + strconv.FormatInt(n, 10)
		if n := int64(c.Stale / time.Second); n > 0 {
			value += ", stale-while-revalidate=" + strconv.FormatInt(n, 10)
		}
	}
	h.Set(cacheTime, value)
	if !h.Has("Cache-Control") {
		h.Set("Cache-Control", "public, max-age=0, must-revalidate")
	}
	h.Del(cacheTags)
	if len(c.Tags) > 0 && value != "no-store" {
		h.Set(cacheTags, strings.Join(c.Tags, ","))
	}
	p.x.keep = (*exchange).keepOnly
}

// keepOnly takes back what Cache has said, where the answer turned out to be for this visitor alone, or to be none.
func (x *exchange) keepOnly(h *Header) {
	said := lowerASCII(h.Get("Cache-Control")) // by a middleware, perhaps, for visitors that it knows
	if x.forEverybody() && !h.Has("Set-Cookie") && !strings.Contains(said, "no-store") && !strings.Contains(said, "private") && x.page.Session.unused() {
		return
	}
	h.drop(cacheTime, 0)
	h.drop(cacheTags, 0)
	if said == "public, max-age=0, must-revalidate" {
		h.drop("Cache-Control", 0)
	}
}

// forEverybody says whether a request and its answer are of a kind that may be the same for whoever asks next. A redirect that
// is not for good depends on something, and who sends Authorization is somebody.
func (x *exchange) forEverybody() bool {
	if x.personal || x.errorAnswer || x.method != "GET" && x.method != "HEAD" || x.req.Header.Has("Authorization") {
		return false
	}
	switch x.resp.Status {
	case 200, 301, 308:
		return true
	}
	return false
}

// staleFor is how long an answer of a route with `const revalidate` may be sent after its time, while a new one is made: a year,
// so that nobody has to wait but the first visitor.
const staleFor = 31536000 * time.Second

// RevalidatePage makes a route's Render one whose answers caches keep for seconds.
func RevalidatePage(seconds int, render func(*Writer, *Page) error) func(*Writer, *Page) error {
	return func(w *Writer, page *Page) error {
		revalidate(seconds, page)
		return render(w, page)
	}
}

// Revalidate is RevalidatePage for the GET of an endpoint.
func Revalidate(seconds int, handler Handler) Handler {
	return func(page *Page) error {
		revalidate(seconds, page)
		return handler(page)
	}
}

// revalidate is for requests that read: what answers a form is for whoever has sent it.
func revalidate(seconds int, page *Page) {
	x := page.x
	if x == nil || x.method != "GET" && x.method != "HEAD" {
		return
	}
	if x.host != nil && x.route != nil && slices.Contains(x.host.Uncached, x.route.Pattern) {
		return
	}
	page.Cache(Cache{MaxAge: time.Duration(seconds) * time.Second, Stale: staleFor})
}
