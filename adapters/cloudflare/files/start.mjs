// How an instance of the program begins: as the program, or as a copy of one that has started while the site was built
// (snapshot.mjs), where site.mjs tells of one. The memory is in the module then; here comes what Go knows of JavaScript,
// and randomness of its own.

// begin starts the program in an instance. It waits for its first event then.
export function begin(go, wasm, copy) {
	// A promise of the program's end would belong to the request that happens to be the first.
	go._exitPromise = undefined;
	go._resolveExitPromise = () => {};
	if (copy === null) {
		go.run(wasm);
		return;
	}
	const { buffer } = wasm.exports.mem;
	go._inst = wasm;
	go.mem = new DataView(buffer);
	go.exited = false;
	// The first seven are those of wasm_exec.js.
	go._values = [NaN, 0, null, true, false, globalThis, go];
	go._ids = new Map([0, null, true, false, globalThis, go].map((v, i) => [v, i + 1]));
	go._goRefCounts = new Array(7).fill(Infinity);
	go._idPool = [];
	for (const [path, count] of copy.values) {
		const value = path.split(".").reduce((v, name) => v[name], globalThis);
		go._ids.set(value, go._values.length);
		go._values.push(value);
		go._goRefCounts.push(count);
	}
	// The states of Go's generators (internal/chacha8rand): numbers to give out, seed, which number is next, how many
	// there are, how often numbers were made of the seed.
	for (const at of copy.random) {
		crypto.getRandomValues(new Uint8Array(buffer, at + 256, 32));
		go.mem.setUint32(at + 288, 32, true);
		go.mem.setUint32(at + 292, 32, true);
		go.mem.setUint32(at + 296, 0, true);
	}
}
