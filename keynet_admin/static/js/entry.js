// The application form, and the same fields elsewhere (the office editor, whose names lack `data-prefix`): checks while typing, drafts while typing, and rows added or removed without leaving the page.
// Everything works without this file; it asks the server for all it shows.

const page = document.querySelector("[data-entry-page]");
let draftTimer = 0;
if (page) start();

function start() {
  const touched = new Set();
  let checkTimer = 0;

  page.addEventListener("input", () => { window.clearTimeout(draftTimer); draftTimer = window.setTimeout(() => { draftTimer = 0; save(); }, 2000); });
  page.addEventListener("change", (event) => {
    const name = event.target.name;
    if (!name || !event.target.form?.hasAttribute("data-entry")) return;
    touched.add(name);
    window.clearTimeout(checkTimer);
    checkTimer = window.setTimeout(() => check(touched), 400);
  });
  page.addEventListener("submit", onSubmit);
  // Leaving by a link: what was typed in the last moment is kept, too. A page out of the browser's cache has an old version.
  window.addEventListener("pagehide", () => { if (draftTimer && form() && !form().dataset.sent) navigator.sendBeacon(form().action, bodyOf("autosave")); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  // Enter in a text field does nothing (the form's first button is off); with Ctrl it is the main button.
  page.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) page.querySelector("form[data-entry] .button--main")?.click();
  });
}

const form = () => page.querySelector("form[data-entry]");
const prefix = () => form().dataset.prefix || "";

// Rows and postings: the server makes the new form, this only swaps it in and moves the focus.
async function onSubmit(event) {
  const button = event.submitter;
  if (!button || event.target !== form()) return;
  window.clearTimeout(draftTimer);
  draftTimer = 0;
  if (button.name === "do" && button.value === "draft") { event.preventDefault(); delete event.target.dataset.sent; save("draft"); return; }
  if (!["add", "remove", "copy", "choose", "undo"].includes(button.name)) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(event.target));
  body.set(button.name, button.value);
  try {
    const answer = await fetch(event.target.action, { method: "POST", body });
    const made = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-entry-page]");
    if (answer.ok && !made) { location.assign(answer.url); return; }
    if (!answer.ok) throw new Error(String(answer.status));
    page.replaceChildren(...made.childNodes);
    document.dispatchEvent(new Event("keynet:redrawn"));
    const target = document.getElementById(new URL(answer.url).hash.slice(1) || anchorOf(button));
    delete form().dataset.sent;
    for (let fold = target?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    if (target) { target.scrollIntoView({ block: "center" }); (target.querySelector("input:not([type=hidden]), select") || target).focus({ preventScroll: true }); }
  } catch {
    event.target.removeEventListener("submit", onSubmit);
    const plain = document.createElement("input");
    Object.assign(plain, { type: "hidden", name: button.name, value: button.value });
    event.target.append(plain);
    event.target.submit();
  }
}

function anchorOf(button) {
  const value = button.value;
  if (button.name === "choose") return value.split("=")[0];
  if (button.name === "add") {
    const rows = page.querySelectorAll(value === "postings" ? "section[id^='postings-']" : `[data-rows="${value}"] > [data-row]`);
    return rows.length ? rows[rows.length - 1].id : "sec-c";
  }
  return button.name === "copy" ? "sec-c" : value.replace(/-\d+$/, "");
}

function bodyOf(how) {
  const body = new URLSearchParams(new FormData(form()));
  body.set("do", how);
  body.set("part", "1");
  return body;
}

// Keep what is typed without leaving the page. The answer holds the parts of the page that change with it: the note, the version, the index.
async function save(how = "autosave") {
  const here = form();
  if (!here || here.dataset.sent) return;
  try {
    const answer = await fetch(here.action, { method: "POST", body: bodyOf(how) });
    if (!answer.ok) throw Object.assign(new Error(), { status: answer.status });
    for (const made of new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("[data-part]")) {
      page.querySelector(`[data-part="${made.dataset.part}"]`)?.replaceChildren(...made.childNodes);
      if (made.dataset.version) here.elements.namedItem("version").value = made.dataset.version;
    }
    if (how === "draft") page.querySelector(".undo")?.remove();
  } catch (error) {
    const note = page.querySelector('[data-part="saved"]');
    const words = {
      403: "ログインが切れています。入力した内容はこの画面に残っています。保存のボタンを押すと、続けてログインできます。",
      413: "入力した文が多すぎるため、下書きを保存できません。入力した内容はこの画面に残っています。",
      429: "同じ回線からの下書きが多いため、いまは保存できません。入力した内容はこの画面に残っています。時間をおいて保存します。",
    }[error.status] || "下書きを保存できませんでした。通信がもどると、次の入力で保存します。";
    note?.querySelector(":scope > .error")?.remove();
    note?.append(Object.assign(document.createElement("span"), { className: "error", textContent: words }));
  }
}

// The typed form as the entry check's document. Names nest: postings-0-shifts-1-start.
function documentOf(data) {
  const lists = new Set();
  for (const box of page.querySelectorAll("form[data-entry] fieldset .choices input[type=checkbox], form[data-entry] .days input[type=checkbox]")) lists.add(box.name);
  const result = { organization: JSON.parse(form().dataset.organization || "{}"), contact: {}, postings: [], confirmation: {} };
  for (const [name, value] of data) {
    const parts = (prefix() + name).split("-");
    if (name.startsWith("reasons-") || form().elements.namedItem(name)?.type === "hidden" || parts.length < 2 || !(parts[0] in result)) continue;
    let at = result;
    parts.slice(0, -1).forEach((part, index) => {
      const next = /^\d+$/.test(parts[index + 1]) ? [] : {};
      at[part] ??= next;
      at = at[part];
    });
    const last = parts[parts.length - 1];
    if (lists.has(name)) (at[last] ??= []).push(value);
    else at[last] = value;
  }
  for (const box of page.querySelectorAll("form[data-entry] input[type=checkbox]")) {
    if (lists.has(box.name)) continue;
    const parts = (prefix() + box.name).split("-");
    let at = result;
    for (const part of parts.slice(0, -1)) at = at?.[part];
    if (at) at[parts[parts.length - 1]] = box.checked;
  }
  return result;
}

async function check(touched) {
  const here = form();
  if (!here) return;
  const submission = documentOf(new FormData(here));
  let answer;
  try {
    answer = await fetch("/api/entry-check", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ submission, partial: true }) });
    if (!answer.ok) return;
    answer = await answer.json();
  } catch { return; }
  const byName = new Map();
  for (const finding of answer.findings) {
    const name = finding.path.replaceAll(".", "-").replace(prefix(), "");
    if (!byName.has(name)) byName.set(name, []);
    byName.get(name).push(finding);
  }
  for (const name of touched) show(here, name, byName.get(name) || []);
}

// What the check says about one field. In a row of a group it stands on a line of its own below the cells, never inside a cell.
function show(here, name, findings) {
  const control = here.elements.namedItem(name);
  if (!control) return;
  const one = control instanceof RadioNodeList ? control[0] : control;
  const row = one.closest("[data-row]");
  const holder = row || one.closest(".field");
  if (!holder) return;
  const own = `live-${name}`;
  document.getElementById(own)?.remove();
  // What the server said at this field before is answered by now.
  if (row) row.querySelectorAll(`:scope > [data-field="${name}"]`).forEach((node) => node.remove());
  else holder.querySelectorAll("[data-finding], [data-rule]").forEach((node) => node.remove());
  const bad = findings.some((finding) => finding.level === "error");
  const fields = control instanceof RadioNodeList ? [...control] : [control];
  for (const field of fields) {
    if (bad) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
    const ids = (field.getAttribute("aria-describedby") || "").split(" ").filter((id) => id && id !== own && document.getElementById(id));
    if (findings.length) ids.push(own);
    if (ids.length) field.setAttribute("aria-describedby", ids.join(" ")); else field.removeAttribute("aria-describedby");
  }
  if (row) row.classList.toggle("rows__row--error", row.querySelector("[aria-invalid]") !== null);
  else holder.classList.toggle("field--error", bad);
  if (!findings.length) return;
  const box = document.createElement("div");
  box.id = own;
  box.setAttribute("role", "status");
  if (row) { box.className = "rows__cell--full"; box.dataset.field = name; }
  const label = row ? one.closest("[data-cell]")?.querySelector("label, .rows__label")?.firstChild?.textContent.trim() : "";
  for (const finding of findings) {
    const told = line(finding, name, label);  // several rules may have read a value together
    if (![...box.children].some((other) => other.textContent === told.textContent)) box.append(told);
  }
  if (row) row.append(box); else (one.closest(".with-unit, .choices, .days") || one).after(box);
}

function line(finding, name, label) {
  const row = document.createElement("div");
  row.className = finding.level === "error" ? "error" : finding.level === "warning" ? "error error--ask" : "finding finding--line is-mute";
  row.dataset.finding = finding.rule;
  const word = document.createElement("b");
  word.textContent = { error: "要修正", warning: "要確認", fix: `${label ? `${label}を` : ""}自動で補正` }[finding.level];
  row.append(word);
  const body = finding.level === "fix" ? row : row.appendChild(document.createElement("span"));
  const text = document.createElement("span");
  text.textContent = finding.level === "fix" && finding.typed !== null && !["TXT-003", "TXT-018"].includes(finding.rule) ? `${plain(finding.typed)} → ${finding.shown || plain(finding.value)}` : finding.message + (finding.example && !finding.message.includes(finding.example) ? `（記入例：${finding.example}）` : "");
  body.append(text);
  for (const [index, choice] of (finding.choices || []).entries()) {
    const button = document.createElement("button");
    Object.assign(button, { className: "button button--small", name: "choose", value: `${name}=${choice}`, textContent: `${finding.offers?.[index] || plain(choice)}にする` });
    body.append(" ", button);
  }
  if (finding.level !== "fix") {
    const link = document.createElement("a");
    Object.assign(link, { className: "error__rule", href: `/rules#${finding.rule}`, textContent: `ルール ${finding.rule}` });
    body.append(" ", link);
  }
  return row;
}

const plain = (value) => (value === null || value === "" ? "（空欄）" : value === true ? "はい" : value === false ? "いいえ" : Array.isArray(value) ? value.join("、") : String(value));
