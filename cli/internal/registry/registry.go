// Package registry lists the adapters that are built in. It is the only package that imports adapters.
package registry

import (
	"slices"

	"sitegen.dev/adapters/cloudflare"
	"sitegen.dev/adapters/netlify"
	"sitegen.dev/adapters/node"
	"sitegen.dev/adapters/vercel"
	"sitegen.dev/core/adapter"
)

// Adapters is every built-in adapter, by name.
var Adapters = []adapter.Adapter{
	node.Adapter{},
	vercel.Adapter{},
	netlify.Adapter{},
	cloudflare.Adapter{},
}

// Find gives the built-in adapter of a name.
func Find(name string) (adapter.Adapter, bool) {
	i := slices.IndexFunc(Adapters, func(a adapter.Adapter) bool { return a.Info().Name == name })
	if i < 0 {
		return nil, false
	}
	return Adapters[i], true
}

// Names lists the built-in adapters in order.
func Names() []string {
	var names []string
	for _, a := range Adapters {
		names = append(names, a.Info().Name)
	}
	return names
}

// Infos lists what each built-in adapter says of itself.
func Infos() []adapter.Info {
	var infos []adapter.Info
	for _, a := range Adapters {
		infos = append(infos, a.Info())
	}
	return infos
}
