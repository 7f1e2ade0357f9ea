"""Every question of the book, for a teacher: where it is asked, on a page and on a worksheet.

Nothing is kept here: chapters say by their cells' tags what they ask, and a question says by its function
what it wants. "More" are those that no chapter asks.
"""

import functools
import html
import re
from typing import NamedTuple

import nbformat
from repository import ROOT

from swa_lib.exercises import QUESTIONS


class Asked(NamedTuple):
    """A question and its place: the chapter's file without its ending, "prediction", "exercise", "more"."""

    chapter: str
    name: str
    place: str
    words: str


@functools.cache
def titles():
    """Chapter -> title, with its number where it has one."""
    found = {}
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        title = nbformat.read(path, as_version=4).cells[0].source.splitlines()[0].removeprefix("# ")
        found[path.stem] = f"{int(path.stem[:2])}. {title}" if path.stem[0].isdigit() else title
    return found


@functools.cache
def asked():
    """All questions in the order of the book, those that no chapter asks behind those of their chapter."""
    found = []
    for chapter in titles():
        exercise = False
        for cell in nbformat.read(ROOT / "chapters" / f"{chapter}.ipynb", as_version=4).cells:
            exercise |= cell.source.startswith("## Exercises")
            name = re.search(r'check\("(\w+)"', cell.source)
            if "answer" in cell.metadata.get("tags", []) and name:
                place = "exercise" if exercise else "prediction"
                found.append(Asked(chapter, name[1], place, words(name[1])))
        chapters = [name for name, question in QUESTIONS.items() if question.section.startswith(chapter)]
        there = {one.name for one in found}
        found += [Asked(chapter, name, "more", words(name)) for name in chapters if name not in there]
    return found


def words(name):
    """What a question wants, as its function says it."""
    about = " ".join(QUESTIONS[name].make.__wrapped__.__doc__.split()).replace("alpha", "α")
    return re.sub(r"^Back to chapter \d: ", "", about)


def table():
    """The map as Markdown."""
    parts = []
    for chapter, title in titles().items():
        parts.append(f"## {title}\n\n| Asks for | Where | Its name |\n|---|---|---|")
        for one in asked():
            if one.chapter == chapter:
                page = QUESTIONS[one.name].section
                about = one.words.rstrip(".").replace("|", "\\|")
                parts[-1] += f"\n| [{about}](../chapters/{page}) | {one.place} | `{one.name}` |"
    return "\n\n".join(parts)


def rubrics():
    """What the two sentences that end a chapter get points for, as its note to the teacher says."""
    note, found = "**For the teacher.** ", []
    for chapter, title in titles().items():
        for cell in nbformat.read(ROOT / "chapters" / f"{chapter}.ipynb", as_version=4).cells:
            if cell.source.startswith(f"{note}Two points"):
                found.append(f"- **{title}.** {cell.source.removeprefix(note)}")
    return "\n".join(found)


def worksheet():
    """The same as a sheet to print, with room to write, and without an answer."""
    parts = ["<style>.room { border-bottom: 1px solid; height: 2.4em; }</style>"]
    for chapter, title in titles().items():
        parts.append(f"<h2>{html.escape(title)}</h2><ol>")
        for one in asked():
            if one.chapter == chapter:
                form = QUESTIONS[one.name].kind.form
                said = f"{html.escape(one.words)} <em>{html.escape(form[0].upper() + form[1:])}.</em>"
                parts.append(f"<li>{said}<div class='room'></div></li>")
        parts.append("</ol>")
    return "".join(parts)
