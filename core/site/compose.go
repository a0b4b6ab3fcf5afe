package site

import "maps"

// What a template writes into a tag can also be handed to a component as a prop. The functions here make the value of
// such a prop from the same parts, under the same rules. They take the Writer for its error and its warnings, and as
// scratch space; what it holds is the same afterwards.

// Concat is the text of literals and holes.
func Concat(w *Writer, ps ...Piece) string {
	start := len(w.buf)
	for i := range ps {
		if ps[i].err != nil {
			w.failWith(ps[i].err)
			break
		}
		w.buf = ps[i].appendTo(w.buf)
	}
	return w.take(start)
}

// URLConcat is a URL of literals and holes, with each hole kept in its part of the URL as by URLTmpl. Name is the
// prop's, for warnings. Where the component writes the URL it is checked again.
func URLConcat(w *Writer, name string, ps ...Piece) string {
	start := len(w.buf)
	URLTmpl(w, name, true, ps...)
	return w.takeAttr(start, name)
}

// ClassNames is a class list as the value of an attribute.
func ClassNames(w *Writer, cs ...Class) string {
	start := len(w.buf)
	ClassList(w, cs...)
	return w.takeAttr(start, "class")
}

// StyleText is a style list as the value of an attribute. It passed the filter of style attributes, so it is CSS.
func StyleText(w *Writer, ds ...Decl) CSS {
	start := len(w.buf)
	StyleList(w, ds...)
	return CSS(w.takeAttr(start, "style"))
}

// Decls is an entry of a style list that holds whole declarations, under the rules of Val.Style.
func Decls[T any](v T, errs ...error) Decl { return D("", v, errs...) }

// Merge is one map of attributes of several, of which later ones win.
func Merge(as ...Attrs) Attrs {
	n := 0
	for _, a := range as {
		n += len(a)
	}
	all := make(Attrs, n)
	for _, a := range as {
		maps.Copy(all, a)
	}
	return all
}

// take gives what was written since start and removes it.
func (w *Writer) take(start int) string {
	s := string(w.buf[start:])
	w.buf = w.buf[:start]
	return s
}

// takeAttr gives the value of the one attribute that was written since start, and removes it.
func (w *Writer) takeAttr(start int, name string) string {
	if min := start + len(` ="`) + len(name); len(w.buf) <= min {
		w.buf = w.buf[:start]
		return ""
	}
	s := stringOf(w.buf[start+len(` ="`)+len(name) : len(w.buf)-1])
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c, n := s[i], 1
		if c == '&' { // every & in a written attribute begins an entity of appendAttr
			c, n = unescapeEntity(s[i:])
		}
		out = append(out, c)
		i += n - 1
	}
	w.buf = w.buf[:start]
	return string(out)
}

// unescapeEntity gives the byte that an entity of appendAttr stands for, and the entity's length.
func unescapeEntity(s string) (byte, int) {
	for _, e := range [...]struct {
		text string
		c    byte
	}{{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&#34;", '"'}, {"&#39;", '\''}} {
		if len(s) >= len(e.text) && s[:len(e.text)] == e.text {
			return e.c, len(e.text)
		}
	}
	return s[0], 1
}

// Get gives the value, for a prop. An error goes to w.
func (v Val[T]) Get(w *Writer) T {
	if v.err != nil {
		w.failWith(v.err)
	}
	return v.v
}
