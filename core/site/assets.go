package site

import "slices"

// Asset is a file that a component imports, or a script that it brings along.
type Asset struct {
	URL           string
	Width, Height int    // of images
	Format        string // of images: "png"
	Tag           HTML   // of scripts: the whole <script> element
}

// Image is an imported image: what <img> needs to reserve its place.
type Image struct {
	Src           string
	Width, Height int
	Format        string // "png", "jpeg", "gif", "webp", "svg", "avif"
}

// Head writes the stylesheets and other head elements of the route, once per response however often it is called.
func Head(w *Writer, page *Page) {
	switch x := page.x; {
	case x == nil:
	case w.seams != nil:
		w.seams.marks = append(w.seams.marks, seam{at: len(w.buf), head: true})
	default:
		w.S(x.takeHead())
	}
}

func (x *exchange) takeHead() string {
	x.once.Lock()
	defer x.once.Unlock()
	if x.route == nil || x.headDone {
		return ""
	}
	x.headDone = true
	return string(x.route.Head)
}

// Script writes a processed <script> by its id, once per response however often its component is used.
func Script(w *Writer, page *Page, id string) {
	switch x := page.x; {
	case x == nil:
	case w.seams != nil:
		w.seams.marks = append(w.seams.marks, seam{at: len(w.buf), id: id})
	default:
		w.S(x.takeScript(id))
	}
}

func (x *exchange) takeScript(id string) string {
	x.once.Lock()
	defer x.once.Unlock()
	if slices.Contains(x.scripts, id) {
		return ""
	}
	x.scripts = append(x.scripts, id)
	return string(x.app.app.Assets[id].Tag)
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
