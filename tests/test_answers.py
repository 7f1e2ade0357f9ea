"""What a reader types or hands in, and what is said of it: every number, every question, every reply."""

import ast
import itertools
import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from book import CHAPTERS, ROOT, read_notebook
from hypothesis import given, settings
from hypothesis import strategies as st
from readings import ONE, SEVERAL

from swa_lib import MODELS, horizon, mask
from swa_lib.book.kinds import Choice, Function, Judged, Number, Numbers
from swa_lib.book.reading import Unclear, read
from swa_lib.exercises import QUESTIONS, Verdict, check, expected

ANSWERS = [
    line.split("\t")
    for line in (ROOT / "tests" / "answers.tsv").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def of(kind):
    return [name for name, question in QUESTIONS.items() if type(question.kind) is kind]


# Numbers as people write them


READINGS = [(1, *reading) for reading in ONE.items()] + [(0, *reading) for reading in SEVERAL.items()]


@pytest.mark.parametrize("one, text, wanted", READINGS)
def test_a_number_is_read_or_asked_about(one, text, wanted):
    want = {"large": True} if one else {"several": True}
    if isinstance(wanted, str):
        with pytest.raises(Unclear, match=re.escape(wanted)):
            read(text, **want)
        return
    values, unit = read(text, **want)
    wanted, in_units = ((wanted[0],), wanted[1]) if one else (wanted, unit)
    assert values == pytest.approx(wanted, rel=1e-12) and unit == in_units


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1000, 10**12))
def test_what_python_writes_is_read_back(number, whole):
    assert read(repr(number))[0] == [number]
    assert all(read(f"{whole:,}".replace(",", mark))[0] == [whole] for mark in ",' \u202f")


# The chapters and their questions


def test_each_chapter_asks_and_solves_its_questions_in_their_order():
    asked = {}
    for path in CHAPTERS:
        cells = [cell for cell in read_notebook(path).cells if cell.cell_type == "code"]
        for tag in ("answer", "solution"):
            sources = [cell.source for cell in cells if tag in cell.metadata.get("tags", [])]
            asked[path.name, tag] = [re.search(r'^check\("(\w+)", \1\)$', s, re.M)[1] for s in sources]
        names = asked[path.name, "answer"]
        few = 4 if path.stem[0].isdigit() else 2  # of the chapters each asks one in words, too
        solved = asked[path.name, "solution"]
        assert names == solved, f"{path.name} asks {names}, and solves {solved}"
        assert few <= len(names) <= 6, f"{path.name} asks {len(names)} questions, not {few} to 6"
        module = f"swa_lib.chapters.{path.stem.partition('_')[2]}"
        known = [name for name in QUESTIONS if QUESTIONS[name].tell.__module__ == module]
        assert names == known, f"{path.name} asks {names}, {module} has {known}"


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_leads_to_a_section_and_knows_a_misreading(name):
    question = QUESTIONS[name]
    page, heading = question.section.split("#")
    text = "\n".join(cell.source for cell in read_notebook(ROOT / "chapters" / page).cells)
    headings = [re.sub(r"[^\w -]", "", found.lower()) for found in re.findall(r"^#+ (.+)$", text, re.M)]
    assert heading in [found.replace(" ", "-") for found in headings]
    if type(question.kind) is Number:
        assert question.told[2], "a wrong answer must be told more than that it is wrong"
    assert isinstance(question.kind, Judged) or expected(name)[1]


# What people wrote


@pytest.mark.parametrize("name, answer, verdict, says", ANSWERS, ids=[f"{a}: {b}" for a, b, *_ in ANSWERS])
def test_what_people_wrote(name, answer, verdict, says):
    value = ast.literal_eval(answer) if "^" not in answer or "'" in answer else eval(answer)
    if str(value).startswith("lambda"):
        value = eval(value, {"the_right_mask": QUESTIONS["your_mask"].told[0]})
    said = check(name, value)
    assert ("right" if said else "ask" if said.asks else "wrong") == verdict and says in said.text


# What is right


TRUE = {  # counted by hand, or checked elsewhere
    "oldest_of_ten": 91, "cheaper_cache": 8, "window_for_a_gibibyte": 8192, "layers_for_the_name": 13,
    "farthest_token": 297, "farthest_share": 1e-6, "paths_in_all": 64, "middle_of_the_blur": 4950,
    "layers_for_half": 203, "average_hops": 5,
    "three_hops": [0.05, 0.0025, 0.000125], "beyond_the_rule": 0.766, "growing_hops": 1.36,
    "three_horizons": [202, 383, 725], "windows_of_gemma": 3.9, "one_global_of_eight": 0.0375,
    "reach_of_mistral": 131_040, "first_whole_reach": 27, "never_moved": 0.1937, "cheaper_by": 3.7,
    "horizon_in_the_head": 5916, "seen_by_1000": [901, 1000],
}  # fmt: skip


def test_what_is_known_to_be_right_is_right():
    assert [name for name, value in TRUE.items() if not check(name, value)] == []
    unknown = {*of(Number), *of(Numbers)} - TRUE.keys()
    assert not unknown, f"TRUE, above, must have the right answer of {unknown}, found another way"


@pytest.mark.parametrize("name", of(Number))
def test_a_number_is_right_in_every_form_and_no_reply_tells_it(name):
    right = float(expected(name)[0])
    forms = [np.float64(right), np.array(right), [right], repr(right), Fraction(right), Decimal(right)]
    assert all(check(name, form) for form in [*forms, f"{100 * right!r}%"])
    value = re.escape(QUESTIONS[name].kind.show(right).removesuffix(QUESTIONS[name].kind.unit).strip())
    wrong = [check(name, factor * right) for factor in (2.3, 0.37, -1)]
    assert not any(wrong)
    replies = [verdict.text for verdict in wrong] + [sentence for _, sentence in expected(name)[1]]
    assert not [reply for reply in replies if re.search(rf"(?<![\d.,]){value}(?![\d]|[.,]\d)", reply)]


@pytest.mark.parametrize("name", of(Numbers))
def test_numbers_are_right_in_every_form(name):
    right = expected(name)[0]
    forms = (right, right.tolist(), right[:, None], iter(right), map(str, right))
    assert all(check(name, form) for form in forms)
    assert not check(name, right[:-1]) and not check(name, 2 * right)


@pytest.mark.parametrize("name", of(Choice))
def test_every_wrong_choice_is_explained(name):
    right, misreadings = expected(name)
    assert check(name, f" {right.upper()}. ") and check(name, np.str_(right))
    assert {right} | {wrong for wrong, _ in misreadings} == set(QUESTIONS[name].kind.options)


@pytest.mark.parametrize("name, at", [(n, i) for n in QUESTIONS for i in range(len(QUESTIONS[n].told[1]))])
def test_a_misreading_is_named(name, at):
    wrong, sentence = QUESTIONS[name].told[1][at]
    verdict = check(name, wrong)
    assert not verdict and verdict.text == sentence and verdict.section == QUESTIONS[name].section
    assert f"]({verdict.section})" in verdict._repr_markdown_()


def test_the_models_that_miss_and_the_tolerances_that_favour_depth():
    missing = {name for name in MODELS if check("model_that_misses", name)}
    assert missing == {"Mistral 7B v0.1", "Gemma 2 9B", "Gemma 2 27B"}
    right = [n for n in range(1, 100) if check("deep_or_wide", f"{n}%")]
    assert right == [*range(27, 100)] and check("deep_or_wide", 0.265).asks


# Functions


def endless(*given):
    while True:
        pass


FUNCTIONS = [
    ("width_formula", lambda layers, window: 7, "It gives 7 for (1, 2); right is 0.5."),
    ("your_mask", lambda n, w: [[1]] * 2, "shape"), ("your_mask", lambda n, w: None, "return missing"),
    ("your_mask", lambda n, w: 1 / 0, "ZeroDivisionError"),
    ("your_mask", lambda: 1, "takes 0 positional arguments"), ("your_mask", 0.3, "without calling it"),
    ("your_mask", lambda n, w: exit(), "SystemExit"), ("your_mask", endless, "a loop that never ends"),
    ("your_mask", mask, "the book's own"), ("your_horizon", horizon, "the book's own"),
]  # fmt: skip


@pytest.mark.parametrize("name, function, says", FUNCTIONS, ids=range(len(FUNCTIONS)))
def test_a_wrong_function_is_told_why(name, function, says, monkeypatch):
    monkeypatch.setattr("swa_lib.book.kinds.PATIENCE", 0.3)
    verdict = check(name, function)
    assert not verdict and says in verdict.text


@pytest.mark.parametrize("name", of(Function))
def test_a_right_function_is_right_and_cannot_spoil_its_inputs(name):
    make = QUESTIONS[name].told[0]
    assert check(name, lambda *given: np.asarray(make(*given)).tolist())
    spoils = lambda *given: [each.fill(0) for each in given if hasattr(each, "fill")]  # noqa: E731
    assert not check(name, spoils) and check(name, lambda *given: make(*given))
    assert not check(name, lambda *given: 1.0001 * np.asarray(make(*given))), "as near as a wrong formula"


# What is no answer


class Trap:
    """Raises whenever it is looked at."""

    def _raise(self, *_):
        raise RuntimeError("trap")

    __eq__ = __float__ = __iter__ = __len__ = __bool__ = __repr__ = __str__ = __call__ = __array__ = _raise
    __hash__ = None


JUNK = [
    True, float("nan"), -1, 10**400, 1j, "seven", b"7", [], {}, [[]], [None], [1, "x"], range(0),
    itertools.count(), np.array([]), np.zeros((2, 2)), np.array([None]), object(), Trap(), print,
    lambda *given: Trap(), lambda *given: "x", lambda *given: [[1], [2, 3]], lambda *given: np.nan,
]  # fmt: skip


@pytest.mark.parametrize("name", QUESTIONS)
def test_junk_gets_a_sentence(name):
    for junk in JUNK:
        verdict = check(name, junk)
        assert isinstance(verdict, Verdict) and len(verdict.text) > 10 and (not verdict or junk is True)
    for nothing in (None, ..., "", " your answer "):
        assert check(name, nothing).asks and check(name, nothing).text.startswith("Not answered yet.")


ANYTHING = st.none() | st.floats() | st.text() | st.binary() | st.lists(st.floats() | st.text())


@settings(max_examples=200)
@given(st.sampled_from(sorted(QUESTIONS)), ANYTHING)
def test_whatever_is_handed_in_gets_a_sentence(name, answer):
    assert len(repr(check(name, answer))) > 5


def test_an_unknown_question_is_said_to_be_unknown():
    assert "did you mean 'farthest_token'" in check("farthest_tokens", 1).text
    assert "no question of this name" in check(None, 1).text
