// Command adapter-static-tar is an adapter for sitegen: it packs a prerendered site into one tar file. A site adds it with
// `sitegen add example.com/adapter-static-tar` and says `adapter: static-tar`.
package main

import (
	"sitegen.dev/core/adapter"

	"example.com/adapter-static-tar/tarball"
)

func main() { adapter.Main(tarball.Adapter{}) }
