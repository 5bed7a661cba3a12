// SPDX-License-Identifier: MIT
/**
 * @file The map on the screen: a canvas whose cells take the colours of a frame.
 */

import { HEADING, HOLE, NOWHERE, cellOf, cellsOf, grid } from "./cells.js";
import { address } from "./decode.js";
import { FOREIGN, MISSING, SILENT } from "./frame.js";

/** @typedef {import("./frame.js").Frame} Frame */

export const BACKGROUND = "#111419";
export const LABELS = "#b6bec9";

const OUTLINE = "#ffffff";
const EDGE = "#c3cbd6";
const DIFFERS = "#ff9ac4";
const FONT = 11; // pixels of the page
const SMALLEST_MARKED = 5; // pixels of the screen a cell: less has no room for lines and marks
const LARGEST = 16000; // pixels: browsers refuse canvases beyond some size

export class AddressMap {
	/**
	 * @param {HTMLCanvasElement} canvas
	 * @param {Frame} frame
	 * @param {(first: number, end: number) => string} named what a range of pages is called
	 */
	constructor(canvas, frame, named) {
		this.canvas = canvas;
		this.frame = frame;
		this.named = named;
		/** What stands above each piece. @type {string[]} */
		this.headings = [];
		this.small = document.createElement("canvas");
		this.grid = grid(frame.layout, 1);
		/** The cell in each place of the grid. */
		this.cells = new Int32Array();
		this.scale = 1;
		/** The range of pages with a line around it. @type {[number, number] | null} */
		this.outlined = null;
	}

	/** Fit into the room there is; a map that is out of sight has none. */
	resize() {
		const width = room(this.canvas.parentElement);
		if (width <= 0) {
			return;
		}
		this.grid = grid(this.frame.layout, width);
		this.headings = this.grid.labels.map(({ page, end }) => {
			return `${address(page)}  ${this.named(page, end)}`;
		});
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
		this.canvas.width = columns * this.scale;
		this.canvas.height = rows * this.scale;
		this.canvas.style.width = `${columns * size}px`;
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
		context.fillStyle = BACKGROUND;
		context.fillRect(0, 0, this.canvas.width, this.canvas.height);
		context.drawImage(this.small, 0, 0, this.canvas.width, this.canvas.height);
		if (this.scale >= SMALLEST_MARKED) {
			this.#lines(context);
			this.#edges(context);
			this.#marks(context);
		}
		this.#headings(context);
		const parting = this.frame.partings.find((one) => one.state === state);
		for (const [first, pages] of [...(parting?.notTraced ?? []), ...(parting?.onlyTraced ?? [])]) {
			this.#outline(context, [first, pages], DIFFERS);
		}
		if (this.outlined) {
			this.#outline(context, this.outlined, OUTLINE);
		}
	}

	/**
	 * The cell below a point of the page; -1 if there is none.
	 *
	 * @param {number} x
	 * @param {number} y
	 */
	cellAt(x, y) {
		const box = this.canvas.getBoundingClientRect();
		const column = Math.floor((x - box.left) / this.grid.size);
		const row = Math.floor((y - box.top) / this.grid.size);
		if (column < 0 || column >= this.grid.columns || row < 0 || row >= this.grid.rows) {
			return -1;
		}
		const cell = this.cells[row * this.grid.columns + column];
		return cell < 0 || this.frame.layout.what[cell] === HOLE ? -1 : cell;
	}

	/**
	 * The cell of a page; -1 if it has none.
	 *
	 * @param {number} page
	 */
	cellOf(page) {
		return cellOf(this.frame.layout, page);
	}

	/**
	 * The cell that an arrow key leads to from `cell`: across holes, and to the end of shorter rows.
	 *
	 * @param {number} cell
	 * @param {number} right
	 * @param {number} down
	 */
	beside(cell, right, down) {
		const { columns, rows, slots } = this.grid;
		const { what } = this.frame.layout;
		if (right) {
			let at = cell + right;
			while (what[at] === HOLE) {
				at += right;
			}
			return at >= 0 && at < slots.length ? at : cell;
		}
		const column = slots[cell] % columns;
		for (let row = Math.floor(slots[cell] / columns) + down; row >= 0 && row < rows; row += down) {
			for (let at = row * columns + column; at >= row * columns; at--) {
				const found = this.cells[at];
				if (found >= 0 && what[found] !== HOLE) {
					return found;
				}
			}
		}
		return cell;
	}

	/**
	 * Where the row of `cell` begins and ends, in pixels of the page from the top of the map.
	 *
	 * @param {number} cell
	 * @returns {[number, number]}
	 */
	rowOf(cell) {
		const top = Math.floor(this.grid.slots[cell] / this.grid.columns) * this.grid.size;
		return [top, top + this.grid.size];
	}

	/** @param {CanvasRenderingContext2D} context */
	#edges(context) {
		const { columns, slots } = this.grid;
		context.fillStyle = EDGE;
		const wide = Math.max(Math.round(this.scale / 7), 1);
		for (const cell of this.frame.edges) {
			if (cell >= 0 && slots[cell] !== NOWHERE) {
				const left = (slots[cell] % columns) * this.scale;
				context.fillRect(left, Math.floor(slots[cell] / columns) * this.scale, wide, this.scale - 1);
			}
		}
	}

	/**
	 * A hollow for what only the maps have, a bar for what only the trace has, a dot for a
	 * missing fault: whoever sees no colours sees these.
	 *
	 * @param {CanvasRenderingContext2D} context
	 */
	#marks(context) {
		const { columns, slots } = this.grid;
		const { marks } = this.frame;
		const third = Math.max(Math.round(this.scale / 3), 1);
		context.fillStyle = BACKGROUND;
		for (let cell = 0; cell < marks.length; cell++) {
			if (!marks[cell] || slots[cell] === NOWHERE) {
				continue;
			}
			const left = (slots[cell] % columns) * this.scale;
			const top = Math.floor(slots[cell] / columns) * this.scale;
			const inset = Math.max(Math.round(this.scale / 5), 1);
			if (marks[cell] === MISSING) {
				const side = this.scale - 1 - 2 * inset;
				context.fillRect(left + inset, top + inset, side, side);
			} else if (marks[cell] === FOREIGN) {
				context.fillRect(left, top + third, this.scale - 1, third);
			} else if (marks[cell] === SILENT) {
				context.fillRect(left + third, top + third, third, third);
			}
		}
	}

	/** @param {CanvasRenderingContext2D} context */
	#lines(context) {
		const { columns, rows } = this.grid;
		context.fillStyle = BACKGROUND;
		for (let column = 1; column <= columns; column++) {
			context.fillRect(column * this.scale - 1, 0, 1, this.canvas.height);
		}
		for (let row = 1; row <= rows; row++) {
			context.fillRect(0, row * this.scale - 1, this.canvas.width, 1);
		}
	}

	/**
	 * Above each piece the address that it begins with, and what it is called.
	 *
	 * @param {CanvasRenderingContext2D} context
	 */
	#headings(context) {
		const unit = this.scale / this.grid.size;
		const high = Math.ceil(HEADING / this.grid.size) * this.scale;
		context.font = `${Math.round(FONT * unit)}px monospace`;
		context.textBaseline = "alphabetic";
		context.textAlign = "left";
		this.grid.labels.forEach(({ row }, at) => {
			const top = row * this.scale;
			context.fillStyle = BACKGROUND;
			context.fillRect(0, top, this.canvas.width, high);
			context.fillStyle = LABELS;
			const text = fitted(context, this.headings[at], this.canvas.width);
			context.fillText(text, 0, top + high - 4 * unit);
		});
	}

	/**
	 * A line around a range of pages, row by row.
	 *
	 * @param {CanvasRenderingContext2D} context
	 * @param {[number, number]} range
	 * @param {string} colour
	 */
	#outline(context, range, colour) {
		const [start, end] = cellsOf(this.frame.layout, ...range);
		const { columns, slots } = this.grid;
		context.strokeStyle = colour;
		context.lineWidth = Math.max(this.scale / 7, 2);
		for (let cell = start; cell < end; ) {
			const row = Math.floor(slots[cell] / columns);
			let until = cell + 1;
			while (until < end && slots[until] < (row + 1) * columns) {
				until++;
			}
			context.strokeRect(
				(slots[cell] - row * columns) * this.scale,
				row * this.scale,
				(until - cell) * this.scale,
				this.scale,
			);
			cell = until;
		}
	}
}

/**
 * The width inside the padding of an element, in pixels of the page.
 *
 * @param {Element | null} place
 */
function room(place) {
	if (!place) {
		return 0;
	}
	const { paddingLeft, paddingRight } = getComputedStyle(place);
	return place.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
}

/**
 * As much of a text as there is room for.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} width
 */
function fitted(context, text, width) {
	if (context.measureText(text).width <= width) {
		return text;
	}
	const letters = Math.floor(width / context.measureText("m").width);
	return `${text.slice(0, Math.max(letters - 1, 1))}…`;
}
