package app

import (
	"slices"
	"strings"

	"sitegen.dev/core/config"
	"sitegen.dev/core/diag"
)

// others are the variables of ours that stand for no key of site.yaml.
var others = []string{"SITEGEN_CONFIG", "SITEGEN_EDITOR", "SITEGEN_POLL", keyVariable, backgroundVariable, "SITEGEN_PREVIEW"}

// misspelt gives the variables of an environment that begin like ours, mean nothing, and are close to one that does, each
// with that one. Without this a wrong name is a setting that silently does nothing. Variables of the site itself may have
// any name.
func misspelt(environ []string, own []config.EnvVar) [][2]string {
	known := slices.Clone(others)
	for _, v := range config.Variables() {
		known = append(known, v.Name)
	}
	var out [][2]string
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		if !strings.HasPrefix(name, "SITEGEN_") || value == "" || slices.Contains(known, name) ||
			slices.ContainsFunc(own, func(v config.EnvVar) bool { return v.Name == name }) {
			continue
		}
		meant := diag.Suggest(name, known)
		for _, k := range known {
			if strings.HasSuffix(k, strings.TrimPrefix(name, "SITEGEN")) { // SITEGEN_PORT for SITEGEN_SERVER_PORT
				meant = k
			}
		}
		if meant != "" {
			out = append(out, [2]string{name, meant})
		}
	}
	slices.SortFunc(out, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return out
}
