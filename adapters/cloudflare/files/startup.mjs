// Measures what it takes until an instance of the program can serve: node startup.mjs DIR, DIR holding site.wasm and
// wasm_exec.js. It prints milliseconds of processor time. Compiling is not part of it, which Cloudflare does beforehand.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const dir = process.argv[2];
await import(pathToFileURL(join(dir, "wasm_exec.js")));
const module = new WebAssembly.Module(readFileSync(join(dir, "site.wasm")));
globalThis.fs.writeSync = (_, bytes) => bytes.length;
const begin = process.cpuUsage();
const go = new Go();
go.exit = () => {};
// The worker's side of runtime/abi_js.go, where nothing ever happens.
go.importObject.sitegen = Object.fromEntries(WebAssembly.Module.imports(module).filter((i) => i.module === "sitegen").map((i) => [i.name, () => 0]));
go.run(new WebAssembly.Instance(module, go.importObject));
const { user, system } = process.cpuUsage(begin);
console.log((user + system) / 1000);
process.exit(0);
