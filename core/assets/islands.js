// Starts the islands of a page: elements that say which module they need (data-module) and when (data-client). They are
// found wherever they come from: the page, a part that streams in later, a server island, another island's content.

// When. Each calls go once.
const start = {
	load: (el, go) => go(),
	only: (el, go) => go(),
	idle: (el, go) => ("requestIdleCallback" in window ? requestIdleCallback(go, { timeout: 2000 }) : setTimeout(go, 200)),
	visible(el, go) {
		const observer = new IntersectionObserver((entries) => {
			if (entries.some((entry) => entry.isIntersecting)) {
				observer.disconnect();
				go();
			}
		});
		observer.observe(el);
	},
	media(el, go) {
		const query = matchMedia(el.dataset.media);
		query.matches ? go() : query.addEventListener("change", go, { once: true });
	},
};

// Only what the build has put beside this script is loaded: markup that somebody slips into a page must not choose code.
const own = new URL(ASSETS, location.href).href;

async function run(el) {
	try {
		const url = new URL(el.dataset.module, location.href).href;
		if (!url.startsWith(own)) throw new Error(`${url} is no module of this site`);
		const module = await import(url);
		if (el.localName === "sg-island") {
			const slots = {};
			for (const child of [...el.children]) {
				if (child.localName === "template" && "slot" in child.dataset) {
					slots[child.dataset.slot] = child.innerHTML;
					child.remove();
				}
			}
			if (el.dataset.client === "only") el.replaceChildren();
			else slots.default = el.innerHTML;
			if (typeof module.default !== "function") throw new Error(`${url} has no function as its default export`);
			await module.default(el, JSON.parse(el.dataset.props ?? "{}"), slots);
		}
		el.dataset.ready = "";
		el.dispatchEvent(new CustomEvent("island:ready", { bubbles: true }));
	} catch (error) {
		reportError(error);
	}
}

// An element that is still being parsed has no siblings behind it, nor have those around it.
function complete(el) {
	if (document.readyState !== "loading") return true;
	for (; el; el = el.parentNode) if (el.nextSibling) return true;
	return false;
}

function scan() {
	for (const el of document.querySelectorAll("[data-client]:not([data-seen])")) {
		if (!Object.hasOwn(start, el.dataset.client) || !complete(el)) continue;
		el.dataset.seen = "";
		start[el.dataset.client](el, () => run(el));
	}
}

scan();
new MutationObserver(scan).observe(document, { childList: true, subtree: true });
document.addEventListener("readystatechange", scan);
