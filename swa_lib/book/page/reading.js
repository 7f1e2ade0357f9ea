// Numbers as people write them, in the browser: `swaReading.read(text, want)`. It is read by the package's own code,
// which swa_lib/book/reading.py writes as JavaScript (`packageReading`). Here stands what that code needs of the page.
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
  return { Unclear, read: (text, wanted) => reading(text, { ...want, ...wanted }) };
})();
