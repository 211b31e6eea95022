// Limits are moved: every checkpoint is decided anew by `rule.js`, and the address keeps the setting.
"use strict";

(() => {
  const WORDS = { true: ["passed", "✓"], false: ["blocked", "✕"], null: ["undecided", "?"] };
  const STATES = { clear: "✓", within: "✓", breach: "✕", "nothing to lose": "–", "not held": "–" };
  const OFF = "off";
  const many = ftguardData.runs.length > 1;
  const panels = [];

  function make(tag, className, ...inside) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...inside);
    return made;
  }

  function told(value, unit) {
    const digits = Math.abs(value) < 0.0995 ? 4 : 3;
    return unit === "relative"
      ? `${+(100 * value).toFixed(2)} %`
      : `${+value.toFixed(digits)}`;
  }

  /** The verdict that is shown of a checkpoint: of the kept one that by the whole run. */
  function standing(decided, place) {
    const own = decided.checkups[place];
    return decided.best?.step === own.step ? decided.best : own;
  }

  class Panel {
    constructor(run, article) {
      this.run = run;
      this.article = article;
      this.place = article.querySelector("[data-limits]");
      this.prefix = many ? `${run.number}.` : "";
      this.sliders = new Map();
      this.strict = this.place.querySelector("[name=strict]");
      this.reset = this.place.querySelector("[data-reset]");
      const titles = new Map(run.titles);
      for (const gate of run.figures.gates) this.add(gate, titles.get(gate.key) ?? gate.title);
      this.strict.checked = run.figures.strict;
      this.strict.addEventListener("change", () => this.changed());
      this.place.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
      this.reset.addEventListener("click", () => this.unmove());
      this.banner = article.querySelector("[data-moved]");
      this.back = this.banner.querySelector("[data-unmove]");
      this.back.addEventListener("click", () => {
        this.unmove();
        // The button is gone by now: who came by keys goes on from the answer.
        const answer = article.querySelector("h1");
        answer.tabIndex = -1;
        answer.focus({ preventScroll: true });
      });
      this.place.hidden = false;
    }

    unmove() {
      for (const { gate, held, slider } of this.sliders.values()) {
        slider.value = gate.limit;
        held.checked = true;
      }
      this.strict.checked = this.run.figures.strict;
      this.changed();
    }

    add(gate, title) {
      const held = make("input");
      Object.assign(held, { type: "checkbox", checked: true, name: `held ${gate.key}` });
      const slider = make("input");
      Object.assign(slider, { type: "range", min: gate.least, max: gate.most, step: "any" });
      slider.value = gate.limit;
      slider.name = gate.key;
      slider.setAttribute("aria-label", title);
      const value = make("output", "", told(gate.limit, gate.unit));
      const label = make("label", "", held, " ", make("span", "", title));
      held.addEventListener("change", () => this.changed());
      slider.addEventListener("input", () => this.changed());
      // Keys move by the step that limits are rounded to; `any` lets one stand where it was.
      slider.addEventListener("keydown", (event) => this.key(event, gate, slider));
      this.place.querySelector(".sliders").append(make("div", "slider", label, slider, value));
      this.sliders.set(gate.key, { gate, title, held, slider, value });
    }

    key(event, gate, slider) {
      const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
      if (!(event.key in steps) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      slider.value = this.rounded(gate, Number(slider.value) + steps[event.key] * gate.step);
      this.changed();
    }

    rounded(gate, value) {
      const near = Math.round(value / gate.step) * gate.step;
      return Math.min(gate.most, Math.max(gate.least, +near.toPrecision(10)));
    }

    /** What differs from the run's own limits. */
    setting() {
      const limits = {};
      for (const [key, { gate, held, slider }] of this.sliders) {
        const value = Number(slider.value);
        const near = Math.abs(value - gate.limit) < gate.step / 2;
        if (!held.checked) limits[key] = null;
        else if (!near) limits[key] = this.rounded(gate, value);
      }
      const strict = this.strict.checked;
      return strict === this.run.figures.strict ? { limits } : { limits, strict };
    }

    changed() {
      this.show();
      remember();
    }

    show() {
      const setting = this.setting();
      const moved = Object.keys(setting.limits).length > 0 || "strict" in setting;
      const decided = ftguardRule.decide(this.run.figures, setting);
      this.reset.disabled = !moved;
      this.article.classList.toggle("moved", moved);
      for (const [key, { gate, slider, value }] of this.sliders) {
        const limit = key in setting.limits ? setting.limits[key] : gate.limit;
        value.textContent = limit === null ? "not held" : told(limit, gate.unit);
        value.classList.toggle("differs", key in setting.limits);
        slider.disabled = limit === null;
        slider.setAttribute("aria-valuetext", value.textContent);
        this.mark(key, limit, limit === null ? "not held" : `limit ${value.textContent}`);
      }
      this.run.figures.checkups.forEach((checkup, place) => {
        this.checkpoint(checkup.step, standing(decided, place), decided.best?.step === checkup.step);
      });
      this.tell(decided, moved);
      this.warn(decided, moved, setting);
    }

    /** The limit in the head of its column and in its drawings. */
    mark(key, limit, text) {
      // Columns are found by their place: a name may hold what a page's text may not.
      const place = this.run.columns.findIndex((one) => one.key === key);
      if (place < 0) return;
      const column = this.run.columns[place];
      const inside = Math.min(Math.max(limit ?? 0, column.low), column.high);
      const x = column.from + ((inside - column.low) / (column.high - column.low)) * (column.to - column.from);
      for (const head of this.article.querySelectorAll("[data-limit-of]")) {
        if (Number(head.dataset.limitOf) === place) head.textContent = text;
      }
      for (const cell of this.article.querySelectorAll(".costs [data-key]")) {
        if (Number(cell.dataset.key) !== place) continue;
        const line = cell.querySelector(".limit");
        line?.setAttribute("x1", x.toFixed(1));
        line?.setAttribute("x2", x.toFixed(1));
        line?.classList.toggle("off", limit === null);
      }
    }

    checkpoint(step, verdict, kept) {
      const row = this.article.querySelector(`.costs [data-step="${step}"]`);
      if (!row) return;
      const [word, sign] = WORDS[verdict.passed];
      const shown = row.querySelector(".verdict");
      shown.className = `verdict ${word}`;
      shown.firstElementChild.textContent = sign;
      shown.querySelector(".word").textContent = word;
      row.classList.toggle("kept", kept);
      row.querySelector(".star").textContent = kept ? "◆ kept" : "";
      const states = new Map(verdict.outcomes.map(({ gate, state }) => [gate, state]));
      for (const cell of row.querySelectorAll("[data-key]")) {
        const { key } = this.run.columns[Number(cell.dataset.key)];
        if (this.sliders.has(key)) {
          this.state(cell, states.get(key) ?? "not held");
        }
      }
    }

    state(cell, name) {
      const shown = cell.querySelector(".state");
      if (!shown) return;
      const className = `state-${name.replaceAll(" ", "-")}`;
      shown.className = `state ${className}`;
      shown.firstElementChild.textContent = STATES[name] ?? "?";
      shown.lastChild.textContent = ` ${name}`;
      for (const part of cell.querySelectorAll(".whisker, .point")) {
        part.setAttribute("class", `${part.getAttribute("class").split(" ")[0]} ${className}`);
      }
    }

    tell(decided, moved) {
      const kept = this.place.querySelector(".kept");
      const sum = { true: 0, false: 0, null: 0 };
      for (const { passed } of decided.checkups) sum[passed] += 1;
      const counts = `${sum.true} of ${decided.checkups.length} passed, ${sum.false} blocked, ${sum.null} undecided`;
      const which = decided.best ? `step ${decided.best.step} would be kept` : "no checkpoint would be kept";
      kept.textContent = moved ? `With these limits ${which}; ${counts}.` : `As in the run: ${counts}.`;
    }

    /** Beside the answer, which stays that of the run: what it would be by these limits. */
    warn(decided, moved, { limits, strict }) {
      const which = decided.best ? `step ${decided.best.step} would be kept` : "no checkpoint would be kept";
      const changes = Object.entries(limits).map(([key, limit]) => {
        const { gate, title } = this.sliders.get(key);
        if (limit === null) return `${title} not held`;
        return `${title} ${told(limit, gate.unit)} instead of ${told(gate.limit, gate.unit)}`;
      });
      if (strict !== undefined) changes.push(strict ? "only what is proven is kept" : "a pass need not be proven");
      const text = moved
        ? `Limits moved: by these limits ${which} (${changes.join("; ")}). The answer here is by the run's own limits.`
        : "";
      const shown = this.banner.querySelector("p");
      // A live region is read out whenever it is written, also with what it says already.
      if (shown.textContent !== text) shown.textContent = text;
      this.back.hidden = !moved;
    }

    read(given) {
      for (const [key, { gate, held, slider }] of this.sliders) {
        const text = given.get(this.prefix + key);
        const limit = text ? Number(text) : NaN;
        held.checked = text !== OFF;
        slider.value = Number.isFinite(limit) ? Math.min(gate.most, Math.max(gate.least, limit)) : gate.limit;
      }
      const strict = given.get(`${this.prefix}strict`);
      this.strict.checked = strict === null ? this.run.figures.strict : strict === "1";
      if (this.reset.disabled && [...given.keys()].some((name) => name.startsWith(this.prefix))) {
        this.place.open = true;
      }
      this.show();
    }

    write(given) {
      const { limits, strict } = this.setting();
      for (const [key, limit] of Object.entries(limits)) given.set(this.prefix + key, limit === null ? OFF : String(limit));
      if (strict !== undefined) given.set(`${this.prefix}strict`, strict ? "1" : "0");
    }
  }

  function remember() {
    const given = new URLSearchParams();
    for (const panel of panels) panel.write(given);
    const address = String(given);
    history.replaceState(null, "", address ? `#${address}` : location.pathname + location.search);
  }

  function recall() {
    const text = location.hash.slice(1);
    const given = new URLSearchParams(text.includes("=") ? text : "");
    for (const panel of panels) panel.read(given);
  }

  for (const run of ftguardData.runs) {
    const article = document.querySelector(`[data-run="${run.number}"]`);
    if (run.figures && article?.querySelector("[data-limits]")) panels.push(new Panel(run, article));
  }
  if (panels.length) {
    if (location.hash.includes("=")) recall();
    window.addEventListener("hashchange", recall);
  }
})();
