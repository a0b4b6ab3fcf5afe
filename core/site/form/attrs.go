package form

import (
	"strconv"
	"strings"

	"sitegen.dev/core/site"
)

// Input gives the attributes of the <input> of a field: name, type and value, what the tags of the struct ask for, and, where
// something is wrong with it, aria-invalid and aria-describedby, which names what Message writes.
//
//	<input {f.Input("email")...} autocomplete="email">
func (f *Form[T]) Input(name string) site.Attrs {
	d := f.field("Input", name)
	a := f.attrs(d)
	if d.input != "" {
		a["type"] = d.input
	}
	switch d.kind {
	case boolKind:
		a["checked"] = f.ticked(d)
		return a
	case fileKind:
		if d.many {
			a["multiple"] = true
		}
		return a
	case floatKind:
		a["step"] = "any"
	case timeKind:
		if v := f.Value(name); len(v) > len("2006-01-02T15:04") || d.input == "time" && len(v) > len("15:04") {
			a["step"] = "any"
		}
	}
	v := f.Value(name)
	if d.addresses() {
		a["multiple"], v = true, strings.Join(f.texts(d), ",")
	}
	if v != "" {
		a["value"] = v
	}
	f.lengths(d, a)
	if d.min != "" {
		a["min"] = d.min
	}
	if d.max != "" {
		a["max"] = d.max
	}
	return a
}

// Textarea gives the attributes of the <textarea> of a field; between the tags goes Value.
func (f *Form[T]) Textarea(name string) site.Attrs {
	d := f.field("Textarea", name)
	a := f.attrs(d)
	f.lengths(d, a)
	return a
}

// Select gives the attributes of the <select> of a field, whose options are given by Option.
func (f *Form[T]) Select(name string) site.Attrs {
	d := f.field("Select", name)
	a := f.attrs(d)
	if d.many {
		a["multiple"] = true
	}
	return a
}

// Option gives the attributes of an <option> of a field.
func (f *Form[T]) Option(name, value string) site.Attrs {
	return site.Attrs{"value": value, "selected": f.Has(name, value)}
}

// Choice gives the attributes of one <input> of several that a visitor chooses from: checkboxes for a slice, of which any number
// may be ticked, or else radio buttons.
func (f *Form[T]) Choice(name, value string) site.Attrs {
	d := f.field("Choice", name)
	a := f.attrs(d)
	a["type"], a["value"], a["checked"] = "radio", value, f.Has(name, value)
	if d.many {
		a["type"] = "checkbox"
		delete(a, "required") // would ask for each of them
	}
	return a
}

// attrs are the attributes of all elements of a field.
func (f *Form[T]) attrs(d *field) site.Attrs {
	a := site.Attrs{"name": d.name}
	if d.required {
		a["required"] = true
	}
	if f.Error(d.name) != "" {
		a["aria-invalid"], a["aria-describedby"] = "true", errorID(d.name)
	}
	return a
}

func (f *Form[T]) lengths(d *field, a site.Attrs) {
	if d.minlength >= 0 {
		a["minlength"] = strconv.Itoa(d.minlength)
	}
	if d.maxlength >= 0 {
		a["maxlength"] = strconv.Itoa(d.maxlength)
	}
}

// ticked says whether the checkbox of a bool is.
func (f *Form[T]) ticked(d *field) bool {
	for _, s := range f.texts(d) {
		if truth(s) {
			return true
		}
	}
	return false
}

// errorID is the id of what Message writes for a field.
func errorID(name string) string { return name + "-error" }

// Message writes what is wrong with a field, as <p class="form-error" id="email-error">…</p>, or nothing. With "" it is
// what is wrong with the form as a whole, with role="alert" in place of the id.
func (f *Form[T]) Message(name string) site.Node {
	text := f.Error(name)
	if text == "" {
		return nil
	}
	return func(w *site.Writer) error {
		w.S(`<p class="form-error"`)
		if name == "" {
			w.S(` role="alert"`)
		} else {
			site.Spread(w, "p", site.Attrs{"id": errorID(name)})
		}
		w.S(">")
		site.V(text).Text(w)
		w.S("</p>")
		return w.Err()
	}
}
