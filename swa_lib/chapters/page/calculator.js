// The calculator of chapter 5, on a page and in a live notebook: fields in, numbers out, nothing asked of anybody.
//
// The HTML and what stands in it first come from swa_lib/chapters/calculator.py; numbers are read by reading.js, a
// pasted config.json by configs.js, and the answers computed by stack.js, in a worker where the browser has one. What
// was typed, pasted, or found in the address is only ever shown as text.
"use strict";

function startCalculator(form, address = null) {
  const data = JSON.parse(form.querySelector("script").textContent);
  const reader = configReader(data.table);
  const fields = Object.fromEntries(Object.keys(data.fields).map((name) => [name, form.elements[name]]));
  const menu = form.elements.model;
  const pasted = form.elements.config;
  const status = form.querySelector(".calculator-status");
  const touched = new Set(); // what the reader chose himself stays when another model is chosen
  let config = null; // the model that was pasted, and what to call it
  let latest = 0; // the newest question: older answers are thrown away
  let pause = null; // until what was said is read out
  let strange = ""; // what a link asks and this page does not understand

  const count = (number) => Math.round(number).toLocaleString("en");
  const ask = calculatorEngine();

  // One word beside a field: what is wrong with it, or how it was read.
  function say(field, words, wrong = true) {
    field.setAttribute("aria-invalid", wrong && words ? "true" : "false");
    const place = form.querySelector(`#${field.id}-said`);
    place.textContent = words;
    place.classList.toggle("calculator-wrong", wrong);
  }

  // "60k" is sixty thousand; the name of a power of two is that power of two, and it is said how to write the other.
  function thousands(typed) {
    const [, digits, letter] = /^\s*([0-9]+(?:\.[0-9]+)?)\s*([km])\s*$/i.exec(typed) ?? [];
    if (!letter) return null;
    const [number, power] = [Number(digits), letter.toLowerCase() === "k" ? 1 : 2];
    const decimal = Math.round(number * 1000 ** power);
    if (!Number.isInteger(Math.log2(number)) || number < 1) return { value: decimal, words: `= ${count(decimal)}` };
    const binary = number * 1024 ** power;
    return { value: binary, words: `= ${count(binary)}; for ${count(decimal)} write ${decimal}` };
  }

  // A field's number and how it was read, or an Error that says what is wrong, for its writer.
  function readField(name) {
    const { label, kind, low, high } = data.fields[name];
    const typed = fields[name].value.trim();
    const whole = kind === "whole" || kind === "maybe";
    if (kind === "menu") return { value: Number(typed), words: "" };
    if (!typed && (kind === "maybe" || kind === "amount")) return { value: null, words: "" };
    const span = `a whole number from ${count(low)} to ${count(high)}`;
    const wanted = {
      whole: span, maybe: `${span}, or nothing`, amount: `a number from 0 to ${count(high)}, or nothing`,
      share: "a number from 0 to below 1", above: "a number above 0 and below 1",
    }[kind];
    if (!typed) throw new Error(`${label} is empty. Write ${wanted}.`);
    const short = whole ? thousands(typed) : null;
    let value = short?.value;
    try {
      value ??= swaReading.number(typed, { dotMayGroup: whole }).values[0];
    } catch (error) {
      throw new Error(`${label}: ${error.message}`);
    }
    const end = kind === "share" || kind === "above" ? value < high : value <= high;
    const fits = end && (kind === "above" ? value > low : value >= low) && (!whole || Number.isInteger(value));
    if (!fits) throw new Error(`${label} must be ${wanted}, not "${typed}".`);
    return { value, words: short?.words ?? "" };
  }

  // Every field's number; null where one cannot be read, with a word beside it.
  function readFields(names) {
    const values = {};
    for (const name of names) {
      try {
        const { value, words } = readField(name);
        values[name] = value;
        if (words || !fields[name].dataset.said) say(fields[name], words, false);
      } catch (error) {
        say(fields[name], error.message);
        values.wrong = true;
      }
    }
    return values.wrong ? null : values;
  }

  const named = (...groups) => Object.keys(data.fields).filter((name) => groups.includes(data.fields[name].group));

  // Models travel in few bytes: their different layers, and one letter a layer.
  function unpacked({ layers, order }) {
    const names = ["kind", "window", "kv_heads", "key_width", "value_width", "query_heads", "cached", "state_numbers", "latent"];
    const different = layers.map((layer) => Object.fromEntries(names.map((name, i) => [name, layer[i]])));
    return { layers: [...order].map((letter) => different[letter.charCodeAt(0) - 97]) };
  }

  // The global layers of a typed stack stand evenly, each the last of its group.
  function typed({ layers, window, global_layers: wide, kv_heads, head_dim: width }) {
    const places = new Set(Array.from({ length: wide }, (_, g) => Math.ceil(((g + 1) * layers) / wide) - 1));
    const rest = { kv_heads, key_width: width, value_width: width, query_heads: null, cached: true, state_numbers: 0, latent: 0 };
    const layer = (i) => (places.has(i) ? { kind: "global", window: null, ...rest } : { kind: "windowed", window, ...rest });
    return { layers: Array.from({ length: layers }, (_, i) => layer(i)) };
  }

  function readConfig() {
    config = null;
    if (!pasted.value.trim()) return say(pasted, "");
    try {
      const { family, layers, context, notes, numberBytes } = reader.read(pasted.value);
      config = { layers, context, name: `config.json (${family})` };
      say(pasted, notes.join(" "), false);
      if (!touched.has("bytes")) fields.bytes.value = String(numberBytes);
    } catch (error) {
      say(pasted, error.message);
    }
  }

  function chosenModel() {
    if (menu.value === "config") return config && { model: { layers: config.layers }, name: config.name, context: config.context };
    if (menu.value) return { model: unpacked(data.models[menu.value]), name: menu.value, context: data.contexts[menu.value] };
    const values = readFields(named("own"));
    if (values && values.global_layers > values.layers) {
      say(fields.global_layers, `At most the ${count(values.layers)} layers can be global.`);
      return null;
    }
    return values && { model: typed(values), name: "", context: null };
  }

  // The whole question, or null where something cannot be read.
  function question() {
    const chosen = chosenModel();
    const states = Boolean(chosen?.model.layers.some((layer) => layer.kind === "state"));
    for (const part of form.querySelectorAll("[data-group]")) {
      const group = part.dataset.group;
      part.hidden = !(["all", "serve", menu.value].includes(group) || (group === "own" && !menu.value) || (group === "state" && states));
    }
    const values = readFields(named("all", "serve", ...(states ? ["state"] : [])));
    if (!chosen || !values) return null;
    if (values.distance >= values.text) {
      const half = count(Math.max(1, Math.floor(values.text / 2)));
      const end = `In a text of ${count(values.text)} tokens nothing is farther back than ${count(values.text - 1)}.`;
      say(fields.distance, `${end} Ask for half of it, ${half}, to see what comes from the first half.`);
      return null;
    }
    if (chosen.model.layers.length * values.text > data.most_work) {
      say(fields.text, `Layers x text must be at most ${count(data.most_work)} on this page. In Python, swa_lib.influence takes more.`);
      return null;
    }
    const longest = Math.min(data.fields.text.high, Math.floor(data.most_work / chosen.model.layers.length));
    return { ...chosen, ...values, states, longest, memory: values.memory === null ? null : values.memory * 2 ** 30 };
  }

  // What stands there is no answer to what the fields say now: dimmed. It is read out once the reader pauses.
  function update() {
    const asked = question();
    latest += 1;
    form.classList.toggle("calculator-unclear", !asked);
    form.classList.toggle("calculator-busy", Boolean(asked));
    form.querySelector(".calculator-answer").hidden = menu.value === "config" && !config; // no other model's answer
    if (!asked) {
      const wrong = form.querySelector(".calculator-wrong:not(:empty)");
      return readOut(wrong ? wrong.textContent : "");
    }
    ask({ ...asked, number: latest }, (answer) => {
      if (answer.number === latest) show(asked, answer);
    });
  }

  function readOut(words) {
    clearTimeout(pause);
    status.textContent = "";
    if (touched.size) pause = setTimeout(() => (status.textContent = [strange, words].join(" ").trim()), 900);
  }

  function show(asked, answer) {
    form.classList.remove("calculator-busy");
    const words = calculatorWords(asked, answer);
    for (const [name, text] of Object.entries(words)) {
      const place = name === "for" ? form.querySelector(".calculator-for") : form.querySelector(`[data-result=${name}]`);
      place.textContent = text;
      const row = place.closest("tr");
      if (row) row.hidden = !text;
    }
    const picture = form.querySelector(".calculator-picture");
    picture.hidden = !answer.curve;
    if (answer.curve) picture.innerHTML = calculatorPicture(asked, answer); // made of numbers and words of our own only
    picture.setAttribute("aria-label", `Influence from beyond each distance on a log scale; ${words.exact || "unknown"} at the tolerance.`);
    readOut(`${words.could} ${words.could_words}. ${words.does} ${words.does_words}.`);
  }

  // The state of the whole calculator, as it stands in the address.
  function state() {
    const shown = menu.value ? named("all", "serve") : named("own", "all", "serve");
    const parts = shown.map((name) => [name, fields[name].value.trim()]);
    if (!form.querySelector("[data-group=state]").hidden) parts.push(["state_memory", fields.state_memory.value.trim()]);
    if (menu.value) parts.unshift(["model", menu.value]);
    if (config && menu.value === "config") parts.push(["config", shortened(pasted.value)]);
    return new URLSearchParams(parts.filter(([, value]) => value !== ""));
  }

  // A config without what the reader never looks at, so that it fits an address.
  function shortened(text) {
    const known = JSON.stringify(data.table);
    const telling = new RegExp("layer|window|head|hidden|attention|attn|causal|encoder|compress|index_topk|lora_rank|" +
      "position|rope|factor|^type$|kv_cache|num_bits|_config$|model_type");
    return JSON.stringify(reader.parsed(text), function (key, value) {
      const kept = key === "" || Array.isArray(this) || /^\d+$/.test(key) || known.includes(`"${key}"`) || telling.test(key);
      return kept ? value : undefined;
    });
  }

  // What the address asks. Mail programs and chats encode it once more, and write & as &amp;
  function asksFor() {
    let hash = location.hash.slice(1);
    try {
      if (!hash.includes("?")) hash = decodeURIComponent(hash);
    } catch {} // a lone % sign
    const part = hash.replace(/&amp;|&#38;/g, "&").split(";").find((part) => part.split("?")[0] === form.id && part.includes("?"));
    return part === undefined ? null : new URLSearchParams(part.slice(part.indexOf("?") + 1));
  }

  function restore() {
    const asked = asksFor();
    if (!asked) return;
    const unknown = [];
    for (const [name, value] of asked) {
      if (Object.hasOwn(fields, name)) {
        fields[name].value = value;
        touched.add(name);
        if (!fields[name].value && value) unknown.push(`${name} = ${value}`);
      } else if (!["model", "config"].includes(name)) unknown.push(name);
    }
    if (!fields.bytes.value) fields.bytes.value = "2";
    const model = asked.get("model") ?? "";
    menu.value = [...menu.options].some((option) => option.value === model) ? model : "";
    if (menu.value !== model) unknown.push(`the model ${model}`);
    strange = unknown.length ? `The link asks for what this page does not know: ${unknown.join(", ").slice(0, 200)}.` : "";
    form.querySelector(".calculator-strange").textContent = strange;
    pasted.value = asked.get("config") ?? (model === "config" ? kept() : "");
    form.querySelector("details").open ||= ["sequences", "prefill", "memory"].some((name) => asked.has(name) && fields[name].value !== fields[name].defaultValue);
    readConfig();
    update();
    form.scrollIntoView({ block: "start" });
  }

  // What was pasted and refused is no address, but it is not lost on reload either.
  const drawer = "swa-calculator-config";
  function kept(text) {
    try {
      if (text !== undefined) sessionStorage.setItem(drawer, text);
      return sessionStorage.getItem(drawer) ?? "";
    } catch {
      return ""; // a browser that keeps nothing
    }
  }

  const keep = () => address?.keep(form.id, state());

  // A model brings the longest text that it is made for, and a distance within it, unless the reader has typed one.
  function bringText(context, name) {
    delete fields.text.dataset.said;
    if (touched.has("text") || !context) return;
    const text = Math.min(context, data.fields.text.high);
    fields.text.value = count(text);
    if (!touched.has("distance")) fields.distance.value = count(Math.max(1, Math.min(16384, Math.floor(text / 2))));
    fields.text.dataset.said = "yes";
    say(fields.text, context > data.fields.text.high ? "The longest text of this page." : `Set to the longest text of ${name}.`, false);
  }

  menu.addEventListener("change", () => {
    touched.add("model");
    bringText(data.contexts[menu.value], menu.value);
    update();
    keep();
    if (menu.value === "config") pasted.focus();
  });
  function take(text) {
    pasted.value = text;
    menu.value = "config";
    touched.add("config");
    kept(text);
    readConfig();
    if (config) bringText(config.context, "this config");
    update();
    keep();
  }
  // A file's text: UTF-8, or what its byte-order mark or a zero beside its first letter says.
  async function takeFile(file) {
    if (!file) return;
    const bytes = new Uint8Array(await file.arrayBuffer());
    const start = bytes.slice(0, 2).join(" ");
    const wide = /^(255 254|[^ ]+ 0)$/.test(start) ? "utf-16le" : /^(254 255|0 [^ ]+)$/.test(start) ? "utf-16be" : "utf-8";
    take(new TextDecoder(wide).decode(bytes));
  }
  pasted.addEventListener("input", () => take(pasted.value));
  form.querySelector("input[type=file]").addEventListener("change", (event) => takeFile(event.target.files[0]));
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    takeFile(event.dataTransfer.files[0]);
  });
  for (const [name, field] of Object.entries(fields)) {
    field.addEventListener("input", () => {
      touched.add(name);
      delete field.dataset.said;
      update();
      keep();
    });
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector(".calculator-fields").hidden = false;
  form.classList.add("calculator-live");
  form.closest(".output")?.style.setProperty("overflow", "visible"); // or the verdict could not stay in sight
  if (address) {
    form.querySelector(".calculator-link").hidden = false; // a notebook has no address to share
    prepareLink(form, null, keep);
    window.addEventListener("hashchange", restore);
    window.addEventListener("pageshow", restore); // also after Back, when a browser puts old words into the fields
  }
  restore();
  update();
}

// Answers questions: in a worker, so that the page stays free; in the page itself where none can be started.
function calculatorEngine() {
  function answering(engine, post) {
    return (asked) => {
      const { model, alpha, tolerance, text, distance, state_memory: stateMemory, states, number, memory } = asked;
      const window = engine.widest(model);
      const found = { number, window, bill: engine.bill(model, asked), reread: engine.reread(model), reach: engine.reach(model, text) };
      found.rule = window ? engine.ruleHorizon(window, alpha, tolerance) : Infinity;
      if (memory !== null) {
        found.fits = engine.textThatFits(model, memory, asked);
        found.batch = engine.sequencesThatFit(model, memory, asked);
      }
      const mixes = "unknown: its layers mix attention and a state, and no config says in which shares";
      found.refused = engine.mixed(model) ? mixes : states && !stateMemory;
      if (found.refused) return post(found);
      const tail = engine.beyond(engine.influence(model, alpha, text, stateMemory));
      found.exact = engine.horizon(tail, tolerance);
      found.alone = engine.windowsAlone(model, alpha, text, tolerance);
      found.far = tail[distance] ?? 0;
      if (memory !== null) {
        const near = Math.min(found.fits, asked.longest);
        const held = near < 2 ? null : engine.horizon(engine.beyond(engine.influence(model, alpha, near, stateMemory)), tolerance);
        found.used = held === null ? null : [near, held];
      }
      found.end = Math.min(Math.max(1.6 * found.exact, found.rule < Infinity ? 1.2 * found.rule : 0, 10), Math.max(text - 1, 10));
      found.curve = [];
      for (let d = 0; d < tail.length && d <= found.end; d += Math.max(1, Math.floor(found.end / 400))) found.curve.push([d, tail[d]]);
      post(found);
    };
  }
  const here = (asked, then) => answering(stackEngine(), then)(asked);
  const source = `${stackEngine}; const answer = (${answering})(stackEngine(), (found) => postMessage(found));
    onmessage = (event) => answer(event.data);`;
  let [worker, busy, broken] = [null, false, false];
  function start(asked, then) {
    worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    worker.onerror = () => { // a page may forbid workers, and says so only now
      broken = true;
      here(asked, then);
    };
  }
  return (asked, then) => {
    if (broken) return here(asked, then);
    try {
      if (busy) worker.terminate(); // what it still computes, nobody waits for
      if (busy || !worker) start(asked, then);
      busy = true;
      worker.onmessage = (event) => {
        busy = false;
        then(event.data);
      };
      worker.postMessage(asked);
    } catch {
      broken = true;
      here(asked, then);
    }
  };
}

// Bytes as a reader sees them, as `size_words` of calculator.py.
function calculatorSize(size) {
  const digits = size >= 2 ** 30 / 10 ? 2 : 4;
  const shown = Math.floor((size / 2 ** 30) * 10 ** digits + 0.5) / 10 ** digits;
  if (!shown) return size ? "<0.0001 GiB" : "0 GiB";
  return `${shown.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })} GiB`;
}

// A share as a reader sees it, as `share_words` of calculator.py.
function calculatorShare(share) {
  return share === 0 ? "0" : share < 1e-4 ? "<0.01%" : `${(100 * share).toFixed(2)}%`;
}

const calculatorCount = (number) => Math.round(number).toLocaleString("en");

// What the calculator says; where `answers` of calculator.py has a word, the same.
function calculatorWords(asked, answer) {
  const { model, name, text, alpha, tolerance, bytes } = asked;
  const of = (kind) => model.layers.filter((layer) => layer.kind === kind);
  const sizes = (kind) => [...new Set(of(kind).map((layer) => layer.window).filter(Boolean))].sort((a, b) => a - b);
  const parts = ["windowed", "chunked", "global", "state"].filter((kind) => of(kind).length).map((kind) => {
    const wide = sizes(kind).map(calculatorCount).join(" and ");
    return `${of(kind).length} ${kind}${wide ? ` (${wide})` : ""}`;
  });
  const only = of("windowed").length === model.layers.length;
  const one = only && sizes("windowed").length === 1 ? sizes("windowed")[0] : null;
  const layers = `${model.layers.length} layer${model.layers.length > 1 ? "s" : ""}`;
  const shape = !name && one ? `${layers}, windows of ${calculatorCount(one)} tokens` : `${name || "Your stack"}: ${parts.join(", ")}`;
  const settings = `α = ${alpha}, tolerance ${tolerance}, ${bytes} byte${bytes > 1 ? "s" : ""} a number`;
  return {
    for: `${shape}, text of ${calculatorCount(text)} tokens, ${settings}`,
    ...calculatorVerdict(asked, answer, only),
    ...calculatorSight(asked, answer, { of, sizes, only, one }),
    ...calculatorBill(asked, answer),
  };
}

// The two large numbers. Beside global layers the horizon is nearly the text and says little: there it is a share.
function calculatorVerdict({ text, distance, tolerance }, { reach, exact, far }, only) {
  const least = Number((100 * tolerance).toPrecision(6));
  const could = { could: calculatorCount(reach), could_words: `tokens back it could see${reach === text - 1 ? ", the whole text" : ""}` };
  if (exact === undefined) return { ...could, does: "?", does_words: "of what it does see is unknown" };
  if (only) return { ...could, does: calculatorCount(exact), does_words: `tokens back hold all but ${least}% of what it does see` };
  const words = `of what it does see comes from beyond ${calculatorCount(distance)} tokens`;
  return { ...could, does: calculatorShare(far), does_words: words };
}

function calculatorSight({ model, context, text, distance }, answer, { of, sizes, only, one }) {
  const [count, { layers }] = [calculatorCount, model];
  const { reach, rule, exact, alone, window } = answer;
  const widths = [...sizes("windowed"), ...sizes("chunked")];
  const cut = layers.filter((layer) => layer.window && layer.window < text).length;
  const narrowest = `No window cuts a text of ${count(text)} tokens: the narrowest is ${count(Math.min(...widths))}.`;
  const inWindows = (tokens, width) => (width ? ` (${(tokens / width).toFixed(1)} W)` : "");
  const own = only ? layers.reduce((far, layer) => far + layer.window - 1, 0) : 0;
  const whole = `${reach === text - 1 ? ", the whole text" : ""}${own > reach ? `; in a longer one ${count(own)}` : ""}`;
  const chunks = of("chunked").length === layers.length ? ": no layer crosses the edge of a chunk" : whole;
  const assume = "say how many tokens a state remembers, such as 1,000: no config tells, so it must be assumed";
  const known = exact !== undefined;
  const ruled = `${count(rule)} tokens (${(rule / window).toFixed(1)} W${one ? "" : ", for its windowed layers"})`;
  const apart = alone && `reach ${count(alone.reach)}, exact horizon ${count(alone.exact)} tokens`;
  return {
    cut: !widths.length ? "" : cut ? `${cut} of ${layers.length} layers cut a text of ${count(text)} tokens.` : narrowest,
    reach: `${count(reach)} tokens${chunks}`,
    exact: known ? `${count(exact)} tokens${inWindows(exact, one)}` : answer.refused === true ? assume : answer.refused,
    rule: !window ? "none: it is a rule about windows" : rule === Infinity ? "none: at α = 0 the rule sees no loss"
      : ruled + (rule > reach ? "; that is beyond the reach" : ""),
    alone: apart ? apart + inWindows(alone.exact, sizes("windowed").length === 1 ? window : null) : "",
    far: known ? `${calculatorShare(answer.far)} from beyond ${count(distance)} tokens` : "",
    reread: window ? calculatorReread(answer.reread, text, only) : "",
    note: context && context < text ? `this model's positions end at ${count(context)} tokens; the text is longer` : "",
  };
}

function calculatorReread(tokens, text, only) {
  if (tokens === null) return "the whole text: a state holds no past to start from";
  const whole = tokens >= text ? " (the whole text)" : "";
  return `${calculatorCount(Math.min(tokens, text))} tokens${whole}${only ? "" : ", if what its other layers kept is not overwritten"}`;
}

function calculatorBill({ model, text, tolerance, sequences, prefill }, { bill, fits, used, batch }) {
  const [count, size] = [calculatorCount, calculatorSize];
  const many = sequences > 1 ? ` for ${count(sequences)} sequences` : "";
  const least = Number((100 * tolerance).toPrecision(6));
  const longest = fits === Infinity ? "any: no layer keeps the whole text" : `${count(fits)} tokens`;
  return {
    least: size(bill.least) + many,
    prefill: `${size(bill.prefill)}, ${count(prefill)} tokens at once`,
    whole: size(bill.whole),
    expanded: model.layers.some((layer) => layer.latent) ? size(bill.expanded) : "",
    states: bill.states ? `${size(bill.states)}, at 4 bytes a number` : "",
    fits: fits === undefined ? "" : longest + many,
    used: used ? `in ${count(used[0])} tokens all but ${least}% of the output comes from the last ${count(used[1])}` : "",
    batch: fits === undefined ? "" : `${count(batch)} of ${count(text)} tokens`,
  };
}

// The tail on a log scale, from 1 down to a thousandth of the tolerance, "now" at the right, with the rule beside it.
function calculatorPicture({ tolerance }, { curve, exact, rule, end }) {
  const [left, right, top, bottom] = [52, 304, 12, 148];
  const decades = 3 - Math.log10(tolerance);
  const x = (d) => right - ((right - left) * d) / end;
  const y = (share) => Math.min(bottom, top - ((bottom - top) * Math.log10(Math.max(share, 1e-300))) / decades);
  const point = (d, share) => `${x(d).toFixed(1)} ${y(share).toFixed(1)}`;
  const text = (px, py, words, anchor, kind = "") => `<text x="${px}" y="${py}" text-anchor="${anchor}" class="${kind}">${words}</text>`;
  let ticks = "";
  for (let n = 0; n <= decades; n += Math.max(1, Math.round(decades / 4))) {
    ticks += text(left - 5, y(10 ** -n) + 4, Number((10 ** -n).toPrecision(1)), "end");
  }
  const unit = 10 ** Math.floor(Math.log10(end / 2));
  const spacing = unit * (end / unit > 10 ? 5 : end / unit > 5 ? 2 : 1);
  for (let d = spacing; d <= end; d += spacing) ticks += text(x(d).toFixed(1), bottom + 15, d.toLocaleString("en"), "middle", "tick");
  const foot = Math.min(end, (rule * decades) / -Math.log10(tolerance)); // where the rule leaves the picture
  const ruled = rule < Infinity ? `<path class="rule" d="M${point(0, 1)}L${point(foot, tolerance ** (foot / rule))}"/>` : "";
  const dots = [exact, rule].filter((d) => d <= end).map((d) => `<circle cx="${x(d)}" cy="${y(tolerance)}" r="3.5"/>`).join("");
  const middle = (left + right) / 2;
  return `<svg viewBox="0 0 320 194"><g class="lines"><path class="axes" d="M${left} ${top}V${bottom}H${right}"/>
    <path class="tolerance" d="M${left} ${y(tolerance)}H${right}"/>${ruled}
    <path class="exact" d="M${curve.map(([d, share]) => point(d, share)).join("L")}"/></g>${dots}${ticks}
    ${text(right, bottom + 15, "now", "end")}${text(middle, bottom + 30, "tokens back", "middle")}
    ${text(160, bottom + 44, `Influence from beyond: solid${rule < Infinity ? "; rule of thumb: dashed" : ""}`, "middle")}</svg>`;
}

// In a notebook: the same HTML and the same scripts; the address belongs to the notebook.
function startLiveCalculator({ model, el }) {
  // JupyterLab would take the keys for its own: as shortcuts, and to walk from cell to cell.
  el.dataset.lmSuppressShortcuts = "true";
  el.addEventListener("keydown", (event) => event.stopPropagation());
  el.innerHTML = model.get("page");
  startCalculator(el.querySelector("form"));
}

// As soon as the page is read: DOMContentLoaded would wait for the formulas and the theme.
document.addEventListener("readystatechange", () => {
  const forms = document.readyState === "interactive" ? document.querySelectorAll("form.calculator") : [];
  forms.forEach((form) => startCalculator(form, figureAddress));
});
