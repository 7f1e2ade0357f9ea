"""The lecture and the figures of the book as slides, one file beside the pages of the site: slides.html.

What the slides say stands in `lecture.ipynb`, a notebook with slide tags. nbconvert makes reveal.js slides
of it, by the template in `deck/`. A link there to a figure of the book, on a line of its own, becomes that
figure as the site has it, alive and in the state that the link names. Behind the lecture come all other
figures, chapter by chapter: those of chapter 2 begin at slides.html#/chapter-2.

As a Sphinx extension (`_config.yml`) this writes the slides as soon as the site is there. They need no
network and no kernel. reveal.js comes with sphinx-revealjs, which is installed for its files only.
"""

import base64
import html
import re
from importlib import resources
from pathlib import Path

import nbformat
from nbconvert.exporters import SlidesExporter
from notebooks import read
from questions import titles
from repository import ROOT

from swa_lib.book.light import formula
from swa_lib.book.look import page_colours
from swa_lib.book.pages import NEEDS
from swa_lib.book.tables import Table
from swa_lib.chapters import trained

REVEAL = resources.files("sphinx_revealjs") / "_static" / "revealjs"
LINK = re.compile(r"^\[([^\]]*)\]\(\.\./([\w/]+)\.(?:ipynb|md)#([\w-]+)\??(\S*)\)$", re.MULTILINE)
FIGURE = re.compile(r'class="(?:picture|explorer|calculator)\b')


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


def figures(built):
    """All figures of the landing page and the chapters as the last build ran them: (page, name) -> HTML.

    What moves has a name of its own, which its address has, too; a picture has that of its cell.
    """
    found = {}
    for page in ["index", *(f"chapters/{chapter}" for chapter in titles() if chapter[0].isdigit())]:
        for cell in read(built / "jupyter_execute" / f"{page}.ipynb").cells:
            for output in cell.get("outputs", []):
                shown = output.get("data", {}).get("text/html", "")
                if FIGURE.search(shown):
                    named = re.match(r'<\w+ class="(?:explorer|calculator)[^>]* id="(\w+)"', shown)
                    found[page, named[1] if named else cell.id] = shown
    return found


def others(taught, drawn):
    """The slides behind the lecture: for every chapter its title, and the figures that were not shown yet."""
    cells = []
    for chapter in filter(lambda chapter: chapter[0].isdigit(), titles()):
        page, number = f"chapters/{chapter}", int(chapter[:2])
        more = [name for there, name in drawn if there == page and (there, name) not in taught]
        said = "More of its figures" if more else "The lecture has shown all its figures"
        cells.append(slide(f"chapter-{number}", f"# {titles()[chapter]}\n\n{said}"))
        for name in more:
            claim = re.search(r'class="claim">(.*?)</p>', drawn[page, name])
            words = f"## {claim[1] if claim else name}\n\n[{name}](../{page}.ipynb#{name})"
            cells.append(slide(f"chapter-{number}-{name}", words))
    return cells


def slide(name, words):
    """A slide of one cell."""
    return nbformat.v4.new_markdown_cell(words, id=name, metadata={"slideshow": {"slide_type": "slide"}})


def page(site):
    """The slides as one HTML file, of a site that is built."""
    drawn, notebook = figures(site.parent), lecture()
    drawn["course/lecture", "real"] = real_model().html()  # a slide has its comment
    links = [link for cell in notebook.cells for link in LINK.findall(cell.source)]
    given = {
        "title": heading(notebook.cells[0]),
        "states": ";".join(f"{name}?{state}" for _, _, name, state in links if state),
    } | brought(site / "_static", "".join(drawn.values()))
    notebook.cells += others({(page, name) for _, page, name, _ in links}, drawn)
    for cell in notebook.cells:
        for mark, display in (("$$", "block"), ("$", "inline")):
            latex = rf"{re.escape(mark)}([^$]+){re.escape(mark)}"
            cell.source = re.sub(latex, lambda found: formula(found[1], display), cell.source)  # noqa: B023
        cell.source = LINK.sub(r"<!-- \2#\3 -->", cell.source)
    folders = [str(ROOT / "course")]
    exporter = SlidesExporter(
        extra_template_basedirs=folders, template_name="deck", exclude_anchor_links=True
    )
    text, _ = exporter.from_notebook_node(notebook, resources={"deck": given})
    return re.sub(r"<!-- ([\w/]+)#([\w-]+) -->", lambda link: drawn[link[1], link[2]], text)


def brought(static, figures):
    """What the slides bring along: reveal.js, and what the figures on them need."""
    needs = [needs for mark, needs in NEEDS.items() if mark in figures]
    scripts = dict.fromkeys(static / name for names, _ in needs for name in names)
    styles = dict.fromkeys(static / name for _, names in needs for name in names)
    scripts = [REVEAL / "dist" / "reveal.js", REVEAL / "plugin" / "notes" / "notes.js", *scripts]
    styles = [static / "book.css", *styles, ROOT / "course" / "deck" / "deck.css"]
    reveal = (REVEAL / "dist" / "reveal.css").read_text(encoding="utf-8")
    book = [inlined(path.read_text(encoding="utf-8"), path.parent) for path in styles]
    return {
        "styles": "".join([reveal, page_colours(), *book]),
        "scripts": [path.read_text(encoding="utf-8").replace("</script", "<\\/script") for path in scripts],
    }


def inlined(style, folder):
    """A style sheet with the fonts that it names written into it."""

    def data(url):
        file = folder / url[1]
        return f"url(data:font/{file.suffix[1:]};base64,{base64.b64encode(file.read_bytes()).decode()})"

    return re.sub(r"url\(\"?([\w.-]+\.woff2?)\"?\)", data, style)


def setup(app):
    """Let Sphinx write the slides when it has written its pages."""

    def write(app, error):
        if not error and app.builder.name == "html":
            (Path(app.outdir) / "slides.html").write_text(page(Path(app.outdir)), encoding="utf-8")

    app.connect("build-finished", write, priority=950)  # the pages' own styles are done
    return {"parallel_read_safe": True, "parallel_write_safe": True}
