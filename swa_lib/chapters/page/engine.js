// What the calculator computes without the page: a config.json read, a stack's numbers, and the words for them.
//
// The rules are the package's own, which calculator.py writes as JavaScript (`packageRules`). Here stands what they
// need of a browser: JSON, whose refusals say what is wrong, and a profile as fast as in numpy. It is one function
// without surroundings, so that a page can hand its source to a worker and stay free while it computes. Nothing of a
// paste is run, and the rules are handed only those of its fields that they know.
"use strict";

function calculatorEngine() {
  // ---- A config.json ---------------------------------------------------------------------------------------------

  function refuse(name, value, allowed) {
    const shown = value === undefined ? "nothing" : JSON.stringify(value);
    throw new Error(`${name} must be ${allowed}, got ${shown.length > 80 ? shown.slice(0, 77) + "..." : shown}`);
  }

  function whole(name, value, low) {
    const counted = Number.isInteger(value) && value >= low && value <= 2 ** 53;
    return counted ? value : refuse(name, value, `a whole number >= ${low}`);
  }

  function refuseFamily(family, reason) {
    const way = 'Type its layers and windows by hand: choose "your own numbers"';
    throw new Error(`config of the family '${family.slice(0, 60)}' is not read: ${reason}. ${way}`);
  }

  // JSON as Python reads it: with a byte-order mark before it, and with Infinity and NaN, which JSON has not.
  function parsed(text) {
    const address = /^\s*(?:https?:\/\/\S+|[\w.-]+\/[\w.-]+)\s*$/.exec(text)?.[0].trim().slice(0, 80);
    const open = "Open that model's config.json and paste what stands in it";
    if (address) throw new Error(`this page fetches nothing, so it cannot look up ${address}. ${open}`);
    const kept = function (key, value) {
      return key === "" || Array.isArray(this) || /^\d+$/.test(key) || readable.has(key) ? value : undefined;
    };
    const infinite = /"(?:[^"\\]|\\.)*"|\b(?:Infinity|NaN)\b/g;
    text = text.replace(/^\ufeff/, "").replace(infinite, (part) => (part[0] === '"' ? part : "1e999"));
    let config;
    try {
      config = JSON.parse(text, kept);
    } catch (error) {
      const quotes = text.includes("'") && !text.includes('"') ? "; JSON wants double quotes, not single ones" : "";
      throw new Error(`config must be JSON that can be read: ${error.message}${quotes}`);
    }
    const isObject = typeof config === "object" && config !== null && !Array.isArray(config);
    return isObject ? config : refuse("config", config, "a JSON object, as in a config.json");
  }

  // ---- A profile -------------------------------------------------------------------------------------------------

  // One layer (layer.py): what each of the first `n` places holds is spread over the tokens it sees, and each place
  // gets the sum of what comes to it, as additions of positive numbers only. The text is cut into blocks of `size`. A
  // chunk is a block, counted from the beginning of the text; a window is the beginning of one block and the end of
  // the block before, whose ends are summed backwards into `right`; to a fading state each token is worth `decay`
  // times the next one. Returns how many places are reached.
  function throughLayer(profile, n, next, [spread, right], { kind, window }, text, alpha, memory) {
    const size = Math.min(window ?? text, text);
    const [windowed, chunked] = [kind === "windowed", kind === "chunked"];
    const decay = kind === "state" ? 1 - 1 / memory : 1;
    const total = chunked ? n + ((text - n) % size) : Math.min(n + size - 1, text);
    // What it sees, counted by worth from the beginning of the text, or of a chunk or window that is far enough back.
    for (let d = total - 1, seen = 0; d >= 0; d--) {
      seen = chunked && seen === size ? 1 : Math.min(1 + decay * seen, size);
      spread[d] = d < n ? profile[d] / seen : 0;
    }
    const first = chunked ? text % size : 0;
    for (let start = first ? first - size : 0; start < total; start += size) {
      const [begin, end, last] = [Math.max(start, 0), Math.min(start + size, total), windowed && start ? size - 1 : 0];
      for (let d = begin, sum = 0; d < end; d++) {
        sum = decay * sum + spread[d];
        const before = d < start + last ? right[d - last] : 0;
        next[d] = (1 - alpha) * (sum + before) + (d < n ? alpha * profile[d] : 0);
      }
      for (let d = end - 1, sum = 0; d >= begin && windowed; d--) right[d] = sum += spread[d];
    }
    return total;
  }

  // The profile of the last token of a text (`model_influence`): backwards from the last layer.
  function influence(model, alpha, text, memory) {
    let [profile, next, ...room] = Array.from({ length: 4 }, () => new Float64Array(text));
    let n = 1;
    profile[0] = 1;
    for (const layer of [...model.layers].reverse()) {
      n = throughLayer(profile, n, next, room, layer, text, alpha, memory);
      [profile, next] = [next, profile];
    }
    return profile.subarray(0, n);
  }

  // Influence from beyond each distance, added from the far end (`beyond`).
  function beyond(profile) {
    const tail = new Float64Array(profile.length);
    for (let d = profile.length - 2; d >= 0; d--) tail[d] = tail[d + 1] + profile[d + 1];
    return tail;
  }

  // ---- The package's rules ---------------------------------------------------------------------------------------

  const count = (number, digits = 0) =>
    number.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const { TABLE, LAYER, read, numbers, ...known } = packageRules({
    refuse, whole, refuse_family: refuseFamily, count,
    share_in_words: (share) => picture.said(share, "share"),
    math: { inf: Infinity, log: Math.log, log1p: Math.log1p },
    // What the package checks and makes, the page has checked and made.
    checked: (model) => model, text_of: (model, text) => text,
    Model: function (layers) {
      return { layers, context: null };
    },
    Layer: function (kind, window, kv_heads, key_width, value_width) {
      return { ...LAYER, kind, window, kv_heads, key_width, value_width };
    },
    Bill: function (least, prefill, whole_text, states, expanded) {
      return { least, prefill, whole_text, states, expanded };
    },
    rounded_up: (number, size) => Math.ceil(number * size),
    model_influence: influence,
    horizon: (profile, tolerance) => beyond(profile).findIndex((share) => share <= tolerance),
    share_beyond: (profile, distance) => beyond(profile)[distance] ?? 0,
  });
  const readable = new Set(JSON.stringify([TABLE, LAYER]).match(/\w+/g));

  // Every number of an answer, and the tail to draw, as far as the two horizons and a half as far again.
  function answer(model, asked) {
    const { profile, ...found } = numbers(model, asked);
    if (!profile) return found;
    const far = 1.6 * Math.max(found.exact, found.rule < Infinity ? found.rule : 0);
    found.end = Math.max(10, Math.min(asked.text - 1, Number(far.toPrecision(2))));
    const [tail, step] = [beyond(profile), Math.max(1, Math.floor(found.end / 400))];
    found.curve = [];
    for (let d = 0; d <= found.end && tail[d] >= asked.tolerance / 1000; d += step) found.curve.push([d, tail[d]]);
    return found;
  }

  return {
    ...known, count, parsed, influence, answer,
    read: (text) => {
      const { layers, ...model } = read(parsed(text));
      return { ...model, layers: layers.map((layer) => ({ ...LAYER, ...layer })) };
    },
  };
}
