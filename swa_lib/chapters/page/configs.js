// What a released config.json says about attention: swa_lib/models/configs.py, step by step, by the same table
// (families.json; the docstring there says what its rules mean). Tests hold the two readers to each other.
//
// What is read here was pasted by anybody: nothing of it is run, and no object has a prototype, so that a name
// finds what the file has under it, or nothing.
"use strict";

function configReader(given) {
  const MOST_LAYERS = 10000;
  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const merged = (...parts) => Object.assign(Object.create(null), ...parts);
  const bare = (_, value) => (isObject(value) ? merged(value) : value);
  const missing = (value) => value === undefined || value === null;
  const off = (value) => missing(value) || [false, 0, -1].includes(value);
  // As Python tells true from false: an empty list, an empty word and 0 are false.
  const on = (value) => Boolean(typeof value === "object" && value !== null ? Object.keys(value).length : value);
  const switchedOff = (fields) => "use_sliding_window" in fields && off(fields.use_sliding_window);
  const count = (value) => value.toLocaleString("en");

  const table = JSON.parse(JSON.stringify(given), bare);

  function refuse(name, value, allowed) {
    const shown = value === undefined ? "nothing" : JSON.stringify(value);
    throw new Error(`${name} must be ${allowed}, got ${shown.length > 80 ? shown.slice(0, 77) + "..." : shown}`);
  }

  function read(text) {
    const [config, family, stored] = textPart(parsed(text));
    if (family in table.refused || !(family in table.families)) {
      const absent = "it is not in the table (if it is built like llama, or another family that is, ";
      const reason = table.refused[family] ?? `${absent}write that model_type)`;
      const way = 'Type its layers and windows by hand: choose "your own numbers"';
      throw new Error(`config of the family '${family.slice(0, 60)}' is not read: ${reason}. ${way}`);
    }
    const rules = table.families[family];
    const fields = allFields(config, rules);
    refuseUnknown(family, fields, rules);
    const windows = switchedOff(fields) ? [] : rules.windows ?? table.windows;
    const sizes = { S: sizesOf(fields, windows), C: sizesOf(fields, table.chunks) };
    const [letters, by] = lettersOf(fields, rules);
    const layers = [...letters.repeat(rules.sublayers ?? 1)]
      .map((letter, i) => (letter === "-" ? null : layerOf(fields, rules, sizes, letter, i)))
      .filter((layer) => layer);
    if (layers.length === 0) refuse("layers", 0, "at least 1");
    for (const layer of readers(layers, fields, rules)) layer.cached = false;
    const [context, numberBytes] = [positions(fields), numberBytesOf(stored)];
    const notes = notesOn(config, fields, rules, layers, by, context, numberBytes);
    return { family, context, layers, notes, numberBytes: numberBytes ?? 2 };
  }

  // ---- The file ----------------------------------------------------------------------------------------------------

  // JSON as Python reads it: with a byte-order mark before it, and with Infinity and NaN, which JSON has not.
  function parsed(text) {
    const address = /^\s*(?:https?:\/\/\S+|[\w.-]+\/[\w.-]+)\s*$/.exec(text)?.[0].trim().slice(0, 80);
    const open = "Open that model's config.json and paste what stands in it";
    if (address) throw new Error(`this page fetches nothing, so it cannot look up ${address}. ${open}`);
    const infinite = /"(?:[^"\\]|\\.)*"|\b(?:Infinity|NaN)\b/g;
    text = text.replace(/^\ufeff/, "").replace(infinite, (part) => (part[0] === '"' ? part : "1e999"));
    let config;
    try {
      config = JSON.parse(text, bare);
    } catch {
      throw new Error(`config must be JSON that can be read; it breaks at ${placeOf(text)}`);
    }
    return isObject(config) ? config : refuse("config", config, "a JSON object, as in a config.json");
  }

  // Where JSON breaks, in words, and what often is the reason. Browsers do not all tell the place, so it is searched
  // for: the longest beginning that is only unfinished.
  function placeOf(text) {
    let [low, high] = [0, text.length];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (unfinished(text.slice(0, middle))) low = middle;
      else high = middle - 1;
    }
    const lines = text.slice(0, low).split("\n");
    const early = low === text.length ? ", where it ends too early" : "";
    const quotes = text.includes("'") && !text.includes('"') ? "; JSON wants double quotes, not single ones" : "";
    return `line ${lines.length}, column ${lines.at(-1).length + 1}${early}${quotes}`;
  }

  function unfinished(text) {
    try {
      JSON.parse(text);
      return true;
    } catch (error) {
      const place = /position (\d+)/.exec(error.message);
      return place ? Number(place[1]) >= text.length : /end of|EOF|unterminated/i.test(error.message);
    }
  }

  // The part that describes the text model, its family, and how the file stores numbers.
  function textPart(config) {
    let [family, stored] = [null, {}];
    for (;;) {
      const found = config.model_type ?? null;
      if (found !== null && typeof found !== "string") refuse("model_type", found, "a name");
      const named = found || family;
      if (!named) refuse("config", Object.keys(config).slice(0, 5), "one that names its model_type");
      family = named;
      if (isObject(config.quantization_config)) stored = config.quantization_config;
      if (family in table.refused) return [config, family, stored];
      const longer = `${family}_text`;
      const known = family in table.families || !(longer in table.families || longer in table.refused);
      family = table.inside[family] ?? (known ? family : longer);
      const wrong = table.unread.find(([name, values]) => values.includes(config[name]));
      if (wrong) refuse(wrong[0], config[wrong[0]], wrong[2]);
      const inner = table.parts.find((key) => isObject(config[key]));
      if (!inner) return [config, family, stored];
      config = config[inner];
    }
  }

  // ---- The fields --------------------------------------------------------------------------------------------------

  // The config's fields under their common names, and the family's defaults where it has none.
  function allFields(config, rules) {
    const fields = merged(rules.defaults, config);
    for (const [name, others] of Object.entries(merged(table.aliases, rules.aliases))) {
      const found = others.map((other) => at(config, other)).find((value) => !missing(value));
      if (!missing(found) && missing(config[name])) fields[name] = found;
    }
    for (const [name, words] of [...Object.entries(rules.computed ?? {}), ...Object.entries(table.computed)]) {
      const known = words.match(/\b[a-z]\w*/g).every((part) => !missing(fields[part]));
      if (missing(fields[name]) && known) fields[name] = valueOf(fields, words);
    }
    for (const [name, words, onlyIf, unless] of [...table.forced, ...(rules.forced ?? [])]) {
      if (on(fields[onlyIf]) && !on(fields[unless])) fields[name] = valueOf(fields, words);
    }
    return fields;
  }

  // A field, also one inside another: "attn_config.kv_n_heads".
  const at = (config, path) => path.split(".").reduce((part, name) => (isObject(part) ? part[name] : null), config);

  // A sum of products of fields and whole numbers, as the table writes it; "/" rounds down.
  function valueOf(fields, words) {
    let total = 0;
    for (const [, minus, product] of words.matchAll(/(-?) ?([\w*/]+)/g)) {
      let result = 1;
      for (const [, over, name] of product.matchAll(/(\/?)(\w+)/g)) {
        const number = /^\d+$/.test(name) ? Number(name) : whole(fields, name, over ? 1 : 0);
        result = over ? Math.floor(result / number) : result * number;
      }
      total += minus ? -result : result;
    }
    return total;
  }

  function whole(fields, name, low = 1) {
    const value = fields[name];
    return Number.isSafeInteger(value) && value >= low ? value : refuse(name, value, `a whole number >= ${low}`);
  }

  function refuseUnknown(family, fields, rules) {
    const field = table.unknown.find((name) => on(fields[name]) && name !== rules.latent);
    if (field) refuse(field, fields[field], `absent: what it does in the family '${family}' is not known here`);
    const windowed = "sliding_window" in rules.defaults || "windows" in rules || (rules.layout ?? "").includes("S");
    if (!windowed && !("layer_types" in fields) && !off(fields.sliding_window)) {
      refuse("sliding_window", fields.sliding_window, `off: the family '${family}' does not read it`);
    }
  }

  // What a windowed or chunked layer sees, null where that is off: a list that is repeated.
  function sizesOf(fields, rows) {
    for (const [field, words] of rows) {
      const list = Array.isArray(fields[field]) && fields[field].length > 0 ? fields[field] : [fields[field]];
      const sizes = list.map((one) => (off(one) ? null : valueOf({ [field]: one }, words)));
      if (sizes.length > 1 || sizes[0] !== null) return sizes;
    }
    return [null];
  }

  // The longest text, null where nothing says so; what YaRN has stretched already stays.
  function positions(fields) {
    if (missing(fields.max_position_embeddings)) return null;
    const own = whole(fields, "max_position_embeddings");
    const outer = [fields.rope_scaling, fields.rope_parameters].filter(isObject);
    const longer = [...outer, ...outer.flatMap((part) => Object.values(part).filter(isObject))].map((scaling) => {
      const { factor, original_max_position_embeddings: before } = scaling;
      const yarn = [scaling.rope_type, scaling.type].includes("yarn") && typeof factor === "number";
      if (!yarn || !(factor > 1 && factor < 2 ** 30)) return own;
      return Math.floor((on(before) ? whole(scaling, "original_max_position_embeddings") : own) * factor);
    });
    return Math.max(own, ...longer);
  }

  // Bytes of a number in the cache, where the file asks for a format of its own.
  function numberBytesOf({ kv_cache_scheme: scheme, kv_cache_quant_algo: named }) {
    const bits = isObject(scheme) ? scheme.num_bits : ["FP8", "INT8"].includes(named) ? 8 : null;
    return [4, 8, 16].includes(bits) ? bits / 8 : null;
  }

  // ---- The order of the layers -------------------------------------------------------------------------------------

  // One letter a layer, in the model's order, and the field that says so.
  function lettersOf(fields, rules) {
    let [letters, by, again] = listed(fields, rules);
    const depth = rules.depth_from_list && letters ? letters.length : whole(fields, "num_hidden_layers");
    if (depth > MOST_LAYERS) refuse("num_hidden_layers", depth, `at most ${count(MOST_LAYERS)}`);
    if (!letters) [letters, by] = [laidOut(fields, rules, depth), rules.by ?? "the family's pattern"];
    if (again) letters = repeated(letters, depth);
    if (letters.length < depth) refuse(by, fields[by], `as long as the model is deep (${depth} layers)`);
    letters = letters.slice(0, depth); // longer lists name extra layers that predict further tokens
    if (!letters.includes(rules.least ?? "")) letters = letters.slice(0, -1) + rules.least;
    return ["last" in rules ? letters.slice(0, -1) + rules.last : letters, by];
  }

  // The letters of a list that the config itself gives, the field it stands in, and if it is repeated.
  function listed(fields, rules) {
    const common = table.lists.map((field) => [field, table.letters]);
    const row = [...common, ...(rules.lists ?? [])].find(([field]) => on(fields[field]));
    if (!row) return ["", null, false];
    const [field, meaning, again] = row;
    return [spelled(field, items(fields, field), meaning), field, again];
  }

  // The letters that the family gives its layers where the config has no list of them.
  function laidOut(fields, rules, depth) {
    if ("indices" in rules && !missing(fields[rules.indices[0]])) {
      const [field, letter, other, first = 0] = rules.indices;
      const chosen = items(fields, field);
      return Array.from({ length: depth }, (_, i) => (chosen.includes(i + first) ? letter : other)).join("");
    }
    if (!("layout" in rules)) refuse("layer_types", null, "given: the family has no pattern of its own");
    const told = Object.entries(fields).filter(([, value]) => !missing(value));
    const counted = merged(rules.defaults, Object.fromEntries(told));
    const reversed = (text) => [...text].reverse().join("");
    let [letters, own] = ["", fields[rules.by]];
    for (const part of rules.layout.split(" | ")) {
      let [word, length] = part.split(" for ");
      const left = depth - letters.length;
      const more = length ? Math.min(Math.max(valueOf(counted, length), 0), left) : left;
      if (own && typeof own === "string") word = spelled(rules.by, own, { L: "S", G: "G" }); // the config's own word
      const unit = word.split(" ").map((run) => runOf(counted, run, depth)).join("");
      letters += rules.from_end ? reversed(repeated(reversed(unit), more)) : repeated(unit, more);
    }
    return letters;
  }

  // Letters so many times: "M*attn_layer_period-attn_layer_offset-1".
  function runOf(fields, run, depth) {
    const [letters, words] = run.split("*");
    const times = words ? valueOf(fields, words) : 1;
    return times < 0 ? refuse(words, times, "a whole number >= 0") : letters.repeat(Math.min(times, depth));
  }

  const repeated = (word, depth) => word.repeat(Math.floor(depth / word.length) + 1).slice(0, depth);

  // A list with an entry a layer; an entry that is [kinds, how often] counts so often.
  function items(fields, field, least = 0) {
    const found = fields[field];
    const list = (Array.isArray(found) || typeof found === "string") && found.length >= least;
    if (!list) refuse(field, found, "a list with an entry a layer");
    return [...found].flatMap((item) => {
      const pair = Array.isArray(item) && item.length === 2 && Array.isArray(item[0]) && Number.isSafeInteger(item[1]);
      const total = pair ? item[0].length * item[1] : 0;
      return total > 0 && total <= MOST_LAYERS ? Array(item[1]).fill(item[0]).flat() : [item];
    });
  }

  // A list of kinds in letters.
  function spelled(field, kinds, meaning) {
    const known = merged(meaning);
    const allowed = `made of ${Object.keys(known).join(", ")}`;
    return [...kinds].map((kind) => known[String(kind)] ?? refuse(field, kind, allowed)).join("");
  }

  // ---- The layers --------------------------------------------------------------------------------------------------

  function layerOf(fields, rules, sizes, letter, i) {
    const own = ownFields(fields, rules, letter, i);
    let window = letter in sizes ? sizes[letter][i % sizes[letter].length] : null;
    if ("sliding_window" in own && "SG".includes(letter)) {
      [letter, window] = on(own.sliding_window) ? ["S", whole(own, "sliding_window")] : ["G", null];
    }
    if (letter in sizes && window === null) letter = "G";
    const layer = { ...table.layer, kind: table.kinds[letter], window };
    if ("MH".includes(letter)) layer.state_numbers = valueOf(fields, rules.state ?? "0");
    if (letter === "M") return layer;
    const all = merged(fields, own);
    const kept = on(all[rules.latent]) ? table.compressed : merged(table.attention, rules.attention);
    for (const [name, words] of Object.entries(kept)) {
      layer[name] = valueOf(all, words);
      if (layer[name] < 1) refuse(words, layer[name], "a whole number >= 1");
    }
    return layer;
  }

  // What this layer says for itself: its kind's fields, its place in a list, its own entry.
  function ownFields(fields, rules, letter, i) {
    const own = merged();
    for (const [name, source] of Object.entries(rules.unlike?.[letter] ?? {})) {
      const [onlyIf, field] = Array.isArray(source) ? source : [source, source];
      if (on(fields[onlyIf]) && !missing(fields[field])) own[name] = fields[field];
    }
    for (const [name, field] of Object.entries(rules.per_layer ?? {})) {
      if (on(fields[field])) own[name] = items(fields, field, i + 1)[i];
    }
    const entries = on(fields.per_layer_config) ? fields.per_layer_config : {};
    if (!isObject(entries)) refuse("per_layer_config", entries, "an object, by layer");
    const mine = Object.keys(entries).filter((place) => /^\d+$/.test(place) && Number(place) === i);
    return merged(own, ...mine.map((place) => entries[place]).filter(isObject));
  }

  // The last so many layers, or all but the first of each few, read an earlier layer's keys and values.
  function readers(layers, fields, rules) {
    if (on(fields[rules.shared])) {
      const shared = whole(fields, rules.shared, 0);
      if (shared > layers.length) refuse(rules.shared, shared, `at most the ${layers.length} layers`);
      return layers.slice(layers.length - shared);
    }
    const [onlyIf, every] = rules.reuse ?? [];
    return layers.filter((_, i) => on(fields[onlyIf]) && i % whole(fields, every));
  }

  // ---- What is said about a file -----------------------------------------------------------------------------------

  // What the file declares and what of it is in effect; what was stretched, compressed, filled in.
  function notesOn(config, fields, rules, layers, by, context, numberBytes) {
    const notes = [];
    const windows = (rules.windows ?? table.windows).map(([field]) => field);
    const first = windows.find((name) => !off(fields[name]));
    for (const [field, kind] of [[first, "windowed"], ["attention_chunk_size", "chunked"]]) {
      const value = config[field];
      if (off(value) || !Number.isInteger(value)) continue;
      const number = layers.filter((layer) => layer.kind === kind).length;
      let effect = `in effect in no layer: ${by} names none`;
      if (number) effect = `in effect in ${number} of ${layers.length} layers`;
      else if (switchedOff(fields)) effect = "switched off by use_sliding_window";
      notes.push(`${field} ${count(value)} is ${effect}.`);
    }
    const own = fields.max_position_embeddings ?? null;
    if (context !== own) notes.push(`YaRN stretches its ${count(own)} positions to ${count(context)}.`);
    if (numberBytes) notes.push(`The file asks for keys and values of ${8 * numberBytes} bits.`);
    const one = layers.find((layer) => layer.latent);
    if (one) {
      const kept = `Keys and values are kept compressed, ${count(one.latent)} numbers a token and layer`;
      const expanded = count(one.kv_heads * (one.key_width + one.value_width));
      notes.push(`${kept}; an engine that expands them keeps ${expanded}.`);
    }
    if (on(fields.dual_chunk_attention_config)) {
      notes.push("dual_chunk_attention_config renumbers positions; every token is still seen and kept.");
    }
    const filled = [...table.shape, ...windows]
      .filter((name) => ![name, ...(table.aliases[name] ?? [])].some((key) => key in config) && name in rules.defaults)
      .map((name) => `${name} ${rules.defaults[name]}`);
    if (filled.length) notes.push(`Not in this file, filled in as its family has it: ${filled.join(", ")}.`);
    return notes;
  }

  return { read, parsed };
}
