"""The map from objectives to questions is complete, and says what the chapters say."""

import objectives
import pytest
from book import NUMBERED, read_notebook

from swa_lib.exercises import QUESTIONS

MAPPED = [name for chapter in objectives.OBJECTIVES.values() for names in chapter.values() for name in names]
IN_WORDS = [
    cell.id.removesuffix("-answer").replace("-", "_")
    for path in NUMBERED
    for cell in read_notebook(path).cells
    if cell.id.endswith("-in-words-answer")
]


def test_every_question_has_one_objective():
    assert set(QUESTIONS) - set(MAPPED) == set(), "not in course/objectives.py"
    assert set(MAPPED) - set(QUESTIONS) - set(IN_WORDS) == set(), (
        "in course/objectives.py, but nobody asks it"
    )
    assert set(IN_WORDS) - set(MAPPED) == set() and len(IN_WORDS) == len(NUMBERED)
    assert len(MAPPED) == len(set(MAPPED))


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_every_objective_of_a_chapter_has_a_question(path):
    said, mapped = objectives.listed(path.stem), objectives.OBJECTIVES[path.stem]
    assert len(said) == len(mapped) >= 3, "objectives were added or taken away: course/objectives.py"
    for whole, (begins, names) in zip(said, mapped.items()):
        assert whole.startswith(begins), "an objective says something else now: course/objectives.py"
        assert names


def test_a_question_is_not_asked_before_its_objective_s_chapter():
    for chapter, mapped in objectives.OBJECTIVES.items():
        for names in mapped.values():
            for name in names:
                assert objectives.place(name)[0] >= chapter, name


def test_the_map_shows_every_question_with_its_place():
    text = objectives.table()
    assert text.count("](../chapters/") == len(MAPPED) and text.count("## ") == len(NUMBERED)
    assert text.count(", prediction of chapter") >= 15 and text.count(", exercise of chapter") >= 25
    with pytest.raises(ValueError, match="no chapter asks nonsense"):
        objectives.place("nonsense")
