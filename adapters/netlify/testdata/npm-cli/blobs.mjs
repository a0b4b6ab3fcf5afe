// Serves Netlify Blobs with the server of Netlify's own package, in the folder FOLDER with the token TOKEN; prints its port.
import { BlobsServer } from "@netlify/blobs/server";

const server = new BlobsServer({ directory: process.env.FOLDER, token: process.env.TOKEN, port: 0, logger: console.error });
console.log((await server.start()).port);
process.stdin.on("end", () => process.exit()).resume();
