// SPDX-License-Identifier: MIT
/**
 * @file The replay of one trace: its state, and what that moves.
 */

import { FAULT, decode, pageOf } from "./decode.js";
import { layOut } from "./cells.js";
import { Frame } from "./frame.js";
import { AddressMap } from "./map.js";
import { Model } from "./model.js";
import { Plot } from "./plot.js";
import { Scatter } from "./scatter.js";
import { RegionTable } from "./regions.js";
import { button, element } from "./dom.js";
import { controls, finder, help, legend } from "./panel.js";
import { called, moment, ofCell, ofPage, ofParting, piece, short } from "./words.js";

/** @typedef {import("./decode.js").Encoded} Encoded */
/** @typedef {import("./decode.js").Parting} Parting */
/** @typedef {import("./model.js").Life} Life */

const WHOLE = 20; // seconds that a trace takes from end to end
const SLOWEST = 4; // events a second
const TABLE_PAUSE = 200; // milliseconds between two tables while it plays
const CALM_PAUSE = 500; // milliseconds between two pictures for who wants little motion

const POINT = "Point at a square of the map, or select one, to see what it is.";

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Player {
	/**
	 * @param {HTMLElement} place
	 * @param {Encoded} encoded
	 */
	constructor(place, encoded) {
		this.encoded = encoded;
		this.events = decode(encoded);
		this.model = new Model(this.events, encoded.names);
		const layout = layOut(encoded.segments);
		const { partings, problems } = encoded;
		this.frame = new Frame(this.model, layout, encoded.checkpoints, partings);
		const wrong = [...partings.slice(0, 1).map(({ state }) => state), ...problems.map(([at]) => at + 1)];
		const scatter = new Scatter(this.model, layout, this.frame.cellOfFault, wrong, (first, end) =>
			short(this.model, first, end),
		);
		this.state = 0;
		this.playing = false;
		this.speed = 1;
		this.tableAt = 0;
		/** The cell that the arrow keys have come to. */
		this.cell = -1;
		/** Told of each region that is chosen. @type {(life: Life) => void} */
		this.onchosen = () => undefined;
		this.canvas = element("canvas", { role: "img", "aria-label": "Pages of the address space" });
		this.plot = new Plot(
			scatter,
			(state) => this.seek(state),
			(state, cell) => this.#overPlot(state, cell),
		);
		this.now = element("p", { class: "now" });
		this.under = element("p", { class: "under", role: "status" }, POINT);
		/** Says what a button has led to, to those who do not see it. */
		this.said = element("p", { class: "visually-hidden", role: "status" });
		this.slider = element("input", {
			type: "range",
			min: "0",
			max: String(this.events.count),
			step: "1",
			"aria-label": "Events so far",
		});
		this.play = button("Play", () => this.toggle());
		this.play.className = "play";
		this.table = new RegionTable(this.model, this.encoded, (life) => this.outline(life));
		this.window = element(
			"div",
			{
				class: "map",
				role: "group",
				"aria-label": "Map; the arrow keys go from page to page, the space bar plays",
				tabindex: "0",
			},
			this.canvas,
		);
		this.#build(place);
		this.map = new AddressMap(this.canvas, this.frame, (first, end) => piece(this.model, first, end));
		this.resize();
		this.seek(this.events.count);
		if (partings.length) {
			this.#showParting(partings[0]);
		}
	}

	/** @param {HTMLElement} place */
	#build(place) {
		const more = [...this.plot.parts, this.table.place];
		place.append(
			controls(this),
			this.slider,
			this.now,
			this.said,
			this.window,
			this.under,
			element("div", { class: "below" }, legend(this.encoded), finder((text) => this.find(text))),
			...help(),
			...(place.dataset.compact === undefined ? more : [this.#folded(more)]),
		);
		this.slider.addEventListener("input", () => this.seek(Number(this.slider.value)));
		this.window.addEventListener("keydown", (event) => this.#key(event));
		this.canvas.addEventListener("pointermove", (event) => this.#hover(event));
		this.canvas.addEventListener("click", (event) => this.#choose(event));
	}

	/**
	 * What a compact replay does not show at once.
	 *
	 * @param {HTMLElement[]} more
	 */
	#folded(more) {
		const summary = element("summary", {}, "All page faults at once, and a table of the regions");
		const folded = element("details", { class: "more" }, summary, ...more);
		folded.addEventListener("toggle", () => this.resize());
		return folded;
	}

	/** Fit everything into the room there is. */
	resize() {
		this.map.resize();
		this.map.draw(this.state);
		this.plot.resize();
	}

	/**
	 * Show `state`.
	 *
	 * @param {number} state
	 */
	seek(state) {
		this.state = Math.min(Math.max(Math.round(state), 0), this.events.count);
		this.map.draw(this.state);
		this.plot.show(this.state);
		const words = moment(this.encoded, this.model, this.state);
		this.now.textContent = words;
		this.slider.value = String(this.state);
		this.slider.setAttribute("aria-valuetext", words);
		const clock = performance.now();
		if (!this.playing || clock - this.tableAt > TABLE_PAUSE) {
			this.table.show(this.state);
			this.tableAt = clock;
		}
	}

	/**
	 * Show `state`, and say so.
	 *
	 * @param {number} state
	 */
	go(state) {
		this.seek(state);
		this.said.textContent = this.now.textContent;
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
		const pause = matchMedia("(prefers-reduced-motion: reduce)").matches ? CALM_PAUSE : 0;
		let before = performance.now();
		let shown = before;
		let exact = this.state;
		const rate = Math.max(this.events.count / WHOLE, SLOWEST);
		/** @param {number} clock */
		const step = (clock) => {
			if (!this.playing) {
				return;
			}
			exact += (Math.max(clock - before, 0) / 1000) * rate * this.speed;
			before = clock;
			if (Math.floor(exact) !== this.state && clock - shown >= pause) {
				this.seek(Math.floor(exact));
				exact = Math.max(exact, this.state);
				shown = clock;
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
	 * Go to the next fault on the page of an address.
	 *
	 * @param {string} text
	 */
	find(text) {
		const page = pageOf(text);
		if (page === null) {
			this.under.textContent = `“${text.slice(0, 40)}” is not an address: type hexadecimal digits.`;
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
		this.#mark(page, 1);
		this.seek(faults.find((state) => state > this.state) ?? faults[0] ?? this.state);
		this.under.textContent = ofPage(this.model, page, faults, this.state);
	}

	/**
	 * Draw a line around a region, and go to a state that has it.
	 *
	 * @param {Life} life
	 */
	outline(life) {
		const last = life.first.length - 1;
		const there = life.born < this.state && this.state <= life.ended;
		this.#mark(life.first[last], life.pages[last]);
		this.seek(there ? this.state : life.since[last] + 1);
		this.#chosen(life);
		const name = called(this.model, life, life.first[last]);
		this.under.textContent = `This is ${name}, added by event ${life.born + 1}.`;
	}

	/** To the next moment at which trace and maps differ, or to the first one. */
	toParting() {
		const { partings } = this.encoded;
		this.#showParting(partings.find((parting) => parting.state > this.state) ?? partings[0]);
	}

	/** @param {Parting} parting */
	#showParting(parting) {
		const { notTraced, onlyTraced, noFault } = parting;
		const [first] = notTraced.concat(onlyTraced, noFault.map((page) => [page, 1]));
		this.#reveal(first[0]);
		this.seek(parting.state);
		this.under.textContent = ofParting(parting);
	}

	/** To the next event that contradicts those before it, or to the first one. */
	toProblem() {
		const { problems } = this.encoded;
		const next = problems.find(([event]) => event >= this.state) ?? problems[0];
		this.seek(next[0] + 1);
		this.under.textContent = `Contradiction: ${next[1]}.`;
	}

	/**
	 * Draw a line around pages from now on, and bring them into sight.
	 *
	 * @param {number} first
	 * @param {number} pages
	 */
	#mark(first, pages) {
		const cell = this.map.cellOf(first);
		this.map.outlined = cell < 0 ? null : [first, pages];
		this.cell = cell;
		this.#reveal(first);
	}

	/** @param {number} page */
	#reveal(page) {
		const cell = this.map.cellOf(page);
		const seen = this.window;
		if (cell >= 0) {
			const [top, bottom] = this.map.rowOf(cell);
			if (top < seen.scrollTop || bottom > seen.scrollTop + seen.clientHeight) {
				seen.scrollTop = Math.max(top - seen.clientHeight / 3, 0);
			}
		}
	}

	/** @param {Life} life */
	#chosen(life) {
		this.table.choose(life);
		this.onchosen(life);
	}

	/**
	 * Say what a pointer over the plot is over.
	 *
	 * @param {number} state
	 * @param {number} cell
	 */
	#overPlot(state, cell) {
		const page = cell < 0 ? "" : ` Here: ${ofCell(this.frame, cell, this.state)}`;
		this.under.textContent = `${moment(this.encoded, this.model, state)}.${page}`;
	}

	/** @param {PointerEvent} event */
	#hover(event) {
		const cell = this.map.cellAt(event.clientX, event.clientY);
		this.under.textContent = cell < 0 ? POINT : ofCell(this.frame, cell, this.state);
	}

	/** @param {MouseEvent} event */
	#choose(event) {
		const cell = this.map.cellAt(event.clientX, event.clientY);
		if (cell >= 0) {
			this.#select(cell);
		}
	}

	/**
	 * Choose a cell, and with it the region that it belongs to.
	 *
	 * @param {number} cell
	 */
	#select(cell) {
		this.#mark(this.frame.layout.first[cell], 1);
		this.map.draw(this.state);
		this.under.textContent = ofCell(this.frame, cell, this.state);
		const life = this.model.lives[this.frame.region[cell]];
		if (life) {
			this.#chosen(life);
		}
	}

	/** @param {KeyboardEvent} event */
	#key(event) {
		if (event.ctrlKey || event.altKey || event.metaKey) {
			return;
		}
		const arrow = ARROWS[event.key];
		const move = this.#moves[event.key];
		if (arrow && this.frame.layout.count) {
			event.preventDefault();
			this.#select(this.cell < 0 ? 0 : this.map.beside(this.cell, ...arrow));
		} else if (move) {
			event.preventDefault();
			move();
		}
	}

	/** What the other keys do. @type {Record<string, () => void>} */
	#moves = {
		" ": () => this.toggle(),
		",": () => this.go(this.state - 1),
		".": () => this.go(this.state + 1),
		"[": () => this.go(this.model.nextChange(this.state, -1)),
		"]": () => this.go(this.model.nextChange(this.state, 1)),
		Home: () => this.go(0),
		End: () => this.go(this.events.count),
	};
}
