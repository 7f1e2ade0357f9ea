// The numbers of the calculator: the exact profile of a real model's stack in a text, its bill, and the planner.
//
// A port of swa_lib (layer.py, remedies.py, models/shapes.py, costs.py, planner.py), held to it by tests. It is one function
// without surroundings, so that a page can hand its source to a worker and stay free while it computes.
//
// A model is a list of layers: {kind, window, kvHeads, keyWidth, valueWidth, queryHeads, cached, stateNumbers}. What a
// layer looks at is a list of routes: {share, window, stride, decay, offset} or {share, chunk}.
"use strict";

function stackEngine() {
  const NOTHING = 1e-16; // chances below it change no share
  const weights = { decay: null, sums: [] };
  const sum = (values) => values.reduce((total, value) => total + value, 0);

  // ---- One layer ---------------------------------------------------------------------------------------------------

  // values[d] + values[d - stride] + ..., `window` terms, for d < length. Sums of positive numbers only: a window is the
  // end of one block of `window` terms and the beginning of the next, and both are running sums inside their block.
  function sumOver(values, window, stride, length) {
    const block = window * stride;
    const left = new Float64Array(length); // from the block's beginning up to d
    left.set(values.subarray(0, length));
    if (block >= length) {
      for (let d = stride; d < length; d++) left[d] += left[d - stride];
      return left;
    }
    const right = new Float64Array(length); // from d up to the block's end
    right.set(left);
    for (let start = 0; start < length; start += block) {
      const end = Math.min(start + block, length);
      for (let d = start + stride; d < end; d++) left[d] += left[d - stride];
      for (let d = end - stride - 1; d >= start; d--) if (d + stride < start + block) right[d] += right[d + stride];
    }
    for (let start = block; start < length; start += block) {
      const end = Math.min(start + block - stride, length); // in the last `stride` places a block is the window
      for (let d = start; d < end; d++) left[d] += right[d - block + stride];
    }
    return left;
  }

  // Every share of a profile, passed through one route in a text of so many tokens (layer.py's `seen_through`).
  function seenThrough(profile, route, text, limit = text) {
    if (route.chunk) return seenInChunks(profile, route.chunk, text);
    const { window, stride = 1, decay = 1, offset = 0 } = route;
    const n = profile.length;
    const total = Math.min(n + offset + (window - 1) * stride, limit, text);
    const weight = decay === 1 ? null : weightsOf(decay, text);
    const spread = new Float64Array(n);
    const stays = new Float64Array(total); // where there is nothing to look at, a share stays where it is
    for (let d = 0; d < n; d++) {
      const exist = Math.min(window, Math.floor((text - offset - d - 1) / stride) + 1);
      if (exist >= 1) spread[d] = profile[d] / (weight ? weight[exist] : exist);
      else if (d < total) stays[d] = profile[d];
    }
    const reached = Math.max(total - offset, 0);
    const seen = decay === 1 ? sumOver(spread, Math.min(window, Math.ceil(reached / stride) || 1), stride, reached) : fade(spread, decay, reached);
    for (let d = 0; d < reached; d++) stays[d + offset] += seen[d];
    return stays;
  }

  // 1 + decay + decay^2 + ... over so many tokens; kept, for every state of a model asks for the same.
  function weightsOf(decay, text) {
    if (weights.decay !== decay || weights.sums.length <= text) {
      weights.decay = decay;
      weights.sums = new Float64Array(text + 1);
      for (let n = 1; n <= text; n++) weights.sums[n] = 1 + decay * weights.sums[n - 1];
    }
    return weights.sums;
  }

  // A fading state sees the whole text, each token worth `decay` times the next one.
  function fade(values, decay, length) {
    const seen = new Float64Array(length);
    for (let d = 0, carried = 0; d < length; d++) {
      carried = decay * carried + (d < values.length ? values[d] : 0);
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

  // sum of share x array over arrays of different lengths
  function mix(parts) {
    const total = new Float64Array(Math.max(...parts.map(([, part]) => part.length)));
    for (const [share, part] of parts) for (let d = 0; d < part.length; d++) total[d] += share * part[d];
    return total;
  }

  // ---- A stack -----------------------------------------------------------------------------------------------------

  function routesOf(model, text, stateMemory) {
    return model.layers.map((layer) => {
      if (layer.kind !== "state" && layer.stateNumbers > 0) throw new Error("Layers that mix attention and a state: their shares are unknown.");
      if (layer.kind === "chunked") return [{ share: 1, chunk: layer.window }];
      if (layer.kind !== "state") return [{ share: 1, window: Math.min(layer.window ?? text, text) }];
      if (!(stateMemory > 1)) throw new Error("What a state remembers must be assumed.");
      return [{ share: 1, window: text, decay: 1 - 1 / stateMemory }];
    });
  }

  // The exact profile of the last token of a text (`model_influence`): backwards from the last layer.
  function influence(model, alpha, text, stateMemory) {
    let profile = new Float64Array([1]);
    for (const routes of routesOf(model, text, stateMemory).reverse()) {
      const seen = routes.map((route) => [(1 - alpha) * route.share, seenThrough(profile, route, text)]);
      profile = mix([[alpha, profile], ...seen]);
    }
    return profile;
  }

  // The farthest distance from which anything can arrive in a text of so many tokens (`model_reach`).
  function reach(model, text) {
    let far = 0;
    for (const layer of model.layers.toReversed()) {
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
    const windowed = { ...model, layers };
    const sizes = new Set(layers.map((layer) => layer.window));
    const exact = horizon(beyond(influence(windowed, alpha, text)), tolerance);
    return { reach: reach(windowed, text), exact, window: sizes.size === 1 ? layers[0].window : null };
  }

  const widest = (model) => Math.max(0, ...model.layers.filter((layer) => layer.kind === "windowed").map((layer) => layer.window));
  const count = (model, kind) => model.layers.filter((layer) => layer.kind === kind).length;

  // ---- What it keeps -------------------------------------------------------------------------------------------------

  const sizeOf = (layer) => layer.latent || layer.kvHeads * (layer.keyWidth + layer.valueWidth);

  function tokensOf(layer, text) {
    if (layer.kind === "state" || !layer.cached) return 0;
    return layer.kind === "global" ? text : Math.min(layer.window, text);
  }

  const cacheBytes = (model, text, bytes = 2) => Math.ceil(bytes * sum(model.layers.map((layer) => tokensOf(layer, text) * sizeOf(layer))));
  const stateBytes = (model) => 4 * sum(model.layers.map((layer) => layer.stateNumbers));

  // As `every_layer_global` of calculator.py: state layers, too, with the heads of the first layer that has some; or null.
  function everyLayerGlobal(model) {
    const first = model.layers.find((layer) => layer.kvHeads);
    const wide = (layer) => ({ ...(layer.kvHeads ? layer : { ...first, cached: true }), kind: "global", window: null });
    return first ? { ...model, layers: model.layers.map(wide) } : null;
  }

  // ---- The planner (planner.py, remedy by remedy) ----------------------------------------------------------------------

  function hopDistribution(layers, alpha) {
    const chance = new Float64Array(layers + 1);
    chance[0] = 1;
    for (let done = 1; done <= layers; done++) {
      for (let k = done; k > 0; k--) chance[k] = alpha * chance[k] + (1 - alpha) * chance[k - 1];
      chance[0] *= alpha;
    }
    return chance;
  }

  // Runs of equal layers, from the last layer down: [routes, how many].
  function runsOf(routes) {
    const runs = [];
    for (const own of routes.toReversed()) {
      const key = JSON.stringify(own);
      if (runs.length && runs.at(-1).key === key) runs.at(-1).layers++;
      else runs.push({ key, routes: own, layers: 1 });
    }
    return runs;
  }

  // The chances of 0, 1, 2, ... hops in a run of equal layers, as long as they matter.
  function chancesOf(layers, alpha) {
    const chance = hopDistribution(layers, alpha);
    const left = beyond(chance);
    const end = chance.findIndex((_, k) => k > 0 && left[k] + chance[k] < NOTHING);
    return end < 0 ? chance : chance.subarray(0, end);
  }

  function shareFromBeyond(need, found) {
    if (found.memory) return beyondWithMemory(need, found);
    const limit = need.distance + 1;
    let near = new Float64Array([1]);
    for (const run of runsOf(found.routes)) {
      const parts = [];
      let hopped = near;
      chancesOf(run.layers, found.alpha).forEach((chance, k) => {
        if (k > 0) hopped = mix(run.routes.map((route) => [route.share, seenThrough(hopped, route, need.text, limit).subarray(0, limit)]));
        parts.push([chance, hopped]);
      });
      near = mix(parts);
    }
    return Math.max(0, 1 - sum(near));
  }

  // With memory tokens: what they hold is passed along beside the text.
  function beyondWithMemory(need, found) {
    const { text } = need;
    const [all, memory] = [{ window: text }, found.memory];
    let [profile, stored] = [new Float64Array([1]), new Float64Array(1)];
    for (const run of runsOf(found.routes)) {
      const [route] = run.routes;
      const [near, kept] = [[], []];
      let [hopped, written] = [profile, stored];
      chancesOf(run.layers, found.alpha).forEach((chance, k) => {
        if (k > 0) [hopped, written] = step(hopped, written, route);
        near.push([chance, hopped]);
        kept.push([chance, written]);
      });
      [profile, stored] = [mix(near), mix(kept)];
    }
    const tail = beyond(profile);
    return need.distance < tail.length ? tail[need.distance] : 0;

    function step(profile, stored, route) {
      if (route.chunk || (route.decay ?? 1) < 1) return [seenThrough(profile, route, text), stored];
      const read = profile.map((share, d) => (share * memory) / (Math.min(route.window, text - d) + memory));
      const rest = profile.map((share, d) => share - read[d]);
      return [mix([[1, seenThrough(rest, route, text)], [1, seenThrough(stored, all, text)]]), read];
    }
  }

  // The model with the layers in these places changed.
  function changed(need, places, routes, held, read, setting) {
    const now = need.now;
    const next = { ...now, setting, routes: [...now.routes], held: [...now.held], read: [...now.read] };
    for (const i of places) {
      next.routes[i] = routes(i);
      next.held[i] = need.model.layers[i].cached ? held : 0;
      next.read[i] = read;
    }
    return next;
  }

  const number = (value) => value.toLocaleString("en");

  const REMEDIES = {
    "wider window": {
      weakest: (need) => need.window,
      strongest: (need) => need.text,
      apply(need, window) {
        const places = need.local.filter((i) => need.model.layers[i].window < window);
        const wide = (i) => (need.model.layers[i].kind === "chunked" ? [{ share: 1, chunk: window }] : [{ share: 1, window }]);
        return changed(need, places, wide, window, window, `W = ${number(window)}`);
      },
    },
    "softer residual": {
      weakest: (need) => Math.max(1, Math.ceil(Number((100 - 100 * need.now.alpha).toFixed(9)))),
      strongest: () => 100,
      apply: (need, percent) => ({ ...need.now, alpha: 1 - percent / 100, setting: `alpha = ${(1 - percent / 100).toFixed(2)}` }),
    },
    "global layers": {
      weakest: (need) => count(need.model, "global") + 1,
      strongest: (need) => count(need.model, "global") + need.local.length,
      apply(need, wide) {
        const more = wide - count(need.model, "global");
        const places = need.local.slice(need.local.length - more);
        const setting = `${wide} of ${need.model.layers.length} layers`;
        return changed(need, places, () => [{ share: 1, window: need.text }], need.text, need.text, setting);
      },
    },
    "memory tokens": {
      weakest: () => 1,
      strongest: (need) => need.window,
      apply(need, memory) {
        const beside = need.model.layers.map((layer) => (["windowed", "global"].includes(layer.kind) ? memory : 0));
        const held = need.now.held.map((tokens, i) => tokens + beside[i]);
        const read = need.now.read.map((tokens, i) => tokens + 2 * beside[i]);
        return { ...need.now, setting: `${number(memory)} token${memory === 1 ? "" : "s"}`, held, read, memory };
      },
    },
    "dilated heads": {
      weakest: () => 1,
      strongest: (need) => Math.max(1, Math.ceil(need.text / need.window)),
      apply(need, stride) {
        const next = { ...need.now, setting: `1/4 of heads, stride ${number(stride)}`, routes: [...need.now.routes], held: [...need.now.held] };
        for (const i of need.local) {
          const window = Math.min(need.model.layers[i].window, need.text);
          next.routes[i] = [{ ...next.routes[i][0], share: 0.75 }, { share: 0.25, window, stride }];
          next.held[i] = Math.floor((next.held[i] * (3 + stride)) / 4);
        }
        return next;
      },
    },
    retrieval: {
      weakest: () => 1,
      strongest: (need) => need.window,
      apply(need, found) {
        const next = { ...need.now, routes: [...need.now.routes], held: [...need.now.held], read: [...need.now.read] };
        for (const i of need.local) {
          const seen = need.now.read[i] + found;
          const far = { share: found / seen, window: found, offset: need.distance + 1 };
          next.routes[i] = [{ ...next.routes[i][0], share: need.now.read[i] / seen }, far];
          next.held[i] += need.model.layers[i].cached ? found : 0;
          next.read[i] = seen;
        }
        return { ...next, setting: `${number(found)} token${found === 1 ? "" : "s"} a layer` };
      },
    },
    "fading state": {
      weakest: () => 2,
      strongest: (need) => 16 * need.text,
      apply(need, memory) {
        const fading = Math.max(1, Math.floor(need.local.length / 2));
        const state = [{ share: 1, window: need.text, decay: 1 - 1 / memory }];
        const width = need.model.layers[need.local.at(-1)].keyWidth;
        const setting = `${fading} layer${fading === 1 ? "" : "s"}, memory of ${number(memory)}`;
        return changed(need, need.local.slice(-fading), () => state, Math.floor(width / 2), width, setting);
      },
    },
  };

  function planned(need, remedy, strength, found) {
    const share = shareFromBeyond(need, found);
    const bytes = 2 * sum(found.held.map((tokens, i) => tokens * sizeOf(need.model.layers[i])));
    return { remedy, strength, setting: found.setting, enough: share >= need.tolerance, beyond: share, cacheBytes: bytes };
  }

  // A remedy at its smallest strength that is enough, found on a straight line in the logarithms (see planner.py).
  function smallest(need, name) {
    const remedy = REMEDIES[name];
    const at = (strength) => planned(need, name, strength, remedy.apply(need, strength));
    let [weak, strong] = [at(remedy.weakest(need)), at(remedy.strongest(need))];
    if (weak.enough || !strong.enough) return weak.enough ? weak : { ...strong, setting: "never enough" };
    for (let tries = 1; strong.strength - weak.strength > 1; tries++) {
      const [low, high] = [Math.log(weak.strength), Math.log(strong.strength)];
      const [below, above] = [weak, strong].map((plan) => Math.log(Math.max(plan.beyond, 1e-12)));
      const part = tries % 3 && above > below ? (Math.log(need.tolerance) - below) / (above - below) : 0.5;
      const guess = Math.exp(low + Math.min(Math.max(part, 0), 1) * (high - low));
      const whole = tries % 2 ? Math.floor(guess) : Math.ceil(guess);
      const tried = at(Math.min(Math.max(whole, weak.strength + 1), strong.strength - 1));
      [weak, strong] = tried.enough ? [weak, tried] : [tried, strong];
    }
    return strong;
  }

  // What comes from beyond a distance today, and what each remedy needs, and costs, to bring enough.
  function plan(model, distance, tolerance, alpha, text, stateMemory) {
    const kinds = ["windowed", "global", "chunked", "state"].map((kind) => [count(model, kind), kind]);
    const places = model.layers.map((layer, i) => (["windowed", "chunked"].includes(layer.kind) ? i : -1));
    const local = places.filter((i) => i >= 0);
    const window = Math.min(Math.max(1, ...local.map((i) => model.layers[i].window)), text);
    const now = {
      setting: kinds.filter(([n]) => n).map(([n, kind]) => `${n} ${kind}`).join(", "), alpha, memory: 0,
      routes: routesOf(model, text, stateMemory),
      held: model.layers.map((layer) => tokensOf(layer, text)),
      read: model.layers.map((layer) => tokensOf({ ...layer, cached: true }, text)),
    };
    const need = { model, distance, tolerance, text, local, window, now };
    const first = planned(need, "as it is", 0, now);
    if (first.enough) return [{ ...first, setting: "already enough" }];
    const possible = Object.keys(REMEDIES).filter((name) => local.length || name === "softer residual");
    return [first, ...possible.map((name) => smallest(need, name))];
  }

  return { influence, reach, beyond, horizon, ruleHorizon, windowsAlone, widest, cacheBytes, stateBytes, everyLayerGlobal, plan };
}
