// What a released config.json says about attention: a port of swa_lib/models/configs.py, line by line.
//
// The table of families is the package's own (families.json); tests hold the two readers to each other. What is read
// here was pasted by anybody: nothing of it is run, and names are looked up with `has`, never as a bare property.
"use strict";

function configReader(table) {
  const LETTERS = {
    sliding_attention: "S", full_attention: "G", attention: "G", chunked_attention: "C", linear_attention: "M",
    mamba: "M", recurrent: "M", conv: "M", hybrid: "H", moe: "-", mlp: "-",
  };
  const KINDS = { S: "windowed", G: "global", C: "chunked", M: "state", H: "global" };
  const UNKNOWN = ["compress_ratios", "index_topk", "kv_lora_rank", "sparse_attention_config", "dual_chunk_attention_config"];
  const MOST_LAYERS = 10000;

  const has = (object, name) => Object.hasOwn(object, name);
  const get = (object, name) => (has(object, name) ? object[name] : undefined);
  const given = (value) => value !== undefined && value !== null;
  const off = (value) => !given(value) || value === false || value === 0 || value === -1;
  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  // As Python tells true from false: an empty list, an empty word and 0 are false.
  const truthy = (value) => given(value) && value !== false && value !== 0 && value?.length !== 0 && !(isObject(value) && Object.keys(value).length === 0);

  function refuse(name, value, allowed) {
    const shown = value === undefined ? "nothing" : JSON.stringify(value);
    throw new Error(`${name} must be ${allowed}, got ${shown.length > 80 ? shown.slice(0, 77) + "..." : shown}`);
  }

  function whole(fields, name, low = 1) {
    const value = get(fields, name);
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < low) refuse(name, value, `a whole number >= ${low}`);
    return value;
  }

  function read(text) {
    let config = text;
    if (typeof text === "string") {
      try {
        config = JSON.parse(text);
      } catch {
        throw new Error(`config must be JSON that can be read; it breaks at ${placeOf(text)}`);
      }
    }
    if (!isObject(config)) refuse("config", config, "a JSON object, as in a config.json");
    let family;
    [config, family] = textPart(config);
    if (has(table.refused, family) || !has(table.families, family)) {
      const reason = get(table.refused, family) ?? "it is not in the table of families";
      const way = 'Type its layers and windows by hand: choose "your own numbers"';
      throw new Error(`config of the family '${family.slice(0, 60)}' is not read: ${reason}. ${way}`);
    }
    const rules = table.families[family];
    const fields = allFields(config, rules);
    refuseUnknown(family, fields, rules);
    const [window, chunk] = [windowOf(fields, rules), sizeOf(fields, "attention_chunk_size")];
    const layers = [...letters(fields, rules)]
      .map((letter, i) => (letter === "-" ? null : layerOf(fields, rules, letter, i, window, chunk)))
      .filter((layer) => layer);
    share(layers, fields, rules);
    if (layers.length === 0) refuse("layers", 0, "at least 1");
    const context = given(get(fields, "max_position_embeddings")) ? whole(fields, "max_position_embeddings") : null;
    return { family, context, layers, filled: filledIn(config, rules) };
  }

  // Where JSON breaks, in words, and what often is the reason. Browsers do not all tell the place.
  function placeOf(text) {
    const at = breakOf(text);
    const lines = text.slice(0, at).split("\n");
    const early = at === text.length ? ", where it ends too early" : "";
    const quotes = text.includes("'") && !text.includes('"') ? "; JSON wants double quotes, not single ones" : "";
    return `line ${lines.length}, column ${lines.at(-1).length + 1}${early}${quotes}`;
  }

  // The first place at which the text can be no JSON any more.
  function breakOf(text) {
    const [SPACE, SIGN, STRING] = [/[ \t\n\r]*/y, /[{}[\],:]/y, /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y];
    const PLAIN = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;
    const open = []; // the brackets around this place
    let [at, wants] = [0, "value"];
    const take = (kind) => {
      kind.lastIndex = at;
      return kind.exec(text)?.[0];
    };
    for (;;) {
      at += take(SPACE).length;
      const sign = take(SIGN);
      const word = sign ?? take(STRING) ?? take(PLAIN);
      if (word === undefined) return at;
      const closes = (sign === "}" || sign === "]") && open.at(-1) === sign && (wants === "comma" || wants === `or ${sign}`);
      const value = wants === "value" || wants === "or ]";
      if (closes) {
        open.pop();
        wants = "comma";
      } else if (value && (sign === "{" || sign === "[")) wants = `or ${open[open.push(sign === "{" ? "}" : "]") - 1]}`;
      else if (value && !sign) wants = "comma";
      else if ((wants === "key" || wants === "or }") && word[0] === '"') wants = "colon";
      else if (wants === "colon" && sign === ":") wants = "value";
      else if (wants === "comma" && sign === "," && open.length) wants = open.at(-1) === "}" ? "key" : "value";
      else return at;
      at += word.length;
    }
  }

  // The numbers that matter here and that the file does not give: the family's own stand in for them.
  function filledIn(config, rules) {
    const names = ["num_hidden_layers", "num_attention_heads", "num_key_value_heads", "hidden_size", "head_dim", "sliding_window"];
    const missing = names.filter((name) => given(get(rules.defaults, name)) && !has(config, get(rules.rename ?? {}, name) ?? name));
    return missing.map((name) => `${name} ${rules.defaults[name]}`);
  }

  function textPart(config) {
    let family;
    for (;;) {
      const found = get(config, "model_type");
      if (given(found) && typeof found !== "string") refuse("model_type", found, "a name");
      if (!given(found) && family === undefined) refuse("config", Object.keys(config).slice(0, 5), "one that names its model_type");
      family = found || family;
      if (has(table.refused, family)) return [config, family];
      family = get(table.inside, family) ?? family;
      if (truthy(get(config, "is_encoder_decoder"))) refuse("is_encoder_decoder", true, "false: an encoder reads text from both sides");
      const inner = ["text_config", "language_config", "llm_config"].filter((key) => isObject(get(config, key)));
      if (inner.length === 0) return [config, family];
      config = config[inner[0]];
    }
  }

  function allFields(config, rules) {
    const fields = { ...rules.defaults, ...config };
    for (const [common, own] of Object.entries(rules.rename ?? {})) if (has(config, own)) fields[common] = config[own];
    if (!given(get(fields, "num_key_value_heads"))) fields.num_key_value_heads = get(fields, "num_attention_heads");
    if (!given(get(fields, "head_dim")) && truthy(rules.defaults.num_attention_heads)) {
      fields.head_dim = Math.floor(whole(fields, "hidden_size") / whole(fields, "num_attention_heads"));
    }
    for (const [name, factors] of Object.entries(rules.computed ?? {})) {
      if (!given(get(fields, name))) fields[name] = product(fields, factors);
    }
    return fields;
  }

  function refuseUnknown(family, fields, rules) {
    for (const field of UNKNOWN) {
      if (truthy(get(fields, field))) refuse(field, fields[field], `absent: what it does in the family '${family}' is not known here`);
    }
    const both = get(fields, "use_bidirectional_attention");
    if (both === true || both === "all") refuse("use_bidirectional_attention", both, "off: both sides are read");
    if (get(fields, "is_causal") === false) refuse("is_causal", false, "true: both sides are read");
    const reads = ["sliding_window", ...(rules.windows ?? []).map(([field]) => field)];
    const unread = !reads.some((field) => has(rules.defaults, field)) && !has(rules, "windows") && !has(fields, "layer_types");
    if (unread && !(rules.pattern ?? "").includes("S") && sizeOf(fields, "sliding_window") !== null) {
      refuse("sliding_window", fields.sliding_window, `off: the family '${family}' does not read it`);
    }
  }

  // Tokens a windowed layer sees, itself included; null where windows are off.
  function windowOf(fields, rules) {
    if (has(fields, "use_sliding_window") && off(fields.use_sliding_window)) return null;
    for (const [field, plus, dividedBy] of rules.windows ?? [["sliding_window", 0, 1]]) {
      const size = sizeOf(fields, field);
      if (size !== null) return Math.floor(size / dividedBy) + plus;
    }
    return null;
  }

  function sizeOf(fields, name) {
    return off(get(fields, name)) ? null : whole(fields, name);
  }

  // One letter a layer, in the model's order.
  function letters(fields, rules) {
    let [found, field] = listed(fields, rules);
    const depth = rules.depth_from_list && found ? found.length : whole(fields, "num_hidden_layers");
    if (depth > MOST_LAYERS) refuse("num_hidden_layers", depth, `at most ${MOST_LAYERS.toLocaleString("en")}`);
    found = found || byRule(fields, rules, depth);
    if (found === null) refuse("layer_types", null, "given: the family has no pattern of its own");
    if (found.length < depth) refuse(field, fields[field], `as long as the model is deep (${depth} layers)`);
    found = found.slice(0, depth); // longer lists name extra layers that predict further tokens
    return has(rules, "last") ? found.slice(0, -1) + rules.last : found;
  }

  function listed(fields, rules) {
    for (const [field, meaning] of [["layer_types", LETTERS], ["layers_block_type", LETTERS], ...(rules.lists ?? [])]) {
      if (truthy(get(fields, field))) return [items(fields, field).map((item) => letter(field, item, meaning)).join(""), field];
    }
    if (has(rules, "groups") && truthy(get(fields, rules.groups[0]))) return grouped(fields, ...rules.groups);
    return ["", null];
  }

  function grouped(fields, field, meaning) {
    const groups = fields[field];
    const fits = (group) => Array.isArray(group) && group.length === 2 && Array.isArray(group[0]) && Number.isSafeInteger(group[1]);
    if (!Array.isArray(groups) || !groups.every(fits) || groups.some(([kinds, count]) => kinds.length * count > MOST_LAYERS)) {
      refuse(field, groups, "a list of [kinds, how often]");
    }
    const words = groups.map(([kinds, count]) => kinds.map((kind) => letter(field, kind, meaning)).join("").repeat(Math.max(count, 0)));
    return [words.join(""), field];
  }

  function byRule(fields, rules, depth) {
    if (has(rules, "indices") && given(get(fields, rules.indices[0]))) {
      const [field, one, other] = rules.indices;
      const chosen = items(fields, field);
      return Array.from({ length: depth }, (_, i) => (chosen.includes(i) ? one : other)).join("");
    }
    if (has(rules, "cycle") && truthy(get(fields, rules.cycle[0]))) {
      const [field, meaning] = rules.cycle;
      return repeated(items(fields, field).map((item) => letter(field, item, meaning)).join(""), depth);
    }
    if (has(rules, "period")) {
      const [period, first] = [whole(fields, rules.period[0]), whole(fields, rules.period[1], 0)];
      return Array.from({ length: depth }, (_, i) => (i % period === first ? "G" : "M")).join("");
    }
    if (has(rules, "slide_from")) {
      const low = Math.min(whole(fields, rules.slide_from, 0), depth);
      return "G".repeat(low) + "S".repeat(depth - low);
    }
    return has(rules, "pattern") ? byPattern(fields, rules, depth) : null;
  }

  function byPattern(fields, rules, depth) {
    const reversed = (text) => [...text].reverse().join("");
    const own = word(fields, rules, rules.pattern_by);
    if (rules.from_end) return reversed(repeated(reversed(own), depth));
    let found = repeated(own, depth);
    if (has(rules, "prefix") && truthy(get(fields, rules.prefix[0]))) {
      const first = Math.min(whole(fields, rules.prefix[0], 0), depth);
      found = repeated(word(fields, rules, rules.prefix[1]), first) + found.slice(0, depth - first);
    }
    if (has(rules, "slide_below")) {
      const below = Math.min(whole(fields, rules.slide_below, 0), depth);
      found = found.slice(0, below) + "G".repeat(depth - below);
    }
    const start = rules.start ?? "";
    found = (start + found.slice(start.length)).slice(0, depth);
    return has(rules, "end") ? found.slice(0, -1) + rules.end : found;
  }

  // The family's pattern, as the config's own number or word (such as "LLLG") changes it.
  function word(fields, rules, field) {
    const [own, value] = [rules.pattern, field === undefined ? undefined : get(fields, field)];
    if (!given(value)) return own;
    if (typeof value === "string") return [...value].map((item) => letter(field, item, { L: "S", G: "G" })).join("") || own;
    const every = whole(fields, field);
    if (every > MOST_LAYERS) return own[0].repeat(MOST_LAYERS);
    return rules.odd === "first" ? own[0] + own.at(-1).repeat(every - 1) : own[0].repeat(every - 1) + own.at(-1);
  }

  function repeated(text, depth) {
    return text.repeat(Math.floor(depth / text.length) + 1).slice(0, depth);
  }

  function layerOf(fields, rules, kind, i, window, chunk) {
    const own = ownFields(fields, rules, kind, i);
    if (has(own, "sliding_window") && "SG".includes(kind)) {
      [kind, window] = truthy(own.sliding_window) ? ["S", whole(own, "sliding_window")] : ["G", null];
    }
    if ((kind === "S" && window === null) || (kind === "C" && chunk === null)) kind = "G";
    const layer = {
      kind: KINDS[kind], window: { S: window, C: chunk }[kind] ?? null, kvHeads: 0, keyWidth: 0, valueWidth: 0,
      queryHeads: null, cached: true, stateNumbers: 0,
    };
    if ("MH".includes(kind)) layer.stateNumbers = (rules.state ?? []).reduce((sum, factors) => sum + product(fields, factors), 0);
    if (kind !== "M") {
      const all = { ...fields, ...own };
      layer.kvHeads = whole(all, "num_key_value_heads");
      layer.keyWidth = whole(all, "head_dim");
      layer.valueWidth = has(rules.defaults, "v_head_dim") ? whole(all, "v_head_dim") : layer.keyWidth;
      layer.queryHeads = whole(all, "num_attention_heads");
    }
    return layer;
  }

  // What this layer says for itself: its kind's fields, its place in a list, its own entry.
  function ownFields(fields, rules, kind, i) {
    const own = {};
    for (const [name, source] of Object.entries(get(rules.unlike ?? {}, kind) ?? {})) {
      const [onlyIf, field] = Array.isArray(source) ? source : [source, source];
      if (truthy(get(fields, onlyIf)) && given(get(fields, field))) own[name] = fields[field];
    }
    for (const [name, field] of Object.entries(rules.per_layer ?? {})) {
      if (truthy(get(fields, field))) own[name] = items(fields, field, i + 1)[i];
    }
    const entries = truthy(get(fields, "per_layer_config")) ? fields.per_layer_config : {};
    if (!isObject(entries)) refuse("per_layer_config", entries, "an object, by layer");
    const entry = Object.entries(entries).find(([place]) => /^\d+$/.test(place) && Number(place) === i)?.[1];
    return isObject(entry) ? { ...own, ...entry } : own;
  }

  // The last so many layers hold nothing: they read an earlier layer's keys and values.
  function share(layers, fields, rules) {
    if (!has(rules, "shared") || !truthy(get(fields, rules.shared))) return;
    const shared = whole(fields, rules.shared, 0);
    if (shared > layers.length) refuse(rules.shared, shared, `at most the ${layers.length} layers`);
    for (const layer of layers.slice(layers.length - shared)) layer.cached = false;
  }

  function product(fields, factors) {
    return factors.reduce((result, factor) => result * (typeof factor === "number" ? factor : whole(fields, factor, 0)), 1);
  }

  function items(fields, field, least = 0) {
    const found = fields[field];
    if (!(Array.isArray(found) || typeof found === "string") || found.length < least) refuse(field, found, "a list with an entry a layer");
    return [...found];
  }

  function letter(field, item, meaning) {
    const found = get(meaning, String(item));
    if (found === undefined) refuse(field, item, `made of ${Object.keys(meaning).join(", ")}`);
    return found;
  }

  return { read };
}
