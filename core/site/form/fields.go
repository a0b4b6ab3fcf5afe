package form

import (
	"encoding"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"sitegen.dev/core/internal/attrname"
	"sitegen.dev/core/site"
)

// plan is what a struct says of a form.
type plan struct {
	typ    reflect.Type
	fields []field
}

// field is a field of a form.
type field struct {
	name     string
	index    []int
	kind     kind
	many     bool // a slice
	pointer  bool // to what kind says; elements of a slice are none, but for files
	text     bool // UnmarshalText has the say
	typ      reflect.Type
	input    string // type of the <input>
	layouts  []string
	required bool
	secret   bool

	min, max             string // of the tags
	minlength, maxlength int    // -1: none
	oneof                []string
}

// kind is what a field holds.
type kind int

const (
	textKind kind = iota
	boolKind
	intKind
	uintKind
	floatKind
	timeKind
	fileKind
)

func (d *field) is(k kind) bool { return d.kind == k }

func (p *plan) find(name string) *field {
	for i := range p.fields {
		if p.fields[i].name == name {
			return &p.fields[i]
		}
	}
	return nil
}

func (p *plan) names() []string {
	out := make([]string, len(p.fields))
	for i, d := range p.fields {
		out[i] = d.name
	}
	return out
}

var plans sync.Map // of planned by reflect.Type

type planned struct {
	plan *plan
	err  error
}

// planOf reads the tags of a struct, once.
func planOf(t reflect.Type) (*plan, error) {
	if p, ok := plans.Load(t); ok {
		return p.(planned).plan, p.(planned).err
	}
	p := &plan{typ: t}
	err := error(nil)
	if t.Kind() != reflect.Struct {
		err = &StructError{t, "", "is no struct"}
	} else if wrong := p.add(t, nil); wrong != nil {
		err = wrong
	}
	plans.Store(t, planned{p, err})
	return p, err
}

// StructError says why a type cannot be a form.
type StructError struct {
	Type    reflect.Type
	Field   string // of the type, by its name in Go; "" where it is the type itself
	Problem string // "has a max, which only numbers and times have"
}

// Error names the type and the field.
func (e *StructError) Error() string {
	if e.Field == "" {
		return "form: " + e.Type.String() + " " + e.Problem
	}
	return "form: " + e.Type.String() + "." + e.Field + " " + e.Problem
}

// Names gives the names that the fields of a struct have in a form, in their order. The error is a *StructError. It is
// for what looks at forms without a page, as tests and programs that check sites do.
func Names(t reflect.Type) ([]string, error) {
	p, err := planOf(t)
	if err != nil {
		return nil, err
	}
	return p.names(), nil
}

func (p *plan) add(t reflect.Type, prefix []int) *StructError {
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(prefix[:len(prefix):len(prefix)], i)
		name, opts, _ := strings.Cut(f.Tag.Get("form"), ",")
		if f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct && f.Type != timeType {
			if err := p.add(f.Type, index); err != nil {
				return err
			}
			continue
		}
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = attrname.Of(f.Name)
		}
		old := p.find(name)
		if old != nil && len(old.index) == len(index) {
			return &StructError{t, f.Name, "is called " + quote(name) + ", as another field is"}
		}
		if old != nil && len(old.index) < len(index) {
			continue // the outer one counts, as in Go
		}
		d := field{name: name, index: index, minlength: -1, maxlength: -1}
		if problem := d.declare(f, opts); problem != "" {
			return &StructError{t, f.Name, problem}
		}
		if old != nil {
			*old = d
			continue
		}
		p.fields = append(p.fields, d)
	}
	return nil
}

var (
	timeType = reflect.TypeFor[time.Time]()
	fileType = reflect.TypeFor[*site.File]()
	textType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// declare reads the type and the tags of a field, and says what is wrong with them.
func (d *field) declare(f reflect.StructField, opts string) string {
	for opt := range strings.SplitSeq(opts, ",") {
		switch opt {
		case "":
		case "required":
			d.required = true
		case "secret":
			d.secret = true
		default:
			return "has " + quote(opt) + " in its tag, which is neither required nor secret"
		}
	}
	t := f.Type
	if t.Kind() == reflect.Slice && !unmarshals(t) && t.Elem().Kind() != reflect.Uint8 {
		d.many, t = true, t.Elem()
	}
	if t.Kind() == reflect.Pointer && t != fileType && !d.many {
		d.pointer, t = true, t.Elem()
	}
	d.typ = t
	d.input = f.Tag.Get("type")
	d.secret = d.secret || d.input == "password"
	switch {
	case t == fileType && !d.pointer:
		d.kind = fileKind
	case t == timeType:
		d.kind = timeKind
		if d.input == "" {
			d.input = "date"
		}
		if d.layouts = layouts[d.input]; d.layouts == nil {
			return "is a time, so its type must be date, datetime-local, month or time"
		}
	case unmarshals(t):
		d.text = true
	default:
		switch t.Kind() {
		case reflect.String:
		case reflect.Bool:
			d.kind = boolKind
		case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
			d.kind = intKind
		case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
			d.kind = uintKind
		case reflect.Float32, reflect.Float64:
			d.kind = floatKind
		default:
			return "has the type " + f.Type.String() + ", which no field of a form comes to"
		}
	}
	if d.input == "" {
		d.input = inputTypes[d.kind]
	}
	return d.limits(f.Tag)
}

// unmarshals says whether a type has UnmarshalText; a time has, and is none of those.
func unmarshals(t reflect.Type) bool {
	return t != timeType && t != fileType && reflect.PointerTo(t).Implements(textType)
}

var inputTypes = map[kind]string{boolKind: "checkbox", intKind: "number", uintKind: "number", floatKind: "number", fileKind: "file"}

// layouts are those of the values that browsers send, by the type of the <input>. They know of no more than milliseconds.
// https://html.spec.whatwg.org/multipage/common-microsyntaxes.html#dates-and-times
var layouts = map[string][]string{
	"date":           {"2006-01-02"},
	"datetime-local": {"2006-01-02T15:04", "2006-01-02T15:04:05.999", "2006-01-02 15:04", "2006-01-02 15:04:05.999"},
	"month":          {"2006-01"},
	"time":           {"15:04", "15:04:05.999"},
}

// limits reads min, max, minlength, maxlength and oneof.
func (d *field) limits(tag reflect.StructTag) string {
	for _, l := range []struct {
		name string
		to   *string
	}{{"min", &d.min}, {"max", &d.max}} {
		s, ok := tag.Lookup(l.name)
		if !ok {
			continue
		}
		if k := d.kind; k == textKind || k == boolKind || k == fileKind {
			return "has a " + l.name + ", which only numbers and times have"
		}
		if !d.parse(reflect.New(d.typ).Elem(), s) {
			return "has the " + l.name + " " + quote(s) + ", which is no value of it"
		}
		*l.to = s
	}
	for _, l := range []struct {
		name string
		to   *int
	}{{"minlength", &d.minlength}, {"maxlength", &d.maxlength}} {
		s, ok := tag.Lookup(l.name)
		if !ok {
			continue
		}
		n, err := strconv.Atoi(s)
		if d.kind != textKind || err != nil || n < 0 {
			return "has the " + l.name + " " + quote(s) + ", which must be a number and of a text"
		}
		*l.to = n
	}
	if s, ok := tag.Lookup("oneof"); ok {
		d.oneof = strings.Split(s, "|")
		if d.kind == boolKind || d.kind == fileKind {
			return "has oneof, which is for texts, numbers and times"
		}
		for _, v := range d.oneof {
			if d.tidy(v) != v {
				return "has " + quote(v) + " in oneof, with blanks around it, which are taken off what is typed"
			}
			if !d.parse(reflect.New(d.typ).Elem(), v) {
				return "has " + quote(v) + " in oneof, which is no value of it"
			}
		}
	}
	return ""
}

func quote(s string) string { return strconv.Quote(s) }

// allowed says whether a value is one of those that there are.
func (d *field) allowed(s string) bool { return d.oneof == nil || slices.Contains(d.oneof, s) }
