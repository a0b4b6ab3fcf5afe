package site

import (
	"iter"
	"math"
	"reflect"
	"strconv"
	"unsafe"
)

// Val is the value of an expression of a template on its way to the output; see V.
type Val[T any] struct {
	v   T
	err error
}

// V takes the value of an expression. It accepts what a call returns as a whole, so that {f(x)} may return a value or
// a value and an error; an error ends the output.
//
// What can be printed, in this order:
//
//   - nil, nil pointers and an Opt without a value: nothing
//   - error, String() string, MarshalText() ([]byte, error): what the method returns
//   - strings and []byte, integers, floats and bools, and types made from them: as fmt.Print does
//   - other pointers: what they point to
//   - slices and arrays: their items one after the other
//
// In text, Node, []Node, iter.Seq[Node] and HTML are markup. All other types end the output with a *ValueError.
func V[T any](v T, errs ...error) Val[T] {
	if len(errs) != 0 {
		return Val[T]{v, errs[0]}
	}
	return Val[T]{v: v}
}

// LongV is V for generated functions that are so long that the copies of an inlined V would take most of the compiler's time.
//
//go:noinline
func LongV[T any](v T, errs ...error) Val[T] { return V(v, errs...) }

// LongText writes v as text, as V(v).Text(w) does, for such functions.
//
//go:noinline
func LongText[T any](v T, w *Writer) { Val[T]{v: v}.Text(w) }

// Text writes the value as text.
func (v Val[T]) Text(w *Writer) {
	if v.err != nil {
		w.failWith(v.err)
	} else if s, ok := any(v.v).(string); ok {
		w.buf = appendText(w.buf, s)
	} else if n, ok := any(v.v).(int); ok {
		w.buf = strconv.AppendInt(w.buf, int64(n), 10)
	} else if !w.plainText(any(v.v)) {
		w.anyText(any(v.v), 0)
	}
}

// HTML writes the value as markup, for set:html. Strings are trusted to be markup here.
func (v Val[T]) HTML(w *Writer) {
	if v.err != nil {
		w.failWith(v.err)
		return
	}
	if !w.plainHTML(any(v.v)) {
		w.anyHTML(any(v.v), 0)
	}
}

// scalar returns the value as far as it is one, and sets the error of w otherwise. Items of slices are separated by
// sep; place names the context in messages.
func (v Val[T]) scalar(w *Writer, place, sep string) scalar {
	if v.err != nil {
		w.failWith(v.err)
		return scalar{}
	}
	if sc, ok := plain(any(v.v)); ok {
		return sc
	}
	return w.anyScalar(any(v.v), place, sep, 0)
}

// A scalar is a value that is printed as one piece.
type scalar struct {
	s    string // of the string kinds
	n    uint64 // of the numbers: their bits
	kind kind
}

type kind uint8

const (
	isAbsent kind = iota // nil, nil pointer, Opt without a value
	isFalse
	isTrue
	isString
	isHTML
	isJS
	isCSS
	isRawURL
	isInt
	isUint
	isFloat32
	isFloat64
)

// plain handles the types that are printed without a method and without an allocation. It is apart from anyScalar
// because x does not escape here: the caller's conversion to an interface costs nothing.
func plain(x any) (scalar, bool) {
	switch x := x.(type) {
	case string:
		return scalar{s: x, kind: isString}, true
	case int:
		return scalar{n: uint64(x), kind: isInt}, true
	case bool:
		if x {
			return scalar{kind: isTrue}, true
		}
		return scalar{kind: isFalse}, true
	case float64:
		return scalar{n: math.Float64bits(x), kind: isFloat64}, true
	case float32:
		return scalar{n: uint64(math.Float32bits(x)), kind: isFloat32}, true
	case int64:
		return scalar{n: uint64(x), kind: isInt}, true
	case int32:
		return scalar{n: uint64(x), kind: isInt}, true
	case int16:
		return scalar{n: uint64(x), kind: isInt}, true
	case int8:
		return scalar{n: uint64(x), kind: isInt}, true
	case uint:
		return scalar{n: uint64(x), kind: isUint}, true
	case uint64:
		return scalar{n: x, kind: isUint}, true
	case uint32:
		return scalar{n: uint64(x), kind: isUint}, true
	case uint16:
		return scalar{n: uint64(x), kind: isUint}, true
	case uint8:
		return scalar{n: uint64(x), kind: isUint}, true
	case uintptr:
		return scalar{n: uint64(x), kind: isUint}, true
	case []byte:
		if x == nil {
			return scalar{}, true
		}
		return scalar{s: stringOf(x), kind: isString}, true
	case HTML:
		return scalar{s: string(x), kind: isHTML}, true
	case JS:
		return scalar{s: string(x), kind: isJS}, true
	case CSS:
		return scalar{s: string(x), kind: isCSS}, true
	case RawURL:
		return scalar{s: string(x), kind: isRawURL}, true
	case *string:
		if x == nil {
			return scalar{}, true
		}
		return scalar{s: *x, kind: isString}, true
	case Opt[string]:
		if !x.ok {
			return scalar{}, true
		}
		return scalar{s: x.v, kind: isString}, true
	case nil:
		return scalar{}, true
	}
	return scalar{}, false
}

// str tells whether sc holds bytes that need escaping; numbers and bools never do.
func (sc scalar) str() bool { return isString <= sc.kind && sc.kind <= isRawURL }

// appendTo appends sc as fmt.Print would print it, unescaped.
func (sc scalar) appendTo(b []byte) []byte {
	switch sc.kind {
	case isString, isHTML, isJS, isCSS, isRawURL:
		return append(b, sc.s...)
	case isInt:
		return strconv.AppendInt(b, int64(sc.n), 10)
	case isUint:
		return strconv.AppendUint(b, sc.n, 10)
	case isFloat64:
		return strconv.AppendFloat(b, math.Float64frombits(sc.n), 'g', -1, 64)
	case isFloat32:
		return strconv.AppendFloat(b, float64(math.Float32frombits(uint32(sc.n))), 'g', -1, 32)
	case isTrue:
		return append(b, "true"...)
	case isFalse:
		return append(b, "false"...)
	}
	return b
}

func (sc scalar) String() string {
	if sc.str() {
		return sc.s
	}
	return string(sc.appendTo(nil))
}

// maxDepth ends the walk through pointers and slices, which may lead back to themselves.
const maxDepth = 32

type (
	stringer interface{ String() string }
	texter   interface{ MarshalText() ([]byte, error) }
	// moment is time.Time, whose String is for debugging: with the monotonic clock it is no date that <time datetime> takes. Asked for by
	// its methods, it brings no formatting of dates into a program without any.
	moment interface {
		Format(layout string) string
		UnixNano() int64
	}
)

// rfc3339 is time.RFC3339.
const rfc3339 = "2006-01-02T15:04:05Z07:00"

var (
	stringerType = reflect.TypeFor[stringer]()
	writerType   = reflect.TypeFor[*Writer]()
	errorType    = reflect.TypeFor[error]()
	yieldType    = reflect.TypeFor[func(Node) bool]()
)

// isNode says whether t is Node or a type made from it.
func isNode(t reflect.Type) bool {
	return t.Kind() == reflect.Func && t.NumIn() == 1 && t.In(0) == writerType && t.NumOut() == 1 && t.Out(0) == errorType && !t.IsVariadic()
}

// isSeq says whether t is iter.Seq[Node] or a type made from it.
func isSeq(t reflect.Type) bool {
	return t.Kind() == reflect.Func && t.NumIn() == 1 && t.In(0) == yieldType && t.NumOut() == 0 && !t.IsVariadic()
}

// funcOf makes an F of a function of a type made from F, which the caller has seen to. reflect.Value.Convert would do it
// too, and brings along the conversions between all other types.
func funcOf[F any](x any) F {
	type layout struct{ typ, data unsafe.Pointer } // of an interface; a function in it is its pointer
	f := (*layout)(unsafe.Pointer(&x)).data
	return *(*F)(unsafe.Pointer(&f))
}

// method returns what a type says about its own text. Methods are not called on nil pointers.
func (w *Writer) method(x any) (s string, ok bool) {
	switch x := x.(type) {
	case error:
		return x.Error(), true
	case moment:
		return x.Format(rfc3339), true
	case stringer:
		return x.String(), true
	case texter:
		b, err := x.MarshalText()
		if err != nil {
			w.failWith(err)
			return "", true
		}
		return stringOf(b), true
	}
	return "", false
}

// anyScalar is plain for all other types.
func (w *Writer) anyScalar(x any, place, sep string, depth int) scalar {
	if sc, ok := plain(x); ok {
		return sc
	}
	v := reflect.ValueOf(x)
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return scalar{}
	}
	if o, ok := x.(option); ok {
		if x, ok = o.option(); !ok {
			return scalar{}
		}
		return w.anyScalar(x, place, sep, depth+1)
	}
	if s, ok := w.method(x); ok {
		return scalar{s: s, kind: isString}
	}
	switch v.Kind() {
	case reflect.String:
		return scalar{s: v.String(), kind: isString}
	case reflect.Bool:
		if v.Bool() {
			return scalar{kind: isTrue}
		}
		return scalar{kind: isFalse}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return scalar{n: uint64(v.Int()), kind: isInt}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return scalar{n: v.Uint(), kind: isUint}
	case reflect.Float64:
		return scalar{n: math.Float64bits(v.Float()), kind: isFloat64}
	case reflect.Float32:
		return scalar{n: uint64(math.Float32bits(float32(v.Float()))), kind: isFloat32}
	case reflect.Complex64:
		return scalar{s: strconv.FormatComplex(v.Complex(), 'g', -1, 64), kind: isString}
	case reflect.Complex128:
		return scalar{s: strconv.FormatComplex(v.Complex(), 'g', -1, 128), kind: isString}
	case reflect.Func:
		if isNode(v.Type()) && v.IsNil() {
			return scalar{}
		}
	case reflect.Pointer:
		if depth < maxDepth {
			return w.anyScalar(v.Elem().Interface(), place, sep, depth+1)
		}
	case reflect.Slice, reflect.Array:
		if b, ok := byteSlice(v); ok {
			return scalar{s: b, kind: isString}
		}
		if v.Type().Elem().Kind() != reflect.Uint8 && depth < maxDepth {
			return w.items(v, place, sep, depth)
		}
	}
	w.failType(x, place)
	return scalar{}
}

// byteSlice returns the bytes of a type made from []byte. An array of bytes is a hash or a key more often than text,
// and has no obvious form.
func byteSlice(v reflect.Value) (string, bool) {
	if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
		return stringOf(v.Bytes()), true
	}
	return "", false
}

func (w *Writer) items(v reflect.Value, place, sep string, depth int) scalar {
	if v.Kind() == reflect.Slice && v.IsNil() {
		return scalar{}
	}
	var b []byte
	n := 0
	for i := range v.Len() {
		sc := w.anyScalar(v.Index(i).Interface(), place, sep, depth+1)
		if sc.kind == isAbsent {
			continue
		}
		if n > 0 {
			b = append(b, sep...)
		}
		b = sc.appendTo(b)
		n++
	}
	return scalar{s: stringOf(b), kind: isString}
}

// plainText writes the types that need no allocation; x does not escape.
func (w *Writer) plainText(x any) bool {
	if sc, ok := plain(x); ok {
		w.scalarText(sc)
		return true
	}
	switch x := x.(type) {
	case Node:
		w.node(x)
		return true
	case []Node:
		w.nodes(x)
		return true
	}
	return false
}

func (w *Writer) scalarText(sc scalar) {
	if sc.str() && sc.kind != isHTML {
		w.buf = appendText(w.buf, sc.s)
		return
	}
	w.buf = sc.appendTo(w.buf)
}

func (w *Writer) node(n Node) {
	if n != nil && w.err == nil {
		w.Fail(n(w))
	}
}

func (w *Writer) nodes(ns []Node) {
	for _, n := range ns {
		if w.Loop() {
			w.node(n)
		}
	}
}

// markup writes x if it is markup of some kind. Named types made from Node or iter.Seq[Node] are.
func (w *Writer) markup(x any) bool {
	switch x := x.(type) {
	case Node:
		w.node(x)
		return true
	case []Node:
		w.nodes(x)
		return true
	case iter.Seq[Node]:
		w.seq(x)
		return true
	}
	v := reflect.ValueOf(x)
	if v.Kind() != reflect.Func {
		return false
	}
	switch t := v.Type(); {
	case isNode(t):
		w.node(funcOf[Node](x))
		return true
	case isSeq(t):
		w.seq(funcOf[iter.Seq[Node]](x))
		return true
	}
	return false
}

func (w *Writer) seq(seq iter.Seq[Node]) {
	if seq == nil {
		return
	}
	for n := range seq {
		if !w.Loop() {
			return
		}
		w.node(n)
	}
}

// anyText writes all types that plainText does not.
func (w *Writer) anyText(x any, depth int) {
	if w.plainText(x) {
		return
	}
	if next, ok := w.inner(x, depth); ok {
		next.each(func(x any) { w.anyText(x, depth+1) })
		return
	}
	w.scalarText(w.anyScalar(x, placeText, "", depth))
}

func (w *Writer) plainHTML(x any) bool {
	if sc, ok := plain(x); ok {
		w.buf = sc.appendTo(w.buf)
		return true
	}
	switch x := x.(type) {
	case Node:
		w.node(x)
		return true
	case []Node:
		w.nodes(x)
		return true
	}
	return false
}

func (w *Writer) anyHTML(x any, depth int) {
	if w.plainHTML(x) {
		return
	}
	if next, ok := w.inner(x, depth); ok {
		next.each(func(x any) { w.anyHTML(x, depth+1) })
		return
	}
	w.buf = w.anyScalar(x, placeHTML, "", depth).appendTo(w.buf)
}

// inner writes x if it is markup, and otherwise returns the values that x consists of if there may be markup among
// them. It is false for everything that is a scalar.
func (w *Writer) inner(x any, depth int) (within, bool) {
	if w.markup(x) {
		return within{}, true
	}
	v := reflect.ValueOf(x)
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return within{}, true
	}
	if o, ok := x.(option); ok {
		if x, ok := o.option(); ok {
			return within{one: x}, true
		}
		return within{}, true
	}
	switch x.(type) {
	case error, stringer, texter:
		return within{}, false
	}
	switch v.Kind() {
	case reflect.Pointer:
		if depth < maxDepth {
			return within{one: v.Elem().Interface()}, true
		}
	case reflect.Slice, reflect.Array:
		if depth < maxDepth && v.Type().Elem().Kind() != reflect.Uint8 {
			return within{items: v}, true
		}
	}
	return within{}, false
}

// within is one value or a list of values; the zero value is neither.
type within struct {
	one   any
	items reflect.Value
}

func (in within) each(f func(any)) {
	if in.one != nil {
		f(in.one)
	}
	if in.items.IsValid() {
		for i := range in.items.Len() {
			f(in.items.Index(i).Interface())
		}
	}
}
