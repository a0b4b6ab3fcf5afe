package cloudflare

import (
	"bytes"
	"encoding/json"
	"errors"
)

// plainJSON turns JSON with comments and commas before closing brackets, which wrangler reads, into JSON. Everything
// keeps its place: what goes becomes blanks.
func plainJSON(src []byte) ([]byte, error) {
	out := bytes.Clone(src)
	comma := -1 // a comma with nothing but blanks behind it so far
	blank := func(from, to int) {
		for i := from; i < to; i++ {
			if out[i] != '\n' && out[i] != '\r' {
				out[i] = ' '
			}
		}
	}
	for i := 0; i < len(out); i++ {
		switch c := out[i]; {
		case c == '"':
			comma = -1
			for i++; i < len(out) && out[i] != '"'; i++ {
				if out[i] == '\\' {
					i++
				}
			}
			if i >= len(out) {
				return nil, errors.New("a text is never closed")
			}
		case c == '/' && i+1 < len(out) && out[i+1] == '/':
			end := bytes.IndexByte(out[i:], '\n')
			if end < 0 {
				end = len(out) - i
			}
			blank(i, i+end)
			i += end - 1
		case c == '/' && i+1 < len(out) && out[i+1] == '*':
			end := bytes.Index(out[i+2:], []byte("*/"))
			if end < 0 {
				return nil, errors.New("a comment is never closed")
			}
			blank(i, i+end+4)
			i += end + 3
		case c == ',':
			comma = i
		case c == '}' || c == ']':
			if comma >= 0 {
				out[comma] = ' '
			}
			comma = -1
		case c != ' ' && c != '\t' && c != '\n' && c != '\r':
			comma = -1
		}
	}
	return out, nil
}

// decodeJSONC reads one value of JSON with comments.
func decodeJSONC(src []byte, into any) error {
	data, err := plainJSON(bytes.TrimPrefix(src, []byte("\xef\xbb\xbf")))
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}
