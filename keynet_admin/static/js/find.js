// The visitors' search. All of it works without this: the numbers are those of the page as it was sent, and results are cards.

// While one chooses, the numbers follow: the list of the new conditions is asked for, and its form has them.
const form = document.querySelector("form[data-find]");
if (form) {
  const count = form.querySelector("[data-total]");
  const words = form.querySelector(".find__cond");
  const go = form.querySelector("[data-go]");
  const said = go.textContent;
  const query = () => {
    const pairs = [...new FormData(form)].filter(([, value]) => value !== "");
    return new URLSearchParams(pairs).toString();
  };
  const sent = query();
  let shown = sent;
  let asking;
  let wait;

  const promise = () => { go.textContent = count.textContent === "0件" ? said : `${count.textContent}を見る`; };
  const show = (fresh) => {
    for (const box of form.querySelectorAll("input[type=checkbox]")) {
      const other = fresh.querySelector(`input[name="${box.name}"][value="${box.value}"]`)?.parentElement;
      const [now, then] = [box.parentElement.querySelector("[data-n]"), other?.querySelector("[data-n]")];
      if (now && then) now.replaceChildren(...then.childNodes);
      if (other) box.parentElement.classList.toggle("is-none", other.classList.contains("is-none"));
      const tile = other?.closest("[data-l]");
      if (tile) box.closest("[data-l]").dataset.l = tile.dataset.l;
    }
    const regions = [...fresh.querySelectorAll("[data-region]")];
    [...form.querySelectorAll("[data-region]")].forEach((region, at) => { if (regions[at]) region.textContent = regions[at].textContent; });
    count.textContent = fresh.querySelector("[data-total]").textContent;
    words.textContent = fresh.querySelector(".find__cond").textContent;
    promise();
  };
  const ask = async () => {
    const wanted = query();
    if (wanted === shown) return;
    shown = wanted;
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(`${form.action}?${wanted}`, { signal: asking.signal, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("form[data-find]");
      if (answer.ok && fresh && wanted === query()) show(fresh);
    } catch { /* no line: the button still leads to the list */ }
  };
  const later = () => {
    // What the bar says is of other conditions until the answer is here.
    if (query() !== shown) go.textContent = said;
    clearTimeout(wait);
    wait = setTimeout(ask, 350);
  };
  form.addEventListener("change", later);
  // A browser that goes back puts the ticks in again, not the numbers.
  window.addEventListener("pageshow", later);
  // Fields left empty do not go into the address.
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
  promise();
}

// Cards or short rows, kept on this device.
const views = document.querySelector("[data-views]");
const cards = document.querySelector("[data-cards]");
if (views && cards) {
  const KEY = "keynet-view";
  const show = (view) => {
    cards.classList.toggle("cards--rows", view === "list");
    cards.classList.toggle("cards--2", view !== "list");
    for (const button of views.querySelectorAll("[data-view]")) button.setAttribute("aria-pressed", String(button.dataset.view === view));
  };
  const kept = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
  views.hidden = false;
  if (kept() === "list") show("list");
  views.addEventListener("click", (event) => {
    const view = event.target.closest("[data-view]")?.dataset.view;
    if (!view) return;
    show(view);
    try { localStorage.setItem(KEY, view); } catch { /* kept for this page only */ }
  });
}
