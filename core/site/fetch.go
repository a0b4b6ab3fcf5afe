package site

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// FetchRequest is a request to another server; Fetch sends it.
type FetchRequest struct {
	Method string // "" is GET
	URL    string // absolute, http or https, without a user and a password
	// Header is sent as it is. What belongs to the connection (Host, Content-Length, Accept-Encoding …) is refused: the
	// platform sets it. Without a User-Agent, "sitegen" is sent.
	Header Header
	// Body is sent while it is read; nil is none. It is not closed. One with a method Len, as those of bytes and strings
	// have, is announced by its length; one that is an io.Seeker can be sent once more when a redirect asks for it.
	Body io.Reader
	// Redirects says which redirects are followed. The zero value stays on the same origin.
	Redirects Redirects
	// Limit is how many bytes the body of the answer may have once it is decompressed: 0 is 10 MiB, a negative number is
	// no limit. Beyond it, reading gives ErrFetchLimit.
	Limit int64
	// Timeout bounds the whole exchange, the body of the answer included: 0 is 30 seconds, a negative number leaves it to
	// the context.
	Timeout time.Duration
	// Untrusted is for a URL that comes from a visitor or from other data. Only public addresses at the ports of http and
	// https are asked then, whatever names and redirects lead to.
	Untrusted bool
}

// Redirects says which redirects Fetch follows, ten at most. None leads from https to http.
type Redirects int

// The ways to treat redirects.
const (
	// FollowSameOrigin follows redirects to the same scheme, host and port, and from http to https on the same host.
	// Any other is an error: where a server sends its callers is not for that server to decide.
	FollowSameOrigin Redirects = iota
	// FollowAny follows redirects to other hosts too. What the header holds beyond what every browser sends (Accept,
	// Content-Type and the like) stays behind then: keys and cookies are for the first host alone.
	FollowAny
	// FollowNone gives the redirect itself as the answer.
	FollowNone
)

// FetchResponse is the answer of another server. Its body is a stream: read it to the end or close it. Bytes, Text and
// JSON do both.
type FetchResponse struct {
	Status     int    // 100 to 599
	StatusText string // "" where the version of HTTP has none
	Header     Header // as it was received; Content-Encoding and Content-Length are gone where the body was decompressed
	URL        string // that answered, after redirects
	Body       io.ReadCloser
}

// FetchTransport sends a request and gives the head of the answer, without following redirects. The runtime of the
// platform installs one: net/http natively, the platform's fetch in a Worker. What it is given is checked.
type FetchTransport interface {
	RoundTrip(ctx context.Context, req *FetchRequest) (*FetchResponse, error)
}

var fetchTransport FetchTransport

// UseFetchTransport installs what Fetch sends requests with. It is for the runtimes of platforms, before the first request.
func UseFetchTransport(t FetchTransport) { fetchTransport = t }

// ErrFetchLimit is what reading the body of an answer gives when it is larger than FetchRequest.Limit.
var ErrFetchLimit = errors.New("the answer is larger than the limit of the request")

// FetchError is a request that got no answer. It unwraps to the reason, context.Canceled and context.DeadlineExceeded
// among them.
type FetchError struct {
	Method string
	URL    string // without the query, which is where secrets are
	Err    error
}

// Error names the request and the reason.
func (e *FetchError) Error() string { return e.Method + " " + e.URL + ": " + e.Err.Error() }

// Unwrap gives the reason.
func (e *FetchError) Unwrap() error { return e.Err }

const (
	fetchLimit   = 10 << 20
	fetchTimeout = 30 * time.Second
	maxRedirects = 10
)

// Fetch sends a request to another server and gives the answer, whatever its status. It works the same while
// prerendering, natively and in a Worker. The context ends it, with the body of the answer: pages pass page.Context().
// An error is a *FetchError.
//
//	resp, err := site.Fetch(page.Context(), &site.FetchRequest{URL: "https://api.example.com/items"})
//	if err != nil {
//		return err
//	}
//	var items []Item
//	if err := resp.JSON(&items); err != nil {
//		return err
//	}
func Fetch(ctx context.Context, req *FetchRequest) (*FetchResponse, error) {
	return fetch(ctx, fetchTransport, *req)
}

// FetchBy is Fetch by way of a transport that leads to one place whatever the URL says, such as a binding of a Worker. It
// follows no redirects.
func FetchBy(ctx context.Context, t FetchTransport, req *FetchRequest) (*FetchResponse, error) {
	r := *req
	r.Redirects, r.Untrusted = FollowNone, false
	return fetch(ctx, t, r)
}

// fetch sends r, which is a copy of the author's.
func fetch(ctx context.Context, t FetchTransport, r FetchRequest) (*FetchResponse, error) {
	if r.Method == "" {
		r.Method = "GET"
	}
	fail := func(err error) (*FetchResponse, error) {
		where, _, _ := strings.Cut(r.URL, "?")
		if u, err := url.Parse(r.URL); err == nil {
			u.User, u.RawQuery, u.Fragment, u.ForceQuery = nil, "", "", false
			where = u.String()
		}
		return nil, &FetchError{r.Method, where, err}
	}
	noteFetch(ctx)
	u, err := checkFetch(&r)
	if err != nil {
		return fail(err)
	}
	if t == nil {
		return fail(errors.New("nothing here can send requests: the package that calls site.Fetch has to import _ \"" + strings.TrimSuffix(ownPrefix, ".") + "/nethttp\", where it is not part of the site"))
	}
	cancel := func() {}
	if r.Timeout >= 0 {
		if r.Timeout == 0 {
			r.Timeout = fetchTimeout
		}
		ctx, cancel = context.WithTimeout(ctx, r.Timeout)
	}
	for hop := 0; ; hop++ {
		r.URL = u.String()
		resp, err := t.RoundTrip(ctx, &r)
		if err != nil {
			if cause := context.Cause(ctx); cause != nil {
				err = cause
			}
			cancel()
			return fail(err)
		}
		to, err := r.follow(u, resp, hop)
		if to == nil && err == nil {
			limit := r.Limit
			if limit == 0 {
				limit = fetchLimit
			}
			resp.URL = r.URL
			resp.Body = &fetchBody{body: resp.Body, limit: limit, left: limit, ctx: ctx, cancel: cancel}
			return resp, nil
		}
		resp.Body.Close()
		if err != nil {
			cancel()
			return fail(err)
		}
		u = to
	}
}

// ownLines are header lines that the platform sets itself, or that would break its connections.
const ownLines = " accept-charset accept-encoding connection content-length cookie2 date expect host keep-alive proxy-authorization proxy-connection te trailer transfer-encoding upgrade via "

// checkFetch refuses what not every platform can send.
func checkFetch(r *FetchRequest) (*url.URL, error) {
	switch {
	case !isToken(r.Method):
		return nil, errors.New("the method is no token")
	case equalFold(r.Method, "CONNECT") || equalFold(r.Method, "TRACE") || equalFold(r.Method, "TRACK"):
		return nil, errors.New("the method is not for pages")
	case r.Body != nil && (r.Method == "GET" || r.Method == "HEAD"):
		return nil, errors.New("a request with this method has no body")
	}
	if err := r.Header.Err(); err != nil {
		return nil, err
	}
	for name := range r.Header.All() {
		if strings.Contains(ownLines, " "+lowerASCII(name)+" ") {
			return nil, errors.New("the header " + name + " is set by the platform")
		}
	}
	if !r.Header.Has("User-Agent") {
		h := Header{lines: append([]HeaderLine(nil), r.Header.lines...)}
		h.put("User-Agent", "sitegen")
		r.Header = h
	}
	u, err := url.Parse(r.URL)
	if err != nil {
		return nil, errors.New("the URL is malformed") // the error would show the query
	}
	return u, checkFetchURL(u, r.Untrusted)
}

func checkFetchURL(u *url.URL, untrusted bool) error {
	host := u.Hostname()
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return errors.New("the URL must begin with https:// or http://; a page of this site is not fetched, call its function")
	case host == "":
		return errors.New("the URL has no host")
	case u.User != nil:
		return errors.New("the URL must not hold a user or a password: use the header Authorization")
	}
	for i := range len(host) {
		if c := host[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`"#%/<>?@\^`+"`{|}", c) >= 0 {
			return errors.New("the host of the URL is malformed; write names of other scripts in Punycode")
		}
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.Atoi(p); err != nil || n < 1 || n > 65535 {
			return errors.New("the port of the URL is not one")
		}
	}
	u.Fragment, u.RawFragment = "", ""
	if untrusted {
		return checkPublic(u, host)
	}
	return nil
}

// checkPublic refuses what a URL of others must not lead to, as far as it can be told without asking for the address of
// a name. Transports that dial check the address too, with PublicAddr.
func checkPublic(u *url.URL, host string) error {
	if p := u.Port(); p != "" && p != map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		return errors.New("the URL has a port of its own, and is not trusted")
	}
	refused := errors.New("the URL leads to an address that is not public, and is not trusted")
	if addr, err := netip.ParseAddr(host); err == nil {
		if !PublicAddr(addr) {
			return refused
		}
		return nil
	}
	name := strings.TrimSuffix(lowerASCII(host), ".")
	last := name[strings.LastIndexByte(name, '.')+1:]
	// 0x7f.1 and 2130706433 are addresses to some, and names to others.
	if last == "" || '0' <= last[0] && last[0] <= '9' || strings.Contains(name, ":") {
		return refused
	}
	if last == name || last == "localhost" || last == "local" || last == "internal" || last == "arpa" {
		return refused
	}
	return nil
}

// The ranges that are neither private nor loopback and yet not public, from IANA's registries of special addresses.
// What lies in them may also wrap another address.
var notPublic = []string{
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
}

// PublicAddr says whether an address is one of the public Internet: FetchRequest.Untrusted allows no other.
func PublicAddr(addr netip.Addr) bool {
	if addr.Zone() != "" {
		return false
	}
	addr = addr.Unmap()
	if !addr.IsGlobalUnicast() || addr.IsPrivate() {
		return false
	}
	for _, text := range notPublic {
		if netip.MustParsePrefix(text).Contains(addr) {
			return false
		}
	}
	return true
}

// follow gives where a redirect leads, and changes the request to what is asked there; nil where resp is the answer.
func (r *FetchRequest) follow(from *url.URL, resp *FetchResponse, hop int) (*url.URL, error) {
	switch resp.Status {
	case 301, 302, 303, 307, 308:
	default:
		return nil, nil
	}
	location := resp.Header.Get("Location")
	if r.Redirects == FollowNone || location == "" {
		return nil, nil
	}
	to, err := from.Parse(location)
	if err != nil {
		return nil, errors.New("the answer redirects to what is no URL")
	}
	if err := checkFetchURL(to, r.Untrusted); err != nil {
		return nil, errors.New("the answer redirects, and " + err.Error())
	}
	same := originOf(from) == originOf(to)
	upgrade := from.Scheme == "http" && to.Scheme == "https"
	switch {
	case hop == maxRedirects:
		return nil, errors.New("more than ten redirects")
	case from.Scheme == "https" && to.Scheme == "http":
		return nil, errors.New("the answer redirects from https to http")
	case !same && r.Redirects == FollowSameOrigin && !(upgrade && equalFold(from.Hostname(), to.Hostname()) && from.Port() == "" && to.Port() == ""):
		return nil, errors.New("the answer redirects to " + originOf(to) + ": ask there, or allow it with site.FollowAny")
	}
	if !same && !(upgrade && equalFold(from.Hostname(), to.Hostname())) {
		r.strip(" accept accept-language content-language content-type user-agent range ", true)
	}
	if resp.Status == 303 && r.Method != "HEAD" || (resp.Status == 301 || resp.Status == 302) && r.Method == "POST" {
		r.Method, r.Body = "GET", nil
		r.strip(" content-type content-language content-encoding content-location ", false)
	}
	if r.Body != nil {
		s, ok := r.Body.(io.Seeker)
		if !ok {
			return nil, errors.New("the answer redirects, and the body, which is no io.Seeker, cannot be sent again")
		}
		if _, err := s.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
	}
	return to, nil
}

// strip keeps those lines of the header that are in the list, or those that are not.
func (r *FetchRequest) strip(list string, keep bool) {
	h := Header{}
	for _, l := range r.Header.lines {
		if strings.Contains(list, " "+lowerASCII(l.Name)+" ") == keep {
			h.lines = append(h.lines, l)
		}
	}
	r.Header = h
}

// originOf is scheme, host and port in the one form that can be compared.
func originOf(u *url.URL) string {
	port := u.Port()
	if port == "80" && u.Scheme == "http" || port == "443" && u.Scheme == "https" || port == "" {
		return u.Scheme + "://" + lowerASCII(strings.TrimSuffix(u.Host, ":"+port))
	}
	return u.Scheme + "://" + lowerASCII(u.Host)
}

// fetchBody is the body of an answer with its limit.
type fetchBody struct {
	body        io.ReadCloser
	limit, left int64
	ctx         context.Context
	cancel      context.CancelFunc
	err         error
}

// Read gives the next bytes.
func (b *fetchBody) Read(p []byte) (int, error) {
	if b.err != nil || len(p) == 0 {
		return 0, b.err
	}
	if b.limit > 0 && int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.body.Read(p)
	if b.limit > 0 && int64(n) > b.left {
		n, err = int(b.left), ErrFetchLimit
	}
	b.left -= int64(n)
	if err != nil {
		if cause := context.Cause(b.ctx); cause != nil && err != io.EOF && err != ErrFetchLimit {
			err = cause
		}
		b.end(err)
	}
	return n, err
}

// Close ends the exchange.
func (b *fetchBody) Close() error {
	b.end(errors.New("the body is closed"))
	return nil
}

func (b *fetchBody) end(err error) {
	if b.err == nil {
		b.err = err
		b.body.Close()
		b.cancel()
	}
}

// OK says whether the status is 200 to 299.
func (r *FetchResponse) OK() bool { return r.Status >= 200 && r.Status < 300 }

// Bytes reads the rest of the body and closes it.
func (r *FetchResponse) Bytes() ([]byte, error) {
	defer r.Body.Close()
	return readAll(r.Body, r.Header.Get("Content-Length"))
}

// Text reads the rest of the body as UTF-8 text and closes it.
func (r *FetchResponse) Text() (string, error) {
	data, err := r.Bytes()
	if err != nil {
		return "", err
	}
	if !utf8.Valid(data) {
		return "", errors.New(r.URL + ": the body of the answer is not UTF-8")
	}
	return string(data), nil
}

// JSON reads the rest of the body as one JSON value into v, a pointer, and closes it. It does not look at the status.
func (r *FetchResponse) JSON(v any) error {
	data, err := r.Bytes()
	if err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}
