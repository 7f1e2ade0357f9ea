"""The reference pages: glossary complete, formulas true, pitfalls shown, guide in step with the book."""

import math
import re
import tomllib

import numpy as np
import pytest
from book import NUMBERED, REFERENCE, ROOT, markdown_cells, read_notebook

import swa_lib

SYMBOLS = {
    "W": "window",
    "L": "layers",
    "α": "alpha",
    "d": "distance",
    "k": "hops",
    "ε": "tolerance",
    "p(d)": "profile[d]",
}


def markdown(page):
    return (REFERENCE / f"{page}.md").read_text()


# Glossary -----------------------------------------------------------------------------------------


def entries():
    """Term -> its explanation, with the link."""
    block = markdown("glossary").split(":::{glossary}\n")[1].split(":::")[0]
    found = {}
    for entry in block.strip().split("\n\n"):
        *terms, says = entry.split("\n")
        found |= {term.lower(): says for term in terms}
    return found


def words_to_keep(source):
    """The bold terms of a chapter's last list, without the letter behind a term: "Window W" is window."""
    listed = re.search(r"^## Words to keep$(.*?)(?=^## |\Z)", source, re.MULTILINE | re.DOTALL)[1]
    terms = re.findall(r"\*\*(.+?)\*\*", listed)
    return [re.sub(r" (W|d|ε|eps)$", "", term).lower() for term in terms if term not in SYMBOLS]


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_words_to_keep_are_in_the_glossary(path):
    source = "\n".join(cell.source for cell in markdown_cells(read_notebook(path)))
    known = entries()
    missing = [term for term in words_to_keep(source) if {term, term.removesuffix("s")} & set(known) == set()]
    assert words_to_keep(source) and not missing


def test_words_to_keep_are_read():
    source = "## Words to keep\n\n- **Window W**: a.\n- **Path**: b; **hop**: c. **α**\n"
    source += "\nNext.\n\n## Exercises\n\n**bold**"
    assert words_to_keep(source) == ["window", "path", "hop"]


def test_every_letter_is_in_the_glossary():
    rows = re.findall(r"^\| (\S+) \| `(\S+)` \|.*\]\(\S+#\S+\)\) \|$", markdown("glossary"), re.MULTILINE)
    assert dict(rows) == SYMBOLS


def test_every_word_says_where_it_is_introduced():
    for term, says in entries().items():
        assert re.search(r"Introduced in \[chapter [1-6]\]\(\.\./chapters/\w+\.ipynb#[\w-]+\)\.$", says), (
            term
        )  # test_site follows it
    firsts = [
        entry.split("\n")[0].lower()
        for entry in markdown("glossary").split(":::{glossary}\n")[1].split("\n\n")
    ]
    assert firsts == sorted(firsts) and len(entries()) > 40


# Formula sheet ------------------------------------------------------------------------------------

L, W, T, h, n, q, G, m, d, k, eps, alpha = 6, 12, 500, 4, 32, 8, 2, 3, 30, 2, 0.01, 0.9


def blurs(k):
    """The profile of k plain blurs, on the distances of the whole stack."""
    return np.pad(swa_lib.influence(k, W), (0, (L - k) * (W - 1)))


def bell():
    mean, width = L * (W - 1) / 2, np.sqrt(L * (W**2 - 1) / 12)
    return np.exp(-((np.arange(L * (W - 1) + 1) - mean) ** 2) / (2 * width**2)) / (width * np.sqrt(2 * np.pi))


def first_far():
    p = swa_lib.influence(L, W, alpha)
    return next(D for D in range(len(p)) if p[D + 1 :].sum() <= eps)


CHANCE = [math.comb(L, k) * (1 - alpha) ** k * alpha ** (L - k) for k in range(L + 1)]

# Code on the sheet -> the formula beside it, written out, and how close the two must be.
FORMULAS = {
    "visible(t, W)": (lambda: list(range(100 - W + 1, 101)), 0),
    "tokens_held(L, W, T)": (lambda: L * min(W, T), 0),
    "kv_cache_bytes(tokens_held(L, W, T), h, n)": (lambda: 4 * h * n * L * min(W, T), 0),
    "attention_flops(tokens_held(L, W, T), q, n)": (lambda: 4 * q * n * L * min(W, T), 0),
    "reach(L, W)": (lambda: L * (W - 1), 0),
    "hops(d, W)": (lambda: np.ceil(d / (W - 1)), 0),
    "influence(L, W)[-1]": (lambda: float(W) ** -L, 1e-12),
    "drift(L, W)": (lambda: L * (W - 1) / 2, 1e-12),
    "spread(L, W)": (lambda: np.sqrt(L * (W**2 - 1) / 12), 1e-12),
    "np.sqrt(12) * spread(L, W)": (lambda: W * np.sqrt(L), 1 / W**2),  # an approximation
    "gaussian(L, W)": (bell, 1e-12),
    "path_influence(k, alpha)": (lambda: (1 - alpha) ** k, 1e-12),
    "hop_distribution(L, alpha)[k]": (lambda: CHANCE[k], 1e-12),
    "influence(L, W, alpha)": (lambda: sum(CHANCE[k] * blurs(k) for k in range(L + 1)), 1e-12),
    "influence(L, W, alpha)[0]": (lambda: (alpha + (1 - alpha) / W) ** L, 1e-12),
    "drift(L, W, alpha)": (lambda: L * (1 - alpha) * (W - 1) / 2, 1e-12),
    "(1 - growing_stream(L)).sum()": (lambda: sum(1 / (layer + 1) for layer in range(1, L + 1)), 1e-12),
    "rule_of_thumb(d, W, alpha)": (lambda: (1 - alpha) ** (d / W), 1e-12),
    "rule_horizon(W, alpha, eps)": (lambda: W * np.log(eps) / np.log(1 - alpha), 1e-12),
    "rule_horizon(W, alpha, eps) + drift(L, W, alpha)": (
        lambda: W * np.log(eps) / np.log(1 - alpha) + L * (1 - alpha) * (W - 1) / 2,
        1e-12,
    ),
    "horizon(influence(L, W, alpha), eps)": (first_far, 0),
    "1 - hop_distribution(G, alpha)[0]": (lambda: 1 - alpha**G, 1e-12),
    "m / (W + m)": (lambda: m / (W + m), 0),
}


def rows():
    return re.findall(r"^\| .*?<br>`(.+?)` \| (\w[\w ]*).*? \|$", markdown("formulas"), re.MULTILINE)


def test_every_row_of_the_sheet_is_tested():
    assert [code for code, _ in rows()] == list(FORMULAS)
    assert {kind for _, kind in rows()} <= {"exact", "approximation", "upper bound"}


@pytest.mark.parametrize("code", FORMULAS)
def test_a_formula_is_what_the_package_computes(code):
    names = {name: getattr(swa_lib, name) for name in swa_lib.__all__} | globals() | {"t": 100}
    written, rtol = FORMULAS[code]
    np.testing.assert_allclose(np.array(eval(code, names), float), np.array(written(), float), rtol=rtol)


def test_the_bound_is_one():
    mixed = swa_lib.beyond(swa_lib.influence(L, [W] * (L - G) + [T] * G, alpha))
    assert 0.5 * (1 - alpha**G) < mixed[(L - G) * (W - 1)] < 1 - alpha**G


# Pitfalls -----------------------------------------------------------------------------------------


def pitfalls():
    return re.findall(r'^### "(.+?)"$(.*?)(?=^##|\Z)', markdown("pitfalls"), re.MULTILINE | re.DOTALL)


def test_the_pitfalls_people_fall_into_are_there():
    text = markdown("pitfalls")
    wanted = "L × W|across the layers|without the token itself|W√L|factor of 1−α|1.5 W|depth alone"
    wanted += "|Ignoring α|Forgetting the tolerance|Confusing reach with influence|Perplexity"
    wanted += "|attention sinks|a checkpoint|for use"
    assert [words for words in wanted.split("|") if words not in text] == []
    assert len(pitfalls()) >= 15


@pytest.mark.parametrize("words, body", pitfalls())
def test_a_pitfall_is_explained_linked_and_shown(words, body):
    assert re.search(r"^\*[A-Z].+?\*", body.strip()), "no misreading in italics"
    assert re.search(r"\b(exact|approximation|cited|measured)\b", body, re.IGNORECASE), (
        "does not say what kind of statement it is"
    )
    assert re.search(r"\]\(\.\./chapters/\w+\.ipynb#[\w-]+\)", body), "no link to the chapter"
    code = re.findall(r"^```\{code-cell\} ipython3\n(.*?)^```$", body, re.MULTILINE | re.DOTALL)
    lines = code[0].splitlines()
    assert len(code) == 1 and len(lines) <= 3 and max(map(len, lines)) <= 84, "not two or three short lines"


# Teaching guide -----------------------------------------------------------------------------------


def test_the_lab_lasts_as_long_as_it_says_and_has_slack():
    """The lecture: tests/built/test_slides.py."""
    section = re.search(r"^## A lab of 90 minutes$(.*?)^## ", markdown("teaching"), re.MULTILINE | re.DOTALL)[
        1
    ]
    rows = re.findall(r"^\| (\d+)\smin \| (.*) \|", section, re.MULTILINE)
    assert sum(int(minutes) for minutes, _ in rows) == 90
    assert sum(int(minutes) for minutes, what in rows if what.startswith("Slack")) >= 10


def test_the_guide_projects_an_explorer_in_every_chapter():
    sections = re.findall(r"^### \d\. .+?$(.*?)(?=^##|\Z)", markdown("teaching"), re.MULTILINE | re.DOTALL)
    assert len(sections) == len(NUMBERED), (
        "reference/teaching.md has a section (### 1. ...) for every chapter"
    )
    for number, (path, section) in enumerate(zip(NUMBERED, sections), 1):
        assert all(f"**{part}:**" in section for part in ("Hunt", "Ask", "Project", "Students say")), number
        assert re.search(rf'href="\.\./chapters/{path.stem}\.html#\w+\?', section), number


def test_binder_gets_a_python_that_the_book_supports():
    needs = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert (ROOT / "runtime.txt").read_text().strip() == "python-" + needs.removeprefix(">=")
