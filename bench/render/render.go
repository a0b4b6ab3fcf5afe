// Package render holds one page, a table of a thousand rows with five escaped cells each, written four times: as a
// component (../site/src/components/Rows.gosite, compiled into gen/), in templ, for html/template and by hand with append. The benchmarks
// render all four in one run; the tests hold their outputs against each other, so that the comparison is fair.
package render

import (
	"html/template"
	"strconv"

	"sitegen.dev/bench/rows"
)

// byHand is what a careful person writes: appends, an escaper that copies runs of plain bytes, no other call.
func byHand(b []byte, table []rows.Row) []byte {
	b = append(b, "<table><tbody>"...)
	for i := range table {
		r := &table[i]
		b = append(b, "<tr><td>"...)
		b = strconv.AppendInt(b, int64(r.ID), 10)
		b = append(b, "</td><td>"...)
		b = escape(b, r.Name)
		b = append(b, "</td><td>"...)
		b = escape(b, r.Mail)
		b = append(b, "</td><td>"...)
		b = escape(b, r.City)
		b = append(b, "</td><td>"...)
		b = escape(b, r.Notes)
		b = append(b, "</td></tr>"...)
	}
	return append(b, "</tbody></table>"...)
}

func escape(b []byte, s string) []byte {
	last := 0
	for i := 0; i < len(s); i++ {
		var esc string
		switch s[i] {
		case '&':
			esc = "&amp;"
		case '<':
			esc = "&lt;"
		case '>':
			esc = "&gt;"
		case '"':
			esc = "&#34;"
		case '\'':
			esc = "&#39;"
		default:
			continue
		}
		b = append(b, s[last:i]...)
		b = append(b, esc...)
		last = i + 1
	}
	return append(b, s[last:]...)
}

var htmlTemplate = template.Must(template.New("rows").Parse(
	`<table><tbody>{{range .}}<tr><td>{{.ID}}</td><td>{{.Name}}</td><td>{{.Mail}}</td><td>{{.City}}</td><td>{{.Notes}}</td></tr>{{end}}</tbody></table>`))
