// The rows of bench/rows, made the same way.
export const table = Array.from({ length: 1000 }, (_, i) => ({
	id: i + 1,
	name: `Person ${i} of 1000` + (i % 10 === 0 ? " & sons" : ""),
	mail: `person.${i}@example.com`,
	city: ["Oslo", "Lisbon", "Kyoto", "Quito"][i % 4],
	notes: i % 4 === 0 ? `says "1 < 2 & 3 > 2" and means it` : "likes long walks and short functions",
}));
