// What is typed, in the browser: a number as people write it, `swaReading.read(text, want)`, and what `check` says in a
// notebook of an answer, `swaReading.check(question, text)`. Numbers are read by the package's own code, which
// swa_lib/book/reading.py writes as JavaScript (`packageReading`); here stands what that code needs of the page. A
// question's replies come with its field (swa_lib/book/asking.py) and are looked up as swa_lib/book/kinds.py does.
"use strict";

const swaReading = (() => {
  class Unclear extends Error {
    constructor(sentence, meant) {
      super(sentence);
      this.meant = meant; // every value that it could have, where these are known
    }
  }
  const pattern = (source) => new RegExp(source, "gu");
  const reading = packageReading(
    (source, text) => pattern(source).exec(text),
    (text, rules) => rules.reduce((done, [source, by]) => done.replace(pattern(source), by), text),
    (text, source, by) => text.replace(pattern(source), (found) => by(found)),
    (source, text) => text.split(new RegExp(source, "u")),
    (source, text) => text.match(pattern(source)) || [],
    Number.isFinite,
    (number) => number.toLocaleString("en-US"),
    (base, exponent) => (Number.isNaN(base * exponent) || !Number.isFinite(base ** exponent) ? NaN : base ** exponent),
    (sentence, meant) => {
      throw new Unclear(sentence, meant);
    },
  );
  const want = { several: false, large: false, unit: "", form: "", also: null };
  const read = (text, wanted) => reading(text, { ...want, ...wanted });

  // What is said of an answer: {text, verdict}, the verdict "right", "wrong" or "asks". A choice is not read.
  function check({ read: want, sorted, replies, form }, text) {
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
      const value = want ? read(text, want).values : text;
      return judged(sorted ? value.sort((a, b) => a - b) : value); // two numbers may come in any order
    } catch (doubt) { // what has several meanings is right if each of them is
      if (!(doubt instanceof Unclear)) throw doubt;
      const each = doubt.meant.map((value) => judged([value]));
      return each.length && each.every((said) => said.verdict === "right") ? each[0] : asks(doubt.message);
    }
  }
  return { Unclear, read, check };
})();
