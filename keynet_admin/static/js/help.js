// The help in the frame of a staff page: `?` opens and closes it, Esc closes it, and the keys of the page stand in it.
const panel = document.querySelector("[data-page-help]");
const keys = document.querySelector("[data-key-list]");
if (panel && keys) {
  panel.querySelector(".page-help__panel").append(keys);
  keys.hidden = false;
}
const TEXT = "input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]";
// Before the keys of the page: while the help is open, they do nothing behind it.
document.addEventListener("keydown", (event) => {
  if (!panel || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.target.closest(TEXT)) return;
  if (event.key === "?") {
    event.preventDefault();
    panel.open = !panel.open;
    if (panel.open) panel.querySelector("summary").focus();
  } else if (panel.open && event.key === "Escape") {
    event.preventDefault();
    panel.open = false;
  } else if (!panel.open || event.key.length > 1) return;
  event.stopImmediatePropagation();
}, true);
