package vercel

import (
	"crypto/subtle"
	"net/url"
	"regexp"
	"strings"

	"sitegen.dev/core/site"
)

// internalHeader begins the names of the headers between the platform and the program. Pages never see them.
const internalHeader = "x-vercel-internal-"

// The keys of the query by which the routes of config.json say what a function with a cache in front of it is asked for.
// config.json takes them out of what visitors send, and they are taken out here once more.
const (
	PathKey  = "__sg_path"
	TokenKey = "__sg_token"
)

// incoming is a request as it came.
type incoming struct {
	method, target, host string
	remote               string // the other end of the connection
	trusted              bool   // it comes from the platform, whose headers say who asks and for what
}

// prepare fills in a request. Its Header holds all lines that came, without the internal ones. It says whether the answer
// goes into the cache of the platform, and so to everybody.
func (h *handler) prepare(req *site.Request, in incoming) (shared bool) {
	req.Method, req.Host, req.Scheme, req.RemoteAddr = in.method, in.host, "http", in.remote
	req.Target, shared = h.target(in.method, in.target)
	if shared {
		// Whoever asks first must leave no trace in what everybody gets.
		req.Header.Del("Cookie")
		req.Header.Del("Authorization")
	}
	if !in.trusted {
		return shared
	}
	req.Scheme = "https"
	if req.Header.Get("X-Forwarded-Proto") == "http" {
		req.Scheme = "http"
	}
	if host := req.Header.Get("X-Forwarded-Host"); host != "" {
		req.Host = host
	}
	// X-Vercel-Forwarded-For is the platform's own word even where a proxy in front of it writes X-Forwarded-For.
	for _, name := range []string{"X-Vercel-Forwarded-For", "X-Real-Ip"} {
		if client := req.Header.Get(name); client != "" {
			client, _, _ = strings.Cut(client, ",")
			req.RemoteAddr = strings.TrimSpace(client)
			break
		}
	}
	return shared
}

// plain are the paths that a cache may be asked for: those with one spelling only.
var plain = regexp.MustCompile(`^/[A-Za-z0-9_.~/-]*$`)

// target takes the keys of ours out of a request target. Where they name a path that answers are kept for, and carry the
// token of the build, that path is the target.
func (h *handler) target(method, raw string) (target string, shared bool) {
	path, query, found := strings.Cut(raw, "?")
	if !found || !strings.Contains(query, "_sg_") && !strings.Contains(query, "%") {
		return raw, false
	}
	var kept, paths, tokens []string
	for pair := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(key)
		switch {
		case err == nil && name == PathKey:
			paths = append(paths, value)
		case err == nil && name == TokenKey:
			tokens = append(tokens, value)
		default:
			kept = append(kept, pair)
		}
	}
	if len(paths)+len(tokens) == 0 {
		return raw, false
	}
	if len(paths) == 1 && len(tokens) == 1 && (method == "GET" || method == "HEAD") && h.believes(tokens[0]) {
		if p, err := url.PathUnescape(paths[0]); err == nil && h.keeps(p) {
			path, shared = p, true
		}
	}
	if len(kept) > 0 {
		path += "?" + strings.Join(kept, "&")
	}
	return path, shared
}

func (h *handler) believes(token string) bool {
	return h.token != "" && subtle.ConstantTimeCompare([]byte(token), []byte(h.token)) == 1
}

func (h *handler) keeps(path string) bool {
	if !plain.MatchString(path) {
		return false
	}
	for _, re := range h.cached {
		if re.MatchString(path) {
			return true
		}
	}
	return false
}
