"""Numbers as people write them: what is typed becomes a number, several numbers, or a question back.

One reading for the whole book: the checks of the exercises, the fields of the page and the calculator.
`page/reading.js` is its port, held to it by tests/test_reading.py.
What has two meanings is asked about, never guessed. Nothing is evaluated as code: sums, products, powers
and fractions go through a parser of a few lines that knows numbers only.

Source: the exercises of every chapter.
"""

import math
import re
from typing import NamedTuple

LONGEST = 4_000  # characters of a list that are looked at
LONGEST_NUMBER = 120  # characters of one number
DEEPEST = 20  # brackets inside brackets
LARGEST_POWER = 1_000  # whole exponents up to here are multiplied out, so that Python and JavaScript agree

SIGNS = {
    "$": "", "\\(": "", "\\)": "", "\\left": "", "\\right": "", "{,}": ",", "\\,": "\u2009", "\\%": "%",
    "\\times": "*", "\\cdot": "*", "\\approx": "≈", "\\sim": "~", "\\sqrt": "sqrt", "√": "sqrt", "−": "-",
    "‐": "-", "‑": "-", "–": "-", "—": "-", "×": "x", "·": "*", "⋅": "*", "∙": "*", "÷": "/", "⁄": "/",
    "∕": "/", "½": "(1/2)", "⅓": "(1/3)", "⅔": "(2/3)", "¼": "(1/4)", "¾": "(3/4)",
    "⅕": "(1/5)", "⅛": "(1/8)", "⅒": "(1/10)", "…": "..", "’": "'", "“": '"', "”": '"', "∼": "~",
    "\u200b": "", "\u2060": "", "\ufeff": "",
}  # fmt: skip
SUPERSCRIPTS = {"⁺": "+", "⁻": "-", **{sign: str(digit) for digit, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}}

UNITS = {
    "token": "tokens", "tokens": "tokens", "tok": "tokens", "toks": "tokens",
    "window": "windows", "windows": "windows", "w": "windows",
    "layer": "layers", "layers": "layers", "hop": "hops", "hops": "hops", "path": "paths", "paths": "paths",
    "cell": "cells", "cells": "cells", "x": "times", "times": "times", "fold": "times",
    "%": "%", "percent": "%", "per cent": "%",
}  # fmt: skip
AFTER = (  # words behind a unit that change nothing
    "back|ago|away|wide|wider|long|longer|far|farther|further|deep|deeper|smaller|less|fewer|larger|bigger|"
    "more|cheaper|as much|as many|as wide|as far|as small|as large|in all|in total|altogether|of them|of it|"
    "or so|each"
)
BEFORE = (  # words in front of a number that change nothing
    "about|approximately|approx|ca|circa|roughly|around|some|it is|it's|that is|they are|a factor of|"
    "factor of|by a factor of|a factor|factor|from|tokens|token|positions|position|layers|layer|"
    "the answer is|answer|equals"
)
UNIT_AT_END = re.compile(r"(^|[^a-z])(per cent|%|[a-z]+)$")
TIMES_W = re.compile(r"([0-9)]) ?[x*] ?(w|windows?)$")  # "3.9 x W"
AFTER_AT_END = re.compile(rf" ({AFTER})$")
IN_FRONT = re.compile(rf"^(?:(?:{BEFORE})(?![a-z])[.:]?|[≈~=])")
BOUND = re.compile(
    r"[<>≤≥±]|(^|[^a-z])(at least|at most|more than|less than|fewer than|up to|over|under)([^a-z]|$)"
)
WORKED_OUT = re.compile(r"(?:^|[^a-z])(log|ln|lg|exp)(?:2|10|_2|_10)?[ (]")
COUNTED = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
]  # fmt: skip
WORDS = {word: str(number) for number, word in enumerate(COUNTED)}  # when nothing else is written
WORDS |= {"once": "1", "twice": "2", "thrice": "3", "double": "2", "triple": "3"}
PARTS = {  # "a half", "one half", "half"
    "half": "1/2", "third": "1/3", "quarter": "1/4", "fifth": "1/5", "tenth": "1/10", "twentieth": "1/20",
    "hundredth": "1/100", "thousandth": "1/1000", "millionth": "1/1000000",
}  # fmt: skip
WORDS |= {f"{one}{part}": number for one in ("", "a ", "one ", "one-") for part, number in PARTS.items()}
LITERAL = re.compile(r"([0-9][0-9.,'_]*|\.[0-9]+)(e[+-]?[0-9]+)?(k(?![a-z]))?")
DECIMAL = re.compile(r"[0-9]+\.?[0-9]*|\.[0-9]+")
GROUPED = re.compile(
    r"[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+|(?:'[0-9]{3})+)(?:\.[0-9]*)?|[0-9]+(?:_[0-9]+)+(?:\.[0-9]*)?"
)
SPACED = re.compile(r"(^|[^0-9.,])([1-9][0-9]{0,2}(?:[ \u2009][0-9]{3})+)(?![0-9])")
DOT_OR_GROUP = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")


class Unclear(ValueError):
    """What was typed has two meanings, or none. Its text says which, and how to write it."""


class NoNumber(Unclear):
    """There is no number in what was typed."""


class Reading(NamedTuple):
    """What was read: the numbers, the unit behind them ("" for none), and whether they are a range's ends.

    Per cent are divided by 100 already; the unit "%" says that they were written.
    """

    values: tuple
    unit: str = ""
    is_range: bool = False


def read_number(text, dot_may_group=False, k=None):
    """One number, as somebody wrote it.

    Parameters
    ----------
    text : str
    dot_may_group : bool, true where large whole numbers are meant: then "131.040" is asked about
    k : what "4k" means, 1000 or 1024; None asks

    Returns
    -------
    Reading with one value. Raises Unclear with a sentence for the writer, NoNumber where there is none.

    >>> read_number("ca. 297 tokens back")
    Reading(values=(297.0,), unit='tokens', is_range=False)
    >>> read_number("$10^{-6}$").values, read_number("0.0001 %").values, read_number("4k", k=1024).values
    ((1e-06,), (1e-06,), (4096.0,))
    >>> read_number("2,97")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    swa_lib.book.reading.Unclear: Is the comma in "2,97" a decimal point? Write 2.97 with ...
    """
    plain = _without_brackets(_normal(text))
    ends = _ends(plain)
    if len(_pieces(plain)) > 1 or (ends and not _dash(plain)):
        raise Unclear(f'"{_short(text)}" is more than one number. Write one.')
    if ends and _one(ends[0], False, k)[0] < _one(ends[1], False, k)[0]:
        raise Unclear(f'"{_short(text)}" could be a range or a difference. Write one number.')
    value, unit = _one(plain, dot_may_group, k)
    return Reading((value,), unit)


def read_numbers(text, dot_may_group=False, k=None):
    """Several numbers, as somebody wrote them: a list, or the first and the last of a range.

    Parameters and errors: as in `read_number`.

    Returns
    -------
    Reading; of a range ("901 to 1000", "901-1000", "range(901, 1001)") the first and the last

    >>> read_numbers("0.05, 0.0025, 0.000125").values
    (0.05, 0.0025, 0.000125)
    >>> read_numbers("901 to 1000")
    Reading(values=(901.0, 1000.0), unit='', is_range=True)
    """
    plain = _normal(text)
    counted = re.fullmatch(r"range\(([0-9]+), ?([0-9]+)\)", plain)
    if counted:
        return Reading((float(counted[1]), float(counted[2]) - 1), is_range=True)
    plain = _without_brackets(plain)
    ends = _ends(plain)
    pieces = ends or _pieces(plain)
    if not ends and len(pieces) == 1:
        pieces = _tight(pieces[0])
    read = [_one(piece, dot_may_group, k) for piece in pieces]
    units = [unit for _, unit in read if unit]
    if len(set(units)) > 1 or ("%" in units and len(units) < len(read)):
        raise Unclear(
            f'Not all numbers in "{_short(text)}" have the same unit. Write it behind each of them.'
        )
    return Reading(tuple(value for value, _ in read), units[0] if units else "", bool(ends))


def _normal(text):
    """One way to write signs, spaces and powers; ASCII letters small; no quotes around, no full stop."""
    if len(text) > LONGEST:
        raise NoNumber("That is too long to be read.")
    for sign, plain in SIGNS.items():
        text = text.replace(sign, plain)
    text = re.sub(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", text)
    text = re.sub(r"\\(?:text|mathrm)\{([^{}]*)\}", r" \1", text)
    text = re.sub(
        r"[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: "^(" + "".join(map(SUPERSCRIPTS.get, found[0])) + ")", text
    )
    text = text.replace("{", "(").replace("}", ")").replace("**", "^")
    text = re.sub(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000]", "\u2009", text)  # narrow spaces group digits
    text = re.sub(r"[\t\n\r\f\v\x85\u2028\u2029 ]+", " ", text)
    text = re.sub(r"[A-Z]+", lambda found: found[0].lower(), text)
    return text.strip(" \u2009\"'`").rstrip(".,;!?").rstrip(" \u2009\"'`")


def _without_brackets(text):
    inner = re.fullmatch(r"\[([^\[\]]*)\]|\(([^()]*)\)", text)
    return (inner[1] or inner[2] or "").strip(" ,") if inner else text


def _ends(text):
    """The two ends of a range, or None."""
    found = re.fullmatch(
        r"(?:from |between )?(.*[0-9a-z%)]) ?(?: to | through | until |\.\.+)(?: ?)(.*)", text
    )
    found = found or re.fullmatch(r"between (.*[0-9]) and (.*)", text)
    found = found or _dash(text)
    return [found[1], found[2]] if found else None


def _dash(text):
    """Two numbers with a dash between them: a range or a difference."""
    return re.fullmatch(r"((?:tokens? |positions? )?[0-9][0-9,.'_]*) ?- ?([0-9][0-9,.'_]*(?: [a-z]+)?)", text)


def _pieces(text):
    return re.split(r" ?; ?| ?, (?:and )?| and | & ", text)


def _tight(text):
    """A list with commas alone, or spaces alone; what could be one number is asked about."""
    if re.fullmatch(r"([0-9]+)( \1){2,}", text):  # "300 300 300": no number repeats its digits like that
        return text.split(" ")
    if re.fullmatch(r"([0-9]{1,3}(,[0-9]{3})+|[0-9]{1,3}([ \u2009][0-9]{3})+)( [a-z]+)?", text):
        raise Unclear(
            f'"{text}" could be one number or several. Put a comma and a space between two numbers.'
        )
    if re.fullmatch(r"[-+]?[0-9.e-]+( [-+]?[0-9.e-]+)+", text):
        return text.split(" ")
    pieces = text.split(",")
    if len(pieces) > 1 and any(re.match(r"0[0-9]", piece) for piece in pieces):
        raise Unclear(f'Is a comma in "{_short(text)}" a decimal point? Write a decimal point, as in 0.05.')
    return pieces


def _one(text, dot_may_group, k):
    """Value and unit of one number."""
    if len(text) > LONGEST_NUMBER:
        raise NoNumber("That is too long for a number.")
    if BOUND.search(text):
        raise Unclear(f'"{_short(text)}" is a bound. Write the number itself.')
    worked_out = WORKED_OUT.search(text)
    if worked_out:
        raise Unclear(f'"{worked_out[1]}" is not worked out here. Work it out, and write the number.')
    text = SPACED.sub(lambda found: found[1] + re.sub("[ \u2009]", "", found[2]), text).replace("\u2009", " ")
    text = text.strip(" ")
    while IN_FRONT.match(text):
        text = IN_FRONT.sub("", text).strip(" ")
    text, unit = _without_unit(text)
    text = WORDS.get(text, text)
    text = re.sub(r"(?<=[0-9)]) (?:in|out of) (?=[0-9])", "/", text)
    text = re.sub(r"(?<=[0-9)]) ?(?:x|times) ?(?=[0-9(])", "*", text)
    sides = text.split("=")
    if len(sides) == 2 and re.fullmatch(r"[a-zα-ω_]+ ?", sides[0]):
        sides = sides[1:]  # "answer = 297"
    values = [_Sum(side, dot_may_group, k).value() for side in sides]
    if any(abs(value - values[0]) > 1e-9 * abs(values[0]) for value in values):
        raise Unclear(f'The sides of "{_short(text)}" are not equal. Write one number.')
    return values[-1] / (100 if unit == "%" else 1), unit


def _without_unit(text):
    """The text in front of its unit, and the unit; words such as "back" go as well."""
    while AFTER_AT_END.search(text):
        text = AFTER_AT_END.sub("", text)
    text = TIMES_W.sub(r"\1 \2", text)
    found = UNIT_AT_END.search(text)
    if not found or found[2] not in UNITS:
        return text, ""
    return text[: len(text) - len(found[2])].rstrip(" -"), UNITS[found[2]]


class _Sum:
    """A sum of products of powers of numbers, read from left to right; `value` is what it comes to."""

    def __init__(self, text, dot_may_group, k):
        self.text, self.at, self.depth = text, 0, 0
        self.dot_may_group, self.k = dot_may_group, k

    def value(self):
        value = self._sum()
        if self._next():
            raise self._no_number()
        return self._finite(value)

    def _finite(self, value):
        if not math.isfinite(value):
            raise NoNumber(f'"{_short(self.text)}" is not a finite number.')
        return value

    def _no_number(self):
        return NoNumber(
            f'"{_short(self.text)}" is not a number. Write it in digits, such as 12, 0.05 or 1/8.'
        )

    def _next(self, signs=""):
        """The next sign, taken if it is one of `signs`."""
        while self.text[self.at : self.at + 1] == " ":
            self.at += 1
        sign = self.text[self.at : self.at + 1]
        if sign and sign in signs:
            self.at += 1
        return sign

    def _sum(self):
        value = self._product()
        while (sign := self._next("+-")) and sign in "+-":
            value = value + self._product() if sign == "+" else value - self._product()
        return value

    def _product(self):
        value = self._signed()
        while (sign := self._next("*/")) and sign in "*/s":  # 100sqrt(4) is a product, too
            value = value * self._signed() if sign in "*s" else self._quotient(value, self._signed())
        return value

    def _quotient(self, above, below):
        return above / below if below else self._finite(math.inf)

    def _signed(self):
        self.depth += 1
        if self.depth > DEEPEST:
            raise self._no_number()
        sign = self._next("+-")
        value = self._signed() if sign and sign in "+-" else self._power()
        self.depth -= 1
        return -value if sign == "-" else value

    def _power(self):
        base = self._atom()
        if self._next("^") != "^":
            return base
        exponent = self._finite(self._signed())
        if exponent != int(exponent) or abs(exponent) > LARGEST_POWER:
            return self._finite(_odd_power(base, exponent))
        value = 1.0
        for _ in range(abs(int(exponent))):
            value *= base
        return value if exponent >= 0 else self._quotient(1.0, value)

    def _atom(self):
        root = self._next() == "s" and self.text.startswith("sqrt", self.at)
        self.at += 4 if root else 0
        if self._next("(") == "(":
            value = self._sum()
            if self._next(")") != ")":
                raise self._no_number()
        else:
            found = LITERAL.match(self.text, self.at)
            if not found:
                raise self._no_number()
            self.at = found.end()
            value = _literal(found, self.dot_may_group, self.k)
        if root and value < 0:
            raise self._no_number()
        return math.sqrt(value) if root else value


def _odd_power(base, exponent):
    """A root or a very large power, NaN where it is no finite number. Never slow, since these are floats."""
    if exponent == 0.5 and base >= 0:
        return math.sqrt(base)
    try:
        value = base**exponent
    except (OverflowError, ZeroDivisionError):
        return math.nan
    return value if isinstance(value, float) else math.nan  # a root of a negative number


def _literal(found, dot_may_group, k):
    """The value of digits with marks between them."""
    digits, exponent, thousands = found[1], found[2] or "", found[3]
    bare = digits.rstrip(",'_")
    if dot_may_group and not exponent and not thousands and DOT_OR_GROUP.fullmatch(bare):
        grouped, point = bare.replace(".", ","), bare.rstrip("0").rstrip(".")
        raise Unclear(
            f'Is the dot in "{bare}" a decimal point? '
            f"Write {grouped} for thousands, {point} for a decimal point."
        )
    if GROUPED.fullmatch(bare):
        bare = re.sub("[,'_]", "", bare)
    elif re.fullmatch(r"[0-9]+,[0-9]+", bare):
        point, without = bare.replace(",", "."), bare.replace(",", "")
        other = "" if bare.startswith("0") else f", or {without} without a comma"
        raise Unclear(f'Is the comma in "{bare}" a decimal point? Write {point} with a decimal point{other}.')
    elif not DECIMAL.fullmatch(bare):
        raise Unclear(
            f'The marks in "{bare}" have two meanings. Write 1,234.5: a comma for thousands, a decimal point.'
        )
    value = float(bare + exponent)
    if thousands and k is None:
        raise Unclear(f'The k in "{bare}k" could be 1,000 or 1,024. Write the number out.')
    return value * k if thousands else value


def _short(text):
    return text if len(text) <= 40 else text[:37] + "..."
