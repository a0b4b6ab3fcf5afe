package images

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"

	"sitegen.dev/core/site"
)

const (
	fetchTime    = 10 * time.Second
	maxRedirects = 3
)

// remote fetches pictures from the hosts that site.yaml allows. Each step of a redirect is held against the same list, and
// each address that a name resolves to must be a public one, at the moment of the connection: a name that answers
// differently the second time gains nothing.
type remote struct {
	sources []site.ImageSource
	client  *http.Client
}

// newRemote makes a remote; allow is asked for every address before it is dialled.
func newRemote(sources []site.ImageSource, allow func(netip.Addr) bool) *remote {
	r := &remote{sources: sources}
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		a, err := netip.ParseAddrPort(address)
		if err != nil || !allow(a.Addr().Unmap().WithZone("")) {
			return errors.New("the address is not public")
		}
		return nil
	}}
	r.client = &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: 8 * time.Second,
			MaxResponseHeaderBytes: 64 << 10, MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute, DisableCompression: true,
			Proxy: nil, // a proxy would dial for us, whatever the address
		},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return errors.New("too many redirects")
			}
			u, err := site.ParseImageURL(req.URL.String())
			if err != nil || !r.allowed(u) {
				return errors.New("redirected to a place that is not allowed")
			}
			req.Header.Del("Referer")
			return nil
		},
	}
	return r
}

func (r *remote) allowed(u *url.URL) bool {
	return slices.ContainsFunc(r.sources, func(s site.ImageSource) bool { return s.Matches(u) })
}

// fetch gives the bytes of a picture. The errors say nothing of what lies behind the address.
func (r *remote) fetch(ctx context.Context, u *url.URL) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, errors.New("the picture cannot be fetched")
	}
	req.Header.Set("Accept", "image/jpeg, image/png")
	req.Header.Set("User-Agent", "sitegen")
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, errors.New("the picture cannot be fetched")
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the host of the picture answers %d", resp.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, limits.Bytes+1))
	if err != nil {
		return nil, errors.New("the picture cannot be fetched")
	}
	if int64(len(data)) > limits.Bytes {
		return nil, errors.New("the picture is too large")
	}
	return data, nil
}

// special are the networks that IANA keeps for other purposes than the public Internet, beside those that package netip
// knows, and those that wrap an IPv4 address.
var special = func() []netip.Prefix {
	var out []netip.Prefix
	for _, s := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
		"3fff::/20", "5f00::/16", "fec0::/10",
	} {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}()

// publicOnly says whether an address is one of the public Internet.
func publicOnly(a netip.Addr) bool {
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() {
		return false
	}
	return !slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(a) })
}
