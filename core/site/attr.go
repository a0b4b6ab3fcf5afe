package site

import (
	"reflect"
	"slices"
)

// Attr writes a blank, the name and the value in double quotes. A bool decides whether the bare name is there; nil,
// nil pointers and an Opt without a value leave the attribute out. The name is trusted.
func (v Val[T]) Attr(w *Writer, name string) {
	if s, ok := any(v.v).(string); ok && v.err == nil {
		w.attr(name, s)
		return
	}
	w.scalarAttr(name, v.scalar(w, name, ""))
}

// EnumAttr is Attr for attributes that spell out true and false, such as aria-busy and contenteditable, or have two other words
// for them, such as translate.
func (v Val[T]) EnumAttr(w *Writer, name string) {
	w.enumAttr(name, v.scalar(w, name, ""))
}

func (w *Writer) enumAttr(name string, sc scalar) {
	switch sc.kind {
	case isTrue:
		yes, _ := boolWords(name)
		w.attr(name, yes)
	case isFalse:
		_, no := boolWords(name)
		w.attr(name, no)
	default:
		w.scalarAttr(name, sc)
	}
}

// boolWords are the keywords of an attribute that HTML gives two of, instead of having it there or not.
func boolWords(name string) (yes, no string) {
	switch name {
	case "translate":
		return "yes", "no"
	case "autocomplete", "autocorrect":
		return "on", "off"
	}
	return "true", "false"
}

func (w *Writer) attr(name, value string) {
	w.open(name)
	w.buf = append(appendAttr(w.buf, value), '"')
}

// open writes ` name="`.
func (w *Writer) open(name string) {
	w.buf = append(append(append(w.buf, ' '), name...), `="`...)
}

// bare writes ` name`.
func (w *Writer) bare(name string) { w.buf = append(append(w.buf, ' '), name...) }

func (w *Writer) scalarAttr(name string, sc scalar) {
	switch {
	case sc.kind <= isFalse:
	case sc.kind == isTrue:
		w.bare(name)
	case sc.str():
		w.attr(name, sc.s)
	default:
		w.open(name)
		w.buf = append(sc.appendTo(w.buf), '"')
	}
}

// JSAttr writes an event handler. The type of its parameter is the check: a string that is not trusted as script does
// not compile. An empty v leaves the attribute out.
func JSAttr(w *Writer, name string, v JS) {
	if v != "" {
		w.attr(name, string(v))
	}
}

// SrcdocAttr writes srcdoc, the document of an iframe, which like JSAttr accepts trusted markup only.
func SrcdocAttr(w *Writer, v HTML) { w.attr("srcdoc", string(v)) }

// Tmpl writes an attribute of literal text with holes. Absent holes are empty.
func Tmpl(w *Writer, name string, ps ...Piece) {
	w.open(name)
	for i := range ps {
		if ps[i].err != nil {
			w.failWith(ps[i].err)
			return
		}
		if ps[i].str() {
			w.buf = appendAttr(w.buf, ps[i].s)
		} else {
			w.buf = ps[i].appendTo(w.buf)
		}
	}
	w.buf = append(w.buf, '"')
}

// Piece is a piece of an attribute of literal text with holes.
type Piece struct {
	scalar
	err error
	lit bool
	enc bool // encoded as a query already
}

// Lit is a literal piece, as the author means it: it is escaped like all others.
func Lit(s string) Piece { return Piece{scalar: scalar{s: s, kind: isString}, lit: true} }

// Hole is the value of an expression, under the rules of V. A value with a method Encode() string, such as
// url.Values, may fill the query of a URL.
func Hole[T any](v T, errs ...error) Piece {
	if len(errs) != 0 && errs[0] != nil {
		return Piece{err: errs[0]}
	}
	if sc, ok := plain(any(v)); ok {
		return Piece{scalar: sc}
	}
	return anyPiece(any(v))
}

func anyPiece(x any) Piece {
	if q, ok := x.(interface{ Encode() string }); ok && reflect.TypeOf(x).Kind() == reflect.Map {
		return Piece{scalar: scalar{s: q.Encode(), kind: isString}, enc: true}
	}
	var w Writer
	sc := w.anyScalar(x, placeHole, "", 0)
	return Piece{scalar: sc, err: w.err}
}

// Class is an entry of a class list.
type Class struct {
	s   string
	err error
}

// C is an entry of a class list that is always there: a string, a slice of strings, an Opt, or a map from names to
// bools, of which those that are true count.
func C[T any](v T, errs ...error) Class {
	if len(errs) != 0 && errs[0] != nil {
		return Class{err: errs[0]}
	}
	if sc, ok := plain(any(v)); ok && (sc.str() || sc.kind <= isFalse) {
		return Class{s: sc.s}
	}
	return anyClass(any(v))
}

// CIf is an entry of a class list that is there if on.
func CIf(name string, on bool) Class {
	if !on {
		return Class{}
	}
	return Class{s: name}
}

func anyClass(x any) Class {
	if m, ok := x.(map[string]bool); ok {
		var on []string
		for name, ok := range m {
			if ok {
				on = append(on, name)
			}
		}
		slices.Sort(on)
		x = on
	}
	var w Writer
	return Class{s: w.anyScalar(x, placeClass, " ", 0).String(), err: w.err}
}

// ClassList writes the class attribute, or nothing if the list comes to nothing.
func ClassList(w *Writer, cs ...Class) {
	start := len(w.buf)
	for i := range cs {
		if cs[i].err != nil {
			w.failWith(cs[i].err)
			return
		}
		s := trimBlanks(cs[i].s)
		if s == "" {
			continue
		}
		if len(w.buf) == start {
			w.open("class")
		} else {
			w.buf = append(w.buf, ' ')
		}
		w.buf = appendAttr(w.buf, s)
	}
	if len(w.buf) > start {
		w.buf = append(w.buf, '"')
	}
}

// IsVoid reports whether elements of this name have no content and no end tag.
func IsVoid(name string) bool {
	switch lowerASCII(name) {
	case "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr":
		return true
	}
	return false
}

// TagName checks the name of an element that is only known when it is written, and returns it.
//
// A name is an ASCII letter followed by ASCII letters, digits, "-", "_" and ".". Elements whose content is not read
// as ordinary markup, that load or run something by themselves, or that change how the rest of the document is read
// cannot be chosen at run time: script and style, and also iframe, object, link, base, meta … The result for all of
// these is "div", and the output ends with an error.
func TagName(w *Writer, name string) string {
	if !validTag(name) {
		w.failName("element name", name, "the name must be a letter followed by letters, digits, -, _ or .")
		return "div"
	}
	switch lowerASCII(name) {
	case "script", "style", "iframe", "object", "embed", "applet", "frame", "frameset", "base", "meta", "link",
		"xmp", "noembed", "noframes", "noscript", "plaintext", "template", "textarea", "title",
		"html", "head", "body":
		w.failName("element name", name, "write <"+lowerASCII(name)+"> in the template; it cannot be chosen at run time")
		return "div"
	}
	return name
}

func validTag(name string) bool {
	if name == "" || !isLetter(name[0]) {
		return false
	}
	for i := range len(name) {
		if c := name[i]; !isLetter(c) && !isDigit(c) && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return true
}

func (w *Writer) failName(what, name, hint string) {
	if w.err != nil {
		return
	}
	file, line := caller()
	w.Fail(&ValueError{File: file, Line: line, Message: quoteShort(name) + " cannot be an " + what, Hint: hint})
}
