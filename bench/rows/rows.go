// Package rows is the data of the table that the benchmarks render.
package rows

import "fmt"

// Row is a row of the table.
type Row struct {
	ID    int
	Name  string
	Mail  string
	City  string
	Notes string
}

// Data makes n rows. Every fourth note and every tenth name holds something that must be escaped.
func Data(n int) []Row {
	rows := make([]Row, n)
	for i := range rows {
		rows[i] = Row{
			ID:    i + 1,
			Name:  fmt.Sprintf("Person %d of %d", i, n),
			Mail:  fmt.Sprintf("person.%d@example.com", i),
			City:  []string{"Oslo", "Lisbon", "Kyoto", "Quito"}[i%4],
			Notes: "likes long walks and short functions",
		}
		if i%4 == 0 {
			rows[i].Notes = `says "1 < 2 & 3 > 2" and means it`
		}
		if i%10 == 0 {
			rows[i].Name += " & sons"
		}
	}
	return rows
}
