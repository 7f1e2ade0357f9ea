"""The field below a question of the page: HTML and, as JSON, all that `page/questions.js` has to know.

When the book is built, an answer cell shows this field instead of "Not answered yet." (`checking.py`). The
page then says what `check` says, without a kernel. Without JavaScript the field stays hidden.
"""

import json
from html import escape

import numpy as np

from .asking import QUESTIONS
from .kinds import Choice, Judged, Numbers


def field(name):
    """The field of a question, or for a function the sentence that says where to write it."""
    kind = QUESTIONS[name].kind
    if not kind.typed:
        return (
            f'<div class="question" data-question="{name}"><p>The answer is {escape(kind.form)}. '
            "Write it in the notebook of this chapter, which runs it: the page cannot. "
            f"{escape(kind.announced())}</p></div>"
        )
    spec = json.dumps(for_page(name), ensure_ascii=False, separators=(",", ":"))
    spec = spec.replace("<", "\\u003c")  # no end of the script inside it
    reader = kind.reader if isinstance(kind, Judged) else kind
    options = "".join(
        f'<button type="button" value="{escape(option)}">{escape(option)}</button>'
        for option in (reader.options if isinstance(reader, Choice) else ())
    )
    hint = "Choose one." if options else f"{kind.form[0].upper()}{kind.form[1:]}."
    return (
        f'<form class="question" data-question="{name}" aria-label="{escape(about(name))}" hidden>'
        f'<div class="question-ask"><label for="answer-{name}">Your answer</label><input id="answer-{name}" '
        'name="answer" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="200" '
        f'enterkeyhint="done" aria-describedby="form-{name}"><button type="submit">Check</button></div>'
        f'<p class="question-options">{options}</p>'
        f'<p class="question-form" id="form-{name}">{escape(hint)}</p>'
        '<p class="question-reply" role="status"></p><p class="question-first"></p>'
        f'<script type="application/json">{spec}</script></form>'
    )


def about(name):
    """What a question is about: the first sentence of its description."""
    return "Answer: " + QUESTIONS[name].make.__wrapped__.__doc__.split(". ")[0].rstrip(".")


def for_page(name):
    """A question as JSON takes it: its kind, what is right, the misreadings, and where it is explained."""
    question = QUESTIONS[name]
    kind, (page, heading) = question.kind, question.section.split("#")
    spec = kind.for_page() | {"section": f"{page.removesuffix('.ipynb')}.html#{heading}"}
    if isinstance(kind, Judged):
        verdicts = [(plain(answer), *kind.verdict(answer)) for answer in kind.answers]
        return spec | {"verdicts": verdicts, "misreadings": [], "nudge": ""}
    right, misreadings = question.make()
    right = kind.read(right)
    spec |= {"expected": plain(right), "praise": kind.praise(right, right), "nudge": question.nudge}
    if isinstance(kind, Numbers):
        spec["close"] = kind.praise(np.asarray(right) * 1.5, right)
    return spec | {"misreadings": [(plain(kind.read(wrong)), sentence) for wrong, sentence in misreadings]}


def plain(value):
    """A value as JSON has it, numbers always as a list."""
    return value if isinstance(value, str) else np.ravel(value).tolist()
