module sitegen.dev/website

go 1.26.0

require (
	golang.org/x/tools v0.52.0
	sitegen.dev/core v0.0.0
)

require (
	github.com/tdewolff/parse/v2 v2.8.20 // indirect
	github.com/traefik/yaegi v0.16.1
)

replace sitegen.dev/core => ../core
