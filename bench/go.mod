module sitegen.dev/bench

go 1.26.0

require (
	github.com/a-h/templ v0.3.977
	golang.org/x/net v0.62.0
	sitegen.dev/core v0.0.0
)

replace sitegen.dev/core => ../core
