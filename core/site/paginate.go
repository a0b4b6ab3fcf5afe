package site

import (
	"fmt"
	"maps"
	"strconv"
)

// PaginateOptions say how Paginate cuts. PageSize makes the usual ones.
type PaginateOptions struct {
	Size   int                     // items on a page; 0 is 10
	Param  string                  // the route's parameter for the number of the page; "" is "page"
	Params Params                  // of the other parameters of the route, for lists within lists
	Format func(url string) string // changes every URL that is given out; may be nil
}

// PageSize gives options with only the number of items on a page.
func PageSize(n int) PaginateOptions { return PaginateOptions{Size: n} }

// Pagination is one page of a list.
type Pagination[T any] struct {
	Data       []T // the items of this page
	Start, End int // indexes of the first and the last item of Data in the list; End is Start-1 on an empty page
	Size       int // items on a full page
	Total      int // items in the list
	Current    int // number of this page, from 1
	Last       int // number of the last page
	URL        PageURLs
}

// PageURLs are the addresses of the pages around a page, with the base. Prev and First are empty on the first page, Next
// and Last on the last.
type PageURLs struct{ Current, Prev, Next, First, Last string }

// Paginate makes the paths of a route that shows a list in pages. The route has a parameter for the number: [page] counts
// from /1, [...page] puts the first page at the folder itself. A list without items has one page. props makes the props
// of each page:
//
//	func GetStaticPaths(b *site.Build) ([]site.Path[Props], error) {
//		return site.Paginate(b, posts, site.PageSize(5), func(p site.Pagination[Post]) Props {
//			return Props{Page: p}
//		})
//	}
func Paginate[T, P any](b *Build, items []T, o PaginateOptions, props func(Pagination[T]) P) ([]Path[P], error) {
	pages, params, err := b.pages(len(items), &o)
	if err != nil {
		return nil, err
	}
	out := make([]Path[P], len(pages))
	for i, p := range pages {
		page := Pagination[T]{
			Data: items[p.Start : p.End+1 : p.End+1], Start: p.Start, End: p.End, Size: p.Size,
			Total: len(items), Current: i + 1, Last: len(pages), URL: p.URL,
		}
		out[i] = Path[P]{Params: params[i], Props: props(page)}
	}
	return out, nil
}

// pages is the part of Paginate that does not depend on types.
func (b *Build) pages(total int, o *PaginateOptions) ([]Pagination[struct{}], []Params, error) {
	if b == nil || b.route == nil {
		return nil, nil, fmt.Errorf("site.Paginate needs the *site.Build that GetStaticPaths was given")
	}
	name, size := o.Param, o.Size
	if name == "" {
		name = "page"
	}
	if size == 0 {
		size = 10
	}
	switch {
	case size < 0:
		return nil, nil, fmt.Errorf("site.Paginate: a page cannot have %d items", size)
	case !b.route.hasParam(name):
		return nil, nil, fmt.Errorf("site.Paginate: %s has no parameter for the number of the page: rename the file to [%s].gosite or [...%s].gosite", b.Pattern, name, name)
	}
	count := max(1, (total+size-1)/size)
	params := make([]Params, count)
	urls := make([]string, count)
	for i := range count {
		p := Params{}
		maps.Copy(p, o.Params)
		if i > 0 || !b.route.isRest(name) {
			p[name] = strconv.Itoa(i + 1)
		}
		path, err := b.route.path(p)
		if err != nil {
			return nil, nil, fmt.Errorf("site.Paginate: %w", err)
		}
		params[i] = p
		urls[i] = b.app.canonical(b.route, &path).enc
		if o.Format != nil {
			urls[i] = o.Format(urls[i])
		}
	}
	out := make([]Pagination[struct{}], count)
	for i := range out {
		p := &out[i]
		p.Start, p.End, p.Size = i*size, min(total, (i+1)*size)-1, size
		p.URL.Current = urls[i]
		if i > 0 {
			p.URL.Prev, p.URL.First = urls[i-1], urls[0]
		}
		if i < count-1 {
			p.URL.Next, p.URL.Last = urls[i+1], urls[count-1]
		}
	}
	return out, params, nil
}

func (r *compiledRoute) isRest(name string) bool {
	for _, parts := range r.segs {
		if parts[0].rest && parts[0].param == name {
			return true
		}
	}
	return false
}
