package form

import (
	"encoding"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"sitegen.dev/core/site"
)

// decode puts what was sent for a field into v, which is zero, or says what is wrong with it.
func (d *field) decode(v reflect.Value, sent values) (Problem, bool) {
	if d.kind == fileKind {
		return d.files(v, sent.Files(d.name))
	}
	if d.kind == boolKind && !d.many {
		return d.bool(v, sent.Has(d.name), sent.All(d.name))
	}
	filled := false
	for _, s := range d.all(sent) {
		if s = d.tidy(s); s == "" {
			continue
		}
		to := v
		switch {
		case d.many:
			to = reflect.New(d.typ).Elem()
		case d.pointer:
			to = reflect.New(d.typ).Elem()
		}
		if p, ok := d.one(to, s); !ok {
			return p, false
		}
		filled = true
		switch {
		case d.many:
			v.Set(reflect.Append(v, to))
			continue
		case d.pointer:
			v.Set(to.Addr())
		}
		break // of several values the first counts, as with Form.Get
	}
	if d.required && !filled {
		return d.problem(Required, ""), false
	}
	return Problem{}, true
}

// all gives the values that were sent for a field. A browser sends the addresses of <input type="email" multiple> as one.
func (d *field) all(sent values) []string {
	all := sent.All(d.name)
	if d.addresses() {
		return strings.Split(strings.Join(all, ","), ",")
	}
	return all
}

// addresses says whether a field holds several email addresses, between which commas stand.
func (d *field) addresses() bool { return d.many && d.input == "email" }

// blank says whether nothing was typed into a field of which only text that was typed means something: a number, or one of a list.
func (d *field) blank(all []string) bool {
	if d.required || d.many || d.pointer || d.kind == boolKind || d.kind == textKind && !d.text && (d.oneof == nil || d.allowed("")) {
		return false
	}
	return !slices.ContainsFunc(all, func(s string) bool { return d.tidy(s) != "" })
}

// tidy gives a value as it is looked at: with the line ends of Go, and without blanks around it unless it is secret.
func (d *field) tidy(s string) string {
	if d.secret {
		return s
	}
	return strings.TrimSpace(lines(s))
}

// lines makes the line ends of a text those of Go. Browsers send CRLF.
func lines(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// one puts one value into v.
func (d *field) one(v reflect.Value, s string) (Problem, bool) {
	if !d.parse(v, s) {
		return d.problem(WrongType, ""), false
	}
	if n := length(s); d.minlength >= 0 && n < d.minlength {
		return d.problem(TooShort, strconv.Itoa(d.minlength)), false
	} else if d.maxlength >= 0 && n > d.maxlength {
		return d.problem(TooLong, strconv.Itoa(d.maxlength)), false
	}
	if d.min != "" && d.compare(v, d.min) < 0 {
		return d.problem(TooSmall, d.min), false
	}
	if d.max != "" && d.compare(v, d.max) > 0 {
		return d.problem(TooLarge, d.max), false
	}
	if !d.allowed(s) {
		return d.problem(NotListed, strings.Join(d.oneof, ", ")), false
	}
	return Problem{}, true
}

// length counts as browsers do for minlength and maxlength.
func length(s string) (n int) {
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// bool reads a checkbox: one that is not ticked is not sent. Of a hidden field and a checkbox of the same name either may tick it.
func (d *field) bool(v reflect.Value, has bool, all []string) (Problem, bool) {
	ticked := false
	for _, s := range all {
		ticked = ticked || truth(s)
	}
	switch {
	case !d.pointer:
		v.SetBool(ticked)
	case has:
		v.Set(reflect.New(d.typ))
		v.Elem().SetBool(ticked)
	}
	if d.required && !ticked && !(d.pointer && has) { // no is an answer
		return d.problem(Required, ""), false
	}
	return Problem{}, true
}

// truth says what the value of a checkbox means that was sent.
func truth(s string) bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "", "0", "false", "off", "no":
		return false
	}
	return true
}

// files takes the files of a field. A browser sends one without a name and without a byte where none was chosen.
func (d *field) files(v reflect.Value, all []*site.File) (Problem, bool) {
	filled := false
	for _, f := range all {
		if f.Name == "" && f.Size == 0 {
			continue
		}
		filled = true
		if !d.many {
			v.Set(reflect.ValueOf(f))
			break
		}
		v.Set(reflect.Append(v, reflect.ValueOf(f)))
	}
	if d.required && !filled {
		return d.problem(Required, ""), false
	}
	return Problem{}, true
}

// parse puts a text into v, if it is one of its type.
func (d *field) parse(v reflect.Value, s string) bool {
	if d.text {
		return v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(s)) == nil
	}
	switch d.kind {
	case boolKind:
		v.SetBool(truth(s))
		return true
	case intKind:
		n, err := strconv.ParseInt(s, 10, d.typ.Bits())
		v.SetInt(n)
		return err == nil
	case uintKind:
		n, err := strconv.ParseUint(s, 10, d.typ.Bits())
		v.SetUint(n)
		return err == nil
	case floatKind:
		if strings.Trim(s, "0123456789+-.eE") != "" { // Go knows others, as hexadecimal ones and NaN
			return false
		}
		n, err := strconv.ParseFloat(s, d.typ.Bits())
		v.SetFloat(n)
		return err == nil
	case timeKind:
		for _, layout := range d.layouts {
			if t, err := time.Parse(layout, s); err == nil {
				v.Set(reflect.ValueOf(t.Truncate(time.Millisecond)))
				return true
			}
		}
		return false
	}
	v.SetString(s)
	switch d.input {
	case "email":
		return isEmail(s)
	case "url":
		return isURL(s)
	}
	return true
}

// compare orders a value and a limit, which is one of its type.
func (d *field) compare(v reflect.Value, limit string) int {
	l := reflect.New(d.typ).Elem()
	d.parse(l, limit)
	switch d.kind {
	case intKind:
		return order(v.Int(), l.Int())
	case uintKind:
		return order(v.Uint(), l.Uint())
	case floatKind:
		return order(v.Float(), l.Float())
	}
	return v.Interface().(time.Time).Compare(l.Interface().(time.Time))
}

func order[T int64 | uint64 | float64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (d *field) problem(k Kind, limit string) Problem {
	return Problem{Field: d.name, Kind: k, Limit: limit, Type: d.input, field: d}
}

// format gives the values of v as they stand in a form.
func (d *field) format(v reflect.Value) []string {
	if d.many {
		var out []string
		for i := range v.Len() {
			out = append(out, d.printed(v.Index(i)))
		}
		return out
	}
	if d.pointer {
		if v.IsNil() {
			return nil
		}
		return []string{d.printed(v.Elem())}
	}
	s := d.printed(v)
	if v.IsZero() && !d.is(boolKind) && (d.oneof == nil || !d.allowed(s)) {
		return nil
	}
	return []string{s}
}

// printed gives the text of one value as a browser would send it.
func (d *field) printed(v reflect.Value) string {
	if d.text {
		x := reflect.New(d.typ)
		x.Elem().Set(v)
		if m, ok := x.Interface().(encoding.TextMarshaler); ok {
			if b, err := m.MarshalText(); err == nil {
				return string(b)
			}
		}
		if v.Kind() == reflect.String {
			return v.String()
		}
		return ""
	}
	switch d.kind {
	case boolKind:
		if v.Bool() {
			return "on"
		}
		return ""
	case intKind:
		return strconv.FormatInt(v.Int(), 10)
	case uintKind:
		return strconv.FormatUint(v.Uint(), 10)
	case floatKind:
		return strconv.FormatFloat(v.Float(), 'f', -1, d.typ.Bits())
	case timeKind:
		t := v.Interface().(time.Time).Truncate(time.Millisecond)
		if layout := d.layouts[0]; t.Second() == 0 && t.Nanosecond() == 0 || len(d.layouts) == 1 {
			return t.Format(layout)
		}
		return t.Format(d.layouts[1])
	}
	return v.String()
}
