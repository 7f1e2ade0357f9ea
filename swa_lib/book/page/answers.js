// What this browser keeps of a reader's answers, under one key for each copy of the book, and nowhere else.
//
// Nothing is ever written back whole: each change reads what is kept, adds one answer and writes. So two tabs, a page
// that comes back from the browser's memory and "Forget all" elsewhere cannot undo one another.
"use strict";

const swaAnswers = {
  key: `answers:${new URL("..", document.currentScript?.src || location.href).pathname}`,
  memory: {}, // where storage is refused: as long as the page lives
  refused: false,

  // question -> {first, firstRight, last, lastRight}; and "" -> the reader's name
  get kept() {
    try {
      return JSON.parse(localStorage.getItem(this.key)) || {};
    } catch (error) {
      this.refused ||= !(error instanceof SyntaxError);
      return this.refused ? this.memory : {};
    }
  },
  write(kept) {
    try {
      localStorage.setItem(this.key, JSON.stringify(kept));
    } catch {
      this.refused = true;
      this.memory = kept;
    }
    document.dispatchEvent(new Event("swa-kept"));
  },
  keep(name, value) {
    this.write({ ...this.kept, [name]: value });
  },
  // What is tried after a right answer, to see its reply, does not undo it.
  add(name, text, right) {
    if (this.kept[name]?.lastRight && !right) return;
    const first = this.kept[name] || { first: text, firstRight: right };
    this.keep(name, { ...first, last: text, lastRight: right });
  },
  answered() {
    return Object.keys(this.kept).filter((name) => name);
  },

  // The sheet: who, when, one line a test, one line a question.
  text() {
    const { "": who, ...kept } = this.kept;
    const verdict = (right) => (right ? "right" : "wrong");
    const isItem = (name) => /^(before|after)-/.test(name);
    const marks = (test) => Array.from({ length: 10 }, (_, n) => kept[`${test}-${n + 1}`]?.last ?? "-");
    const tests = ["before", "after"].map((test) => `${test}: ${marks(test).join(" ")}`).filter((line) => /\d/.test(line));
    const lines = Object.entries(kept).filter(([name]) => !isItem(name)).map(([name, answer]) => {
      const first = `${name}: ${answer.first} (${verdict(answer.firstRight)})`;
      return answer.last === answer.first ? first : `${first}, then ${answer.last} (${verdict(answer.lastRight)})`;
    });
    const head = ["Stacking SWA: my answers", `name: ${who || ""}`, `date: ${new Date().toISOString().slice(0, 10)}`];
    return `${[...head, "", ...tests, ...lines].join("\n")}\n`;
  },
};
// Another tab has written, or this page comes back as it was left.
addEventListener("storage", (event) => (event.key === swaAnswers.key || !event.key) && document.dispatchEvent(new Event("swa-kept")));
addEventListener("pageshow", (event) => event.persisted && document.dispatchEvent(new Event("swa-kept")));
