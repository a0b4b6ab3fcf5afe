// Runs the compiler beside the page, so that a loop that never ends takes nothing but this worker.
//
// It is told {start: module, exports: bytes} once, then {run: number, files: [{name, text}], page: name}; it answers
// {ready: true}, {run: number, result: …} or {failed: text}.
importScripts("wasm_exec.js");

onmessage = async ({ data }) => {
  try {
    if (data.start) {
      const go = new Go();
      const instance = await WebAssembly.instantiate(data.start, go.importObject);
      go.run(instance);
      const failed = sitegenStart(data.exports);
      postMessage(failed ? { failed } : { ready: true });
    } else {
      postMessage({ run: data.run, result: JSON.parse(sitegenRun(JSON.stringify(data.files), data.page)) });
    }
  } catch (error) {
    postMessage({ failed: String(error) });
  }
};
