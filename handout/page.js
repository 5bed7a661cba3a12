// SPDX-License-Identifier: MIT
// The contents mark where the reader is, and open the section's headings there.
(() => {
  const links = new Map();
  for (const link of document.querySelectorAll("nav a")) {
    links.set(document.getElementById(link.hash.slice(1)), link);
  }
  const headings = [...links.keys()];
  const line = () => Math.min(innerHeight / 4, 160);
  let marked = null;
  let waiting = false;

  function mark() {
    waiting = false;
    const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top <= line());
    const here = links.get(atEnd ? headings.at(-1) : passed.at(-1)) ?? null;
    if (here === marked) {
      return;
    }
    marked?.removeAttribute("aria-current");
    here?.setAttribute("aria-current", "location");
    for (const item of document.querySelectorAll("nav .contents > li")) {
      item.classList.toggle("here", item.contains(here));
    }
    marked = here;
    const nav = document.querySelector("nav");
    if (here && getComputedStyle(nav).position === "fixed") {
      const middle = here.offsetTop - nav.clientHeight / 2;
      nav.scrollTo({ top: middle });
    }
  }

  function later() {
    if (!waiting) {
      waiting = true;
      requestAnimationFrame(mark);
    }
  }

  document.querySelector("nav").classList.add("follows");
  addEventListener("scroll", later, { passive: true });
  addEventListener("resize", later);
  mark();
})();
