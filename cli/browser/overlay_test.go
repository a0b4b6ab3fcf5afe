//go:build browser

package browser

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestDevOverlayOfMany breaks several pages at once, one of them at the end of a long line, in a narrow window: the button
// that closes stays in view, the place of the error is scrolled to, the focus comes and goes with the overlay, and axe
// finds nothing in it.
func TestDevOverlayOfMany(t *testing.T) {
	s := dev(t, func(s *devSite) { s.write("src/pages/other.gosite", "<p>fine</p>\n") })
	engine := axe(t)
	var shut, marked, inside bool
	var focus string
	var found []struct{ ID, Help string }
	await := func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }
	err := chromedp.Run(quietTab(t),
		emulation.SetDeviceMetricsOverride(390, 600, 1, true),
		chromedp.Navigate(s.base+"/"), connected(),
		chromedp.Evaluate(`window.old = true; document.querySelector("input[name=tea]").focus()`, nil),
		chromedp.ActionFunc(func(context.Context) error {
			var broken strings.Builder
			fmt.Fprintf(&broken, "<p>%s</p><Missing />\n", strings.Repeat("tea ", 60))
			for i := range 6 {
				fmt.Fprintf(&broken, "<Missing%d />\n", i)
			}
			s.write("src/pages/other.gosite", broken.String())
			return nil
		}),
		is(overlay+`?.querySelectorAll("article").length === 7`),
		chromedp.Evaluate(`document.activeElement.tagName + " " + document.activeElement.shadowRoot?.activeElement?.className`, &focus),
		chromedp.Evaluate(`(() => {
			const mark = `+overlay+`.querySelector("mark").getBoundingClientRect(), pre = `+overlay+`.querySelector("pre").getBoundingClientRect();
			return mark.left >= pre.left && mark.right <= pre.right;
		})()`, &marked),
		chromedp.Evaluate(overlay+`.scrollTo({top: 1e6, behavior: "instant"})`, nil),
		chromedp.Evaluate(`(() => {
			const button = `+overlay+`.querySelector("button").getBoundingClientRect(), sheet = `+overlay+`.getBoundingClientRect();
			return button.top >= sheet.top && button.bottom <= sheet.bottom && button.right <= sheet.right;
		})()`, &shut),
		chromedp.Evaluate(engine, nil),
		chromedp.Evaluate(`axe.run("sitegen-overlay", {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).then(r => r.violations)`, &found, await),
		chromedp.KeyEvent(kb.Escape),
		is(`!document.querySelector("sitegen-overlay")`),
		chromedp.Evaluate(`document.activeElement.name === "tea" && window.old === true`, &inside),
	)
	if err != nil {
		t.Fatal(err)
	}
	if focus != "SITEGEN-OVERLAY sheet" {
		t.Errorf("the focus is at %q; want it in the overlay", focus)
	}
	if !marked {
		t.Error("the place of the error in a long line is out of view")
	}
	if !shut {
		t.Error("the button that closes scrolls away")
	}
	if !inside {
		t.Error("the field has not got its focus back")
	}
	for _, v := range found {
		t.Errorf("axe: %s: %s", v.ID, v.Help)
	}
}

// TestBuiltInErrorPage looks at the page of a server whose site has none of its own, in a dark window.
func TestBuiltInErrorPage(t *testing.T) {
	s := dev(t, func(s *devSite) { s.remove("src/pages/404.gosite") })
	engine := axe(t)
	ctx := quietTab(t)
	var dark bool
	for _, w := range windows {
		accessible(t, ctx, engine, s.base+"/nowhere", w)
	}
	if err := chromedp.Run(ctx, chromedp.Evaluate(`getComputedStyle(document.documentElement).colorScheme === "light dark" && getComputedStyle(document.querySelector("h1")).color === "rgb(255, 255, 255)"`, &dark)); err != nil {
		t.Fatal(err)
	}
	if !dark {
		t.Error("the page is not dark in a dark window")
	}
}
