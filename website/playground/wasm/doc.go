//go:build !(js && wasm)

package main

// Elsewhere there is nothing to run: the playground is built by ../pack.
func main() {}
