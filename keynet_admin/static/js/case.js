// The case page: all corrections at once, the lines of the findings by their numbers, one box for a finding at several places.
// How high the bar is: with many postings its index has several lines.
const bar = document.querySelector(".case-bar");
new ResizeObserver(() => document.documentElement.style.setProperty("--case-bar", `${bar.offsetHeight}px`)).observe(bar);

const opener = document.querySelector("[data-open-fixes]");
const fixes = [...document.querySelectorAll("[data-fixes]")];
if (opener && fixes.length) {
  opener.hidden = false;
  opener.addEventListener("click", () => {
    const open = fixes.some((each) => !each.open);
    for (const each of fixes) {
      each.open = open;
      const around = each.parentElement.closest("details");
      if (around && open) around.open = true;
    }
    opener.setAttribute("aria-expanded", String(open));
  });
}

for (const label of document.querySelectorAll("[data-all]")) {
  const all = label.querySelector("input");
  const boxes = [...label.closest("[data-line]").querySelectorAll("input[name=item]")];
  const follow = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  label.hidden = false;
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; });
  for (const box of boxes) box.addEventListener("change", follow);
  follow();
}

const lines = [...document.querySelectorAll("[data-line]")];
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), select, textarea")) return;
  const line = /^[1-9]$/.test(event.key) ? lines[Number(event.key) - 1] : null;
  if (!line) return;
  event.preventDefault();
  const place = document.getElementById(line.querySelector("a").hash.slice(1));
  for (let at = place; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  place?.scrollIntoView({ block: "center" });
  [...line.querySelectorAll("input, button")].find((each) => each.checkVisibility())?.focus({ preventScroll: true });
});
