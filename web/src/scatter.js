// SPDX-License-Identifier: MIT
/**
 * @file All faults at once: events (or time) to the right, addresses upward.
 */

import { FAULT, address } from "./decode.js";
import { HOLE, cellsOf } from "./cells.js";
import { BACKGROUND, LABELS } from "./map.js";
import { NEVER } from "./model.js";

/** @typedef {import("./cells.js").Layout} Layout */
/** @typedef {import("./model.js").Model} Model */

const REGION = "#333b48";
const EDGE = "#5a6475";
const WRONG = "#ff9ac4";
const DOT = [255, 214, 74];
const MOST_LETTERS = 13;
const APART = 13; // pixels of the page between two labels

export const HEIGHT = 200; // pixels of the page
export const GUTTER = 88; // pixels of the page, for twelve digits or a name

export class Scatter {
	/**
	 * @param {Model} model
	 * @param {Layout} layout
	 * @param {Int32Array} cellOfFault
	 * @param {number[]} wrong the states at which something is wrong with the trace
	 * @param {(first: number, end: number) => string} named what a range of pages is called
	 */
	constructor(model, layout, cellOfFault, wrong, named) {
		this.model = model;
		this.named = named;
		this.wrong = wrong;
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

	/**
	 * The cell so far down; -1 if there is a hole.
	 *
	 * @param {number} part from 0 at the top to 1
	 */
	cellAt(part) {
		const cell = Math.floor((1 - part) * this.layout.count);
		return this.layout.what[cell] === HOLE ? -1 : Math.min(cell, this.layout.count - 1);
	}

	/** @param {HTMLCanvasElement} canvas */
	draw(canvas) {
		const context = canvas.getContext("2d", { willReadFrequently: true });
		if (!context) {
			return;
		}
		const gutter = Math.round(GUTTER * window.devicePixelRatio);
		const [width, height] = [Math.max(canvas.width - gutter, 1), canvas.height];
		context.fillStyle = BACKGROUND;
		context.fillRect(0, 0, canvas.width, height);
		const up = height / Math.max(this.layout.count, 1);
		context.translate(gutter, 0);
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
		this.#wrong(context, width, height);
		context.setTransform(1, 0, 0, 1, 0, 0);
		this.#labels(context, gutter, height, up);
		this.#dots(context, gutter, width, height, up);
	}

	/**
	 * Dashed lines where the trace is wrong.
	 *
	 * @param {CanvasRenderingContext2D} context
	 * @param {number} width
	 * @param {number} height
	 */
	#wrong(context, width, height) {
		context.strokeStyle = WRONG;
		context.setLineDash([6, 4]);
		context.beginPath();
		for (const state of this.wrong) {
			const at = Math.round(this.across(state) * width) - 0.5;
			context.moveTo(at, 0);
			context.lineTo(at, height);
		}
		context.stroke();
		context.setLineDash([]);
	}

	/**
	 * The names of pieces, else the addresses that they begin with, as far as there is room.
	 *
	 * @param {CanvasRenderingContext2D} context
	 * @param {number} gutter
	 * @param {number} height
	 * @param {number} up
	 */
	#labels(context, gutter, height, up) {
		const unit = window.devicePixelRatio;
		context.fillStyle = LABELS;
		context.font = `${Math.round(10 * unit)}px monospace`;
		context.textBaseline = "alphabetic";
		context.textAlign = "right";
		let free = height;
		this.layout.places.forEach((cell, segment) => {
			const bottom = height - cell * up;
			const begins = !segment || this.layout.what[cell - 1] === HOLE;
			if (begins && bottom <= free && bottom >= APART * unit) {
				const page = this.layout.first[cell];
				const text = this.named(page, page + 1).slice(0, MOST_LETTERS) || address(page);
				context.fillText(text, gutter - 8 * unit, bottom - 2 * unit);
				free = bottom - APART * unit;
			}
		});
	}

	/**
	 * @param {CanvasRenderingContext2D} context
	 * @param {number} gutter
	 * @param {number} width
	 * @param {number} height
	 * @param {number} up
	 */
	#dots(context, gutter, width, height, up) {
		const image = context.getImageData(gutter, 0, width, height);
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
		context.putImageData(image, gutter, 0);
	}
}
