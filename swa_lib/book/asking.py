"""What a question is, and what the questions of all chapters share."""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

QUESTIONS = {}


class Sliders(NamedTuple):
    """What an answer takes from the explorer that its section shows; a test holds the notebook to it."""

    values: dict = {}  # control -> values it must have, for the answer to be seen there
    ends: dict = {}  # control -> its first value and its last
    start: dict = {}  # control -> the value it starts with


class Question(NamedTuple):
    """One question: its section, the kind of its answer, what makes answer and misreadings, its explorer."""

    section: str
    kind: Any
    make: Callable
    sliders: Sliders | None


def question(section, kind, sliders=None):
    def add(make):
        QUESTIONS[make.__name__] = Question(section, kind, functools.cache(make), sliders)
        return make

    return add


def only(found):
    """The one thing that was found. A question must not pick one of several right answers."""
    if len(found) != 1:
        raise ValueError(f"a question must have one right answer, got {found}")
    return found[0]


def first(condition, start=1):
    """The smallest whole number from `start` on for which the condition holds."""
    return next(n for n in range(start, 10_000) if condition(n))
