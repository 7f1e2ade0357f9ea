// What `check` says in a notebook, said by the page: `swaQuestions.check(question, text)`.
//
// How a text is to be read and the table of replies come with the field as JSON (swa_lib/book/asking.py). They are
// looked up as swa_lib/book/kinds.py does; tests/answers.tsv holds the two together.
"use strict";

const swaQuestions = {
  // What is said of an answer: {text, verdict}, the verdict "right", "wrong" or "asks". A choice is not read.
  check({ read: want, sorted, replies, form }, text) {
    const asks = (sentence) => ({ text: sentence, verdict: "asks" });
    const within = (value) => ([low, high], n) => low <= value[n] && value[n] <= high;
    const fits = (which, value) =>
      Array.isArray(which) ? which.length === value.length && which.every(within(value)) : which === value;
    // The first row of the table that fits: for numbers it has the least and the largest of each.
    function judged(value) {
      const row = replies.find(([which]) => fits(which, value));
      return row ? { verdict: row[1] ? "right" : "wrong", text: row[2] } : asks(`This question wants ${form}.`);
    }
    if (["", "...", "your answer"].includes(text.trim())) return asks("Not answered yet.");
    try {
      const value = want ? swaReading.read(text, want).values : text;
      return judged(sorted ? value.sort((a, b) => a - b) : value); // two numbers may come in any order
    } catch (doubt) { // what has several meanings is right if each of them is
      if (!(doubt instanceof swaReading.Unclear)) throw doubt;
      const each = doubt.meant.map((value) => judged([value]));
      return each.length && each.every((said) => said.verdict === "right") ? each[0] : asks(doubt.message);
    }
  },
};
