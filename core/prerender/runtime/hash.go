package runtime

import (
	"encoding/binary"
	"hash"
	"math"
	"reflect"
	"slices"
	"strings"
)

// digester is a value that names its own state, such as an entry of a collection.
type digester interface{ Digest() string }

// maxHash bounds what is hashed of one value, and how deep: a graph that is larger, or goes round in circles, is rendered
// every time.
const (
	maxHash      = 1 << 20
	maxHashDepth = 50
)

// hashValue writes all that a value consists of, and says whether that is everything there is: functions, channels and
// what stands behind them cannot be told.
func hashValue(h hash.Hash, v any) bool {
	w := &valueHash{h: h, left: maxHash}
	return v == nil || w.value(reflect.ValueOf(v), 0)
}

type valueHash struct {
	h    hash.Hash
	left int
	buf  [9]byte
}

func (w *valueHash) text(kind byte, s string) {
	w.num(kind, uint64(len(s)))
	w.h.Write([]byte(s))
	w.left -= len(s)
}

func (w *valueHash) num(kind byte, n uint64) {
	w.buf[0] = kind
	binary.LittleEndian.PutUint64(w.buf[1:], n)
	w.h.Write(w.buf[:])
	w.left -= len(w.buf)
}

func (w *valueHash) value(v reflect.Value, depth int) bool {
	if w.left < 0 || depth > maxHashDepth {
		return false
	}
	if !v.IsValid() {
		w.num('0', 0)
		return true
	}
	t := v.Type()
	if v.CanInterface() && (t.Kind() != reflect.Pointer || !v.IsNil()) {
		if d, ok := v.Interface().(digester); ok {
			digest := d.Digest()
			w.text('d', digest)
			return digest != ""
		}
	}
	switch t.Kind() {
	case reflect.Bool:
		n := uint64(0)
		if v.Bool() {
			n = 1
		}
		w.num('b', n)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		w.num('i', uint64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		w.num('u', v.Uint())
	case reflect.Float32, reflect.Float64:
		w.num('f', math.Float64bits(v.Float()))
	case reflect.Complex64, reflect.Complex128:
		w.num('c', math.Float64bits(real(v.Complex())))
		w.num('c', math.Float64bits(imag(v.Complex())))
	case reflect.String:
		w.text('s', v.String())
	case reflect.Slice:
		if v.IsNil() {
			w.num('0', 0)
			return true
		}
		if t.Elem().Kind() == reflect.Uint8 {
			w.text('s', string(v.Bytes()))
			return true
		}
		fallthrough
	case reflect.Array:
		w.num('l', uint64(v.Len()))
		for i := range v.Len() {
			if !w.value(v.Index(i), depth+1) {
				return false
			}
		}
	case reflect.Map:
		return w.mapping(v, depth)
	case reflect.Struct:
		w.text('t', t.String())
		for i := range v.NumField() {
			if !w.value(v.Field(i), depth+1) {
				return false
			}
		}
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			w.num('0', 0)
			return true
		}
		if t.Kind() == reflect.Interface {
			w.text('t', v.Elem().Type().String())
		}
		w.num('p', 0)
		return w.value(v.Elem(), depth+1)
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		if v.Kind() != reflect.UnsafePointer && v.IsNil() {
			w.num('0', 0)
			return true
		}
		return false
	}
	return true
}

// mapping hashes a map whose keys have an order.
func (w *valueHash) mapping(v reflect.Value, depth int) bool {
	w.num('m', uint64(v.Len()))
	keys := v.MapKeys()
	switch v.Type().Key().Kind() {
	case reflect.String:
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		slices.SortFunc(keys, func(a, b reflect.Value) int { return int(min(max(a.Int()-b.Int(), -1), 1)) })
	default:
		if len(keys) > 1 {
			return false
		}
	}
	for _, k := range keys {
		if !w.value(k, depth+1) || !w.value(v.MapIndex(k), depth+1) {
			return false
		}
	}
	return true
}
