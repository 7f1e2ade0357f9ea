"""An answer that is a function: tried on several inputs, its errors passed on, its endless loops ended."""

import copy
import sys
import time

import numpy as np

from .kinds import Kind
from .reading import Unclear

PATIENCE = 10.0  # seconds for all inputs of one function


class Endless(BaseException):
    """Raised inside a function that has run too long; no `except Exception` of its own stops it."""


class Function(Kind):
    """A function, tried on several inputs.

    Its question yields first the right function and the inputs, tuples of arguments. `edges` says in words
    which unusual sizes are among them; `book` is the function of the book that does the same, which is not
    to be handed in as one's own.

    >>> halves = Function("f(x), half of x", edges="1")
    >>> right, *_ = halves.told(lambda: [(lambda x: x / 2, [(1,), (2,)])])
    >>> [returned.item() for returned in halves.read(right)]
    [0.5, 1.0]
    """

    typed = False

    def __init__(self, form, edges, book=None, within=1e-6):
        self.form, self.book, self.within = f"a function {form}", book, within
        self.announced = f"It is also tried with {edges}."

    def told(self, tell):
        (right, self.inputs), *told = super().told(tell)
        return right, *told

    def read(self, answer, expected=None):
        """What a function returns for each input, as arrays."""
        if not callable(answer):
            raise Unclear(f"This question wants {self.form}. Give the function itself, without calling it.")
        if expected is not None and answer is self.book:
            raise Unclear("That is the book's own function, and it is right. Now write one of yours.")
        end = time.monotonic() + PATIENCE
        return [self._outcome(answer, given, end) for given in self.inputs]

    def _outcome(self, function, given, end):
        shown = _arguments(given)
        try:
            outcome = _within_time(function, copy.deepcopy(given), end)
        except Endless:
            said = f"ran for {PATIENCE:.0f} seconds and did not come back from {shown}. "
            said += "Is there a loop that never ends?"
        except (Exception, SystemExit) as error:
            said = " ".join(f"raised {type(error).__name__}: {error}".split())[:120].rstrip(".: ")
            said += f" for {shown}. Wanted is {self.form}. {self.announced}"
        else:
            if outcome is not None and np.asarray(outcome).dtype.kind in "biuf":
                return np.asarray(outcome, dtype=float)
            said = f"returned something else than numbers for {shown}. Wanted is {self.form}."
            if outcome is None:
                said = f"returned None for {shown}. Is a return missing?"
        raise Unclear(f"Your function {said}")

    def praise(self, right):
        return f"Right: it agrees on all {len(right)} inputs tried."

    def fits(self, value, outcomes):
        return all(map(self._agree, value, outcomes))

    def _agree(self, a, b):
        return a.shape == b.shape and np.allclose(a, b, rtol=self.within, atol=1e-15)

    def judge(self, value, question):
        return super().judge(value, question) or (False, self._first_fault(value, question.expected[0]))

    def _first_fault(self, value, expected):
        agreed = [self._agree(a, b) for a, b in zip(value, expected)]
        at = agreed.index(False)
        got, right, given = value[at], expected[at], _arguments(self.inputs[at])
        if got.shape != right.shape:
            says = f"For {given} it gives an array of shape {got.shape}; right is {right.shape}."
        elif got.ndim == 0:
            says = f"It gives {got:.6g} for {given}; right is {right:.6g}."
        else:
            at = int(np.argmax(~np.isclose(got, right, rtol=self.within, atol=1e-15)))
            says = f"For {given} entry {at} is {got.flat[at]:.6g}; right is {right.flat[at]:.6g}."
        if any(agreed):
            says += f" It agrees on {sum(agreed)} of {len(expected)} inputs. {self.announced}"
        return says


def _within_time(function, given, end):
    """Call a function; once `end` has passed, its next line of Python raises Endless."""

    def watch(frame, event, argument):
        if time.monotonic() > end:
            raise Endless
        return watch

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        return function(*given)
    finally:
        sys.settrace(before)


def _arguments(given):
    sizes = (f"an array of {len(one)}" if isinstance(one, np.ndarray) else f"{one:g}" for one in given)
    return f"({', '.join(sizes)})"
