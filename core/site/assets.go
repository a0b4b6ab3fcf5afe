package site

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
	x := page.x
	if x == nil || x.route == nil || x.headDone {
		return
	}
	x.headDone = true
	w.S(string(x.route.Head))
}

// Script writes a processed <script> by its id, once per response however often its component is used.
func Script(w *Writer, page *Page, id string) {
	x := page.x
	if x == nil {
		return
	}
	for _, done := range x.scripts {
		if done == id {
			return
		}
	}
	x.scripts = append(x.scripts, id)
	w.S(string(x.app.app.Assets[id].Tag))
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
