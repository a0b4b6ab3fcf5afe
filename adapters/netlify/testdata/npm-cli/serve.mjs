// Serves the project ROOT on a free port with Netlify's own development server, its whole request chain in this process. Prints
// the port when it listens. What no stage of it answers is answered with the project's page of 404, as Netlify does.
import { readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import threads from "node:worker_threads";
import { build } from "esbuild";

// Each request gets a thread of its own, whose first half of the time goes into finding and reading a hundred files of packages. The
// same code as one file is read at once.
const worker = new URL("worker.js", import.meta.resolve("@netlify/functions-dev"));
const bundle = join(tmpdir(), `netlify-worker-${process.pid}.mjs`);
const banner = `import { createRequire } from "node:module"; const require = createRequire(${JSON.stringify(worker.href)});`;
await build({ entryPoints: [fileURLToPath(worker)], bundle: true, platform: "node", format: "esm", outfile: bundle, banner: { js: banner }, logLevel: "error" });
process.on("exit", () => rmSync(bundle, { force: true }));
const { Worker } = threads;
threads.Worker = class extends Worker {
  constructor(file, options) {
    super(String(file) === worker.href ? pathToFileURL(bundle) : file, options);
  }
};
syncBuiltinESMExports();
const { NetlifyDev } = await import("@netlify/dev");

const off = { enabled: false };
const dist = join(process.env.ROOT, "dist");
const dev = new NetlifyDev({
  projectRoot: process.env.ROOT,
  apiToken: "",
  blobs: { enabled: true }, functions: { enabled: true }, headers: { enabled: true }, redirects: { enabled: true },
  staticFiles: { enabled: true, directories: [dist] },
  edgeFunctions: off, database: off, environmentVariables: off, geolocation: off, images: off, aiGateway: off, server: off,
  logger: { log() {}, warn: console.error, error: console.error },
});
await dev.start();
let none = "Not Found";
try {
  none = readFileSync(join(dist, "404.html"));
} catch {}

const server = createServer(async (req, res) => {
  try {
    const found = await dev.handleAndIntrospectNodeRequest(req);
    if (!found) return res.writeHead(404, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" }).end(req.method === "HEAD" ? "" : none);
    const lines = [];
    for (const [name, value] of found.response.headers) lines.push(name, value);
    res.writeHead(found.response.status, lines);
    res.flushHeaders();
    if (found.response.body && req.method !== "HEAD") for await (const chunk of found.response.body) if (!res.write(chunk)) await new Promise((next) => res.once("drain", next).once("close", next));
    if (!req.complete) await Promise.race([new Promise((next) => req.once("close", next)), new Promise((next) => setTimeout(next, 300))]);
    res.end();
  } catch (error) {
    if (res.headersSent) return setImmediate(() => res.destroy());
    res.writeHead(error instanceof TypeError ? 400 : 502).end(String(error));
  }
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.on("uncaughtException", (error) => console.error(error)); // of a function that broke its answer off
process.stdin.on("end", () => process.exit()).resume();
