// SPDX-License-Identifier: MIT
/**
 * @file What stands around the map: buttons, the legend, the field for an address.
 */

import { button, element } from "./dom.js";

/** @typedef {import("./decode.js").Encoded} Encoded */
/** @typedef {import("./player.js").Player} Player */

const SPEEDS = [0.25, 1, 4, 16];

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
		button("Change before", () => player.go(model.nextChange(player.state, -1))),
		button("Next change", () => player.go(model.nextChange(player.state, 1))),
	);
	if (encoded.partings.length) {
		bar.append(emphasised(button("Where trace and maps part", () => player.toParting())));
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

/** @param {Encoded} encoded */
export function legend(encoded) {
	/** @type {[string, string][]} */
	const words = [
		["recent", "just faulted"],
		["old", "faulted before"],
		["region", "mapped, no fault yet"],
		["fresh", "just mapped"],
		["folded", "many pages without a fault, folded"],
		["gone", "just unmapped"],
	];
	if (encoded.checkpoints.length) {
		words.push(["missing", "in /proc/PID/maps only"], ["foreign", "in the trace only"]);
	}
	if (encoded.partings.some(({ noFault }) => noFault.length)) {
		words.push(["silent", "touched, no fault in the trace"]);
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
