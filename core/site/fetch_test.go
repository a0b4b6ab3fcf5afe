package site

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"
)

// answers is a transport that knows its answers by URL: "302 https://x", or a body.
type answers struct {
	by   map[string]string
	seen []string
}

func (a *answers) RoundTrip(_ context.Context, req *FetchRequest) (*FetchResponse, error) {
	line := req.Method + " " + req.URL
	for name, value := range req.Header.All() {
		line += " " + name + "=" + value
	}
	a.seen = append(a.seen, line)
	text, ok := a.by[req.URL]
	if !ok {
		return nil, errors.New("nobody is there")
	}
	resp := &FetchResponse{Status: 200, Body: io.NopCloser(strings.NewReader(text))}
	if to, ok := strings.CutPrefix(text, "302 "); ok {
		resp.Status = 302
		resp.Header.Set("Location", to)
	}
	return resp, nil
}

func use(t *testing.T, by map[string]string) *answers {
	t.Helper()
	a := &answers{by: by}
	before := fetchTransport
	UseFetchTransport(a)
	t.Cleanup(func() { fetchTransport = before })
	return a
}

func TestFetchRefuses(t *testing.T) {
	use(t, nil)
	h := func(name, value string) (h Header) { h.Add(name, value); return h }
	for _, tt := range []struct {
		req  FetchRequest
		want string
	}{
		{FetchRequest{URL: "/api"}, "call its function"},
		{FetchRequest{URL: "//example.com/"}, "must begin with"},
		{FetchRequest{URL: "file:///etc/passwd"}, "must begin with"},
		{FetchRequest{URL: "javascript:alert(1)"}, "must begin with"},
		{FetchRequest{URL: "https://"}, "no host"},
		{FetchRequest{URL: "https://a:b@example.com/"}, "Authorization"},
		{FetchRequest{URL: "https://ex ample.com/"}, "malformed"},
		{FetchRequest{URL: "https://bücher.example/"}, "Punycode"},
		{FetchRequest{URL: "https://[fe80::1%25eth0]/"}, "malformed"},
		{FetchRequest{URL: "https://example.com:0/"}, "port"},
		{FetchRequest{URL: "https://example.com:65536/"}, "port"},
		{FetchRequest{URL: "https://example.com/\x00"}, "malformed"},
		{FetchRequest{URL: "https://example.com/", Method: "CONNECT"}, "not for pages"},
		{FetchRequest{URL: "https://example.com/", Method: "trace"}, "not for pages"},
		{FetchRequest{URL: "https://example.com/", Method: "A B"}, "no token"},
		{FetchRequest{URL: "https://example.com/", Body: strings.NewReader("x")}, "no body"},
		{FetchRequest{URL: "https://example.com/", Header: h("Host", "x")}, "header Host is set by the platform"},
		{FetchRequest{URL: "https://example.com/", Header: h("transfer-encoding", "x")}, "set by the platform"},
		{FetchRequest{URL: "https://example.com/", Header: h("X", "a\nb")}, "line break"},
		{FetchRequest{URL: "https://example.com/"}, "nobody is there"},
	} {
		_, err := Fetch(t.Context(), &tt.req)
		var fe *FetchError
		if !errors.As(err, &fe) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v, want %q", tt.req, err, tt.want)
		}
	}
	fetchTransport = nil
	if _, err := Fetch(t.Context(), &FetchRequest{URL: "https://u:p@example.com/a?secret#x"}); err == nil || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "u:p") {
		t.Errorf("the error shows too much: %v", err)
	}
	if _, err := Fetch(t.Context(), &FetchRequest{URL: "https://example.com/"}); err == nil || !strings.Contains(err.Error(), `import _ "sitegen.dev/core/site/nethttp"`) {
		t.Errorf("without a transport: %v", err)
	}
}

func TestFetchUntrustedURL(t *testing.T) {
	sent := use(t, map[string]string{"https://example.com/": "x", "https://moved.example.com/": "302 http://169.254.169.254/", "https://1.1.1.1/": "x", "https://example.com:443/": "x"})
	for _, tt := range []struct {
		url string
		ok  bool
	}{
		{"https://example.com/", true},
		{"https://example.com:443/", true},
		{"https://1.1.1.1/", true},
		{"https://moved.example.com/", false}, // to an address that is not public
		{"https://example.com:8443/", false},
		{"http://localhost/", false},
		{"http://a.localhost./", false},
		{"http://db/", false},
		{"http://metadata.google.internal/", false},
		{"http://127.0.0.1/", false},
		{"http://127.1/", false},
		{"http://0x7f.1/", false},
		{"http://2130706433/", false},
		{"http://0177.0.0.1/", false},
		{"http://[::1]/", false},
		{"http://[::ffff:127.0.0.1]/", false},
		{"http://[64:ff9b::7f00:1]/", false},
		{"http://169.254.169.254/", false},
	} {
		sent.seen = nil
		_, err := Fetch(t.Context(), &FetchRequest{URL: tt.url, Untrusted: true, Redirects: FollowAny})
		if (err == nil) != tt.ok || !tt.ok && !strings.Contains(err.Error(), "is not trusted") {
			t.Errorf("%s: %v, want ok %v", tt.url, err, tt.ok)
		}
		for _, line := range sent.seen {
			if !tt.ok && !strings.HasPrefix(line, "GET https://moved.example.com/") {
				t.Errorf("%s: it was sent: %s", tt.url, line)
			}
		}
	}
	for addr, want := range map[string]bool{"8.8.8.8": true, "2606:4700::1": true, "0.0.0.0": false, "100.64.0.1": false, "224.0.0.1": false, "::": false, "fd00::1": false,
		"2002:7f00:1::": false, "255.255.255.255": false, "192.0.0.8": false, "fe80::1%a": false, "::127.0.0.1": false} {
		if got := PublicAddr(netip.MustParseAddr(addr)); got != want {
			t.Errorf("PublicAddr(%s) = %v", addr, got)
		}
	}
}

func TestFetchRedirects(t *testing.T) {
	for _, tt := range []struct {
		from, to string
		redirect Redirects
		want     string // the last request, or what is in the error
	}{
		{"https://a.example/x", "/y", FollowSameOrigin, "GET https://a.example/y Authorization=key User-Agent=sitegen"},
		{"https://a.example/x", "https://a.example:443/y", FollowSameOrigin, "GET https://a.example:443/y Authorization=key User-Agent=sitegen"},
		{"https://a.example/x", "https://A.example/y", FollowSameOrigin, "GET https://A.example/y Authorization=key User-Agent=sitegen"},
		{"http://a.example/x", "https://a.example/y", FollowSameOrigin, "GET https://a.example/y Authorization=key User-Agent=sitegen"},
		{"http://a.example/x", "https://a.example:8443/y", FollowSameOrigin, "redirects to https://a.example:8443"},
		{"https://a.example/x", "//b.example/y", FollowSameOrigin, "redirects to https://b.example:"},
		{"https://a.example/x", "https://a.example:8443/y", FollowSameOrigin, "redirects to https://a.example:8443"},
		{"https://a.example/x", "https://a.example@b.example/", FollowAny, "must not hold a user"},
		{"https://a.example/x", "http://a.example/y", FollowAny, "from https to http"},
		{"https://a.example/x", "https://b.example/y", FollowAny, "GET https://b.example/y User-Agent=sitegen"},
		{"http://a.example/x", "https://b.example/y", FollowAny, "GET https://b.example/y User-Agent=sitegen"},
		{"https://a.example/x", "https://b.example/y", FollowNone, "GET https://a.example/x Authorization=key User-Agent=sitegen"},
		{"https://a.example/x", "http://[", FollowAny, "no URL"},
	} {
		a := use(t, map[string]string{tt.from: "302 " + tt.to})
		var h Header
		h.Set("Authorization", "key")
		target := strings.Replace(tt.to, "//b", "https://b", 1)
		if strings.HasPrefix(tt.to, "/y") {
			target = "https://a.example/y"
		} else if strings.HasPrefix(tt.to, "http") {
			target = tt.to
		}
		a.by[target] = "end"
		_, err := Fetch(t.Context(), &FetchRequest{URL: tt.from, Header: h, Redirects: tt.redirect})
		if err != nil {
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s to %s: %v, want %q", tt.from, tt.to, err, tt.want)
			}
			continue
		}
		if got := a.seen[len(a.seen)-1]; got != tt.want {
			t.Errorf("%s to %s: %s, want %s", tt.from, tt.to, got, tt.want)
		}
	}
}

func FuzzFetchURL(f *testing.F) {
	for _, s := range []string{"https://example.com/a?b#c", "http://[::1]:80/", "http://a@b", "https://0x7f.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := FetchRequest{Method: "GET", URL: s, Untrusted: true}
		u, err := checkFetch(&r)
		if err != nil {
			return
		}
		if again, err := checkFetch(&FetchRequest{Method: "GET", URL: u.String(), Untrusted: true}); err != nil || again.Host != u.Host {
			t.Errorf("%q is taken as %s, and that is %v, %v", s, u, again, err)
		}
	})
}
