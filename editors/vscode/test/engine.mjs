// VS Code's own engine with the grammar, and those of the languages that it embeds.
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
const oniguruma = require("vscode-oniguruma");
const textmate = require("vscode-textmate");

const here = new URL("..", import.meta.url);
const grammars = {
  "text.html.gosite": new URL("syntaxes/gosite.tmLanguage.json", here),
  "source.go": new URL("node_modules/tm-grammars/grammars/go.json", here),
  "source.css": new URL("node_modules/tm-grammars/grammars/css.json", here),
  "source.ts": new URL("node_modules/tm-grammars/grammars/typescript.json", here),
  "source.json": new URL("node_modules/tm-grammars/grammars/json.json", here),
};

await oniguruma.loadWASM(fs.readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")).buffer);
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (s) => new oniguruma.OnigString(s),
  }),
  loadGrammar: async (scope) =>
    grammars[scope] ? textmate.parseRawGrammar(fs.readFileSync(grammars[scope], "utf8"), "grammar.json") : null,
});
const grammar = await registry.loadGrammar("text.html.gosite");

// tokens gives the pieces of a text with their scopes, outermost first, and their lines.
export function tokens(source) {
  const out = [];
  let state = textmate.INITIAL;
  for (const [n, line] of source.split("\n").entries()) {
    const r = grammar.tokenizeLine(line, state, 5000);
    assert.ok(!r.stoppedEarly, `line ${n + 1} takes too long`);
    for (const t of r.tokens) {
      out.push({ text: line.slice(t.startIndex, t.endIndex), scopes: t.scopes.join(" "), line: n + 1 });
    }
    state = r.ruleStack;
  }
  return out;
}
