package routes

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"sitegen.dev/core/manifest"
)

// route gives a page route of a pattern; "!" in front makes it an endpoint, "+" prerendered, "~" an index file.
func route(t testing.TB, s string) *manifest.Route {
	t.Helper()
	r := manifest.Route{Type: manifest.Page}
	for ; s[0] != '/'; s = s[1:] {
		switch s[0] {
		case '!':
			r.Type = manifest.Endpoint
		case '+':
			r.Prerender = true
		case '~':
			r.Source = "/index.gosite"
		case '>':
			r.Type = manifest.Redir
		}
	}
	var err error
	if r.Pattern, r.Segments, err = ParsePattern(s); err != nil {
		t.Fatal(err)
	}
	r.Source = s + r.Source
	return &r
}

func TestCompare(t *testing.T) {
	// Each route comes before the ones right of it.
	for _, row := range []string{
		"/a /[...r]",
		"/a v[x] [x] [...r]",
		"/a/[...r] /[lang]/post/[...slug]",
		"/foo /foo/[...rest] /[...rest]",
		"/ /[...rest]",
		"/foo/bar /foo",
		"/[a]/x /[a]",
		"/[a] /[a]/[...r]",
		"/[...r]/x /[...r]",
		"/foo/[...r]/edit /foo /foo/[...r]",
		"+/[a] /[a]",
		"!/[a] /[a] >/[a]",
		"+/[a] !/[a]",
		"~/[z] +/[a]",
		"/[a] /[b]",
		"/B /a",
	} {
		names := strings.Fields(row)
		for i := range names {
			for j := range names {
				fix := func(s string) string {
					if !strings.Contains(s, "/") {
						return "/" + s
					}
					return s
				}
				if got, want := Compare(route(t, fix(names[i])), route(t, fix(names[j]))), i-j; (got < 0) != (want < 0) || (got > 0) != (want > 0) {
					t.Errorf("Compare(%s, %s) = %d, want the sign of %d", names[i], names[j], got, want)
				}
			}
		}
	}
}

// segmentKinds are a segment of every class, with two of each that a comparison must not tell apart by accident.
var segmentKinds = [][]manifest.Part{
	{{Text: "a"}},
	{{Text: "b"}},
	{{Text: "v"}, {Param: "n"}},
	{{Param: "n"}, {Text: ".json"}},
	{{Param: "n"}},
	{{Param: "from"}, {Text: "-"}, {Param: "to"}},
	{{Param: "n", Rest: true}},
}

func randomRoute(bytes []byte) *manifest.Route {
	r := &manifest.Route{Type: manifest.Page, Segments: [][]manifest.Part{}}
	for i, b := range bytes {
		if i == 0 {
			r.Type = []manifest.RouteType{manifest.Page, manifest.Endpoint, manifest.Redir}[b%3]
			r.Prerender = b&4 != 0
			r.Source = []string{"x.gosite", "index.gosite"}[b>>3&1]
			continue
		}
		// Adjacent and repeated rest segments cannot be written, but the order must not depend on that.
		r.Segments = append(r.Segments, segmentKinds[int(b)%len(segmentKinds)])
	}
	var names []string
	for _, parts := range r.Segments {
		for _, p := range parts {
			names = append(names, p.Text+p.Param)
		}
	}
	r.Pattern = "/" + strings.Join(names, "/")
	return r
}

// checkOrder holds three routes against the laws of a strict weak order.
func checkOrder(t *testing.T, a, b, c *manifest.Route) {
	t.Helper()
	ab, ba, bc, ac := Compare(a, b), Compare(b, a), Compare(b, c), Compare(a, c)
	if Compare(a, a) != 0 {
		t.Fatalf("not reflexive: %+v", a)
	}
	if (ab < 0) != (ba > 0) || (ab == 0) != (ba == 0) {
		t.Fatalf("not antisymmetric: %d, %d\n%+v\n%+v", ab, ba, a, b)
	}
	if ab < 0 && bc < 0 && ac >= 0 || ab == 0 && bc == 0 && ac != 0 || ab == 0 && (bc < 0) != (ac < 0) {
		t.Fatalf("not transitive: %d, %d, %d\n%+v\n%+v\n%+v", ab, bc, ac, a, b, c)
	}
}

// TestCompareIsAnOrder tries all triples of patterns of up to three segments, by class.
func TestCompareIsAnOrder(t *testing.T) {
	var all []*manifest.Route
	var grow func(prefix []byte)
	grow = func(prefix []byte) {
		all = append(all, randomRoute(prefix))
		if len(prefix) == 4 {
			return
		}
		for _, kind := range []byte{0, 2, 4, 6} {
			grow(append(slices.Clone(prefix), kind))
		}
	}
	grow([]byte{0})
	for _, a := range all {
		for _, b := range all {
			for _, c := range all {
				checkOrder(t, a, b, c)
			}
		}
	}
}

func FuzzCompare(f *testing.F) {
	f.Add([]byte{0, 1}, []byte{0, 1, 6}, []byte{0, 1, 6, 6})
	f.Add([]byte{8, 4}, []byte{4, 4, 6}, []byte{2, 6, 0})
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		if len(a)+len(b)+len(c) > 60 {
			return
		}
		checkOrder(t, randomRoute(a), randomRoute(b), randomRoute(c))
	})
}

// TestSortIsStable sorts the same routes from many orders.
func TestSortIsStable(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var want []*manifest.Route
	for range 200 {
		b := make([]byte, 1+rnd.IntN(5))
		for i := range b {
			b[i] = byte(rnd.IntN(256))
		}
		want = append(want, randomRoute(b))
	}
	compare := func(a, b *manifest.Route) int { return Compare(a, b) }
	slices.SortFunc(want, compare)
	for range 50 {
		got := slices.Clone(want)
		rnd.Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
		slices.SortFunc(got, compare)
		for i := range got {
			if Compare(got[i], want[i]) != 0 {
				t.Fatalf("place %d depends on the order before: %+v, %+v", i, got[i], want[i])
			}
		}
	}
}
