"""The figures of the book as slides: one file beside the pages of the site, slides.html.

Every picture and every explorer of the landing page and the chapters becomes a
slide: its claim on top, the figure, the sentence that the figure computed. The
figures are those that the site was built with; as a Sphinx extension (`_config.yml`)
this file writes the slides as soon as the site is there. The file needs no network
and no kernel. Explorers move by the book's own script.
"""

import html
import re
from pathlib import Path

import nbformat

import swa_lib
from swa_lib.figures.style import page_colours

ROOT = Path(__file__).parents[1]

DRAWN = re.compile(r"\b(plots|scenes|trained_plots|evidence_plots)\.(\w+)")  # in the source of a cell
BELOW = "What the sentence below puts into numbers."


def figures(cells):
    """Every figure that some executed notebook cells show.

    Parameters
    ----------
    cells : list of nbformat cells with their outputs

    Yields
    ------
    str, str, str: what the figure claims, the figure as HTML, the sentence below it ("" if it has its own)
    """
    for cell in cells:
        drawn = DRAWN.search(cell.source)
        for data in (output.get("data", {}) for output in cell.get("outputs", []) if drawn):
            shown = data.get("text/html", "")
            if 'class="picture"' in shown:  # the slide has its title, and its sentence is there for everybody
                shown = re.sub("<figcaption>.*?</figcaption>", "", shown)
                shown = re.sub('aria-label="[^"]*"', f'aria-label="{BELOW}"', shown)
                yield claim(*drawn.groups()), shown, data["text/plain"]
            elif 'class="explorer"' in shown:
                yield claim(*drawn.groups()), shown, ""


def claim(module, name):
    """What the figures of a drawing function claim, as its decorator says."""
    draw = getattr(getattr(swa_lib, module), name)
    if not hasattr(draw, "claim"):
        raise ValueError(
            f'swa_lib.{module}.{name} must say what its figure claims: put @claims("...") above it'
        )
    return draw.claim


def pages(built=ROOT / "_build"):
    """The landing page and the chapters, as (title, cells); the cells as the site shows them."""
    yield "Stacking SWA", executed("index", built)
    for number, path in enumerate(sorted((ROOT / "chapters").glob("[0-9]*.ipynb")), 1):
        cells = executed(f"chapters/{path.stem}", built)
        yield f"{number}. {cells[0].source.splitlines()[0].removeprefix('# ')}", cells


def executed(page, built):
    """The cells of a page as the last build of the site ran them."""
    path = built / "jupyter_execute" / f"{page}.ipynb"
    return nbformat.read(path, as_version=4).cells


def deck(pages):
    """All slides as (chapter, claim, figure, sentence), in the order of the book."""
    return [(title, *figure) for title, cells in pages for figure in figures(cells)]


def page(slides):
    """The slides as one HTML file."""
    first = (
        '<section class="slide cover" id="slide-1" tabindex="-1" aria-label="Slide 1"><h1>Stacking SWA</h1>'
        "<p>If each layer attends only to the last W tokens, how far back does a stack of L such layers "
        "really see?</p><p><small>Arrow keys turn the page. A slider that you have clicked takes the arrows: "
        "Page Up and Page Down always turn, Escape lets go of it. Text and figures: CC BY 4.0.</small></p>"
        "</section>"
    )
    starts = {chapter: n for n, (chapter, *_) in reversed(list(enumerate(slides, 2)))}
    sections = [first] + [
        f'<section class="slide" id="slide-{n}" tabindex="-1" aria-label="Slide {n}">'
        f"<h1{_anchor(chapter, n == starts[chapter])}>{html.escape(title)}</h1>"
        f'<div class="figure">{figure}</div>'
        f"{f'<p>{html.escape(says)}</p>' if says else ''}"
        f"<footer>{html.escape(chapter)} · {n} of {len(slides) + 1}</footer></section>"
        for n, (chapter, title, figure, says) in enumerate(slides, 2)
    ]
    read = [
        ROOT / "_static/book.css",
        ROOT / "swa_lib/figures/page/explorer.css",
        ROOT / "course/slides.css",
        ROOT / "swa_lib/figures/page/explorer.js",
        ROOT / "course/slides.js",
    ]
    book_css, figure_css, css, explorer, turn = (path.read_text() for path in read)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Stacking SWA: slides</title>'
        f'<meta name="viewport" content="width=device-width">'
        f"<style>{page_colours()}{book_css}{figure_css}{css}</style>"
        f"</head><body><main>{''.join(sections)}</main>"
        '<nav><button type="button">Back</button><button type="button">Next</button></nav>'
        f"<script>{explorer}</script><script>{turn}</script></body></html>"
    )


def _anchor(chapter, first):
    """The first slide of chapter 2 has the address slides.html#chapter-2."""
    number = chapter.partition(".")[0]
    return f' id="chapter-{number}"' if first and number.isdigit() else ""


def setup(app):
    """Let Sphinx write the slides when it has written the site."""

    def write(app, error):
        if not error and app.builder.name == "html":
            site = Path(app.outdir)
            (site / "slides.html").write_text(page(deck(pages(site.parent))), encoding="utf-8")

    app.connect("build-finished", write, priority=950)  # the pages' own styles are done
    return {"parallel_read_safe": True, "parallel_write_safe": True}
