"""The checks of the questions: an answer in, a sentence out.

A wrong answer that comes from a known misreading is told which one. Unlike the rest of the package, a check
never raises: whatever it is given, it explains.
"""

import difflib
import os

from .asking import QUESTIONS
from .reading import Unclear

NOT_ANSWERED = ("", "...", "your answer")


class Verdict:
    """What a check says: one or two sentences, true when the answer is right.

    `text` is the verdict, `section` the page that explains it, None where there is no need. `asks` is true
    where an answer is neither right nor wrong, because it cannot be told what it means. `asked` is a question
    that has no answer yet: when the site is built, its field stands in the page.
    """

    def __init__(self, text, right=False, section=None, asks=False, asked=None):
        self.text, self.right, self.section, self.asks, self.asked = text, right, section, asks, asked

    def __bool__(self):
        return self.right

    def __repr__(self):
        return self.text if self.section is None else f"{self.text} It is explained in: {self.section}"

    def _repr_markdown_(self):
        return None if self.section is None else f"{self.text} [Where it is explained]({self.section})."

    def _repr_html_(self):
        return self.asked.field() if self.asked and os.environ.get("SWA_EXPLORERS") == "page" else None


def check(name, answer):
    """Say whether an answer is right and, if not, what it looks like.

    name : str, the name of a question of the book
    answer : anything; numbers, lists, arrays, words or functions, as the question asks

    Returns Verdict: prints as a sentence, counts as true when the answer is right. Never raises
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
    kind = question.kind
    if answer is None or answer is ... or (isinstance(answer, str) and answer.strip() in NOT_ANSWERED):
        return Verdict(f"Not answered yet. {kind.announced}".strip(), asks=True, asked=question)
    try:
        right, says = _judge(kind, answer, question)
    except Unclear as unclear:
        return Verdict(str(unclear), asks=True)
    except Exception:  # an object that raises when it is looked at is not an answer
        return Verdict(str(kind.wants()), asks=True)
    return Verdict(says, right, None if right else question.section)


def _judge(kind, answer, question):
    try:
        found = kind.judge(kind.read(answer, question.expected[0]), question)
    except Unclear as doubt:  # what has several meanings is right if each of them is
        each = [kind.judge(value, question) for value in doubt.meant]
        if not each or not all(said and said[0] for said in each):
            raise
        found = each[0]
    if not found:
        raise kind.wants()
    return found
