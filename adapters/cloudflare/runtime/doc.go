// Package cloudflare is the running half of the cloudflare adapter: it answers the requests of a Worker with the routes
// of a site that are rendered on demand. The compiler puts its source into the site, next to the render bundle; a
// generated program calls Main and is compiled with GOOS=js GOARCH=wasm. files/worker.mjs is its other half.
//
// One instance of the program answers one request at a time, and the Worker keeps several. Go's scheduler knows nothing
// of the Worker's rule that what a request has begun (timers, reads, writes) only goes on while that request is being
// answered; two requests in one instance would resume each other's goroutines.
//
// Both halves exchange numbers and ranges of the instance's memory: text in lines for the head of a request or an
// answer, bytes for bodies (wire.go, abi_js.go). The package may import the standard library and package site, but
// nothing that leads to net/http, which more than doubles the program.
package cloudflare
