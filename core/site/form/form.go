// Package form reads what a visitor has put into a form into a struct, says of each field what is wrong with it, and gives
// the attributes that have the browser check the same before it sends anything.
//
//	type Signup struct {
//		Email string `form:",required" type:"email"`
//		Seats int    `form:",required" min:"1" max:"8"`
//	}
//
//	f, err := form.Read(page, Signup{Seats: 1})
//	if err != nil {
//		return err
//	}
//	if f.OK() {
//		… f.Data …
//		return page.Redirect("/thanks/", 303)
//	}
//
//	<form method="post">
//	  <label>Email <input {f.Input("email")...}></label>{f.Message("email")}
//
// The fields of the struct are what a visitor may set, so that a form has a struct of its own. The tags:
//
//	form:"name"             its name in the form; without one that of the field as an attribute has it: FirstName is firstName
//	form:",required"        there must be something; a bool must be true, and a *bool answered, as with a radio button for no
//	form:",secret"          what was typed is not written back, as of a password, and blanks around it are kept; type:"password"
//	                        is always one
//	form:"-"                no field of the form
//	type:"email"            that of the <input>. email and url are checked, and of a time it says what is typed: date, datetime-local,
//	                        month or time
//	min:"1" max:"8"         of numbers and times
//	minlength maxlength     of texts, in UTF-16 code units, as browsers count
//	oneof:"small|large"     the values that there are
//
// Fields are texts, bools, numbers, time.Time in UTC, types with UnmarshalText, *site.File, pointers to these, which are nil where nothing
// was typed, and slices of them. Embedded structs count as their fields.
package form

import (
	"net/url"
	"reflect"
	"slices"
	"strings"

	"sitegen.dev/core/site"
)

// Form is a form of a page, with what was typed into it.
type Form[T any] struct {
	// Data is what the fields come to. Of a form that was posted, a field that is wrong or was not sent is zero; before that it
	// is what Read was given.
	Data T

	page     *site.Page
	plan     *plan
	values   values // nil: nothing was sent
	posted   bool
	problems []Problem
	say      func(Problem) string
}

// values are what was sent, by the names of the fields.
type values interface {
	Has(name string) bool
	All(name string) []string
	Files(name string) []*site.File
}

// Option changes how a form is read.
type Option func(*options)

type options struct{ say func(Problem) string }

// Messages has f say what is wrong with a field, as in another language. Where it gives "", the message is the English one.
func Messages(f func(Problem) string) Option { return func(o *options) { o.say = f } }

// Read gives the form of a page. If the page was asked for with POST, PUT or PATCH it is read from the body of the
// request, and if something is wrong with it, the status of the answer becomes 422. Else, and on a prerendered page, whose form
// another one answers, it holds initial.
//
// The error is that of a body which is no form or is too large, which the page should return, or tells of a struct that cannot be one.
func Read[T any](page *site.Page, initial T, option ...Option) (*Form[T], error) {
	f, err := newForm(page, initial, option)
	if err != nil {
		return nil, err
	}
	if page.Prerendered {
		return f, nil
	}
	switch page.Request.Method {
	case "POST", "PUT", "PATCH":
	default:
		return f, nil
	}
	sent, err := page.Request.Form()
	if err != nil {
		return nil, err
	}
	f.values, f.posted = sent, true
	f.read(false)
	return f, nil
}

// Query gives a form whose fields come from the query of the address, as those of a search or a filter do. Fields that
// the query does not name, or that are wrong, are those of initial, and so are numbers, times and fields with oneof of which it
// says nothing, as "?page=". It counts as posted when the query names a field.
func Query[T any](page *site.Page, initial T, option ...Option) (*Form[T], error) {
	f, err := newForm(page, initial, option)
	if err != nil {
		return nil, err
	}
	sent := query(page.URL.Query())
	f.values = sent
	f.posted = slices.ContainsFunc(f.plan.fields, func(d field) bool { return sent.Has(d.name) })
	for _, d := range f.plan.fields {
		if d.blank(sent[d.name]) {
			delete(sent, d.name)
		}
	}
	f.read(true)
	return f, nil
}

func newForm[T any](page *site.Page, initial T, option []Option) (*Form[T], error) {
	p, err := planOf(reflect.TypeFor[T]())
	if err != nil {
		return nil, err
	}
	var o options
	for _, set := range option {
		set(&o)
	}
	return &Form[T]{Data: initial, page: page, plan: p, say: o.say}, nil
}

// query makes values of a query.
type query url.Values

func (q query) Has(name string) bool           { return len(q[name]) > 0 }
func (q query) All(name string) []string       { return q[name] }
func (q query) Files(name string) []*site.File { return nil }

// read fills Data. Where only is true, only of what was sent.
func (f *Form[T]) read(only bool) {
	data := reflect.ValueOf(&f.Data).Elem()
	for i := range f.plan.fields {
		d := &f.plan.fields[i]
		if only && !f.values.Has(d.name) {
			continue
		}
		v := data.FieldByIndex(d.index)
		before := reflect.New(v.Type()).Elem()
		if only {
			before.Set(v)
		}
		v.SetZero()
		if p, ok := d.decode(v, f.values); !ok {
			v.Set(before)
			f.fail(p)
		}
	}
}

// Posted says whether the visitor has sent the form.
func (f *Form[T]) Posted() bool { return f.posted }

// OK says whether the visitor has sent the form, and nothing is wrong with it.
func (f *Form[T]) OK() bool { return f.posted && len(f.problems) == 0 }

// Fail says that something is wrong with a field, by its name in the form, or with "" of the form as a whole. Of a field
// with which something is wrong already nothing more is said, and nothing of a form that was not sent.
func (f *Form[T]) Fail(name, message string) {
	if name != "" {
		f.field("Fail", name)
	}
	if f.posted && (name == "" || f.Error(name) == "") {
		f.fail(Problem{Field: name, Kind: Other, Message: message})
	}
}

func (f *Form[T]) fail(p Problem) {
	if p.Kind != Other {
		said := ""
		if f.say != nil {
			said = f.say(p)
		}
		if p.Message = said; said == "" {
			p.Message = p.english()
		}
	}
	f.problems = append(f.problems, p)
	if !f.filter() && (f.page.Response.Status == 0 || f.page.Response.Status == 200) {
		f.page.Response.Status = 422
	}
}

// Error gives what is wrong with a field, or with "" what is wrong with the form as a whole; "" where nothing is.
func (f *Form[T]) Error(name string) string {
	if name != "" {
		f.field("Error", name)
	}
	for _, p := range f.problems {
		if p.Field == name {
			return p.Message
		}
	}
	return ""
}

// Problems gives all that is wrong, in the order of the fields, and behind it what Fail was told.
func (f *Form[T]) Problems() []Problem { return slices.Clone(f.problems) }

// Value gives the text of a field: what was typed, and before that the one of Data. It is "" for secrets and files, and for
// numbers and times of Data that are zero, unless oneof names that: a pointer tells zero from nothing.
func (f *Form[T]) Value(name string) string {
	d := f.field("Value", name)
	all := f.texts(d)
	if len(all) == 0 {
		return ""
	}
	return all[0]
}

// Has says whether a value of a field is chosen, as that of a checkbox, a radio button or an option. Of a bool, "no" is the one
// that is not true, as are "", "0", "false" and "off".
func (f *Form[T]) Has(name, value string) bool {
	d := f.field("Has", name)
	texts := f.texts(d)
	if d.is(boolKind) && !d.many {
		return len(texts) > 0 && f.ticked(d) == truth(value)
	}
	return slices.Contains(texts, value)
}

// texts gives the values of a field as they stand in the form.
func (f *Form[T]) texts(d *field) []string {
	if d.secret || d.is(fileKind) {
		return nil
	}
	if f.posted && (f.values.Has(d.name) || !f.filter()) {
		all := slices.Clone(f.values.All(d.name))
		for i := range all {
			all[i] = lines(all[i])
		}
		return all
	}
	return d.format(reflect.ValueOf(&f.Data).Elem().FieldByIndex(d.index))
}

// filter says whether the fields come from a query.
func (f *Form[T]) filter() bool {
	_, ok := f.values.(query)
	return ok
}

// field finds a field. That there is none of a name is a mistake of the program, which shows with the first request.
func (f *Form[T]) field(method, name string) *field {
	if d := f.plan.find(name); d != nil {
		return d
	}
	panic("form: " + method + "(" + quote(name) + "): " + f.plan.typ.String() + " has no such field; it has " + strings.Join(f.plan.names(), ", "))
}
