package diag

var adapterCodes = []CodeInfo{
	{
		Code:    "SG6001",
		Summary: "A route uses something that the chosen adapter cannot do.",
		Fix:     "Build with one of the adapters that the hint names, or change the route: `const prerender = true` takes away the need to run Go per request.",
	},
	{
		Code:    "SG6002",
		Summary: "A route uses something that the chosen adapter does with limits, or experimentally.",
		Fix:     "Read the hint: it says what differs on this platform. The build goes on.",
	},
	{
		Code:    "SG6003",
		Summary: "A route or a component is rendered on demand, but the site has no adapter, so nothing would be there to render it.",
		Fix:     "Choose an adapter with `sitegen build --adapter node` or `adapter: node` in site.yaml; or prerender the route with `const prerender = true`, and take server:defer away.",
	},
	{
		Code:    "SG6004",
		Summary: "The adapter speaks another version of the protocol than this sitegen.",
		Fix:     "Use versions of sitegen and of the adapter that belong together.",
	},
	{
		Code:    "SG6005",
		Summary: "The block `adapter` of site.yaml has an option that the adapter does not know.",
		Fix:     "Correct the name; the message lists the options of the adapter.",
	},
	{
		Code:    "SG6006",
		Summary: "An option in the block `adapter` of site.yaml has a value that the adapter cannot use.",
		Fix:     "Write one of the values that the message names.",
	},
	{
		Code:    "SG6007",
		Summary: "site.yaml names one adapter, and the machine is the CI of another platform.",
		Fix:     "Build with `--adapter auto`, which takes the platform's, or name its adapter in site.yaml: `sitegen add NAME`. If it is meant so, say `--adapter NAME`.",
	},
	{
		Code:    "SG6008",
		Summary: "The program of an adapter by others cannot be started, stops halfway, or does not answer as the protocol asks.",
		Fix:     "Run the command that the message names by itself; what it prints on standard error says more. The documentation of the protocol is in \"Write an adapter\".",
	},
	{
		Code:    "SG6009",
		Summary: "An adapter by others wrote something that cannot be part of an output: a link that leads out of it, or no regular file.",
		Fix:     "Tell the author of the adapter. The last good output is untouched.",
	},
	{
		Code:    "SG6010",
		Summary: "The go command is needed to build a site and was not found.",
		Fix:     "Install Go from https://go.dev/dl/ and open a new terminal, so that `go version` answers.",
	},
	{
		Code:    "SG6011",
		Summary: "The go command is older than the site's go.mod asks for.",
		Fix:     "Install the version that the message names, or let the go command fetch it with GOTOOLCHAIN=auto.",
	},
	{
		Code:    "SG6012",
		Summary: "A go.work above the site takes part in the build and does not list the site's module.",
		Fix:     "Add the module with `go work use .`, or set GOWORK=off.",
	},
	{
		Code:    "SG6013",
		Summary: "There is no go.mod at or above the site, so its Go code cannot be compiled.",
		Fix:     "Make one with `go mod init example.com/site`, then run `sitegen sync`.",
	},
	{
		Code:    "SG6014",
		Summary: "The disk is full, and the go command could not write what it compiled.",
		Fix:     "Free some space; `go clean -cache` empties the go command's own cache.",
	},
	{
		Code:    "SG6015",
		Summary: "go.mod is not up to date with what the site imports, or says an older version of Go than the runtime needs; or a folder vendor is not up to date with go.mod.",
		Fix:     "Run `go mod tidy`, which also raises the go line, and where there is a folder vendor `go mod vendor`.",
	},
	{
		Code:    "SG6016",
		Summary: "A go.work lists two sites, and each of them brings a copy of the runtime, of which a workspace can have only one.",
		Fix:     "Set GOWORK=off, or say which copy it is: `go work edit -replace sitegen.dev/core=./FOLDER/.sitegen/src/core`.",
	},
	{
		Code:    "SG6017",
		Summary: "The go command has no folder for its cache or its work: no home directory is set, or the folder is missing or may not be written to.",
		Fix:     "Set HOME, or set GOCACHE and GOMODCACHE, or TMPDIR, to folders that may be written to.",
	},
	{
		Code:    "SG6018",
		Summary: "GOFLAGS holds a flag that the go command does not know.",
		Fix:     "Correct GOFLAGS in the environment; `go env -u GOFLAGS` takes away what `go env -w` has kept.",
	},
	{
		Code:    "SG6020",
		Summary: "A program with everything inside would be larger than the Go linker can make.",
		Fix:     "Leave out `embed: true`, so that the client folder stays beside the program.",
	},
	{
		Code:    "SG6021",
		Summary: "In mode middleware the node adapter writes a Go package, and the output folder is outside the site's Go module, so that nothing could import it.",
		Fix:     "Set `out:` in site.yaml to a folder below the folder of go.mod.",
	},
}
