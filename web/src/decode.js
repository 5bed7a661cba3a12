// SPDX-License-Identifier: MIT
/**
 * @file Read what autograder/pgfault/trace/encoding.py wrote; the format stands there.
 */

/** The kinds of events, in the order of their numbers. */
export const FAULT = 0;
export const ADD = 1;
export const RESIZE = 2;
export const REMOVE = 3;
export const LOST = 4;

export const PAGE = 4096;

/**
 * @typedef {object} Checkpoint
 * @property {number} state the number of events up to there
 * @property {string} label
 * @property {number[][]} regions first page and pages of each
 */

/**
 * @typedef {object} Parting where trace and maps differ
 * @property {number} state
 * @property {string} label
 * @property {number[][]} notTraced
 * @property {number[][]} onlyTraced
 * @property {number[]} noFault pages that were touched and show no fault
 */

/**
 * @typedef {object} Encoded
 * @property {string} title
 * @property {number} events
 * @property {number} start seconds
 * @property {string[]} ids
 * @property {string[]} names of the regions, in the order of their adding; empty if unknown
 * @property {string} stream
 * @property {number[][]} segments
 * @property {Checkpoint[]} checkpoints
 * @property {Parting[]} partings
 * @property {[number, string][]} problems
 */

/**
 * The events in columns. What a kind does not have is 0.
 *
 * @typedef {object} Events
 * @property {number} count
 * @property {Uint8Array} kind
 * @property {Float64Array} time nanoseconds since the first event
 * @property {Float64Array} page of a fault; the first one of a range
 * @property {Float64Array} length pages of a range; the count of what was lost
 * @property {Int32Array} id
 */

/**
 * @param {Encoded} encoded
 * @returns {Events}
 */
export function decode(encoded) {
	const count = encoded.events;
	const events = {
		count,
		kind: new Uint8Array(count),
		time: new Float64Array(count),
		page: new Float64Array(count),
		length: new Float64Array(count),
		id: new Int32Array(count),
	};
	const number = reader(encoded.stream);
	let time = 0;
	let page = 0;
	let start = 0;
	for (let at = 0; at < count; at++) {
		const head = number();
		const kind = head % 8;
		time += unzigzag((head - kind) / 8);
		events.kind[at] = kind;
		events.time[at] = time;
		if (kind === FAULT) {
			page += unzigzag(number());
			events.page[at] = page;
		} else if (kind === LOST) {
			events.length[at] = number();
		} else {
			events.id[at] = number();
			if (kind !== REMOVE) {
				start += unzigzag(number());
				events.page[at] = start;
				events.length[at] = number();
			}
		}
	}
	return events;
}

/**
 * @param {string} base64
 * @returns {() => number} gives one number after the other
 */
function reader(base64) {
	const text = atob(base64);
	let at = 0;
	return () => {
		let value = 0;
		let unit = 1;
		for (;;) {
			const byte = text.charCodeAt(at++);
			if (Number.isNaN(byte)) {
				throw new RangeError("the stream of events ends in the middle of one");
			}
			value += (byte & 0x7f) * unit;
			if (byte < 0x80) {
				return value;
			}
			unit *= 128;
		}
	};
}

/** @param {number} value */
function unzigzag(value) {
	return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/**
 * An address as people write it.
 *
 * @param {number} page
 */
export function address(page) {
	return (BigInt(page) * BigInt(PAGE)).toString(16).padStart(8, "0");
}

/**
 * The page of an address that somebody typed, with or without 0x; null if it is not one.
 *
 * @param {string} text
 * @returns {number | null}
 */
export function pageOf(text) {
	const digits = text.trim().replace(/^0x/i, "");
	if (!/^[0-9a-f]{1,16}$/i.test(digits)) {
		return null;
	}
	return Number(BigInt("0x" + digits) / BigInt(PAGE));
}
