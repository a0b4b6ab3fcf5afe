//go:build browser

package browser

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// letters sets the size of the text that the visitor has chosen in the browser, in percent of what is usual.
func letters(percent int64) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		return page.SetFontSizes(&page.FontSizes{Standard: 16 * percent / 100, Fixed: 13 * percent / 100}).Do(ctx)
	})
}

// sticksOut measures how far the page can be scrolled to the side, in CSS pixels.
const sticksOut = `document.documentElement.scrollWidth - document.documentElement.clientWidth`

// TestLargeText opens every page in the narrowest window that WCAG asks for, and with letters of twice the size:
// nothing sticks out to the side.
func TestLargeText(t *testing.T) {
	base := server(t)
	ctx := quietTab(t)
	for _, page := range append(links(t, ctx, base), base+"/nowhere/") {
		for _, w := range []struct{ width, text int64 }{{320, 100}, {375, 200}, {820, 200}} {
			var wide float64
			if err := chromedp.Run(ctx,
				emulation.SetDeviceMetricsOverride(w.width, 900, 1, w.width < 600), letters(w.text),
				chromedp.Navigate(page), chromedp.Evaluate(sticksOut, &wide)); err != nil {
				t.Fatalf("%s: %v", page, err)
			}
			if wide > 0 {
				t.Errorf("%s at %d px with letters of %d%% sticks out by %.0f px", page, w.width, w.text, wide)
			}
		}
	}
}

// focused describes what has the focus: its text or name, and whether it can be seen with a frame around it.
type focused struct {
	Name          string
	Seen, Outline bool
}

const focusedScript = `(() => {
	const at = document.activeElement, box = at.getBoundingClientRect(), style = getComputedStyle(at);
	return {
		name: at.ariaLabel || at.textContent.trim(),
		seen: box.top >= 0 && box.left >= 0 && box.right <= innerWidth && box.height > 0,
		outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
	};
})()`

// TestKeyboard walks a narrow page of the documentation with the keyboard alone: past the navigation, into the menu, out
// of it again.
func TestKeyboard(t *testing.T) {
	base := server(t)
	for _, page := range []string{"/docs/start/", "/", "/demo/", "/playground/"} {
		ctx := tab(t)
		var first, menu, within, after focused
		var hash string
		var open, closed bool
		const isOpen = `document.querySelector("nav.side").matches(":popover-open")`
		err := chromedp.Run(ctx,
			emulation.SetDeviceMetricsOverride(390, 800, 1, true),
			chromedp.Navigate(base+page),
			chromedp.KeyEvent(kb.Tab), chromedp.Evaluate(focusedScript, &first),
			chromedp.KeyEvent(kb.Tab), chromedp.Evaluate(focusedScript, &menu),
			chromedp.KeyEvent(kb.Enter), chromedp.Evaluate(isOpen, &open),
			chromedp.KeyEvent(kb.Tab), chromedp.Evaluate(focusedScript, &within),
			chromedp.KeyEvent(kb.Escape), chromedp.Evaluate(isOpen, &closed),
			chromedp.Evaluate(focusedScript, &after),
			chromedp.Navigate(base+page+"?again"),
			chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter), chromedp.Evaluate(`location.hash`, &hash))
		if err != nil {
			t.Fatalf("%s: %v", page, err)
		}
		if want := (focused{"Skip to the content", true, true}); first != want {
			t.Errorf("%s: the first stop is %+v; want %+v", page, first, want)
		}
		if want := (focused{"Open the navigation", true, true}); menu != want || !open {
			t.Errorf("%s: the second stop is %+v, open after Enter: %v; want %+v, true", page, menu, open, want)
		}
		if want := (focused{"Docs", true, true}); within != want {
			t.Errorf("%s: the menu begins with %+v; want %+v", page, within, want)
		}
		if closed || after.Name != menu.Name {
			t.Errorf("%s: after Escape, the menu is open: %v, and the focus at %+v; want it back at the button", page, closed, after)
		}
		if hash != "#main" {
			t.Errorf("%s: the link past the navigation leads to %q; want #main", page, hash)
		}
	}
}

// TestReducedMotion asks for less motion, and nothing moves.
func TestReducedMotion(t *testing.T) {
	base := server(t)
	ctx := tab(t)
	var moving []string
	err := chromedp.Run(ctx,
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}),
		chromedp.Navigate(base+"/playground/"),
		chromedp.Evaluate(`[document.documentElement, ...document.querySelectorAll("*")].filter(e => {
			const s = getComputedStyle(e);
			return s.animationName !== "none" || s.scrollBehavior === "smooth" || parseFloat(s.transitionDuration) > 0;
		}).map(e => e.tagName + "." + e.className)`, &moving))
	if err != nil {
		t.Fatal(err)
	}
	if len(moving) > 0 {
		t.Errorf("these move: %q", moving)
	}
}
