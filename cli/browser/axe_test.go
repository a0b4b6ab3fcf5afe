//go:build browser

package browser

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axe is the accessibility engine that Lighthouse asks, pinned by the lock file in testdata/axe.
func axe(t *testing.T) string {
	t.Helper()
	src, err := os.ReadFile("testdata/axe/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("run npm ci in cli/browser/testdata/axe: %v", err)
	}
	return string(src)
}

// window is what a page is looked at in.
type window struct {
	width  int64
	scheme string
}

// windows are a window of each kind.
var windows = []window{{1440, "light"}, {1440, "dark"}, {390, "light"}, {390, "dark"}}

// accessible reports what axe finds on a page: all rules of WCAG 2.2 A and AA, and what it calls best practice.
func accessible(t *testing.T, ctx context.Context, axe, page string, w window) {
	t.Helper()
	var found []struct {
		ID, Help string
		Nodes    []struct {
			Target         []any
			FailureSummary string
		}
	}
	await := func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }
	err := chromedp.Run(ctx,
		emulation.SetDeviceMetricsOverride(w.width, 900, 1, w.width < 600),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: w.scheme}}),
		chromedp.Navigate(page),
		chromedp.Evaluate(axe, nil),
		chromedp.Evaluate(`axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => r.violations)`, &found, await))
	if err != nil {
		t.Fatalf("%s: %v", page, err)
	}
	for _, v := range found {
		for _, n := range v.Nodes {
			t.Errorf("%s at %d px, %s: %s (%s): %v: %s", page, w.width, w.scheme, v.Help, v.ID, n.Target, strings.ReplaceAll(n.FailureSummary, "\n", " "))
		}
	}
}

// TestAccessible looks at every page of this repository's site.
func TestAccessible(t *testing.T) {
	engine, base := axe(t), server(t)
	ctx := quietTab(t)
	for i, page := range append(links(t, ctx, base), base+"/nowhere/") {
		for j, w := range windows {
			// The first pages are all that the header and the front page lead to. The others are made of the same parts:
			// for them, one window of each width and each scheme will do.
			if i < 12 || j == 0 || j == len(windows)-1 {
				accessible(t, ctx, engine, page, w)
			}
		}
	}
}

// TestTemplatesAreAccessible looks at every page of every site that sitegen new makes.
func TestTemplatesAreAccessible(t *testing.T) {
	engine := axe(t)
	for _, name := range templates(t) {
		t.Run(name, func(t *testing.T) {
			base := template(t, name, nil)
			ctx := quietTab(t)
			pages := append(links(t, ctx, base), base+"/nowhere/")
			for _, page := range pages {
				for _, w := range windows {
					accessible(t, ctx, engine, page, w)
				}
			}
			t.Log(fmt.Sprint(len(pages)) + " pages")
		})
	}
}
