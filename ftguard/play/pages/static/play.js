// Sends what was chosen, asks every second how it goes, and keeps the chosen runs in the address.

import { fillPane, makePane, reachOf } from "./panes.js";

const EVERY = 1000; // ms
const form = document.getElementById("setup");
const alertBox = document.getElementById("alert");
const picks = { left: document.getElementById("left"), right: document.getElementById("right") };
const panes = new Map();
const NUMBERS = ["learning_rate", "steps", "warmup", "epochs", "replay", "checkpoints", "probes", "seed"];
let asked = 0;
let timer = null;

// The form.

const chosen = () => form.querySelector("[name=failure]:checked");

function explain() {
  document.getElementById("what").textContent = chosen().dataset.what;
  document.getElementById("data-what").textContent =
    `Now: ${form.elements.data.selectedOptions[0].dataset.what}.`;
}

function setDials(dials) {
  for (const name of NUMBERS) form.elements[name].value = dials[name] ?? "";
  form.elements.lora.checked = dials.lora;
  form.elements.data.value = dials.data;
  for (const field of form.querySelectorAll("[data-limit]")) {
    field.value = dials.limits[field.dataset.limit] ?? field.dataset.usual;
  }
}

function dials() {
  const found = { lora: form.elements.lora.checked, data: form.elements.data.value, limits: {} };
  for (const name of NUMBERS) {
    const { value } = form.elements[name];
    if (value !== "") found[name] = Number(value);
  }
  for (const field of form.querySelectorAll("[data-limit]")) {
    if (field.value !== "" && Number(field.value) !== Number(field.dataset.usual)) {
      found.limits[field.dataset.limit] = Number(field.value);
    }
  }
  return found;
}

form.addEventListener("input", (event) => {
  if (event.target.name === "failure") {
    if (event.target.value) setDials(JSON.parse(event.target.dataset.dials));
    else document.getElementById("dials").open = true;
  } else if (event.target.closest("#dials")) {
    form.querySelector("[name=failure][value='']").checked = true;
  }
  explain();
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = document.getElementById("run");
  if (button.disabled) return;
  button.disabled = true;
  const failure = chosen().value || null;
  const guess = form.querySelector("[name=guess]:checked").value;
  const begun = await send("runs", { guess, failure, dials: failure ? null : dials() });
  button.disabled = false;
  if (!begun) return;
  form.querySelector("[name=guess]:checked").checked = false;
  look({ left: begun.number });
  await refresh();
  document.getElementById("runs").focus({ preventScroll: true });
  document.getElementById("runs").scrollIntoView({ block: "nearest" });
});

// A field that is folded away can't show what is wrong with it.
form.addEventListener("invalid", (event) => {
  if (event.target.closest("#dials")) document.getElementById("dials").open = true;
}, true);

// The dials as advised: they are to be looked at, and guessed about, before they run.
function turn(advised) {
  setDials(advised);
  form.querySelector("[name=failure][value='']").checked = true;
  document.getElementById("dials").open = true;
  explain();
  const rate = form.elements.learning_rate;
  rate.scrollIntoView({ block: "center" });
  rate.focus({ preventScroll: true });
}

// The server.

function complain(text) {
  alertBox.hidden = !text;
  alertBox.textContent = text;
}

const GONE = "ftguard play is no longer running. Start it again and open the address that it "
  + "prints; earlier runs are kept.";

async function send(path, body) {
  try {
    const reply = await fetch(path, {
      method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" },
    });
    const found = await reply.json();
    complain(reply.ok ? "" : found.error);
    return reply.ok ? found : null;
  } catch {
    complain(GONE);
    return null;
  }
}

async function stop(number) {
  await send(`runs/${number}/stop`, {});
  await refresh();
}

async function refresh() {
  clearTimeout(timer);
  const mine = ++asked;
  try {
    const query = new URLSearchParams(looked().map((number) => ["shown", number]));
    const reply = await fetch(`state?${query}`);
    const found = await reply.json();
    // A later question may have been answered first.
    if (mine !== asked) return;
    if (reply.ok) show(found);
    else complain(found.error);
    if (alertBox.textContent === GONE) complain("");
  } catch {
    if (mine === asked) complain(GONE);
  }
  if (mine === asked) timer = setTimeout(refresh, document.hidden ? 4 * EVERY : EVERY);
}

// The runs.

const address = () => new URLSearchParams(location.search);

function looked() {
  const query = address();
  return ["left", "right"].map((side) => query.get(side)).filter((number) => number);
}

function look(change) {
  const query = address();
  for (const [side, number] of Object.entries(change)) {
    if (number) query.set(side, number);
    else query.delete(side);
  }
  if (query.get("right") === query.get("left")) query.delete("right");
  history.replaceState(null, "", `?${query}`);
}

for (const [side, select] of Object.entries(picks)) {
  select.addEventListener("change", () => {
    look({ [side]: select.value });
    refresh();
  });
}

function show({ runs, tally, shown }) {
  document.getElementById("tally").textContent = tally.made
    ? `Your guesses: ${tally.right} of ${tally.made} right.` : "";
  document.getElementById("none").hidden = runs.length > 0;
  const newest = runs.at(-1);
  if (newest && !address().get("left")) {
    look({ left: newest.number });
    refresh();
  }
  options(picks.left, runs, shown[0]?.line.number, false);
  options(picks.right, runs, shown[1]?.line.number, true);
  const reach = reachOf(shown);
  const wanted = shown.map((run) => {
    const { number } = run.line;
    if (!panes.has(number)) panes.set(number, makePane(number, { stop, turn }));
    fillPane(panes.get(number), run, reach);
    return panes.get(number).node;
  });
  const place = document.getElementById("panes");
  if (wanted.length !== place.children.length || wanted.some((n, i) => n !== place.children[i])) {
    place.replaceChildren(...wanted);
  }
  place.dataset.count = wanted.length;
}

function options(select, runs, now, none) {
  const lines = runs.toReversed().map((run) => {
    const right = { true: ", guessed right", false: ", guessed wrong" }[String(run.right)] ?? "";
    const word = run.status === "finished" ? run.verdict ?? "nothing examined" : run.status;
    return [String(run.number), `${run.number}. ${run.title}: ${word}${right}`];
  });
  if (none) lines.unshift(["", "no other"]);
  const key = JSON.stringify(lines);
  if (select.dataset.key !== key) {
    select.dataset.key = key;
    select.replaceChildren(...lines.map(([value, text]) => new Option(text, value)));
  }
  const value = String(now ?? "");
  if (select.value !== value && document.activeElement !== select) select.value = value;
  select.disabled = runs.length < (none ? 2 : 1);
}

setDials(JSON.parse(chosen().dataset.dials || form.querySelector("[data-dials]").dataset.dials));
explain();
refresh();
