"""What an answer may look like: a number, several, a choice, a design. Functions are in `functions.py`.

Each kind reads whatever a reader hands in, or raises `Unclear` with a sentence that says which form is
wanted; compares it with the expected value; and says in which direction a wrong one is off. What is typed
as text is read by `reading.py`. `page/questions.js` is the port of this module for the page; a
test holds the two together, so a change here needs one there.
"""

import itertools
import math
import re

import numpy as np

from .reading import NoNumber, Unclear, read_number, read_numbers

LONGEST = 100_000  # entries of an answer that are looked at: an endless iterator is an answer, too
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LARGE = 1000  # from here on "1.234" could mean 1,234
POWER = (
    "In Python, ^ is not a power: it compares bits, and gives another number. Powers are written with **, "
    "as in 10**2."
)
EXACT = 1e-9  # the relative error of an answer that is asked for exactly
NAMED = {1e-3: "a thousandth", 1e-6: "a millionth"}
THINGS = {"tokens", "windows", "layers", "hops", "paths", "cells"}  # what cannot stand for one another


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

    def wants(self):
        return Unclear(f"This question wants {self.form}.")

    def for_page(self):
        """What the page has to know of this kind, for JSON."""
        return {"kind": type(self).__name__, **vars(self)}


class Number(Kind):
    """One number. `within` is the relative error that still counts as right; `unit` follows it in a verdict.

    Where it is more than none, an answer rounded to two digits or more is right, too; with `rounded` true,
    to one. A word after the number is left out, unless it is another thing than the one asked for: windows
    are no tokens.

    >>> Number().read("1,000 tokens"), Number(within=0.01).same(202, 200)
    (1000.0, True)
    """

    form = "a number"

    def __init__(self, unit="", within=EXACT, rounded=False):
        self.unit, self.within, self.rounded = unit, within, rounded

    def hint(self):
        return "An exact number." if self.within <= EXACT else "A number; two digits will do."

    def for_page(self):
        return {**super().for_page(), "form": self.form}

    def read(self, answer, expected=0.0):
        if isinstance(answer, str):
            return self._typed(answer, expected)
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
        wrong_thing(reading.unit, self.unit)
        return reading.values[0]

    def same(self, value, expected):
        if self.rounded and any(value == float(f"{expected:.{digits}g}") for digits in range(1, 7)):
            return True
        return near(value, expected, self.within)

    def praise(self, value, expected):
        if not as_exact(value, expected):
            return f"Right, close enough: {exactly([expected])} {self.show(expected)}."
        name = next((f", {name}" for number, name in NAMED.items() if near(expected, number, EXACT)), "")
        return f"Right: {self.show(expected)}{name}."

    def explain(self, value, expected):
        if 0 < expected < 1 and self.same(value / 100, expected):
            return "That looks like per cent. Give it as a share, between 0 and 1."
        why = ""
        if value == 0 < expected:
            why = "That would be nothing at all: "
        elif 0 < expected < 1 <= value:
            why = "That would be all of it: " if value == 1 else "It is a share, 1 (100%) at most: "
        return f"{why}{self.show(value)} is too {'large' if value > expected else 'small'}."

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
    return shown(value) == shown(expected) or is_rounding(value, expected)


def exactly(values):
    """How a verdict calls what it shows of these numbers, which may be rounded."""
    return "exactly" if all(abs(value - round(value)) < 1e-9 for value in values) else "more exactly"


def shown(value):
    """A number for a verdict: whole ones with commas, others with four digits, none like 1e-06.

    >>> shown(131040), shown(0.76612), shown(0.000001), shown(1.25e-10)
    ('131,040', '0.7661', '0.000001', '1.25 × 10⁻¹⁰')
    """
    whole = abs(value) >= 1000 or abs(value - round(value)) < 1e-9 < abs(value)
    if whole and abs(value) < 1e15:
        return f"{value:,.0f}"
    mantissa, exponent = f"{abs(value):.3e}".split("e")
    sign, mantissa, exponent = "-" if value < 0 else "", mantissa.rstrip("0").rstrip("."), int(exponent)
    if -5 < exponent < 15:
        return f"{value:.4g}"
    if -8 < exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{mantissa.replace('.', '')}"
    return f"{sign}{mantissa} × 10{str(exponent).translate(RAISED)}"


class Estimate(Number):
    """A number that is meant to be found in the head: it need not be right to two digits."""

    form = "a number; a rough one will do"

    def hint(self):
        return Kind.hint(self)

    def mistaken(self, value, wrong):
        return near(value, wrong, min(self.within, 0.1))


class Count(Number):
    """A whole number of something: what is only just too small should have been rounded up.

    >>> Count("hops").explain(10.1, 11)
    'Hops are whole: round up.'
    """

    def explain(self, value, expected):
        if value != int(value) and math.ceil(value) == expected:
            return f"{self.unit.capitalize()} are whole: round up."
        return super().explain(value, expected)


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
                number = Number(self.unit)
                large = float(np.max(expected))
                values = np.asarray([number.read(value, large) for value in values.reshape(-1).tolist()])
        values = values.reshape(-1).astype(float)
        if values.size == 0 or not np.all(np.isfinite(values)):
            raise self.wants()
        if self.may_be_equal and values.size == 1:
            values = np.repeat(values, self.count)
        return values if self.ordered else np.unique(values)

    def _typed(self, text, expected):
        equal = re.search(r"(^|[^a-z])(equal|the same)([^a-z]|$)", text.lower())
        if self.may_be_equal and equal and not re.search(r"(^|[^a-z])not([^a-z]|$)", text.lower()):
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

    def remark(self, value):
        """What is said before a misreading is named."""
        return f"{self._please()} " if self.count and len(value) == 1 else ""

    def _please(self):
        return f"{self.how_many[0].upper()}{self.how_many[1:]}, please."

    def explain(self, value, expected):
        expected = np.asarray(expected, float)
        if not self.ordered and len(value) == 1:
            return "That is one of them. Give the first and the last."
        if not self.ordered:
            return f"Yours go from {shown(value[0])} to {shown(value[-1])}. That is not what is asked for."
        if self.count and len(value) == 1:
            raise Unclear(self._please())
        if len(value) != len(expected):
            return f"You gave {len(value):,} of them; {len(expected):,} are wanted."
        first = next(i for i, pair in enumerate(zip(value, expected)) if not self._near(*pair))
        direction = "large" if value[first] > expected[first] else "small"
        return f"Number {first + 1} of yours, {shown(value[first])}, is too {direction}."

    def show(self, value):
        value = np.asarray(value, float)
        if len(value) > 4:
            return f"{value[0]:,.0f} to {value[-1]:,.0f}"
        return ", ".join(f"{number:.10g}" for number in value)


IN_NO_OPTION = "a|an|the|it|is|its|it's|of|i|my|think|say|guess|answer|slider|option|one|would|be|just"
UNSURE = re.compile(r"^(no idea|no clue|not sure|it depends)")
DENIES = re.compile(
    r"(^| )(not|never|neither|nor|none|either|maybe|perhaps|depends|know|both|[a-z]+n't)( |$)"
)


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
        if isinstance(answer, str):
            option = self._chosen(_plain(answer[:200]))
            if option:
                return option
        raise self.wants()

    def _chosen(self, text):
        """The one option that a text names, or None: more than one, a doubt or a denial is no choice."""
        if text in self.words:
            return self.words[text]
        if UNSURE.search(text):
            return None
        named, rest = set(), f" {text} "
        for words in sorted(self.words, key=lambda words: (-len(words), words)):
            while f" {words} " in rest:
                named.add(self.words[words])
                rest = rest.replace(f" {words} ", " | ", 1)
        if named == {"no"} and rest.startswith(" |"):  # "no, it does not" denies nothing of its own
            return "no"
        if named and DENIES.search(rest):
            return None
        named = named or self._meant(text)
        return named.pop() if len(named) == 1 else None

    def _meant(self, text):
        """The options that hold every word of a text that means something: "global" is one."""
        said = {_stem(word) for word in text.split(" ") if word and word not in IN_NO_OPTION.split("|")}
        if not said:
            return set()
        return {
            self.words[words]
            for words in self.words
            if " " in words and said <= {_stem(word) for word in words.split()}
        }

    def hint(self):
        return "Choose, or type it."

    def same(self, value, expected):
        return value == expected

    def explain(self, value, expected):
        return f'It is not "{value}".'

    def show(self, value):
        return value


YES_AND_NO = dict.fromkeys(("true", "y", "yep", "yeah", "it does", "it is", "it do"), "yes")
YES_AND_NO |= dict.fromkeys(
    ("false", "n", "nope", "it does not", "it doesn't", "it is not", "it isn't"), "no"
)


def _plain(text):
    """Small letters without punctuation."""
    text = re.sub(r"[A-ZΑ-Ω]+", lambda found: found[0].lower(), text.replace("’", "'"))
    text = re.sub(r"[\t\n\r\f\v\u00a0.,;:!?\"()=*_-]+", " ", text)
    return re.sub(" +", " ", text).strip(" '")


def _stem(word):
    return word[:-1] if word.endswith("s") else word


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
