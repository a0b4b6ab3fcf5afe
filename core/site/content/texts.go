package content

import (
	"fmt"

	"sitegen.dev/core/site"
	"sitegen.dev/core/site/content/store"
)

// Text renders a Markdown text with components in it: part gives the HTML before, between and behind their tags.
type Text func(w *site.Writer, page *site.Page, part func(n int) site.Node) error

// texts are those of the program, by their files.
var texts map[string]Text

// UseTexts makes the texts of a site known. The generated program calls it before anything is rendered.
func UseTexts(m map[string]Text) { texts = m }

// textNode renders the text of a file on behalf of r.
func textNode(r Reader, file string, b store.Body) site.Node {
	if len(b.Cuts) == 0 {
		return func(w *site.Writer) error {
			w.S(stitch(r, b, 0, len(b.HTML)))
			return w.End()
		}
	}
	return func(w *site.Writer) error {
		page, ok := r.(*site.Page)
		if !ok {
			return fmt.Errorf("%s has components in it, so it can be rendered for a page alone: call Body or HTML with page", file)
		}
		render := texts[file]
		if render == nil {
			return fmt.Errorf("the components in %s are not part of this program", file)
		}
		return render(w, page, func(n int) site.Node {
			from, to := 0, len(b.HTML)
			if n > 0 && n <= len(b.Cuts) {
				from = b.Cuts[n-1]
			}
			if n < len(b.Cuts) {
				to = b.Cuts[n]
			}
			return func(w *site.Writer) error {
				w.S(stitch(r, b, from, max(from, to)))
				return w.End()
			}
		})
	}
}
