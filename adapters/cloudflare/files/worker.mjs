// The Worker around a site's Go program: a pool of instances of it, one request at a time each.
//
// Why a pool: Go's scheduler resumes whatever goroutine can go on, and the Workers runtime forbids code that runs for one
// request to touch what another request has begun. With two requests in one instance, each wakes the goroutines of the
// other. With one instance per request everything is right and takes 25 ms. So an instance answers one request, and then
// the next; it is thrown away when it exits, when goroutines or timers outlive their request, or when it has grown too
// large.
//
// How Go and JavaScript talk: Go calls the functions of `imports`, which take notes or copy bytes and return at once;
// they never call back into Go and never touch a stream. JavaScript calls `enter`, which wakes Go with one event and
// returns when all goroutines wait; only then it acts on the notes. Heads are text in lines (runtime/wire.go), bodies are
// ranges of the instance's memory.

import program from "./site.wasm";
import "./wasm_exec.js";
import { Call } from "./bindings.mjs";
import { config, copy, names, special } from "./site.mjs";
import { begin } from "./start.mjs";

// The kinds of events, and what imports return: runtime/abi_js.go.
const REQUEST = 1, BODY = 2, DRAINED = 3, CANCEL = 4, REPLY = 5, START = 6, TIDY = 7;
const MORE = 0, FULL = 1, GONE = 2;
const BODY_END = -1, BODY_BROKEN = -2;
const RESULT_NONE = -1, RESULT_FAILED = -2;

const MB = 1 << 20;
const MEMORY = config.memory * MB; // of one instance; one that is larger is not used again
const MEMORY_ALL = 100 * MB; // of all; an isolate has 128 MB
const AHEAD = 64 << 10; // bytes of an answer that wait for the visitor before Go has to
// How long an answer may make no progress: until it begins, and between two pieces of it. 0 is for ever. The runtime
// tells of a visitor who has left only when something is written, so a silent stream would hold its instance for good.
const TIMEOUT = config.timeout * 1000;
const BEAT = 2000; // how often a request that takes longer shows that it is alive
const LOST = 10000; // without a beat: the runtime has dropped the request with all its timers
const GRACE = 2000; // for Go to end once it was told to
const QUEUE = 15000; // how long a request waits for an instance

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const nothing = new Uint8Array(0);

// ---------------------------------------------------------------------------------------------------------------------
// The log. console.log inside a call from Go could re-enter Go ("schedule: holding locks"), so lines wait until Go has
// returned.

const lines = [];
const unfinished = new Map(); // by stream: the beginning of a line

function say() {
	for (const [level, text] of lines.splice(0)) {
		if (level >= 8) console.error(text);
		else if (level >= 4) console.warn(text);
		else console.log(text);
	}
}

// What Go prints: fmt.Println, println, and the trace of a panic that nobody recovered.
globalThis.fs.writeSync = (fd, bytes) => {
	const text = (unfinished.get(fd) ?? "") + decoder.decode(bytes);
	const end = text.lastIndexOf("\n");
	unfinished.set(fd, text.slice(end + 1));
	if (end >= 0) lines.push([fd === 2 ? 8 : 0, text.slice(0, end)]);
	return bytes.length;
};

// ---------------------------------------------------------------------------------------------------------------------
// The clock. Between two requests it may stand still in a Worker, but it must neither be zero nor run backwards.

let clock = 1;
const now = () => (clock = Math.max(clock, Date.now()));

// ---------------------------------------------------------------------------------------------------------------------
// The files of the site, by name. The list is shared by all instances and read when it is first needed.

let files;
const hasFile = (name) => (files ??= new Set(names.split("\n"))).has(name);

// assetPath is the address at which the assets binding serves a file without redirecting.
function assetPath(name) {
	let path = name;
	if (config.html !== "none") {
		const slash = config.html === "force-trailing-slash" ? "/" : "";
		if (path === "index.html") path = "";
		else if (path.endsWith("/index.html")) path = path.slice(0, -11) + (config.html === "drop-trailing-slash" ? "" : "/");
		else if (path.endsWith(".html")) path = path.slice(0, -5) + slash;
	}
	return config.base + path.split("/").map(encodeURIComponent).join("/");
}

const redirected = (status) => status === 301 || status === 302 || status === 307 || status === 308;

// asset answers with a file of the site. Nothing of the request decides which host or path is asked: the binding ignores
// the host, and the name is one of the list.
async function asset(env, request, name, status, reason, extra) {
	if (status === 200 && Object.hasOwn(special, name)) {
		status = special[name][0];
		extra = [...special[name][1], ...extra];
	}
	const headers = new Headers();
	if (status === 200) {
		for (const h of ["If-None-Match", "If-Modified-Since", "Range"]) {
			const value = request.headers.get(h);
			if (value !== null) headers.set(h, value);
		}
	}
	const method = request.method === "HEAD" ? "HEAD" : "GET";
	let url = new URL(assetPath(name), "https://assets.local");
	let got = await env.ASSETS.fetch(url, { method, headers, redirect: "manual" });
	if (redirected(got.status) && got.headers.has("Location")) {
		// The binding spells the name otherwise than we do. Any other redirect is one of _redirects.
		const to = new URL(got.headers.get("Location"), url);
		if (to.origin === url.origin) got = await env.ASSETS.fetch((url = to), { method, headers, redirect: "manual" });
	}
	if (got.status !== 200 && got.status !== 206 && got.status !== 304) {
		console.error(`the assets answer ${got.status} for ${name}`);
		return plain(500);
	}
	const out = new Headers(got.headers);
	const seen = new Set();
	for (let i = 0; i + 1 < extra.length; i += 2) {
		const key = extra[i].toLowerCase();
		if (key === "set-cookie" || key === "vary" || seen.has(key)) out.append(key, extra[i + 1]);
		else out.set(key, extra[i + 1]);
		seen.add(key);
	}
	if (status !== 200) {
		for (const h of ["ETag", "Last-Modified", "Accept-Ranges"]) out.delete(h);
		if (!seen.has("cache-control")) out.set("Cache-Control", "no-store");
		return new Response(got.body, { status, statusText: reason, headers: out });
	}
	return new Response(got.body, { status: got.status, statusText: reason, headers: out });
}

const REASONS = { 500: "Internal Server Error", 503: "Service Unavailable", 504: "Gateway Timeout" };

function plain(status, more) {
	return new Response(`${status} ${REASONS[status]}\n`, {
		status,
		headers: { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", ...more },
	});
}

// failed is the answer when Go has none: the site's own page for it where there is one.
async function failed(env, request, status) {
	const name = `${status}.html`;
	if (env.ASSETS === undefined || !hasFile(name)) return plain(status);
	try {
		return await asset(env, request, name, status, "", []);
	} catch {
		return plain(status);
	}
}

// ---------------------------------------------------------------------------------------------------------------------
// Exchange is one request with its answer.

class Exchange {
	constructor(instance, request, env, ctx) {
		this.instance = instance;
		this.request = request;
		this.env = env;
		this.ctx = ctx;
		this.head = null; // of the answer, as Go packed it
		this.file = null; // name of the file that answers
		this.chunks = []; // of the answer, not sent yet
		this.waiting = 0; // their bytes
		this.flushed = false;
		this.finished = false; // Go has given all of the answer
		this.broken = false; // the answer is not whole
		this.over = false; // Go has nothing to do with the request any more
		this.leaked = 0;
		this.gone = false; // the visitor
		this.full = false; // Go waits for DRAINED, or will before its next bytes
		this.answered = false; // a Response was made
		this.writer = null; // of its body
		this.writing = false;
		this.resolve = null; // gives the Response, when fetch has returned a promise
		this.ended = null; // ends the promise given to waitUntil
		this.timer = 0; // of the beat
		this.since = 0; // when something was last sent, or the request came
		this.told = 0; // when Go was told to end; 0: it was not
		this.reader = null; // of the request's body
		this.pulling = false;
		this.chunk = null; // what hostTake copies from
		this.offset = 0;
		this.bodyEnd = request.body === null ? BODY_END : 0;
		this.calls = null; // by number: what Go has begun
		this.lastCall = 0;
	}

	// later is what fetch returns when Go could not answer at once.
	later() {
		this.since = now();
		this.ctx.waitUntil(new Promise((resolve) => (this.ended = resolve)));
		// Where the runtime does not tell, the stream of the answer or a beat that stays away does.
		this.request.signal?.addEventListener("abort", () => this.leave());
		this.timer = setTimeout(() => this.beat(), TIMEOUT > 0 ? Math.min(BEAT, TIMEOUT) : BEAT);
		this.instance.alive = this.since;
	}

	beat() {
		const time = now();
		const passed = time - this.since;
		const waits = TIMEOUT > 0 && !this.finished && this.told === 0;
		this.instance.alive = time;
		if (this.over) {
			this.settle(); // another request has given the instance up
			return;
		}
		if (this.told > 0 && time - this.told >= GRACE) {
			this.instance.retire("it goes on after it was told to end");
			this.settle();
			return;
		}
		if (waits && passed >= TIMEOUT) {
			this.tell(2);
			return;
		}
		let next = BEAT;
		if (waits) next = Math.min(next, TIMEOUT - passed);
		this.timer = setTimeout(() => this.beat(), next);
	}

	// tell asks Go to end: the visitor is gone (1), or has waited too long (2).
	tell(why) {
		if (this.over || this.told > 0) return;
		this.told = now();
		if (this.timer !== 0) {
			clearTimeout(this.timer);
			this.timer = setTimeout(() => this.beat(), GRACE);
		}
		this.instance.enter(this, CANCEL, why);
	}

	leave() {
		this.gone = true;
		this.tell(1);
	}

	// settle acts on what Go has noted, once Go has returned. It gives a Response where one can be made.
	settle() {
		const instance = this.instance;
		if (instance.dead && !this.over) {
			this.over = true;
			if (!this.finished) this.broken = true;
		}
		let response = null;
		if (!this.answered) {
			response = this.respond();
			if (response !== null) {
				this.answered = true;
				if (this.resolve !== null) this.resolve(response);
			}
		}
		this.pump();
		if (this.over && this.ended !== null) {
			clearTimeout(this.timer);
			this.reader?.cancel().catch(() => {});
			this.drop();
			this.ended();
			this.ended = null;
		}
		return response;
	}

	// respond makes the Response when there is enough of it; it may be a promise of one.
	respond() {
		if (this.head === null || (this.broken && !this.flushed)) {
			if (this.over) return failed(this.env, this.request, this.told > 0 ? 504 : 500);
			return null;
		}
		if (!this.finished && !this.flushed) return null;
		const fields = this.head.split("\n");
		const status = Number(fields[0]);
		const reason = fields[1];
		if (this.file !== null) {
			return asset(this.env, this.request, this.file, status, reason, fields.slice(2, -1)).catch((err) => {
				console.error(`${this.file}: ${err}`);
				return plain(500);
			});
		}
		// An object is read several times as fast as a list of pairs, but holds a name once.
		let headers = { __proto__: null };
		let encoded = false;
		for (let i = 2; i + 1 < fields.length; i += 2) {
			const name = fields[i];
			if (name in headers) {
				headers = [];
				for (let k = 2; k + 1 < fields.length; k += 2) headers.push([fields[k], fields[k + 1]]);
				encoded = headers.some(([name]) => name.toLowerCase() === "content-encoding");
				break;
			}
			headers[name] = fields[i + 1];
			if (name.length === 16 && name.toLowerCase() === "content-encoding") encoded = true;
		}
		let body = null;
		if (status !== 204 && status !== 205 && status !== 304 && this.request.method !== "HEAD") {
			body = this.finished ? this.bytes() : this.stream();
		}
		const init = { status, headers };
		if (reason !== "") init.statusText = reason;
		if (encoded) init.encodeBody = "manual";
		try {
			return new Response(body, init);
		} catch (err) {
			console.error(`the runtime refuses the answer: ${err}`);
			this.broken = true;
			return failed(this.env, this.request, 500);
		}
	}

	// bytes is a whole body.
	bytes() {
		if (this.chunks.length === 1) return this.chunks[0];
		if (this.chunks.length === 0) return this.request.method === "HEAD" ? null : nothing;
		const all = new Uint8Array(this.chunks.reduce((n, c) => n + c.length, 0));
		let at = 0;
		for (const c of this.chunks) {
			all.set(c, at);
			at += c.length;
		}
		return all;
	}

	// stream is a body that is still being made. What is written is taken by the runtime itself, without JavaScript.
	stream() {
		const { readable, writable } = new IdentityTransformStream();
		this.writer = writable.getWriter();
		this.writer.closed.catch(() => this.leave());
		return readable;
	}

	// pump hands on what waits, one chunk after the other, and lets Go write more when there is room.
	pump() {
		const w = this.writer;
		if (w === null || this.writing || this.gone || this.instance.running) return;
		if (this.chunks.length > 0) {
			const chunk = this.chunks.length === 1 ? this.chunks[0] : this.bytes();
			this.chunks = [];
			this.writing = true;
			w.write(chunk).then(
				() => {
					this.writing = false;
					this.since = now();
					this.waiting -= chunk.length;
					if (this.full && this.waiting < AHEAD && !this.over) {
						this.full = false;
						this.instance.enter(this, DRAINED, 0);
					}
					this.pump();
				},
				() => this.leave(),
			);
			return;
		}
		if (!this.finished && !this.broken) return;
		this.writer = null;
		if (this.broken) w.abort(new Error("the answer broke off")).catch(() => {});
		else w.close().catch(() => {});
	}

	// pull reads the next bytes of the request's body.
	pull() {
		this.pulling = false;
		let read;
		try {
			this.reader ??= this.request.body.getReader();
			read = this.reader.read();
		} catch (err) {
			read = Promise.reject(err);
		}
		read.then(
			({ done, value }) => {
				if (done) this.bodyEnd = BODY_END;
				else {
					this.chunk = value;
					this.offset = 0;
				}
			},
			() => (this.bodyEnd = BODY_BROKEN),
		).then(() => this.instance.enter(this, BODY, 0));
	}

	// call begins an operation and tells Go of its end. Go is on the stack, and must have returned before anything happens.
	call([name, ...args], data) {
		const id = ++this.lastCall;
		this.calls ??= new Map();
		const call = new Call(this.calls, this.request, this.env);
		this.calls.set(id, call);
		Promise.resolve()
			.then(() => call.run(name, args, data))
			.then(() => this.instance.enter(this, REPLY, id));
		return id;
	}

	// result gives the result of a call, and forgets the call unless a stream came of it.
	result(id) {
		const call = this.calls.get(id);
		const { result } = call;
		call.result = undefined;
		if (call.reader === undefined && call.writer === undefined) this.calls.delete(id);
		return { bytes: result, failed: call.failed };
	}

	// drop ends a call, or all of them.
	drop(id) {
		if (this.calls === null) return;
		if (id === undefined) {
			for (const c of this.calls.values()) c.drop();
			this.calls.clear();
			return;
		}
		this.calls.get(id)?.drop();
		this.calls.delete(id);
	}
}

// ---------------------------------------------------------------------------------------------------------------------
// Instance is one running copy of the program.

class Instance {
	constructor(env) {
		this.x = null;
		this.running = false; // Go is on the stack
		this.dead = false;
		this.alive = 0;
		this.env = env;
		this.timers = new Map(); // by Go's number: when, and which timeout of the runtime
		this.timerID = 0;
		this.input = copy?.input ?? 0; // where Go wants the head of a request
		this.room = copy?.room ?? 0;
		this.text = nothing; // what hostTake copies first
		this.wakeups = 0;

		const go = (this.go = new globalThis.Go());
		go.exit = () => {
			this.dead = true;
		};
		const gojs = go.importObject.gojs;
		const int64 = (at) => go.mem.getUint32(at, true) + go.mem.getInt32(at + 4, true) * 4294967296;
		const setInt64 = (at, v) => {
			go.mem.setUint32(at, v, true);
			go.mem.setUint32(at + 4, Math.floor(v / 4294967296), true);
		};
		gojs["runtime.nanotime1"] = (sp) => setInt64((sp >>> 0) + 8, now() * 1e6);
		// Timers belong to the request during which Go sets them. Those that are still set when it ends are set again for
		// the next one, because Go relies on them; see release.
		gojs["runtime.scheduleTimeoutEvent"] = (sp) => {
			sp >>>= 0;
			const id = ++this.timerID;
			this.arm(id, now() + int64(sp + 8));
			go.mem.setInt32(sp + 16, id, true);
		};
		gojs["runtime.clearTimeoutEvent"] = (sp) => {
			const id = go.mem.getInt32((sp >>> 0) + 8, true);
			clearTimeout(this.timers.get(id)?.handle);
			this.timers.delete(id);
		};
		go.importObject.sitegen = imports(this);
		this.wasm = new WebAssembly.Instance(program, go.importObject);
		this.running = true;
		try {
			begin(go, this.wasm, copy);
			if (!this.dead) this.resume(START);
		} finally {
			this.running = false;
		}
		if (this.dead) throw new Error("the program ended before it served anything");
	}

	get memory() {
		return this.wasm.exports.mem.buffer.byteLength;
	}

	view(at, length) {
		return new Uint8Array(this.wasm.exports.mem.buffer, at >>> 0, length);
	}

	copy(at, length) {
		at >>>= 0;
		return new Uint8Array(this.wasm.exports.mem.buffer.slice(at, at + length));
	}

	read(at, length) {
		return length === 0 ? "" : decoder.decode(this.view(at, length));
	}

	arm(id, due) {
		const x = this.x;
		const handle = setTimeout(() => {
			if (this.x !== x || !this.timers.has(id)) return;
			this.timers.delete(id);
			this.run(() => this.go._resume());
			x?.settle();
			this.release();
		}, Math.max(due - now(), 0));
		this.timers.set(id, { due, handle });
	}

	// resume hands an event to Go and lets it go on.
	resume(event) {
		this.wasm.exports["sitegen.event"](event);
		this.go._resume();
	}

	// run lets Go go on until all its goroutines wait.
	run(f) {
		this.running = true;
		this.wakeups++;
		try {
			f();
		} catch (err) {
			// A stack that is too deep, or the like: what Go left behind cannot be trusted.
			this.dead = true;
			lines.push([8, `the program failed: ${err}`]);
		} finally {
			this.running = false;
		}
		if (this.dead) this.x && (this.x.broken ||= !this.x.finished);
		if (lines.length > 0) say();
	}

	wake(x, kind, value) {
		if (this.dead || this.x !== x || x.over) return;
		this.run(() => this.resume(kind | (value << 4)));
	}

	// enter wakes Go with an event of a request, and acts on what it has done.
	enter(x, kind, value) {
		if (this.dead || this.x !== x || x.over) return null;
		this.wake(x, kind, value);
		const response = x.settle();
		this.release();
		return response;
	}

	// serve answers a request: with a Response where Go could answer without waiting, else with a promise.
	serve(request, env, ctx) {
		const x = (this.x = new Exchange(this, request, env, ctx));
		this.alive = now();
		for (const [id, t] of this.timers) this.arm(id, t.due);
		const response = this.enter(x, REQUEST, this.pack(request, x.bodyEnd === 0));
		if (!x.over) x.later();
		if (response !== null) return response;
		return new Promise((resolve) => (x.resolve = resolve));
	}

	// pack writes the head of a request to where Go reads it and gives its length.
	pack(request, body) {
		const url = request.url;
		const host = url.indexOf("://") + 3;
		let path = url.indexOf("/", host);
		if (path < 0) path = url.length;
		let named = "", peer = "", lines = "";
		request.headers.forEach((value, name) => {
			lines += `${name}\n${value}\n`;
			if (name === "host") named = value;
			else if (name === "cf-connecting-ip") peer = value;
		});
		const head = `${request.method}\n${url.slice(0, host - 3)}\n${named || url.slice(host, path)}\n${url.slice(path) || "/"}\n${peer}\n${
			body ? "1" : ""
		}\n${lines}`;
		if (head.length * 3 <= this.room) return encoder.encodeInto(head, this.view(this.input, this.room)).written;
		this.text = encoder.encode(head);
		if (this.text.length > this.room) return this.text.length;
		this.view(this.input, this.text.length).set(this.text);
		const n = this.text.length;
		this.text = nothing;
		return n;
	}

	// timed says whether Go waits for a timer. It keeps one timeout of the runtime for the earliest of its timers, and does
	// not take it back when the timer is stopped: pretend that it has come, and let Go go on. If it asks for another one,
	// there is a timer left: one of the author's, or that of Go's own scavenger, which TIDY ends.
	timed(go) {
		if (this.timers.size === 0 || this.dead) return false;
		for (const t of this.timers.values()) clearTimeout(t.handle);
		this.timers.clear();
		this.run(go);
		return this.timers.size > 0;
	}

	// release takes the instance back when its request is over.
	release() {
		const x = this.x;
		if (x === null || (!x.over && !this.dead) || this.running) return;
		if (this.dead) {
			this.retire("");
			return;
		}
		let why = "";
		if (x.leaked > 0) why = `${x.leaked} goroutines outlive the request`;
		else if (this.timed(() => this.go._resume()) && this.timed(() => this.resume(TIDY)) && this.timed(() => this.go._resume())) why = "a timer outlives the request";
		if (why !== "") console.warn(`an instance is replaced after ${x.request.method} ${pathOf(x.request)}: ${why}`);
		this.x = null;
		if (why !== "" || this.dead || this.memory > MEMORY || pool.memory() > MEMORY_ALL) {
			this.retire("");
			return;
		}
		pool.give(this);
	}

	// retire takes the instance out of service; its memory goes with the last reference to it.
	retire(why) {
		if (why !== "") console.error(`an instance is given up${this.x ? ` during ${this.x.request.method} ${pathOf(this.x.request)}` : ""}: ${why}`);
		this.dead = true;
		for (const t of this.timers.values()) clearTimeout(t.handle);
		this.timers.clear();
		const x = this.x;
		this.x = null;
		if (x !== null && !x.over) {
			x.over = true;
			if (!x.finished) x.broken = true;
		}
		pool.drop(this);
	}
}

const pathOf = (request) => request.url.slice(request.url.indexOf("/", 8)).split("?", 1)[0];

// imports are the functions that Go calls; see runtime/abi_js.go.
function imports(instance) {
	return {
		input: (at, n) => {
			instance.input = at;
			instance.room = n;
		},
		take: (at, n) => {
			if (instance.text.length > 0) {
				instance.view(at, n).set(instance.text.subarray(0, n));
				instance.text = nothing;
				return n;
			}
			const x = instance.x;
			if (x.chunk === null) return x.bodyEnd;
			const m = Math.min(n, x.chunk.length - x.offset);
			instance.view(at, m).set(x.chunk.subarray(x.offset, x.offset + m));
			x.offset += m;
			if (x.offset >= x.chunk.length) x.chunk = null;
			return m;
		},
		pull: () => {
			const x = instance.x;
			if (x.pulling) return;
			x.pulling = true;
			// Streams may call back at once, and Go is on the stack.
			queueMicrotask(() => x.pull());
		},
		head: (at, n) => {
			instance.x.head = instance.read(at, n);
		},
		chunk: (at, n) => {
			const x = instance.x;
			if (x.gone) return GONE;
			x.chunks.push(instance.copy(at, n));
			x.waiting += n;
			if (x.waiting < AHEAD) return MORE;
			x.flushed = x.full = true;
			return FULL;
		},
		flush: () => {
			instance.x.flushed = true;
		},
		file: (at, n) => {
			instance.x.file = instance.read(at, n);
		},
		finish: (broken) => {
			instance.x.finished = broken === 0;
			instance.x.broken = broken !== 0;
		},
		done: (leaked) => {
			instance.x.over = true;
			instance.x.leaked = leaked;
		},
		has: (at, n) => (hasFile(instance.read(at, n)) ? 1 : 0),
		log: (level, at, n) => {
			lines.push([level, instance.read(at, n)]);
		},
		text: (which) => {
			instance.text = which === 0 ? environment(instance.env) : visitor(instance.x?.request.cf);
			return instance.text.length;
		},
		call: (at, n, data, m) => instance.x.call(instance.read(at, n).split("\0").slice(0, -1), m === 0 ? nothing : instance.copy(data, m)),
		drop: (id) => {
			const { x } = instance;
			// A stream that is ended may call back at once, and Go is on the stack.
			queueMicrotask(() => x.drop(id));
		},
		result: (id) => {
			const { bytes, failed } = instance.x.result(id);
			if (bytes === null) return RESULT_NONE;
			instance.text = bytes;
			return failed ? RESULT_FAILED - bytes.length : bytes.length;
		},
	};
}

// plainData tells variables that are JSON from bindings.
const plainData = (v) => typeof v === "number" || typeof v === "boolean" || Array.isArray(v) || (v !== null && typeof v === "object" && Object.getPrototypeOf(v) === Object.prototype);

// environment packs variables and secrets, which os.Getenv then gives; those that are not texts as JSON.
function environment(env) {
	let text = "";
	for (const [name, value] of Object.entries(env)) {
		if (typeof value === "string") text += `${name}\0${value}\0`;
		else if (plainData(value)) text += `${name}\0${JSON.stringify(value)}\0`;
	}
	return encoder.encode(text);
}

// visitor packs what Cloudflare knows of where the visitor is, in the order of runtime/platform_js.go.
function visitor(cf = {}) {
	const known = [cf.country, cf.continent, cf.regionCode, cf.city, cf.postalCode, cf.timezone, cf.latitude, cf.longitude, cf.colo, cf.asn,
		cf.asOrganization, cf.tlsVersion, cf.httpProtocol];
	return encoder.encode(known.map((v) => `${v ?? ""}\0`).join(""));
}

// ---------------------------------------------------------------------------------------------------------------------
// The pool.

const pool = {
	all: new Set(),
	idle: [],
	waiters: new Map(), // requests that found all instances busy, the oldest first, and when each has last looked
	memory() {
		let n = 0;
		for (const i of this.all) n += i.memory;
		return n;
	},
	// take gives an instance, or null when all are busy and there is no room for another.
	take(env) {
		const i = this.idle.pop();
		if (i !== undefined) return i;
		if (!this.room() && !this.reclaim()) return null;
		const made = new Instance(env);
		this.all.add(made);
		return made;
	},
	room() {
		return this.all.size === 0 || (this.all.size < config.instances && this.memory() + MEMORY / 2 <= MEMORY_ALL);
	},
	// reclaim gives up instances whose request the runtime has dropped.
	reclaim() {
		const limit = now() - LOST;
		for (const i of this.all) if (i.alive < limit && i.x !== null) i.retire("its request was dropped by the runtime");
		return this.room();
	},
	give(i) {
		this.idle.push(i);
	},
	drop(i) {
		this.all.delete(i);
	},
	// turn says whether a waiting request is among those who may take the instances that are free. One that has not looked
	// for a while was dropped by the runtime.
	turn(ticket, time) {
		let free = this.idle.length + (this.room() || this.reclaim() ? 1 : 0);
		for (const [t, looked] of this.waiters) {
			if (free === 0) return false;
			if (t === ticket) return true;
			if (time - looked > 100) this.waiters.delete(t);
			else free--;
		}
		return true;
	},
	// wait answers a request that found all instances busy. It looks by itself from time to time: a promise that another
	// request resolves could be resolved by one that ends at that moment, and would never go on.
	async wait(request, env, ctx) {
		const begin = now();
		const ticket = {};
		this.waiters.set(ticket, begin);
		request.signal?.addEventListener("abort", () => this.waiters.delete(ticket));
		try {
			for (let pause = 2; ; pause = Math.min(pause * 2, 16)) {
				await new Promise((resolve) => setTimeout(resolve, pause));
				if (request.signal?.aborted) return plain(503); // nobody reads it
				const time = now();
				this.waiters.set(ticket, time); // keeps its place
				if (this.turn(ticket, time)) {
					const i = this.take(env);
					if (i !== null) return i.serve(request, env, ctx);
				}
				if (time - begin > QUEUE) {
					console.error(`all ${this.all.size} instances are busy for ${QUEUE / 1000} s`);
					return plain(503, { "Retry-After": "5" });
				}
			}
		} finally {
			this.waiters.delete(ticket);
		}
	},
};

export default {
	fetch(request, env, ctx) {
		try {
			// Who came earlier goes first.
			const instance = pool.waiters.size > 0 ? null : pool.take(env);
			if (instance === null) return pool.wait(request, env, ctx);
			return instance.serve(request, env, ctx);
		} catch (err) {
			// The glue itself, or an instance that cannot start.
			if (lines.length > 0) say();
			console.error(`the worker failed: ${err?.stack ?? err}`);
			return failed(env, request, 500);
		}
	},
};
