// What `check` says in a notebook, said by the page: `swaQuestions.check(question, text)`.
//
// Reads and looks up as swa_lib/book/kinds.py does; tests/answers.tsv holds the two together. The table of replies
// comes with the field as JSON (swa_lib/book/fields.py).
"use strict";

const swaQuestions = (() => {
  const { Unclear, NoNumber } = swaReading;
  const THINGS = new Set(Object.values(swaWords.units).filter((unit) => unit !== "%" && unit !== "times"));
  const wants = ({ form }) => new Unclear(`This question wants ${form}.`);

  function readNumbers(question, text) {
    const { unit, count, also, large } = question;
    const words = text.trim().toLowerCase();
    if (Object.hasOwn(also, words)) return [also[words]];
    let reading, doubt;
    try {
      reading = swaReading[count > 1 ? "numbers" : "number"](text, { dotMayGroup: large });
    } catch (error) {
      doubt = error instanceof NoNumber ? wants(question) : error;
      reading = doubt.meant;
    }
    if (reading && reading.unit !== unit && [reading.unit, unit].every((thing) => THINGS.has(thing))) {
      throw new Unclear(`That is in ${reading.unit}. This question wants ${unit}.`);
    }
    if (doubt) throw doubt;
    return count === 2 ? reading.values.sort((a, b) => a - b) : reading.values;
  }

  // The first row of the table that fits: for numbers it has the least and the largest of each. A choice is a button.
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
      const value = question.kind === "Choice" ? text : readNumbers(question, text);
      return judged(question, value) || asks(wants(question).message);
    } catch (doubt) { // what has several meanings is right if each of them is
      if (!(doubt instanceof Unclear)) throw doubt;
      const each = (doubt.meant?.values || []).map((value) => judged(question, [value]));
      return each.length && each.every((said) => said?.verdict === "right") ? each[0] : asks(doubt.message);
    }
  }

  return { check };
})();
