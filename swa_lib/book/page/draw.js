// Draws what swa_lib/book/marks.py describes, as SVG; `move.js` moves it.
//
// Where things lie is worked out step by step as in swa_lib/book/still.py; a test holds the two together.
// The state is in the address: page.html#staircase?layers=32&alpha=0.95. When several pictures were moved, the
// latest comes first: #staircase?layers=32;hop_diagram?back=4.
"use strict";

const picture = (() => {
const SIZE = 15, ROW = 19, EDGE = 4, RIGHT = 26, LOW = 0.75, NARROW = 500; // pixels, as in still.py
const GLIDE = 200; // milliseconds
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const pen = document.createElement("canvas").getContext("2d");
const textWidth = (words) => pen.measureText(words).width;
const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

// Numbers ------------------------------------------------------------------------------------

// What Python wrote once (`pooled`), put back; what was one thing there is one thing here.
function opened({ data, pool }) {
  const done = [];
  const full = (thing) => {
    if (thing === null || typeof thing !== "object") return thing;
    if ("$" in thing) return (done[thing.$] ??= full(pool[thing.$]));
    if (Array.isArray(thing)) return thing.map(full);
    return Object.fromEntries(Object.entries(thing).map(([key, value]) => [key, full(value)]));
  };
  return { ...full({ ...data, frames: null }), frameAt: (n) => full(data.frames[n]) };
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
    return reads.replace("{}", digits.toLocaleString("en"));
  }
  if (value === 0) return "nothing";
  if (value >= 0.000095) return `${Number((100 * value).toPrecision(value < 0.995 ? 2 : 3))}%`;
  const [digits, power] = value.toExponential(1).split("e");
  const raised = String(Number(power)).replace(/[-\d]/g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]));
  return `${Number(digits)}\u00a0×\u00a010${raised}`;
}

// How dark a share is: in proportion up to `full`, or a step for each factor of ten.
const ink = (share, { full, decades }) =>
  decades ? clamp(1 + Math.log10(Math.max(share, 1e-300) / full) / decades, 0, 1) : Math.min(1, share / full);

// Where things lie ------------------------------------------------------------------------------------

// All shapes of a picture, in pixels: { kind, name, role, n: numbers, key: who it is from frame to frame, ... }.
// `before` says where each name stood, so that it moves only for a reason.
function shapes(figure, width, before = new Map()) {
  const left = figure.y.ticks.length ? Math.max(...figure.y.ticks.map((tick) => textWidth(tick[1]))) + 10 : EDGE;
  const right = width - RIGHT, top = 30;
  const bottom = top + Math.floor(figure.height * (width < NARROW ? LOW : 1) + 0.5);
  const frame = { left, right, top, bottom, width, height: bottom + (figure.x.label ? 50 : 28) };
  const px = (x) => left + place(figure.x, x) * (right - left);
  const py = (y) => clamp(bottom - place(figure.y, y) * (bottom - top), -2 * bottom, 3 * bottom);
  const parts = [], curves = [], names = [], taken = [], shaded = [], count = {};
  const add = (kind, { name, role }, n, more = {}) => {
    const id = `${kind}/${name}`;
    count[id] = (count[id] ?? 0) + 1;
    parts.push({ kind, name, role, n, key: `${id}/${count[id]}`, ...more });
  };

  for (const [x, words] of spaced(figure.x.ticks, px, textWidth)) {
    add("tick", { name: "x", role: "muted" }, [x, bottom + 20], { words, anchor: "middle", key: `x${words}` });
    add("grid", { name: "x", role: "rule" }, [x, bottom, x, bottom + 5], { key: `|${words}` });
  }
  for (const [y, words] of spaced(figure.y.ticks, py, () => ROW - 8)) {
    add("grid", { name: "y", role: "rule" }, [left, y, right, y], { key: `-${words}` });
    add("tick", { name: "y", role: "muted" }, [left - 8, y + 5], { words, anchor: "end", key: `y${words}` });
  }
  add("grid", { name: "x", role: "muted" }, [left, bottom, right, bottom], { key: "axis" });
  if (figure.x.label) {
    const words = figure.x.first > figure.x.last ? `← ${figure.x.label}` : `${figure.x.label} →`;
    add("tick", { name: "x", role: "muted" }, [right, bottom + 42], { words, anchor: "end" });
  }
  if (figure.y.label) {
    const words = figure.y.label[0] === "↓" ? figure.y.label : `↑ ${figure.y.label}`;
    add("tick", { name: "y", role: "muted" }, [0, 14], { words, anchor: "start" });
  }

  const curve = (mark, points, look) => {
    const inside = ([x, y]) => left <= x && x <= right && top - 1 <= y && y <= bottom + 1;
    const seen = sampled(points).filter(inside);
    curves.push(seen);
    const label = mark.label ?? mark.name;
    if (label && seen.length) names.push([mark, label, seen, false]);
    add("path", mark, points.flat(), { points, ...look });
  };
  const draw = {
    Line(mark) {
      let points = mark.x.map((x, i) => [px(x), py(mark.y[i])]);
      const stair = (p, i) => (i ? [[p[0], points[i - 1][1]], p] : [p]); // level, then upright
      if (mark.step) points = points.flatMap(stair);
      curve(mark, points, { dash: mark.dash, read: mark.read });
    },
    Rule(mark) {
      const at = (mark.axis === "x" ? px : py)(mark.at);
      const ends = mark.axis === "x" ? [[at, bottom], [at, top]] : [[right, at], [left, at]];
      curve(mark, ends, { dash: "dash", thin: true });
    },
    Band(mark) {
      const [a, b] = [mark.start, mark.stop].map(mark.axis === "x" ? px : py).sort((p, q) => p - q);
      const box = mark.axis === "x" ? [a, top, b - a, bottom - top] : [left, a, right - left, b - a];
      add("cell", mark, [...box, 0.14]);
    },
    Cells(mark) {
      mark.rows.forEach(([start, end, shares], i) => {
        const y = py(mark.top - i), below = py(mark.top - i - 1);
        const high = below - y - Math.min(1.5, (below - y) / 4);
        const [a, b] = [px(start), px(end)].sort((p, q) => p - q);
        add("bar", { name: mark.name, role: "tint" }, [a, y, b - a, high, 1]);
        let far = px(start);
        shares.forEach((share, j) => {
          const shade = ink(share, mark);
          if (shade < 0.005) return;
          const [p, q] = [px(start + j * mark.step), px(start + (j + 1) * mark.step)].sort((u, v) => u - v);
          const key = `${mark.name}/${i}/${j}`;
          add("cell", mark, [p, y, q - p, high, shade], { key, share, reads: mark.reads });
          if (shade > 0.05) far = p;
        });
        shaded.push([Math.min(far, px(start)), y, Math.abs(far - px(start)), high]);
      });
    },
    Points(mark) {
      mark.x.forEach((value, i) => {
        const x = px(value), y = py(mark.y[i]);
        if (y < top - 1 || y > bottom + 1 || x < left - 1 || x > right + 1) return;
        taken.push([x - mark.size, y - mark.size, 2 * mark.size, 2 * mark.size]);
        add("dot", mark, [x, y, mark.size, mark.shades[i] ?? 1]);
        if (mark.words[i]) names.push([mark, mark.words[i], [[x, y]], true]);
      });
    },
    Edges(mark) {
      mark.ends.forEach(([a, b, c, d], i) => {
        const key = `${mark.name}/${a},${b},${c},${d}`;
        add("edge", mark, [px(a), py(b), px(c), py(d), mark.weights[i]], { key });
      });
    },
    Label(mark) {
      const wide = textWidth(mark.text);
      const before = { start: 0, middle: wide / 2, end: wide }[mark.anchor];
      const x = px(mark.x) + mark.dx - before, y = py(mark.y) + mark.dy;
      taken.push([x, y - 14, wide, ROW]);
      add("text", mark, [x, y], { words: mark.text });
    },
    Grip(mark) {
      const x = px(mark.x), y = py(mark.y);
      taken.push([x - 12, y - 12, 24, 24]);
      add("grip", mark, [x, y], { axis: mark.axis });
    },
    Words() {},
  };
  for (const mark of figure.marks) draw[mark.is](mark);
  for (const [mark, words, seen, optional] of names) { // last, each where it covers least
    const wide = textWidth(words), key = `name/${mark.name}/${optional ? words : ""}`;
    const [cost, x, y] = bestPlace(seen, wide, { curves, taken, shaded }, frame, before.get(key));
    if (optional && cost >= 1000) continue; // a dot's name only where there is room
    taken.push([x, y - 14, wide, ROW]);
    add("text", mark, [x, y], { words, key });
  }
  return { parts, frame };
}

// As many ticks as have room: every one, every second, every third ... from the first on.
function spaced(ticks, at, size) {
  for (let every = 1; every <= ticks.length; every++) {
    const some = ticks.filter((_, i) => i % every === 0).map(([value, words]) => [at(value), words]);
    const fits = ([p, words], [q, others]) => Math.abs(p - q) > (size(words) + size(others)) / 2 + 8;
    if (some.every((tick, i) => !i || fits(tick, some[i - 1]))) return some;
  }
  return [];
}

// Points every 4 pixels of a path.
function sampled(points) {
  const out = [];
  points.slice(1).forEach(([x1, y1], i) => {
    const [x0, y0] = points[i], n = Math.max(1, Math.floor(Math.hypot(x1 - x0, y1 - y0) / 4));
    for (let k = 0; k < n; k++) out.push([x0 + ((x1 - x0) * k) / n, y0 + ((y1 - y0) * k) / n]);
  });
  return [...out, points.at(-1)];
}

// Near the far end of a curve, on no other name, on as little of curves and shades as can be.
function bestPlace(seen, wide, { curves, taken, shaded }, { left, right, top, bottom }, before) {
  const meeting = ([x, y, w, h], others, gap) =>
    others.filter(([u, v, p, q]) => x < u + p + gap && u < x + w + gap && y < v + q && v < y + h).length;
  let best = [Infinity, left + 4, top + 14];
  for (let back = 0; back < Math.min(seen.length, 60); back += 4) {
    const [x, y] = seen.at(-1 - back);
    for (const gap of [8, 45, 90]) for (const [side, drop] of [[0, -5], [1, 15], [0, 15], [1, -5]]) {
      const a = side ? x + gap : x - wide - gap, b = y + drop;
      if (a < left || a + wide > right + 20 || b - 14 < 0 || b + 5 > bottom) continue;
      const box = [a, b - 14, wide, ROW];
      let cost = back + gap + 1000 * meeting(box, taken, 4) + 60 * meeting(box, shaded, 0);
      if (before) cost += Math.min(80, Math.hypot(a - before[0], b - before[1]));
      const crossed = ([u, v]) => a - 3 < u && u < a + wide + 3 && b - 14 < v && v < b + 5;
      for (const curve of curves) cost += 20 * curve.filter(crossed).length;
      if (cost < best[0]) best = [cost, a, b];
    }
  }
  return best;
}

// Drawing and gliding ------------------------------------------------------------------------------------

const fixed = (n) => Math.round(n * 100) / 100;
const set = (element, given) => {
  for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
};
const path = (element, n) => {
  element.setAttribute("d", `M${n.map((v, i) => (i && i % 2 === 0 ? "L" : " ") + fixed(v)).join("")}`);
};
const rect = (element, [x, y, w, h, shade]) => {
  const [width, height] = [fixed(Math.max(0, w)), fixed(Math.max(0, h))];
  set(element, { x: fixed(x), y: fixed(y), width, height, "fill-opacity": fixed(shade) });
};
const text = (element, [x, y]) => set(element, { x: fixed(x), y: fixed(y) });
const KINDS = { // layers from back to front: the element, and how its numbers are written
  grid: ["path", path], bar: ["rect", rect], cell: ["rect", rect],
  edge: ["path", (element, [a, b, c, d, weight]) => {
    path(element, [a, b, c, d]);
    const strong = fixed(Math.min(0.9, 0.2 + 2 * weight));
    set(element, { style: `stroke-width:${fixed(0.6 + 9 * weight)};stroke-opacity:${strong}` });
  }],
  path: ["path", path],
  dot: ["circle", (element, [cx, cy, r, shade]) => {
    set(element, { cx: fixed(cx), cy: fixed(cy), r, style: `--shade:${fixed(100 * shade)}%` });
  }],
  tick: ["text", text], text: ["text", text], cross: ["g", () => {}],
  grip: ["g", (element, [x, y]) => element.setAttribute("transform", `translate(${fixed(x)} ${fixed(y)})`)],
};
function make(tag, parent, given = {}) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  set(element, given);
  return parent.appendChild(element);
}

// Two polylines as numbers of the same length: corners of either at their share of its length, so both stay exact.
function paired(a, b) {
  const lengths = (n) => {
    const share = [0];
    for (let i = 2; i < n.length; i += 2) {
      share.push(share.at(-1) + Math.hypot(n[i] - n[i - 2], n[i + 1] - n[i - 1]));
    }
    return share.map((s) => s / (share.at(-1) || 1));
  };
  const [sa, sb] = [lengths(a), lengths(b)], all = [...new Set([...sa, ...sb])].sort((p, q) => p - q);
  const along = (n, share) => {
    let i = 1;
    return all.flatMap((s) => {
      while (i < share.length - 1 && share[i] < s) i++;
      const t = share[i] > share[i - 1] ? Math.min(1, (s - share[i - 1]) / (share[i] - share[i - 1])) : 1;
      return [0, 1].map((k) => n[2 * i - 2 + k] + t * (n[2 * i + k] - n[2 * i - 2 + k]));
    });
  };
  return [along(a, sa), along(b, sb)];
}

class Drawing {
  constructor(stage, id) {
    this.stage = stage;
    this.svg = make("svg", stage, { role: "group" });
    this.clip = make("rect", make("clipPath", make("defs", this.svg), { id: `${id}-clip` }));
    this.layers = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, make("g", this.svg, { class: kind })]));
    this.layers.path.setAttribute("clip-path", `url(#${id}-clip)`);
    this.shown = new Map();
    this.names = new Map();
  }

  show(figure, glide) {
    this.figure = figure;
    pen.font = `400 ${SIZE}px ${getComputedStyle(this.stage).fontFamily}`;
    const room = this.stage.clientWidth || this.frame?.width || 640; // what is hidden has none
    const { parts, frame } = shapes(figure, room, glide ? this.names : undefined);
    Object.assign(this, { parts, frame });
    const { left, right, top, bottom, width, height } = frame;
    set(this.svg, { width, height });
    set(this.clip, { x: left - 2, y: top - 2, width: right - left + 4, height: bottom - top + 4 });
    const old = this.shown;
    this.shown = new Map();
    for (const part of parts) this.place(part, old);
    for (const { element } of old.values()) element.remove();
    this.names = new Map(parts.filter(({ key }) => key.startsWith("name/")).map(({ key, n }) => [key, n]));
    cancelAnimationFrame(this.tick);
    const begun = performance.now();
    const step = (now) => {
      const t = glide && !calm.matches ? clamp((now - begun) / GLIDE, 0, 1) : 1, eased = 1 - (1 - t) ** 3;
      for (const thing of this.shown.values()) {
        if (thing.done) continue;
        thing.n = t < 1 ? thing.from.map((v, i) => v + eased * (thing.to[i] - v)) : thing.end;
        thing.write(thing.element, thing.n);
        thing.done = t === 1;
      }
      if (t < 1) this.tick = requestAnimationFrame(step);
    };
    step(begun);
    this.cross();
  }

  // One shape: the element it had in the frame before, or a new one.
  place(part, old) {
    const [tag, write] = KINDS[part.kind], before = old.get(part.key);
    const element = before?.element ?? make(tag, this.layers[part.kind], { class: part.role, "data-name": part.name });
    if (!before && part.kind === "grip") this.dress(element, part);
    if (part.words !== undefined && element.textContent !== part.words) element.textContent = part.words;
    if (part.anchor) element.setAttribute("text-anchor", part.anchor);
    if (part.kind === "path") {
      element.setAttribute("class", `${part.role} ${part.dash || ""} ${part.thin ? "thin" : ""}`);
    }
    let [from, to] = [before?.n ?? part.n, part.n];
    if (!before && part.kind === "cell") from = [...to.slice(0, 4), 0]; // new cells fade in
    if (!before && part.kind === "edge") from = [...to.slice(0, 4), 0];
    const done = Boolean(before) && from.length === to.length && from.every((v, i) => v === to[i]);
    if (from.length !== to.length) [from, to] = paired(from, to);
    this.shown.set(part.key, { element, from, to, end: part.n, n: from, write, done });
    old.delete(part.key);
  }

  dress(element, { axis }) {
    set(element, { tabindex: 0, role: "slider", "data-axis": axis });
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
    for (const part of this.parts.filter((part) => part.read)) {
      const height = heightAt(part.points, x);
      if (height === null) continue;
      const low = height > bottom + 0.5, share = (bottom - height) / (bottom - top);
      const words = low ? `under ${said(up.first, up.reads)}` : said(valueAt(up, share), up.reads);
      this.found.push([`${part.name} ${words}`, part.role]);
      if (low) continue;
      make("circle", this.layers.cross, { cx: x, cy: height, r: 4, class: part.role });
      if (Math.abs(height - y) < (this.nearest?.[1] ?? 24)) this.nearest = [part.name, Math.abs(height - y)];
    }
    const holds = ([u, v, w, h]) => u <= x && x <= u + w && v <= y && y < v + h + 1.5;
    const cell = this.parts.find(({ kind, reads, n }) => kind === "cell" && reads && holds(n));
    if (cell) this.found.push([cell.reads.replace("{}", said(cell.share, "share")), cell.role]);
  }
}

// The height of a polyline at x; null beside its ends.
function heightAt(points, x) {
  for (let i = 1; i < points.length; i++) {
    const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
    const between = x0 !== x1 && x >= Math.min(x0, x1) && x <= Math.max(x0, x1);
    if (between) return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
  }
  return null;
}

return { Drawing, calm, clamp, fixed, ink, opened, place, said, set, shapes };
})();
