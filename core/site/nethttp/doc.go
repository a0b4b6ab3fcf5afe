// Package nethttp sends the requests of site.Fetch with net/http. Importing it installs it:
//
//	import _ "sitegen.dev/core/site/nethttp"
//
// A build puts that line into the site's program where the site calls site.Fetch, and nowhere else, so that other sites
// do not link net/http. In a Worker the package is empty: the platform's own fetch is used there.
package nethttp
