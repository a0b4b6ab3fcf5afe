//go:build browser

package browser

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestHeader narrows the window bit by bit: the bar at the top never loses its buttons at the side.
func TestHeader(t *testing.T) {
	base := server(t)
	ctx := tab(t)
	for width := int64(320); width <= 1000; width += 20 {
		var out []string
		err := chromedp.Run(ctx,
			emulation.SetDeviceMetricsOverride(width, 900, 1, false),
			chromedp.Navigate(base+"/docs/cli/"),
			chromedp.Evaluate(`[...document.querySelectorAll("header.top a, header.top button")].filter(e => {
				const r = e.getBoundingClientRect();
				const hidden = getComputedStyle(e).display === "none" || e.closest("dialog:not([open])");
				return !hidden && (r.width < 24 || r.left < 0 || r.right > document.documentElement.clientWidth);
			}).map(e => e.ariaLabel || e.textContent.trim())`, &out),
		)
		if err != nil {
			t.Fatal(err)
		}
		if len(out) > 0 {
			t.Errorf("at %d px these stick out or have no room: %q", width, out)
		}
	}
}
