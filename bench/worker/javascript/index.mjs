// A Worker as a careful person writes it: the same pages without any framework.
const escape = (s) => s.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
const table = Array.from({ length: 1000 }, (_, i) => ({
	id: i + 1,
	name: `Person ${i} of 1000` + (i % 10 === 0 ? " & sons" : ""),
	mail: `person.${i}@example.com`,
	city: ["Oslo", "Lisbon", "Kyoto", "Quito"][i % 4],
	notes: i % 4 === 0 ? `says "1 < 2 & 3 > 2" and means it` : "likes long walks and short functions",
}));
const html = { headers: { "Content-Type": "text/html; charset=utf-8" } };

export default {
	fetch(request) {
		const url = new URL(request.url);
		if (url.pathname.startsWith("/table")) {
			let rows = "";
			for (const r of table) rows += `<tr><td>${r.id}</td><td>${escape(r.name)}</td><td>${escape(r.mail)}</td><td>${escape(r.city)}</td><td>${escape(r.notes)}</td></tr>`;
			return new Response(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Table</title></head><body><table><tbody>${rows}</tbody></table></body></html>`, html);
		}
		return new Response(`<!doctype html><html lang="en"><head><title>hello</title></head><body><h1>Hello, ${escape(url.searchParams.get("name") ?? "")}</h1></body></html>`, html);
	},
};
