package site

import (
	"slices"
	"sync"
)

// Asset is a file that a component imports, or a script that it brings along.
type Asset struct {
	URL           string
	Width, Height int    // of images
	Format        string // of images: "png"
	Animated      bool   // of images: several pictures in one
	Font          *FontMetrics
	Tag           HTML // of scripts: the whole <script> element
}

// Image is an imported image: what <img> needs to reserve its place.
type Image struct {
	Src           string
	Width, Height int
	Format        string // "png", "jpeg", "gif", "webp", "svg", "avif"
}

// once is what a page writes once however often it is asked to. Parts of the page may ask at the same time.
type once struct {
	mu   sync.Mutex
	head bool
	ids  []string   // of scripts
	late [][]string // of scripts that stand outside of the document, by component
}

// take gives the text the first time.
func (o *once) take(id, text string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if id == "" {
		if o.head {
			return ""
		}
		o.head = true
		return text
	}
	if slices.Contains(o.ids, id) {
		return ""
	}
	o.ids = append(o.ids, id)
	return text
}

// Head writes the stylesheets and other head elements of the route, once per response however often it is called.
func Head(w *Writer, page *Page) {
	if x := page.x; x != nil && x.route != nil {
		head := string(x.route.Head)
		if x.prerender && x.route.Policy != "" {
			head = policyMark + head
		}
		x.write(w, "", head)
	}
}

// HeadFirst does what Head does behind the doctype of a page that has no <html> and no <head>.
func HeadFirst(w *Writer, page *Page) {
	if x := page.x; x != nil && x.route != nil && x.route.HeadFirst {
		Head(w, page)
	}
}

// HeadHTML does what Head does within the <html> of a page that has no <head>.
func HeadHTML(w *Writer, page *Page) {
	if x := page.x; x != nil && x.route != nil && x.route.HeadHTML {
		Head(w, page)
	}
}

// Script writes a processed <script> by its id, once per response however often its component is used.
func Script(w *Writer, page *Page, id string) {
	if x := page.x; x != nil {
		x.write(w, id, string(x.app.app.Assets[id].Tag))
	}
}

// LateScripts is told of the scripts of a component that stand beside its layout's document. BodyEnd writes them.
func LateScripts(page *Page, ids ...string) {
	if x := page.x; x != nil {
		x.once.mu.Lock()
		x.once.late = append(x.once.late, ids)
		x.once.mu.Unlock()
	}
}

// BodyEnd stands before </body>. It writes the scripts that stand behind it, innermost component first, as they would come.
func BodyEnd(w *Writer, page *Page) {
	x := page.x
	if x == nil {
		return
	}
	x.once.mu.Lock()
	late := x.once.late
	x.once.late = nil
	x.once.mu.Unlock()
	for _, ids := range slices.Backward(late) {
		for _, id := range ids {
			Script(w, page, id)
		}
	}
}

// write writes a text once per response. On a page with parts, where it belongs shows only when all are there.
func (x *exchange) write(w *Writer, id, text string) {
	if w.seams != nil {
		w.seams.marks = append(w.seams.marks, seam{at: len(w.buf), id: id, text: text})
		return
	}
	w.S(x.once.take(id, text))
}

// ImportImage gives an imported image by its id.
func ImportImage(page *Page, id string) Image {
	a := asset(page, id)
	return Image{Src: a.URL, Width: a.Width, Height: a.Height, Format: a.Format}
}

// ImportURL gives the address of an imported file by its id.
func ImportURL(page *Page, id string) string { return asset(page, id).URL }

func asset(page *Page, id string) Asset {
	if page.x == nil {
		return Asset{}
	}
	return page.x.app.app.Assets[id]
}
