// Runs a Worker in workerd with nothing around it: node serve.mjs DIR MAIN. It prints the address and ends with its
// standard input.
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, join } from "node:path";

const { Miniflare, Response } = createRequire(new URL("../../adapters/cloudflare/testdata/npm/package.json", import.meta.url))("miniflare");
const [dir, main] = process.argv.slice(2);
const types = { ".mjs": "ESModule", ".js": "ESModule", ".wasm": "CompiledWasm" };
const names = readdirSync(dir, { recursive: true }).filter((n) => types[extname(n)] !== undefined && n !== main);
const mf = new Miniflare({
	cf: false,
	port: 0,
	compatibilityDate: "2026-04-01",
	compatibilityFlags: ["nodejs_compat", "enable_request_signal"],
	kvNamespaces: ["SESSION"],
	serviceBindings: { ASSETS: async () => new Response(null, { status: 404 }) },
	unsafeDirectSockets: [{}],
	modulesRoot: dir,
	modules: [main, ...names].map((n) => ({ type: types[extname(n)], path: join(dir, n) })),
});
await mf.ready;
console.log((await mf.unsafeGetDirectURL()).origin);
process.stdin.on("end", () => mf.dispose().then(() => process.exit(0)));
process.stdin.resume();
