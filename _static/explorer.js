// Every explorer of the page: its sliders pick one of the frames that the page already holds.
//
// The HTML comes from swa_lib/figures/explorers.py: a picture, a sentence, a slider for each control, and all frames
// as JSON, the last control changing fastest. Without this script the first frame stands, without controls.
// The state is in the address, so that it can be linked to: page.html#staircase?layers=32&alpha=0.95
"use strict";

function startExplorer(figure) {
  const data = JSON.parse(figure.querySelector("script").textContent);
  const picture = figure.querySelector(".explorer-picture");
  const sentence = figure.querySelector("figcaption");
  const link = figure.querySelector(".explorer-link");
  const sliders = [...figure.querySelectorAll("input[type=range]")];

  function show() {
    let number = 0;
    const state = new URLSearchParams();
    for (const slider of sliders) {
      const at = Number(slider.value);
      number = number * data.controls[slider.name].length + at;
      state.set(slider.name, data.controls[slider.name][at]);
      slider.setAttribute("aria-valuetext", data.readouts[slider.name][at]);
      slider.nextElementSibling.textContent = data.readouts[slider.name][at];
    }
    picture.innerHTML = data.frames[number];
    sentence.textContent = data.sentences[number];
    link.href = `#${figure.id}?${state}`;
  }

  // Only once a slider rests: browsers refuse an address that changes with every step of a quick hand.
  function keep() {
    history.replaceState(null, "", link.href);
  }

  // Show what the address asks for; what it does not name, or names wrongly, stays as it is.
  function restore() {
    const [id, state] = location.hash.slice(1).split("?");
    if (id !== encodeURI(figure.id)) return;
    for (const [name, value] of new URLSearchParams(state)) {
      const slider = sliders.find((slider) => slider.name === name);
      const at = slider ? data.controls[name].indexOf(value) : -1;
      if (at >= 0) slider.value = at;
    }
    show();
    figure.scrollIntoView({ block: "center" });
  }

  for (const slider of sliders) {
    slider.addEventListener("input", show);
    slider.addEventListener("change", keep);
  }
  figure.querySelector(".explorer-controls").hidden = false;
  if (data.play) preparePlay(figure, sliders.find((slider) => slider.name === data.play), () => (show(), keep()));
  show();
  restore();
  window.addEventListener("hashchange", restore);
}

// A button that walks one slider to its end, two frames a second. Readers who asked for less motion get a
// button that takes one step.
function preparePlay(figure, slider, moved) {
  const button = figure.querySelector(".explorer-play");
  const sentence = figure.querySelector("figcaption");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let timer = null;

  function step() {
    const atEnd = slider.value === slider.max;
    slider.value = atEnd ? slider.min : Number(slider.value) + 1;
    moved();
    if (slider.value === slider.max) stop();
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
  figure.addEventListener("input", () => timer && stop());
  calm.addEventListener("change", stop);
  stop();
}

// As soon as the page is read: DOMContentLoaded would wait for the formulas and the theme.
document.addEventListener("readystatechange", () => {
  if (document.readyState === "interactive") document.querySelectorAll(".explorer").forEach(startExplorer);
});
