package site

import "math"

// URLTmpl writes a URL attribute of literal text with holes; image is as in Val.ImageURL. Each hole stays inside the
// part of the URL where it stands:
//
//   - at the very start it may be anything from a path to a whole URL
//   - in the path it is normalised: what cannot stand in a path is percent-encoded, escapes that are there stay
//   - in the query it is percent-encoded as a whole; a value with a method Encode() string, such as url.Values, may
//     be the query
//   - in the fragment it is normalised
//   - as the host, or as a part of it, it holds a host name
//
// A hole behind the start can therefore choose neither the scheme nor the host, also not by beginning with a slash.
// At last the whole is checked as in Val.URL.
func URLTmpl(w *Writer, name string, image bool, ps ...Piece) {
	w.open(name)
	start := len(w.buf)
	first, ok, trusted, own := true, true, false, 0
	for i := range ps {
		p := &ps[i]
		if p.err != nil {
			w.failWith(p.err)
			return
		}
		s := p.s
		if !p.str() {
			w.tmp = p.appendTo(w.tmp[:0])
			s = stringOf(w.tmp)
		}
		switch {
		case p.lit && s == "":
			continue
		case p.lit:
			w.buf = appendURLLiteral(w.buf, s, start)
		case first:
			w.buf = appendURLStart(w.buf, s)
			trusted = p.kind == isRawURL
		default:
			ends := i+1 == len(ps) || !ps[i+1].lit || endsHost(ps[i+1].s)
			w.buf, ok = appendURLHole(w.buf, s, start, p.enc, ends)
			if !ok {
				w.warning("begin the hole with a slash, or put one in front of it",
					"the hole ", s, " of ", name, " would have changed the host of the URL, which was replaced")
				w.buf = append(append(w.buf[:start], invalidURL...), '"')
				return
			}
		}
		if first {
			first = false
			own = slashes(stringOf(w.buf[start:]))
		}
	}
	// Two slashes at the start are a host, and only one part on its own may mean that.
	if n := slashes(stringOf(w.buf[start:])); n > 1 && own < 2 {
		w.buf = append(w.buf[:start], w.buf[start+n-1:]...)
		w.buf[start] = '/'
	}
	if s := stringOf(w.buf[start:]); !trusted && !safeURL(s, image) {
		w.checkURL(name, s, image)
		w.buf = append(w.buf[:start], invalidURL...)
	}
	if i := start + attrSpecial(stringOf(w.buf[start:])); i < len(w.buf) {
		w.tmp = append(w.tmp[:0], w.buf[i:]...)
		w.buf = appendAttr(w.buf[:i], stringOf(w.tmp))
	}
	w.buf = append(w.buf, '"')
}

// appendURLLiteral drops what browsers overlook, so that parts meet as they will be read.
func appendURLLiteral(b []byte, s string, start int) []byte {
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\t', c == '\n', c == '\r', c <= ' ' && len(b) == start:
		default:
			b = append(b, c)
		}
	}
	return b
}

func appendURLStart(b []byte, s string) []byte {
	for s != "" && s[0] <= ' ' {
		s = s[1:]
	}
	for s != "" && s[len(s)-1] <= ' ' {
		s = s[:len(s)-1]
	}
	return appendURLBytes(b, s, keepStart)
}

func appendURLHole(b []byte, s string, start int, encoded, ends bool) ([]byte, bool) {
	at, host := urlPlace(stringOf(b[start:]))
	switch at {
	case inFirst:
		return appendURLBytes(b, s, keepFirst), true
	case inQuery:
		if encoded {
			return appendURLBytes(b, s, keepEncoded), true
		}
		return appendURLBytes(b, s, keepComponent), true
	case inFragment:
		return appendURLBytes(b, s, keepFragment), true
	case inHost:
		return appendURLHost(b, s, host, ends)
	}
	return appendURLBytes(b, s, keepPath), true
}

// appendURLHost fills a hole behind host, the part of the host name that is there already. ends tells that no more of
// it follows in the next part.
func appendURLHost(b []byte, s, host string, ends bool) ([]byte, bool) {
	switch {
	case s == "":
		return b, true
	case host == "" && ends: // the hole is the host, and may bring a path
		for i := range len(s) {
			if s[i] == '/' {
				return appendURLBytes(appendURLBytes(b, s[:i], keepHost), s[i:], keepPath), true
			}
		}
		return appendURLBytes(b, s, keepHost), true
	case host == "":
		return appendURLBytes(b, s, keepLabel), true
	case s[0] == '/' && ends:
		return appendURLBytes(b, s, keepPath), true
	}
	if last := host[len(host)-1]; ends && last != '.' && last != '-' && last != ':' && !(digits(s) && hasPort(host)) {
		return b, false
	}
	return appendURLBytes(b, s, keepLabel), true
}

func endsHost(next string) bool {
	if next == "" {
		return true
	}
	switch next[0] {
	case '/', '\\', '?', '#', ':', '\t', '\n', '\r':
		return true
	}
	return false
}

func digits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}

func hasPort(host string) bool {
	i := len(host) - 1
	for i >= 0 && isDigit(host[i]) {
		i--
	}
	return i >= 0 && host[i] == ':'
}

func isSlash(c byte) bool { return c == '/' || c == '\\' }

func slashes(s string) int {
	n := 0
	for n < len(s) && isSlash(s[n]) {
		n++
	}
	return n
}

type urlPart uint8

const (
	inFirst urlPart = iota // nothing decided: a colon would end a scheme
	inHost
	inPath // also behind a scheme without a host, as in mailto:
	inQuery
	inFragment
)

// urlPlace tells in which part of a URL the end of s is, and what of the host is there.
func urlPlace(s string) (at urlPart, host string) {
	at = inFirst
	i := 0
	for i < len(s) && (isLetter(s[i]) || isDigit(s[i]) || s[i] == '+' || s[i] == '-' || s[i] == '.') {
		i++
	}
	n := slashes(s)
	switch {
	case i < len(s) && s[i] == ':':
		rest := s[i+1:]
		at = inPath
		switch lowerASCII(s[:i]) {
		case "http", "https", "ftp", "ws", "wss":
			at = inHost // with any number of slashes
			s = rest[slashes(rest):]
		default:
			s = rest
			if slashes(rest) >= 2 {
				at, s = inHost, rest[2:]
			}
		}
	case n >= 2:
		at, s = inHost, s[n:]
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c == '#':
			return inFragment, ""
		case c == '?':
			at = inQuery
		case isSlash(c) && at < inPath:
			at = inPath
		}
	}
	if at == inHost {
		return at, s
	}
	return at, ""
}

// What may stay as it is, by place. keepX is a bit of urlChars; everything else is percent-encoded.
const (
	keepStart uint8 = 1 << iota
	keepFirst
	keepPath
	keepComponent
	keepEncoded
	keepFragment
	keepHost
	keepLabel
	keepEscapes = keepStart | keepFirst | keepPath | keepEncoded | keepFragment // valid %XX stay
)

var urlChars = func() (t [256]uint8) {
	set := func(chars string, keep uint8) {
		for i := range len(chars) {
			t[chars[i]] |= keep
		}
	}
	set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~", math.MaxUint8)
	set("!$&()*+,;=@/", keepStart|keepFirst|keepPath|keepFragment)
	set(":", keepStart|keepPath|keepFragment|keepHost)
	set("?", keepStart|keepFragment)
	set("#[]", keepStart)
	set("[]", keepHost)
	set("&=+", keepEncoded)
	return t
}()

func appendURLBytes(b []byte, s string, keep uint8) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case urlChars[c]&keep != 0:
			b = append(b, c)
		case c == '%' && keep&keepEscapes != 0 && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			b = append(b, c)
		case keep == keepStart && c == '\\':
			b = append(b, '/') // as browsers read it
		case keep == keepStart && (c == '\t' || c == '\n' || c == '\r'):
		default:
			b = appendPercent(b, c)
		}
	}
	return b
}

func isHex(c byte) bool { c = lower(c); return isDigit(c) || 'a' <= c && c <= 'f' }
