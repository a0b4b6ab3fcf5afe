package syntax

import (
	"fmt"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{"---\nx :=‸ 1\ny := 2\n---\n", "item x := 1"},
		{"---\nx := 1‸\ny := 2\n---\n", "item x := 1"},
		{"---‸\nx := 1\n---\n", ""},
		{"---\nx := 1\n---\n<p>‸a</p>", "Element Text"},
		{"<p>‸</p>", "Element"},
		{"<‸p>a</p>", "Element"},
		{"a‸<p>b</p>", "Element"},
		{"<p>b</p>‸", ""},
		{"‸a", "Text"},
		{"<p class=\"a‸\">b</p>", "Element @class"},
		{"<p ‸class=\"a\">b</p>", "Element @class"},
		{"<p‸ class=\"a\">b</p>", "Element"},
		{"<p title={user.‸}>b</p>", "Element @title go user."},
		{"<p title={‸user}>b</p>", "Element @title go user"},
		{"<p title‸={user}>b</p>", "Element @title"},
		{"<p class:list={a, \"b\": ‸c}>b</p>", "Element @class:list go c"},
		{"<p class:list={a, \"‸b\": c}>b</p>", "Element @class:list go \"b\""},
		{"<a href=`/x/${i‸d}`>b</a>", "Element @href go id"},
		{"<a href=`/‸x/${id}`>b</a>", "Element @href"},
		{"<p {na‸me} {rest...}>b</p>", "Element @name go name"},
		{"<p {name} {re‸st...}>b</p>", "Element @ go rest"},
		{"{us‸er}", "ExprNode go user"},
		{"{user‸}", "ExprNode go user"},
		{"{f(<b>‸x</b>)}", "ExprNode Element Text"},
		{"{f(<b class‸=\"a\">x</b>)}", "ExprNode Element @class"},
		{"{f(‸<b>x</b>)}", "ExprNode Element"},
		{"{f(<b>x</b>‸)}", "ExprNode go f(<b>x</b>)"},
		{"<A b={<i c={d‸}/>}/>", "Element Element @c go d"},
		{"<A b={<i>‸d</i>}/>", "Element Element Text"},
		{"{x := f(‸)}", "Stmt go x := f()"},
		{"{if a.‸b { <p>c</p> } else { d }}", "If go a.b"},
		{"{if a.b { <p>c</p> } else { ‸d }}", "If Text"},
		{"{if a.b ‸{ <p>c</p> } else { d }}", "If"},
		{"{for _, x := range x‸s { <li>{x}</li> }}", "For go _, x := range xs"},
		{"{for _, x := range xs { <li>{‸x}</li> }}", "For Element ExprNode go x"},
		{"{switch k‸ind { case a: <b/> default: <i/> }}", "Switch go kind"},
		{"{switch kind { case a‸: <b/> default: <i/> }}", "Switch go a"},
		{"{switch kind { case a: <b/> default: <‸i/> }}", "Switch Element"},
		{"<T>{func(a int) { <td>{a‸}</td> }}</T>", "Element SlotFunc Element ExprNode go a"},
		{"{/* ‸ */}", "GoComment"},
		{"<!-- ‸ -->", "Comment"},
		{"<script>‸x</script>", "Element Text"},
		{"<p>{user.‸\n</p>", "Element ExprNode go user."},
	} {
		off := strings.Index(tt.src, "‸")
		src := strings.Replace(tt.src, "‸", "", 1)
		f, _ := Parse("find.gosite", []byte(src))
		p := f.Find(off)
		var got []string
		if p.Item != nil {
			got = append(got, "item "+p.Item.Text(f.Src))
		}
		for _, n := range p.Path {
			got = append(got, strings.TrimPrefix(fmt.Sprintf("%T", n), "*syntax."))
		}
		if p.Attr != nil {
			got = append(got, "@"+p.Attr.Name)
		}
		if p.Expr != nil {
			got = append(got, "go "+p.Expr.Text(f.Src))
		}
		if g := strings.Join(got, " "); g != tt.want {
			t.Errorf("Find in %q: %s; want %s", tt.src, g, tt.want)
		}
		if (p.Node() == nil) != (len(p.Path) == 0) {
			t.Errorf("Find in %q: node %v of %d", tt.src, p.Node(), len(p.Path))
		}
	}
	f, _ := Parse("find.gosite", []byte("<p>"))
	for _, off := range []int{-1, 4, 100} {
		if p := f.Find(off); p.Node() != nil {
			t.Errorf("Find(%d) is %v", off, p.Node())
		}
	}
}
