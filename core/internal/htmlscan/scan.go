// Package htmlscan cuts HTML into tags and texts. It is small enough for the runtime of a site and fast enough to look at
// every page of a build; it builds no tree and mends nothing.
package htmlscan

import (
	"bytes"
	"html"
	"strings"
)

// A Tag is a start tag. Its slices lie in the page.
type Tag struct {
	Name  []byte // as written
	Attrs []Attr
}

// Attr is an attribute of a Tag.
type Attr struct {
	Name  []byte // as written
	Value []byte // as written, with entities
	At    int    // offset of Value in the page, or of Name where it has none
}

// Is compares a name without regard to case; lower is in lower case.
func Is(name []byte, lower string) bool {
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

// Get gives the value of an attribute with entities resolved. Of two with one name the first counts.
func (t *Tag) Get(name string) (value string, ok bool) {
	for i := range t.Attrs {
		if a := &t.Attrs[i]; Is(a.Name, name) {
			return Unescape(a.Value), true
		}
	}
	return "", false
}

// Unescape resolves entities.
func Unescape(b []byte) string {
	if bytes.IndexByte(b, '&') < 0 {
		return string(b)
	}
	return html.UnescapeString(string(b))
}

// Tags hands every start tag of a page to see; what it was given is overwritten by the next.
func Tags(page []byte, see func(*Tag)) { Walk(page, see, nil, nil) }

// Walk hands every start tag to see, the name of every end tag to end, and every text between tags to text, with its
// entities. The content of elements that
// holds no markup, such as scripts and styles, is no text; text may get one in several pieces. It cuts a page into
// tags, texts and comments as the HTML standard does, which golang.org/x/net/html does too, but looks at nothing else and
// copies nothing: it is nearly ten times as fast. A fuzz test holds the two against each other.
func Walk(page []byte, see func(*Tag), end func(name []byte), text func([]byte)) {
	if end == nil {
		end = func([]byte) {}
	}
	if text == nil {
		text = func([]byte) {}
	}
	var t Tag
	for i := 0; i < len(page); {
		n := bytes.IndexByte(page[i:], '<')
		if n < 0 {
			text(page[i:])
			return
		}
		if n > 0 {
			text(page[i : i+n])
		}
		i += n
		if i+1 == len(page) {
			text(page[i:])
			return
		}
		switch c := page[i+1]; {
		case letter(c):
			i = t.read(page, i+1)
			if i < 0 {
				return // cut off: not a tag
			}
			see(&t)
			i = skipRaw(page, i, t.Name)
		case c == '/':
			switch {
			case i+2 == len(page):
				return
			case letter(page[i+2]):
				if i = t.read(page, i+2); i < 0 {
					return
				}
				end(t.Name)
			default:
				i = after(page, i+2, ">")
			}
		case c == '!' && bytes.HasPrefix(page[i+2:], []byte("--")):
			i = skipComment(page, i+4)
		case c == '!' || c == '?':
			i = after(page, i+2, ">")
		default:
			text(page[i : i+1])
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
func (t *Tag) read(page []byte, i int) int {
	start := i
	for i < len(page) && !blank(page[i]) && page[i] != '/' && page[i] != '>' {
		i++
	}
	t.Name, t.Attrs = page[start:i], t.Attrs[:0]
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
		a := Attr{At: i}
		start := i
		if page[i] == '=' {
			i++ // a name may begin with it
		}
		for i < len(page) && !blank(page[i]) && page[i] != '/' && page[i] != '>' && page[i] != '=' {
			i++
		}
		a.Name = page[start:i]
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
				a.At, a.Value = i+1, page[i+1:i+1+n]
				i += n + 2
			default:
				start := i
				for i < len(page) && !blank(page[i]) && page[i] != '>' {
					i++
				}
				a.At, a.Value = start, page[start:i]
			}
		}
		t.Attrs = append(t.Attrs, a)
	}
}

// skipRaw gives the offset of the end tag of an element whose content is text, whatever it looks like; i for others.
func skipRaw(page []byte, i int, name []byte) int {
	for _, raw := range [...]string{"script", "style", "title", "textarea", "iframe", "noembed", "noframes", "xmp", "plaintext"} {
		if !Is(name, raw) {
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
	return end < len(page) && Is(page[i:end], name) && (blank(page[end]) || page[end] == '/' || page[end] == '>')
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

// Candidates gives the addresses of a srcset.
func Candidates(srcset string) []string {
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
