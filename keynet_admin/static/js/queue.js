// The rows of the queue while it is open: who has them now, and which a colleague has settled meanwhile. Those go grey where they stand;
// nothing moves, and a live region says it once. Without script the page shows what it showed when it was opened.
const table = document.querySelector("table[data-rows]");
const said = document.querySelector("[data-rows-said]");
const EVERY = 20_000;

function settle(row, told) {
  row.classList.add("is-settled");
  const box = row.querySelector(".row-pick input");
  if (box) box.replaceWith(Object.assign(document.createElement("span"), { className: "pick-no", textContent: "―" }));
  const words = Object.assign(document.createElement("span"), { className: "nowrap", textContent: told.done });
  (row.querySelector("[data-cell=due] > div") || row.querySelector("[data-cell=waiting] > div"))?.replaceChildren(words);
  const state = row.querySelector("[data-cell=status] > div");
  if (state) state.innerHTML = told.state;
  return `${told.name}：${told.done}`;
}

async function look() {
  if (document.hidden) return;
  const address = new URL(table.dataset.rows, location.href);
  const open = [...table.querySelectorAll("tbody tr[id]:not(.is-settled)")];
  for (const row of open) address.searchParams.append("row", `${row.id.slice(1)}.1`);
  if (!open.length) return;
  let told;
  try {
    const answer = await fetch(address, { headers: { "X-Background": "1" }, redirect: "error" });
    if (!answer.ok) return;
    told = await answer.json();
  } catch { return; } // signed out, or the line is down: the next page says so
  const words = [];
  for (const row of open) {
    const now = told[row.id.slice(1)];
    if (!now) continue;
    const owner = row.querySelector("[data-cell=assignee] > div");
    if (owner && (now.done || (now.key !== row.dataset.owned && !owner.contains(document.activeElement)))) {
      row.dataset.owned = now.key;
      owner.innerHTML = now.who;
    }
    if (now.done) words.push(settle(row, now));
  }
  if (words.length) said.textContent = words.join("、");
}

if (table) {
  window.setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
  document.addEventListener("keynet:look", look);
}

// The bar of the ticked rows says how many they are and whom the first move would leave out, before anything is pressed.
const bar = document.querySelector("form.bulk--foot");
if (table && bar) {
  const words = bar.querySelector("[data-picked]");
  const take = bar.querySelector("button[name=move][value=take]");
  const name = take?.textContent;
  const tell = () => {
    const rows = [...table.querySelectorAll(".row-pick input:checked")].map((box) => box.closest("tr"));
    for (const row of table.querySelectorAll("tbody tr.is-picked")) row.classList.toggle("is-picked", rows.includes(row));
    for (const row of rows) row.classList.add("is-picked");
    let text = `${rows.length}件を選択中`;
    if (take) {
      const left = rows.filter((row) => !("takes" in row.dataset)).map((row) => row.querySelector("[data-open]")?.textContent.trim() ?? "");
      take.textContent = `${name}（${rows.length - left.length}件）`;
      if (left.length) text += `　${left.slice(0, 3).join("・")}${left.length > 3 ? `ほか${left.length - 3}件` : ""}は、いまの状態では担当にできないため飛ばします。`;
    }
    words.textContent = text;
  };
  table.addEventListener("change", tell);
  bar.addEventListener("reset", () => window.setTimeout(tell));
  window.addEventListener("pageshow", tell);
}
