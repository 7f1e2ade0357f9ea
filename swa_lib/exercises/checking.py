"""The checks of the exercises: an answer in, a sentence out.

The expected value and the typical wrong ones are computed (`questions.py`); a
wrong answer that comes from a known misreading is told which one. Unlike the
rest of the package, a check never raises: whatever it is given, it explains.
"""

import difflib
import functools

from .kinds import Unreadable
from .questions import QUESTIONS


class Verdict:
    """What a check says: one or two sentences, true when the answer is right.

    `text` is the verdict, `section` the page that explains it, None where there
    is no need.
    """

    def __init__(self, text, right=False, section=None):
        self.text, self.right, self.section = text, right, section

    def __bool__(self):
        return self.right

    def __repr__(self):
        return self.text if self.section is None else f"{self.text} It is explained in: {self.section}"

    def _repr_markdown_(self):
        return None if self.section is None else f"{self.text} [Where it is explained]({self.section})."


@functools.cache
def expected(name):
    """The right answer of a question, as its kind reads it, and its misreadings: (wrong value, sentence)."""
    question = QUESTIONS[name]
    right, misreadings = question.make()
    return question.kind.read(right), [
        (question.kind.read(wrong), sentence) for wrong, sentence in misreadings
    ]


def check(name, answer):
    """Say whether an answer is right and, if not, what it looks like.

    Parameters
    ----------
    name : str, the name of a question of the book
    answer : anything; numbers, lists, arrays, words or functions, as the question asks

    Returns
    -------
    Verdict: prints as a sentence, counts as true when the answer is right. Never raises.

    Source: the exercises of every chapter.

    >>> check("farthest_token", 297)
    Right: 297 tokens.
    >>> check("farthest_token", 300)
    L x W counts the current token once per layer; a layer takes you back W-1 at most. It is explained in: 02_reach.ipynb#the-code
    >>> check("farthest_token", None)
    Not answered yet.
    """
    if not isinstance(name, str) or name not in QUESTIONS:
        near = difflib.get_close_matches(name, QUESTIONS, 1) if isinstance(name, str) else []
        return Verdict(f"There is no question of this name{f'; did you mean {near[0]!r}' if near else ''}.")
    if (
        answer is None
        or answer is ...
        or (isinstance(answer, str) and answer.strip() in ("", "...", "your answer"))
    ):
        return Verdict("Not answered yet.")
    question = QUESTIONS[name]
    right, misreadings = expected(name)
    try:
        value = question.kind.read(answer)
        if question.kind.same(value, right):
            return Verdict(f"Right: {question.kind.praise(value, right)}", right=True)
        for wrong, sentence in misreadings:
            if question.kind.same(value, wrong):
                return Verdict(sentence, section=question.section)
        return Verdict(question.kind.explain(value, right), section=question.section)
    except Unreadable as unreadable:
        return Verdict(str(unreadable))
    except Exception:  # an object that raises when it is looked at is not an answer
        return Verdict(f"This question wants {question.kind.form}.")
