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

// prepare fills in a request. Its Header holds all lines that came, without the internal ones. It says how far the answer may be
// kept.
func (h *handler) prepare(req *site.Request, p *Platform, in incoming) (keep reach) {
	req.Method, req.Host, req.Scheme, req.RemoteAddr = in.method, in.host, "http", in.remote
	var shared bool
	req.Target, shared = h.target(in.method, in.target)
	req.Header.Del(revalidateHeader)
	p.draft = h.seesDrafts(&req.Header)
	switch {
	case p.draft:
		keep = forVisitor
	case shared:
		keep = byRule
		// Whoever asks first must leave no trace in what everybody gets.
		req.Header.Del("Cookie")
		req.Header.Del("Authorization")
	}
	if !in.trusted {
		return keep
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
	p.origin = req.Scheme + "://" + req.Host
	return keep
}

// cookieDropped is what the log says of a cookie that everybody would have got.
const cookieDropped = "a cookie was left out: the answer is cached and goes to everybody"

const (
	// revalidateHeader is how the cache is told to make an answer anew. It holds the token, which is not for pages.
	revalidateHeader = "X-Prerender-Revalidate"
	// draftCookie is how the cache knows whom it has to let through to the function.
	draftCookie = "__prerender_bypass"
)

// seesDrafts says whether a request has the cookie of drafts with the token that only the site gives.
func (h *handler) seesDrafts(header *site.Header) bool {
	if h.bypass == "" {
		return false
	}
	for _, line := range header.Values("Cookie") {
		for pair := range strings.SplitSeq(line, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
			if name == draftCookie && subtle.ConstantTimeCompare([]byte(value), []byte(h.bypass)) == 1 {
				return true
			}
		}
	}
	return false
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
