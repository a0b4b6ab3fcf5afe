package site

import (
	"reflect"
	"strconv"
)

// ValueError is the error of a Writer that met a value it cannot write, or an expression that returned an error.
type ValueError struct {
	File    string // the author's file, as the compiler recorded it; empty if unknown
	Line    int    // from 1; 0 if unknown
	Message string // what is wrong, without the position
	Hint    string // what to do
	Err     error  // the error that the expression returned; nil if the value was the problem
}

// Error gives the place, if it is known, and the message.
func (e *ValueError) Error() string {
	if e.File == "" {
		return e.Message
	}
	return e.File + ":" + strconv.Itoa(e.Line) + ": " + e.Message
}

// Unwrap gives the error that the expression returned, nil if there was none.
func (e *ValueError) Unwrap() error { return e.Err }

// failWith makes the error of an expression the error of w.
func (w *Writer) failWith(err error) {
	if w.err != nil {
		return
	}
	if at, ok := err.(*ValueError); ok {
		w.Fail(at)
		return
	}
	file, line := caller()
	w.Fail(&ValueError{File: file, Line: line, Message: err.Error(), Err: err})
}

// failType reports that a value of x's type cannot stand where it should.
func (w *Writer) failType(x any, where string) {
	if w.err != nil {
		return
	}
	file, line := caller()
	switch where {
	case placeText, placeHTML, placeStyle, placeClass, placeHole:
	default:
		where = "the attribute " + where
	}
	t := reflect.TypeOf(x)
	e := &ValueError{File: file, Line: line, Message: "a value of type " + t.String() + " cannot be printed in " + where}
	switch k := t.Kind(); {
	case isNode(t):
		e.Hint = "use site.String(node) where markup is needed as a string"
	case k == reflect.Func:
		e.Hint = "call the function"
	case k == reflect.Struct && reflect.PointerTo(t).Implements(stringerType):
		e.Hint = "its String method needs a pointer: call x.String()"
	case k == reflect.Struct:
		e.Hint = "print one of its fields, or give the type a String method"
	case k == reflect.Map:
		e.Hint = "print one of its values, or loop over it: {for key, value := range m { … }}"
	}
	w.Fail(e)
}

// Places of values for messages. All others are names of attributes.
const (
	placeText  = "text"
	placeHTML  = "set:html"
	placeStyle = "a style"
	placeClass = "a class list"
	placeHole  = "an attribute"
)

// caller returns the innermost position on the stack outside this package. In generated code that is the position of
// the template, because the compiler writes line directives. It is slow and used for messages only.
func caller() (file string, line int) {
	if s := stack(); len(s) > 0 {
		return s[0].File, s[0].Line
	}
	return "", 0
}
