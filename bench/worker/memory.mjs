// Tells how large the memory of an instance is, in MiB, when it begins and after requests one after the other: node
// memory.mjs DIR REQUESTS PATH…. The Worker runs in Node here, where its memory can be looked at.
import { readFileSync } from "node:fs";
import { register } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// Node does not import programs, nor scripts that are neither CommonJS nor named as modules.
const hook = `
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
export async function load(url, context, next) {
	if (url.endsWith(".wasm")) return { format: "module", shortCircuit: true, source: "export default globalThis.siteProgram;" };
	if (url.endsWith("wasm_exec.js")) return { format: "module", shortCircuit: true, source: readFileSync(fileURLToPath(url), "utf8") };
	return next(url, context);
}`;
register("data:text/javascript," + encodeURIComponent(hook));

globalThis.IdentityTransformStream = TransformStream; // what only workerd has

const [dir, requests, ...paths] = process.argv.slice(2);
globalThis.siteProgram = new WebAssembly.Module(readFileSync(join(dir, "site.wasm")));
const memories = [];
WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
	construct(Instance, args) {
		const made = new Instance(...args);
		memories.push(made.exports.mem);
		return made;
	},
});
const size = () => (memories.reduce((n, m) => n + m.buffer.byteLength, 0) / memories.length / (1 << 20)).toFixed(1);
const worker = (await import(pathToFileURL(join(dir, "index.mjs")))).default;
const ask = async (path) => {
	const answer = await worker.fetch(new Request("https://example.com" + path), {}, { waitUntil() {} });
	if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
	await answer.arrayBuffer();
};
await ask(paths[0]);
console.log(`begin ${size()}`);
for (const path of paths) {
	for (let i = 0; i < Number(requests); i++) await ask(path);
	console.log(`${path} ${size()}`);
}
if (memories.length !== 1) console.log(`instances ${memories.length}`);
process.exit(0);
