// Numbers as people write them, in the browser: applies the grammar of words.js as swa_lib/book/reading.py does.
// A table of cases in tests/ holds the two together.
"use strict";

const swaReading = (() => {
  class Unclear extends Error {
    constructor(sentence, meant) {
      super(sentence);
      this.meant = meant; // every value that it could have, where these are known
    }
  }
  class NoNumber extends Unclear {}

  const { units, between, doubts, shortened, trim, products, literal, dot, marks } = swaWords;
  const words = { ...swaWords.words };
  for (const [part, n] of Object.entries(swaWords.parts)) {
    for (const one of ["", "a ", "1 ", "one ", "one-"]) words[one + part] = `(1/${n})`;
  }
  const pattern = (source) => new RegExp(source, "gu");
  const oneOf = (list) => `(?<![a-z])(?:${[...list].sort((a, b) => b.length - a.length).join("|")})(?![a-z])`;
  const BEFORE = pattern(`^(?:${oneOf(swaWords.before)}[.:]? ?)+`);
  const AFTER = pattern(`(?: ${oneOf(swaWords.after)})+$`);
  const UNIT = pattern(`[ -]*(${oneOf(Object.keys(units))})$`);
  const WORD = pattern(oneOf(Object.keys(words)));

  const find = (source, text) => pattern(source).exec(text);
  const split = (source, text) => text.split(new RegExp(source, "u"));
  const changed = (text, rules) => rules.reduce((done, [source, by]) => done.replace(pattern(source), by), text);
  function ask(found, sentence) {
    throw new Unclear(sentence.replace(/\{([0-9])\}/g, (_, part) => found[part]));
  }

  function number(text, { dotMayGroup = false } = {}) {
    const tidy = plain(text);
    const range = ends(tidy, dotMayGroup);
    if (range) throw new Unclear("That is a range, more than one number. Write one number.", range);
    if (split(between, tidy).length > 1) throw new Unclear("That is more than one number. Write one.");
    return together([tidy], dotMayGroup);
  }

  function numbers(text, { dotMayGroup = false } = {}) {
    const tidy = plain(text);
    const range = ends(tidy, dotMayGroup);
    if (range) return range;
    const pieces = split(between, tidy);
    return together(pieces.length > 1 ? pieces : tight(tidy), dotMayGroup);
  }

  function plain(text) {
    if ([...text].length > 4000) throw new NoNumber("That is too long to be read.");
    text = text.replace(pattern(swaWords.raised), "^($&)");
    for (const [sign, plainly] of Object.entries(swaWords.signs)) text = text.replaceAll(sign, plainly);
    return changed(text.replace(/[A-Z]+/g, (found) => found.toLowerCase()), swaWords.tidy);
  }

  function ends(text, dotMayGroup) {
    const range = (first, last) => ({ values: [Number(first), Number(last)], unit: "", isRange: true });
    const counted = find(swaWords.counted, text);
    if (counted) return range(counted[1], counted[2] - 1);
    const steps = find(swaWords.steps, text);
    if (steps) return Number(steps[2]) === Number(steps[1]) + 1 ? range(steps[1], steps[3]) : null;
    const dash = find(swaWords.dash, text);
    const found = dash || swaWords.ranges.map((source) => find(source, text)).find(Boolean);
    if (!found) return null;
    const both = together([found[1], found[2]], dotMayGroup);
    return dash && both.values[0] >= both.values[1] ? null : { ...both, isRange: true };
  }

  function tight(text) {
    const [source, separator, doubt] = swaWords.tight.find(([each]) => find(each, text));
    return doubt ? ask(find(source, text), doubt) : text.split(separator);
  }

  function together(texts, dotMayGroup) {
    let read;
    try {
      read = texts.map((text) => one(text, dotMayGroup));
    } catch (doubt) {
      if (texts.length > 1) doubt.meant = null; // it is one of them only
      throw doubt;
    }
    const said = read.map(({ unit }) => unit).filter(Boolean);
    if (new Set(said).size > 1 || (said.includes("%") && said.length < read.length)) {
      throw new Unclear("Not all of these numbers have the same unit. Write it behind each of them.");
    }
    return { values: read.map(({ value }) => value), unit: said[0] || "", isRange: false };
  }

  function one(text, dotMayGroup) {
    for (const [source, doubt] of doubts) {
      const found = find(source, text);
      if (found) ask(found, doubt);
    }
    const short = find(shortened, text);
    if (short) {
      const factors = swaWords.short[short[2]];
      const texts = factors.map((factor) => changed(text, [[shortened, `($1*${factor})`]]));
      const meant = together(texts, dotMayGroup);
      const [few, many] = factors.map((factor) => Number(factor).toLocaleString("en-US"));
      throw new Unclear(`The ${short[2]} in "${short[0]}" could be ${few} or ${many}. Write the number out.`, meant);
    }
    const equals = changed(text, trim).replace(BEFORE, "").split("=");
    text = equals.pop().replace(/^ +| +$/g, "").replace(AFTER, "");
    const unit = units[find(UNIT.source, text)?.[1]] || "";
    const value = workedOut(text.replace(UNIT, ""), dotMayGroup) / (unit === "%" ? 100 : 1);
    for (const side of equals) { // "0.95^32 = 0.1937" is looked at, but not "L(W-1) = 297"
      const same = /[a-zα-ω]/.test(side) ? value : workedOut(side, dotMayGroup);
      if (Math.abs(value - same) > 0.005 * Math.abs(same)) throw new Unclear("The two sides are not equal. Write one number.");
    }
    return { value, unit };
  }

  function workedOut(text, dotMayGroup) {
    const noNumber = () => new NoNumber(`"${text}" is not a number. Write it in digits, such as 12, 0.05 or 1/8.`);
    const inDigits = changed(text.replace(WORD, (found) => words[found]), products);
    const digits = inDigits.replace(pattern(literal), (found) => withoutMarks(found, dotMayGroup));
    const signs = digits.match(pattern(swaWords.sign)) || [];
    const known = signs.join("") === digits.replaceAll(" ", "");
    const value = valueOf(signs, 0, noNumber);
    if (signs.length || !known) throw noNumber();
    if (!Number.isFinite(value)) throw new NoNumber(`"${text}" is not a finite number.`);
    return value;
  }

  function withoutMarks(digits, dotMayGroup) {
    const [source, doubt] = [...(dotMayGroup ? [dot] : []), ...marks].find(([each]) => find(each, digits));
    return doubt ? ask(find(source, digits), doubt) : digits.replace(/[ ,'_]/g, "");
  }

  const power = (base, exponent) => {
    const value = Math.abs(exponent) <= 1000 ? base ** exponent : NaN;
    return Number.isFinite(value) ? value : NaN;
  };
  const operations = { // how closely each binds, and what it does
    "+": [1, (a, b) => a + b],
    "-": [1, (a, b) => a - b],
    "*": [2, (a, b) => a * b],
    "/": [2, (a, b) => (b === 0 ? NaN : a / b)],
    "^": [4, power],
  };

  // The value of the next signs, as far as they bind more closely than `level`; takes them off the list.
  function valueOf(signs, level, noNumber) {
    const sign = signs.shift() ?? ")";
    let value = Number(sign);
    if (sign === "(") {
      value = valueOf(signs, 0, noNumber);
      if (signs.shift() !== ")") throw noNumber();
    } else if (sign === "+" || sign === "-") value = valueOf(signs, 3, noNumber) * (sign === "-" ? -1 : 1);
    else if (sign === "sqrt") value = Math.sqrt(valueOf(signs, 4, noNumber));
    else if (Number.isNaN(value)) throw noNumber();
    while (operations[signs[0]]?.[0] > level) {
      const [binds, work] = operations[signs.shift()];
      value = work(value, valueOf(signs, binds === 4 ? 3 : binds, noNumber));
    }
    return value;
  }

  return { number, numbers, Unclear, NoNumber };
})();
