"""What a question is. A book's questions register themselves here, in the order in which they are written."""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

QUESTIONS = {}


class Question(NamedTuple):
    """One question: its section, the kind of its answer, what makes answer and misreadings, a nudge.

    The nudge is said to an answer that is wrong and comes from no known misreading.
    """

    section: str
    kind: Any
    make: Callable
    nudge: str


def question(section, kind, nudge=""):
    """Register a function as a question: it returns the right answer and [(wrong answer, sentence), ...]."""

    def add(make):
        QUESTIONS[make.__name__] = Question(section, kind, functools.cache(make), nudge)
        return make

    return add
