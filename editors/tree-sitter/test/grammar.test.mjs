// Holds that src/grammar.json is what grammar.js says. The functions of a grammar are few and do next to nothing, so they
// are written out here: the program that has them is not to be had from a registry.
import { test } from "node:test";
import assert from "node:assert/strict";
import fs from "node:fs";
import vm from "node:vm";

const here = new URL("..", import.meta.url);

function rule(x) {
  if (typeof x === "string") return { type: "STRING", value: x };
  if (x instanceof RegExp || Object.prototype.toString.call(x) === "[object RegExp]") {
    return x.flags ? { type: "PATTERN", value: x.source, flags: x.flags } : { type: "PATTERN", value: x.source };
  }
  assert.ok(x && typeof x.type === "string", `no rule: ${x}`);
  return x;
}

const blank = { type: "BLANK" };
const precedence = (type) => (value, content) => ({ type, value, content: rule(content) });
const dsl = {
  seq: (...members) => ({ type: "SEQ", members: members.map(rule) }),
  choice: (...members) => ({ type: "CHOICE", members: members.map(rule) }),
  optional: (content) => dsl.choice(content, blank),
  repeat: (content) => ({ type: "REPEAT", content: rule(content) }),
  repeat1: (content) => ({ type: "REPEAT1", content: rule(content) }),
  field: (name, content) => ({ type: "FIELD", name, content: rule(content) }),
  alias: (content, value) => ({
    type: "ALIAS",
    content: rule(content),
    named: typeof value !== "string",
    value: typeof value === "string" ? value : value.name,
  }),
  token: Object.assign((content) => ({ type: "TOKEN", content: rule(content) }), {
    immediate: (content) => ({ type: "IMMEDIATE_TOKEN", content: rule(content) }),
  }),
  prec: precedence("PREC"),
  grammar: (options) => options,
};

test("src/grammar.json is what grammar.js says", () => {
  const module = { exports: {} };
  vm.runInNewContext(fs.readFileSync(new URL("grammar.js", here), "utf8"), { module, ...dsl });
  const { name, rules, externals, extras, conflicts, inline, ...rest } = module.exports;
  assert.deepEqual(rest, {}, "this test knows nothing of these");

  const $ = new Proxy({}, { get: (_, name) => ({ type: "SYMBOL", name }) });
  const got = {
    name,
    rules: Object.fromEntries(Object.entries(rules).map(([name, of]) => [name, rule(of($))])),
    extras: [...extras($)].map(rule),
    conflicts: [...conflicts($)].map((c) => [...c].map((s) => s.name)),
    precedences: [],
    externals: [...externals($)].map(rule),
    inline: [...inline($)].map((s) => s.name),
    supertypes: [],
    reserved: {},
  };
  const { $schema, ...want } = JSON.parse(fs.readFileSync(new URL("src/grammar.json", here), "utf8"));
  assert.deepEqual(JSON.parse(JSON.stringify(got)), want);
  assert.deepEqual(Object.keys(got.rules), Object.keys(want.rules), "the first rule is where parsing starts");
});

test("the tokens of src/scanner.c are the externals of the grammar", () => {
  const { externals } = JSON.parse(fs.readFileSync(new URL("src/grammar.json", here), "utf8"));
  const scanner = fs.readFileSync(new URL("src/scanner.c", here), "utf8");
  const tokens = scanner
    .match(/enum Token \{([^}]*)\}/)[1]
    .split("\n")
    .map((line) => line.match(/^\s*(\w+),/)?.[1])
    .filter(Boolean);
  assert.equal(tokens.length, externals.length);
  for (const [i, e] of externals.entries()) {
    const name = e.name.replace(/^_/, "").toUpperCase();
    assert.equal(tokens[i], name, "one is named, or stands, elsewhere");
  }
});

test("tree-sitter.json and package.json agree", () => {
  const read = (name) => JSON.parse(fs.readFileSync(new URL(name, here), "utf8"));
  const { grammars, metadata } = read("tree-sitter.json");
  const pkg = read("package.json");
  assert.equal(metadata.version, pkg.version);
  for (const key of ["highlights", "injections"]) {
    assert.ok(fs.existsSync(new URL(grammars[0][key], here)), grammars[0][key]);
  }
});
