package node

import (
	"io"
	"strings"
	"testing"

	"sitegen.dev/core/site"
)

// A stream may read the body of the request while it answers.
func TestStreamOfTheBody(t *testing.T) {
	s := start(t, setup{app: &site.App{Routes: []*site.Route{{
		Pattern: "/copy", Type: site.EndpointRoute, Methods: map[string]site.Handler{"POST": func(page *site.Page) error {
			return page.Stream("text/plain", func(w io.Writer) error {
				_, err := io.Copy(w, page.Request.Body)
				return err
			})
		}},
	}}}})
	body := strings.Repeat("0123456789", 20_000)
	a := s.raw(t, "POST /copy HTTP/1.1\nHost: localhost\nContent-Type: application/json\nContent-Length: 200000\nConnection: close\n\n"+body)
	if a.err != nil || a.body != body {
		t.Errorf("%d bytes came back, %v; want %d", len(a.body), a.err, len(body))
	}
}
