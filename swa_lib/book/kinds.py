"""What an answer may look like: a number, several, a choice, a design. Functions are in `functions.py`.

Each kind reads whatever a reader hands in, or raises `Unclear` with a sentence that says which form is
wanted, compares it with the expected value, and says what is wrong with a wrong one. What is typed as text is
read by `reading.py`. `page/questions.js` judges alike; tests/answers.tsv holds the two together.
"""

import contextlib
import itertools
import re

import numpy as np

from .reading import TABLE, NoNumber, Unclear, read_number, read_numbers

LONGEST = 100_000  # entries of an answer that are looked at: an endless iterator is an answer, too
LARGE = 1000  # from here on "1.234" could mean 1,234
POWER = (
    "In Python, ^ is not a power: it compares bits, and gives another number. Powers are written with **, "
    "as in 10**2."
)
EXACT = 1e-9  # the relative error of an answer that is asked for exactly
THINGS = set(TABLE["units"].values()) - {"%", "times"}  # what cannot stand for one another


class Kind:
    """What the kinds share. `typed` is false where an answer needs Python, so that a page cannot take it."""

    typed = True

    def praise(self, value, expected):
        """What is said of a right answer."""
        return f"Right: {self.show(expected)}."

    def hint(self):
        """The form of the answer, as the field on the page says it."""
        return f"{self.form[0].upper()}{self.form[1:]}."

    def mistaken(self, value, wrong):
        """Whether an answer comes from a misreading."""
        return self.same(value, wrong)

    def objection(self, value):
        """What is to be said against an answer that is right, or None."""

    def wants(self):
        return Unclear(f"This question wants {self.form}.")

    def for_page(self):
        """What the page has to know of this kind, for JSON."""
        return {"kind": type(self).__name__, "form": self.form, **vars(self)}


class Number(Kind):
    """One number. `within` is the relative error that still counts as right; `unit` follows it in a verdict.

    Where it is more than none, an answer rounded to two digits or more is right, too. A word after the number
    is left out, unless it is another thing than the one asked for: windows are no tokens.

    >>> Number().read("1,000 tokens"), Number(within=0.01).same(202, 200)
    (1000.0, True)
    """

    form = "a number"

    def __init__(self, unit="", within=EXACT):
        self.unit, self.within = unit, within

    def hint(self):
        return "An exact number." if self.within <= EXACT else "A number; two digits will do."

    def read(self, answer, expected=0.0):
        if isinstance(answer, (list, tuple, range, np.ndarray)):
            answer = np.asarray(answer).reshape(-1)
            answer = answer[0] if len(answer) == 1 else None
        if isinstance(answer, str):
            return self._typed(answer, expected)
        if isinstance(answer, (bool, np.bool_, complex)) or answer is None:
            raise self.wants()
        number = float(answer)
        if not np.isfinite(number):
            raise Unclear(f"This question wants {self.form}; yours is not finite.")
        return number

    def _typed(self, text, expected):
        try:
            reading = read_number(text, dot_may_group=expected >= LARGE)
        except NoNumber:
            raise self.wants() from None
        except Unclear as doubt:
            value = self._whichever(text, expected)
            if value is None:
                raise doubt
            return value
        wrong_thing(reading.unit, self.unit)
        return reading.values[0]

    def _whichever(self, text, expected):
        """A value of a text with two meanings that are both right, as of "4k" or "3 to 4"; else None."""
        values = []
        for read, k in ((read_number, 1000), (read_number, 1024), (read_numbers, None)):
            with contextlib.suppress(Unclear):
                reading = read(text, expected >= LARGE, k)
                values += reading.values if k or reading.is_range else ()
        return values[0] if values and all(self.same(value, expected) for value in values) else None

    def same(self, value, expected):
        return near(value, expected, self.within)

    def praise(self, value, expected):
        if not as_exact(value, expected):
            return f"Right, close enough: {exactly([expected])} {self.show(expected)}."
        return f"Right: {self.show(expected)}."

    def explain(self, value, expected):
        if 0 < expected < 1 and self.same(value / 100, expected):
            return "That looks like per cent. Give it as a share, between 0 and 1."
        if value == 0 < expected:
            return "That would be nothing at all."
        if 0 < expected < 1 <= value:
            return "That would be all of it." if value == 1 else "It is a share, so 1 (100%) at most."
        if value != int(value) and expected == np.ceil(value) and self.within <= EXACT:
            return f"{(self.unit or 'these').capitalize()} are whole: round up."
        return f"That is too {'large' if value > expected else 'small'}."

    def show(self, value):
        return f"{shown(value)} {self.unit}".strip()


def wrong_thing(unit, wanted):
    """Refuse a number of windows where tokens are asked for, and the like."""
    if unit in THINGS and wanted in THINGS and unit != wanted:
        raise Unclear(f"That is in {unit}. This question wants {wanted}.")


def near(value, expected, within):
    """Whether a number counts as another: within a relative error, or rounded to two digits or more."""
    if abs(value - expected) <= within * abs(expected):
        return True
    return within > EXACT and is_rounding(value, expected)


def is_rounding(value, expected):
    """Whether a number of two significant digits or more is another one, rounded to these.

    >>> is_rounding(0.33, 0.3338), is_rounding(0.3, 0.3338), is_rounding(0.34, 0.3338)
    (True, False, False)
    """
    mantissa, exponent = f"{abs(value):.11e}".split("e")
    digits = len(mantissa.replace(".", "").rstrip("0"))
    return digits >= 2 and abs(value - expected) <= 0.5 * 10.0 ** (int(exponent) - digits + 1) * (1 + 1e-9)


def as_exact(value, expected):
    """Whether an answer that counts as right needs no word about being an estimate."""
    return abs(value - expected) <= 1e-4 * abs(expected) or is_rounding(value, expected)


def exactly(values):
    """How a verdict calls what it shows of these numbers, which may be rounded."""
    return "exactly" if all(abs(value - round(value)) < 1e-9 for value in values) else "more exactly"


def shown(value):
    """A number for a verdict: whole ones with commas, others with four digits, tiny ones with a power of ten.

    >>> shown(131040), shown(0.76612), shown(0.000001), shown(1.25e-10)
    ('131,040', '0.7661', '0.000001', '1.25 × 10⁻¹⁰')
    """
    if abs(value) >= 1000 or abs(value - round(value)) < 1e-9 < abs(value):
        return f"{value:,.0f}"
    mantissa, exponent = f"{abs(value):.3e}".split("e")
    if value == 0 or int(exponent) > -5:
        return f"{value:.4g}"
    mantissa = mantissa.rstrip("0").rstrip(".")
    if mantissa == "1" and int(exponent) > -8:
        return f"{value:.{-int(exponent)}f}"
    return f"{mantissa} × 10{str(int(exponent)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


class Estimate(Number):
    """A number that is meant to be found in the head: it need not be right to two digits."""

    form = "a number; a rough one will do"

    def hint(self):
        return Kind.hint(self)

    def mistaken(self, value, wrong):
        return near(value, wrong, min(self.within, 0.1))


class Numbers(Kind):
    """Several numbers in a row, `count` of them if given.

    `ordered` false: positions, in any order, or just the first and the last. `may_be_equal` true: the word
    "equal" is an answer, and one number stands for so many equal ones; else it gets no more than the
    sentence for equal ones, and is asked for the others.

    >>> Numbers(ordered=False).same(Numbers(ordered=False).read({3, 1, 2}), np.arange(1, 4))
    True
    >>> Numbers("three numbers", count=3, may_be_equal=True).read("about 231").tolist()
    [231.0, 231.0, 231.0]
    """

    def __init__(
        self, how_many="numbers", count=None, within=EXACT, ordered=True, unit="", may_be_equal=False
    ):
        in_a_row, positions = "in a row, such as 1, 2, 3", "positions, such as 1 to 3 or range(1, 4)"
        self.form = f"{how_many} {in_a_row}" if ordered else positions
        self.how_many, self.count, self.within, self.ordered = how_many, count, within, ordered
        self.unit, self.may_be_equal = unit, may_be_equal

    def read(self, answer, expected=(0.0,)):
        if isinstance(answer, (bytes, dict)):
            raise self.wants()
        if isinstance(answer, str):
            values = self._typed(answer, expected)
        elif np.ndim(answer) == 0 and isinstance(answer, (int, float, np.number)) and self.count:
            values = np.asarray([Number(self.unit).read(answer)])
        else:
            values = np.asarray(list(itertools.islice(answer, LONGEST)))
            if values.dtype.kind not in "iuf":
                number, large = Number(self.unit), float(np.max(expected))
                values = np.asarray([number.read(value, large) for value in values.reshape(-1).tolist()])
        values = values.reshape(-1).astype(float)
        if values.size == 0 or not np.all(np.isfinite(values)):
            raise self.wants()
        if self.may_be_equal and values.size == 1:
            values = np.repeat(values, self.count)
        return values if self.ordered else np.unique(values)

    def _typed(self, text, expected):
        if self.may_be_equal and re.search(r"\b(equal|the same)\b", text.lower()) and "not" not in text:
            return np.zeros(self.count)
        try:
            reading = read_numbers(text, dot_may_group=np.max(expected) >= LARGE)
        except NoNumber:
            raise self.wants() from None
        wrong_thing(reading.unit, self.unit)
        first, last = reading.values[0], reading.values[-1]
        if reading.is_range and not self.ordered and first == int(first) and 0 <= last - first < LONGEST:
            return np.arange(first, last + 1)
        return np.asarray(reading.values)

    def same(self, value, expected):
        expected = np.asarray(expected, float)
        if not self.ordered and len(value) == 2 < len(expected):
            expected = expected[[0, -1]]
        if self.count and len(value) == 1:  # one for all of them
            value = np.repeat(value, len(expected))
        return value.shape == expected.shape and all(map(self._near, value, expected))

    def _near(self, value, expected):
        return near(value, expected, self.within)

    def praise(self, value, expected):
        if not self.ordered or all(map(as_exact, value, expected)):
            return super().praise(value, expected)
        return f"Right, close enough: {exactly(expected)} {self.show(expected)}."

    def explain(self, value, expected):
        if not self.ordered and len(value) == 1:
            return "That is one of them. Give the first and the last."
        if not self.ordered:
            return "Those are others than the ones that are asked for."
        if self.count and len(value) == 1:
            raise Unclear(f"{self.how_many.capitalize()}, please.")
        if len(value) != len(expected):
            return f"You gave {len(value)} of them; {len(expected)} are wanted."
        at = next(i for i, pair in enumerate(zip(value, expected)) if not self._near(*pair))
        return f"Number {at + 1} of yours is too {'large' if value[at] > expected[at] else 'small'}."

    def show(self, value):
        if len(value) > 4:
            return f"{value[0]:,.0f} to {value[-1]:,.0f}"
        return ", ".join(f"{number:.10g}" for number in value)


IDLE = re.compile(r"an?|the|it|is|its|it's|of|i|my|think|say|guess|answer|slider|option|one|would|be|just")
DENIES = re.compile(r"\b(not|never|neither|nor|none|either|maybe|perhaps|depends|know|both|\w+n't)\b")


class Choice(Kind):
    """One of a few words; yes and no may be True and False. `also`: other words for an option.

    >>> Choice("yes", "no", also={"never": "no"}).read(" Never.")
    'no'
    >>> Choice("wide windows", "one global layer").read("the global layer, I think")
    'one global layer'
    """

    def __init__(self, *options, also=None):
        self.options = options
        if {"yes", "no"} <= set(options):
            also = YES_AND_NO | (also or {})
        self.words = {_plain(option): option for option in options} | (also or {})
        self.form = "one of " + ", ".join(f'"{option}"' for option in options)

    def read(self, answer, expected=None):
        if isinstance(answer, (bool, np.bool_)) and {"yes", "no"} <= set(self.options):
            return "yes" if answer else "no"
        option = self._chosen(_plain(answer[:200])) if isinstance(answer, str) else None
        if option is None:
            raise self.wants()
        return option

    def _chosen(self, text):
        """The one option that a text names, or None: more than one, a doubt or a denial is no choice."""
        if text in self.words:
            return self.words[text]
        if re.match(r"no (idea|clue)|not sure", text):
            return None
        named, rest = set(), f" {text} "
        for words in sorted(self.words, key=lambda words: (-len(words), words)):
            if f" {words} " in rest:
                named.add(self.words[words])
                rest = rest.replace(f" {words} ", " | ")
        if named == {"no"} and rest.startswith(" |"):  # "no, it does not" denies nothing of its own
            return "no"
        if named and DENIES.search(rest):
            return None
        named = named or self._meant(text)
        return named.pop() if len(named) == 1 else None

    def _meant(self, text):
        """The options that hold every word of a text that means something: "global" is one."""
        said = {word.removesuffix("s") for word in text.split(" ") if not IDLE.fullmatch(word)}
        holds = {
            self.words[words]
            for words in self.words
            if " " in words and said <= {word.removesuffix("s") for word in words.split()}
        }
        return holds if said - {""} else set()

    def hint(self):
        return "Choose one."

    def same(self, value, expected):
        return value == expected

    def explain(self, value, expected):
        return f'It is not "{value}".'

    def show(self, value):
        return value


YES_AND_NO = dict.fromkeys(("true", "y", "yep", "yeah", "it does", "it is", "it can"), "yes")
YES_AND_NO |= dict.fromkeys(
    ("false", "n", "nope", "it does not", "it doesn't", "it is not", "it isn't", "it cannot", "it can't"),
    "no",
)


def _plain(text):
    """Small letters without punctuation."""
    text = re.sub(r"[A-ZΑ-Ω]+", lambda found: found[0].lower(), text.replace("’", "'"))
    return re.sub(r"[\s.,;:!?\"()=*_-]+", " ", text).strip(" '")


class Judged(Kind):
    """An answer with many right forms. `judge` says of what was read whether it is right, and why."""

    def __init__(self, form, read, judge, for_page):
        self.form, self._read, self.judge, self.for_page = form, read, judge, for_page

    def read(self, answer, expected=None):
        return self._read(answer)

    def same(self, value, expected):
        return self.judge(value)[0]

    def explain(self, value, expected):
        return self.judge(value)[1]

    def praise(self, value, expected):
        return f"Right: {self.judge(value)[1]}"
