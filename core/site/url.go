package site

// invalidURL stands where a URL would have had a scheme that can run script. Browsers never load it.
const invalidURL = "about:invalid#sitegen"

// URL writes an attribute that holds a URL. A value with a scheme that is not known to be harmless, such as
// javascript:, is replaced. RawURL passes.
func (v Val[T]) URL(w *Writer, name string) {
	if s, ok := any(v.v).(string); ok && v.err == nil {
		w.urlAttr(name, s, false)
		return
	}
	w.scalarURL(name, v.scalar(w, name, ""), false)
}

// ImageURL is URL for places where only an image can be loaded: data: URLs of images are allowed too.
func (v Val[T]) ImageURL(w *Writer, name string) {
	if s, ok := any(v.v).(string); ok && v.err == nil {
		w.urlAttr(name, s, true)
		return
	}
	w.scalarURL(name, v.scalar(w, name, ""), true)
}

func (w *Writer) scalarURL(name string, sc scalar, image bool) {
	if !sc.str() || sc.kind == isRawURL {
		w.scalarAttr(name, sc)
		return
	}
	w.urlAttr(name, sc.s, image)
}

func (w *Writer) urlAttr(name, s string, image bool) {
	w.open(name)
	w.buf = append(appendAttr(w.buf, w.checkURL(name, s, image)), '"')
}

// checkURL returns s, or what stands in its place.
func (w *Writer) checkURL(name, s string, image bool) string {
	if safeURL(s, image) {
		return s
	}
	w.warning("use http, https, mailto, tel or a relative URL; site.RawURL(x) allows any that you trust",
		"the URL ", s, " of ", name, " was replaced because its scheme is not known to be safe")
	return invalidURL
}

// safeURL reports whether s is relative or has a scheme of the list. Everything in front of the first colon that a
// browser could take for a scheme has to be one of the list as it stands: what browsers overlook there, such as
// control characters and line breaks, is not overlooked here.
func safeURL(s string, image bool) bool {
	s = trimBlanks(s)
	for i := range len(s) {
		switch s[i] {
		case '/', '?', '#':
			return true
		case ':':
			return safeScheme(s[:i]) || image && dataImage(s)
		}
	}
	return true
}

// safeScheme lists the schemes that neither run script in the page nor read from the user's machine.
func safeScheme(s string) bool {
	if len(s) > 8 {
		return false
	}
	switch lowerASCII(s) {
	case "https", "http", "mailto", "tel", "sms", "ftp", "ftps", "geo", "webcal", "xmpp", "matrix":
		return true
	}
	return false
}

// dataImage reports whether s is a data: URL of an image. SVG is among them: as an image it runs no script and loads
// nothing.
func dataImage(s string) bool {
	const prefix = "data:image/"
	if !foldPrefix(s, prefix) {
		return false
	}
	s = s[len(prefix):]
	for i := range min(len(s), len("svg+xml")+1) {
		if s[i] == ';' || s[i] == ',' {
			switch lowerASCII(s[:i]) {
			case "png", "jpeg", "jpg", "gif", "webp", "avif", "svg+xml":
				return true
			}
			return false
		}
	}
	return false
}

// Refresh writes the content of <meta http-equiv="refresh">: seconds, and a URL under the rules of Val.URL. A value
// that has another form is left empty.
func (v Val[T]) Refresh(w *Writer) { w.refresh(v.scalar(w, "content", "")) }

func (w *Writer) refresh(sc scalar) {
	if sc.kind <= isFalse {
		return
	}
	s := sc.String()
	wait, url, ok := parseRefresh(s)
	w.open("content")
	switch {
	case !ok:
		w.warning(`write seconds, or seconds and a URL: "5; url=/next"`, "the content ", s, " is not a refresh and was left out")
	case url == "":
		w.S(wait)
	default:
		w.S(wait)
		w.S("; url=")
		url = w.checkURL("content", url, false)
		// A quote at the start would be taken for a delimiter, and inside it could end the URL.
		for start, i := 0, 0; i <= len(url); i++ {
			if i == len(url) || url[i] == '"' || url[i] == '\'' {
				w.buf = appendAttr(w.buf, url[start:i])
				if i < len(url) {
					w.buf = appendPercent(w.buf, url[i])
				}
				start = i + 1
			}
		}
	}
	w.S(`"`)
}

// parseRefresh takes the value apart as browsers do ("shared declarative refresh steps" of the HTML standard): a URL
// may stand there without "url=", and with one quote or two.
func parseRefresh(s string) (wait, url string, ok bool) {
	s = trimBlanks(s)
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	if i == 0 {
		return "", "", false
	}
	wait, s = s[:i], s[i:]
	for s != "" && (isDigit(s[0]) || s[0] == '.') {
		s = s[1:]
	}
	if s == "" {
		return wait, "", true
	}
	if !isBlank(s[0]) && s[0] != ';' && s[0] != ',' {
		return "", "", false
	}
	s = trimBlanks(s)
	if s != "" && (s[0] == ';' || s[0] == ',') {
		s = trimBlanks(s[1:])
	}
	if foldPrefix(s, "url") {
		if t := trimBlanks(s[3:]); t != "" && t[0] == '=' {
			s = trimBlanks(t[1:])
		}
	}
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		q := s[0]
		s = s[1:]
		for i := range len(s) {
			if s[i] == q {
				s = s[:i]
				break
			}
		}
	}
	return wait, trimBlanks(s), true
}

func appendPercent(b []byte, c byte) []byte { return append(b, '%', upperHex[c>>4], upperHex[c&15]) }
