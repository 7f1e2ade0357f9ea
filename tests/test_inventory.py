"""The tests before and after the course: ten misreadings, made of the questions' own wrong answers."""

import re

import misreadings
import notebooks as course
import pytest
from book import code_cells, tags

from swa_lib.chapters.inventory import (
    FORMS,
    ITEMS,
    UNKNOWN,
    compare,
    items_of,
    key,
    meaning,
    options,
    question_of,
    report,
    sheet,
    sheets,
)  # fmt: skip
from swa_lib.exercises import QUESTIONS, check

ASKED = [(form, number) for form in FORMS for number in range(1, len(ITEMS) + 1)]


def numbers(text):
    return set(re.findall(r"\d+(?:\.\d+)?", text.replace(",", "")))


def test_ten_misreadings_each_asked_twice_with_another_question():
    assert len(ITEMS) == len({item.misreading for item in ITEMS}) == 10
    names = [question_of(form, number)[0] for form, number in ASKED]
    assert len(set(names)) == 20 and set(names) <= set(QUESTIONS)


@pytest.mark.parametrize("form, number", ASKED)
def test_the_words_of_an_item_are_those_of_its_question(form, number):
    """Every number that the question's own description has."""
    name, words = question_of(form, number)
    described = QUESTIONS[name].make.__wrapped__.__doc__
    assert numbers(described) <= numbers(words + " four"), described
    assert words.endswith("?")


@pytest.mark.parametrize("form, number", ASKED)
def test_one_option_is_right_and_the_others_are_misreadings_of_the_question(form, number):
    name, _ = question_of(form, number)
    listed = options(form, number)
    assert len(listed) == len(set(listed)) >= 3 and listed[-1] == UNKNOWN
    sentences = [sentence for _, sentence in QUESTIONS[name].make()[1]]
    for place, words in enumerate(listed[:-1], 1):
        right = place == key(form)[number - 1]
        assert (meaning(form, number, place) is None) == right
        assert right or meaning(form, number, place) in sentences
        if not words.startswith("231"):  # the rule's horizon, in whole tokens
            assert bool(check(name, words)) == right, words


def test_the_place_of_the_right_option_gives_nothing_away():
    for form in FORMS:
        places = key(form)
        assert len(set(places)) >= 3 and max(map(places.count, places)) <= 5
        for number in range(1, 11):
            shown = [words.split()[0].strip(",").replace(",", "") for words in options(form, number)[:-1]]
            values = [float(words) for words in shown if words[0].isdigit()]
            assert values == sorted(values)


def test_a_sheet_is_read_as_it_was_handed_in():
    answers = {"before_1": 2, "before_2": "4", "before_3": None, "before_4": 9, "after_1": 1}
    assert sheet("before", answers) == "before: 2 4 - - - - - - - -"
    lines = ["Ada: before: 2 1 - 1 3 2 2 1 1 2 ", "Stacking SWA", "after: - - - - - - - - - 3"]
    text = "\n".join([*lines, "before: 1 2", "before: 1 2 3 4 5 6 7 8 9 1 2"])
    found = sheets(text)
    assert found["before"] == [[2, 1, None, 1, 3, 2, 2, 1, 1, 2]]
    assert found["after"] == [[None] * 9 + [3]]


def line(form, marks):
    return f"{form}: {' '.join(map(str, marks))}"


def test_a_class_is_compared():
    right = {form: key(form) for form in FORMS}
    wrong = [place % 2 + 1 for place in right["after"]]
    text = "\n".join([line("before", "-" * 10), line("after", right["after"]), line("after", wrong)])
    for (misreading, before, after, most), item, place in zip(compare(text), ITEMS, wrong):
        assert (misreading, before, after) == (item.misreading, 0, 0.5)
        assert most == options("after", ITEMS.index(item) + 1)[place - 1]
    assert all(shares == (None, None) for _, *shares, _ in compare("") for shares in [tuple(shares)])
    assert "Sheets: 1 before and 2 after." in report(text) and report(text).count("50%") == 10


@pytest.mark.parametrize("form", ["", "during"])
def test_a_form_that_is_none_is_refused(form):
    with pytest.raises(ValueError, match="form must be one of before, after"):
        options(form, 1)


@pytest.mark.parametrize("form", FORMS)
def test_page_and_notebook_show_the_same_options_and_no_answer(form):
    page, notebook = items_of(form), course.student(misreadings.notebook(form))
    shown = re.findall(r"<span>(.*?)</span>", page)
    assert shown == [words for number in range(1, 11) for words in options(form, number)]
    text = "\n".join(cell.source for cell in notebook.cells)
    assert re.findall(r"^\d\. (.*)$", text, re.MULTILINE) == shown
    sentences = [sentence for question in QUESTIONS.values() for _, sentence in question.make()[1]]
    for item in (page, text):
        assert not [said for said in [*sentences, "misreading:", "Right is"] if said in item]
    assert page.count("<fieldset") == page.count("</fieldset>") == 10 and "script" not in page


@pytest.mark.parametrize("form", FORMS)
def test_a_student_hands_in_a_line_and_a_teacher_reads_it(form, capsys):
    student, teacher = (make(misreadings.notebook(form)) for make in (course.student, course.instructor))
    choices = [cell.source for cell in code_cells(student) if cell.id.endswith("-choice")]
    chosen = [source.replace("None", str(place)) for source, place in zip(choices, key(form), strict=True)]
    exec("\n".join([*chosen, student.cells[-1].source]), {})
    handed_in = capsys.readouterr().out
    assert sheets(handed_in)[form] == [key(form)]
    notes = [cell for cell in teacher.cells if "instructor" in tags(cell)]
    assert [int(re.search(r"Right is (\d)", note.source)[1]) for note in notes[:10]] == key(form)
    exec(notes[-1].source.replace("paste", handed_in + "paste"), {})
    assert capsys.readouterr().out.count("100%") == 10
