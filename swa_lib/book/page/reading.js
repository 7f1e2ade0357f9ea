// Numbers as people write them: what is typed into a field becomes a number, several numbers, or a question back.
//
// A port of swa_lib/book/reading.py, line by line, held to it by tests: `swaReading.number(text, options)` and
// `swaReading.numbers(text, options)` give {values, unit, isRange} or throw an Unclear whose message is for the
// writer. Options: dotMayGroup (true where large whole numbers are meant) and k (what "4k" means; unset, it asks).
"use strict";

const swaReading = (() => {
  const LONGEST = 4000;
  const LONGEST_NUMBER = 120;
  const DEEPEST = 20;
  const LARGEST_POWER = 1000;

  const SIGNS = Object.entries({
    "$": "", "\\(": "", "\\)": "", "\\left": "", "\\right": "", "{,}": ",", "\\,": "\u2009", "\\%": "%",
    "\\times": "*", "\\cdot": "*", "\\approx": "≈", "\\sim": "~", "\\sqrt": "sqrt", "√": "sqrt",
    "−": "-", "‐": "-", "‑": "-", "–": "-", "—": "-", "×": "x", "·": "*", "⋅": "*", "∙": "*", "÷": "/", "⁄": "/",
    "∕": "/", "½": "(1/2)", "⅓": "(1/3)", "⅔": "(2/3)", "¼": "(1/4)", "¾": "(3/4)",
    "⅕": "(1/5)", "⅛": "(1/8)", "⅒": "(1/10)", "…": "..", "’": "'", "“": '"', "”": '"', "∼": "~",
    "\u200b": "", "\u2060": "", "\ufeff": "",
  });
  const SUPERSCRIPTS = { "⁺": "+", "⁻": "-" };
  [..."⁰¹²³⁴⁵⁶⁷⁸⁹"].forEach((sign, digit) => (SUPERSCRIPTS[sign] = String(digit)));

  const UNITS = new Map(Object.entries({
    token: "tokens", tokens: "tokens", tok: "tokens", toks: "tokens", window: "windows", windows: "windows", w: "windows",
    layer: "layers", layers: "layers", hop: "hops", hops: "hops", path: "paths", paths: "paths",
    cell: "cells", cells: "cells", x: "times", times: "times", fold: "times",
    "%": "%", percent: "%", "per cent": "%",
  }));
  const AFTER =
    "back|ago|away|wide|wider|long|longer|far|farther|further|deep|deeper|smaller|less|fewer|larger|bigger|more|" +
    "cheaper|as much|as many|as wide|as far|as small|as large|in all|in total|altogether|of them|of it|or so|each";
  const BEFORE =
    "about|approximately|approx|ca|circa|roughly|around|some|it is|it's|that is|they are|a factor of|factor of|" +
    "by a factor of|a factor|factor|from|tokens|token|positions|position|layers|layer|the answer is|answer|equals";
  const UNIT_AT_END = /(^|[^a-z])(per cent|%|[a-z]+)$/;
  const TIMES_W = /([0-9)]) ?[x*] ?(w|windows?)$/; // "3.9 x W"
  const AFTER_AT_END = new RegExp(` (${AFTER})$`);
  const IN_FRONT = new RegExp(`^(?:(?:${BEFORE})(?![a-z])[.:]?|[≈~=])`);
  const BOUND = /[<>≤≥±]|(^|[^a-z])(at least|at most|more than|less than|fewer than|up to|over|under)([^a-z]|$)/;
  const WORKED_OUT = /(?:^|[^a-z])(log|ln|lg|exp)(?:2|10|_2|_10)?[ (]/;
  const COUNTED =
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen " +
    "seventeen eighteen nineteen twenty";
  const WORDS = new Map(COUNTED.split(" ").map((word, number) => [word, String(number)]));
  for (const [word, number] of Object.entries({ once: "1", twice: "2", thrice: "3", double: "2", triple: "3" })) WORDS.set(word, number);
  const PARTS = {
    half: "1/2", third: "1/3", quarter: "1/4", fifth: "1/5", tenth: "1/10", twentieth: "1/20",
    hundredth: "1/100", thousandth: "1/1000", millionth: "1/1000000",
  };
  for (const [part, number] of Object.entries(PARTS)) {
    for (const one of ["", "a ", "one ", "one-"]) WORDS.set(one + part, number);
  }
  const LITERAL = /([0-9][0-9.,'_]*|\.[0-9]+)(e[+-]?[0-9]+)?(k(?![a-z]))?/y;
  const DECIMAL = /^([0-9]+\.?[0-9]*|\.[0-9]+)$/;
  const GROUPED = /^([1-9][0-9]{0,2}(?:(?:,[0-9]{3})+|(?:'[0-9]{3})+)(?:\.[0-9]*)?|[0-9]+(?:_[0-9]+)+(?:\.[0-9]*)?)$/;
  const SPACED = /(^|[^0-9.,])([1-9][0-9]{0,2}(?:[ \u2009][0-9]{3})+)(?![0-9])/g;
  const DOT_OR_GROUP = /^[1-9][0-9]{0,2}\.[0-9]{3}$/;

  class Unclear extends Error {}
  class NoNumber extends Unclear {}

  // One number, as somebody wrote it.
  function number(text, { dotMayGroup = false, k = null } = {}) {
    const plain = withoutBrackets(normal(text));
    const ends = endsOf(plain);
    if (piecesOf(plain).length > 1 || (ends && !dash(plain))) throw new Unclear(`"${short(text)}" is more than one number. Write one.`);
    if (ends && one(ends[0], false, k)[0] < one(ends[1], false, k)[0]) {
      throw new Unclear(`"${short(text)}" could be a range or a difference. Write one number.`);
    }
    const [value, unit] = one(plain, dotMayGroup, k);
    return { values: [value], unit, isRange: false };
  }

  // Several numbers, as somebody wrote them: a list, or the first and the last of a range.
  function numbers(text, { dotMayGroup = false, k = null } = {}) {
    let plain = normal(text);
    const counted = plain.match(/^range\(([0-9]+), ?([0-9]+)\)$/);
    if (counted) return { values: [Number(counted[1]), Number(counted[2]) - 1], unit: "", isRange: true };
    plain = withoutBrackets(plain);
    const ends = endsOf(plain);
    let pieces = ends || piecesOf(plain);
    if (!ends && pieces.length === 1) pieces = tight(pieces[0]);
    const read = pieces.map((piece) => one(piece, dotMayGroup, k));
    const units = read.map(([, unit]) => unit).filter(Boolean);
    if (new Set(units).size > 1 || (units.includes("%") && units.length < read.length)) {
      throw new Unclear(`Not all numbers in "${short(text)}" have the same unit. Write it behind each of them.`);
    }
    return { values: read.map(([value]) => value), unit: units[0] || "", isRange: Boolean(ends) };
  }

  // One way to write signs, spaces and powers; ASCII letters small; no quotes, words in front or full stop.
  function normal(text) {
    if ([...text].length > LONGEST) throw new NoNumber("That is too long to be read.");
    for (const [sign, plain] of SIGNS) text = text.replaceAll(sign, plain);
    text = text.replace(/\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}/g, "(($1)/($2))");
    text = text.replace(/\\(?:text|mathrm)\{([^{}]*)\}/g, " $1");
    text = text.replace(/[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, (found) => `^(${[...found].map((sign) => SUPERSCRIPTS[sign]).join("")})`);
    text = text.replaceAll("{", "(").replaceAll("}", ")").replaceAll("**", "^");
    text = text.replace(/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, "\u2009");
    text = text.replace(/[\t\n\r\f\v\x85\u2028\u2029 ]+/g, " ");
    text = text.replace(/[A-Z]+/g, (found) => found.toLowerCase());
    return text.replace(/^[ \u2009"'`]+|[ \u2009"'`]+$/g, "").replace(/[.,;!?]+$/, "").replace(/[ \u2009"'`]+$/, "");
  }

  function withoutBrackets(text) {
    const inner = text.match(/^(?:\[([^[\]]*)\]|\(([^()]*)\))$/);
    return inner ? (inner[1] || inner[2] || "").replace(/^[ ,]+|[ ,]+$/g, "") : text;
  }

  // The two ends of a range, or null.
  function endsOf(text) {
    let found = text.match(/^(?:from |between )?(.*[0-9a-z%)]) ?(?: to | through | until |\.\.+)(?: ?)(.*)$/);
    found = found || text.match(/^between (.*[0-9]) and (.*)$/) || dash(text);
    return found ? [found[1], found[2]] : null;
  }

  // Two numbers with a dash between them: a range or a difference.
  function dash(text) {
    return text.match(/^((?:tokens? |positions? )?[0-9][0-9,.'_]*) ?- ?([0-9][0-9,.'_]*(?: [a-z]+)?)$/);
  }

  function piecesOf(text) {
    return text.split(/ ?; ?| ?, (?:and )?| and | & /);
  }

  // A list without spaces behind its commas, or with nothing but spaces; what could be one number is asked about.
  function tight(text) {
    if (/^([0-9]+)( \1){2,}$/.test(text)) return text.split(" "); // "300 300 300": no number repeats its digits
    if (/^([0-9]{1,3}(,[0-9]{3})+|[0-9]{1,3}([ \u2009][0-9]{3})+)( [a-z]+)?$/.test(text)) {
      throw new Unclear(`"${text}" could be one number or several. Put a comma and a space between two numbers.`);
    }
    if (/^[-+]?[0-9.e-]+( [-+]?[0-9.e-]+)+$/.test(text)) return text.split(" ");
    const pieces = text.split(",");
    if (pieces.length > 1 && pieces.some((piece) => /^0[0-9]/.test(piece))) {
      throw new Unclear(`Is a comma in "${short(text)}" a decimal point? Write a decimal point, as in 0.05.`);
    }
    return pieces;
  }

  // Value and unit of one number.
  function one(text, dotMayGroup, k) {
    if ([...text].length > LONGEST_NUMBER) throw new NoNumber("That is too long for a number.");
    if (BOUND.test(text)) throw new Unclear(`"${short(text)}" is a bound. Write the number itself.`);
    const workedOut = text.match(WORKED_OUT);
    if (workedOut) throw new Unclear(`"${workedOut[1]}" is not worked out here. Work it out, and write the number.`);
    text = text.replace(SPACED, (all, before, digits) => before + digits.replace(/[ \u2009]/g, "")).replaceAll("\u2009", " ");
    text = trim(text);
    while (IN_FRONT.test(text)) text = trim(text.replace(IN_FRONT, ""));
    let unit;
    [text, unit] = withoutUnit(text);
    text = WORDS.get(text) ?? text;
    text = text.replace(/([0-9)]) (?:in|out of) (?=[0-9])/g, "$1/");
    text = text.replace(/([0-9)]) ?(?:x|times) ?(?=[0-9(])/g, "$1*");
    let sides = text.split("=");
    if (sides.length === 2 && /^[a-zα-ω_]+ ?$/.test(sides[0])) sides = sides.slice(1); // "answer = 297"
    const values = sides.map((side) => new Sum(side, dotMayGroup, k).value());
    if (values.some((value) => Math.abs(value - values[0]) > 1e-9 * Math.abs(values[0]))) {
      throw new Unclear(`The sides of "${short(text)}" are not equal. Write one number.`);
    }
    return [values[values.length - 1] / (unit === "%" ? 100 : 1), unit];
  }

  // The text in front of its unit, and the unit; words such as "back" go as well.
  function withoutUnit(text) {
    while (AFTER_AT_END.test(text)) text = text.replace(AFTER_AT_END, "");
    text = text.replace(TIMES_W, "$1 $2");
    const found = text.match(UNIT_AT_END);
    if (!found || !UNITS.has(found[2])) return [text, ""];
    return [text.slice(0, text.length - found[2].length).replace(/[ -]+$/, ""), UNITS.get(found[2])];
  }

  function trim(text) {
    return text.replace(/^ +| +$/g, "");
  }

  // A sum of products of powers of numbers, read from left to right; `value` is what it comes to.
  class Sum {
    constructor(text, dotMayGroup, k) {
      Object.assign(this, { text, at: 0, depth: 0, dotMayGroup, k });
    }

    value() {
      const value = this.sum();
      if (this.next("")) throw this.noNumber();
      return this.finite(value);
    }

    finite(value) {
      if (!Number.isFinite(value)) throw new NoNumber(`"${short(this.text)}" is not a finite number.`);
      return value;
    }

    noNumber() {
      return new NoNumber(`"${short(this.text)}" is not a number. Write it in digits, such as 12, 0.05 or 1/8.`);
    }

    // The next sign, taken if it is one of `signs`; "" at the end.
    next(signs) {
      while (this.text[this.at] === " ") this.at += 1;
      const sign = this.text[this.at] || "";
      if (sign && signs.includes(sign)) this.at += 1;
      return sign;
    }

    sum() {
      let value = this.product();
      for (let sign; (sign = this.next("+-")) && "+-".includes(sign); ) {
        value = sign === "+" ? value + this.product() : value - this.product();
      }
      return value;
    }

    product() {
      let value = this.signed();
      for (let sign; (sign = this.next("*/")) && "*/s".includes(sign); ) {
        value = sign === "/" ? this.quotient(value, this.signed()) : value * this.signed(); // 100sqrt(4), too
      }
      return value;
    }

    quotient(above, below) {
      return below ? above / below : this.finite(Infinity);
    }

    signed() {
      this.depth += 1;
      if (this.depth > DEEPEST) throw this.noNumber();
      const sign = this.next("+-");
      const value = sign && "+-".includes(sign) ? this.signed() : this.power();
      this.depth -= 1;
      return sign === "-" ? -value : value;
    }

    power() {
      const base = this.atom();
      if (this.next("^") !== "^") return base;
      const exponent = this.finite(this.signed());
      if (exponent !== Math.trunc(exponent) || Math.abs(exponent) > LARGEST_POWER) {
        return this.finite(exponent === 0.5 && base >= 0 ? Math.sqrt(base) : base ** exponent);
      }
      let value = 1;
      for (let done = 0; done < Math.abs(exponent); done++) value *= base;
      return exponent >= 0 ? value : this.quotient(1, value);
    }

    atom() {
      const root = this.next("") === "s" && this.text.startsWith("sqrt", this.at);
      this.at += root ? 4 : 0;
      let value;
      if (this.next("(") === "(") {
        value = this.sum();
        if (this.next(")") !== ")") throw this.noNumber();
      } else {
        LITERAL.lastIndex = this.at;
        const found = LITERAL.exec(this.text);
        if (!found) throw this.noNumber();
        this.at = LITERAL.lastIndex;
        value = literal(found, this.dotMayGroup, this.k);
      }
      if (root && value < 0) throw this.noNumber();
      return root ? Math.sqrt(value) : value;
    }
  }

  // The value of digits with marks between them.
  function literal(found, dotMayGroup, k) {
    const [digits, exponent, thousands] = [found[1], found[2] || "", found[3]];
    let bare = digits.replace(/[,'_]+$/, "");
    if (dotMayGroup && !exponent && !thousands && DOT_OR_GROUP.test(bare)) {
      const [grouped, point] = [bare.replace(".", ","), bare.replace(/0+$/, "").replace(/\.$/, "")];
      throw new Unclear(`Is the dot in "${bare}" a decimal point? Write ${grouped} for thousands, ${point} for a decimal point.`);
    }
    if (GROUPED.test(bare)) {
      bare = bare.replace(/[,'_]/g, "");
    } else if (/^[0-9]+,[0-9]+$/.test(bare)) {
      const [point, without] = [bare.replace(",", "."), bare.replace(",", "")];
      const other = bare.startsWith("0") ? "" : `, or ${without} without a comma`;
      throw new Unclear(`Is the comma in "${bare}" a decimal point? Write ${point} with a decimal point${other}.`);
    } else if (!DECIMAL.test(bare)) {
      throw new Unclear(`The marks in "${bare}" have two meanings. Write 1,234.5: a comma for thousands, a decimal point.`);
    }
    const value = Number(bare + exponent);
    if (thousands && k === null) throw new Unclear(`The k in "${bare}k" could be 1,000 or 1,024. Write the number out.`);
    return thousands ? value * k : value;
  }

  function short(text) {
    const signs = [...text];
    return signs.length <= 40 ? text : `${signs.slice(0, 37).join("")}...`;
  }

  return { number, numbers, Unclear, NoNumber };
})();
