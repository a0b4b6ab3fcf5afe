module example.com/tar-site

go 1.26.0

tool example.com/adapter-static-tar

require (
	example.com/adapter-static-tar v0.0.0
	sitegen.dev/core v0.0.0
)

replace example.com/adapter-static-tar => ../

replace sitegen.dev/core => ./.sitegen/src/core
