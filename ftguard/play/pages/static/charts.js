// Draws curves with intervals and limits: by shape and label too, not by colour alone.

import { drawn } from "./elements.js";

const WIDTH = 340, HEIGHT = 168;
const LEFT = 44, RIGHT = 12, TOP = 12, BOTTOM = 24;
const LEAST = 0.05;  // An axis holds this much, so that the numbers along it differ as written.
const GOOD = new Set(["clear", "within", "nothing to lose", ""]);

export const percents = (value) => `${Math.round(100 * value)} %`;
export const decimals = (value) => value.toFixed(value && Math.abs(value) < 10 ? 2 : 0);

// `series`: [{ label, kind, points: [{ step, value, low, high, state }] }]; a value of null is not
// a number. `limits`: [{ value, label }]. `reach`: the least and the largest value to show, of the
// charts beside it too. `ends`: what lies beyond is cut off there.
export function chart({ title, series, limits = [], steps, show, reach, ends = [0, Infinity] }) {
  const most = Math.max(reach[1], ...limits.map((limit) => 1.25 * limit.value));
  const top = most > 0 ? Math.min(nice(Math.max(most, LEAST)), ends[1]) : Math.min(1, ends[1]);
  const bottom = reach[0] < 0 ? Math.max(-nice(-reach[0]), ends[0]) : 0;
  const x = (step) => LEFT + (step / Math.max(1, steps)) * (WIDTH - LEFT - RIGHT);
  const y = (value) => {
    const share = (Math.min(top, Math.max(bottom, value)) - bottom) / (top - bottom);
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  };
  const svg = drawn("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img",
    "aria-label": inWords({ title, series, limits, show }),
  });
  for (const value of ticks(bottom, top)) {
    svg.append(
      drawn("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value) }),
      drawn("text", { class: "tick", x: LEFT - 5, y: y(value) + 4, "text-anchor": "end" },
        show(value)));
  }
  for (const step of [0, steps / 2, steps]) {
    const anchor = step === 0 ? "start" : step === steps ? "end" : "middle";
    svg.append(drawn("text", { class: "tick", x: x(step), y: HEIGHT - 7, "text-anchor": anchor },
      step === steps ? `step ${steps}` : String(Math.round(step))));
  }
  for (const limit of limits) {
    svg.append(
      drawn("line",
        { class: "limit", x1: LEFT, x2: WIDTH - RIGHT, y1: y(limit.value), y2: y(limit.value) }),
      drawn("text",
        { class: "limit-label", x: WIDTH - RIGHT, y: y(limit.value) - 4, "text-anchor": "end" },
        limit.label));
  }
  series.forEach((one, place) => svg.append(...curve(one, place, x, y, bottom, top)));
  return svg;
}

function curve({ points, kind, marked = true }, place, x, y, bottom, top) {
  const found = [];
  const known = points.filter((point) => point.value !== null);
  const path = known.map((p, i) => `${i ? "L" : "M"}${x(p.step).toFixed(1)} ${y(p.value).toFixed(1)}`);
  if (path.length) found.push(drawn("path", { class: `line ${kind}`, d: path.join("") }));
  const lost = points.find((point) => point.value === null);
  if (lost) {
    const late = x(lost.step) > WIDTH / 2;
    found.push(drawn("text", {
      class: "lost", x: late ? WIDTH - RIGHT : x(lost.step), y: TOP + 14,
      "text-anchor": late ? "end" : "start",
    },
      `✕ no number from step ${lost.step}`));
  }
  if (!marked) return found;
  // Two curves at one step stand side by side.
  const aside = place * 5;
  for (const point of known) {
    const [at, low, high] = [x(point.step) + aside, y(point.low), y(point.high)];
    if (point.high > point.low) {
      found.push(
        drawn("path", { class: `ends ${kind}`,
          d: `M${at} ${low}V${high}M${at - 3} ${low}h6M${at - 3} ${high}h6` }));
    }
    found.push(marker(at, y(point.value), point.state, kind));
  }
  return found;
}

// A circle is fine, a triangle is a breach, a diamond can't be told.
function marker(x, y, state, kind) {
  if (state === "breach") {
    return drawn("path", { class: "mark breach", d: `M${x} ${y - 6}l6 10h-12z` });
  }
  if (GOOD.has(state)) return drawn("circle", { class: `mark ${kind}`, cx: x, cy: y, r: 3.5 });
  return drawn("path", { class: "mark open", d: `M${x} ${y - 6}l5 6l-5 6l-5 -6z` });
}

function inWords({ title, series, limits, show }) {
  const told = series.map(({ label, points, marked = true }) => {
    if (!points.length) return `${label}: nothing measured yet`;
    if (!marked) return `${label}: ${fromTo(points, show)}`;
    const each = points.map((p) => {
      const span = p.high > p.low ? ` (${show(p.low)} to ${show(p.high)})` : "";
      return `step ${p.step} ${show(p.value)}${span}${p.state ? ` ${p.state}` : ""}`;
    });
    return `${label}: ${each.join(", ")}`;
  });
  const lines = limits.map((limit) => limit.label);
  return [`${title}.`, `${told.join("; ")}.`, ...lines.map((line) => `${line}.`)].join(" ");
}

function fromTo(points, show) {
  const [first, last] = [points[0], points.at(-1)];
  const say = (point) => (point.value === null ? "no number" : show(point.value));
  return `from ${say(first)} at step ${first.step} to ${say(last)} at step ${last.step}`;
}

function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value * 0.999);
}

function ticks(bottom, top) {
  const span = top - bottom;
  const step = [0.2, 0.5, 1].map((share) => share * top).find((each) => span / each <= 5.01)
    ?? span / 2;
  const found = [];
  for (let at = 0; at <= top * 1.001; at += step) found.push(at);
  for (let at = -step; at >= bottom * 1.001; at -= step) found.push(at);
  return found;
}
