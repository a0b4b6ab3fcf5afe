// Serves the function of the folder FUNCTION on a free port: each HTTP request becomes a Request, as Netlify makes it.
import { createServer } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";

const { default: handler } = await import(pathToFileURL(join(process.env.FUNCTION, "ssr.mjs")));

const server = createServer(async (req, res) => {
  const gone = new AbortController();
  res.on("close", () => gone.abort());
  try {
    const headers = new Headers();
    for (let i = 0; i < req.rawHeaders.length; i += 2) headers.append(req.rawHeaders[i], req.rawHeaders[i + 1]);
    const bodied = req.headers["transfer-encoding"] !== undefined || Number(req.headers["content-length"]) > 0;
    if (req.method === "GET" || req.method === "HEAD") req.resume(); // a Request of these has no body
    const path = req.url.replace(/^https?:\/\/[^/?]+/i, "");
    const body = bodied && req.method !== "GET" && req.method !== "HEAD" ? Readable.toWeb(req) : undefined;
    const request = new Request(`http://${req.headers.host}${path}`, { method: req.method, headers, body, duplex: "half", signal: gone.signal });
    const answer = await handler(request, { ip: "127.0.0.1", requestId: "r", waitUntil: () => {} });
    const lines = [];
    for (const [name, value] of answer.headers) lines.push(name, value);
    res.writeHead(answer.status, lines);
    res.flushHeaders();
    if (answer.body) for await (const chunk of answer.body) if (!res.write(chunk)) await new Promise((next) => res.once("drain", next).once("close", next));
    // Who still sends a body would lose the answer; who asks whether to send one waits for its end.
    if (!req.complete) await Promise.race([new Promise((next) => req.once("close", next)), new Promise((next) => setTimeout(next, 300))]);
    res.end();
  } catch (error) {
    if (res.headersSent) return setImmediate(() => res.destroy()); // what was written goes out first
    res.writeHead(error instanceof TypeError ? 400 : 502).end(String(error));
  }
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit()).resume();
