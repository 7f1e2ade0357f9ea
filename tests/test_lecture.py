"""The lecture as its notebook has it: minutes, numbers, words. Its slides: tests/built/test_slides.py."""

import re

import deck
from book import REFERENCE, ROOT
from forms import ITEMS
from test_prose import read, unknown

from swa_lib.book.marks import share_in_words
from swa_lib.chapters import trained

SLIDES = [cell for cell in deck.lecture().cells if cell.metadata.slideshow.slide_type == "slide"]
# Words of everybody, or explained on the one slide that needs them.
PLAIN = {"token", "layer", "average number of hops", "exact", "assumed", "measured"}


def test_it_fills_45_minutes_of_50_and_ends_with_the_question_that_it_began_with():
    rows = deck.rows()
    assert sum(minutes for minutes, _, _ in rows) == 45 and "45 minutes" in SLIDES[0].source
    assert deck.heading(rows[0][1]) == deck.heading(rows[-1][1]) and all(answers for _, _, answers in rows)


def test_the_real_model_at_the_end_is_as_it_was_measured():
    rows = deck.real_model().rows
    for row, setting in zip(rows, ["full", "64", "64", "one in six global"], strict=True):
        found = trained.measured("real", setting=setting, tuned=not row[0].endswith("as it was"))
        assert row[1].startswith(f"{min(found['horizon']):,}")
        assert row[2].startswith(share_in_words(min(found["told"])))
        assert row[3].startswith(share_in_words(min(found["other"])))


def test_every_number_of_the_lecture_is_computed():
    """Titles and notes, too; questions may assume what they like."""
    words, known = read("course/lecture")
    missing = unknown(words.replace("#", ""), known)
    assert not missing, f"{missing}: let the first code cell of course/lecture.ipynb print it"


def test_a_new_word_is_one_of_the_glossary():
    glossary = (REFERENCE / "glossary.md").read_text(encoding="utf-8")
    entries = re.findall(r"^(\S.*)\n  |^\| (\S+) \| `", glossary, re.MULTILINE)
    known = {words.lower() for entry in entries for words in entry}
    said = [word.lower() for cell in SLIDES for word in re.findall(r"\*\*([^*]+)\*\*", cell.source)]
    assert len(said) > 12 and {word.removesuffix(" ε").removesuffix(" w") for word in said} - known <= PLAIN


def test_no_slide_states_a_misreading():
    titles = [deck.heading(cell) for cell in SLIDES]
    assert not [item for item in ITEMS["before"] if item.misreading.rstrip(".") in " ".join(titles)]


def test_every_figure_of_the_lecture_is_one_of_the_book():
    links = [link for cell in SLIDES for link in deck.LINK.findall(cell.source)]
    assert len(links) > 8
    for _, page, name, state in links:
        path = ROOT / f"{page}.ipynb"
        source = (path if path.exists() else ROOT / f"{page}.md").read_text(encoding="utf-8")
        made = r"Calculator\(" if name == "calculator" else rf"Explorer\((?:\w+\.)?{name},"
        assert re.search(made, source), f"course/lecture.ipynb: {page} has no {name}"
        for control in re.findall(r"(\w+)=", state):
            assert f"{control}=" in source, f"course/lecture.ipynb: {name} has no {control}"
