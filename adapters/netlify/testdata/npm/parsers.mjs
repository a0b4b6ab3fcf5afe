// Reads _redirects, _headers and config.json of an output with Netlify's own parsers and prints what they found as JSON.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllHeaders } from "@netlify/headers-parser";
import { parseAllRedirects } from "@netlify/redirect-parser";

const dir = process.argv[2];
const config = JSON.parse(await readFile(join(dir, ".netlify/v1/config.json"), "utf8"));
const redirects = await parseAllRedirects({
  redirectsFiles: [join(dir, "_redirects")],
  configRedirects: config.redirects ?? [],
  minimal: true,
});
const headers = await parseAllHeaders({
  headersFiles: [join(dir, "_headers")],
  configHeaders: config.headers ?? [],
  minimal: true,
});
const message = (error) => error.message;
console.log(
  JSON.stringify({
    redirects: redirects.redirects,
    headers: headers.headers,
    errors: [...redirects.errors, ...headers.errors].map(message),
  }),
);
