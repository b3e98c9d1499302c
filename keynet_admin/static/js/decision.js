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
  const key = `${PREFIX}${form.dataset.reader}:${new URL(form.action).pathname}`;
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
}
