//go:build browser

package browser

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"sitegen.dev/core/site"
	"sitegen.dev/core/site/seal"
)

// answer is the site.Sink of a test server.
type answer struct{ http.ResponseWriter }

func (a answer) Start(status int, h *site.Header) error {
	for name, value := range h.All() {
		a.Header().Add(name, value)
	}
	a.WriteHeader(status)
	return nil
}

func (a answer) Flush() error { return http.NewResponseController(a.ResponseWriter).Flush() }

type text struct{ HTML string }

// TestIslandPlaces puts islands where the parser of HTML is particular, into one another, and into a page that is still
// arriving.
func TestIslandPlaces(t *testing.T) {
	island := func(w *site.Writer, page *site.Page, p text, _ struct{}) error {
		w.S(p.HTML)
		return w.End()
	}
	put := func(w *site.Writer, page *site.Page, html string, fallback site.Node) error {
		return site.Defer(w, page, "Text-1", "", text{html}, nil, fallback)
	}
	fallback := func(html string) site.Node {
		return func(w *site.Writer) error { w.S(html); return nil }
	}
	script := `<script type="module">document.body.dataset.ran = (document.body.dataset.ran || "") + "x"</script>`
	var once sync.Once
	arrived := make(chan struct{})
	render := func(w *site.Writer, page *site.Page) error {
		w.S(`<!DOCTYPE html><title>Places</title><body><img name="querySelectorAll"><a id="addEventListener"></a><table><tbody id="rows"><tr><td>0</td></tr>`)
		if err := put(w, page, "<tr><td>1</td></tr><tr><td>2</td></tr>", fallback("<tr><td>…</td></tr>")); err != nil {
			return err
		}
		w.S(`</tbody></table><form id="form"><input name="previousSibling"><input name="childNodes">`)
		if err := put(w, page, "<b>in the form</b>", nil); err != nil {
			return err
		}
		w.S(`</form><ul id="nested">`)
		err := put(w, page, "<li>outer</li>", func(w *site.Writer) error {
			w.S("<li>waiting</li>")
			return put(w, page, "<li>inner</li>", fallback("<li>…</li>"))
		})
		if err != nil {
			return err
		}
		w.S(`</ul><p id="scripts">`)
		for range 2 {
			if err := put(w, page, "<i>a</i>"+script, nil); err != nil {
				return err
			}
		}
		w.S(`</p><p id="early">`)
		if err := put(w, page, "early", fallback("…")); err != nil {
			return err
		}
		w.S("</p>")
		if err := page.Flush(); err != nil {
			return err
		}
		select { // the rest comes when the browser has asked for an island
		case <-arrived:
		case <-time.After(10 * time.Second):
			t.Error("islands wait for the end of the page")
		}
		w.S(`<p id="late">`)
		if err := put(w, page, "late", fallback("…")); err != nil {
			return err
		}
		w.S("</p>")
		return w.End()
	}
	key, err := seal.NewKey(zeros{})
	if err != nil {
		t.Fatal(err)
	}
	app := &site.App{
		Routes:  []*site.Route{{Pattern: "/", Render: render}},
		Islands: site.NewIslands(func(keys string) (site.KeyRing, error) { return seal.New(keys) }, key, "", site.NewIsland("Text-1", "", "", island)),
	}
	h := site.NewHandler(app, site.Host{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			once.Do(func() { close(arrived) })
		}
		req := &site.Request{Method: r.Method, Target: r.RequestURI, Host: r.Host, Scheme: "http", Body: r.Body}
		for name, values := range r.Header {
			req.Header.Add(name, values[0])
		}
		h.Serve(r.Context(), req, answer{w})
	}))
	defer srv.Close()
	ctx := quietTab(t)
	var rows, form, nested, ran, late string
	settled := func(id, want string) chromedp.Action {
		return chromedp.Poll(`document.getElementById("`+id+`").innerText.includes("`+want+`")`, nil, chromedp.WithPollingTimeout(10*time.Second))
	}
	err = chromedp.Run(ctx,
		chromedp.Navigate(srv.URL),
		settled("late", "late"), settled("early", "early"), settled("rows", "2"), settled("form", "in the form"), settled("nested", "outer"),
		chromedp.Sleep(200*time.Millisecond),
		chromedp.Evaluate(`document.getElementById("rows").innerText.replace(/\s+/g, " ")`, &rows),
		chromedp.Evaluate(`document.querySelector("#form b").parentNode.id`, &form),
		chromedp.Evaluate(`document.getElementById("nested").innerHTML`, &nested),
		chromedp.Evaluate(`document.body.dataset.ran`, &ran),
		chromedp.Evaluate(`document.getElementById("late").innerHTML`, &late),
	)
	if err != nil {
		t.Fatal(err)
	}
	if rows != "0 1 2" || form != "form" || nested != "<li>outer</li>" || ran != "x" || late != "late" {
		t.Errorf("rows %q, form %q, nested %q, scripts %q, late %q", rows, form, nested, ran, late)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
