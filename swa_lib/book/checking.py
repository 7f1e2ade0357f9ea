"""The checks of the questions: an answer in, a sentence out.

A wrong answer that comes from a known misreading is told which one. Unlike the rest of the package, a check
never raises: whatever it is given, it explains.
"""

import difflib
import functools
import os

from .asking import QUESTIONS
from .fields import field
from .reading import Unclear

NOT_ANSWERED = ("", "...", "your answer")


class Verdict:
    """What a check says: one or two sentences, true when the answer is right.

    `text` is the verdict, `section` the page that explains it, None where there is no need. `asks` is true
    where an answer is neither right nor wrong, because it cannot be told what it means. `field` names a
    question that has no answer yet: when the site is built, its field stands in the page.
    """

    def __init__(self, text, right=False, section=None, asks=False, field=None):
        self.text, self.right, self.section, self.asks, self.field = text, right, section, asks, field

    def __bool__(self):
        return self.right

    def __repr__(self):
        return self.text if self.section is None else f"{self.text} It is explained in: {self.section}"

    def _repr_markdown_(self):
        return None if self.section is None else f"{self.text} [Where it is explained]({self.section})."

    def _repr_html_(self):
        return field(self.field) if self.field and os.environ.get("SWA_EXPLORERS") == "page" else None


@functools.cache
def expected(name):
    """The right answer of a question, as its kind reads it, and its misreadings: (wrong value, sentence)."""
    question = QUESTIONS[name]
    right, misreadings = question.make()
    read = question.kind.read
    return read(right), [(read(wrong), sentence) for wrong, sentence in misreadings]


def check(name, answer):
    """Say whether an answer is right and, if not, what it looks like.

    Parameters
    ----------
    name : str, the name of a question of the book
    answer : anything; numbers, lists, arrays, words or functions, as the question asks

    Returns
    -------
    Verdict: prints as a sentence, counts as true when the answer is right. Never raises.

    Source: the questions of every chapter.

    >>> from swa_lib.exercises import check
    >>> check("farthest_token", 297)
    Right: 297 tokens.
    >>> check("farthest_token", 300).text
    'L x W counts the current token once per layer; a layer takes you back W-1 at most.'
    >>> check("farthest_token", "2,97").asks
    True
    >>> check("farthest_token", None)
    Not answered yet.
    """
    if not isinstance(name, str) or name not in QUESTIONS:
        near = difflib.get_close_matches(name, QUESTIONS, 1) if isinstance(name, str) else []
        return Verdict(f"There is no question of this name{f'; did you mean {near[0]!r}' if near else ''}.")
    question = QUESTIONS[name]
    if answer is None or answer is ... or (isinstance(answer, str) and answer.strip() in NOT_ANSWERED):
        return Verdict(f"Not answered yet. {question.kind.announced()}".strip(), asks=True, field=name)
    try:
        return _judge(question, answer, *expected(name))
    except Unclear as unclear:
        return Verdict(str(unclear), asks=True)
    except Exception:  # an object that raises when it is looked at is not an answer
        return Verdict(f"This question wants {question.kind.form}.", asks=True)


def _judge(question, answer, right, misreadings):
    kind = question.kind
    value = kind.read(answer, right)
    if kind.same(value, right):
        return Verdict(kind.praise(value, right), right=True)
    replies = (sentence for wrong, sentence in misreadings if kind.mistaken(value, wrong))
    reply = next(replies, None) or f"{kind.explain(value, right)} {question.nudge}".strip()
    return Verdict(reply, section=question.section)
