package site_test

import (
	"encoding/json"
	"errors"
	"math"
	"testing"

	"sitegen.dev/core/site"
)

func TestScriptVars(t *testing.T) {
	js := func(vs ...site.JSVar) string {
		got, _ := render(t, func(w *site.Writer) { site.ScriptVars(w, vs...) })
		return got
	}
	for _, tt := range []struct{ got, want string }{
		{js(), ""},
		{js(site.Var("a", 1), site.Var("$b_2", "x")), "const a = 1;\nconst $b_2 = \"x\";\n"},
		{js(site.Var("a", `</script><!-- ]]> & "'\`+"\n\u2028\u2029")), "const a = \"\\u003c/script\\u003e\\u003c!-- ]]\\u003e \\u0026 \\\"'\\\\\\n\\u2028\\u2029\";\n"},
		{js(site.Var("a", tone("<"))), "const a = \"\\u003c\";\n"},
		{js(site.Var("a", "日本")), "const a = \"日本\";\n"},
		{js(site.Var("a", "\xff")), "const a = \"\\ufffd\";\n"},
		{js(site.Var("a", site.HTML("<b>"))), "const a = \"\\u003cb\\u003e\";\n"},
		{js(site.Var("a", site.JS("alert(1)"))), "const a = \"alert(1)\";\n"},
		{js(site.Var("a", true)), "const a = true;\n"},
		{js(site.Var("a", 1.5), site.Var("b", 1e21), site.Var("c", 3.0), site.Var("d", math.Copysign(0, -1)), site.Var("e", 1e15)), "const a = 1.5;\nconst b = 1e+21;\nconst c = 3;\nconst d = -0;\nconst e = 1000000000000000;\n"},
		{js(site.Var[any]("a", nil)), "const a = null;\n"},
		{js(site.Var("a", []string{"x", "<"})), "const a = [\"x\",\"\\u003c\"];\n"},
		{js(site.Var("a", map[string]any{"b": 1, "</script>": 2})), "const a = {\"\\u003c/script\\u003e\":2,\"b\":1};\n"},
		{js(site.Var("a", struct {
			X int    `json:"x"`
			Y string `json:"-"`
		}{1, "secret"})), "const a = {\"x\":1};\n"},
		{js(site.Var("a", json.RawMessage("{ \"x\": \"<\u2028\" }"))), "const a = {\"x\":\"\\u003c\\u2028\"};\n"},
		{js(site.Var("a", map[string]any{"__proto__": map[string]any{"admin": true}, "b": "__proto__"})), "const a = {[\"__proto__\"]:{\"admin\":true},\"b\":\"__proto__\"};\n"},
		{js(site.Var("a", json.RawMessage(`{"\u005f_proto__":1,"x":"\"__proto__\":","\"__proto__":2}`))), "const a = {[\"__proto__\"]:1,\"x\":\"\\\"__proto__\\\":\",\"\\\"__proto__\":2};\n"},
		{js(site.Var("größe", 1)), "const größe = 1;\n"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestScriptVarsRefused(t *testing.T) {
	for _, name := range []string{"", "1a", "a b", "a-b", "a;alert(1)//", "a=1", "</script>", "class", "let", "await", "eval", "undefined", "a.b", "a\u2028", "\xff", "a\u200d"} {
		e := failure(t, func(w *site.Writer) { site.ScriptVars(w, site.Var(name, 1)) })
		if e.Hint == "" {
			t.Errorf("%q: no hint", name)
		}
	}
	w := site.NewWriter(nil)
	site.ScriptVars(w, site.Var("a", func() {}))
	var e *site.ValueError
	var j *json.UnsupportedTypeError
	if err := w.End(); !errors.As(err, &e) || !errors.As(err, &j) {
		t.Errorf("got %v", err)
	}
	w = site.NewWriter(nil)
	site.ScriptVars(w, site.Var("a", math.NaN()))
	if w.End() == nil {
		t.Error("NaN is accepted")
	}
}
