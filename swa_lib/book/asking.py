"""What a question is. A book's questions register themselves here, in the order in which they are written."""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

QUESTIONS = {}


class Question(NamedTuple):
    """One question: its section, the kind of its answer, and what it replies.

    `make` gives the right answer and the misreadings, as [(wrong answer, reply), ...].
    """

    section: str
    kind: Any
    make: Callable
    replies: Callable

    @property
    def nudge(self):
        """What is said to an answer that is wrong and comes from no known misreading."""
        return next((reply for wrong, reply in self.replies()[1:] if wrong is ...), "")


def question(section, kind):
    """Register a function as a question.

    It yields the right answer first, then (wrong answer, reply) for every known misreading, and at the end
    perhaps (..., reply) for all other wrong answers.
    """

    def add(tell):
        replies = functools.cache(lambda: [*tell()])

        @functools.wraps(tell)
        def make():
            right, *wrong = replies()
            return right, [(answer, reply) for answer, reply in wrong if answer is not ...]

        QUESTIONS[tell.__name__] = Question(section, kind, functools.cache(make), replies)
        return tell

    return add
