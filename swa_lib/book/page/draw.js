// Draws figures as SVG, and moves the explorers of a page or a live notebook. Their HTML and data are those of
// swa_lib/book/explorer.py, shapes those of shapes.py.
"use strict";

const picture = (() => {
const RIGHT = 26, TOP = 30, LOW = 0.75, NARROW = 500; // pixels, as in shapes.py
const GLIDE = 200; // milliseconds
const live = !document.currentScript; // a notebook loads this as a module
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

// Numbers ------------------------------------------------------------------------------------

// What `packed` of shapes.py wrote; what was one thing there is one thing here.
function opened(lines) {
  const things = [], put = (_, thing) => (thing?.$ === undefined ? thing : things[thing.$]);
  for (const line of lines.split("\n")) things.push(JSON.parse(line, put));
  return things.at(-1);
}

function place(axis, value) {
  if (axis.log) return Math.log(Math.max(value, 1e-300) / axis.first) / Math.log(axis.last / axis.first);
  return (value - axis.first) / (axis.last - axis.first);
}
function valueAt(axis, share) {
  const { log, first, last } = axis;
  return log ? first * (last / first) ** share : first + share * (last - first);
}

// As people write it: 12%, 1.7 × 10⁻⁵, 4,096.
function said(value, reads = "{}") {
  if (reads !== "share") {
    const digits = Math.abs(value) < 20 ? Number(value.toPrecision(3)) : Math.round(value);
    const words = digits === 1 ? reads.replace(/({} \w+)s\b/, "$1") : reads; // 1 token back
    return words.replace("{}", digits.toLocaleString("en"));
  }
  if (value === 0) return "nothing";
  if (value >= 0.000095) return `${Number((100 * value).toPrecision(value < 0.995 ? 2 : 3))}%`;
  const [digits, power] = value.toExponential(1).split("e");
  const raised = String(Number(power)).replace(/[-\d]/g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]));
  return `${Number(digits)}\u00a0×\u00a010${raised}`;
}

// How dark a word is: in proportion up to `full`, or a step for each factor of ten.
const ink = (share, { full, decades }) =>
  decades ? clamp(1 + Math.log10(Math.max(share, 1e-300) / full) / decades, 0, 1) : Math.min(1, share / full);

// All parts of a picture, in pixels: { kind, name, role, n: numbers, key: who it is from frame to frame, shape }.
// Shapes are stretched to the size of the plot, as `Sheet.placed` of shapes.py does.
function placed(figure, width) {
  const narrow = width < NARROW, { left, high, foot } = figure, right = width - RIGHT, top = TOP;
  const bottom = top + Math.floor(high * (narrow ? LOW : 1) + 0.5), parts = [], count = {};
  const across = (x) => left + x * (right - left), up = (y) => bottom - y * (bottom - top);
  for (const shape of [...figure.shapes, ...figure.letters[Number(narrow)].flat()]) {
    const { is: kind, name, role, dx = 0, dy = 0, shades, step, values, size } = shape;
    const id = `${kind}/${name}/${role}/${kind === "tick" ? shape.words : ""}`;
    count[id] = (count[id] ?? 0) + 1;
    const add = (n, k = 0) => parts.push({ kind, name, role, n, key: `${id}/${count[id]}/${k}`, shape });
    const n = shape.x.flatMap((x, i) => [across(x) + dx, up(shape.y[i]) + dy]);
    if (!shades && !values && n.length) add(n);
    values?.forEach((value, i) => { // an edge is known by where it lies
      const each = n.length / values.length, ends = n.slice(i * each, (i + 1) * each);
      add(size ? [...ends, size, value] : [...ends, value], size ? i : ends);
    });
    shades?.forEach((row, i) => {
      const [x, low, end, above] = n.slice(4 * i, 4 * i + 4), by = step ? step * (right - left) : end - x;
      const edge = (k) => Math.round(2 * (x + k * by)) / 2; // as in shapes.py
      row.forEach((dark, k) => {
        const left = Math.min(edge(k), edge(k + 1)), wide = Math.abs(edge(k + 1) - edge(k));
        if (dark >= 0.005) add([left, above, wide, low - above, dark], [i, k]);
      });
    });
  }
  return { parts, frame: { left, right, top, bottom, width, height: bottom + foot, across, up } };
}

// Drawing and gliding ------------------------------------------------------------------------------------

const fixed = (n) => Math.round(n * 100) / 100;
const set = (element, given) => {
  for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
};
// Layers from back to front: the element, and what its numbers are; those of a path begin with its corners.
const KINDS = {
  grid: ["path"], cells: ["rect", "x", "y", "width", "height", "fill-opacity"], edge: ["path", "--weight"],
  path: ["path"], dot: ["circle", "cx", "cy", "r", "--shade"], grip: ["g", "--x", "--y"], cross: ["g"],
  tick: ["text", "x", "y"], text: ["text", "x", "y"],
};
function write(element, names, numbers) {
  const n = numbers.map(fixed), corners = n.splice(0, n.length - names.length);
  if (corners.length) element.setAttribute("d", `M${corners.join(" ")}`);
  names.forEach((name, i) => {
    if (name.startsWith("--")) element.style.setProperty(name, n[i]);
    else element.setAttribute(name, n[i]);
  });
}
function make(tag, parent, given = {}) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  set(element, given);
  return parent.appendChild(element);
}

// A polyline as so many numbers: some of its points more than once.
const padded = (n, count) =>
  Array.from({ length: count }, (_, i) => n[2 * Math.floor(((i >> 1) * n.length) / count) + (i % 2)]);

class Drawing {
  constructor(stage) {
    this.stage = stage;
    this.svg = make("svg", stage, { role: "group" });
    this.layers = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, make("g", this.svg, { class: kind })]));
    this.shown = new Map();
    const changed = () => stage.clientWidth && stage.clientWidth !== this.frame.width;
    new ResizeObserver(() => this.figure && changed() && this.show(this.figure, false)).observe(stage);
  }

  show(figure, glide) {
    this.figure = figure;
    const room = this.stage.clientWidth || this.frame?.width || 640; // what is hidden has none
    const { parts, frame } = placed(figure, room);
    Object.assign(this, { parts, frame });
    set(this.svg, { width: frame.width, height: frame.height, viewBox: `0 0 ${frame.width} ${frame.height}` });
    const old = this.shown;
    this.shown = new Map();
    const moving = parts.map((part) => this.place(part, old)).filter(({ rests }) => !rests);
    for (const { element } of old.values()) element.remove();
    cancelAnimationFrame(this.tick);
    const begun = performance.now();
    const step = (now) => {
      const t = glide && !calm.matches ? clamp((now - begun) / GLIDE, 0, 1) : 1, eased = 1 - (1 - t) ** 3;
      for (const thing of moving) {
        thing.n = t < 1 ? thing.from.map((v, i) => v + eased * (thing.to[i] - v)) : thing.end;
        write(thing.element, thing.names, thing.n);
      }
      if (t < 1) this.tick = requestAnimationFrame(step);
    };
    step(begun);
    this.cross();
  }

  // One shape: the element it had in the frame before, or a new one.
  place(part, old) {
    const [tag, ...names] = KINDS[part.kind], before = old.get(part.key);
    const element = before?.element ?? make(tag, this.layers[part.kind], { class: part.role, "data-name": part.name });
    const { words, anchor, dash, thin, axis } = part.shape;
    if (!before && axis) this.dress(element, axis);
    if (words !== undefined && element.textContent !== words) element.textContent = words;
    if (anchor) element.setAttribute("text-anchor", anchor);
    if (part.kind === "path") element.setAttribute("class", `${part.role} ${dash ?? ""} ${thin ? "thin" : ""}`);
    let [from, to] = [before?.n ?? part.n, part.n];
    if (!before && to.length === 5) from = [...to.slice(0, 4), 0]; // new cells and edges fade in
    const most = Math.max(from.length, to.length);
    if (from.length !== to.length) [from, to] = [padded(from, most), padded(to, most)];
    const rests = Boolean(before) && part.n.length === most && from.every((v, i) => v === to[i]);
    const thing = { element, from, to, end: part.n, n: from, names, rests };
    this.shown.set(part.key, thing);
    old.delete(part.key);
    return thing;
  }

  dress(element, axis) {
    set(element, { "data-axis": axis });
    make("circle", element, { r: 24, class: "target" });
    make("circle", element, { r: 11, class: "knob" });
    make("path", element, { d: axis === "x" ? "M-3-4l-4 4l4 4M3-4l4 4l-4 4" : "M-4-3l4-4l4 4M-4 3l4 4l4-4" });
  }

  // A crosshair at [x, y] pixels, and what it finds there: [words, role] of each. Without a place it goes away.
  cross(at = this.at) {
    this.at = at;
    this.layers.cross.replaceChildren();
    this.found = [];
    this.nearest = null;
    if (!at) return;
    const { left, right, top, bottom } = this.frame, { x: across, y: up } = this.figure;
    const x = clamp(at[0], left, right), y = clamp(at[1], top, bottom);
    this.value = valueAt(across, (x - left) / (right - left));
    this.found.push([said(this.value, across.reads), "ink"]);
    make("path", this.layers.cross, { d: `M${x} ${top}V${bottom}` });
    for (const part of this.parts.filter(({ shape }) => shape.read)) {
      const height = heightAt(part.n, x);
      if (height === null) continue;
      const low = height > bottom + 0.5, share = (bottom - height) / (bottom - top);
      const words = low ? `under ${said(up.first, up.reads)}` : said(valueAt(up, share), up.reads);
      this.found.push([`${part.name} ${words}`, part.role]);
      if (low) continue;
      make("circle", this.layers.cross, { cx: x, cy: height, r: 4, class: part.role });
      if (Math.abs(height - y) < (this.nearest?.[1] ?? 24)) this.nearest = [part.name, Math.abs(height - y)];
    }
    const holds = ([u, v, w, h]) => u <= x && x <= u + w && v <= y && y < v + h + 1.5;
    const cell = this.parts.find(({ shape, n }) => shape.reads && holds(n));
    if (cell) this.found.push([cell.shape.reads.replace("{}", said(cell.n[4], "share")), cell.role]);
  }
}

// The height of a polyline at x; null beside its ends.
function heightAt(n, x) {
  for (let i = 2; i < n.length; i += 2) {
    const [x0, y0, x1, y1] = n.slice(i - 2, i + 2);
    const between = x0 !== x1 && x >= Math.min(x0, x1) && x <= Math.max(x0, x1);
    if (between) return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
  }
  return null;
}

// An explorer ------------------------------------------------------------------------------------

// It has the state of one figure: #id?control=value&...
const address = {
  stateOf(host) {
    let hash = location.hash.slice(1);
    try { // mail programs and chats encode it once more, and write & as &amp;
      if (!hash.includes("?")) hash = decodeURIComponent(hash);
    } catch {} // a lone % sign
    const [id, asked] = hash.replace(/&amp;|&#38;/g, "&").split(";")[0].split("?"); // older links name others, too
    const meant = id === encodeURI(host.id), state = (meant && asked) || host.dataset.state; // a slide's own
    if (meant) host.scrollIntoView();
    return state ? new URLSearchParams(state) : null;
  },
  keep(host, state) {
    if (!location.hash.startsWith("#/")) history.replaceState(null, "", `#${host.id}?${state}`); // a slide's stays
  },
};

function startExplorer(host) {
  const data = opened(host.querySelector("script").textContent);
  const parts = [".stage", ".claim", "figcaption", ".words"].map((part) => host.querySelector(part));
  const [stage, claim, sentence, text] = parts;
  const controls = Object.entries(data.controls).map(([name, control]) => field(host.id, { name, ...control }));
  // The place of each control's value among its values, and the frame of such places.
  const at = () => controls.map(({ input }) => Number(input.value));
  const frameOf = (places) => data.frames[controls.reduce((n, { values }, i) => n * values.length + places[i], 0)];
  stage.replaceChildren();
  const drawing = new Drawing(stage);
  const spans = [...(text?.children ?? [])].slice(0, -1).reverse(); // from the last word back, without the slot
  const told = host.appendChild(element("div", { className: "reading", role: "status" }));

  function show(glide = true) {
    const figure = frameOf(at());
    drawing.show(figure, glide);
    claim.textContent = figure.claim;
    sentence.innerHTML = figure.sentence; // written by explorer.py
    fade(spans, figure.words);
    for (const { input, output, readouts } of controls.filter(({ menu }) => !menu)) {
      output.value = readouts[input.value];
      input.setAttribute("aria-valuetext", output.value);
    }
    tell();
  }

  // Only once a hand rests: browsers refuse an address that changes with every step.
  function keep() {
    const state = controls.map(({ name, values, input }) => [name, values[input.value]]);
    if (!live) address.keep(host, new URLSearchParams(state));
  }

  // Show what the address asks for; what it does not name, or names wrongly, stays as it is.
  function restore() {
    const state = address.stateOf(host);
    if (!state) return;
    for (const { name, values, input } of controls) {
      const found = values.indexOf(state.get(name));
      if (found >= 0) input.value = found;
    }
    show(false);
  }

  // Grips move their control's slider, which also gets the keys: to the value whose grip would lie nearest.
  const point = (event) => {
    const box = drawing.svg.getBoundingClientRect();
    const scale = drawing.frame.width / box.width; // a slide is scaled
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  };
  function take({ name, axis }) {
    const i = controls.findIndex((control) => control.name === name), { values, input } = controls[i];
    const places = values.map((_, p) => {
      const { shapes } = frameOf(at().map((now, j) => (i === j ? p : now)));
      const { x: [x], y: [y] } = shapes.find((shape) => shape.is === "grip" && shape.name === name);
      return axis === "x" ? drawing.frame.across(x) : drawing.frame.up(y);
    });
    input.focus({ preventScroll: true });
    return { input, places, side: axis === "x" ? 0 : 1 };
  }
  let held = null;
  drawing.svg.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest(".grip > g");
    if (!grip) return event.pointerType !== "mouse" && read(point(event));
    held = take(grip.dataset);
    drawing.svg.setPointerCapture(event.pointerId);
    read(null);
    event.preventDefault();
  });
  drawing.svg.addEventListener("pointermove", (event) => {
    if (!held) return read(event.target.closest(".grip > g") ? null : point(event));
    const off = held.places.map((place) => Math.abs(place - point(event)[held.side]));
    choose(held.input, off.indexOf(Math.min(...off)), "input");
  });
  drawing.svg.addEventListener("lostpointercapture", () => {
    if (held) keep();
    held = null;
  });
  host.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && read(null));

  // Reading: the crosshair, or a word that is pointed at; what is found there, and the word that stands there.
  let pointed = null;
  function read(where, word = null) {
    pointed = word;
    drawing.cross(where);
    tell();
    hot(drawing.nearest?.[0]);
  }
  function tell() {
    const { at: here, found, value, figure } = drawing, back = here ? backAt(figure, value) : -1;
    spans.forEach((span, i) => span.classList.toggle("at", i === back));
    const lines = back < 0 ? found : aboutWord(figure.words, back, found);
    told.replaceChildren(...lines.map(([textContent, className]) => element("span", { textContent, className })));
    if (!here) return;
    const x = pointed ? pointed.offsetLeft : stage.offsetLeft + here[0] + 14;
    const above = stage.offsetTop + here[1] - told.offsetHeight - 10;
    const y = pointed ? pointed.offsetTop + pointed.offsetHeight + 4 : above;
    told.style.left = `${clamp(x, 0, Math.max(0, host.clientWidth - told.offsetWidth))}px`;
    told.style.top = `${Math.max(0, y)}px`;
  }
  function hot(name) {
    for (const thing of host.querySelectorAll("[data-name], [data-mark]")) {
      thing.classList.toggle("hot", Boolean(name) && (thing.dataset.name ?? thing.dataset.mark) === name);
    }
  }
  for (const kind of ["pointerover", "pointerout"]) {
    sentence.addEventListener(kind, ({ target }) => hot(kind === "pointerover" && target.dataset.mark));
  }
  text?.addEventListener("pointerover", ({ target }) => {
    const word = target.closest(".words > span"), back = spans.indexOf(word);
    if (back >= 0) read([middleOf(drawing, back), drawing.frame.bottom], word);
  });
  // Keys move the crosshair: from word to word where there is a text, else by a few pixels.
  set(drawing.svg, { tabindex: 0, "aria-label": "Read the picture with the arrow keys" });
  host.addEventListener("keydown", (event) => {
    const by = { ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowLeft: [-1, 0], ArrowDown: [0, 1] }[event.key];
    if (event.key === "Escape") read(null);
    else if (by && event.target === drawing.svg) {
      const { left, right, top, bottom } = drawing.frame;
      const [x, y] = drawing.at ?? [(left + right) / 2, (top + bottom) / 2];
      const step = text ? Math.abs(middleOf(drawing, 1) - middleOf(drawing, 0)) : 6;
      read([clamp(x + step * by[0], left, right), clamp(y + 6 * by[1], top, bottom)]);
    } else return;
    event.preventDefault();
  });

  // What a hand moves, below the sentence.
  const buttons = element("p", {});
  if (data.play) buttons.append(playButton(host, controls.find(({ name }) => name === data.play), sentence));
  if (text) {
    const look = ([{ isIntersecting }]) => isIntersecting && text.classList.add("seen");
    new IntersectionObserver(look, { threshold: 0.4 }).observe(text);
    const whole = button("Show all words", "", () => set(whole, { "aria-pressed": text.classList.toggle("full") }));
    buttons.append(whole);
  }
  if (!live) buttons.append(linkButton(keep)); // a notebook has no address to share
  const rows = controls.map(({ row }) => row);
  sentence.after(element("div", { className: "explorer-controls" }, ...rows, buttons));
  host.addEventListener("input", () => show());
  host.addEventListener("change", keep);
  show(false);
  if (!live) {
    restore();
    window.addEventListener("hashchange", restore);
  }
  host.explorer = { drawing, data, at, frameOf };
}

// Words ------------------------------------------------------------------------------------

// The ink of each word, from the last one back: as `Words.inks` of marks.py.
function fade(spans, words) {
  spans.forEach((span, back) => {
    const share = words.shares[back];
    const how = back < words.unseen ? "unseen" : !share ? "out" : back === words.veiled ? "veiled" : "";
    const dark = how && how !== "veiled" ? 0 : Math.max(ink(share, words), how ? 0 : 0.1);
    span.style.setProperty("--ink-share", fixed(dark));
    const edge = words.edges.find(([from]) => from - 1 === back);
    span.className = [how, edge && `edge ${edge[1]}`].filter(Boolean).join(" ");
  });
}

// Which word stands at a value of x, -1 for none, and where the middle of a word lies.
const sign = (axis) => (axis.first > axis.last ? 1 : -1);
const backAt = ({ x, words }, value) => {
  const back = words ? Math.floor(value - words.x) * sign(x) : -1;
  return words && back >= words.unseen && back < words.text.length ? back : -1;
};
const middleOf = ({ figure: { x, words }, frame }, back) => frame.across(place(x, words.x + back * sign(x) + 0.5));

function aboutWord(words, back, found) {
  const share = words.shares[back], word = words.text.at(-1 - back).replace(/[.,;:?]$/, "");
  const hidden = back === words.veiled && ink(share ?? 0, words) < 0.5;
  const given = !share ? "out of reach" : words.reads && words.reads.replace("{}", said(share, "share"));
  const cell = found.slice(1).filter(([line]) => line !== given);
  const first = [`${hidden ? "the name" : word}: ${words.notes[back]}`, "ink"];
  return [first, given && [given, share ? "does" : "could"], ...cell].filter(Boolean);
}

// Controls ------------------------------------------------------------------------------------

function element(tag, given, ...children) {
  const made = Object.assign(document.createElement(tag), given);
  made.append(...children);
  return made;
}

function button(textContent, className, act) {
  const made = element("button", { type: "button", textContent, className });
  made.addEventListener("click", act);
  return made;
}

// In a row with its label: a slider over numbers, which says where it stands, or a menu of words.
function field(explorer, control) {
  const { name, label, readouts, first, menu } = control, id = `${explorer}-${name}`;
  const output = element("output", { htmlFor: id });
  const input = menu
    ? element("select", { id, name }, ...readouts.map((words, place) => new Option(words, place)))
    : element("input", { id, name, type: "range", max: readouts.length - 1 });
  input.value = first;
  const row = element("div", {}, element("label", { htmlFor: id, textContent: label }), input, menu ? "" : output);
  // A finger that comes down on a slider may only be on its way down the page: as soon as the browser takes the
  // movement for scrolling, the slider goes back.
  let before;
  input.addEventListener("pointerdown", () => (before = input.value));
  input.addEventListener("pointercancel", () => choose(input, before, "input", "change"));
  return { ...control, row, input, output };
}

// Put a control on one of its values, and say so as a browser does.
function choose(input, place, ...kinds) {
  if (Number(input.value) === Number(place)) return;
  input.value = place;
  for (const kind of kinds) input.dispatchEvent(new Event(kind, { bubbles: true }));
}

// Walks one control to its end, two frames a second.
function playButton(host, { input, values }, sentence) {
  let timer = null;
  const last = values.length - 1;
  const play = button("Play", "explorer-play", () => {
    if (timer) return stop();
    play.textContent = "Pause";
    sentence.ariaLive = "off"; // a sentence every half second is noise; the last one is read
    timer = setInterval(step, 500);
    step();
  });
  function step() {
    choose(input, Number(input.value) === last ? 0 : Number(input.value) + 1, "input", "change");
    if (Number(input.value) === last) stop();
  }
  function stop() {
    timer = clearInterval(timer);
    play.textContent = "Play";
    sentence.ariaLive = "polite";
  }
  host.addEventListener("input", (event) => timer && event.isTrusted && stop());
  host.addEventListener("pointerdown", (event) => timer && event.target !== play && stop());
  return play;
}

// Copies the address of what is shown, and says that it did.
function linkButton(keep) {
  const link = button("Copy link", "explorer-link", async () => {
    keep();
    try {
      await navigator.clipboard.writeText(location.href);
      link.textContent = "Copied";
    } catch {
      link.textContent = "Copy it from the address bar"; // where a page may not write to the clipboard
    }
    setTimeout(() => (link.textContent = "Copy link"), 2500);
  });
  return link;
}

if (!live) document.querySelectorAll(".explorer").forEach(startExplorer);
return { Drawing, address, linkButton, live, place, placed, said, startExplorer };
})();
