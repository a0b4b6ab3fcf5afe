package diag

var vercelCodes = []CodeInfo{
	{
		Code:    "SG6101",
		Summary: "In mode lambda the vercel adapter compiles a program on a module that the site's go.mod does not have.",
		Fix:     "Run the `go get` line of the hint in the folder of go.mod, or leave out `mode: lambda`: the usual mode needs no module.",
	},
	{
		Code:    "SG6102",
		Summary: "A route was to be kept in Vercel's cache, but its path has letters with more than one spelling in a URL, so it is rendered for every request.",
		Fix:     "Give the route a path of plain letters, digits, hyphens, dots and underscores.",
	},
	{
		Code:    "SG6103",
		Summary: "A redirect has parameters that Vercel's routes cannot take over: more than nine, or some in the query of its target.",
		Fix:     "Join parameters to a rest parameter: `/old/[...path]: /new/[...path]`. One in a query takes a page that renders on demand, and so a function that escapes it.",
	},
	{
		Code:    "SG6104",
		Summary: "The site needs more routes than a deployment on Vercel may have.",
		Fix:     "Use redirects with parameters instead of many single ones, and fewer different headers on prerendered pages.",
	},
	{
		Code:    "SG6105",
		Summary: "`security.bodyLimit` allows larger bodies than Vercel lets through to a function.",
		Fix:     "Nothing has to be done; larger requests are answered by Vercel with 413. Upload large files to a store directly.",
	},
	{
		Code:    "SG6106",
		Summary: "Skew protection was asked for, but the id of the deployment is not known in this build.",
		Fix:     "Switch Skew Protection on in the project's settings and build on Vercel, or set `deploymentId` to the id that the deployment will get.",
	},
	{
		Code:    "SG6107",
		Summary: "The function is larger than Vercel takes.",
		Fix:     "Include fewer files in the function, or put them into the public folder, from which Vercel serves them itself.",
	},
	{
		Code:    "SG6108",
		Summary: "The site has so many prerendered pages that the function on Vercel does not carry copies of them, so a rewrite from a page that renders on demand to a prerendered one finds nothing.",
		Fix:     "Redirect instead of rewriting, or render the targets of rewrites on demand. A site that never rewrites can ignore this.",
	},
	{
		Code:    "SG6109",
		Summary: "A route streams its answer, and the vercel adapter was told to build a function that sends answers as a whole.",
		Fix:     "Leave out `mode: lambda`, or accept that the visitor sees nothing before the page is done.",
	},
	{
		Code:    "SG6110",
		Summary: "A build on Vercel writes to another folder than the one that Vercel reads.",
		Fix:     "Remove `out:` from site.yaml and `--out` from the command; the adapter then writes to `.vercel/output`.",
	},
	{
		Code:    "SG6111",
		Summary: "A page that Vercel keeps was to be rendered when the site is built, so that its first visitor does not wait, and that failed.",
		Fix:     "Give the build what the page needs: variables, a database. Or leave out `fallback` for it; then the function renders it for the first visitor.",
	},
	{
		Code:    "SG6112",
		Summary: "site.yaml holds the token by which Vercel's cache is told to make an answer anew.",
		Fix:     "Remove `bypassToken` and set VERCEL_BYPASS_TOKEN in the environment of the build: in the project's settings, or in the pipeline. Whoever knows the token can have pages rendered as often as he likes, and see drafts.",
	},
	{
		Code:    "SG6113",
		Summary: "A build on Vercel of a site with sessions, in a project without a database for them.",
		Fix:     "Connect a Redis database to the project on Vercel's marketplace, which sets KV_REST_API_URL and KV_REST_API_TOKEN. Until then every call of a session fails.",
	},
	{
		Code:    "SG6114",
		Summary: "A function is to run in a region of Vercel's that this sitegen does not know.",
		Fix:     "Look it up in Vercel's list of regions. A region that was opened later is taken as it is.",
	},
	{
		Code:    "SG6115",
		Summary: "A pattern of files that belong beside the function on Vercel matches none.",
		Fix:     "Patterns begin at the folder of go.mod: `data/**` is everything below data. Remove one that is not needed any more.",
	},
	{
		Code:    "SG6116",
		Summary: "vercel.json wants paths with a slash at the end and site.yaml without one, or the other way round.",
		Fix:     "Remove `trailingSlash` from vercel.json: Vercel would redirect to the one form, and the site to the other.",
	},
	{
		Code:    "SG6117",
		Summary: "A file that `include` of the vercel adapter names has the name of one of the function's own.",
		Fix:     "Rename the file, or leave it out with `exclude`.",
	},
}
