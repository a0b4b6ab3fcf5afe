// Sends requests through the request chain of Netlify's own development server, in this process: for each path that stands on a
// line of standard input it prints a line of JSON with the stage that answered, and the answer.
import { createInterface } from "node:readline";
import { NetlifyDev } from "@netlify/dev";

const off = { enabled: false };
const dev = new NetlifyDev({
  projectRoot: process.env.ROOT,
  apiToken: "",
  blobs: { enabled: true }, functions: { enabled: true }, headers: { enabled: true }, redirects: { enabled: true },
  staticFiles: { enabled: true, directories: [process.env.ROOT + "/dist"] },
  edgeFunctions: off, database: off, environmentVariables: off, geolocation: off, images: off, aiGateway: off, server: off,
  logger: { log() {}, warn: console.error, error: console.error },
});
await dev.start();
for await (const path of createInterface({ input: process.stdin })) {
  const found = await dev.handleAndIntrospect(new Request("http://localhost:8888" + path));
  const said = { path, type: found?.type ?? "none" };
  if (found) {
    said.status = found.response.status;
    said.location = found.response.headers.get("location") ?? "";
    said.body = (await found.response.text()).slice(0, 60);
  }
  console.log(JSON.stringify(said));
}
await dev.stop();
process.exit();
