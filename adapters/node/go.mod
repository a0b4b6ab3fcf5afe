module sitegen.dev/adapters/node

go 1.26.0

require sitegen.dev/core v0.0.0

require (
	github.com/andybalholm/brotli v1.2.8 // indirect
	github.com/google/go-cmp v0.7.0 // indirect
	github.com/klauspost/compress v1.20.3 // indirect
)

replace sitegen.dev/core => ../../core
