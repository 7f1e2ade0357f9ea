"""What a question is. A book's questions register themselves here, in the order in which they are written.

When the book is built, an answer cell shows a question's field, not "Not answered yet." (`checking.py`). The
page then says what `check` says, without a kernel. Without JavaScript the field stays hidden.
"""

import functools
import json
from html import escape

QUESTIONS = {}


class Question:
    """One question: its section, the kind of its answer, and what tells what is right and what is not."""

    def __init__(self, section, kind, tell):
        self.section, self.kind, self.tell, self.name = section, kind, tell, tell.__name__

    @functools.cached_property
    def told(self):
        """The right answer, [(wrong answer, reply), ...], and what is said to all other wrong answers."""
        return self.kind.told(self.tell)

    @functools.cached_property
    def expected(self):
        """The right answer and the misreadings, as the kind reads them."""
        right, misreadings, _ = self.told
        return self.kind.read(right), [(self.kind.read(wrong), reply) for wrong, reply in misreadings]

    @functools.cached_property
    def table(self):
        """The replies: which answers they are for, whether these are right, what is said (`kinds.Kind`)."""
        return self.kind.table(self)

    def for_page(self):
        """What `page/reading.js` has to know: how to read, the replies, and where it is explained."""
        page, heading = self.section.split("#")
        spec = {"form": self.kind.form, "section": f"{page.removesuffix('.ipynb')}.html#{heading}"}
        return spec | self.kind.for_page(self.expected[0]) | {"replies": [*self.table]}

    def field(self):
        """The field as HTML, or for a function the sentence that says where to write it."""
        name, kind = self.name, self.kind
        if not kind.typed:
            return (
                f'<div class="question" data-question="{name}"><p>The answer is {escape(kind.form)}. '
                "Write it in the notebook of this chapter, which runs it: the page cannot. "
                f"{escape(kind.announced)}</p></div>"
            )
        about = self.tell.__doc__.split(". ")[0].rstrip(".")
        spec = json.dumps(self.for_page(), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
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
            f'<form class="question" data-question="{name}" aria-label="Answer: {escape(about)}" hidden>'
            f'<fieldset class="question-ask" aria-describedby="form-{name}">{asked}'
            '<button type="submit">Check</button></fieldset>'
            f'<p class="question-form" id="form-{name}">{escape(hint)}</p>'
            '<p class="question-reply" role="status"></p><p class="question-first"></p>'
            f'<script type="application/json">{spec}</script></form>'
        )


def question(section, kind):
    """Register a function as a question.

    It yields the right answer first (a function with its inputs), then (wrong answer, reply) for every known
    misreading, and at the end perhaps (..., reply) for all other wrong answers.
    """

    def add(tell):
        QUESTIONS[tell.__name__] = Question(section, kind, tell)
        return tell

    return add


def expected(name):
    """The right answer of a question, as its kind reads it, and its misreadings: (wrong value, reply)."""
    return QUESTIONS[name].expected
