"""Every question of the book, for a teacher: where it is asked, on a page and on a worksheet.

Nothing is kept here: chapters say by their cells' tags what they ask, and a question says by its function
what it wants. "More" are those that no chapter asks.
"""

import functools
import html
import re

from notebooks import read, tags
from repository import ROOT

from swa_lib.exercises import QUESTIONS


def cells(chapter):
    """The cells of a chapter, which is named like its file without the ending."""
    return read(ROOT / "chapters" / f"{chapter}.ipynb").cells


@functools.cache
def titles():
    """Chapter -> title, with its number where it has one."""
    found = {}
    for chapter in sorted(path.stem for path in (ROOT / "chapters").glob("*.ipynb")):
        title = cells(chapter)[0].source.splitlines()[0].removeprefix("# ")
        found[chapter] = f"{int(chapter[:2])}. {title}" if chapter[0].isdigit() else title
    return found


def asked(chapter):
    """Each question of a chapter and its place, those that the chapter does not ask behind."""
    places, place = {}, "prediction"
    for cell in cells(chapter):
        place = "exercise" if cell.source.startswith("## Exercises") else place
        name = re.search(r'check\("(\w+)"', cell.source)
        if "answer" in tags(cell) and name:
            places[name[1]] = place
    own = [name for name, question in QUESTIONS.items() if question.section.startswith(chapter)]
    return places | {name: "more" for name in own if name not in places}


def words(name):
    """What a question wants, as its function says it."""
    return " ".join(QUESTIONS[name].tell.__doc__.split()).replace("alpha", "α")


def table():
    """The map as Markdown."""
    parts = []
    for chapter, title in titles().items():
        parts.append(f"## {title}\n\n| Asks for | Where | Its name |\n|---|---|---|")
        for name, place in asked(chapter).items():
            link = f"[{words(name).rstrip('.')}](../chapters/{QUESTIONS[name].section})"
            parts[-1] += f"\n| {link} | {place} | `{name}` |"
    return "\n\n".join(parts)


def rubrics():
    """What the two sentences that end a chapter get points for, as its note to the teacher says."""
    note, found = "**For the teacher.** ", []
    for chapter, title in titles().items():
        for cell in cells(chapter):
            if cell.source.startswith(f"{note}Two points"):
                found.append(f"- **{title}.** {cell.source.removeprefix(note)}")
    return "\n".join(found)


def worksheet():
    """The same as a sheet to print, with room to write, and without an answer."""
    parts = []
    for chapter, title in titles().items():
        parts.append(f"<h2>{html.escape(title)}</h2><ol>")
        for name in asked(chapter):
            form = html.escape(QUESTIONS[name].kind.form)
            said = f"{html.escape(words(name))} <em>{form[0].upper() + form[1:]}.</em>"
            parts.append(f"<li>{said}<div style='border-bottom: 1px solid; height: 2.4em'></div></li>")
        parts.append("</ol>")
    return "".join(parts)
