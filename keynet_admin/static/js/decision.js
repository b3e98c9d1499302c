// A decision that is being written stays in this tab until it is taken: after Back, after a reload, after signing in again.
// Without script the server alone keeps what was posted.
const PREFIX = "decision:";
const form = document.querySelector("form#decision");
// A page that answers a post is not asked for by a second post: Back and reload get it afresh, and the text from here.
history.replaceState(null, "", location.href);

if (document.querySelector(".flash .is-ok")) {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}

if (form) {
  const key = `${PREFIX}${form.dataset.reader}:${new URL(form.action).pathname}:${form.elements.path?.value ?? ""}`;
  const own = (element) => element.name && !["csrf_token", "version"].includes(element.name) && element.type !== "submit";
  const fields = () => [...form.elements].filter(own);
  const keep = () => {
    const values = fields().map((e) => [e.name, ["checkbox", "radio"].includes(e.type) ? e.checked : e.value, e.value]);
    sessionStorage.setItem(key, JSON.stringify(values));
  };
  const kept = sessionStorage.getItem(key);
  // What the server sent back with a refused post is newer than what was kept here.
  if (kept && !form.hasAttribute("data-posted")) {
    for (const [name, value, choice] of JSON.parse(kept)) {
      const element = fields().find((e) => e.name === name && e.type !== "hidden" && (e.type !== "radio" || e.value === choice));
      if (element && typeof value === "boolean") element.checked = value;
      else if (element) element.value = value;
    }
  } else if (form.hasAttribute("data-posted")) keep();
  form.addEventListener("input", keep);
  // Where something is put right, the reader begins there and not at the reason.
  if (!form.hasAttribute("data-posted")) form.querySelector("[data-focus-first] :is(input, select, textarea)")?.focus();
}

// A ready text goes into its box as soon as it is chosen; its button is for everyone without script.
for (const select of document.querySelectorAll("select[data-texts]")) {
  const area = document.getElementById(select.dataset.texts);
  select.nextElementSibling.hidden = true;
  select.addEventListener("change", () => {
    const text = select.selectedOptions[0].dataset.text;
    if (!text || !area) return;
    area.value = text;
    const tick = area.closest(".ritem")?.querySelector("input[type=checkbox]");
    if (tick) tick.checked = true;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  });
}

// The mail follows what is written: the server makes it, as it will when it is sent.
const preview = form?.querySelector("button[data-preview]");
if (preview) {
  preview.hidden = true;
  let timer = 0;
  let asked = 0;
  const renew = async () => {
    const values = new FormData(form);
    values.set("do", "preview");
    const mine = (asked += 1);
    const answer = await fetch(form.action, { method: "POST", body: values });
    if (!answer.ok || mine !== asked) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelectorAll("[data-mail]");
    form.querySelectorAll("[data-mail]").forEach((old, index) => { if (fresh[index]) old.textContent = fresh[index].textContent; });
  };
  form.addEventListener("input", () => { window.clearTimeout(timer); timer = window.setTimeout(renew, 500); });
}
