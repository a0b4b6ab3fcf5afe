//go:build browser

package browser

import (
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// cspSite has everything of its own that a policy has to let pass, and what somebody may have smuggled into its texts.
const cspSite = `
-- site.yaml --
security: {csp: true}
-- src/islands/box.ts --
export default (root: HTMLElement) => { root.dataset.box = "yes"; };
-- src/components/Part.gosite --
<p id="part">part</p>
<script>
  document.documentElement.dataset.part = "yes";
</script>
-- src/components/All.gosite --
---
import (
	Box "../islands/box.ts"
	Part "./Part.gosite"
)

name := "</script>tea"
width := 7
evil := "<script>window.evil = 1</script><img src=/none.png onerror='window.evil = 2'><style>#own { color: rgb(9, 9, 9) }</style>"
---
<h1 id="own">own</h1>
<p id="wide" style:list={"--wide": width}>wide</p>
<div id="client"><Box client:load /></div>
<Part server:defer><p slot="fallback">…</p></Part>
<div set:html={evil}></div>
<script>
  document.documentElement.dataset.bundled = "yes";
</script>
<script is:inline>
  document.documentElement.dataset.inline = "yes";
</script>
<script define:vars={name}>
  document.documentElement.dataset.vars = name;
</script>
<style>
  h1 { color: rgb(1, 2, 3); }
  #wide { padding-left: calc(var(--wide) * 1px); }
</style>
-- src/pages/index.gosite --
---
import All "../components/All.gosite"
---
<!doctype html>
<html lang="en"><head><title>prerendered</title></head><body><All /></body></html>
-- src/pages/live.gosite --
---
import All "../components/All.gosite"

const prerender = false
---
<!doctype html>
<html lang="en"><head><title>live</title></head><body><All /></body></html>
`

// With security.csp everything of the site's own runs, in a prerendered page and in one on demand, and nothing else does:
// neither what stands in a text that was taken for markup, nor what a script adds.
func TestPolicy(t *testing.T) {
	base := serve(t, filepath.Join(builtSite(t, cspSite), "dist/server/server"))
	for _, path := range []string{"/", "/live/"} {
		t.Run(path, func(t *testing.T) {
			ctx := quietTab(t) // the browser logs what it refuses
			if err := chromedp.Run(ctx, chromedp.Navigate(base+path),
				is(`document.documentElement.dataset.bundled === "yes"`),
				is(`document.documentElement.dataset.inline === "yes"`),
				is(`document.documentElement.dataset.vars === "</script>tea"`),
				is(`document.documentElement.dataset.part === "yes" && document.querySelector("#part") !== null`),
				is(`document.querySelector("#client [data-box]") !== null`),
				is(`getComputedStyle(document.querySelector("#own")).color === "rgb(1, 2, 3)"`),
				is(`getComputedStyle(document.querySelector("#wide")).paddingLeft === "7px"`),
				chromedp.Evaluate(`(() => {
					const s = document.createElement("script");
					s.textContent = "window.evil = 3";
					document.body.append(s);
					const b = document.createElement("button");
					b.setAttribute("onclick", "window.evil = 4");
					document.body.append(b);
					b.click();
				})()`, nil),
				is(`document.querySelector("img[onerror]").complete`),
				is(`window.evil === undefined`),
			); err != nil {
				t.Fatal(err)
			}
		})
	}
}
