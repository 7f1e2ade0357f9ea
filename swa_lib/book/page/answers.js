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
  keep(name, value) {
    const kept = { ...this.kept, [name]: value };
    try {
      localStorage.setItem(this.key, JSON.stringify(kept));
    } catch {
      this.refused = true;
      this.memory = kept;
    }
    document.dispatchEvent(new Event("swa-kept"));
  },
  // What is tried after a right answer, to see its reply, does not undo it.
  add(name, text, right) {
    if (this.kept[name]?.lastRight && !right) return;
    const first = this.kept[name] || { first: text, firstRight: right };
    this.keep(name, { ...first, last: text, lastRight: right });
  },
  forget() {
    this.memory = {};
    try {
      localStorage.removeItem(this.key);
    } catch {}
    document.dispatchEvent(new Event("swa-kept"));
  },
  answered() {
    return Object.keys(this.kept).filter((name) => name);
  },

  // The sheet: who, when, one line a test, one line a question.
  text() {
    const { "": who, ...kept } = this.kept;
    const verdict = (right) => (right ? "right" : "wrong");
    const tests = new Map();
    const lines = [];
    for (const [name, answer] of Object.entries(kept)) {
      const item = /^(before|after)-(\d+)$/.exec(name);
      if (item) {
        const marks = tests.get(item[1]) || [];
        marks[item[2] - 1] = answer.last;
        tests.set(item[1], marks);
        continue;
      }
      const first = `${name}: ${answer.first} (${verdict(answer.firstRight)})`;
      lines.push(answer.last === answer.first ? first : `${first}, then ${answer.last} (${verdict(answer.lastRight)})`);
    }
    const marks = ([form, given]) => `${form}: ${Array.from({ length: 10 }, (_, n) => given[n] ?? "-").join(" ")}`;
    const head = ["Stacking SWA: my answers", `name: ${who || ""}`, `date: ${new Date().toISOString().slice(0, 10)}`];
    return `${[...head, "", ...[...tests].map(marks), ...lines].join("\n")}\n`;
  },
};
// Another tab has written, or this page comes back as it was left.
addEventListener("storage", (event) => (event.key === swaAnswers.key || !event.key) && document.dispatchEvent(new Event("swa-kept")));
addEventListener("pageshow", (event) => event.persisted && document.dispatchEvent(new Event("swa-kept")));
