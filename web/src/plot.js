// SPDX-License-Identifier: MIT
/**
 * @file The plot of all page faults on the screen: its axes, its cursor, and what is under a pointer.
 */

import { button, element } from "./dom.js";
import { GUTTER, HEIGHT } from "./scatter.js";

/** @typedef {import("./scatter.js").Scatter} Scatter */

export class Plot {
	/**
	 * @param {Scatter} scatter
	 * @param {(state: number) => void} seek called with the state that somebody points out
	 * @param {(state: number, cell: number) => void} over called with what a pointer is over
	 */
	constructor(scatter, seek, over) {
		this.scatter = scatter;
		this.state = 0;
		this.canvas = element("canvas", { role: "img", "aria-label": "All page faults, by event and address" });
		this.cursor = element("div", { class: "cursor" });
		this.title = element("p", { class: "plot-title" });
		this.ends = element("p", { class: "ends" });
		this.axis = button("Show by time", () => this.#turn());
		this.window = element("div", { class: "plot" }, this.canvas, this.cursor);
		this.parts = [this.title, this.window, this.ends, element("div", { class: "controls" }, this.axis)];
		this.canvas.addEventListener("pointerdown", (event) => seek(this.#stateAt(event)));
		this.canvas.addEventListener("pointermove", (event) => {
			const state = this.#stateAt(event);
			if (event.buttons) {
				seek(state);
			}
			const box = this.canvas.getBoundingClientRect();
			over(state, scatter.cellAt((event.clientY - box.top) / Math.max(box.height, 1)));
		});
	}

	/** Fit into the room there is; a plot that is out of sight has none. */
	resize() {
		const width = this.window.clientWidth;
		if (width) {
			this.canvas.width = Math.round(width * window.devicePixelRatio);
			this.canvas.height = Math.round(HEIGHT * window.devicePixelRatio);
			this.#draw();
		}
	}

	/**
	 * Move the cursor to `state`.
	 *
	 * @param {number} state
	 */
	show(state) {
		this.state = state;
		const width = this.window.clientWidth - GUTTER;
		this.cursor.style.transform = `translateX(${GUTTER + this.scatter.across(state) * width}px)`;
	}

	/** From events to time, or back. */
	#turn() {
		this.scatter.byTime = !this.scatter.byTime;
		this.axis.textContent = this.scatter.byTime ? "Show by event" : "Show by time";
		this.#draw();
	}

	#draw() {
		const { scatter } = this;
		const [start, axis, end] = scatter.byTime
			? ["0", "time since the first event", duration(scatter.duration)]
			: ["event 1", "events", `event ${scatter.model.events.count}`];
		const words = `All page faults: ${axis} to the right, addresses upward.`;
		this.title.textContent = `${words} Each box is a region, and each dot a page fault.`;
		const texts = [start, `${axis} →`, end];
		this.ends.replaceChildren(...texts.map((text) => element("span", {}, text)));
		scatter.draw(this.canvas);
		this.show(this.state);
	}

	/**
	 * The state below a pointer.
	 *
	 * @param {PointerEvent} event
	 */
	#stateAt(event) {
		const box = this.canvas.getBoundingClientRect();
		const part = (event.clientX - box.left - GUTTER) / Math.max(box.width - GUTTER, 1);
		return this.scatter.stateAt(Math.min(Math.max(part, 0), 1));
	}
}

/**
 * A time in the unit that suits it.
 *
 * @param {number} nanoseconds
 */
function duration(nanoseconds) {
	const seconds = nanoseconds / 1e9;
	return seconds < 1 ? `${(seconds * 1000).toPrecision(3)} ms` : `${seconds.toPrecision(4)} s`;
}
