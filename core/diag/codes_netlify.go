package diag

var netlifyCodes = []CodeInfo{
	{
		Code:    "SG6201",
		Summary: "Mode lambda of the netlify adapter is built on a module that the site's go.mod does not have.",
		Fix:     "Run `go get github.com/aws/aws-lambda-go/lambda` in the folder of go.mod, or leave out `mode: lambda`.",
	},
	{
		Code:    "SG6202",
		Summary: "A file that `include` of the netlify adapter names has the name of one of the function's own.",
		Fix:     "Rename the file, or leave it out with `exclude`.",
	},
	{
		Code:    "SG6203",
		Summary: "A page is prerendered with a status that Netlify does not send with files, and the site has no function that could.",
		Fix:     "Render the page on demand with `const prerender = false`.",
	},
	{
		Code:    "SG6204",
		Summary: "The files that `include` of the netlify adapter names are more than a function may hold.",
		Fix:     "Include fewer files, or put them into the public folder, where Netlify serves them.",
	},
	{
		Code:    "SG6205",
		Summary: "A redirect has a form that the rules of Netlify do not know, and the site has no function that could answer it.",
		Fix:     "Write the redirects out one by one, or set `site:` where the message asks for it.",
	},
	{
		Code:    "SG6206",
		Summary: "A rule in public/_redirects never applies, because Netlify asks the function before it looks at rules.",
		Fix:     "Do the same in the middleware, or use `mode: lambda`, in which the function comes last.",
	},
	{
		Code:    "SG6207",
		Summary: "A header is set for files, and Netlify takes that header from nobody.",
		Fix:     "Set it on pages that render on demand, or leave it out.",
	},
}
