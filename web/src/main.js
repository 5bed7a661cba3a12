// SPDX-License-Identifier: MIT
/**
 * @file What a page does when scripts are on: links open what they lead to, replays come to life.
 */

import { Player } from "./player.js";
import { button } from "./dom.js";

/** @typedef {import("./decode.js").Encoded} Encoded */
/** @typedef {import("./model.js").Life} Life */

/** @param {Element} section */
function start(section) {
	const data = section.querySelector("script.trace-data");
	const place = section.querySelector(".player");
	if (!data || !(place instanceof HTMLElement) || place.childElementCount) {
		return;
	}
	const began = performance.now();
	/** @type {Encoded} */
	const encoded = JSON.parse(data.textContent ?? "");
	const player = new Player(place, encoded);
	section.classList.add("alive");
	player.resize();
	link(section, player);
	for (const moment of section.querySelectorAll("[data-state]")) {
		const state = Number(moment.getAttribute("data-state"));
		const show = button("Show", () => player.go(state));
		show.setAttribute("aria-label", `Show event ${state} in the map`);
		moment.prepend(show);
	}
	let width = section.clientWidth;
	new ResizeObserver(() => {
		// Its height changes whenever the table does, and matters to nothing.
		if (section.clientWidth !== width) {
			width = section.clientWidth;
			player.resize();
		}
	}).observe(section);
	place.dataset.ready = String(Math.round(performance.now() - began));
}

/**
 * A button beside each final `Region:` line that shows the region in the map.
 *
 * @param {Element} section
 * @param {Player} player
 */
function link(section, player) {
	/** @type {Map<Life, Element>} */
	const lines = new Map();
	player.onchosen = (chosen) => {
		for (const [life, line] of lines) {
			line.setAttribute("aria-current", String(life === chosen));
		}
	};
	for (const line of section.querySelectorAll("[data-life]")) {
		const life = player.model.lives[Number(line.getAttribute("data-life"))];
		if (life) {
			const show = button("Show", () => player.outline(life));
			show.setAttribute("aria-label", `Show region ${life.number + 1} in the map`);
			line.prepend(show);
			lines.set(life, line);
		}
	}
}

/** Open whatever the address of the page leads into. */
function follow() {
	const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
	for (let at = target?.closest("details"); at; at = at.parentElement?.closest("details")) {
		at.open = true;
	}
	target?.scrollIntoView();
}

/** Before printing open what should be on paper, for browsers that do not obey the style. */
function unfold() {
	for (const folded of document.querySelectorAll("details.printed")) {
		if (folded instanceof HTMLDetailsElement) {
			folded.open = true;
		}
	}
}

for (const section of document.querySelectorAll("section.replay")) {
	const folded = section.closest("details");
	if (!folded || folded.open) {
		start(section);
	}
	for (let at = folded; at; at = at.parentElement?.closest("details") ?? null) {
		at.addEventListener("toggle", () => {
			if (section.checkVisibility()) {
				start(section);
			}
		});
	}
}
window.addEventListener("hashchange", follow);
window.addEventListener("beforeprint", unfold);
if (location.hash) {
	follow();
}
