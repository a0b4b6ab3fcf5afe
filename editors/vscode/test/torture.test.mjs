// What is hard to colour: each piece is right as it stands, by the compiler's own parser, and what follows it must be
// coloured as if it were not there. Then what is half typed: it may be coloured wrongly, and what comes after the next end
// tag may not.
import { test } from "node:test";
import assert from "node:assert/strict";
import { tokens } from "./engine.mjs";

const whole = [
  "<p>{f(map[string]struct{A int}{\"a}\": {1}})}</p>",
  "<p>{string('}')}{string('{')}{string('\\'')}{string('\"')}</p>",
  "<p>{`}`}{\"}\"}{`a\n}\nb`}</p>",
  "<p>{f(`{`, \"{\", '{')}</p>",
  "<p title={f(\"}\")} class={`{`}>x</p>",
  "<p title=`a } ${f(\"}\", `x`)} b`>x</p>",
  "<p>{/* } */ x}</p>",
  "<p>{x // }\n}</p>",
  "{if x == '}' {\n<b/>\n}}",
  "{if s == \"{\" && t == `}` {\n<b/>\n}}",
  "{if f := func() bool { return true }; f() {\n<b>x</b>\n}}",
  "{for _, x := range []struct{a int}{{1},{2}} {\n<b>{x.a}</b>\n}}",
  "{for _, x := range map[string][]int{\"a\": {1}} {\n<b>{x}</b>\n}}",
  "{for i := 0; i < 10; i++ { <b>{i}</b> }}",
  "{for {\n<b/>{break}\n}}",
  "{switch {\ncase x < 1:\n<b/>\ncase x > 2, y[1:2] != nil:\n<i/>\ndefault:\n<></>\n}}",
  "{switch x := y.(type) {\ncase map[string]interface{}:\n<b>{x}</b>\n}}",
  "{switch s {\ncase \"a:b\":\n<b/>\ncase `c}`, 'd':\n<b/>\n}}",
  "{if a { x } else if b { y } else { z }}",
  "{if a {\n  it's {b} and \"quotes\"\n}}",
  "<Table[map[string][]User] rows={rows[int]{1}} /><p>x</p>",
  "<Table[User, func(a int) bool] rows={f[int](x)}>{func(u User) { <td>{u.Name}</td> }}</Table>",
  "---\nfunc Map[T any, U ~int | ~string](x []T) []U { return nil }\n---\n<p>{Map[int, string](x)}</p>",
  "<script>const a = \"<\\/script>\"; const b = `}${x}`; // </p>\n</script><p>{x}</p>",
  "<script>/* unclosed\n</script><p>{x}</p>",
  "<script>const a = `unclosed\n</script><p>{x}</p>",
  "<script>const a = 'unclosed\n</script><p>{x}</p>",
  "<script>const a = \"x</script><p>{x}</p>",
  "<script>a = /[/}]/; // x</script><p>{x}</p>",
  "<script type=\"module\" src={x}></script><p>{x}</p>",
  "<SCRIPT>let a = 1</SCRIPT><p>{x}</p>",
  "<script\n  type=\"text/plain\"\n>\n a { b\n</script\n><p>{x}</p>",
  "<style>/* unclosed\n</style><p>{x}</p>",
  "<style>a { b: \"unclosed\n</style><p>{x}</p>",
  "<style>a { b: url(x\n</style><p>{x}</p>",
  "<style>a {</style><p>{x}</p>",
  "<style>@media (x) { a { b: c }</style><p>{x}</p>",
  "<style lang=\"scss\">$a: 1; a { &:b { c: $a } }</style><p>{x}</p>",
  "<style is:inline set:html={x}></style><p>{x}</p>",
  "<textarea>{x} < y</textarea><p>{x}</p>",
  "<pre is:raw>{ if } <b> {{x}}</pre><p>{x}</p>",
  "<div is:raw>{ unclosed</div><p>{x}</p>",
  "<code is:raw>a {b</code>",
  "<iframe>{x</iframe>",
  "<xmp>{</xmp>",
  "<script type=\"application/json\" set:html={x}></script><p>{x}</p>",
  "<script define:vars={a, b: c}>x(a)</script><p>{x}</p>",
  "<script is:inline>if (a < b) { \"}\" }</script><p>{x}</p>",
  "<script>a <!-- b\n</script><p>{x}</p>",
  "<a href=/x/y class=a>x</a>",
  "<a href='a>b' title=\"c>d\">x</a>",
  "<a x={func() int { return 1 }()} y={<b>1</b>} z={<Card a={1} />}>x</a>",
  "<a x={a > b && c < d}>x</a>",
  "<a x={a<b}>x</a>",
  "<a @click=\"x\" :b=\"c\" on:click={d} x.y=\"z\">x</a>",
  "<Card\n  a=\"b\"\n  c={d}\n  {e}\n/>\n<p>{x}</p>",
  "<Card icon={<svg><path d=\"M0 0\" /></svg>} title={<>a {b} c</>} />",
  "<Card a={[]site.Node{<b>1</b>, <i>2</i>}} />",
  "<p class:list={\"a\", x, \"b\": y > 1, f(map[string]int{\"c\": 1})}>x</p>",
  "<a title=\"it's {not} go\">x</a>",
  "<a title='say \"x\"'>x</a>",
  "<input disabled value=\"a\"><br><img src=\"a\" alt><p>{x}</p>",
  "<!-- {x --><p>{x}</p>",
  "<!-- a -- b --- c --><p>{x}</p>",
  "<!----><p>{x}</p>",
  "{/* <!-- */}<p>{x}</p>",
  "<!-- {/* --><p>x</p>",
  "{f(<b>it's</b>)}{f(<b/>, <i/>)}{f(<><b/><i/></>)}<p>x</p>",
  "{f(<b>\n  text (with) [brackets], and; {x}\n</b>)}<p>x</p>",
  "{row := func(u User) site.Node { return <tr>{u.Name}, x</tr> }}<p>{row(u)}</p>",
  "{when(x, <b>1 > 0</b>)}<p>x</p>",
  "{f(<img src=\"x\">)}<p>x</p>",
  "{f(<a href=\"x\">b</a>, c)}<p>x</p>",
  "{x := <p>a<br>b</p>}{x}",
  "{f(<script>a}</script>)}<p>x</p>",
  "{f(<style>a{</style>)}<p>x</p>",
  "{f(<p title=\"a>b\">c</p>)}<p>x</p>",
  "{func(a int) { <td>{a}</td> }}<p>x</p>",
  "{if x { {if y { <b/> }} }}<p>x</p>",
  "{if x {\n{for _, y := range z {\n{switch y {\ncase 1:\n<b/>\n}}\n}}\n} else {\n<i/>\n}}<p>x</p>",
  "{x := 1}{x++}{var y = 2}{const z = 3}{continue}<p>x</p>",
  "<p>&amp; &#x1F343; & < 3 > 2</p>",
  "---\nx := `---`\n/*\n---\n*/\ny := '}'\nz := `\n---\n`\n---\n<p>{x}</p>",
  "---\n// it's \"a\n/* \" */\nx := \"a // b\"\n---\n<p>{x}</p>",
  "---\r\nx := 1\r\n---\r\n<p>{x}</p>",
  "﻿---\nx := 1\n---\n<p>{x}</p>",
  "--- \nx := 1\n--- \n<p>x</p>",
];

const outermost = "text.html.gosite meta.tag.gosite entity.name.tag.html";

function after(source) {
  const last = tokens(source + "\n<zzz>").filter((t) => t.text === "zzz").pop();
  return last ? last.scopes : "no tag";
}

test("what is whole ends where it ends", () => {
  for (const source of whole) {
    assert.equal(after(source), outermost, source);
  }
});

const half = [
  "{", "{us", "{user.", "{f(", "{f(a, ", "{if", "{if x", "{for _, x := range xs", "{x := func() {", "<Card", "<Card title=", "<Card title={",
  "<Card title={x", "<Card {", '<p class:list={"a", ', "<Table[", "<Table[User", "<", "</", "</p", "}", "{/* a */", "{map[string]int{",
  '{"a', "{'", "<a href=`/x/${id", "{[]", "{x[1:", "{case", "&am", "<b", "{f(<b>", "<script>`", "<style>a {", "<style>/*", '<script>"',
];

test("what is half typed ends with the element around it", () => {
  for (const h of half) {
    const source = `<main>\n<section>\n  ${h}${h.startsWith("<s") ? `</${h.slice(1).split(">")[0]}>` : ""}\n</section>\n<p>text</p>\n</main>`;
    assert.equal(after(source), outermost, h);
  }
});

// A block that lacks its end holds the markup behind it, as the compiler has it: that stays markup.
test("markup behind a block without end is markup", () => {
  for (const h of ["{if x {", "{for _, x := range xs {", "{switch x {\ncase 1:", "{func(a int) {"]) {
    const last = tokens(`<main>\n${h}\n</main>\n<zzz>{y}`);
    assert.match(last.find((t) => t.text === "zzz").scopes, /meta\.tag\.gosite entity\.name\.tag\.html$/, h);
    assert.match(last.find((t) => t.text === "y").scopes, /source\.go/, h);
  }
});

test("a fence that is not closed is Go, whatever is open in it", () => {
  for (const h of ["x := f(", "x := []int{", "type Props struct {", 'x := "a', "x := '"]) {
    assert.equal(after(`---\n${h}\n---\n<p>text</p>`), outermost, h);
  }
});

test("long files are done line by line", () => {
  const line = '  <a href="/" class:list={"a", x > 1}>{user.Name} it\'s</a>\n';
  assert.equal(after("<main>\n" + line.repeat(2000) + "</main>"), outermost);
});
