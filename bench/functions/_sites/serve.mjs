// Serves a function as its platform's launcher does: each HTTP request becomes a Request for the default export of the module
// FUNCTION, or for its fetch. Prints the port when it listens.
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";

const { default: exported } = await import(pathToFileURL(process.env.FUNCTION));
const handler = typeof exported === "function" ? exported : exported.fetch.bind(exported);
const context = { ip: "127.0.0.1", requestId: "r", geo: {}, account: {}, site: {}, deploy: {}, server: {}, waitUntil() {}, cookies: {} };

const server = createServer(async (req, res) => {
  const headers = new Headers();
  for (let i = 0; i < req.rawHeaders.length; i += 2) headers.append(req.rawHeaders[i], req.rawHeaders[i + 1]);
  const answer = await handler(new Request(`http://${req.headers.host}${req.url}`, { headers }), context);
  const lines = [];
  for (const [name, value] of answer.headers) lines.push(name, value);
  res.writeHead(answer.status, lines);
  if (answer.body) for await (const chunk of Readable.fromWeb(answer.body)) res.write(chunk);
  res.end();
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit()).resume();
