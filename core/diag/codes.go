package diag

import "slices"

// Code names one kind of diagnostic. A code never changes its meaning and is never used again for another one.
//
// The first digit says which part of sitegen speaks: 1 syntax, 2 components and Go, 3 routes and prerendering,
// 4 site.yaml, 5 assets and content, 6 adapters, 7 files and environment.
type Code string

// CodeInfo documents a Code; docs/errors.md is generated from it.
type CodeInfo struct {
	Code    Code
	Summary string // one sentence: what went wrong
	Fix     string // what to do, with an example where one helps
}

// Codes lists every code there is, in order.
func Codes() []CodeInfo {
	return slices.Concat(syntaxCodes, componentCodes, a11yCodes, routeCodes, prerenderCodes, linkCodes, devCodes, configCodes, assetCodes, contentCodes, adapterCodes, vercelCodes, netlifyCodes, cloudflareCodes, fileCodes)
}
