//go:build browser

package browser

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// devSite is a site with the development server running in it.
type devSite struct {
	t    *testing.T
	dir  string
	base string
	stop func()
}

var devFiles = map[string]string{
	"src/layouts/Base.gosite": `---
import "../styles/site.css"

type Props struct{ Title string }
---
<!doctype html>
<html lang="en"><head><title>{props.Title}</title><link rel="icon" href="/dot.svg"></head><body><slot /></body></html>
`,
	"src/styles/site.css": "h1 { color: rgb(1, 2, 3) }\n.tall { height: 3000px }\n",
	"src/pages/index.gosite": `---
import Base "../layouts/Base.gosite"
---
<Base title="First">
  <h1>Before</h1>
  <img src="/dot.svg" alt="a dot">
  <form method="post"><input name="tea"><input type="password" name="secret"><textarea name="note">given</textarea>
    <label><input type="checkbox" name="hot"> hot</label>
    <select name="size"><option>small</option><option>large</option></select></form>
  <details><summary>more</summary>folded</details>
  <div class="tall"></div>
  <p class="low">{1 + 1}</p>
</Base>
<style>
  .low { color: rgb(4, 5, 6) }
</style>
`,
	"public/dot.svg": `<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>`,
}

// dev starts `sitegen dev` in a new site; change may change its files first.
func dev(t *testing.T, change func(s *devSite)) *devSite {
	t.Helper()
	command, err := filepath.Abs("../../bin/sitegen")
	if err != nil {
		t.Fatal(err)
	}
	s := &devSite{t: t, dir: filepath.Join(t.TempDir(), "a site")}
	if out, err := exec.Command(command, "new", s.dir, "-q").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, text := range devFiles {
		s.write(name, text)
	}
	if change != nil {
		change(s)
	}
	s.start("0")
	return s
}

// start starts the server on a port. It is stopped with the test, or by stop.
func (s *devSite) start(port string) {
	t := s.t
	t.Helper()
	command, err := filepath.Abs("../../bin/sitegen")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(command, "-C", s.dir, "dev", "--port", port)
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	found := make(chan string, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		address := regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			t.Log(lines.Text())
			if u := address.FindString(lines.Text()); u != "" && len(found) == 0 {
				found <- u
			}
		}
	}()
	s.stop = sync.OnceFunc(func() {
		cmd.Process.Signal(syscall.SIGINT)
		<-ended
		if err := cmd.Wait(); err != nil {
			t.Errorf("sitegen dev ended with %v", err)
		}
	})
	t.Cleanup(s.stop)
	select {
	case s.base = <-found:
	case <-time.After(2 * time.Minute):
		t.Fatal("the server names no address")
	}
}

func (s *devSite) write(name, text string) {
	s.t.Helper()
	name = filepath.Join(s.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		s.t.Fatal(err)
	}
}

func (s *devSite) remove(name string) {
	s.t.Helper()
	if err := os.Remove(filepath.Join(s.dir, name)); err != nil {
		s.t.Fatal(err)
	}
}

// edit replaces a text of a file.
func (s *devSite) edit(name, from, to string) chromedp.Action {
	return chromedp.ActionFunc(func(context.Context) error {
		text := devFiles[name]
		if !strings.Contains(text, from) {
			return fmt.Errorf("%s does not hold %q", name, from)
		}
		s.write(name, strings.Replace(text, from, to, 1))
		return nil
	})
}

// is waits until an expression is true, whatever loads meanwhile.
func is(js string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		var ok bool
		var err error
		for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			if err = chromedp.Evaluate("Boolean("+js+")", &ok).Do(ctx); err == nil && ok {
				return nil
			}
			if ctx.Err() != nil {
				break
			}
		}
		var html string
		chromedp.Evaluate(`scrollX + " " + scrollY + "\n" + document.documentElement.outerHTML`, &html).Do(ctx)
		return fmt.Errorf("%s is not true (%v)\n%.3000s", js, err, html)
	})
}

// connected waits until the page listens to the server: until then it cannot know of an edit.
func connected() chromedp.Action {
	return is(`performance.getEntriesByType("resource").some(e => e.name.includes("/_sitegen/events")) || window.__sitegenDev`)
}

// The page is loaded again with what was typed into it, unfolded and scrolled to.
func TestDevReload(t *testing.T) {
	s := dev(t, nil)
	ctx := tab(t)
	var tea, note, secret, focus string
	var hot, open bool
	var size string
	var scroll float64
	err := chromedp.Run(ctx,
		chromedp.Navigate(s.base+"/"), connected(),
		chromedp.SendKeys(`input[name=tea]`, "Sencha"),
		chromedp.SendKeys(`input[name=secret]`, "hidden"),
		chromedp.SendKeys(`textarea`, kb.End+" and more"),
		chromedp.Click(`input[name=hot]`),
		chromedp.Evaluate(`document.querySelector("select").value = "large"; document.querySelector("details").open = true; document.querySelector("textarea").focus(); scrollTo(0, 1234); window.old = true`, nil),
		s.edit("src/pages/index.gosite", "Before", "After the edit"),
		is(`document.querySelector("h1")?.textContent === "After the edit" && !window.old`),
		is(`scrollY === 1234`),
		chromedp.Value(`input[name=tea]`, &tea), chromedp.Value(`textarea`, &note), chromedp.Value(`input[name=secret]`, &secret),
		chromedp.Evaluate(`document.querySelector("input[name=hot]").checked`, &hot),
		chromedp.Evaluate(`document.querySelector("select").value`, &size),
		chromedp.Evaluate(`document.querySelector("details").open`, &open),
		chromedp.Evaluate(`document.activeElement.name`, &focus),
		chromedp.Evaluate(`scrollY`, &scroll),
		// Go too.
		s.edit("src/pages/index.gosite", "{1 + 1}", "{40 + 2}"),
		is(`document.querySelector(".low")?.textContent === "42"`),
		is(`document.querySelector("input[name=tea]").value === "Sencha" && scrollY === 1234`),
	)
	if err != nil {
		t.Fatal(err)
	}
	if tea != "Sencha" || note != "given and more" || secret != "" || !hot || size != "large" || !open || focus != "note" || scroll != 1234 {
		t.Errorf("tea %q, note %q, secret %q, hot %v, size %q, open %v, focus %q, scroll %v", tea, note, secret, hot, size, open, focus, scroll)
	}
}

// Stylesheets and images are exchanged in the page as it is.
func TestDevStyles(t *testing.T) {
	s := dev(t, nil)
	err := chromedp.Run(tab(t),
		chromedp.Navigate(s.base+"/"), connected(),
		is(`getComputedStyle(document.querySelector("h1")).color === "rgb(1, 2, 3)"`),
		chromedp.Evaluate(`window.old = true`, nil),
		s.edit("src/styles/site.css", "rgb(1, 2, 3)", "rgb(10, 20, 30)"),
		is(`getComputedStyle(document.querySelector("h1")).color === "rgb(10, 20, 30)"`),
		s.edit("src/pages/index.gosite", "rgb(4, 5, 6)", "rgb(40, 50, 60)"),
		is(`getComputedStyle(document.querySelector(".low")).color === "rgb(40, 50, 60)"`),
		s.edit("public/dot.svg", `width="10"`, `width="77"`),
		is(`document.querySelector("img").naturalWidth === 77`),
		is(`window.old === true`),
		is(`document.querySelectorAll("link[rel=stylesheet], style").length <= 2`),
	)
	if err != nil {
		t.Fatal(err)
	}
}

const overlay = `document.querySelector("sitegen-overlay")?.shadowRoot?.querySelector(".sheet")`

// What is wrong with an edit lies over the last good page, as text, with a link to the editor, and goes away with it.
func TestDevOverlay(t *testing.T) {
	s := dev(t, nil)
	var text, href, injected string
	err := chromedp.Run(quietTab(t),
		chromedp.Navigate(s.base+"/"), connected(),
		chromedp.Evaluate(`window.old = true`, nil),
		s.edit("src/pages/index.gosite", "<h1>", `{"<img src=x onerror='window.hit = 1'>".Nope}<h1>`),
		is(overlay),
		chromedp.Evaluate(overlay+`.innerText`, &text),
		chromedp.Evaluate(overlay+`.querySelector("a").href`, &href),
		chromedp.Evaluate(`String(window.hit) + document.querySelector("h1").textContent`, &injected),
		s.edit("src/pages/index.gosite", "Before", "Before"),
		is(`!document.querySelector("sitegen-overlay") && window.old === true`),
		// Closed by hand, it comes back with another error.
		s.edit("src/pages/index.gosite", "<h1>", "<h1>{nope}"),
		is(overlay),
		chromedp.KeyEvent(kb.Escape),
		is(`!document.querySelector("sitegen-overlay")`),
		s.edit("src/pages/index.gosite", "<h1>", "<h1>{other}"),
		is(overlay+`?.innerText.includes("other")`),
		s.edit("src/pages/index.gosite", "Before", "Mended"),
		is(`!document.querySelector("sitegen-overlay") && document.querySelector("h1").textContent === "Mended"`),
		// A panic.
		s.edit("src/pages/index.gosite", "{1 + 1}", "{[]int{}[len(page.Pattern)]}"),
		is(overlay+`?.innerText.includes("index out of range")`),
		is(overlay+`?.querySelector("a").textContent === "src/pages/index.gosite:12"`),
		s.edit("src/pages/index.gosite", "Before", "Mended again"),
		is(`!document.querySelector("sitegen-overlay") && document.querySelector("h1").textContent === "Mended again"`),
	)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"src/pages/index.gosite:5:", "onerror", "Nope", "SG2"} {
		if !strings.Contains(text, want) {
			t.Errorf("the overlay does not say %q:\n%s", want, text)
		}
	}
	if !strings.HasPrefix(href, "vscode://file/") || !strings.Contains(href, "a%20site/src/pages/index.gosite:5:") {
		t.Errorf("the link leads to %s", href)
	}
	if injected != "undefinedBefore" {
		t.Errorf("beside the overlay there is %q", injected)
	}
}

// A site that has never been built shows its errors too, and comes when they are mended.
func TestDevFirstError(t *testing.T) {
	s := dev(t, func(s *devSite) { s.write("src/pages/index.gosite", "<p>{") })
	err := chromedp.Run(quietTab(t),
		chromedp.Navigate(s.base+"/"),
		is(overlay+`?.innerText.includes("never closed")`),
		s.edit("src/pages/index.gosite", "Before", "Here at last"),
		is(`document.querySelector("h1")?.textContent === "Here at last"`),
	)
	if err != nil {
		t.Fatal(err)
	}
}
