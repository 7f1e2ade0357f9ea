// What `check` says in a notebook, said by the page: `swaQuestions.check(question, text)`.
//
// Judges as swa_lib/book/kinds.py does; tests/answers.tsv holds the two together. What is right, what each misreading
// gives and the sentences come with the field as JSON (swa_lib/book/fields.py). A book's own kinds of answers are
// added to `swaQuestions.kinds`: {read, judge}.
"use strict";

const swaQuestions = (() => {
  const EXACT = 1e-9;
  const THINGS = new Set(Object.values(swaWords.units).filter((unit) => unit !== "%" && unit !== "times"));
  const wants = (question) => new swaReading.Unclear(`This question wants ${question.form}.`);
  const ends = (list) => [list[0], list[list.length - 1]];

  function wrongThing(unit, wanted) {
    if (THINGS.has(unit) && THINGS.has(wanted) && unit !== wanted) {
      throw new swaReading.Unclear(`That is in ${unit}. This question wants ${wanted}.`);
    }
  }
  // What is no number gets the question's own sentence; what is unclear keeps its own.
  function numbersOr(question, read) {
    try {
      return read();
    } catch (error) {
      throw error instanceof swaReading.NoNumber ? wants(question) : error;
    }
  }
  const near = (value, expected, within) =>
    Math.abs(value - expected) <= within * Math.abs(expected) || (within > EXACT && isRounding(value, expected));
  function isRounding(value, expected) {
    const [mantissa, exponent] = Math.abs(value).toExponential(11).split("e");
    const digits = mantissa.replace(".", "").replace(/0+$/, "").length;
    return digits >= 2 && Math.abs(value - expected) <= 0.5 * 10 ** (Number(exponent) - digits + 1) * (1 + 1e-9);
  }
  const asExact = (value, expected) => Math.abs(value - expected) <= 1e-4 * Math.abs(expected) || isRounding(value, expected);
  const tooWhat = (value, expected) => `too ${value > expected ? "large" : "small"}`;

  const number = {
    read(question, text) {
      const dotMayGroup = question.expected >= 1000;
      try {
        const { values, unit } = numbersOr(question, () => swaReading.number(text, { dotMayGroup }));
        wrongThing(unit, question.unit);
        return values[0];
      } catch (doubt) {
        const value = doubt.message.startsWith("This question") || doubt.message.startsWith("That is in") ? null : this.whichever(question, text, dotMayGroup);
        if (value === null) throw doubt;
        return value;
      }
    },
    whichever(question, text, dotMayGroup) {
      const values = [];
      for (const [read, k] of [["number", 1000], ["number", 1024], ["numbers", null]]) {
        try {
          const reading = swaReading[read](text, { dotMayGroup, k });
          if (k || reading.isRange) values.push(...reading.values);
        } catch {}
      }
      return values.length && values.every((value) => this.same(question, value, question.expected)) ? values[0] : null;
    },
    same: ({ within }, value, expected) => near(value, expected, within),
    praise: ({ praise, close }, value, expected) => (asExact(value, expected) ? praise : close),
    explain(question, value) {
      const { expected, unit, within } = question;
      const share = expected > 0 && expected < 1;
      if (share && this.same(question, value / 100, expected)) return "That looks like per cent. Give it as a share, between 0 and 1.";
      if (value === 0 && expected > 0) return "That would be nothing at all.";
      if (share && value >= 1) return value === 1 ? "That would be all of it." : "It is a share, so 1 (100%) at most.";
      if (value !== Math.trunc(value) && expected === Math.ceil(value) && within <= EXACT) {
        return `${(unit || "these").replace(/^./, (first) => first.toUpperCase())} are whole: round up.`;
      }
      return `That is ${tooWhat(value, expected)}.`;
    },
  };
  const estimate = { ...number, mistaken: ({ within }, value, wrong) => near(value, wrong, Math.min(within, 0.1)) };

  const numbers = {
    read(question, text) {
      let values = this.typed(question, text);
      if (question.may_be_equal && values.length === 1) values = Array(question.count).fill(values[0]);
      return question.ordered ? values : [...new Set(values)].sort((a, b) => a - b);
    },
    typed(question, text) {
      if (question.may_be_equal && /\b(equal|the same)\b/.test(text.toLowerCase()) && !text.includes("not")) {
        return Array(question.count).fill(0);
      }
      const dotMayGroup = Math.max(...question.expected) >= 1000;
      const { values, unit, isRange } = numbersOr(question, () => swaReading.numbers(text, { dotMayGroup }));
      wrongThing(unit, question.unit);
      const [first, last] = ends(values);
      if (isRange && !question.ordered && Number.isInteger(first) && last >= first && last - first < 100000) {
        return Array.from({ length: Math.floor(last - first) + 1 }, (_, step) => first + step);
      }
      return values;
    },
    same({ ordered, count, within }, value, expected) {
      const wanted = !ordered && value.length === 2 && expected.length > 2 ? ends(expected) : expected;
      const given = count && value.length === 1 ? Array(wanted.length).fill(value[0]) : value; // one for all of them
      return given.length === wanted.length && given.every((each, n) => near(each, wanted[n], within));
    },
    praise: ({ ordered, praise, close }, value, expected) =>
      !ordered || value.every((each, n) => asExact(each, expected[n])) ? praise : close,
    explain({ expected, ordered, within, count, how_many: many }, value) {
      if (!ordered && value.length === 1) return "That is one of them. Give the first and the last.";
      if (!ordered) return "Those are others than the ones that are asked for.";
      if (count && value.length === 1) throw new swaReading.Unclear(`${many[0].toUpperCase()}${many.slice(1)}, please.`);
      if (value.length !== expected.length) return `You gave ${value.length} of them; ${expected.length} are wanted.`;
      const at = value.findIndex((each, n) => !near(each, expected[n], within));
      return `Number ${at + 1} of yours is ${tooWhat(value[at], expected[at])}.`;
    },
  };

  // The page shows the options as buttons, so what comes here is one of them.
  const choice = {
    read(question, text) {
      if (!question.options.includes(text)) throw wants(question);
      return text;
    },
    same: (question, value, expected) => value === expected,
    explain: (question, value) => `It is not "${value}".`,
  };

  const kinds = { Number: number, Estimate: estimate, Numbers: numbers, Choice: choice };

  // What is said of a typed answer: {text, right, asks, explained}.
  function check(question, text) {
    const kind = kinds[question.kind];
    const says = (sentence, more) => ({ text: sentence, right: false, asks: false, explained: false, ...more });
    if (["", "...", "your answer"].includes(text.trim())) return says("Not answered yet.", { asks: true });
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
      const misreading = question.misreadings.find(([wrong]) => mistaken.call(kind, question, value, wrong));
      const nudge = question.nudge ? ` ${question.nudge}` : "";
      return says(misreading ? misreading[1] : kind.explain(question, value) + nudge, { explained: true });
    } catch (error) {
      if (!(error instanceof swaReading.Unclear)) throw error;
      return says(error.message, { asks: true });
    }
  }

  return { check, kinds };
})();
