// Answers with many right forms: a design, a model, a tolerance. Judges as swa_lib/chapters/designs.py does, on the
// calculator's own profiles (stack.js); tests/answers.tsv holds the two together.
"use strict";

(() => {
  const engine = stackEngine();
  const profile = (windows, alpha, text) => engine.influence({ layers: windows.map((window) => ({ kind: "windowed", window })) }, alpha, text);
  const unclear = (sentence) => new swaReading.Unclear(sentence);
  const count = (value) => Math.round(value).toLocaleString("en-US");
  const percent = (share, digits) => `${(100 * share).toFixed(digits)}%`;
  const small = (text) => text.replace(/[A-Z]+/g, (found) => found.toLowerCase());

  swaQuestions.kinds.Design = {
    read({ wanted, text: longest, depths }, text) {
      let plain = small(text);
      const names = plain.replace(/global[ _]layers?/g, "global").match(/window|global|layers/g);
      if (names && names.join() !== "window,layers,global") throw unclear(wanted);
      plain = plain.replace(/global[ _]layers?|windows?|global|layers?/g, "").replace(/[=:]/g, "");
      let values;
      try {
        ({ values } = swaReading.numbers(plain, { dotMayGroup: true }));
      } catch (error) {
        throw error instanceof swaReading.NoNumber ? unclear(wanted) : error;
      }
      if (values.length !== 3) throw unclear(wanted);
      const allowed = [[2, longest], depths, [0, values[1]]];
      ["window", "layers", "global_layers"].forEach((name, n) => {
        const [low, high] = allowed[n];
        if (Number.isInteger(values[n]) && values[n] >= low && values[n] <= high) return;
        throw unclear(`A design has 24 to 64 layers and windows up to the text: ${name} must be a whole number from ${low} to ${high}, got ${values[n]}.`);
      });
      return values;
    },
    judge({ text, far, share: asked, alpha, budget, bytes }, [window, layers, wide]) {
      const cache = ((layers - wide) * window + wide * text) * bytes;
      const mebibytes = (size) => count(size / 2 ** 20);
      if (cache > budget) return [false, `Its cache is ${mebibytes(cache)} MiB; the budget is ${mebibytes(budget)} MiB.`];
      const windows = [...Array(layers - wide).fill(window), ...Array(wide).fill(text)];
      const share = engine.beyond(profile(windows, alpha, text))[far] || 0;
      const found = `${percent(share, 2)} from beyond ${count(far)} tokens for ${mebibytes(cache)} MiB`;
      if (share >= asked) return [true, `${found}.`];
      if (share >= 0.9 * asked) {
        return [false, `It has ${percent(share, 3)} from beyond ${count(far)} tokens; ${percent(asked, 0)} are asked for. That is close.`];
      }
      const hint = wide === 0 ? "Depth and windows do not do it alone." : "One more global layer is worth more than wider windows.";
      return [false, `It has ${found}; ${percent(asked, 0)} are asked for. ${hint}`];
    },
  };

  swaQuestions.kinds.Model = {
    read({ wanted, verdicts }, text) {
      const plain = (name) => small(name).replace(/[-_]/g, " ");
      const word = plain(text).replace(/^[\s"']+|[\s"']+$/g, "");
      const like = word ? verdicts.filter(([name]) => plain(name).startsWith(word)) : [];
      const exact = like.filter(([name]) => plain(name) === word);
      if (exact.length === 1 || like.length === 1) return (exact[0] || like[0]);
      throw unclear(like.length ? `More than one model begins like this: ${like.map(([name]) => name).join(", ")}.` : wanted);
    },
    judge: (question, [, right, sentence]) => [right, sentence],
  };

  swaQuestions.kinds.Tolerance = {
    read(question, text) {
      const [share] = swaQuestions.kinds.Number.read({ ...question, expected: [0] }, text);
      if (!(share > 0 && share < 1)) throw unclear(`This question wants ${question.form}.`);
      return share;
    },
    judge({ stacks, alpha }, share) {
      const [deep, wide] = stacks.map(([layers, window]) => {
        const windows = Array(layers).fill(window);
        return engine.horizon(engine.beyond(profile(windows, alpha, layers * window * 2)), share); // far from the text's beginning
      });
      if (deep > wide) return [true, `there the deep stack sees ${count(deep)} tokens back, the wide one ${count(wide)}.`];
      if (deep === wide) {
        return [false, `There both see ${count(deep)} tokens back. ${deep === 0 ? "Leave out less of the output." : "Try another."}`];
      }
      return [false, `There the deep stack sees ${count(deep)} tokens back and the wide one ${count(wide)}: ` +
        "a single hop through a wide window goes far. How large a share would you have to ask for?"];
    },
  };
})();
