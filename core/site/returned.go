package site

import (
	"errors"
	"reflect"
	"runtime"
)

// ReturnedError is an error that a function of the author's has returned, which says nothing of where it was made:
// GetStaticPaths of a component, or OnRequest. It reads as the error itself.
type ReturnedError struct {
	Err        error
	Middleware bool // it was OnRequest
	pc         uintptr
}

// Error gives the text of the error.
func (e *ReturnedError) Error() string { return e.Err.Error() }

// Unwrap gives the error.
func (e *ReturnedError) Unwrap() error { return e.Err }

// At is where the code of the function begins: its first line, or that of its first statement.
func (e *ReturnedError) At() Frame {
	f := runtime.FuncForPC(e.pc)
	if f == nil {
		return Frame{}
	}
	file, line := f.FileLine(f.Entry())
	return Frame{File: file, Line: line, Func: f.Name()}
}

// returnedBy says of an error that fn has returned it. One that knows its place keeps it.
func returnedBy(fn any, middleware bool, err error) error {
	var before *ReturnedError
	if err == nil || errors.As(err, &before) {
		return err
	}
	return &ReturnedError{err, middleware, reflect.ValueOf(fn).Pointer()}
}
