// The calculator of chapter 5: the exact profile of any stack, computed in the reader's browser.
//
// `stackingSwa` is a port of four functions of swa_lib, held to them by tests/test_moving.py. The HTML and the
// list of models come from swa_lib/figures/calculator.py, and so does what stands there without this script.
"use strict";

const stackingSwa = {
  // How likely it is that k of the layers hop, for k = 0..L (swa_lib.hop_distribution).
  hopDistribution(layers, alpha) {
    const chance = new Float64Array(layers + 1);
    chance[0] = 1;
    for (let done = 1; done <= layers; done++) {
      for (let k = done; k > 0; k--) chance[k] = alpha * chance[k] + (1 - alpha) * chance[k - 1];
      chance[0] *= alpha;
    }
    return chance;
  },

  // The influence profile (swa_lib.influence): share of the output by tokens back. Blur k follows from blur k-1 by
  // (k-1) W blur_k(d) = (d+k-1) blur_(k-1)(d) + (k(W-1)-d+1) blur_(k-1)(d-W), sums of positive numbers only, so that
  // the smallest entries are right, too. A blur is symmetric: half of it is computed, half mirrored.
  influence(layers, window, alpha) {
    const chance = this.hopDistribution(layers, alpha);
    const profile = new Float64Array(layers * (window - 1) + 1);
    profile[0] = chance[0];
    let older = new Float64Array(profile.length);
    let newer = new Float64Array(profile.length);
    older.fill(1 / window, 0, window);
    for (let d = 0; layers > 0 && d < window; d++) profile[d] += chance[1] / window;
    for (let k = 2; k <= layers; k++) {
      const last = k * (window - 1);
      const half = last >> 1;
      const scale = 1 / ((k - 1) * window);
      for (let d = 0; d <= half; d++) {
        const far = d >= window ? (last - d + 1) * older[d - window] : 0;
        newer[d] = ((d + k - 1) * older[d] + far) * scale;
      }
      for (let d = half + 1; d <= last; d++) newer[d] = newer[last - d];
      for (let d = 0; d <= last; d++) profile[d] += chance[k] * newer[d];
      [older, newer] = [newer, older];
    }
    return profile;
  },

  // Influence from beyond each distance, added from the far end (swa_lib.beyond).
  beyond(profile) {
    const tail = new Float64Array(profile.length);
    for (let d = profile.length - 2; d >= 0; d--) tail[d] = tail[d + 1] + profile[d + 1];
    return tail;
  },

  // Smallest distance with at most the tolerance from beyond it (swa_lib.horizon takes the profile).
  horizon(tail, tolerance) {
    return tail.findIndex((share) => share <= tolerance);
  },

  // Where the rule of thumb crosses the tolerance (swa_lib.rule_horizon).
  ruleHorizon(window, alpha, tolerance) {
    return alpha === 0 ? Infinity : (window * Math.log(tolerance)) / Math.log1p(-alpha);
  },
};

// What a field may hold: the number, or an Error that says what is wrong.
const readField = {
  whole(text, high) {
    const plain = /^\d{1,3}(,\d{3})+$/.test(text) ? text.replaceAll(",", "") : text;
    const allowed = `must be a whole number from 1 to ${high.toLocaleString("en")}`;
    if (!/^\d+$/.test(plain) || plain < 1 || plain > high) throw new Error(`${allowed}, not "${text}"`);
    return Number(plain);
  },
  share(text, lowest) {
    const number = /^\d*\.?\d+(e-?\d+)?$/i.test(text) ? Number(text) : NaN;
    const inside = lowest === 0 ? number >= 0 && number < 1 : number > 0 && number < 1;
    if (!inside) throw new Error(`must be a number ${lowest === 0 ? "from 0 to below 1" : "above 0 and below 1"}, not "${text}"`);
    return number;
  },
};

function startCalculator(form) {
  const fields = Object.fromEntries(["layers", "window", "alpha", "tolerance"].map((name) => [name, form.elements[name]]));
  const limits = { layers: Number(form.dataset.maxLayers), window: Number(form.dataset.maxWindow), work: Number(form.dataset.maxWork) };

  function complain(name, words) {
    fields[name].setAttribute("aria-invalid", words ? "true" : "false");
    document.getElementById(`${fields[name].id}-error`).textContent = words;
  }

  // All four values, or null with a word beside every field that is wrong.
  function read() {
    const values = {};
    for (const [name, field] of Object.entries(fields)) {
      const text = field.value.trim();
      try {
        values[name] = name in limits ? readField.whole(text, limits[name]) : readField.share(text, name === "alpha" ? 0 : 1);
        complain(name, "");
      } catch (error) {
        complain(name, `${field.labels[0].textContent} ${error.message}.`);
      }
    }
    if (Object.keys(values).length < 4) return null;
    if (values.layers ** 2 * values.window > limits.work) {
      complain("layers", `Layers x layers x window must be at most ${limits.work.toLocaleString("en")} on this page. ` +
        "In Python, swa_lib.influence takes more.");
      return null;
    }
    return values;
  }

  function update() {
    const values = read();
    form.querySelector(".calculator-answer").hidden = !values;
    if (values) answer(form, values);
  }

  function link() {
    const state = new URLSearchParams(Object.entries(fields).map(([name, field]) => [name, field.value]));
    history.replaceState(null, "", `#${form.id}?${state}`);
  }

  function restore() {
    const [id, state] = location.hash.slice(1).split("?");
    if (id !== form.id) return;
    for (const [name, value] of new URLSearchParams(state)) if (name in fields) fields[name].value = value;
    update();
    form.scrollIntoView();
  }

  form.elements.model.addEventListener("change", (event) => {
    const [layers, window] = event.target.value.split(" ");
    if (window) [fields.layers.value, fields.window.value] = [layers, window];
    update();
    link();
  });
  for (const name of ["layers", "window"]) fields[name].addEventListener("input", () => (form.elements.model.value = ""));
  for (const field of Object.values(fields)) field.addEventListener("input", () => (update(), link()));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector(".calculator-fields").hidden = false;
  update();
  restore();
  window.addEventListener("hashchange", restore);
}

function answer(form, { layers, window, alpha, tolerance }) {
  const count = (number) => Math.round(number).toLocaleString("en");
  const tail = stackingSwa.beyond(stackingSwa.influence(layers, window, alpha));
  const exact = stackingSwa.horizon(tail, tolerance);
  const rule = stackingSwa.ruleHorizon(window, alpha, tolerance);
  const results = {
    reach: `${count(layers * (window - 1))} tokens`,
    rule: rule === Infinity ? "none: at α = 0 the rule sees no loss" : `${count(rule)} tokens (${(rule / window).toFixed(1)} W)`,
    exact: `${count(exact)} tokens (${(exact / window).toFixed(1)} W)`,
    ratio: rule === Infinity ? "" : `${(exact / rule).toFixed(2)} times the rule`,
  };
  for (const [name, words] of Object.entries(results)) form.querySelector(`[data-result=${name}]`).textContent = words;
  form.querySelector(".calculator-for").textContent =
    `${layers} layers, windows of ${count(window)} tokens, α = ${alpha}, tolerance ${tolerance}:`;
  const picture = form.querySelector(".calculator-picture");
  picture.innerHTML = drawTail(tail, tolerance, exact, rule);
  const crossing = `Influence from beyond each distance on a log scale. It crosses the tolerance at ${count(exact)} tokens`;
  picture.setAttribute("aria-label", crossing + (rule === Infinity ? "." : `, the rule of thumb at ${count(rule)}.`));
}

// The tail on a log scale, from 1 down to a thousandth of the tolerance, with the rule beside it.
function drawTail(tail, tolerance, exact, rule) {
  const [left, right, top, bottom] = [52, 310, 28, 185];
  const decades = 3 - Math.log10(tolerance);
  const end = Math.max(1.6 * exact, rule === Infinity ? 0 : 1.2 * rule, 10);
  const x = (d) => left + ((right - left) * d) / end;
  const y = (share) => Math.min(bottom, top - ((bottom - top) * Math.log10(share)) / decades);
  const point = (d, share) => `${x(d).toFixed(1)} ${y(Math.max(share, 1e-300)).toFixed(1)}`;
  const step = Math.max(1, Math.floor(end / 400));
  const curve = [];
  for (let d = 0; d < tail.length && d <= end; d += step) curve.push(point(d, tail[d]));
  const text = (px, py, words, more = "") => `<text x="${px}" y="${py}" ${more}>${words}</text>`;
  let ticks = "";
  const decade = Math.max(1, Math.round(decades / 5));
  for (let n = 0; n <= decades; n += decade) ticks += text(left - 6, y(10 ** -n) + 4, Number((10 ** -n).toPrecision(1)), 'text-anchor="end"');
  const unit = 10 ** Math.floor(Math.log10(end / 2));
  const spacing = unit * (end / unit > 10 ? 5 : end / unit > 5 ? 2 : 1);
  for (let d = 0; d <= end; d += spacing) ticks += text(x(d), bottom + 15, d.toLocaleString("en"), 'text-anchor="middle"');
  const foot = Math.min(end, (rule * decades) / -Math.log10(tolerance)); // where the rule leaves the picture
  const known = rule !== Infinity;
  const ruled = known ? `<path d="M${point(0, 1)}L${point(foot, tolerance ** (foot / rule))}" stroke="#d55e00" stroke-dasharray="6 3"/>` : "";
  const dots = (known ? [exact, rule] : [exact]).map((d) => `<circle cx="${x(d)}" cy="${y(tolerance)}" r="4"/>`).join("");
  return `<svg viewBox="0 0 320 224" font-family="DejaVu Sans, Verdana, sans-serif" font-size="10">
    <rect width="320" height="224" fill="#fff"/><g fill="none" stroke-width="1.8">
    <path d="M${left} ${top}V${bottom}H${right}" stroke="#000" stroke-width="0.8"/>
    <path d="M${left} ${y(tolerance)}H${right}" stroke="#777" stroke-dasharray="2 3"/>
    <path d="M${curve.join("L")}" stroke="#0072b2"/>${ruled}</g>${ticks}
    ${dots}
    ${text(6, 14, "Influence from beyond each distance", 'font-size="11"')}
    ${text((left + right) / 2, 219, "tokens back", 'text-anchor="middle"')}
    ${text(right, top + 10, "solid: exact", 'text-anchor="end" fill="#0072b2"')}
    ${text(right, top + 24, "dashed: rule of thumb", 'text-anchor="end" fill="#a34700"')}
    ${text(right, y(tolerance) - 4, "tolerance", 'text-anchor="end" fill="#555"')}</svg>`;
}

// As soon as the page is read: DOMContentLoaded would wait for the formulas and the theme.
document.addEventListener("readystatechange", () => {
  if (document.readyState === "interactive") document.querySelectorAll("form.calculator").forEach(startCalculator);
});
