// Package src is the folder of the components. Of its Go files, sitegen looks at middleware.go.
package src

import (
	"sitegen.dev/core/site"

	"example.com/site/visitor"
)

// OnRequest runs around every page and endpoint: it finds out who asks. While prerendering nobody does.
func OnRequest(page *site.Page, next site.Handler) error {
	if page.Prerendered {
		return next(page)
	}
	var v visitor.Visitor
	if c, ok := page.Cookies.Get(visitor.Cookie); ok {
		v.Name = c.Value
	}
	visitor.Current.Set(page.Locals, v)
	page.Response.Header.Set("Cache-Control", "private, no-store")
	return next(page)
}
