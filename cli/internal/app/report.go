package app

import (
	"fmt"
	"io"
	"strconv"
)

// print writes the report as a table for people. Long sites are cut: the first rows by priority and a line for the rest.
func (r report) print(w io.Writer) {
	const most = 40
	rows := [][]string{{"route", "kind", "mode", "files", "size"}}
	for i, route := range r.Routes {
		if i == most && len(r.Routes) > most+1 {
			rows = append(rows, []string{fmt.Sprintf("… %d more; `sitegen routes` lists all", len(r.Routes)-most)})
			break
		}
		files, bytes := "", ""
		if route.Files > 0 {
			files, bytes = strconv.Itoa(route.Files), size(route.Bytes)
		}
		rows = append(rows, []string{route.Pattern, route.Type, route.Mode, files, bytes})
	}
	fmt.Fprintln(w)
	io.WriteString(w, table(rows, map[int]bool{3: true, 4: true}))
	if len(r.Output) > 0 {
		rows := [][]string{{"output", "files", "size"}}
		for _, o := range r.Output {
			rows = append(rows, []string{o.Name, strconv.Itoa(o.Files), size(o.Bytes)})
		}
		fmt.Fprintln(w)
		io.WriteString(w, table(rows, map[int]bool{1: true, 2: true}))
	}
	fmt.Fprintf(w, "\n%s %s, assets %s, public %s\n", plural(r.Pages, "page"), size(r.Bytes), size(r.Assets), size(r.Public))
	r.Images.print(w)
}
