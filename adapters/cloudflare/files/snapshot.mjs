// Starts the program once, while the site is built, and keeps what its memory holds then: node snapshot.mjs DIR SEED, DIR
// holding site.wasm and wasm_exec.js, SEED 64 hexadecimal digits. The memory goes to DIR/memory, everything else to
// standard output as JSON. A start that depends on the moment or the machine, or does something, cannot be kept; then the
// JSON says why: {"refused": "it asks for the time"}.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [dir, seed] = process.argv.slice(2);
const { exit, stdout } = process;
delete globalThis.process; // so that Go sees what wasm_exec.js makes up, and nothing of this machine
await import(pathToFileURL(join(dir, "wasm_exec.js")));
const { fs } = globalThis;

let refused = "";
const refuse = (why) => (refused ||= why);
const end = (result) => stdout.write(JSON.stringify(refused ? { refused } : result), () => exit(0));

// What syscall/js and package syscall look at when they start is the same everywhere. Anything else may not be.
const known = new Map([
	[globalThis, ["Object", "Array", "Uint8Array", "process", "path", "fs"]],
	[fs, ["constants"]],
]);
const { Reflect } = globalThis;
globalThis.Reflect = {
	get(target, name) {
		if (target === fs.constants || known.get(target)?.includes(name)) return Reflect.get(target, name);
		refuse(`it looks at ${String(name)} of JavaScript`);
	},
	set: (_, name) => refuse(`it sets ${String(name)} in JavaScript`),
	apply: () => refuse("it calls JavaScript"),
	construct: () => refuse("it makes objects of JavaScript"),
	deleteProperty: () => refuse("it deletes something in JavaScript"),
};

const go = new Go();
go.exit = () => refuse("it ends");
fs.writeSync = (_, bytes) => {
	refuse("it prints something");
	return bytes.length;
};
const gojs = go.importObject.gojs;
const int64 = (at) => go.mem.getUint32(at, true) + go.mem.getInt32(at + 4, true) * 4294967296;
let time = 1000;
gojs["runtime.nanotime1"] = (sp) => go.mem.setBigInt64((sp >>> 0) + 8, BigInt((time += 1000)), true);
gojs["runtime.walltime"] = (sp) => {
	refuse("it asks for the time");
	go.mem.setBigInt64((sp >>> 0) + 8, 1n, true);
	go.mem.setInt32((sp >>> 0) + 16, 0, true);
};
let asked = 0;
gojs["runtime.getRandomData"] = (sp) => {
	sp >>>= 0;
	const [at, n] = [int64(sp + 8), int64(sp + 16)];
	// The first is Go's runtime, whose generators every copy seeds anew.
	if (++asked > 1 || n !== 32) refuse("it asks for random numbers");
	for (let i = 0; i < n; i++) go.mem.setUint8(at + i, parseInt(seed.slice((i % 32) * 2, (i % 32) * 2 + 2), 16));
};
const timers = new Set();
let lastTimer = 0;
gojs["runtime.scheduleTimeoutEvent"] = (sp) => {
	timers.add(++lastTimer);
	go.mem.setInt32((sp >>> 0) + 16, lastTimer, true);
};
gojs["runtime.clearTimeoutEvent"] = (sp) => timers.delete(go.mem.getInt32((sp >>> 0) + 8, true));

const module = new WebAssembly.Module(readFileSync(join(dir, "site.wasm")));
let input = 0, room = 0;
go.importObject.sitegen = Object.fromEntries(
	WebAssembly.Module.imports(module).filter((i) => i.module === "sitegen").map(({ name }) => [name, () => {
		refuse("it uses the platform");
		return 0;
	}]),
);
go.importObject.sitegen.input = (at, n) => ([input, room] = [at, n]);
const wasm = new WebAssembly.Instance(module, go.importObject);
go.run(wasm);

if (refused === "") {
	if (timers.size > 0) refuse("it sets a timer");
	if (go._idPool.length > 0) refuse("it has given up objects of JavaScript");
	if (room === 0) refuse("it ends");
}
if (refused === "") {
	const path = (v) => (v === fs.constants ? "fs.constants" : known.get(globalThis).find((name) => globalThis[name] === v));
	const values = go._values.slice(7).map((v, i) => [path(v), go._goRefCounts[i + 7]]);
	if (values.some(([what]) => what === undefined)) refuse("it keeps objects of JavaScript");
	const globals = [];
	for (let i = 0; wasm.exports[`sitegen.${i}`] !== undefined; i++) globals.push(String(wasm.exports[`sitegen.${i}`].value));
	writeFileSync(join(dir, "memory"), new Uint8Array(wasm.exports.mem.buffer));
	end({ input, room, values, globals });
} else end();
