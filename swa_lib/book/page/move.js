// Moves the explorers of a page or a live notebook; swa_lib/book/explorer.py writes their HTML and data.
"use strict";

const explorers = (() => {
const { Drawing, clamp, fixed, ink, live, opened, place, said, set } = picture;

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

function startExplorer(host) {
  const data = opened(host.querySelector("script").textContent);
  const [stage, claim, sentence, text] = [".stage", ".claim", "figcaption", ".words"].map((part) => host.querySelector(part));
  const inputs = Object.entries(data.controls).map(([name, control]) => field(`${host.id}-${name}`, name, control));
  // The place of each control's value among its values, and the frame of such places.
  const at = () => inputs.map((input) => Number(input.value));
  const frameOf = (places) => {
    return data.frames[inputs.reduce((n, { name }, i) => n * data.controls[name].values.length + places[i], 0)];
  };
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
    for (const input of inputs.filter(({ type }) => type === "range")) {
      const now = data.controls[input.name].readouts[input.value];
      input.setAttribute("aria-valuetext", now);
      input.nextElementSibling.textContent = now;
    }
    tell();
  }

  // Only once a hand rests: browsers refuse an address that changes with every step.
  function keep() {
    const state = inputs.map(({ name, value }) => [name, data.controls[name].values[value]]);
    if (!live) figureAddress.keep(host.id, new URLSearchParams(state));
  }

  // Show what the address asks for; what it does not name, or names wrongly, stays as it is.
  function restore() {
    const state = figureAddress.stateOf(host.id);
    if (!state) return;
    for (const input of inputs) {
      const found = data.controls[input.name].values.indexOf(state.get(input.name));
      if (found >= 0) input.value = found;
    }
    show(false);
    if (figureAddress.parts()[0][0] === encodeURI(host.id)) host.scrollIntoView({ block: "center" });
  }

  // Grips move their control's slider, which also gets the keys: to the value whose grip would lie nearest.
  const point = (event) => {
    const box = drawing.svg.getBoundingClientRect();
    const scale = drawing.frame.width / box.width; // a slide is scaled
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  };
  function take({ name, axis }) {
    const i = inputs.findIndex((input) => input.name === name), { across, up } = drawing.frame;
    const places = data.controls[name].values.map((_, p) => {
      const { shapes } = frameOf(at().map((now, j) => (i === j ? p : now)));
      const { x: [x], y: [y] } = shapes.find((shape) => shape.is === "grip" && shape.name === name);
      return axis === "x" ? across(x) : up(y);
    });
    inputs[i].focus({ preventScroll: true });
    return { input: inputs[i], places, side: axis === "x" ? 0 : 1 };
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
  for (const end of ["pointerup", "pointercancel"]) {
    drawing.svg.addEventListener(end, () => {
      if (held) keep();
      held = null;
    });
  }
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
    const y = pointed ? pointed.offsetTop + pointed.offsetHeight + 4 : stage.offsetTop + here[1] - told.offsetHeight - 10;
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
      const { left, right, top, bottom } = drawing.frame, [x, y] = drawing.at ?? [(left + right) / 2, bottom];
      const step = text ? Math.abs(middleOf(drawing, 1) - middleOf(drawing, 0)) : 6;
      read([clamp(x + step * by[0], left, right), clamp(y + 6 * by[1], top, bottom)]);
    } else return;
    event.preventDefault();
  });

  // What a hand moves, below the sentence.
  const buttons = element("p", {});
  if (data.play) buttons.append(playButton(host, inputs.find(({ name }) => name === data.play), sentence));
  if (text) {
    const whole = button("Show all words", "", () => set(whole, { "aria-pressed": text.classList.toggle("full") }));
    buttons.append(whole);
  }
  if (!live) buttons.append(linkButton(keep)); // a notebook has no address to share
  const rows = inputs.map((input) => input.parentElement);
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
function field(id, name, { label, readouts, first, menu }) {
  const input = menu
    ? element("select", { id, name }, ...readouts.map((words, place) => new Option(words, place)))
    : element("input", { id, name, type: "range", max: readouts.length - 1 });
  input.value = first;
  const row = element("div", {}, element("label", { htmlFor: id, textContent: label }), input);
  if (!menu) row.append(element("output", { htmlFor: id }));
  // A finger that comes down on a slider may only be on its way down the page: as soon as the browser takes the movement
  // for scrolling, the slider goes back.
  let before;
  input.addEventListener("pointerdown", () => (before = input.value));
  input.addEventListener("pointercancel", () => choose(input, before, "input", "change"));
  return input;
}

// Put a control on one of its values, and say so as a browser does.
function choose(input, place, ...kinds) {
  if (Number(input.value) === Number(place)) return;
  input.value = place;
  for (const kind of kinds) input.dispatchEvent(new Event(kind, { bubbles: true }));
}

// Walks one control to its end, two frames a second.
function playButton(host, input, sentence) {
  let timer = null;
  const last = (input.options?.length ?? Number(input.max) + 1) - 1;
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
return { figureAddress, linkButton, startExplorer };
})();
const { figureAddress, linkButton } = explorers; // the calculator uses them, too
