package diag

var prerenderCodes = []CodeInfo{
	{"SG3101", "A prerendered page reads the request, of which there is none at build time.",
		"Render the route per request with `const prerender = false`, or guard the code with `if !page.Prerendered { … }`."},
	{"SG3102", "A page panicked while it was prerendered.",
		"Mend the code at the line named; the notes say how it was reached."},
	{"SG3103", "A page returned an error while it was prerendered.",
		"Mend what the message says. A page that cannot be rendered fails the whole build, and the last good output stays."},
	{"SG3104", "GetStaticPaths failed, or its list does not fit the route.",
		"Each entry needs exactly the parameters of the route: `site.Path[Props]{Params: site.Params{\"slug\": p.Slug}}`."},
	{"SG3105", "Two pages, or a page and a file of the public folder, make the same file.",
		"Give the two different paths, or remove one."},
	{"SG3106", "A page was rendered, but something about it deserves a look.",
		"Do what the message says, or leave it."},
	{"SG3107", "The site's own code ended the prerender program.",
		"Look for os.Exit, log.Fatal or a package-level variable whose initialisation panics. Return errors instead."},
	{"SG3108", "middleware.go is in package main, which cannot be imported.",
		"Name the package after its folder: `package src`."},
	{"SG3109", "middleware.go declares no OnRequest.",
		"Declare `func OnRequest(page *site.Page, next site.Handler) error`."},
	{"SG3110", "A redirect with parameters is built without an adapter, and files alone cannot answer it.",
		"Build with an adapter, or write one redirect per path."},
}
