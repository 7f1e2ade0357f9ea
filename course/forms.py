"""The tests before and after the course: the same ten questions twice, with other numbers.

The questions stand in `forms.toml`. What is right, and what each wrong option means, is computed here, with
the package, which has no key. The page has one in disguise, to count when all is chosen
(`swa_lib/book/page/fields.js`). `sheets.py` reads what students hand in.

    python course/forms.py    prints the key of both, and what each wrong option means
"""

import html
import math
import random
import tomllib
from typing import NamedTuple

from repository import ROOT

import swa_lib

FORMS = ("before", "after")
UNKNOWN = "I do not know"


class Item(NamedTuple):
    """A question of one form: what it hunts, its words, what is right, and its options.

    An option is (words, what it means): None means right, and the last one is UNKNOWN.
    """

    misreading: str
    words: str
    right: float
    options: list


def written(value, unit):
    """A number as an option says it, without an exponent.

    >>> written(1e-6, ""), written(0.1937, ""), written(230.5865, "tokens"), written(131040, "tokens")
    ('0.000001', '0.19', '231 tokens', '131,040 tokens')
    """
    digits = max(0, 1 - math.floor(math.log10(abs(value)))) if 0 < abs(value) < 10 else 0
    text = f"{value:,.{digits}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} {unit}".strip()


def items(form):
    """The questions of a form."""
    found = []
    listed = tomllib.loads((ROOT / "course" / "forms.toml").read_text(encoding="utf-8"))["item"]
    for number, item in enumerate(listed, 1):
        known = {name: getattr(swa_lib, name) for name in swa_lib.__all__} | {"sqrt": math.sqrt} | item[form]
        values = [
            (float(eval(value, known)), means) for value, means in [(item["right"], None), *item["wrong"]]
        ]
        right = values[0][0]
        random.Random(f"{form} {number}").shuffle(values)  # always the same way
        options = [(written(value, item.get("unit", "")), means) for value, means in values]
        options.append((UNKNOWN, "No answer."))
        found.append(Item(item["misreading"], item["words"].format(**item[form]), right, options))
    return found


ITEMS = {form: items(form) for form in FORMS}


def key(form):
    """Which option of each question is right, counted from 1."""
    return [1 + [means for _, means in item.options].index(None) for item in ITEMS[form]]


def fields(form):
    """A test as HTML: choices that the page keeps and does not judge, with room to write on paper."""
    parts = []
    for number, (item, right) in enumerate(zip(ITEMS[form], key(form)), 1):
        name, hidden = f"{form}-{number}", (2 * right + number) % 5
        parts.append(f'<fieldset class="question" data-question="{name}" data-hidden="{hidden}">')
        parts.append(f"<legend>Question {number}: {html.escape(item.words)}</legend>")
        for place, (words, _) in enumerate(item.options, 1):
            choice = f'<input type="radio" name="{name}" value="{place}"> <span>{html.escape(words)}</span>'
            parts.append(f"<label>{choice}</label>")
        parts.append("</fieldset>")
    return "".join(parts)


if __name__ == "__main__":
    for form in FORMS:
        print(f"{form}:", *key(form))
        for number, item in enumerate(ITEMS[form], 1):
            print(f"\n{number}. {item.words}\n   The misreading: {item.misreading}")
            for place, (words, means) in enumerate(item.options[:-1], 1):
                print(f"   {place}. {words}: {means or 'right.'}")
