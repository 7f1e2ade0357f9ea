// The numbers of the calculator: the exact profile of a real model's stack in a text, and its bill.
//
// A port of swa_lib (layer.py, models, costs.py), held to it by tests. It is one function without
// surroundings, so that a page can hand its source to a worker and stay free while it computes.
//
// A model is a list of layers: {kind, window, kv_heads, key_width, value_width, query_heads, cached, state_numbers, latent}.
"use strict";

function stackEngine() {
  const LARGEST = 2 ** 53;
  const added = (values) => values.reduce((total, value) => total + value, 0);

  // ---- A profile ---------------------------------------------------------------------------------------------------

  // A windowed or global layer (layer.py): each place gets the sum of the `window` places before it, as additions of
  // positive numbers only. A window is the end of one block of `window` places and the beginning of the next: the ends
  // are summed backwards into `right`, the beginnings on the way. Returns how many places are reached.
  function throughWindow(profile, n, next, [spread, right], layer, text, alpha) {
    const window = Math.min(layer.window ?? text, text);
    const total = Math.min(n + window - 1, text);
    for (let d = 0; d < n; d++) spread[d] = profile[d] / Math.min(window, text - d); // a text has a beginning
    spread.fill(0, n, total);
    for (let start = 0; start < total && window < total; start += window) {
      for (let d = Math.min(start + window, total) - 1, sum = 0; d >= start; d--) right[d] = sum += spread[d];
    }
    for (let start = 0; start < total; start += window) {
      const end = Math.min(start + window, total);
      for (let d = start, sum = 0; d < end; d++) {
        sum += spread[d];
        const before = start > 0 && d < start + window - 1 ? right[d - window + 1] : 0;
        next[d] = (1 - alpha) * (sum + before) + (d < n ? alpha * profile[d] : 0);
      }
    }
    return total;
  }

  // A fading state sees the whole text, each token worth `decay` times the next one.
  function throughState(profile, n, next, [weight], decay, text, alpha) {
    weight[0] = 1; // 1 + decay + decay^2 + ..., for each number of tokens
    for (let d = 1; d < text; d++) weight[d] = 1 + decay * weight[d - 1];
    for (let d = 0, sum = 0; d < text; d++) {
      sum = decay * sum + (d < n ? profile[d] / weight[text - d - 1] : 0);
      next[d] = (1 - alpha) * sum + (d < n ? alpha * profile[d] : 0);
    }
    return text;
  }

  // A chunk is a little text of its own, counted from the beginning of the text.
  function throughChunk(profile, n, next, layer, text, alpha) {
    let total = 0;
    for (let d = 0, sum = 0; d < text; d++) {
      const at = (text - 1 - d) % layer.window; // the token's place in its chunk
      if (at === layer.window - 1) {
        if (d >= n) break;
        sum = 0;
      }
      if (d < n) sum += profile[d] / (at + 1);
      next[d] = (1 - alpha) * sum + (d < n ? alpha * profile[d] : 0);
      total = d + 1;
    }
    return total;
  }

  // Whether some layer mixes attention and a state: no configuration says in which shares.
  const mixed = (model) => model.layers.some((layer) => layer.kind !== "state" && layer.state_numbers > 0);

  // The exact profile of the last token of a text (`model_influence`): backwards from the last layer.
  function influence(model, alpha, text, stateMemory) {
    if (mixed(model)) throw new Error("layers that mix attention and a state: their shares are unknown");
    let [profile, next, ...room] = Array.from({ length: 4 }, () => new Float64Array(text));
    let n = 1;
    profile[0] = 1;
    for (const layer of [...model.layers].reverse()) {
      if (layer.kind === "chunked") n = throughChunk(profile, n, next, layer, text, alpha);
      else if (layer.kind === "state") n = throughState(profile, n, next, room, 1 - 1 / stateMemory, text, alpha);
      else n = throughWindow(profile, n, next, room, layer, text, alpha);
      [profile, next] = [next, profile];
    }
    return profile.subarray(0, n);
  }

  // The farthest distance from which anything can arrive in a text of so many tokens (`model_reach`).
  function reach(model, text) {
    let far = 0;
    for (const layer of [...model.layers].reverse()) {
      if (layer.kind === "windowed") far += layer.window - 1;
      else if (layer.kind === "chunked") far += (text - 1 - far) % layer.window;
      else far = text - 1;
      far = Math.min(far, text - 1);
    }
    return far;
  }

  // Influence from beyond each distance, added from the far end (`beyond`).
  function beyond(profile) {
    const tail = new Float64Array(profile.length);
    for (let d = profile.length - 2; d >= 0; d--) tail[d] = tail[d + 1] + profile[d + 1];
    return tail;
  }

  const horizon = (tail, tolerance) => tail.findIndex((share) => share <= tolerance);
  const ruleHorizon = (window, alpha, tolerance) => (alpha === 0 ? Infinity : (window * Math.log(tolerance)) / Math.log1p(-alpha));

  // What the windowed layers of a mixed model would do without the others; null where there are no others.
  function windowsAlone(model, alpha, text, tolerance) {
    const layers = model.layers.filter((layer) => layer.kind === "windowed");
    if (!layers.length || layers.length === model.layers.length) return null;
    const windowed = { layers };
    return { reach: reach(windowed, text), exact: horizon(beyond(influence(windowed, alpha, text)), tolerance) };
  }

  const widest = (model) => Math.max(0, ...model.layers.filter((layer) => layer.kind === "windowed").map((layer) => layer.window));

  // The fewest last tokens to read again when the windowed layers' cache is lost; null beside states.
  function reread(model) {
    const windowed = model.layers.filter((layer) => layer.kind === "windowed");
    if (windowed.length && model.layers.some((layer) => layer.kind === "state" || layer.state_numbers)) return null;
    return added(windowed.filter((layer) => layer.cached).map((layer) => layer.window - 1));
  }

  // ---- What it keeps -----------------------------------------------------------------------------------------------

  const expandedOf = (layer) => layer.kv_heads * (layer.key_width + layer.value_width);

  function tokensOf(layer, text, prefill = 1) {
    if (layer.kind === "state" || !layer.cached) return 0;
    return layer.kind === "global" ? text : Math.min(layer.window - 1 + prefill, text);
  }

  const numbersOf = (model, text, prefill) => added(model.layers.map((layer) => tokensOf(layer, text, prefill) * (layer.latent || expandedOf(layer))));
  const stateBytes = (model) => 4 * added(model.layers.map((layer) => layer.state_numbers));

  // `model_bill(...).total` of costs.py: every sum with its states.
  function bill(model, { text, sequences, bytes, prefill }) {
    const wide = model.layers.map((layer) => (layer.kind === "state" ? layer : { ...layer, kind: "global", window: null }));
    const states = sequences * stateBytes(model);
    const size = (numbers) => Math.ceil(sequences * numbers * bytes) + states;
    return {
      least: size(numbersOf(model, text, 1)), prefill: size(numbersOf(model, text, prefill)),
      whole: size(numbersOf({ layers: wide }, text, 1)), states,
      expanded: size(added(wide.map((layer) => tokensOf(layer, text) * expandedOf(layer)))),
    };
  }

  // `text_that_fits`: 0 where not even one token does, Infinity where no text is too long.
  function textThatFits(model, memory, asked) {
    const fits = (text) => bill(model, { ...asked, text }).prefill <= memory;
    if (fits(LARGEST)) return Infinity;
    if (!fits(1)) return 0;
    let [low, high] = [1, 2];
    while (fits(high)) [low, high] = [high, 2 * high];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (fits(middle)) low = middle;
      else high = middle;
    }
    return low;
  }

  const sequencesThatFit = (model, memory, asked) => Math.floor(memory / Math.max(1, bill(model, { ...asked, sequences: 1 }).prefill));

  return { influence, mixed, reach, beyond, horizon, ruleHorizon, windowsAlone, widest, reread, bill, textThatFits, sequencesThatFit };
}
