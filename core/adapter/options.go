package adapter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/diag"
)

// At gives the place of an option by its path, "isr.expiration". For one that is not written it is that of the nearest
// one around it, and at last that of the whole block.
func (s *Site) At(path string) diag.Range {
	for path != "" {
		if at, ok := s.OptionPlaces[path]; ok {
			return at
		}
		path = path[:max(strings.LastIndexByte(path, '.'), 0)]
	}
	return diag.Range{Pos: s.OptionsAt}
}

// DecodeOptions reads the options of the adapter called name into a struct, strictly: what the struct has no field for,
// and what is of another type than its field, is a diagnostic at its place in site.yaml. Fields that are not written
// keep what they hold. Fields are named by their json tags; further tags say what a value may be:
//
//	oneof:"a b c"   one of these texts
//	min:"1"         at least; of a number
//	max:"3600"      at most
//
// A type with more than one form implements Option.
func DecodeOptions(name string, site *Site, into any) []diag.Diagnostic {
	d := &OptionDecoder{name: name, site: site}
	raw := bytes.TrimSpace(site.Options)
	if len(raw) > 0 && string(raw) != "null" {
		d.Decode("", raw, into)
	}
	return d.list
}

// An Option is read by itself, because it has more than one form.
type Option interface {
	// DecodeOption reads raw, which is valid JSON, and reports what is wrong with it.
	DecodeOption(d *OptionDecoder, path string, raw json.RawMessage)
}

// OptionDecoder reads options and gathers what is wrong with them.
type OptionDecoder struct {
	name string
	site *Site
	list []diag.Diagnostic
}

// Report says that the option of that path has a value that cannot be: "must be …, not …".
func (d *OptionDecoder) Report(path, problem, hint string) {
	what := "option " + path
	if path == "" {
		what = "the block"
	}
	d.list = append(d.list, diag.Diagnostic{Code: "SG6006", Range: d.site.At(path),
		Message: what + " of adapter " + d.name + " " + problem, Hint: hint})
}

// Decode reads the value of the option of that path.
func (d *OptionDecoder) Decode(path string, raw json.RawMessage, into any) {
	d.value(path, raw, reflect.ValueOf(into).Elem(), "")
}

var optionType = reflect.TypeFor[Option]()

func (d *OptionDecoder) value(path string, raw json.RawMessage, v reflect.Value, tag reflect.StructTag) {
	if v.CanAddr() && v.Addr().Type().Implements(optionType) {
		v.Addr().Interface().(Option).DecodeOption(d, path, raw)
		return
	}
	wrong := func(want string) { d.Report(path, "must be "+want+", not "+brief(raw), "") }
	switch v.Kind() {
	case reflect.Pointer:
		target := reflect.New(v.Type().Elem())
		d.value(path, raw, target.Elem(), tag)
		v.Set(target)
	case reflect.Struct:
		d.object(path, raw, v)
	case reflect.Map:
		entries, ok := keysOf(raw)
		if !ok {
			wrong("a map")
			return
		}
		m := reflect.MakeMap(v.Type())
		for _, key := range slices.Sorted(maps.Keys(entries)) {
			e := reflect.New(v.Type().Elem()).Elem()
			d.value(join(path, key), entries[key], e, tag)
			m.SetMapIndex(reflect.ValueOf(key), e)
		}
		v.Set(m)
	case reflect.Slice:
		var items []json.RawMessage
		if json.Unmarshal(raw, &items) != nil || items == nil {
			wrong("a list")
			return
		}
		s := reflect.MakeSlice(v.Type(), len(items), len(items))
		for i, item := range items {
			d.value(join(path, strconv.Itoa(i)), item, s.Index(i), tag)
		}
		v.Set(s)
	case reflect.String:
		d.text(path, raw, v, tag, wrong)
	case reflect.Bool:
		var b *bool
		if json.Unmarshal(raw, &b) != nil || b == nil {
			wrong("true or false")
			return
		}
		v.SetBool(*b)
	case reflect.Int, reflect.Int64:
		var n *int64
		if json.Unmarshal(raw, &n) != nil || n == nil {
			wrong("a whole number")
			return
		}
		if d.bounds(path, float64(*n), tag) {
			v.SetInt(*n)
		}
	case reflect.Float64:
		var n *float64
		if json.Unmarshal(raw, &n) != nil || n == nil {
			wrong("a number")
			return
		}
		if d.bounds(path, *n, tag) {
			v.SetFloat(*n)
		}
	default:
		panic("options of adapter " + d.name + ": no rule for a field of type " + v.Type().String())
	}
}

func (d *OptionDecoder) text(path string, raw json.RawMessage, v reflect.Value, tag reflect.StructTag, wrong func(string)) {
	allowed := strings.Fields(tag.Get("oneof"))
	var s *string
	if json.Unmarshal(raw, &s) != nil || s == nil {
		if len(allowed) > 0 {
			wrong(strings.Join(allowed, " or "))
			return
		}
		wrong("a text")
		return
	}
	if len(allowed) > 0 && !slices.Contains(allowed, *s) {
		hint := ""
		if near := diag.Suggest(*s, allowed); near != "" {
			hint = "did you mean " + near + "?"
		}
		d.Report(path, "must be "+strings.Join(allowed, " or ")+", not "+brief(raw), hint)
		return
	}
	v.SetString(*s)
}

func (d *OptionDecoder) bounds(path string, n float64, tag reflect.StructTag) bool {
	bound := func(name string) (float64, bool) {
		f, err := strconv.ParseFloat(tag.Get(name), 64)
		return f, err == nil
	}
	lo, hasLo := bound("min")
	hi, hasHi := bound("max")
	if (!hasLo || n >= lo) && (!hasHi || n <= hi) {
		return true
	}
	want := "at least " + tag.Get("min")
	switch {
	case hasLo && hasHi:
		want = "from " + tag.Get("min") + " to " + tag.Get("max")
	case hasHi:
		want = "at most " + tag.Get("max")
	}
	d.Report(path, fmt.Sprintf("must be %s, not %v", want, n), "")
	return false
}

func (d *OptionDecoder) object(path string, raw json.RawMessage, v reflect.Value) {
	entries, ok := keysOf(raw)
	if !ok {
		d.Report(path, "must be a map, not "+brief(raw), "")
		return
	}
	fields := map[string]int{}
	for i := range v.NumField() {
		if name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); name != "" && name != "-" {
			fields[name] = i
		}
	}
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		at := join(path, key)
		i, ok := fields[key]
		if !ok {
			names := slices.Sorted(maps.Keys(fields))
			hint := "its options are " + strings.Join(names, ", ")
			if path != "" {
				hint = "its keys are " + strings.Join(names, ", ")
			}
			if near := diag.Suggest(key, names); near != "" {
				hint = "did you mean " + near + "?"
			}
			message := fmt.Sprintf("adapter %s has no option %q", d.name, at)
			d.list = append(d.list, diag.Diagnostic{Code: "SG6005", Range: d.site.At(at), Message: message, Hint: hint})
			continue
		}
		f := v.Type().Field(i)
		d.value(at, entries[key], v.Field(i), f.Tag)
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func keysOf(raw json.RawMessage) (map[string]json.RawMessage, bool) {
	var m map[string]json.RawMessage
	return m, json.Unmarshal(raw, &m) == nil && m != nil
}

// brief is a value as a message shows it.
func brief(raw json.RawMessage) string {
	const most = 60
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		io.WriteString(&b, string(raw))
	}
	if s := b.String(); len(s) > most {
		return s[:most] + "…"
	}
	return b.String()
}
