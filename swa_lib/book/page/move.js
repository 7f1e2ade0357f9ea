// Moves the explorers of a page or a live notebook; swa_lib/book/explorer.py writes their HTML and data.
"use strict";

const explorers = (() => {
const { Drawing, calm, clamp, fixed, ink, opened, place, said, set } = picture;

const figureAddress = {
  // What the address says, as [id, state] pairs. Mail programs and chats encode it once more, and write & as &amp;
  parts() {
    let hash = location.hash.slice(1);
    try {
      if (!hash.includes("?")) hash = decodeURIComponent(hash);
    } catch {} // a lone % sign
    return hash.replace(/&amp;|&#38;/g, "&").split(";").map((part) => part.split("?"));
  },
  stateOf(id) {
    const found = this.parts().find(([name, state]) => name === encodeURI(id) && state !== undefined);
    const state = found?.[1] ?? document.getElementById(id).dataset.state; // a slide says how its figure begins
    return state === undefined ? null : new URLSearchParams(state);
  },
  keep(id, state) {
    if (location.hash.startsWith("#/")) return; // the address of a slide
    const others = this.parts().filter(([name, old]) => old !== undefined && name !== encodeURI(id));
    history.replaceState(null, "", "#" + [[id, state], ...others].map((part) => part.join("?")).join(";"));
  },
};

const element = (tag, given) => Object.assign(document.createElement(tag), given);

function startExplorer(host, live = false) {
  const data = opened(host.querySelector("script").textContent);
  const [stage, claim, sentence] = [".stage", ".claim", "figcaption"].map((part) => host.querySelector(part));
  const inputs = [...host.querySelectorAll(".explorer-controls [name]")];
  const names = inputs.map((input) => input.name);
  // The place of each control's value among its values, where the page, or a browser that comes back, has put it.
  const at = inputs.map((input) => Number(input.value));
  const sizes = names.map((name) => data.controls[name].values.length);
  const frameOf = (places) => data.frames[places.reduce((n, p, i) => n * sizes[i] + p, 0)];
  const drawing = new Drawing(stage), text = host.querySelector(".words");
  const told = host.appendChild(element("div", { className: "reading", hidden: true }));
  const spoken = host.appendChild(element("div", { className: "spoken", role: "status" }));

  function show(glide = true) {
    const figure = frameOf(at);
    drawing.show(figure, glide);
    claim.textContent = figure.claim;
    sentence.innerHTML = figure.sentence; // written by explorer.py
    if (text) fade(text, drawing.words = figure.words);
    names.forEach((name, i) => {
      const { label, readouts } = data.controls[name], now = readouts[at[i]], last = readouts.length - 1;
      inputs[i].value = at[i];
      if (inputs[i].type === "range") {
        inputs[i].setAttribute("aria-valuetext", now);
        inputs[i].nextElementSibling.textContent = now;
      }
      const grip = stage.querySelector(`.grip [data-name="${name}"]`);
      const range = { "aria-valuemin": 0, "aria-valuemax": last, "aria-valuenow": at[i] };
      if (grip) set(grip, { "aria-label": label, ...range, "aria-valuetext": now });
    });
    tell();
  }

  // Move one control to a place among its values.
  function choose(name, to) {
    const i = names.indexOf(name), p = clamp(to, 0, sizes[i] - 1);
    if (p === at[i]) return;
    at[i] = p;
    text?.classList.remove("full");
    show();
  }

  // Only once a hand rests: browsers refuse an address that changes with every step.
  function keep() {
    if (live) return;
    const state = names.map((name, i) => [name, data.controls[name].values[at[i]]]);
    figureAddress.keep(host.id, new URLSearchParams(state));
  }

  // Show what the address asks for; what it does not name, or names wrongly, stays as it is.
  function restore() {
    const state = live ? null : figureAddress.stateOf(host.id);
    if (!state) return;
    names.forEach((name, i) => {
      const found = state.has(name) ? data.controls[name].values.indexOf(state.get(name)) : -1;
      if (found >= 0) at[i] = found;
    });
    show(false);
    if (figureAddress.parts()[0][0] === encodeURI(host.id)) host.scrollIntoView({ block: "center" });
  }

  inputs.forEach((input, i) => {
    input.addEventListener("input", () => choose(names[i], Number(input.value)));
    input.addEventListener("change", keep);
    letSwipesPass(input);
  });

  // Grips: along its axis, the value whose grip would lie nearest.
  const point = (event) => {
    const box = drawing.svg.getBoundingClientRect();
    const scale = drawing.frame.width / box.width; // a slide is scaled
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  };
  function gripPlaces(name, axis) {
    const { left, right, top, bottom } = drawing.frame, i = names.indexOf(name);
    return data.controls[name].values.map((_, p) => {
      const figure = frameOf(at.map((old, j) => (i === j ? p : old)));
      const { x: [x], y: [y] } = figure.shapes.find((shape) => shape.is === "grip" && shape.name === name);
      return axis === "x" ? left + x * (right - left) : bottom - y * (bottom - top);
    });
  }
  let held = null;
  drawing.svg.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest(".grip > g");
    if (!grip) return event.pointerType !== "mouse" && read(point(event));
    held = { ...grip.dataset, places: gripPlaces(grip.dataset.name, grip.dataset.axis) };
    drawing.svg.setPointerCapture(event.pointerId);
    read(null);
    grip.focus({ preventScroll: true });
    event.preventDefault();
  });
  drawing.svg.addEventListener("pointermove", (event) => {
    if (!held) return read(event.target.closest(".grip > g") ? null : point(event));
    const off = held.places.map((p) => Math.abs(p - point(event)[held.axis === "x" ? 0 : 1]));
    choose(held.name, off.indexOf(Math.min(...off)));
  });
  for (const end of ["pointerup", "pointercancel"]) {
    drawing.svg.addEventListener(end, () => {
      if (held) keep();
      held = null;
    });
  }
  host.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && read(null));

  // Reading: the crosshair, what it finds, and the word that stands there.
  function read(where, back = null) {
    drawing.cross(where);
    drawing.back = back;
    tell();
    hot(drawing.nearest?.[0]);
  }
  const wordAt = (back) => text?.children[text.children.length - 2 - back]; // the last one is the slot
  function tell() {
    const words = drawing.words, found = drawing.found, here = drawing.at;
    let back = drawing.back;
    if (words && here && back === null) back = backAt(words, drawing);
    const there = here && wordAt(back);
    for (const word of text?.children ?? []) word.classList.toggle("at", word === there);
    told.hidden = !here;
    if (!here) return;
    const lines = words && back >= 0 && back < words.text.length ? aboutWord(words, back, found) : found;
    told.replaceChildren(...lines.map(([line, role]) => element("span", { textContent: line, className: role })));
    const word = drawing.back === null ? null : there;
    const x = word ? word.offsetLeft : stage.offsetLeft + here[0] + 14, w = told.offsetWidth;
    const y = word ? word.offsetTop + word.offsetHeight + 4 : stage.offsetTop + here[1] - told.offsetHeight - 10;
    told.style.left = `${clamp(x, 0, Math.max(0, host.clientWidth - w))}px`;
    told.style.top = `${Math.max(0, y)}px`;
    return lines.map(([line]) => line).join(", ");
  }
  function hot(name) {
    for (const thing of host.querySelectorAll("[data-name], [data-mark]")) {
      thing.classList.toggle("hot", Boolean(name) && (thing.dataset.name ?? thing.dataset.mark) === name);
    }
  }
  for (const kind of ["pointerover", "pointerout"]) {
    sentence.addEventListener(kind, ({ target }) => hot(kind === "pointerover" && target.dataset.mark));
  }
  const pointAt = (back) => read([middleOf(drawing.words, back, drawing), drawing.frame.bottom], back);
  for (const kind of ["pointerover", "pointerdown"]) {
    text?.addEventListener(kind, ({ target }) => {
      const i = [...text.children].indexOf(target.closest(".words > span"));
      if (i >= 0 && i < text.children.length - 1) pointAt(text.children.length - 2 - i);
    });
  }

  // Keys: on a grip they move its control, on the picture the crosshair, on the text from word to word.
  set(drawing.svg, { tabindex: 0, "aria-label": "Read the picture with the arrow keys" });
  host.addEventListener("keydown", (event) => {
    const by = { ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowLeft: [-1, 0], ArrowDown: [0, 1] }[event.key];
    const grip = event.target.closest(".grip > g"), ends = { Home: 0, End: Infinity };
    if (event.key === "Escape") read(null);
    else if (grip && (by || event.key in ends)) {
      const { name, axis } = grip.dataset, i = names.indexOf(name);
      const places = gripPlaces(name, axis), grows = (places.at(-1) - places[0]) * (axis === "x" ? 1 : -1);
      const up = grows >= 0 ? 1 : -1;
      choose(name, by ? at[i] + (by[0] - by[1]) * up : ends[event.key]);
      keep();
    } else if (by && text && event.target === text.parentElement) {
      const back = (drawing.back ?? 0) - by[0] - 8 * by[1];
      pointAt(clamp(back, drawing.words.unseen, drawing.words.text.length - 1));
      spoken.textContent = tell();
    } else if (by && event.target === drawing.svg) {
      const { left, right, top, bottom } = drawing.frame;
      const [x, y] = drawing.at ?? [(left + right) / 2, (top + bottom) / 2];
      read([clamp(x + 6 * by[0], left, right), clamp(y + 6 * by[1], top, bottom)]);
      spoken.textContent = tell();
    } else return;
    event.preventDefault();
  });

  stage.querySelector("noscript")?.remove();
  host.querySelector(".explorer-controls").hidden = false;
  const whole = host.querySelector(".explorer-whole");
  whole?.addEventListener("click", () => whole.setAttribute("aria-pressed", text.classList.toggle("full")));
  const played = names.indexOf(data.play);
  if (data.play) preparePlay(host, inputs[played], sizes[played] - 1, keep);
  prepareLink(host, live, keep);
  show(false);
  if (!live) {
    restore();
    window.addEventListener("hashchange", restore);
  }
  if (text && !calm.matches) fadeFirst(text);
  const fit = () => stage.clientWidth && stage.clientWidth !== drawing.frame.width && show(false);
  new ResizeObserver(fit).observe(stage);
  host.explorer = { drawing, data, at, choose, frameOf };
}

// Words ------------------------------------------------------------------------------------

// The ink of each word: as `Words.inks` of marks.py.
function fade(text, words) {
  const count = words.text.length;
  words.text.forEach((_, i) => {
    const back = count - 1 - i, word = text.children[i], share = words.shares[back];
    const how = back < words.unseen ? "unseen" : !share ? "out" : back === words.veiled ? "veiled" : "";
    const shown = how && how !== "veiled" ? 0 : Math.max(ink(share, words), how ? 0 : 0.1);
    word.style.setProperty("--ink-share", fixed(shown));
    const edge = words.edges.find(([from]) => from - 1 === back);
    word.className = [how, edge && `edge ${edge[1]}`].filter(Boolean).join(" ");
  });
}

// A text opens in full ink, and fades once somebody has seen it.
function fadeFirst(text) {
  text.classList.add("full", "slowly");
  new IntersectionObserver((seen, observer) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    observer.disconnect();
    setTimeout(() => text.classList.remove("full"), 900);
    setTimeout(() => text.classList.remove("slowly"), 2600);
  }, { threshold: 0.4 }).observe(text);
}

const sign = (axis) => (axis.first > axis.last ? 1 : -1);
const backAt = (words, { figure, value }) => {
  const back = Math.floor(value - words.x) * sign(figure.x);
  return back < words.unseen ? -1 : back;
};
const middleOf = (words, back, { figure, frame }) =>
  frame.left + place(figure.x, words.x + back * sign(figure.x) + 0.5) * (frame.right - frame.left);

function aboutWord(words, back, found) {
  const share = words.shares[back], word = words.text.at(-1 - back).replace(/[.,;:?]$/, "");
  const hidden = back === words.veiled && ink(share ?? 0, words) < 0.5;
  const given = !share ? "out of reach" : words.reads && words.reads.replace("{}", said(share, "share"));
  const cell = found.slice(1).filter(([line]) => line !== given);
  const first = [`${hidden ? "the name" : word}: ${words.notes[back]}`, "ink"];
  return [first, given && [given, share ? "does" : "could"], ...cell].filter(Boolean);
}

// Controls ------------------------------------------------------------------------------------

// A finger that comes down on a slider may only be on its way down the page: as soon as the browser takes the movement
// for scrolling, the slider goes back.
function letSwipesPass(slider) {
  let before;
  slider.addEventListener("pointerdown", () => (before = slider.value));
  slider.addEventListener("pointercancel", () => {
    slider.value = before;
    for (const kind of ["input", "change"]) slider.dispatchEvent(new Event(kind, { bubbles: true }));
  });
}

// A button that walks one control to its end, two frames a second. Readers who asked for less motion get a
// button that takes one step.
function preparePlay(figure, control, last, keep) {
  const button = figure.querySelector(".explorer-play");
  const sentence = figure.querySelector("figcaption");
  let timer = null;

  function step() {
    const at = Number(control.value);
    control.value = at === last ? 0 : at + 1;
    control.dispatchEvent(new Event("input", { bubbles: true, cancelable: true }));
    keep();
    if (Number(control.value) === last) stop();
  }
  function stop() {
    clearInterval(timer);
    timer = null;
    button.textContent = calm.matches ? "Next step" : "Play";
    sentence.setAttribute("aria-live", "polite");
  }
  button.addEventListener("click", () => {
    if (calm.matches) return step();
    if (timer) return stop();
    button.textContent = "Pause";
    sentence.setAttribute("aria-live", "off"); // a sentence every half second is noise; the last one is read
    timer = setInterval(step, 500);
    step();
  });
  figure.addEventListener("input", (event) => timer && event.isTrusted && stop());
  figure.addEventListener("pointerdown", (event) => timer && event.target !== button && stop());
  calm.addEventListener("change", stop);
  stop();
}

// A button that copies the address of what is shown, and says that it did.
function prepareLink(figure, live, keep) {
  const button = figure.querySelector(".explorer-link");
  if (live) return button.remove(); // a notebook has no address to share
  button.addEventListener("click", async () => {
    keep();
    try {
      await navigator.clipboard.writeText(location.href);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Copy it from the address bar"; // where a page may not write to the clipboard
    }
    setTimeout(() => (button.textContent = "Copy link"), 2500);
  });
}

// In a notebook: the same HTML, with all its numbers. JupyterLab would take the arrow keys for its own.
function startLiveExplorer({ model, el }) {
  el.innerHTML = model.get("page");
  el.dataset.lmSuppressShortcuts = "true";
  el.addEventListener("keydown", (event) => event.stopPropagation());
  requestAnimationFrame(() => startExplorer(el.querySelector(".explorer"), true));
}

// As soon as the page is read: DOMContentLoaded would wait for the theme.
document.addEventListener("readystatechange", () => {
  if (document.readyState !== "interactive") return;
  document.querySelectorAll(".explorer").forEach((figure) => startExplorer(figure));
});

return { figureAddress, prepareLink, startExplorer, startLiveExplorer };
})();
const { figureAddress, prepareLink } = explorers; // the calculator uses them, too
