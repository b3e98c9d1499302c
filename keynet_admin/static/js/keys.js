// Keys of lists, cases and decision pages. A single key never decides anything: it moves or opens a page. The help and its `?` are in help.js.
const rows = () => [...document.querySelectorAll("[data-queue] tbody tr:not(.row-group)")];
const EDGE = "keys:edge"; // over the border of a page: at which end the next one begins
let at = rows().findIndex((row) => row.hasAttribute("aria-current"));

function mark(index) {
  at = index;
  rows().forEach((row, number) => { if (number === at) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current"); });
  rows()[at]?.querySelector("[data-open]")?.focus();
  rows()[at]?.scrollIntoView({ block: "nearest" });
}

function go(step) {
  const next = at + step;
  const beyond = document.querySelector(`.pager a[rel=${step > 0 ? "next" : "prev"}]`);
  if ((next >= rows().length || (next < 0 && at >= 0)) && beyond) {
    sessionStorage.setItem(EDGE, step > 0 ? "first" : "last");
    beyond.click();
  } else mark(Math.min(Math.max(next, 0), rows().length - 1));
}

function goTab(step) {
  const tabs = [...document.querySelectorAll(".queue-tabs .tabs a")];
  tabs[tabs.findIndex((tab) => tab.hasAttribute("aria-current")) + step]?.click();
}

const edge = sessionStorage.getItem(EDGE);
sessionStorage.removeItem(EDGE);
if (edge && rows().length) mark(edge === "first" ? 0 : rows().length - 1);
else if (at >= 0) mark(at);

const TEXT = "input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]";
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest(TEXT)) {
    // The first Esc leaves the field, the next one the page.
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const row = rows()[at];
  const does = {
    "/": document.querySelector("input[type=search]") && (() => document.querySelector("input[type=search]").focus()),
    j: rows().length && (() => go(1)),
    k: rows().length && (() => go(-1)),
    c: row && (() => row.querySelector("[data-take]")?.click()),
    x: row && (() => row.querySelector("input[type=checkbox]")?.click()),
    Enter: row && event.target.closest("a, button, input, summary") === null && (() => row.querySelector("[data-open]")?.click()),
    "[": document.querySelector(".queue-tabs") && (() => goTab(-1)),
    "]": document.querySelector(".queue-tabs") && (() => goTab(1)),
  }[event.key];
  const bound = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!does && !bound) return;
  event.preventDefault();
  if (does) does(); else bound.click();
});
