//go:build browser

package browser

import (
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// templates gives the names of what `sitegen new --template` takes.
func templates(t *testing.T) []string {
	t.Helper()
	found, err := os.ReadDir("../internal/scaffold/_templates")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range found {
		if f.Name() != "common" { // parts of the others
			names = append(names, f.Name())
		}
	}
	return names
}

// template makes a site as sitegen new does, writes the files into it, builds and serves it, and gives its address.
func template(t *testing.T, name string, files map[string]string) string {
	t.Helper()
	bin, err := filepath.Abs("../../bin/sitegen")
	if err != nil {
		t.Fatal(err)
	}
	site := filepath.Join(t.TempDir(), "site")
	run := func(args ...string) {
		t.Helper()
		if out, err := exec.Command(bin, args...).CombinedOutput(); err != nil {
			t.Fatalf("sitegen %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	run("new", site, "--template", name, "--yes")
	for file, text := range files {
		if err := os.WriteFile(filepath.Join(site, file), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	run("-C", site, "build", "--adapter", "node", "--quiet")
	return serve(t, filepath.Join(site, "dist/server/server"))
}

// longPost has what makes a page too wide if nobody thought of it: words and addresses without a place to break, code,
// a table of many columns, many tags.
const longPost = "---\n" +
	"title: Post %[1]d, whose title is long enough for more than one line of a narrow window\n" +
	"description: What stands in it.\n" +
	"date: 2025-01-%02[1]d\n" +
	"tags: [tea, a-tag-with-a-rather-long-name, number-%[1]d]\n" +
	"---\n\n" +
	"## `code` and averyveryveryverylongwordthatdoesnotbreakanywhereinthewholeoftheline\n\n" +
	"https://example.com/an/address/that/is/longer/than/any/window/is/wide/and/has/no/blank/at/all/index.html\n\n" +
	"| One | Two | Three | Four | Five | Six |\n|---|---|---|---:|---|---|\n| some text | some text | some text | 1 | some text | some text |\n\n" +
	"```go\nfunc aLongName(withManyParameters string, andMore map[string]map[string][]int) error { return nil }\n```\n\n" +
	"- [x] done[^1]\n\n[^1]: A note.\n"

// posts are enough long posts for several pages of a list.
func posts() map[string]string {
	files := map[string]string{}
	for i := 1; i <= 25; i++ {
		files[fmt.Sprintf("src/content/posts/extra-%d.md", i)] = fmt.Sprintf(longPost, i)
	}
	return files
}

// TestTemplatesFit looks at every page of every template in narrow and wide windows, also with letters of twice the
// size: nothing may stick out to the side, and the first key of who has no mouse leads past the navigation.
func TestTemplatesFit(t *testing.T) {
	for _, name := range templates(t) {
		t.Run(name, func(t *testing.T) {
			var files map[string]string
			if name == "blog" {
				files = posts()
			}
			base := template(t, name, files)
			ctx := strictTab(t, "/nowhere", "/nowhere/")
			pages := append(links(t, ctx, base), base+"/nowhere/")
			if name == "blog" && len(pages) < 30 {
				t.Errorf("only %d pages can be reached: %v", len(pages), pages)
			}
			looked := map[string]int{}
			for _, page := range pages {
				kind := path.Dir(strings.TrimSuffix(strings.TrimPrefix(page, base), "/"))
				if looked[kind]++; looked[kind] > 4 {
					continue // one post is as good as another
				}
				for _, w := range []struct{ width, text int64 }{{1440, 100}, {820, 200}, {375, 100}, {320, 100}, {375, 200}} {
					var wide float64
					err := chromedp.Run(ctx,
						emulation.SetDeviceMetricsOverride(w.width, 900, 1, w.width < 600),
						letters(w.text),
						chromedp.Navigate(page),
						chromedp.Evaluate(sticksOut, &wide))
					if err != nil {
						t.Fatalf("%s: %v", page, err)
					}
					if wide > 0 {
						t.Errorf("%s at %d px with letters of %d%% sticks out by %.0f px", page, w.width, w.text, wide)
					}
				}
			}
			var skip struct {
				Href    string
				Visible bool
			}
			if err := chromedp.Run(ctx, chromedp.Navigate(base+"/"), chromedp.KeyEvent(kb.Tab), chromedp.Evaluate(`(() => {
				const at = document.activeElement, box = at.getBoundingClientRect();
				return {href: at.getAttribute("href") ?? "", visible: box.top >= 0 && box.left >= 0 && box.height > 0};
			})()`, &skip)); err != nil {
				t.Fatal(err)
			}
			if name != "minimal" && (skip.Href != "#main" || !skip.Visible) { // a site of one page has no navigation to skip
				t.Errorf("the first stop of the keyboard is %+v; want a link to #main that can be seen", skip)
			}
		})
	}
}
