package content

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"sitegen.dev/core/internal/attrname"
	"sitegen.dev/core/site"
	"sitegen.dev/core/site/content/store"
)

// Problem is something wrong with the data of an entry.
type Problem struct {
	Kind       ProblemKind
	Collection string
	Slug       string   // of the entry
	File       string   // of the entry
	Path       string   // "title", "authors[1].name"; "" for the whole
	Message    string   // what is wrong, with the name of the key
	Hint       string   // what to do; may be empty
	Name       string   // the key or slug that is not known,
	Known      []string // and those that would be
}

// ProblemKind tells problems apart.
type ProblemKind string

// The kinds of problems.
const (
	WrongValue     ProblemKind = "value"      // Path has a value that its field does not take
	UnknownKey     ProblemKind = "unknown"    // nothing takes the key at Path
	MissingKey     ProblemKind = "missing"    // Path is not there, and has to be
	LostReference  ProblemKind = "reference"  // Path refers to nothing
	BadDeclaration ProblemKind = "collection" // the collection itself is wrong
)

// decoder puts the data of one entry into a Go value. It goes on after a problem, so that all of them are told.
type decoder struct {
	problems []Problem
	refs     func(ref reference, path string) // told of every reference
}

// reference is what every Ref is behind a pointer.
type reference interface {
	slug() string
	setSlug(string)
	target() reflect.Type
}

func (d *decoder) fail(path, message, hint string) {
	d.problems = append(d.problems, Problem{Kind: WrongValue, Path: path, Message: message, Hint: hint})
}

// wrong says that a value is not what the field takes.
func (d *decoder) wrong(path string, n store.Node, want string) {
	got := kindNames[n.Kind]
	if n.Kind == store.String || n.Kind == store.Bool || n.Kind == store.Int || n.Kind == store.Float || n.Kind == store.Time || n.Kind == store.Image {
		got = short(n.Text)
	}
	d.fail(path, path+" must be "+want+", not "+got, "")
}

// image takes a picture of the project, which the build has found, or the address of one that lies elsewhere.
func (d *decoder) image(to *site.Image, n store.Node, path string) {
	if p, ok := n.Picture(); ok {
		*to = site.Image{Src: p.URL, Width: p.Width, Height: p.Height, Format: p.Format}
		return
	}
	if n.Kind == store.String && (strings.HasPrefix(n.Text, "https://") || strings.HasPrefix(n.Text, "http://")) {
		*to = site.Image{Src: n.Text}
		return
	}
	if n.Kind == store.String {
		d.fail(path, path+" names no image: "+short(n.Text)+" is not there, or not an image", "write the path relative to this file, ./cover.jpg, or /cover.jpg for a file of the public folder")
		return
	}
	d.wrong(path, n, "the path of an image")
}

func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		s = string(r[:40]) + "…"
	}
	return strconv.Quote(s)
}

var kindNames = map[store.Kind]string{store.Null: "empty", store.List: "a list", store.Map: "a group of keys"}

var (
	imageType    = reflect.TypeFor[site.Image]()
	durationType = reflect.TypeFor[time.Duration]()
)

// value decodes the value at the beginning of s into v and gives what follows it. The error means that s is damaged.
func (d *decoder) value(v reflect.Value, s, path string, depth int) (string, error) {
	n, rest, err := store.Next(s)
	if err != nil || depth > store.MaxDepth {
		return "", errDamaged
	}
	t := v.Type()
	if n.Kind == store.Image && t != imageType {
		n.Kind, n.Norm = store.String, n.Text
	}
	if n.Kind == store.Null { // as if the key were not there
		return rest, nil
	}
	if t.Kind() == reflect.Pointer {
		p := reflect.New(t.Elem())
		rest, err := d.value(p.Elem(), s, path, depth+1)
		v.Set(p)
		return rest, err
	}
	if v.CanAddr() {
		switch p := v.Addr().Interface().(type) {
		case reference:
			if n.N > 0 || n.Kind == store.List || n.Kind == store.Map {
				d.wrong(path, n, "the slug of an entry")
				return store.Skip(s)
			}
			p.setSlug(n.Text)
			if d.refs != nil {
				d.refs(p, path)
			}
			return rest, nil
		case *site.Image:
			d.image(p, n, path)
			if n.N > 0 {
				return store.Skip(s)
			}
			return rest, nil
		case *time.Time:
			return d.time(v, n, s, rest, path)
		case encoding.TextUnmarshaler:
			if n.Kind == store.List || n.Kind == store.Map {
				break
			}
			if err := p.UnmarshalText([]byte(n.Text)); err != nil {
				d.fail(path, path+": "+err.Error(), "")
			}
			return rest, nil
		}
	}
	switch t.Kind() {
	case reflect.Struct:
		if n.Kind != store.Map {
			d.wrong(path, n, "a group of keys")
			return store.Skip(s)
		}
		return d.structure(v, n.N, rest, path, depth)
	case reflect.Map:
		return d.mapping(v, n, s, rest, path, depth)
	case reflect.Slice, reflect.Array:
		return d.list(v, n, s, rest, path, depth)
	case reflect.Interface:
		if t.NumMethod() > 0 {
			d.fail(path, path+": no value can be put into a "+t.String(), "change the type of the field")
			return store.Skip(s)
		}
		x, rest, err := plain(s, depth)
		if err == nil && x != nil {
			v.Set(reflect.ValueOf(x))
		}
		return rest, err
	}
	if n.Kind == store.List || n.Kind == store.Map {
		d.wrong(path, n, typeName(t))
		return store.Skip(s)
	}
	d.scalar(v, n, path)
	return rest, nil
}

func (d *decoder) time(v reflect.Value, n store.Node, s, rest, path string) (string, error) {
	if n.Kind == store.List || n.Kind == store.Map {
		d.wrong(path, n, "a date")
		return store.Skip(s)
	}
	t, ok := parseTime(n.Norm)
	if !ok {
		d.fail(path, path+" must be a date, not "+short(n.Text), "write it as 2026-01-31 or 2026-01-31T15:04:05Z")
		return rest, nil
	}
	v.Set(reflect.ValueOf(t))
	return rest, nil
}

// parseTime reads the spellings that YAML and TOML have for dates.
func parseTime(s string) (time.Time, bool) {
	for _, layout := range []string{time.DateOnly, time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999 -0700", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// typeName says for the author what a field of type t takes.
func typeName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a text"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if t == durationType {
			return "a duration like 1h30m"
		}
		return "a whole number"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number of at least 0"
	}
	return "a " + t.String()
}

func (d *decoder) scalar(v reflect.Value, n store.Node, path string) {
	t := v.Type()
	switch t.Kind() {
	case reflect.String: // whatever it looks like, it is the text that the author wrote
		v.SetString(n.Text)
		return
	case reflect.Bool:
		if n.Kind == store.Bool {
			v.SetBool(n.Norm == "true")
			return
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if t == durationType {
			if x, err := time.ParseDuration(n.Text); err == nil {
				v.SetInt(int64(x))
				return
			}
		} else if n.Kind == store.Int {
			x, err := strconv.ParseInt(n.Norm, 10, 64)
			if err != nil || v.OverflowInt(x) {
				d.fail(path, fmt.Sprintf("%s: %s does not fit into the type %s", path, n.Text, t), "")
				return
			}
			v.SetInt(x)
			return
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if n.Kind == store.Int && !strings.HasPrefix(n.Norm, "-") {
			x, err := strconv.ParseUint(n.Norm, 10, 64)
			if err != nil || v.OverflowUint(x) {
				d.fail(path, fmt.Sprintf("%s: %s does not fit into the type %s", path, n.Text, t), "")
				return
			}
			v.SetUint(x)
			return
		}
	case reflect.Float32, reflect.Float64:
		if n.Kind == store.Int || n.Kind == store.Float {
			x, err := strconv.ParseFloat(n.Norm, 64)
			if err != nil || math.IsInf(x, 0) || math.IsNaN(x) || v.OverflowFloat(x) {
				d.fail(path, path+" is no finite number", "")
				return
			}
			v.SetFloat(x)
			return
		}
	default:
		d.fail(path, path+": no value can be put into a "+t.String(), "change the type of the field")
		return
	}
	d.wrong(path, n, typeName(t))
}

func (d *decoder) list(v reflect.Value, n store.Node, s, rest, path string, depth int) (string, error) {
	if n.Kind != store.List {
		d.wrong(path, n, "a list")
		if n.Kind != store.Map && n.Kind != store.Null {
			d.problems[len(d.problems)-1].Hint = "put it into brackets, as a list of one"
		}
		return store.Skip(s)
	}
	t := v.Type()
	if t.Kind() == reflect.Array {
		if n.N != t.Len() {
			d.fail(path, fmt.Sprintf("%s must be a list of %d, not of %d", path, t.Len(), n.N), "")
			return store.Skip(s)
		}
	} else {
		v.Set(reflect.MakeSlice(t, n.N, n.N))
	}
	var err error
	for i := range n.N {
		if rest, err = d.value(v.Index(i), rest, path+"["+strconv.Itoa(i)+"]", depth+1); err != nil {
			return "", err
		}
	}
	return rest, nil
}

func (d *decoder) mapping(v reflect.Value, n store.Node, s, rest, path string, depth int) (string, error) {
	t := v.Type()
	if n.Kind != store.Map {
		d.wrong(path, n, "a group of keys")
		return store.Skip(s)
	}
	if t.Key().Kind() != reflect.String {
		d.fail(path, path+": no value can be put into a "+t.String(), "change the type of the field")
		return store.Skip(s)
	}
	m := reflect.MakeMapWithSize(t, n.N)
	for range n.N {
		key, after, err := store.Text(rest)
		if err != nil {
			return "", err
		}
		item := reflect.New(t.Elem()).Elem()
		if rest, err = d.value(item, after, join(path, key), depth+1); err != nil {
			return "", err
		}
		m.SetMapIndex(reflect.ValueOf(key).Convert(t.Key()), item)
	}
	v.Set(m)
	return rest, nil
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// plain makes of a value what fits into an any: nil, bool, int, float64, string, time.Time, []any, map[string]any.
func plain(s string, depth int) (any, string, error) {
	n, rest, err := store.Next(s)
	if err != nil || depth > store.MaxDepth {
		return nil, "", errDamaged
	}
	switch n.Kind {
	case store.Null:
		return nil, rest, nil
	case store.Bool:
		return n.Norm == "true", rest, nil
	case store.Int:
		if x, err := strconv.Atoi(n.Norm); err == nil {
			return x, rest, nil
		}
		x, _ := strconv.ParseFloat(n.Norm, 64)
		return x, rest, nil
	case store.Float:
		x, _ := strconv.ParseFloat(n.Norm, 64)
		return x, rest, nil
	case store.Time:
		if t, ok := parseTime(n.Norm); ok {
			return t, rest, nil
		}
	case store.List:
		list := make([]any, n.N)
		for i := range list {
			if list[i], rest, err = plain(rest, depth+1); err != nil {
				return nil, "", err
			}
		}
		return list, rest, nil
	case store.Map:
		m := make(map[string]any, n.N)
		for range n.N {
			key, after, err := store.Text(rest)
			if err != nil {
				return nil, "", err
			}
			if m[key], rest, err = plain(after, depth+1); err != nil {
				return nil, "", err
			}
		}
		return m, rest, nil
	}
	return n.Text, rest, nil
}

// structure decodes n pairs into a struct.
func (d *decoder) structure(v reflect.Value, n int, s, path string, depth int) (string, error) {
	p := planOf(v.Type())
	skip := reserved
	if path != "" {
		skip = nil
	}
	set, rest, err := d.fields(v, p, n, s, path, depth, skip, false)
	if err != nil {
		return "", err
	}
	d.required(p, set, path)
	return rest, nil
}

// fields decodes n pairs into the fields of a struct, says which of them were set, and gives what follows. Of keys that no field takes, those
// in skip are left out, and with loose all of them.
func (d *decoder) fields(v reflect.Value, p *plan, n int, s, path string, depth int, skip map[string]bool, loose bool) (set []bool, tail string, err error) {
	if p.problem != "" {
		d.fail(path, p.problem, "")
	}
	set = make([]bool, len(p.fields))
	var rest reflect.Value
	for range n {
		key, after, err := store.Text(s)
		if err != nil {
			return nil, "", err
		}
		at := join(path, key)
		i, ok := p.index[fold(key)]
		if ok && p.fields[i].exact && p.fields[i].name != key {
			ok = false
		}
		switch {
		case ok:
			head, _, err := store.Next(after)
			if err != nil {
				return nil, "", err
			}
			if set[i] {
				d.fail(at, fmt.Sprintf("%s and an earlier key both set %s", key, p.fields[i].name), "remove one of them")
			}
			set[i] = head.Kind != store.Null
			if s, err = d.value(v.FieldByIndex(p.fields[i].index), after, at, depth+1); err != nil {
				return nil, "", err
			}
		case p.rest != nil && !skip[strings.ToLower(key)]:
			f := v.FieldByIndex(p.rest)
			if !rest.IsValid() {
				rest = reflect.MakeMap(f.Type())
				f.Set(rest)
			}
			item := reflect.New(f.Type().Elem()).Elem()
			if s, err = d.value(item, after, at, depth+1); err != nil {
				return nil, "", err
			}
			rest.SetMapIndex(reflect.ValueOf(key).Convert(f.Type().Key()), item)
		default:
			if !skip[strings.ToLower(key)] && !loose {
				d.problems = append(d.problems, Problem{Kind: UnknownKey, Path: at, Name: key, Known: p.names(), Message: fmt.Sprintf("nothing takes the key %s", at)})
			}
			if s, err = store.Skip(after); err != nil {
				return nil, "", err
			}
		}
	}
	return set, s, nil
}

// required tells of the fields that have to be set and were not.
func (d *decoder) required(p *plan, set []bool, path string) {
	for i, f := range p.fields {
		if f.required && !set[i] {
			d.problems = append(d.problems, Problem{Kind: MissingKey, Path: join(path, f.name), Message: join(path, f.name) + " is missing", Hint: "add " + f.name + ": …"})
		}
	}
}

// reserved are the keys of an entry that sitegen itself reads. They need no field.
var reserved = map[string]bool{"draft": true, "slug": true, "layout": true, "aliases": true}

// plan says which key of the data goes into which field of a struct.
type plan struct {
	fields  []planField
	index   map[string]int // by folded name
	rest    []int          // the field that takes all other keys; nil without one
	problem string
}

type planField struct {
	name     string // as an author would write it
	index    []int
	required bool
	exact    bool // only this very name
}

func (p *plan) names() []string {
	names := make([]string, len(p.fields))
	for i, f := range p.fields {
		names[i] = f.name
	}
	return names
}

var plans sync.Map // of *plan by planKey

type planKey struct {
	t   reflect.Type
	tag string
}

func planOf(t reflect.Type) *plan { return planFor(t, "content") }

// planFor reads the tags of a struct: "content" of data, "prop" of the props of a component.
func planFor(t reflect.Type, tag string) *plan {
	if p, ok := plans.Load(planKey{t, tag}); ok {
		return p.(*plan)
	}
	p := &plan{index: map[string]int{}}
	p.add(t, nil, tag)
	plans.Store(planKey{t, tag}, p)
	return p
}

func (p *plan) add(t reflect.Type, prefix []int, tag string) {
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(prefix[:len(prefix):len(prefix)], i)
		name, options, _ := strings.Cut(f.Tag.Get(tag), ",")
		if f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct {
			p.add(f.Type, index, tag)
			continue
		}
		if !f.IsExported() || name == "-" {
			continue
		}
		field := planField{name: name, index: index}
		field.exact = name != "" && tag == "prop"
		if name == "" {
			field.name = attrname.Of(f.Name)
		}
		rest := false
		for option := range strings.SplitSeq(options, ",") {
			switch option {
			case "":
			case "required":
				field.required = true
			case "rest":
				rest = true
			default:
				p.problem = fmt.Sprintf("the tag of %s.%s has %q, which is neither required nor rest", t, f.Name, option)
			}
		}
		if rest {
			if f.Type.Kind() != reflect.Map || f.Type.Key().Kind() != reflect.String {
				p.problem = fmt.Sprintf("%s.%s takes the rest of the keys, so it must be a map with texts as keys", t, f.Name)
				continue
			}
			p.rest = index
			continue
		}
		if _, taken := p.index[fold(field.name)]; taken {
			if len(prefix) == 0 {
				p.problem = fmt.Sprintf("two fields of %s take the key %s", t, field.name)
			}
			continue
		}
		p.index[fold(field.name)] = len(p.fields)
		p.fields = append(p.fields, field)
	}
}

// fold is the form in which keys and names of fields are compared: without case, - and _, as attributes and props are.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}
