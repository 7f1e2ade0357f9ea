"""The ten misreadings that the book hunts, as a test before the course and one after it.

Every item is a question of the book (`questions/`), and its wrong options are that question's own
misreadings. Both tests hunt the same ten, with other numbers. The page
(`fields.py`) and the notebook show the options, in an order that gives nothing away; what is right, and what
each wrong option means, is in the teacher's copy, which calls `key` and `compare`.
"""

import html
import re
from typing import NamedTuple

import numpy as np

from ..book.asking import QUESTIONS
from ..book.kinds import Choice, shown

UNKNOWN = "I do not know"
FORMS = ("before", "after")


class Item(NamedTuple):
    """One misreading, and a question that it answers wrongly: one a form, with the words of the test."""

    misreading: str
    before: tuple[str, str]
    after: tuple[str, str]
    kept: tuple[int, ...] = (0, 1, 2)  # which of a question's misreadings are options


ITEMS = (
    Item(
        "A window does not count the token itself.",
        ("oldest_of_ten", "A layer has a window of W = 10. Which is the oldest token that token 100 sees?"),
        (
            "oldest_of_4096",
            "A layer has a window of W = 4,096. Which is the oldest token that token 10,000 sees?",
        ),
    ),
    Item(
        "The reach is L × W.",
        (
            "farthest_token",
            "3 layers have windows of W = 100. How many tokens back is the farthest they can reach?",
        ),
        ("reach_of_mistral", "32 layers have windows of W = 4,096. How many tokens back can they reach?"),
    ),
    Item(
        "What can be reached arrives.",
        (
            "farthest_share",
            "3 layers average their windows of W = 100, without a residual path. What share of the output "
            "comes from the farthest token that they reach?",
        ),
        (
            "twice_the_layers",
            "99% of a stack's output comes from the tokens up to some place. With twice the layers, does this"
            " place move as far as the reach does?",
        ),
    ),
    Item(
        "The width of a blur is how far back it lies.",
        (
            "middle_of_the_blur",
            "L = 100 layers average their windows of W = 100. How many tokens back does the output come from,"
            " on average?",
        ),
        (
            "last_577_tokens",
            "L = 100 layers average their windows of W = 100. How much of the output comes from the last 577 "
            "tokens?",
        ),
    ),
    Item(
        "Widths add up.",
        (
            "four_times_the_layers",
            "A stack that averages is given four times the layers. How many times as wide is its blur?",
        ),
        (
            "spread_of_25",
            "L = 25 layers average their windows of W = 1,000. What is the standard deviation of the distance"
            " that the output comes from?",
        ),
    ),
    Item(
        "A hop lets the share α through.",
        (
            "two_hops_at_98",
            "Each layer keeps α = 0.98 on the residual path. How much of a signal do two hops through "
            "attention let through?",
        ),
        (
            "three_hops",
            "Each layer keeps α = 0.95 on the residual path. How much of a signal do 1, 2 and 3 hops through "
            "attention let through?",
        ),
    ),
    Item(
        "One choice of layers stands for all of them.",
        (
            "depth_counts",
            "Each layer keeps α = 0.95. Does the share that comes from beyond one window depend on the depth "
            "of the stack?",
        ),
        (
            "beyond_the_rule",
            "L = 100 layers, each keeps α = 0.95. What share of the output comes from beyond 1.5 windows?",
        ),
    ),
    Item(
        "The horizon does not know the depth.",
        (
            "three_horizons",
            "W = 100, α = 0.95, and 0.1% may be left out. How many tokens back are the exact horizons of 8, "
            "32 and 100 layers?",
        ),
        (
            "windows_of_gemma",
            "The 52 windowed layers of Gemma 3 27B, α = 0.95, and 1% may be left out. How many windows back "
            "is their exact horizon?",
        ),
        kept=(2, 3, 5),
    ),
    Item(
        "A horizon needs no tolerance.",
        (
            "rule_at_a_ten_thousandth",
            "The rule of thumb puts a stack's horizon at 153.7 tokens, where 1% may be left out. Where does "
            "it put it, where 0.01% may be left out?",
        ),
        (
            "rule_for_a_real_window",
            "W = 4,096, α = 0.9, and 1% may be left out. Where does the rule of thumb put the horizon?",
        ),
    ),
    Item(
        "A layer counts by what it can see.",
        (
            "one_global_of_eight",
            "One of 8 layers is global, α = 0.95, and the text has 4,000 tokens; the other windows are 100 "
            "tokens. About what share of the output comes from beyond 1,000 tokens?",
        ),
        (
            "held_with_one_global",
            "36 layers have windows of 128, but one of them is global. The text has 8,192 tokens. How many "
            "tokens do the layers keep, together?",
        ),
    ),
)


def question_of(form, number):
    """The question's name and the words of item `number`, from 1, of a form."""
    if form not in FORMS:
        raise ValueError(f"form must be one of {', '.join(FORMS)}, got {form!r}")
    return getattr(ITEMS[number - 1], form)


def options(form, number):
    """The options of an item, as words; the last is that one does not know."""
    return [words for words, _ in _marked(form, number)]


def _marked(form, number):
    """The options with what each means: None for the right one, else the misreading's sentence."""
    name, _ = question_of(form, number)
    kind = QUESTIONS[name].kind
    right, misreadings = QUESTIONS[name].make()
    kept = [misreadings[place] for place in ITEMS[number - 1].kept if place < len(misreadings)]
    found = {}  # words -> (value, meaning)
    for value, meaning in [(right, None), *kept]:
        found.setdefault(_words(kind, kind.read(value)), (kind.read(value), meaning))
    if isinstance(kind, Choice):
        marked = [(words, found[words][1]) for words in kind.options if words in found]
    else:
        order = sorted(found, key=lambda words: np.ravel(found[words][0]).tolist())
        marked = [(words, found[words][1]) for words in order]
    return [*marked, (UNKNOWN, "No answer.")]


def _words(kind, value):
    """A value as an option says it."""
    if isinstance(value, str):
        return value
    numbers = ", ".join(_plainly(number) for number in np.ravel(value).tolist())
    unit = getattr(kind, "unit", "")
    return f"{numbers} {unit.removesuffix('s') if numbers == '1' else unit}".strip()


def _plainly(number):
    """A number without an exponent, to four digits.

    >>> _plainly(1e-6), _plainly(230.5865), _plainly(131040.0)
    ('0.000001', '231', '131,040')
    """
    if abs(number) < 1e-3:
        return f"{number:.10f}".rstrip("0").rstrip(".")
    return f"{number:,.0f}" if abs(number) >= 20 else shown(number)


def sheet(form, answers):
    """The line that a student hands in: the chosen options in their order, - where there is none.

    Parameters
    ----------
    form : "before" or "after"
    answers : dict, such as a notebook's globals(); before_1 is the number of the option chosen for item 1

    >>> sheet("before", {"before_1": 2, "before_3": "4"})
    'before: 2 - 4 - - - - - - -'
    """
    marks = []
    for number in range(1, len(ITEMS) + 1):
        chosen = str(answers.get(f"{form}_{number}")).strip()
        there = chosen in [str(place) for place, _ in enumerate(options(form, number), 1)]
        marks.append(chosen if there else "-")
    return f"{form}: {' '.join(marks)}"


# For the teacher -------------------------------------------------------------------------------------------


def key(form):
    """Which option of each item is right, counted from 1.

    >>> len(key("before"))
    10
    """
    return [
        next(place for place, (_, meaning) in enumerate(_marked(form, number), 1) if meaning is None)
        for number in range(1, len(ITEMS) + 1)
    ]


def meaning(form, number, chosen):
    """What it means that somebody chose this option: None for the right one."""
    return _marked(form, number)[chosen - 1][1]


def sheets(text):
    """The answer sheets in a text, form -> lists of ten chosen options, None where nothing was chosen.

    A sheet is a line as the page and the notebook write it; whatever else the text says is left out.

    >>> sheets("From Ada: before: 2 1 - 1 3 2 2 1 1 2")["before"]
    [[2, 1, None, 1, 3, 2, 2, 1, 1, 2]]
    """
    found = {form: [] for form in FORMS}
    for form, line in re.findall(r"\b(before|after): *((?:(?:\d|-) *)+)$", text, re.MULTILINE):
        if len(line.split()) == len(ITEMS):
            found[form].append([None if mark == "-" else int(mark) for mark in line.split()])
    return found


def compare(text):
    """How many of a class chose the right option, before and after, for each misreading.

    Returns
    -------
    list of (misreading, share before, share after, the wrong option most chosen after, in its words); a
    share is None where no sheet was handed in
    """
    handed_in, rows = sheets(text), []
    keys = {form: key(form) for form in FORMS}
    for number, item in enumerate(ITEMS, 1):
        shares = [
            sum(sheet[number - 1] == keys[form][number - 1] for sheet in handed_in[form])
            / len(handed_in[form])
            if handed_in[form]
            else None
            for form in FORMS
        ]
        wrong = [sheet[number - 1] for sheet in handed_in["after"]]
        wrong = [chosen for chosen in wrong if chosen and chosen != keys["after"][number - 1]]
        most = max(sorted(set(wrong)), key=wrong.count, default=None)
        rows.append((item.misreading, *shares, options("after", number)[most - 1] if most else ""))
    return rows


def report(text):
    """The comparison as lines of text: who chose the right option, before and after, of whom."""
    handed_in = sheets(text)
    count = " and ".join(f"{len(handed_in[form])} {form}" for form in FORMS)
    lines = [f"Sheets: {count}.", "", f"{'misreading avoided by':48}before   after  most chosen instead"]
    for misreading, *shares, most in compare(text):
        shown = ["" if share is None else f"{share:.0%}" for share in shares]
        lines.append(f"{misreading:48}{shown[0]:>6}  {shown[1]:>6}  {most}".rstrip())
    return "\n".join(lines)


def items_of(form):
    """The items of a test (`py`) as choices that the page keeps and does not judge.

    No answer is in the page.
    """
    items = []
    for number in range(1, len(ITEMS) + 1):
        name = f"{form}-{number}"
        choices = "".join(
            f'<label><input type="radio" name="{name}" value="{place}"> '
            f"<span>{html.escape(words)}</span></label>"
            for place, words in enumerate(options(form, number), 1)
        )
        words = html.escape(question_of(form, number)[1])
        items.append(
            f'<fieldset class="question question-test" data-question="{name}">'
            f"<legend>{number}. {words}</legend>{choices}</fieldset>"
        )
    return "".join(items)
