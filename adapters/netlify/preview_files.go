package netlify

import (
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/adapter/fileserver"
	"sitegen.dev/core/manifest"
)

// rule is a line of _redirects.
type rule struct {
	from   []string // segments
	query  [][2]string
	to     string
	status int
	force  bool
}

// readRedirects reads _redirects, if there is one. Rules with conditions on the visitor are left out: nobody knows here
// what Netlify would know.
func readRedirects(files fs.FS) ([]rule, error) {
	data, err := fs.ReadFile(files, redirectsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []rule
	for line := range strings.Lines(string(data)) {
		fields := strings.Fields(line)
		if i := slices.IndexFunc(fields, func(f string) bool { return strings.HasPrefix(f, "#") }); i >= 0 {
			fields = fields[:i]
		}
		if r, ok := parseRule(fields); ok {
			out = append(out, r)
		}
	}
	return out, err
}

func parseRule(fields []string) (rule, bool) {
	if len(fields) < 2 || !strings.HasPrefix(fields[0], "/") {
		return rule{}, false
	}
	r := rule{from: segments(fields[0]), status: 301}
	rest := fields[1:]
	for len(rest) > 0 && !strings.HasPrefix(rest[0], "/") && !strings.Contains(rest[0], "://") {
		key, value, ok := strings.Cut(rest[0], "=")
		if !ok {
			return rule{}, false
		}
		r.query = append(r.query, [2]string{key, value})
		rest = rest[1:]
	}
	if len(rest) == 0 {
		return rule{}, false
	}
	r.to, rest = rest[0], rest[1:]
	for _, f := range rest {
		code, force := strings.CutSuffix(f, "!")
		n, err := strconv.Atoi(code)
		if err != nil {
			return rule{}, false
		}
		r.status, r.force = n, force
	}
	return r, true
}

func segments(path string) []string {
	return slices.DeleteFunc(strings.Split(path, "/"), func(s string) bool { return s == "" })
}

// match gives the target of a rule for a path. A slash at the end of either makes no difference.
func (r *rule) match(path, rawQuery string) (to string, ok bool) {
	values := map[string]string{}
	have := segments(path)
	for i, s := range r.from {
		switch {
		case s == "*" && i == len(r.from)-1:
			values["splat"] = strings.Join(have[min(i, len(have)):], "/")
			have = have[:min(i, len(have))]
		case i >= len(have):
			return "", false
		case strings.HasPrefix(s, ":"):
			values[s[1:]] = have[i]
		case s != have[i] && !sameSegment(s, have[i]):
			return "", false
		}
	}
	if n := len(r.from); len(have) > n || n > 0 && r.from[n-1] != "*" && len(have) != n {
		return "", false
	}
	query, _ := url.ParseQuery(rawQuery)
	for _, q := range r.query {
		if !query.Has(q[0]) {
			return "", false
		}
		if name, ok := strings.CutPrefix(q[1], ":"); ok {
			values[name] = query.Get(q[0])
		} else if q[1] != query.Get(q[0]) {
			return "", false
		}
	}
	return fill(r.to, values, rawQuery, len(r.query) > 0, r.status), true
}

// sameSegment says whether two spellings of a segment mean the same.
func sameSegment(a, b string) bool {
	x, errX := url.PathUnescape(a)
	y, errY := url.PathUnescape(b)
	return errX == nil && errY == nil && x == y
}

// fill puts the values of placeholders into a target, and the query behind it, where the target has none of its own and
// the rule has not taken it.
func fill(to string, values map[string]string, rawQuery string, taken bool, status int) string {
	start := 0
	if i := strings.Index(to, "://"); i >= 0 {
		start = i + 3
	}
	var b strings.Builder
	b.WriteString(to[:start])
	for i := start; i < len(to); {
		if to[i] != ':' {
			b.WriteByte(to[i])
			i++
			continue
		}
		end := i + 1
		for end < len(to) && inPlaceholder(to[end]) {
			end++
		}
		if value, ok := values[to[i+1:end]]; ok {
			b.WriteString(value)
		} else {
			b.WriteString(to[i:end])
		}
		i = end
	}
	out := b.String()
	if rawQuery != "" && !taken && status >= 300 && status < 400 && !strings.ContainsAny(out, "?#") {
		out += "?" + rawQuery
	}
	return out
}

// readHeaders reads _headers, if there is one.
func readHeaders(files fs.FS) ([]headerRule, error) {
	data, err := fs.ReadFile(files, headersFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []headerRule
	for line := range strings.Lines(string(data)) {
		text := strings.TrimSpace(line)
		switch name, value, ok := strings.Cut(text, ":"); {
		case text == "" || strings.HasPrefix(text, "#"):
		case strings.HasPrefix(text, "/"):
			out = append(out, headerRule{path: text})
		case ok && len(out) > 0:
			last := &out[len(out)-1]
			last.set = append(last.set, manifest.Header{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
		}
	}
	return out, err
}

// matches says whether the rule is for a path.
func (h *headerRule) matches(path string) bool {
	r := rule{from: segments(h.path)}
	_, ok := r.match(path, "")
	return ok
}

// find gives the name of the file that answers a path, or "".
func (p *preview) find(escaped string) string {
	decoded, err := url.PathUnescape(escaped)
	if err != nil || strings.ContainsAny(decoded, "\\\x00") || strings.Contains(decoded, "//") ||
		strings.Count(decoded, "/") != strings.Count(escaped, "/") {
		return ""
	}
	name := strings.Trim(decoded, "/")
	if name != "" && !fs.ValidPath(name) {
		return ""
	}
	names := []string{name, name + ".html", path.Join(name, "index.html")}
	if strings.HasSuffix(decoded, "/") {
		names = []string{path.Join(name, "index.html"), name + ".html"}
	}
	for _, n := range names {
		if n == redirectsFile || n == headersFile || strings.HasPrefix(n, ".netlify/") || n == "" || n == ".html" {
			continue
		}
		if info, err := fs.Stat(p.files, n); err == nil && info.Mode().IsRegular() {
			return n
		}
	}
	return ""
}

// file answers with a file, or with the page of 404.
func (p *preview) file(w http.ResponseWriter, r *http.Request, name, at string, status int) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead && name != "" {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	if name == "" {
		status = http.StatusNotFound
		if info, err := fs.Stat(p.files, "404.html"); err != nil || !info.Mode().IsRegular() {
			http.Error(w, "Not Found", status)
			return
		}
		name = "404.html"
	}
	data, err := fs.ReadFile(p.files, name)
	if err != nil {
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", typeOf(name))
	h.Set("Cache-Control", "public,max-age=0,must-revalidate")
	seen := map[string]bool{}
	for i := range p.headers {
		if !p.headers[i].matches(at) {
			continue
		}
		for _, line := range p.headers[i].set {
			// One of ours takes the place of Netlify's, further ones are joined.
			key := http.CanonicalHeaderKey(line.Name)
			if old := h.Get(key); seen[key] && old != line.Value {
				h.Set(key, old+", "+line.Value)
			} else {
				h.Set(key, line.Value)
			}
			seen[key] = true
		}
	}
	fileserver.Send(w, r, fileserver.Bytes(data), status)
}

// typeOf is the type of a file by its name.
func typeOf(name string) string {
	switch ext := strings.ToLower(path.Ext(name)); ext {
	case ".txt", ".md":
		return "text/plain; charset=utf-8"
	case ".ico":
		return "image/vnd.microsoft.icon"
	case "":
		return "application/octet-stream"
	default:
		if t := mime.TypeByExtension(ext); t != "" {
			return t
		}
		return "application/octet-stream"
	}
}
