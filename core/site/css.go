package site

// Style writes the style attribute. A string is a list of declarations, of which those are kept whose property is a
// name and whose value passes the filter of safeCSSValue; CSS passes as it is. Nothing is written if nothing is left.
func (v Val[T]) Style(w *Writer) { w.style(v.scalar(w, placeStyle, ";")) }

func (w *Writer) style(sc scalar) {
	if sc.kind == isCSS || sc.kind <= isFalse {
		w.scalarAttr("style", sc)
		return
	}
	start := len(w.buf)
	w.declarations(start, sc.String())
	w.closeStyle(start)
}

// declarations writes those of the list s that pass.
func (w *Writer) declarations(start int, s string) {
	for s != "" {
		var d string
		if d, s = declaration(s); trimBlanks(d) != "" {
			w.declaration(start, d)
		}
	}
}

// declaration splits s at the first semicolon outside of strings and brackets.
func declaration(s string) (first, rest string) {
	var quote byte
	depth := 0
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			depth--
		case c == ';' && depth <= 0:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

func (w *Writer) declaration(start int, d string) {
	for i := range len(d) {
		if d[i] == ':' {
			w.property(start, trimBlanks(d[:i]), trimBlanks(d[i+1:]))
			return
		}
	}
	w.warning(`write "property: value"`, "the style ", d, " is not a declaration and was left out")
}

// property writes a declaration behind those since start.
func (w *Writer) property(start int, name, value string) {
	if value == "" {
		return
	}
	if !safeProperty(name) || !safeCSSValue(value) {
		w.warning("site.CSS(x) allows any value that you trust",
			"the property ", name, " with the value ", value, " was left out because it is not known to be safe")
		return
	}
	w.openStyle(start)
	w.S(name)
	w.S(":")
	w.buf = appendAttr(w.buf, value)
}

// trustedProperty is property for values that pass whatever they are.
func (w *Writer) trustedProperty(start int, name, value string) {
	if value == "" {
		return
	}
	if !safeProperty(name) {
		w.warning("write the name of a property", "the property ", name, " was left out")
		return
	}
	w.openStyle(start)
	w.S(name)
	w.S(":")
	w.buf = appendAttr(w.buf, value)
}

// openStyle writes what stands in front of a declaration, and closeStyle what stands behind the last one.
func (w *Writer) openStyle(start int) {
	if len(w.buf) == start {
		w.open("style")
		return
	}
	w.S(";")
}

func (w *Writer) closeStyle(start int) {
	if len(w.buf) > start {
		w.S(`"`)
	}
}

// Decl is an entry of a style list.
type Decl struct {
	scalar
	prop string
	lit  bool
	err  error
}

// D declares a property. The value has to pass the filter of style attributes unless it is CSS; nil, false and the
// empty string leave the property out.
func D[T any](prop string, v T, errs ...error) Decl {
	if len(errs) != 0 && errs[0] != nil {
		return Decl{err: errs[0]}
	}
	if sc, ok := plain(any(v)); ok {
		return Decl{scalar: sc, prop: prop}
	}
	return anyDecl(prop, any(v))
}

func anyDecl(prop string, x any) Decl {
	var w Writer
	sc := w.anyScalar(x, placeStyle, " ", 0)
	return Decl{scalar: sc, prop: prop, err: w.err}
}

// StyleLit is a literal list of declarations.
func StyleLit(css string) Decl { return Decl{scalar: scalar{s: css, kind: isString}, lit: true} }

// StyleList writes the style attribute, or nothing if the list comes to nothing.
func StyleList(w *Writer, ds ...Decl) {
	start := len(w.buf)
	for i := range ds {
		d := &ds[i]
		switch {
		case d.err != nil:
			w.failWith(d.err)
			return
		case d.lit, d.prop == "" && d.kind == isCSS:
			if s := trimDeclarations(d.s); s != "" {
				w.openStyle(start)
				w.buf = appendAttr(w.buf, s)
			}
		case d.kind == isCSS:
			w.trustedProperty(start, d.prop, trimDeclarations(d.s))
		case d.kind <= isFalse:
		case d.prop == "":
			w.declarations(start, d.String())
		case d.str():
			w.property(start, d.prop, trimBlanks(d.s))
		default:
			w.tmp = d.appendTo(w.tmp[:0])
			w.property(start, d.prop, stringOf(w.tmp))
		}
	}
	w.closeStyle(start)
}

func trimDeclarations(s string) string {
	s = trimBlanks(s)
	for s != "" && s[len(s)-1] == ';' {
		s = trimBlanks(s[:len(s)-1])
	}
	return s
}

// safeProperty accepts names of properties, and custom properties, except those that once loaded script.
func safeProperty(s string) bool {
	if s == "" || !isLetter(s[0]) && s[0] != '-' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && !isDigit(c) && c != '-' && c != '_' && c < 0x80 {
			return false
		}
	}
	switch lowerASCII(s) {
	case "behavior", "-ms-behavior", "-moz-binding":
		return false
	}
	return true
}

// safeCSSValue reports whether s can be the value of any property without reaching beyond it or loading anything:
// words, numbers, strings, and functions of a list, with brackets and quotes in pairs. There is no way to write a
// semicolon, a brace, an escape, a comment, an at-rule, a less-than sign or a URL outside of a string, and inside of
// a string no escape, line break or less-than sign.
func safeCSSValue(s string) bool {
	var closers [maxDepth]byte
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case isNameByte(c):
			start := i
			for i+1 < len(s) && isNameByte(s[i+1]) {
				i++
			}
			if i+1 < len(s) && s[i+1] == '(' && !safeFunction(s[start:i+1]) {
				return false
			}
		case c == '(' || c == '[':
			if depth == len(closers) {
				return false
			}
			closers[depth] = ')'
			if c == '[' {
				closers[depth] = ']'
			}
			depth++
		case c == ')' || c == ']':
			if depth == 0 || closers[depth-1] != c {
				return false
			}
			depth--
		case c == '"' || c == '\'':
			n := stringLen(s[i:])
			if n == 0 {
				return false
			}
			i += n - 1
		case c == '!':
			return depth == 0 && equalFold(trimBlanks(s[i+1:]), "important")
		case c == '/':
			if i+1 < len(s) && (s[i+1] == '*' || s[i+1] == '/') {
				return false
			}
		case isBlank(c), c == ',', c == '.', c == '#', c == '%', c == '+', c == '*':
		default:
			return false
		}
	}
	return depth == 0
}

func isNameByte(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '-' || c == '_' || c >= 0x80
}

// stringLen returns the length of the string that s begins with, or 0 if it has none that is safe.
func stringLen(s string) int {
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == s[0]:
			return i + 1
		case c < ' ', c == 0x7f, c == '\\', c == '<':
			return 0
		}
	}
	return 0
}

// safeFunction lists the functions that load nothing. It is a list of those and not of the others, because new ones
// that take a URL keep coming.
func safeFunction(name string) bool {
	switch lowerASCII(name) {
	case "var", "env", "calc", "calc-size", "min", "max", "clamp", "round", "mod", "rem", "abs", "sign",
		"sin", "cos", "tan", "asin", "acos", "atan", "atan2", "pow", "sqrt", "hypot", "log", "exp",
		"rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch", "color", "color-mix", "light-dark",
		"linear-gradient", "radial-gradient", "conic-gradient",
		"repeating-linear-gradient", "repeating-radial-gradient", "repeating-conic-gradient",
		"matrix", "matrix3d", "perspective", "rotate", "rotate3d", "rotatex", "rotatey", "rotatez",
		"scale", "scale3d", "scalex", "scaley", "scalez", "skew", "skewx", "skewy",
		"translate", "translate3d", "translatex", "translatey", "translatez",
		"blur", "brightness", "contrast", "drop-shadow", "grayscale", "hue-rotate", "invert", "opacity", "saturate", "sepia",
		"cubic-bezier", "linear", "steps", "repeat", "minmax", "fit-content",
		"circle", "ellipse", "inset", "polygon", "path", "rect", "xywh", "shape", "ray",
		"counter", "counters", "symbols", "format", "anchor", "anchor-size", "scroll", "view",
		"sibling-count", "sibling-index":
		return true
	}
	return false
}
