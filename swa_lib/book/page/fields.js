// What a field below a question does: it replies, keeps the first answer in sight, and opens the solution.
//
// Answers live in this browser's storage, under one key, and go nowhere else; where storage is refused they live as
// long as the page. The HTML comes from swa_lib/book/fields.py; the sentences from questions.js.
"use strict";

const TEST_ITEMS = 10; // of a test before or after the course

const swaAnswers = {
  key: "stacking-swa-answers",
  kept: {}, // question -> {first, firstRight, last, lastRight}

  load() {
    try {
      this.kept = JSON.parse(localStorage.getItem(this.key)) || {};
    } catch {
      this.kept = {};
    }
  },

  save() {
    try {
      localStorage.setItem(this.key, JSON.stringify(this.kept));
    } catch {} // no storage: kept until the page is left
  },

  add(name, text, right) {
    const first = this.kept[name] || { first: text, firstRight: right };
    this.kept[name] = { ...first, last: text, lastRight: right };
    this.save();
  },

  forget() {
    this.kept = {};
    try {
      localStorage.removeItem(this.key);
    } catch {}
  },

  // One line a question, for the teacher; one line a test, as swa_lib/chapters/inventory.py reads it.
  text() {
    const verdict = (right) => (right ? "right" : "wrong");
    const judged = Object.entries(this.kept).filter(([, answer]) => answer.firstRight !== null);
    const lines = judged.map(([name, answer]) => {
      const first = `${name}: ${answer.first} (${verdict(answer.firstRight)})`;
      return answer.last === answer.first ? first : `${first}, then ${answer.last} (${verdict(answer.lastRight)})`;
    });
    return `Stacking SWA: my answers\n\n${[...this.tests(), ...lines].join("\n")}\n`;
  },
  tests() {
    const begun = ["before", "after"].filter((form) => Object.keys(this.kept).some((name) => name.startsWith(`${form}-`)));
    const marks = (form) => Array.from({ length: TEST_ITEMS }, (_, n) => this.kept[`${form}-${n + 1}`]?.last ?? "-");
    return begun.map((form) => `${form}: ${marks(form).join(" ")}`);
  },
};

// The folds that belong to a question: what stands between it and the next question or heading.
function foldsOf(form) {
  const folds = [];
  for (let next = form.closest(".cell").nextElementSibling; next; next = next.nextElementSibling) {
    if (next.matches("section, h1, h2, h3, .tag_answer")) break;
    if (next.matches("details")) folds.push(next);
    if (next.matches(".tag_solution")) folds.push(...next.querySelectorAll("details"));
  }
  return folds;
}

function startField(form) {
  const question = JSON.parse(form.querySelector("script").textContent);
  const name = form.dataset.question;
  const input = form.elements.answer;
  const [reply, first] = [form.querySelector(".question-reply"), form.querySelector(".question-first")];

  function say(verdict) {
    form.dataset.verdict = verdict.right ? "right" : verdict.asks ? "asks" : "wrong";
    reply.textContent = verdict.text;
    if (!verdict.explained) return;
    const link = document.createElement("a");
    link.href = question.section;
    link.textContent = "Where it is explained";
    reply.append(" ", link, ".");
  }

  function showFirst() {
    const kept = swaAnswers.kept[name];
    const told = kept && !(kept.lastRight && kept.first === kept.last); // right at once: it stands in the field
    first.textContent = told ? `Your first answer: ${kept.first}` : "";
  }

  function answer() {
    const text = input.value.trim();
    const verdict = swaQuestions.check(question, text);
    say(verdict);
    if (verdict.asks) return; // not an answer yet
    swaAnswers.add(name, text, verdict.right);
    showFirst();
    for (const fold of foldsOf(form)) fold.open = true;
    document.dispatchEvent(new Event("swa-answered"));
  }

  // What this browser kept, or an empty field; the folds stay as the reader left them.
  function restore() {
    const kept = swaAnswers.kept[name];
    input.value = kept ? kept.last : "";
    showFirst();
    if (kept) return say(swaQuestions.check(question, kept.last));
    delete form.dataset.verdict;
    reply.textContent = "";
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer();
  });
  for (const option of form.querySelectorAll(".question-options button")) {
    option.addEventListener("click", () => {
      input.value = option.value;
      answer();
    });
  }
  document.addEventListener("swa-forgotten", restore);
  restore();
  form.hidden = false;
}

// An item of a test: the choice is kept, and not judged.
function startItem(item) {
  const name = item.dataset.question;
  item.addEventListener("change", (event) => {
    swaAnswers.add(name, event.target.value, null);
    document.dispatchEvent(new Event("swa-answered"));
  });
  function restore() {
    const kept = swaAnswers.kept[name];
    for (const choice of item.querySelectorAll("input")) choice.checked = kept?.last === choice.value;
  }
  document.addEventListener("swa-forgotten", restore);
  restore();
}

// How far a reader is on this page, and what else it asks for. A test is not judged; a question counts when it is right.
function progress(forms) {
  const kept = [...forms].map((form) => swaAnswers.kept[form.dataset.question]).filter(Boolean);
  const all = Object.values(swaAnswers.kept).length;
  if (forms[0].matches("fieldset")) {
    return `${kept.length} of the ${forms.length} questions on this page are answered, ${all} in the book.`;
  }
  const right = kept.filter((answer) => answer.lastRight).length;
  const functions = document.querySelectorAll("div.question[data-question]").length;
  const words = document.querySelectorAll("section[id^=in-two-sentences]").length;
  const more = [
    functions && `${functions} ${functions === 1 ? "function" : "functions"} to write in the notebook`,
    words && `${words} ${words === 1 ? "exercise" : "exercises"} in words`,
  ].filter(Boolean);
  return `${right} right, ${kept.length} tried of the ${forms.length} questions with a field on this page; ${all} tried in the book.` +
    (more.length ? ` Not counted: ${more.join(" and ")}.` : "");
}

// Below the last question of a page: how many are right, a copy for the teacher, and forgetting.
function startSheet(forms) {
  const sheet = document.createElement("div");
  sheet.className = "question answer-sheet";
  sheet.setAttribute("role", "group");
  sheet.setAttribute("aria-label", "Your answers");
  sheet.innerHTML =
    '<p><span class="answer-count"></span> Your answers are kept in this browser only.</p><p class="question-options">' +
    '<button type="button" value="copy">Copy for the teacher</button>' +
    '<button type="button" value="download">Download</button>' +
    '<button type="button" value="forget">Forget all</button></p><p class="question-reply" role="status"></p>';
  const [counted, reply] = [sheet.querySelector(".answer-count"), sheet.querySelector(".question-reply")];
  const [copy, download, forget] = sheet.querySelectorAll("button");

  function count() {
    counted.textContent = progress(forms);
    const none = Object.keys(swaAnswers.kept).length === 0;
    for (const button of [copy, download, forget]) button.disabled = none;
    forget.textContent = "Forget all";
  }

  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(swaAnswers.text());
      reply.textContent = "Copied: paste it where your teacher wants it.";
    } catch {
      reply.textContent = "This browser does not let a page copy. Take the download.";
    }
  });
  download.addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([swaAnswers.text()], { type: "text/plain" }));
    link.download = "stacking-swa-answers.txt";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    reply.textContent = "Saved as stacking-swa-answers.txt.";
  });
  forget.addEventListener("click", () => {
    if (forget.textContent === "Forget all") {
      forget.textContent = "Really forget all answers?"; // there is no way back
      return;
    }
    swaAnswers.forget();
    document.dispatchEvent(new Event("swa-forgotten"));
    reply.textContent = "Forgotten.";
    copy.focus();
  });
  for (const event of ["swa-answered", "swa-forgotten"]) document.addEventListener(event, count);
  count();
  const last = forms[forms.length - 1];
  last.closest("section").append(sheet);
}

// As soon as the page is read: DOMContentLoaded would wait for the formulas and the theme.
document.addEventListener("readystatechange", () => {
  if (document.readyState !== "interactive") return;
  const forms = document.querySelectorAll("form.question, fieldset.question");
  if (!forms.length) return;
  swaAnswers.load();
  for (const form of forms) (form.matches("form") ? startField : startItem)(form);
  startSheet(forms);
});
