// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";

import { FOLDED, HEADING, HOLE, NOWHERE, PLAIN, cellOf, cellsOf, grid, layOut } from "../src/cells.js";

const SEGMENTS = [
	[16, 3, 0],
	[19, 100, 1],
	[119, 2, 0],
	[500, 4, 0],
];

test("pages become cells, folds one cell, holes a blank", () => {
	const layout = layOut(SEGMENTS);
	const { what } = layout;
	const fold = FOLDED;
	const plain = PLAIN;
	assert.deepEqual(
		[...what],
		[plain, plain, plain, fold, plain, plain, HOLE, plain, plain, plain, plain],
	);
	assert.deepEqual([...layout.first], [16, 17, 18, 19, 119, 120, 500, 500, 501, 502, 503]);
});

test("every page finds its cell, and no other does", () => {
	const layout = layOut(SEGMENTS);
	assert.equal(cellOf(layout, 16), 0);
	assert.equal(cellOf(layout, 18), 2);
	assert.equal(cellOf(layout, 19), 3);
	assert.equal(cellOf(layout, 118), 3);
	assert.equal(cellOf(layout, 120), 5);
	assert.equal(cellOf(layout, 503), 10);
	for (const page of [0, 15, 121, 499, 504, 2 ** 52 - 1]) {
		assert.equal(cellOf(layout, page), -1, String(page));
	}
	assert.deepEqual(cellsOf(layout, 17, 104), [1, 6]);
	assert.deepEqual(cellsOf(layout, 17, 2 ** 40), [0, 0]);
});

test("too many pages share cells", () => {
	const layout = layOut([[0, 1000000, 0]]);
	assert.equal(layout.perCell, 8);
	assert.equal(layout.count, 125000);
	assert.equal(cellOf(layout, 999999), 124999);
});

test("pieces have a heading and rows of their own", () => {
	const layout = layOut(SEGMENTS);
	const { columns, rows, slots, labels } = grid(layout, 14 * 4);
	assert.equal(columns, 4);
	// Headings take two rows each: 0 and 1, then 4 and 5.
	assert.deepEqual([...slots], [8, 9, 10, 11, 12, 13, NOWHERE, 24, 25, 26, 27]);
	assert.equal(rows, 7);
	assert.deepEqual(labels, [
		{ row: 0, page: 16, end: 500 },
		{ row: 4, page: 500, end: Infinity },
	]);
});

test("very many pieces follow each other below one heading without a name", () => {
	const segments = Array.from({ length: 200 }, (_, at) => [at * 10, 2, 0]);
	const { columns, slots, rows, labels } = grid(layOut(segments), 700);
	const start = columns * Math.ceil(HEADING / 14);
	assert.deepEqual([...slots], Array.from({ length: 599 }, (_, at) => start + at));
	assert.deepEqual(labels, [{ row: 0, page: 0, end: 0 }]);
	assert.ok(rows < 20);
});

test("nothing to show is no error", () => {
	const layout = layOut([]);
	assert.equal(layout.count, 0);
	assert.deepEqual(grid(layout, 0), { size: 14, columns: 1, rows: 1, slots: new Int32Array(), labels: [] });
});
