// Package nav is the table of contents of the documentation. The navigation, the links to the previous and next page
// and the sitemap are all made from this one list; a page that is missing here fails the test of this package.
package nav

import "strings"

// Page is one entry of the navigation.
type Page struct {
	Path    string // as a visitor asks for it: "/docs/start/"
	Title   string
	Summary string // one line for overview pages
}

// Section is a group of pages under one heading.
type Section struct {
	Title string
	Pages []Page
}

// Main gives the parts of the site, for its header.
func Main() []Page {
	return []Page{
		{"/docs/start/", "Docs", "How to build a site, from the first page to the last."},
		{"/playground/", "Playground", "The compiler in your browser."},
		{"/demo/", "Demo", "Every feature at work, with its source."},
		{"/docs/api/", "Reference", "The package that pages call."},
	}
}

// In says whether a page belongs to the part of the site that begins at main. The reference is a part of the
// documentation, too.
func In(main, path string) bool {
	reference := strings.HasPrefix(path, "/docs/api")
	switch main {
	case "/docs/start/":
		return strings.HasPrefix(path, "/docs/") && !reference
	case "/docs/api/":
		return reference
	}
	return strings.HasPrefix(path, main)
}

// Docs gives the sections of the documentation in reading order.
func Docs() []Section {
	return []Section{
		{"Begin", []Page{
			{"/docs/start/", "Getting started", "Install, create a site, build it, serve it."},
			{"/docs/dev/", "The development server", "Every edit at once, errors in the browser."},
			{"/docs/tutorial/", "Build a blog", "From an empty folder to a blog with tags and a feed, in twenty minutes."},
			{"/docs/playground/", "The playground", "The compiler in your browser, and what it can do there."},
			{"/docs/recipes/", "Recipes", "Whole files for what most sites need."},
			{"/docs/project-structure/", "Project structure", "Which file does what."},
			{"/docs/editors/", "Editors", "Errors while you type, completion, and Go with gopls."},
			{"/docs/from-astro/", "Coming from Astro", "What is the same, and what is written differently."},
			{"/docs/from-hugo/", "Coming from Hugo", "Where the things of a Hugo site go."},
		}},
		{"The language", []Page{
			{"/docs/components/", "Components", "A fence of Go above a template of HTML."},
			{"/docs/templates/", "Values and attributes", "How Go values become HTML."},
			{"/docs/control-flow/", "Control flow", "Conditions, loops and switches."},
			{"/docs/props-and-slots/", "Props and slots", "Typed parameters for data and for markup."},
			{"/docs/styles-and-scripts/", "Styles, scripts and images", "Scoped CSS, TypeScript and hashed files."},
			{"/docs/security/", "Escaping and security", "What is safe by default, and where you take over."},
		}},
		{"Pages", []Page{
			{"/docs/routing/", "Routing", "From file names to URLs."},
			{"/docs/rendering/", "Prerendering and on demand", "When a page is rendered."},
			{"/docs/request-and-response/", "Request and response", "Read what came in, decide what goes out."},
			{"/docs/forms/", "Forms", "Read a form into a struct, say what is wrong beside each field."},
			{"/docs/cookies/", "Cookies", "Read, set and delete them."},
			{"/docs/sessions/", "Sessions", "Keep values of a visitor between requests."},
			{"/docs/endpoints/", "Endpoints", "Routes that answer with data."},
			{"/docs/fetch/", "Fetch", "Requests to other servers."},
			{"/docs/streaming/", "Streaming", "Send the first part before the last is ready."},
			{"/docs/server-islands/", "Server islands", "A finished page with parts for each visitor."},
			{"/docs/client-islands/", "Client islands", "Parts of a page that run code in the browser, when it pays."},
			{"/docs/images/", "Images", "Pictures in the sizes that visitors need."},
			{"/docs/env/", "Environment variables", "Typed variables that say where they may go and when they are read."},
			{"/docs/languages/", "Languages", "The language of a page, its addresses in others, and the one that a visitor prefers."},
			{"/docs/middleware/", "Middleware", "Code that runs around every request."},
			{"/docs/markdown/", "Markdown", "Pages of running text."},
			{"/docs/collections/", "Content collections", "Folders of files as values of a Go struct."},
			{"/docs/feeds/", "Feeds and search engines", "RSS, sitemaps, the head of a page, a search index."},
			{"/docs/links/", "Checking links", "What leads nowhere is found while building."},
		}},
		{"Ship", []Page{
			{"/docs/testing/", "Testing", "Components and pages on demand, with go test."},
			{"/docs/adapters/", "Adapters", "One standalone server, one file, or a handler."},
			{"/docs/incremental/", "Building again", "What is remembered, and what is rendered again."},
			{"/docs/deployment/", "Deployment", "Put the result somewhere."},
			{"/docs/vercel/", "Vercel", "Files to its network, pages on demand into one function."},
			{"/docs/netlify/", "Netlify", "Files on its network, pages on demand in a function."},
			{"/docs/cloudflare/", "Cloudflare", "Files as assets, pages on demand in a Worker."},
			{"/docs/conformance/", "Conformance", "The same requests to every adapter, and what each platform answers differently."},
			{"/docs/write-an-adapter/", "Write an adapter", "Your own platform, in a Go module of your own."},
		}},
		{"Reference", []Page{
			{"/docs/api/", "The site package", "Everything a page can call."},
			{"/docs/site-yaml/", "site.yaml", "Every key of the configuration."},
			{"/docs/cli/", "Command line", "Every command and flag."},
			{"/docs/errors/", "Errors", "Every code, what it means, what to do."},
			{"/docs/how-it-works/", "How it works", "From a component to a response."},
		}},
	}
}

// Demo gives the pages of the demo.
func Demo() []Page {
	return []Page{
		{"/demo/random/", "A random number", "An endpoint that answers with JSON, and a page that asks it."},
		{"/demo/cookies/", "A cookie that counts", "Reads a cookie, adds one, sets it again."},
		{"/demo/status/", "Status and headers", "A page that chooses its own status and headers."},
		{"/demo/product/1/", "A product, a 404 or a redirect", "One page with three answers."},
		{"/demo/request/", "The request", "Method, headers and a form that posts to its own page."},
		{"/demo/stream/", "A page that streams", "The first half arrives before the second is ready."},
		{"/demo/island/", "A server island", "A finished page with parts that are rendered for you."},
	}
}

// All gives every page of the documentation in reading order.
func All() []Page {
	var all []Page
	for _, s := range Docs() {
		all = append(all, s.Pages...)
	}
	return all
}

// Around gives the pages before and after the one at path, nil where there is none.
func Around(path string) (prev, next *Page) {
	all := All()
	for i := range all {
		if !Same(all[i].Path, path) {
			continue
		}
		if i > 0 {
			prev = &all[i-1]
		}
		if i+1 < len(all) {
			next = &all[i+1]
		}
		return prev, next
	}
	return nil, nil
}

// Title gives the name of the section that holds the page at path, or "".
func Title(path string) string {
	for _, s := range Docs() {
		for _, p := range s.Pages {
			if Same(p.Path, path) {
				return s.Title
			}
		}
	}
	return ""
}

// Same says whether two paths are the same page, with or without a slash at the end.
func Same(a, b string) bool {
	return strings.TrimSuffix(a, "/") == strings.TrimSuffix(b, "/")
}
