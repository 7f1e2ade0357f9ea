"""Numbers as people write them: what is typed becomes a number, several numbers, or a question back.

One reading for the questions, the fields of the page and whatever else takes a number. Its grammar is data:
`words.json` has the words, the units, what is made plain and what is asked about, as patterns that say the
same in Python and JavaScript; in a sentence {0} is what was found, {1} and {2} are its parts. The page reads
by this very code, which PScript writes as JavaScript (`script`). What has two meanings is asked about, never
guessed, and nothing that is typed is run as code.
"""

import functools
import json
import math
import re
from pathlib import Path

from .script import javascript

LONGEST = 4_000  # characters that are looked at
NAN = math.nan
TABLE = json.loads((Path(__file__).parent / "words.json").read_text(encoding="utf-8"))


def _one_of(words):
    """A pattern for any of some words, the longest first, none of them inside another word."""
    return rf"(?<![a-z])(?:{'|'.join(sorted(words, key=len, reverse=True))})(?![a-z])"


TABLE["trim"] += [[rf"^(?:{_one_of(TABLE['before'])}[.:]? ?)+", ""]]
TABLE["ending"] = [["^ +| +$", ""], [rf"(?: {_one_of(TABLE['after'])})+$", ""]]
TABLE["unit"] = rf"[ -]*({_one_of(TABLE['units'])})$"
TABLE["word"] = _one_of(TABLE["words"])
TABLE["things"] = sorted({*TABLE["units"].values()} - {"%", "times"})  # what cannot stand for one another


class Unclear(ValueError):
    """What was typed has two meanings, or none. Its text says which, and how to write it.

    `meant` has every value that it could have, where these are known.
    """

    def __init__(self, sentence, meant=()):
        super().__init__(sentence)
        self.meant = meant


def read(text, several=False, large=False, unit="", form="", also=None):
    """One number as somebody wrote it, or several: a list, or the first and the last of a range.

    text : str
    several : bool, true where more than one number is meant
    large : bool, true where large whole numbers are meant: then "131.040" is asked about
    unit : str, what is wanted, such as "tokens": other things are refused
    form : str, said to a text without a number: "This question wants {form}."
    also : dict or None, words that stand for a number

    Returns the numbers, a list, and the unit behind them, "" for none. Per cent are divided by 100 already:
    the unit "%" says that they were written
    Raises Unclear, a sentence for the writer

    >>> read("ca. 297 tokens back")
    ([297.0], 'tokens')
    >>> read("$10^{-6}$"), read("one in a million")
    (([1e-06], ''), ([1e-06], ''))
    >>> read("0.05, 0.0025, 0.000125", several=True)[0], read("901 to 1000", several=True)[0]
    ([0.05, 0.0025, 0.000125], [901.0, 1000.0])
    >>> read("2,97")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    swa_lib.book.reading.Unclear: Is the comma in "2,97" a decimal point? Write 2.97 with ...
    """
    want = {"several": several, "large": large, "unit": unit, "form": form, "also": also}
    found = reading(text, want)
    return found["values"], found["unit"]


# What the page has of its own (page/reading.js)


def find(pattern, text):
    found = re.search(pattern, text)
    return [found[0], *found.groups()] if found else None


def changed(text, rules):
    for pattern, replacement in rules:
        text = re.sub(pattern, re.sub(r"\$([0-9])", r"\\\1", replacement), text)
    return text


def translated(text, pattern, by):
    return re.sub(pattern, lambda found: by(found[0]), text)


def ask(sentence, meant):
    raise Unclear(sentence, meant)


def power(base, exponent):
    try:
        return NAN if math.isnan(base * exponent) else math.pow(base, exponent)
    except (ValueError, OverflowError):
        return NAN


split, every, finite, thousands = re.split, re.findall, math.isfinite, "{:,}".format


# What follows runs on the page as well, so it is plain Python, without generators and exceptions.


def reading(text, want):
    """What was typed: its `values` and their `unit`; `want` has the parameters of `read`."""
    words = text.strip().lower()
    if want["also"] and words in want["also"]:
        return {"values": [want["also"][words]], "unit": ""}
    if len(text) > LONGEST:
        ask("That is too long to be read.", [])
    plain = _plain(text)
    ends = _ends(plain, want)
    pieces = split(TABLE["between"], plain)
    if want["several"]:
        if not ends and len(pieces) == 1:  # tight marks: what could be one number is asked about
            pieces = plain.split(_met(TABLE["tight"], plain))
        return ends or _together(pieces, want)
    if ends:
        ask("That is a range, more than one number. Write one number.", ends["values"])
    if len(pieces) > 1:
        ask("That is more than one number. Write one.", [])
    return _together(pieces, want)


def _plain(text):
    """One way to write signs, spaces and powers; small letters; no quotes or brackets around it."""
    text = changed(text, TABLE["raised"])
    for sign in TABLE["signs"]:
        text = text.replace(sign, TABLE["signs"][sign])
    return changed(translated(text, "[A-Z]+", lambda letters: letters.lower()), TABLE["tidy"])


def _ends(text, want):
    """The two ends of a range, or None: in "300 - 3" something is taken away."""
    steps = find(TABLE["steps"], text)
    if steps:
        rises = float(steps[2]) == float(steps[1]) + 1
        return {"values": [float(steps[1]), float(steps[3])], "unit": ""} if rises else None
    dash = find(TABLE["dash"], text)
    found = dash or find(TABLE["to"], text) or find(TABLE["within"], text)
    ends = _together([found[1], found[2]], want) if found else None
    return None if dash and ends["values"][0] >= ends["values"][1] else ends


def _met(rules, text):
    """What the first rule says whose pattern is found; a sentence is asked."""
    for pattern, says in rules:
        found = find(pattern, text)
        if found:
            if len(says) <= 1:
                return says
            for part, words in enumerate(found):
                says = says.replace("{" + str(part) + "}", words or "")
            ask(says, [])


def _together(texts, want):
    """Several numbers, and their unit."""
    read = [_one(text, want, len(texts) == 1) for text in texts]
    units = [one["unit"] for one in read if one["unit"]]
    unit = units[0] if units else ""
    alike = [one for one in units if one == unit]
    if len(alike) < len(units) or (unit == "%" and len(units) < len(read)):
        ask("Not all of these numbers have the same unit. Write it behind each of them.", [])
    if want["unit"] in TABLE["things"] and unit in TABLE["things"] and unit != want["unit"]:
        ask(f"That is in {unit}. This question wants {want['unit']}.", [])
    return {"values": [one["value"] for one in read], "unit": unit}


def _one(text, want, alone):
    """Value and unit of one number."""
    _met(TABLE["doubts"], text)
    short = find(TABLE["shortened"], text)
    if short:
        few, many = TABLE["short"][short[2]]
        texts = [changed(text, [[TABLE["shortened"], f"($1*{factor})"]]) for factor in [few, many]]
        meant = _together(texts, want)["values"] if alone else []
        could = f"could be {thousands(few)} or {thousands(many)}. Write the number out."
        ask(f'The {short[2]} in "{short[0]}" {could}', meant)
    sides = changed(text, TABLE["trim"]).split("=")
    said = changed(sides.pop(), TABLE["ending"])
    unit = find(TABLE["unit"], said)
    unit = TABLE["units"][unit[1]] if unit else ""
    value = _worked_out(changed(said, [[TABLE["unit"], ""]]), want) / (100 if unit == "%" else 1)
    for side in sides:  # "0.95^32 = 0.1937" is looked at, but not "L(W-1) = 297"
        same = value if find("[a-zα-ω]", side) else _worked_out(side, want)
        if abs(value - same) > 0.005 * abs(same):
            ask("The two sides are not equal. Write one number.", [])
    return {"value": value, "unit": unit}


def _worked_out(text, want):
    """What a sum of products of powers of numbers comes to."""
    words = translated(changed(text, TABLE["parts"]), TABLE["word"], lambda word: TABLE["words"][word])
    plain = changed(words, TABLE["products"])
    plain = translated(plain, TABLE["literal"], lambda digits: _without_marks(digits, want))
    signs = every(TABLE["sign"], plain)
    known = "".join(signs) == plain.replace(" ", "")
    value = _value(signs, 0)
    if signs or not known or not finite(value):
        found = f'"{text}" is not a number' if text.strip() else "The number is missing"
        wanted = f"{found}. Write it in digits, such as 12, 0.05 or 1/8."
        ask(f"This question wants {want['form']}." if want["form"] else wanted, [])
    return value


def _without_marks(digits, want):
    """Digits without the marks between them."""
    _met(([TABLE["dot"]] if want["large"] else []) + TABLE["marks"], digits)
    return changed(digits, [["[ ,'_]", ""]])


def _value(signs, level):
    """The value of the next signs, as far as they bind more closely than `level`; takes them off the list."""
    binds = TABLE["binds"]
    sign = signs.pop(0) if signs else ")"
    if sign == "(":
        value = _value(signs, 0)
        if not signs or signs.pop(0) != ")":
            return NAN
    elif sign in ("+", "-"):
        value = _value(signs, 3) * (-1 if sign == "-" else 1)
    elif sign == "sqrt":
        value = power(_value(signs, 4), 0.5)
    elif sign in binds or sign == ")":
        return NAN
    else:
        value = float(sign)
    while signs and signs[0] in binds and binds[signs[0]] > level:
        sign = signs.pop(0)
        other = _value(signs, 3 if sign == "^" else binds[sign])  # powers from the right
        quotient = value / other if other else NAN
        sums = {"+": value + other, "-": value - other, "*": value * other, "/": quotient}
        value = power(value, other) if sign == "^" else sums[sign]
    return value


@functools.cache
def script():
    """This reading as JavaScript; page/reading.js has the rest."""
    needs = "find, changed, translated, split, every, finite, thousands, power, ask"
    table = f"const TABLE = {json.dumps(TABLE, ensure_ascii=False)}, NAN = NaN, LONGEST = {LONGEST};"
    return javascript("packageReading", needs, [reading], "reading", table)
