// SPDX-License-Identifier: MIT
// Sort, search and filter on the instructor's page.  Without it everything is there, in order.
"use strict";

/** What a cell sorts by: a number where it is one, else its text. */
function sortKey(cell) {
  const text = cell === undefined ? "" : (cell.dataset.sort ?? cell.textContent.trim());
  const number = Number(text);
  return text !== "" && Number.isFinite(number) ? number : text.toLocaleLowerCase();
}

/** Numbers before words, nothing last; equal ones stay as they were. */
function compareKeys(left, right) {
  if (left === right) return 0;
  if (left === "") return 1;
  if (right === "") return -1;
  if (typeof left !== typeof right) return typeof left === "number" ? -1 : 1;
  return left < right ? -1 : 1;
}

/** Sort the body of a table by a column; a second time the other way round. */
function sortBy(table, header, column) {
  const descending = header.getAttribute("aria-sort") === "ascending";
  for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows, (row) => ({ row, key: sortKey(row.cells[column]) }));
  rows.sort((a, b) => compareKeys(a.key, b.key) * (descending && a.key !== "" && b.key !== "" ? -1 : 1));
  body.append(...rows.map(({ row }) => row));
}

/** Whether a student's row is wanted. */
function isWanted(row, wanted) {
  return (
    (row.dataset.words ?? "").includes(wanted.words) &&
    (wanted.state === "" || row.dataset.state === wanted.state) &&
    (wanted.check === "" || (row.dataset.lost ?? "").split(" ").includes(wanted.check))
  );
}

function makeSortable() {
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = table.tHead.rows[table.tHead.rows.length - 1].cells;
    Array.from(heads).forEach((header, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...header.childNodes);
      button.addEventListener("click", () => sortBy(table, header, column));
      header.append(button);
    });
  }
}

function makeFilter() {
  const controls = document.getElementById("controls");
  if (controls === null) return;
  const [words, state, check] = ["words", "state", "check"].map((id) => document.getElementById(id));
  const rows = Array.from(document.querySelectorAll("tr[data-words]"));
  const apply = () => {
    const wanted = {
      words: words.value.trim().toLocaleLowerCase(),
      state: state.value,
      check: check.value,
    };
    for (const row of rows) row.hidden = !isWanted(row, wanted);
    const students = rows.filter((row) => row.closest("#students") !== null);
    const shown = students.filter((row) => !row.hidden).length;
    document.getElementById("shown").textContent = `${shown} of ${students.length} students`;
  };
  for (const control of [words, state, check]) control.addEventListener("input", apply);
  controls.hidden = false;
  apply();
}

/** A click on a cell of the grid opens the student's page at that check. */
function makeGrid() {
  const grid = document.getElementById("grid");
  if (grid === null) return;
  const checks = Array.from(grid.tHead.rows[grid.tHead.rows.length - 1].cells);
  grid.classList.add("live");
  grid.tBodies[0].addEventListener("click", (event) => {
    const cell = event.target.closest("td");
    const link = cell?.parentElement.querySelector("a");
    if (link) location.assign(`${link.getAttribute("href")}#check-${checks[cell.cellIndex].dataset.number}`);
  });
  grid.tBodies[0].addEventListener("mouseover", (event) => {
    const cell = event.target.closest("td");
    if (cell && !cell.title) {
      const head = checks[cell.cellIndex];
      cell.title = `${cell.parentElement.cells[0].textContent.trim()}: ${head.dataset.number} ${head.title}`;
    }
  });
}

if (typeof document !== "undefined") {
  makeSortable();
  makeFilter();
  makeGrid();
}
if (typeof module !== "undefined") module.exports = { compareKeys, isWanted, sortKey };
