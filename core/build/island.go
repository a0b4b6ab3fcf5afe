package build

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
	"sitegen.dev/core/site/seal"
)

// serverIsland is the feature of server:defer, as package adapter calls it.
const serverIsland = "serverIsland"

// keyFile holds the key of a site that is given none, below the module root, so that one build after the other has the
// same. It is secret: who has it can make up the props of an island.
const keyFile = workDir + "/key"

// findIslands finds the components that are rendered by requests of their own, and the key for what they are handed.
func (b *builder) findIslands() error {
	var roots []*codegen.Component
	seen := map[*codegen.Component]bool{}
	for _, r := range b.routes {
		if c := b.pages[r.Source]; c != nil && !seen[c] {
			seen[c] = true
			roots = append(roots, c)
		}
	}
	b.islands = codegen.Islands(roots)
	if len(b.islands) == 0 {
		return nil
	}
	b.site.OnDemand = true
	if strings.Trim(b.Key, ", ") != "" {
		b.key = b.Key
		if _, err := seal.New(b.key); err != nil {
			b.list.Error("SG7013", diag.Range{}, "SITEGEN_KEY cannot be used for server islands: "+err.Error(), "run `sitegen create-key`, which prints one")
		}
		return nil
	}
	name := b.Layout.abs(keyFile)
	data, err := os.ReadFile(name)
	if err == nil {
		if _, err := seal.New(string(data)); err == nil {
			b.key = strings.TrimSpace(string(data))
			return nil
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if b.key, err = seal.NewKey(rand.Reader); err != nil {
		return err
	}
	os.Remove(name) // it may have other permissions
	if err := os.MkdirAll(b.Layout.abs(workDir), 0o777); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(b.key+"\n"), 0o600)
}

// bundleKey gives the key that is compiled into the program, or, where the program will find it in its environment, the
// mark by which it knows that it is the right one.
func (b *builder) bundleKey() (key, mark string) {
	if b.key == "" || b.Key == "" {
		return b.key, ""
	}
	ring, err := seal.New(b.key)
	if err != nil {
		return "", "" // reported by findIslands
	}
	return "", ring.Mark()
}

// hideKey makes the generated file that holds the key as private as the key is.
func (b *builder) hideKey() error {
	if key, _ := b.bundleKey(); key == "" {
		return nil
	}
	return os.Chmod(b.Layout.abs(path.Join(genDir, bundlePackage, "bundle.go")), 0o600)
}

// islandRoutes gives the route that answers for all islands, for platforms that send requests by routes.
func (b *builder) islandRoutes() []manifest.Route {
	if len(b.islands) == 0 {
		return nil
	}
	return []manifest.Route{{
		Pattern:  manifest.IslandPattern,
		Segments: [][]manifest.Part{{{Text: "_island"}}, {{Param: "island"}}},
		Type:     manifest.Endpoint,
		Source:   b.Layout.Rel(b.islands[0].Path),
		Methods:  []string{"GET", "POST"},
	}}
}
