package symbols

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// generic are functions of packages slices, maps and cmp for values of any type, by the name of the package and their
// own. Calls are type-checked before they get here, so that a value is never of a wrong type. What a function gives is any
// value, but for numbers and truths; an iterator is a sequence, which only loops and other functions of this table take.
var generic = map[string]any{
	"Min": func(xs ...any) any { return slices.MinFunc(xs, compare) },
	"Max": func(xs ...any) any { return slices.MaxFunc(xs, compare) },

	"CmpCompare": compare,
	"CmpLess":    func(a, b any) bool { return compare(a, b) < 0 },
	"CmpOr": func(xs ...any) any {
		for _, x := range xs {
			if !reflect.ValueOf(x).IsZero() {
				return x
			}
		}
		return reflect.Zero(reflect.TypeOf(xs[0])).Interface()
	},

	"SlicesSort":           func(s any) { sortBy(s, compare) },
	"SlicesSortFunc":       func(s, f any) { sortBy(s, comparing(f)) },
	"SlicesSortStableFunc": func(s, f any) { sortBy(s, comparing(f)) },
	"SlicesReverse": func(s any) {
		swap := reflect.Swapper(s)
		for i, j := 0, reflect.ValueOf(s).Len()-1; i < j; i, j = i+1, j-1 {
			swap(i, j)
		}
	},
	"SlicesContains":     func(s, x any) bool { return index(s, equal(x)) >= 0 },
	"SlicesContainsFunc": func(s, f any) bool { return index(s, holding(f)) >= 0 },
	"SlicesIndex":        func(s, x any) int { return index(s, equal(x)) },
	"SlicesIndexFunc":    func(s, f any) int { return index(s, holding(f)) },
	"SlicesEqual": func(a, b any) bool {
		return slices.EqualFunc(items(a), items(b), func(x, y any) bool { return x == y })
	},
	"SlicesMin": func(s any) any { return slices.MinFunc(items(s), compare) },
	"SlicesMax": func(s any) any { return slices.MaxFunc(items(s), compare) },
	"SlicesClone": func(s any) any {
		v := reflect.ValueOf(s)
		if v.IsNil() {
			return s
		}
		return reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, v.Len()), v).Interface()
	},
	"SlicesCompact": func(s any) any {
		v := reflect.ValueOf(s)
		out := v.Slice(0, 0)
		for i := range v.Len() {
			if i == 0 || v.Index(i).Interface() != v.Index(i-1).Interface() {
				out = reflect.Append(out, v.Index(i))
			}
		}
		return out.Interface()
	},
	"SlicesConcat": func(ss ...any) any {
		out := reflect.MakeSlice(reflect.TypeOf(ss[0]), 0, 0)
		for _, s := range ss {
			out = reflect.AppendSlice(out, reflect.ValueOf(s))
		}
		return out.Interface()
	},
	"SlicesValues": func(s any) sequence { return sequence{reflect.TypeOf(s).Elem(), one(items(s))} },
	"SlicesAll":    func(s any) sequence { return sequence{nil, numbered(s)} },
	"SlicesBackward": func(s any) sequence {
		all := numbered(s)
		slices.Reverse(all)
		return sequence{nil, all}
	},
	"SlicesCollect": func(seq any) any { return collect(seq).Interface() },
	"SlicesSorted": func(seq any) any {
		s := collect(seq).Interface()
		sortBy(s, compare)
		return s
	},
	"SlicesSortedFunc": func(seq, f any) any {
		s := collect(seq).Interface()
		sortBy(s, comparing(f))
		return s
	},

	"MapsKeys":   func(m any) sequence { return sequence{reflect.TypeOf(m).Key(), column(entries(m), 0)} },
	"MapsValues": func(m any) sequence { return sequence{reflect.TypeOf(m).Elem(), column(entries(m), 1)} },
	"MapsAll":    func(m any) sequence { return sequence{nil, entries(m)} },
	"MapsClone": func(m any) any {
		v := reflect.ValueOf(m)
		if v.IsNil() {
			return m
		}
		out := reflect.MakeMap(v.Type())
		for _, k := range v.MapKeys() {
			out.SetMapIndex(k, v.MapIndex(k))
		}
		return out.Interface()
	},
	"MapsCopy": func(to, from any) {
		v := reflect.ValueOf(from)
		for _, k := range v.MapKeys() {
			reflect.ValueOf(to).SetMapIndex(k, v.MapIndex(k))
		}
	},

	"Yielded": yielded,
}

// sequence is what an iterator yields: rows of one or two values. elem is the type of the values where there is one.
type sequence struct {
	elem reflect.Type
	rows [][]any
}

// maxYielded bounds how much of an iterator that never ends is taken.
const maxYielded = 1 << 20

// yielded gives what an iterator yields: a sequence, or a function of the author's.
func yielded(seq any) [][]any {
	if s, ok := seq.(sequence); ok {
		return s.rows
	}
	f := reflect.ValueOf(seq)
	var rows [][]any
	f.Call([]reflect.Value{reflect.MakeFunc(f.Type().In(0), func(args []reflect.Value) []reflect.Value {
		row := make([]any, len(args))
		for i, a := range args {
			row[i] = a.Interface()
		}
		rows = append(rows, row)
		return []reflect.Value{reflect.ValueOf(len(rows) < maxYielded)}
	})})
	return rows
}

// collect makes a slice of what an iterator yields.
func collect(seq any) reflect.Value {
	var elem reflect.Type
	if s, ok := seq.(sequence); ok {
		elem = s.elem
	} else {
		elem = reflect.TypeOf(seq).In(0).In(0)
	}
	out := reflect.Zero(reflect.SliceOf(elem))
	for _, row := range yielded(seq) {
		out = reflect.Append(out, reflect.ValueOf(row[0]))
	}
	return out
}

func items(s any) []any {
	v := reflect.ValueOf(s)
	out := make([]any, v.Len())
	for i := range out {
		out[i] = v.Index(i).Interface()
	}
	return out
}

func one(xs []any) [][]any {
	rows := make([][]any, len(xs))
	for i, x := range xs {
		rows[i] = []any{x}
	}
	return rows
}

func numbered(s any) [][]any {
	var rows [][]any
	for i, x := range items(s) {
		rows = append(rows, []any{i, x})
	}
	return rows
}

func entries(m any) [][]any {
	v := reflect.ValueOf(m)
	var rows [][]any
	for _, k := range v.MapKeys() {
		rows = append(rows, []any{k.Interface(), v.MapIndex(k).Interface()})
	}
	return rows
}

func column(rows [][]any, n int) [][]any {
	var out [][]any
	for _, row := range rows {
		out = append(out, row[n:n+1])
	}
	return out
}

// compare is cmp.Compare of two values of one type.
func compare(a, b any) int {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	switch {
	case x.CanInt():
		return cmp.Compare(x.Int(), y.Int())
	case x.CanUint():
		return cmp.Compare(x.Uint(), y.Uint())
	case x.CanFloat():
		return cmp.Compare(x.Float(), y.Float())
	case x.Kind() == reflect.String:
		return strings.Compare(x.String(), y.String())
	}
	panic(fmt.Sprintf("cannot compare %T", a))
}

func comparing(f any) func(a, b any) int {
	if f, ok := f.(func(a, b any) int); ok {
		return f
	}
	v := reflect.ValueOf(f)
	return func(a, b any) int {
		return int(v.Call([]reflect.Value{reflect.ValueOf(a), reflect.ValueOf(b)})[0].Int())
	}
}

func holding(f any) func(any) bool {
	v := reflect.ValueOf(f)
	return func(x any) bool { return v.Call([]reflect.Value{reflect.ValueOf(x)})[0].Bool() }
}

func equal(x any) func(any) bool { return func(y any) bool { return x == y } }

func index(s any, ok func(any) bool) int { return slices.IndexFunc(items(s), ok) }

// sortBy sorts a slice where it is. It is always stable.
func sortBy(s any, f func(a, b any) int) {
	sorted := items(s)
	slices.SortStableFunc(sorted, f)
	for i, x := range sorted {
		reflect.ValueOf(s).Index(i).Set(reflect.ValueOf(x))
	}
}
