// Package visitor is what the program around the site and the pages of the site both know: who is asking.
package visitor

import "sitegen.dev/core/site"

// Name is the name of the visitor. The program sets it before it hands a request to the site; pages read it.
var Name = site.NewKey[string]()
