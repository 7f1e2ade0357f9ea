// The calculator of chapter 5, on a page and in a live notebook: fields in, numbers out, nothing asked of
// anybody.
//
// The HTML and what stands in it first come from swa_lib/chapters/calculator.py; numbers are read by
// reading.js, a config.json by engine.js, which computes the answers, too, in a worker where the browser has
// one, and the picture is drawn by draw.js. What was typed, pasted, or found in the address is only ever
// shown as text.
"use strict";

function startCalculator(form) {
  const address = picture.live ? null : picture.address; // a notebook has none to share
  const engine = calculatorEngine(), { FIELDS, CONFIGS, count } = engine;
  const fields = Object.fromEntries(Object.keys(FIELDS).map((name) => [name, form.elements[name]]));
  const { model: menu, config: pasted } = form.elements;
  const place = (name) => form.querySelector(`.calculator-${name}`);
  const touched = new Set(); // what the reader chose himself stays when another model is chosen
  const drawing = new picture.Drawing(place("picture"));
  const ask = calculatorWorker();
  let chosen = null; // the model of the menu or of the paste; null beside numbers of one's own
  let brought = ""; // how the length of the text came there, if the reader did not type it
  let latest = 0; // the newest question: older answers are thrown away
  let pause = null; // until what was said is read out

  // ---- What is typed --------------------------------------------------------------------------------------

  // A word beside a field: what is wrong with it, or how it was read.
  function say(name, words, wrong = true) {
    form.elements[name].setCustomValidity(wrong ? words : "");
    form.querySelector(`#calculator-${name}-said`).textContent = words;
  }

  // "60k" is sixty thousand; the name of a power of two is that power of two, and it is said how to write the
  // other.
  function thousands(typed) {
    const [, digits, letter] = /^([0-9.]+)\s*([km])$/i.exec(typed) ?? [];
    if (!letter) return null;
    const power = /k/i.test(letter) ? 1 : 2, [decimal, binary] = [1000, 1024].map((k) => digits * k ** power);
    const named = Number.isInteger(Math.log2(digits)) && digits >= 1;
    if (!named) return [Math.round(decimal), `= ${count(decimal)}`];
    return [binary, `= ${count(binary)}; for ${count(decimal)} write ${decimal}`];
  }

  // A field's number and how it was read, or an Error that says what is wrong, for its writer.
  function readField(name) {
    const { low, high, wanted, start } = FIELDS[name];
    const [typed, whole, maybe] = [fields[name].value.trim(), !wanted, start === null];
    if (!typed && maybe) return [null, ""];
    const span = `a whole number from ${count(low)} to ${count(high)}${maybe ? ", or nothing" : ""}`;
    if (!typed) throw new Error(`nothing stands here. Write ${wanted || span}.`);
    const [value, words] = (whole && thousands(typed)) || [swaReading.read(typed, { large: whole }).values[0], ""];
    if (value >= low && value <= high && (!whole || Number.isInteger(value))) return [value, words];
    throw new Error(`write ${wanted || span}, not "${typed}".`);
  }

  // The number of every field that is shown, or a word beside it where it cannot be read.
  function readFields() {
    const values = {};
    for (const name of Object.keys(fields).filter((name) => !fields[name].disabled)) {
      try {
        const [value, words] = readField(name);
        values[name] = value;
        say(name, name === "text" && !touched.has(name) ? brought : words, false);
      } catch (error) {
        say(name, `${FIELDS[name].label}: ${error.message}`);
      }
    }
    return values;
  }

  // ---- The question ---------------------------------------------------------------------------------------

  // A model of the menu is a config.json like any that is pasted.
  function readModel() {
    [chosen, brought] = [null, ""];
    say("config", "");
    const own = menu.value === "config";
    const text = own ? pasted.value : JSON.stringify(CONFIGS[menu.value] ?? null);
    if (!menu.value || !text.trim()) return;
    try {
      chosen = engine.read(text);
      if (own) say("config", chosen.notes.join(" "), false);
      if (!touched.has("bytes")) fields.bytes.value = String(chosen.number_bytes);
    } catch (error) {
      say("config", error.message);
    }
  }

  // A distance within a text, where the reader has typed none.
  const within = (text) => count(Math.min(16384, Math.ceil(text / 2)));

  // The whole question, or null where something cannot be read. What is not asked for is hidden, and off.
  function question() {
    const states = chosen?.layers.some((layer) => layer.kind === "state");
    const groups = ["all", "serve", menu.value || "own", states && "state"];
    for (const part of form.querySelectorAll("[data-group]")) {
      part.hidden = part.querySelector("[name]").disabled = !groups.includes(part.dataset.group);
    }
    let values = readFields();
    if (values.distance >= values.text && !touched.has("distance")) {
      fields.distance.value = within(values.text);
      values = readFields();
    }
    if (!form.checkValidity() || (menu.value && !chosen)) return null;
    const misfit = engine.misfit(values, chosen ? chosen.layers.length : values.layers);
    if (misfit) return say(...misfit) ?? null;
    const name = menu.value === "config" ? `config.json (${chosen.family})` : menu.value;
    const memory = values.memory && values.memory * 2 ** 30; // null stays null
    return [chosen ?? engine.typed_stack(values), { state_memory: null, ...values, memory, name }];
  }

  // ---- The answer -----------------------------------------------------------------------------------------

  // What stands there is no answer to what the fields say now: dimmed. It is read out once the reader pauses.
  function update() {
    const asked = question();
    const number = (latest += 1);
    form.classList.toggle("calculator-unclear", !asked);
    form.classList.toggle("calculator-busy", Boolean(asked));
    place("answer").hidden = menu.value === "config" && !chosen; // no other model's answer
    if (!asked) return readOut(form.querySelector(":invalid")?.validationMessage ?? "");
    ask(asked, (answer) => number === latest && show(...asked, answer));
  }

  function readOut(words) {
    clearTimeout(pause);
    place("status").textContent = "";
    if (touched.size) pause = setTimeout(() => (place("status").textContent = words), 900);
  }

  function show(model, asked, answer) {
    form.classList.remove("calculator-busy", "calculator-other");
    const words = engine.words(model, asked, answer);
    for (const [name, text] of Object.entries(words)) {
      const told = form.querySelector(`[data-result=${name}]`);
      told.textContent = text;
      told.closest("tr")?.toggleAttribute("hidden", !text);
    }
    place("picture").hidden = !answer.curve;
    if (answer.curve) drawing.show(calculatorPicture(count, asked, answer), true);
    const told = `Influence from beyond each distance on a log scale; ${words.exact} at the tolerance.`;
    place("picture").setAttribute("aria-label", told);
    readOut(`${words.could} ${words.could_words}. ${words.does} ${words.does_words}.`);
  }

  // ---- The address ----------------------------------------------------------------------------------------

  // All that is asked stands in the address; of a config what is read, and what is refused, not to lose it.
  function keep() {
    const state = new FormData(form), text = state.get("config");
    if (text) state.set("config", chosen ? JSON.stringify(engine.parsed(text)) : text.slice(0, 200000));
    address?.keep(form, new URLSearchParams(state));
  }

  function restore() {
    const asked = address.stateOf(form), unknown = [];
    if (!asked) return;
    form.reset();
    menu.value = "";
    for (const [name, value] of asked) {
      const field = form.elements.namedItem(name);
      if (field) field.value = value;
      if (!field || field.selectedIndex === -1) unknown.push(`${name} = ${value}`);
      if (field?.selectedIndex === -1) field.selectedIndex = 0;
      touched.add(name);
    }
    const all = unknown.join(", ").slice(0, 200);
    place("strange").textContent = all && `The link asks for what this page does not know: ${all}.`;
    const serving = [...form.querySelectorAll("details input")];
    form.querySelector("details").open ||= serving.some((field) => field.value !== field.defaultValue);
    form.classList.add("calculator-other");
    readModel();
    update();
  }

  // ---- What is done ---------------------------------------------------------------------------------------

  // A model brings the longest text that it is made for, and a distance within it, unless the reader has
  // typed one.
  function change() {
    form.classList.add("calculator-other"); // until its own answer comes, none stands under its name
    readModel();
    if (chosen?.context && !touched.has("text")) {
      const { high } = FIELDS.text, text = Math.min(chosen.context, high);
      fields.text.value = count(text);
      if (!touched.has("distance")) fields.distance.value = within(text);
      const name = menu.value === "config" ? "this config" : menu.value;
      brought = chosen.context > high ? "The longest text of this page." : `Set to the longest text of ${name}.`;
    }
    update();
    keep();
  }

  // A config.json that was dropped or chosen.
  async function take([file]) {
    if (!file) return;
    pasted.value = await file.text();
    menu.value = "config";
    touched.add("config");
    change();
  }

  form.addEventListener("input", ({ target }) => {
    if (target.type === "file") return take(target.files);
    touched.add(target.name);
    if (target === menu || target === pasted) return change();
    update();
    keep();
  });
  for (const kind of ["dragover", "drop", "submit"]) {
    form.addEventListener(kind, (event) => event.preventDefault());
  }
  form.addEventListener("drop", (event) => take(event.dataTransfer.files));
  place("fields").hidden = place("picture").hidden = false;
  form.closest(".output")?.style.setProperty("overflow", "visible"); // or the verdict could not stay in sight
  readModel();
  update();
  if (!address) return;
  place("link").append(picture.linkButton(keep));
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
  const x = { first: end, last: 0 }, y = { first: least, last: 1, log: true }, { place, said } = picture;
  const line = (is, name, role, points, more) => {
    const [across, up] = [points.map(([d]) => place(x, d)), points.map(([, share]) => place(y, share))];
    return { is, name, role, x: across, y: up, ...more };
  };
  const level = (is, share, role, more) => line(is, "y", role, [[end, share], [0, share]], more);
  const letters = (is, role, at, dx, dy, anchor, words) => line(is, words, role, [at], { dx, dy, anchor, words });
  const horizons = [["exact", "does", exact], ["rule", "could", rule]].filter(([, , d]) => d <= end);
  const ruled = curve.map(([d]) => [d, tolerance ** (d / rule)]).filter(([, s]) => s >= least && rule < Infinity);
  // A name has room on the left above its line, or on the right below it.
  const names = horizons.map(([name, role, d]) => {
    const right = d > 0.8 * end || (name === "rule" && d > 0.2 * end && exact <= 0.8 * end);
    const side = right ? [10, 19, "start"] : [-10, -8, "end"];
    return letters("text", role, [d, tolerance], ...side, `${name} ${count(d)}`);
  });
  const ticks = [
    level("grid", 1, "rule"), level("grid", least, "muted"),
    ...[1, tolerance, least].map((share) => letters("tick", "muted", [end, share], -8, 5, "end", said(share, "share"))),
    ...[end, end / 2].map((d) => letters("tick", "muted", [d, least], 0, 24, "middle", count(d))),
    letters("tick", "muted", [0, least], 0, 24, "middle", "now"),
    letters("tick", "muted", [0, least], 0, 46, "end", "← tokens back"),
    letters("tick", "muted", [end, 1], -60, -16, "start", "↑ influence from beyond"),
  ];
  return {
    x, y, high: 200, foot: 54, left: 60,
    shapes: [
      level("path", tolerance, "muted", { dash: "dash", thin: true }),
      line("path", "rule", "could", ruled, { dash: "dash" }),
      line("path", "exact", "does", curve),
      ...horizons.map(([name, role, d]) => line("dot", name, role, [[d, tolerance]], { size: 5, values: [1] })),
    ],
    letters: [[ticks, names], [ticks, names]],
  };
}

if (!picture.live) document.querySelectorAll("form.calculator").forEach(startCalculator);
