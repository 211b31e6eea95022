// Shows one run: what it is, how it goes, what the guard says, and what the model said.

import { chart, decimals, percents } from "./charts.js";
import { element, pieces } from "./elements.js";

const SIGNS = { passed: "✓", BLOCKED: "✕", undecided: "?" };
const FAR = 10;
const ROLES = { general: "general skill", tail: "rare team", target: "target" };
// Each panel with its title and where its axis ends at the latest.
const PANELS = [
  ["target", "Target: right answers", [0, 1]],
  ["forgetting", "Forgetting: general skills lost", [-0.5, 1]],
  ["tail", "Tail: rare teams lost", [-0.5, 1]],
  ["calibration", "Calibration: error of its confidence", [-0.2, 1]],
];

// A pane is made once a run and then filled anew part by part, so that what is focused or unfolded
// stays so.
export function makePane(number, { stop, turn }) {
  const parts = {};
  const part = (name, tag, attributes) => (parts[name] = element(tag, { class: name, ...attributes }));
  const title = part("title", "h2", { id: `run-${number}` });
  const button = element("button", { type: "button", class: "stop", hidden: true }, "Stop this run");
  button.addEventListener("click", () => stop(number));
  const node = element("article", { class: "pane", "aria-labelledby": `run-${number}` },
    title, part("what", "p"), part("dials", "p"), part("told", "p", { role: "status" }),
    element("div", { class: "going" }, part("status", "p"), part("progress", "progress"), button),
    part("verdict", "div"), part("charts", "div"), part("advice", "div"), part("gates", "div"),
    part("answers", "div"),
    element("details", {}, element("summary", {}, "The numbers"), part("numbers", "div")),
    element("details", {}, element("summary", {}, "The same in a terminal"), part("command", "p")));
  parts.progress.setAttribute("aria-label", "steps done");
  return { number, node, parts, button, turn, seen: {} };
}

export function fillPane(pane, run, reach) {
  const { parts } = pane;
  const running = run.line.status === "running";
  pane.button.hidden = !running;
  parts.progress.hidden = !running;
  parts.progress.max = run.steps;
  parts.progress.value = run.step;
  parts.status.textContent = status(run);
  const fresh = (name, on, make) => {
    const key = JSON.stringify(on);
    if (pane.seen[name] === key) return;
    pane.seen[name] = key;
    parts[name].replaceChildren(...make().filter((child) => child !== null));
  };
  fresh("title", run.line.title, () => [`Run ${run.line.number}: ${run.line.title}`]);
  fresh("what", run.what, () => [run.what]);
  fresh("dials", run.dials, () => [run.dials]);
  fresh("told", spoken(run), () => [spoken(run)]);
  fresh("verdict", [run.line, run.guess, run.kept, run.happened, run.leaks, run.why],
    () => verdict(run));
  fresh("advice", [run.advice, run.advised], () => advice(run, pane.turn));
  fresh("charts", [run.losses, run.curves, reach], () => charts(run, reach));
  fresh("gates", [run.gates], () => gates(run));
  fresh("answers", run.answers, () => answers(run));
  fresh("numbers", run.curves, () => [numbers(run)]);
  fresh("command", run.command, () => [element("code", {}, run.command)]);
}

function status(run) {
  const spent = `${Math.round(run.seconds)} s`;
  const at = `step ${run.step} of ${run.steps}`;
  if (run.line.status !== "running") return `${run.line.status} at ${at}, ${spent}`;
  return run.step ? `training: ${at}, ${spent}` : `asking the base first: ${spent}`;
}

function spoken(run) {
  const last = run.curves[0].points.at(-1);
  if (!last) return "";
  return `Run ${run.line.number}, step ${last.step}: ${run.line.verdict}.`;
}

function verdict(run) {
  const { status: how, verdict: word, right } = run.line;
  const found = [];
  if (word) {
    const when = how === "running" ? "so far" : "the last checkpoint";
    found.push(element("p", { class: `word ${word.toLowerCase()}` },
      element("span", { "aria-hidden": "true" }, SIGNS[word]), ` ${word} `,
      element("small", {}, when)));
  }
  if (run.why) found.push(element("p", { class: "alert" }, `It ${how}: ${run.why}`));
  if (run.guess !== "no guess") {
    const said = { true: "That was right.", false: "That was not it." }[String(right)] ?? "";
    found.push(element("p", { class: "guess" }, `Your guess: ${run.guess}. `,
      element("strong", {}, said)));
  }
  if (run.kept) found.push(element("p", {}, run.kept));
  if (run.leaks) found.push(element("p", { class: "leaks" }, run.leaks));
  if (run.happened) {
    found.push(element("h3", {}, "What happened"), element("p", { class: "happened" }, run.happened));
  }
  return found;
}

function advice(run, turn) {
  if (!run.advice.length) return [];
  const found = [element("h3", {}, "Advice"),
    element("ul", {}, ...run.advice.map((text) => element("li", {}, text)))];
  if (run.advised) {
    const button = element("button", { type: "button" }, "Turn the dials as advised");
    button.addEventListener("click", () => turn(run.advised));
    found.push(button);
  }
  return found;
}

function charts(run, reach) {
  const losses = run.losses.map(({ step, loss }) => ({ step, value: loss }));
  const most = Math.max(0, ...losses.map((one) => one.value ?? 0));
  // Beside one that exploded, any other would be a line on the ground.
  const height = reach.loss[1] > FAR * most ? [0, most] : reach.loss;
  const figure = (title, drawing, key = null) =>
    element("figure", {}, element("figcaption", {}, title, key), drawing);
  const found = [figure("Loss", chart({
    title: "Loss", steps: run.steps, show: decimals, reach: height,
    series: [{ label: "training loss", kind: "loss", points: losses, marked: false }],
  }))];
  for (const [panel, title, ends] of PANELS) {
    const series = run.curves.filter((one) => one.panel === panel).map((one, place) => (
      { ...one, kind: place ? "second" : "first" }));
    const show = panel === "calibration" ? decimals : percents;
    const limits = [...new Set(series.map((one) => one.limit).filter((l) => l !== null))]
      .map((value) => ({ value, label: `limit ${show(value)}` }));
    const key = series.length > 1 ? legend(series) : null;
    found.push(figure(title, chart({
      title, series, limits, steps: run.steps, show, ends, reach: reach[panel],
    }), key));
  }
  return found;
}

function legend(series) {
  return element("span", { class: "legend" }, ...series.map((one) =>
    element("span", { class: one.kind }, one.label)));
}

function gates(run) {
  if (!run.gates.length) return [];
  return [element("h3", {}, "What each gate says"), element("ul", {}, ...run.gates.map((gate) =>
    element("li", {},
      element("span", { class: `state ${gate.state.replaceAll(" ", "-")}` }, gate.state),
      ` ${gate.explanation}`)))];
}

function answers(run) {
  if (!run.answers.length) return [];
  const shown = run.answers.map((one) =>
    element("dl", { class: `answer ${one.change}` },
      element("dt", {}, `${one.change} (${ROLES[one.role] ?? one.role})`),
      element("dd", { class: "asked" }, ...pieces(one.prompt)),
      element("dt", {}, "right is"), element("dd", {}, ...pieces(one.reference)),
      element("dt", {}, "before"), element("dd", {}, ...said(one.before)),
      element("dt", {}, "after"), element("dd", {}, ...said(one.after))));
  return [element("h3", {}, "Some answers, before and after"),
    element("div", { class: "both" }, ...shown)];
}

const said = (text) => (text.length ? pieces(text) : [element("em", {}, "(nothing)")]);

function numbers(run) {
  const steps = [...new Set(run.curves.flatMap((one) => one.points.map((p) => p.step)))];
  const cell = (one, step) => {
    const point = one.points.find((p) => p.step === step);
    if (!point) return element("td", {}, "–");
    const span = point.high > point.low
      ? ` (${point.low.toFixed(2)} to ${point.high.toFixed(2)})` : "";
    return element("td", {}, `${point.value.toFixed(2)}${span} ${point.state}`);
  };
  return element("div", { class: "wide", tabindex: "0", role: "group", "aria-label": "The numbers" },
    element("table", {},
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "step"),
        ...run.curves.map((one) => element("th", { scope: "col" }, one.label)))),
      element("tbody", {}, ...steps.map((step) => element("tr", {},
        element("th", { scope: "row" }, String(step)), ...run.curves.map((c) => cell(c, step)))))));
}

// The same axes for runs side by side: the least and the largest value of each chart.
export function reachOf(runs) {
  const reach = { loss: [] };
  for (const run of runs) {
    reach.loss.push(...run.losses.map(({ loss }) => loss ?? 0));
    for (const { panel, points } of run.curves) {
      (reach[panel] ??= []).push(...points.flatMap((p) => [p.low, p.high]));
    }
  }
  return Object.fromEntries(Object.entries(reach).map(([panel, values]) =>
    [panel, [Math.min(0, ...values), Math.max(0, ...values)]]));
}
