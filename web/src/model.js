// SPDX-License-Identifier: MIT
/**
 * @file The address space in every state of a trace: state k is that after the first k events.
 *
 * The rules are those of autograder/pgfault/trace/history.py; the tests hold both against each other.
 */

import { ADD, FAULT, LOST, REMOVE } from "./decode.js";

/** @typedef {import("./decode.js").Events} Events */

/** The end of a region that was not removed. */
export const NEVER = Number.MAX_SAFE_INTEGER;

/** No region. */
export const NOBODY = -1;

/** Several regions that overlap: which ones stands in Model.shared. */
const SEVERAL = -2;

/**
 * A region from the event that added it to the one that removed it.
 *
 * @typedef {object} Life
 * @property {number} number its place in the order of adding
 * @property {number} id
 * @property {number} born the number of the event
 * @property {number} ended
 * @property {number[]} since the events that gave it new extents
 * @property {number[]} first first page of each
 * @property {number[]} pages pages of each
 */

/** @typedef {{ life: Life, first: number, pages: number }} Living */

export class Model {
	/**
	 * @param {Events} events
	 * @param {string[]} names of the regions
	 */
	constructor(events, names = []) {
		this.events = events;
		this.names = names;
		/** @type {Life[]} */
		this.lives = [];
		/** The life in which each fault fell. @type {Int32Array} */
		this.owner = new Int32Array(events.count).fill(NOBODY);
		/** The life that each change of regions is about. @type {Int32Array} */
		this.subject = new Int32Array(events.count).fill(NOBODY);
		/** @type {Map<number, number[]>} */
		this.shared = new Map();
		/** The lives that get one more faulted page, in order. @type {number[]} */
		this.touched = [];
		/** The faults that give it to them. @type {number[]} */
		this.touchedBy = [];
		/** The events that change regions, or lose records. @type {number[]} */
		this.changes = [];
		this.#follow();
	}

	#follow() {
		const { kind, id, page, length, count } = this.events;
		/** @type {Map<number, Life>} */
		const live = new Map();
		/** @type {Life[]} */
		let there = [];
		let fresh = false;
		let last = NOBODY;
		let overlap = false;
		/** @type {Set<number>[]} */
		const faulted = [];
		for (let at = 0; at < count; at++) {
			if (kind[at] === FAULT) {
				if (!fresh) {
					there = [...live.values()];
					overlap = overlaps(there);
					last = NOBODY;
					fresh = true;
				}
				last = this.#own(at, there, overlap, last);
				for (const one of this.owners(at)) {
					if (!faulted[one].has(page[at])) {
						faulted[one].add(page[at]);
						this.touched.push(one);
						this.touchedBy.push(at);
					}
				}
				continue;
			}
			this.changes.push(at);
			if (kind[at] === LOST) {
				continue;
			}
			fresh = false;
			const known = live.get(id[at]);
			this.subject[at] = known?.number ?? NOBODY;
			if (kind[at] === REMOVE) {
				if (known) {
					known.ended = at;
					live.delete(id[at]);
				}
			} else if (length[at] > 0 && kind[at] === ADD) {
				if (known) {
					known.ended = at;
				}
				const life = {
					number: this.lives.length,
					id: id[at],
					born: at,
					ended: NEVER,
					since: [at],
					first: [page[at]],
					pages: [length[at]],
				};
				this.lives.push(life);
				this.subject[at] = life.number;
				faulted.push(new Set());
				live.delete(id[at]);
				live.set(id[at], life);
			} else if (length[at] > 0 && known) {
				known.since.push(at);
				known.first.push(page[at]);
				known.pages.push(length[at]);
			}
		}
	}

	/**
	 * Note whose the fault `at` is; tells a region to try first for the next one.
	 *
	 * @param {number} at
	 * @param {Life[]} there
	 * @param {boolean} overlap
	 * @param {number} likely
	 */
	#own(at, there, overlap, likely) {
		const page = this.events.page[at];
		if (!overlap && likely !== NOBODY && holds(this.lives[likely], page)) {
			this.owner[at] = likely;
			return likely;
		}
		const owners = there.filter((life) => holds(life, page));
		if (owners.length > 1) {
			this.owner[at] = SEVERAL;
			this.shared.set(at, owners.map((life) => life.number));
			return NOBODY;
		}
		this.owner[at] = owners.length ? owners[0].number : NOBODY;
		return this.owner[at];
	}

	/**
	 * The lives in which the event `at` is a fault.
	 *
	 * @param {number} at
	 * @returns {number[]}
	 */
	owners(at) {
		const owner = this.owner[at];
		return owner >= 0 ? [owner] : owner === SEVERAL ? (this.shared.get(at) ?? []) : [];
	}

	/**
	 * Whether the fault `at` fell in the life `number`.
	 *
	 * @param {number} at
	 * @param {number} number
	 */
	owned(at, number) {
		const owner = this.owner[at];
		return owner === number || (owner === SEVERAL && this.owners(at).includes(number));
	}

	/**
	 * The regions in `state`, by address.
	 *
	 * @param {number} state
	 * @returns {Living[]}
	 */
	living(state) {
		const found = [];
		for (const life of this.lives) {
			const span = spanAt(life, state);
			if (span >= 0) {
				found.push({ life, first: life.first[span], pages: life.pages[span] });
			}
		}
		return found.sort((a, b) => a.first - b.first || a.pages - b.pages);
	}

	/**
	 * For each region in `state`, by address, the pages that had faulted in it by then.
	 *
	 * @param {number} state
	 * @returns {{ living: Living, faulted: Set<number> }[]}
	 */
	faulted(state) {
		const regions = this.living(state).map((living) => ({ living, faulted: new Set() }));
		const sets = new Map(regions.map((region) => [region.living.life.number, region.faulted]));
		for (let at = 0; at < state; at++) {
			for (const one of this.owners(at)) {
				sets.get(one)?.add(this.events.page[at]);
			}
		}
		return regions;
	}

	/**
	 * The state after the next change of regions, or before the last one.
	 *
	 * @param {number} state
	 * @param {1 | -1} direction
	 */
	nextChange(state, direction) {
		if (direction > 0) {
			return (this.changes.find((at) => at >= state) ?? this.events.count - 1) + 1;
		}
		for (let place = this.changes.length - 1; place >= 0; place--) {
			if (this.changes[place] < state - 1) {
				return this.changes[place] + 1;
			}
		}
		return 0;
	}
}

/**
 * Which of its extents a life has in `state`; -1 where it is not there.
 *
 * @param {Life} life
 * @param {number} state
 */
export function spanAt(life, state) {
	if (!(life.born < state && state <= life.ended)) {
		return -1;
	}
	let low = 0;
	let high = life.since.length - 1;
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if (life.since[middle] < state) {
			low = middle;
		} else {
			high = middle - 1;
		}
	}
	return low;
}

/**
 * @param {Life} life
 * @param {number} page
 */
function holds(life, page) {
	const last = life.first.length - 1;
	return page >= life.first[last] && page < life.first[last] + life.pages[last];
}

/** @param {Life[]} lives */
function overlaps(lives) {
	const ranges = lives
		.map((life) => [life.first[life.first.length - 1], life.pages[life.pages.length - 1]])
		.sort((a, b) => a[0] - b[0]);
	return ranges.some((range, at) => at > 0 && ranges[at - 1][0] + ranges[at - 1][1] > range[0]);
}
