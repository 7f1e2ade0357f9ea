"""Pages that weigh little: one style sheet, one script, a handful of glyphs, formulas without a script.

Part of the site's side of the figures (`pages.py` loads it). The theme brings 1 MB
for a first visit: two drawings of every icon, a search index on each page, a
typesetter for formulas. Here the pages ask for what they use.
"""

import html
import re

import latex2mathml.converter
from docutils import nodes
from fontTools import subset

from .look import page_colours

# What the theme's own template loads, before and after the files that Sphinx lists.
THEME_STYLES = ("basic.css", "styles/theme.css", "styles/pydata-sphinx-theme.css")
THEME_SCRIPTS = ("scripts/bootstrap.js", "scripts/pydata-sphinx-theme.js")
# The last font of a name counts: of the theme's icons, those that are shown.
ICONS = '@font-face{font-family:"Font Awesome 6 Free";font-weight:900;src:url(icons.woff)}'


def setup(app):
    """Formulas as MathML, and files joined as soon as all pages are written."""
    app.add_html_math_renderer("mathml", (write_formula, None), (write_formula, None))
    app.connect("build-finished", join_files, priority=900)  # when the theme has written its colours of code


# Formulas ----------------------------------------------------------------------------------------------


def formula(latex, display):
    """A formula as MathML, with the spaces that TeX would set.

    >>> formula(r"W \\ln\\varepsilon", "inline")[-93:]
    '<mi>W</mi><mspace width="0.17em"/><mi>ln</mi><mspace width="0.17em"/><mi>ε</mi></mrow></math>'
    """
    written = latex2mathml.converter.convert(latex, display=display)
    written = re.sub("&#x([0-9A-F]{5});", lambda code: html.escape(chr(int(code[1], 16))), written)
    written = re.sub(r' (?:min|max)size="2.047em"', "", written)  # brackets grow with what they hold
    written = re.sub(r"<mn>(\d+)</mn><mrow><mo>,</mo></mrow><mn>(\d+)</mn>", r"<mn>\1,\2</mn>", written)
    written = re.sub(r"<mi>([⌈⌉⌊⌋])</mi>", r'<mo stretchy="false">\1</mo>', written)
    written = written.replace("<mo>/</mo>", '<mo lspace="0" rspace="0">/</mo>')
    written = re.sub(r"<mo>(min|max)</mo>", r"<mi>\1</mi>", written)
    thin = '<mspace width="0.17em"/>'
    written = re.sub(r"(?<=</mi>)<mi>(ln|log|exp)</mi>", rf"{thin}<mi>\1</mi>", written)
    return re.sub(r"<mi>(ln|log|exp)</mi>(?=<mi>)", rf"<mi>\1</mi>{thin}", written)


def write_formula(translator, node):
    """A formula in a line of text, or on a line of its own."""
    tag, display = ("span", "inline") if isinstance(node, nodes.math) else ("div", "block")
    translator.body.append(f'<{tag} class="math">{formula(node.astext(), display)}</{tag}>')
    raise nodes.SkipNode


# Files -------------------------------------------------------------------------------------------------


def join_files(app, error):
    """Write site.css, site.js and a font of the icons into _static."""
    if error or app.builder.name != "html":
        return
    static = app.outdir / "_static"
    scripts = [*_names(app.builder._js_files), *THEME_SCRIPTS]
    joined = ";\n".join((static / name).read_text(encoding="utf-8") for name in scripts)
    (static / "site.js").write_text(joined, encoding="utf-8")
    written = [page.read_text(encoding="utf-8") for page in app.outdir.rglob("*.html")]
    own = [path.read_text(encoding="utf-8") for path in static.glob("*.js")]
    words = set(re.findall(r"[\w-]+", "\n".join(written + own)))
    styles = [*THEME_STYLES, *_names(app.builder._css_files)]
    styles = used(page_colours() + "\n".join(style_of(static, name) for name in styles), words)
    (static / "styles" / "site.css").write_text(styles + ICONS, encoding="utf-8")
    icons = re.findall(r'\.fa-[\w-]+:{1,2}before ?\{ ?content: ?"\\([0-9a-f]+)"', styles)
    font, part = static / "vendor/fontawesome/webfonts/fa-solid-900.ttf", static / "styles/icons.woff"
    subset.main([str(font), f"--unicodes={','.join(icons)}", "--flavor=woff", f"--output-file={part}"])


def _names(files):
    """The paths below _static of the files that Sphinx lists for every page; cells look as book.css says."""
    names = [str(file.filename).split("?")[0].removeprefix("_static/") for file in files if file.filename]
    return [name for name in names if not name.startswith("mystnb")]


def style_of(static, name):
    """A style sheet as it reads from the folder `styles`; what it imports is in the list itself."""
    text = re.sub("@import[^;]*;", "", (static / name).read_text(encoding="utf-8"))
    return text if name.startswith("styles/") else re.sub(r"url\((?!data:|\.\./)", "url(../", text)


def used(styles, words):
    """The style sheet without the rules for classes that no page and no script knows.

    >>> used(".a.b,.c:is(p, .b){x:y}@media print{.b{x:z}p{x:0}}", {"c"})
    '.c:is(p, .b){x:y}@media print{p{x:0}}'
    """
    styles = re.sub(r"/\*.*?\*/", "", styles, flags=re.DOTALL)

    def known(selector):
        plain = re.sub(r"\((?:[^()]|\([^()]*\))*\)", "", selector)  # without :is(...) and :not(...)
        names = re.findall(r"\.(-?[A-Za-z_](?:[\w-]|\\.)*)", plain)
        return all(name.replace("\\", "") in words for name in names)

    def keep(rule):
        selectors = [selector for selector in re.split(r",(?![^()]*\))", rule[1]) if known(selector)]
        return f"{','.join(selectors)}{{{rule[2]}}}" if selectors else ""

    styles = re.sub(r"(?<![^{};])([^{};@]+)\{([^{}]*)\}", keep, styles)
    return re.sub(r"\s+", " ", re.sub(r"@(?:media|supports)[^{}]*\{\s*\}", "", styles))
