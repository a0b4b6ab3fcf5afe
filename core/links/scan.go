package links

import (
	"bytes"
	"html"
	"strings"
)

// A tag is a start tag, read no further than asked for. Its slices lie in the page.
type tag struct {
	name  []byte // as written
	at    int    // offset of <
	attrs []attr
}

type attr struct {
	name  []byte // as written
	value []byte // as written, with entities
	at    int    // offset of the value, or of the name where it has none
}

// is compares a name without regard to case; lower is in lower case.
func is(name []byte, lower string) bool {
	if len(name) != len(lower) {
		return false
	}
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// get gives the value of an attribute with entities resolved. Of two with one name the first counts.
func (t *tag) get(name string) (value string, at int, ok bool) {
	for i := range t.attrs {
		if a := &t.attrs[i]; is(a.name, name) {
			return text(a.value), a.at, true
		}
	}
	return "", 0, false
}

// text resolves entities.
func text(b []byte) string {
	if bytes.IndexByte(b, '&') < 0 {
		return string(b)
	}
	return html.UnescapeString(string(b))
}

// scan hands every start tag of a page to see; what it was given is overwritten by the next. It cuts a page into tags,
// texts and comments as the HTML standard does, which golang.org/x/net/html does too, but looks at nothing else and
// copies nothing: at ten times the speed, a tenth of the cost of a page is not spent on checking it. A fuzz test holds the two
// against each other.
func scan(page []byte, see func(*tag)) {
	var t tag
	for i := 0; i < len(page); {
		n := bytes.IndexByte(page[i:], '<')
		if n < 0 {
			return
		}
		i += n
		if i+1 == len(page) {
			return
		}
		switch c := page[i+1]; {
		case letter(c):
			t.at = i
			i = t.read(page, i+1)
			if i < 0 {
				return // cut off: not a tag
			}
			see(&t)
			i = skipRaw(page, i, t.name)
		case c == '/':
			switch {
			case i+2 == len(page):
				return
			case letter(page[i+2]):
				var end tag
				if i = end.read(page, i+2); i < 0 {
					return
				}
			default:
				i = after(page, i+2, ">")
			}
		case c == '!' && bytes.HasPrefix(page[i+2:], []byte("--")):
			i = skipComment(page, i+4)
		case c == '!' || c == '?':
			i = after(page, i+2, ">")
		default:
			i++
		}
	}
}

func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func blank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

// after gives the offset behind the next end, or that of the end of the page.
func after(page []byte, i int, end string) int {
	n := bytes.Index(page[i:], []byte(end))
	if n < 0 {
		return len(page)
	}
	return i + n + len(end)
}

// skipComment gives the offset behind a comment whose text begins at i.
func skipComment(page []byte, i int) int {
	rest := page[i:]
	switch {
	case bytes.HasPrefix(rest, []byte(">")):
		return i + 1
	case bytes.HasPrefix(rest, []byte("->")):
		return i + 2
	}
	for j := i; ; {
		n := bytes.Index(page[j:], []byte("--"))
		if n < 0 {
			return len(page)
		}
		j += n
		if k := j + 2; k < len(page) && page[k] == '>' {
			return k + 1
		} else if k+1 < len(page) && page[k] == '!' && page[k+1] == '>' {
			return k + 2
		}
		j++
	}
}

// read reads a tag whose name begins at i and gives the offset behind its >, or -1 where there is none.
func (t *tag) read(page []byte, i int) int {
	start := i
	for i < len(page) && !blank(page[i]) && page[i] != '/' && page[i] != '>' {
		i++
	}
	t.name, t.attrs = page[start:i], t.attrs[:0]
	for {
		for i < len(page) && (blank(page[i]) || page[i] == '/') {
			i++
		}
		if i == len(page) {
			return -1
		}
		if page[i] == '>' {
			return i + 1
		}
		a := attr{at: i}
		start := i
		if page[i] == '=' {
			i++ // a name may begin with it
		}
		for i < len(page) && !blank(page[i]) && page[i] != '/' && page[i] != '>' && page[i] != '=' {
			i++
		}
		a.name = page[start:i]
		for i < len(page) && blank(page[i]) {
			i++
		}
		if i < len(page) && page[i] == '=' {
			i++
			for i < len(page) && blank(page[i]) {
				i++
			}
			if i == len(page) {
				return -1
			}
			switch q := page[i]; q {
			case '"', '\'':
				n := bytes.IndexByte(page[i+1:], q)
				if n < 0 {
					return -1
				}
				a.at, a.value = i+1, page[i+1:i+1+n]
				i += n + 2
			default:
				start := i
				for i < len(page) && !blank(page[i]) && page[i] != '>' {
					i++
				}
				a.at, a.value = start, page[start:i]
			}
		}
		t.attrs = append(t.attrs, a)
	}
}

// skipRaw gives the offset of the end tag of an element whose content is text, whatever it looks like; i for others.
func skipRaw(page []byte, i int, name []byte) int {
	for _, raw := range [...]string{"script", "style", "title", "textarea", "iframe", "noembed", "noframes", "xmp", "plaintext"} {
		if !is(name, raw) {
			continue
		}
		switch raw {
		case "plaintext":
			return len(page)
		case "script":
			return skipScript(page, i)
		}
		return endTag(page, i, raw)
	}
	return i
}

// endTag gives the offset of the next end tag of an element.
func endTag(page []byte, i int, name string) int {
	for {
		n := bytes.Index(page[i:], []byte("</"))
		if n < 0 {
			return len(page)
		}
		i += n
		if named(page, i+2, name) {
			return i
		}
		i += 2
	}
}

// named says whether a tag's name stands at i.
func named(page []byte, i int, name string) bool {
	end := i + len(name)
	return end < len(page) && is(page[i:end], name) && (blank(page[end]) || page[end] == '/' || page[end] == '>')
}

// skipScript gives the offset of the end tag of a script. Behind <!-- a script may open one more, whose end tag is not
// the end: "script data double escaped" in the standard.
func skipScript(page []byte, i int) int {
	escaped, double := false, false
	for ; i < len(page); i++ {
		switch c := page[i]; {
		case c == '<' && !escaped && bytes.HasPrefix(page[i:], []byte("<!--")):
			escaped = true
			i++ // <!--> is both the beginning and the end
		case c == '-' && escaped && bytes.HasPrefix(page[i:], []byte("-->")):
			escaped, double = false, false
		case c == '<' && escaped && !double && named(page, i+1, "script"):
			double = true
		case c == '<' && i+1 < len(page) && page[i+1] == '/' && named(page, i+2, "script"):
			if !double {
				return i
			}
			double = false
		case !escaped && c != '<':
			n := bytes.IndexByte(page[i:], '<')
			if n < 0 {
				return len(page)
			}
			i += n - 1
		}
	}
	return len(page)
}

// candidates gives the addresses of a srcset.
func candidates(srcset string) []string {
	var out []string
	for {
		srcset = strings.TrimLeft(srcset, " \t\r\n\f,")
		if srcset == "" {
			return out
		}
		end := strings.IndexAny(srcset, " \t\r\n\f")
		if end < 0 {
			end = len(srcset)
		}
		url, rest := srcset[:end], srcset[end:]
		if trimmed := strings.TrimRight(url, ","); trimmed != url {
			out, srcset = append(out, trimmed), rest // a comma ends the candidate
			continue
		}
		out = append(out, url)
		depth := 0
		i := strings.IndexFunc(rest, func(r rune) bool {
			switch r {
			case '(':
				depth++
			case ')':
				depth--
			}
			return r == ',' && depth <= 0
		})
		if i < 0 {
			return out
		}
		srcset = rest[i+1:]
	}
}
