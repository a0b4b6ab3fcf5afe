package netlify

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/manifest"
)

// headerPath and headerValue are what site.yaml takes for the path of a header rule, and for a value.
var (
	headerPath  = regexp.MustCompile(`^/[^*?#\\\s]*$|^/([^*?#\\\s]+/)?\*$`)
	headerValue = regexp.MustCompile(`^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$`)
)

// FuzzPlannedHeaders holds the blocks that are written for a rule of site.yaml, as they are read again, against the rule: the files that
// it names have its header, as it is written, and no others.
func FuzzPlannedHeaders(f *testing.F) {
	for _, s := range [][2]string{{"/*", "index.html"}, {"/a/*", "a/b.txt"}, {"/a%20b", "a%20b.html"}, {"/ü/*", "ü/b/c/index.html"}, {"/:x", "b"}, {"/:x", ":x"}, {"/a", "a/index.html"}, {"/a/:splat", "a/b"}} {
		f.Add(s[0], s[1], "a: b", uint8(0))
		f.Add(s[0], s[1], "# ; \"x\"", uint8(1))
	}
	f.Fuzz(func(t *testing.T, pattern, name, value string, which uint8) {
		if !headerPath.MatchString(pattern) || !headerValue.MatchString(value) || !fs.ValidPath(name) || name == "." || strings.Contains(pattern, "//") ||
			strings.ContainsFunc(pattern+name, func(r rune) bool {
				return unicode.IsControl(r) || unicode.IsSpace(r) || r == '\\' || r == unicode.ReplacementChar
			}) {
			return
		}
		m := &manifest.Manifest{Base: []string{"/", "/docs/"}[which%2], Headers: []manifest.Headers{{Pattern: pattern, Set: []manifest.Header{{Name: "X-Fuzz", Value: value}}}}}
		b := &builder{site: &adapter.Site{Manifest: m}, out: &adapter.Out{}, client: &adapter.Client{Names: []string{name}}, base: m.Base}
		b.planHeaders()
		rules, err := readHeaders(fstest.MapFS{headersFile: {Data: b.headersText()}})
		if err != nil {
			t.Fatal(err)
		}
		path := b.served(name)[0]
		got := ""
		for i := range rules {
			for _, h := range rules[i].set {
				if h.Name == "X-Fuzz" && rules[i].matches(encodePath(strings.TrimSuffix(m.Base, "/")+path)) {
					got = h.Value
				}
			}
		}
		// Netlify makes no difference between a path with a slash at its end and one without.
		stem, star := strings.CutSuffix(pattern, "*")
		want := strings.Trim(path, "/") == strings.Trim(stem, "/") || star && strings.HasPrefix(strings.TrimPrefix(path, "/")+"/", strings.TrimPrefix(stem, "/"))
		if want && got != value || !want && got != "" {
			t.Errorf("%q of %q: %q has the header %q, want %v, by\n%s", value, pattern, path, got, want, b.headersText())
		}
	})
}
