package diag

import (
	"encoding/json"
	"io"
	"net/url"
	"slices"
)

// SARIF writes a List in the Static Analysis Results Interchange Format 2.1.0
// (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), which code hosts show beside the code. version is that of sitegen.
// Columns count UTF-16 code units there; read gives the text of a file to turn bytes into them, or nil.
func SARIF(w io.Writer, l *List, version string, read func(file string) []byte) error {
	type object map[string]any
	ds := l.Sorted()
	var used []Code
	for _, d := range ds {
		if d.Code != "" && !slices.Contains(used, d.Code) {
			used = append(used, d.Code)
		}
	}
	slices.Sort(used)
	rules := []object{}
	for _, c := range Codes() {
		if slices.Contains(used, c.Code) {
			rules = append(rules, object{"id": c.Code, "shortDescription": object{"text": c.Summary}, "help": object{"text": c.Fix, "markdown": c.Fix}})
		}
	}
	texts := map[string][]byte{}
	location := func(r Range) object {
		region := object{}
		column := func(p Pos) int {
			if _, known := texts[p.File]; !known && read != nil {
				texts[p.File] = read(p.File)
			}
			return utf16Column(texts[p.File], p)
		}
		if r.Line > 0 {
			region["startLine"] = r.Line
			if r.Col > 0 {
				region["startColumn"] = column(r.Pos)
			}
			if r.End.Line > 0 {
				region["endLine"] = r.End.Line
				if r.End.Col > 0 {
					region["endColumn"] = column(Pos{r.File, r.End.Line, r.End.Col})
				}
			}
		}
		physical := object{"artifactLocation": object{"uri": (&url.URL{Path: r.File}).EscapedPath(), "uriBaseId": "%SRCROOT%"}}
		if len(region) > 0 {
			physical["region"] = region
		}
		return object{"physicalLocation": physical}
	}
	results := []object{}
	for _, d := range ds {
		level := map[Severity]string{Error: "error", Warning: "warning", Info: "note"}[d.Severity]
		text := d.Message
		if d.Hint != "" {
			text += "\nhint: " + d.Hint
		}
		r := object{"level": level, "message": object{"text": text}}
		if i := slices.Index(used, d.Code); i >= 0 && i < len(rules) {
			r["ruleId"], r["ruleIndex"] = d.Code, i
		}
		if d.File != "" {
			r["locations"] = []object{location(d.Range)}
		}
		var related []object
		for _, n := range d.Notes {
			if n.File != "" {
				at := location(n.Range)
				at["message"] = object{"text": n.Message}
				related = append(related, at)
			}
		}
		if related != nil {
			r["relatedLocations"] = related
		}
		results = append(results, r)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(object{
		"$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		"version": "2.1.0",
		"runs": []object{{
			"tool":       object{"driver": object{"name": "sitegen", "version": version, "rules": rules}},
			"columnKind": "utf16CodeUnits",
			"results":    results,
		}},
	})
}

// utf16Column counts the code units before a byte column, both from 1.
func utf16Column(text []byte, p Pos) int {
	for line := 1; line < p.Line; line++ {
		i := slices.Index(text, '\n')
		if i < 0 {
			return p.Col
		}
		text = text[i+1:]
	}
	if i := slices.Index(text, '\n'); i >= 0 {
		text = text[:i]
	}
	if p.Col-1 > len(text) {
		return p.Col
	}
	units := 1
	for _, r := range string(text[:p.Col-1]) {
		units++
		if r > 0xFFFF {
			units++
		}
	}
	return units
}
