// SPDX-License-Identifier: MIT
/**
 * @file The regions of a state as a table, beside those of /proc/PID/maps if they are known.
 */

import { button, element } from "./dom.js";
import { nameOf, range } from "./words.js";

/** @typedef {import("./decode.js").Encoded} Encoded */
/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./model.js").Life} Life */

const MOST_ROWS = 200;

/** @type {Record<string, string>} */
const NUMBERS = { Pages: "quantity", Touched: "quantity" };

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
		/** The region that somebody has chosen. @type {Life | null} */
		this.marked = null;
		this.body = element("tbody", {});
		const row = element("tr", {});
		const named = encoded.names.some(Boolean);
		this.columns = [
			"Region",
			...(named ? ["Name"] : []),
			...["Pages", "Touched"],
			...(encoded.checkpoints.length ? ["/proc/PID/maps"] : []),
		];
		for (const head of this.columns) {
			row.append(element("th", { scope: "col", class: NUMBERS[head] ?? "" }, head));
		}
		const caption = element("caption", {}, "Regions at this moment, and how many of their pages were touched");
		if (encoded.checkpoints.length) {
			caption.append("; /proc/PID/maps is known after each step of the check");
		}
		this.place = element(
			"div",
			{ class: "wide", role: "group", "aria-label": "Regions at this moment", tabindex: "0" },
			element("table", { class: "regions" }, caption, element("thead", {}, row), this.body),
		);
	}

	/** @param {number} state */
	show(state) {
		this.#count(state);
		const point = this.encoded.checkpoints.find((one) => one.state === state);
		const expected = new Set(point?.regions.map(([first, pages]) => `${first} ${pages}`));
		/** @type {{ first: number, pages: number, life: Life | null, there: string }[]} */
		const lines = [];
		for (const { life, first, pages } of this.model.living(state)) {
			const known = expected.delete(`${first} ${pages}`);
			const there = point ? (known ? "match" : "not there") : "";
			lines.push({ first, pages, life, there });
		}
		for (const [first, pages] of point?.regions ?? []) {
			if (expected.has(`${first} ${pages}`)) {
				lines.push({ first, pages, life: null, there: "only there" });
			}
		}
		lines.sort((a, b) => a.first - b.first || a.pages - b.pages);
		const left = lines.length - MOST_ROWS;
		this.body.replaceChildren(...lines.slice(0, MOST_ROWS).map((line) => this.#row(line)));
		if (left > 0) {
			this.body.append(element("tr", {}, element("td", { colspan: String(this.columns.length) }, `and ${left} more`)));
		}
	}

	/**
	 * Mark the row of a region.
	 *
	 * @param {Life} life
	 */
	choose(life) {
		this.marked = life;
		this.show(this.state);
	}

	/** @param {{ first: number, pages: number, life: Life | null, there: string }} line */
	#row({ first, pages, life, there }) {
		const row = element("tr", there.includes(" there") ? { class: "differs" } : {});
		const name = range([first, pages]);
		const head = element("th", { scope: "row" });
		if (life) {
			const show = button(name, () => this.chosen(life));
			show.setAttribute("aria-label", `Show ${name} in the map`);
			head.append(show);
		} else {
			head.append(name);
		}
		if (life && life === this.marked) {
			row.setAttribute("aria-current", "true");
		}
		const faulted = life ? String(this.counts[life.number]) : "–";
		row.append(head);
		if (this.columns.includes("Name")) {
			row.append(element("td", {}, nameOf(this.model, life, first, first + pages)));
		}
		for (const number of [String(pages), faulted]) {
			row.append(element("td", { class: "quantity" }, number));
		}
		if (this.encoded.checkpoints.length) {
			row.append(element("td", {}, there));
		}
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
