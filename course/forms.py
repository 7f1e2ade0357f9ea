"""The tests before and after the course: the same ten questions twice, with other numbers.

The questions stand in `forms.toml`. What is right, and what each wrong option means, is computed here, with
the package; here, too, is the key, and neither a student's notebook nor the package has it. `sheets.py` reads
what students hand in.

    python course/forms.py    prints the key of both
"""

import html
import math
import random
import tomllib
from typing import NamedTuple

import nbformat
from repository import ROOT

import swa_lib

FORMS = ("before", "after")
UNKNOWN = "I do not know"


class Item(NamedTuple):
    """A question of one form: what it hunts, its words, what is right, wrong values and what they mean."""

    misreading: str
    words: str
    right: float
    wrong: dict
    unit: str


def items(form):
    """The questions of a form."""
    found = []
    for item in tomllib.loads((ROOT / "course" / "forms.toml").read_text(encoding="utf-8"))["item"]:
        known = {name: getattr(swa_lib, name) for name in swa_lib.__all__} | {"sqrt": math.sqrt} | item[form]
        right = float(eval(item["right"], known))
        means = {float(eval(value, known)): meaning for value, meaning in item["wrong"]}
        words = item["words"].format(**item[form])
        found.append(Item(item["misreading"], words, right, means, item.get("unit", "")))
    return found


ITEMS = {form: items(form) for form in FORMS}


def written(value, unit):
    """A number as an option says it, without an exponent.

    >>> written(1e-6, ""), written(230.5865, "tokens"), written(131040, "tokens")
    ('0.000001', '231 tokens', '131,040 tokens')
    """
    digits = max(0, 1 - math.floor(math.log10(abs(value)))) if 0 < abs(value) < 10 else 0
    text = f"{value:,.{digits}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} {unit}".strip()


def options(form, number):
    """The options of question `number`, from 1, as (words, meaning): None means right; UNKNOWN comes last."""
    item = ITEMS[form][number - 1]
    values = [(item.right, None), *item.wrong.items()]
    random.Random(f"{form} {number}").shuffle(values)  # always the same way
    return [(written(value, item.unit), means) for value, means in values] + [(UNKNOWN, "No answer.")]


def key(form):
    """Which option of each question is right, counted from 1."""
    return [
        1 + [means for _, means in options(form, number)].index(None)
        for number in range(1, len(ITEMS[form]) + 1)
    ]


def fields(form):
    """A test as HTML: choices that the page keeps and does not judge, with room to write on paper."""
    items = []
    for number, item in enumerate(ITEMS[form], 1):
        name = f"{form}-{number}"
        choices = "".join(
            f'<label><input type="radio" name="{name}" value="{place}"> '
            f"<span>{html.escape(words)}</span></label>"
            for place, (words, _) in enumerate(options(form, number), 1)
        )
        items.append(
            f'<fieldset class="question question-test" data-question="{name}">'
            f"<legend>{number}. {html.escape(item.words)}</legend>{choices}</fieldset>"
        )
    keys = [digest(f"{form}-{number}-{place}") for number, place in enumerate(key(form), 1)]
    return "".join(items) + SCORE.replace("FORM", form).replace("KEYS", str(keys))


def digest(text):
    """A number for a text, as the page computes it (FNV-1a): it scores a test and shows no key."""
    found = 2166136261
    for letter in text.encode():
        found = (found ^ letter) * 16777619 % 2**32
    return found


# Who has answered all ten is told how many were right at first; changing a choice tells nothing.
SCORE = """<p class="test-score" role="status"></p><script>
addEventListener("DOMContentLoaded", () => {
  const digest = (text) =>
    [...text].reduce((sum, letter) => Math.imul(sum ^ letter.charCodeAt(0), 16777619) >>> 0, 2166136261);
  function score() {
    const first = KEYS.map((key, n) => [swaAnswers.kept[`FORM-${n + 1}`]?.first, `FORM-${n + 1}`, key]);
    const right = first.filter(([mark, item, key]) => digest(`${item}-${mark}`) === key).length;
    const done = first.every(([mark]) => mark);
    document.querySelector(".test-score").textContent =
      done ? `Finished: ${right} of 10 right, by your first choices.` : "";
  }
  for (const event of ["swa-answered", "swa-kept"]) document.addEventListener(event, score);
  score();
});
</script>"""


HOW = """# Ten questions {form} the course

Below each question, write the number of the option that you would bet on in place of `None`. The last \
one is for when you could as well roll a die. Nothing here is graded."""
SHEET = """name = ""  # yours
chosen = [globals().get(f"{form}_{{number}}") for number in range(1, 11)]
print(f"Name: {{name}}\\n{form}:", *["-" if choice is None else choice for choice in chosen])"""


def notebook(form):
    """A test as a source notebook: what only a teacher gets has the tag `instructor`."""
    text, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    cells = [text(HOW.format(form=form), id="intro")]
    for number, item in enumerate(ITEMS[form], 1):
        listed = list(enumerate(options(form, number), 1))
        asked = "\n".join(f"{place}. {words}" for place, (words, _) in listed)
        means = "\n".join(f"- {words}: {meaning or 'right.'}" for _, (words, meaning) in listed[:-1])
        note = f"**For the teacher.** The misreading: {item.misreading}\n\n{means}"
        cells += [
            text(f"**Question {number}.** {item.words}\n\n{asked}", id=f"item-{number}-question"),
            text(note, id=f"item-{number}-teacher", metadata={"tags": ["instructor"]}),
            code(f"{form}_{number} = None  # your choice", id=f"item-{number}-choice"),
        ]
    cells.append(text("## Hand in\n\nRun this cell, and hand in the two lines that it prints.", id="hand-in"))
    cells.append(code(SHEET.format(form=form), id="hand-in-sheet"))
    return nbformat.v4.new_notebook(cells=cells, nbformat_minor=5)


if __name__ == "__main__":
    for form in FORMS:
        print(f"{form}:", *key(form))
