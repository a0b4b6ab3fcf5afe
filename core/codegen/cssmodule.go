package codegen

import (
	"strconv"
	"strings"
)

// classStruct declares the variable of a CSS module.
func (p *printer) classStruct(a assetVar) {
	if len(a.Classes) == 0 {
		p.stmt(a.At.Start, a.Name, " := struct{}{}")
		p.stmt(-1, "_ = ", a.Name)
		return
	}
	names := make([]string, len(a.Classes))
	values := make([]string, len(a.Classes))
	for i, c := range a.Classes {
		names[i], values[i] = c[0], strconv.Quote(c[1])
	}
	p.stmt(a.At.Start, a.Name, " := struct{ ", strings.Join(names, ", "), " ", p.stringType(), " }{", strings.Join(values, ", "), "}")
	p.stmt(-1, "_ = ", a.Name)
}
