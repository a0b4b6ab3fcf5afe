package build

import (
	"strings"
	"testing"

	"sitegen.dev/core/diag"
)

// What only the first visitor would find is found while building: tags that mean nothing, and names that are no fields.
func TestForms(t *testing.T) {
	_, list := site(t, `
-- data/data.go --
package data

type Order struct {
	Total complex128
}

type Address struct {
	City string `+"`form:\",required\"`"+`
	Zip  string `+"`maxlength:\"ten\"`"+`
}
-- src/pages/good.gosite --
---
import (
	"time"

	"sitegen.dev/core/site/form"
)

const prerender = false

type Level string

func (l *Level) UnmarshalText(b []byte) error { *l = Level(b); return nil }

type common struct {
	City string
}

type Kind string

type Signup struct {
	common
	Name   string `+"`form:\"full-name,required\" minlength:\"1\" maxlength:\"9\"`"+`
	Pass   string `+"`form:\",secret\"`"+`
	Kind   Kind   `+"`oneof:\"a|b\"`"+`
	Seats  *uint8 `+"`min:\"1\" max:\"8\"`"+`
	Day    time.Time `+"`min:\"2026-01-01\"`"+`
	Clock  time.Time `+"`type:\"time\" max:\"12:00\"`"+`
	Level  Level
	Levels []Level
	Photo  *site.File
	More   []*site.File
	Secret map[string]int `+"`form:\"-\"`"+`
	hidden chan int
}

const name = "kind"

f, err := form.Read(page, Signup{})
g, err2 := form.Query[Signup](page, Signup{})
if err != nil || err2 != nil {
	return err
}
f.Fail("", "no")
---
<input {f.Input("full-name")...}>{f.Message("")}{f.Error("city")}{g.Value(name)}{g.Value(f.Data.Name)}<input {f.Choice("levels", "x")...}>
-- src/pages/generic.gosite --
---
import "sitegen.dev/core/site/form"

const prerender = false

type Signup struct{ Email string }

func email[T any](f *form.Form[T]) string { return f.Error("email") }
func read[T any](page *site.Page, v T) (*form.Form[T], error) { return form.Read(page, v) }

type Limits[T any] struct {
	From T `+"`min:\"1\"`"+`
}

func limits[T any](page *site.Page) (*form.Form[Limits[T]], error) { return form.Read(page, Limits[T]{}) }

f, err := read(page, Signup{})
if err != nil {
	return err
}
---
{email(f)}{if l, err := limits[int](page); err == nil { {l.Value("from")} }}
-- src/pages/tags.gosite --
---
import (
	fm "sitegen.dev/core/site/form"
	"example.com/site/data"
)

const prerender = false

type A struct {
	Good string
	Name string `+"`form:\",requierd\"`"+`
}
type B struct {
	M map[string]int
}
type C struct {
	N int `+"`max:\"many\"`"+`
}
type D struct {
	X string `+"`form:\"same\"`"+`
	Y string `+"`form:\"same\"`"+`
}
type E struct {
	data.Address
	S string
}
type F struct {
	Not  map[string]int `+"`form:\"-\"`"+`
	But  chan int
}
type tree []tree
type G struct {
	X_1  string
	S2
	Tree tree
}
type S2 struct{ Z string }

_, err := fm.Read(page, A{})
_, err = fm.Read[B](page, B{})
_, err = fm.Query(page, C{})
_, err = fm.Read(page, D{})
_, err = fm.Read(page, E{})
_, err = fm.Read(page, data.Order{})
_, err = fm.Read(page, "text")
_, err = fm.Read(page, struct{ T []data.Order }{})
_, err = fm.Read(page, F{})
_, err = fm.Read(page, G{})
return err
---
-- src/pages/names.gosite --
---
import "sitegen.dev/core/site/form"

const prerender = false

f, err := form.Read(page, struct{ Email, FirstName string }{})
if err != nil {
	return err
}
f.Fail("first-name", "x")
---
<input {f.Input("emial")...}>
{if f.Error("Email") != "" { <p>{f.Value("")}</p> }}
{func() string { return f.Error("street") }()}
`, Options{Server: true, Vet: true})
	var got []string
	for _, d := range list.Sorted() {
		if d.Severity == diag.Error {
			got = append(got, strings.TrimSuffix(d.Error()+" | "+d.Hint, " | "))
		}
	}
	if want := strings.TrimSpace(`
src/pages/names.gosite:10:9: the form has no field "first-name" | did you mean "firstName"?
src/pages/names.gosite:12:17: the form has no field "emial" | did you mean "email"?
src/pages/names.gosite:13:13: the form has no field "Email" | did you mean "email"?
src/pages/names.gosite:13:42: the form has no field "" | its fields are email, firstName
src/pages/names.gosite:14:33: the form has no field "street" | its fields are email, firstName
src/pages/tags.gosite:11:2: the field Name of the form has "requierd" in its tag, which is neither required nor secret
src/pages/tags.gosite:14:2: the field M of the form has the type map[string]int, which no field of a form comes to | fields are texts, bools, numbers, time.Time, *site.File, types with UnmarshalText, and slices of these; ` + "`" + `form:"-"` + "`" + ` leaves one out
src/pages/tags.gosite:17:2: the field N of the form has the max "many", which is no value of it
src/pages/tags.gosite:21:2: the field Y of the form is called "same", as another field is
src/pages/tags.gosite:29:2: the field But of the form has the type chan int, which no field of a form comes to | fields are texts, bools, numbers, time.Time, *site.File, types with UnmarshalText, and slices of these; ` + "`" + `form:"-"` + "`" + ` leaves one out
src/pages/tags.gosite:35:2: the field Tree of the form has the type tree, which no field of a form comes to | fields are texts, bools, numbers, time.Time, *site.File, types with UnmarshalText, and slices of these; ` + "`" + `form:"-"` + "`" + ` leaves one out
src/pages/tags.gosite:43:11: the field Zip of the form has the maxlength "ten", which must be a number and of a text
src/pages/tags.gosite:44:11: the field Total of the form has the type complex128, which no field of a form comes to | fields are texts, bools, numbers, time.Time, *site.File, types with UnmarshalText, and slices of these; ` + "`" + `form:"-"` + "`" + ` leaves one out
src/pages/tags.gosite:45:11: a form is read into a struct, and string is none
src/pages/tags.gosite:46:33: the field T of the form has the type []data.Order, which no field of a form comes to | fields are texts, bools, numbers, time.Time, *site.File, types with UnmarshalText, and slices of these; ` + "`" + `form:"-"` + "`" + ` leaves one out
`); strings.Join(got, "\n") != want {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}
