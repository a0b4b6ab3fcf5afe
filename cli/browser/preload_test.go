//go:build browser

package browser

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// TestIslandPreload has a script before the first island that does not come until the island was asked for: the parser
// waits for the script, so only the hint in the page can begin the request. The loader takes its answer instead of asking
// again.
func TestIslandPreload(t *testing.T) {
	site, err := url.Parse(server(t))
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan struct{})
	once := sync.OnceFunc(func() { close(asked) })
	early := make(chan bool, 1)
	proxy := httputil.NewSingleHostReverseProxy(site)
	proxy.ModifyResponse = func(r *http.Response) error {
		if !strings.HasPrefix(r.Request.URL.Path, "/demo/island") {
			return nil
		}
		page, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		const mark = "<!--sitegen-island-->"
		page = bytes.Replace(page, []byte(mark), []byte(`<script src="/blocks.js"></script>`+mark), 1)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(page)), int64(len(page))
		r.Header.Del("Content-Length")
		r.Header.Del("ETag")
		return nil
	}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/blocks.js":
			select {
			case <-asked:
				early <- true
			case <-time.After(5 * time.Second):
				early <- false
			}
			w.Header().Set("Content-Type", "text/javascript")
			return
		case strings.HasPrefix(r.URL.Path, "/_island/Visitor"):
			once()
		}
		r.Header.Del("Accept-Encoding")
		proxy.ServeHTTP(w, r)
	}))
	defer front.Close()

	ctx := tab(t)
	var mu sync.Mutex
	sent := map[string]int{}
	chromedp.ListenTarget(ctx, func(event any) {
		if e, ok := event.(*network.EventRequestWillBeSent); ok && strings.Contains(e.Request.URL, "/_island/") {
			mu.Lock()
			defer mu.Unlock()
			sent[e.Request.Method+" "+strings.TrimPrefix(e.Request.URL, front.URL)]++
		}
	})
	err = chromedp.Run(ctx, network.Enable(), chromedp.Navigate(front.URL+"/demo/island/"),
		chromedp.Poll(`document.querySelector(".words").innerText.includes("POST")`, nil),
		chromedp.Poll(`document.querySelector(".clock").innerText.includes("UTC")`, nil))
	if err != nil {
		t.Fatal(err)
	}
	if !<-early {
		t.Error("the island was asked for only when the parser came to it")
	}
	mu.Lock()
	defer mu.Unlock()
	for what, n := range sent {
		if n != 1 {
			t.Errorf("%s was asked for %d times", what, n)
		}
	}
	if len(sent) != 3 {
		t.Errorf("asked for %v", sent)
	}
}
