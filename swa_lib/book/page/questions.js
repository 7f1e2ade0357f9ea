// The fields below the questions: what a reader types gets the same sentence as from `check` in a notebook.
//
// `swaQuestions.check(question, text)` is a port of swa_lib/exercises (kinds.py, designs.py, checking.py), held to it
// by tests over every question. What is right, what is wrong and why comes with each field as JSON from
// swa_lib/book/fields.py; numbers are read by reading.js. Answers are kept in this browser and nowhere else.
"use strict";

const swaQuestions = (() => {
  const EXACT = 1e-9; // the relative error of an answer that is asked for exactly
  const LARGE = 1000; // from here on "1.234" could mean 1,234
  const THINGS = ["tokens", "windows", "layers", "hops", "paths", "cells"];


  // Numbers as Python writes them ---------------------------------------------------------------------------------

  // f"{value:.{digits - 1}e}" as [mantissa, exponent]; Python rounds a tie to the even digit, JavaScript away from zero.
  function rounded(value, digits) {
    let [mantissa, exponent] = Math.abs(value).toExponential(digits - 1).split("e");
    const exact = Math.abs(value).toExponential(Math.min(100, digits + 40)).split("e")[0].replace(".", "");
    if (/^50*$/.test(exact.slice(digits)) && Number(exact[digits - 1]) % 2 === 0) {
      mantissa = exact[0] + (digits > 1 ? `.${exact.slice(1, digits)}` : "");
    }
    return [mantissa, Number(exponent)];
  }

  // f"{value:.{digits}g}"
  function general(value, digits) {
    const sign = value < 0 || Object.is(value, -0) ? "-" : "";
    if (value === 0) return `${sign}0`;
    const [mantissa, exponent] = rounded(value, digits);
    if (exponent < -4 || exponent >= digits) {
      const shift = `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
      return `${sign}${shorter(mantissa)}e${shift}`;
    }
    const all = mantissa.replace(".", "");
    if (exponent < 0) return `${sign}${shorter(`0.${"0".repeat(-exponent - 1)}${all}`)}`;
    const whole = all.slice(0, exponent + 1);
    return sign + (all.length > whole.length ? shorter(`${whole}.${all.slice(exponent + 1)}`) : whole);
  }

  function shorter(number) {
    return number.includes(".") ? number.replace(/\.?0+$/, "") : number;
  }

  // f"{value:,.0f}"
  function count(value) {
    const floor = Math.floor(value);
    const tie = value - floor === 0.5;
    return (tie ? floor + Math.abs(floor % 2) : Math.round(value)).toLocaleString("en-US");
  }

  function percent(share, digits) {
    return `${(100 * share).toFixed(digits)}%`;
  }

  // repr(value) of a number that was read as text
  function repr(value) {
    if (Number.isInteger(value)) return BigInt(value).toString();
    return (Math.abs(value) < 1e-4 ? value.toExponential() : String(value)).replace(/e([+-])(\d)$/, "e$10$2");
  }

  function shown(value) {
    const size = Math.abs(value);
    const off = Math.abs(value - Math.round(value));
    const whole = size >= 1000 || (off < 1e-9 && size > 1e-9);
    if (whole && size < 1e15) return count(value);
    let [mantissa, exponent] = value === 0 ? ["0", 0] : rounded(value, 4);
    mantissa = shorter(mantissa);
    const sign = value < 0 ? "-" : "";
    if (exponent > -5 && exponent < 15) return general(value, 4);
    if (exponent > -8 && exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${mantissa.replace(".", "")}`;
    return `${sign}${mantissa} × 10${[...String(exponent)].map((each) => RAISED[each]).join("")}`;
  }

  const RAISED = { "-": "⁻" };
  [..."⁰¹²³⁴⁵⁶⁷⁸⁹"].forEach((sign, digit) => (RAISED[digit] = sign));

  // Kinds of answers: read(question, text) gives a value or throws; same, explain as in kinds.py --------------------

  function wants(question) {
    return new swaReading.Unclear(`This question wants ${question.form}.`);
  }

  function wrongThing(unit, wanted) {
    if (THINGS.includes(unit) && THINGS.includes(wanted) && unit !== wanted) {
      throw new swaReading.Unclear(`That is in ${unit}. This question wants ${wanted}.`);
    }
  }

  // Within a relative error, or rounded to two digits or more.
  function near(value, expected, within) {
    return Math.abs(value - expected) <= within * Math.abs(expected) || (within > EXACT && isRounding(value, expected));
  }

  function isRounding(value, expected) {
    const [mantissa, exponent] = Math.abs(value).toExponential(11).split("e");
    const digits = mantissa.replace(".", "").replace(/0+$/, "").length;
    return digits >= 2 && Math.abs(value - expected) <= 0.5 * 10 ** (Number(exponent) - digits + 1) * (1 + 1e-9);
  }

  // Whether an answer that counts as right needs no word about being an estimate.
  function asExact(value, expected) {
    return shown(value) === shown(expected) || isRounding(value, expected);
  }

  const number = {
    read(question, text) {
      const reading = numbersOr(question, () => swaReading.number(text, { dotMayGroup: question.expected >= LARGE }));
      wrongThing(reading.unit, question.unit);
      return reading.values[0];
    },
    same({ rounded, within }, value, expected) {
      const rounds = (digits) => value === Number(expected.toPrecision(digits));
      return (rounded && [1, 2, 3, 4, 5, 6].some(rounds)) || near(value, expected, within);
    },
    praise: ({ praise, close }, value, expected) => (asExact(value, expected) ? praise : close),
    explain(question, value) {
      const { expected, unit } = question;
      if (expected > 0 && expected < 1 && this.same(question, value / 100, expected)) {
        return "That looks like per cent. Give it as a share, between 0 and 1.";
      }
      let why = "";
      if (value === 0 && expected > 0) why = "That would be nothing at all: ";
      else if (expected > 0 && expected < 1 && value >= 1) {
        why = value === 1 ? "That would be all of it: " : "It is a share, 1 (100%) at most: ";
      }
      return `${why}${`${shown(value)} ${unit}`.trim()} is too ${value > expected ? "large" : "small"}.`;
    },
  };

  const estimate = {
    ...number,
    mistaken: ({ within }, value, wrong) => near(value, wrong, Math.min(within, 0.1)),
  };

  const wholeNumber = {
    ...number,
    explain(question, value) {
      if (value !== Math.trunc(value) && Math.ceil(value) === question.expected) {
        return `${question.unit[0].toUpperCase()}${question.unit.slice(1)} are whole: round up.`;
      }
      return number.explain(question, value);
    },
  };

  const numbers = {
    read(question, text) {
      let values = this.typed(question, text);
      if (question.may_be_equal && values.length === 1) values = Array(question.count).fill(values[0]);
      return question.ordered ? values : [...new Set(values)].sort((a, b) => a - b);
    },
    typed(question, text) {
      const has = (words) => new RegExp(`(^|[^a-z])(${words})([^a-z]|$)`).test(text.toLowerCase());
      if (question.may_be_equal && has("equal|the same") && !has("not")) return Array(question.count).fill(0);
      const dotMayGroup = Math.max(...question.expected) >= LARGE;
      const { values, unit, isRange } = numbersOr(question, () => swaReading.numbers(text, { dotMayGroup }));
      wrongThing(unit, question.unit);
      const [first, last] = [values[0], values[values.length - 1]];
      if (isRange && !question.ordered && first === Math.trunc(first) && last >= first && last - first < 100000) {
        return Array.from({ length: Math.floor(last - first) + 1 }, (_, step) => first + step);
      }
      return values;
    },
    same(question, value, expected) {
      const ends = !question.ordered && value.length === 2 && expected.length > 2;
      const wanted = ends ? [expected[0], expected[expected.length - 1]] : expected;
      if (question.count && value.length === 1) value = Array(wanted.length).fill(value[0]); // one for all of them
      return value.length === wanted.length && value.every((each, i) => near(each, wanted[i], question.within));
    },
    praise({ ordered, praise, close }, value, expected) {
      return !ordered || value.every((each, i) => asExact(each, expected[i])) ? praise : close;
    },
    remark({ count: wanted, how_many: many }, value) {
      return wanted && value.length === 1 ? `${this.please(many)} ` : "";
    },
    please: (many) => `${many[0].toUpperCase()}${many.slice(1)}, please.`,
    explain({ expected, ordered, within, count: wanted, how_many: many }, value) {
      if (!ordered && value.length === 1) return "That is one of them. Give the first and the last.";
      if (!ordered) return `Yours go from ${shown(value[0])} to ${shown(value[value.length - 1])}. That is not what is asked for.`;
      if (wanted && value.length === 1) throw new swaReading.Unclear(this.please(many));
      if (value.length !== expected.length) return `You gave ${count(value.length)} of them; ${count(expected.length)} are wanted.`;
      const first = value.findIndex((each, i) => !near(each, expected[i], within));
      return `Number ${first + 1} of yours, ${shown(value[first])}, is too ${value[first] > expected[first] ? "large" : "small"}.`;
    },
  };

  // What reading.js cannot read as a number gets the question's own sentence; what is unclear keeps its own.
  function numbersOr(question, read) {
    try {
      return read();
    } catch (error) {
      throw error instanceof swaReading.NoNumber ? wants(question) : error;
    }
  }

  const IN_NO_OPTION = "a|an|the|it|is|its|it's|of|i|my|think|say|guess|answer|slider|option|one|would|be|just".split("|");
  const UNSURE = /^(no idea|no clue|not sure|it depends)/;
  const DENIES = /(^| )(not|never|neither|nor|none|either|maybe|perhaps|depends|know|both|[a-z]+n't)( |$)/;

  const choice = {
    read(question, text) {
      const option = this.chosen(question.words, this.plain([...text].slice(0, 200).join("")));
      if (option) return option;
      throw wants(question);
    },
    chosen(words, text) {
      if (Object.hasOwn(words, text)) return words[text];
      if (UNSURE.test(text)) return null;
      let [named, rest] = [new Set(), ` ${text} `];
      const longestFirst = Object.keys(words).sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
      for (const each of longestFirst) {
        while (rest.includes(` ${each} `)) {
          named.add(words[each]);
          rest = rest.replace(` ${each} `, " | ");
        }
      }
      if (named.size === 1 && named.has("no") && rest.startsWith(" |")) return "no"; // "no, it does not"
      if (named.size && DENIES.test(rest)) return null;
      if (!named.size) named = this.meant(words, text);
      return named.size === 1 ? [...named][0] : null;
    },
    meant(words, text) {
      const said = text.split(/ +/).filter((word) => word && !IN_NO_OPTION.includes(word)).map(stem);
      const holds = (each) => each.includes(" ") && said.every((word) => each.split(" ").map(stem).includes(word));
      return new Set(said.length ? Object.keys(words).filter(holds).map((each) => words[each]) : []);
    },
    plain: (text) =>
      text
        .replaceAll("’", "'")
        .replace(/[A-ZΑ-Ω]+/g, (found) => found.toLowerCase())
        .replace(/[\t\n\r\f\v\u00a0.,;:!?"()=*_-]+/g, " ")
        .replace(/ +/g, " ")
        .replace(/^[ ']+|[ ']+$/g, ""),
    same: (question, value, expected) => value === expected,
    explain: (question, value) => `It is not "${value}".`,
  };

  function stem(word) {
    return word.endsWith("s") ? word.slice(0, -1) : word;
  }

  // Designs: each judge gives [right, sentence], as in designs.py ----------------------------------------------------

  // Sums of `window` neighbours, by additions only so that small shares stay exact: blocks, from the left and the right.
  function windowed(profile, window, length) {
    const [fromLeft, fromRight, sums] = [0, 0, 0].map(() => new Float64Array(length));
    const at = (d) => (d < profile.length ? profile[d] : 0);
    for (let d = 0; d < length; d++) fromLeft[d] = at(d) + (d % window ? fromLeft[d - 1] : 0);
    for (let d = length - 1; d >= 0; d--) fromRight[d] = at(d) + ((d + 1) % window && d + 1 < length ? fromRight[d + 1] : 0);
    for (let d = 0; d < length; d++) {
      const start = d - window + 1;
      sums[d] = start > 0 && start % window ? fromRight[start] + fromLeft[d] : fromLeft[d];
    }
    return sums;
  }

  // The influence profile of a stack, up to `farthest` tokens back.
  function influence(windows, alpha, farthest) {
    let profile = Float64Array.of(1);
    for (const window of windows) {
      const length = Math.min(profile.length + window - 1, farthest + 1);
      const sums = windowed(profile, window, length);
      profile = sums.map((sum, d) => (alpha * (profile[d] || 0)) + ((1 - alpha) / window) * sum);
    }
    return profile;
  }

  function horizon(profile, tolerance) {
    let [tail, distance] = [0, profile.length - 1];
    while (distance > 0 && tail + profile[distance] <= tolerance) tail += profile[distance--];
    return distance;
  }

  const design = {
    read(question, text) {
      let plain = text.replace(/[A-Z]+/g, (found) => found.toLowerCase());
      const names = plain.replace(/global[ _]layers?/g, "global").match(/window|global|layers/g);
      if (names && names.join() !== "window,layers,global") throw new swaReading.Unclear(question.wanted);
      plain = plain.replace(/global[ _]layers?|windows?|global|layers?/g, "").replace(/[=:]/g, "");
      let values;
      try {
        ({ values } = swaReading.numbers(plain, { dotMayGroup: true }));
      } catch (error) {
        throw error instanceof swaReading.NoNumber ? new swaReading.Unclear(question.wanted) : error;
      }
      if (values.length !== 3) throw new swaReading.Unclear(question.wanted);
      this.whole("window", values[0], 2, question.text);
      this.whole("layers", values[1], ...question.depths);
      this.whole("global_layers", values[2], 0, values[1]);
      return values;
    },
    whole(name, value, low, high) {
      if (Number.isInteger(value) && value >= low && value <= high) return;
      const allowed = `a whole number from ${low} to ${high}${Number.isInteger(value) && Math.abs(value) > 2 ** 53 ? ", at most 2**53" : ""}`;
      let got = repr(value);
      if (got.length > 80) got = `${got.slice(0, 77)}...`;
      throw new swaReading.Unclear(`A design has 24 to 64 layers and windows up to the text: ${name} must be ${allowed}, got ${got}.`);
    },
    judge({ text, far, share: asked, alpha, budget, bytes }, [window, layers, wide]) {
      const cache = ((layers - wide) * window + wide * text) * bytes;
      const mebibytes = (size) => count(size / 2 ** 20);
      if (cache > budget) return [false, `Its cache is ${mebibytes(cache)} MiB; the budget is ${mebibytes(budget)} MiB.`];
      const windows = [...Array(layers - wide).fill(window), ...Array(wide).fill(text)];
      const share = 1 - influence(windows, alpha, far).reduce((sum, each) => sum + each, 0);
      const found = `${percent(share, 2)} from beyond ${count(far)} tokens for ${mebibytes(cache)} MiB`;
      if (share >= asked) return [true, `${found}.`];
      if (share >= 0.9 * asked) {
        return [false, `It has ${percent(share, 3)} from beyond ${count(far)} tokens; ${percent(asked, 0)} are asked for. That is close.`];
      }
      const hint = wide === 0 ? "Depth and windows do not do it alone." : "One more global layer is worth more than wider windows.";
      return [false, `It has ${found}; ${percent(asked, 0)} are asked for. ${hint}`];
    },
  };

  const model = {
    read(question, text) {
      const small = (name) => name.replace(/[A-Z]+/g, (found) => found.toLowerCase()).replace(/[-_]/g, " ");
      const word = small(text).replace(/^[ \t\r\n"']+|[ \t\r\n"']+$/g, "");
      const like = word ? question.verdicts.filter(([name]) => small(name).startsWith(word)) : [];
      const exact = like.filter(([name]) => small(name) === word);
      const [found] = exact.length ? exact : like;
      if (exact.length === 1 || like.length === 1) return found;
      if (!like.length) throw new swaReading.Unclear(question.wanted);
      throw new swaReading.Unclear(`More than one model begins like this: ${like.map(([name]) => name).join(", ")}.`);
    },
    judge: (question, [, right, sentence]) => [right, sentence],
  };

  const tolerance = {
    read(question, text) {
      const { values } = numbersOr(question, () => swaReading.number(text));
      if (!(values[0] > 0 && values[0] < 1)) throw wants(question);
      return values[0];
    },
    judge({ stacks, alpha }, share) {
      const [deep, wide] = stacks.map(([layers, window]) => horizon(influence(Array(layers).fill(window), alpha, Infinity), share));
      const given = general(share, 6);
      if (deep > wide) return [true, `at ${given} the deep stack sees ${count(deep)} tokens back, the wide one ${count(wide)}.`];
      if (deep === wide) {
        return [false, `At ${given} both see ${count(deep)} tokens back. ${deep === 0 ? "Leave out less of the output." : "Try another."}`];
      }
      return [false, `At ${given} the deep stack sees ${count(deep)} tokens back and the wide one ${count(wide)}: ` +
        "a single hop through a wide window goes far. How large a share would you have to ask for?"];
    },
  };

  const KINDS = {
    Number: number, Estimate: estimate, Count: wholeNumber, Numbers: numbers, Choice: choice, Design: design, Model: model, Tolerance: tolerance,
  };

  // What `check` says of a typed answer: {text, right, asks, explained}.
  function check(question, text) {
    const kind = KINDS[question.kind];
    const says = (sentence, more) => ({ text: sentence, right: false, asks: false, explained: false, ...more });
    if (["", "...", "your answer"].includes(text.replace(/^[ \t\r\n\u00a0]+|[ \t\r\n\u00a0]+$/g, ""))) {
      return says("Not answered yet.", { asks: true });
    }
    try {
      const value = kind.read(question, text);
      if (kind.judge) {
        const [right, sentence] = kind.judge(question, value);
        return right ? says(`Right: ${sentence}`, { right }) : says(sentence, { explained: true });
      }
      if (kind.same(question, value, question.expected)) {
        return says(kind.praise ? kind.praise(question, value, question.expected) : question.praise, { right: true });
      }
      const mistaken = kind.mistaken || kind.same;
      const misreading = question.misreadings.find(([wrong]) => mistaken(question, value, wrong));
      const remark = misreading && kind.remark ? kind.remark(question, value) : "";
      return says(misreading ? remark + misreading[1] : kind.explain(question, value), { explained: true });
    } catch (error) {
      if (!(error instanceof swaReading.Unclear)) throw error;
      return says(error.message, { asks: true });
    }
  }

  return { check };
})();
