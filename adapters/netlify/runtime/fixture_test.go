package netlify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"sitegen.dev/core/site"
)

// app is a site with a page for everything that goes through this package.
func app() *site.App {
	return &site.App{
		Config: site.Config{Base: "/", BuildID: "b1", AssetsDir: "_assets", TrustedProxies: site.TrustedProxies("*"), AllowedHosts: []string{"example.com", "evil.example"}},
		Routes: []*site.Route{
			{Pattern: "/", Type: site.EndpointRoute, Methods: map[string]site.Handler{"ALL": func(page *site.Page) error {
				data, err := page.Request.Bytes()
				if err != nil {
					return err
				}
				return page.Text(fmt.Sprintf("%s %s %s %q", page.Request.Method, page.URL, page.ClientAddr(), data))
			}}},
			{Pattern: "/headers", Type: site.EndpointRoute, Methods: map[string]site.Handler{"GET": func(page *site.Page) error {
				var b strings.Builder
				for name, value := range page.Request.Header.All() {
					fmt.Fprintf(&b, "%s=%s\n", name, value)
				}
				return page.Text(b.String())
			}}},
			{Pattern: "/cookies", Type: site.EndpointRoute, Methods: map[string]site.Handler{"GET": func(page *site.Page) error {
				page.Cookies.Set(site.Cookie{Name: "a", Value: "1"})
				page.Cookies.Set(site.Cookie{Name: "b", Value: "2"})
				return page.Text("set")
			}}},
			{Pattern: "/bytes", Type: site.EndpointRoute, Methods: map[string]site.Handler{"GET": func(page *site.Page) error {
				page.Response.Header.Set("Content-Type", "image/png")
				return page.Send(site.NewResponse(200, []byte{0xff, 0, 1}))
			}}},
			{Pattern: "/page", Render: func(w *site.Writer, page *site.Page) error {
				w.S("<p>page</p>")
				return nil
			}},
			{Pattern: "/stream", Render: func(w *site.Writer, page *site.Page) error {
				for i := range 3 {
					w.S(fmt.Sprintf("<p>%d</p>", i))
					if err := page.Flush(); err != nil {
						return err
					}
					time.Sleep(20 * time.Millisecond)
				}
				return nil
			}},
			{Pattern: "/broken", Render: func(w *site.Writer, page *site.Page) error {
				w.S("<p>half</p>")
				if err := page.Flush(); err != nil {
					return err
				}
				return errors.New("a failure of the site")
			}},
			{Pattern: "/endless", Render: func(w *site.Writer, page *site.Page) error {
				defer gone()
				for page.Context().Err() == nil {
					w.S(strings.Repeat("x", 1<<16))
					if err := page.Flush(); err != nil {
						return err
					}
				}
				return nil
			}},
			{Pattern: "/waits", Render: func(w *site.Writer, page *site.Page) error {
				defer gone()
				w.S("<p>first</p>")
				if err := page.Flush(); err != nil {
					return err
				}
				<-page.Context().Done()
				return nil
			}},
			{Pattern: "/large", Render: func(w *site.Writer, page *site.Page) error {
				for range 300 {
					w.S(strings.Repeat("x", 1000))
				}
				return nil
			}},
			{Pattern: "/reads", Type: site.EndpointRoute, Methods: map[string]site.Handler{"POST": func(page *site.Page) error {
				_, err := page.Request.Bytes()
				if err != nil {
					done <- err.Error()
				}
				return page.Text(fmt.Sprint("read: ", err))
			}}},
			{Pattern: "/platform", Render: func(w *site.Writer, page *site.Page) error {
				p := page.Platform().(*Platform)
				lat, long := p.Coordinates()
				w.S(fmt.Sprint(p.RequestID(), " ", p.Country(), " ", p.CountryName(), " ", p.CountryRegion(), " ", p.City(), " ", p.PostalCode(), " ", p.Timezone(),
					" ", lat, " ", long, " ", p.AccountID(), " ", p.SiteID(), " ", p.SiteName(), " ", p.SiteURL(), " ", p.DeployID(), " ", p.DeployContext(), " ", p.Region()))
				return nil
			}},
			{Pattern: "/cached-by-itself", Render: func(w *site.Writer, page *site.Page) error {
				page.Response.Header.Set("Cache-Control", "public, max-age=5")
				w.S("<p>kept</p>")
				return nil
			}},
			{Pattern: "/kept", Render: func(w *site.Writer, page *site.Page) error {
				page.Cache(site.Cache{MaxAge: time.Minute, Stale: time.Hour, Tags: []string{"a", "b"}})
				w.S("<p>kept</p>")
				return nil
			}},
			{Pattern: "/later", Render: func(w *site.Writer, page *site.Page) error {
				later(page)
				w.S("<p>begun</p>")
				return nil
			}},
			{Pattern: "/too-late", Render: func(w *site.Writer, page *site.Page) error {
				w.S("<p>sent</p>")
				if err := page.Flush(); err != nil {
					return err
				}
				later(page)
				return nil
			}},
			{Pattern: "/panics-later", Render: func(w *site.Writer, page *site.Page) error {
				page.Platform().(interface{ WaitUntil(func(context.Context)) }).WaitUntil(func(context.Context) { panic("later") })
				w.S("<p>fine</p>")
				return nil
			}},
			{Pattern: "/gone", Prerender: true},
			{Pattern: "/to-gone", Render: func(w *site.Writer, page *site.Page) error { return page.Rewrite("/gone") }},
		},
	}
}

// done takes the word of work that went on behind an answer.
var done = make(chan string, 10)

// left takes word of pages whose visitors went away.
var left = make(chan bool, 10)

// gone says that a page came to its end, if somebody asks.
func gone() {
	select {
	case left <- true:
	default:
	}
}

func later(page *site.Page) {
	page.Platform().(interface{ WaitUntil(func(context.Context)) }).WaitUntil(func(ctx context.Context) {
		select {
		case <-time.After(100 * time.Millisecond):
			done <- "done"
		case <-ctx.Done():
			done <- "ended"
		}
	})
}

// carried are the files inside the program.
const carried = `{
	"404.html": {"data": "bm9uZQ==", "status": 404, "header": [{"name": "X-Page", "value": "404"}]},
	"gone/index.html": {"data": "Z29uZQ==", "status": 410}
}`

func program() *Program {
	return &Program{App: app, Files: []byte(carried), Cache: "public, s-maxage=60, durable"}
}

func newTestHandler(log io.Writer) *handler {
	h, err := newHandler(program(), log)
	if err != nil {
		panic(err)
	}
	return h
}
