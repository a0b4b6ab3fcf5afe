package lsp

import (
	"slices"

	"sitegen.dev/core/diag"
)

// sure are the diagnostics whose first fix says what the author has written, in the words of the language, so that it may be
// done unasked when a file is saved. Names that were guessed, and tags and attributes that are missing or too many, are not
// among them: these are for the author to decide. Imports are the business of organizeImports.
var sure = map[diag.Code]bool{
	"SG1008": true, // a line of another language, where the hint has all of it
	"SG1010": true, // elseif
	"SG1018": true, // {...attrs}
	"SG1030": true, // href=/tea?a=b
	"SG2033": true, // the signature of a function for a method of HTTP
	"SG2048": true, // a redirect that is not returned
	"SG2049": true, // {`…${x}`} in an attribute
	"SG2053": true, // count="3"
	"SG2708": true, // tabindex="3"
}

// sureEdits gives the edits of all fixes that are certain, none of them over another.
func sureEdits(mistakes []*mistake) []textEdit {
	var out []textEdit
	for _, m := range mistakes {
		if !sure[m.Code] {
			continue
		}
		if m.fixes == nil { // they may have been asked for already
			m.fix()
		}
		if len(m.fixes) == 0 || !m.fixes[0].preferred || len(m.fixes[0].edit.Changes) != 1 {
			continue
		}
		edits := m.fixes[0].edit.Changes[m.doc.uri]
		if !slices.ContainsFunc(edits, func(e textEdit) bool {
			return slices.ContainsFunc(out, func(o textEdit) bool { return overlap(o.Range, e.Range) })
		}) {
			out = append(out, edits...)
		}
	}
	return out
}

// overlap says whether two ranges share text, or begin at the same place.
func overlap(a, b textRange) bool {
	return a.Start == b.Start || before(a.Start, b.End) && before(b.Start, a.End)
}

func before(a, b position) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Character < b.Character
}
