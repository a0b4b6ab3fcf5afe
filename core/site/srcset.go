package site

// Srcset writes an attribute that holds image candidates: URLs under the rules of Val.ImageURL, each with a width or
// density. A slice is a list of candidates.
func (v Val[T]) Srcset(w *Writer, name string) { w.srcset(name, v.scalar(w, name, ", ")) }

func (w *Writer) srcset(name string, sc scalar) {
	if !sc.str() || sc.kind == isRawURL {
		w.scalarAttr(name, sc)
		return
	}
	w.open(name)
	s, first := sc.s, true
	for {
		var url, descriptors string
		url, descriptors, s = candidate(s)
		if url == "" {
			break
		}
		if !first {
			w.S(", ")
		}
		first = false
		w.buf = appendAttr(w.buf, w.checkURL(name, url, true))
		for descriptors != "" {
			var d string
			if d, descriptors = field(descriptors); isDescriptor(d) {
				w.S(" ")
				w.S(d)
			} else if d != "" {
				w.warning(`a descriptor is a width or a density: "480w", "2x"`, "the descriptor ", d, " of ", name, " was left out")
			}
		}
	}
	w.S(`"`)
}

// candidate splits the first image candidate off, as the HTML standard does: a URL ends at a blank, not at a comma,
// unless commas are its last bytes.
func candidate(s string) (url, descriptors, rest string) {
	i := 0
	for i < len(s) && (isBlank(s[i]) || s[i] == ',') {
		i++
	}
	url, rest = field(s[i:])
	if n := len(url); n > 0 && url[n-1] == ',' {
		for n > 0 && url[n-1] == ',' {
			n--
		}
		return url[:n], "", rest
	}
	depth := 0
	for i := range len(rest) {
		switch c := rest[i]; {
		case c == '(':
			depth = 1
		case c == ')':
			depth = 0
		case c == ',' && depth == 0:
			return url, rest[:i], rest[i+1:]
		}
	}
	return url, rest, ""
}

// field splits s at its first run of blanks, after those it begins with.
func field(s string) (first, rest string) {
	i := 0
	for i < len(s) && isBlank(s[i]) {
		i++
	}
	j := i
	for j < len(s) && !isBlank(s[j]) {
		j++
	}
	return s[i:j], s[j:]
}

func isDescriptor(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && !isDigit(c) && c != '.' && c != '+' && c != '-' {
			return false
		}
	}
	return s != ""
}
