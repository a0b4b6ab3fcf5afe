package site

import "testing"

func TestCompose(t *testing.T) {
	w := NewWriter(nil)
	w.S("kept")
	for _, tt := range []struct{ what, got, want string }{
		{"concat", Concat(w, Lit("a&b "), Hole(3), Hole(`"<`)), `a&b 3"<`},
		{"url", URLConcat(w, "href", Lit("/p/"), Hole("a b/../c"), Lit("?q="), Hole("x&y")), "/p/a%20b/../c?q=x%26y"},
		{"url with &", URLConcat(w, "href", Lit("/?a=1&b="), Hole(2)), "/?a=1&b=2"},
		{"bad url", URLConcat(w, "href", Hole("javascript:alert(1)"), Hole("")), "about:invalid#sitegen"},
		{"classes", ClassNames(w, C("a"), CIf("b", true), CIf("c", false), C(`x"y`)), `a b x"y`},
		{"no classes", ClassNames(w, CIf("c", false)), ""},
		{"styles", string(StyleText(w, D("color", "red"), Decls("margin: 0; padding: 1px"), Decls(CSS("--x: url(y)")))), "color:red;margin:0;padding:1px;--x: url(y)"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s = %q, want %q", tt.what, tt.got, tt.want)
		}
	}
	if string(w.Bytes()) != "kept" || w.Err() != nil {
		t.Errorf("writer holds %q, %v", w.Bytes(), w.Err())
	}
	m := Merge(Attrs{"a": 1, "b": 1}, nil, Attrs{"b": 2})
	if len(m) != 2 || m["b"] != 2 {
		t.Errorf("Merge = %v", m)
	}
}
