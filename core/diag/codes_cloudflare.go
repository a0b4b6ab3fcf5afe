package diag

var cloudflareCodes = []CodeInfo{
	{
		Code:    "SG6301",
		Summary: "A route that renders on demand needs a package that cannot be part of a Worker: net/http, whose sockets do not exist there and which doubles the program, os/exec, or one that is written in C.",
		Fix:     "Follow the chain of imports in the message and cut it: move what the page needs into a package without that import, or prerender the page.",
	},
	{
		Code:    "SG6302",
		Summary: "Code of the site that is part of the Worker listens on a socket, opens one or starts a process, which a Worker cannot.",
		Fix:     "Remove the call: Cloudflare hands requests to the Worker by itself, and site.Fetch asks other servers over HTTP.",
	},
	{
		Code:    "SG6303",
		Summary: "Code of the site that is part of the Worker reads or writes files, which a Worker does not have. What only prerendered pages call is not part of it.",
		Fix:     "Embed the data with //go:embed, or read it in a function that only prerendered pages call.",
	},
	{
		Code:    "SG6304",
		Summary: "The Worker is larger than the budget, or than Cloudflare takes.",
		Fix:     "See which packages the report names as large and do without them, or raise `budget`.",
	},
	{
		Code:    "SG6305",
		Summary: "How large the Worker is, as it is and compressed.",
		Fix:     "Nothing: this is for information. A `budget` in the block `adapter` makes the build fail above it.",
	},
	{
		Code:    "SG6306",
		Summary: "There are more rules for headers or redirects than Cloudflare takes for static files, or a rule that it cannot express.",
		Fix:     "Use fewer rules with a wildcard, or let the Worker answer everything with `workerFirst: always`.",
	},
	{
		Code:    "SG6307",
		Summary: "A file is larger than Cloudflare takes as a static asset, or there are too many of them.",
		Fix:     "Serve large files from R2 or another host.",
	},
	{
		Code:    "SG6308",
		Summary: "The wrangler configuration of the project cannot be read, or says something that does not fit the site.",
		Fix:     "Change the line as the message says; the adapter takes everything else from it as it is.",
	},
	{
		Code:    "SG6309",
		Summary: "The code names a binding that wrangler.jsonc does not have, or has as something else.",
		Fix:     "Paste the line of the message into wrangler.jsonc and fill it in, or correct the name.",
	},
}
