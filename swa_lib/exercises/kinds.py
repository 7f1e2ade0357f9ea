"""What an answer may look like: a number, several, a choice, a function, a design.

Each kind reads whatever a reader hands in, or raises `Unreadable` with a
sentence that says which form is wanted; compares it with the expected value;
and says in which direction a wrong one is off.
"""

import copy
import itertools
import math
import numbers
import re

import numpy as np

UNITS = r"x|×|per ?cent|times|(?:token|window|layer|hop|path|cell)s?"
LONGEST = 100_000  # entries of an answer that are looked at: an endless iterator is an answer, too


class Unreadable(Exception):
    """An answer that cannot be compared. Its text says what is wanted, or what went wrong."""


class Kind:
    """What the kinds share: praise shows the expected value."""

    def praise(self, value, expected):
        return f"{self.show(expected)}."


class Number(Kind):
    """One number. `within` is the relative error that still counts as right; `unit` follows it in a verdict.

    `rounded` true: the expected value rounded to any number of significant digits is right, too. A word after the
    number is left out, except for a distance in tokens where windows are asked for, or the other way round.

    >>> Number().read("1,000 tokens"), Number(within=0.01).same(202, 200)
    (1000.0, True)
    """

    form = "a number, such as 12 or 0.05"

    def __init__(self, unit="", within=1e-9, rounded=False):
        self.unit, self.within, self.rounded = unit, within, rounded

    def read(self, answer):
        percent = False
        if isinstance(answer, str):
            answer, word = self._without_unit(answer)
            percent = word.endswith("%") or "cent" in word
            answer = float(answer.replace(",", ""))
        if isinstance(answer, (list, tuple, range, np.ndarray)):
            answer = np.asarray(answer).reshape(-1)
            answer = answer[0] if len(answer) == 1 else None
        if isinstance(answer, (bool, np.bool_, complex)) or answer is None:
            raise Unreadable(f"This question wants {self.form}.")
        number = float(answer) / (100 if percent else 1)
        if not np.isfinite(number):
            raise Unreadable(f"This question wants {self.form}; yours is not finite.")
        return number

    def _without_unit(self, text):
        """The number in a text, and the word or sign behind it."""
        text = re.sub(r"^(about|≈|~)", "", text.strip().removesuffix("."), flags=re.IGNORECASE)
        found = re.search(rf"(%|{UNITS})$", text, re.IGNORECASE)
        word = found[0].casefold() if found else ""
        text = text[: len(text) - len(word)]
        if {word.rstrip("s") + "s", self.unit} == {"tokens", "windows"}:
            raise Unreadable(f"That is in {word.rstrip('s')}s. This question wants {self.unit}.")
        return text, word

    def same(self, value, expected):
        if self.rounded and any(value == float(f"{expected:.{digits}g}") for digits in range(1, 7)):
            return True
        return abs(value - expected) <= self.within * abs(expected)

    def explain(self, value, expected):
        if 0 < expected < 1 and self.same(value / 100, expected):
            return "That looks like per cent. Give it as a share, between 0 and 1."
        return f"{self.show(value)} is too {'large' if value > expected else 'small'}."

    def show(self, value):
        whole = abs(value) >= 1000 or abs(value - round(value)) < 1e-9 < abs(value)
        text = f"{value:,.0f}" if whole and abs(value) < 1e15 else f"{value:.4g}"
        return f"{text} {self.unit}".strip()


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
    """Several numbers in a row. `ordered` false: positions, in any order, or just the first and the last.

    `may_be_equal`, a whole number: the word "equal" stands for so many equal numbers, in `unit`.

    >>> Numbers(ordered=False).same(Numbers(ordered=False).read({3, 1, 2}), np.arange(1, 4))
    True
    """

    def __init__(self, how_many="numbers", within=1e-9, ordered=True, unit="", may_be_equal=0):
        self.form = (
            f"{how_many} in a row, such as [1, 2, 3]"
            if ordered
            else "positions, such as range(1, 4) or [1, 2, 3]"
        )
        self.within, self.ordered, self.unit, self.may_be_equal = within, ordered, unit, may_be_equal

    def read(self, answer):
        if (
            self.may_be_equal
            and isinstance(answer, str)
            and re.search(r"^((?!\bnot\b).)*\b(equal|the same)\b", answer, re.IGNORECASE)
        ):
            answer = [0] * self.may_be_equal
        if isinstance(answer, (str, bytes, dict)):
            raise Unreadable(f"This question wants {self.form}.")
        values = np.asarray(list(itertools.islice(answer, LONGEST)))
        if values.dtype.kind not in "iuf":
            values = np.asarray([Number(self.unit).read(value) for value in values.reshape(-1).tolist()])
        values = values.reshape(-1).astype(float)
        if values.size == 0 or not np.all(np.isfinite(values)):
            raise Unreadable(f"This question wants {self.form}.")
        return values if self.ordered else np.unique(values)

    def same(self, value, expected):
        expected = np.asarray(expected, float)
        if not self.ordered and len(value) == 2 < len(expected):
            expected = expected[[0, -1]]
        return value.shape == expected.shape and bool(
            np.all(np.abs(value - expected) <= self.within * np.abs(expected))
        )

    def explain(self, value, expected):
        expected = np.asarray(expected, float)
        if not self.ordered:
            return f"Yours go from {value[0]:,.0f} to {value[-1]:,.0f} and are {len(value):,}. That is not what is asked for."
        if len(value) != len(expected):
            return f"You gave {len(value):,} of them; {len(expected):,} are wanted."
        first = int(np.argmax(np.abs(value - expected) > self.within * np.abs(expected)))
        return f"Number {first + 1} of yours, {value[first]:.4g}, is too {'large' if value[first] > expected[first] else 'small'}."

    def show(self, value):
        value = np.asarray(value, float)
        if len(value) > 4:
            return f"{value[0]:,.0f} to {value[-1]:,.0f}"
        return ", ".join(f"{number:.10g}" for number in value)


class Choice(Kind):
    """One of a few words; yes and no may be True and False. `also`: other words for an option.

    >>> Choice("yes", "no", also={"never": "no"}).read(" Never.")
    'no'
    """

    def __init__(self, *options, also=None):
        self.options = options
        self.words = {option.casefold(): option for option in options} | (also or {})
        self.form = "one of " + ", ".join(f'"{option}"' for option in options)

    def read(self, answer):
        if isinstance(answer, (bool, np.bool_)) and {"yes", "no"} <= set(self.options):
            return "yes" if answer else "no"
        if isinstance(answer, str):
            word = answer.strip(" .!\"'").casefold()
            if word in self.words:
                return self.words[word]
        raise Unreadable(f"This question wants {self.form}.")

    def same(self, value, expected):
        return value == expected

    def explain(self, value, expected):
        return f'It is not "{value}".'

    def show(self, value):
        return value


class Function(Kind):
    """A function, tried on several inputs. `inputs` are tuples of arguments.

    >>> halves = Function("f(x), half of x", [(1,), (2,)])
    >>> halves.explain(halves.read(lambda x: x), halves.read(lambda x: x / 2))
    'It gives 1 for (1); right is 0.5.'
    """

    def __init__(self, form, inputs, within=1e-6):
        self.form, self.inputs, self.within = f"a function {form}", inputs, within

    def read(self, answer):
        if not callable(answer):
            raise Unreadable(
                f"This question wants {self.form}. Give the function itself, without calling it."
            )
        return [self._outcome(answer, given) for given in self.inputs]

    def _outcome(self, function, given):
        try:
            outcome = function(*copy.deepcopy(given))
        except (Exception, SystemExit) as error:
            raise Unreadable(
                f"Your function raised {type(error).__name__} for {_arguments(given)}. Wanted is {self.form}."
            ) from None
        if outcome is None:
            raise Unreadable(f"Your function returned None for {_arguments(given)}. Is a return missing?")
        if isinstance(outcome, (str, bytes)) or not isinstance(
            outcome, (numbers.Number, list, tuple, range, np.ndarray, np.generic)
        ):
            raise Unreadable(
                f"Your function returned something else than numbers for {_arguments(given)}. Wanted is {self.form}."
            )
        return np.asarray(outcome, dtype=float)

    def same(self, value, expected):
        return all(self._agree(a, b) for a, b in zip(value, expected))

    def _agree(self, a, b):
        return a.shape == b.shape and np.allclose(a, b, rtol=self.within, atol=1e-15)

    def explain(self, value, expected):
        given, got, right = next(
            (g, a, b) for g, a, b in zip(self.inputs, value, expected) if not self._agree(a, b)
        )
        if got.shape != right.shape:
            return f"For {_arguments(given)} it gives an array of shape {got.shape}; right is {right.shape}."
        if got.ndim == 0:
            return f"It gives {got:.6g} for {_arguments(given)}; right is {right:.6g}."
        where = int(np.argmax(~np.isclose(got, right, rtol=self.within, atol=1e-15)))
        return f"For {_arguments(given)} entry {where} is {got.flat[where]:.6g}; right is {right.flat[where]:.6g}."

    def show(self, value):
        return f"it agrees on all {len(value)} inputs tried"


class Judged:
    """An answer with many right forms. `judge` says of what was read whether it is right, and why."""

    def __init__(self, form, read, judge):
        self.form, self.read, self.judge = form, read, judge

    def same(self, value, expected):
        return self.judge(value)[0]

    def explain(self, value, expected):
        return self.judge(value)[1]

    def praise(self, value, expected):
        return self.judge(value)[1]


def _arguments(given):
    shown = [
        f"an array of {len(value)}" if isinstance(value, np.ndarray) else f"{value:g}" for value in given
    ]
    return f"({', '.join(shown)})"
