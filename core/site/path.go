package site

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// A path is bounded in bytes and in slashes, so that nothing behind it has to be: a pattern with several rest parameters
// takes more than linear time in the number of segments.
const (
	maxPath    = 8 << 10
	maxSlashes = 256
)

var (
	errBadPath  = errors.New("the path cannot be decoded, or holds a backslash, a control character, a dot segment or a second layer of encoding")
	errLongPath = errors.New("the path is too long")
)

// urlPath is a request path in the one form that everything works on: the router, the middleware, the look-up of files,
// the base and the slash policy. It is decoded once, segment by segment, so an encoded slash never splits a segment.
//
// For every urlPath: dec and enc begin with one slash, hold no empty segments, no "." or "..", no backslash and no
// control characters (neither does dec after its in-segment slashes are read as separators); dec is valid UTF-8; enc is
// the one canonical encoding; a trailing slash is in both or in neither.
type urlPath struct {
	dec   string
	enc   string
	inner bool // a segment holds an encoded slash: dec alone does not tell the segments
}

// CleanPath brings the path of a request target into canonical form: percent-encodings that are not needed are decoded,
// the others are written in upper case, repeated slashes are one. A path that two servers could understand differently
// is an error: dot segments (plain or encoded), backslashes, control characters, escapes that are broken or encoded
// twice, invalid UTF-8.
func CleanPath(raw string) (string, error) {
	p, _, err := parsePath(raw)
	return p.enc, err
}

// parsePath gives the canonical path. clean is false when raw held repeated slashes, which is worth a redirect.
func parsePath(raw string) (p urlPath, clean bool, err error) {
	if len(raw) > maxPath || strings.Count(raw, "/") > maxSlashes {
		return urlPath{}, false, errLongPath
	}
	if raw == "" || raw[0] != '/' {
		return urlPath{}, false, errBadPath
	}
	if plainPath(raw) {
		return urlPath{dec: raw, enc: raw}, true, nil
	}
	var dec, enc strings.Builder
	clean = true
	for rest := raw; rest != ""; {
		// rest begins with a slash here.
		seg := rest[1:]
		if i := strings.IndexByte(seg, '/'); i >= 0 {
			seg, rest = seg[:i], seg[i:]
		} else {
			rest = ""
		}
		if seg == "" {
			if rest != "" {
				clean = false // an empty segment before another slash
				continue
			}
			dec.WriteByte('/')
			enc.WriteByte('/')
			break
		}
		d, ok := decodeSegment(seg)
		if !ok {
			return urlPath{}, false, errBadPath
		}
		p.inner = p.inner || strings.IndexByte(d, '/') >= 0
		dec.WriteByte('/')
		dec.WriteString(d)
		enc.WriteByte('/')
		encodeSegment(&enc, d)
	}
	p.dec, p.enc = dec.String(), enc.String()
	return p, clean, nil
}

// plainPath says whether a path is canonical as it stands, without looking closer: the case of nearly every request.
func plainPath(s string) bool {
	segment := 0 // where the current segment begins
	for i := 1; i < len(s); i++ {
		c := s[i]
		if c == '/' {
			if i == segment+1 || isDots(s[segment+1:i]) {
				return false
			}
			segment = i
		} else if c >= utf8.RuneSelf || !segmentByte[c] {
			return false
		}
	}
	return !isDots(s[segment+1:])
}

func isDots(seg string) bool { return seg == "." || seg == ".." }

// decodeSegment decodes what stands between two slashes.
func decodeSegment(seg string) (string, bool) {
	d, ok := unescape(seg)
	if !ok || !utf8.ValidString(d) {
		return "", false
	}
	for i := range len(d) {
		if c := d[i]; c < 0x20 || c == 0x7f || c == '\\' {
			return "", false
		}
	}
	if strings.ContainsAny(seg, "?#") {
		return "", false // the target was cut at these before; what is left of them is a client that does not know URLs
	}
	if encodedTwice(d) {
		return "", false
	}
	for part := range strings.SplitSeq(d, "/") {
		if part == "" || isDots(part) {
			return "", false
		}
	}
	return d, true
}

// encodedTwice says whether a decoded text still holds an escape that another round of decoding would turn into
// something that matters: a letter, digit or mark that needs no escape, another percent sign, a backslash or a control
// character. Escapes of reserved characters ("%2F" from "%252F") are data.
func encodedTwice(d string) bool {
	for i := 0; i+2 < len(d); i++ {
		if d[i] != '%' {
			continue
		}
		c, ok := unhex2(d[i+1], d[i+2])
		if ok && (unreservedByte(c) || c == '%' || c == '\\' || c < 0x20 || c == 0x7f) {
			return true
		}
	}
	return false
}

// unescape decodes every percent escape once; a broken one makes it fail.
func unescape(s string) (string, bool) {
	i := strings.IndexByte(s, '%')
	if i < 0 {
		return s, true
	}
	b := make([]byte, i, len(s))
	copy(b, s)
	for ; i < len(s); i++ {
		if s[i] != '%' {
			b = append(b, s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		c, ok := unhex2(s[i+1], s[i+2])
		if !ok {
			return "", false
		}
		b = append(b, c)
		i += 2
	}
	return string(b), true
}

func unhex2(a, b byte) (byte, bool) {
	x, ok := unhex(a)
	y, ok2 := unhex(b)
	return x<<4 | y, ok && ok2
}

func unhex(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

const upperHex = "0123456789ABCDEF"

// encodeSegment writes a decoded segment with the escapes that a path needs, and no others.
func encodeSegment(b *strings.Builder, s string) {
	for i := range len(s) {
		writeEscaped(b, s[i], segmentByte[s[i]])
	}
}

func writeEscaped(b *strings.Builder, c byte, plain bool) {
	if plain {
		b.WriteByte(c)
		return
	}
	b.WriteByte('%')
	b.WriteByte(upperHex[c>>4])
	b.WriteByte(upperHex[c&15])
}

// encodePath encodes a decoded path whose slashes separate.
func encodePath(dec string) string {
	var b strings.Builder
	for i := range len(dec) {
		writeEscaped(&b, dec[i], segmentByte[dec[i]] || dec[i] == '/')
	}
	return b.String()
}

// segmentByte marks what may stand in a path segment as it is: unreserved, sub-delims, ":" and "@" of RFC 3986.
var segmentByte = func() (t [256]bool) {
	for c := range t {
		t[c] = unreservedByte(byte(c)) || strings.IndexByte("!$&'()*+,;=:@", byte(c)) >= 0
	}
	return t
}()

func unreservedByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

// segments appends the decoded segments; the trailing slash makes none.
func (p *urlPath) segments(into []string) []string {
	for rest := strings.Trim(p.enc, "/"); rest != ""; {
		seg, after, _ := strings.Cut(rest, "/")
		if strings.IndexByte(seg, '%') >= 0 {
			seg, _ = unescape(seg)
		}
		into = append(into, seg)
		rest = after
	}
	return into
}

func (p *urlPath) trailing() bool { return len(p.enc) > 1 && p.enc[len(p.enc)-1] == '/' }

// withSlash gives the path with or without a slash at its end; the root always has one.
func (p *urlPath) withSlash(on bool) urlPath {
	q := *p
	switch {
	case p.enc == "/" || p.trailing() == on:
	case on:
		q.enc, q.dec = p.enc+"/", p.dec+"/"
	default:
		q.enc, q.dec = p.enc[:len(p.enc)-1], p.dec[:len(p.dec)-1]
	}
	return q
}

// below cuts base off, which is "/" or begins and ends with a slash. It cuts only at a segment boundary.
func (p *urlPath) below(base *urlPath) (urlPath, bool) {
	if base.enc == "/" {
		return *p, true
	}
	if p.enc == base.enc[:len(base.enc)-1] {
		return urlPath{dec: "/", enc: "/"}, true
	}
	if !strings.HasPrefix(p.enc, base.enc) {
		return urlPath{}, false
	}
	return urlPath{dec: p.dec[len(base.dec)-1:], enc: p.enc[len(base.enc)-1:], inner: p.inner}, true
}

// hasExtension says whether the last segment of a path looks like the name of a file.
func hasExtension(path string) bool {
	path = strings.TrimSuffix(path, "/")
	name := path[strings.LastIndexByte(path, '/')+1:]
	dot := strings.LastIndexByte(name, '.')
	return dot > 0 && dot < len(name)-1
}
