// SPDX-License-Identifier: MIT
/**
 * @file The map on the screen: a canvas whose cells take the colours of a frame.
 */

import { HOLE, NOWHERE, cellOf, cellsOf, grid } from "./cells.js";
import { address } from "./decode.js";

/** @typedef {import("./frame.js").Frame} Frame */

const OUTLINE = "#ffffff";
const LABELS = "#aeb6c2";
const GUTTER = 104; // pixels of the page, for twelve digits
const SHORTEST = 11; // pixels between two labels
const LARGEST = 16000; // pixels: browsers refuse canvases beyond some size

export class AddressMap {
	/**
	 * @param {HTMLCanvasElement} canvas
	 * @param {Frame} frame
	 */
	constructor(canvas, frame) {
		this.canvas = canvas;
		this.frame = frame;
		this.small = document.createElement("canvas");
		this.grid = grid(frame.layout, 1);
		/** The cell in each place of the grid. */
		this.cells = new Int32Array();
		this.scale = 1;
		this.gutter = 0;
		/** The range of pages with a line around it. @type {[number, number] | null} */
		this.outlined = null;
	}

	/** Fit into the room there is; a map that is out of sight has none. */
	resize() {
		const width = this.canvas.parentElement?.clientWidth ?? 0;
		if (!width) {
			return;
		}
		this.grid = grid(this.frame.layout, width - GUTTER);
		const { size, columns, rows, slots } = this.grid;
		this.cells = new Int32Array(columns * rows).fill(-1);
		slots.forEach((slot, cell) => {
			if (slot !== NOWHERE) {
				this.cells[slot] = cell;
			}
		});
		this.scale = Math.max(Math.round(window.devicePixelRatio * size), 1);
		while (rows * this.scale > LARGEST && this.scale > 1) {
			this.scale--;
		}
		this.gutter = Math.round((GUTTER * this.scale) / size);
		this.canvas.width = this.gutter + columns * this.scale;
		this.canvas.height = rows * this.scale;
		this.canvas.style.width = `${GUTTER + columns * size}px`;
		this.canvas.style.height = `${rows * size}px`;
		this.small.width = columns;
		this.small.height = rows;
		const context = this.small.getContext("2d");
		this.image = context?.createImageData(columns, rows);
		if (this.image) {
			this.pixels = new Uint32Array(this.image.data.buffer);
		}
	}

	/** @param {number} state */
	draw(state) {
		const context = this.canvas.getContext("2d");
		const small = this.small.getContext("2d");
		this.frame.paint(state);
		if (!context || !small || !this.image || !this.pixels) {
			return;
		}
		const { pixels, grid: { slots } } = this;
		for (let cell = 0; cell < slots.length; cell++) {
			if (slots[cell] !== NOWHERE) {
				pixels[slots[cell]] = this.frame.colours[cell];
			}
		}
		small.putImageData(this.image, 0, 0);
		context.imageSmoothingEnabled = false;
		context.fillStyle = "#15181d";
		context.fillRect(0, 0, this.canvas.width, this.canvas.height);
		const width = this.canvas.width - this.gutter;
		context.drawImage(this.small, this.gutter, 0, width, this.canvas.height);
		if (this.scale >= 5) {
			this.#lines(context);
		}
		this.#labels(context);
		if (this.outlined) {
			this.#outline(context, this.outlined);
		}
	}

	/**
	 * The cell below a point of the page; -1 where there is none.
	 *
	 * @param {number} x
	 * @param {number} y
	 */
	cellAt(x, y) {
		const box = this.canvas.getBoundingClientRect();
		const column = Math.floor((x - box.left - GUTTER) / this.grid.size);
		const row = Math.floor((y - box.top) / this.grid.size);
		if (column < 0 || column >= this.grid.columns || row < 0 || row >= this.grid.rows) {
			return -1;
		}
		const cell = this.cells[row * this.grid.columns + column];
		return cell < 0 || this.frame.layout.what[cell] === HOLE ? -1 : cell;
	}

	/** @param {number} page */
	has(page) {
		return cellOf(this.frame.layout, page) >= 0;
	}

	/** @param {CanvasRenderingContext2D} context */
	#lines(context) {
		const { columns, rows } = this.grid;
		context.fillStyle = "#15181d";
		for (let column = 1; column <= columns; column++) {
			context.fillRect(this.gutter + column * this.scale - 1, 0, 1, this.canvas.height);
		}
		for (let row = 1; row <= rows; row++) {
			context.fillRect(0, row * this.scale - 1, this.canvas.width, 1);
		}
	}

	/**
	 * The addresses that pieces begin with, where there is room for them.
	 *
	 * @param {CanvasRenderingContext2D} context
	 */
	#labels(context) {
		const unit = this.scale / this.grid.size;
		context.fillStyle = LABELS;
		context.font = `${Math.round(10 * unit)}px monospace`;
		context.textBaseline = "middle";
		context.textAlign = "right";
		let free = 0;
		for (const { row, page } of this.grid.labels) {
			const top = (row + 0.5) * this.scale;
			if (top >= free) {
				context.fillText(address(page), this.gutter - 8 * unit, top);
				free = top + SHORTEST * unit;
			}
		}
	}

	/**
	 * @param {CanvasRenderingContext2D} context
	 * @param {[number, number]} range
	 */
	#outline(context, range) {
		const [start, end] = cellsOf(this.frame.layout, ...range);
		const { columns, slots } = this.grid;
		context.strokeStyle = OUTLINE;
		context.lineWidth = Math.max(this.scale / 5, 2);
		for (let cell = start; cell < end; ) {
			const row = Math.floor(slots[cell] / columns);
			let until = cell + 1;
			while (until < end && slots[until] < (row + 1) * columns) {
				until++;
			}
			context.strokeRect(
				this.gutter + (slots[cell] - row * columns) * this.scale,
				row * this.scale,
				(until - cell) * this.scale,
				this.scale,
			);
			cell = until;
		}
	}
}
