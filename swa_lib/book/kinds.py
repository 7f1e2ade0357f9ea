"""What an answer may look like: a number, several, a choice, a design. Functions are in `functions.py`.

Each kind reads whatever a reader hands in, or raises `Unclear` with a sentence that says which form is
wanted, compares it with the expected value, and says what is wrong with a wrong one. What is typed as text is
read by `reading.py`. `page/questions.js` judges alike; tests/answers.tsv holds the two together.
"""

import functools
import itertools
import numbers
import re

import numpy as np

from .reading import TABLE, NoNumber, Unclear, read_number, read_numbers
from .tables import as_people_write

LONGEST = 100_000  # entries of an answer that are looked at: an endless iterator is an answer, too
LARGE = 1000  # from here on "1.234" could mean 1,234
POWER = (
    "In Python, ^ is not a power: it compares bits, and gives another number. Powers are written with **, "
    "as in 10**2."
)
EXACT = 1e-9  # the relative error of an answer that is asked for exactly
CLOSE = 0.005  # from here on an answer that is right is told the exact one
ROUGH = 0.1  # from here on an answer is an estimate; a misreading must be met at least as closely as that
THINGS = {*TABLE["units"].values()} - {"%", "times"}  # what cannot stand for one another


class Kind:
    """What the kinds share. `typed` is false where an answer needs Python, so that a page cannot take it."""

    typed = True

    def praise(self, value, expected):
        """What is said of a right answer."""
        return f"Right: {self.show(expected)}."

    def mistaken(self, value, wrong):
        """Whether an answer comes from a misreading."""
        return self.same(value, wrong)

    def announced(self):
        """What is said of a question before it is answered."""
        return ""

    def wants(self):
        """What to raise where an answer is none."""
        return Unclear(f"This question wants {self.form}.")

    def for_page(self):
        """What the page has to know of this kind, for JSON."""
        return {"kind": type(self).__name__, "form": self.form, **vars(self)}


class Numbers(Kind):
    """Several numbers in a row: `names` says which, `count` how many.

    `within` is the relative error that still counts as right. A word after a number is left out, unless it is
    another thing than `unit`: windows are no tokens. Two numbers may come in any order, and be the ends of a
    run that is handed in. One number alone may be a misreading that makes all of them equal; else the others
    are asked for. `also` has words that stand for such a number.

    >>> Numbers("three numbers", 3).read("1, 2 and 3").tolist()
    [1.0, 2.0, 3.0]
    >>> Numbers("the first and the last", 2).read(range(901, 1001)).tolist()
    [901.0, 1000.0]
    """

    read_text = staticmethod(read_numbers)

    def __init__(self, names, count, unit="", within=EXACT, also=None):
        self.form = f"{names}, such as {'1 to 3' if count == 2 else '1, 2, 3'}"
        self.names, self.count, self.unit, self.within, self.also = names, count, unit, within, also or {}

    def read(self, answer, expected=0.0):
        large = bool(np.max(expected) >= LARGE)
        if isinstance(answer, str):
            words = answer.strip().lower()
            values = [self.also[words]] if words in self.also else self._typed(self.read_text, answer, large)
        elif isinstance(answer, (bytes, dict)):
            raise self.wants()
        else:
            alone = isinstance(answer, (numbers.Number, np.ndarray))
            entries = np.ravel(answer if alone else list(itertools.islice(answer, LONGEST))).tolist()
            values = [self._entry(entry, large) for entry in entries]
            if self.count == 2 < len(values) == max(values) - min(values) + 1:
                values = [min(values), max(values)]
        if not len(values) or not np.all(np.isfinite(values)):
            raise self.wants()
        return np.asarray(sorted(values) if self.count == 2 else values)

    def _entry(self, entry, large):
        if isinstance(entry, (bool, bytes)):
            raise self.wants()
        return self._typed(read_number, entry, large)[0] if isinstance(entry, str) else float(entry)

    def _typed(self, read, text, large):
        doubt = None
        try:
            reading = read(text, large)
        except NoNumber:
            raise self.wants() from None
        except Unclear as unclear:
            reading, doubt = unclear.meant, unclear
        if reading and {reading.unit, self.unit} <= THINGS and reading.unit != self.unit:
            raise Unclear(f"That is in {reading.unit}. This question wants {self.unit}.")
        if doubt:
            raise doubt
        return reading.values

    def same(self, value, expected):
        return agree(value, expected, self.within)

    def mistaken(self, value, wrong):
        alike = np.repeat(value, np.size(wrong)) if np.size(value) == 1 else value
        return agree(alike, wrong, min(self.within, ROUGH))

    def praise(self, value, expected):
        if agree(value, expected, CLOSE):
            return f"Right: {self.show(expected)}."
        exactly = "exactly" if agree(np.round(expected), expected, EXACT) else "more exactly"
        return f"Right, close enough: {exactly} {self.show(expected)}."

    def explain(self, value, expected):
        if len(value) == 1:
            raise Unclear(f"{self.names.capitalize()}, please.")
        if len(value) != len(expected):
            return f"You gave {len(value)} of them; {len(expected)} are wanted."
        fits = [agree(*pair, self.within) for pair in zip(value, expected)]
        at, good = fits.index(False), [str(n) for n, right in enumerate(fits, 1) if right]
        said = f"Number {at + 1} of yours is too {'large' if value[at] > expected[at] else 'small'}."
        if not good:
            return said
        words = "Numbers {} are" if good[1:] else "Number {} is"
        return f"{said} {words.format(' and '.join(good))} right."

    def show(self, values):
        return ", ".join(f"{each:.10g}" for each in values)


class Number(Numbers):
    """One number. `unit` follows it in a verdict. A text with several meanings is right if each of them is.

    `rule` is what a rule says that is far too small: who bets on more is told to be on the right side.

    >>> Number().read("1,000 tokens"), Number(within=0.01).same(202, 200), Number("times").read([8])
    (1000.0, True, 8.0)
    """

    read_text = staticmethod(read_number)

    def __init__(self, unit="", within=EXACT, rule=None):
        super().__init__("", 1, unit, within)
        self.rule = rule
        rough = "two digits" if within < ROUGH else "a rough one"
        self.form = "an exact number" if within <= EXACT else f"a number; {rough} will do"

    def read(self, answer, expected=0.0):
        try:
            values = super().read(answer, expected)
        except Unclear as doubt:
            values = doubt.meant.values if doubt.meant else ()
            if not values or not all(self.same(value, expected) for value in values):
                raise
            return values[0]
        if len(values) > 1:
            raise self.wants()
        return float(values[0])

    def explain(self, value, expected):
        if 0 < expected < 1 and self.same(value / 100, expected):
            return "That looks like per cent. Give it as a share, between 0 and 1."
        if value == 0 < expected:
            return "That would be nothing at all."
        if 0 < expected < 1 <= value:
            return "That would be all of it." if value == 1 else "It is a share, so 1 (100%) at most."
        if value != int(value) and expected == np.ceil(value) and self.within <= EXACT:
            return f"{(self.unit or 'these').capitalize()} are whole: round up."
        if self.rule and value > self.rule:
            truth = "lower" if value > expected else "higher still"
            return f"You are on the right side of the rule, and the truth is {truth}."
        return f"That is too {'large' if value > expected else 'small'}."

    def show(self, values):
        return f"{shown(np.ravel(values)[0])} {self.unit}".strip()


def agree(values, expected, within):
    """Whether each of some numbers is as near to its expected one as a relative error allows.

    >>> agree(0.33, 0.3338, 0.02), agree([1, 2], [1, 3], 0.02), agree([1, 2], 1, 0.02)
    (True, False, False)
    """
    values, expected = np.atleast_1d(values), np.atleast_1d(expected)
    same_shape = values.shape == expected.shape
    return same_shape and bool(np.all(np.abs(values - expected) <= within * np.abs(expected)))


def shown(value):
    """A number for a verdict: whole ones with commas, others with four digits.

    >>> shown(131040), shown(0.76612), shown(1.25e-10)
    ('131,040', '0.7661', '1.25 × 10⁻¹⁰')
    """
    whole = abs(value) >= 1000 or abs(value - round(value)) < 1e-9 < abs(value)
    return f"{value:,.0f}" if whole else as_people_write(f"{value:.4g}")


IDLE = re.compile(r"an?|the|it|it's|its|is|of|as|i|my|think|say|guess|answer|slider|option|one|would|be|just")
DENIAL = re.compile(r"not|never|neither|nor|none|\w+n't")
DOUBT = re.compile(r"maybe|perhaps?|depends?|know|both|either|or|idea|clue|sure")
YES_AND_NO = dict.fromkeys(("true", "y", "yep", "yeah", "it does", "it can"), "yes")
YES_AND_NO |= dict.fromkeys(
    ("false", "n", "nope", "it does not", "it doesn't", "it isn't", "it cannot", "it can't"), "no"
)


class Choice(Kind):
    """One of a few words; yes and no may be True and False. `also`: other words for an option.

    Of what is said, idle words, punctuation and the order do not count. Said is the option all of whose words
    are there; failing that, the only one that has all the words that are: "global" is "one global layer".
    More than one, a doubt or a denial is no choice.

    >>> Choice("yes", "no", also={"never": "no"}).read(" Never.")
    'no'
    >>> Choice("wide windows", "one global layer").read("the global layer, I think")
    'one global layer'
    """

    def __init__(self, *options, also=None):
        self.options, self.form = options, "one of " + ", ".join(f'"{option}"' for option in options)
        also = dict(zip(options, options)) | (also or {}) | (YES_AND_NO if "yes" in options else {})
        self.phrases = [
            (meant_words(said), option) for said, option in ({o: o for o in options} | also).items()
        ]

    def read(self, answer, expected=None):
        if isinstance(answer, (bool, np.bool_)):
            answer = str(answer)
        said = meant_words(answer[:200]) if isinstance(answer, str) else set()
        named = [(words, option) for words, option in self.phrases if words <= said]
        named = [one for one in named if not any(one[0] < other for other, _ in named)]
        rest = said.difference(*(words for words, _ in named))
        chosen = {option for _, option in named} or {o for words, o in self.phrases if said and said <= words}
        denied = chosen != {"no"} and any(map(DENIAL.fullmatch, rest))
        if len(chosen) != 1 or denied or any(map(DOUBT.fullmatch, rest)):
            raise self.wants()
        return chosen.pop()

    def for_page(self):
        return {"kind": "Choice", "form": self.form, "options": self.options}

    def same(self, value, expected):
        return value == expected

    def explain(self, value, expected):
        return f'It is not "{value}".'

    def show(self, value):
        return value


def meant_words(text):
    """The words of a text that mean something, in the singular.

    >>> sorted(meant_words("The wide Windows, I think."))
    ['wide', 'window']
    """
    words = re.findall(r"[^\s.,;:!?\"()=*_-]+", text.lower().replace("’", "'"))
    return {word.removesuffix("s") for word in words if not IDLE.fullmatch(word)}


class Judged(Kind):
    """One of many answers of which several are right: `verdict` says of each whether it is, and why.

    `reader` is the kind that reads which of `answers` it is; a page gets the verdicts on all of them.

    >>> even = Judged(Number(), "1, 2 or 3", (1, 2, 3), lambda n: (n % 2 == 0, f"{n} is what you said."))
    >>> even.read("two"), even.same(2, None), even.praise(2, None)
    (2, True, 'Right: 2 is what you said.')
    """

    def __init__(self, reader, form, answers, verdict):
        self.reader, self.form, self.answers, self.verdict = reader, form, answers, functools.cache(verdict)
        reader.form = form

    def read(self, answer, expected=None):
        value = self.reader.read(answer, self.answers[-1])
        for one in self.answers:
            if self.reader.same(value, one):
                return one
        raise self.wants()

    def same(self, value, expected):
        return self.verdict(value)[0]

    def explain(self, value, expected):
        return self.verdict(value)[1]

    def praise(self, value, expected):
        return f"Right: {self.verdict(value)[1]}"

    def for_page(self):
        return {"kind": "Judged", "form": self.form, "reader": self.reader.for_page()}
