// The keying form: once the code of a body is typed, the empty fields get what the code table knows (the server does the same with the next saving).
const form = document.querySelector("form[data-bodies]");

form?.addEventListener("change", async (event) => {
  if (event.target.name !== "organization-lg_code" || !event.target.value.trim()) return;
  let known;
  try {
    const answer = await fetch(`${form.dataset.bodies}?code=${encodeURIComponent(event.target.value)}`);
    if (!answer.ok) return;
    known = await answer.json();
  } catch { return; }
  for (const [name, value] of Object.entries(known)) {
    const field = form.elements.namedItem(`organization-${name}`);
    if (!field || field.value) continue;
    field.value = value;
    if (field instanceof Element) field.dispatchEvent(new Event("change", { bubbles: true }));
  }
});
