// Answers with the Go program beside this file: starts it once for each instance of the function, talks HTTP with it on a
// Unix socket, and passes bodies on while they come. The contract is described in the program's sidecar.go.
import { spawn } from "node:child_process";
import { accessSync, chmodSync, constants, copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";

// What the function is for beside requests of visitors: null; {"background": true} for requests whose answer nobody waits for;
// {"paths": […]} to ask the site for those paths at set times.
const task = __TASK__;

// Headers of one connection, and those that are between the two of us.
const ours = /^(connection|keep-alive|proxy-connection|proxy-authorization|transfer-encoding|upgrade|te|trailer|expect|host|x-sitegen-.*)$/i;

let running; // promise of the socket's path; undefined while there is no program

function start() {
  const dir = mkdtempSync(join(tmpdir(), "sitegen-"));
  const socketPath = join(dir, "s");
  const cwd = fileURLToPath(new URL(".", import.meta.url)); // where the included files are
  let program = join(cwd, "server");
  try {
    accessSync(program, constants.X_OK);
  } catch {
    const copy = join(dir, "server"); // an archive has lost the permission, and the file may not be ours to change
    copyFileSync(program, copy);
    chmodSync((program = copy), 0o755);
  }
  const promise = new Promise((resolve, reject) => {
    const child = spawn(program, [socketPath], { cwd, stdio: ["pipe", "pipe", "inherit"] });
    const gone = (why) => {
      if (running === promise) running = undefined;
      rmSync(dir, { recursive: true, force: true });
      reject(new Error(`the site's program ended: ${why}`));
    };
    child.once("error", gone).once("exit", (code, signal) => gone(signal ?? code));
    child.stdin.on("error", () => {}); // all that the program takes from it is its end
    child.stdout.once("data", () => {
      for (const handle of [child, child.stdin, child.stdout]) handle.unref(); // from now on they keep no instance alive
      resolve(socketPath);
    });
  });
  return promise;
}

function send(socketPath, options, body) {
  return new Promise((resolve, reject) => {
    const out = request({ socketPath, ...options }, resolve).on("error", reject);
    if (!body) return out.end();
    pipeline(Readable.fromWeb(body), out).catch(reject);
  });
}

// Reads an answer to its end, for nobody but the log.
async function settle(path, res) {
  for await (const chunk of res);
  console.log(`${path}: ${res.statusCode}`);
  if (res.headers["x-sitegen-wait"]) for await (const chunk of await send(await running, { path: `/wait/${res.headers["x-sitegen-wait"]}` }));
  if (res.statusCode >= 500) throw new Error(`${path} was answered with status ${res.statusCode}`);
}

// Asks for the paths of the schedule, as a visitor would who knows the secret.
async function tick(req, context) {
  const secret = process.env.CRON_SECRET;
  for (const path of task.paths) {
    const headers = secret ? { authorization: `Bearer ${secret}` } : {};
    await answer(new Request(new URL(path, req.url), { headers }), context);
  }
  return new Response();
}

export default (req, context) => (task?.paths ? tick(req, context) : answer(req, context));

async function answer(req, context) {
  const url = new URL(req.url);
  const { ip, requestId, geo, account, site, deploy, server } = context;
  const about = { scheme: url.protocol.slice(0, -1), ip, requestId, geo, account, site, deploy, server };
  // Both are other ones for each request.
  about.blobs = process.env.NETLIFY_BLOBS_CONTEXT;
  about.purgeToken = process.env.NETLIFY_PURGE_API_TOKEN;
  const headers = ["host", url.host, "x-sitegen-context", Buffer.from(JSON.stringify(about)).toString("base64")];
  for (const [name, value] of req.headers) if (!ours.test(name) && name !== "content-length") headers.push(name, value);
  // The length is not passed on: were it not that of the body, the next request would begin in the middle of this one.
  if (req.body) headers.push("transfer-encoding", "chunked");
  const options = { method: req.method, path: url.pathname + url.search, headers, signal: req.signal };

  let socketPath = await (running ??= start());
  let res;
  try {
    res = await send(socketPath, options, req.body);
  } catch (error) {
    // The program was just ending, and has not seen this request.
    if (req.body || !["ECONNREFUSED", "ENOENT"].includes(error.code)) throw error;
    running = undefined;
    socketPath = await (running ??= start());
    res = await send(socketPath, options);
  }

  if (task) {
    await settle(url.pathname, res);
    return new Response();
  }
  const out = new Headers();
  for (let i = 0; i < res.rawHeaders.length; i += 2) {
    if (!ours.test(res.rawHeaders[i])) out.append(res.rawHeaders[i], res.rawHeaders[i + 1]);
  }
  const id = res.headers["x-sitegen-wait"];
  if (id) context.waitUntil?.(send(socketPath, { path: `/wait/${id}` }).then((done) => done.resume(), () => {}));
  const bare = req.method === "HEAD" || [204, 205, 304].includes(res.statusCode);
  if (bare) res.resume();
  return new Response(bare ? null : Readable.toWeb(res), { status: res.statusCode, headers: out });
}

export const config = __CONFIG__;
