package netlify

import (
	"fmt"
	"slices"
	"strings"

	"sitegen.dev/core/site"
)

// Vary says what of a request Netlify's caches tell answers apart by, beside the path: whoever differs in it gets an answer of
// their own. It belongs to answers that caches may keep (page.Cache, `const revalidate`). What is not named is not looked
// at: of a query, without Query and AnyQuery, Netlify keeps its own rule.
//
// The format is that of the header Netlify-Vary:
// https://docs.netlify.com/build/caching/caching-overview/#cache-key-variation
type Vary struct {
	AnyQuery bool     // every parameter of the query counts
	Query    []string // names of the parameters that count, and no others
	Header   []string // names of headers of the request, such as Device-Type; not Cookie
	// Language and Country are groups of codes that are one to the site: {{"de"}, {"es", "pt"}} tells German, Spanish or
	// Portuguese, and all other visitors apart. Languages are what the browser asks for, countries where the visitor seems to be.
	Language [][]string
	Country  [][]string
	Cookie   []string // names of cookies
}

// Set makes the answer of a page vary. The error names what cannot be said in the header; then nothing is set.
func (v Vary) Set(page *site.Page) error {
	value, err := v.header()
	if err == nil && value != "" {
		page.Response.Header.Set("Netlify-Vary", value)
	}
	return err
}

// header writes the header, "" for nothing.
func (v Vary) header() (string, error) {
	var parts []string
	if v.AnyQuery {
		if len(v.Query) > 0 {
			return "", fmt.Errorf("netlify: Vary has AnyQuery and names parameters too; one of them is enough")
		}
		parts = append(parts, "query")
	}
	for _, list := range []struct {
		name   string
		groups [][]string
	}{{"query", single(v.Query)}, {"header", single(v.Header)}, {"language", v.Language}, {"country", v.Country}, {"cookie", single(v.Cookie)}} {
		var groups []string
		for _, g := range list.groups {
			for _, s := range g {
				if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`,|+="\\`, r) }) {
					return "", fmt.Errorf("netlify: Vary cannot name the %s %q", list.name, s)
				}
			}
			if len(g) > 0 {
				groups = append(groups, strings.Join(g, "+"))
			}
		}
		if len(groups) > 0 {
			parts = append(parts, list.name+"="+strings.Join(groups, "|"))
		}
	}
	if slices.ContainsFunc(v.Header, func(s string) bool { return strings.EqualFold(s, "Cookie") }) {
		return "", fmt.Errorf("netlify: Vary takes names of cookies in Cookie, not the header as a whole")
	}
	return strings.Join(parts, ","), nil
}

func single(names []string) [][]string {
	var groups [][]string
	for _, name := range names {
		groups = append(groups, []string{name})
	}
	return groups
}
