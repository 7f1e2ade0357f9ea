"""Numbers as people write them: what is typed becomes a number, several numbers, or a question back.

One reading for the questions, the fields of the page and whatever else takes a number. `page/reading.js`
reads alike, with the same words (`page/words.js`); a table of cases in tests/ holds the two together. What
has two meanings is asked about, never guessed. Nothing is run as code: Python's own parser reads sums,
products, powers and fractions, and only these are worked out.
"""

import ast
import json
import math
import operator
import re
from pathlib import Path
from typing import NamedTuple

LONGEST = 4_000  # characters that are looked at
LONGEST_NUMBER = 120  # characters of one number
LARGEST_POWER = 1_000  # so that nobody waits for 9**9**9

_SCRIPT = (Path(__file__).parent / "page" / "words.js").read_text(encoding="utf-8")
TABLE = json.loads(_SCRIPT[_SCRIPT.index("{") : _SCRIPT.rindex("}") + 1])
UNITS = TABLE["units"]
WORDS = {word: str(number) for number, word in enumerate(TABLE["counted"])} | TABLE["words"]
WORDS |= {
    f"{one}{part}": f"1/{n}" for one in ("", "a ", "one ", "one-") for part, n in TABLE["parts"].items()
}
AFTER = re.compile(rf" ({'|'.join(TABLE['after'])})$")
BEFORE = re.compile(rf"^(?:(?:{'|'.join(TABLE['before'])})(?![a-z])[.:]?|[≈~=])")
UNIT = re.compile(r"(^|[^a-z])(per cent|%|[a-z]+)$")
ASIDE = re.compile(r"(?<=[0-9a-z%]) ?\([^()]*[a-z][^()]*\)$")  # "8192 tokens (2 windows)"
BOUND = re.compile(
    r"[<>≤≥±]|(^|[^a-z])(at least|at most|more than|less than|fewer than|up to|over|under)([^a-z]|$)"
)
WORKED_OUT = re.compile(r"(?:^|[^a-z])(log|ln|lg|exp)(?:2|10|_2|_10)?[ (]")
LITERAL = re.compile(r"(?<![\w.])([0-9][0-9.,'_]*|\.[0-9]+)(e[+-]?[0-9]+)?(k|m)?(?![\w.])")
GROUPED = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?|[1-9][0-9]{0,2}('[0-9]{3})+|[0-9]+(_[0-9]+)+")
SPACED = re.compile(r"(^|[^0-9.,])([1-9][0-9]{0,2}(?: [0-9]{3})+)(?![0-9])")
SCALES = {"k": (1_000, 1_024), "m": (1_000_000, 1_048_576)}


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
    plain = _unwrapped(_normal(text))
    dash = re.fullmatch(rf"({_DIGITS}) ?- ?({_DIGITS}(?: [a-z]+)?)", plain)
    if dash and _one(dash[1], False, k)[0] < _one(dash[2], False, k)[0]:
        raise Unclear(f'"{_short(text)}" could be a range or a difference. Write one number.')
    if len(_pieces(plain)) > 1 or (_ends(plain) and not dash):
        raise Unclear(f'"{_short(text)}" is more than one number. Write one.')
    value, unit = _one(plain, dot_may_group, k)
    return Reading((value,), unit)


def read_numbers(text, dot_may_group=False, k=None):
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
    plain = _normal(text)
    counted = re.fullmatch(r"range\(([0-9]+), ?([0-9]+)\)", plain)
    if counted:
        return Reading((float(counted[1]), float(counted[2]) - 1), is_range=True)
    plain = _unwrapped(plain)
    ends = _ends(plain)
    pieces = ends or _pieces(plain)
    if len(pieces) == 1:
        pieces = _tight(pieces[0])
    read = [_one(piece, dot_may_group, k) for piece in pieces]
    units = [unit for _, unit in read if unit]
    if len(set(units)) > 1 or ("%" in units and len(units) < len(read)):
        raise Unclear(
            f'Not all numbers in "{_short(text)}" have the same unit. Write it behind each of them.'
        )
    return Reading(tuple(value for value, _ in read), units[0] if units else "", bool(ends))


_DIGITS = r"(?:tokens? |positions? )?[0-9][0-9,.'_]*"


def _normal(text):
    """One way to write signs, spaces and powers; small letters; no quotes around, no full stop."""
    if len(text) > LONGEST:
        raise NoNumber("That is too long to be read.")
    for sign, plain in TABLE["signs"].items():
        text = text.replace(sign, plain)
    text = re.sub(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", text)
    text = re.sub(r"\\(?:text|mathrm)\{([^{}]*)\}", r" \1", text)
    raised = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
    text = re.sub(r"[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: f"^({found[0].translate(raised)})", text)
    text = text.replace("{", "(").replace("}", ")").replace("**", "^")
    text = re.sub(r"[\s\u0085\u00a0\u2000-\u200a\u202f\u205f\u3000]+", " ", text)
    text = re.sub(r"[A-Z]+", lambda found: found[0].lower(), text)
    return text.strip(" \"'`").rstrip(".,;!?").rstrip(" \"'`")


def _unwrapped(text):
    inner = re.fullmatch(r"\[([^\[\]]*)\]|\(([^()]*)\)", text)
    return (inner[1] or inner[2] or "").strip(" ,") if inner else text


def _ends(text):
    """The two ends of a range, or None."""
    counted = re.fullmatch(r"([0-9]+), ?([0-9]+),? ?\.\.\.? ?,? ?([0-9]+)", text)  # 901, 902, ..., 1000
    if counted:
        return [counted[1], counted[3]] if int(counted[2]) == int(counted[1]) + 1 else None
    found = re.fullmatch(r"(?:from )?(.*[0-9a-z%)]) ?(?: to | through | until |\.\.+) ?(.*)", text)
    found = found or re.fullmatch(r"between (.*[0-9]) and (.*)", text)
    found = found or re.fullmatch(rf"({_DIGITS}) ?- ?({_DIGITS}(?: [a-z]+)?)", text)
    return [found[1], found[2]] if found else None


def _pieces(text):
    return re.split(r" ?; ?| ?, (?:and )?| and | & ", text)


def _tight(text):
    """A list with commas, slashes or spaces alone; what could be one number is asked about."""
    if re.fullmatch(r"([0-9]+)( \1){2,}", text):  # "300 300 300": no number repeats its digits like that
        return text.split(" ")
    if re.fullmatch(r"([0-9]{1,3}(,[0-9]{3})+|[0-9]{1,3}( [0-9]{3})+)( [a-z]+)?", text):
        raise Unclear(
            f'"{text}" could be one number or several. Put a comma and a space between two numbers.'
        )
    if re.fullmatch(r"[-+]?[0-9.e-]+%?( [-+]?[0-9.e-]+%?)+", text):
        return text.split(" ")
    if re.fullmatch(r"[0-9.]+( ?/ ?[0-9.]+){2,}", text):  # "200/400/700"
        return text.split("/")
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
    if worked_out := WORKED_OUT.search(text):
        raise Unclear(f'"{worked_out[1]}" is not worked out here. Work it out, and write the number.')
    if lost := re.search(r"(?<![0-9.])10 ?-([0-9]+)(?![0-9])", text):
        raise Unclear(f'Is "{lost[0]}" a power of ten? Write 10^-{lost[1]}.')
    text = SPACED.sub(lambda found: found[1] + found[2].replace(" ", ""), ASIDE.sub("", text)).strip(" ")
    while BEFORE.match(text):
        text = BEFORE.sub("", text).strip(" ")
    *left, text = text.rsplit("=", 1)
    text, unit = _without_unit(text.strip(" "))
    text = re.sub(r"[a-z]+(?:[ -][a-z]+)?$", lambda found: WORDS.get(found[0], found[0]), text)
    text = re.sub(r"^one (?=in )", "1 ", text)
    value = _worked_out(text, dot_may_group, k)
    if left and not re.search("[a-zα-ω]", left[0]):  # "0.95^32 = 0.1937", but not "L(W-1) = 297"
        same = _worked_out(left[0].strip(" "), dot_may_group, k)
        if abs(value - same) > 0.005 * abs(same):
            raise Unclear(f'The sides of "{_short(left[0] + "=" + text)}" are not equal. Write one number.')
    return value / (100 if unit == "%" else 1), unit


def _without_unit(text):
    """The text in front of its unit, and the unit; words such as "back" go as well."""
    while AFTER.search(text):
        text = AFTER.sub("", text)
    text = re.sub(r"([0-9)]) ?[x*] ?(w|windows?)$", r"\1 \2", text)  # "3.9 x W"
    found = UNIT.search(text)
    if not found or found[2] not in UNITS:
        return text, ""
    return text[: len(text) - len(found[2])].rstrip(" -"), UNITS[found[2]]


def _worked_out(text, dot_may_group, k):
    """What a sum of products of powers of numbers comes to."""
    says = f'"{_short(text)}" is not a number. Write it in digits, such as 12, 0.05 or 1/8.'
    plain = re.sub(r"(?<=[0-9)]) (?:in|out of) (?=[0-9a])", "/", text)
    plain = re.sub(r"[a-z]+ [a-z]+$", lambda found: WORDS.get(found[0], found[0]), plain)
    plain = re.sub(r"(?<=[0-9)]) ?(?:x|times) ?(?=[0-9(])", "*", plain)
    plain = re.sub(r"(?<=[0-9)]) ?(?=sqrt)", "*", plain)
    plain = LITERAL.sub(lambda found: _literal(found, dot_may_group, k), re.sub(r"sqrt ?", "sqrt", plain))
    plain = re.sub(r"sqrt(?!\()([0-9.]+)", r"sqrt(\1)", plain)
    if not re.fullmatch(r"(?:sqrt|e[+-]?(?=[0-9])|[0-9.+*/^() -])+", plain) or "//" in plain:
        raise NoNumber(says)
    try:
        value = _value(ast.parse(plain.replace("^", "**").strip(" "), mode="eval").body)
    except (SyntaxError, RecursionError, MemoryError, KeyError, TypeError, AttributeError):
        raise NoNumber(says) from None
    except (ArithmeticError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise NoNumber(f'"{_short(text)}" is not a finite number.')
    return value


def _value(part):
    """The value of a part of Python's syntax; KeyError where it is not of the few that numbers need."""
    if isinstance(part, ast.Constant):
        return float(part.value)
    if isinstance(part, ast.UnaryOp):
        return {ast.USub: -1, ast.UAdd: 1}[type(part.op)] * _value(part.operand)
    if isinstance(part, ast.Call):
        return math.sqrt(_value({"sqrt": part}[part.func.id].args[0]))
    return OPERATIONS[type(part.op)](_value(part.left), _value(part.right))


def _power(base, exponent):
    return math.pow(base, exponent) if abs(exponent) <= LARGEST_POWER else math.nan


OPERATIONS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: _power,
}


def _literal(found, dot_may_group, k):
    """Digits with marks between them, as Python writes the number."""
    digits, exponent, scale = found[1], found[2] or "", found[3]
    bare = digits.rstrip(",'_")
    if dot_may_group and not exponent and not scale and re.fullmatch(r"[1-9][0-9]{0,2}\.[0-9]{3}", bare):
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
    elif not re.fullmatch(r"[0-9]+\.?[0-9]*|\.[0-9]+", bare):
        raise Unclear(
            f'The marks in "{bare}" have two meanings. Write 1,234.5: a comma for thousands, a decimal point.'
        )
    value = float(bare + exponent)
    if not math.isfinite(value):
        raise NoNumber(f'"{_short(found[0])}" is not a finite number.')
    if scale and k is None:
        few, many = SCALES[scale]
        raise Unclear(f'The {scale} in "{bare}{scale}" could be {few:,} or {many:,}. Write the number out.')
    return repr(value * SCALES[scale][k == 1024] if scale else value)


def _short(text):
    return text if len(text) <= 40 else text[:37] + "..."
