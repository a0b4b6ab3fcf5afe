// Measures what it takes until an instance of the program can serve: node startup.mjs DIR, DIR holding site.wasm,
// wasm_exec.js, start.mjs and site.mjs. It prints milliseconds of processor time. Compiling is not part of it, which
// Cloudflare does beforehand.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const dir = process.argv[2];
const load = (name) => import(pathToFileURL(join(dir, name)));
await load("wasm_exec.js");
const { begin } = await load("start.mjs");
const { copy } = await load("site.mjs");
const module = new WebAssembly.Module(readFileSync(join(dir, "site.wasm")));
globalThis.fs.writeSync = (_, bytes) => bytes.length;
const start = process.cpuUsage();
const go = new Go();
// It may end with 1 where the environment lacks what the site needs, and with 2 when it is broken.
go.exit = (code) => code === 1 || process.exit(2);
// The worker's side of runtime/abi_js.go, where there is nothing but the event that it starts with.
const START = 6;
go.importObject.sitegen = Object.fromEntries(WebAssembly.Module.imports(module).filter((i) => i.module === "sitegen").map((i) => [i.name, () => 0]));
const wasm = new WebAssembly.Instance(module, go.importObject);
begin(go, wasm, copy);
wasm.exports["sitegen.event"](START);
go._resume();
const { user, system } = process.cpuUsage(start);
console.log((user + system) / 1000);
process.exit(0);
