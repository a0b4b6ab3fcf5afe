//go:build browser

package browser

import (
	"context"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// TestIsland holds the answers of the islands back, sees the fallbacks, and then what takes their place: an island, one
// inside it, and one that is asked for by POST.
func TestIsland(t *testing.T) {
	base := server(t)
	ctx := tab(t)
	held := make(chan fetch.RequestID, 8)
	var methods []string
	chromedp.ListenTarget(ctx, func(event any) {
		if e, ok := event.(*fetch.EventRequestPaused); ok {
			methods = append(methods, e.Request.Method)
			held <- e.RequestID
		}
	})
	let := func() chromedp.Action {
		return chromedp.ActionFunc(func(ctx context.Context) error {
			select {
			case id := <-held:
				return fetch.ContinueRequest(id).Do(ctx)
			case <-time.After(10 * time.Second):
				t.Fatal("no island is asked for")
				return nil
			}
		})
	}
	var before, visits, words, clock string
	var left []string
	err := chromedp.Run(ctx,
		fetch.Enable().WithPatterns([]*fetch.RequestPattern{{URLPattern: "*/_island/*"}}),
		network.ClearBrowserCookies(),
		chromedp.Navigate(base+"/demo/island/"),
		chromedp.Evaluate(`document.querySelector(".stage").innerText`, &before),
		let(), let(), // the two of the page
		let(), // the one inside the first
		chromedp.Poll(`document.querySelector(".clock").innerText.includes("UTC")`, nil),
		chromedp.Text(".visitor strong", &visits),
		chromedp.Poll(`document.querySelector(".words").innerText.includes("POST")`, nil),
		chromedp.Text(".words", &words),
		chromedp.Text(".clock", &clock),
		chromedp.Evaluate(`[...document.querySelectorAll(".stage script")].map(s => s.type)`, &left),
	)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(before, "Looking for your cookie") || !strings.Contains(before, "Counting 300 words") {
		t.Errorf("before the answers the page shows %q", before)
	}
	if visits != "1" || words != "300 words came with a POST." || !strings.HasPrefix(clock, "It is ") {
		t.Errorf("islands: %q, %q, %q", visits, words, clock)
	}
	if len(methods) != 3 || strings.Count(strings.Join(methods, " "), "POST") != 1 {
		t.Errorf("asked with %q", methods)
	}
	if strings.Join(left, " ") != "module" {
		t.Errorf("scripts left in the page: %q", left)
	}
	// The cookie of an island is one of the site.
	if err := chromedp.Run(ctx, fetch.Disable(), chromedp.Reload(),
		chromedp.Poll(`document.querySelector(".visitor strong")?.innerText === "2"`, nil)); err != nil {
		t.Fatal(err)
	}
}

// TestIslandFails lets the islands fail in every way; the fallbacks stay.
func TestIslandFails(t *testing.T) {
	base := server(t)
	for name, answer := range map[string]*fetch.FulfillRequestParams{
		"an error":            {ResponseCode: 500, ResponseHeaders: []*fetch.HeaderEntry{{Name: "Content-Type", Value: "text/html"}, {Name: "Sitegen-Island", Value: "x"}}},
		"other data":          {ResponseCode: 200, ResponseHeaders: []*fetch.HeaderEntry{{Name: "Content-Type", Value: "application/json"}, {Name: "Sitegen-Island", Value: "x"}}},
		"a page":              {ResponseCode: 200, ResponseHeaders: []*fetch.HeaderEntry{{Name: "Content-Type", Value: "text/html"}}},
		"a redirect":          {ResponseCode: 302, ResponseHeaders: []*fetch.HeaderEntry{{Name: "Location", Value: "/"}}},
		"an empty answer":     {ResponseCode: 204, ResponseHeaders: []*fetch.HeaderEntry{{Name: "Content-Type", Value: "text/html"}, {Name: "Sitegen-Island", Value: "x"}}},
		"a broken connection": nil,
	} {
		t.Run(name, func(t *testing.T) {
			ctx := quietTab(t)
			asked := make(chan bool, 8)
			chromedp.ListenTarget(ctx, func(event any) {
				e, ok := event.(*fetch.EventRequestPaused)
				if !ok {
					return
				}
				var act chromedp.Action = fetch.FailRequest(e.RequestID, network.ErrorReasonConnectionReset)
				if answer != nil {
					a := *answer
					a.RequestID = e.RequestID
					if a.ResponseCode != 204 {
						a.Body = base64.StdEncoding.EncodeToString([]byte("<b>not here</b>"))
					}
					act = &a
				}
				go func() { // a listener must not wait for the browser
					asked <- chromedp.Run(ctx, act) == nil
				}()
			})
			var shown string
			if err := chromedp.Run(ctx,
				fetch.Enable().WithPatterns([]*fetch.RequestPattern{{URLPattern: "*/_island/*"}}),
				chromedp.Navigate(base+"/demo/island/"),
			); err != nil {
				t.Fatal(err)
			}
			if !<-asked || !<-asked {
				t.Fatal("the browser does not take the answers")
			}
			if err := chromedp.Run(ctx, chromedp.Sleep(200*time.Millisecond), chromedp.Evaluate(`document.querySelector(".stage").innerText`, &shown)); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(shown, "Looking for your cookie") || !strings.Contains(shown, "Counting 300 words") || strings.Contains(shown, "not here") {
				t.Errorf("the page shows %q", shown)
			}
		})
	}
}
