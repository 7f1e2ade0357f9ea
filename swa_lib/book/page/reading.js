// Numbers as people write them, in the browser: reads as swa_lib/book/reading.py does, with the same words (words.js).
// A table of cases in tests/ holds the two together.
"use strict";

const swaReading = (() => {
  class Unclear extends Error {}
  class NoNumber extends Unclear {}

  const { signs, units, after, before, counted, parts } = swaWords;
  const words = { ...swaWords.words };
  counted.forEach((word, number) => (words[word] = String(number)));
  for (const [part, n] of Object.entries(parts)) for (const one of ["", "a ", "one ", "one-"]) words[one + part] = `1/${n}`;

  const AFTER = new RegExp(` (${after.join("|")})$`);
  const BEFORE = new RegExp(`^(?:(?:${before.join("|")})(?![a-z])[.:]?|[≈~=])`);
  const UNIT = /(^|[^a-z])(per cent|%|[a-z]+)$/;
  const ASIDE = /(?<=[0-9a-z%]) ?\([^()]*[a-z][^()]*\)$/;
  const BOUND = /[<>≤≥±]|(^|[^a-z])(at least|at most|more than|less than|fewer than|up to|over|under)([^a-z]|$)/;
  const WORKED_OUT = /(?:^|[^a-z])(log|ln|lg|exp)(?:2|10|_2|_10)?[ (]/;
  const LITERAL = /(?<![a-z0-9_.])([0-9][0-9.,'_]*|\.[0-9]+)(e[+-]?[0-9]+)?(k|m)?(?![a-z0-9_.])/g;
  const GROUPED = /^(?:[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?|[1-9][0-9]{0,2}('[0-9]{3})+|[0-9]+(_[0-9]+)+)$/;
  const SPACED = /(^|[^0-9.,])([1-9][0-9]{0,2}(?: [0-9]{3})+)(?![0-9])/g;
  const DIGITS = "(?:tokens? |positions? )?[0-9][0-9,.'_]*";
  const DASH = new RegExp(`^(${DIGITS}) ?- ?(${DIGITS}(?: [a-z]+)?)$`);
  const SCALES = { k: [1000, 1024], m: [1000000, 1048576] };

  const grouped = (number) => number.toLocaleString("en-US");
  const strip = (text, these) => text.replace(new RegExp(`^[${these}]+|[${these}]+$`, "g"), "");
  const short = (text) => ([...text].length <= 40 ? text : `${[...text].slice(0, 37).join("")}...`);

  function number(text, { dotMayGroup = false, k = null } = {}) {
    const plain = unwrapped(normal(text));
    const dash = DASH.exec(plain);
    if (dash && one(dash[1], false, k).value < one(dash[2], false, k).value) {
      throw new Unclear(`"${short(text)}" could be a range or a difference. Write one number.`);
    }
    if (pieces(plain).length > 1 || (ends(plain) && !dash)) {
      throw new Unclear(`"${short(text)}" is more than one number. Write one.`);
    }
    const { value, unit } = one(plain, dotMayGroup, k);
    return { values: [value], unit, isRange: false };
  }

  function numbers(text, { dotMayGroup = false, k = null } = {}) {
    let plain = normal(text);
    const range = /^range\(([0-9]+), ?([0-9]+)\)$/.exec(plain);
    if (range) return { values: [Number(range[1]), Number(range[2]) - 1], unit: "", isRange: true };
    plain = unwrapped(plain);
    const both = ends(plain);
    let listed = both || pieces(plain);
    if (listed.length === 1) listed = tight(listed[0]);
    const read = listed.map((piece) => one(piece, dotMayGroup, k));
    const said = read.map(({ unit }) => unit).filter(Boolean);
    if (new Set(said).size > 1 || (said.includes("%") && said.length < read.length)) {
      throw new Unclear(`Not all numbers in "${short(text)}" have the same unit. Write it behind each of them.`);
    }
    return { values: read.map(({ value }) => value), unit: said[0] || "", isRange: Boolean(both) };
  }

  function normal(text) {
    if ([...text].length > 4000) throw new NoNumber("That is too long to be read.");
    for (const [sign, plain] of Object.entries(signs)) text = text.split(sign).join(plain);
    text = text.replace(/\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}/g, "(($1)/($2))");
    text = text.replace(/\\(?:text|mathrm)\{([^{}]*)\}/g, " $1");
    const raised = "⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹";
    text = text.replace(/[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, (found) => `^(${[...found].map((each) => "+-0123456789"[raised.indexOf(each)]).join("")})`);
    text = text.replaceAll("{", "(").replaceAll("}", ")").replaceAll("**", "^");
    text = text.replace(/[\s\u001c-\u001f\u0085\u00a0\u2000-\u200a\u202f\u205f\u3000]+/g, " ");
    text = text.replace(/[A-Z]+/g, (found) => found.toLowerCase());
    return strip(strip(text, " \"'`").replace(/[.,;!?]+$/, ""), " \"'`");
  }

  function unwrapped(text) {
    const inner = /^(?:\[([^[\]]*)\]|\(([^()]*)\))$/.exec(text);
    return inner ? strip(inner[1] || inner[2] || "", " ,") : text;
  }

  function ends(text) {
    const steps = /^([0-9]+), ?([0-9]+),? ?\.\.\.? ?,? ?([0-9]+)$/.exec(text); // 901, 902, ..., 1000
    if (steps) return Number(steps[2]) === Number(steps[1]) + 1 ? [steps[1], steps[3]] : null;
    const found =
      /^(?:from )?(.*[0-9a-z%)]) ?(?: to | through | until |\.\.+) ?(.*)$/.exec(text) ||
      /^between (.*[0-9]) and (.*)$/.exec(text) ||
      DASH.exec(text);
    return found && [found[1], found[2]];
  }

  const pieces = (text) => text.split(/ ?; ?| ?, (?:and )?| and | & /);

  function tight(text) {
    if (/^([0-9]+)( \1){2,}$/.test(text)) return text.split(" ");
    if (/^([0-9]{1,3}(,[0-9]{3})+|[0-9]{1,3}( [0-9]{3})+)( [a-z]+)?$/.test(text)) {
      throw new Unclear(`"${text}" could be one number or several. Put a comma and a space between two numbers.`);
    }
    if (/^[-+]?[0-9.e-]+%?( [-+]?[0-9.e-]+%?)+$/.test(text)) return text.split(" ");
    if (/^[0-9.]+( ?\/ ?[0-9.]+){2,}$/.test(text)) return text.split("/");
    const listed = text.split(",");
    if (listed.length > 1 && listed.some((piece) => /^0[0-9]/.test(piece))) {
      throw new Unclear(`Is a comma in "${short(text)}" a decimal point? Write a decimal point, as in 0.05.`);
    }
    return listed;
  }

  function one(text, dotMayGroup, k) {
    if ([...text].length > 120) throw new NoNumber("That is too long for a number.");
    if (BOUND.test(text)) throw new Unclear(`"${short(text)}" is a bound. Write the number itself.`);
    const worked = WORKED_OUT.exec(text);
    if (worked) throw new Unclear(`"${worked[1]}" is not worked out here. Work it out, and write the number.`);
    const lost = /(?<![0-9.])10 ?-([0-9]+)(?![0-9])/.exec(text);
    if (lost) throw new Unclear(`Is "${lost[0]}" a power of ten? Write 10^-${lost[1]}.`);
    text = strip(text.replace(ASIDE, "").replace(SPACED, (_, first, digits) => first + digits.replaceAll(" ", "")), " ");
    while (BEFORE.test(text)) text = strip(text.replace(BEFORE, ""), " ");
    const sides = text.split("=");
    const last = sides.pop();
    let unit;
    [text, unit] = withoutUnit(strip(last, " "));
    text = text.replace(/[a-z]+(?:[ -][a-z]+)?$/, (found) => words[found] ?? found).replace(/^one (?=in )/, "1 ");
    const value = workedOut(text, dotMayGroup, k);
    const left = sides.join("=");
    if (sides.length && !/[a-zα-ω]/.test(left)) {
      const same = workedOut(strip(left, " "), dotMayGroup, k);
      if (Math.abs(value - same) > 0.005 * Math.abs(same)) {
        throw new Unclear(`The sides of "${short(`${left}=${text}`)}" are not equal. Write one number.`);
      }
    }
    return { value: value / (unit === "%" ? 100 : 1), unit };
  }

  function withoutUnit(text) {
    while (AFTER.test(text)) text = text.replace(AFTER, "");
    text = text.replace(/([0-9)]) ?[x*] ?(w|windows?)$/, "$1 $2");
    const found = UNIT.exec(text);
    if (!found || !Object.hasOwn(units, found[2])) return [text, ""];
    return [text.slice(0, text.length - found[2].length).replace(/[ -]+$/, ""), units[found[2]]];
  }

  // A sum of products of powers, from left to right, as Python's parser reads it.
  function workedOut(text, dotMayGroup, k) {
    const noNumber = () => new NoNumber(`"${short(text)}" is not a number. Write it in digits, such as 12, 0.05 or 1/8.`);
    let plain = text
      .replace(/(?<=[0-9)]) (?:in|out of) (?=[0-9a])/g, "/")
      .replace(/[a-z]+ [a-z]+$/, (found) => words[found] ?? found)
      .replace(/(?<=[0-9)]) ?(?:x|times) ?(?=[0-9(])/g, "*")
      .replace(/(?<=[0-9)]) ?(?=sqrt)/g, "*")
      .replace(/sqrt ?/g, "sqrt");
    plain = plain.replace(LITERAL, (...found) => literal(found, dotMayGroup, k)).replace(/sqrt(?!\()([0-9.]+)/g, "sqrt($1)");
    const signs = plain.match(/sqrt|[0-9.]+(?:e[+-]?[0-9]+)?|[+*/^()-]/g) || [];
    if (signs.join("") !== plain.replaceAll(" ", "") || /[0-9.] +[0-9.]/.test(plain)) throw noNumber();
    let at = 0;
    const take = (...wanted) => wanted.includes(signs[at]) && signs[at++];
    function sum() {
      let value = product();
      for (let sign; (sign = take("+", "-")); ) value += sign === "+" ? product() : -product();
      return value;
    }
    function product() {
      let value = signed();
      for (let sign; (sign = take("*", "/")); ) {
        const next = signed();
        value = sign === "*" ? value * next : next === 0 ? NaN : value / next;
      }
      return value;
    }
    function signed() {
      const sign = take("+", "-");
      return sign ? (sign === "-" ? -signed() : signed()) : power();
    }
    function power() {
      const base = atom();
      if (!take("^")) return base;
      const exponent = signed();
      return Math.abs(exponent) <= 1000 ? base ** exponent : NaN;
    }
    function atom() {
      const root = take("sqrt");
      if (take("(")) {
        const value = sum();
        if (!take(")")) throw noNumber();
        return root ? Math.sqrt(value) : value;
      }
      const found = Number(root || /^[0-9.]/.test(signs[at] || "") ? signs[at++] : NaN);
      if (root || Number.isNaN(found)) throw noNumber();
      return found;
    }
    const value = sum();
    if (at < signs.length) throw noNumber();
    if (!Number.isFinite(value)) throw new NoNumber(`"${short(text)}" is not a finite number.`);
    return value;
  }

  function literal([whole, digits, exponent = "", scale], dotMayGroup, k) {
    let bare = digits.replace(/[,'_]+$/, "");
    if (dotMayGroup && !exponent && !scale && /^[1-9][0-9]{0,2}\.[0-9]{3}$/.test(bare)) {
      const point = bare.replace(/0+$/, "").replace(/\.$/, "");
      throw new Unclear(`Is the dot in "${bare}" a decimal point? Write ${bare.replace(".", ",")} for thousands, ${point} for a decimal point.`);
    }
    if (GROUPED.test(bare)) bare = bare.replace(/[,'_]/g, "");
    else if (/^[0-9]+,[0-9]+$/.test(bare)) {
      const other = bare.startsWith("0") ? "" : `, or ${bare.replace(",", "")} without a comma`;
      throw new Unclear(`Is the comma in "${bare}" a decimal point? Write ${bare.replace(",", ".")} with a decimal point${other}.`);
    } else if (!/^(?:[0-9]+\.?[0-9]*|\.[0-9]+)$/.test(bare)) {
      throw new Unclear(`The marks in "${bare}" have two meanings. Write 1,234.5: a comma for thousands, a decimal point.`);
    }
    const value = Number(bare + exponent);
    if (!Number.isFinite(value)) throw new NoNumber(`"${short(whole)}" is not a finite number.`);
    if (scale && k === null) {
      const [few, many] = SCALES[scale];
      throw new Unclear(`The ${scale} in "${bare}${scale}" could be ${grouped(few)} or ${grouped(many)}. Write the number out.`);
    }
    return String(scale ? value * SCALES[scale][k === 1024 ? 1 : 0] : value);
  }

  return { number, numbers, Unclear, NoNumber };
})();
