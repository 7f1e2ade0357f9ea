// Draws the shapes of swa_lib/book/shapes.py as SVG; `move.js` moves them.
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
      row.forEach((dark, k) => {
        const box = [x + k * by + Math.min(0, by), above, Math.abs(by), low - above, dark];
        if (dark >= 0.005) add(box, [i, k]);
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
const KINDS = { // layers from back to front: the element, and what its numbers are; those of a path begin with its corners
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
    for (const part of parts) this.place(part, old);
    for (const { element } of old.values()) element.remove();
    cancelAnimationFrame(this.tick);
    const begun = performance.now();
    const step = (now) => {
      const t = glide && !calm.matches ? clamp((now - begun) / GLIDE, 0, 1) : 1, eased = 1 - (1 - t) ** 3;
      for (const thing of this.shown.values()) {
        if (thing.done) continue;
        thing.n = t < 1 ? thing.from.map((v, i) => v + eased * (thing.to[i] - v)) : thing.end;
        write(thing.element, thing.names, thing.n);
        thing.done = t === 1;
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
    const done = Boolean(before) && from.length === to.length && from.every((v, i) => v === to[i]);
    const most = Math.max(from.length, to.length);
    if (from.length !== to.length) [from, to] = [padded(from, most), padded(to, most)];
    this.shown.set(part.key, { element, from, to, end: part.n, n: from, names, done });
    old.delete(part.key);
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

return { Drawing, calm, clamp, fixed, ink, live, opened, place, placed, said, set };
})();
