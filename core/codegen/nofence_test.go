package codegen

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// A component without a fence may still say site in its template.
func TestRuntimeImportWithoutFence(t *testing.T) {
	for src, want := range map[string]bool{
		`<p set:html={site.Raw("<b>")} />`: true,
		`<p>{1 + 1}</p>`:                   false,
		`<p>site.Raw</p>`:                  false,
	} {
		p := link(t, []txtar.File{{Name: "src/pages/index.gosite", Data: []byte(src)}})
		files, _ := p.Generate()
		if got := strings.Contains(string(files[0].Data), "\nimport \""+runtimePath+"\"\n"); got != want {
			t.Errorf("%s: the runtime is imported as site: %v, want %v\n%s", src, got, want, files[0].Data)
		}
	}
}
