// The card of a question: it replies, keeps the first answer in sight, and uncovers what the question had covered.
//
// Answers are kept by answers.js. The HTML comes from swa_lib/book/asking.py; the sentences from reading.js.
"use strict";

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const make = (tag, properties = {}) => Object.assign(document.createElement(tag), properties);

// Hint, result and solution stand around the field in the notebook's order; on the page they are words in its card.
function gatherFolds(card) {
  const more = make("div", { className: "question-more" });
  if (card.previousElementSibling?.matches("details")) more.append(card.previousElementSibling);
  while (card.nextElementSibling?.matches("details, .tag_solution")) {
    const next = card.nextElementSibling;
    next.remove();
    more.append(...(next.matches("details") ? [next] : all("details", next)));
  }
  if (more.children.length) card.append(more);
}

// What answers a question is covered until the reader has answered, or asks. Without this script it stands open, and a
// heading that stands over nothing else waits, too (book.css).
function coverAnswers() {
  const covers = new Map();
  let form = null;
  for (const part of all(".bd-article :is(form.question, .veiled, .tag_veiled)")) {
    if (part.matches("form")) covers.set((form = part), []);
    else if (form && !part.parentElement.closest(".veiled")) covers.get(form).push(part);
  }
  for (const [question, parts] of covers) if (parts.length) startCurtain(question, parts);
}

function startCurtain(form, parts) {
  const WAITS = "section:not(:has(> :not(h1, h2, h3, .covered, .curtain)))";
  const curtain = make("p", { className: "curtain" });
  const show = make("button", { type: "button", textContent: "Show it" });
  curtain.append("What comes next answers the question. ", show);
  parts[0].before(curtain);

  let asked = false;
  function cover() {
    curtain.hidden = asked || form.dataset.question in swaAnswers.kept;
    for (const part of parts) part.classList.toggle("covered", !curtain.hidden);
    dispatchEvent(new Event("resize")); // figures that come to light measure their room
  }
  function ask() {
    asked = true;
    cover();
  }
  function follow() { // a link to what is covered, or to a heading over nothing else, shows it
    const wanted = document.getElementById(location.hash.slice(1).split(/[?;]/)[0]);
    const hides = (part) => part.contains(wanted) || (wanted?.matches(WAITS) && wanted.contains(part));
    if (parts.some(hides)) ask();
    if (wanted?.matches("section")) wanted.scrollIntoView();
  }
  show.addEventListener("click", ask);
  for (const solution of all("details.hide", form.closest(".cell"))) {
    solution.addEventListener("toggle", () => solution.open && ask()); // who reads it has asked
  }
  whenKept(cover);
  addEventListener("hashchange", follow);
  follow();
}

// Now, and whenever what is kept has changed.
function whenKept(act) {
  document.addEventListener("swa-kept", act);
  act();
}

function startField(form) {
  const question = JSON.parse(form.querySelector("script").textContent);
  const name = form.dataset.question;
  const field = form.elements.answer; // what is typed, or all choices
  const [reply, first] = [form.querySelector(".question-reply"), form.querySelector(".question-first")];
  let last; // the kept answer that stands here

  function say({ text, verdict }) {
    form.dataset.verdict = verdict;
    reply.textContent = text;
    if (verdict === "wrong") {
      reply.append(" ", make("a", { href: question.section, textContent: "Where it is explained" }), ".");
    }
  }
  // A click, as Enter is, too: a frame that may not send forms never says "submit".
  form.querySelector("[type=submit]").addEventListener("click", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    const said = swaReading.check(question, text);
    say(said);
    if (said.verdict !== "asks") swaAnswers.add(name, text, said.verdict === "right"); // otherwise it is no answer yet
  });
  // What this browser kept, or an empty field. Where another question was answered, what is being typed here stays.
  whenKept(() => {
    const kept = swaAnswers.kept[name];
    if (kept?.last !== last) {
      last = kept?.last;
      form.reset();
      if (kept) field.value = last;
      say(kept ? swaReading.check(question, last) : { text: "", verdict: "" });
    }
    const told = kept && !(kept.lastRight && kept.first === last); // right at once: it stands in the field
    first.textContent = told ? `Your first answer: ${kept.first}` : "";
  });
  form.hidden = false;
}

// An item of a test: the choice is kept, and not judged.
function startItem(item) {
  const name = item.dataset.question;
  item.addEventListener("change", (event) => swaAnswers.add(name, event.target.value, null));
  whenKept(() => {
    const kept = swaAnswers.kept[name];
    for (const choice of all("input", item)) choice.checked = kept?.last === choice.value;
  });
}

// Below the last question of a page: how many are right, a copy for the teacher, and forgetting.
function startSheet(forms) {
  const sheet = make("div", { className: "answer-sheet", role: "group", ariaLabel: "Your answers" });
  sheet.innerHTML =
    '<p class="answer-count"></p><label>Your name, for the sheet <input autocomplete="name" maxlength="80"></label>' +
    '<p class="question-ask"><button type="button">Copy for the teacher</button>' +
    '<a download="stacking-swa-answers.txt">Download</a></p><p class="question-reply" role="status"></p>' +
    '<div class="question-more"><details><summary>Your answers as text</summary><pre></pre></details>' +
    '<details><summary>Forget all</summary><button type="button">Really forget all answers</button></details></div>';
  const find = (selector) => sheet.querySelector(selector);
  const [counted, who, reply, shown] = [".answer-count", "input", ".question-reply", "pre"].map(find);
  const [copy, forget] = all("button", sheet);
  const test = forms[0].matches("fieldset");
  if (test) counted.role = "status"; // there no reply says how far one is

  whenKept(() => {
    const { kept } = swaAnswers;
    const here = forms.map((form) => kept[form.dataset.question]).filter(Boolean);
    const right = here.filter((answer) => answer.lastRight).length;
    const done = test ? `${here.length} answered` : `${right} right, ${here.length} tried`;
    // Who has finished a test is told how many first choices were right; another choice tells nothing.
    const hits = forms.filter(({ dataset }, n) => (2 * kept[dataset.question]?.first + n + 1) % 5 === +dataset.hidden);
    const finished = test && here.length === forms.length;
    const score = finished ? ` Finished: ${hits.length} of ${forms.length} right, by your first choices.` : "";
    const where = swaAnswers.refused
      ? "This browser keeps nothing for this page: copy your answers before you leave."
      : "Your answers are kept in this browser only.";
    counted.textContent = `${done} of the ${forms.length} questions on this page.${score} ${where}`;
    if (document.activeElement !== who) who.value = kept[""] || "";
    shown.textContent = swaAnswers.text();
    find("a").href = `data:text/plain;charset=utf-8,${encodeURIComponent(shown.textContent)}`;
    for (const part of all(".question-ask, .question-more", sheet)) part.hidden = !swaAnswers.answered().length;
  });

  who.addEventListener("change", () => swaAnswers.keep("", who.value.trim()));
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(shown.textContent);
      reply.textContent = "Copied. Paste it where your teacher wants it.";
    } catch { // a page in a frame may be forbidden to; and to save, which it is not told
      reply.textContent = "This browser does not let the page copy. Here is the text: copy it with your keyboard.";
      find("details").open = true;
    }
  });
  forget.addEventListener("click", () => {
    swaAnswers.write({});
    forget.parentElement.open = false;
    reply.textContent = "Forgotten.";
    who.focus();
  });
  forms[forms.length - 1].closest("section").append(sheet);
}

// On paper what is folded under the questions stands at the end, under each question's heading or what it is about.
function printSolutionsLast() {
  const last = make("section", { className: "printed-solutions" });
  addEventListener("beforeprint", () => {
    last.replaceChildren(make("h2", { textContent: "Solutions" }));
    for (const more of all(".bd-article :is(.cell > .question-more, section:has(> h3) > details)")) {
      const heading = more.closest("section").querySelector(":scope > h3")?.cloneNode(true);
      const about = more.parentElement.querySelector("form")?.ariaLabel.replace("Answer: ", "");
      const solution = make("div", { innerHTML: more.outerHTML });
      for (const fold of all("details", solution)) fold.open = true;
      last.append(heading || make("h3", { textContent: about }), solution);
    }
    document.querySelector(".bd-article").append(last);
  });
  addEventListener("afterprint", () => last.remove());
}

// As soon as the page is read: DOMContentLoaded would wait for the formulas and the theme.
document.addEventListener("readystatechange", () => {
  if (document.readyState !== "interactive") return;
  const forms = all("form.question, fieldset.question");
  for (const card of all(".cell:has(.question[data-question])")) gatherFolds(card);
  if (!forms.length) return;
  for (const form of forms) (form.matches("form") ? startField : startItem)(form);
  coverAnswers();
  startSheet(forms);
  printSolutionsLast();
});
