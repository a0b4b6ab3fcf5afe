package vercel

import (
	"errors"

	"sitegen.dev/core/site"
)

// DraftCookie is the cookie by whose value Vercel's cache knows who sees drafts.
const DraftCookie = "__prerender_bypass"

// SetDraft shows drafts to the visitor of a page from the next request on, or ends that: Vercel's cache lets him through to the
// function, where Context.Draft is true. Ask who he is before. It needs VERCEL_BYPASS_TOKEN, which the build reads and hands to the
// function.
func SetDraft(page *site.Page, on bool) error {
	c := Of(page)
	switch {
	case c == nil:
		return ErrElsewhere
	case c.access.BypassToken == "":
		return errors.New("vercel: there are no drafts without VERCEL_BYPASS_TOKEN in the environment of the build")
	}
	// Plain: the cookie is Vercel's, and holds for all paths until the browser is closed.
	cookie := site.Cookie{Name: DraftCookie, Value: c.access.BypassToken, Path: "/", Secure: true, HTTPOnly: true, SameSite: site.SameSiteLax, Plain: true, Raw: true}
	if !on {
		cookie.Value, cookie.MaxAge = "", -1
	}
	page.Cookies.Set(cookie)
	return nil
}
