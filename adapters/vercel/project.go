package vercel

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"sitegen.dev/core/diag"
)

// projectFile looks at vercel.json, whose rules Vercel puts before those of the output in builds of its own: a slash that the one puts at the
// end of a path and the other takes away would send visitors to and fro without end.
func (b *builder) projectFile() {
	const name = "vercel.json"
	root, below := strings.CutSuffix(filepath.ToSlash(b.site.OutDir), "/"+outDir)
	policy := b.site.Manifest.TrailingSlash
	if !below || policy != "always" && policy != "never" {
		return
	}
	data, err := os.ReadFile(filepath.Join(filepath.FromSlash(root), name))
	var file struct {
		TrailingSlash *bool `json:"trailingSlash"`
	}
	if err != nil || json.Unmarshal(data, &file) != nil || file.TrailingSlash == nil || *file.TrailingSlash == (policy == "always") {
		return // a file that is no JSON is for Vercel to tell about
	}
	at := diag.Pos{File: name}
	if i := bytes.Index(data, []byte(`"trailingSlash"`)); i >= 0 {
		before := data[:i]
		at.Line, at.Col = 1+bytes.Count(before, []byte("\n")), i-bytes.LastIndexByte(before, '\n')
	}
	says := "false"
	if *file.TrailingSlash {
		says = "true"
	}
	b.problems = append(b.problems, diag.Diagnostic{Severity: diag.Warning, Code: "SG6116", Range: diag.Range{Pos: at},
		Message: "vercel.json says trailingSlash: " + says + ", and site.yaml " + policy + ": visitors would be sent from one form of an address to the other without end",
		Hint:    "remove trailingSlash from vercel.json"})
}
