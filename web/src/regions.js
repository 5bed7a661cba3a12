// SPDX-License-Identifier: MIT
/**
 * @file The regions of a state as a table, beside those of /proc/PID/maps where they are known.
 */

import { address } from "./decode.js";
import { button, element } from "./dom.js";

/** @typedef {import("./decode.js").Encoded} Encoded */
/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./model.js").Life} Life */

const MOST_ROWS = 200;

export class RegionTable {
	/**
	 * @param {Model} model
	 * @param {Encoded} encoded
	 * @param {(life: Life) => void} chosen
	 */
	constructor(model, encoded, chosen) {
		this.model = model;
		this.encoded = encoded;
		this.chosen = chosen;
		this.counts = new Int32Array(model.lives.length);
		this.state = 0;
		/** How many of the model's touches are in the counts. */
		this.counted = 0;
		this.body = element("tbody", {});
		const heads = ["Region", "Pages", "Faulted", ""];
		if (encoded.checkpoints.length) {
			heads.splice(3, 0, "/proc/PID/maps");
		}
		const row = element("tr", {});
		for (const head of heads.slice(0, -1)) {
			row.append(element("th", { scope: "col" }, head));
		}
		row.append(element("td", {}));
		const table = element(
			"table",
			{ class: "regions" },
			element("caption", {}, "Regions in this state"),
			element("thead", {}, row),
			this.body,
		);
		this.place = element(
			"div",
			{ class: "wide", role: "group", "aria-label": "Regions in this state", tabindex: "0" },
			table,
		);
	}

	/** @param {number} state */
	show(state) {
		this.#count(state);
		const point = this.encoded.checkpoints.find((one) => one.state === state);
		const expected = new Set(point?.regions.map(([first, pages]) => `${first} ${pages}`));
		const rows = [];
		for (const { life, first, pages } of this.model.living(state)) {
			const known = expected.delete(`${first} ${pages}`);
			const there = point ? (known ? "the same" : "not there") : "";
			const words = [`${range(first, pages)}`, String(pages), String(this.counts[life.number])];
			rows.push(this.#row(words, there, !point || known, life));
		}
		for (const [first, pages] of point?.regions ?? []) {
			if (expected.has(`${first} ${pages}`)) {
				rows.push(this.#row([range(first, pages), String(pages), "–"], "only there", false, null));
			}
		}
		const left = rows.length - MOST_ROWS;
		this.body.replaceChildren(...rows.slice(0, MOST_ROWS));
		if (left > 0) {
			this.body.append(element("tr", {}, element("td", { colspan: "5" }, `and ${left} more`)));
		}
	}

	/**
	 * @param {string[]} words
	 * @param {string} there
	 * @param {boolean} right
	 * @param {Life | null} life
	 */
	#row(words, there, right, life) {
		const row = element("tr", right ? {} : { class: "differs" });
		row.append(element("th", { scope: "row" }, words[0]));
		row.append(...words.slice(1).map((word) => element("td", {}, word)));
		if (this.encoded.checkpoints.length) {
			row.append(element("td", {}, there));
		}
		const cell = element("td", {});
		if (life) {
			const show = button("Show", () => this.chosen(life));
			show.setAttribute("aria-label", `Show ${words[0]}`);
			cell.append(show);
		}
		row.append(cell);
		return row;
	}

	/**
	 * Keep the number of pages that faulted in each region up to date.
	 *
	 * @param {number} state
	 */
	#count(state) {
		const { touched, touchedBy } = this.model;
		if (state < this.state) {
			this.counts.fill(0);
			this.counted = 0;
		}
		while (this.counted < touched.length && touchedBy[this.counted] < state) {
			this.counts[touched[this.counted++]]++;
		}
		this.state = state;
	}
}

/**
 * @param {number} first
 * @param {number} pages
 */
function range(first, pages) {
	return `${address(first)}-${address(first + pages)}`;
}
