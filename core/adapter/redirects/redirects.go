// Package redirects is what adapters have in common that write the redirects of a site as rules of a platform, where no program of
// ours answers.
//
// In: the target of a redirect as site.yaml has it. Out: the same for a rule. It must not import adapters.
package redirects

import "strings"

// WithoutRest is a target for requests in which the rest parameter of that name is empty: it goes together with the slash in
// front of it, and a path is left, "/" at least. A target without the parameter stays as it is.
func WithoutRest(to, name string) string {
	out := strings.ReplaceAll(to, "/[..."+name+"]", "")
	if out == "" || strings.HasPrefix(out, "?") || strings.HasPrefix(out, "#") {
		out = "/" + out
	}
	for strings.HasPrefix(out, "//") { // of another host, for browsers
		out = out[1:]
	}
	return out
}

// IsEscape says whether s begins with a percent escape, "%2F". A percent sign that begins none is text, and stands in a rule as
// "%25".
func IsEscape(s string) bool { return len(s) > 2 && s[0] == '%' && isHex(s[1]) && isHex(s[2]) }

func isHex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' }
