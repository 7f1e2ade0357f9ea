// What a released config.json says about attention: a port of swa_lib/models/configs.py, line by line.
//
// The table of families is the package's own (families.json); tests hold the two readers to each other. What is read
// here was pasted by anybody: nothing of it is run, and names are looked up with `has`, never as a bare property.
"use strict";

function configReader(table) {
  const KINDS = { S: "windowed", G: "global", C: "chunked", M: "state", H: "global" };
  const SHAPE = ["num_hidden_layers", "num_attention_heads", "num_key_value_heads", "hidden_size", "head_dim"];
  const MOST_LAYERS = 10000;

  const has = (object, name) => Object.prototype.hasOwnProperty.call(object, name);
  const get = (object, name) => (has(object, name) ? object[name] : undefined);
  const given = (value) => value !== undefined && value !== null;
  const off = (value) => !given(value) || value === false || value === 0 || value === -1;
  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  // As Python tells true from false: an empty list, an empty word and 0 are false.
  const truthy = (value) => given(value) && value !== false && value !== 0 && value?.length !== 0 && !(isObject(value) && Object.keys(value).length === 0);

  const count = (value) => value.toLocaleString("en");

  // The table as `_table` of configs.py lays it out: a plain family is a row of defaults; names lead to what they mean.
  const families = { ...table.families };
  for (const [family, row] of Object.entries(table.plain)) {
    const defaults = Object.fromEntries(table.columns.map((name, i) => [name, row[i]]).filter(([, value]) => given(value)));
    families[family] = { defaults, layout: "G" };
  }
  const byName = (part) => Object.fromEntries(Object.entries(part).flatMap(([what, names]) => names.map((name) => [name, what])));
  const [inside, refused] = [byName(table.inside), byName(table.refused)];

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
    let config = parsed(text);
    if (!isObject(config)) refuse("config", config, "a JSON object, as in a config.json");
    let [family, stored] = ["", {}];
    [config, family, stored] = textPart(config);
    if (has(refused, family) || !has(families, family)) {
      const absent = "it is not in the table (if it is built like llama, or another family that is, ";
      const reason = get(refused, family) ?? `${absent}write that model_type)`;
      const way = 'Type its layers and windows by hand: choose "your own numbers"';
      throw new Error(`config of the family '${family.slice(0, 60)}' is not read: ${reason}. ${way}`);
    }
    const rules = families[family];
    const fields = allFields(config, rules);
    refuseUnknown(family, fields, rules);
    const [windows, chunk] = [windowsOf(fields, rules), sizeOf(fields, "attention_chunk_size")];
    const [letters, by] = lettersOf(fields, rules);
    const layers = [...letters.repeat(rules.sublayers ?? 1)]
      .map((letter, i) => (letter === "-" ? null : layerOf(fields, rules, letter, i, windows[i % windows.length], chunk)))
      .filter((layer) => layer);
    share(layers, fields, rules);
    if (layers.length === 0) refuse("layers", 0, "at least 1");
    const [context, stretched] = positions(fields);
    const [numberBytes, asked] = numberBytesOf(stored);
    const chunked = truthy(get(fields, "dual_chunk_attention_config"))
      ? "dual_chunk_attention_config renumbers positions; every token is still seen and kept." : null;
    const windowed = windowNotes(config, fields, rules, layers, by);
    const notes = [...windowed, stretched, asked, compressed(layers), chunked, filledIn(config, rules)];
    return { family, context, layers, notes: notes.filter((note) => note), numberBytes };
  }

  // JSON as Python reads it: with a byte-order mark before it, and with Infinity and NaN, which JSON has not.
  function parsed(text) {
    const address = /^\s*(?:https?:\/\/\S+|[\w.-]+\/[\w.-]+)\s*$/.exec(text);
    if (address) {
      const name = address[0].trim().slice(0, 80);
      throw new Error(`this page fetches nothing, so it cannot look up ${name}. Open that model's config.json and paste what stands in it`);
    }
    text = text.replace(/^\ufeff/, "").replace(/"(?:[^"\\]|\\.)*"|\b(?:Infinity|NaN)\b/g, (part) => (part[0] === '"' ? part : "1e999"));
    try {
      return JSON.parse(text);
    } catch {
      throw new Error(`config must be JSON that can be read; it breaks at ${placeOf(text)}`);
    }
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
    return `line ${lines.length}, column ${lines[lines.length - 1].length + 1}${early}${quotes}`;
  }

  function unfinished(text) {
    try {
      return Boolean(JSON.parse(text)) || true;
    } catch (error) {
      const place = /position (\d+)/.exec(error.message);
      return place ? Number(place[1]) >= text.length : /end of|EOF|unterminated/i.test(error.message);
    }
  }

  // The part that describes the text model, its family, and how the file stores numbers.
  function textPart(config) {
    let [family, stored] = [undefined, {}];
    for (;;) {
      const found = get(config, "model_type");
      if (given(found) && typeof found !== "string") refuse("model_type", found, "a name");
      if (!given(found) && family === undefined) refuse("config", Object.keys(config).slice(0, 5), "one that names its model_type");
      family = found || family;
      if (isObject(get(config, "quantization_config"))) stored = config.quantization_config;
      if (has(refused, family)) return [config, family, stored];
      const longer = `${family}_text`;
      const known = has(families, family) || !(has(families, longer) || has(refused, longer));
      family = get(inside, family) ?? (known ? family : longer);
      if (truthy(get(config, "is_encoder_decoder"))) refuse("is_encoder_decoder", true, "false: an encoder reads text from both sides");
      const inner = table.parts.filter((key) => isObject(get(config, key)));
      if (inner.length === 0) return [config, family, stored];
      config = config[inner[0]];
    }
  }

  function allFields(config, rules) {
    const fields = { ...rules.defaults, ...config };
    for (const [common, others] of Object.entries(table.aliases)) {
      const name = others.find((other) => given(get(config, other)));
      if (name && !given(get(config, common))) fields[common] = config[name];
    }
    for (const [name, [outer, inner]] of Object.entries(rules.within ?? {})) {
      const part = get(fields, outer);
      if (isObject(part) && given(get(part, inner))) fields[name] = part[inner];
    }
    for (const [name, factors] of Object.entries(rules.computed ?? {})) {
      if (!given(get(fields, name))) fields[name] = product(fields, factors);
    }
    const shaped = given(get(fields, "num_attention_heads")) && given(get(fields, "hidden_size"));
    if (!given(get(fields, "head_dim")) && shaped) fields.head_dim = product(fields, ["hidden_size", "/num_attention_heads"]);
    const [one, unless] = rules.one_head ?? [];
    const plain = !given(get(fields, "num_key_value_heads")) || truthy(get(fields, "multi_head"));
    if (plain) fields.num_key_value_heads = get(fields, "num_attention_heads");
    if (one && truthy(get(fields, one)) && !truthy(get(fields, unless))) fields.num_key_value_heads = 1;
    return fields;
  }

  function refuseUnknown(family, fields, rules) {
    for (const field of table.unknown) {
      const known = field === "kv_lora_rank" && rules.latent;
      if (truthy(get(fields, field)) && !known) refuse(field, fields[field], `absent: what it does in the family '${family}' is not known here`);
    }
    const both = get(fields, "use_bidirectional_attention");
    if (both === true || both === "all") refuse("use_bidirectional_attention", both, "off: both sides are read");
    if (get(fields, "is_causal") === false) refuse("is_causal", false, "true: both sides are read");
    const reads = ["sliding_window", ...(rules.windows ?? []).map(([field]) => field)];
    const windowed = reads.some((field) => has(rules.defaults, field)) || has(rules, "windows") || (rules.layout ?? "").includes("S");
    if (!windowed && !has(fields, "layer_types") && !off(get(fields, "sliding_window"))) {
      refuse("sliding_window", fields.sliding_window, `off: the family '${family}' does not read it`);
    }
  }

  const windowFields = (rules) => rules.windows ?? [["sliding_window", 0, 1]];

  // Tokens a windowed layer sees, itself included, null where windows are off: a list that is repeated.
  function windowsOf(fields, rules) {
    if (has(fields, "use_sliding_window") && off(fields.use_sliding_window)) return [null];
    for (const [field, plus, dividedBy] of windowFields(rules)) {
      const value = get(fields, field);
      const list = Array.isArray(value) && value.length > 0 ? value : [value];
      const sizes = list.map((one) => sizeOf({ [field]: one }, field));
      if (sizes.length > 1 || sizes[0] !== null) return sizes.map((size) => size && Math.floor(size / dividedBy) + plus);
    }
    return [null];
  }

  function sizeOf(fields, name) {
    return off(get(fields, name)) ? null : whole(fields, name);
  }

  // The longest text, and a word where a rotation stretches it; what is stretched already stays.
  function positions(fields) {
    if (!given(get(fields, "max_position_embeddings"))) return [null, null];
    const own = whole(fields, "max_position_embeddings");
    const outer = ["rope_scaling", "rope_parameters"].map((name) => get(fields, name)).filter(isObject);
    let longest = own;
    for (const scaling of [...outer, ...outer.flatMap((part) => Object.values(part).filter(isObject))]) {
      const factor = get(scaling, "factor");
      const yarn = get(scaling, "rope_type") === "yarn" || get(scaling, "type") === "yarn";
      if (!yarn || typeof factor !== "number" || !(factor > 1 && factor < 2 ** 30)) continue;
      const before = get(scaling, "original_max_position_embeddings");
      longest = Math.max(longest, Math.floor((truthy(before) ? whole(scaling, "original_max_position_embeddings") : own) * factor));
    }
    return [longest, longest === own ? null : `YaRN stretches its ${count(own)} positions to ${count(longest)}.`];
  }

  // Bytes of a number in the cache, and a word where the file asks for a format of its own.
  function numberBytesOf(stored) {
    const scheme = get(stored, "kv_cache_scheme");
    const bits = isObject(scheme) ? get(scheme, "num_bits") : get({ FP8: 8, INT8: 8 }, String(get(stored, "kv_cache_quant_algo")));
    return [4, 8, 16].includes(bits) ? [bits / 8, `The file asks for keys and values of ${bits} bits.`] : [2, null];
  }

  // Each declared window or chunk: in how many layers it is in effect, or what switches it off.
  function windowNotes(config, fields, rules, layers, by) {
    const first = windowFields(rules).map(([field]) => field).find((field) => !off(get(fields, field)));
    return [[first, "windowed"], ["attention_chunk_size", "chunked"]].map(([field, kind]) => {
      const value = field === undefined ? undefined : get(config, field);
      if (off(value) || !Number.isInteger(value)) return null;
      const number = layers.filter((layer) => layer.kind === kind).length;
      if (number) return `${field} ${count(value)} is in effect in ${number} of ${layers.length} layers.`;
      const switched = has(fields, "use_sliding_window") && off(fields.use_sliding_window);
      if (switched) return `${field} ${count(value)} is switched off by use_sliding_window.`;
      return `${field} ${count(value)} is in effect in no layer: ${by} names none.`;
    });
  }

  function compressed(layers) {
    const one = layers.find((layer) => layer.latent);
    if (!one) return null;
    const expanded = one.kvHeads * (one.keyWidth + one.valueWidth);
    const kept = `Keys and values are kept compressed, ${count(one.latent)} numbers a token and layer`;
    return `${kept}; an engine that expands them keeps ${count(expanded)}.`;
  }

  // The numbers that matter here and that the file does not give: the family's own stand in for them.
  function filledIn(config, rules) {
    const missing = [...SHAPE, ...windowFields(rules).map(([field]) => field)]
      .filter((name) => ![name, ...(table.aliases[name] ?? [])].some((key) => has(config, key)) && has(rules.defaults, name));
    const filled = missing.map((name) => `${name} ${rules.defaults[name]}`);
    return filled.length ? `Not in this file, filled in as its family has it: ${filled.join(", ")}.` : null;
  }

  // One letter a layer, in the model's order, and the field that says so.
  function lettersOf(fields, rules) {
    let [found, field] = listed(fields, rules);
    const depth = rules.depth_from_list && found ? found.length : whole(fields, "num_hidden_layers");
    if (depth > MOST_LAYERS) refuse("num_hidden_layers", depth, `at most ${count(MOST_LAYERS)}`);
    const by = field ?? rules.by ?? "the family's pattern";
    found = found || laidOut(fields, rules, depth);
    if (field && (rules.lists ?? []).some(([name, , again]) => name === field && again === "repeated")) found = repeated(found, depth);
    if (found.length < depth) refuse(field, fields[field], `as long as the model is deep (${depth} layers)`);
    found = found.slice(0, depth); // longer lists name extra layers that predict further tokens
    if (!found.includes(rules.least ?? "")) found = found.slice(0, -1) + rules.least;
    return [has(rules, "last") ? found.slice(0, -1) + rules.last : found, by];
  }

  // The letters of a list that the config itself gives, and the field it stands in.
  function listed(fields, rules) {
    for (const [field, meaning] of [["layer_types", table.letters], ["layers_block_type", table.letters], ...(rules.lists ?? [])]) {
      if (truthy(get(fields, field))) return [items(fields, field).map((item) => letter(field, item, meaning)).join(""), field];
    }
    return ["", null];
  }

  // The letters that the family gives its layers where the config has no list of them.
  function laidOut(fields, rules, depth) {
    if (has(rules, "indices") && given(get(fields, rules.indices[0]))) {
      const [field, one, other, first = 0] = rules.indices;
      const chosen = items(fields, field);
      return Array.from({ length: depth }, (_, i) => (chosen.includes(i + first) ? one : other)).join("");
    }
    if (!has(rules, "layout")) refuse("layer_types", null, "given: the family has no pattern of its own");
    const reversed = (text) => [...text].reverse().join("");
    let letters = "";
    for (const part of rules.layout.split(" | ")) {
      const [word, length] = part.split(" for ");
      const left = depth - letters.length;
      const more = length ? Math.min(difference(fields, rules, length), left) : left;
      const unit = unitOf(fields, rules, word, depth);
      letters += rules.from_end ? reversed(repeated(reversed(unit), more)) : repeated(unit, more);
    }
    return has(rules, "end") ? letters.slice(0, -1) + rules.end : letters;
  }

  // A word of a layout as letters, or the word that the config itself has in its place.
  function unitOf(fields, rules, word, depth) {
    const own = get(fields, rules.by ?? "");
    if (own && typeof own === "string") return [...own].map((item) => letter(rules.by, item, { L: "S", G: "G" })).join("");
    const runs = word.split(" ").map((run) => run.split("*"));
    return runs.map(([letters, times]) => letters.repeat(times ? Math.min(difference(fields, rules, times), depth) : 1)).join("");
  }

  // A field or a number, less others, as the table writes it: "attn_layer_period-attn_layer_offset-1".
  function difference(fields, rules, words) {
    const value = (name) => (/^\d+$/.test(name) ? Number(name) : whole(given(get(fields, name)) ? fields : rules.defaults, name, 0));
    const names = words.split("-");
    const [first, ...rest] = names.map(value);
    const least = rest.reduce((sum, one) => sum + one, 0);
    return first < least ? refuse(names[0], first, `a whole number >= ${least}`) : first - least;
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
      queryHeads: null, cached: true, stateNumbers: 0, latent: 0,
    };
    if ("MH".includes(kind)) layer.stateNumbers = (rules.state ?? []).reduce((sum, factors) => sum + product(fields, factors), 0);
    return kind === "M" ? layer : { ...layer, ...attention({ ...fields, ...own }, rules) };
  }

  // What an attention layer keeps of each token.
  function attention(fields, rules) {
    const queryHeads = whole(fields, "num_attention_heads");
    if (rules.latent && truthy(get(fields, "kv_lora_rank"))) {
      const rope = whole(fields, "qk_rope_head_dim", 0);
      const [keyWidth, valueWidth] = [whole(fields, "qk_nope_head_dim") + rope, whole(fields, "v_head_dim")];
      return { kvHeads: queryHeads, keyWidth, valueWidth, queryHeads, latent: whole(fields, "kv_lora_rank") + rope };
    }
    const keyWidth = whole(fields, "head_dim");
    const valueWidth = has(rules.defaults, "v_head_dim") ? whole(fields, "v_head_dim") : keyWidth;
    return { kvHeads: whole(fields, "num_key_value_heads"), keyWidth, valueWidth, queryHeads };
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

  // The last so many layers, or all but the first of each few, read an earlier layer's keys and values.
  function share(layers, fields, rules) {
    let reading = [];
    if (has(rules, "shared") && truthy(get(fields, rules.shared))) {
      const shared = whole(fields, rules.shared, 0);
      if (shared > layers.length) refuse(rules.shared, shared, `at most the ${layers.length} layers`);
      reading = layers.slice(layers.length - shared);
    }
    if (has(rules, "reuse") && truthy(get(fields, rules.reuse[0]))) {
      const every = whole(fields, rules.reuse[1]);
      reading = layers.filter((_, i) => i % every);
    }
    for (const layer of reading) layer.cached = false;
  }

  // A product of fields and whole numbers; "/" divides by what follows, rounding down.
  function product(fields, factors) {
    return factors.reduce((result, factor) => {
      const name = String(factor).replace(/^\//, "");
      const number = /^-?\d+$/.test(name) ? Number(name) : whole(fields, name, 0);
      if (String(factor)[0] !== "/") return result * number;
      return number ? Math.floor(result / number) : refuse(name, number, "a whole number >= 1");
    }, 1);
  }

  // A list with an entry a layer; an entry that is [kinds, how often] counts so often.
  function items(fields, field, least = 0) {
    const found = fields[field];
    if (!(Array.isArray(found) || typeof found === "string") || found.length < least) refuse(field, found, "a list with an entry a layer");
    return [...found].flatMap((item) => {
      const pair = Array.isArray(item) && item.length === 2 && Array.isArray(item[0]) && Number.isSafeInteger(item[1]);
      const total = pair ? item[0].length * item[1] : 0;
      return total > 0 && total <= MOST_LAYERS ? Array.from({ length: item[1] }, () => item[0]).flat() : [item];
    });
  }

  function letter(field, item, meaning) {
    const found = get(meaning, String(item));
    if (found === undefined) refuse(field, item, `made of ${Object.keys(meaning).join(", ")}`);
    return found;
  }

  return { read, parsed };
}
