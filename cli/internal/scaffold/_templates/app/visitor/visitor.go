// Package visitor says who makes a request. The middleware finds out, pages ask.
package visitor

import "sitegen.dev/core/site"

// Cookie is the name of the cookie that keeps the visitor's name.
const Cookie = "name"

// Visitor is somebody who looks at the site.
type Visitor struct {
	Name string // "" when we were not told
}

// Current is the visitor of a request.
var Current = site.NewKey[Visitor]()

// Label is what to call the visitor.
func (v Visitor) Label() string {
	if v.Name == "" {
		return "Somebody"
	}
	return v.Name
}
