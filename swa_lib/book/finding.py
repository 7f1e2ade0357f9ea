"""How a page is found and shared: numbers in the site's search, and what a link to a page shows.

Part of the site's side of the figures (`pages.py` loads it).
"""

import html
import re
import textwrap

from docutils import nodes
from sphinx.search.en import SearchEnglish

NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!,?\d)|\d+(?:\.\d+)?)"  # 131,072 is one word, and so is 0.95
LETTER = r"[\p{L}\p{N}_]"  # JavaScript's \w knows no α


class SearchNumbers(SearchEnglish):
    """English, and numbers: the index has 131,072 as "n131072", for the search skips what is digits alone.

    >>> SearchNumbers({}).split("L x W = 131,072, or 0.95")
    ['L', 'x', 'W', 'n131072', 'or', 'n0.95']
    """

    js_splitter_code = (
        "var splitQuery = (query) => "
        f"(query.match(/(?<![.,]|{LETTER}){NUMBER}(?!{LETTER})|{LETTER}+/gu) || [])"
        f'.map((word) => /^{NUMBER}$/.test(word) ? "n" + word.replaceAll(",", "") : word);'
    )

    def split(self, text):
        words = re.findall(rf"(?<![\w.,]){NUMBER}(?!\w)|\w+", text)
        return ["n" + word.replace(",", "") if re.fullmatch(NUMBER, word) else word for word in words]


def setup(app):
    """The search of numbers; what a link shows."""
    app.add_search_language(SearchNumbers)
    app.connect("html-page-context", introduce)


def introduce(app, page, template, context, doctree):
    """What a search engine or a chat shows of a link; and where the page's slides are."""
    source = context.get("repository", "")  # as course/handout.py knows it
    owner, _, book = source.removeprefix("https://github.com/").partition("/")
    hosted = source.startswith("https://github.com/")
    context["address"] = app.config.html_baseurl or (f"https://{owner}.github.io/{book}/" if hosted else "")
    paragraphs = doctree.findall(nodes.paragraph) if doctree else []
    words = next((text for text in (" ".join(p.astext().split()) for p in paragraphs) if len(text) > 40), "")
    words = words.removeprefix("In one sentence. ")
    context["description"] = html.escape(textwrap.shorten(words, 200, placeholder=" ..."))
    numbered = re.fullmatch(r"chapters/(\d\d)_\w+", page)
    context["slides"] = f"/chapter-{int(numbered[1])}" if numbered else "/cover" if page == "index" else ""
