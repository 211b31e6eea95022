"use strict";

/**
 * Decides a run anew on other limits, as `ftguard.run.again.decided_anew` does.
 *
 * It is the last step of the decision alone: what is measured, the curves and most p-values come as
 * figures (`ftguard/report/limits/figures.py`), so that there is no second copy of the fitting. Each
 * function here stands for one of Python's, which its comment names; `tests/report/limits/test_rule.py`
 * holds the two together.
 *
 * @typedef {{limits?: Object<string, number|null>, strict?: boolean}} Setting
 *     Limits by the gates' keys; null switches a gate off. What is left out is as the run has it.
 * @typedef {{gate: string, state: string}} Outcome
 * @typedef {{passed: boolean|null, proven: boolean, outcomes: Outcome[]}} Verdict
 *     `passed` is null where it is undecided.
 */
const ftguardRule = (() => {
  // ---------------------------------------------------------------- tails of two distributions

  const TINY = 1e-300;
  const CLOSE = 4e-16;

  /**
   * The complementary error function of x >= 0.
   *
   * Up to 2 by the series of Abramowitz and Stegun 7.1.6, all of whose terms are positive; beyond
   * by the continued fraction 7.1.14, evaluated from the top by Lentz's method (Thompson and
   * Barnett 1986, J. Comput. Phys. 64:490).
   */
  function erfc(x) {
    const scale = Math.exp(-x * x);
    if (x < 2) {
      let term = x;
      let sum = x;
      for (let n = 1; term > CLOSE * sum; n += 1) {
        term *= (2 * x * x) / (2 * n + 1);
        sum += term;
      }
      return 1 - (2 / Math.sqrt(Math.PI)) * scale * sum;
    }
    if (scale === 0) return 0;
    // sqrt(pi) exp(x^2) erfc(x) = 1 / (x + (1/2) / (x + 1 / (x + (3/2) / (x + ...))))
    const below = lentz(x, (n) => n / 2, () => x);
    return scale / (Math.sqrt(Math.PI) * below);
  }

  /** start + a(1) / (b(1) + a(2) / (b(2) + ...)), for fractions of which no part is 0. */
  function lentz(start, a, b) {
    let value = start;
    let up = start;
    let down = 0;
    for (let n = 1; n < 100000; n += 1) {
      down = b(n) + a(n) * down;
      up = b(n) + a(n) / up;
      if (Math.abs(down) < TINY) down = TINY;
      if (Math.abs(up) < TINY) up = TINY;
      down = 1 / down;
      const factor = up * down;
      value *= factor;
      if (Math.abs(factor - 1) < CLOSE) break;
    }
    return value;
  }

  /** P(Z <= x) of a standard normal Z: `scipy.special.ndtr`. */
  function normalBelow(x) {
    const tail = erfc(Math.abs(x) / Math.SQRT2) / 2;
    return x > 0 ? 1 - tail : tail;
  }

  /**
   * P(T <= t) of Student's t: `scipy.special.stdtr`.
   *
   * For t < 0 half the regularised incomplete beta function at dof / (dof + t^2) with parameters
   * dof / 2 and 1/2 (Abramowitz and Stegun 26.7.1), by the continued fraction of the NIST Digital
   * Library of Mathematical Functions, 8.17.22, on the side where it converges fast.
   */
  function studentBelow(dof, t) {
    if (t === 0) return 0.5;
    const square = t * t;
    if (!Number.isFinite(square)) return t > 0 ? 1 : 0;
    const [a, b] = [dof / 2, 0.5];
    const x = dof / (dof + square);
    const y = square / (dof + square);
    // x^a y^b / B(a, b); log1p keeps what x near 1 would round away.
    const front = Math.exp(-a * Math.log1p(square / dof) - logBetaHalf(a)) * Math.sqrt(y);
    const inside = x < (a + 1) / (a + b + 2);
    const beta = inside ? front * betaFraction(a, b, x) / a : 1 - front * betaFraction(b, a, y) / b;
    return t < 0 ? beta / 2 : 1 - beta / 2;
  }

  function betaFraction(a, b, x) {
    const part = (n) => {
      const m = Math.floor(n / 2);
      return n % 2
        ? (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
        : (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    };
    return 1 / lentz(1, part, () => 1);
  }

  /**
   * log B(a, 1/2) = log(gamma(a) sqrt(pi) / gamma(a + 1/2)).
   *
   * The gammas' ratio is Stirling's series of both (DLMF 5.11.13), once a recurrence has made a
   * large: the difference of two log-gammas would lose nine digits at a = 1e6.
   */
  function logBetaHalf(a) {
    let shift = 0;
    let large = a;
    for (; large < 30; large += 1) shift += Math.log1p(0.5 / large);
    const i = 1 / large;
    const series = i * (-1 / 8 + i * i * (1 / 192 + i * i * (-1 / 640 + (i * i * 17) / 14336)));
    return Math.log(Math.PI) / 2 - (Math.log(large) / 2 + series) + shift;
  }

  // ------------------------------------------------------------------------- p-values and curves

  /** `estimates.p_value` of what has no other error under no change. */
  function pValue(value, stderr, dof, threshold) {
    const distance = value - threshold;
    return stderr ? studentBelow(dof, -distance / stderr) : Number(distance <= 0);
  }

  /** `looks.Mean.p_within`. */
  function meanWithin([value, stderr], limit) {
    return normalBelow(-(value - limit) / stderr);
  }

  /** `looks.Sighting.p_within`. */
  function lookWithin(seen, limit) {
    return Math.min(meanWithin(seen.alone, limit), meanWithin(seen.near, limit));
  }

  /** `curves.Unheld.p_within`. */
  function curveWithin(curve, limit, constants) {
    let least = curve.whole.least > limit ? 0 : lookWithin(curve.whole, limit);
    for (const one of curve.slices) {
      least = Math.min(least, constants.of_slices * lookWithin(one, limit));
      if (one.least > limit) least = Math.min(least, meanWithin(one.every, limit));
    }
    return least;
  }

  /** `curve.Mixture.excess`. */
  function excess(belief, weights, limit) {
    let sum = 0;
    for (let i = 0; i < weights.length; i += 1) {
      const distance = (belief.means[i] - limit) / belief.stderrs[i];
      const density = Math.exp(-(distance * distance) / 2) / Math.sqrt(2 * Math.PI);
      sum += weights[i] * belief.stderrs[i] * (distance * normalBelow(distance) + density);
    }
    return sum;
  }

  // --------------------------------------------------------------------------- one gate's state

  /** `facts.Facts.too_few`. */
  function tooFew(at, limit) {
    return at.unseen > (at.gain ? at.most_unseen : Math.min(limit, at.most_unseen));
  }

  /** `facts.state_of`; `at` is a `GateAt`, `limit` is on what is turned so that higher is worse. */
  function stateOf(at, limit, curve, finding, constants) {
    if (at.not_asked) return leftOut(limit, curve, constants);
    if (at.idle !== null) return at.idle;
    const beyondNoise = !(at.noise > 0 && at.noise >= at.value - Math.min(0, limit));
    if (finding && at.value > limit && beyondNoise) return "breach";
    const judged = curve || at;
    const doubted = curve && curveWithin(curve, limit, constants) < constants.suspect_below;
    if (judged.value > limit || doubted) return "suspect";
    if (tooFew(at, limit)) return "too wide";
    if (Math.max(at.high, judged.high) <= limit && at.noise <= Math.max(0, limit)) return "clear";
    return !at.any_width && judged.width > constants.widest * limit ? "too wide" : "within";
  }

  /** `facts._left_out`: by the curve alone. */
  function leftOut(limit, curve, constants) {
    if (!curve || curveWithin(curve, limit, constants) < constants.suspect_below) return "missing";
    return curve.value <= limit ? "not asked" : "missing";
  }

  /** `calibrated.Calibration.held`. */
  function heldCalibration(its, gate, constants) {
    const largest = gate.own_limit === null
      ? Math.max(constants.own_limit, gate.limit)
      : gate.own_limit;
    const moved = its.sizes.map((size, i) => i).filter((i) => its.sizes[i] > gate.limit);
    const byRise = its.costly && its.rise > gate.limit ? its.p_of_rise : 1;
    let byOwn = 1;
    if (moved.length && its.own > largest) {
      const tail = Math.min(...moved.map((i) => its.p_of_moves[i]));
      byOwn = Math.max(
        pValue(its.own, its.own_stderr, its.own_dof, gate.limit),
        Math.min(1, 2 * constants.moves * tail),
      );
    }
    const noiseOfRise = its.rise_noise > 0 && its.rise_noise >= its.own - gate.limit;
    const ownIsNoise = noiseOfRise
      || moved.every((i) => its.noise_of_moves[i] > 0 && its.noise_of_moves[i] >= its.sizes[i]);
    const noRise = its.rise_high <= gate.limit && its.rise_noise <= gate.limit;
    const small = its.own_high <= largest || its.reach <= gate.limit;
    return {
      p: Math.min(1, constants.branches * Math.min(byRise, byOwn)),
      noisy: byRise <= byOwn ? its.rise_is_noise : ownIsNoise,
      proven: (noRise || its.never_costs) && small,
      tooWide: its.own_width > constants.widest * largest,
    };
  }

  /** `calibrated.Calibrated.state`, and `gates._calibration` for what is too wide. */
  function stateOfCalibration(its, held, finding, constants) {
    if (held.p < 1 && finding && !held.noisy) return "breach";
    if (held.p < 1 && held.p <= constants.doubt) return "suspect";
    if (its.at_floor) return "nothing to lose";
    if (held.proven) return "clear";
    return held.tooWide ? "too wide" : "within";
  }

  // ------------------------------------------------------------------------ all gates of a look

  /** `alpha_spending.rejected`: Holm's step-down. Returns the keys that are beyond chance. */
  function rejected(pValues, level) {
    const found = new Set();
    const sorted = [...pValues].sort(([, one], [, other]) => one - other);
    for (const [rank, [key, p]] of sorted.entries()) {
      if (p > level / (sorted.length - rank)) break;
      found.add(key);
    }
    return found;
  }

  /** `gates.decide`: the checkpoint's own verdict, by the curves so far. */
  function decideCheckup(checkup, gates, figures) {
    const constants = figures.constants;
    const held = gates.map((gate) => {
      const at = checkup.gates[gate.place];
      const limit = at.gain ? -gate.limit : gate.limit;
      const its = at.calibration && heldCalibration(at.calibration, gate, constants);
      return { gate, at, limit, its };
    });
    const decided = held.filter(({ at }) => at.decides);
    const beyond = rejected(decided.map(({ gate, at, limit, its }) => {
      if (its) return [gate.key, its.p];
      if (limit >= 0) return [gate.key, at.p];
      return [gate.key, Math.min(1, at.comparisons * pValue(at.value, at.stderr, at.dof, limit))];
    }), checkup.level);
    return verdict(held.map(({ gate, at, limit, its }) => {
      const finding = beyond.has(gate.key);
      const state = its
        ? stateOfCalibration(at.calibration, its, finding, constants)
        : stateOf(at, limit, at.so_far, finding, constants);
      return { gate: gate.key, state };
    }), figures);
  }

  /** `gates.judged_anew`: once the curves of the whole run are known; a breach stays one. */
  function judgedAnew(own, checkup, gates, figures) {
    return verdict(own.outcomes.map((outcome, i) => {
      const at = checkup.gates[gates[i].place];
      const settled = ["breach", "nothing to lose", "missing"].includes(outcome.state);
      if ((settled && !at.not_asked) || at.at_end === null) return outcome;
      const limit = at.gain ? -gates[i].limit : gates[i].limit;
      return { gate: outcome.gate, state: stateOf(at, limit, at.at_end, false, figures.constants) };
    }), figures);
  }

  /** `gates.bearings`, without `strict`. */
  function bearings(outcomes, { forgetting, own_answers: ownAnswers }) {
    const standsIn = outcomes.some(
      ({ gate, state }) => gate === ownAnswers && ["clear", "within"].includes(state),
    );
    const noneDecides = outcomes.every(({ state }) => state === "nothing to lose");
    return outcomes.map(({ gate, state }) => {
      if (state === "breach") return "blocks";
      if (state === "clear" || state === "within") return "holds";
      if (state === "too wide" && gate === forgetting && standsIn) return "aside";
      return state === "nothing to lose" && gate !== forgetting && !noneDecides ? "aside" : "open";
    });
  }

  /** `gates._verdict`. @returns {Verdict} */
  function verdict(outcomes, figures) {
    const states = new Set(outcomes.map(({ state }) => state));
    const found = bearings(outcomes, figures.constants);
    let passed = true;
    if (found.includes("blocks")) passed = false;
    else if (found.includes("open")) passed = null;
    if (!outcomes.length && !figures.passes_without_gates) passed = null;
    return { passed, proven: states.size === 1 && states.has("clear"), outcomes };
  }

  // ----------------------------------------------------------------------- which one is kept

  /** `choice._will_do`. */
  function willDo({ passed, proven, outcomes }, strict) {
    if (strict) return proven;
    if (passed !== null) return passed;
    const states = new Set(outcomes.map(({ state }) => state));
    const open = states.has("too wide") || states.has("not asked");
    return open && !states.has("suspect") && !states.has("missing");
  }

  /** `choice.Merit.less`. */
  function worth(checkup, gates, figures) {
    let price = 0;
    for (const gate of gates) {
      const at = checkup.gates[gate.place];
      if (!checkup.priced || at.at_end === null || !gate.price) continue;
      const belief = at.at_end.belief;
      const limit = at.gain ? -gate.limit : gate.limit;
      price += gate.price * excess(belief, figures.weights[belief.weights], limit);
    }
    return checkup.score - price;
  }

  /** `choice._finer`: above 0 where one is to be kept rather than an equal other. */
  function finer(one, other) {
    // Without a loss it is infinite, and two of those differ by NaN, which is no difference.
    const loss = (checkup) => (checkup.eval_loss === null ? Infinity : checkup.eval_loss);
    return one.likelihood - other.likelihood || loss(other) - loss(one) || one.step - other.step;
  }

  /** `choice.choose`. */
  function choose(checkups, verdicts, gates, figures, strict) {
    const found = [];
    checkups.forEach((checkup, place) => {
      const atEnd = judgedAnew(verdicts[place], checkup, gates, figures);
      if (checkup.there && willDo(atEnd, strict)) {
        found.push({ checkup, atEnd, value: worth(checkup, gates, figures) });
      }
    });
    if (!found.length) return null;
    const most = Math.max(...found.map(({ value }) => value));
    const equals = found.filter(({ value }) => value >= most - figures.constants.alike);
    const { checkup, atEnd } = equals.reduce(
      (best, next) => (finer(next.checkup, best.checkup) > 0 ? next : best),
    );
    return { step: checkup.step, ...atEnd };
  }

  /** The run's gates with other limits: `verdict.again.gates_moved`. */
  function moved(gates, limits) {
    const known = gates.map(({ key }) => key);
    for (const [key, limit] of Object.entries(limits)) {
      if (!known.includes(key)) {
        throw new Error(`no gate is called ${key}: there are ${known.join(", ")}`);
      }
      if (limit !== null && !Number.isFinite(limit)) {
        throw new Error(`the limit of ${key} is no number: ${limit}`);
      }
    }
    const now = (gate) => (Object.hasOwn(limits, gate.key) ? limits[gate.key] : gate.limit);
    return gates
      .map((gate, place) => ({ ...gate, place, limit: now(gate) }))
      .filter(({ limit }) => limit !== null);
  }

  /**
   * What each checkpoint's verdict and the kept checkpoint would be.
   *
   * @param {object} figures As `ftguard/report/limits/figures.py` makes them.
   * @param {Setting} setting
   * @returns {{checkups: (Verdict & {step: number})[], best: (Verdict & {step: number})|null}}
   *     `checkups` by the looks up to each; `best`, the one to keep, by all looks of the run.
   */
  function decide(figures, { limits = {}, strict = figures.strict } = {}) {
    const gates = moved(figures.gates, limits);
    const verdicts = figures.checkups.map((checkup) => decideCheckup(checkup, gates, figures));
    return {
      checkups: verdicts.map((one, i) => ({ step: figures.checkups[i].step, ...one })),
      best: choose(figures.checkups, verdicts, gates, figures, strict),
    };
  }

  return { decide, normalBelow, studentBelow };
})();
