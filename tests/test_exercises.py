"""Every check: takes the solution in any form, names the misreading behind a wrong answer, survives junk."""

import contextlib
import functools
import itertools
import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from book import NUMBERED, ROOT, read_notebook, tags
from hypothesis import given, settings
from hypothesis import strategies as st

import swa_lib
from swa_lib import MODELS, horizon, influence, mask, spread
from swa_lib.book.functions import Function
from swa_lib.book.kinds import Choice, Estimate, Judged, Number, Numbers, is_rounding
from swa_lib.chapters.designs import far_share
from swa_lib.exercises import QUESTIONS, Verdict, check, expected

NOTEBOOKS = {path.name: read_notebook(path) for path in NUMBERED}
CELLS = [(name, cell) for name, notebook in NOTEBOOKS.items() for cell in notebook.cells]


def of(kind):
    return [name for name, question in QUESTIONS.items() if isinstance(question.kind, kind)]


def tagged(tag):
    """Question -> chapter, of the cells with this tag, in order."""
    cells = [(name, cell) for name, cell in CELLS if cell.cell_type == "code" and tag in tags(cell)]
    return [
        (re.search(r'^check\("(\w+)", answer\)$', cell.source, re.MULTILINE)[1], name) for name, cell in cells
    ]


# In the chapters


def test_every_question_is_asked_once_and_solved_once_in_its_order():
    asked, solved = ([name for name, _ in tagged(tag)] for tag in ("answer", "solution"))
    for missing, where in [
        (
            set(QUESTIONS) - set(asked),
            "in swa_lib/chapters, but no chapter asks it (tag: answer)",
        ),
        (set(asked) - set(QUESTIONS), "asked in a chapter, but not in swa_lib/chapters"),
        (set(asked) - set(solved), "asked in a chapter, but not solved there (tag: solution)"),
    ]:
        assert not missing, f"{sorted(missing)}: {where}"
    assert tagged("answer") == tagged("solution")
    assert sorted(asked) == sorted(QUESTIONS)


def test_questions_stand_in_the_order_of_the_chapters():
    chapters = [
        tagged_chapter
        for name in QUESTIONS
        for question, tagged_chapter in tagged("answer")
        if question == name
    ]
    assert chapters == sorted(chapters)


@pytest.mark.parametrize("chapter", NOTEBOOKS)
def test_three_to_seven_exercises_with_hint_result_and_solution(chapter):
    start, cells = exercises(chapter)
    judged = [cell for cell in cells if not tags(cell) & {"instructor"} and "-in-words-" not in cell.id]
    roles = [cell.id.rsplit("-", 1)[1] for cell in judged]
    assert roles == ["question", "answer", "expected", "solution"] * (len(roles) // 4)
    assert 3 <= len(roles) // 4 <= 7
    for cell in judged:
        if cell.id.endswith("-question"):
            assert cell.source.startswith("### ") and "<summary>Hint</summary>" in cell.source
    predictions = [cell for cell in NOTEBOOKS[chapter].cells[:start] if cell.id.endswith("-answer")]
    assert len(predictions) >= 3


def exercises(chapter):
    """Where the exercises of a chapter begin, and their cells."""
    cells = NOTEBOOKS[chapter].cells
    start = next(i for i, cell in enumerate(cells) if cell.source.startswith("## Exercises"))
    end = next(i for i, cell in enumerate(cells) if cell.source.startswith("## Words to keep"))
    return start, cells[start + 1 : end]


IN_WORDS = [name for name in NOTEBOOKS if any("-in-words-" in cell.id for cell in NOTEBOOKS[name].cells)]


@pytest.mark.parametrize("chapter", IN_WORDS)
def test_an_exercise_in_words_has_a_place_to_write_an_example_and_a_rubric(chapter):
    """Nobody's program judges it: it says so, and the teacher has points to give."""
    cells = [cell for cell in exercises(chapter)[1] if "-in-words" in cell.id]
    asked, place, example, rubric = cells
    assert [cell.id.rsplit("-", 1)[1] for cell in cells[:3]] == ["question", "answer", "expected"]
    assert asked.source.startswith("### ") and "No program reads them" in asked.source
    assert "two sentences" in asked.source.lower() and tags(place) == {"remove-cell"}
    assert tags(example) == {"solution"} and "<summary>What a good answer has</summary>" in example.source
    assert "instructor" in tags(rubric) and re.search("(Two|Three) points", rubric.source)


def test_the_first_exercise_of_a_chapter_begins_half_filled():
    """Code with blanks, which runs as it stands."""
    first = [next(c for c in exercises(name)[1] if "answer" in tags(c)).source for name in IN_WORDS]
    for source in first:
        blank = [line for line in source.splitlines() if "..." in line and "# fill in" in line]
        assert blank and "\nanswer = None  # " in source


@pytest.mark.parametrize(
    "chapter, cell",
    [pair for pair in CELLS if "solution" in pair[1].metadata.get("tags", [])],
    ids=lambda x: getattr(x, "id", x),
)
def test_the_stored_verdict_on_a_solution_is_right(chapter, cell):
    right = check("farthest_token", 297).text.removesuffix(": 297 tokens.")
    if cell.cell_type == "code":
        stored = cell.outputs[-1].data["text/plain"]
        assert stored.startswith(right), (
            f"stored is {stored!r}; now a right answer is told {right!r}: `make refresh`"
        )


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_section_that_explains_it_exists(name):
    page, heading = QUESTIONS[name].section.split("#")
    headings = re.findall(
        r"^#+ (.+)$",
        "\n".join(c.source for c in NOTEBOOKS[page].cells if c.cell_type == "markdown"),
        re.MULTILINE,
    )
    assert heading in [re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in headings]


# What people wrote


ANSWERS = [
    line.split("\t")
    for line in (ROOT / "tests" / "answers.tsv").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize("name, answer, verdict, says", ANSWERS, ids=range(len(ANSWERS)))
def test_what_people_wrote(name, answer, verdict, says):
    value = eval(answer)
    if str(value).startswith("lambda"):
        value = eval(value, {"the_right_mask": QUESTIONS["your_mask"].make()[0]})
    said = check(name, value)
    assert ("right" if said else "ask" if said.asks else "wrong") == verdict and says in said.text


# What is right


TRUE = {  # counted by hand, or checked elsewhere
    "oldest_of_ten": 91, "tokens_in_ten": 10, "cheaper_cache": 8, "first_whole": 9, "oldest_of_4096": 5905,
    "cells_of_the_mask": 95_050, "window_for_a_gibibyte": 8192, "farthest_token": 297, "farthest_share": 1e-6,
    "paths_in_all": 64, "reach_of_mistral": 131_040, "fewest_hops": 11, "middle_of_the_blur": 4950,
    "spread_of_64_paths": 1.94, "same_cache": 2,
    "oldest_in_griffin": 90, "reach_by_another_reading": 32_768, "first_whole_reach": 27,
    "width_of_the_blur": 1000, "four_times_the_layers": 2, "spread_of_25": 1443.4, "layers_for_half": 203,
    "three_hops": [0.05, 0.0025, 0.000125], "average_hops": 5, "beyond_the_rule": 0.766, "growing_hops": 1.36,
    "two_hops_at_98": 0.0004, "never_moved": 0.1937, "three_horizons": [202, 383, 725],
    "alpha_for_three_windows": 0.8106, "rule_at_a_ten_thousandth": 307.4, "windows_of_gemma": 3.9,
    "rule_for_a_real_window": 8192, "held_with_one_global": 12_672, "cheaper_by": 3.7,
    "one_global_of_eight": 0.0375, "written_then_read": 630,
}  # fmt: skip


@pytest.mark.parametrize("name", TRUE)
def test_what_is_known_to_be_right_is_right(name):
    assert check(name, TRUE[name])


@pytest.mark.parametrize("name", of(Number))
def test_a_number_is_right_in_every_form(name):
    right = float(expected(name)[0])
    forms = [
        right,
        np.float64(right),
        np.array(right),
        np.array([right]),
        [right],
        (right,),
        repr(right),
        Fraction(right),
        Decimal(right),
        f"{100 * right!r}%",
    ]
    if right == int(right):
        forms += [int(right), np.int64(right), range(int(right), int(right) + 1), f"{int(right):,}"]
    for form in forms:
        assert check(name, form), repr(form)


@pytest.mark.parametrize("name", of(Numbers))
def test_numbers_are_right_in_every_form(name):
    right = expected(name)[0]
    forms = [
        right,
        right.tolist(),
        tuple(right),
        right[:, None],
        iter(right),
        [str(value) for value in right],
        map(float, right),
    ]
    if not QUESTIONS[name].kind.ordered:
        forms += [
            set(right),
            right[::-1],
            range(int(right[0]), int(right[-1]) + 1),
            (right[0], right[-1]),
            right.astype(np.int32),
        ]
    for form in forms:
        assert check(name, form), repr(form)
    assert not check(name, right[:-1]) and not check(name, 2 * right)


@pytest.mark.parametrize("name", of(Choice))
def test_a_choice_is_right_in_any_case(name):
    right = expected(name)[0]
    for form in (right, right.upper(), f" {right}. ", f'"{right}"', np.str_(right)):
        assert check(name, form), repr(form)


def test_yes_may_be_true():
    assert (
        check("depth_counts", True) and check("depth_counts", np.True_) and not check("depth_counts", False)
    )


@pytest.mark.parametrize("name", of(Function))
def test_a_function_is_right_whatever_numbers_it_returns(name):
    make = QUESTIONS[name].make()[0]
    for function in (
        make,
        lambda *given: np.asarray(make(*given)).tolist(),
        lambda *given: np.asarray(make(*given), np.float64),
    ):
        assert check(name, function)


DESIGNS = [
    (1024, 32, 2), [512, 32, 2], np.array([128, 24, 3]), {"window": 1024, "layers": 32, "global_layers": 2},
]  # fmt: skip


@pytest.mark.parametrize("design", DESIGNS, ids=str)
def test_a_design_has_many_right_forms(design):
    assert check("design_under_budget", design)


@pytest.mark.parametrize(
    "design, says",
    [
        ((4096, 32, 0), "Depth and windows do not do it alone"),
        ((1024, 32, 1), "One more global layer"),
        ((128, 24, 2), "4.982% from beyond 16,384 tokens; 5% are asked for. That is close."),
        ((128, 32, 2), "4.989%"),
        ((1024, 32, 4), "624 MiB; the budget is 512"),
        ((32768, 64, 64), "the budget"),
        ((1024, 8, 2), "layers must be a whole number from 24 to 64, got 8"),
        ((1024, 32, 33), "global_layers must be"),
        ((1024.5, 32, 2), "window must be a whole number"),
        ((1024, 32), "three whole numbers"),
        ({"window": 1024}, "got None"),
        ("wide", "three whole numbers"),
    ],
)
def test_a_design_that_fails_is_told_why(design, says):
    assert not check("design_under_budget", design) and says in check("design_under_budget", design).text


@pytest.mark.parametrize(
    "design",
    [(window, layers, wide) for window in (2, 128, 512) for layers in (24, 64) for wide in (1, 2)],
    ids=str,
)
def test_the_advice_on_a_design_is_true(design):
    window, layers, wide = design
    text = check("design_under_budget", design).text
    if "One more global layer" in text:
        assert check("design_under_budget", (512, layers, wide + 1)) and not check(
            "design_under_budget", (3072, layers, wide)
        )
    if "close" in text:
        assert check("design_under_budget", (512, layers, wide))


@pytest.mark.parametrize("answer", ["Mistral 7B", " mistral", "MISTRAL 7B V0.1", "gemma 2 9"])
def test_the_beginning_of_a_model_s_name_is_enough(answer):
    assert check("model_that_misses", answer)


@pytest.mark.parametrize("answer", ["Gemma", "gpt-oss"])
def test_a_name_that_fits_several_models_lists_them(answer):
    assert check("model_that_misses", answer).text.startswith("More than one model")


@pytest.mark.parametrize("name", MODELS)
def test_the_models_that_miss(name):
    verdict = check("model_that_misses", name)
    assert bool(verdict) == (name in {"Mistral 7B v0.1", "Gemma 2 9B", "Gemma 2 27B"})
    assert verdict or "one hop is enough" in verdict.text


@pytest.mark.parametrize(
    "tolerance, right",
    [(0.5, True), (0.4, True), ("30%", True), (0.1, False), (0.001, False), (0, False), (1.5, False)],
)
def test_depth_beats_window_when_most_must_come_from_afar(tolerance, right):
    assert bool(check("deep_or_wide", tolerance)) == right


def test_when_both_stacks_see_nothing_neither_is_praised():
    assert (
        check("deep_or_wide", 0.999).text == "At 0.999 both see 0 tokens back. Leave out less of the output."
    )
    assert check("deep_or_wide", 0.2652).text == "At 0.2652 both see 399 tokens back. Try another."


# Right in other words


@pytest.mark.parametrize(
    "name, answer",
    [
        ("tokens_in_ten", "10 tokens"), ("cheaper_cache", "8 times"), ("cheaper_cache", "8x"),
        ("cheaper_cache", "8 ×"), ("paths_in_all", "64 paths"), ("paths_in_all", "64 path."),
        ("average_hops", "5 hops"), ("fewest_hops", "11 Hops"), ("layers_for_half", "203 layers"),
        ("cells_of_the_mask", "95,050 cells"), ("windows_of_gemma", "3.88 windows"),
        ("never_moved", "19.4 per cent"), ("never_moved", "19.4 percent"), ("never_moved", 0.19),
        ("never_moved", 0.2), ("three_horizons", ["202 tokens", "383 tokens", "725 tokens"]),
        ("cheaper_by", 4), ("cheaper_by", "about 4"),
        ("strongest_slider", "depth"), ("strongest_slider", "L"), ("strongest_slider", "Layers"),
        ("never_enough", "Soften the residual"), ("never_enough", "soften residual"),
    ],
)  # fmt: skip
def test_it_is_right_in_other_words(name, answer):
    assert check(name, answer)


@pytest.mark.parametrize(
    "answer, option",
    [
        ("α", "alpha"),
        ("Alpha", "alpha"),
        ("eps", "tolerance"),
        ("ε", "tolerance"),
        ("Tolerance", "tolerance"),
    ],
)
def test_a_slider_has_several_names(answer, option):
    assert (
        check("strongest_slider", answer).text
        == check("strongest_slider", option).text
        != check("strongest_slider", "x").text
    )


@pytest.mark.parametrize("answer", ["10 apples", "ten of", "tokens", "x", "8 8 times"])
def test_other_words_are_no_number(answer):
    assert "This question wants" in check("tokens_in_ten", answer).text


def test_a_kind_says_how_exact_an_answer_is_asked_for():
    for name in of(Number):
        kind, hint = QUESTIONS[name].kind, QUESTIONS[name].kind.hint()
        rough = isinstance(kind, Estimate)
        assert ("rough" in hint) == rough and ("two digits" in hint) == (not rough and kind.within > 1e-9)
        right = float(expected(name)[0])
        two_digits = float(f"{1.003 * right:.2g}")
        if kind.within > 1e-9 and is_rounding(two_digits, right):
            assert check(name, two_digits), name
    assert not check("reach_of_mistral", 131_000) and not check("one_global_of_eight", "3.5%")
    assert check("tolerance_of_nothing", "33%") and not check("tolerance_of_nothing", "0.3")


@pytest.mark.parametrize(
    "name, answer, says",
    [
        ("middle_of_the_blur", 5000, "Right, close enough: exactly 4,950 tokens."),
        ("horizon_in_the_head", 4000, "Right, close enough: exactly 5,916 tokens."),
        ("windows_of_gemma", 2.8, "Right, close enough: more exactly 3.884 windows."),
        ("windows_of_gemma", 3.9, "Right: 3.884 windows."),
        ("growing_hops", 1.25, "Right, close enough: more exactly 1.359 times."),
        ("three_horizons", "200, 400, 700", "Right, close enough: exactly 202, 383, 725."),
        ("rule_for_a_real_window", 8000, "Right, close enough: exactly 8,192 tokens."),
        ("tolerance_of_nothing", 0.33, "Right: 0.3338."),
        ("farthest_share", "a millionth", "Right: 0.000001, a millionth."),
        ("farthest_through_residuals", 1.25e-10, "Right: 1.25 × 10⁻¹⁰."),
    ],
)
def test_an_estimate_is_told_the_exact_answer(name, answer, says):
    assert check(name, answer) and check(name, answer).text == says


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_example_beside_a_field_is_an_answer_or_a_misreading_of_it(name):
    kind = QUESTIONS[name].kind
    if isinstance(kind, (Function, Choice)):
        return
    numbers = re.findall(r"[0-9.]*[0-9]", kind.hint() + kind.form)
    assert not (numbers and isinstance(kind, Number)), "a number's hint has no example"
    for example in (numbers, ", ".join(numbers[:3])) if numbers else ():
        verdict = check(name, example)
        assert not verdict and verdict.text not in [sentence for _, sentence in QUESTIONS[name].make()[1]]


def test_one_number_where_three_are_asked_for():
    assert check("three_hops", "0.05").text.startswith("Three numbers, please. Each hop takes its factor")
    assert check("three_hops", 0.3).asks and check("three_hops", 0.3).text == "Three numbers, please."
    for all_equal in ("300 300 300", "300, 300, 300", 300):
        assert "in whole windows" in check("three_horizons", all_equal).text
    assert "number" in check("three_horizons", "202 383 725").text


def test_the_right_choice_does_not_come_first_in_the_list():
    for name in of(Choice):
        kind = QUESTIONS[name].kind
        assert kind.options[0] != expected(name)[0] or kind.options == ("yes", "no")


# What is wrong


@pytest.mark.parametrize(
    "name, answer, says",
    [
        ("farthest_share", 0.0001, "1/W^2"),
        ("fewest_hops", 10.1, "Hops are whole: round up."),
        ("fewest_hops", 1000 / 99, "Hops are whole: round up."),
        ("fewest_hops", 9.5, "too small"),
        ("fewest_hops", 11.5, "too large"),
        ("layers_for_half", 202.02, "Layers are whole: round up."),
        ("never_moved", 0.18, "too small"),
        ("never_moved", 0.197, "the token's whole share"),
        ("three_horizons", "equal", "does not know the depth"),
        ("three_horizons", "They are the same.", "does not know the depth"),
        ("three_horizons", [230, 230, 230], "does not know the depth"),
        ("three_horizons", [2.02, 3.83, 7.25], "That is in windows. This question wants tokens."),
        ("three_horizons", ["2 windows", "3.8 windows", "7 windows"], "That is in windows."),
        ("three_horizons", "different", "three numbers"),
        ("three_horizons", "not equal", "three numbers"),
        ("rule_for_a_real_window", 2, "That is in windows. This question wants tokens."),
        ("rule_for_a_real_window", "2 windows", "That is in windows. This question wants tokens."),
        ("windows_of_gemma", 3977, "That is in tokens. This question wants windows."),
        ("windows_of_gemma", "3,977 tokens", "That is in tokens. This question wants windows."),
        ("fewest_global", 1, "With 1 of them 2.6% comes from there. Ask for 9%."),
        ("fewest_global", 5, "That is enough, but fewer will do."),
        ("fewest_global", 31, "That is enough, but fewer will do."),
        ("fewest_global", 32, "enough, but fewer will do."),
        ("farthest_share", 0, "That would be nothing at all: 0 is too small."),
        ("farthest_share", 100, "It is a share, 1 (100%) at most: 100 is too large."),
        ("farthest_share", "100%", "That would be all of it: 1 is too large."),
        ("alpha_for_three_windows", "log(100)/log(32)", '"log" is not worked out here.'),
    ],
)
def test_a_wrong_answer_is_told(name, answer, says):
    verdict = check(name, answer)
    assert not verdict and says in verdict.text


def test_the_section_is_not_said_to_have_been_read():
    """A prediction comes before it."""
    verdict = check("farthest_token", 300)
    assert repr(verdict).endswith("It is explained in: 02_reach.ipynb#the-code")
    assert verdict._repr_markdown_().endswith("[Where it is explained](02_reach.ipynb#the-code).")


def test_how_many_global_layers_does_not_hang_on_the_beginning_of_the_text():
    """Cutting windows there moves the share by a third of a percentage point at most."""
    for wide, enough in ((3, False), (4, True)):
        share = far_share(32, [1024] * (32 - wide) + [32768] * wide, 0.95, 16384, text=32768)
        assert (share > 0.095) == enough and (share < 0.085) != enough


MISREADINGS = [(name, i) for name in QUESTIONS for i in range(len(QUESTIONS[name].make()[1]))]


@pytest.mark.parametrize("name, i", MISREADINGS)
def test_a_misreading_is_named(name, i):
    wrong, sentence = QUESTIONS[name].make()[1][i]
    verdict = check(name, wrong)
    assert not verdict and verdict.text == sentence
    assert verdict.section == QUESTIONS[name].section and verdict.section in repr(verdict)
    assert f"]({verdict.section})" in verdict._repr_markdown_()
    assert sentence.endswith((".", "?")) and len(sentence) < 150


@pytest.mark.parametrize("name", [name for name in QUESTIONS if not isinstance(QUESTIONS[name].kind, Judged)])
def test_every_question_knows_a_misreading(name):
    assert QUESTIONS[name].make()[1]


@pytest.mark.parametrize("name", of(Number))
def test_no_reply_to_a_wrong_number_tells_the_right_one(name):
    right, misreadings = expected(name)
    value = QUESTIONS[name].kind.show(right).split()[0]
    for sentence in [sentence for _, sentence in misreadings] + [check(name, 3.7 * right).text]:
        assert not re.search(rf"(?<![\d.,]){re.escape(value)}(?![\d]|[.,]\d)", sentence)


@pytest.mark.parametrize("name", of(Choice))
def test_every_wrong_choice_is_explained(name):
    right, misreadings = expected(name)
    assert {right} | {wrong for wrong, _ in misreadings} == set(QUESTIONS[name].kind.options)


@pytest.mark.parametrize("name", of(Number))
def test_another_wrong_number_is_told_its_direction(name):
    right = expected(name)[0]
    assert check(name, 1.6 * right).text.endswith("too large.")
    assert check(name, -right).text.endswith("too small.")


def test_per_cent_is_recognised():
    assert "per cent" in check("beyond_the_rule", 76.6).text


def test_a_wrong_function_is_shown_where():
    assert check("width_formula", lambda layers, window: 7).text == "It gives 7 for (1, 2); right is 0.5."
    assert "shape" in check("your_mask", lambda length, window: [[1]] * 2).text
    assert (
        "entry 0 is 2; right is 1"
        in check("path_counts", lambda layers, window: 2 * np.asarray(_counts(layers, window))).text
    )
    assert "ZeroDivisionError" in check("hop_chance", lambda k, layers, alpha: 1 / 0).text
    assert "takes 0 positional arguments but 3 were given" in check("hop_chance", lambda: 1).text
    assert "Is a return missing" in check("hop_chance", lambda *given: None).text
    assert "without calling it" in check("hop_chance", 0.3).text
    assert "SystemExit" in check("hop_chance", lambda *given: exit()).text


def _counts(layers, window):
    return influence(layers, window) * float(window) ** layers


def test_an_error_s_own_message_is_passed_on():
    def unfinished(length, window):
        raise NotImplementedError("my edges are\nmissing")

    text = check("your_mask", unfinished).text
    assert "NotImplementedError: my edges are missing for (1, 1)" in text
    assert "window longer than the text" in text
    assert "name 'wimdow' is not defined" in check("your_mask", lambda length, window: wimdow).text  # noqa: F821


def test_a_function_wrong_at_an_edge_only_is_told_about_the_edge():
    def fails_without_layers(layers, window):
        return _counts(max(layers, 1), window)

    text = check("path_counts", fails_without_layers).text
    assert "for (0, 3)" in text.lower() and "agrees on 4 of 5" in text and "no layers at all" in text


def endless(*given):
    while True:
        pass


def stubborn(*given):
    while True:
        with contextlib.suppress(Exception):
            sum(range(10))


@pytest.mark.parametrize(
    "loop", [endless, stubborn, lambda *given: next(x for x in itertools.count(1) if x < 0)]
)
def test_an_endless_loop_ends_with_a_sentence(loop, monkeypatch):
    monkeypatch.setattr("swa_lib.book.functions.PATIENCE", 0.2)
    assert "a loop that never ends" in check("your_mask", loop).text
    assert check("your_mask", QUESTIONS["your_mask"].make()[0])


def renamed(length, window):
    return mask(length, window)


BOOKS_OWN = [
    ("your_mask", mask), ("your_mask", functools.partial(mask)), ("your_mask", renamed),
    ("your_mask", lambda length, window: swa_lib.mask(length, window)), ("your_horizon", horizon),
    ("width_formula", spread), ("width_formula", lambda layers, window: spread(layers, window)),
]  # fmt: skip


@pytest.mark.parametrize("name, function", BOOKS_OWN, ids=range(len(BOOKS_OWN)))
def test_a_function_of_the_book_is_not_one_s_own(name, function):
    verdict = check(name, function)
    assert verdict.asks and "the book's own function" in verdict.text


def test_a_function_that_is_only_called_like_the_book_s_is_one_s_own():
    own = {"np": np}
    exec(
        "def mask(n, w):\n    b = np.arange(n)[:, None] - np.arange(n)\n    return (b >= 0) & (b < w)\n"
        "answer = lambda n, w: mask(n, w)", own
    )  # fmt: skip
    assert check("your_mask", own["mask"]) and check("your_mask", own["answer"])


CONVENTIONS = [
    (lambda n, w: ~mask(n, w), "True is hidden"), (lambda n, w: np.where(mask(n, w), 0, -np.inf), "to add"),
    (lambda n, w: np.where(mask(n, w), 0.0, -1e9), "to add"), (lambda n, w: mask(n, w).T, "other way"),
    (lambda n, w: np.where(mask(n, w), 0.0, np.finfo("f4").min), "to add"),
    (lambda n, w: mask(n, w + 1), "W+1"), (lambda n, w: np.tri(n), "left edge"),
]  # fmt: skip


@pytest.mark.parametrize("function, says", CONVENTIONS, ids=range(len(CONVENTIONS)))
def test_a_mask_in_another_convention_is_named(function, says):
    verdict = check("your_mask", function)
    assert not verdict and says in verdict.text and verdict.section


def test_a_function_cannot_spoil_the_inputs():
    def spoils(profile, tolerance):
        profile[:] = 0
        return 0

    assert not check("your_horizon", spoils)
    assert check("your_horizon", QUESTIONS["your_horizon"].make()[0])


# What is no answer


class Trap:
    """Raises whenever it is looked at."""

    def _raise(self, *_):
        raise RuntimeError("trap")

    __eq__ = __float__ = __int__ = __iter__ = __len__ = __bool__ = __repr__ = __str__ = __call__ = (
        __array__
    ) = __getitem__ = _raise
    __hash__ = None


JUNK = [
    True, float("nan"), float("inf"), -1, 10**400, 1j, "", "seven", b"7",
    [], {}, set(), [[]], [None], [1, "x"], [[1], [2, 3]], range(0), itertools.count(),
    np.array([]), np.zeros((2, 2)), np.array("x"), np.array([None]), (Trap() for _ in range(3)),
    object(), object, Trap(), NotImplemented, print, len, exit, int,
    lambda *given: Trap(), lambda *given: "x", lambda *given: [[1], [2, 3]], lambda *given: np.nan,
]  # fmt: skip


@pytest.mark.parametrize("name", QUESTIONS)
def test_junk_gets_a_sentence(name):
    for junk in JUNK:
        verdict = check(name, junk)
        assert isinstance(verdict, Verdict) and len(verdict.text) > 10
        assert not verdict or junk is True


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.binary()
    | st.fractions(),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(), inner)
        | inner.map(lambda value: lambda *given: value)
    ),
    max_leaves=6,
)


@settings(max_examples=200)
@given(st.sampled_from(sorted(QUESTIONS)), anything)
def test_whatever_is_handed_in_gets_a_sentence(name, answer):
    assert len(repr(check(name, answer))) > 5


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("nothing", [None, ..., "", " your answer "], ids=repr)
def test_no_answer_is_said_to_be_none(name, nothing):
    verdict = check(name, nothing)
    announced = isinstance(QUESTIONS[name].kind, Function)
    assert repr(verdict).startswith("Not answered yet.") and (len(repr(verdict)) > 17) == announced
    assert not verdict and verdict._repr_markdown_() is None


@pytest.mark.parametrize("name", ["", "farthest_tokens", 3, None, [1]], ids=repr)
def test_an_unknown_question_is_said_to_be_unknown(name):
    assert "no question of this name" in check(name, 1).text
    assert ("farthest_token" in check(name, 1).text) == (name == "farthest_tokens")
