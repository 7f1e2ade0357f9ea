"""The figures of the book as slides: `make slides` writes one file, _build/slides.html.

Every picture and every explorer of the landing page and the chapters becomes a
slide: its claim on top, the figure, the sentence that the figure computed. The
figures are those that the site was built with. The file needs no network and no
kernel. Explorers move by the book's own script.
"""

import html
import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]

# What each figure claims, by the name of the function that draws it; a list where it is drawn more than once.
CLAIMS = {
    "strip": "What could arrive, and what does",
    "mask_picture": "A layer sees the token itself and W-1 tokens before it",
    "cost_picture": "A window caps what a token costs",
    "token_strip": "The window counts the token itself",
    "reach_picture": "Reach is where the last trace ends, not where the bulk is",
    "cone_picture": "Reach runs ahead, influence stays behind",
    "reach_and_influence": "With every layer the gap opens",
    "blur_picture": "A blur that looks back drifts faster than it widens",
    "growth_picture": "Only the width follows sqrt(L)",
    "gaussian_picture": "The Gaussian is good in the middle and wrong in the tails",
    "spreading_blur": "The band moves steadily and widens ever more slowly",
    "staircase_picture": [
        "Each window back costs a factor of 1-alpha",
        "The stairs do not know the depth; the exact line does",
    ],
    "hops_picture": "Deeper stacks hop more often",
    "stream_picture": "In a growing stream, hops grow like log L",
    "measured_picture": "A trained model follows all paths, not one",
    "staircase": "Alpha moves the stairs, depth moves the curve",
    "horizon_picture": "The rule of thumb is flat, the exact horizon is not",
    "parting_picture": "At 1%, the rule is right at about a dozen layers",
    "tolerance_picture": "A horizon without its tolerance is not a number",
    "relay_picture": "Trained to relay, a stack uses its whole reach for one thing",
    "two_horizons": "Depth decides how far rule and truth part",
    "kernels_picture": "Every remedy is another kernel",
    "pareto_picture": "More from afar has a price",
    "remedies_picture": "Every remedy brings influence from where windows alone end",
    "remedy_and_price": "One global layer goes far for little",
}


def figures(cells):
    """Every figure that some executed notebook cells show.

    Parameters
    ----------
    cells : list of nbformat cells with their outputs

    Yields
    ------
    str, str, str: the name of the drawing function, the figure as HTML, the sentence below it ("" if it has its own)
    """
    for cell in cells:
        name = re.search(r"\b(?:plots|scenes|trained_plots)\.(\w+)", cell.source)
        for data in (output.get("data", {}) for output in cell.get("outputs", []) if name):
            if "image/png" in data:
                png, alt = (
                    data["image/png"].replace("\n", ""),
                    "The picture that the sentence below puts into numbers.",
                )
                yield name[1], f'<img alt="{alt}" src="data:image/png;base64,{png}">', data["text/plain"]
            elif "explorer" in data.get("text/html", ""):
                yield name[1], data["text/html"], ""


def pages():
    """The landing page and the chapters, as (title, cells), the cells with the outputs that the site shows."""
    yield "Stacking SWA", executed("index")
    for number, path in enumerate(sorted((ROOT / "chapters").glob("[0-9]*.ipynb")), 1):
        cells = executed(f"chapters/{path.stem}")
        yield f"{number}. {cells[0].source.splitlines()[0].removeprefix('# ')}", cells


def executed(page):
    """The cells of a page as the last build of the site ran them."""
    path = ROOT / "_build" / "jupyter_execute" / f"{page}.ipynb"
    if not path.is_file():
        raise SystemExit(f"{path.relative_to(ROOT)} is missing: build the site first (make book)")
    return nbformat.read(path, as_version=4).cells


def deck(pages):
    """All slides as (chapter, claim, figure, sentence), in the order of the book."""
    waiting = {name: [claims] if isinstance(claims, str) else list(claims) for name, claims in CLAIMS.items()}
    for title, cells in pages:
        for name, figure, sentence in figures(cells):
            if not waiting.get(name):
                raise ValueError(
                    f"CLAIMS in course/slides.py must say what {name} claims, once for each time it is shown"
                )
            yield title, waiting[name].pop(0), figure, sentence
    left = [name for name, claims in waiting.items() if claims]
    if left:
        raise ValueError(
            f"CLAIMS in course/slides.py must name figures that the book shows, not {', '.join(left)}"
        )


def page(slides):
    """The slides as one HTML file."""
    first = (
        '<section class="slide cover" id="slide-1" tabindex="-1" aria-label="Slide 1"><h1>Stacking SWA</h1>'
        "<p>If each layer attends only to the last W tokens, how far back does a stack of L such layers really see?</p>"
        "<p><small>Arrow keys turn the page. A slider that you have clicked takes the arrows: Page Up and Page Down always turn, "
        "Escape lets go of it. Text and figures: CC BY 4.0.</small></p></section>"
    )
    sections = [first] + [
        f'<section class="slide" id="slide-{n}" tabindex="-1" aria-label="Slide {n}"><h1>{html.escape(claim)}</h1>'
        f'<div class="figure">{figure}</div>{f"<p>{html.escape(says)}</p>" if says else ""}'
        f"<footer>{html.escape(chapter)} · {n} of {len(slides) + 1}</footer></section>"
        for n, (chapter, claim, figure, says) in enumerate(slides, 2)
    ]
    read = [
        ROOT / "_static/book.css",
        ROOT / "course/slides.css",
        ROOT / "_static/explorer.js",
        ROOT / "course/slides.js",
    ]
    book_css, css, explorer, turn = (path.read_text() for path in read)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Stacking SWA: slides</title>'
        f'<meta name="viewport" content="width=device-width"><style>{book_css}{css}</style></head><body><main>'
        f'{"".join(sections)}</main><nav><button type="button">Back</button><button type="button">Next</button></nav>'
        f"<script>{explorer}</script><script>{turn}</script></body></html>"
    )


if __name__ == "__main__":
    target = ROOT / "_build" / "slides.html"
    target.write_text(page(list(deck(pages()))), encoding="utf-8")
    print(f"The slides: open {target.relative_to(ROOT)} in a browser.")
