// SPDX-License-Identifier: MIT
/**
 * @file The replay of one trace: its controls, and what they move.
 */

import { ADD, FAULT, LOST, REMOVE, address, decode, pageOf } from "./decode.js";
import { FOLDED, layOut } from "./cells.js";
import { Frame } from "./frame.js";
import { AddressMap } from "./map.js";
import { Model } from "./model.js";
import { Scatter } from "./scatter.js";
import { RegionTable } from "./regions.js";
import { button, element } from "./dom.js";

/** @typedef {import("./decode.js").Encoded} Encoded */
/** @typedef {import("./model.js").Life} Life */

const WHOLE = 20; // seconds that a trace takes from end to end
const SLOWEST = 4; // events a second
const SPEEDS = [0.25, 1, 4, 16];
const TABLE_PAUSE = 200; // milliseconds between two tables while it plays

export class Player {
	/**
	 * @param {HTMLElement} place
	 * @param {Encoded} encoded
	 */
	constructor(place, encoded) {
		this.encoded = encoded;
		this.events = decode(encoded);
		this.model = new Model(this.events);
		const layout = layOut(encoded.segments);
		this.frame = new Frame(this.model, layout, encoded.checkpoints, encoded.partings);
		this.scatter = new Scatter(this.model, layout, this.frame.cellOfFault);
		this.state = 0;
		this.playing = false;
		this.speed = 1;
		this.tableAt = 0;
		this.canvas = element("canvas", { role: "img", "aria-label": "Pages of the address space" });
		this.plot = element("canvas", { role: "img", "aria-label": "All faults, by event and address" });
		this.cursor = element("div", { class: "cursor" });
		this.now = element("p", { class: "now" });
		this.under = element("p", { class: "under", role: "status" });
		this.slider = element("input", {
			type: "range",
			min: "0",
			max: String(this.events.count),
			step: "1",
			"aria-label": "Events so far",
		});
		this.play = button("Play", () => this.toggle());
		this.table = new RegionTable(this.model, this.encoded, (life) => this.outline(life));
		this.#build(place);
		this.map = new AddressMap(this.canvas, this.frame);
		this.resize();
		const parting = encoded.partings[0];
		this.seek(parting ? parting.state : this.events.count);
	}

	/** @param {HTMLElement} place */
	#build(place) {
		place.append(
			this.#controls(),
			this.slider,
			this.now,
			element(
				"div",
				{ class: "map", role: "group", "aria-label": "Map", tabindex: "0" },
				this.canvas,
			),
			this.under,
			this.#legend(),
			this.#finder(),
			element("div", { class: "plot" }, this.plot, this.cursor),
			this.#axis(),
			this.table.place,
		);
		this.slider.addEventListener("input", () => this.seek(Number(this.slider.value)));
		this.canvas.addEventListener("pointermove", (event) => this.#hover(event));
		this.plot.addEventListener("pointerdown", (event) => this.#point(event));
		this.plot.addEventListener("pointermove", (event) => event.buttons && this.#point(event));
	}

	#controls() {
		const speed = element("select", { "aria-label": "Speed" });
		for (const factor of SPEEDS) {
			speed.append(element("option", { value: String(factor) }, `${factor} ×`));
		}
		speed.value = "1";
		speed.addEventListener("change", () => {
			this.speed = Number(speed.value);
		});
		const controls = element("div", { class: "controls", role: "group", "aria-label": "Replay" });
		controls.append(
			button("To the start", () => this.seek(0)),
			button("Step back", () => this.seek(this.state - 1)),
			this.play,
			button("Step", () => this.seek(this.state + 1)),
			button("Change before", () => this.seek(this.model.nextChange(this.state, -1))),
			button("Next change", () => this.seek(this.model.nextChange(this.state, 1))),
			speed,
		);
		if (this.encoded.partings.length) {
			controls.append(button("Where trace and maps part", () => this.#toParting()));
		}
		if (this.encoded.problems.length) {
			controls.append(button("Next contradiction", () => this.#toProblem()));
		}
		return controls;
	}

	#legend() {
		/** @type {[string, string][]} */
		const words = [
			["recent", "just faulted"],
			["old", "faulted before"],
			["region", "mapped, no fault yet"],
			["folded", "many such pages, folded"],
			["gone", "just removed"],
		];
		if (this.encoded.checkpoints.length) {
			words.push(["missing", "in /proc/PID/maps only"], ["foreign", "in the trace only"]);
		}
		if (this.encoded.partings.some(({ noFault }) => noFault.length)) {
			words.push(["silent", "touched, no fault in the trace"]);
		}
		const legend = element("ul", { class: "legend" });
		for (const [kind, text] of words) {
			legend.append(element("li", {}, element("span", { class: `swatch ${kind}` }), text));
		}
		return legend;
	}

	#finder() {
		const field = element("input", {
			type: "text",
			size: "18",
			spellcheck: "false",
			autocomplete: "off",
			"aria-label": "Address to find, hexadecimal",
			placeholder: "address",
		});
		const find = () => this.find(field.value);
		field.addEventListener("keydown", (event) => {
			if (event.key === "Enter") {
				find();
			}
		});
		return element("div", { class: "finder" }, field, button("Find", find));
	}

	#axis() {
		const axis = button("Show by time", () => {
			this.scatter.byTime = !this.scatter.byTime;
			axis.textContent = this.scatter.byTime ? "Show by events" : "Show by time";
			this.scatter.draw(this.plot);
			this.seek(this.state);
		});
		return element("div", { class: "controls" }, axis);
	}

	/** Fit everything into the room there is. */
	resize() {
		this.map.resize();
		const width = this.plot.parentElement?.clientWidth ?? 0;
		if (width) {
			this.plot.width = Math.round(width * window.devicePixelRatio);
			this.plot.height = Math.round(200 * window.devicePixelRatio);
			this.scatter.draw(this.plot);
			this.map.draw(this.state);
			this.#moveCursor();
		}
	}

	/**
	 * Show `state`.
	 *
	 * @param {number} state
	 */
	seek(state) {
		this.state = Math.min(Math.max(Math.round(state), 0), this.events.count);
		this.map.draw(this.state);
		this.#moveCursor();
		const words = this.describe(this.state);
		this.now.textContent = words;
		this.slider.value = String(this.state);
		this.slider.setAttribute("aria-valuetext", words);
		const clock = performance.now();
		if (!this.playing || clock - this.tableAt > TABLE_PAUSE) {
			this.table.show(this.state);
			this.tableAt = clock;
		}
	}

	/** Play, or stop playing. */
	toggle() {
		this.playing = !this.playing;
		this.play.textContent = this.playing ? "Pause" : "Play";
		if (!this.playing) {
			this.table.show(this.state);
			return;
		}
		if (this.state === this.events.count) {
			this.seek(0);
		}
		let before = performance.now();
		let exact = this.state;
		const rate = Math.max(this.events.count / WHOLE, SLOWEST);
		/** @param {number} clock */
		const step = (clock) => {
			if (!this.playing) {
				return;
			}
			exact += (Math.max(clock - before, 0) / 1000) * rate * this.speed;
			before = clock;
			if (Math.floor(exact) !== this.state) {
				this.seek(Math.floor(exact));
				exact = Math.max(exact, this.state);
			}
			if (this.state >= this.events.count) {
				this.toggle();
			} else {
				requestAnimationFrame(step);
			}
		};
		requestAnimationFrame(step);
	}

	/**
	 * The last event of `state` in words.
	 *
	 * @param {number} state
	 */
	describe(state) {
		const { count, kind, time, page, length, id } = this.events;
		if (state === 0) {
			return `Before the first of ${count} events`;
		}
		const at = state - 1;
		const when = (this.encoded.start + time[at] / 1e9).toFixed(6);
		const range = `${address(page[at])}-${address(page[at] + length[at])}`;
		let what = `resize ${this.encoded.ids[id[at]]} ${range}`;
		if (kind[at] === FAULT) {
			what = `fault on page ${address(page[at])}`;
		} else if (kind[at] === LOST) {
			what = `${length[at]} records lost`;
		} else if (kind[at] === REMOVE) {
			what = `remove ${this.encoded.ids[id[at]]}`;
		} else if (kind[at] === ADD) {
			what = `add ${this.encoded.ids[id[at]]} ${range}`;
		}
		const problem = this.encoded.problems.find(([event]) => event === at);
		const point = this.frame.checkpointAt(state);
		const contradiction = problem ? ` · contradiction: ${problem[1]}` : "";
		const label = point ? ` · ${point.label}` : "";
		return `Event ${state} of ${count} · ${when} s · ${what}${contradiction}${label}`;
	}

	/**
	 * Go to the next fault on the page of an address.
	 *
	 * @param {string} text
	 */
	find(text) {
		const page = pageOf(text);
		if (page === null) {
			this.under.textContent = `“${text.slice(0, 40)}” is no address: type hexadecimal digits.`;
			return;
		}
		const { kind, count } = this.events;
		/** @type {number[]} */
		const faults = [];
		for (let at = 0; at < count; at++) {
			if (kind[at] === FAULT && this.events.page[at] === page) {
				faults.push(at + 1);
			}
		}
		this.map.outlined = this.map.has(page) ? [page, 1] : null;
		this.seek(faults.find((state) => state > this.state) ?? faults[0] ?? this.state);
		const where = this.#regionOf(page);
		const some = faults.slice(0, 8).join(", ") + (faults.length > 8 ? " …" : "");
		const when = faults.length ? `faulted ${times(faults.length)}, at event ${some}` : "never faulted";
		this.under.textContent = `Page ${address(page)}${where}: ${when}.`;
	}

	/**
	 * Draw a line around a region, and go to a state that has it.
	 *
	 * @param {Life} life
	 */
	outline(life) {
		const last = life.first.length - 1;
		this.map.outlined = [life.first[last], life.pages[last]];
		const there = life.born < this.state && this.state <= life.ended;
		this.seek(there ? this.state : life.since[last] + 1);
		const range = `${address(life.first[last])}-${address(life.first[last] + life.pages[last])}`;
		this.under.textContent = `Region ${range}, added by event ${life.born + 1}.`;
	}

	#toParting() {
		const { partings } = this.encoded;
		const next = partings.find((parting) => parting.state > this.state) ?? partings[0];
		this.seek(next.state);
		const words = [
			...next.notTraced.map((range) => `${show(range)} is not in the trace`),
			...next.onlyTraced.map((range) => `${show(range)} is in the trace only`),
			...next.noFault.map((page) => `page ${address(page)} was touched and shows no fault`),
		];
		const more = words.length > 6 ? ` and ${words.length - 6} more differences` : "";
		this.under.textContent = `${next.label}: ${words.slice(0, 6).join("; ")}${more}.`;
	}

	#toProblem() {
		const { problems } = this.encoded;
		const next = problems.find(([event]) => event >= this.state) ?? problems[0];
		this.seek(next[0] + 1);
		this.under.textContent = `Contradiction: ${next[1]}.`;
	}

	#moveCursor() {
		const width = this.plot.parentElement?.clientWidth ?? 0;
		this.cursor.style.transform = `translateX(${this.scatter.across(this.state) * width}px)`;
	}

	/** @param {PointerEvent} event */
	#point(event) {
		const box = this.plot.getBoundingClientRect();
		const part = (event.clientX - box.left) / Math.max(box.width, 1);
		this.seek(this.scatter.stateAt(Math.min(Math.max(part, 0), 1)));
	}

	/** @param {PointerEvent} event */
	#hover(event) {
		const cell = this.map.cellAt(event.clientX, event.clientY);
		if (cell < 0) {
			this.under.textContent = "";
			return;
		}
		const { layout, last } = this.frame;
		const page = layout.first[cell];
		const where = this.#regionOf(page);
		if (layout.what[cell] === FOLDED) {
			this.under.textContent = `Pages from ${address(page)} on${where}: none ever faulted.`;
			return;
		}
		const when = last[cell] < 0 ? "no fault so far" : `last fault at event ${last[cell] + 1}`;
		this.under.textContent = `Page ${address(page)}${where}: ${when}.`;
	}

	/** @param {number} page */
	#regionOf(page) {
		const found = this.model
			.living(this.state)
			.filter(({ first, pages }) => page >= first && page < first + pages)
			.map(({ first, pages }) => show([first, pages]));
		return found.length ? ` in ${found.join(" and ")}` : ", in no region now";
	}
}

/** @param {number[]} range first page and pages */
function show([first, pages]) {
	return `${address(first)}-${address(first + pages)}`;
}

/** @param {number} count */
function times(count) {
	return count === 1 ? "once" : `${count} times`;
}
