// Runs the function of an output as Netlify does: imports ssr.mjs and hands it Requests and a context. The folder of the
// function is in FUNCTION.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";

const load = (dir) => import(pathToFileURL(join(dir, "ssr.mjs")));
const { default: handler, config } = await load(process.env.FUNCTION);
const waiting = [];
const context = {
  ip: "203.0.113.9",
  requestId: "r1",
  geo: { city: "Köln", country: { code: "DE", name: "Germany" } },
  waitUntil: (promise) => waiting.push(promise),
};
const ask = (path, init = {}) => handler(new Request(`https://example.com${path}`, init.body ? { duplex: "half", ...init } : init), context);
const text = async (path, init) => (await ask(path, init)).text();

test("the settings are what Netlify reads without running the file", () => {
  assert.equal(config.preferStatic, true);
  assert.ok(config.path.every((path) => path.startsWith("/")));
  for (const pattern of [...config.path, ...(config.excludedPath ?? [])]) {
    if (globalThis.URLPattern) new URLPattern({ pathname: pattern });
  }
});

test("requests arrive as they were sent", async () => {
  assert.equal(await text("/echo?b=2&a=%20"), "GET /echo?b=2&a=%20 203.0.113.9 0 ");
  assert.equal(await text("/host"), "https://example.com/host r1 DE");
  const json = { "content-type": "application/json" };
  assert.equal(await text("/echo", { method: "POST", body: "text", headers: json }), "POST /echo 203.0.113.9 4 text");
  assert.equal(await text("/echo", { method: "DELETE", body: "d", headers: json }), "DELETE /echo 203.0.113.9 1 d");
  const bytes = new Uint8Array(3_000_000).fill(255);
  assert.match(await text("/echo", { method: "PUT", body: bytes, headers: { ...json, "content-length": "3000000" } }), /^PUT \/echo 203.0.113.9 3000000 /);
  const pieces = ReadableStream.from([new Uint8Array([97]), new Uint8Array([98])]);
  assert.equal(await text("/echo", { method: "POST", body: pieces, headers: json }), "POST /echo 203.0.113.9 2 ab");
});

test("what is between the platform and the program stays there", async () => {
  const forged = {
    "x-nf-geo": "x", "x-nf-client-connection-ip": "6.6.6.6",
    "x-forwarded-for": "6.6.6.6", "x-forwarded-host": "evil.example", forwarded: "for=6.6.6.6", connection: "close", te: "trailers", "x-own": "kept",
  };
  const seen = await text("/headers", { headers: forged });
  assert.match(seen, /^x-own: kept$/m);
  assert.match(seen, /^host: example.com$/m);
  assert.doesNotMatch(seen, /^(x-nf|x-forwarded|forwarded|connection|te:)/m);
  assert.match(await text("/echo", { headers: forged }), /203\.0\.113\.9/);
});

test("a length that is not the body's cannot put one request into another", async () => {
  for (const [method, body] of [["GET"], ["DELETE"], ["POST"], ["POST", "four"], ["PUT", "fourteen letters"]]) {
    for (const length of ["1", "30", "0"]) {
      const headers = { "content-type": "application/json", "content-length": length };
      assert.match(await text("/echo", { method, body, headers }), new RegExp(`^${method} /echo 203.0.113.9 ${body?.length ?? 0} ${body ?? ""}$`));
      assert.match(await text("/echo"), /^GET/);
    }
  }
});

test("answers come back whole", async () => {
  const cookies = await ask("/cookies");
  assert.equal(cookies.headers.getSetCookie().length, 2);
  assert.equal(cookies.headers.get("connection"), null);
  assert.equal(cookies.headers.get("transfer-encoding"), null);
  const empty = await ask("/empty");
  assert.deepEqual([empty.status, empty.body], [204, null]);
  const head = await ask("/echo", { method: "HEAD" });
  assert.deepEqual([head.status, head.body], [200, null]);
  const missing = await ask("/nothing");
  assert.deepEqual([missing.status, await missing.text()], [404, "<!DOCTYPE html>none"]);
  assert.equal((await ask("/gone")).status, 410);
});

test("a page streams", async () => {
  const begin = performance.now();
  const times = [];
  let all = "";
  for await (const chunk of (await ask("/stream")).body) {
    times.push(performance.now() - begin);
    all += Buffer.from(chunk).toString();
  }
  assert.equal(all, "<p>0</p><p>1</p><p>2</p>");
  assert.ok(times.length >= 3 && times.at(-1) - times[0] > 200, `pieces came at ${times}`);
});

test("half an answer does not look whole", async () => {
  const answer = await ask("/broken");
  await assert.rejects(answer.text());
});

test("a page notices that its visitor went away", async () => {
  const reader = (await ask("/endless")).body.getReader();
  await reader.read();
  await reader.cancel();
  assert.equal(await text("/ended"), "ended");

  const gone = new AbortController();
  const answer = await ask("/endless", { signal: gone.signal });
  gone.abort();
  await assert.rejects(answer.text());
  assert.equal(await text("/ended"), "ended");
});

test("the platform waits for work behind an answer", async () => {
  waiting.length = 0;
  const begin = performance.now();
  assert.equal(await text("/later"), "<p>begun</p>");
  assert.ok(performance.now() - begin < 90, "the answer waited");
  assert.equal(waiting.length, 1);
  await Promise.all(waiting);
  assert.ok(performance.now() - begin >= 95, "nobody waited");
  assert.equal(await text("/ended"), "ended");
});

test("two hundred at once", async () => {
  const all = Array.from({ length: 200 }, (_, i) =>
    text(`/echo?n=${i}`, { method: "POST", body: "x".repeat(i), headers: { "content-type": "application/json", connection: "close" } }),
  );
  (await Promise.all(all)).forEach((got, i) => assert.equal(got, `POST /echo?n=${i} 203.0.113.9 ${i} ${"x".repeat(i)}`));
});

test("a body that nobody reads loses no answer", async () => {
  for (let i = 0; i < 20; i++) {
    const answer = await ask("/nothing", { method: "POST", body: new Uint8Array(1_000_000), headers: { "content-type": "application/json" } });
    assert.equal(answer.status, 404);
    await answer.text();
  }
});

test("a program that ended is started again", async () => {
  await assert.rejects(ask("/exit"));
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.match(await text("/echo"), /^GET/);
});

test("it starts where the permission to run was lost", async () => {
  const dir = mkdtempSync(join(tmpdir(), "function-"));
  after(() => rmSync(dir, { recursive: true }));
  cpSync(process.env.FUNCTION, dir, { recursive: true });
  chmodSync(join(dir, "server"), 0o444);
  const { default: copy } = await load(dir);
  assert.match(await (await copy(new Request("https://example.com/echo"), context)).text(), /^GET/);
});

test("nothing stays behind", () => {
  // A process that only asked once ends by itself, and its program with it.
  const script = `
    const { default: handler } = await import(${JSON.stringify(pathToFileURL(join(process.env.FUNCTION, "ssr.mjs")).href)});
    const answer = await handler(new Request("https://example.com/echo"), {});
    console.log(await answer.text());`;
  const out = execFileSync(process.execPath, ["--input-type=module", "-e", script], { timeout: 10_000, encoding: "utf8" });
  assert.match(out, /^GET \/echo/);
});
