// Keys, saving without losing what was typed, and nothing else: without it the forms still work.
"use strict";

const SETTLE = 200; // ms; a second press of the same key is not a choice on the next item
const root = document.documentElement;
const notes = document.getElementById("notes");
const notice = document.querySelector(".alert");
let sending = false;
let drafts = null;
try {
  drafts = window.localStorage;
} catch {
  // A browser that stores nothing has no drafts.
}

history.scrollRestoration = "manual";
setTimeout(() => (root.dataset.settled = ""), SETTLE);

// Notes that are not sent yet outlive the page.
const draft = notes && [...document.querySelectorAll("#rating input[name=rater], [name=item]")]
  .map((field) => field.value).join(" ");
if (notes) {
  notes.value = drafts?.getItem(draft) ?? notes.value;
  notes.addEventListener("input", () => drafts?.setItem(draft, notes.value));
}

function tell(message) {
  notice.textContent = message;
  notice.hidden = false;
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  event.preventDefault();
  if (sending || !("settled" in root.dataset)) return;
  sending = true;
  try {
    const body = new URLSearchParams(new FormData(form, event.submitter));
    const reply = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    if (reply.type !== "opaqueredirect") {
      tell(`Not saved. ${await reply.text()}`);
      return;
    }
    if (form.id === "rating") drafts?.removeItem(draft);
    location.replace(location.href);
  } catch {
    tell("Not saved: ftguard rate is no longer running. Start it again and open the address that "
      + "it prints; all earlier ratings are kept.");
  } finally {
    sending = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest("textarea, input");
  if (typing) {
    if (event.key === "Escape") typing.blur();
    return;
  }
  // On some keyboards digits need Shift; the place of the key is what counts.
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code);
  const key = digit ? digit[1] : event.key.toLowerCase();
  const wanted = document.querySelector(`[data-key="${CSS.escape(key)}"]:enabled`);
  if (!wanted) return;
  event.preventDefault();
  if (wanted === notes) notes.focus();
  else wanted.click();
});
