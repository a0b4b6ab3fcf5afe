package site

import (
	"reflect"
	"runtime"
	"strconv"
	"strings"
)

// Frame is one place on the call stack.
type Frame struct {
	File string // as the compiler recorded it: for components the .gosite file, relative to the module; "?" where it is not known
	Line int    // from 1; 0 where it is not known
	Func string // "example.com/tea/notes.(*Store).Find"
}

// String gives "file:line", or the name of the function where a program carries no lines of it, as Workers do for the
// standard library.
func (f Frame) String() string {
	switch f.File {
	case "":
		return ""
	case "?":
		return f.Func
	}
	return f.File + ":" + strconv.Itoa(f.Line)
}

// PanicError is a panic in a page, an endpoint or the middleware, caught and carried on as an error.
type PanicError struct {
	Value any     // what panic was called with
	Stack []Frame // innermost first, without frames of this package and of Go's runtime
}

// Error says what was panicked with and where.
func (e *PanicError) Error() string {
	s := "panic: " + valueText(e.Value)
	if at := e.At(); at.File != "" {
		s = at.String() + ": " + s
	}
	return s
}

// valueText is what a panic says. Package fmt, which would print any value, is too large for what nearly always is an
// error or a text.
func valueText(v any) string {
	switch v := v.(type) {
	case error:
		return v.Error()
	case interface{ String() string }:
		return v.String()
	}
	if sc, ok := plain(v); ok {
		return sc.String()
	}
	return "a value of type " + typeName(v)
}

func typeName(v any) string {
	if v == nil {
		return "nil"
	}
	return reflect.TypeOf(v).String()
}

// wrapError is an error with words around it.
type wrapError struct {
	before string
	err    error
	after  string
}

// Error gives the words and those of the error.
func (e *wrapError) Error() string { return e.before + e.err.Error() + e.after }

// Unwrap gives the error.
func (e *wrapError) Unwrap() error { return e.err }

// At is the innermost frame inside a component, or the innermost one at all when no component is on the stack.
func (e *PanicError) At() Frame {
	for _, f := range e.Stack {
		if strings.HasSuffix(f.File, ".gosite") {
			return f
		}
	}
	if len(e.Stack) > 0 {
		return e.Stack[0]
	}
	return Frame{}
}

// Unwrap gives the value when it is an error, so that errors.As finds a *PrerenderError.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// NewPanicError makes the error of a panic. It must be called by the deferred function that recovered v: the stack is still that of the panic.
func NewPanicError(v any) *PanicError { return &PanicError{Value: v, Stack: stack()} }

// misuseError is a mistake of the author that shows only at run time, with the line that made it.
type misuseError struct{ at, msg string }

func (e *misuseError) Error() string {
	if e.at == "" {
		return e.msg
	}
	return e.at + ": " + e.msg
}

// misuse makes an error that points at the innermost caller outside this package.
func misuse(msg string) error { return &misuseError{at: callerOutside(), msg: msg} }

// callerOutside gives "file:line" of the innermost caller outside this package.
func callerOutside() string {
	if s := stack(); len(s) > 0 {
		return s[0].String()
	}
	return ""
}

// ownPrefix is what the names of this package's functions begin with. It is asked for instead of written down because
// the repository can be renamed.
var ownPrefix = func() string {
	pc, _, _, _ := runtime.Caller(0)
	name := runtime.FuncForPC(pc).Name()
	slash := strings.LastIndexByte(name, '/') + 1
	dot := strings.IndexByte(name[slash:], '.')
	return name[:slash+dot+1]
}()

// builtinPrefix is what the files of the components begin with that come with the compiler: what goes wrong there is the
// matter of the tag that uses them.
const builtinPrefix = "sitegen-builtin/"

func stack() []Frame {
	var pcs [64]uintptr
	n := runtime.Callers(2, pcs[:])
	frames := runtime.CallersFrames(pcs[:n])
	var out []Frame
	for {
		f, more := frames.Next()
		own := strings.HasPrefix(f.Function, ownPrefix) && !strings.HasSuffix(f.File, "_test.go") && !strings.HasSuffix(f.File, ".gosite") ||
			strings.HasPrefix(f.File, builtinPrefix)
		if !own && !strings.HasPrefix(f.Function, "runtime.") && f.File != "" {
			out = append(out, Frame{f.File, f.Line, f.Function})
		}
		if !more {
			return out
		}
	}
}

// quoteShort quotes s for a message, cut to a length that fits into a log line.
func quoteShort(s string) string {
	if len(s) > 60 {
		s = s[:60] + "…"
	}
	return strconv.Quote(s)
}
