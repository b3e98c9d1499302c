// Progressive enhancement for every page. Nothing here is needed: every page works without script.
// Elements are bound by data- attributes.

// The error summary takes the focus when a form comes back with errors.
const summary = document.querySelector("[data-error-summary]");
if (summary) summary.focus();

// One click, one request: a form that was sent does not go a second time while the page is loading.
for (const form of document.querySelectorAll("form[method=post]:not([data-many])")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    window.setTimeout(() => { delete form.dataset.sent; }, 8000);
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Where a menu is one line that is scrolled, the link with the focus comes wholly into sight, and so does the page's own.
for (const menu of document.querySelectorAll("header .nav")) {
  const show = (link) => link?.scrollIntoView({ block: "nearest", inline: "nearest" });
  menu.addEventListener("focusin", (event) => show(event.target));
  if (menu.scrollWidth > menu.clientWidth) show(menu.querySelector("[aria-current]"));
}

// Counters under long texts.
for (const area of document.querySelectorAll("textarea[data-count]")) {
  const now = document.getElementById(`${area.id}-c`)?.querySelector("[data-count-now]");
  if (!now) continue;
  const show = () => {
    const length = [...area.value].length;
    now.textContent = String(length);
    now.closest(".count").classList.toggle("count--over", length > Number(area.dataset.count));
  };
  area.addEventListener("input", show);
  show();
}

// Filters that are sent as soon as a choice changes keep their button for everyone else.
for (const select of document.querySelectorAll("select[data-submit]")) {
  select.addEventListener("change", () => select.form?.requestSubmit());
}

// On a phone the filters of a list are folded behind a button, so that the first row comes into sight. Nothing is folded without script.
for (const more of document.querySelectorAll("[data-filters-more]")) {
  const form = more.closest("form");
  more.hidden = false;
  form.classList.add("is-folded");
  more.addEventListener("click", () => more.setAttribute("aria-expanded", String(!form.classList.toggle("is-folded"))));
}

// Copy a text (receipt number, address) with one press.
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "写しました";
  });
}

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A link into a folded part opens it.
const unfold = () => {
  const target = document.getElementById(location.hash.slice(1));
  for (let fold = target?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  if (target instanceof HTMLElement && target.querySelector(":scope > details.done-fold")) target.querySelector(":scope > details.done-fold").open = true;
  target?.scrollIntoView({ block: "nearest" });
};
window.addEventListener("hashchange", unfold);
document.addEventListener("click", (event) => { if (event.target.closest?.(`a[href="${location.hash}"]`)) unfold(); });
if (location.hash) unfold();

// Fields that apply only with a certain answer of another field are hidden until it is given; texts in them are not sent then. (Boxes
// are: an unsent one would read as unticked in a draft.) What the server said about a field keeps it in view, and so does a text in it
// while the deciding field has no answer.
const asked = (part) => {
  const control = part.closest("form")?.elements.namedItem(part.dataset.when);
  if (!control) return true;
  const boxes = control instanceof RadioNodeList && control[0].type === "checkbox" ? [...control] : null;
  const answer = boxes ? boxes.filter((box) => box.checked).map((box) => box.value).join(" ") : control.value;
  const holds = part.dataset.values.split(" ").some((value) => answer.split(" ").includes(value));
  const typed = [...part.querySelectorAll("input:not([type=checkbox], [type=radio]), textarea, select")].some((own) => own.value);
  const name = part.querySelector("[name]")?.name;
  const told = (part.closest("[data-row]")?.querySelector(`:scope > [data-field="${name}"]`) || part).querySelector("[data-finding]") !== null;
  return holds || part.matches(".field--returned") || told || (answer === "" && typed);
};
const showAsked = () => {
  for (const part of document.querySelectorAll("[data-when]")) {
    const shown = asked(part);
    part.hidden = !shown;
    for (const own of part.querySelectorAll("input:not([type=checkbox]), textarea, select")) own.disabled = !shown;
  }
};
if (document.querySelector("[data-when]")) {
  document.addEventListener("change", showAsked);
  document.addEventListener("keynet:redrawn", showAsked);
  showAsked();
}
