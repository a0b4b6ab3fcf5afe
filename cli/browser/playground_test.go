//go:build browser

package browser

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// loaded waits until the compiler has said something about the files that are open.
func loaded() chromedp.Action {
	return chromedp.Poll(`document.getElementById("status").textContent !== ""`, nil, chromedp.WithPollingTimeout(60*time.Second))
}

// replace puts text into the editor as if it had been pasted over everything.
func replace(text string) chromedp.Action {
	return chromedp.Tasks{
		chromedp.Focus("#source"),
		chromedp.Evaluate(`document.getElementById("source").select()`, nil),
		chromedp.ActionFunc(func(ctx context.Context) error { return input.InsertText(text).Do(ctx) }),
	}
}

// TestPlayground uses the page as a visitor does: an example, mistakes, a loop that never ends, the formatter, a link.
func TestPlayground(t *testing.T) {
	base := server(t)
	ctx := tab(t)
	run := func(what string, actions ...chromedp.Action) {
		t.Helper()
		if err := chromedp.Run(ctx, actions...); err != nil {
			var status, findings string
			chromedp.Run(ctx, chromedp.Text("#status", &status), chromedp.Text("#findings", &findings))
			t.Fatalf("%s: %v\n%s\n%s", what, err, status, findings)
		}
	}
	text := func(id string) (s string) {
		t.Helper()
		run(id, chromedp.Evaluate(`document.getElementById("`+id+`").textContent`, &s))
		return s
	}
	says := func(id, want string) chromedp.Action {
		return chromedp.PollFunction(`(id, want) => document.getElementById(id).textContent.includes(want)`, nil,
			chromedp.WithPollingArgs(id, want), chromedp.WithPollingTimeout(30*time.Second))
	}

	run("load", chromedp.Navigate(base+"/playground/"), loaded())
	if got := text("panel-html"); !strings.Contains(got, "<h1") || !strings.Contains(got, "3 teas") {
		t.Errorf("the example renders %q", got)
	}
	var sandboxed, heading string
	run("preview", chromedp.AttributeValue("#preview", "sandbox", &sandboxed, nil), chromedp.WaitVisible("#preview"))
	if sandboxed != "" {
		t.Errorf("the preview may %s", sandboxed)
	}

	run("mistake", replace("<p>\n  {nothing}\n</p>\n"), says("findings", "src/pages/index.gosite:2:4: error: undefined: nothing"))
	var at int
	run("jump", chromedp.Click("#findings .place"), chromedp.Evaluate(`document.getElementById("source").selectionStart`, &at))
	if at != 7 {
		t.Errorf("the place leads to offset %d, not 7", at)
	}

	run("endless", replace("{for {\n  x\n}}\n"), says("loading-text", "a loop that never ends"))
	run("go on", replace("<h1>still {1+1}</h1>\n<script>document.title = 'x'</script>\n"), says("panel-html", "<h1>still 2</h1>"))

	run("format", chromedp.Focus("#source"), chromedp.KeyEvent("s", chromedp.KeyModifiers(input.ModifierCtrl)),
		chromedp.PollFunction(`() => document.getElementById("source").value.startsWith("<h1>still {1 + 1}</h1>")`, nil, chromedp.WithPollingTimeout(20*time.Second)))
	run("undo", chromedp.KeyEvent("z", chromedp.KeyModifiers(input.ModifierCtrl)),
		chromedp.PollFunction(`() => document.getElementById("source").value.includes("{1+1}")`, nil, chromedp.WithPollingTimeout(20*time.Second)))

	run("add a file", chromedp.Click("#add"), chromedp.SendKeys("#name", "Card"), chromedp.Click("#name-form button"),
		replace("---\ntype Props struct{ Title string }\n---\n<h2>{props.Title}</h2>\n"),
		chromedp.Click(`#files button[title="src/pages/index.gosite"]`),
		replace("---\nimport Card \"../components/Card.gosite\"\n---\n<Card title=\"shared\" />\n"), says("panel-html", "<h2>shared</h2>"))

	var link string
	run("link", chromedp.Poll(`location.hash.startsWith("#1.")`, nil), chromedp.Location(&link))
	time.Sleep(300 * time.Millisecond) // the address follows the run
	run("link", chromedp.Location(&link))
	run("open the link", chromedp.Navigate("about:blank"), chromedp.Navigate(link), chromedp.WaitVisible("#preview"), says("panel-html", "<h2>shared</h2>"))
	run("heading", chromedp.Evaluate(`[...document.querySelectorAll("#files button")].map(b => b.title).join(" ")`, &heading))
	if heading != "src/pages/index.gosite src/components/Card.gosite" {
		t.Errorf("the link brings %s", heading)
	}

	var selected string
	run("tabs", chromedp.Focus("#tab-preview"), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight),
		chromedp.Evaluate(`document.querySelector('[role=tab][aria-selected=true]').textContent + document.activeElement.id`, &selected))
	if selected != "Gotab-go" {
		t.Errorf("the arrow keys lead to %s", selected)
	}
}

// TestPlaygroundNarrow shows every example on a telephone.
func TestPlaygroundNarrow(t *testing.T) {
	base := server(t)
	ctx := tab(t)
	if err := chromedp.Run(ctx, emulation.SetDeviceMetricsOverride(390, 900, 1, true), chromedp.Navigate(base+"/playground/"), loaded()); err != nil {
		t.Fatal(err)
	}
	var names []string
	if err := chromedp.Run(ctx, chromedp.Evaluate(`[...document.getElementById("example").options].map(o => o.value)`, &names)); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		var wide int
		var problem string
		err := chromedp.Run(ctx,
			chromedp.Evaluate(`document.getElementById("status").textContent = ""; document.getElementById("example").value = "`+name+`"
				document.getElementById("example").dispatchEvent(new Event("change"))`, nil), loaded(),
			chromedp.Evaluate(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &wide),
			chromedp.Evaluate(`document.getElementById("preview").hidden ? document.getElementById("loading-text").textContent : ""`, &problem))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if wide > 0 {
			t.Errorf("%s sticks out by %d px", name, wide)
		}
		if (problem != "") != (name == "mistakes") {
			t.Errorf("%s: the preview says %q", name, problem)
		}
	}
}
