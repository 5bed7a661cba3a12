// SPDX-License-Identifier: MIT
/**
 * @file All faults at once: events (or time) to the right, addresses upwards.
 */

import { FAULT } from "./decode.js";
import { cellsOf } from "./cells.js";
import { NEVER } from "./model.js";

/** @typedef {import("./cells.js").Layout} Layout */
/** @typedef {import("./model.js").Model} Model */

const BACKGROUND = "#15181d";
const REGION = "#2f3641";
const EDGE = "#4a5261";
const DOT = [255, 214, 74];

export class Scatter {
	/**
	 * @param {Model} model
	 * @param {Layout} layout
	 * @param {Int32Array} cellOfFault
	 */
	constructor(model, layout, cellOfFault) {
		this.model = model;
		this.layout = layout;
		this.cellOfFault = cellOfFault;
		this.byTime = false;
		const time = model.events.time;
		this.duration = Math.max(time.length ? time[time.length - 1] : 0, 1);
	}

	/**
	 * How far to the right `state` is, from 0 to 1.
	 *
	 * @param {number} state
	 */
	across(state) {
		const { count, time } = this.model.events;
		if (!count) {
			return 0;
		}
		if (!this.byTime) {
			return state / count;
		}
		return state ? Math.min(Math.max(time[state - 1] / this.duration, 0), 1) : 0;
	}

	/**
	 * The state that is so far to the right.
	 *
	 * @param {number} part from 0 to 1
	 */
	stateAt(part) {
		const { count, time } = this.model.events;
		if (!this.byTime) {
			return Math.round(part * count);
		}
		let low = 0;
		let high = count;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (time[middle] <= part * this.duration) {
				low = middle + 1;
			} else {
				high = middle;
			}
		}
		return low;
	}

	/** @param {HTMLCanvasElement} canvas */
	draw(canvas) {
		const context = canvas.getContext("2d", { willReadFrequently: true });
		if (!context) {
			return;
		}
		const { width, height } = canvas;
		context.fillStyle = BACKGROUND;
		context.fillRect(0, 0, width, height);
		const up = height / Math.max(this.layout.count, 1);
		context.strokeStyle = EDGE;
		context.fillStyle = REGION;
		for (const life of this.model.lives) {
			life.since.forEach((since, span) => {
				const [start, end] = cellsOf(this.layout, life.first[span], life.pages[span]);
				const ends = span + 1 < life.since.length ? life.since[span + 1] : life.ended;
				const left = this.across(since) * width;
				const until = ends === NEVER ? this.model.events.count : ends;
				const wide = Math.max(this.across(until) * width - left, 1);
				context.fillRect(left, height - end * up, wide, Math.max((end - start) * up, 1));
				context.strokeRect(left, height - end * up, wide, Math.max((end - start) * up, 1));
			});
		}
		this.#dots(context, width, height, up);
	}

	/**
	 * @param {CanvasRenderingContext2D} context
	 * @param {number} width
	 * @param {number} height
	 * @param {number} up
	 */
	#dots(context, width, height, up) {
		const image = context.getImageData(0, 0, width, height);
		const { kind, count } = this.model.events;
		const size = Math.round(window.devicePixelRatio * (count < 3000 ? 4 : count < 30000 ? 2 : 1));
		for (let at = 0; at < count; at++) {
			const cell = this.cellOfFault[at];
			if (kind[at] !== FAULT || cell < 0) {
				continue;
			}
			const left = Math.min(Math.floor(this.across(at) * width), width - size);
			const top = Math.min(Math.max(Math.floor(height - (cell + 0.5) * up), 0), height - size);
			for (let row = top; row < top + size; row++) {
				for (let column = left; column < left + size; column++) {
					const place = (row * width + column) * 4;
					image.data[place] = DOT[0];
					image.data[place + 1] = DOT[1];
					image.data[place + 2] = DOT[2];
				}
			}
		}
		context.putImageData(image, 0, 0);
	}
}
