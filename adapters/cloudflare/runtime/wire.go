package cloudflare

import (
	"errors"
	"strconv"
	"strings"

	"sitegen.dev/core/site"
)

// The head of a request comes as lines: method, scheme, Host, target, address of the visitor, whether there is a body
// ("1"), then name and value of each header. Neither can hold a line break, which HTTP forbids.
const fixedLines = 6

var errHead = errors.New("the head of the request is not one that the worker writes")

// parseHead fills req and says whether the request has a body. The strings of req are pieces of text.
func parseHead(text string, req *site.Request) (body bool, err error) {
	var fixed [fixedLines]string
	for i := range fixed {
		line, rest, ok := strings.Cut(text, "\n")
		if !ok {
			return false, errHead
		}
		fixed[i], text = line, rest
	}
	req.Method, req.Scheme, req.Host, req.Target, req.RemoteAddr = fixed[0], fixed[1], fixed[2], fixed[3], fixed[4]
	for text != "" {
		name, rest, ok := strings.Cut(text, "\n")
		if !ok {
			return false, errHead
		}
		value, rest, ok := strings.Cut(rest, "\n")
		if !ok {
			return false, errHead
		}
		req.Header.AddReceived(name, value)
		text = rest
	}
	return fixed[5] == "1", nil
}

// appendHead writes the head of an answer the same way: status, reason phrase, then names and values. Package site has
// refused whatever holds a line break.
func appendHead(buf []byte, status int, reason string, h *site.Header) []byte {
	buf = strconv.AppendInt(buf, int64(status), 10)
	buf = append(buf, '\n')
	buf = append(buf, reason...)
	buf = append(buf, '\n')
	if h == nil {
		return buf
	}
	for name, value := range h.All() {
		buf = append(buf, name...)
		buf = append(buf, '\n')
		buf = append(buf, value...)
		buf = append(buf, '\n')
	}
	return buf
}

// fields gives the fields of a text that the worker packs: each ends with a NUL.
func fields(text string) []string {
	var out []string
	for text != "" {
		field, rest, _ := strings.Cut(text, "\x00")
		out = append(out, field)
		text = rest
	}
	return out
}
