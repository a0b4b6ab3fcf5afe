// The page /playground/. The compiler runs in a worker, which is loaded when the page is opened and replaced when it does
// not come back from a run in time. What is in the editor is in the address too, so that a link carries it.

interface SourceFile { name: string; text: string }
interface Example { name: string; title: string; files: SourceFile[] }
interface Finding { level: string; file: string; line: number; col: number }
interface Result {
  findings: Finding[]; text: string; formatted: Record<string, string>; lines: Record<string, string[]>;
  go: Record<string, string>; page: string; status: number; location: string; html: string; problem: string;
}

const folder = new URL("../playground-files/", location.href).href;
const patience = 4000; // milliseconds of one run
const idle = 200; // milliseconds after the last key

const $ = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const source = $<HTMLTextAreaElement>("source");
const examples: Example[] = JSON.parse($("examples").textContent!);

let files: SourceFile[] = structuredClone(examples[0].files);
let open = files[0].name;
let result: Result | null = null;

const current = () => files.find((f) => f.name === open)!;
const escaped = (s: string) => s.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]!);

// --- The editor ---

// What the compiler has coloured stays until it has coloured the new text; lines that have changed since are plain.
let shown: { text: string; html: string }[] = [];

function paint(): void {
  const lines = source.value.split("\n");
  const coloured = result?.lines[open];
  const ran = ranWith.get(open);
  let html: string[];
  if (coloured && ran === source.value) {
    html = coloured;
  } else {
    let head = 0;
    while (head < lines.length && head < shown.length && shown[head].text === lines[head]) head++;
    let tail = 0;
    while (tail < lines.length - head && tail < shown.length - head && shown[shown.length - 1 - tail].text === lines[lines.length - 1 - tail]) tail++;
    html = lines.map((line, i) =>
      i < head ? shown[i].html : i >= lines.length - tail ? shown[shown.length - lines.length + i].html : escaped(line));
  }
  shown = lines.map((text, i) => ({ text, html: html[i] }));
  $("coloured").innerHTML = html.join("\n") + "\n";

  const marks = new Map<number, string>();
  for (const f of result?.findings ?? []) {
    if (f.file === open && marks.get(f.line) !== "error") marks.set(f.line, f.level);
  }
  $("numbers").innerHTML = lines.map((_, i) => (marks.has(i + 1) ? `<span class="${marks.get(i + 1)}">${i + 1}</span>` : `${i + 1}`)).join("\n");
}

function show(name: string): void {
  open = name;
  shown = [];
  source.value = current().text;
  source.setAttribute("aria-label", name);
  const bar = $("files");
  bar.replaceChildren(...files.map((f) => {
    const b = document.createElement("button");
    b.type = "button";
    b.textContent = f.name.replace(/^src\//, "");
    b.title = f.name;
    b.setAttribute("aria-pressed", String(f.name === open));
    b.addEventListener("click", () => { show(f.name); run(); bar.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus(); });
    return b;
  }));
  $("remove").hidden = files.length < 2;
  $("remove").setAttribute("aria-label", "Remove " + name);
  paint();
  fill();
}

// insert replaces the selection as a person would, so that it can be undone.
function insert(text: string): void {
  source.focus();
  if (!document.execCommand("insertText", false, text)) source.setRangeText(text, source.selectionStart, source.selectionEnd, "end");
}

function replaceAll(text: string): void {
  if (text === source.value) return;
  const at = source.selectionStart;
  const scroll = source.closest(".editor")!.scrollTop;
  source.select();
  insert(text);
  source.setSelectionRange(Math.min(at, text.length), Math.min(at, text.length));
  source.closest(".editor")!.scrollTop = scroll;
}

function jump(file: string, line: number, col: number): void {
  if (!files.some((f) => f.name === file)) return;
  if (file !== open) show(file);
  const lines = source.value.split("\n");
  let at = 0;
  for (let i = 0; i < line - 1 && i < lines.length; i++) at += lines[i].length + 1;
  // Columns count bytes.
  const bytes = new TextEncoder().encode(lines[line - 1] ?? "").slice(0, col - 1);
  at += new TextDecoder().decode(bytes).length;
  source.focus();
  source.setSelectionRange(at, at);
  const editor = source.closest(".editor")!;
  editor.scrollTop = (line - 6) * parseFloat(getComputedStyle(source).lineHeight);
}

source.addEventListener("input", () => {
  current().text = source.value;
  paint();
  schedule();
});

source.addEventListener("keydown", (e) => {
  if (e.key === "Enter" && !e.ctrlKey && !e.metaKey && !e.isComposing) {
    const before = source.value.slice(0, source.selectionStart);
    const indent = /^[ \t]*/.exec(before.slice(before.lastIndexOf("\n") + 1))![0];
    e.preventDefault();
    insert("\n" + indent);
  }
  if (e.key === "s" && (e.ctrlKey || e.metaKey)) {
    e.preventDefault();
    format();
  }
});

function format(): void {
  const text = result?.formatted[open];
  if (text !== undefined && ranWith.get(open) === source.value) replaceAll(text);
  else wantsFormat = true;
}

// --- The worker ---

let module: WebAssembly.Module | undefined;
let exportsData: Uint8Array;
let worker: Worker | undefined;
let ready = false;
let runs = 0;
let busy = false;
let again = false;
let wantsFormat = false;
let timer = 0;
let deadline = 0;
let ranWith = new Map<string, string>(); // the texts that result is of
let asked = new Map<string, string>();

// fetched gives a file that was compressed by us, unless the server has taken the compression for one of its own.
async function fetched(name: string, progress?: (part: number) => void): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(folder + name);
  if (!response.ok || !response.body) throw new Error(`${name}: ${response.status}`);
  const total = Number(response.headers.get("Content-Length"));
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value as Uint8Array<ArrayBuffer>);
    size += value.length;
    if (total) progress?.(size / total);
  }
  const blob = new Blob(parts);
  const head = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
  if (head[0] !== 0x1f || head[1] !== 0x8b) return new Uint8Array(await blob.arrayBuffer());
  return new Uint8Array(await new Response(blob.stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
}

async function load(): Promise<void> {
  const bar = $<HTMLProgressElement>("progress");
  const say = (text: string) => { $("loading-text").textContent = text; };
  try {
    say("Loading the compiler, 5 MB …");
    const [wasm, data] = await Promise.all([fetched("sitegen.wasm.gz", (part) => { bar.value = part; }), fetched("exports.zip.gz")]);
    bar.removeAttribute("value");
    say("Starting the compiler …");
    module = await WebAssembly.compile(wasm);
    exportsData = data;
    start();
  } catch (error) {
    bar.hidden = true;
    say(String(error).includes("404")
      ? "This copy of the site was built without the compiler: make playground builds it."
      : `The compiler cannot be loaded here: ${error}`);
  }
}

function start(): void {
  ready = false;
  worker = new Worker(folder + "worker.js");
  worker.onmessage = ({ data }) => {
    if (data.ready) {
      ready = true;
      $<HTMLButtonElement>("format").disabled = false;
      run();
    } else if (data.failed) {
      stopped(`The compiler has stopped: ${data.failed}`);
    } else if (data.run === runs) {
      clearTimeout(deadline);
      busy = false;
      ranWith = asked;
      result = data.result;
      shown = [];
      paint();
      fill();
      remember();
      if (wantsFormat && !again) {
        wantsFormat = false;
        format();
      }
      if (again) run();
    }
  };
  worker.onerror = (e) => stopped(`The compiler has stopped: ${e.message}`);
  worker.postMessage({ start: module, exports: exportsData });
}

// stopped tells why there is no result, and begins anew with the next key.
function stopped(why: string): void {
  clearTimeout(deadline);
  worker?.terminate();
  worker = undefined;
  ready = busy = again = wantsFormat = false;
  result = null;
  paint();
  fill(why);
}

function schedule(): void {
  clearTimeout(timer);
  timer = window.setTimeout(run, idle);
}

// shownPage is the page to render: the file that is open, or the first page of the site.
function shownPage(): string {
  if (open.startsWith("src/pages/")) return open;
  return files.find((f) => f.name === "src/pages/index.gosite")?.name ?? files.find((f) => f.name.startsWith("src/pages/"))?.name ?? open;
}

function run(): void {
  if (!module) return;
  if (!worker) { start(); return; }
  if (!ready) return;
  if (busy) { again = true; return; }
  busy = true;
  again = false;
  runs++;
  asked = new Map(files.map((f) => [f.name, f.text]));
  deadline = window.setTimeout(() => stopped(`This did not end within ${patience / 1000} seconds. Is there a loop that never ends?`), patience);
  worker.postMessage({ run: runs, files, page: shownPage() });
}

// --- The results ---

// A page in the preview gets nothing from elsewhere: a link must not be able to have a visitor's browser ask other servers.
const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:">`;

function confined(html: string): string {
  const doctype = /^\s*<!doctype[^>]*>/i.exec(html)?.[0] ?? "";
  return doctype + policy + html.slice(doctype.length);
}

function fill(why = ""): void {
  if (!result && !why) return;
  const preview = $<HTMLIFrameElement>("preview");
  const problem = why || result!.problem;
  const errors = result?.findings.some((f) => f.level === "error") ?? false;
  let text = problem;
  if (!text && errors) text = "There are errors; the list is below.";
  if (!text && result!.location) text = `The page redirects to ${result!.location}`;
  if (!text && !result!.html) text = "The page is empty.";
  preview.hidden = text !== "";
  $("loading").hidden = text === "";
  $("progress").hidden = true;
  $("loading-text").textContent = text;
  if (!text && preview.dataset.html !== result!.html) {
    preview.dataset.html = result!.html;
    preview.srcdoc = confined(result!.html);
  }
  const bytes = new TextEncoder().encode(result?.html ?? "").length;
  $("answer").textContent = result?.status ? `${result.status} · ${bytes.toLocaleString("en")} bytes` : "";
  $("panel-html").textContent = result?.html || text;
  $("panel-go").textContent = result?.go[open] ?? "There is no Go while there are errors.";
  $("panel-formatted").textContent = result?.formatted[open] ?? "A file with errors of syntax is not formatted.";

  const list = $("findings");
  const said = result?.text ?? "";
  list.replaceChildren();
  if (!said) {
    list.textContent = why || "Nothing to complain about.";
  } else {
    // Places become buttons that lead there.
    for (const line of said.split("\n")) {
      const place = /^(\s*)(src\/\S+?\.gosite):(\d+):(\d+)(: )(error|warning|note)?(.*)$/.exec(line);
      if (place) {
        const [, blanks, file, row, col, colon, level, rest] = place;
        const button = document.createElement("button");
        button.type = "button";
        button.className = "place";
        button.textContent = `${file}:${row}:${col}`;
        button.addEventListener("click", () => jump(file, Number(row), Number(col)));
        const severity = document.createElement("span");
        severity.className = level ?? "";
        severity.textContent = level ?? "";
        list.append(blanks, button, colon, severity, rest, "\n");
      } else {
        list.append(line, "\n");
      }
    }
  }
  const lines = said.split("\n");
  $("status").textContent = why ? "Stopped" : said ? lines[lines.length - 1] : "No errors";
}

for (const tab of $("tabs").querySelectorAll<HTMLElement>("[role=tab]")) {
  const choose = () => {
    for (const t of $("tabs").querySelectorAll<HTMLElement>("[role=tab]")) {
      const on = t === tab;
      t.setAttribute("aria-selected", String(on));
      if (on) t.removeAttribute("tabindex");
      else t.tabIndex = -1;
      $(t.getAttribute("aria-controls")!).hidden = !on;
    }
  };
  tab.addEventListener("click", choose);
  tab.addEventListener("keydown", (e) => {
    const all = [...$("tabs").querySelectorAll<HTMLElement>("[role=tab]")];
    const at = all.indexOf(tab);
    const next = { ArrowRight: all[(at + 1) % all.length], ArrowLeft: all[(at + all.length - 1) % all.length], Home: all[0], End: all[all.length - 1] }[e.key];
    if (!next) return;
    e.preventDefault();
    next.click();
    next.focus();
  });
}

// --- Files ---

const form = $<HTMLFormElement>("name-form");
const nameField = $<HTMLInputElement>("name");

$("add").addEventListener("click", () => {
  form.hidden = false;
  nameField.value = "src/components/New.gosite";
  nameField.focus();
  nameField.setSelectionRange("src/components/".length, "src/components/New".length);
});

function closeForm(): void {
  form.hidden = true;
  $("name-error").textContent = "";
  $("add").focus();
}

$("name-cancel").addEventListener("click", closeForm);
form.addEventListener("keydown", (e) => { if (e.key === "Escape") closeForm(); });
form.addEventListener("submit", (e) => {
  e.preventDefault();
  const name = nameField.value.trim();
  let wrong = "";
  if (!/^src\/(pages|components|layouts)\/([\w.[\]-]+\/)*[\w.[\]-]+\.gosite$/.test(name) || name.includes("..")) wrong = "A name looks like src/components/Card.gosite or src/pages/about.gosite.";
  else if (files.some((f) => f.name === name)) wrong = "There is a file of this name.";
  $("name-error").textContent = wrong;
  if (wrong) return;
  files.push({ name, text: "<p>New</p>\n" });
  closeForm();
  show(name);
  run();
  source.focus();
});

$("remove").addEventListener("click", () => {
  files = files.filter((f) => f.name !== open);
  show(files[0].name);
  run();
  source.focus();
});

// begin shows other files; what was said of those before no longer counts.
function begin(list: SourceFile[]): void {
  files = list;
  result = null;
  show(files[0].name);
  run();
}

// --- Links ---

const base64 = (bytes: Uint8Array) => btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join("")).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const unbase64 = (s: string) => Uint8Array.from(atob(s.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const through = async (bytes: Uint8Array<ArrayBuffer>, stream: CompressionStream | DecompressionStream) =>
  new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());

const same = (a: SourceFile[], b: SourceFile[]) => JSON.stringify(a) === JSON.stringify(b);

// remember puts the files into the address: the name of an example as it is, or all of them, compressed.
async function remember(): Promise<void> {
  const snapshot = JSON.stringify(files);
  const example = examples.find((e) => same(e.files, files));
  const hash = example ? "#" + example.name : "#1." + base64(await through(new TextEncoder().encode(snapshot), new CompressionStream("deflate-raw")));
  if (snapshot === JSON.stringify(files) && hash !== location.hash) history.replaceState(null, "", hash);
}

async function recall(): Promise<void> {
  const hash = location.hash.slice(1);
  let list = files;
  const example = examples.find((e) => e.name === hash);
  if (example) {
    list = structuredClone(example.files);
  } else if (hash.startsWith("1.")) {
    try {
      const bytes = await through(unbase64(hash.slice(2)), new DecompressionStream("deflate-raw"));
      const given = JSON.parse(new TextDecoder().decode(bytes)) as SourceFile[];
      if (!Array.isArray(given) || given.length === 0 || given.some((f) => typeof f.name !== "string" || typeof f.text !== "string")) throw new Error("no files");
      list = given.map(({ name, text }) => ({ name, text }));
    } catch {
      $("status").textContent = "The link is damaged; this is the first example.";
    }
  }
  const chosen = examples.find((e) => same(e.files, list));
  if (chosen) $<HTMLSelectElement>("example").value = chosen.name;
  begin(list);
}

$<HTMLSelectElement>("example").addEventListener("change", (e) => {
  const chosen = examples.find((x) => x.name === (e.target as HTMLSelectElement).value)!;
  begin(structuredClone(chosen.files));
  remember();
});

$("share").addEventListener("click", async () => {
  await remember();
  const button = $("share");
  try {
    await navigator.clipboard.writeText(location.href);
    button.textContent = "Copied";
  } catch {
    button.textContent = "It is in the address bar";
  }
  setTimeout(() => (button.textContent = "Copy link"), 1600);
});

$("format").addEventListener("click", format);
addEventListener("hashchange", recall);

recall();
load();
