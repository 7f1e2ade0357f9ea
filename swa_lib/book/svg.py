"""matplotlib's SVG as part of a page: small, with the theme's colours, and text that stays text."""

import io
import re

WITHOUT = dict.fromkeys(["Creator", "Date", "Format", "Type"])  # nothing that tells when it was made
STYLE = {
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    # Text stays text: the browser sets it, and a frame is a tenth of the size.
    "svg.fonttype": "none",
}


def written(figure, variables, digits=2):
    """A figure as SVG text, drawn inside `book_style(**STYLE)`.

    Parameters
    ----------
    figure : matplotlib Figure
    variables : {colour in lower case: name of the page's variable for it}
    digits : int, decimals of a place, in points
    """
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata=WITHOUT)
    return bare(text.getvalue(), variables, digits)


def bare(svg, variables, digits=2):
    """matplotlib's SVG as part of a page: no header, no size, one font, only the ids that it refers to.

    A style sheet inside an SVG would apply to the whole page, so its two rules
    become attributes of the drawing. A curve's id becomes `data-curve`.
    """
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, count=1, flags=re.DOTALL)
    look = 'font-family="DejaVu Sans, Verdana, sans-serif" stroke-linejoin="round" stroke-linecap="butt"'
    svg = re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', look, svg, count=1)
    svg = re.sub(r" font-family: [^;\"]+;| transform=\"rotate\(-0 [\d. -]+\)\"", "", svg)
    svg = re.sub(r' id="curve-', ' data-curve="', svg)
    svg = re.sub(r' (?:d|x|y|transform)="[^"]*"', lambda places: _rounded(places[0], digits), svg)
    used = set(re.findall(r"#([\w.-]+)", svg))
    svg = re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in used else "", svg)

    def variable(colour):
        name = variables.get(colour[0])
        return f"var(--figure-{name}, {colour[0]})" if name else colour[0]

    svg = re.sub(r"#[0-9a-f]{6}\b", variable, svg)
    return re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><")


def _rounded(places, digits):
    """A tenth or a hundredth of a point is enough for any place in a drawing, and half the letters."""
    digits = 4 if "matrix" in places else digits  # an image's sides are fractions of its pixels
    more = rf"-?\d+\.\d{{{digits + 1},}}"
    return re.sub(more, lambda n: f"{float(n[0]):.{digits}f}".rstrip("0").rstrip("."), places)
