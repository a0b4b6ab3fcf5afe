//go:build browser

package browser

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestSearch finds a page with the keyboard alone.
func TestSearch(t *testing.T) {
	base := server(t)
	ctx := tab(t)
	var first, at string
	err := chromedp.Run(ctx,
		chromedp.Navigate(base+"/"), chromedp.WaitVisible("#search-open"), chromedp.KeyEvent("/"), chromedp.WaitVisible("#search-input"),
		chromedp.Evaluate(`document.querySelector("#search-input").value = ""`, nil), // chromedp types the key that was taken
		chromedp.SendKeys("#search-input", "streaming middleware"),
		chromedp.Poll(`document.querySelectorAll("#search-found a").length > 0`, nil, chromedp.WithPollingTimeout(20*time.Second)),
		chromedp.Text("#search-status", &first),
		chromedp.KeyEvent(kb.ArrowDown),
		chromedp.Evaluate(`document.activeElement.getAttribute("href")`, &at),
	)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(at, "/docs/") || !strings.Contains(first, "page") {
		t.Errorf("%q, the first is %q", first, at)
	}
	var path string
	if err := chromedp.Run(ctx, chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible("main h1"), chromedp.Poll(`location.pathname !== "/"`, nil), chromedp.Evaluate(`location.pathname`, &path)); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(at, path) {
		t.Errorf("Enter leads to %s, not to %s", path, at)
	}
}

// TestSearchIndex asks for every page and heading of the index.
func TestSearchIndex(t *testing.T) {
	base := server(t)
	get := func(path string) string {
		t.Helper()
		resp, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != 200 && !strings.HasPrefix(path, "/demo/") {
			t.Fatalf("%s: %s %v", path, resp.Status, err)
		}
		return string(body)
	}
	var index struct {
		Pages []struct {
			URL, Title, Text string
			Headings         []struct{ ID string }
		}
	}
	if err := json.Unmarshal([]byte(get("/search.json")), &index); err != nil {
		t.Fatal(err)
	}
	if len(index.Pages) < 40 {
		t.Errorf("only %d pages", len(index.Pages))
	}
	for _, p := range index.Pages {
		body := get(p.URL)
		for _, h := range p.Headings {
			if !strings.Contains(body, ` id="`+h.ID+`"`) {
				t.Errorf("%s has no heading %s", p.URL, h.ID)
			}
		}
	}
}
