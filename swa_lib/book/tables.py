"""A table: aligned text where outputs are compared, a real one where somebody reads it.

A cell ends in a `Table`, as it ends in a `Picture`. Git stores the text, and the
tests compare it. In a live notebook and on the page the same cells stand in an
HTML table with a caption and headings; a wide one scrolls in its own box.
"""

import html
import numbers
import re

from .place import place
from .refusing import refuse

MISSING = "–"
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
KINDS = "a list of headings, or a dictionary heading -> format of its values"


class Table:
    """Rows under headings. Jupyter and the page show a table, a terminal aligned text.

    Parameters
    ----------
    rows : list of rows; each has one value a column, the first names the row
    columns : list of headings, with units, or a dictionary heading -> format of
        its values (",.0f", ".1%", or a function that gives text); an empty format
        writes whole numbers as 131,072, other numbers in six digits, words as they are, and yes or no
    caption : str, what the table shows and for which values

    A column whose cells all begin with a number is set to the right. None is "–".

    Raises
    ------
    ValueError, TypeError : naming the argument, its value and what is allowed

    Source: CONTRIBUTING.md, "A table".

    >>> from swa_lib import horizon, influence, reach
    >>> rows = [(L, reach(L, 100), horizon(influence(L, 100), 0.01)) for L in (3, 32)]
    >>> Table(rows, ["Layers", "Reach (tokens)", "99% within (tokens)"], "Windows of 100 tokens")
    Windows of 100 tokens
    Layers  Reach (tokens)  99% within (tokens)
         3             297                  259
        32           3,168                1,962
    """

    def __init__(self, rows, columns, caption):
        if not isinstance(columns, (dict, list, tuple)) or not columns:
            refuse("columns", columns, KINDS, TypeError if columns else ValueError)
        if not isinstance(caption, str) or not caption.strip():
            refuse("caption", caption, "words that say what the table shows", TypeError)
        formats = columns if isinstance(columns, dict) else dict.fromkeys(columns, "")
        if len(formats) < len(columns):
            refuse("columns", columns, "headings of which no two are alike")
        self.caption, self.headings = caption, list(formats)
        rows = [tuple(row) for row in rows]
        for row in rows or [()]:
            if len(row) != len(formats):
                refuse("a row of rows", row, f"{len(formats)} values, one for each column")
        self.rows = [[_shown(value, how) for value, how in zip(row, formats.values())] for row in rows]
        self.numeric = [
            all(re.match(r"[<>≤≥+−-]?\d", cell) for cell in cells if cell != MISSING)
            for cells in zip(*self.rows)
        ]

    def __repr__(self):
        lines = [self.headings, *self.rows]
        sides = [
            f"{'>' if right else '<'}{max(map(len, cells))}"
            for right, cells in zip(self.numeric, zip(*lines))
        ]
        return "\n".join([self.caption, *("  ".join(map(format, line, sides)).rstrip() for line in lines)])

    def html(self):
        """The table as HTML; `_static/book.css` gives it its looks."""
        body = "".join(self._line(row, "row") for row in self.rows)
        # The theme lets whatever has its long class take the focus where it scrolls.
        return (
            '<div class="book-table pst-scrollable-table-container">'
            f"<table><caption>{html.escape(self.caption)}</caption>"
            f"<thead>{self._line(self.headings, 'col')}</thead><tbody>{body}</tbody></table></div>"
        )

    def _line(self, cells, scope):
        """A row as HTML: headings of columns, or one heading and values."""
        line = ""
        for column, (text, right) in enumerate(zip(cells, self.numeric)):
            heads = text and (scope == "col" or not column)  # a heading without words is none
            tag, of = ("th", f' scope="{scope}"') if heads else ("td", "")
            side = "" if right else ' style="text-align: left"'  # Jupyter sets all to the right
            line += f"<{tag}{of}{side}>{html.escape(text)}</{tag}>"
        return f"<tr>{line}</tr>"

    def _repr_mimebundle_(self, include=None, exclude=None):
        words = {"text/plain": repr(self)}
        return {"text/html": self.html(), **words} if place() in ("live", "page") else words


def _shown(value, how):
    """A value as a reader sees it."""
    if value is None:
        return MISSING
    if callable(how):
        return how(value)
    if how:
        return as_people_write(format(value, how)) if value or "e" not in how else "0"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, numbers.Integral):
        return f"{value:,}"
    return as_people_write(f"{value:g}") if isinstance(value, numbers.Real) else str(value)


def as_people_write(text):
    """A number as people write it: with a power of ten where Python has an e.

    >>> as_people_write("1.7e-05"), as_people_write("0.25")
    ('1.7 × 10⁻⁵', '0.25')
    """
    digits, e, power = text.partition("e")
    return f"{digits} × 10{str(int(power)).translate(RAISED)}" if e and power.lstrip("+-").isdigit() else text
