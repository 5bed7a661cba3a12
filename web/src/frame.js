// SPDX-License-Identifier: MIT
/**
 * @file One picture of the map: a colour for each cell in a state of the trace.
 *
 * A frame costs a few operations a cell and none a page of an empty hole, so that a hundred
 * thousand events play smoothly: going forward only the new faults are looked at.
 */

import { FOLDED, HOLE, cellOf, cellsOf, cellsOfFaults } from "./cells.js";
import { spanAt } from "./model.js";

/** @typedef {import("./cells.js").Layout} Layout */
/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./decode.js").Checkpoint} Checkpoint */
/** @typedef {import("./decode.js").Parting} Parting */

const SHADES = 32;

/** Red, green, blue. Blue for old and yellow for recent can be told apart by everybody. */
const COLOURS = {
	nothing: [21, 24, 29],
	gone: [36, 39, 45],
	even: [58, 65, 76],
	odd: [74, 82, 95],
	folded: [46, 51, 60],
	old: [52, 106, 163],
	recent: [255, 214, 74],
	missing: [204, 68, 120],
	foreign: [232, 150, 122],
	silent: [127, 214, 194],
};

/** @param {number[]} colour */
function packed([red, green, blue]) {
	return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

const NOTHING = packed(COLOURS.nothing);
const GONE = packed(COLOURS.gone);
const MISSING = packed(COLOURS.missing);
const FOREIGN = packed(COLOURS.foreign);
const SILENT = packed(COLOURS.silent);
const REGION = [packed(COLOURS.even), packed(COLOURS.odd)];
const FOLD = packed(COLOURS.folded);
const FAULTED = Uint32Array.from({ length: SHADES }, (_, shade) => {
	// The newest are yellow; they lose half of it at once and the rest slowly.
	const part = (1 - shade / (SHADES - 1)) ** 2;
	return packed(
		COLOURS.old.map((old, at) => Math.round(old + (COLOURS.recent[at] - old) * part)),
	);
});

export class Frame {
	/**
	 * @param {Model} model
	 * @param {Layout} layout
	 * @param {Checkpoint[]} checkpoints
	 * @param {Parting[]} partings
	 */
	constructor(model, layout, checkpoints, partings) {
		this.model = model;
		this.layout = layout;
		this.checkpoints = checkpoints;
		this.partings = partings;
		this.cellOfFault = cellsOfFaults(layout, model.events);
		this.colours = new Uint32Array(layout.count);
		/** The region that each cell belongs to. */
		this.region = new Int32Array(layout.count);
		/** The last fault in each cell so far. */
		this.last = new Int32Array(layout.count).fill(-1);
		this.state = 0;
		/** How many faults stay brighter than the rest. */
		this.memory = Math.max(Math.min(model.events.count / 8, 4000), 24);
	}

	/**
	 * Paint `state`.
	 *
	 * @param {number} state
	 */
	paint(state) {
		this.#advance(state);
		const { layout, model, colours, region, last } = this;
		colours.fill(NOTHING);
		region.fill(-1);
		let parity = 0;
		for (const life of model.lives) {
			if (life.ended < state && state - life.ended <= this.memory) {
				// What has gone fades before it is forgotten.
				const place = life.first.length - 1;
				this.#fill(life.first[place], life.pages[place], GONE, -1);
			}
		}
		for (const life of model.lives) {
			const span = spanAt(life, state);
			if (span >= 0) {
				this.#fill(life.first[span], life.pages[span], REGION[parity], life.number);
				parity = 1 - parity;
			}
		}
		for (let cell = 0; cell < layout.count; cell++) {
			if (layout.what[cell] === HOLE) {
				colours[cell] = NOTHING;
			} else if (layout.what[cell] === FOLDED && region[cell] >= 0) {
				colours[cell] = FOLD;
			}
			if (last[cell] >= 0 && region[cell] >= 0 && model.owned(last[cell], region[cell])) {
				const age = (state - 1 - last[cell]) / this.memory;
				colours[cell] = FAULTED[Math.min(Math.floor(age * SHADES), SHADES - 1)];
			}
		}
		this.#compare(state);
	}

	/**
	 * What /proc/PID/maps showed at the checkpoint that `state` has reached, if at any.
	 *
	 * @param {number} state
	 */
	checkpointAt(state) {
		return this.checkpoints.find((point) => point.state === state);
	}

	/** @param {number} state */
	#advance(state) {
		if (state < this.state) {
			this.last.fill(-1);
			this.state = 0;
		}
		for (let at = this.state; at < state; at++) {
			if (this.cellOfFault[at] >= 0) {
				this.last[this.cellOfFault[at]] = at;
			}
		}
		this.state = state;
	}

	/**
	 * @param {number} first
	 * @param {number} pages
	 * @param {number} colour
	 * @param {number} life
	 */
	#fill(first, pages, colour, life) {
		const [start, end] = cellsOf(this.layout, first, pages);
		this.colours.fill(colour, start, end);
		this.region.fill(life, start, end);
	}

	/**
	 * At a checkpoint mark what only the maps have, what only the trace has, and the pages
	 * that were touched and show no fault.
	 *
	 * @param {number} state
	 */
	#compare(state) {
		const point = this.checkpointAt(state);
		if (!point) {
			return;
		}
		const expected = new Uint8Array(this.layout.count);
		for (const [first, pages] of point.regions) {
			const [start, end] = cellsOf(this.layout, first, pages);
			expected.fill(1, start, end);
		}
		for (let cell = 0; cell < this.layout.count; cell++) {
			if (expected[cell] && this.region[cell] < 0 && this.layout.what[cell] !== HOLE) {
				this.colours[cell] = MISSING;
			} else if (!expected[cell] && this.region[cell] >= 0) {
				this.colours[cell] = FOREIGN;
			}
		}
		for (const page of this.partings.find((one) => one.state === state)?.noFault ?? []) {
			const cell = cellOf(this.layout, page);
			if (cell >= 0) {
				this.colours[cell] = SILENT;
			}
		}
	}
}
