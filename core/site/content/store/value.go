package store

import (
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
)

// Kind is what a value of front matter or of a data file is.
type Kind byte

// The kinds of values.
const (
	Null Kind = iota
	Bool
	Int
	Float
	String
	Time
	List
	Map
	Image // a file beside the author's, or of the public folder; see AppendImage
	kinds // how many there are
)

// Node is one value as Next reads it. Of a list or a map it is only the head: its N items, or its N pairs of a key and a
// value, follow.
type Node struct {
	Kind Kind
	Text string // of a scalar, as its author wrote it
	Norm string // of a Bool, Int, Float or Time: true, 16, 2.5, 2026-01-02T00:00:00Z, whatever the notation was; of an Image see Picture
	N    int
}

// MaxDepth bounds how deep values nest.
const MaxDepth = 100

// errBroken says that bytes are not what this package wrote: the file is cut off, damaged, or no store.
var errBroken = errors.New("the content store is damaged; delete .sitegen/content and build again")

// AppendScalar appends a scalar. norm is left out where it is the text itself.
func AppendScalar(b []byte, k Kind, text, norm string) []byte {
	if norm == text {
		norm = ""
	}
	b = append(b, byte(k))
	b = AppendText(b, text)
	if k != String && k != Null {
		b = AppendText(b, norm)
	}
	return b
}

// AppendImage appends a text that names an image, and what the image is.
func AppendImage(b []byte, text string, p Picture) []byte {
	return AppendScalar(b, Image, text, p.URL+"\x00"+p.Format+"\x00"+strconv.Itoa(p.Width)+"\x00"+strconv.Itoa(p.Height))
}

// Picture gives the image of a Node of that kind.
func (n Node) Picture() (p Picture, ok bool) {
	parts := strings.Split(n.Norm, "\x00")
	if n.Kind != Image || len(parts) != 4 {
		return p, false
	}
	w, err := strconv.Atoi(parts[2])
	h, err2 := strconv.Atoi(parts[3])
	return Picture{URL: parts[0], Format: parts[1], Width: w, Height: h}, err == nil && err2 == nil
}

// AppendList appends the head of a list; n values have to follow.
func AppendList(b []byte, n int) []byte {
	return binary.AppendUvarint(append(b, byte(List)), uint64(n))
}

// AppendMap appends the head of a map; n pairs of AppendText for the key and a value have to follow.
func AppendMap(b []byte, n int) []byte { return binary.AppendUvarint(append(b, byte(Map)), uint64(n)) }

// AppendText appends a text with its length.
func AppendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// Next reads one value, of a list or map the head alone, and gives what follows.
func Next(s string) (n Node, rest string, err error) {
	if s == "" || s[0] >= byte(kinds) {
		return n, "", errBroken
	}
	n.Kind, rest = Kind(s[0]), s[1:]
	if n.Kind == List || n.Kind == Map {
		count, rest, err := uvarint(rest)
		if err != nil || count > uint64(len(rest)) { // an item takes a byte at least
			return n, "", errBroken
		}
		n.N = int(count)
		return n, rest, nil
	}
	if n.Text, rest, err = Text(rest); err != nil {
		return n, "", err
	}
	n.Norm = n.Text
	if n.Kind != String && n.Kind != Null {
		norm, after, err := Text(rest)
		if err != nil {
			return n, "", err
		}
		if norm != "" {
			n.Norm = norm
		}
		rest = after
	}
	return n, rest, nil
}

// Text reads what AppendText wrote and gives what follows.
func Text(s string) (text, rest string, err error) {
	n, s, err := uvarint(s)
	if err != nil || n > uint64(len(s)) {
		return "", "", errBroken
	}
	return s[:n], s[n:], nil
}

// Skip gives what follows a value, whatever it consists of.
func Skip(s string) (rest string, err error) { return skip(s, 0) }

func skip(s string, depth int) (string, error) {
	if depth > MaxDepth {
		return "", errBroken
	}
	n, s, err := Next(s)
	if err != nil {
		return "", err
	}
	for range n.N {
		if n.Kind == Map {
			if _, s, err = Text(s); err != nil {
				return "", err
			}
		}
		if s, err = skip(s, depth+1); err != nil {
			return "", err
		}
	}
	return s, nil
}

// uvarint is binary.Uvarint for a string.
func uvarint(s string) (uint64, string, error) {
	var x uint64
	for i := 0; i < len(s) && i < binary.MaxVarintLen64; i++ {
		c := s[i]
		if c < 0x80 {
			if i == binary.MaxVarintLen64-1 && c > 1 {
				break
			}
			return x | uint64(c)<<(7*i), s[i+1:], nil
		}
		x |= uint64(c&0x7f) << (7 * i)
	}
	return 0, "", errBroken
}
