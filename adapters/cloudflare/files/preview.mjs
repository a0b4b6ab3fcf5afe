// Runs the output of the cloudflare adapter in workerd: node preview.mjs MINIFLARE DIR. It prints the address on one line
// and ends with its standard input.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [modules, dir] = process.argv.slice(2).map((p) => resolve(p));
const { Miniflare, Log, LogLevel } = createRequire(join(modules, "package.json"))(modules);
const config = JSON.parse(readFileSync(join(dir, "wrangler.json"), "utf8"));

const first = config.assets.run_worker_first;
const options = {
	host: "127.0.0.1",
	port: 0,
	cf: false, // else Miniflare asks the network where this machine is
	log: new Log(LogLevel.WARN),
	name: config.name,
	compatibilityDate: config.compatibility_date,
	compatibilityFlags: config.compatibility_flags ?? [],
	bindings: config.vars ?? {},
	kvNamespaces: Object.fromEntries((config.kv_namespaces ?? []).map((k) => [k.binding, k.id ?? k.binding])),
	r2Buckets: Object.fromEntries((config.r2_buckets ?? []).map((b) => [b.binding, b.bucket_name ?? b.binding])),
	d1Databases: Object.fromEntries((config.d1_databases ?? []).map((d) => [d.binding, d.database_id ?? d.binding])),
	assets: {
		directory: join(dir, config.assets.directory),
		binding: config.assets.binding,
		workerName: config.name,
		routerConfig: {
			has_user_worker: config.main !== undefined,
			invoke_user_worker_ahead_of_assets: first === true,
			...(Array.isArray(first) ? { static_routing: { user_worker: first } } : {}),
		},
		assetConfig: { html_handling: config.assets.html_handling, not_found_handling: config.assets.not_found_handling },
	},
};
if (config.main === undefined) {
	options.modules = true;
	options.script = "export default { fetch() { return new Response(null, { status: 404 }); } };";
} else {
	const main = join(dir, config.main);
	options.modulesRoot = join(dir, "worker");
	options.modules = [
		{ type: "ESModule", path: main },
		{ type: "ESModule", path: join(dir, "worker/wasm_exec.js") },
		{ type: "ESModule", path: join(dir, "worker/site.mjs") },
		{ type: "CompiledWasm", path: join(dir, "worker/site.wasm") },
	];
}
const mf = new Miniflare(options);
const url = await mf.ready;
console.log(url.origin);
process.stdin.on("end", () => mf.dispose().then(() => process.exit(0)));
process.stdin.resume();
