// Package lsp is the language server behind `sitegen lsp`: it speaks the Language Server Protocol 3.17 on two streams.
// What a component says about itself and others (props, slots, imports, the template) it answers from core/codegen; what
// is Go it asks gopls, which runs as a child and is shown the Go of the components as files that only it sees (gopls.go).
// Without gopls the go command checks types when a file is saved.
//
// Documents may be half typed, and messages may be anything: no input ends the server but the end of its input. It writes
// nothing into the site but the folder .sitegen, as every command does.
package lsp
