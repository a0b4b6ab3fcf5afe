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
		Summary: "The files that `include` of the netlify adapter names are more than a function may hold, or a function is too large to be deployed.",
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
	{
		Code:    "SG6208",
		Summary: "Netlify is not told who is deploying, or does not know the token that it is told.",
		Fix:     "Make a token in the settings of your Netlify account and set NETLIFY_AUTH_TOKEN to it.",
	},
	{
		Code:    "SG6209",
		Summary: "Nothing says to which project of Netlify the site belongs, or there is no such project.",
		Fix:     "Name it with `sitegen deploy --project NAME`, with `project:` among the options of the adapter, or with NETLIFY_SITE_ID.",
	},
	{
		Code:    "SG6210",
		Summary: "The output holds a file whose name Netlify does not take.",
		Fix:     "Rename the file, or the page that made it.",
	},
	{
		Code:    "SG6211",
		Summary: "Netlify cannot be reached, or has trouble of its own, in the middle of a deploy.",
		Fix:     "Run `sitegen deploy` again. It goes on with the same deploy and sends only what is missing.",
	},
	{
		Code:    "SG6212",
		Summary: "Netlify refuses a deploy.",
		Fix:     "The message is Netlify's own.",
	},
	{
		Code:    "SG6213",
		Summary: "Netlify has everything of a deploy but could not publish it.",
		Fix:     "Look at the deploy in Netlify's web interface; the next `sitegen deploy` begins a new one.",
	},
	{
		Code:    "SG6214",
		Summary: "What Netlify's build adds to every function in JavaScript could not be fetched from npm.",
		Fix:     "Try again, or set npm_config_registry. It is fetched once, and kept in .sitegen/cache.",
	},
	{
		Code:    "SG6215",
		Summary: "Somebody has locked the published deploy of a Netlify project, so that a new one would not be published.",
		Fix:     "Unlock it in Netlify's web interface, or deploy a preview.",
	},
	{
		Code:    "SG6216",
		Summary: "`security.bodyLimit` allows larger bodies than Netlify lets through to a function.",
		Fix:     "Let visitors send large files to a store directly, or lower the limit.",
	},
	{
		Code:    "SG6217",
		Summary: "A pattern of files that belong into the function on Netlify matches none.",
		Fix:     "Patterns of `include` begin at the folder of go.mod, those of `rewrites` at the output: `about/index.html`. Remove one that is not needed any more.",
	},
}
