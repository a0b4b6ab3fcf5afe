module sitegen.dev/bench

go 1.26.0

require sitegen.dev/core v0.0.0

require github.com/a-h/templ v0.3.977 // indirect

replace sitegen.dev/core => ../core
