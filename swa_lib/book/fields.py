"""The field below a question of the page: HTML and, as JSON, all that `page/questions.js` has to know.

When the book is built, an answer cell shows this field instead of "Not answered yet." (`checking.py`). The
page then says what `check` says, without a kernel. Without JavaScript the field stays hidden.
"""

import json
from html import escape

from .asking import QUESTIONS


def field(name):
    """The field of a question, or for a function the sentence that says where to write it."""
    kind = QUESTIONS[name].kind
    if not kind.typed:
        return (
            f'<div class="question" data-question="{name}"><p>The answer is {escape(kind.form)}. '
            "Write it in the notebook of this chapter, which runs it: the page cannot. "
            f"{escape(kind.announced)}</p></div>"
        )
    spec = json.dumps(for_page(name), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    spec = spec.replace("<", "\\u003c")  # no end of the script inside it
    asked = "".join(
        f'<label><input type="radio" name="answer" value="{escape(option)}">{escape(option)}</label>'
        for option in kind.options
    ) or (
        f'<label for="answer-{name}">Your answer</label><input id="answer-{name}" name="answer" '
        'autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="200" enterkeyhint="done">'
    )
    hint = "Choose one." if kind.options else f"{kind.form[0].upper()}{kind.form[1:]}."
    return (
        f'<form class="question" data-question="{name}" aria-label="{escape(about(name))}" hidden>'
        f'<fieldset class="question-ask" aria-describedby="form-{name}">{asked}'
        '<button type="submit">Check</button></fieldset>'
        f'<p class="question-form" id="form-{name}">{escape(hint)}</p>'
        '<p class="question-reply" role="status"></p><p class="question-first"></p>'
        f'<script type="application/json">{spec}</script></form>'
    )


def about(name):
    """What a question is about: the first sentence of its description."""
    return "Answer: " + QUESTIONS[name].tell.__doc__.split(". ")[0].rstrip(".")


def for_page(name):
    """A question as JSON takes it: how it is read, its table of replies, and where it is explained."""
    question = QUESTIONS[name]
    page, heading = question.section.split("#")
    spec = {"form": question.kind.form, "section": f"{page.removesuffix('.ipynb')}.html#{heading}"}
    return spec | question.kind.for_page(question.expected[0]) | {"replies": [*question.table]}
