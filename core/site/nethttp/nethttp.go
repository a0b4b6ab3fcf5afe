//go:build !js

package nethttp

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"sitegen.dev/core/site"
)

func init() { site.UseFetchTransport(transport{}) }

// transport is a site.FetchTransport. Connections are kept and used again, those for untrusted URLs apart from the others.
type transport struct{}

var (
	trusted   = newTransport(&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second})
	untrusted = func() *http.Transport {
		// The address is looked at when it is known, after the name was resolved for the last time: a name that leads
		// elsewhere the second time gains nothing.
		t := newTransport(&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, Control: onlyPublic})
		t.Proxy = nil // it would dial in our place
		return t
	}()
)

func newTransport(d *net.Dialer) *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            d.DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           100,
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 256 << 10,
	}
}

func onlyPublic(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil || !site.PublicAddr(ap.Addr()) {
		return errors.New("the URL leads to an address that is not public, and is not trusted")
	}
	return nil
}

// RoundTrip sends one request.
func (transport) RoundTrip(ctx context.Context, req *site.FetchRequest) (*site.FetchResponse, error) {
	var body io.Reader
	if req.Body != nil {
		body = struct{ io.Reader }{req.Body} // not to be closed
	}
	out, err := http.NewRequestWithContext(ctx, req.Method, req.URL, body)
	if err != nil {
		return nil, err
	}
	if sized, ok := req.Body.(interface{ Len() int }); ok {
		out.ContentLength = int64(sized.Len())
		if out.ContentLength == 0 {
			out.Body = http.NoBody
		}
	}
	for name, value := range req.Header.All() {
		out.Header.Add(name, value)
	}
	t := trusted
	if req.Untrusted {
		t = untrusted
	}
	in, err := t.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	resp := &site.FetchResponse{Status: in.StatusCode, StatusText: reason(in.Status), Body: in.Body}
	for _, name := range slices.Sorted(maps.Keys(in.Header)) {
		for _, v := range in.Header[name] {
			resp.Header.AddReceived(name, v)
		}
	}
	return resp, nil
}

// reason is the reason phrase of a status line, "200 OK".
func reason(line string) string {
	if len(line) > 4 {
		return line[4:]
	}
	return ""
}
