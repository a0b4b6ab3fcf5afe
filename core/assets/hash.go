package assets

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"strings"
)

// HashName puts a hash of data before the extension of the last element of name: "img/logo.png" gives
// "logo.3f9ab2c1.png". Bytes that would have to be escaped in a URL become "-", so the result can stand in a URL, a CSS
// url() and a file system as it is.
func HashName(name string, data []byte) string {
	sum := sha256.Sum256(data)
	return HashNameOf(name, sum[:])
}

// HashNameOf is HashName for bytes of which the SHA-256 is known, or how it begins.
func HashNameOf(name string, sum []byte) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	ext := path.Ext(name)
	base := clean(strings.TrimSuffix(name, ext))
	if ext = clean(ext); ext == "-" || ext == "." {
		ext = ""
	}
	if len(base) > 64 {
		base = base[:64]
	}
	base = strings.Trim(base, ".-")
	if base == "" {
		base = "asset"
	}
	if reserved(base) { // Windows refuses to create con.12345678.png
		base = "_" + base
	}
	return base + "." + hex.EncodeToString(sum[:4]) + ext
}

func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '.', r == '_', r == '-':
			return r
		}
		return '-'
	}, s)
}

func reserved(base string) bool {
	first, _, _ := strings.Cut(strings.ToLower(base), ".")
	switch first {
	case "con", "prn", "aux", "nul":
		return true
	}
	return len(first) == 4 && (strings.HasPrefix(first, "com") || strings.HasPrefix(first, "lpt")) && '0' <= first[3] && first[3] <= '9'
}
