"""An answer that is a function: tried on several inputs, its errors passed on, its endless loops ended."""

import copy
import functools
import numbers
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

    def for_page(self):
        return {"kind": "Function", "form": self.form, "edges": self.edges}

    def read(self, answer, expected=None):
        if not callable(answer):
            raise Unclear(f"This question wants {self.form}. Give the function itself, without calling it.")
        end = time.monotonic() + PATIENCE
        return Outcomes([self._outcome(answer, given, end) for given in self.inputs], answer)

    def _outcome(self, function, given, end):
        try:
            outcome = _within_time(function, copy.deepcopy(given), end)
        except Endless:
            raise Unclear(
                f"Your function ran for {PATIENCE:.0f} seconds and did not come back from "
                f"{_arguments(given)}. Is there a loop that never ends?"
            ) from None
        except (Exception, SystemExit) as error:
            said, wanted = _message(error), f"Wanted is {self.form}. {self.announced()}"
            raise Unclear(f"Your function raised {said} for {_arguments(given)}. {wanted}") from None
        if outcome is None:
            raise Unclear(f"Your function returned None for {_arguments(given)}. Is a return missing?")
        if isinstance(outcome, (str, bytes)) or not isinstance(
            outcome, (numbers.Number, list, tuple, range, np.ndarray, np.generic)
        ):
            raise Unclear(
                f"Your function returned something else than numbers for {_arguments(given)}. "
                f"Wanted is {self.form}."
            )
        return np.asarray(outcome, dtype=float)

    def announced(self):
        """What is said of the unusual sizes, before and after."""
        return f"It is also tried with {self.edges}."

    def same(self, value, expected):
        return all(self._agree(a, b) for a, b in zip(value, expected))

    def _agree(self, a, b):
        return a.shape == b.shape and np.allclose(a, b, rtol=self.within, atol=1e-15)

    def objection(self, value):
        """What is to be said against a function whose results are right, or None."""
        if _is_the_book_s(value.function, self.book):
            return "That is the book's own function, and it is right. Now write one of yours."
        return None

    def explain(self, value, expected):
        given, got, right = next(
            (g, a, b) for g, a, b in zip(self.inputs, value, expected) if not self._agree(a, b)
        )
        if got.shape != right.shape:
            says = f"For {_arguments(given)} it gives an array of shape {got.shape}; right is {right.shape}."
        elif got.ndim == 0:
            says = f"It gives {got:.6g} for {_arguments(given)}; right is {right:.6g}."
        else:
            at = int(np.argmax(~np.isclose(got, right, rtol=self.within, atol=1e-15)))
            says = f"For {_arguments(given)} entry {at} is {got.flat[at]:.6g}; right is {right.flat[at]:.6g}."
        agreed = sum(self._agree(a, b) for a, b in zip(value, expected))
        return (
            f"{says} It agrees on {agreed} of {len(expected)} inputs. {self.announced()}" if agreed else says
        )

    def show(self, value):
        return f"it agrees on all {len(value)} inputs tried"


class Outcomes(list):
    """What a function returned for each input, and the function."""

    def __init__(self, results, function):
        super().__init__(results)
        self.function = function


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


def _message(error):
    """Name and message of an error; on one line, and whatever its message does."""
    try:
        text = " ".join(str(error).split())
    except Exception:
        text = ""
    text = text if len(text) <= 120 else text[:117] + "..."
    return f"{type(error).__name__}: {text.rstrip('.')}" if text else type(error).__name__


def _is_the_book_s(function, book):
    """Whether it is the book's own function, under any name, or a line that hands all on to it."""
    while isinstance(function, functools.partial):
        function = function.func
    code = getattr(function, "__code__", None)
    if function is book or book is None or code is None:
        return book is not None and function is book
    named = [function.__globals__.get(name) for name in code.co_names]
    named += [getattr(one, name, None) for one in named if hasattr(one, "__path__") for name in code.co_names]
    return any(other is book for other in named)


def _arguments(given):
    shown = [
        f"an array of {len(value)}" if isinstance(value, np.ndarray) else f"{value:g}" for value in given
    ]
    return f"({', '.join(shown)})"
