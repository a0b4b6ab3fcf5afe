// Runs the extension against a stand-in for VS Code: what it registers, says and starts. The language server has tests of
// its own, which speak the protocol.
import { test } from "node:test";
import assert from "node:assert/strict";
import { execSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import Module, { createRequire } from "node:module";
const require = createRequire(import.meta.url);
const here = new URL("..", import.meta.url);
const manifest = JSON.parse(fs.readFileSync(new URL("package.json", here), "utf8"));

// stage gives a fresh extension and what it did. programs are files that exist; fails makes the server fail to start.
function stage({ settings = {}, files = [], fails = false, answer = null, written = "html", file = "../src/extension.js" } = {}) {
  const did = { commands: {}, warnings: [], clients: [], snippets: [], providers: {}, log: [] };
  const listeners = {};
  const position = (line, character) => ({
    line, character, translate: (a, b) => position(line + a, character + b), isEqual: (p) => p.line === line && p.character === character,
  });
  const vscode = {
    workspace: {
      getConfiguration: () => ({ get: (name) => ({ autoClosingTags: true, ...settings })[name] }),
      onDidChangeConfiguration: (f) => ((listeners.configuration = f), {}),
      onDidChangeTextDocument: (f) => ((listeners.text = f), {}),
      findFiles: async () => files.map((fsPath) => ({ fsPath })),
      getWorkspaceFolder: () => ({ uri: { fsPath: "/home/me/tea" } }),
    },
    window: {
      createOutputChannel: () => ({ appendLine: (l) => did.log.push(l), show() {} }),
      showWarningMessage: async (...m) => (did.warnings.push(m), answer),
    },
    commands: {
      registerCommand: (name, f) => ((did.commands[name] = f), {}),
      executeCommand: (...c) => did.log.push(c.join(" ")),
    },
    languages: { registerCompletionItemProvider: (language, p, ...triggers) => ((did.providers[language] = p), (did.triggers = triggers), {}) },
    CompletionItem: class { constructor(label, kind) { Object.assign(this, { label, kind }); } },
    CompletionItemKind: { Property: 9 },
    CompletionList: class { constructor(items, isIncomplete) { Object.assign(this, { items, isIncomplete }); } },
    l10n: { t: (s) => s },
    Range: class { constructor(...at) { this.at = at; } },
    env: { openExternal: (u) => did.log.push("open " + u) },
    Uri: { parse: (s) => s },
    tasks: { registerTaskProvider: (type, p) => ((did.providers[type] = p), {}) },
    Task: class { constructor(definition, scope, name, source, execution, matcher) { Object.assign(this, { definition, scope, name, source, execution, matcher }); } },
    ProcessExecution: class { constructor(command, args, options) { Object.assign(this, { command, args, options }); } },
    TaskGroup: { Build: "build", Test: "test" },
    SnippetString: class { constructor(value) { this.value = value; } },
  };
  class LanguageClient {
    constructor(id, name, server, options) { Object.assign(this, { id, name, server, options, state: 1, asked: [] }); did.clients.push(this); }
    async start() { if (fails) throw new Error("it is no program"); this.state = 2; }
    async stop() { this.state = 1; }
    async dispose() {}
    async sendRequest(method, params) { this.asked.push([method, params]); return method === "sitegen/language" ? written : "$0</b>"; }
  }
  // The language client, where it is the real one, extends classes that do not matter here.
  const whole = new Proxy(vscode, { get: (of, name) => (name in of ? of[name] : class {}) });
  const load = Module._load;
  Module._load = (name, ...rest) =>
    name === "vscode" ? whole : name === "vscode-languageclient/node" ? { LanguageClient, State: { Running: 2 } } : load(name, ...rest);
  for (const name of ["extension", "closetag", "emmet", "tasks", "find"]) {
    delete require.cache[require.resolve(`../src/${name}.js`)];
  }
  const extension = require(file);
  Module._load = load;
  return { did, listeners, vscode, position, extension, context: { subscriptions: [] } };
}

const real = process.execPath; // some program that exists

test("what is packaged loads, and registers all of it", async () => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "gosite-")), "extension.js");
  const build = manifest.scripts.build.replace(manifest.main.slice(2), file);
  execSync(build, { cwd: here, stdio: "pipe", env: { ...process.env, PATH: `node_modules/.bin:${process.env.PATH}` } });
  const s = stage({ settings: { command: "/nowhere/sitegen" }, file });
  fs.rmSync(path.dirname(file), { recursive: true });
  await s.extension.activate(s.context);
  assert.deepEqual(Object.keys(s.did.commands).sort(), manifest.contributes.commands.map((c) => c.command).sort());
  assert.deepEqual(Object.keys(s.did.providers).sort(), ["gosite", "sitegen"]);
  assert.match(s.did.warnings[0][0], /no program/);
});

test("the server starts with the settings, stops, and starts again", async () => {
  const s = stage({ settings: { command: real, gopls: "off" } });
  await s.extension.activate(s.context);
  assert.deepEqual(s.did.clients[0].server, { command: real, args: ["lsp", "--gopls", "off"] });
  assert.deepEqual(s.did.warnings, []);
  await s.did.commands["gosite.start"]();
  assert.equal(s.did.clients.length, 1, "it runs already");
  await Promise.all([s.did.commands["gosite.restart"](), s.did.commands["gosite.restart"]()]);
  assert.deepEqual(s.did.clients.map((c) => c.state), [1, 1, 2]);
  await s.listeners.configuration({ affectsConfiguration: (n) => n === "gosite.command" });
  assert.deepEqual(s.did.clients.map((c) => c.state), [1, 1, 1, 2]);
  await s.did.commands["gosite.stop"]();
  await s.extension.deactivate();
  assert.deepEqual(s.did.clients.map((c) => c.state), [1, 1, 1, 1]);
});

test("every command of the manifest is there", async () => {
  const s = stage({ settings: { command: real } });
  await s.extension.activate(s.context);
  assert.deepEqual(Object.keys(s.did.commands).sort(), manifest.contributes.commands.map((c) => c.command).sort());
});

test("without the program it says so and what to do, and does not hang", async () => {
  const s = stage({ settings: { command: "/nowhere/sitegen" }, answer: "Set the program" });
  await s.extension.activate(s.context);
  assert.match(s.did.warnings[0][0], /no program \/nowhere\/sitegen, which the setting gosite.command names/);
  assert.equal(s.did.clients.length, 0);
  await new Promise(setImmediate);
  assert.ok(s.did.log.includes("workbench.action.openSettings gosite.command"), s.did.log.join("\n"));
  await s.did.commands["gosite.restart"]();
  assert.equal(s.did.warnings.length, 2);
});

test("a program that is none is named", async () => {
  const s = stage({ settings: { command: real }, fails: true });
  await s.extension.activate(s.context);
  assert.match(s.did.warnings[0][0], /lsp cannot be started.*it is no program/);
  await s.extension.deactivate();
});

test("the program is looked for on PATH and where go install puts it", () => {
  const { find } = require("../src/find.js");
  const os = (platform, ...files) => ({ platform, home: platform === "win32" ? "C:\\Users\\a" : "/home/a", exists: (f) => files.includes(f) });
  assert.equal(find("", { PATH: "/bin:/opt/x" }, os("linux", "/opt/x/sitegen", "/home/a/go/bin/sitegen")), "/opt/x/sitegen");
  assert.equal(find("", { PATH: "/bin" }, os("linux", "/home/a/go/bin/sitegen")), "/home/a/go/bin/sitegen");
  assert.equal(find("", { GOPATH: "/g:/h" }, os("linux", "/h/bin/sitegen")), "/h/bin/sitegen");
  assert.equal(find("", { PATH: ".:" }, os("linux", "sitegen")), undefined, "nothing below the open folder is run");
  assert.equal(find("~/x/sitegen", {}, os("linux", "/home/a/x/sitegen")), "/home/a/x/sitegen");
  assert.equal(find("sitegen2", { PATH: "/bin" }, os("linux", "/bin/sitegen2")), "/bin/sitegen2");
  assert.equal(find("", { Path: "C:\\bin" }, os("win32", "C:\\bin\\sitegen.exe")), "C:\\bin\\sitegen.exe");
  assert.equal(find("", {}, os("linux")), undefined);
});

test("tags are closed while they are typed, and not while something is undone or pasted", async () => {
  const s = stage({ settings: { command: real } });
  await s.extension.activate(s.context);
  const document = { languageId: "gosite", version: 3, uri: "file:///a.gosite" };
  const at = s.position(1, 5);
  s.vscode.window.activeTextEditor = {
    document, selections: [{ active: at.translate(0, 1) }],
    insertSnippet: async (snippet, where) => s.did.snippets.push([snippet.value, where.line, where.character]),
  };
  const typed = (text, more = {}) => s.listeners.text({ document, contentChanges: [{ text, rangeLength: 0, range: { start: at } }], reason: undefined, ...more });
  await typed(">");
  assert.deepEqual(s.did.snippets, [["$0</b>", 1, 6]]);
  assert.deepEqual(s.did.clients[0].asked[0], ["sitegen/closeTag", { textDocument: { uri: "file:///a.gosite" }, position: { line: 1, character: 6 } }]);
  const asked = s.did.clients[0].asked.length;
  const waiting = typed(">");
  assert.equal(s.did.clients[0].asked.length, asked, "the server has not heard of the edit yet");
  await waiting;
  s.did.snippets.pop();
  await typed("x");
  await typed(">", { reason: 1 });
  await typed("<b>");
  await typed(">", { document: { ...document, languageId: "html" } });
  assert.equal(s.did.snippets.length, 1);
});

test("abbreviations are expanded in HTML and CSS, and left alone in Go", async () => {
  const offered = async (written, text, settings = {}) => {
    const s = stage({ settings: { command: real, ...settings }, written });
    await s.extension.activate(s.context);
    const document = { uri: "file:///a.gosite", version: 1, getText: () => text };
    const list = await s.did.providers.gosite.provideCompletionItems(document, s.position(0, text.length));
    return list ? list.items.map((i) => [i.label, i.insertText.value, i.range.at.join()]) : [];
  };
  assert.deepEqual(await offered("html", "  ul>li*2"), [["ul>li*2", "<ul>\n\t<li>${1}</li>\n\t<li>${0}</li>\n</ul>", "0,2,0,9"]]);
  assert.deepEqual((await offered("css", ".a { m10"))[0].slice(0, 2), ["margin: 10px;", "margin: 10px;"]);
  assert.deepEqual(await offered("go", "{steps[0]."), []);
  assert.deepEqual(await offered("", "ul>li"), []);
  assert.deepEqual(await offered("html", "ul>li", { showExpandedAbbreviation: "never" }), []);
  assert.deepEqual(await offered("html", "ul>li", { excludeLanguages: ["gosite"] }), []);
  assert.deepEqual(await offered("html", "ul>li", { includeLanguages: { gosite: "html" } }), [], "VS Code's own Emmet serves it");
});

test("tasks of each site, with problems", async () => {
  const s = stage({ settings: { command: real }, files: ["/home/me/tea/site.yaml", "/home/me/tea/docs/site.yaml"] });
  await s.extension.activate(s.context);
  const tasks = await s.did.providers.sitegen.provideTasks();
  assert.deepEqual(tasks.map((t) => `${t.name} in ${t.execution.options.cwd}${t.isBackground ? " &" : ""} ${t.matcher}`), [
    "check in /home/me/tea $sitegen", "check --watch in /home/me/tea & $sitegen-watch", "build in /home/me/tea $sitegen", "dev in /home/me/tea & ",
    "check (docs) in /home/me/tea/docs $sitegen", "check --watch (docs) in /home/me/tea/docs & $sitegen-watch", "build (docs) in /home/me/tea/docs $sitegen", "dev (docs) in /home/me/tea/docs & ",
  ]);
  const own = s.did.providers.sitegen.resolveTask({ definition: { type: "sitegen", args: ["check", "--strict"], folder: "docs" }, scope: { uri: { fsPath: "/home/me/tea" } } });
  assert.deepEqual([own.execution.args, own.execution.options.cwd, own.matcher], [["check", "--strict"], "/home/me/tea/docs", ["$sitegen"]]);
});

test("what sitegen check prints is a problem", () => {
  const [p] = manifest.contributes.problemPatterns;
  const re = new RegExp(p.regexp);
  for (const [line, ...want] of [
    ['src/pages/a b.gosite:1:2: error: <Card> is not imported [SG2006]', "src/pages/a b.gosite", "1", "2", "error", "<Card> is not imported", "SG2006"],
    ["site.yaml:3: warning: no key [x] here [SG4001]", "site.yaml", "3", undefined, "warning", "no key [x] here", "SG4001"],
  ]) {
    const m = re.exec(line);
    assert.deepEqual([p.file, p.line, p.column, p.severity, p.message, p.code].map((n) => m[n]), want);
  }
  for (const line of ["    1 | <Card />", "      |  ^^^^", '  hint: add import Card "../components/Card.gosite"', "1 error", "waiting for changes; Ctrl-C stops it"]) {
    assert.equal(re.exec(line), null, line);
  }
  const watch = manifest.contributes.problemMatchers.find((m) => m.name === "sitegen-watch").background;
  for (const line of ["src/pages/index.gosite has changed", "a.gosite and 3 more have changed", "the site has changed"]) {
    assert.match(line, new RegExp(watch.beginsPattern));
  }
  assert.match("waiting for changes; Ctrl-C stops it", new RegExp(watch.endsPattern));
});
