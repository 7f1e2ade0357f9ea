"""The checks of the exercises: an answer in, a sentence out.

The expected value and the typical wrong ones are computed (`questions/`); a wrong answer that comes from a
known misreading is told which one. Unlike the rest of the package, a check never raises: whatever it is
given, it explains. `grade` is the same for a graded cell, and raises where the answer is not right.
"""

import ast
import difflib
import functools
import math
import os
import sys

from .asking import QUESTIONS
from .fields import field
from .kinds import POWER
from .reading import Unclear

IN_THE_NOTEBOOK = object()  # no answer handed in: it is the variable with the question's name
NOT_ANSWERED = ("", "...", "your answer")
BLANK = " \t\r\n\u00a0"


class Verdict:
    """What a check says: one or two sentences, true when the answer is right.

    `text` is the verdict, `section` the page that explains it, None where there is no need. `asks` is true
    where an answer is neither right nor wrong, because it cannot be told what it means.
    """

    def __init__(self, text, right=False, section=None, asks=False):
        self.text, self.right, self.section, self.asks = text, right, section, asks

    def __bool__(self):
        return self.right

    def __repr__(self):
        return self.text if self.section is None else f"{self.text} It is explained in: {self.section}"

    def _repr_markdown_(self):
        return None if self.section is None else f"{self.text} [Where it is explained]({self.section})."


class NotAnswered(Verdict):
    """The verdict on no answer. When the site is built, it puts a field into the page."""

    def __init__(self, name):
        announced = getattr(QUESTIONS[name].kind, "announced", None)
        super().__init__(f"Not answered yet. {announced()}" if announced else "Not answered yet.", asks=True)
        self.name = name

    def _repr_html_(self):
        return field(self.name) if os.environ.get("SWA_EXPLORERS") == "page" else None


class NotRight(AssertionError):
    """A graded answer that is not right. In a notebook its sentence stands alone, without a traceback."""

    def _render_traceback_(self):
        return [str(self)]


@functools.cache
def expected(name):
    """The right answer of a question, as its kind reads it, and its misreadings: (wrong value, sentence)."""
    question = QUESTIONS[name]
    right, misreadings = question.make()
    return question.kind.read(right), [
        (question.kind.read(wrong), sentence) for wrong, sentence in misreadings
    ]


def check(name, answer=IN_THE_NOTEBOOK):
    """Say whether an answer is right and, if not, what it looks like.

    Parameters
    ----------
    name : str, the name of a question of the book
    answer : anything; numbers, lists, arrays, words or functions, as the question asks. Left out, it is the
        variable of the notebook that has the question's name

    Returns
    -------
    Verdict: prints as a sentence, counts as true when the answer is right. Never raises.

    Source: the exercises of every chapter.

    >>> check("farthest_token", 297)
    Right: 297 tokens.
    >>> check("farthest_token", 300).text
    'L x W counts the current token once per layer; a layer takes you back W-1 at most.'
    >>> check("farthest_token", "2,97").asks
    True
    >>> check("farthest_token", None)
    Not answered yet.
    """
    return _verdict(name, answer, sys._getframe(1))


def grade(name):
    """Check the variable that has the question's name, and raise NotRight unless it is right.

    For graded cells: what it says is printed, never the cell's value, so that nothing a cell shows can be
    taken for a score.

    >>> farthest_token = 297
    >>> grade("farthest_token")
    Right: 297 tokens.
    """
    verdict = _verdict(name, IN_THE_NOTEBOOK, sys._getframe(1))
    if verdict.right is not True:
        raise NotRight(repr(verdict))
    print(verdict)


def _verdict(name, answer, caller):
    if not isinstance(name, str) or name not in QUESTIONS:
        near = difflib.get_close_matches(name, QUESTIONS, 1) if isinstance(name, str) else []
        return Verdict(f"There is no question of this name{f'; did you mean {near[0]!r}' if near else ''}.")
    notebook, cells = caller.f_globals, _cells_run()
    line = caller.f_lineno if caller.f_code.co_name == "<module>" else math.inf  # in a function: anywhere
    # The cell that runs, if it is the one that checks.
    source = cells[-1] if cells and name in cells[-1] else ""
    if answer is IN_THE_NOTEBOOK:
        if name not in notebook:
            return Verdict(
                f"There is no {name} yet. Run the cell with your answer; after a restart, run the "
                "notebook's first cell before it.",
                asks=True,
            )
        answer = notebook[name]
        source = next((cell for cell in reversed(cells) if _sets(cell, name)), "")
    elif _uses(source, "answer") and not _sets(source, "answer", before=line):
        return Verdict(
            "This answer was not given in this cell, so it may belong to another question. "
            "Write answer = ... above the check.",
            asks=True,
        )
    if answer is None or answer is ... or (isinstance(answer, str) and answer.strip(BLANK) in NOT_ANSWERED):
        return NotAnswered(name)
    verdict = _judge(name, answer)
    if not verdict.right and not verdict.asks and _has_caret(source):
        return Verdict(POWER, section=verdict.section)
    return verdict


def _judge(name, answer):
    question = QUESTIONS[name]
    kind = question.kind
    right, misreadings = expected(name)
    try:
        value = kind.read(answer, right)
        if kind.same(value, right):
            objection = getattr(kind, "objection", lambda value: None)(value)
            if objection:
                return Verdict(objection, asks=True)
            return Verdict(kind.praise(value, right), right=True)
        for wrong, sentence in misreadings:
            if kind.mistaken(value, wrong):
                remark = getattr(kind, "remark", lambda value: "")(value)
                return Verdict(remark + sentence, section=question.section)
        return Verdict(kind.explain(value, right), section=question.section)
    except Unclear as unclear:
        return Verdict(str(unclear), asks=True)
    except Exception:  # an object that raises when it is looked at is not an answer
        return Verdict(f"This question wants {kind.form}.", asks=True)


# The notebook's cells


def _cells_run():
    """The sources of the cells run so far in this notebook, the running one last; none outside a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    cells = shell.user_ns.get("In") if shell else None
    return [cell for cell in cells if isinstance(cell, str)] if isinstance(cells, list) else []


def _parts(source):
    """The parts of a cell's syntax, also below a magic such as %%time; none where it is no Python."""
    try:
        parts = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError):
        return []
    for part in list(parts):  # IPython hands on what stands below %%time as the last argument of a call
        if isinstance(part, ast.Call) and getattr(part.func, "attr", "") == "run_cell_magic":
            parts += _parts(getattr(part.args[-1], "value", ""))
    return parts


def _uses(source, variable):
    return any(isinstance(part, ast.Name) and part.id == variable for part in _parts(source))


def _sets(source, variable, before=math.inf):
    """Whether a cell gives the variable a value, up to a line: by =, in a loop, or as a function's name."""
    return any(
        (isinstance(part, ast.Name) and part.id == variable and isinstance(part.ctx, ast.Store))
        or (isinstance(part, (ast.FunctionDef, ast.ClassDef)) and part.name == variable)
        for part in _parts(source)
        if getattr(part, "lineno", 0) <= before
    )


def _has_caret(source):
    """Whether a cell computes with ^."""
    return any(isinstance(part, ast.BitXor) for part in _parts(source))
