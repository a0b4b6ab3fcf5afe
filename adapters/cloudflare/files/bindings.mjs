// What Go may ask of the platform, by name: the other half of sitegen.dev/core/site/cloudflare. An operation gets the
// call (worker.mjs), its texts and its bytes, and gives bytes, a text, or null where there is nothing.

const encoder = new TextEncoder();
const nothing = new Uint8Array(0);

// The kinds of bindings, each with a method that no other kind has. A binding to a Worker has methods of any name, so
// that only its class tells; it may be what some of the smaller kinds are behind the scenes.
const KV = { is: "KV namespace", has: "getWithMetadata", strict: true };
const R2 = { is: "R2 bucket", has: "createMultipartUpload", strict: true };
const D1 = { is: "D1 database", has: "prepare", strict: true };
const QUEUE = { is: "queue", has: "sendBatch", strict: true };
const OBJECTS = { is: "namespace of Durable Objects", has: "idFromName", strict: true };
const WORKER = { is: "binding to a Worker", has: "fetch" };
const SECRET = { is: "secret of a store", has: "get" };
const LIMIT = { is: "rate limit", has: "limit" };
const ANALYTICS = { is: "data set of the Analytics Engine", has: "writeDataPoint" };

// binding gives what a name stands for. The build has looked at the names that are constants.
function binding(env, name, kind) {
	const b = Object.hasOwn(env, name) ? env[name] : undefined;
	if (b === undefined) throw new Error(`there is no binding ${name}: see wrangler.jsonc`);
	const worker = Object.prototype.toString.call(b) === "[object Fetcher]";
	if (typeof b?.[kind.has] !== "function" || (kind.strict && worker)) throw new Error(`the binding ${name} is no ${kind.is}: see wrangler.jsonc`);
	return b;
}

// headOf packs the head of an answer as stream.go reads it, and keeps its body for the call to read.
function headOf(call, response) {
	const headers = new Headers(response.headers);
	if (response.body !== null && /^(gzip|x-gzip|br|deflate|zstd)$/i.test(headers.get("content-encoding") ?? "")) {
		headers.delete("content-encoding"); // the runtime decompresses what is read
		headers.delete("content-length");
	}
	let text = `${response.status}\n${response.statusText.replaceAll("\n", " ")}\n${response.body === null ? "" : "1"}`;
	for (const [name, value] of headers) text += `\n${name}\n${value}`;
	if (response.body !== null) call.reader = response.body.getReader();
	return text;
}

// bodyOf is what Go sends: bytes, or a stream that it writes beside the call.
function bodyOf(call, kind, size, data) {
	if (kind === "none") return undefined;
	if (kind === "data") return data;
	const { readable, writable } = size === "" ? new IdentityTransformStream() : new FixedLengthStream(Number(size));
	call.writer = writable.getWriter();
	call.writer.closed.catch(() => {});
	return readable;
}

function pairs(list, from) {
	const headers = new Headers();
	for (let i = from; i + 1 < list.length; i += 2) headers.append(list[i], list[i + 1]);
	return headers;
}

const json = (value) => JSON.stringify(value);

function parsed(text, what) {
	try {
		return JSON.parse(text);
	} catch {
		throw new Error(`${what} is no JSON`);
	}
}

const cacheOf = (name) => (name === "" ? caches.default : caches.open(name));

const object = (o) => ({ key: o.key, size: o.size, httpEtag: o.httpEtag, uploaded: o.uploaded, httpMetadata: o.httpMetadata ?? {}, customMetadata: o.customMetadata ?? {} });

// bytesFrom reads base64, in which a blob comes.
const bytesFrom = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

export const operations = {
	async fetch(call, [name, by, which, cf, method, url, kind, size, ...headers], data) {
		let target = globalThis;
		if (by === "service") target = binding(call.env, name, WORKER);
		else if (by !== "") {
			const space = binding(call.env, name, OBJECTS);
			target = space.get(by === "id" ? space.idFromString(which) : space.idFromName(which));
		}
		const init = { method, headers: pairs(headers, 0), body: bodyOf(call, kind, size, data), redirect: "manual", signal: call.signal() };
		if (cf !== "") init.cf = JSON.parse(cf);
		return headOf(call, await target.fetch(url, init));
	},
	async read(call, [id]) {
		const reader = call.other(id)?.reader;
		if (reader === undefined) throw new Error("the stream is closed");
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return null;
			if (value.length > 0) return value;
		}
	},
	async write(call, [id], data) {
		const writer = call.other(id)?.writer;
		if (writer === undefined) throw new Error("the stream is closed");
		await writer.write(data);
		return nothing;
	},
	async end(call, [id, reason]) {
		const writer = call.other(id)?.writer;
		if (writer === undefined) throw new Error("the stream is closed");
		if (reason === undefined) await writer.close();
		else await writer.abort(new Error(reason));
		return nothing;
	},
	async "kv.get"({ env }, [space, key]) {
		const value = await binding(env, space, KV).get(key, "arrayBuffer");
		return value === null ? null : new Uint8Array(value);
	},
	// The metadata as JSON, which has no NUL, then a NUL and the value.
	async "kv.get-with"({ env }, [space, key]) {
		const { value, metadata } = await binding(env, space, KV).getWithMetadata(key, "arrayBuffer");
		if (value === null) return null;
		const text = encoder.encode((metadata === null ? "" : json(metadata)) + "\0");
		const both = new Uint8Array(text.length + value.byteLength);
		both.set(text);
		both.set(new Uint8Array(value), text.length);
		return both;
	},
	async "kv.put"({ env }, [space, key, ttl, metadata], data) {
		const options = {};
		if (ttl !== "0") options.expirationTtl = Number(ttl);
		if (metadata !== "") options.metadata = parsed(metadata, "the metadata");
		await binding(env, space, KV).put(key, data, options);
		return nothing;
	},
	async "kv.delete"({ env }, [space, key]) {
		await binding(env, space, KV).delete(key);
		return nothing;
	},
	async "kv.list"({ env }, [space, prefix, cursor]) {
		const got = await binding(env, space, KV).list({ prefix, cursor: cursor || undefined });
		return json({ keys: got.keys, cursor: got.list_complete ? "" : got.cursor });
	},
	async "r2.head"({ env }, [bucket, key]) {
		const got = await binding(env, bucket, R2).head(key);
		return got === null ? null : json(object(got));
	},
	async "r2.get"(call, [bucket, key, offset, length]) {
		const options = {};
		if (offset !== "0" || length !== "-1") options.range = { offset: Number(offset), ...(length === "-1" ? {} : { length: Number(length) }) };
		const got = await binding(call.env, bucket, R2).get(key, options);
		if (got === null) return null;
		call.reader = got.body.getReader();
		return json(object(got));
	},
	async "r2.put"(call, [bucket, key, options, absent, kind, size], data) {
		const how = JSON.parse(options);
		if (absent === "true") how.onlyIf = new Headers({ "If-None-Match": "*" });
		const got = await binding(call.env, bucket, R2).put(key, bodyOf(call, kind, size, data), how);
		return got === null ? null : json(object(got));
	},
	async "r2.delete"({ env }, [bucket], data) {
		await binding(env, bucket, R2).delete(JSON.parse(new TextDecoder().decode(data)) ?? []);
		return nothing;
	},
	async "r2.list"({ env }, [bucket, prefix, delimiter, cursor]) {
		const got = await binding(env, bucket, R2).list({
			prefix: prefix || undefined,
			delimiter: delimiter || undefined,
			cursor: cursor || undefined,
			include: ["httpMetadata", "customMetadata"],
		});
		return json({ objects: got.objects.map(object), delimitedPrefixes: got.delimitedPrefixes, cursor: got.truncated ? got.cursor : "" });
	},
	// SQLite has no type for yes and no: the columns that Go reads as one come in bools, in small letters.
	async "d1.run"({ env }, [name, ...bools], data) {
		const db = binding(env, name, D1);
		const list = JSON.parse(new TextDecoder().decode(data)).map(({ sql, args }) => db.prepare(sql).bind(...args.map((a) => (Array.isArray(a) ? bytesFrom(a[0]) : a))));
		const got = list.length === 1 ? [await list[0].all()] : await db.batch(list);
		if (bools.length > 0) {
			for (const row of got[0].results) {
				for (const [column, value] of Object.entries(row)) {
					if (typeof value === "number" && bools.includes(column.toLowerCase())) row[column] = value !== 0;
				}
			}
		}
		return json(got);
	},
	async "queue.send"({ env }, [name, contentType, delay], data) {
		const queue = binding(env, name, QUEUE);
		const text = contentType === "bytes" ? data : new TextDecoder().decode(data);
		const options = { contentType };
		if (delay !== "0") options.delaySeconds = Number(delay);
		await queue.send(contentType === "json" ? JSON.parse(text) : text, options);
		return nothing;
	},
	async "cache.match"(call, [name, url]) {
		const got = await (await cacheOf(name)).match(url);
		return got === undefined ? null : headOf(call, got);
	},
	async "cache.put"(call, [name, url, status, kind, size, ...headers], data) {
		// The stream has to be there before Go writes to it, which it does at once.
		const response = new Response(bodyOf(call, kind, size, data), { status: Number(status), headers: pairs(headers, 0) });
		await (await cacheOf(name)).put(url, response);
		return nothing;
	},
	async "cache.delete"(_, [name, url]) {
		return (await (await cacheOf(name)).delete(url)) ? nothing : null;
	},
	async "secret.get"({ env }, [name]) {
		return binding(env, name, SECRET).get();
	},
	async "ratelimit.limit"({ env }, [name, key]) {
		return (await binding(env, name, LIMIT).limit({ key })).success ? nothing : null;
	},
	async "analytics.write"({ env }, [name], data) {
		binding(env, name, ANALYTICS).writeDataPoint(JSON.parse(new TextDecoder().decode(data)));
		return nothing;
	},
	async cf(call) {
		return json(call.request.cf ?? {});
	},
};

// Call is one call that Go has begun in a request, with what came of it until Go drops it.
export class Call {
	constructor(calls, request, env) {
		this.calls = calls;
		this.request = request;
		this.env = env;
		this.result = undefined; // bytes, or null
		this.failed = false;
		this.reader = undefined;
		this.writer = undefined;
		this.abort = undefined;
		this.dropped = false;
	}

	// other is the call whose streams this one is about.
	other(id) {
		return this.calls.get(Number(id));
	}

	signal() {
		this.abort = new AbortController();
		if (this.dropped) this.abort.abort();
		return this.abort.signal;
	}

	// run does what is asked. It never throws.
	async run(name, args, data) {
		let got;
		try {
			if (!Object.hasOwn(operations, name)) throw new Error(`the worker knows no ${name}`);
			got = await operations[name](this, args, data);
		} catch (err) {
			this.failed = true;
			got = String(err?.message ?? err);
		}
		this.result = typeof got === "string" ? encoder.encode(got) : got;
		if (this.dropped) this.drop(); // what came after Go had lost interest
	}

	// drop ends the call with its streams.
	drop() {
		this.dropped = true;
		this.abort?.abort();
		this.reader?.cancel().catch(() => {});
		this.writer?.abort(new Error("the request is over")).catch(() => {});
		this.reader = this.writer = this.abort = undefined;
	}
}
