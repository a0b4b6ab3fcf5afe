package rows

import "strconv"

// Table is the data of the page that bench/serve measures, made once.
var Table = Data(1000)

// Hand is the table as a careful person writes it: appends, an escaper that copies runs of plain bytes, no other call.
func Hand(b []byte, table []Row) []byte {
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
