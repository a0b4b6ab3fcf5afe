// Package render holds one page, a table of a thousand rows with five escaped cells each, written four times: as a
// component (../site/src/components/Rows.gosite, compiled into gen/), in templ, for html/template and by hand with append. The benchmarks
// render all four in one run; the tests hold their outputs against each other, so that the comparison is fair.
package render

import "html/template"

var htmlTemplate = template.Must(template.New("rows").Parse(
	`<table><tbody>{{range .}}<tr><td>{{.ID}}</td><td>{{.Name}}</td><td>{{.Mail}}</td><td>{{.City}}</td><td>{{.Notes}}</td></tr>{{end}}</tbody></table>`))
