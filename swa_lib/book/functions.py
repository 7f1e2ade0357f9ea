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

    `inputs` are tuples of arguments. `edges` says in words which unusual sizes are among them; `book` is the
    function of the book that does the same, which is not to be handed in as one's own.

    >>> halves = Function("f(x), half of x", [(1,), (2,)], edges="1")
    >>> halves.explain(halves.read(lambda x: x), halves.read(lambda x: x / 2))
    'It gives 1 for (1); right is 0.5.'
    """

    typed = False

    def __init__(self, form, inputs, edges, book=None, within=1e-6):
        self.form, self.inputs, self.edges = f"a function {form}", inputs, edges
        self.book, self.within = book, within

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
            raise Unclear(
                f"Your function ran for {PATIENCE:.0f} seconds and did not come back from {shown}. "
                "Is there a loop that never ends?"
            ) from None
        except (Exception, SystemExit) as error:
            said = " ".join(f"{type(error).__name__}: {error}".split())[:120].rstrip(".: ")
            raise Unclear(
                f"Your function raised {said} for {shown}. Wanted is {self.form}. {self.announced()}"
            ) from None
        if outcome is None:
            raise Unclear(f"Your function returned None for {shown}. Is a return missing?")
        outcome = np.asarray(outcome)
        if outcome.dtype.kind not in "biuf":
            raise Unclear(
                f"Your function returned something else than numbers for {shown}. Wanted is {self.form}."
            )
        return outcome.astype(float)

    def announced(self):
        """What is said of the unusual sizes, before and after."""
        return f"It is also tried with {self.edges}."

    def same(self, value, expected):
        return all(map(self._agree, value, expected))

    def _agree(self, a, b):
        return a.shape == b.shape and np.allclose(a, b, rtol=self.within, atol=1e-15)

    def explain(self, value, expected):
        agreed = [self._agree(a, b) for a, b in zip(value, expected)]
        given, got, right = next(
            row for row, fits in zip(zip(self.inputs, value, expected), agreed) if not fits
        )
        if got.shape != right.shape:
            says = f"For {_arguments(given)} it gives an array of shape {got.shape}; right is {right.shape}."
        elif got.ndim == 0:
            says = f"It gives {got:.6g} for {_arguments(given)}; right is {right:.6g}."
        else:
            at = int(np.argmax(~np.isclose(got, right, rtol=self.within, atol=1e-15)))
            says = f"For {_arguments(given)} entry {at} is {got.flat[at]:.6g}; right is {right.flat[at]:.6g}."
        if any(agreed):
            says += f" It agrees on {sum(agreed)} of {len(expected)} inputs. {self.announced()}"
        return says

    def show(self, value):
        return f"it agrees on all {len(value)} inputs tried"


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
    shown = [
        f"an array of {len(value)}" if isinstance(value, np.ndarray) else f"{value:g}" for value in given
    ]
    return f"({', '.join(shown)})"
