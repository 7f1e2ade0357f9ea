"""Numbers as people write them: what is typed becomes a number, several numbers, or a question back.

One reading for the questions, the fields of the page and whatever else takes a number. Its grammar is data:
`page/words.js` has the words, the units, what is made plain and what is asked about. This module and
`page/reading.js` apply it, step by step alike; a table of cases in tests/ holds the two together. What has
two meanings is asked about, never guessed, and nothing is run as code.
"""

import json
import math
import operator
import re
from pathlib import Path
from typing import NamedTuple

LONGEST = 4_000  # characters that are looked at
LARGEST_POWER = 1_000  # so that nobody waits for 9**9**9

_SCRIPT = (Path(__file__).parent / "page" / "words.js").read_text(encoding="utf-8")
TABLE = json.loads(_SCRIPT[_SCRIPT.index("{") : _SCRIPT.rindex("}") + 1])
UNITS = TABLE["units"]
WORDS = TABLE["words"] | {
    f"{one}{part}": f"(1/{n})"
    for one in ("", "a ", "1 ", "one ", "one-")
    for part, n in TABLE["parts"].items()
}


def _one_of(words):
    """A pattern for any of some words, the longest first, none of them inside another word."""
    listed = "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
    return rf"(?<![a-z])(?:{listed})(?![a-z])"


BEFORE = re.compile(rf"^(?:{_one_of(TABLE['before'])}[.:]? ?)+")
AFTER = re.compile(rf"(?: {_one_of(TABLE['after'])})+$")
UNIT = re.compile(rf"[ -]*({_one_of(UNITS)})$")
WORD = re.compile(_one_of(WORDS))


class Reading(NamedTuple):
    """What was read: the numbers, the unit behind them ("" for none), and whether they are a range's ends.

    Per cent are divided by 100 already; the unit "%" says that they were written.
    """

    values: tuple
    unit: str = ""
    is_range: bool = False


class Unclear(ValueError):
    """What was typed has two meanings, or none. Its text says which, and how to write it.

    `meant` is a Reading with every value that it could have, where these are known.
    """

    def __init__(self, sentence, meant=None):
        super().__init__(sentence)
        self.meant = meant


class NoNumber(Unclear):
    """There is no number in what was typed."""


def read_number(text, dot_may_group=False):
    """One number, as somebody wrote it.

    Parameters
    ----------
    text : str
    dot_may_group : bool, true where large whole numbers are meant: then "131.040" is asked about

    Returns
    -------
    Reading with one value. Raises Unclear with a sentence for the writer, NoNumber where there is none.

    >>> read_number("ca. 297 tokens back")
    Reading(values=(297.0,), unit='tokens', is_range=False)
    >>> read_number("$10^{-6}$").values, read_number("one in a million").values
    ((1e-06,), (1e-06,))
    >>> read_number("2,97")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    swa_lib.book.reading.Unclear: Is the comma in "2,97" a decimal point? Write 2.97 with ...
    """
    plain = _plain(text)
    ends = _ends(plain, dot_may_group)
    if ends:
        raise Unclear("That is a range, more than one number. Write one number.", ends)
    if len(re.split(TABLE["between"], plain)) > 1:
        raise Unclear("That is more than one number. Write one.")
    return _together([plain], dot_may_group)


def read_numbers(text, dot_may_group=False):
    """Several numbers, as somebody wrote them: a list, or the first and the last of a range.

    Parameters and errors: as in `read_number`.

    Returns
    -------
    Reading; of a range ("901 to 1000", "901, 902, ..., 1000", "range(901, 1001)") the first and the last

    >>> read_numbers("0.05, 0.0025, 0.000125").values
    (0.05, 0.0025, 0.000125)
    >>> read_numbers("901 to 1000")
    Reading(values=(901.0, 1000.0), unit='', is_range=True)
    """
    plain = _plain(text)
    ends = _ends(plain, dot_may_group)
    if ends:
        return ends
    pieces = re.split(TABLE["between"], plain)
    return _together(pieces if pieces[1:] else _tight(plain), dot_may_group)


def _changed(text, rules):
    """A text after a list of (pattern, replacement)."""
    for pattern, replacement in rules:
        text = re.sub(pattern, re.sub(r"\$([0-9])", r"\\\1", replacement), text)
    return text


def _ask(found, sentence):
    raise Unclear(sentence.format(found[0], *found.groups()))


def _plain(text):
    """One way to write signs, spaces and powers; small letters; no quotes or brackets around it."""
    if len(text) > LONGEST:
        raise NoNumber("That is too long to be read.")
    text = re.sub(TABLE["raised"], r"^(\g<0>)", text)
    for sign, plain in TABLE["signs"].items():
        text = text.replace(sign, plain)
    return _changed(re.sub("[A-Z]+", lambda found: found[0].lower(), text), TABLE["tidy"])


def _ends(text, dot_may_group):
    """The two ends of a range as a Reading, or None: in "300 - 3" something is taken away."""
    if counted := re.search(TABLE["counted"], text):
        return Reading((float(counted[1]), float(counted[2]) - 1), is_range=True)
    if steps := re.search(TABLE["steps"], text):
        first, second, last = map(float, steps.groups())
        return Reading((first, last), is_range=True) if second == first + 1 else None
    dash = re.search(TABLE["dash"], text)
    found = dash or next(filter(None, (re.search(pattern, text) for pattern in TABLE["ranges"])), None)
    if not found:
        return None
    ends = _together(found.groups(), dot_may_group)
    return None if dash and ends.values[0] >= ends.values[1] else ends._replace(is_range=True)


def _tight(text):
    """A list with commas, slashes or spaces alone; what could be one number is asked about."""
    pattern, separator, doubt = next(rule for rule in TABLE["tight"] if re.search(rule[0], text))
    if doubt:
        _ask(re.search(pattern, text), doubt)
    return text.split(separator)


def _together(texts, dot_may_group):
    """Several numbers as one Reading."""
    try:
        read = [_one(text, dot_may_group) for text in texts]
    except Unclear as doubt:
        doubt.meant = doubt.meant if len(texts) == 1 else None  # it is one of them only
        raise
    units = [unit for _, unit in read if unit]
    if len(set(units)) > 1 or ("%" in units and len(units) < len(read)):
        raise Unclear("Not all of these numbers have the same unit. Write it behind each of them.")
    return Reading(tuple(value for value, _ in read), units[0] if units else "")


def _one(text, dot_may_group):
    """Value and unit of one number."""
    for pattern, doubt in TABLE["doubts"]:
        if found := re.search(pattern, text):
            _ask(found, doubt)
    if short := re.search(TABLE["shortened"], text):
        factors = TABLE["short"][short[2]]
        texts = [_changed(text, [[TABLE["shortened"], f"($1*{factor})"]]) for factor in factors]
        meant = _together(texts, dot_may_group)
        few, many = (f"{int(factor):,}" for factor in factors)
        raise Unclear(
            f'The {short[2]} in "{short[0]}" could be {few} or {many}. Write the number out.', meant
        )
    *equals, text = BEFORE.sub("", _changed(text, TABLE["trim"])).split("=")
    text = AFTER.sub("", text.strip(" "))
    unit = UNITS[found[1]] if (found := UNIT.search(text)) else ""
    value = _worked_out(UNIT.sub("", text), dot_may_group) / (100 if unit == "%" else 1)
    for side in equals:  # "0.95^32 = 0.1937" is looked at, but not "L(W-1) = 297"
        same = value if re.search("[a-zα-ω]", side) else _worked_out(side, dot_may_group)
        if abs(value - same) > 0.005 * abs(same):
            raise Unclear("The two sides are not equal. Write one number.")
    return value, unit


def _worked_out(text, dot_may_group):
    """What a sum of products of powers of numbers comes to."""
    plain = _changed(WORD.sub(lambda found: WORDS[found[0]], text), TABLE["products"])
    plain = re.sub(TABLE["literal"], lambda found: _literal(found[0], dot_may_group), plain)
    signs = re.findall(TABLE["sign"], plain)
    known = "".join(signs) == plain.replace(" ", "")
    try:
        value = _value(signs)
        if signs or not known:
            raise ValueError
    except (ValueError, IndexError):
        raise NoNumber(f'"{text}" is not a number. Write it in digits, such as 12, 0.05 or 1/8.') from None
    if not math.isfinite(value):
        raise NoNumber(f'"{text}" is not a finite number.')
    return value


def _literal(digits, dot_may_group):
    """Digits without the marks between them."""
    for pattern, doubt in ([TABLE["dot"]] if dot_may_group else []) + TABLE["marks"]:
        if found := re.search(pattern, digits):
            return _ask(found, doubt) if doubt else re.sub("[ ,'_]", "", digits)


def _value(signs, level=0):
    """The value of the next signs, as far as they bind more closely than `level`; takes them off the list."""
    sign = signs.pop(0)
    if sign == "(":
        value = _value(signs)
        if signs.pop(0) != ")":
            raise ValueError
    elif sign in "+-":
        value = _value(signs, 3) * (-1 if sign == "-" else 1)
    elif sign == "sqrt":
        value = _value(signs, 4)
        value = math.sqrt(value) if value >= 0 else math.nan
    else:
        value = float(sign)
    while signs and signs[0] in OPERATIONS and OPERATIONS[signs[0]][0] > level:
        binds, work_out = OPERATIONS[signs.pop(0)]
        value = work_out(value, _value(signs, 3 if binds == 4 else binds))  # powers from the right
    return value


def _divided(one, other):
    return one / other if other else math.nan


def _power(base, exponent):
    try:
        return math.pow(base, exponent) if abs(exponent) <= LARGEST_POWER else math.nan
    except (ValueError, OverflowError):
        return math.nan


OPERATIONS = {  # how closely each binds, and what it does
    "+": (1, operator.add),
    "-": (1, operator.sub),
    "*": (2, operator.mul),
    "/": (2, _divided),
    "^": (4, _power),
}
