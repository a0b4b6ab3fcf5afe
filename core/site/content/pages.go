package content

import (
	"fmt"
	"iter"
	"reflect"
	"strings"

	"sitegen.dev/core/site"
	"sitegen.dev/core/site/content/store"
)

// Layout renders the Markdown pages that name it, or those that name none. The generated program has one for each.
type Layout struct {
	name  string // the path of the component, as the store names it
	route site.Route
	props func(e page) (render func(w *site.Writer, p *site.Page) error, d *decoder)
}

// page is a Markdown page in the store.
type page struct {
	store.Entry
	store   *store.Store
	pattern string
	layout  string
	front   string // encoded
}

// NewLayout makes a Layout of a component: its path, what the routes of its pages have in common, its Render, its props
// with their defaults, and its slots with the text in the default one.
func NewLayout[P, S any](name string, route site.Route, render func(*site.Writer, *site.Page, P, S) error, defaults P, slots func(site.Node) S) Layout {
	return Layout{name: name, route: route, props: func(e page) (func(*site.Writer, *site.Page) error, *decoder) {
		props := defaults
		d := &decoder{}
		headings := d.frontMatter(reflect.ValueOf(&props).Elem(), e)
		return func(w *site.Writer, p *site.Page) error {
			body := e.body(p)
			props := props
			if headings != nil {
				reflect.ValueOf(&props).Elem().FieldByIndex(headings).Set(reflect.ValueOf(headingsOf(body)))
			}
			return render(w, p, props, slots(textNode(p, e.File, body)))
		}, d
	}}
}

var headingsType = reflect.TypeFor[[]site.Heading]()

// frontMatter decodes the front matter of a page into the props of its layout. It gives the field that takes the headings,
// or nil.
func (d *decoder) frontMatter(props reflect.Value, e page) (headings []int) {
	if props.Kind() != reflect.Struct {
		return nil
	}
	plan := planFor(props.Type(), "prop")
	n, rest, err := store.Next(e.front)
	if err != nil || n.Kind != store.Map {
		d.fail("", errDamaged.Error(), "")
		return nil
	}
	var all reflect.Value // a prop Frontmatter, which takes everything
	if i, ok := plan.index["frontmatter"]; ok && props.FieldByIndex(plan.fields[i].index).Type() == reflect.TypeFor[map[string]any]() {
		all = props.FieldByIndex(plan.fields[i].index)
		x, _, err := plain(e.front, 0)
		if err != nil {
			d.fail("", errDamaged.Error(), "")
			return nil
		}
		all.Set(reflect.ValueOf(x))
	}
	skip := map[string]bool{"layout": true, "draft": true, "aliases": true}
	if all.IsValid() {
		skip["frontmatter"] = true
	}
	given, _, err := d.fields(props, plan, n.N, rest, "", 1, skip, all.IsValid())
	if err != nil {
		d.fail("", errDamaged.Error(), "")
		return nil
	}
	if i, ok := plan.index["headings"]; ok && !given[i] && props.FieldByIndex(plan.fields[i].index).Type() == headingsType {
		headings = plan.fields[i].index
		given[i] = true
	}
	if all.IsValid() {
		given[plan.index["frontmatter"]] = true
	}
	d.required(plan, given, "")
	return headings
}

// Bare makes the Layout of pages that name none: a small HTML document.
func Bare(route site.Route) Layout {
	return Layout{route: route, props: func(e page) (func(*site.Writer, *site.Page) error, *decoder) {
		var front struct {
			Title, Description, Lang string
			Rest                     map[string]any `content:",rest"`
		}
		d := &decoder{}
		d.into(&front, e.front)
		d.problems = nil // whatever else there is, nobody asked for it
		return func(w *site.Writer, p *site.Page) error {
			body := e.body(p)
			title := front.Title
			if title == "" {
				title = e.Title
			}
			if title == "" {
				title = strings.TrimSuffix(e.File[strings.LastIndexByte(e.File, '/')+1:], ".md")
			}
			if front.Lang == "" {
				front.Lang = "en"
			}
			w.S(`<!doctype html><html lang="` + site.AttrEscape(front.Lang) + `"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>` + site.AttrEscape(title) + `</title>`)
			if front.Description != "" {
				w.S(`<meta name="description" content="` + site.AttrEscape(front.Description) + `">`)
			}
			site.Head(w, p)
			w.S(`</head><body><main>`)
			if err := textNode(p, e.File, body)(w); err != nil {
				return err
			}
			w.S(`</main></body></html>`)
			return w.End()
		}, d
	}}
}

func (e page) body(r Reader) store.Body {
	depends(r, bodyInput(store.Pages, e.Slug), e.Entry.Body.Digest)
	b, err := e.store.Body(e.Entry.Body)
	if err != nil {
		panic(err)
	}
	return b
}

func headingsOf(b store.Body) []site.Heading {
	out := make([]site.Heading, len(b.Headings))
	for i, h := range b.Headings {
		out[i] = site.Heading{Depth: h.Depth, ID: h.ID, Text: h.Text}
	}
	return out
}

// readPage takes an entry of the pages apart.
func readPage(s *store.Store, e store.Entry) (page, error) {
	p := page{Entry: e, store: s}
	var err error
	rest := e.Data
	if p.pattern, rest, err = store.Text(rest); err == nil {
		p.layout, p.front, err = store.Text(rest)
	}
	return p, err
}

// pagesIn gives the Markdown pages of a store, which was checked when it was opened.
func pagesIn(s *store.Store) iter.Seq[page] {
	return func(yield func(page) bool) {
		from := s.Collection(store.Pages)
		for i := range from.Len() {
			e, err := from.Entry(i)
			if err != nil {
				panic(err)
			}
			p, err := readPage(s, e)
			if err != nil {
				panic(err)
			}
			if !yield(p) {
				return
			}
		}
	}
}

// Pages gives the routes of the Markdown pages of a store, each of which reads its page when it is rendered.
func Pages(s *store.Store, layouts []Layout) []*site.Route {
	if s == nil {
		return nil
	}
	from := s.Collection(store.Pages)
	out := make([]*site.Route, 0, from.Len())
	byName := map[string]*Layout{}
	for i := range layouts {
		byName[layouts[i].name] = &layouts[i]
	}
	for p := range pagesIn(s) {
		l := byName[p.layout]
		if l == nil {
			continue // rendered by another program
		}
		r := l.route
		r.Pattern, r.Source = p.pattern, p.File
		r.Render = func(w *site.Writer, page *site.Page) error {
			depends(page, entryInput(store.Pages, p.Slug), p.Digest)
			render, d := l.props(p)
			if len(d.problems) > 0 {
				return fmt.Errorf("%s: %s", p.File, d.problems[0].Message)
			}
			return render(w, page)
		}
		out = append(out, &r)
	}
	return out
}

// CheckPages holds the front matter of every Markdown page against the props of its layout.
func CheckPages(s *store.Store, layouts []Layout, report func(Problem)) {
	for p := range pagesIn(s) {
		for _, l := range layouts {
			if l.name != p.layout {
				continue
			}
			_, d := l.props(p)
			for _, problem := range d.problems {
				problem.Collection, problem.File, problem.Slug = store.Pages, p.File, p.Slug
				report(problem)
			}
		}
	}
}
