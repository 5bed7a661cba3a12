// SPDX-License-Identifier: MIT
/**
 * @file What the replay says: of an event, of a page, of a place where trace and maps part.
 */

import { ADD, FAULT, LOST, REMOVE, address } from "./decode.js";
import { FOLDED } from "./cells.js";

/** @typedef {import("./decode.js").Encoded} Encoded */
/** @typedef {import("./decode.js").Events} Events */
/** @typedef {import("./decode.js").Parting} Parting */
/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("./model.js").Model} Model */

const MOST = 6; // differences that are told at once

/** @param {number[]} range first page and pages */
export function range([first, pages]) {
	return `${address(first)}-${address(first + pages)}`;
}

/**
 * The event `at`, without its time.
 *
 * @param {Events} events
 * @param {string[]} ids
 * @param {number} at
 */
function event({ kind, page, length, id }, ids, at) {
	if (kind[at] === FAULT) {
		return `fault on page ${address(page[at])}`;
	}
	if (kind[at] === LOST) {
		return `${length[at]} records lost`;
	}
	if (kind[at] === REMOVE) {
		return `remove ${ids[id[at]]}`;
	}
	const what = kind[at] === ADD ? "add" : "resize";
	return `${what} ${ids[id[at]]} ${range([page[at], length[at]])}`;
}

/**
 * The last event of `state`, with what is known of the moment.
 *
 * @param {Encoded} encoded
 * @param {Events} events
 * @param {number} state
 */
export function moment(encoded, events, state) {
	if (state === 0) {
		return `Before the first of ${events.count} events`;
	}
	const at = state - 1;
	const when = (encoded.start + events.time[at] / 1e9).toFixed(6);
	const words = [`Event ${state} of ${events.count}`, `${when} s`, event(events, encoded.ids, at)];
	const problem = encoded.problems.find(([number]) => number === at);
	if (problem) {
		words.push(`contradiction: ${problem[1]}`);
	}
	const point = encoded.checkpoints.find((one) => one.state === state);
	if (point) {
		words.push(point.label);
	}
	return words.join(" · ");
}

/**
 * The page, or the folded pages, of a cell.
 *
 * @param {Frame} frame
 * @param {number} cell
 * @param {number} state
 */
export function ofCell(frame, cell, state) {
	const page = frame.layout.first[cell];
	const where = regionOf(frame.model, page, state);
	if (frame.layout.what[cell] === FOLDED) {
		return `Pages from ${address(page)} on${where}: none ever faulted.`;
	}
	const last = frame.last[cell];
	return `Page ${address(page)}${where}: ${last < 0 ? "no fault so far" : `last fault at event ${last + 1}`}.`;
}

/**
 * When a page faulted.
 *
 * @param {Model} model
 * @param {number} page
 * @param {number[]} faults the states after its faults
 * @param {number} state
 */
export function ofPage(model, page, faults, state) {
	const some = faults.slice(0, 8).join(", ") + (faults.length > 8 ? " …" : "");
	const times = faults.length === 1 ? "once" : `${faults.length} times`;
	const when = faults.length ? `faulted ${times}, at event ${some}` : "never faulted";
	return `Page ${address(page)}${regionOf(model, page, state)}: ${when}.`;
}

/** @param {Parting} parting */
export function ofParting(parting) {
	const words = [
		...parting.notTraced.map((one) => `${range(one)} is not in the trace`),
		...parting.onlyTraced.map((one) => `${range(one)} is in the trace only`),
		...parting.noFault.map((page) => `page ${address(page)} was touched and shows no fault`),
	];
	const more = words.length > MOST ? ` and ${words.length - MOST} more differences` : "";
	return `${parting.label}: ${words.slice(0, MOST).join("; ")}${more}.`;
}

/**
 * @param {Model} model
 * @param {number} page
 * @param {number} state
 */
function regionOf(model, page, state) {
	const found = model
		.living(state)
		.filter(({ first, pages }) => page >= first && page < first + pages)
		.map(({ first, pages }) => range([first, pages]));
	return found.length ? ` in ${found.join(" and ")}` : ", in no region now";
}
