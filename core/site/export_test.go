package site

var AppendText = appendText

var AppendAttr = appendAttr

func OnSpill(w *Writer, limit int, f func([]byte) error) { w.onSpill(limit, f) }

func Flush(w *Writer) error { return w.flush() }

func OnWarning(w *Writer, f func(Warning)) { w.onWarning(f) }

func SafeCSSValue(s string) bool { return safeCSSValue(s) }
