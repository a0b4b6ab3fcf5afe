// Runs the output of the cloudflare adapter in workerd: node preview.mjs MINIFLARE DIR. It prints the address on one line
// and ends with its standard input. When a request keeps the processor for longer than Cloudflare allows, it prints
// "stopped" and how many seconds that is, starts workerd again, and prints the address again.
//
// What the Worker keeps (KV, R2, D1 …) is kept where `wrangler dev` keeps it, and secrets are read where it reads them. Other
// Workers that it calls can be named by SITEGEN_PREVIEW_WORKERS: a module whose default export is a list of options of
// Miniflare, one for each.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseEnv } from "node:util";

const [modules, dir] = process.argv.slice(2).map((p) => resolve(p));
const { Miniflare, Log, LogLevel } = createRequire(join(modules, "package.json"))(modules);
const config = JSON.parse(readFileSync(join(dir, "wrangler.json"), "utf8"));
const others = process.env.SITEGEN_PREVIEW_WORKERS ? (await import(pathToFileURL(resolve(process.env.SITEGEN_PREVIEW_WORKERS)))).default : [];
const known = (name) => others.some((w) => w.name === name);

// root is the project, where the build has left a folder for wrangler.
function root() {
	for (let at = dirname(dir); ; at = dirname(at)) {
		if (existsSync(join(at, ".wrangler"))) return at;
		if (dirname(at) === at) return undefined;
	}
}
const project = root();
// Variables that site.yaml names come from this environment, which `sitegen preview` has filled from the .env files of its mode; those
// of .dev.vars are Cloudflare's own and go first, as with `wrangler dev`, which reads .env where there are none.
const named = (process.env.SITEGEN_PREVIEW_ENV ?? "").split(",").filter((name) => name in process.env);
const read = (name) => (project !== undefined && existsSync(join(project, name)) ? parseEnv(readFileSync(join(project, name), "utf8")) : undefined);
const own = read(".dev.vars");
const secrets = { ...(own ? {} : read(".env")), ...Object.fromEntries(named.map((name) => [name, process.env[name]])), ...own };

const table = (list, key, value) => Object.fromEntries((list ?? []).map((b) => [b[key], value(b)]));
const unknown = (what, name) => async () => new Response(`${what} ${name} is not part of the preview: see SITEGEN_PREVIEW_WORKERS\n`, { status: 503 });

const first = config.assets.run_worker_first;
const worker = {
	name: config.name,
	compatibilityDate: config.compatibility_date,
	compatibilityFlags: config.compatibility_flags ?? [],
	bindings: { ...config.vars, ...secrets, ...(process.env.SITEGEN_PREVIEW ? { SITEGEN_PREVIEW: "1" } : {}) },
	kvNamespaces: table(config.kv_namespaces, "binding", (k) => k.preview_id ?? k.id ?? k.binding),
	r2Buckets: table(config.r2_buckets, "binding", (b) => b.preview_bucket_name ?? b.bucket_name ?? b.binding),
	d1Databases: table(config.d1_databases, "binding", (d) => d.preview_database_id ?? d.database_id ?? d.binding),
	queueProducers: table(config.queues?.producers, "binding", (q) => q.queue),
	serviceBindings: table(config.services, "binding", (s) => (known(s.service) ? { name: s.service, entrypoint: s.entrypoint } : unknown("the Worker", s.service))),
	durableObjects: table(
		(config.durable_objects?.bindings ?? []).filter((d) => known(d.script_name)),
		"name",
		(d) => ({ className: d.class_name, scriptName: d.script_name }),
	),
	ratelimits: table(config.ratelimits, "name", (r) => ({ simple: r.simple })),
	analyticsEngineDatasets: table(config.analytics_engine_datasets, "binding", (a) => ({ dataset: a.dataset ?? a.binding })),
	secretsStoreSecrets: table(config.secrets_store_secrets, "binding", (s) => ({ store_id: s.store_id, secret_name: s.secret_name })),
	assets: {
		directory: join(dir, config.assets.directory),
		binding: config.assets.binding,
		workerName: config.name,
		routerConfig: {
			has_user_worker: config.main !== undefined,
			invoke_user_worker_ahead_of_assets: first === true,
			...(Array.isArray(first) ? { static_routing: { user_worker: first.filter((p) => !p.startsWith("!")), asset_worker: first.filter((p) => p.startsWith("!")).map((p) => p.slice(1)) } } : {}),
		},
		assetConfig: { html_handling: config.assets.html_handling, not_found_handling: config.assets.not_found_handling },
	},
};
if (config.main === undefined) {
	worker.modules = true;
	worker.script = "export default { fetch() { return new Response(null, { status: 404 }); } };";
} else {
	worker.modulesRoot = join(dir, "worker");
	worker.modules = [
		{ type: "ESModule", path: join(dir, config.main) },
		{ type: "ESModule", path: join(dir, "worker/bindings.mjs") },
		{ type: "ESModule", path: join(dir, "worker/wasm_exec.js") },
		{ type: "ESModule", path: join(dir, "worker/site.mjs") },
		{ type: "ESModule", path: join(dir, "worker/start.mjs") },
		{ type: "CompiledWasm", path: join(dir, "worker/site.wasm") },
	];
}

// workerd itself has no limit of processor time, and one thread for everything: a page in an endless loop would be the
// end of the preview. That thread has to answer the watchdog through a Worker of its own.
const alive = {
	name: "sitegen-preview-alive",
	compatibilityDate: config.compatibility_date,
	modules: true,
	script: "export default { fetch() { return new Response(); } };",
	unsafeDirectSockets: [{}],
};
const limit = config.limits?.cpu_ms ?? 30000; // what Cloudflare allows unless told otherwise
const options = {
	host: "127.0.0.1",
	port: 0,
	cf: false, // else Miniflare asks the network where this machine is
	log: new Log(LogLevel.WARN),
	...(project === undefined ? {} : { defaultPersistRoot: join(project, ".wrangler/state/v3") }),
	workers: [worker, ...others, alive],
};
let mf, ended;
process.stdin.on("end", () => {
	ended = true;
	mf?.dispose().then(() => process.exit(0));
});
process.stdin.resume();

// hangs waits until a question to the watchdog's Worker has no answer for as long as a request may compute.
async function hangs() {
	const probe = await mf.unsafeGetDirectURL(alive.name);
	for (;;) {
		try {
			await (await fetch(probe, { signal: AbortSignal.timeout(Math.max(limit, 1000)) })).arrayBuffer();
		} catch (err) {
			if (ended || err.name === "TimeoutError") return;
		}
		await new Promise((resolve) => setTimeout(resolve, 500));
	}
}

for (;;) {
	mf = new Miniflare(options);
	console.log((await mf.ready).origin);
	await hangs();
	if (ended) break;
	console.log(`stopped ${limit / 1000}`);
	await mf.dispose(); // kills the process
}
