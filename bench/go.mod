module sitegen.dev/bench

go 1.26.0

require (
	github.com/a-h/templ v0.3.977
	github.com/alecthomas/chroma/v2 v2.27.0
	github.com/yuin/goldmark v1.8.7
	golang.org/x/net v0.62.0
	gopkg.in/yaml.v3 v3.0.1
	sitegen.dev/core v0.0.0
)

require github.com/dlclark/regexp2/v2 v2.2.1 // indirect

replace sitegen.dev/core => ../core
