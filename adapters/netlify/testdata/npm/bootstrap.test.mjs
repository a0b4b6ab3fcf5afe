// Runs a packed function through Netlify's own entry point, the one that its Lambda runtime calls. The folder of the
// unpacked archive is in FUNCTION.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { PassThrough } from "node:stream";
import { pathToFileURL } from "node:url";

// What the Lambda runtime offers to functions that stream.
globalThis.awslambda = {
  streamifyResponse: (handler) => handler,
  HttpResponseStream: { from: (stream, head) => Object.assign(stream, { head }) },
};
const { handler } = await import(pathToFileURL(join(process.env.FUNCTION, "___netlify-entry-point.mjs")));

const geo = { city: "Köln", country: { code: "DE", name: "Germany" }, timezone: "Europe/Berlin", latitude: 50.9, longitude: 6.9 };
const platform = {
  "x-nf-client-connection-ip": "203.0.113.9",
  "x-nf-geo": Buffer.from(JSON.stringify(geo)).toString("base64"),
  "x-nf-request-id": "r1",
  "x-nf-account-id": "a1",
  "x-nf-site-id": "s1",
  "x-nf-deploy-id": "d1",
  "x-nf-deploy-context": "production",
};

async function ask(path, { method = "GET", headers = {}, body } = {}) {
  const stream = new PassThrough();
  const event = {
    httpMethod: method,
    rawUrl: `https://example.com${path}`,
    headers: { host: "example.com", ...platform, ...headers },
    body: body === undefined ? "" : Buffer.from(body).toString("base64"),
    isBase64Encoded: true,
    flags: {},
  };
  const ended = handler(event, stream, { awsRequestId: "x", getRemainingTimeInMillis: () => 10_000 });
  const chunks = [];
  for await (const chunk of stream) chunks.push([performance.now(), chunk]);
  await ended;
  return { ...stream.head, chunks, text: Buffer.concat(chunks.map(([, chunk]) => chunk)).toString() };
}

test("the platform's word reaches a page", async () => {
  assert.equal((await ask("/host")).text, "https://example.com/host r1 DE");
  assert.equal((await ask("/echo?a=1")).text, "GET /echo?a=1 203.0.113.9 0 ");
  assert.doesNotMatch((await ask("/headers")).text, /^x-nf/m);
});

test("bodies, cookies, statuses", async () => {
  const answer = await ask("/echo", { method: "POST", body: "text", headers: { "content-type": "application/json", "content-length": "4" } });
  assert.equal(answer.text, "POST /echo 203.0.113.9 4 text");
  const cookies = (await ask("/cookies")).multiValueHeaders;
  assert.equal(cookies["set-cookie"].length, 2);
  assert.equal((await ask("/nothing")).statusCode, 404);
  assert.equal((await ask("/empty")).statusCode, 204);
});

test("a page streams", async () => {
  const { text, chunks } = await ask("/stream");
  assert.equal(text, "<p>0</p><p>1</p><p>2</p>");
  assert.ok(chunks.at(-1)[0] - chunks[0][0] > 200, "it came at once");
});

test("the function is not over before the work behind an answer", async () => {
  const begin = performance.now();
  assert.equal((await ask("/later")).text, "<p>begun</p>");
  assert.ok(performance.now() - begin >= 95);
});
