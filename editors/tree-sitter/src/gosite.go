// Package gosite is the grammar as a Go package, for its tests. It stands beside the C files so that the go command sees
// when they change.
package gosite

// #cgo CFLAGS: -std=c11 -I${SRCDIR}
// #include "tree_sitter/parser.h"
// const TSLanguage *tree_sitter_gosite(void);
import "C"

import (
	"unsafe"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

// Language gives the grammar.
func Language() *sitter.Language {
	return sitter.NewLanguage(unsafe.Pointer(C.tree_sitter_gosite()))
}
