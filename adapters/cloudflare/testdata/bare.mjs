// Runs the Worker of an output in workerd without anything around it, neither assets nor Miniflare's own Worker:
// node bare.mjs DIR. It prints the address and ends with its standard input.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const { Miniflare } = createRequire(new URL("npm/package.json", import.meta.url))("miniflare");
const dir = join(process.argv[2], "worker");
const names = ["index.mjs", "bindings.mjs", "wasm_exec.js", "site.mjs", "site.wasm"].filter((n) => existsSync(join(dir, n)));
const mf = new Miniflare({
	cf: false,
	port: 0,
	compatibilityDate: "2026-04-01",
	compatibilityFlags: ["enable_request_signal"],
	unsafeDirectSockets: [{}],
	modulesRoot: dir,
	modules: names.map((n) => ({ type: n.endsWith(".wasm") ? "CompiledWasm" : "ESModule", path: join(dir, n) })),
});
await mf.ready;
console.log((await mf.unsafeGetDirectURL()).origin);
process.stdin.on("end", () => mf.dispose().then(() => process.exit(0)));
process.stdin.resume();
