// Keys for the queue and the case page. A single key never decides anything: it moves, opens a page, or shows the help.
const help = document.querySelector("[data-key-help]");
const rows = [...document.querySelectorAll("[data-queue] tbody tr")];
let at = -1;

function go(step) {
  if (!rows.length) return;
  at = Math.min(Math.max(at + step, 0), rows.length - 1);
  rows.forEach((row, index) => { if (index === at) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current"); });
  rows[at].querySelector("[data-open]")?.focus();
  rows[at].scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]")) return;
  if (event.key === "?") { event.preventDefault(); help?.showModal(); return; }
  if (help?.open) return;
  if (event.key === "/") {
    const search = document.querySelector("input[type=search]");
    if (search) { event.preventDefault(); search.focus(); }
    return;
  }
  if (rows.length && (event.key === "j" || event.key === "k")) { event.preventDefault(); go(event.key === "j" ? 1 : -1); return; }
  if (rows.length && event.key === "c" && at >= 0) { rows[at].querySelector("[data-take]")?.click(); return; }
  if (rows.length && event.key === "x" && at >= 0) { rows[at].querySelector("input[type=checkbox]")?.click(); return; }
  const bound = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (bound) { event.preventDefault(); bound.click(); }
});
