// Every explorer of a page or of a live notebook: a picture, a sentence, and controls that pick a frame.
//
// The HTML comes from swa_lib/book/explorers.py. On a page all frames are in it as JSON, the last control changing
// fastest; in a notebook (`startLiveExplorer`) the kernel draws them. Without this script the first frame stands,
// without controls. What a reader may ask of a frame is written into its SVG by swa_lib/book/sheets.py: its axes,
// its curves, and where a control may be grasped in the picture.
// The state is in the address, so that it can be linked to: page.html#staircase?layers=32&alpha=0.95. When several
// figures were moved, the latest comes first: #staircase?layers=32;hop_diagram?back=4.
"use strict";

const figureAddress = {
  // What the address says, as [id, state] pairs.
  parts() {
    return location.hash.slice(1).split(";").map((part) => part.split("?"));
  },
  stateOf(id) {
    const found = this.parts().find(([name, state]) => name === encodeURI(id) && state !== undefined);
    return found ? new URLSearchParams(found[1]) : null;
  },
  keep(id, state) {
    const others = this.parts().filter(([name, old]) => old !== undefined && name !== encodeURI(id));
    history.replaceState(null, "", "#" + [[id, state], ...others].map((part) => part.join("?")).join(";"));
  },
};

function startExplorer(figure, kernel = null) {
  const data = JSON.parse(figure.querySelector("script").textContent);
  const picture = figure.querySelector(".explorer-picture");
  const sentence = figure.querySelector("figcaption");
  const controls = [...figure.querySelectorAll(".explorer-controls [name]")];
  const places = () => controls.map((control) => Number(control.value));

  function put(svg, words) {
    picture.innerHTML = svg;
    sentence.textContent = words;
    figure.dispatchEvent(new CustomEvent("frame"));
  }

  function show() {
    for (const control of controls) {
      if (control.type !== "range") continue;
      const words = data.readouts[control.name][control.value];
      control.setAttribute("aria-valuetext", words);
      control.nextElementSibling.textContent = words;
    }
    if (kernel) return kernel.ask(places());
    const number = controls.reduce((at, control) => at * data.controls[control.name].length + Number(control.value), 0);
    put(data.frames[number], data.sentences[number]);
  }

  // Only once a slider rests: browsers refuse an address that changes with every step of a quick hand.
  function keep() {
    if (kernel) return;
    const state = new URLSearchParams(controls.map((control) => [control.name, data.controls[control.name][control.value]]));
    figureAddress.keep(figure.id, state);
  }

  // Move one control to a place among its values, as a hand would.
  function choose(name, at) {
    const control = controls.find((control) => control.name === name);
    if (!control || Number(control.value) === at) return;
    control.value = at;
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Show what the address asks for; what it does not name, or names wrongly, stays as it is.
  function restore() {
    const state = kernel ? null : figureAddress.stateOf(figure.id);
    if (!state) return;
    for (const control of controls) {
      const at = state.has(control.name) ? data.controls[control.name].indexOf(state.get(control.name)) : -1;
      if (at >= 0) control.value = at;
    }
    show();
    if (figureAddress.parts()[0][0] === encodeURI(figure.id)) figure.scrollIntoView({ block: "center" });
  }

  for (const control of controls) {
    control.addEventListener("input", () => control.dataset.undecided || show());
    control.addEventListener("change", keep);
    if (control.type === "range") letSwipesPass(control, show);
  }
  figure.querySelector(".explorer-controls").hidden = false;
  if (data.play) {
    const played = controls.find((control) => control.name === data.play);
    preparePlay(figure, played, data.controls[data.play].length - 1, () => (show(), keep()));
  }
  prepareLink(figure, kernel, keep);
  prepareReading(figure, picture);
  preparePointing(figure, picture, (name) => data.controls[name], choose, keep);
  if (!kernel) {
    // A browser that comes back to a page may put the controls where they were left.
    if (controls.some((control) => (control.options ? !control.selectedOptions[0].defaultSelected : control.value !== control.defaultValue))) show();
    restore();
    window.addEventListener("hashchange", restore);
  }
  return put;
}

// A finger that comes down on a slider may only be on its way down the page. The slider answers once the finger has
// moved sideways or was lifted; when the browser takes the movement for scrolling, the slider goes back.
function letSwipesPass(slider, show) {
  let before = null;
  let start = null;
  slider.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch") return;
    [before, start] = [slider.value, [event.clientX, event.clientY]];
    slider.dataset.undecided = "yes";
  });
  function decide() {
    if (!slider.dataset.undecided) return;
    delete slider.dataset.undecided;
    show();
  }
  slider.addEventListener("pointermove", (event) => {
    const [across, along] = start ? [Math.abs(event.clientX - start[0]), Math.abs(event.clientY - start[1])] : [0, 0];
    if (across > 4 && across > along) decide();
  });
  slider.addEventListener("pointerup", decide);
  slider.addEventListener("pointercancel", () => {
    if (slider.dataset.undecided) slider.value = before;
    decide();
  });
}

// A button that walks one control to its end, two frames a second. Readers who asked for less motion get a
// button that takes one step.
function preparePlay(figure, control, last, moved) {
  const button = figure.querySelector(".explorer-play");
  const sentence = figure.querySelector("figcaption");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let timer = null;

  function step() {
    const at = Number(control.value);
    control.value = at === last ? 0 : at + 1;
    moved();
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
  figure.addEventListener("input", (event) => timer && event.target.name && stop());
  calm.addEventListener("change", stop);
  stop();
}

// A button that copies the address of what is shown, and says that it did.
function prepareLink(figure, kernel, keep) {
  const button = figure.querySelector(".explorer-link");
  if (kernel) return button.remove(); // a notebook has no address to share
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

// Reading ---------------------------------------------------------------------------------------------------------

// What a frame says of itself: its axes as [from, to] in the drawing's units and [low, high, scale, label, percent].
function frameOf(picture) {
  const svg = picture.querySelector("svg");
  return { svg, readable: Boolean(svg?.querySelector("[data-curve]")), ...JSON.parse(svg?.dataset.frame ?? "{}") };
}

// The value at a place on an axis, and back.
function placeAt([from, to, low, high, scale], value) {
  const along = scale === "log" ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return from + along * (to - from);
}
function valueAt([from, to, low, high, scale], place) {
  const along = (place - from) / (to - from);
  return scale === "log" ? low * (high / low) ** along : low + along * (high - low);
}

// The height of a curve at x, in the drawing's units; null beside its ends.
function heightAt(path, x) {
  const numbers = path.getAttribute("d").match(/-?[\d.]+/g).map(Number);
  for (let i = 2; i < numbers.length; i += 2) {
    const [x0, y0, x1, y1] = numbers.slice(i - 2, i + 2);
    if (x < Math.min(x0, x1) || x > Math.max(x0, x1)) continue;
    return x0 === x1 ? y0 : y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
  }
  return null;
}

// Two digits on a log axis, three on any other: as fine as a place in the picture tells.
function said(value, [, , low, high, scale, , percent]) {
  const floor = Math.min(low, high);
  const shown = (number) => {
    const digits = percent ? 100 * number : number;
    const rounded = Math.abs(digits) < 1e-12 ? 0 : Number(digits.toPrecision(scale === "log" ? 2 : 3));
    const words = rounded !== 0 && Math.abs(rounded) < 1e-4 ? rounded.toExponential() : rounded.toLocaleString("en", { maximumFractionDigits: 9 });
    return words + (percent ? "%" : "");
  };
  return scale === "log" && value < floor ? `under ${shown(floor)}` : shown(value);
}

// "412 tokens back"; an axis whose name is a proper one comes first: "KV cache (MiB) 100".
function saidPlace(value, axis) {
  const label = axis[5];
  const wide = axis[4] === "linear" && Math.abs(axis[3] - axis[2]) >= 20;
  const words = wide ? Math.round(value).toLocaleString("en") : Number(value.toPrecision(3)).toLocaleString("en");
  return /^[a-z]/.test(label) ? `${words} ${label.replace(/ \(.*\)$/, "")}` : `${label} ${words}`;
}

// A crosshair that pointer, finger and keyboard move, and beside the picture the values of all curves there.
function prepareReading(figure, picture) {
  const reader = figure.querySelector(".explorer-read input");
  if (!reader) return;
  const reading = figure.querySelector(".explorer-reading");
  let active = false;

  function read() {
    picture.querySelector(".explorer-cross")?.remove();
    const { svg, readable, x, y } = frameOf(picture);
    if (!active || !readable) return (reading.textContent = "Point at the curves to read them.");
    let place = x[0] + (reader.value / 100) * (x[1] - x[0]);
    if (x[4] === "linear" && Math.abs(x[3] - x[2]) >= 20) {
      place = placeAt(x, Math.round(valueAt(x, place))); // whole tokens
    }
    const found = [...svg.querySelectorAll("[data-curve]")].map((curve) => [curve, heightAt(curve.querySelector("path"), place)]);
    const values = found.filter(([, height]) => height !== null);
    const dots = values.filter(([, height]) => height >= y[1] && height <= y[0]).map(([, height]) => `<circle cx="${place}" cy="${height}" r="3"/>`);
    svg.insertAdjacentHTML("beforeend", `<g class="explorer-cross"><path d="M${place} ${y[0]}V${y[1]}"/>${dots.join("")}</g>`);
    const words = values.map(([curve, height]) => `${curve.dataset.curve} ${said(valueAt(y, height), y)}`);
    reading.textContent = `${saidPlace(valueAt(x, place), x)}: ${words.join(", ") || "no curve"}`;
    reader.setAttribute("aria-valuetext", reading.textContent);
  }

  reader.addEventListener("keydown", (event) => { // a pointer is finer than the keyboard, which moves by a hundredth
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    reader.value = Number(reader.value) + by;
    reader.dispatchEvent(new Event("input"));
  });
  letSwipesPass(reader, read);
  reader.addEventListener("input", () => ((active = true), reader.dataset.undecided || read()));
  figure.addEventListener("frame", read);
  figure.readAt = (place, [from, to]) => {
    active = true;
    reader.value = (100 * (place - from)) / (to - from);
    read();
  };
  read();
}

// Pointing --------------------------------------------------------------------------------------------------------

// A mouse reads the curves where it points. Where there are none, it chooses the nearest value of the picture's
// handle. A handle among curves is drawn as a grip, and dragged.
function preparePointing(figure, picture, values, choose, keep) {
  let dragged = false;

  function placeOf(event, svg) {
    const box = svg.getBoundingClientRect();
    const scale = svg.viewBox.baseVal.width / box.width;
    return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
  }

  // The places of the values of the control that the picture's handle moves.
  function placesOf(frame) {
    const [control, axis] = frame.handle;
    return values(control).map((value) => placeAt(frame[axis], value));
  }

  function point(event) {
    const frame = frameOf(picture);
    if (!frame.svg) return;
    const at = placeOf(event, frame.svg);
    if (frame.handle && (dragged || !frame.readable)) {
      const off = placesOf(frame).map((place) => Math.abs(place - at[frame.handle[1]]));
      choose(frame.handle[0], off.indexOf(Math.min(...off)));
    } else if (frame.readable) figure.readAt(at.x, frame.x);
  }

  function grip() {
    const frame = frameOf(picture);
    picture.classList.toggle("explorer-pointed", Boolean(frame.handle && !frame.readable));
    if (!frame.handle || !frame.readable) return;
    const { svg, x, y, handle } = frame;
    const place = placesOf(frame)[figure.querySelector(`.explorer-controls [name=${handle[0]}]`).value];
    const [cx, cy] = handle[1] === "y" ? [x[1] - 8, place] : [place, y[0] - 8];
    svg.insertAdjacentHTML(
      "beforeend",
      `<g class="explorer-grip" data-along="${handle[1]}"><circle cx="${cx}" cy="${cy}" r="22"/><circle cx="${cx}" cy="${cy}" r="6"/></g>`,
    );
  }

  picture.addEventListener("pointerdown", (event) => {
    dragged = Boolean(event.target.closest(".explorer-grip"));
    if (dragged) picture.setPointerCapture(event.pointerId);
    if (event.pointerType === "mouse" || dragged) point(event);
  });
  picture.addEventListener("pointermove", (event) => {
    const moving = dragged || event.pointerType === "mouse" || event.buttons;
    if (moving) point(event);
  });
  picture.addEventListener("click", (event) => (point(event), keepIfHandled()));
  for (const end of ["pointerup", "pointercancel"]) {
    picture.addEventListener(end, () => {
      if (dragged) keep();
      dragged = false;
    });
  }
  function keepIfHandled() {
    if (!frameOf(picture).readable) keep();
  }
  figure.addEventListener("frame", grip);
  grip();
}

// In a notebook: the same HTML, and frames that the kernel draws (`Live` in explorers.py).
function startLiveExplorer({ model, el }) {
  el.innerHTML = model.get("page");
  // JupyterLab would take the arrow keys for its own: as shortcuts, and to walk from cell to cell.
  el.dataset.lmSuppressShortcuts = "true";
  el.addEventListener("keydown", (event) => event.stopPropagation());
  const put = startExplorer(el.querySelector(".explorer"), {
    ask(places) {
      model.set("places", places);
      model.save_changes();
    },
  });
  const shown = () => put(...model.get("shown"));
  model.on("change:shown", shown);
  shown();
}

// As soon as the page is read: DOMContentLoaded would wait for the formulas and the theme.
document.addEventListener("readystatechange", () => {
  if (document.readyState === "interactive") document.querySelectorAll(".explorer").forEach((figure) => startExplorer(figure));
});
