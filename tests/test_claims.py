"""The claims table: each claim holds, exact ones against whole-number arithmetic too, and none is missing."""

import ast
import functools
import inspect
import itertools
import math
import re
from fractions import Fraction

import claims_checks
import numpy as np
import pytest
from book import CHAPTERS, REFERENCE, ROOT, markdown_cells, read_notebook, tags, without_code
from claims import KINDS, Claim
from claims_table import CLAIMS
from exact import exact_profile, exact_text_profile
from prose import unbacked

import swa_lib

BIBLIOGRAPHY = (REFERENCE / "references.bib").read_text()
COMPUTED = [claim for claim in CLAIMS if claim.kind != "cited"]
computed = functools.cache(Claim.computed)  # with the package as it is, each claim once
CITED = [claim for claim in CLAIMS if claim.kind == "cited"]


def prose(page):
    """The Markdown of a page of the book that states facts.

    Without code; without the exercises, whose numbers have tests of their own; without notes to the
    teacher, who is told wrong answers.
    """
    if page == "index":
        return without_code((ROOT / "index.md").read_text())
    notebook = read_notebook(ROOT / "chapters" / f"{page}.ipynb")
    ours = [cell for cell in markdown_cells(notebook) if "instructor" not in tags(cell)]
    text = "\n".join(cell.source for cell in ours)
    return re.sub(r"^## Exercises$.*?(?=^## |\Z)", "", text, flags=re.MULTILINE | re.DOTALL)


PAGES = ["index"] + [path.stem for path in CHAPTERS]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim.where}: {claim.says}")
def test_a_claim_is_well_formed(claim):
    page, anchor = claim.where.split("#")
    assert page in PAGES and anchor
    assert claim.kind in KINDS
    assert claim.stated, "no number in **bold**"


@pytest.mark.parametrize("claim", COMPUTED, ids=lambda claim: f"{claim.where}: {claim.says}")
def test_a_claim_holds(claim):
    assert claim.holds(computed(claim)), f"stated {claim.stated}, computed {computed(claim)}"


@pytest.mark.parametrize(
    "says, check, tolerance",
    [
        ("**298** tokens", "reach(3, 100)", None),
        ("**0.06**", "1 - 0.95", None),
        ("**0.05**", "0.0500001", 1e-9),
        ("**1** and **2**", "1", None),
        ("**5%**", "0.06", None),
    ],
)
def test_a_false_claim_is_found(says, check, tolerance):
    assert not Claim("02_reach#the-code", "exact", says, check, tolerance).holds()


def test_no_two_claims_are_the_same():
    sentences = [(claim.where, claim.says) for claim in CLAIMS]
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize("claim", CITED, ids=lambda claim: f"{claim.where}: {claim.says}")
def test_a_cited_claim_has_its_source(claim):
    number = re.sub(r"^https://arxiv\.org/abs/", "", claim.check)
    assert number in BIBLIOGRAPHY, "not in references.bib"
    assert claim.check in prose(claim.where.split("#")[0]) or claim.check.endswith("stacking-swa.html"), (
        "the chapter does not link to it"
    )


# Complete


@pytest.mark.parametrize("page", PAGES)
def test_every_number_of_the_prose_is_claimed(page):
    lines = [claim.says.replace("**", "") for claim in CLAIMS if claim.where.startswith(f"{page}#")]
    missing = unbacked(prose(page), "\n".join(lines))
    assert not missing, (
        f"{page}: in the prose, but in no line of reference/claims_table.py: "
        f"{', '.join(dict.fromkeys(missing))}. "
        f'Add Claim("{page}#anchor", kind, "sentence with **number**", "expression").'
    )


# Against whole numbers: the same expressions, with everything below computed in another way


def per_layer(layers, value):
    return [value] * layers if np.isscalar(value) else list(value)


@functools.cache
def whole_profile(windows, alphas):
    numerators, denominator = exact_profile(windows, alphas)
    return [Fraction(n, denominator) for n in numerators]


def whole(layers, window, alpha=0.0):
    return whole_profile(tuple(per_layer(layers, window)), tuple(map(float, per_layer(layers, alpha))))


def small(layers, window):
    return layers * sum(per_layer(layers, window)) < 300_000


@functools.cache
def whole_text_profile(windows, alphas, text):
    numerators, denominator = exact_text_profile(windows, alphas, text)
    return [n / denominator for n in numerators]


def influence(layers, window, alpha=0.0, text=None):
    if text is not None and layers * text < 50_000:
        stack = tuple(per_layer(layers, window)), tuple(map(float, per_layer(layers, alpha)))
        return np.array(whole_text_profile(*stack, text))
    if text is not None or not small(layers, window):
        return swa_lib.influence(layers, window, alpha, text)
    return np.array([float(share) for share in whole(layers, window, alpha)])


def drift(layers, window, alpha=0.0):
    if not small(layers, window):
        return swa_lib.drift(layers, window, alpha)
    return float(sum(d * share for d, share in enumerate(whole(layers, window, alpha))))


def beyond(profile):
    if len(profile) > 150_000:
        return swa_lib.beyond(profile)
    return np.array(whole_tails(np.asarray(profile, float).tobytes()))


@functools.cache
def whole_tails(profile):
    """In whole numbers: a float is a number of 2**-1074, the smallest there is."""
    shares = (share.as_integer_ratio() for share in np.frombuffer(profile)[:0:-1].tolist())
    tails = list(itertools.accumulate((top << 1074) // bottom for top, bottom in shares))
    return [tail / (1 << 1074) for tail in tails[::-1]] + [0.0]


def horizon(profile, tolerance):
    return next(d for d, tail in enumerate(beyond(profile)) if tail <= tolerance)


def path_influence(hops, alpha):
    return np.array([float((1 - Fraction(alpha)) ** int(k)) for k in np.atleast_1d(hops)])


def hop_distribution(layers, alpha):
    keep = Fraction(alpha)
    return np.array(
        [float(math.comb(layers, k) * (1 - keep) ** k * keep ** (layers - k)) for k in range(layers + 1)]
    )


ORACLE = {
    "influence": influence,
    "drift": drift,
    "beyond": beyond,
    "share_beyond": lambda profile, distance: [*beyond(profile), *[0.0] * (distance + 1)][distance],
    "horizon": horizon,
    "path_influence": path_influence,
    "hop_distribution": hop_distribution,
    "reach": lambda layers, window: sum(per_layer(layers, window)) - layers,
    "hops": lambda distance, window: next(k for k in itertools.count() if k * (window - 1) >= distance),
    "visible": lambda token, window: [t for t in range(token + 1) if token - t < window],
    "mask": lambda length, window: np.array(
        [[0 <= q - k < window for k in range(length)] for q in range(length)]
    ),
    "spread": lambda layers, window: math.sqrt(layers * Fraction(window**2 - 1, 12)),
}


def names(source):
    """The names that a piece of Python reads."""
    return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}


def computed_with(check):
    """The names a check reads itself, or through the function of claims_checks.py that it calls."""
    read = names(check)
    own = [
        function for name, function in inspect.getmembers(claims_checks, inspect.isfunction) if name in read
    ]
    return read.union(*(names(inspect.getsource(function)) for function in own))


CHECKED = [
    claim
    for claim in COMPUTED
    if claim.kind == "exact" and not ORACLE.keys().isdisjoint(computed_with(claim.check))
]


def test_the_oracle_answers_most_exact_claims():
    assert set(ORACLE) <= set(swa_lib.__all__)
    assert len(CHECKED) > 0.75 * sum(claim.kind == "exact" for claim in CLAIMS)


@pytest.mark.parametrize("claim", CHECKED, ids=lambda claim: f"{claim.where}: {claim.says}")
def test_an_exact_claim_agrees_with_whole_number_arithmetic(claim, monkeypatch):
    packages = computed(claim)
    for name, truth in ORACLE.items():
        monkeypatch.setattr(claims_checks, name, truth, raising=False)
    np.testing.assert_allclose(packages, claim.computed(), rtol=1e-11)
