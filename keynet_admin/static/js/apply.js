// Applying and asking: what the rules say of a field stands at it soon after it was left. The server draws the words and keeps nothing.

const form = document.querySelector("form[data-check]");
const touched = new Set();
let timer = 0;

form?.addEventListener("change", (event) => {
  const field = event.target.closest("[data-field]");
  if (!field) return;
  touched.add(field.dataset.field);
  window.clearTimeout(timer);
  timer = window.setTimeout(check, 400);
});

async function check() {
  const body = new URLSearchParams(new FormData(form));
  body.set("part", "1");
  let made;
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    if (answer.status !== 200 && answer.status !== 422) return;
    made = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch { return; }  // the next page checks everything again
  for (const name of touched) show(form.querySelector(`[data-field="${name}"]`), made.querySelector(`[data-field="${name}"]`));
}

function show(here, drawn) {
  if (!here || !drawn) return;
  for (const old of here.querySelectorAll(":scope > :is([data-finding], .finding--line)")) old.remove();
  here.className = drawn.className;
  const control = here.querySelector(":scope > :is(input, select, textarea, .choices, .slots, .choice, .with-unit)");
  for (const said of drawn.querySelectorAll(":scope > [data-finding]")) control.before(said);
  for (const fix of drawn.querySelectorAll(":scope > .finding--line")) here.append(fix);
  for (const old of [here, ...here.querySelectorAll("[id]")]) {
    const other = old === here ? drawn : drawn.querySelector(`#${CSS.escape(old.id)}`);
    for (const word of ["aria-describedby", "aria-invalid"]) {
      if (other?.hasAttribute(word)) old.setAttribute(word, other.getAttribute(word));
      else old.removeAttribute(word);
    }
  }
}
