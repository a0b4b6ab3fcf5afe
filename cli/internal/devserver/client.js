// The browser's half of the development server. It listens for news and shows them with as little disturbance as it can:
// stylesheets and images are exchanged in place; for anything else the page is loaded again, with its scroll position,
// what was typed into its forms and what was unfolded. What the server says is only ever shown as text.
(() => {
  "use strict";
  if (window.__sitegenDev) return;
  window.__sitegenDev = true;

  const events = "/_sitegen/events";
  const path = decoded(location.pathname); // as the server names the page
  const stateKey = "sitegen-dev:" + location.pathname + location.search;

  // The state that this page shows, as the server counts: it comes with the answer.
  const navigation = performance.getEntriesByType("navigation")[0];
  const timing = navigation?.serverTiming?.find((t) => t.name === "sitegen");
  let [version, method] = (timing?.description ?? "").split(" ");
  version = Number(version) || 0;

  // A frame leaves what is wrong with the whole site to the page around it.
  const inner = (() => {
    try {
      return window !== top && Boolean(top.__sitegenDev);
    } catch {
      return false; // around it is another site
    }
  })();

  let stream;
  let again; // timer of the next try
  let patience = 0; // timer of the notice that nobody answers
  let notice;
  let problems = []; // of the build
  let failures = []; // of this page
  let dismissed = "";

  function decoded(path) {
    try {
      return decodeURIComponent(path);
    } catch {
      return path;
    }
  }

  function listen() {
    stop();
    const own = (stream = new EventSource(events + "?path=" + encodeURIComponent(path)));
    stream.addEventListener("open", () => lost(false));
    stream.addEventListener("error", () => {
      if (own !== stream) return;
      lost(true);
      if (own.readyState === EventSource.CLOSED) again = setTimeout(listen, 2000); // somebody else answered: a proxy, another program
    });
    stream.addEventListener("hello", (e) => {
      const hello = JSON.parse(e.data);
      if (version && hello.version !== version) return reload();
      version = hello.version;
      problems = hello.problems ?? [];
      failures = hello.failures ?? [];
      show();
    });
    stream.addEventListener("problems", (e) => {
      problems = JSON.parse(e.data) ?? [];
      show();
    });
    stream.addEventListener("failures", (e) => {
      const news = JSON.parse(e.data);
      if (news.path !== path) return;
      failures = news.failures ?? [];
      show();
    });
    stream.addEventListener("news", (e) => {
      const news = JSON.parse(e.data);
      const failed = failures.length > 0;
      problems = [];
      show();
      if (news.reload || failed) return reload();
      version = news.version;
      for (const pair of news.styles ?? []) exchangeStyle(pair);
      for (const [from, to] of Object.entries(news.moved ?? {})) exchangeFile(from, to);
      for (const path of news.files ?? []) exchangeFile(path, path + "?v=" + version);
    });
  }

  // Browsers allow few connections to one server, so pages that nobody sees have none. They catch up when they are seen.
  addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") listen();
    else stop();
  });
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (e) => e.persisted && listen());

  function stop() {
    stream?.close();
    clearTimeout(again);
    lost(false);
  }

  // lost says that the server does not answer, when this has lasted longer than it takes to start it again.
  function lost(is) {
    if (!is) {
      clearTimeout(patience);
      patience = 0;
      notice?.remove();
      notice = null;
      return;
    }
    patience ||= setTimeout(() => {
      notice = element("sitegen-notice");
      const text = element("p", "The development server does not answer. This page will be loaded again when it does.");
      text.setAttribute("role", "status");
      styled(notice, noticeStyle, text);
      document.documentElement.append(notice);
    }, 2000);
  }

  // ---- reload

  let reloading = false;

  function reload() {
    if (reloading) return;
    reloading = true;
    stop();
    close();
    keep();
    history.scrollRestoration = "manual"; // the browser knows nothing of what is unfolded again
    if (method && method !== "GET") location.replace(location.href); // without asking whether to send the form again
    else location.reload();
  }

  const fields = () => [...document.querySelectorAll("input, textarea, select, details, dialog, [popover], [contenteditable]")].filter((f) => f.type !== "password" && f.type !== "file" && f.type !== "hidden");

  // A field is found again by its place and its name.
  function names(list) {
    const seen = {};
    return list.map((f) => {
      const name = [f.tagName, f.type ?? "", f.name ?? "", f.id, f.form ? [...document.forms].indexOf(f.form) : "", f.type === "radio" || f.type === "checkbox" ? f.value : ""].join("|");
      seen[name] = (seen[name] ?? 0) + 1;
      return name + "|" + seen[name];
    });
  }

  // What can be edited and is no field knows nothing of its first content.
  const edited = new WeakSet();
  addEventListener("input", (e) => e.target.isContentEditable && edited.add(e.target), true);

  function value(f) {
    if (f.tagName === "DETAILS") return f.open;
    if (f.tagName === "DIALOG") return f.open ? (f.matches(":modal") ? "modal" : "open") : "";
    if (f.popover) return f.matches(":popover-open");
    if (edited.has(f)) return f.innerHTML;
    if (f.tagName === "SELECT") {
      const now = [...f.options].map((o) => o.selected);
      const none = !f.multiple && ![...f.options].some((o) => o.defaultSelected);
      const changed = [...f.options].some((o, i) => o.selected !== (none ? i === 0 : o.defaultSelected));
      return changed ? now : undefined;
    }
    if (f.type === "checkbox" || f.type === "radio") return f.checked !== f.defaultChecked ? f.checked : undefined;
    if (f.tagName === "INPUT" || f.tagName === "TEXTAREA") return f.value !== f.defaultValue ? f.value : undefined;
    return undefined;
  }

  function setValue(f, v) {
    if (f.tagName === "DETAILS") return void (f.open = v);
    if (f.tagName === "DIALOG") {
      if (!v) return f.close();
      return f.open ? undefined : v === "modal" ? f.showModal() : f.show();
    }
    if (f.popover) return void f.togglePopover(v);
    if (f.isContentEditable) {
      f.innerHTML = v;
      edited.add(f);
    } else if (f.tagName === "SELECT") [...f.options].forEach((o, i) => (o.selected = Boolean(v[i])));
    else if (f.type === "checkbox" || f.type === "radio") f.checked = v;
    else f.value = v;
    f.dispatchEvent(new Event("input", { bubbles: true }));
    f.dispatchEvent(new Event("change", { bubbles: true }));
  }

  const scrolled = () => [...document.querySelectorAll("*")].filter((e) => e !== document.documentElement && (e.scrollTop || e.scrollLeft));

  function place(e) {
    const way = [];
    for (; e && e.parentElement; e = e.parentElement) way.unshift([...e.parentElement.children].indexOf(e));
    return way.join(",");
  }

  const at = (way) => way.split(",").reduce((e, i) => e?.children[i], document.documentElement);

  function keep() {
    const list = fields();
    const keys = names(list);
    const state = { x: scrollX, y: scrollY, fields: {}, inner: {}, focus: null };
    list.forEach((f, i) => {
      const v = value(f);
      if (v !== undefined) state.fields[keys[i]] = v;
      if (f === document.activeElement) {
        state.focus = keys[i];
        try {
          state.selection = [f.selectionStart, f.selectionEnd];
        } catch {}
      }
    });
    const active = document.activeElement;
    if (!state.focus && active !== document.body && active !== host) state.place = place(active);
    for (const e of scrolled().slice(0, 50)) state.inner[place(e)] = [e.scrollLeft, e.scrollTop];
    try {
      sessionStorage.setItem(stateKey, JSON.stringify(state));
    } catch {} // full, or not allowed: then the page begins at its top
  }

  function restore() {
    let state;
    try {
      state = JSON.parse(sessionStorage.getItem(stateKey));
      sessionStorage.removeItem(stateKey);
    } catch {}
    if (!state) return;
    history.scrollRestoration = "manual";
    const list = fields();
    const keys = names(list);
    list.forEach((f, i) => {
      try {
        if (keys[i] in state.fields) setValue(f, state.fields[keys[i]]);
      } catch {} // the page does not allow it any more
    });
    const focus = list[keys.indexOf(state.focus)] ?? (state.place ? at(state.place) : null);
    focus?.focus({ preventScroll: true });
    try {
      if (focus?.isContentEditable) {
        getSelection().selectAllChildren(focus);
        getSelection().collapseToEnd();
      } else if (state.selection) focus.setSelectionRange(...state.selection);
    } catch {} // a field without text
    const scroll = () => {
      scrollTo({ left: state.x, top: state.y, behavior: "instant" });
      for (const [way, [x, y]] of Object.entries(state.inner)) at(way)?.scrollTo({ left: x, top: y, behavior: "instant" });
    };
    const settled = () => {
      scroll(); // images have their sizes now
      requestAnimationFrame(() => (history.scrollRestoration = "auto"));
    };
    scroll();
    if (document.readyState === "complete") settled();
    else addEventListener("load", settled, { once: true });
  }

  // ---- stylesheets and files

  const same = (url, path, base = document.baseURI) => {
    try {
      const u = new URL(url, base);
      return u.origin === location.origin && decodeURI(u.pathname) === decodeURI(path);
    } catch {
      return false;
    }
  };

  function exchangeLink(link, href) {
    const next = link.cloneNode();
    next.href = href;
    next.addEventListener("load", () => link.remove());
    next.addEventListener("error", () => link.remove());
    link.after(next);
  }

  // exchangeStyle puts one stylesheet of the head in the place of another; each is a link or a text.
  function exchangeStyle({ from, to }) {
    const old = [...document.querySelectorAll("link[rel~=stylesheet], style")].find((e) =>
      from.href ? e.tagName === "LINK" && same(e.href, from.href) : e.tagName === "STYLE" && e.textContent === from.text);
    if (!old) return;
    if (to.href && old.tagName === "LINK") return exchangeLink(old, to.href);
    const next = document.createElement(to.href ? "link" : "style");
    if (to.href) {
      next.rel = "stylesheet";
      next.href = to.href;
      next.addEventListener("load", () => old.remove());
      old.after(next);
    } else {
      next.textContent = to.text;
      old.replaceWith(next);
    }
  }

  function exchangeFile(from, to) {
    for (const link of document.querySelectorAll("link[href]")) {
      if (!same(link.href, from)) continue;
      if (link.relList.contains("stylesheet")) exchangeLink(link, to);
      else link.href = to;
    }
    for (const name of ["src", "poster", "href", "data"]) {
      for (const e of document.querySelectorAll("img, source, video, input, image, use, object, embed")) {
        const v = e.getAttribute(name);
        if (v && same(v, from)) e.setAttribute(name, to);
      }
    }
    for (const e of document.querySelectorAll("[srcset], [imagesrcset]")) {
      for (const name of ["srcset", "imagesrcset"]) {
        const v = e.getAttribute(name);
        if (!v) continue;
        const next = v.replace(/([^\s,]\S*[^\s,]|[^\s,])(\s+[^\s,][^,]*)?/g, (all, url, size = "") => (same(url, from) ? to : url) + size);
        if (next !== v) e.setAttribute(name, next);
      }
    }
    const inStyle = (style, base) => {
      for (const name of style) {
        const v = style.getPropertyValue(name);
        if (!v.includes("url(")) continue;
        const next = v.replace(/url\((["']?)(.*?)\1\)/g, (all, q, url) => (same(url, from, base) ? 'url("' + to + '")' : all));
        if (next !== v) style.setProperty(name, next, style.getPropertyPriority(name));
      }
    };
    for (const e of document.querySelectorAll("[style]")) inStyle(e.style);
    const inRules = (rules, base) => {
      for (const r of rules) {
        if (r.style) inStyle(r.style, base);
        if (r.styleSheet) inSheet(r.styleSheet); // of an @import
        if (r.cssRules) inRules(r.cssRules, base);
      }
    };
    const inSheet = (sheet) => {
      try {
        inRules(sheet.cssRules, sheet.href ?? document.baseURI);
      } catch {} // of another origin
    };
    for (const sheet of document.styleSheets) inSheet(sheet);
  }

  // ---- overlay

  let host;
  let before; // what had the focus when the overlay came

  const css = `
    :host { all: initial !important; direction: ltr !important; }
    * { box-sizing: border-box; }
    .sheet { position: fixed; inset: 4vh max(4vw, calc(50vw - 30rem)) auto; width: auto; max-width: none; max-height: 92vh; margin: 0; overflow: auto;
      overscroll-behavior: contain; background: #161b22; color: #e6edf3; border: 0; border-top: 4px solid #f85149; border-radius: 6px;
      padding: 1rem 1.25rem 1.25rem; font: 14px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; box-shadow: 0 12px 48px #000a; }
    .sheet::backdrop { background: #0d1117b3; }
    .sheet:focus { outline: none; }
    header { display: flex; gap: 1rem; align-items: center; position: sticky; top: -1rem; z-index: 1; margin: -1rem -1.25rem 0;
      padding: 1rem 1.25rem .75rem; background: inherit; }
    h1 { font: 600 15px/1.4 system-ui, sans-serif; margin: 0; flex: 1; color: #ff7b72; }
    button { font: inherit; color: inherit; background: #30363d; border: 0; border-radius: 4px; padding: .2rem .6rem; cursor: pointer; }
    button:focus-visible, a:focus-visible, pre:focus-visible, .long:focus-visible { outline: 2px solid #58a6ff; outline-offset: 2px; }
    article { margin-top: .25rem; padding: 1rem 0 .75rem; border-top: 1px solid #30363d; }
    h2 { font: 600 15px/1.4 system-ui, sans-serif; margin: 0 0 .35rem; white-space: pre-wrap; overflow-wrap: anywhere; }
    .long { max-height: 30vh; overflow: auto; }
    .code { color: #8b949e; font-weight: 400; }
    a { color: #79c0ff; }
    p { margin: .35rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
    .hint { color: #7ee787; }
    pre { position: relative; margin: .5rem 0; padding: .5rem .75rem; background: #0d1117; border-radius: 4px; overflow-x: auto; tab-size: 4; }
    .n { color: #6e7681; user-select: none; }
    .now { color: #fff; }
    mark { background: #f8514966; color: inherit; box-shadow: 0 2px #f85149; }
    ul { margin: .35rem 0; padding-left: 1.25rem; }
    footer { margin-top: 1rem; color: #8b949e; font: 13px/1.4 system-ui, sans-serif; }`;

  const noticeStyle = `
    :host { all: initial !important; direction: ltr !important; position: fixed !important; inset: auto auto 1rem 1rem !important; z-index: 2147483647 !important; }
    p { margin: 0; max-width: calc(100vw - 2rem); box-sizing: border-box; padding: .6rem .9rem; border-left: 4px solid #d29922; border-radius: 4px;
      background: #161b22; color: #e6edf3; font: 14px/1.4 system-ui, sans-serif; box-shadow: 0 4px 16px #0006; }`;

  // styled puts elements into the shadow of a host, with a stylesheet that no Content-Security-Policy of the site keeps away.
  function styled(host, css, ...children) {
    host.lang = "en";
    const root = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    root.append(...children);
    return root;
  }

  function element(tag, text, attributes) {
    const e = document.createElement(tag);
    if (text) e.textContent = text;
    return Object.assign(e, attributes);
  }

  function where(pos, open) {
    if (!pos?.file) return null;
    const text = pos.file + (pos.line ? ":" + pos.line + (pos.col ? ":" + pos.col : "") : "");
    return open ? element("a", text, { href: open, title: "open in the editor" }) : element("span", text);
  }

  function article(p) {
    const a = element("article");
    const h = element("h2", p.message + " ");
    if (p.message.length > 600 || p.message.split("\n").length > 8) Object.assign(h, { className: "long", tabIndex: 0 });
    if (p.code) h.append(element("span", p.code, { className: "code" }));
    a.append(h);
    const at = where(p.at, p.open);
    if (at) {
      const line = element("p");
      line.append(at);
      a.append(line);
    }
    if (p.frame?.length) {
      const pre = element("pre", "", { tabIndex: 0 }); // long lines are scrolled by keyboard, too
      const width = String(p.frame.at(-1).line).length;
      for (const l of p.frame) {
        pre.append(element("span", String(l.line).padStart(width) + " │ ", { className: "n" }));
        const row = element("span", "", { className: l.line === p.at.line ? "now" : "" });
        if (l.to) row.append(l.text.slice(0, l.from ?? 0), element("mark", l.text.slice(l.from ?? 0, l.to) || " "), l.text.slice(l.to));
        else row.append(l.text);
        pre.append(row, "\n");
      }
      a.append(pre);
    }
    if (p.hint) a.append(element("p", p.hint, { className: "hint" }));
    if (p.notes?.length) {
      const ul = element("ul");
      p.notes.forEach((n, i) => {
        const li = element("li", n.message + " ");
        const at = where(n.at, p.openNotes?.[i]);
        if (at) li.append(at);
        ul.append(li);
      });
      a.append(ul);
    }
    return a;
  }

  // close takes the overlay away, and gives back the focus that it took.
  function close() {
    if (!host) return;
    const had = document.activeElement === host;
    host.remove();
    host = null;
    if (had && before?.isConnected) before.focus({ preventScroll: true });
    before = null;
  }

  const shown = () => [...(inner ? [] : problems), ...failures];

  function show() {
    const list = shown();
    const text = JSON.stringify(list);
    if (!list.length || text === dismissed) {
      if (!list.length) dismissed = "";
      close();
      return;
    }
    if (!document.body && !document.documentElement) return;
    if (host) host.remove();
    else before = document.activeElement;
    host = document.createElement("sitegen-overlay");
    const sheet = element("dialog", "", { className: "sheet", tabIndex: -1 });
    sheet.setAttribute("role", "alertdialog");
    sheet.setAttribute("aria-label", "Errors");
    const header = element("header");
    const count = list.length === 1 ? "1 error" : list.length + " errors";
    const shut = element("button", "Close", { type: "button", title: "Esc" });
    const nothing = "sitegenNothing" in document.documentElement.dataset;
    header.append(element("h1", count + (!problems.length || inner ? " on this page" : nothing ? ", so there is nothing to show yet" : ", so the site is shown as it was")), shut);
    sheet.append(header, ...list.map(article), element("footer", "This goes away when the error is mended."));
    const dismiss = () => {
      dismissed = text;
      close();
    };
    shut.addEventListener("click", dismiss);
    sheet.addEventListener("click", (e) => {
      const box = sheet.getBoundingClientRect();
      const beside = e.clientX < box.left || e.clientX > box.right || e.clientY < box.top || e.clientY > box.bottom;
      if (e.target === sheet && e.detail && beside) dismiss();
    });
    sheet.addEventListener("cancel", dismiss);
    const root = styled(host, css, sheet);
    document.documentElement.append(host);
    sheet.showModal(); // above a dialog of the page, too, which would be the only thing to click otherwise
    sheet.focus({ preventScroll: true }); // so that the keyboard and who listens are where the news is
    for (const mark of root.querySelectorAll("mark")) {
      const pre = mark.closest("pre"), end = mark.offsetLeft + Math.min(mark.offsetWidth, pre.clientWidth / 2);
      if (end > pre.clientWidth) pre.scrollLeft = end - pre.clientWidth / 2; // far to the right in a long line
    }
  }
  addEventListener("keydown", (e) => {
    if (e.key === "Escape" && host) {
      e.preventDefault(); // or the browser closes a dialog of the page with it
      dismissed = JSON.stringify(shown());
      show();
    }
  });

  if (document.readyState === "loading") addEventListener("DOMContentLoaded", restore, { once: true });
  else restore();
  if (document.visibilityState === "visible") listen();
})();
