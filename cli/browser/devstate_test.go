//go:build browser

package browser

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// change writes a file while the browser looks.
func (s *devSite) change(name, text string) chromedp.Action {
	return chromedp.ActionFunc(func(context.Context) error {
		s.write(name, text)
		return nil
	})
}

// insert types a text where the focus is.
func insert(text string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error { return input.InsertText(text).Do(ctx) })
}

const statePage = `<!doctype html>
<html lang="en"><head><title>state</title><link rel="icon" href="/dot.svg"></head><body>
<h1>0</h1>
<div contenteditable="true" id="text">given</div>
<div contenteditable="true" id="other">as it was</div>
<dialog id="modal"><form method="dialog"><input name="within"><button>done</button></form></dialog>
<dialog id="open">not modal</dialog>
<div popover id="pop">over it</div>
<button id="button">press</button>
</body></html>
`

// What was typed into an element that can be edited, open dialogs and popovers, and the focus survive an edit.
func TestDevState(t *testing.T) {
	s := dev(t, func(s *devSite) { s.write("src/pages/state.gosite", statePage) })
	to := func(n string) chromedp.Action {
		return chromedp.Tasks{
			chromedp.Evaluate(`window.old = true`, nil),
			s.change("src/pages/state.gosite", strings.ReplaceAll(strings.Replace(statePage, "<h1>0", "<h1>"+n, 1), "as it was", "as it is "+n)),
			is(`!window.old && document.querySelector("h1")?.textContent === "` + n + `" && document.readyState === "complete"`),
		}
	}
	err := chromedp.Run(tab(t),
		chromedp.Navigate(s.base+"/state"), connected(),
		chromedp.Evaluate(`document.querySelector("#text").focus(); getSelection().selectAllChildren(document.querySelector("#text")); getSelection().collapseToEnd()`, nil),
		insert(" and more"),
		chromedp.Evaluate(`document.querySelector("#open").show(); document.querySelector("#pop").showPopover(); document.querySelector("#text").focus()`, nil),
		to("1"),
		is(`document.querySelector("#text").textContent === "given and more" && document.activeElement.id === "text"`),
		is(`document.querySelector("#other").textContent === "as it is 1"`),
		is(`document.querySelector("#pop").matches(":popover-open") && document.querySelector("#open").open && !document.querySelector("#open").matches(":modal")`),
		insert("!"), // where the caret was
		is(`document.querySelector("#text").textContent === "given and more!"`),
		chromedp.Evaluate(`document.querySelector("#pop").hidePopover(); document.querySelector("#open").close(); document.querySelector("#button").focus()`, nil),
		to("2"),
		is(`document.activeElement.id === "button" && !document.querySelector("#open").open && !document.querySelector("#pop").matches(":popover-open")`),
		chromedp.Evaluate(`document.querySelector("#modal").showModal()`, nil),
		insert("typed"),
		to("3"),
		is(`document.querySelector("#modal").matches(":modal") && document.activeElement.name === "within" && document.activeElement.value === "typed"`),
		// The overlay lies above the dialog, and goes without it.
		s.change("src/pages/state.gosite", strings.Replace(statePage, "<h1>0", "<h1>{nope}", 1)),
		is(overlay),
		is(`(() => {
			const box = `+overlay+`.querySelector("button").getBoundingClientRect();
			return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2).localName === "sitegen-overlay";
		})()`),
		chromedp.KeyEvent(kb.Escape),
		is(`!document.querySelector("sitegen-overlay") && document.querySelector("#modal").open && document.activeElement.name === "within"`),
	)
	if err != nil {
		t.Fatal(err)
	}
}

const partsPage = `---
import Late "../components/Late.gosite"

const prerender = false

page.Response.Header.Set("Content-Security-Policy", "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'none'")
---
<!doctype html>
<html lang="en" dir="rtl"><head><title>parts</title><link rel="icon" href="/dot.svg"></head><body>
<h1>parts</h1>
<Late server:defer n={1}><p slot="fallback">wait</p></Late>
<button>ask</button>
<script>
  document.querySelector("button")!.onclick = () => fetch("/data.json");
</script>
</body></html>
`

const lateComponent = `---
type Props struct{ N int }

list := []string{"zero", "one"}
---
<p class="late">{list[props.N]}</p>
`

const dataEndpoint = `---
const prerender = false

func GET(page *site.Page) error {
	list := []int{1}
	return page.JSON(list[0])
}
---
`

// What fails on a page after it has come, its server islands and what its scripts ask for, is shown on the page, and goes
// away when it is mended; the overlay has its looks whatever the policy and the styles of the site.
func TestDevOverlayOfParts(t *testing.T) {
	s := dev(t, func(s *devSite) {
		s.write("src/pages/té.gosite", partsPage)
		s.write("src/components/Late.gosite", lateComponent)
		s.write("src/pages/data.json.gosite", dataEndpoint)
	})
	var looks string
	err := chromedp.Run(quietTab(t),
		chromedp.Navigate(s.base+"/té"), connected(),
		is(`document.querySelector(".late")?.textContent === "one"`),
		s.change("src/components/Late.gosite", strings.Replace(lateComponent, "list[props.N]", "list[props.N+1]", 1)),
		is(overlay+`?.innerText.includes("index out of range [2]")`),
		is(overlay+`?.querySelector("a").textContent === "src/components/Late.gosite:6"`),
		is(`document.querySelector("h1").textContent === "parts"`),
		chromedp.Evaluate(`(() => { const s = getComputedStyle(`+overlay+`); return [s.position, s.backgroundColor, s.direction].join(" ") })()`, &looks),
		s.change("src/components/Late.gosite", lateComponent),
		is(`!document.querySelector("sitegen-overlay") && document.querySelector(".late")?.textContent === "one"`),
		// An endpoint, asked by a script.
		s.change("src/pages/data.json.gosite", strings.Replace(dataEndpoint, "list[0]", "list[len(list)]", 1)),
		is(`!document.querySelector("sitegen-overlay") && document.querySelector(".late")?.textContent === "one"`),
		chromedp.ActionFunc(func(ctx context.Context) error {
			return is(`(document.querySelector("button").click(), ` + overlay + `)`).Do(ctx)
		}),
		is(overlay+`?.innerText.includes("while answering GET /data.json")`),
		s.change("src/pages/data.json.gosite", dataEndpoint),
		is(`!document.querySelector("sitegen-overlay")`),
		// The page itself, whose address is not ASCII.
		s.change("src/pages/té.gosite", strings.Replace(partsPage, "<h1>parts", `<h1>{[]string{}[len(page.Pattern)]}`, 1)),
		is(overlay+`?.innerText.includes("1 error on this page")`),
		s.change("src/pages/té.gosite", partsPage),
		is(`!document.querySelector("sitegen-overlay") && document.querySelector(".late")?.textContent === "one"`),
	)
	if err != nil {
		t.Fatal(err)
	}
	if want := "fixed rgb(22, 27, 34) ltr"; looks != want {
		t.Errorf("the overlay is %q, want %q", looks, want)
	}
}

// A page says when the server is gone, and is loaded again when it is back, with what the site is then.
func TestDevServerGone(t *testing.T) {
	s := dev(t, nil)
	_, port, _ := strings.Cut(strings.TrimPrefix(s.base, "http://"), ":")
	err := chromedp.Run(quietTab(t),
		chromedp.Navigate(s.base+"/"), connected(),
		chromedp.SendKeys(`input[name=tea]`, "Sencha"),
		chromedp.Evaluate(`window.old = true`, nil),
		chromedp.ActionFunc(func(context.Context) error {
			s.stop()
			return nil
		}),
		is(`document.querySelector("sitegen-notice")?.shadowRoot.querySelector("[role=status]").textContent.includes("does not answer")`),
		s.edit("src/pages/index.gosite", "Before", "After the break"),
		chromedp.ActionFunc(func(context.Context) error {
			s.start(port)
			return nil
		}),
		is(`!window.old && document.querySelector("h1")?.textContent === "After the break"`),
		is(`!document.querySelector("sitegen-notice") && document.querySelector("input[name=tea]").value === "Sencha"`),
	)
	if err != nil {
		t.Fatal(err)
	}
}
