"""The questions and the explorers beside them: an answer read off a slider is true of the notebook's."""

import ast

import pytest
from book import ROOT, code_cells, read_notebook

from swa_lib import MODELS, all_windowed, planner, scenes
from swa_lib.chapters import remedies as chapter_6
from swa_lib.exercises import QUESTIONS
from swa_lib.explorers import Explorer

AT_AN_EXPLORER = [
    name for name, question in QUESTIONS.items() if question.sliders or question.section.endswith("#move-it")
]


def explorer(chapter):
    """The explorer of a chapter, made from its cell."""
    moved = read_notebook(ROOT / "chapters" / chapter)
    there = [cell.source for cell in code_cells(moved) if cell.id.startswith("move-")]
    (source,) = [source for source in there if "Explorer(" in source]
    names = {
        "scenes": scenes,
        "Explorer": Explorer,
        "REMEDIES": planner.REMEDIES,
        "list": list,
        "range": range,
    }
    return eval(ast.unparse(ast.parse(source).body[-1]), names)


@pytest.mark.parametrize("name", AT_AN_EXPLORER)
def test_a_question_and_the_sliders_of_its_chapter_agree(name):
    sliders, shown = QUESTIONS[name].sliders, explorer(QUESTIONS[name].section.split("#")[0])
    assert sliders, f"{name} must say what it takes from the explorer that it stands at"
    for control, values in sliders.values.items():
        missing = set(values) - set(shown.controls[control])
        assert not missing, f"{name} is answered by {control} = {missing}, which the slider does not have"
    for control, ends in sliders.ends.items():
        found = shown.controls[control][0], shown.controls[control][-1]
        assert ends == found, f"{name} moves {control} from {ends[0]} to {ends[1]}, the slider from {found}"
    for control, value in sliders.start.items():
        assert value == shown.first[control], f"{name} starts at {control} = {value}, the explorer does not"


def test_all_remedies_that_can_be_shown_can_be_answered():
    shown = explorer("06_remedies.ipynb").controls["remedy"]
    assert sorted(shown) == sorted(QUESTIONS["never_enough"].kind.options), (
        "never_enough of swa_lib/chapters/remedies.py, and the remedies that chapter 6 moves"
    )


@pytest.mark.parametrize("enough", [True, False], ids=["none is right", "all are right"])
def test_a_question_refuses_to_pick_one_of_several_right_answers(monkeypatch, enough):
    plans = chapter_6.plan(all_windowed(MODELS["gpt-oss-120b"]), 4096, 0.01, 0.95)
    monkeypatch.setattr(chapter_6, "plan", lambda *given: plans)
    assert chapter_6.never_enough()[0] == "softer residual"
    changed = [found._replace(enough=enough) for found in plans]
    monkeypatch.setattr(chapter_6, "plan", lambda *given: changed)
    with pytest.raises(ValueError, match="one right answer"):
        chapter_6.never_enough()
