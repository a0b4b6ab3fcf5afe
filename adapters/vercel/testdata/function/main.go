// Command function is a site in one file, compiled with the running half of the adapter, for tests that speak with it as
// the platform does. With PLAIN set it is a plain HTTP server on PORT instead, for the platform's own proxy.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	vercel "sitegen.dev/adapters/vercel/runtime"
	"sitegen.dev/core/site"
)

func methods(get site.Handler) map[string]site.Handler { return map[string]site.Handler{"ALL": get} }

func app() *site.App {
	return &site.App{
		Routes: []*site.Route{
			{Pattern: "/", Render: func(w *site.Writer, page *site.Page) error {
				w.S("<html><head><title>t</title></head><body>home</body></html>")
				return w.Err()
			}},
			{Pattern: "/stream", Type: site.EndpointRoute, Methods: methods(stream)},
			{Pattern: "/echo", Type: site.EndpointRoute, Methods: methods(echo)},
			{Pattern: "/cookies", Type: site.EndpointRoute, Methods: methods(cookies)},
			{Pattern: "/headers", Type: site.EndpointRoute, Methods: methods(headers)},
			{Pattern: "/broken", Type: site.EndpointRoute, Methods: methods(broken)},
			{Pattern: "/panic", Type: site.EndpointRoute, Methods: methods(func(*site.Page) error { panic("oh") })},
			{Pattern: "/exit", Type: site.EndpointRoute, Methods: methods(func(*site.Page) error { os.Exit(3); return nil })},
			{Pattern: "/slow", Type: site.EndpointRoute, Methods: methods(slow)},
			{Pattern: "/behind", Type: site.EndpointRoute, Methods: methods(behind)},
			{Pattern: "/large", Type: site.EndpointRoute, Methods: methods(large)},
			{Pattern: "/kept/[name]", Type: site.EndpointRoute, Methods: methods(headers)},
		},
	}
}

func stream(page *site.Page) error {
	return page.Stream("text/plain", func(w io.Writer) error {
		for i := range 3 {
			if _, err := fmt.Fprintf(w, "piece %d\n", i); err != nil {
				return err
			}
			time.Sleep(150 * time.Millisecond)
		}
		return nil
	})
}

func echo(page *site.Page) error {
	data, err := page.Request.Bytes()
	if err != nil {
		return err
	}
	page.Response.Header.Set("Content-Type", "application/octet-stream")
	return page.Send(site.NewResponse(200, data))
}

func cookies(page *site.Page) error {
	page.Cookies.Set(site.Cookie{Name: "a", Value: "1"})
	page.Cookies.Set(site.Cookie{Name: "b", Value: "2, with; signs"})
	return page.Text("cookies")
}

func headers(page *site.Page) error {
	var b strings.Builder
	fmt.Fprintf(&b, "method=%s\npath=%s\nquery=%s\nhost=%s\nscheme=%s\nclient=%s\n", page.Request.Method, page.URL.Path, page.URL.RawQuery, page.URL.Host, page.URL.Scheme, page.ClientAddr())
	for name, value := range page.Request.Header.All() {
		fmt.Fprintf(&b, "%s: %s\n", strings.ToLower(name), value)
	}
	if p, ok := page.Platform().(interface {
		City() string
		RequestID() string
	}); ok {
		fmt.Fprintf(&b, "city=%s\nid=%s\n", p.City(), p.RequestID())
	}
	page.Cookies.Set(site.Cookie{Name: "seen", Value: "1"})
	return page.Text(b.String())
}

func broken(page *site.Page) error {
	return page.Stream("text/plain", func(w io.Writer) error {
		io.WriteString(w, "first")
		return errors.New("it went wrong")
	})
}

func slow(page *site.Page) error {
	time.Sleep(300 * time.Millisecond)
	return page.Text("slow")
}

func behind(page *site.Page) error {
	page.Platform().(interface{ WaitUntil(func(context.Context)) }).WaitUntil(func(context.Context) {
		time.Sleep(300 * time.Millisecond)
		if name := page.URL.Query().Get("file"); name != "" {
			os.WriteFile(name, []byte("done"), 0o600)
		}
	})
	return page.Text("answered")
}

func large(page *site.Page) error {
	return page.Text(strings.Repeat("0123456789abcde\n", 1<<20))
}

var program = vercel.Program{
	App:    app,
	Cached: []string{"^/kept/[A-Za-z0-9_.~-]+/?$"},
	Token:  "the-token-of-the-build",
	Insert: os.Getenv("INSERT"),
}

func main() { os.Exit(vercel.Main(&program)) }
