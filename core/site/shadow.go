package site

import "reflect"

// GoError is the type error, for generated code of a component that gives this name another meaning.
type GoError = error

// GoString is the type string, likewise.
type GoString = string

// IsNil says whether v is nil, or a pointer, function, map, slice or channel that is. Generated code calls it in components that give
// the name nil another meaning; elsewhere it compares with nil.
func IsNil(v any) bool {
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Func, reflect.Pointer, reflect.Map, reflect.Slice, reflect.Chan, reflect.Interface:
		return r.IsNil()
	}
	return false
}
