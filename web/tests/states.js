// SPDX-License-Identifier: MIT
/**
 * @file What the model tells of a trace, as JSON: node tests/states.js FILE
 *
 * FILE holds {"trace": what autograder/pgfault/trace/encoding.py made, "states": [numbers]}.
 * tests/browser/test_model.py holds the answer against the Python model.
 */

import { readFileSync } from "node:fs";

import { decode } from "../src/decode.js";
import { Model } from "../src/model.js";

const { trace, states } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const model = new Model(decode(trace));
const answer = {
	lives: model.lives.map(({ id, born, ended, since, first, pages }) => ({
		id,
		born,
		ended: ended === Number.MAX_SAFE_INTEGER ? null : ended,
		spans: since.map((event, at) => [event, first[at], pages[at]]),
	})),
	times: Array.from(model.events.time),
	states: states.map((/** @type {number} */ state) =>
		model.faulted(state).map(({ living, faulted }) => ({
			life: living.life.number,
			first: living.first,
			pages: living.pages,
			faulted: [...faulted].sort((a, b) => a - b),
		})),
	),
};
process.stdout.write(JSON.stringify(answer));
