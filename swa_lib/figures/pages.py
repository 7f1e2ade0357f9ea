"""The site's side of the figures: Jupyter Book loads this, notebooks never do.

As a Sphinx extension (`_config.yml`) it makes every `Explorer` put its frames
into the page, and lets a screen reader hear what a folded cell is. As a renderer
(an entry point in pyproject.toml) it keeps the description that a `Picture` stores
beside its PNG, which MyST-NB would drop.
"""

import html
import os
import subprocess
import sys
import textwrap
from pathlib import Path

from docutils import nodes

from . import light

PAGE = Path(__file__).parent / "page"  # what a browser needs


def setup(app):
    """Tell the notebooks that Sphinx is about to run that their explorers go into a page."""
    os.environ["SWA_EXPLORERS"] = "page"
    list_fonts(Path(app.outdir).parent / "matplotlib")
    app.connect("config-inited", bring_files)
    app.connect("html-page-context", name_folds)
    app.connect("html-page-context", bring_scripts)
    app.connect("html-page-context", introduce)
    app.add_config_value("book_repository", "", "html")
    light.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def bring_files(app, config):
    """What a browser needs, and the page's own template."""
    config.html_static_path += [str(PAGE), str(PAGE.parents[1] / "exercises" / "page")]
    config.templates_path.append(str(PAGE.parent / "templates"))


def list_fonts(folder):
    """Let matplotlib list this machine's fonts, in the project's folder or the one the Makefile named.

    Done by the first notebook, or in a home that is shut, it would be a warning, and that stops the build.
    """
    folder = Path(os.environ.setdefault("MPLCONFIGDIR", str(folder)))
    if not folder.exists():
        subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], check=True)


# What a page needs for what stands on it: a mark in its HTML, scripts in the order of their needs, styles.
NEEDS = {
    'class="explorer"': (["explorer.js"], ["explorer.css"]),
    'class="calculator"': (
        ["explorer.js", "reading.js", "configs.js", "stack.js", "calculator.js"],
        ["calculator.css"],
    ),
    'class="question': (["reading.js", "questions.js", "fields.js"], []),
}


def bring_scripts(app, page, template, context, doctree):
    """Scripts and styles for the pages that need them, each once."""
    found = [needs for mark, needs in NEEDS.items() if mark in context.get("body", "")]
    context["page_scripts"] = list(dict.fromkeys(name for scripts, _ in found for name in scripts))
    for style in dict.fromkeys(name for _, styles in found for name in styles):
        app.add_css_file(style)


def introduce(app, page, template, context, doctree):
    """What a search engine or a chat shows of a link: a sentence, a picture; and where the book's source is.

    The repository is `book_repository` in _config.yml. Left empty, it is the one in whose GitHub Actions
    the site is built, so that a fork names itself.
    """
    server, name = os.environ.get("GITHUB_SERVER_URL", ""), os.environ.get("GITHUB_REPOSITORY", "")
    context["repository"] = app.config.book_repository or (f"{server}/{name}" if server and name else "")
    owner, _, book = context["repository"].removeprefix("https://github.com/").partition("/")
    hosted = context["repository"].startswith("https://github.com/")
    context["address"] = app.config.html_baseurl or (f"https://{owner}.github.io/{book}/" if hosted else "")
    paragraphs = doctree.findall(nodes.paragraph) if doctree else []
    words = next((text for text in (" ".join(p.astext().split()) for p in paragraphs) if len(text) > 40), "")
    words = words.removeprefix("In one sentence. ")
    context["description"] = html.escape(textwrap.shorten(words, 200, placeholder=" ..."))


def name_folds(app, page, template, context, doctree):
    """Let each folded cell be called what it shows: MyST-NB labels them all "Toggle hidden content"."""
    if "body" in context:
        context["body"] = context["body"].replace('<summary aria-label="Toggle hidden content">', "<summary>")


class ComputedAlt:
    """Put the description stored with a PNG output on the image of the page."""

    @staticmethod
    def handle_mime(renderer, data, inline):
        """Image nodes with alt text, or None where nothing is stored (MyST-NB then goes on)."""
        alt = data.output_metadata.get(data.mime_type, {}).get("alt")
        if data.mime_type != "image/png" or not alt:
            return None
        images = renderer.render_image(data)
        images[0]["alt"] = alt
        return images
