package codegen

import (
	"crypto/sha256"
	"encoding/hex"
	"go/token"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// encodePath makes a slash-separated path usable as the directory of a Go package. Elements of plain letters, digits,
// _ and - stay; others get each foreign byte replaced by _ and a hash of the original, so that two never meet. Names
// with a meaning to the go command are treated as foreign too. With dots the . is left alone (paths of other modules).
func encodePath(p string, dots bool) string {
	elems := strings.Split(p, "/")
	for i, e := range elems {
		elems[i] = encodeElem(e, dots)
	}
	return strings.Join(elems, "/")
}

func encodeElem(e string, dots bool) string {
	plain := e != "internal" && e != "vendor" && e != "testdata" && !strings.HasPrefix(e, "-") && !strings.HasSuffix(e, ".")
	b := []byte(e)
	for i, c := range b {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', i > 0 && c == '-', dots && i > 0 && c == '.':
		default:
			b[i] = '_'
			plain = false
		}
	}
	if plain {
		return e
	}
	return string(b) + "_" + hash(e, 3)
}

// hash gives n bytes of the SHA-256 of s in hexadecimal.
func hash(s string, n int) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:n])
}

// componentBase strips .gosite; other extensions (.md) stay part of the name, so that a.md and a.gosite differ.
func componentBase(file string) string { return strings.TrimSuffix(file, ".gosite") }

// packageName makes a package name of a file's base name: lower case letters and digits.
func packageName(base string) string {
	var b strings.Builder
	for _, r := range base {
		if r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	s := b.String()
	switch {
	case s == "" || s[0] >= '0' && s[0] <= '9':
		return "page" + s
	case token.IsKeyword(s) || s == "main" || s == "init":
		return s + "page"
	}
	return s
}

// foldName is the form in which attribute names and field names are compared: without case, - and _.
func foldName(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r != '-' && r != '_' {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// exportName makes a Go field name of an attribute or slot name: "image-url" becomes "ImageUrl".
func exportName(s string) string {
	var b strings.Builder
	up := true
	for _, r := range s {
		if r == '-' || r == '_' || r == '.' || r == ':' {
			up = true
			continue
		}
		if up {
			r = unicode.ToUpper(r)
			up = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

func isExported(name string) bool {
	r, _ := utf8.DecodeRuneInString(name)
	return unicode.IsUpper(r)
}

// suggest gives the candidate nearest to name, or "" when none is near enough to be a slip.
func suggest(name string, candidates []string) string {
	best, dist := "", len(name)/3+2
	for _, c := range candidates {
		if d := editDistance(foldName(name), foldName(c), dist); d < dist {
			best, dist = c, d
		}
	}
	return best
}

// editDistance is the number of insertions, deletions, replacements and swaps of neighbours between a and b; numbers
// from limit on are not told apart.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	prev2 := make([]int, len(b)+1)
	prev := make([]int, len(b)+1)
	cur := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(b)]
}

// importName is the name by which a Go import path is usually known: its last element, without a version.
func importName(p string) string {
	base := path.Base(p)
	if len(base) > 1 && base[0] == 'v' && strings.Trim(base[1:], "0123456789") == "" && path.Dir(p) != "." {
		base = path.Base(path.Dir(p))
	}
	if i := strings.LastIndex(base, ".v"); i > 0 && strings.Trim(base[i+2:], "0123456789") == "" {
		base = base[:i]
	}
	return base
}
