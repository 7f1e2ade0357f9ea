"""What an answer may look like: a number, several, a choice, a design, a function.

Each kind reads whatever a reader hands in, or raises `Unclear` with a sentence that says which form is
wanted. What was read is looked up in the question's table of replies, which the kind makes. The page gets
that table as JSON, so it says the same (`page/reading.js`). What is typed is read by `reading.py`.
"""

import copy
import itertools
import math
import numbers
import re
import sys
import time

import numpy as np

from .reading import TABLE, Unclear, read
from .tables import as_people_write

LONGEST = 100_000  # entries of an answer that are looked at: an endless iterator is an answer, too
LARGE = 1000  # from here on "1.234" could mean 1,234
POWER = "In Python, ^ is not a power: it compares bits. Powers are written with **, as in 10**2."
EXACT = 1e-9  # the relative error of an answer that is asked for exactly
CLOSE = 0.005  # from here on an answer that is right is told the exact one
ROUGH = 0.1  # from here on an answer is an estimate; a misreading must be met at least as closely as that
MOST = sys.float_info.max  # JSON knows no infinity
PATIENCE = 10.0  # seconds for all inputs of one function


class Kind:
    """What the kinds share: a table of replies, and looking an answer up in it.

    `told` takes a question's right answer, its misreadings and what is said of all others from its function.
    `table` makes rows of them: which answers, whether they are right, what is said. The first that fits
    counts. `typed` is false where an answer needs Python, so that a page cannot take it.
    """

    typed, options = True, ()
    announced = ""  # what is said of a question before it is answered

    def wants(self):
        """What to raise where an answer is none."""
        return Unclear(f"This question wants {self.form}.")

    def told(self, tell):
        right, *wrong = tell()
        known = [(answer, reply) for answer, reply in wrong if answer is not ...]
        return right, known, dict(wrong[len(known) :]).get(..., "")

    def table(self, question):
        right, misreadings = question.expected
        return [(right, True, self.praise(right)), *((wrong, False, says) for wrong, says in misreadings)]

    def praise(self, right):
        return f"Right: {right}."

    def which(self, value):
        """What a row says of the answers that count as this one."""
        return value

    def fits(self, value, which):
        return value == which

    def judge(self, value, question):
        """Whether an answer is right, and what is said of it; None if no row of the table is about it."""
        return next((said for which, *said in question.table if self.fits(value, which)), None)

    def for_page(self, right):
        """What the page has to know of this kind, for JSON."""
        return {}


class Numbers(Kind):
    """Several numbers in a row: `names` says which, `count` how many.

    `within` is the relative error that still counts as right. A word after a number is left out, unless it is
    another thing than `unit`: windows are no tokens. Two numbers may come in any order, and be the ends of a
    run that is handed in. One number alone may be a misreading that makes all of them equal. `also` has words
    that stand for such a number.

    >>> Numbers("three numbers", 3).read("1, 2 and 3").tolist()
    [1.0, 2.0, 3.0]
    >>> Numbers("the first and the last", 2).read(range(901, 1001)).tolist()
    [901.0, 1000.0]
    """

    def __init__(self, names, count, unit="", within=EXACT, also=None):
        self.form = f"{names}, such as {'1 to 3' if count == 2 else '1, 2, 3'}"
        self.count, self.unit, self.within, self.also = count, unit, within, also or {}

    def read(self, answer, expected=0.0):
        want = self._want(expected)
        if isinstance(answer, str):
            values = read(answer, **want)[0]
        elif isinstance(answer, (bytes, dict)):
            raise self.wants()
        else:
            alone = isinstance(answer, (numbers.Number, np.ndarray))
            entries = np.ravel(answer if alone else list(itertools.islice(answer, LONGEST))).tolist()
            values = [self._entry(entry, want) for entry in entries]
            if self.count == 2 < len(values) == max(values) - min(values) + 1:
                values = [min(values), max(values)]
        if not len(values) or self.count == 1 < len(values) or not np.all(np.isfinite(values)):
            raise self.wants()
        if self.count == 1:
            return float(values[0])
        return np.asarray(sorted(values) if self.count == 2 else values)

    def _want(self, expected):
        """How a text is to be read (`reading.read`)."""
        large = bool(np.max(expected) >= LARGE)
        several = self.count > 1
        return {"several": several, "large": large, "unit": self.unit, "form": self.form, "also": self.also}

    def _entry(self, entry, want):
        if isinstance(entry, (bool, bytes)):
            raise self.wants()
        return read(entry, **want | {"several": False})[0][0] if isinstance(entry, str) else float(entry)

    def which(self, value):
        """The least and the largest of each number."""
        return around(value, min(self.within, CLOSE))

    def table(self, question):
        right, misreadings = question.expected
        values, shown = np.ravel(right).tolist(), self.show(right)
        whole = all(abs(each - round(each)) <= EXACT * abs(each) for each in values)
        close = f"Right, close enough: {'exactly' if whole else 'more exactly'} {shown}."
        rows = [(self.which(values), True, f"Right: {shown}."), (around(values, self.within), True, close)]
        for wrong, sentence in misreadings:
            ranges = around(wrong, min(self.within, ROUGH))
            lows, highs = zip(*ranges)
            rows += [(ranges, False, sentence), ([(max(lows), min(highs))], False, sentence)]
        nudge = question.told[2]
        return rows + [(ranges, False, f"{says} {nudge}".strip()) for ranges, says in self.faults(values)]

    def faults(self, right):
        """What else can be said: the first number that is off, and the others that are right."""
        near = around(right, self.within)
        for fits in list(itertools.product((True, False), repeat=len(right)))[1:]:
            at, good = fits.index(False), [str(n) for n, fit in enumerate(fits, 1) if fit]
            words = "Numbers {} are" if good[1:] else "Number {} is"
            praise = f" {words.format(' and '.join(good))} right." if good else ""
            for off, side in (("small", (-MOST, right[at])), ("large", (right[at], MOST))):
                ranges = [one if fit else (-MOST, MOST) for one, fit in zip(near, fits)]
                ranges[at] = side
                yield ranges, f"Number {at + 1} of yours is too {off}.{praise}"

    def fits(self, value, ranges):
        pairs = zip(np.ravel(value), ranges)
        return np.size(value) == len(ranges) and all(low <= each <= high for each, (low, high) in pairs)

    def for_page(self, right):
        return {"read": self._want(right), "sorted": self.count == 2}

    def show(self, values):
        return ", ".join(f"{each:.10g}" for each in values)


class Number(Numbers):
    """One number. `unit` follows it in a verdict. A text with several meanings is right if each of them is.

    `rule` is what a rule says that is far too small: who bets on more is told to be on the right side.

    >>> Number().read("1,000 tokens"), Number("times").read([8])
    (1000.0, 8.0)
    >>> Number("tokens", within=0.01).which(200)
    [(199.0, 201.0)]
    """

    def __init__(self, unit="", within=EXACT, rule=MOST):
        super().__init__("", 1, unit, within)
        self.rule = rule
        rough = "two digits" if within < ROUGH else "a rough one"
        self.form = "an exact number" if within <= EXACT else f"a number; {rough} will do"

    def faults(self, right):
        (right,) = right
        if right > 0:
            yield [(0, 0)], "That would be nothing at all."
        if 0 < right < 1:
            says = "That looks like per cent. Give it as a share, between 0 and 1."
            yield around(100 * right, self.within), says
            yield [(1, 1)], "That would be all of it."
            yield [(1, MOST)], "It is a share, so 1 (100%) at most."
        if right == int(right) and self.within <= EXACT:
            between = (math.nextafter(right - 1, right), math.nextafter(right, right - 1))
            yield [between], f"{(self.unit or 'these').capitalize()} are whole: round up."
        beyond = "You are on the right side of the rule, and the truth is {}."
        yield [(max(self.rule, right), MOST)], beyond.format("lower")
        yield [(self.rule, right)], beyond.format("higher still")
        yield [(right, MOST)], "That is too large."
        yield [(-MOST, right)], "That is too small."

    def show(self, values):
        return f"{shown(np.ravel(values)[0])} {self.unit}".strip()


def around(values, within):
    """The least and the largest of each of some numbers that a relative error allows.

    >>> around([200, -8], 0.5)
    [(100.0, 300.0), (-12.0, -4.0)]
    """
    return [(each - within * abs(each), each + within * abs(each)) for each in np.ravel(values).tolist()]


def shown(value):
    """A number for a verdict: whole ones with commas, others with four digits.

    >>> shown(131040), shown(0.76612), shown(1.25e-10)
    ('131,040', '0.7661', '1.25 × 10⁻¹⁰')
    """
    whole = abs(value) >= 1000 or abs(value - round(value)) < 1e-9 < abs(value)
    return f"{value:,.0f}" if whole else as_people_write(f"{value:.4g}")


class Choice(Kind):
    """One of a few words; yes and no may be True and False. `also`: other words for one, yes and no too.

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
        said = dict(zip(options, options)) | (also or {})
        for word in [word for word in ("yes", "no") if word in said]:
            said = dict.fromkeys(TABLE[word], said[word]) | said
        self.phrases = [(meant_words(words), option) for words, option in said.items()]

    def read(self, answer, expected=None):
        if isinstance(answer, (bool, np.bool_)):
            answer = str(answer)
        said = meant_words(answer[:200]) if isinstance(answer, str) else set()
        named = [(words, option) for words, option in self.phrases if words <= said]
        named = [one for one in named if not any(one[0] < other for other, _ in named)]
        rest = said.difference(*(words for words, _ in named))
        chosen = {option for _, option in named} or {o for words, o in self.phrases if said and said <= words}
        denied = chosen != {"no"} and any(re.fullmatch(TABLE["denial"], word) for word in rest)
        if len(chosen) != 1 or denied or any(re.fullmatch(TABLE["doubt"], word) for word in rest):
            raise self.wants()
        return chosen.pop()


def meant_words(text):
    """The words of a text that mean something, in the singular.

    >>> sorted(meant_words("The wide Windows, I think."))
    ['wide', 'window']
    """
    words = re.findall(r"[^\s.,;:!?\"()=*_-]+", text.lower().replace("’", "'"))
    return {word.removesuffix("s") for word in words if not re.fullmatch(TABLE["idle"], word)}


class Judged(Kind):
    """One of many answers of which several are right: of each the question's function says whether, and why.

    `reader` is the kind that reads which of `answers` it is.

    >>> Judged(Number(), "1, 2 or 3", (1, 2, 3)).told(lambda n: (n % 2 == 0, f"{n} is what you said."))
    (2, [], '')
    """

    def __init__(self, reader, form, answers):
        self.reader, self.answers = reader, answers
        self.form = reader.form = form
        self.options, self.fits = reader.options, reader.fits

    def read(self, answer, expected=None):
        return self.reader.read(answer, self.answers[-1])

    def told(self, tell):
        return next(answer for answer in self.answers if tell(answer)[0]), [], ""

    def table(self, question):
        found = [(self.reader.which(answer), *question.tell(answer)) for answer in self.answers]
        return [(which, right, f"Right: {says}" if right else says) for which, right, says in found]

    def for_page(self, right):
        return self.reader.for_page(self.answers[-1])


class Endless(BaseException):
    """Raised inside a function that has run too long; no `except Exception` of its own stops it."""


class Function(Kind):
    """A function, tried on several inputs: its errors are passed on, its endless loops ended.

    Its question yields first the right function and the inputs, tuples of arguments. `edges` says in words
    which unusual sizes are among them; `book` is the function of the book that does the same, which is not
    to be handed in as one's own.

    >>> halves = Function("f(x), half of x", edges="1")
    >>> right, *_ = halves.told(lambda: [(lambda x: x / 2, [(1,), (2,)])])
    >>> [returned.item() for returned in halves.read(right)]
    [0.5, 1.0]
    """

    typed = False

    def __init__(self, form, edges, book=None, within=1e-6):
        self.form, self.book, self.within = f"a function {form}", book, within
        self.announced = f"It is also tried with {edges}."

    def told(self, tell):
        (right, self.inputs), *told = super().told(tell)
        return right, *told

    def read(self, answer, expected=None):
        """What a function returns for each input, as arrays."""
        if not callable(answer):
            raise Unclear(f"This question wants {self.form}. Give the function itself, without calling it.")
        if expected is not None and answer is self.book:
            raise Unclear("That is the book's own function, and it is right. Now write one of yours.")
        end = time.monotonic() + PATIENCE
        return [self._outcome(answer, given, end) for given in self.inputs]

    def _outcome(self, function, given, end):
        shown = _arguments(given)
        try:
            outcome = _within_time(function, copy.deepcopy(given), end)
        except Endless:
            said = f"ran for {PATIENCE:.0f} seconds and did not come back from {shown}. "
            said += "Is there a loop that never ends?"
        except (Exception, SystemExit) as error:
            said = " ".join(f"raised {type(error).__name__}: {error}".split())[:120].rstrip(".: ")
            said += f" for {shown}. Wanted is {self.form}. {self.announced}"
        else:
            if outcome is not None and np.asarray(outcome).dtype.kind in "biuf":
                return np.asarray(outcome, dtype=float)
            said = f"returned something else than numbers for {shown}. Wanted is {self.form}."
            if outcome is None:
                said = f"returned None for {shown}. Is a return missing?"
        raise Unclear(f"Your function {said}")

    def praise(self, right):
        return f"Right: it agrees on all {len(right)} inputs tried."

    def fits(self, value, outcomes):
        return all(map(self._agree, value, outcomes))

    def _agree(self, a, b):
        return a.shape == b.shape and np.allclose(a, b, rtol=self.within, atol=1e-15)

    def judge(self, value, question):
        return super().judge(value, question) or (False, self._first_fault(value, question.expected[0]))

    def _first_fault(self, value, expected):
        agreed = [self._agree(a, b) for a, b in zip(value, expected)]
        at = agreed.index(False)
        got, right, given = value[at], expected[at], _arguments(self.inputs[at])
        if got.shape != right.shape:
            says = f"For {given} it gives an array of shape {got.shape}; right is {right.shape}."
        elif got.ndim == 0:
            says = f"It gives {got:.6g} for {given}; right is {right:.6g}."
        else:
            at = int(np.argmax(~np.isclose(got, right, rtol=self.within, atol=1e-15)))
            says = f"For {given} entry {at} is {got.flat[at]:.6g}; right is {right.flat[at]:.6g}."
        if any(agreed):
            says += f" It agrees on {sum(agreed)} of {len(expected)} inputs. {self.announced}"
        return says


def _within_time(function, given, end):
    """Call a function; once `end` has passed, its next line of Python raises Endless."""

    def watch(frame, event, argument):
        if time.monotonic() > end:
            raise Endless
        return watch

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        return function(*given)
    finally:
        sys.settrace(before)


def _arguments(given):
    sizes = (f"an array of {len(one)}" if isinstance(one, np.ndarray) else f"{one:g}" for one in given)
    return f"({', '.join(sizes)})"
