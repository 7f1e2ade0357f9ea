// Turning the slides: arrow keys, Page Up and Page Down, Home and End, buttons, or an explorer's address; N for notes.
"use strict";

const slides = [...document.querySelectorAll(".slide")];
const [back, next] = [...document.querySelectorAll("nav button")].slice(-2);
const notes = document.querySelector("nav button[aria-pressed]"); // the site has none
let at = 0;

function show(number) {
  at = Math.max(0, Math.min(slides.length - 1, number));
  slides.forEach((slide, n) => (slide.hidden = n !== at));
  [back.disabled, next.disabled] = [at === 0, at === slides.length - 1];
  scrollTo(0, 0);
}

function turn(number) {
  show(number);
  history.replaceState(null, "", `#${slides[at].id}`);
  slides[at].focus({ preventScroll: true });
}

// The speaker's notes, on every slide that has some.
function toggleNotes() {
  if (!notes) return;
  const shown = notes.getAttribute("aria-pressed") !== "true";
  notes.setAttribute("aria-pressed", shown);
  for (const each of document.querySelectorAll(".notes")) each.hidden = !shown;
}

// slides.html#slide-5, or #staircase?layers=32&alpha=0.95 as in the book.
function restore() {
  const target = document.getElementById(decodeURI(location.hash.slice(1)).split("?")[0]);
  show(target ? slides.findIndex((slide) => slide.contains(target)) : 0);
}

const KEYS = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1, Home: -Infinity, End: Infinity };

addEventListener("keydown", (event) => {
  const held = event.target.matches("input, select, textarea");
  if (event.key === "Escape" && held) return slides[at].focus();
  if (event.key.toLowerCase() === "n" && !held && !event.ctrlKey && !event.metaKey && !event.altKey) return toggleNotes();
  const pressed = event.key === " " && event.target.matches("button, a");
  if (!(event.key in KEYS) || pressed || event.ctrlKey || event.metaKey || event.altKey) return;
  if (held && !event.key.startsWith("Page")) return;
  event.preventDefault();
  turn(at + KEYS[event.key]);
});
if (notes) notes.addEventListener("click", toggleNotes);
back.addEventListener("click", () => turn(at - 1));
next.addEventListener("click", () => turn(at + 1));
addEventListener("hashchange", restore);
document.addEventListener("DOMContentLoaded", restore);
