// What `check` says in a notebook, said by the page: `swaQuestions.check(question, text)`.
//
// How a text is to be read and the table of replies come with the field as JSON (swa_lib/book/asking.py). They are
// looked up as swa_lib/book/kinds.py does; tests/answers.tsv holds the two together.
"use strict";

const swaQuestions = (() => {
  // A choice is a button. Two numbers may come in any order.
  function read({ read: want, sorted }, text) {
    if (!want) return text;
    const { values } = swaReading.read(text, want);
    return sorted ? values.sort((a, b) => a - b) : values;
  }

  // The first row of the table that fits: for numbers it has the least and the largest of each.
  function judged(question, value) {
    const within = ([low, high], n) => low <= value[n] && value[n] <= high;
    const fits = (which) => (Array.isArray(which) ? which.length === value.length && which.every(within) : which === value);
    const row = question.replies.find(([which]) => fits(which));
    return row && { verdict: row[1] ? "right" : "wrong", text: row[2] };
  }

  // What is said of a typed answer: {text, verdict}, the verdict "right", "wrong" or "asks".
  function check(question, text) {
    const asks = (sentence) => ({ text: sentence, verdict: "asks" });
    if (["", "...", "your answer"].includes(text.trim())) return asks("Not answered yet.");
    try {
      return judged(question, read(question, text)) || asks(`This question wants ${question.form}.`);
    } catch (doubt) { // what has several meanings is right if each of them is
      if (!(doubt instanceof swaReading.Unclear)) throw doubt;
      const each = doubt.meant.map((value) => judged(question, [value]));
      return each.length && each.every((said) => said?.verdict === "right") ? each[0] : asks(doubt.message);
    }
  }

  return { check };
})();
