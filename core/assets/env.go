package assets

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"sitegen.dev/core/diag"
)

// envName finds what scripts ask of the environment.
var envName = regexp.MustCompile(`\bimport\s*\.\s*meta\s*\.\s*env\s*\??\.\s*([A-Za-z_$][\w$]*)`)

// envDiagnostics holds what the scripts of the project ask of the environment against what they may. Packages of others
// ask for what they like; they get nothing that is not defined.
func (s *session) envDiagnostics(meta metafile) []diag.Diagnostic {
	if s.options.Env == nil {
		return nil
	}
	var list diag.List
	for _, name := range slices.Sorted(maps.Keys(meta.Inputs)) {
		var text string
		var place func(off int) diag.Pos
		if id, ok := strings.CutPrefix(name, namespace+":"); ok {
			src := s.sources[id]
			if src == nil {
				continue
			}
			text = src.text
			lines := newLineIndex(text)
			place = func(off int) diag.Pos {
				line, col := lines.pos(off)
				return offset(src.at, line, col)
			}
		} else {
			if slices.Contains(strings.Split(name, "/"), "node_modules") {
				continue
			}
			data, err := os.ReadFile(filepath.Join(s.dir, filepath.FromSlash(name)))
			if err != nil {
				continue
			}
			text = string(data)
			lines := newLineIndex(text)
			place = func(off int) diag.Pos {
				line, col := lines.pos(off)
				return diag.Pos{File: name, Line: line, Col: col}
			}
		}
		for _, m := range envName.FindAllStringSubmatchIndex(text, -1) {
			if code, message, hint := s.options.Env(text[m[2]:m[3]]); message != "" {
				list.Error(code, diag.Range{Pos: place(m[2]), End: place(m[3])}, message, hint)
			}
		}
	}
	return list.Sorted()
}
