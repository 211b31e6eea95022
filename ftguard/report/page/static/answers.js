// All answers of a run, searched and filtered; rows are made when they are looked at.
"use strict";

(() => {
  const AT_ONCE = 40;
  const WAIT = 120; // ms; typing goes on
  const NAMES = { lost: "lost", gained: "gained", right: "still right", wrong: "still wrong", unscored: "no score" };
  const SIGNS = { l: "✕", g: "+", r: "✓", w: "·", u: "?", "-": " " };
  const WORDS = { l: "lost", g: "gained", r: "right", w: "wrong", u: "no score", "-": "not asked" };
  const [ID, ROLE, SLICES, CHANGE, HISTORY, PROMPT, REFERENCE, SAID, BEFORE, AFTER] = Array(10).keys();

  function make(tag, className, ...inside) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...inside); // Texts become text, never markup.
    return made;
  }

  /** What one side said: the other's words are left out, its own are marked. */
  function said(pieces, kind) {
    const text = make("div", "text");
    for (const [words, which] of pieces) {
      if (which === 0) text.append(words);
      else if (which === kind) text.append(make(kind === 1 ? "del" : "ins", "", words));
    }
    if (!text.firstChild) text.append(make("span", "nothing", "(nothing)"));
    return text;
  }

  function side(name, score, text) {
    return make("div", "", make("p", "who", `${name} `, make("span", "score", score)), text);
  }

  function history(one, steps) {
    if (steps.length < 2) return [];
    const row = make("p", "history", "Over the run: ");
    [...one[HISTORY]].forEach((letter, place) => {
      const mark = make("span", `was ${WORDS[letter].replace(" ", "-")}`, SIGNS[letter]);
      mark.title = `step ${steps[place]}: ${WORDS[letter]}`;
      mark.setAttribute("role", "img");
      mark.setAttribute("aria-label", mark.title);
      row.append(mark);
    });
    return [row];
  }

  function body(one, steps) {
    const asked = make("div", "asked");
    for (const [role, text] of one[PROMPT]) {
      if (role) asked.append(make("p", "role", role));
      asked.append(make("div", "text", text));
    }
    const made = make("div", "answered", asked);
    if (one[REFERENCE]) {
      made.append(make("p", "reference", make("span", "", "Right is"), " ",
        make("span", "text inline", one[REFERENCE])));
    }
    made.append(make("div", "sides", side("Before", one[BEFORE], said(one[SAID], 1)),
      side("After", one[AFTER], said(one[SAID], 2))));
    made.append(...history(one, steps));
    return made;
  }

  function row(one, steps) {
    const last = one[PROMPT].at(-1)?.[1] ?? "";
    const start = last.length > 160 ? `…${last.slice(-160)}` : last;
    const made = make("details", "row", make("summary", "",
      make("span", `change ${one[CHANGE]}`, NAMES[one[CHANGE]]), " ",
      make("span", "start", start), " ",
      make("span", "slices", [one[ID], ...one[SLICES]].join(" · "))));
    made.addEventListener("toggle", () => {
      if (made.open && made.children.length === 1) made.append(body(one, steps));
    });
    return made;
  }

  /** Everything of an answer that can be searched, made once it is. */
  const texts = new WeakMap();
  function searched(one) {
    if (!texts.has(one)) {
      const parts = [one[ID], ...one[SLICES], one[REFERENCE], ...one[PROMPT].map(([, text]) => text)];
      for (const kind of [1, 2]) {
        parts.push(one[SAID].filter(([, k]) => k === 0 || k === kind).map(([t]) => t).join(""));
      }
      texts.set(one, parts.join("\n").toLowerCase());
    }
    return texts.get(one);
  }

  function fill(select, names) {
    for (const [value, name] of names) {
      const option = make("option", "", name);
      option.value = value;
      select.append(option);
    }
  }

  function list(run, place) {
    const form = place.querySelector("form");
    const rows = place.querySelector(".rows");
    const more = place.querySelector(".more-rows");
    const found = place.querySelector(".found");
    const fields = form.elements;
    const count = (of) => run.answers.reduce(
      (sums, one) => {
        for (const key of of(one)) sums.set(key, (sums.get(key) ?? 0) + 1);
        return sums;
      }, new Map());
    const named = (of) => [...count(of)].map(([key, n]) => [key, `${NAMES[key] ?? key} (${n})`]);
    fill(fields.role, named((one) => [one[ROLE]]).sort());
    fill(fields.slice, named((one) => one[SLICES]).sort());
    fill(fields.change, named((one) => [one[CHANGE]]));
    let matching = [];

    function show() {
      const from = rows.children.length;
      rows.append(...matching.slice(from, from + AT_ONCE).map((one) => row(one, run.steps)));
      const left = matching.length - rows.children.length;
      more.hidden = left <= 0;
      more.textContent = `Show ${Math.min(AT_ONCE, left)} more of ${left.toLocaleString("en")}`;
    }

    function filter() {
      const wanted = fields.words.value.toLowerCase().split(/\s+/).filter(Boolean);
      matching = run.answers.filter((one) =>
        (!fields.role.value || one[ROLE] === fields.role.value)
        && (!fields.slice.value || one[SLICES].includes(fields.slice.value))
        && (!fields.change.value || one[CHANGE] === fields.change.value)
        && wanted.every((word) => searched(one).includes(word)));
      rows.replaceChildren();
      found.textContent = `${matching.length.toLocaleString("en")} of ${run.answers.length.toLocaleString("en")}`;
      show();
    }

    let waiting = 0;
    form.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(filter, WAIT);
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    more.addEventListener("click", () => {
      const next = rows.children.length;
      show();
      rows.children[next]?.firstChild.focus();
    });
    place.hidden = false;
    filter();
  }

  for (const run of ftguardData.runs) {
    const place = document.querySelector(`[data-run="${run.number}"] [data-answers]`);
    if (!place) continue;
    const looked = new IntersectionObserver((seen) => {
      if (!seen.some((each) => each.isIntersecting)) return;
      looked.disconnect();
      list(run, place);
    }, { rootMargin: "800px" });
    // What is hidden is never seen: its heading is looked at in its place.
    looked.observe(document.getElementById(`all-${run.number}`));
  }
})();
