// SPDX-License-Identifier: MIT
/**
 * @file What stands around the map: buttons, hints, the legend, the field for an address.
 */

import { button, element } from "./dom.js";

/** @typedef {import("./decode.js").Encoded} Encoded */
/** @typedef {import("./player.js").Player} Player */

const SPEEDS = [0.25, 1, 4, 16];

const STEPS = [
	"Press Play, or drag the slider, and watch the process touch its memory, event by event.",
	"Each square is one page of 4 KiB: yellow was just touched, blue was touched before, gray was not touched yet.",
	"Select a square to see its region and when it was touched. The pages of a region count from 0.",
];

/** What the keys do while the map has the focus. */
const KEYS = [
	["Space", "play or pause"],
	[", and .", "one event back, one event forward"],
	["[ and ]", "to the change of regions before, to the next one"],
	["Home and End", "before the first event, after the last one"],
	["← → ↑ ↓", "from page to page in the map"],
];

/**
 * The buttons that move in time.
 *
 * @param {Player} player
 */
export function controls(player) {
	const { encoded, model } = player;
	const speed = element("select", { "aria-label": "Speed" });
	for (const factor of SPEEDS) {
		speed.append(element("option", { value: String(factor) }, `${factor} ×`));
	}
	speed.value = "1";
	speed.addEventListener("change", () => {
		player.speed = Number(speed.value);
	});
	const bar = element("div", { class: "controls", role: "group", "aria-label": "Replay" });
	bar.append(
		player.play,
		speed,
		button("To the start", () => player.go(0)),
		button("Step back", () => player.go(player.state - 1)),
		button("Step", () => player.go(player.state + 1)),
		button("Previous change", () => player.go(model.nextChange(player.state, -1))),
		button("Next change", () => player.go(model.nextChange(player.state, 1))),
	);
	if (encoded.partings.length) {
		bar.append(emphasised(button("Next difference", () => player.toParting())));
	}
	if (encoded.problems.length) {
		bar.append(emphasised(button("Next contradiction", () => player.toProblem())));
	}
	return bar;
}

/** @param {HTMLButtonElement} made */
function emphasised(made) {
	made.className = "wrong";
	return made;
}

/** How to use a replay, open in the first one of a page, and the keys. */
export function help() {
	const steps = element("ol", {}, ...STEPS.map((text) => element("li", {}, text)));
	const hint = element("details", { class: "hint" }, element("summary", {}, "How to use it"), steps);
	hint.open = !document.querySelector("details.hint");
	const keys = element("dl", {});
	for (const [key, text] of KEYS) {
		keys.append(element("dt", {}, key), element("dd", {}, text));
	}
	const heading = element("summary", {}, "Keys, while the map has the focus");
	return [hint, element("details", { class: "keys" }, heading, keys)];
}

/** @param {Encoded} encoded */
export function legend(encoded) {
	/** @type {[string, string][]} */
	const words = [
		["recent", "just touched"],
		["old", "touched before"],
		["region", "mapped, not touched yet"],
		["fresh", "just mapped"],
		["folded", "many pages that are never touched"],
		["gone", "just unmapped"],
	];
	if (encoded.checkpoints.length) {
		words.push(["missing", "only in /proc/PID/maps"], ["foreign", "only in the trace"]);
	}
	if (encoded.partings.some(({ noFault }) => noFault.length)) {
		words.push(["silent", "touched, but no fault in the trace"]);
	}
	const list = element("ul", { class: "legend" });
	for (const [kind, text] of words) {
		list.append(element("li", {}, element("span", { class: `swatch ${kind}` }), text));
	}
	return list;
}

/** @param {(text: string) => void} find */
export function finder(find) {
	const field = element("input", {
		type: "text",
		size: "18",
		spellcheck: "false",
		autocomplete: "off",
		"aria-label": "Address to find, hexadecimal",
		placeholder: "address, hexadecimal",
	});
	field.addEventListener("keydown", (event) => {
		if (event.key === "Enter") {
			find(field.value);
		}
	});
	return element("div", { class: "finder" }, field, button("Find", () => find(field.value)));
}
