// The Workers that the one of testdata/site calls: a service, Durable Objects and the consumer of a queue.
export default [
	{
		name: "other",
		modules: true,
		compatibilityDate: "2026-04-01",
		kvNamespaces: { CACHE: "cache" },
		durableObjects: { COUNTERS: "Counter" },
		queueConsumers: { jobs: { maxBatchTimeout: 0 } },
		script: `
			import { DurableObject } from "cloudflare:workers";
			export class Counter extends DurableObject {
				async fetch(request) {
					const n = ((await this.ctx.storage.get("n")) ?? 0) + 1;
					await this.ctx.storage.put("n", n);
					return new Response(new URL(request.url).pathname + " " + n + " " + (await request.text()));
				}
			}
			export default {
				async fetch(request) {
					const headers = new Headers({ "X-Seen": request.headers.get("X-Id") ?? "" });
					headers.append("Set-Cookie", "a=1");
					headers.append("Set-Cookie", "b=2");
					return new Response("service " + request.method + " " + new URL(request.url).pathname + " " + (await request.text()), { status: 201, headers });
				},
				async queue(batch, env) {
					for (const m of batch.messages) {
						const body = m.body instanceof ArrayBuffer || ArrayBuffer.isView(m.body) ? "bytes " + new TextDecoder().decode(m.body) : typeof m.body + " " + JSON.stringify(m.body);
						const id = /q[a-z0-9]+/.exec(body)?.[0] ?? "q";
						await env.CACHE.put("queue-" + id, body);
					}
				},
			};`,
	},
];
