package content

import (
	"slices"
	"strings"
	"unicode"
)

// Where keeps the entries for which keep is true, in a slice of its own.
func Where[T any](entries []*Entry[T], keep func(e *Entry[T]) bool) []*Entry[T] {
	out := make([]*Entry[T], 0, len(entries))
	for _, e := range entries {
		if keep(e) {
			out = append(out, e)
		}
	}
	return out
}

// Group is the entries that have one term of a taxonomy in common: a tag, an author, a year.
type Group[T any] struct {
	Name    string // as the first entry writes it
	Slug    string // for an address: lower case, letters and digits, "-" for what stands between them
	Entries []*Entry[T]
}

// GroupBy collects the entries by the terms of each, in the order of the slugs of the terms. Terms that differ only in
// what a slug does not tell apart, such as "Web Dev" and "web-dev", are one.
//
//	for _, tag := range content.GroupBy(Posts.All(page), func(e *content.Entry[Post]) []string { return e.Data.Tags }) {
func GroupBy[T any](entries []*Entry[T], terms func(e *Entry[T]) []string) []Group[T] {
	index := map[string]int{}
	var groups []Group[T]
	for _, e := range entries {
		for _, term := range terms(e) {
			slug := Slug(term)
			i, ok := index[slug]
			if !ok {
				i = len(groups)
				index[slug] = i
				groups = append(groups, Group[T]{Name: term, Slug: slug})
			}
			g := &groups[i]
			if n := len(g.Entries); n == 0 || g.Entries[n-1] != e { // an entry that names a term twice
				g.Entries = append(g.Entries, e)
			}
		}
	}
	slices.SortFunc(groups, func(a, b Group[T]) int { return strings.Compare(a.Slug, b.Slug) })
	return groups
}

// Slug makes a part of an address of a term: "Web Dev" becomes "web-dev", "Straße" "straße", and "C++" and "C#", which are
// not "C", become "cplusplus" and "csharp". A term without a letter or digit becomes "-".
func Slug(term string) string {
	var b strings.Builder
	gap := false
	for _, r := range signs.Replace(strings.ToLower(term)) {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte('-')
			gap = false
		}
		b.WriteRune(r)
	}
	if b.Len() == 0 {
		return "-"
	}
	return b.String()
}

// signs are those that tell terms apart.
var signs = strings.NewReplacer("+", "plus", "#", "sharp")

// Neighbours gives the entries before and after e in a list, nil where there is none.
func Neighbours[T any](entries []*Entry[T], e *Entry[T]) (before, after *Entry[T]) {
	i := slices.Index(entries, e)
	if i < 0 {
		return nil, nil
	}
	if i > 0 {
		before = entries[i-1]
	}
	if i+1 < len(entries) {
		after = entries[i+1]
	}
	return before, after
}

// Cut gives page n, counted from 1, of a list that is shown size entries at a time, and the number of pages, which is at
// least 1. It is for pages that are rendered on demand; site.Paginate makes the paths of prerendered ones. A page that
// there is not has no entries.
func Cut[T any](entries []T, n, size int) (part []T, pages int) {
	if size < 1 {
		size = 10
	}
	pages = max(1, (len(entries)+size-1)/size)
	if n < 1 || n > pages {
		return nil, pages
	}
	return entries[(n-1)*size : min(n*size, len(entries))], pages
}
