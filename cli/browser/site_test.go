//go:build browser

package browser

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// missingProduct is the page of the demo that answers 404 on purpose.
const missingProduct = "/demo/product/4/"

// server starts the built site on a free port and gives its address.
func server(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, filepath.Join(root, "dist/server/server"))
}

// serve starts a standalone server on a free port and gives its address.
func serve(t *testing.T, program string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	_, port, _ := net.SplitHostPort(addr)
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), "HOST=127.0.0.1", "PORT="+port)
	if err := cmd.Start(); err != nil {
		t.Fatalf("the site is not built: %v", err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
	})
	for range 200 {
		if resp, err := http.Get("http://" + addr + "/"); err == nil {
			resp.Body.Close()
			return "http://" + addr
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the server does not answer")
	return ""
}

// tab opens a browser tab that fails the test when a page throws, says anything that is an error or a warning, breaks a
// policy, or asks for something that does not come.
func tab(t *testing.T) context.Context {
	t.Helper()
	return strictTab(t, missingProduct)
}

// strictTab is tab for a site where the pages that end in missing answer with an error on purpose.
func strictTab(t *testing.T, missing ...string) context.Context {
	t.Helper()
	ctx := quietTab(t)
	meant := func(url string) bool {
		return slices.ContainsFunc(missing, func(m string) bool { return strings.HasSuffix(url, m) })
	}
	chromedp.ListenTarget(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			t.Errorf("a script threw: %v", e.ExceptionDetails)
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning || e.Type == runtime.APITypeAssert {
				var said []string
				for _, a := range e.Args {
					said = append(said, string(a.Value)+a.Description)
				}
				t.Errorf("a script said: %s %s", e.Type, strings.Join(said, " "))
			}
		case *log.EventEntryAdded: // requests that failed and policies that were broken are among them
			if (e.Entry.Level == log.LevelError || e.Entry.Level == log.LevelWarning) && !meant(e.Entry.URL) {
				t.Errorf("the browser logged: %s %s", e.Entry.Text, e.Entry.URL)
			}
		}
	})
	return ctx
}

// quietTab is tab for pages that are meant to fail.
func quietTab(t *testing.T) context.Context {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 10*time.Minute)
	t.Cleanup(cancel)
	if err := chromedp.Run(ctx, log.Enable(), runtime.Enable()); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return ctx
}

// links gives every page of the site that can be reached from the start page by links, the start page first.
func links(t *testing.T, ctx context.Context, base string) []string {
	t.Helper()
	found := []string{base + "/"}
	for i := 0; i < len(found); i++ {
		var hrefs []string
		if err := chromedp.Run(ctx, chromedp.Navigate(found[i]),
			chromedp.Evaluate(`[...document.querySelectorAll("a[href]")].map(a => a.href)`, &hrefs)); err != nil {
			t.Fatalf("%s: %v", found[i], err)
		}
		for _, href := range hrefs {
			u, err := url.Parse(href)
			if err != nil || "http://"+u.Host != base {
				continue
			}
			u.Fragment, u.RawFragment, u.RawQuery = "", "", ""
			if u := u.String(); !slices.Contains(found, u) && (strings.HasSuffix(u, "/") || filepath.Ext(u) == "") {
				found = append(found, u)
			}
		}
	}
	return found
}

// TestEveryPage opens every page wide and narrow: it answers, nothing shifts while it loads, nothing sticks out to the
// side, and every link within the page has its target.
func TestEveryPage(t *testing.T) {
	base := server(t)
	ctx := tab(t)
	pages := links(t, ctx, base)
	if len(pages) < 20 {
		t.Errorf("only %d pages can be reached: %v", len(pages), pages)
	}
	for _, width := range []int64{1440, 390} {
		for _, page := range pages {
			var shift struct {
				Sum  float64
				What []string
			}
			var wide float64
			var missing []string
			err := chromedp.Run(ctx,
				emulation.SetDeviceMetricsOverride(width, 900, 1, width < 600),
				chromedp.Navigate(page),
				chromedp.Sleep(150*time.Millisecond),
				chromedp.Evaluate(`new Promise(done => {
					let Sum = 0, What = [];
					const at = r => Math.round(r.x) + "," + Math.round(r.y) + " " + Math.round(r.width) + "x" + Math.round(r.height);
					const name = n => n?.outerHTML?.slice(0, 60) ?? n?.textContent?.slice(0, 60) ?? "";
					new PerformanceObserver(list => {
						for (const e of list.getEntries()) if (!e.hadRecentInput) {
							Sum += e.value;
							What.push(...e.sources.map(s => name(s.node) + " from " + at(s.previousRect) + " to " + at(s.currentRect)));
						}
					}).observe({type: "layout-shift", buffered: true});
					setTimeout(() => done({Sum, What}), 50);
				})`, &shift, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }),
				chromedp.Evaluate(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &wide),
				chromedp.Evaluate(`[...document.querySelectorAll('a[href^="#"]')].map(a => decodeURIComponent(a.hash.slice(1))).filter(id => id && !document.getElementById(id))`, &missing),
			)
			if err != nil {
				t.Fatalf("%s at %d: %v", page, width, err)
			}
			// Columns of a table find their width as its rows arrive, which comes to some thousandths where the machine is
			// busy. Whoever reads notices from 0.1 on.
			if shift.Sum > 0.01 {
				t.Errorf("%s at %d px: the layout shifts by %.4f: %q", page, width, shift.Sum, shift.What)
			}
			if wide > 0 {
				t.Errorf("%s at %d px sticks out by %.0f px", page, width, wide)
			}
			if len(missing) > 0 {
				t.Errorf("%s links to %v, which the page does not have", page, missing)
			}
		}
	}
}

// TestLinks asks for every page and every asset it names without a browser.
func TestLinks(t *testing.T) {
	base := server(t)
	ctx := tab(t)
	seen := map[string]bool{}
	for _, page := range links(t, ctx, base) {
		var urls []string
		if err := chromedp.Run(ctx, chromedp.Navigate(page), chromedp.Evaluate(
			`[...document.querySelectorAll("a[href], link[href], script[src], img[src]")].map(e => e.href || e.src).filter(u => u.startsWith(location.origin))`, &urls)); err != nil {
			t.Fatal(err)
		}
		for _, u := range urls {
			u, _, _ = strings.Cut(u, "#")
			if seen[u] || strings.Contains(u, "/demo/") {
				continue
			}
			seen[u] = true
			resp, err := http.Get(u)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != 200 {
				t.Errorf("%s names %s, which answers %s", page, u, resp.Status)
			}
		}
	}
}

// TestTheme switches between light and dark and finds the choice again on the next page.
func TestTheme(t *testing.T) {
	base := server(t)
	ctx := tab(t)
	background := `getComputedStyle(document.body).backgroundColor`
	var light, dark, kept string
	err := chromedp.Run(ctx,
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "light"}}),
		chromedp.Navigate(base+"/"),
		chromedp.Evaluate(background, &light),
		chromedp.Evaluate(`document.querySelector("button.theme").click()`, nil),
		chromedp.Sleep(400*time.Millisecond),
		chromedp.Evaluate(background, &dark),
		chromedp.Navigate(base+"/docs/components/"),
		chromedp.Evaluate(background, &kept),
	)
	if err != nil {
		t.Fatal(err)
	}
	if light == dark || kept != dark {
		t.Errorf("background is %s light, %s dark, %s on the next page", light, dark, kept)
	}
}

// TestCounter counts its own visits with a cookie, rendered per request.
func TestCounter(t *testing.T) {
	base := server(t)
	ctx := tab(t)
	var texts [3]string
	for i := range texts {
		if err := chromedp.Run(ctx, chromedp.Navigate(base+"/demo/cookies/"), chromedp.Text(".big", &texts[i])); err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprint(i + 1); !strings.Contains(texts[i], want) {
			t.Errorf("visit %s shows %q", want, texts[i])
		}
	}
}
