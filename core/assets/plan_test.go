package assets

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPlanCSS(t *testing.T) {
	for _, tt := range []struct{ name, routes, chunks, want string }{
		{"none", "", "", "[[]]"},
		{"one route, one sheet", "a b c", "a b c", "[[0]]"},
		{"shared part", "base nav a|base nav b", "base nav|a|b", "[[0 1] [0 2]]"},
		{"shared around own", "base a foot|base b foot", "base|a|foot|b", "[[0 1 2] [0 3 2]]"},
		{"other order", "a b|b a", "a|b", "[[0 1] [1 0]]"},
		{"other order inside", "x a b y|x b a y", "x|a|b|y", "[[0 1 2 3] [0 2 1 3]]"},
		{"subset", "a b c|b c|c", "a|b|c", "[[0 1 2] [1 2] [2]]"},
		{"repeated id", "a b a c b", "a b c", "[[0]]"},
		{"prefix of a run", "a b c|a b", "a b|c", "[[0 1] [0]]"},
		{"route without styles", "a||a b", "a|b", "[[0] [] [0 1]]"},
	} {
		var routes [][]string
		for r := range strings.SplitSeq(tt.routes, "|") {
			routes = append(routes, strings.Fields(r))
		}
		p := PlanCSS(routes)
		var chunks []string
		for _, c := range p.Chunks {
			chunks = append(chunks, strings.Join(c, " "))
		}
		if got := strings.Join(chunks, "|"); got != tt.chunks || fmt.Sprint(p.Routes) != tt.want {
			t.Errorf("%s: got %s %v, want %s %s", tt.name, got, p.Routes, tt.chunks, tt.want)
		}
	}
}

func FuzzPlanCSS(f *testing.F) {
	f.Add("abc|acb|cab|b")
	f.Fuzz(func(t *testing.T, in string) {
		var routes [][]string
		for r := range strings.SplitSeq(in, "|") {
			routes = append(routes, strings.Split(r, ""))
		}
		p := PlanCSS(routes)
		for i, r := range routes {
			var want, got []string
			for _, id := range r {
				if !slices.Contains(want, id) {
					want = append(want, id)
				}
			}
			for _, n := range p.Routes[i] {
				got = append(got, p.Chunks[n]...)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("route %d of %q:\n%s", i, in, diff)
			}
		}
	})
}

func TestHashName(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"logo.png", "logo.2d711642.png"},
		{"a/b\\logo.png", "logo.2d711642.png"},
		{"grün & blau (1).svg", "gr-n---blau--1.2d711642.svg"},
		{".htaccess", "asset.2d711642.htaccess"},
		{"no extension", "no-extension.2d711642"},
		{"con.txt", "_con.2d711642.txt"},
		{"COM1.x.js", "_COM1.x.2d711642.js"},
		{"..", "asset.2d711642"},
		{"a.tar.gz", "a.tar.2d711642.gz"},
		{strings.Repeat("x", 300) + ".js", strings.Repeat("x", 64) + ".2d711642.js"},
	} {
		if got := HashName(tt.in, []byte("x")); got != tt.want {
			t.Errorf("HashName(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
	if HashName("a", []byte("x")) == HashName("a", []byte("y")) {
		t.Error("the hash does not depend on the data")
	}
}

func TestInline(t *testing.T) {
	for _, tt := range []struct {
		policy Inline
		size   int
		want   bool
	}{
		{InlineAuto, InlineLimit - 1, true}, {InlineAuto, InlineLimit, false}, {"", 10, true},
		{InlineAlways, 1 << 20, true}, {InlineNever, 0, false},
	} {
		if got := tt.policy.Sheet(tt.size); got != tt.want {
			t.Errorf("%s.Sheet(%d) = %v", tt.policy, tt.size, got)
		}
	}
}
