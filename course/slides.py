"""The lecture and the figures of the book as slides, one file: the teacher's, _build/slides.html, has the
speaker's notes; the one beside the pages of the site, slides.html, does not.

First comes the lecture (`lecture.py`): of each row a question, a frame and a claim, with the minutes and
the speaker's notes. Then every picture and every explorer of the landing page and the chapters becomes a
slide: its claim on top, the figure, the sentence that the figure computed. The figures are those that the
site was built with; as a Sphinx extension (`_config.yml`) this file writes the slides as soon as the site
is there. The file needs no network and no kernel: explorers and calculator move by the book's own
scripts.
"""

import html
import re
from pathlib import Path

import lecture
import nbformat

import swa_lib
from swa_lib.book.style import page_colours

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


def lecture_slides():
    """The lecture as (kind, HTML, row number from 0): a question, a frame and a claim of each row."""
    found = []
    for number, row in enumerate(lecture.ROWS):
        letters = "".join(f"<li>{html.escape(option)}</li>" for option in row.options)
        asked = f"<h1>{html.escape(row.question)}</h1>" + (f"<ol>{letters}</ol>" if letters else "")
        found.append(("ask", f"<div>{asked}</div>", number))
        frame = f'<h1>{html.escape(row.title)}</h1><div class="figure">{row.frame()}</div>'
        found.append(("frame", frame, number))
        found.append(("claim", f"<h1>{html.escape(row.claim())}</h1>", number))
    return found


COVER = (
    "<h1>Stacking SWA</h1><p>If each layer attends only to the last W tokens, how far back does a stack of L "
    "such layers really see?</p><p><small>Arrow keys turn the page. A slider that you have clicked takes the "
    "arrows: Page Up and Page Down always turn, Escape lets go of it. Text and figures: CC BY 4.0."
    "</small></p>"
)
NOTES = '<button type="button" aria-pressed="false">Notes</button>'
SECOND = "<h1>Every figure of the book</h1><p>For questions, and for a lecture of your own.</p>"


def sections(taught, figures, notes):
    """The slides' HTML in their order: a cover, the lecture, and every figure of the book.

    The first figure of chapter 2 has the address slides.html#chapter-2.
    """
    parts = [("cover", COVER, "", "")]
    begins = lecture.starts()
    for kind, inside, number in taught:
        row = lecture.ROWS[number]
        when = f"minutes {begins[number]} to {begins[number] + row.minutes}"
        said = row.notes if notes and kind == "ask" else ""
        parts.append((f"lecture {kind}", inside, f"{number + 1} of {len(lecture.ROWS)}, {when}", said))
    parts.append(("cover", SECOND, "", ""))
    begun = {"Stacking SWA"}  # what the slides of a chapter before this one were called
    for chapter, title, figure, says in figures:
        words = f"<p>{html.escape(says)}</p>" if says else ""
        anchor = "" if chapter in begun else f' id="chapter-{chapter.partition(".")[0]}"'
        begun.add(chapter)
        inside = f'<h1{anchor}>{html.escape(title)}</h1><div class="figure">{figure}</div>{words}'
        parts.append(("", inside, html.escape(chapter), ""))
    return [
        f'<section class="slide {kind}" id="slide-{n}" tabindex="-1" aria-label="Slide {n}">{inside}'
        + (f'<aside class="notes" hidden><p>{html.escape(said)}</p></aside>' if said else "")
        + (f"<footer>{footer} · {n} of {len(parts)}</footer>" if footer else "")
        + "</section>"
        for n, (kind, inside, footer, said) in enumerate(parts, 1)
    ]


# What the slides bring along, in the order in which it is needed.
STYLES = (
    "_static/book.css",
    "swa_lib/book/page/explorer.css",
    "swa_lib/chapters/page/calculator.css",
    "course/slides.css",
)
SCRIPTS = (
    "swa_lib/book/page/explorer.js",
    "swa_lib/book/page/reading.js",
    "swa_lib/chapters/page/configs.js",
    "swa_lib/chapters/page/stack.js",
    "swa_lib/chapters/page/calculator.js",
    "course/slides.js",
)


def page(taught, figures, notes=True):
    """The slides as one HTML file, with or without the speaker's notes."""
    styles = "".join((ROOT / path).read_text(encoding="utf-8") for path in STYLES)
    scripts = "".join(f"<script>{(ROOT / path).read_text(encoding='utf-8')}</script>" for path in SCRIPTS)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Stacking SWA: slides</title>'
        f'<meta name="viewport" content="width=device-width">'
        f"<style>{page_colours()}{styles}</style>"
        f"</head><body><main>{''.join(sections(taught, figures, notes))}</main>"
        f'<nav>{NOTES if notes else ""}<button type="button">Back</button>'
        f'<button type="button">Next</button></nav>{scripts}</body></html>'
    )


def setup(app):
    """Let Sphinx write the site's slides when it has written its pages; they have no speaker's notes."""

    def write(app, error):
        if not error and app.builder.name == "html":
            site = Path(app.outdir)
            slides = page(lecture_slides(), deck(pages(site.parent)), notes=False)
            (site / "slides.html").write_text(slides, encoding="utf-8")

    app.connect("build-finished", write, priority=950)  # the pages' own styles are done
    return {"parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    target = ROOT / "_build" / "slides.html"
    target.write_text(page(lecture_slides(), deck(pages(ROOT / "_build"))), encoding="utf-8")
    print(f"The slides: open {target.relative_to(ROOT)} in a browser.")
