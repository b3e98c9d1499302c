// Tells every half minute, while the tab is in front, that this case is open here, and shows who else has it open.
// Without script nobody is told; nothing else is missing.
const here = document.querySelector("form[data-here]");
const shown = here?.querySelector("[data-here-others]");
let writing = false;

async function tell() {
  if (document.hidden) return;
  const body = new FormData(here);
  if (writing) body.set("writing", "1");
  try {
    const answer = await fetch(here.action, { method: "POST", body, redirect: "error", headers: { "X-Background": "1" } });
    const words = answer.ok ? await answer.text() : shown.innerHTML;
    // Said aloud only when it changed.
    if (words.trim() !== shown.innerHTML.trim()) shown.innerHTML = words;
  } catch { /* signed out, or the line is down: the next page says so */ }
}

if (here) {
  document.addEventListener("input", (event) => {
    const begins = !writing && event.target.form && event.target.type !== "search";
    writing ||= begins;
    if (begins) tell();
  });
  document.addEventListener("visibilitychange", tell);
  window.setInterval(tell, 30_000);
  tell();
}
