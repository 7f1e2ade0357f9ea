// What `check` says in a notebook, said by the page: `swaQuestions.check(question, text)`.
//
// Judges as swa_lib/book/kinds.py does; tests/answers.tsv holds the two together. What is right, what each misreading
// gives and the sentences come with the field as JSON (swa_lib/book/fields.py).
"use strict";

const swaQuestions = (() => {
  const { Unclear, NoNumber } = swaReading;
  const EXACT = 1e-9;
  const CLOSE = 0.005;
  const ROUGH = 0.1;
  const THINGS = new Set(Object.values(swaWords.units).filter((unit) => unit !== "%" && unit !== "times"));
  const wants = ({ form }) => new Unclear(`This question wants ${form}.`);
  const capital = (words) => words[0].toUpperCase() + words.slice(1);

  const near = (value, expected, within) => Math.abs(value - expected) <= within * Math.abs(expected);
  const agree = (values, expected, within) =>
    values.length === expected.length && values.every((value, n) => near(value, expected[n], within));
  const tooWhat = (value, expected) => `too ${value > expected ? "large" : "small"}`;

  const numbers = {
    read(question, text) {
      const { expected, unit, count, also } = question;
      if (Object.hasOwn(also, text.trim().toLowerCase())) return [also[text.trim().toLowerCase()]];
      let reading, doubt;
      try {
        reading = swaReading[count > 1 ? "numbers" : "number"](text, { dotMayGroup: Math.max(...expected) >= 1000 });
      } catch (error) {
        doubt = error instanceof NoNumber ? wants(question) : error;
        reading = doubt.meant;
      }
      if (reading && reading.unit !== unit && [reading.unit, unit].every((thing) => THINGS.has(thing))) {
        throw new Unclear(`That is in ${reading.unit}. This question wants ${unit}.`);
      }
      const right = count === 1 && reading?.values.every((value) => this.same(question, [value], expected));
      if (doubt && !right) throw doubt; // a text with several meanings is right if each of them is
      if (count === 1) return reading.values.slice(0, 1);
      return count === 2 ? reading.values.sort((a, b) => a - b) : reading.values;
    },
    same: ({ within }, values, expected) => agree(values, expected, within),
    mistaken({ within }, values, wrong) {
      return agree(values.length === 1 ? wrong.map(() => values[0]) : values, wrong, Math.min(within, ROUGH));
    },
    praise: ({ praise, close, expected }, values) => (agree(values, expected, CLOSE) ? praise : close),
    explain({ expected, names, within }, values) {
      if (values.length === 1) throw new Unclear(`${capital(names)}, please.`);
      if (values.length !== expected.length) return `You gave ${values.length} of them; ${expected.length} are wanted.`;
      const fits = values.map((value, n) => near(value, expected[n], within));
      const at = fits.indexOf(false);
      const good = fits.flatMap((right, n) => (right ? [n + 1] : []));
      const said = `Number ${at + 1} of yours is ${tooWhat(values[at], expected[at])}.`;
      if (!good.length) return said;
      return `${said} Number${good.length > 1 ? "s" : ""} ${good.join(" and ")} ${good.length > 1 ? "are" : "is"} right.`;
    },
  };

  const number = {
    ...numbers,
    explain({ expected: [expected], unit, within, rule }, [value]) {
      const share = expected > 0 && expected < 1;
      if (share && near(value / 100, expected, within)) return "That looks like per cent. Give it as a share, between 0 and 1.";
      if (value === 0 && expected > 0) return "That would be nothing at all.";
      if (share && value >= 1) return value === 1 ? "That would be all of it." : "It is a share, so 1 (100%) at most.";
      if (value !== Math.trunc(value) && expected === Math.ceil(value) && within <= EXACT) {
        return `${capital(unit || "these")} are whole: round up.`;
      }
      if (rule && value > rule) {
        return `You are on the right side of the rule, and the truth is ${value > expected ? "lower" : "higher still"}.`;
      }
      return `That is ${tooWhat(value, expected)}.`;
    },
  };

  // The page shows the options as buttons, so what comes here is one of them.
  const choice = {
    read(question, text) {
      if (!question.options.includes(text)) throw wants(question);
      return text;
    },
    same: (question, value, expected) => value === expected,
    mistaken: (question, value, wrong) => value === wrong,
    praise: ({ praise }) => praise,
    explain: (question, value) => `It is not "${value}".`,
  };

  // What is read is a verdict, [answer, right, sentence]: another kind reads which.
  const judged = {
    read(question, text) {
      const { reader, verdicts } = question;
      const kind = kinds[reader.kind];
      const value = kind.read({ ...reader, expected: verdicts.at(-1)[0] }, text);
      const verdict = verdicts.find(([answer]) => kind.same(reader, value, answer));
      if (!verdict) throw wants(question);
      return verdict;
    },
    same: (question, [, right]) => right,
    praise: (question, [, , sentence]) => `Right: ${sentence}`,
    explain: (question, [, , sentence]) => sentence,
  };

  const kinds = { Number: number, Numbers: numbers, Choice: choice, Judged: judged };

  // What is said of a typed answer: {text, right, asks, explained}.
  function check(question, text) {
    const kind = kinds[question.kind];
    const says = (sentence, more) => ({ text: sentence, right: false, asks: false, explained: false, ...more });
    if (["", "...", "your answer"].includes(text.trim())) return says("Not answered yet.", { asks: true });
    try {
      const value = kind.read(question, text);
      if (kind.same(question, value, question.expected)) return says(kind.praise(question, value), { right: true });
      const misreading = question.misreadings.find(([wrong]) => kind.mistaken(question, value, wrong));
      const reply = misreading?.[1] || `${kind.explain(question, value)} ${question.nudge}`.trim();
      return says(reply, { explained: true });
    } catch (error) {
      if (!(error instanceof Unclear)) throw error;
      return says(error.message, { asks: true });
    }
  }

  return { check };
})();
