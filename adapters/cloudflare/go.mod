module sitegen.dev/adapters/cloudflare

go 1.26.0

require sitegen.dev/core v0.0.0

require (
	github.com/google/go-cmp v0.7.0 // indirect
)

replace sitegen.dev/core => ../../core
