"""What a claim is: how its numbers are read, checked and printed. The claims themselves: claims_table.py."""

import html
import json
import re
from pathlib import Path
from typing import NamedTuple

import claims_checks
import numpy as np

import swa_lib

ROOT = Path(__file__).parents[1]
BOLD = r"\*\*(.+?)\*\*"
KINDS = {
    "exact": (
        "follows from the model of chapters 2 to 4; computed to twelve digits, rounded only to be printed"
    ),
    "approximation": "a rule or a limit, computed as it is written, or its error",
    "measured": "read off a computer's arithmetic, or off a trained model",
    "cited": "published elsewhere, quoted from the source and not run again here",
}

# Numbers that stand free (not the 8 of text8, the 7 of 7B), with thousands commas, exponent, "%" or "K".
NUMBER = re.compile(
    r"(?<![\w.])(?P<digits>\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?P<decimals>\.\d+)?(?P<exponent>e[+-]?\d+)?"
    r"(?P<unit>%| per cent|K\b)?(?![A-Za-z_])"
)
UNITS = {None: [1], "%": [1, 0.01], " per cent": [1, 0.01], "K": [1000, 1024]}


def readings(text):
    """Every number in a text: as written, what it may mean, and half a unit of its last digit."""
    for match in NUMBER.finditer(text):
        decimals, exponent = match["decimals"] or "", match["exponent"] or ""
        number = float(match["digits"].replace(",", "") + decimals + exponent)
        half = 0.5 * 10.0 ** (int(exponent[1:] or 0) - len(decimals[1:]))
        yield match[0], [(number * scale, half * scale) for scale in UNITS[match["unit"]]]


class Claim(NamedTuple):
    """One quantitative claim.

    >>> claim = Claim("02_reach#the-code", "exact", "L = 3, W = 100 reach **297** tokens.", "reach(3, 100)")
    >>> claim.stated, claim.computed(), claim.holds()
    (['297'], [297.0], True)
    """

    where: str  # page of the chapter, and anchor
    kind: str  # one of KINDS
    says: str  # the sentence; what it states is **bold**, the rest are settings
    check: str  # an expression that gives the bold numbers; for a cited claim its source
    tolerance: float | None = None  # absolute; None means half a unit of the last digit that is stated

    @property
    def page(self):
        """The page of the book it is made on."""
        return self.where.split("#")[0]

    @property
    def stated(self):
        """The bold numbers, as written."""
        return [written for bold in re.findall(BOLD, self.says) for written, _ in readings(bold)]

    def computed(self):
        """What the check gives, one float for each stated number."""
        names = {name: getattr(swa_lib, name) for name in swa_lib.__all__} | vars(claims_checks)
        return [float(value) for value in np.atleast_1d(eval(self.check, names))]

    def allowed(self):
        """For each stated number: the values it may mean, and how far the computed one may be from them."""
        meanings = [list(readings(written))[0][1] for written in self.stated]
        return [
            [(value, self.tolerance if self.tolerance is not None else half) for value, half in m]
            for m in meanings
        ]

    def holds(self, values=None):
        """Whether every value, computed unless given, is what the sentence states. A cited claim has none."""
        if self.kind == "cited":
            return True
        values, allowed = self.computed() if values is None else values, self.allowed()
        agree = (
            any(abs(v - n) <= half * (1 + 1e-9) for n, half in meanings)
            for v, meanings in zip(values, allowed)
        )
        return len(values) == len(allowed) and all(agree)


# The page

COLUMNS = ("Claim, and where", "Kind", "Value", "Check, and how close it must come")


def chapters(claims):
    """The pages that the claims are made on, in order: page -> its heading on the page of claims."""
    return {page: _heading(page) for page in dict.fromkeys(claim.page for claim in claims)}


def _heading(page):
    """A chapter's number and title, as its notebook has it."""
    if page == "index":
        return "The landing page"
    notebook = json.loads((ROOT / "chapters" / f"{page}.ipynb").read_text(encoding="utf-8"))
    title = notebook["cells"][0]["source"][0].strip().removeprefix("# ")
    number = page.split("_")[0]
    return f"{int(number)}. {title}" if number.isdigit() else title


def anchor(heading):
    """A heading's anchor, as Sphinx makes it: "1. The window" is #the-window."""
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).lstrip("-0123456789").rstrip("-")


def contents(claims):
    """Links to the chapters on the page of claims, as HTML."""
    links = (f'<li><a href="#{anchor(heading)}">{heading}</a></li>' for heading in chapters(claims).values())
    return f"<ul>{''.join(links)}</ul>"


def section(page, claims):
    """The claims of one page of the book as HTML, under a heading; on a phone a row becomes a card."""
    heading = chapters(claims)[page]
    head = "".join(f'<th role="columnheader" scope="col">{name}</th>' for name in COLUMNS)
    rows = "".join(_row(claim) for claim in claims if claim.page == page)
    return (
        f'<section id="{anchor(heading)}"><h3>{heading}</h3>'
        f'<table class="claims" role="table" aria-label="Claims of {page}">'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{rows}</tbody></table></section>'
    )


def _row(claim):
    says = re.sub(BOLD, r"<strong>\1</strong>", html.escape(claim.says))
    cells = (
        f"{says} {_place(claim)}",
        claim.kind,
        "; ".join(claim.stated),
        _check(claim),
    )
    columns = (f'<td role="cell" data-column="{name}">{cell}</td>' for name, cell in zip(COLUMNS, cells))
    return f'<tr role="row">{"".join(columns)}</tr>'


def _place(claim):
    """Where a claim is made, as a link from the reference pages."""
    folder = "" if claim.page == "index" else "chapters/"
    _, where = claim.where.split("#")
    place = where.replace("-", " ")
    place = place[0].upper() + place[1:].replace("swa", "SWA")
    return f'<a href="../{folder}{claim.page}.html#{where}">{place}</a>'


def _check(claim):
    if claim.kind == "cited":
        return f'<a href="{claim.check}">{claim.check.removeprefix("https://")}</a>, as published'
    spans = sorted({meanings[-1][1] for meanings in claim.allowed()})
    within = " or ".join(f"{span:.2g}" for span in spans)
    return f"<code>{html.escape(claim.check)}</code> within {within}"
