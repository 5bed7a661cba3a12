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
/** @typedef {import("./model.js").Life} Life */
/** @typedef {import("./decode.js").Checkpoint} Checkpoint */
/** @typedef {import("./decode.js").Parting} Parting */

const SHADES = 32;
const LONGEST_MEMORY = 4000;
const SHORTEST_MEMORY = 8;

/** What stands in a cell beside its colour, so that it can be told without seeing colours. */
export const NO_MARK = 0;
export const MISSING = 1;
export const FOREIGN = 2;
export const SILENT = 3;

/**
 * Red, green, blue. From nothing over mapped, faulted and just faulted each is lighter than
 * the one before, and blue against yellow can be told apart by nearly everybody.
 */
const COLOURS = {
	nothing: [17, 20, 25],
	gone: [88, 62, 56],
	even: [58, 66, 79],
	odd: [72, 82, 98],
	fresh: [142, 156, 178],
	folded: [45, 51, 61],
	old: [78, 148, 218],
	recent: [255, 214, 74],
	missing: [236, 96, 156],
	foreign: [240, 152, 112],
	silent: [127, 214, 194],
};

/** @param {number[]} colour */
function packed([red, green, blue]) {
	return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/**
 * Colours from one to the other: half of the way at once, the rest slowly.
 *
 * @param {number[]} from
 * @param {number[]} to
 */
function shades(from, to) {
	return Uint32Array.from({ length: SHADES }, (_, shade) => {
		const part = (1 - shade / (SHADES - 1)) ** 2;
		return packed(to.map((end, at) => Math.round(end + (from[at] - end) * part)));
	});
}

const NOTHING = packed(COLOURS.nothing);
const FOLD = packed(COLOURS.folded);
const MARKED = [0, packed(COLOURS.missing), packed(COLOURS.foreign), packed(COLOURS.silent)];
const FAULTED = shades(COLOURS.recent, COLOURS.old);
const FADING = shades(COLOURS.gone, COLOURS.nothing);
const MAPPED = [shades(COLOURS.fresh, COLOURS.even), shades(COLOURS.fresh, COLOURS.odd)];

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
		/** What differs from /proc/PID/maps, cell by cell. */
		this.marks = new Uint8Array(layout.count);
		/** The cells that regions begin with. @type {number[]} */
		this.edges = [];
		/** The region that each cell belongs to. */
		this.region = new Int32Array(layout.count);
		/** The last fault in each cell so far. */
		this.last = new Int32Array(layout.count).fill(-1);
		this.state = 0;
		/** So many events long what has just happened stands out. */
		this.memory = Math.max(Math.min(model.events.count / 8, LONGEST_MEMORY), SHORTEST_MEMORY);
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
		this.edges.length = 0;
		for (const life of model.lives) {
			this.#fade(life, state);
		}
		for (const life of model.lives) {
			this.#show(life, state);
		}
		for (let cell = 0; cell < layout.count; cell++) {
			if (layout.what[cell] === HOLE) {
				colours[cell] = NOTHING;
			} else if (layout.what[cell] === FOLDED && region[cell] >= 0) {
				colours[cell] = FOLD;
			}
			if (last[cell] >= 0 && region[cell] >= 0 && model.owned(last[cell], region[cell])) {
				colours[cell] = FAULTED[this.#shade(state, last[cell])];
			}
		}
		this.#compare(state);
	}

	/**
	 * How far what happened at the event `at` has faded.
	 *
	 * @param {number} state
	 * @param {number} at
	 */
	#shade(state, at) {
		return Math.min(Math.floor(((state - 1 - at) / this.memory) * SHADES), SHADES - 1);
	}

	/**
	 * What has gone fades before it is forgotten: all of a region, or what it lost.
	 *
	 * @param {Life} life
	 * @param {number} state
	 */
	#fade(life, state) {
		const span = spanAt(life, state);
		const gone = span > 0 ? span - 1 : span < 0 && life.ended < state ? life.first.length - 1 : -1;
		const since = span > 0 ? life.since[span] : life.ended;
		if (gone >= 0 && state - since <= this.memory) {
			this.#fill(life.first[gone], life.pages[gone], FADING[this.#shade(state, since)], -1);
		}
	}

	/**
	 * A region, with what is new of it lighter.
	 *
	 * @param {Life} life
	 * @param {number} state
	 */
	#show(life, state) {
		const span = spanAt(life, state);
		if (span < 0) {
			return;
		}
		const [first, end] = [life.first[span], life.first[span] + life.pages[span]];
		const colours = MAPPED[life.number % 2];
		const settled = colours[SHADES - 1];
		const fresh = colours[this.#shade(state, life.since[span])];
		this.edges.push(this.#fill(first, end - first, span ? settled : fresh, life.number));
		if (span) {
			const before = life.first[span - 1];
			const until = before + life.pages[span - 1];
			this.#fill(first, Math.min(before, end) - first, fresh, life.number);
			this.#fill(Math.max(until, first), end - Math.max(until, first), fresh, life.number);
		}
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
	 * @returns {number} the first cell
	 */
	#fill(first, pages, colour, life) {
		if (pages <= 0) {
			return -1;
		}
		const [start, end] = cellsOf(this.layout, first, pages);
		this.colours.fill(colour, start, end);
		this.region.fill(life, start, end);
		return end > start ? start : -1;
	}

	/**
	 * At a checkpoint mark what only the maps have, what only the trace has, and the pages
	 * that were touched and show no fault.
	 *
	 * @param {number} state
	 */
	#compare(state) {
		const { marks } = this;
		marks.fill(NO_MARK);
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
				marks[cell] = MISSING;
			} else if (!expected[cell] && this.region[cell] >= 0) {
				marks[cell] = FOREIGN;
			}
		}
		for (const page of this.partings.find((one) => one.state === state)?.noFault ?? []) {
			const cell = cellOf(this.layout, page);
			if (cell >= 0) {
				marks[cell] = SILENT;
			}
		}
		for (let cell = 0; cell < this.layout.count; cell++) {
			if (marks[cell]) {
				this.colours[cell] = MARKED[marks[cell]];
			}
		}
	}
}
