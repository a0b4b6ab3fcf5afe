package site

// Heading is one heading of a Markdown page. A layout that declares a prop Headings []site.Heading gets those of its
// page, in order, for a table of contents.
type Heading struct {
	Depth int    // 1 to 6
	ID    string // of the element: "#" + ID links to it
	Text  string // without markup
}
