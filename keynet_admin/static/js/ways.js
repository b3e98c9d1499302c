// The sum of who was secured by which way, as one types. What it shows is what the server would answer to 「合計を確かめる」; numbers that
// it cannot read, and more people than wanted (for which a reason is asked), it leaves to the server. Without script the button adds up.
const table = document.querySelector("table[data-ways]");

function add(form) {
  const numbers = [];
  for (const cell of table.querySelectorAll("[data-way]")) {
    const input = cell.querySelector("input");
    const text = input ? input.value.normalize("NFKC").replace(/[\s名]/gu, "") || "0" : cell.dataset.way;
    if (!/^\d{1,3}$/u.test(text)) return;
    numbers.push(Number(text));
  }
  const results = [...table.querySelectorAll("select[name^=moved-]")];
  const chosen = results.filter((select) => select.value === "secured").length;
  const { wanted, fixed, moved } = Object.fromEntries(Object.entries(table.dataset).map(([name, value]) => [name, Number(value)]));
  const secured = fixed + moved + chosen + numbers.reduce((sum, number) => sum + number, 0);
  const open = Math.max(0, wanted - secured);
  const show = (name, number) => { table.querySelector(`[data-shown=${name}]`).textContent = number; };
  show("selection", moved + chosen);
  show("secured", secured);
  for (const place of table.querySelectorAll("[data-open]")) place.hidden = (place.dataset.open === "none") !== (open === 0);
  show("open", `${open}名`);
  show("needed", `${Math.max(wanted, secured)}名`);
  show("from", `${secured}名`);
  form.elements.counted.value = secured > wanted ? "" : [secured, ...numbers, ...results.map((s) => s.name.slice(6) + s.value)].join("-");
}

if (table) {
  const form = table.closest("form");
  form.addEventListener("input", () => add(form));
  form.addEventListener("change", () => add(form));
}
