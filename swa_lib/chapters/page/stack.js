// The numbers of the calculator: the exact profile of a real model's stack in a text, and its bill.
//
// A port of swa_lib (layer.py, models/shapes.py, costs.py), held to it by tests. It is one function without
// surroundings, so that a page can hand its source to a worker and stay free while it computes.
//
// A model is a list of layers: {kind, window, kvHeads, keyWidth, valueWidth, queryHeads, cached, stateNumbers, latent}.
"use strict";

function stackEngine() {
  const LARGEST = 2 ** 53;
  const sum = (values) => values.reduce((total, value) => total + value, 0);

  // ---- One layer ---------------------------------------------------------------------------------------------------

  // values[d] + values[d - 1] + ..., `window` terms, for d < length. Sums of positive numbers only: a window is the
  // end of one block of `window` terms and the beginning of the next, and both are running sums inside their block.
  function sumOver(values, window, length) {
    const left = new Float64Array(length); // from the block's beginning up to d
    left.set(values.subarray(0, length));
    if (window >= length) {
      for (let d = 1; d < length; d++) left[d] += left[d - 1];
      return left;
    }
    const right = new Float64Array(length); // from d up to the block's end
    right.set(left);
    for (let start = 0; start < length; start += window) {
      const end = Math.min(start + window, length);
      for (let d = start + 1; d < end; d++) left[d] += left[d - 1];
      for (let d = end - 2; d >= start; d--) right[d] += right[d + 1];
    }
    for (let start = window; start < length; start += window) {
      const end = Math.min(start + window - 1, length); // in its last place a block is the window
      for (let d = start; d < end; d++) left[d] += right[d - window + 1];
    }
    return left;
  }

  // Every share of a profile, passed through a layer in a text of so many tokens (layer.py's `seen_through`).
  function seenThrough(profile, layer, text, stateMemory) {
    if (layer.kind === "chunked") return seenInChunks(profile, layer.window, text);
    if (layer.kind === "state") return seenInState(profile, 1 - 1 / stateMemory, text);
    const window = Math.min(layer.window ?? text, text);
    const spread = new Float64Array(Math.min(profile.length + window - 1, text));
    for (let d = 0; d < profile.length; d++) spread[d] = profile[d] / Math.min(window, text - d);
    return sumOver(spread, window, spread.length);
  }

  // A fading state sees the whole text, each token worth `decay` times the next one.
  function seenInState(profile, decay, text) {
    const weight = new Float64Array(text + 1); // 1 + decay + decay^2 + ... over so many tokens
    for (let n = 1; n <= text; n++) weight[n] = 1 + decay * weight[n - 1];
    const seen = new Float64Array(text);
    for (let d = 0, carried = 0; d < text; d++) {
      carried = decay * carried + (d < profile.length ? profile[d] / weight[text - d] : 0);
      seen[d] = carried;
    }
    return seen;
  }

  // A chunk is a little text of its own, counted from the beginning of the text.
  function seenInChunks(profile, size, text) {
    size = Math.min(size, text);
    const toCome = (size - (text % size)) % size;
    const chunks = Math.ceil((toCome + profile.length) / size);
    const seen = new Float64Array(chunks * size - toCome);
    for (let chunk = 0; chunk < chunks; chunk++) {
      for (let at = 0, carried = 0; at < size; at++) {
        const d = chunk * size + at - toCome;
        if (d < 0) continue;
        if (d < profile.length) carried += profile[d] / (size - at);
        seen[d] = carried;
      }
    }
    return seen;
  }

  // ---- A stack -----------------------------------------------------------------------------------------------------

  // Whether some layer mixes attention and a state: no configuration says in which shares.
  const mixed = (model) => model.layers.some((layer) => layer.kind !== "state" && layer.stateNumbers > 0);

  // The exact profile of the last token of a text (`model_influence`): backwards from the last layer.
  function influence(model, alpha, text, stateMemory) {
    if (mixed(model)) throw new Error("layers that mix attention and a state: their shares are unknown");
    let profile = new Float64Array([1]);
    for (const layer of [...model.layers].reverse()) {
      const seen = seenThrough(profile, layer, text, stateMemory);
      for (let d = 0; d < seen.length; d++) seen[d] = (1 - alpha) * seen[d] + (d < profile.length ? alpha * profile[d] : 0);
      profile = seen;
    }
    return profile;
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
    if (windowed.length && model.layers.some((layer) => layer.kind === "state" || layer.stateNumbers)) return null;
    return sum(windowed.filter((layer) => layer.cached).map((layer) => layer.window - 1));
  }

  // ---- What it keeps -----------------------------------------------------------------------------------------------

  const expandedOf = (layer) => layer.kvHeads * (layer.keyWidth + layer.valueWidth);

  function tokensOf(layer, text, prefill = 1) {
    if (layer.kind === "state" || !layer.cached) return 0;
    return layer.kind === "global" ? text : Math.min(layer.window - 1 + prefill, text);
  }

  const numbersOf = (model, text, prefill) => sum(model.layers.map((layer) => tokensOf(layer, text, prefill) * (layer.latent || expandedOf(layer))));
  const stateBytes = (model) => 4 * sum(model.layers.map((layer) => layer.stateNumbers));

  // `model_bill(...).total` of costs.py: every sum with its states.
  function bill(model, { text, sequences, bytes, prefill }) {
    const wide = model.layers.map((layer) => (layer.kind === "state" ? layer : { ...layer, kind: "global", window: null }));
    const states = sequences * stateBytes(model);
    const size = (numbers) => Math.ceil(sequences * numbers * bytes) + states;
    return {
      least: size(numbersOf(model, text, 1)), prefill: size(numbersOf(model, text, prefill)),
      whole: size(numbersOf({ layers: wide }, text, 1)), states,
      expanded: size(sum(wide.map((layer) => tokensOf(layer, text) * expandedOf(layer)))),
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
