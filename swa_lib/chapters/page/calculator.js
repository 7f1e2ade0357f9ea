// The calculator of chapter 5, on a page and in a live notebook: fields in, numbers out, nothing asked of
// anybody.
//
// The HTML and what stands in it first come from swa_lib/chapters/calculator.py; numbers are read by
// reading.js, a config.json by engine.js, which computes the answers, too, in a worker where the browser has
// one, and the picture is drawn by draw.js. What was typed, pasted, or found in the address is only ever
// shown as text.
"use strict";

function startCalculator(form, address = null) {
  const engine = calculatorEngine(), { FIELDS, CONFIGS, MAX_WORK, count } = engine;
  const names = Object.keys(FIELDS);
  const fields = Object.fromEntries(names.map((name) => [name, form.elements[name]]));
  const { model: menu, config: pasted } = form.elements;
  const place = (name) => form.querySelector(`.calculator-${name}`);
  const touched = new Set(); // what the reader chose himself stays when another model is chosen
  const drawing = new picture.Drawing(place("picture"));
  const ask = calculatorWorker();
  let chosen = null; // the model of the menu or of the paste; null beside numbers of one's own
  let latest = 0; // the newest question: older answers are thrown away
  let pause = null; // until what was said is read out
  let strange = ""; // what a link asks and this page does not understand

  // ---- What is typed --------------------------------------------------------------------------------------

  // One word beside a field: what is wrong with it, or how it was read.
  function say(field, words, wrong = true) {
    field.setAttribute("aria-invalid", wrong && words ? "true" : "false");
    const beside = form.querySelector(`#${field.id}-said`);
    beside.textContent = words;
    beside.classList.toggle("calculator-wrong", wrong);
  }

  // "60k" is sixty thousand; the name of a power of two is that power of two, and it is said how to write the
  // other.
  function thousands(typed) {
    const [, digits, letter] = /^([0-9]+(?:\.[0-9]+)?)\s*([km])$/i.exec(typed) ?? [];
    if (!letter) return null;
    const [number, power] = [Number(digits), letter.toLowerCase() === "k" ? 1 : 2];
    const decimal = Math.round(number * 1000 ** power);
    const named = Number.isInteger(Math.log2(number)) && number >= 1;
    if (!named) return { value: decimal, words: `= ${count(decimal)}` };
    const binary = number * 1024 ** power;
    return { value: binary, words: `= ${count(binary)}; for ${count(decimal)} write ${decimal}` };
  }

  // A field's number and how it was read, or an Error that says what is wrong, for its writer.
  function readField(name) {
    const { label, low, high, wanted, maybe } = FIELDS[name];
    const [typed, whole] = [fields[name].value.trim(), !wanted];
    const span = `a whole number from ${count(low)} to ${count(high)}${maybe ? ", or nothing" : ""}`;
    if (!typed && maybe) return { value: null, words: "" };
    if (!typed) throw new Error(`${label} is empty. Write ${wanted || span}.`);
    let read = whole ? thousands(typed) : null;
    try {
      read ??= { value: swaReading.read(typed, { large: whole }).values[0], words: "" };
    } catch (error) {
      throw new Error(`${label}: ${error.message}`);
    }
    const fits = read.value >= low && read.value <= high && (!whole || Number.isInteger(read.value));
    if (!fits) throw new Error(`${label} must be ${wanted || span}, not "${typed}".`);
    return read;
  }

  // Every field's number; null where one cannot be read, with a word beside it.
  function readFields(wanted) {
    let values = {};
    for (const name of wanted) {
      try {
        const { value, words } = readField(name);
        if (values) values[name] = value;
        if (words || !fields[name].dataset.said) say(fields[name], words, false);
      } catch (error) {
        say(fields[name], error.message);
        values = null;
      }
    }
    return values;
  }

  // ---- The question ---------------------------------------------------------------------------------------

  // A model of the menu is a config.json like any that is pasted.
  function readModel() {
    chosen = null;
    say(pasted, "");
    const own = menu.value === "config";
    const text = own ? pasted.value : JSON.stringify(CONFIGS[menu.value] ?? null);
    if (!menu.value || !text.trim()) return;
    try {
      chosen = engine.read(text);
      if (own) say(pasted, chosen.notes.join(" "), false);
      if (!touched.has("bytes")) fields.bytes.value = String(chosen.number_bytes);
    } catch (error) {
      say(pasted, error.message);
    }
  }

  // The groups of fields that are shown, and their names.
  function groups() {
    const states = chosen?.layers.some((layer) => layer.kind === "state");
    return ["all", "serve", menu.value || "own", ...(states ? ["state"] : [])];
  }
  const shown = () => names.filter((name) => groups().includes(FIELDS[name].group));

  // The whole question, or null where something cannot be read.
  function question() {
    for (const part of form.querySelectorAll("[data-group]")) {
      part.hidden = !groups().includes(part.dataset.group);
    }
    const values = readFields(shown());
    if (!values || (menu.value && !chosen)) return null;
    const complain = (name, words) => say(fields[name], words) ?? null;
    if (values.global_layers > values.layers) {
      return complain("global_layers", `At most the ${count(values.layers)} layers can be global.`);
    }
    if (values.distance >= values.text) {
      const half = count(Math.max(1, Math.floor(values.text / 2)));
      const far = count(values.text - 1);
      const end = `In a text of ${count(values.text)} tokens nothing is farther back than ${far}.`;
      const ask = `Ask for half of it, ${half}, to see what comes from the first half.`;
      return complain("distance", `${end} ${ask}`);
    }
    const model = chosen ?? engine.typed(values);
    if (model.layers.length * values.text > MAX_WORK) {
      const most = `Layers x text must be at most ${count(MAX_WORK)} on this page.`;
      return complain("text", `${most} In Python, swa_lib.influence takes more.`);
    }
    const name = menu.value === "config" ? `config.json (${chosen.family})` : menu.value;
    const asked = { state_memory: null, ...values, name };
    if (asked.memory !== null) asked.memory *= 2 ** 30;
    return [model, asked];
  }

  // ---- The answer -----------------------------------------------------------------------------------------

  // What stands there is no answer to what the fields say now: dimmed. It is read out once the reader pauses.
  function update() {
    const asked = question();
    const number = (latest += 1);
    form.classList.toggle("calculator-unclear", !asked);
    form.classList.toggle("calculator-busy", Boolean(asked));
    place("answer").hidden = menu.value === "config" && !chosen; // no other model's answer
    if (!asked) return readOut(form.querySelector(".calculator-wrong:not(:empty)")?.textContent ?? "");
    ask(asked, (answer) => number === latest && show(...asked, answer));
  }

  function readOut(words) {
    clearTimeout(pause);
    place("status").textContent = "";
    const tell = () => (place("status").textContent = `${strange} ${words}`.trim());
    if (touched.size) pause = setTimeout(tell, 900);
  }

  function show(model, asked, answer) {
    form.classList.remove("calculator-busy", "calculator-other");
    const words = engine.words(model, asked, answer);
    for (const [name, text] of Object.entries(words)) {
      const told = form.querySelector(`[data-result=${name}]`);
      told.textContent = text;
      const row = told.closest("tr");
      if (row) row.hidden = !text;
    }
    place("picture").hidden = !answer.curve;
    if (answer.curve) drawing.show(calculatorPicture(count, asked, answer), true);
    const told = `Influence from beyond each distance on a log scale; ${words.exact} at the tolerance.`;
    place("picture").setAttribute("aria-label", told);
    readOut(`${words.could} ${words.could_words}. ${words.does} ${words.does_words}.`);
  }

  // ---- The address ----------------------------------------------------------------------------------------

  // The state of the whole calculator, as it stands in the address.
  function keep() {
    const parts = shown().map((name) => [name, fields[name].value.trim()]);
    if (menu.value) parts.unshift(["model", menu.value]);
    // A config without what the reader never looks at; what is refused is not lost on reload either.
    if (menu.value === "config") {
      parts.push(["config", chosen ? JSON.stringify(engine.parsed(pasted.value)) : pasted.value.slice(0, 200000)]);
    }
    address?.keep(form.id, new URLSearchParams(parts.filter(([, value]) => value !== "")));
  }

  function restore() {
    const asked = address.stateOf(form.id);
    if (!asked) return;
    const unknown = [];
    for (const [name, value] of asked) {
      if (Object.hasOwn(fields, name)) {
        fields[name].value = value;
        touched.add(name);
        if (!fields[name].value && value) unknown.push(`${name} = ${value}`);
      } else if (!["model", "config"].includes(name)) unknown.push(name);
    }
    if (!fields.bytes.value) fields.bytes.value = String(FIELDS.bytes.start);
    const model = asked.get("model") ?? "";
    menu.value = [...menu.options].some((option) => option.value === model) ? model : "";
    if (menu.value !== model) unknown.push(`the model ${model}`);
    const all = unknown.join(", ").slice(0, 200);
    strange = all && `The link asks for what this page does not know: ${all}.`;
    place("strange").textContent = strange;
    pasted.value = asked.get("config") ?? "";
    const changed = (name) => asked.has(name) && fields[name].value !== fields[name].defaultValue;
    form.querySelector("details").open ||= ["sequences", "prefill", "memory"].some(changed);
    form.classList.add("calculator-other");
    readModel();
    update();
    form.scrollIntoView({ block: "start" });
  }

  // ---- What is done ---------------------------------------------------------------------------------------

  // A model brings the longest text that it is made for, and a distance within it, unless the reader has
  // typed one.
  function change() {
    form.classList.add("calculator-other"); // until its own answer comes, none stands under its name
    readModel();
    delete fields.text.dataset.said;
    if (chosen?.context && !touched.has("text")) {
      const { high } = FIELDS.text;
      const text = Math.min(chosen.context, high);
      fields.text.value = count(text);
      const half = Math.max(1, Math.floor(text / 2));
      if (!touched.has("distance")) fields.distance.value = count(Math.min(16384, half));
      fields.text.dataset.said = "yes";
      const name = menu.value === "config" ? "this config" : menu.value;
      const longest = chosen.context > high ? "The longest text of this page." : null;
      say(fields.text, longest ?? `Set to the longest text of ${name}.`, false);
    }
    update();
    keep();
  }

  function take(text) {
    pasted.value = text;
    menu.value = "config";
    touched.add("config");
    change();
  }

  // A file's text: UTF-8, or what its byte-order mark or a zero beside its first letter says.
  async function takeFile(file) {
    if (!file) return;
    const bytes = new Uint8Array(await file.arrayBuffer());
    const [first, second] = bytes;
    const little = first === 255 || second === 0;
    const big = first === 254 || first === 0;
    take(new TextDecoder(little ? "utf-16le" : big ? "utf-16be" : "utf-8").decode(bytes));
  }

  menu.addEventListener("change", () => {
    touched.add("model");
    change();
    if (menu.value === "config") pasted.focus();
  });
  pasted.addEventListener("input", () => take(pasted.value));
  const file = form.querySelector("input[type=file]");
  file.addEventListener("change", () => takeFile(file.files[0]));
  for (const kind of ["dragover", "drop", "submit"]) {
    form.addEventListener(kind, (event) => event.preventDefault());
  }
  form.addEventListener("drop", (event) => takeFile(event.dataTransfer.files[0]));
  for (const [name, field] of Object.entries(fields)) {
    field.addEventListener("input", () => {
      touched.add(name);
      delete field.dataset.said;
      update();
      keep();
    });
  }
  const narrowed = () => drawing.figure && drawing.stage.clientWidth !== drawing.frame.width;
  new ResizeObserver(() => narrowed() && drawing.show(drawing.figure, false)).observe(drawing.stage);
  place("fields").hidden = place("picture").hidden = false;
  form.classList.add("calculator-live");
  form.closest(".output")?.style.setProperty("overflow", "visible"); // or the verdict could not stay in sight
  readModel();
  update();
  if (!address) return; // a notebook has none to share
  place("link").hidden = false;
  prepareLink(form, null, keep);
  window.addEventListener("hashchange", restore);
  window.addEventListener("pageshow", restore); // also after Back, when a browser fills in old words
  restore();
}

// Answers questions: in a worker, so that the page stays free; in the page itself where none can be started.
function calculatorWorker() {
  const source = `${packageRules}; ${calculatorEngine}; const engine = calculatorEngine();
    onmessage = ({ data }) => postMessage(engine.answer(...data));`;
  let [worker, url] = [null, null];
  return (question, then) => {
    // Later, so that the page can first show that it computes.
    const here = () => setTimeout(() => then(calculatorEngine().answer(...question)), 30);
    try {
      worker?.terminate(); // what it still computes, nobody waits for
      url ??= URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
      worker = new Worker(url);
      worker.onmessage = ({ data }) => then(data);
      worker.onerror = here; // a page may forbid workers, and says so only now
      worker.postMessage(question);
    } catch {
      here();
    }
  };
}

// The tail on a log scale, down to a thousandth of the tolerance, "now" at the right, and the rule beside it,
// as shapes for draw.js: on this scale the rule is a straight line.
function calculatorPicture(count, { tolerance }, { curve, exact, rule, end }) {
  const least = tolerance / 1000;
  const unit = 10 ** Math.floor(Math.log10(end / 2));
  const step = unit * (end / unit > 10 ? 5 : end / unit > 5 ? 2 : 1);
  const decades = Math.floor(1 - Math.log10(least)), every = Math.ceil(decades / 5);
  // Where the rule leaves the picture.
  const foot = Math.min(end, (rule * Math.log(least)) / Math.log(tolerance));
  const x = { first: end, last: 0 }, y = { first: least, last: 1, log: true }, { place } = picture;
  const line = (is, name, role, points, more) => {
    const [across, up] = [points.map(([d]) => place(x, d)), points.map(([, share]) => place(y, share))];
    return { is, name, role, x: across, y: up, ...more };
  };
  const ends = [[0, 1], [foot, tolerance ** (foot / rule)]];
  const ruled = rule < Infinity ? [line("path", "rule", "could", ends, { dash: "dash" })] : [];
  const text = (is, role, d, share, dx, dy, anchor, words) => {
    return line(is, words, role, [[d, share]], { dx, dy, anchor, words });
  };
  const both = [["exact", "does", exact], ["rule", "could", rule]];
  const dots = both.filter(([, , d]) => d <= end).sort((a, b) => b[2] - a[2]);
  const ticks = [text("tick", "muted", 0, least, 0, 24, "middle", "now")];
  for (let d = step; d <= end; d += step) {
    ticks.push(text("tick", "muted", d, least, 0, 24, "middle", count(d)));
  }
  for (let n = 0; n < decades; n += every) {
    ticks.push(line("grid", "y", "rule", [[end, 10 ** -n], [0, 10 ** -n]]));
    ticks.push(text("tick", "muted", end, 10 ** -n, -8, 5, "end", picture.said(10 ** -n, "share")));
  }
  // The farther one has room on its left above the line, the nearer one on its right below; at an edge neither has.
  const names = dots.map(([name, role, d], i) => {
    const [left, far] = [[-10, 19, "end"], [10, 19, "start"]];
    const side = d > 0.8 * end ? far : d < 0.2 * end ? left : i ? far : [-10, -8, "end"];
    return text("text", role, d, tolerance, ...side, `${name} ${count(d)}`);
  });
  const dashed = `↑ influence from beyond; dashed: ${picture.said(tolerance, "share")}`;
  const labels = [
    text("tick", "muted", 0, least, 0, 46, "end", "← tokens back"),
    text("tick", "muted", end, 1, -60, -16, "start", dashed),
  ];
  const letters = [...ticks, line("grid", "x", "muted", [[end, least], [0, least]]), ...labels, ...names];
  return {
    x, y, high: 200, foot: 54, left: 60,
    shapes: [
      line("path", "tolerance", "muted", [[end, tolerance], [0, tolerance]], { dash: "dash", thin: true }),
      ...ruled,
      line("path", "exact", "does", curve),
      ...dots.map(([name, role, d]) => line("dot", name, role, [[d, tolerance]], { size: 5, values: [1] })),
    ],
    letters: [letters, letters],
  };
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
