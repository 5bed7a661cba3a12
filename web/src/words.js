// SPDX-License-Identifier: MIT
/**
 * @file What the replay says: of an event, of a page, of a moment at which trace and maps differ.
 */

import { ADD, FAULT, LOST, REMOVE, address } from "./decode.js";
import { FOLDED } from "./cells.js";
import { spanAt } from "./model.js";

/** @typedef {import("./decode.js").Encoded} Encoded */
/** @typedef {import("./decode.js").Parting} Parting */
/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("./model.js").Life} Life */
/** @typedef {import("./model.js").Model} Model */

const MOST = 6; // differences that are listed at once

/** What there is one of, so that no address need follow its name. */
const UNIQUE = ["the stack", "the heap"];

const PROGRAM = "program's ";

/** @param {number[]} range first page and pages */
export function range([first, pages]) {
	return `${address(first)}-${address(first + pages)}`;
}

/** @param {number} pages */
function counted(pages) {
	return pages === 1 ? "1 page" : `${pages} pages`;
}

/** @param {string} words */
function sentence(words) {
	return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * A region as one speaks of it: the stack, the mapping at 7f1200000000.
 *
 * @param {Model} model
 * @param {Life} life
 * @param {number} first its first page
 */
export function called(model, life, first) {
	const name = model.names[life.number] || "the mapping";
	return UNIQUE.includes(name) ? name : `${name} at ${address(first)}`;
}

/**
 * The names of the regions that ever were in a range of pages, for a heading of the map.
 *
 * @param {Model} model
 * @param {number} first
 * @param {number} end
 */
export function piece(model, first, end) {
	const names = namesIn(model, first, end).map((name) => name || "mapping");
	const parts = names.filter((name) => name.startsWith(PROGRAM));
	const others = names.filter((name) => !name.startsWith(PROGRAM));
	const program = `program: ${parts.map((name) => name.slice(PROGRAM.length)).join(", ")}`;
	return [...(parts.length ? [program] : []), ...others].join(" · ");
}

/**
 * The shortest name for a range of pages; empty if none is known.
 *
 * @param {Model} model
 * @param {number} first
 * @param {number} end
 */
export function short(model, first, end) {
	const name = namesIn(model, first, end).find(Boolean) ?? "";
	return name.startsWith(PROGRAM) ? "program" : name.replace(/^mapped file /, "");
}

/**
 * The name of a region, or of what the trace has where only the maps have one; without its article.
 *
 * @param {Model} model
 * @param {Life | null} life
 * @param {number} first
 * @param {number} end
 */
export function nameOf(model, life, first, end) {
	return life ? bare(model, life) : namesIn(model, first, end).filter(Boolean).join(", ");
}

/**
 * @param {Model} model
 * @param {Life} life
 */
function bare(model, life) {
	return (model.names[life.number] ?? "").replace(/^the /, "");
}

/**
 * @param {Model} model
 * @param {number} first
 * @param {number} end
 * @returns {string[]} each name once, without its article
 */
function namesIn(model, first, end) {
	const names = model.lives
		.filter(({ first: firsts, pages }) =>
			firsts.some((page, span) => page < end && page + pages[span] > first),
		)
		.sort((a, b) => a.first[0] - b.first[0])
		.map((life) => bare(model, life));
	return [...new Set(names)];
}

/**
 * What the event `at` did, without its time.
 *
 * @param {Model} model
 * @param {string[]} ids
 * @param {number} at
 */
export function event(model, ids, at) {
	const { kind, page, length, id } = model.events;
	if (kind[at] === FAULT) {
		return fault(model, at);
	}
	if (kind[at] === LOST) {
		return length[at] === 1 ? "1 record was lost" : `${length[at]} records were lost`;
	}
	if (kind[at] !== REMOVE && length[at] === 0) {
		return `the trace gives region ${ids[id[at]]} an impossible range`;
	}
	const life = model.lives[model.subject[at]];
	if (!life) {
		return `the trace changes region ${ids[id[at]]}, which does not exist`;
	}
	if (kind[at] === REMOVE) {
		const last = life.first.length - 1;
		return `${called(model, life, life.first[last])} was removed (${counted(life.pages[last])})`;
	}
	if (kind[at] === ADD) {
		return `${called(model, life, page[at])} appeared with ${counted(length[at])}`;
	}
	return resize(model, life, spanAt(life, at + 1));
}

/**
 * @param {Model} model
 * @param {number} at
 */
function fault(model, at) {
	const page = model.events.page[at];
	const owners = model.owners(at);
	if (owners.length !== 1) {
		const where = owners.length ? `${owners.length} regions at once` : "no region";
		return `page ${address(page)} was touched, which is in ${where}`;
	}
	const life = model.lives[owners[0]];
	const first = life.first[spanAt(life, at + 1)];
	return `page ${page - first} of ${called(model, life, first)} was touched`;
}

/**
 * @param {Model} model
 * @param {Life} life
 * @param {number} span that it has now
 */
function resize(model, life, span) {
	const [before, first] = [life.first[span - 1], life.first[span]];
	const [had, has] = [life.pages[span - 1], life.pages[span]];
	const name = called(model, life, before);
	const begins = first === before ? "" : `; it now begins at ${address(first)}`;
	if (has > had) {
		return `${name} grew by ${counted(has - had)} to ${counted(has)}${begins}`;
	}
	if (has < had) {
		return `${name} shrank from ${counted(had)} to ${counted(has)}${begins}`;
	}
	return begins ? `${name} moved: it now begins at ${address(first)}` : `${name} kept its range`;
}

/**
 * The last event of `state`, with what is known of the moment.
 *
 * @param {Encoded} encoded
 * @param {Model} model
 * @param {number} state
 */
export function moment(encoded, model, state) {
	const { count, time } = model.events;
	if (state === 0) {
		return `Before the first of ${count} events`;
	}
	const at = state - 1;
	const when = (encoded.start + time[at] / 1e9).toFixed(6);
	const words = [`Event ${state} of ${count}`, `${when} s`, sentence(event(model, encoded.ids, at))];
	const problem = encoded.problems.find(([number]) => number === at);
	if (problem) {
		words.push(`Contradiction: ${problem[1]}`);
	}
	const point = encoded.checkpoints.find((one) => one.state === state);
	if (point) {
		words.push(sentence(point.label));
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
		return `Pages from ${address(page)} on${where}: none was ever touched.`;
	}
	const last = frame.last[cell];
	const when = last < 0 ? "not touched so far" : `last touched by event ${last + 1}`;
	return `Page ${address(page)}${where}: ${when}.`;
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
	const times = faults.length === 1 ? "once, by event" : `${faults.length} times, by events`;
	const when = faults.length ? `touched ${times} ${some}` : "never touched";
	return `Page ${address(page)}${regionOf(model, page, state)}: ${when}.`;
}

/** @param {Parting} parting */
export function ofParting(parting) {
	const words = [
		...parting.notTraced.map((one) => `${range(one)} is not in the trace`),
		...parting.onlyTraced.map((one) => `${range(one)} is only in the trace`),
		...parting.noFault.map((page) => `page ${address(page)} was touched without a fault`),
	];
	const more = words.length > MOST ? ` and ${words.length - MOST} more differences` : "";
	return `${sentence(parting.label)}: ${words.slice(0, MOST).join("; ")}${more}.`;
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
		.map(({ life, first, pages }) => {
			const name = model.names[life.number];
			return name ? `${name} (${range([first, pages])})` : range([first, pages]);
		});
	return found.length ? ` in ${found.join(" and ")}` : ", in no region now";
}
