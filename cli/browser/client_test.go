//go:build browser

package browser

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"golang.org/x/tools/txtar"

	"sitegen.dev/core/build"
)

// clientSite has islands of every kind. Its policy allows scripts of its own files alone, but on the page with a server
// island, whose script is part of the page.
const clientSite = `
-- site.yaml --
build: {inline: never}
headers:
  /: {Content-Security-Policy: "default-src 'self'; script-src 'self'; style-src 'self'"}
  /stream: {Content-Security-Policy: "default-src 'self'; script-src 'self'"}
-- public/favicon.ico --

-- src/islands/shared.ts --
export const started = { n: 0 };
-- src/islands/box.css --
.box { color: rgb(1, 2, 3); }
-- src/islands/box.ts --
import { started } from "./shared";
import "./box.css";

interface Props { items: string[] | null; label: string; nested?: { when: string } }

export default function box(el: HTMLElement, props: Props, slots: Record<string, string>) {
	started.n++;
	const p = document.createElement("p");
	p.className = "box";
	p.textContent = [props.label, props.items?.length ?? "none", props.nested?.when ?? "-", Object.keys(slots).sort().join("+")].join(" ");
	el.append(p);
	el.insertAdjacentHTML("beforeend", slots.more ?? "");
	if (el.dataset.client === "only") el.insertAdjacentHTML("beforeend", slots.default ?? "");
	document.body.dataset.started = String(started.n);
}
-- src/islands/timer.ts --
import { started } from "./shared";

customElements.define("tea-timer", class extends HTMLElement {
	connectedCallback() {
		started.n++;
		document.body.dataset.started = String(started.n);
		this.textContent = this.getAttribute("seconds") + " seconds, hot: " + this.hasAttribute("hot");
	}
});
-- src/pages/index.gosite --
---
import "time"

import Box "../islands/box.ts"

items := []string{"a", "</script><script>window.hacked = 1</script>"}
---
<!doctype html>
<html><head><title>islands</title></head><body>
<Box client:load {items} label={"\"'<&>\u2028"} nested={map[string]string{"when": time.May.String()}}>
  <b class="inside">inside</b>
  <i slot="more">more</i>
</Box>
<tea-timer id="timer" client:idle src="../islands/timer.ts" seconds={2 * 3} hot={true}>wait</tea-timer>
<Box client:only label="only">
  <u slot="fallback">fallback</u>
  <s>late</s>
</Box>
<Box client:media="(min-width: 1px)" label="wide" />
<Box client:media="(max-width: 1px)" label="narrow" />
<div class="tall"></div>
<div id="below"><Box client:visible items={nil} label="below" /></div>
</body></html>

<style>
  .tall { height: 4000px; }
</style>
-- src/pages/stream.gosite --
---
import "time"

import Box "../islands/box.ts"

const prerender = false
---
<!doctype html>
<html><head><title>stream</title></head><body>
<div id="first"><Box client:load label="early"><b>child</b></Box></div>
<p>between</p>
{if err := page.Flush(); err != nil { {return err} }}
{wait := time.After(3 * time.Second)}
{_ = <-wait}
<div id="second"><Box client:load label="late" /></div>
<p id="end">end</p>
</body></html>
-- src/components/Price.gosite --
---
import Box "../islands/box.ts"
---
<div id="deferred"><Box client:load label="deferred" /></div>
-- src/pages/deferred.gosite --
---
import Price "../components/Price.gosite"
---
<!doctype html>
<html><head><title>deferred</title></head><body>
<Price server:defer><p slot="fallback">…</p></Price>
</body></html>
`

// clientServer builds clientSite and serves it.
func clientServer(t *testing.T) string {
	t.Helper()
	return serve(t, filepath.Join(builtSite(t, clientSite), "dist/server/server"))
}

// builtSite writes the files of a txtar archive and builds them as a site with a server of its own. It gives the folder.
func builtSite(t *testing.T, files string) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	mod, err := build.NewModule("example.com/site", "")
	if err != nil {
		t.Fatal(err)
	}
	a := txtar.Parse([]byte(files))
	for _, f := range append(a.Files, txtar.File{Name: "go.mod", Data: mod}) {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(filepath.Join(root, "bin", "sitegen"), "build", "--adapter", "node")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

func TestClientIslands(t *testing.T) {
	base := clientServer(t)
	ctx := tab(t) // fails on whatever the policy refuses
	var load, timer, only, wide, narrow, below, color string
	var hacked bool
	text := func(selector string, into *string) chromedp.Action {
		return chromedp.Evaluate(`document.querySelector(`+"`"+selector+"`"+`).innerText`, into)
	}
	island := func(n string) string { return "body > sg-island:nth-of-type(" + n + ")" }
	if err := chromedp.Run(ctx,
		chromedp.Navigate(base+"/"),
		chromedp.Poll(`document.querySelectorAll("[data-ready]").length === 4`, nil),
		chromedp.Sleep(300*time.Millisecond),
		text(island("1"), &load), text("#timer", &timer), text(island("2"), &only), text(island("3"), &wide), text(island("4"), &narrow), text("#below", &below),
		chromedp.Evaluate(`"hacked" in window`, &hacked),
		chromedp.Evaluate(`getComputedStyle(document.querySelector(".box")).color`, &color),
	); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ got, want string }{
		"load":   {load, "\"'<&>\u2028 2 May default+more"},
		"timer":  {timer, "6 seconds, hot: true"},
		"only":   {only, "only none - default"},
		"wide":   {wide, "wide none - default"},
		"narrow": {narrow, ""},
		"below":  {below, ""},
		"colour": {color, "rgb(1, 2, 3)"},
	} {
		if !strings.Contains(tt.got, tt.want) || tt.want == "" && tt.got != "" {
			t.Errorf("%s shows %q, want %q", name, tt.got, tt.want)
		}
	}
	if !strings.Contains(load, "inside") || !strings.Contains(load, "more") || !strings.Contains(only, "late") || strings.Contains(only, "fallback") {
		t.Errorf("the slots show %q and %q", load, only)
	}
	if hacked {
		t.Error("a prop ran as script")
	}
	// Modules share state, so that it is one of each; scrolling starts the last.
	var started string
	if err := chromedp.Run(ctx,
		chromedp.Evaluate(`document.body.dataset.started`, &started),
		chromedp.Evaluate(`document.querySelector("#below").scrollIntoView()`, nil),
		chromedp.Poll(`document.querySelector("#below").innerText.includes("below none")`, nil),
	); err != nil {
		t.Fatal(err)
	}
	if started != "4" {
		t.Errorf("%s islands were counted in the module that they share", started)
	}
}

func TestClientIslandsArriveLate(t *testing.T) {
	base := clientServer(t)
	ctx := tab(t)
	var first string
	var done bool
	if err := chromedp.Run(ctx,
		chromedp.ActionFunc(func(ctx context.Context) error {
			go chromedp.Run(ctx, chromedp.Navigate(base+"/stream"))
			return nil
		}),
		chromedp.Poll(`document.querySelector("#first")?.innerText.includes("early")`, nil),
		chromedp.Evaluate(`document.querySelector("#first").innerText`, &first),
		chromedp.Evaluate(`!!document.querySelector("#end")`, &done),
		chromedp.Poll(`document.querySelector("#second")?.innerText.includes("late")`, nil),
	); err != nil {
		t.Fatal(err)
	}
	if done {
		t.Error("the first island waited for the end of the page")
	}
	if !strings.Contains(first, "child") || !strings.Contains(first, "default") {
		t.Errorf("the first island started without its content: %q", first)
	}
	if err := chromedp.Run(ctx,
		chromedp.Navigate(base+"/deferred/"),
		chromedp.Poll(`document.querySelector("#deferred")?.innerText.includes("deferred")`, nil),
	); err != nil {
		t.Fatal(err)
	}
}

// Markup that somebody gets into a page chooses no code.
func TestClientIslandsLoadOwnModules(t *testing.T) {
	base := clientServer(t)
	ctx := quietTab(t)
	var ready int
	var shown string
	if err := chromedp.Run(ctx,
		chromedp.Navigate(base+"/"),
		chromedp.Poll(`document.querySelectorAll("[data-ready]").length === 4`, nil),
		chromedp.Evaluate(`window.refused = 0; addEventListener("error", () => window.refused++);
			for (const module of ["data:text/javascript,document.body.innerText='hacked'", "//example.com/x.js", "/other.js", "/_assets/../other.js", "blob:x"])
				document.body.insertAdjacentHTML("beforeend", "<sg-island data-client=load data-module=\"" + module + "\"></sg-island>");
			document.body.insertAdjacentHTML("beforeend", "<sg-island data-client=constructor data-module=x></sg-island>")`, nil),
		chromedp.Poll(`window.refused === 5`, nil),
		chromedp.Evaluate(`document.querySelectorAll("[data-ready]").length`, &ready),
		chromedp.Evaluate(`document.body.innerText`, &shown),
	); err != nil {
		t.Fatal(err)
	}
	if ready != 4 || strings.Contains(shown, "hacked") {
		t.Errorf("%d are ready, the page shows %.100q", ready, shown)
	}
}
