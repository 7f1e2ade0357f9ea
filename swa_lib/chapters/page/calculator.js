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
  let config = null; // the model that was pasted, and what to call it
  let standing = true; // the answer that came with the page still stands
  let latest = 0; // the newest question: older answers are thrown away

  const count = (number) => Math.round(number).toLocaleString("en");

  function complain(field, words) {
    field.setAttribute("aria-invalid", words ? "true" : "false");
    form.querySelector(`#${field.id}-error`).textContent = words;
  }

  // A number as it was typed; "10M" is ten million.
  function numberOf(label, typed, whole) {
    const millions = whole && /^\s*([0-9]+(?:\.[0-9]+)?)\s*m\s*$/i.exec(typed);
    if (millions) return Number(millions[1]) * 1e6;
    try {
      return swaReading.number(typed, { dotMayGroup: whole, k: 1024 }).values[0];
    } catch (error) {
      throw new Error(`${label}: ${error.message}`);
    }
  }

  // A field's number, or an Error that says what is wrong, for its writer.
  function readField(name) {
    const { label, kind, low, high } = data.fields[name];
    const [whole, typed] = [kind === "whole", fields[name].value.trim()];
    if (kind === "menu") return Number(typed);
    const wanted = {
      whole: `a whole number from ${count(low)} to ${count(high)}`, share: "a number from 0 to below 1", above: "a number above 0 and below 1",
    };
    if (!typed) throw new Error(`${label} is empty. Write ${wanted[kind]}.`);
    const value = numberOf(label, typed, whole);
    const fits = whole ? Number.isInteger(value) && value >= low && value <= high : (kind === "above" ? value > low : value >= low) && value < high;
    if (!fits) throw new Error(`${label} must be ${wanted[kind]}, not "${typed}".`);
    return value;
  }

  // Every shown field's number; null where one cannot be read, with a word beside it.
  function readFields(names) {
    const values = {};
    let wrong = false;
    for (const name of names) {
      try {
        values[name] = readField(name);
        complain(fields[name], "");
      } catch (error) {
        complain(fields[name], error.message);
        wrong = true;
      }
    }
    return wrong ? null : values;
  }

  const named = (...groups) => Object.keys(data.fields).filter((name) => groups.includes(data.fields[name].group));

  // Models travel in few bytes: their different layers, and one letter a layer.
  function unpacked({ layers, order }) {
    const different = layers.map(([kind, window, kvHeads, keyWidth, valueWidth, queryHeads, cached, stateNumbers, latent]) => ({
      kind, window, kvHeads, keyWidth, valueWidth, queryHeads, cached, stateNumbers, latent,
    }));
    return { layers: [...order].map((letter) => different[letter.codePointAt(0) - 97]) };
  }

  // The global layers of a typed stack stand evenly, each the last of its group.
  function typed({ layers, window, global_layers: wide, kv_heads: kvHeads, head_dim: width }) {
    const places = new Set(Array.from({ length: wide }, (_, g) => Math.ceil(((g + 1) * layers) / wide) - 1));
    const rest = { kvHeads, keyWidth: width, valueWidth: width, queryHeads: null, cached: true, stateNumbers: 0 };
    const layer = (i) => (places.has(i) ? { kind: "global", window: null, ...rest } : { kind: "windowed", window, ...rest });
    return { layers: Array.from({ length: layers }, (_, i) => layer(i)) };
  }

  function readConfig() {
    config = null;
    const note = form.querySelector(".calculator-filled");
    note.textContent = "";
    if (!pasted.value.trim()) return complain(pasted, "");
    try {
      const { family, layers, context, notes } = reader.read(pasted.value);
      note.textContent = notes.join(" ");
      config = { layers, context, name: `config.json (${family})` };
      complain(pasted, "");
    } catch (error) {
      complain(pasted, error.message);
    }
  }

  function chosenModel() {
    if (menu.value === "config") return config && { model: { layers: config.layers }, name: config.name, context: config.context };
    if (menu.value) return { model: unpacked(data.models[menu.value]), name: menu.value, context: data.contexts[menu.value] };
    const values = readFields(named("own"));
    if (!values) return null;
    if (values.global_layers > values.layers) {
      complain(fields.global_layers, `At most the ${count(values.layers)} layers can be global.`);
      return null;
    }
    return { model: typed(values), name: "" };
  }

  // The whole question, or null where something cannot be read.
  function question() {
    const chosen = chosenModel();
    const states = Boolean(chosen?.model.layers.some((layer) => layer.kind === "state" || layer.stateNumbers));
    for (const part of form.querySelectorAll("[data-group]")) {
      const group = part.dataset.group;
      part.hidden = group !== "all" && !(group === "own" && !menu.value) && !(group === "state" && states) && group !== menu.value;
    }
    const values = readFields(named("all"));
    if (!chosen || !values) return null;
    if (values.distance >= values.text) {
      const half = count(Math.max(1, Math.floor(values.text / 2)));
      complain(fields.distance, `In a text of ${count(values.text)} tokens nothing is farther back than ${count(values.text - 1)}. Ask for half of it, ${half}, to see what comes from the first half.`);
      return null;
    }
    if (chosen.model.layers.length * values.text > data.most_work) {
      complain(fields.text, `Layers x text must be at most ${count(data.most_work)} on this page. In Python, swa_lib.influence takes more.`);
      return null;
    }
    const memory = states && fields.state_memory.value.trim() ? readFields(["state_memory"]) : { state_memory: null };
    if (states && !fields.state_memory.value.trim()) complain(fields.state_memory, "");
    return memory && { ...chosen, ...values, stateMemory: memory.state_memory, states };
  }

  // What stands there and is not the answer to what the fields say now: dimmed, and said.
  function pending(summary, plans) {
    form.classList.toggle("calculator-busy", summary);
    form.classList.toggle("calculator-planning", plans);
    form.querySelector("dl").setAttribute("aria-busy", summary);
    form.querySelector(".calculator-picture").setAttribute("aria-busy", summary);
    form.querySelector(".calculator-plans").setAttribute("aria-busy", plans);
    form.querySelector(".calculator-status").textContent = summary ? "computing…" : "";
    if (plans) form.querySelector(".calculator-lead").textContent = "computing…";
  }

  // Do the fields still say what the page came with?
  function atStart() {
    const same = (field) => (field.options ? [...field.options].every((o, i) => o.selected === (o.defaultSelected || (!i && !field.querySelector("[selected]")))) : field.value === field.defaultValue);
    return [menu, ...Object.values(fields)].every(same);
  }

  function update() {
    const asked = question();
    latest += 1;
    form.classList.toggle("calculator-unclear", !asked); // the last answer stays, greyed: the page does not jump
    form.querySelector(".calculator-answer").hidden = menu.value === "config" && !config; // no other model's answer
    if (!asked) {
      pending(false, false);
      form.querySelector(".calculator-lead").textContent = "";
      return;
    }
    standing = standing && atStart(); // the answer that came with the page is the answer to what it came with
    pending(!standing, !standing);
    const number = latest;
    ask({ ...asked, number }, (answer) => {
      if (answer.number === latest) show(asked, answer);
    });
  }

  function show(asked, answer) {
    if (answer.plans || answer.failed) return showPlans(asked, answer);
    pending(false, Boolean(answer.curve) && !standing);
    const words = calculatorWords(asked, answer);
    for (const [name, text] of Object.entries(words)) {
      const place = name === "for" ? form.querySelector(".calculator-for") : form.querySelector(`[data-result=${name}]`);
      place.textContent = text;
      if (name !== "for") place.parentElement.hidden = !text;
    }
    const picture = form.querySelector(".calculator-picture");
    picture.hidden = !answer.curve;
    form.querySelector(".calculator-plans").hidden = !answer.curve;
    if (!answer.curve) return;
    picture.innerHTML = calculatorPicture(asked, answer); // made of numbers and words of our own only
    const crossing = `Influence from beyond each distance on a log scale. It crosses the tolerance at ${count(answer.exact)} tokens`;
    picture.setAttribute("aria-label", answer.rule < Infinity ? `${crossing}, the rule of thumb at ${count(answer.rule)}.` : `${crossing}.`);
  }

  function showPlans(asked, { plans, far, failed }) {
    pending(false, false);
    form.querySelector(".calculator-plans details").hidden = Boolean(failed);
    if (failed) {
      form.querySelector(".calculator-lead").textContent = `The remedies could not be computed: ${failed}`;
      return;
    }
    plans[0].beyond = far; // exact, where a plan's own is right to 1e-13
    form.querySelector(".calculator-lead").textContent = calculatorLead(asked, far);
    form.querySelector(".calculator-plan caption").textContent = calculatorCaption(asked);
    const body = form.querySelector(".calculator-plan tbody");
    body.replaceChildren(
      ...plans.map((plan) => {
        const row = document.createElement("tr");
        const share = calculatorShare(plan.remedy === "as it is" ? plan.beyond : Math.max(plan.beyond, 1e-14));
        const cache = calculatorSize(Math.ceil((plan.cacheBytes * asked.bytes) / 2));
        const cells = [plan.remedy, plan.setting, plan.enough ? "yes" : "no", share, cache, data.needs[plan.remedy] ?? data.training];
        cells.forEach((text, i) => {
          const cell = row.appendChild(document.createElement(i ? "td" : "th"));
          if (i) cell.dataset.label = data.columns[i];
          else cell.scope = "row";
          cell.textContent = text;
        });
        return row;
      }),
    );
  }

  const ask = calculatorEngine();

  // The state of the whole calculator, as it stands in the address.
  function state() {
    const shown = menu.value ? named("all") : named("own", "all");
    const parts = shown.map((name) => [name, fields[name].value.trim()]);
    if (!form.querySelector("[data-group=state]").hidden) parts.push(["state_memory", fields.state_memory.value.trim()]);
    if (menu.value) parts.unshift(["model", menu.value]);
    if (menu.value === "config" && config) parts.push(["config", shortened(pasted.value)]);
    return new URLSearchParams(parts);
  }

  // A config without what the reader never looks at, so that it fits an address.
  function shortened(text) {
    const known = JSON.stringify(data.table);
    const inner = ["text_config", "language_config", "llm_config", "layer_types", "per_layer_config", "model_type"];
    return JSON.stringify(JSON.parse(text, function (key, value) {
      const kept = key === "" || Array.isArray(this) || /^\d+$/.test(key) || inner.includes(key) || known.includes(`"${key}"`) || /layer|window|head|hidden|attention|causal|encoder|compress|index_topk|lora_rank|position/.test(key);
      return kept ? value : undefined;
    }));
  }

  function restore() {
    const asked = address?.stateOf(form.id);
    if (!asked) return;
    for (const [name, value] of asked) if (Object.hasOwn(fields, name)) fields[name].value = value;
    if (!fields.bytes.value) fields.bytes.value = "2"; // an address may ask for what the menu does not have
    const model = asked.get("model") ?? "";
    menu.value = [...menu.options].some((option) => option.value === model) ? model : "";
    pasted.value = asked.get("config") ?? "";
    readConfig();
    update();
    form.scrollIntoView({ block: "start" });
  }

  const textHint = form.querySelector("#calculator-text-hint");
  let typedText = false; // a length that the reader typed stays when another model is chosen
  fields.text.addEventListener("input", () => {
    textHint.textContent = "";
    typedText = true;
  });

  const keep = () => address?.keep(form.id, state());

  menu.addEventListener("change", () => {
    const context = data.contexts[menu.value];
    const sets = Boolean(!typedText && context && context < data.fields.text.high);
    if (sets) fields.text.value = count(context);
    textHint.textContent = sets ? `Set to the longest text of ${menu.value}.` : "";
    update();
    keep();
    if (menu.value === "config") pasted.focus();
  });
  function take(text) {
    pasted.value = text;
    menu.value = "config";
    readConfig();
    update();
    keep();
  }
  pasted.addEventListener("input", () => take(pasted.value));
  form.querySelector("input[type=file]").addEventListener("change", (event) => event.target.files[0]?.text().then(take));
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    event.dataTransfer.files[0]?.text().then(take);
  });
  for (const field of Object.values(fields)) field.addEventListener("input", () => (update(), keep()));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector(".calculator-fields").hidden = false;
  if (address) {
    form.querySelector(".calculator-link").hidden = false; // a notebook has no address to share
    prepareLink(form, null, keep);
    window.addEventListener("hashchange", restore);
    window.addEventListener("pageshow", restore); // also after Back, when a browser puts old words into the fields
  }
  restore();
  update();
}

// Answers questions: in a worker, so that the page stays free; in the page itself where there are no workers.
function calculatorEngine() {
  function answering(engine, post) {
    return (asked) => {
      const { model, alpha, tolerance, text, distance, stateMemory, states, number, bytes } = asked;
      const [window, every] = [engine.widest(model), engine.everyLayerGlobal(model)];
      const bill = { cache: engine.cacheBytes(model, text, bytes), wide: every && engine.cacheBytes(every, text, bytes), states: engine.stateBytes(model) };
      const reach = engine.reach(model, text);
      const rule = window ? engine.ruleHorizon(window, alpha, tolerance) : Infinity;
      if (states && !stateMemory) return post({ number, ...bill, reach, rule, window });
      let tail;
      try {
        tail = engine.beyond(engine.influence(model, alpha, text, stateMemory));
      } catch (error) {
        return post({ number, ...bill, reach, rule, window, refused: error.message });
      }
      const exact = engine.horizon(tail, tolerance);
      const alone = engine.windowsAlone(model, alpha, text, tolerance);
      const end = Math.min(Math.max(1.6 * exact, rule < Infinity ? 1.2 * rule : 0, 10), Math.max(text - 1, 10));
      const step = Math.max(1, Math.floor(end / 400));
      const curve = [];
      for (let d = 0; d < tail.length && d <= end; d += step) curve.push([d, tail[d]]);
      const far = tail[distance] ?? 0;
      post({ number, ...bill, reach, rule, window, exact, alone, far, end, curve });
      let plans;
      try {
        plans = engine.plan(model, distance, tolerance, alpha, text, stateMemory);
      } catch (error) {
        return post({ number, failed: error.message });
      }
      post({ number, far, plans });
    };
  }
  try {
    const source = `${stackEngine}; const answer = (${answering})(stackEngine(), (found) => postMessage(found)); onmessage = (event) => answer(event.data);`;
    const start = () => new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    let [worker, busy] = [start(), false];
    return (asked, then) => {
      if (busy) { // what it still computes, nobody waits for
        worker.terminate();
        worker = start();
      }
      busy = true;
      worker.onmessage = (event) => {
        if (event.data.plans || !event.data.curve) busy = false;
        then(event.data);
      };
      worker.postMessage(asked);
    };
  } catch {
    return (asked, then) => answering(stackEngine(), then)(asked);
  }
}

// Bytes as a reader sees them, as `size_words` of calculator.py.
function calculatorSize(size) {
  const [unit, name] = size >= 2 ** 30 ? [2 ** 30, "GiB"] : [2 ** 20, "MiB"];
  const shown = Math.floor((size / unit) * 100 + 0.5) / 100;
  return `${shown.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 })} ${name}`;
}

// A share as a reader sees it, as `share_words` of calculator.py.
function calculatorShare(share) {
  return share === 0 ? "0" : share < 1e-4 ? "<0.01%" : `${(100 * share).toFixed(2)}%`;
}

// What stands above the remedies, word for word as `plan_lead` of calculator.py.
function calculatorLead({ model, tolerance, text, distance }, far) {
  const count = (number) => number.toLocaleString("en");
  const has = (...kinds) => model.layers.some((layer) => kinds.includes(layer.kind));
  const comes = `${calculatorShare(far)} comes from beyond ${count(distance)} tokens.`;
  const beyondIt = text - 1 - distance;
  const edge = beyondIt < text / 100 ? ` Only ${count(beyondIt)} of the ${count(text)} tokens lie farther back than D.` : "";
  if (!has("windowed", "chunked")) {
    const states = has("state") ? ", and so is what its states remember" : "";
    return `This model has no windows; nothing here limits it. Its even averaging is assumed${states}.${edge}`;
  }
  if (far >= tolerance) return `As it is: enough by this count. ${comes} A share is not recall: test recall at your length.${edge}`;
  return `As it is: not enough. ${comes} With a finished model, retrieve (search the text and put what is found into the prompt) or take another model.${edge}`;
}

// As `plan_caption` of calculator.py.
function calculatorCaption({ tolerance, alpha }) {
  const least = `${Number((100 * tolerance).toPrecision(6))}%`;
  return `What it takes so that at least ε = ${least} comes from beyond D. ${least} is a share of the output under even averaging, at an assumed α = ${alpha}. It is not use and not recall. What is never enough is shown at its strongest. A fading state counts at the KV cache's bytes a number. Retrieval is taken to find the right tokens.`;
}

// What the calculator says, word for word as `answers` of calculator.py.
function calculatorWords(asked, answer) {
  const { model, name, context, alpha, tolerance, text, distance, states, bytes } = asked;
  const count = (number) => Math.round(number).toLocaleString("en");
  const layers = model.layers;
  const of = (kind) => layers.filter((layer) => layer.kind === kind);
  const oneWindow = layers.every((layer) => layer.kind === "windowed" && layer.window === answer.window) ? answer.window : null;
  const sizes = (kind) => [...new Set(of(kind).map((layer) => layer.window).filter(Boolean))].sort((a, b) => a - b).map(count).join(" and ");
  const parts = ["windowed", "chunked", "global", "state"].filter((kind) => of(kind).length)
    .map((kind) => `${of(kind).length} ${kind}${sizes(kind) ? ` (${sizes(kind)})` : ""}`);
  const shape = !name && oneWindow
    ? `${layers.length} layer${layers.length > 1 ? "s" : ""}, windows of ${count(oneWindow)} tokens`
    : `${name || "Your stack"}: ${parts.join(", ")}`;
  const whole = answer.reach === text - 1 ? ", the whole text" : "";
  const own = of("windowed").length === layers.length ? layers.reduce((far, layer) => far + layer.window - 1, 0) : 0;
  const longer = own > answer.reach ? `; in a longer one ${count(own)}` : "";
  const reach = of("chunked").length === layers.length ? ": no layer crosses the edge of a chunk" : whole + longer;
  const { alone } = answer;
  const inWindows = alone?.window ? ` (${(alone.exact / alone.window).toFixed(1)} W)` : "";
  const rule = !answer.window ? "none: it is a rule about windows"
    : answer.rule === Infinity ? "none: at α = 0 the rule sees no loss"
    : `${count(answer.rule)} tokens (${(answer.rule / answer.window).toFixed(1)} W${oneWindow ? "" : ", for its windowed layers"})` +
      (answer.rule > answer.reach ? "; that is beyond the reach" : "");
  const known = answer.exact !== undefined;
  const unknown = answer.refused ?? (states ? "say how many tokens a state remembers, such as 1,000: no config tells, so it must be assumed" : "");
  const onlyWindows = of("windowed").length === layers.length;
  return {
    for: `${shape}, text of ${count(text)} tokens, α = ${alpha}, tolerance ${tolerance}, ${bytes} byte${bytes > 1 ? "s" : ""} a number:`,
    reach: `${count(answer.reach)} tokens${reach}`,
    rule,
    exact: known ? `${count(answer.exact)} tokens${oneWindow ? ` (${(answer.exact / oneWindow).toFixed(1)} W)` : ""}` : unknown,
    alone: known && alone ? `reach ${count(alone.reach)}, exact horizon ${count(alone.exact)} tokens${inWindows}` : "",
    ratio: known && onlyWindows && answer.rule < Infinity ? `${(answer.exact / answer.rule).toFixed(2)} times the rule` : "",
    far: known ? `${calculatorShare(answer.far)} from beyond ${count(distance)} tokens` : "",
    cache: calculatorSize(answer.cache),
    wide: answer.wide ? calculatorSize(answer.wide) : "",
    states: answer.states ? `${calculatorSize(answer.states)}, at 4 bytes a number` : "",
    note: context && context < text ? `this model's positions end at ${count(context)} tokens; the text is longer` : "",
  };
}

// The tail on a log scale, from 1 down to a thousandth of the tolerance, with the rule beside it.
function calculatorPicture({ tolerance }, { curve, exact, rule, end }) {
  const [left, right, top, bottom] = [52, 288, 28, 185]; // the last number at the axis needs half its width beside it
  const decades = 3 - Math.log10(tolerance);
  const x = (d) => left + ((right - left) * d) / end;
  const y = (share) => Math.min(bottom, top - ((bottom - top) * Math.log10(share)) / decades);
  const point = (d, share) => `${x(d).toFixed(1)} ${y(Math.max(share, 1e-300)).toFixed(1)}`;
  const text = (px, py, words, more = "") => `<text x="${px}" y="${py}" ${more}>${words}</text>`;
  let ticks = "";
  const decade = Math.max(1, Math.round(decades / 5));
  for (let n = 0; n <= decades; n += decade) ticks += text(left - 6, y(10 ** -n) + 4, Number((10 ** -n).toPrecision(1)), 'text-anchor="end"');
  const unit = 10 ** Math.floor(Math.log10(end / 2));
  const spacing = unit * (end / unit > 10 ? 5 : end / unit > 5 ? 2 : 1);
  for (let d = 0; d <= end; d += spacing) {
    ticks += text(x(d).toFixed(1), bottom + 15, d.toLocaleString("en"), 'class="tick" text-anchor="middle"');
  }
  const known = rule < Infinity;
  const foot = Math.min(end, (rule * decades) / -Math.log10(tolerance)); // where the rule leaves the picture
  const ruled = known ? `<path class="rule" d="M${point(0, 1)}L${point(foot, tolerance ** (foot / rule))}"/>` : "";
  const dots = [exact, rule].filter((d) => d <= end).map((d) => `<circle cx="${x(d)}" cy="${y(tolerance)}" r="4"/>`).join("");
  const legend = [["exact", "exact, solid"], ...(known ? [["rule", "rule of thumb, dashed"]] : []), ["tolerance", "tolerance, dotted"]];
  const keys = legend.map(([name, words], i) => [`<path class="${name}" d="M${left} ${232 + 15 * i}h26"/>`, text(left + 34, 236 + 15 * i, words)]);
  return `<svg viewBox="0 0 320 ${228 + 15 * legend.length}"><g class="lines"><path class="axes" d="M${left} ${top}V${bottom}H${right}"/>
    <path class="tolerance" d="M${left} ${y(tolerance)}H${right}"/>
    <path class="exact" d="M${curve.map(([d, share]) => point(d, share)).join("L")}"/>${ruled}${keys.map(([line]) => line).join("")}</g>${ticks}${dots}${keys.map(([, words]) => words).join("")}
    ${text(6, 14, "Influence from beyond each distance", 'class="title"')}
    ${text((left + right) / 2, 219, "tokens back", 'text-anchor="middle"')}</svg>`;
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
