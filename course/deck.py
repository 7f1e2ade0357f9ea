"""The lecture and the figures of the book as slides, a page of the site: slides.html.

What the slides say stands in `lecture.ipynb`, a notebook with slide tags. A link there to a figure of the
book, on a line of its own, becomes that figure as the site has it, alive and in the state that the link
names. Behind the lecture come all other figures, chapter by chapter: those of chapter 2 begin at
slides.html#/chapter-2.

Sphinx loads this (`_config.yml`), and gives the page the site's style and the scripts of its figures. It
needs no network and no kernel. reveal.js comes with sphinx-revealjs, which is installed for its files only.
"""

import html
import re
from collections import defaultdict
from importlib import resources
from pathlib import Path

from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from notebooks import read
from questions import titles
from repository import ROOT

from swa_lib.book.light import formula
from swa_lib.book.tables import Table
from swa_lib.chapters import trained

REVEALJS = resources.files("sphinx_revealjs") / "_static" / "revealjs"
REVEAL = [REVEALJS / file for file in ("dist/reveal.css", "dist/reveal.js", "plugin/notes/notes.js")]
LINK = re.compile(r"^\[([^\]]*)\]\(\.\./([\w/]+)\.(?:ipynb|md)#([\w-]+)\??(\S*)\)$", re.MULTILINE)
MARKDOWN = MarkdownIt().use(
    dollarmath_plugin,
    renderer=lambda latex, how: formula(latex, "block" if how["display_mode"] else "inline"),
)


def lecture():
    """The source of the slides."""
    return read(ROOT / "course" / "lecture.ipynb")


def rows():
    """The questions of the lecture: minutes, the slide that asks, the slides that answer.

    The notes at a question begin with its minutes.
    """
    found = [(0, None, [])]
    for cell in lecture().cells:
        if cell.metadata.slideshow.slide_type == "slide":
            found[-1][2].append(cell)
        elif minutes := re.match(r"(\d+) min\.", cell.source):
            found.append((int(minutes[1]), found[-1][2].pop(), []))
    return found[1:]


def heading(cell):
    """The line in large letters."""
    return re.search(r"^#+ (.*)$", cell.source, re.MULTILINE)[1]


def table():
    """The plan for the teaching guide, as Markdown."""
    lines = ["| Time | Ask, before the picture | Then say |", "|---|---|---|"]
    for minutes, asks, answers in rows():
        options = ", ".join(re.findall(r"^\d\. (.*)$", asks.source, re.MULTILINE))
        asked = heading(asks) + (f" ({options})" if options else "")
        lines.append(f"| {minutes} min | {asked} | {'<br>'.join(map(claim, answers))} |")
    return "\n".join(lines)


def claim(cell):
    """What a slide says, and a link to its figure: as HTML, for Sphinx takes none with a state."""
    link = LINK.search(html.escape(cell.source, quote=False))
    return heading(cell) + (link.expand(r' (<a href="../\2.html#\3?\4">\1</a>)') if link else "")


def real_model():
    """The last table of the lecture: four settings of the real model, from the tables of its chapter."""
    stories = trained.story_table()
    near, told = ({row[0]: row for row in table.rows} for table in (trained.real_table(), stories))
    settings = [("full", True), ("64", False), ("64", True), ("one in six global", True)]
    names = [trained.said({"setting": setting, "tuned": tuned}) for setting, tuned in settings]
    rows = [(name, near[name][5], *told[name][3:5]) for name in names]
    columns = ["Model", "99% within (tokens)", "The story named it", "Another name was told"]
    return Table(rows, columns, stories.caption)


def figures(site):
    """All figures of the landing page and the chapters as their pages show them: page -> name -> HTML."""
    found = defaultdict(dict)
    for page in ["index", *(f"chapters/{chapter}" for chapter in titles() if chapter[0].isdigit())]:
        shown = BeautifulSoup((site / f"{page}.html").read_text(encoding="utf-8"), "html.parser")
        for number, figure in enumerate(shown.select(".explorer, .picture, .calculator")):
            found[page][figure.get("id", f"picture-{number}")] = str(figure)
    return found


def others(taught, drawn):
    """The slides behind the lecture, name -> HTML: each chapter with what was not shown of it."""
    slides = {}
    for chapter, title in titles().items():
        if chapter[0].isdigit():
            page, name = f"chapters/{chapter}", f"chapter-{int(chapter[:2])}"
            more = [figure for figure in drawn[page] if (page, figure) not in taught]
            said = "More of its figures" if more else "The lecture has shown all its figures"
            slides[name] = f"<h1>{title}</h1><p>{said}</p>"
            slides |= {f"{name}-{figure}": drawn[page][figure] for figure in more}
    return slides


def written(cell, drawn):
    """What a cell says as HTML, with the figure that it links to, in the state that the link names."""

    def shown(comment):
        page, name, state = comment.groups()
        return drawn[page][name].replace(f'id="{name}"', f'id="{name}" data-state="{html.escape(state)}"', 1)

    words = MARKDOWN.render(LINK.sub(r"<!-- \2#\3?\4 -->", cell.source))
    return re.sub(r"<!-- ([\w/]+)#([\w-]+)\??(\S*) -->", shown, words)


def page(app):
    """The slides as Sphinx takes a page: its name, what its template gets, and the template."""
    drawn, cells = figures(Path(app.outdir)), lecture().cells
    drawn["course/lecture"]["real"] = real_model().html()  # a slide has its comment
    taught = {(page, name) for cell in cells for _, page, name, _ in LINK.findall(cell.source)}
    slides = {}
    for cell in cells:
        kind = cell.metadata.slideshow.slide_type
        if kind == "slide":
            name = cell.id
            slides[name] = written(cell, drawn)
        elif kind == "notes":
            slides[name] += f'<aside class="notes">{written(cell, drawn)}</aside>'
    slides |= others(taught, drawn)
    body = "".join(f'<section id="{name}">{words}</section>' for name, words in slides.items())
    yield "slides", {"title": heading(cells[0]), "body": body}, "slides.html"


def setup(app):
    """Let Sphinx write the slides behind its pages, and bring reveal.js."""
    app.connect("config-inited", lambda app, config: config.html_static_path.extend(map(str, REVEAL)))
    app.connect("html-collect-pages", page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
