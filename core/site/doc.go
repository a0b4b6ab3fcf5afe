// Package site is the runtime of generated sites: what a compiled component calls to write its markup, and what a
// page, an endpoint or a middleware function sees of a request.
//
// The writing half (Writer, V, Attrs, Node …) takes Go values and puts them into HTML. Every place of a document has
// its own function, chosen by the compiler from the position in the template, so that a value is always escaped or
// filtered for the place where it lands; a value that has no safe form there is left out or replaced, and reported.
//
// The serving half (App, Page, Request, Response …) knows routes and requests, but no transport: adapters convert.
//
// The package also runs inside WebAssembly workers, where every imported package is paid for in start-up time. It
// therefore imports nothing outside the standard library and never net/http, net/textproto, html/template or os.
package site
