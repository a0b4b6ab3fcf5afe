// Runs VS Code's own engine over samples: what a piece of text is taken for, and where embedded languages end.
import { test } from "node:test";
import assert from "node:assert/strict";
import fs from "node:fs";
import { tokens } from "./engine.mjs";

// check wants of each text, which stands in the source (the nth time where #n follows), that its scopes hold the words,
// and not those with a ! before them.
function check(name, source, wants) {
  test(name, () => {
    const all = tokens(source);
    for (const [text, ...words] of wants) {
      const [piece, nth] = text.split("#@");
      const found = all.filter((t) => t.text.trim() === piece);
      const t = found[(nth ?? 1) - 1];
      assert.ok(t, `no token ${JSON.stringify(piece)} in:\n${all.map((t) => `${t.line}: ${JSON.stringify(t.text)} ${t.scopes}`).join("\n")}`);
      for (const w of words) {
        if (w.startsWith("!")) {
          assert.ok(!t.scopes.includes(w.slice(1)), `${JSON.stringify(piece)} is in ${t.scopes}`);
        } else {
          assert.ok(t.scopes.includes(w), `${JSON.stringify(piece)} is not ${w} but ${t.scopes}`);
        }
      }
    }
  });
}

check("the fence is Go, up to its end", '---\nimport Card "../components/Card.gosite"\n\ntype Props struct {\n\tTitle string `prop:",required"`\n}\n\nif x := f(); x {\n\treturn nil\n}\n---\n<p>type</p>\n', [
  ["---", "fence.begin"],
  ["import", "source.go", "keyword"],
  ["Card", "support.class.component"],
  ["struct", "source.go"],
  ["Title", "source.go"],
  ["return", "source.go", "keyword"],
  ["---#@2", "fence.end", "!source.go"],
  ["p", "entity.name.tag", "!source.go"],
  ["type#@2", "!source.go", "!keyword"],
]);
check("an unclosed bracket in the fence ends with it", "---\nx := f(\n---\n<p>hi</p>", [["p", "entity.name.tag", "!source.go"]]);
check("no fence", "<!doctype html>\n<p>a --- b</p>\n---\n", [["doctype", "doctype"], ["a --- b", "!source.go"]]);
check("tags", '<Card title="Tea" {...}/><icons.Leaf /><my-tag a=b c /><slot name="x" /><></>\n<Table[User] rows={us}></Table>', [
  ["Card", "support.class.component"],
  ["title", "attribute-name"],
  ["Tea", "string.quoted.double"],
  ["icons.Leaf", "support.class.component"],
  ["my-tag", "entity.name.tag", "!support.class"],
  ["b", "string.unquoted"],
  ["c", "attribute-name"],
  ["slot", "keyword.other.tag"],
  ["Table", "support.class.component"],
  ["User", "type-arguments"],
  ["us", "source.go"],
]);
check("directives and expressions in attributes", '<b class:list={"a", "on": x > 1} href=`/p/${id + 1}/q` {title} {rest...} disabled={f("}")} on:x=\'y\' server:defer>t</b>', [
  ["class:list", "keyword.other.directive"],
  ["on", "string.quoted.double.go"],
  [">", "keyword.operator.go"],
  ["/p/", "string.template", "!source.go"],
  ["id", "source.go"],
  ["/q", "string.template", "!source.go"],
  ["title", "source.go"],
  ["...", "ellipsis"],
  ["disabled", "attribute-name"],
  ["server:defer", "keyword.other.directive"],
  ["t", "!source.go", "!meta.tag"],
]);
check("braces", "<p>{user.Name} it's {len(xs) <= 3} a &amp; b {/* <b> */}{// x }\n}{map[string]int{\"a\": 1}[k]}, so</p>", [
  ["user", "source.go"],
  ["it's", "!source.go"],
  ["len", "builtin"],
  ["<=", "keyword.operator.go"],
  ["&amp;", "constant.character.entity"],
  ["k", "source.go"],
  [", so", "!source.go"],
  ["p#@2", "entity.name.tag"],
]);
check("control flow holds markup", '{if a < b && f(T{1}) {\n  <p>if {x}</p> and text\n} else if c {\n  <Card />\n} else {\n  else\n}}\n{for _, x := range []int{1, 2} {\n  <li>{x}</li>\n}}\n<b>end</b>', [
  ["if", "keyword.control"],
  ["<", "keyword.operator.go"],
  ["if#@2", "!keyword"],
  ["p", "entity.name.tag"],
  ["and text", "!source.go"],
  ["else", "keyword.control"],
  ["if#@3", "keyword.control"],
  ["Card", "support.class.component"],
  ["else#@3", "!keyword"],
  ["range", "keyword.control"],
  ["li", "entity.name.tag"],
  ["end", "!meta.control", "!source.go"],
]);
check("switch", '{switch x := v.(type) {\ncase int:\n  <i>{x}</i>\ncase []string, map[string]int:\n  <b>in case of: x</b>\ndefault:\n  <></>\n}}\n<u>end</u>', [
  ["switch", "keyword.control"],
  ["case", "keyword.control"],
  ["int", "storage.type"],
  ["i", "entity.name.tag"],
  ["in case of: x", "!keyword", "!source.go"],
  ["default", "keyword.control"],
  ["end", "!meta.control"],
]);
check("markup in Go, slots with arguments", '{row := func(u User) site.Node { return <tr><td>{u.Name} isn\'t</td></tr> }}{f(<b class="x">one</b>, 2 < y)}\n<L>{func(u User, i int) { <td>{i}. func</td> }}</L><p>end</p>', [
  ["func", "keyword.function"],
  ["return", "keyword.control"],
  ["tr", "entity.name.tag"],
  ["u#@2", "source.go"],
  ["isn't", "!keyword"],
  ["b", "entity.name.tag"],
  ["one", "!variable.other.go"],
  ["y", "source.go"],
  ["func#@2", "keyword.function"],
  [". func", "!keyword.function"],
  ["end", "!source.go", "!meta.markup"],
]);
check("scripts, styles and raw elements", '<style is:global define:vars={x}>\n  .a { color: red; } :global(b) { margin: 0 }\n</style>\n<script>\n  const a = {b: "</p>"}; if (a) { track(`${a}`) }\n</script>\n<script type="application/ld+json">{"a": 1}</script><math>{x}</math><p>{y}</p>', [
  ["is:global", "directive"],
  ["x", "source.go"],
  ["color", "source.css"],
  [":global", "pseudo-class"],
  ["const", "source.ts", "!source.go"],
  ["track", "source.ts"],
  ["1", "source.json"],
  ["{x}", "string.unquoted.raw", "!source.go"],
  ["y", "source.go", "!source.ts"],
]);

test("a whole page of the documentation ends where it begins", () => {
  const root = new URL("../../../website/src/", import.meta.url);
  let files = 0;
  for (const dir of ["components/", "layouts/", "pages/", "pages/demo/"]) {
    for (const name of fs.readdirSync(new URL(dir, root)).filter((n) => n.endsWith(".gosite"))) {
      const source = fs.readFileSync(new URL(dir + name, root), "utf8");
      const all = tokens(source + "\n<zzz>");
      const last = all.filter((t) => t.text === "zzz").pop();
      assert.ok(last, `${dir}${name}: the end is no tag`);
      assert.equal(last.scopes, "text.html.gosite meta.tag.gosite entity.name.tag.html", dir + name);
      assert.ok(!all.some((t) => t.scopes.includes("invalid")), `${dir}${name}: ${JSON.stringify(all.find((t) => t.scopes.includes("invalid")))}`);
      files++;
    }
  }
  assert.ok(files > 10);
});
