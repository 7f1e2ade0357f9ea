"""The site's side of the figures: Jupyter Book loads this, notebooks never do.

As a Sphinx extension (`_config.yml`) it makes every `Explorer` put its frames
into the page and every `Picture` its drawings, shows what a cell printed in one
piece, and lets a screen reader hear what a folded cell is.
"""

import functools
import html
import os
import re
import sys
import textwrap
from pathlib import Path

from docutils import nodes
from jupyter_cache.executors import utils

from . import light, reading
from .explorer import PAGE


def setup(app):
    """Tell the notebooks that Sphinx is about to run that their explorers go into a page."""
    os.environ["SWA_EXPLORERS"] = "page"
    app.connect("config-inited", bring_files)
    app.connect("env-before-read-docs", side_by_side)
    app.connect("doctree-resolved", bind)
    app.connect("html-page-context", mend)
    app.connect("html-page-context", bring_scripts)
    # What a cell prints stands in one box; MyST-NB's own option puts an empty line wherever it was split.
    utils.executenb = functools.partial(utils.executenb, coalesce_streams=True)
    app.connect("html-page-context", introduce)
    for style in STYLES:
        app.add_css_file(style, priority=900)  # behind book.css
    light.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def bring_files(app, config):
    """What a browser needs, and the page's own template."""
    made = Path(app.outdir).parent / "made"
    made.mkdir(parents=True, exist_ok=True)
    (made / "reader.js").write_text(reading.script(), encoding="utf-8")
    config.html_static_path += [str(made), str(PAGE), str(PAGE.parents[1] / "chapters" / "page")]
    config.templates_path.append(str(PAGE.parent / "templates"))


def side_by_side(app, env, pages):
    """Read pages, and run their notebooks, on all processors; Jupyter Book has no option for it.

    Some of its extensions do not say that they may. A process gets neighbours of the list, so notebooks are
    spread over it. Processes are forked, which macOS does not bear well.
    """
    app.parallel = os.cpu_count() if sys.platform == "linux" else 1
    for extension in app.extensions.values():
        extension.parallel_read_safe = extension.parallel_write_safe = True
    pages[:] = [page for first in range(app.parallel) for page in pages[first :: app.parallel]]


# The spaces at which no line ends: between a number and what it counts, and at the sign of a short formula.
BOUND = re.compile(r"(?<=\d) (?=[a-z]{4}|[KMG]i?B)| (?=[×+−=≈≤≥] )|(?<= [×+−=≈≤≥]) |(?<=hapter) (?=\d)")


def bind(app, doctree, page):
    """No line of a sentence ends within "1,000 tokens" or "W = 100"."""
    code = nodes.FixedTextElement, nodes.literal, nodes.math
    for element in [*doctree.findall(nodes.Element)]:
        for place, child in enumerate(element.children):
            if isinstance(child, nodes.Text) and not isinstance(element, code):
                element[place] = nodes.Text(BOUND.sub("\u00a0", child))


STYLES = ["draw.css", "calculator.css"]  # of what stands on pages; for book.css see _static
# What a page needs for what stands on it: a mark in its HTML, scripts in the order of their needs.
NEEDS = {
    'class="explorer"': ["draw.js"],
    'class="calculator"': ["draw.js", "reader.js", "reading.js", "package.js", "calculator.js"],
    'class="question': ["reader.js", "reading.js", "answers.js", "fields.js"],
}


def bring_scripts(app, page, template, context, doctree):
    """Scripts for the pages that need them, each once."""
    found = [scripts for mark, scripts in NEEDS.items() if mark in context.get("body", "")]
    context["page_scripts"] = list(dict.fromkeys(script for scripts in found for script in scripts))


TEXT_TABLE = '<div class="book-table pst-scrollable-table-container"><table class="prose">'


def mend(app, page, template, context, doctree):
    """What a screen reader is told: a fold is called what it shows, a source is an entry of a list.

    MyST-NB labels every fold "Toggle hidden content"; docutils gives sources a role that is no longer one.
    Folds, a cell's HTML and tables of text lose the classes by which the theme would give them its own look.
    """
    for told, better in (
        ('<summary aria-label="Toggle hidden content">', "<summary>"),
        (' class="admonition hide above-input"', ' class="hide"'),
        (' admonition-title">', '">'),
        ('"output text_html"', '"output"'),
        (' role="doc-biblioentry"', ' role="listitem"'),
        ('<th class="head"><p></p></th>', "<td></td>"),
        ('<div class="pst-scrollable-table-container"><table class="table">', TEXT_TABLE),
    ):
        context["body"] = context.get("body", "").replace(told, better)


def introduce(app, page, template, context, doctree):
    """What a search engine or a chat shows of a link."""
    paragraphs = doctree.findall(nodes.paragraph) if doctree else []
    words = next((text for text in (" ".join(p.astext().split()) for p in paragraphs) if len(text) > 40), "")
    context["description"] = html.escape(textwrap.shorten(words, 200, placeholder=" ..."))
