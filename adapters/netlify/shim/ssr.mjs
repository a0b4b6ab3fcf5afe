// Answers with the Go program beside this file: starts it once for each instance of the function, talks with it on a Unix
// socket, and passes bodies on while they come. The contract is described in the program's sidecar.go.
import { spawn } from "node:child_process";
import { accessSync, chmodSync, constants, copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// What the function is for beside requests of visitors: null; {"background": true} for requests whose answer nobody waits for;
// {"paths": […]} to ask the site for those paths at set times.
const task = __TASK__;

let running; // promise of the socket's path; undefined while there is no program
const idle = []; // connections to the program that carry nothing at the moment

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
      idle.length = 0;
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

// A connection to the program. It carries one request after the other, each with its answer.
class Connection {
  constructor(socketPath) {
    this.socket = connect(socketPath)
      .on("data", (chunk) => this.take(chunk))
      .on("drain", () => this.exchange.drained?.())
      .on("error", (error) => (this.error = error))
      .on("close", () => this.lost());
  }

  // Sends a request and gives its answer, as Exchange has it.
  ask(about, head, body, signal) {
    const exchange = (this.exchange = new Exchange(this, signal));
    this.socket.ref();
    const size = Buffer.byteLength(about);
    const out = Buffer.allocUnsafe(8 + size + head.length);
    out.writeUInt32BE(size);
    out.write(about, 4);
    out.writeUInt32BE(head.length, 4 + size);
    out.latin1Write(head, 8 + size);
    this.socket.write(out);
    exchange.pour(body).catch((error) => exchange.leave(error));
    return exchange.promise;
  }

  // Takes bytes of frames.
  take(chunk) {
    if (this.half) chunk = Buffer.concat([this.half, chunk]);
    this.half = undefined;
    const exchange = this.exchange;
    while (chunk.length > 0) {
      if (exchange.left > 0) {
        const piece = chunk.subarray(0, exchange.left);
        chunk = chunk.subarray(piece.length);
        exchange.left -= piece.length;
        exchange.add(piece);
        continue;
      }
      const size = chunk.length < 4 ? Infinity : chunk.readUInt32BE();
      if (size === 0xffffffff) {
        exchange.break(new Error("the site broke its answer off"));
        return;
      }
      const whole = exchange.answer ? 4 : 4 + size; // a head is of use only as a whole
      if (chunk.length < whole) {
        this.half = chunk;
        break;
      }
      if (!exchange.answer) exchange.begin(chunk.latin1Slice(4, whole).split("\n"));
      else if (size === 0) exchange.end();
      else exchange.left = size;
      chunk = chunk.subarray(whole);
    }
    exchange.hand();
  }

  // Lets others have it.
  rest() {
    if (this.socket.destroyed) return;
    this.socket.unref();
    idle.push(this);
  }

  lost() {
    const at = idle.indexOf(this);
    if (at >= 0) idle.splice(at, 1);
    this.exchange.break(this.error ?? new Error("the site's program ended"));
    this.exchange.over?.();
  }
}

// A request and its answer: status, headers, body, and, if there is work behind it, the promise of its end.
class Exchange {
  left = 0; // bytes of the frame that comes
  pieces = []; // of the body, which nobody has taken yet
  kept = 0; // bytes of them
  sent = false; // all of the request
  ended = false; // the body of the answer
  error; // why it is broken

  constructor(connection, signal) {
    this.connection = connection;
    this.signal = signal;
    this.promise = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
    this.abort = () => this.leave(signal.reason);
    signal?.addEventListener("abort", this.abort);
  }

  // Sends the body of the request.
  async pour(body) {
    const { socket } = this.connection;
    if (body) {
      for await (const chunk of body) {
        if (this.error) return;
        if (chunk.length === 0) continue; // it would be the end
        const size = Buffer.allocUnsafe(4);
        size.writeUInt32BE(chunk.length);
        socket.cork();
        socket.write(size);
        const more = socket.write(chunk);
        socket.uncork();
        if (!more) await new Promise((next) => (this.drained = next));
      }
      socket.write(Buffer.alloc(4));
    }
    this.sent = true;
    this.rest();
  }

  begin([status, wait, ...lines]) {
    const headers = [];
    for (let i = 0; i < lines.length; i += 2) headers.push([lines[i], lines[i + 1]]);
    this.answer = { status: Number(status), headers, body: null };
    if (wait) this.answer.work = new Promise((over) => (this.over = over));
  }

  add(piece) {
    if (this.error) return; // nobody wants it
    this.pieces.push(piece);
    this.kept += piece.length;
    if (this.kept > 65536 && this.handed) this.connection.socket.pause();
    this.more?.();
  }

  // Hands the answer on. What came at once is handed on at once, and no stream is made for it.
  hand() {
    if (this.handed || !this.answer) return;
    this.handed = true;
    if (this.ended && this.pieces.length > 0) this.answer.body = Buffer.concat(this.pieces);
    else if (!this.ended && ![204, 205, 304].includes(this.answer.status)) {
      const source = { pull: (stream) => this.pull(stream), cancel: (why) => this.leave(why) };
      this.answer.body = new ReadableStream(source, { highWaterMark: 0 });
    }
    this.resolve(this.answer);
  }

  async pull(stream) {
    if (this.pieces.length === 0 && !this.ended && !this.error) {
      this.connection.socket.resume();
      await new Promise((next) => (this.more = next));
    }
    if (this.pieces.length > 0) stream.enqueue(this.pieces.length > 1 ? Buffer.concat(this.pieces) : this.pieces[0]);
    else if (this.ended) stream.close();
    else stream.error(this.error);
    this.pieces = [];
    this.kept = 0;
  }

  // The end of the body, or of the work behind it.
  end() {
    if (this.ended) {
      this.over();
      this.over = undefined;
    }
    this.ended = true;
    this.connection.socket.resume();
    this.signal?.removeEventListener("abort", this.abort);
    this.more?.();
    this.rest();
  }

  // When all is done others may have the connection.
  rest() {
    if (this.ended && this.sent && !this.over && !this.error) this.connection.rest();
  }

  // Nobody gets more of the answer. The program closes the connection when what is behind it is done.
  break(error) {
    if (this.error || (this.ended && this.sent)) return;
    this.error = error;
    this.signal?.removeEventListener("abort", this.abort);
    this.hand();
    this.reject(error);
    this.more?.();
    this.drained?.();
    this.connection.socket.resume();
  }

  // Tells the program that nobody wants its answer.
  leave(why) {
    this.break(why ?? new Error("nobody wants the answer"));
    this.connection.socket.end();
  }
}

async function ask(about, head, body, signal) {
  const connection = idle.pop() ?? new Connection(await (running ??= start()));
  return connection.ask(about, head, body, signal);
}

// Reads an answer to its end, for nobody but the log.
async function settle(path, { status, body, work }) {
  await new Response(body).arrayBuffer();
  console.log(`${path}: ${status}`);
  await work;
  if (status >= 500) throw new Error(`${path} was answered with status ${status}`);
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
  let head = `${req.method}\n${url.pathname}${url.search}\n${url.host}\n${req.body ? "body" : ""}`;
  for (const [name, value] of req.headers) head += `\n${name}\n${value}`;
  const asked = [JSON.stringify(about), head, req.body, req.signal];
  let got;
  try {
    got = await ask(...asked);
  } catch (error) {
    // The program was just ending, and has not seen this request.
    if (req.body || !["ECONNREFUSED", "ENOENT"].includes(error?.code)) throw error;
    running = undefined;
    got = await ask(...asked);
  }
  if (task) {
    await settle(url.pathname, got);
    return new Response();
  }
  if (got.work) context.waitUntil?.(got.work);
  return new Response(got.body, { status: got.status, headers: got.headers });
}

export const config = __CONFIG__;
