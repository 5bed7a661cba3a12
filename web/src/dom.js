// SPDX-License-Identifier: MIT
/**
 * @file Elements, made without a line of HTML: nothing that a submission wrote is ever parsed.
 */

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, attributes, ...children) {
	const made = document.createElement(name);
	for (const [key, value] of Object.entries(attributes)) {
		made.setAttribute(key, value);
	}
	made.append(...children);
	return made;
}

/**
 * @param {string} label
 * @param {() => void} action
 */
export function button(label, action) {
	const made = element("button", { type: "button" }, label);
	made.addEventListener("click", action);
	return made;
}
