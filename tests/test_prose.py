"""Every number of the prose stands in its own page's code or output, or is quoted in reference/cited.toml.

A number agrees with one that it is a rounding of: 77% with 0.7662, 1.7 × 10⁻⁵ with 1.6602e-05, "about 12,000"
with 11,941. Not looked at: headings, addresses, code within a sentence, questions, years, minutes, names, and
whole numbers up to twelve, which may be words ("two paths", "chapter 5").
"""

import ast
import contextlib
import functools
import inspect
import io
import re
import tomllib

import numpy as np
import pytest
from book import CHAPTERS, PAGES, REFERENCE, code_blocks, read_notebook, source, without_code

from swa_lib.exercises import QUESTIONS

QUOTED = tomllib.loads((REFERENCE / "cited.toml").read_text(encoding="utf-8"))
WRITTEN = ["reference/evidence"]  # from data, which tests/test_trained.py holds it to
SUMMARIES = [
    "chapters/end",
    "reference/formulas",
    "reference/glossary",
    "reference/teaching",
]  # of what the chapters say

NUMBER = re.compile(  # one that stands free: not the 8 of text8, not the 7 of 7B
    r"(?P<rough>\b(?:about|around|nearly|almost|some|roughly) )?"
    r"(?<![\w.])(?P<digits>\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?P<decimals>\.\d+)?(?:e(?P<power>[+-]?\d+))?"
    r"(?P<unit> ?%| per cent|K\b)?(?![A-Za-z_^])"
)
SCALES = {"": [1], "%": [0.01], "per cent": [0.01], "K": [1000, 1024]}
NAMES = re.compile(
    "|".join([*QUOTED["names"], r"\b(?:19[89]|20[0-3])\d\b(?![.,]?\d|%)", r"\b\d+\s(?:min|minutes)\b"])
)
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")


def numbers(text):
    """Each number: as it is written, what it may mean, and half a unit of the last digit that counts."""
    for match in NUMBER.finditer(text):
        digits, decimals = match["digits"].replace(",", ""), (match["decimals"] or "")[1:]
        spare = len(digits) - len(digits.rstrip("0")) if match["rough"] and not decimals else 0
        unit = 10.0 ** (int(match["power"] or 0) - len(decimals))
        for scale in SCALES[(match["unit"] or "").strip()]:
            yield match[0], int(digits + decimals) * unit * scale, 0.5 * unit * scale * 10**spare


def prose(markdown):
    """What a page says in sentences: no headings, addresses, code, questions, names."""
    text = re.sub(r"<a [^>]*\?.*?</a>", " ", markdown)  # a slider's place: tests/built/test_pages.py
    text = re.sub(r"^#.*$|^ *\d+\. |\]\([^)]*\)|\{\w+\}`[^`]*`|`[^`]*`", " ", text, flags=re.M)
    text = plain(re.sub(r"<[^>]*>", " ", re.sub(r"<sup>(.*?)</sup>", r"^\1", text)))
    return NAMES.sub(" ", re.sub(r"(?:[^.?!:\n]|\.(?=\d))*\?", " ", text))  # a question claims nothing


def plain(text):
    """Numbers as a computer writes them: 131,040 for 131{,}040, and 1.7e-5 for 1.7 × 10⁻⁵."""
    text = re.sub(r"(?<=\d)(?:\{,\}|\\,|[\u00a0\u2009\u202f])(?=\d{3}\b)", ",", text).replace("\\%", "%")
    text = re.sub(r"[⁻⁰¹²³⁴-⁹]+", lambda raised: "^" + raised[0].translate(RAISED), text)
    power_of_ten = r"(?:([\d.,]+)\s*(?:×|x|·|\\times|\\cdot)\s*)?\b10\^\{?([-−+]?\d+)\}?"
    return re.sub(power_of_ten, lambda m: f"{m[1] or 1}e{m[2].translate(RAISED)}", text)


def shown(blocks):
    """What the cells of a page that is written in Markdown print and return."""
    names, printed = {}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        for block in blocks:
            *tree, last = ast.parse(block).body
            if not isinstance(last, ast.Expr):
                tree, last = [*tree, last], ast.parse("None").body[0]
            exec(ast.unparse(tree), names)
            print(eval(ast.unparse(last), names))
    return printed.getvalue()


@functools.cache
def read(page):
    """A page's words, and the numbers of its code and of what the code gives."""
    if (path := source(page)).suffix == ".md":
        text = path.read_text(encoding="utf-8")
        code = [re.sub(r"^:.*", "", block, flags=re.M) for block in code_blocks(text)]
        words, outputs = without_code(text), shown(code)
    else:
        cells = read_notebook(path).cells
        code = [cell.source for cell in cells if cell.cell_type == "code"]
        words = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
        given = [output for cell in cells for output in cell.get("outputs", [])]
        outputs = "\n".join(o.get("text", "") + o.get("data", {}).get("text/plain", "") for o in given)
    walks = (ast.walk(ast.parse(source)) for source in code)
    typed = (node for walk in walks for node in walk if isinstance(node, ast.Constant))
    known = {float(node.value) for node in typed if isinstance(node.value, (int, float))}
    known |= {value for _, value, _ in numbers(plain(outputs))}
    if page in SUMMARIES:
        for chapter in (f"chapters/{path.stem}" for path in CHAPTERS):
            told, computed = read(chapter)
            known |= {value for _, value, _ in numbers(prose(told))}
            known |= {value for value in computed if value >= 100}  # three digits do not agree by chance
    return words, known


def unknown(words, known):
    """The numbers of a text that round none of those known."""
    meant = {}
    for written, value, half in numbers(prose(words)):
        agrees = any(abs(value - number) <= half * (1 + 1e-9) for number in known)
        meant[written] = meant.get(written, written.isdigit() and value <= 12) or agrees
    return [written for written, found in meant.items() if not found]


@pytest.mark.parametrize("page", [page for page in PAGES if page not in WRITTEN])
def test_every_number_of_the_prose_is_computed_or_cited(page):
    words, known = read(page)
    cited = [value for c in QUOTED["cited"] if page in c["pages"] for _, value, _ in numbers(c["says"])]
    missing = unknown(words, known.union(cited))
    assert not missing, (
        f"{page}: {', '.join(missing)} stands in no code and no output of this page. "
        "Let a cell print it as the sentence has it, or quote it with its source in reference/cited.toml"
    )


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_number_typed_into_a_reply_is_of_its_question_or_its_page(name):
    question, typed = QUESTIONS[name], []
    _, *yields = ast.parse(inspect.getsource(question.tell)).body[0].body  # without what is asked
    for node in (node for part in yields for node in ast.walk(part)):
        typed += [node.value] if isinstance(node, ast.Constant) else []
    words, known = read(f"chapters/{question.section.partition('.ipynb')[0]}")
    known = known | {value for text in (words, question.tell.__doc__) for _, value, _ in numbers(prose(text))}
    for value in [question.told[0], *(wrong for wrong, _ in question.told[1]), *typed]:
        with contextlib.suppress(TypeError, ValueError):  # words, functions
            known |= set(np.ravel(np.asarray(value, float)))
    missing = unknown("\n\n".join(value for value in typed if isinstance(value, str)), known)
    assert not missing, f"{name}: {', '.join(missing)} stands in a reply; let it be computed"


@pytest.mark.parametrize("cited", QUOTED["cited"], ids=lambda cited: cited["says"])
def test_a_quoted_number_is_still_quoted_beside_its_source(cited):
    entry = re.search(rf"@\w+{{{cited['source']},(.*?)\n}}", (REFERENCE / "references.bib").read_text(), re.S)
    assert entry, f"reference/references.bib has no {cited['source']}, which reference/cited.toml names"
    address = re.search(r"url *= *{(.*?)}", entry[1])[1]
    pages = [read(page)[0] for page in cited["pages"]]
    assert all(address in words or cited["source"] in words for words in pages), f"a page has no {address}"
    said = {value for words in pages for _, value, _ in numbers(prose(words))}
    unsaid = [number for number, value, _ in numbers(cited["says"]) if value > 12 and value not in said]
    assert not unsaid, f"quoted in reference/cited.toml, and on none of its pages any more: {unsaid}"
