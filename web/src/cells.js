// SPDX-License-Identifier: MIT
/**
 * @file Where each page stands in the map: rows of cells, with the holes left out.
 */

/** @typedef {import("./decode.js").Events} Events */

/** What a cell shows. */
export const PLAIN = 0;
export const FOLDED = 1;
/** A blank cell between two pieces, where there is a hole. */
export const HOLE = 2;

/** The place of a cell that is not shown. */
export const NOWHERE = -1;

const MOST_CELLS = 160000;

/**
 * @typedef {object} Layout
 * @property {number} count of cells, blanks included
 * @property {number} perCell pages in a cell
 * @property {Uint8Array} what each cell shows
 * @property {Float64Array} first first page of each cell
 * @property {number[]} starts first page of each segment
 * @property {number[]} ends first page after each segment
 * @property {number[]} places first cell of each segment
 */

/**
 * @param {number[][]} segments as encoded: first page, pages, whether folded
 * @returns {Layout}
 */
export function layOut(segments) {
	const shown = segments.reduce((sum, [, pages, folded]) => sum + (folded ? 1 : pages), 0);
	let perCell = 1;
	while (shown / perCell > MOST_CELLS) {
		perCell *= 2;
	}
	/** @type {number[]} */
	const what = [];
	/** @type {number[]} */
	const first = [];
	/** @type {Layout} */
	const layout = {
		count: 0,
		perCell,
		what: new Uint8Array(),
		first: new Float64Array(),
		starts: [],
		ends: [],
		places: [],
	};
	segments.forEach(([page, pages, folded], number) => {
		if (number && segments[number - 1][0] + segments[number - 1][1] !== page) {
			what.push(HOLE);
			first.push(page);
		}
		layout.starts.push(page);
		layout.ends.push(page + pages);
		layout.places.push(what.length);
		for (let at = page; at < page + pages; at += folded ? pages : perCell) {
			what.push(folded ? FOLDED : PLAIN);
			first.push(at);
		}
	});
	layout.count = what.length;
	layout.what = Uint8Array.from(what);
	layout.first = Float64Array.from(first);
	return layout;
}

/**
 * The segment that holds `page`, or the last one before it; -1 before all of them.
 *
 * @param {Layout} layout
 * @param {number} page
 */
function segmentOf(layout, page) {
	let low = 0;
	let high = layout.starts.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (layout.starts[middle] <= page) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low - 1;
}

/**
 * The cell of `page`; -1 if it is in none.
 *
 * @param {Layout} layout
 * @param {number} page
 */
export function cellOf(layout, page) {
	const segment = segmentOf(layout, page);
	if (segment < 0 || page >= layout.ends[segment]) {
		return -1;
	}
	const place = layout.places[segment];
	if (layout.what[place] === FOLDED) {
		return place;
	}
	return place + Math.floor((page - layout.starts[segment]) / layout.perCell);
}

/**
 * The first cell of a range of pages, and the first one after it.
 *
 * @param {Layout} layout
 * @param {number} first
 * @param {number} pages
 * @returns {[number, number]}
 */
export function cellsOf(layout, first, pages) {
	const start = cellOf(layout, first);
	const end = cellOf(layout, first + pages - 1);
	return start < 0 || end < 0 ? [0, 0] : [start, end + 1];
}

/**
 * The cell of each fault, -1 for other events.
 *
 * @param {Layout} layout
 * @param {Events} events
 */
export function cellsOfFaults(layout, events) {
	const cells = new Int32Array(events.count).fill(-1);
	for (let at = 0; at < events.count; at++) {
		if (events.kind[at] === 0) {
			cells[at] = cellOf(layout, events.page[at]);
		}
	}
	return cells;
}

/**
 * How the cells stand on the screen.
 *
 * @typedef {object} Grid
 * @property {number} size of a cell, in pixels of the page
 * @property {number} columns
 * @property {number} rows
 * @property {Int32Array} slots the place of each cell: its row times columns, plus its column;
 *   NOWHERE for a blank that the end of a row stands for
 * @property {{ row: number, page: number, end: number }[]} labels the pages of each piece (of
 *   the first one none, if pieces have no rows of their own), and the row of its heading
 */

/** Pixels of the page that a heading needs. */
export const HEADING = 16;

/** More pieces than that follow each other with a blank cell between. */
const MOST_ROWS_OF_THEIR_OWN = 80;

/**
 * Put the cells in rows. Each piece has a heading and rows of its own, unless there are too many.
 *
 * @param {Layout} layout
 * @param {number} width of the map, in pixels of the page
 * @returns {Grid}
 */
export function grid(layout, width) {
	let size = 14;
	for (const [most, smaller] of [[600, 12], [2000, 9], [8000, 6], [30000, 4], [80000, 3]]) {
		if (layout.count > most) {
			size = smaller;
		}
	}
	const columns = Math.max(Math.floor(width / size), 1);
	const slots = new Int32Array(layout.count);
	const holes = layout.what.reduce((sum, what) => sum + (what === HOLE ? 1 : 0), 0);
	const apart = holes < MOST_ROWS_OF_THEIR_OWN;
	const heading = Math.ceil(HEADING / size);
	/** @type {Grid["labels"]} */
	const labels = [];
	let at = 0;
	/** @param {number} cell */
	const begin = (cell) => {
		const row = Math.ceil(at / columns);
		const page = layout.first[cell];
		labels.push({ row, page, end: apart ? Infinity : page });
		at = (row + heading) * columns;
	};
	for (let cell = 0; cell < layout.count; cell++) {
		if (layout.what[cell] === HOLE && apart) {
			slots[cell] = NOWHERE;
			labels[labels.length - 1].end = layout.first[cell];
			begin(cell);
			continue;
		}
		if (cell === 0) {
			begin(cell);
		}
		slots[cell] = at++;
	}
	return { size, columns, rows: Math.max(Math.ceil(at / columns), 1), slots, labels };
}
