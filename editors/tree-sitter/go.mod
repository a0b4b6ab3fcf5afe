module sitegen.dev/editors/tree-sitter

go 1.26.0

require (
	github.com/tree-sitter/go-tree-sitter v0.25.0
	github.com/tree-sitter/tree-sitter-css v0.25.0
	github.com/tree-sitter/tree-sitter-go v0.25.0
	github.com/tree-sitter/tree-sitter-javascript v0.25.0
	github.com/tree-sitter/tree-sitter-typescript v0.23.2
	golang.org/x/tools v0.52.0
	sitegen.dev/core v0.0.0-00010101000000-000000000000
)

require github.com/mattn/go-pointer v0.0.1 // indirect

replace sitegen.dev/core => ../../core
