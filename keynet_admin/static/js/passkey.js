// Passkeys: asks the server for a challenge, lets the browser sign it or make a key, and sends the form with the answer. Without this script
// the button stays hidden; all other ways work.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.codePointAt(0));
const text = (buffer) => btoa(String.fromCodePoint(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/u, "");

// What the browser wants as bytes comes as text.
function decoded(options) {
  const keys = (list) => (list || []).map((key) => ({ ...key, id: bytes(key.id) }));
  const made = { ...options, challenge: bytes(options.challenge) };
  if (options.user) made.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) made.excludeCredentials = keys(options.excludeCredentials);
  if (options.allowCredentials) made.allowCredentials = keys(options.allowCredentials);
  return made;
}

function encoded(credential) {
  const { response } = credential;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const answer = Object.fromEntries(parts.filter((part) => response[part]).map((part) => [part, text(response[part])]));
  if (response.getTransports) answer.transports = response.getTransports();
  const { id, type, authenticatorAttachment } = credential;
  return { id, rawId: text(credential.rawId), type, authenticatorAttachment, clientExtensionResults: {}, response: answer };
}

async function run(box, form) {
  const token = form.elements.namedItem("csrf_token")?.value || "";
  const answer = await fetch(box.dataset.options, { method: "POST", body: new URLSearchParams({ csrf_token: token }) });
  if (!answer.ok) throw new Error("no challenge");
  const publicKey = decoded(await answer.json());
  const credential = await navigator.credentials[box.dataset.passkey]({ publicKey });
  const field = box.querySelector("input[type=hidden]");
  field.value = JSON.stringify(encoded(credential));
  field.disabled = false;
  form.requestSubmit();
}

for (const box of document.querySelectorAll("[data-passkey]")) {
  const button = box.querySelector("button");
  box.hidden = !window.PublicKeyCredential;
  button.addEventListener("click", async () => {
    const failed = box.querySelector("[data-passkey-error]");
    failed.hidden = true;
    button.disabled = true;
    try {
      await run(box, box.closest("form"));
    } catch {
      failed.hidden = false;
      button.disabled = false;
    }
  });
}
