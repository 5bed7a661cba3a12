// SPDX-License-Identifier: MIT
// Filter, fold and walk through the checks of the feedback page.  Without it everything is
// there, in order, and opens by a click.
"use strict";
(() => {
	/**
	 * @template {Element} Kind
	 * @param {string} id
	 * @param {new () => Kind} kind
	 */
	const part = (id, kind) => {
		const found = document.getElementById(id);
		if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
		return found;
	};
	const tools = part("tools", HTMLElement);
	const filter = part("filter", HTMLInputElement);
	const found = part("found", HTMLElement);
	const help = part("help", HTMLDialogElement);

	/** All elements that stand for a check: in a list, a cell of an area, or in full. */
	const checks = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-find]")]);
	/** What holds checks, and says nothing once they are hidden. */
	const holders = /** @type {HTMLElement[]} */ ([
		...document.querySelectorAll(".cause, .area, .bar, .others, .alike, .area details"),
	]);
	/** What was opened for the filter, to be closed again. @type {Set<HTMLDetailsElement>} */
	const opened = new Set();

	/** @param {Element} element */
	const reveal = (element) => {
		for (let at = element.parentElement; at; at = at.parentElement) {
			if (at instanceof HTMLDetailsElement && !at.open) {
				at.open = true;
				opened.add(at);
			}
		}
	};

	const apply = () => {
		const words = filter.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
		for (const details of opened) details.open = false;
		opened.clear();
		const wanted = checks.filter((check) => {
			const text = (check.dataset.find ?? "").toLocaleLowerCase();
			const fits = words.every((word) => (/^\d/.test(word) ? text.startsWith(word) : text.includes(word)));
			(check.classList.contains("cell") ? check.parentElement : check)?.classList.toggle("unwanted", !fits);
			return fits;
		});
		for (const holder of holders) {
			holder.classList.toggle("unwanted", words.length > 0 && !wanted.some((check) => holder.contains(check)));
		}
		if (words.length) wanted.filter((check) => !check.classList.contains("cell")).forEach(reveal);
		const numbers = new Set(wanted.map((check) => check.dataset.find?.split(" ")[0]));
		found.textContent = words.length ? `${numbers.size} ${numbers.size === 1 ? "check" : "checks"}` : "";
	};

	/** @param {boolean} open */
	const fold = (open) => {
		for (const details of document.querySelectorAll("main details:not(.evidence, .guesses, .trace, .trace *)")) {
			if (details instanceof HTMLDetailsElement) details.open = open;
		}
		opened.clear();
	};

	/** Open the failed check that comes `step` after the one in focus, and close that one. */
	let current = /** @type {HTMLDetailsElement | null} */ (null);
	/** @param {number} step */
	const walk = (step) => {
		const failed = /** @type {HTMLDetailsElement[]} */ ([
			...document.querySelectorAll("details.check:not(.unwanted)"),
		]).filter((check) => !check.closest(".unwanted"));
		if (!failed.length) return;
		const here = current ? failed.indexOf(current) : -1;
		const next = here < 0 ? (step > 0 ? 0 : failed.length - 1) : (here + step + failed.length) % failed.length;
		if (current) current.open = false;
		current = failed[next];
		reveal(current);
		current.open = true;
		const summary = /** @type {HTMLElement} */ (current.querySelector("summary"));
		summary.focus({ preventScroll: true });
		summary.scrollIntoView();
	};

	const explain = () => (help.open ? help.close() : help.showModal());

	/** @type {Record<string, () => void>} */
	const keys = { n: () => walk(1), p: () => walk(-1), "/": () => filter.focus(), "?": explain };

	document.addEventListener("keydown", (event) => {
		const typing = event.target instanceof Element && event.target.matches("input, select, textarea");
		const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
		if (!act || typing || event.ctrlKey || event.metaKey || event.altKey) return;
		if (help.open && event.key !== "?") return;
		event.preventDefault();
		act();
	});
	filter.addEventListener("input", apply);
	filter.addEventListener("keydown", (event) => {
		if (event.key !== "Escape") return;
		filter.value = "";
		apply();
		filter.blur();
	});
	part("unfold", HTMLButtonElement).addEventListener("click", () => fold(true));
	part("fold", HTMLButtonElement).addEventListener("click", () => fold(false));
	part("keys", HTMLButtonElement).addEventListener("click", explain);
	part("close", HTMLButtonElement).addEventListener("click", explain);
	tools.hidden = false;
})();
