// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";

import { ADD, FAULT, LOST, REMOVE, RESIZE, address, decode, pageOf } from "../src/decode.js";
import { layOut } from "../src/cells.js";
import { FOREIGN, Frame, MISSING, SILENT } from "../src/frame.js";
import { Model } from "../src/model.js";
import { Scatter } from "../src/scatter.js";
import { event, piece, short } from "../src/words.js";

/**
 * A model of events given as [kind, id or page, first page, pages].
 *
 * @param {number[][]} rows
 * @param {string[]} names
 */
function modelOf(rows, names = []) {
	const events = {
		count: rows.length,
		kind: Uint8Array.from(rows, ([kind]) => kind),
		time: Float64Array.from(rows, (_, at) => at * at * 1e9),
		id: Int32Array.from(rows, ([kind, id]) => (kind === FAULT ? 0 : id)),
		page: Float64Array.from(rows, ([kind, page, first]) => (kind === FAULT ? page : first ?? 0)),
		length: Float64Array.from(rows, ([, , , pages]) => pages ?? 0),
	};
	return new Model(events, names);
}

const MODEL = modelOf([
	[ADD, 0, 10, 4],
	[FAULT, 11],
	[RESIZE, 0, 10, 2],
	[FAULT, 13],
	[RESIZE, 0, 10, 8],
	[REMOVE, 0],
	[ADD, 1, 10, 8],
	[FAULT, 11],
	[LOST, 5],
]);

test("addresses are as long as they have to be", () => {
	assert.equal(address(0x400), "00400000");
	assert.equal(address(0x7f7fffda2), "7f7fffda2000");
	assert.equal(address(2 ** 52 - 1), "fffffffffffff000");
	assert.equal(pageOf(" 0x7f7fffda2fff"), 0x7f7fffda2);
	assert.equal(pageOf("ffffffffffffffff"), 2 ** 52 - 1);
	for (const text of ["", "xyz", "<b>", "12345678901234567", "-1"]) {
		assert.equal(pageOf(text), null, text);
	}
});

test("a stream that ends early is an error, not a loop", () => {
	const encoded = {
		title: "",
		events: 2,
		start: 0,
		ids: [],
		names: [],
		stream: btoa("\x00"),
		segments: [],
		checkpoints: [],
		partings: [],
		problems: [],
	};
	assert.throws(() => decode(encoded), RangeError);
});

test("regions live from their add to their removal", () => {
	const at = (/** @type {number} */ state) =>
		MODEL.living(state).map(({ life, first, pages }) => [life.number, first, pages]);
	assert.deepEqual(at(0), []);
	assert.deepEqual(at(1), [[0, 10, 4]]);
	assert.deepEqual(at(4), [[0, 10, 2]]);
	assert.deepEqual(at(5), [[0, 10, 8]]);
	assert.deepEqual(at(6), []);
	assert.deepEqual(at(9), [[1, 10, 8]]);
});

test("a fault belongs to the region that was there", () => {
	const faulted = (/** @type {number} */ state) =>
		MODEL.faulted(state).map(({ faulted: pages }) => [...pages]);
	assert.deepEqual(faulted(5), [[11]]);
	assert.deepEqual(faulted(7), [[]]);
	assert.deepEqual(faulted(9), [[11]]);
	assert.equal(MODEL.owner[3], -1);
});

test("overlapping regions share a fault", () => {
	const model = modelOf([
		[ADD, 0, 10, 4],
		[ADD, 1, 12, 4],
		[FAULT, 13],
		[FAULT, 15],
	]);
	assert.deepEqual(
		model.faulted(4).map(({ faulted }) => [...faulted]),
		[[13], [13, 15]],
	);
	assert.ok(model.owned(2, 0) && model.owned(2, 1) && !model.owned(3, 0));
});

test("the next change is a change of regions, or a loss", () => {
	assert.deepEqual(MODEL.changes, [0, 2, 4, 5, 6, 8]);
	assert.equal(MODEL.nextChange(0, 1), 1);
	assert.equal(MODEL.nextChange(1, 1), 3);
	assert.equal(MODEL.nextChange(9, 1), 9);
	assert.equal(MODEL.nextChange(9, -1), 7);
	assert.equal(MODEL.nextChange(1, -1), 0);
});

test("a frame is the same however one comes to it", () => {
	const layout = layOut([[10, 8, 0]]);
	const points = [{ state: 5, label: "", regions: [[10, 4]] }];
	const partings = [
		{ state: 5, label: "", notTraced: [], onlyTraced: [], noFault: [12] },
	];
	const forward = new Frame(MODEL, layout, points, partings);
	const pictures = [];
	for (let state = 0; state <= 9; state++) {
		forward.paint(state);
		pictures.push([...forward.colours]);
	}
	const jumping = new Frame(MODEL, layout, points, partings);
	for (const state of [9, 0, 5, 3, 8, 1, 7, 2, 6, 4]) {
		jumping.paint(state);
		assert.deepEqual([...jumping.colours], pictures[state], String(state));
	}
	// A fault, a page without one, one that is new, one that should have, what only the trace has.
	assert.equal(new Set(pictures[5]).size, 5);
	assert.notDeepEqual(pictures[7], pictures[8]);
});

test("what is new is lighter, what has gone fades, and where regions begin is known", () => {
	const layout = layOut([[10, 8, 0]]);
	const frame = new Frame(MODEL, layout, [], []);
	const light = (/** @type {number} */ state, /** @type {number} */ page) => {
		frame.paint(state);
		const colour = frame.colours[page - 10];
		return (colour & 255) + ((colour >> 8) & 255) + ((colour >> 16) & 255);
	};
	const empty = light(0, 10);
	assert.ok(light(1, 10) > light(2, 10) && light(2, 10) > empty, "a new region settles");
	assert.ok(light(3, 12) > light(4, 12) && light(4, 12) > empty, "what was cut off fades");
	assert.ok(light(5, 17) > light(5, 10), "what has grown is lighter than the rest");
	assert.ok(light(6, 17) > empty, "a removed region fades");
	assert.deepEqual(frame.edges, []);
	frame.paint(7);
	assert.deepEqual(frame.edges, [0]);
});

test("what differs from the maps is marked as well as coloured", () => {
	const points = [{ state: 5, label: "", regions: [[10, 4], [30, 2]] }];
	const partings = [{ state: 5, label: "", notTraced: [], onlyTraced: [], noFault: [12] }];
	const frame = new Frame(MODEL, layOut([[10, 8, 0], [30, 2, 0]]), points, partings);
	frame.paint(5);
	const [foreign, missing] = [FOREIGN, MISSING];
	assert.deepEqual(
		[...frame.marks],
		[0, 0, SILENT, 0, foreign, foreign, foreign, foreign, 0, missing, missing],
	);
	frame.paint(4);
	assert.ok(frame.marks.every((mark) => mark === 0));
});

test("the plot finds its way back from a place to a state", () => {
	const scatter = new Scatter(MODEL, layOut([[10, 8, 0]]), new Int32Array(9), [], () => "");
	for (const byTime of [false, true]) {
		scatter.byTime = byTime;
		for (let state = 0; state <= 9; state++) {
			const back = scatter.stateAt(scatter.across(state));
			assert.ok(Math.abs(back - state) <= 1, `${byTime} ${state} ${back}`);
		}
		assert.equal(scatter.across(0), 0);
		assert.equal(scatter.across(9), 1);
	}
});

test("events are told in words", () => {
	const model = modelOf(
		[
			[ADD, 0, 10, 4],
			[FAULT, 11],
			[RESIZE, 0, 10, 5],
			[RESIZE, 0, 12, 3],
			[RESIZE, 0, 20, 3],
			[RESIZE, 0, 20, 3],
			[ADD, 1, 100, 33],
			[RESIZE, 1, 97, 36],
			[FAULT, 98],
			[REMOVE, 0],
			[FAULT, 20],
			[LOST, 0, 0, 7],
			[RESIZE, 9, 1, 1],
			[ADD, 2, 100, 1],
			[FAULT, 100],
			[ADD, 3, 0, 0],
		],
		["", "the stack", "the mapped file x"],
	);
	const ids = Array.from({ length: 10 }, (_, at) => `r${at}`);
	assert.deepEqual(
		Array.from({ length: 16 }, (_, at) => event(model, ids, at)),
		[
			"the mapping at 0000a000 appeared with 4 pages",
			"page 1 of the mapping at 0000a000 was touched",
			"the mapping at 0000a000 grew by 1 page to 5 pages",
			"the mapping at 0000a000 shrank from 5 pages to 3 pages; it now begins at 0000c000",
			"the mapping at 0000c000 moved: it now begins at 00014000",
			"the mapping at 00014000 kept its range",
			"the stack appeared with 33 pages",
			"the stack grew by 3 pages to 36 pages; it now begins at 00061000",
			"page 1 of the stack was touched",
			"the mapping at 00014000 was removed (3 pages)",
			"page 00014000 was touched, which is in no region",
			"7 records were lost",
			"the trace changes region r9, which does not exist",
			"the mapped file x at 00064000 appeared with 1 page",
			"page 00064000 was touched, which is in 2 regions at once",
			"the trace gives region r3 an impossible range",
		],
	);
});

test("pieces of the map have the names of all that was there", () => {
	const names = ["the program's text", "the program's data", "", "the heap"];
	const model = modelOf([[ADD, 0, 10, 4], [ADD, 1, 14, 2], [ADD, 2, 30, 2], [ADD, 3, 50, 2]], names);
	assert.equal(piece(model, 10, 40), "program: text, data · mapping");
	assert.equal(piece(model, 50, Infinity), "heap");
	assert.equal(piece(model, 20, 25), "");
	assert.equal(short(model, 10, 16), "program");
	assert.equal(short(model, 30, 31), "");
});
