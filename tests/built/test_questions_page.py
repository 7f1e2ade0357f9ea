"""The page says of an answer what `check` says: questions.js against Python, over every question."""

import itertools
import random

import pytest
from book import ROOT
from readings import ONE, SEVERAL

from swa_lib.book.fields import for_page
from swa_lib.book.functions import Function
from swa_lib.exercises import QUESTIONS, check

TYPED = [name for name, question in QUESTIONS.items() if not isinstance(question.kind, Function)]
CHECK_ALL = """([specs, jobs]) => jobs.map(([name, text]) => {
  const { text: says, right, asks, explained } = swaQuestions.check(specs[name], text);
  return [says, right, asks, explained];
})"""


@pytest.fixture(scope="module")
def port(browser):
    page = browser.new_page()
    for script in ("reading.js", "questions.js"):
        page.add_script_tag(path=ROOT / "swa_lib" / "book" / "page" / script)
    specs = {name: for_page(name) for name in TYPED}
    yield lambda jobs: page.evaluate(CHECK_ALL, [specs, jobs])
    page.close()


def same(port, jobs):
    for (name, text), there in zip(jobs, port(jobs), strict=True):
        verdict = check(name, text)
        here = [verdict.text, verdict.right, verdict.asks, verdict.section is not None]
        assert there == here, (name, text)


def words_for(value):
    """A value of any kind as somebody would type it."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(map(repr, value))
    return repr(value)


def written():
    """The answers of answers.tsv: name of a question with a field, what was written."""
    lines = (ROOT / "tests" / "answers.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t")[:2] for line in lines if line and not line.startswith("#")]
    return [(name, eval(answer)) for name, answer in pairs if name in TYPED]


def test_right_answers_and_every_misreading_get_the_same_sentence(port):
    jobs = []
    for name in TYPED:
        spec = for_page(name)
        values = (
            [spec["expected"], *(wrong for wrong, _ in spec["misreadings"])] if "expected" in spec else []
        )
        jobs += [(name, words_for(value)) for value in values]
    assert len(jobs) > 150
    same(port, jobs)


def test_what_people_wrote_gets_the_same_sentence(port):
    same(port, [(name, text if isinstance(text, str) else words_for(text)) for name, text in written()])


def test_every_way_to_write_an_answer_gets_the_same_sentence_everywhere(port):
    texts = sorted({*ONE, *SEVERAL, *(text for _, text in written() if isinstance(text, str))})
    same(port, [(name, text) for name in TYPED for text in texts])


def test_what_is_nearly_right_gets_the_same_sentence(port):
    jobs = []
    for name in TYPED:
        right = for_page(name).get("expected")
        if isinstance(right, (int, float)):
            near = [
                right * (1 + sign * off) for off in (0, 0.004, 0.015, 0.04, 0.09, 0.3) for sign in (1, -1)
            ]
            near += [float(f"{value:.{digits}g}") for value in near for digits in (1, 2, 3)]
            jobs += [(name, repr(value)) for value in [*near, 0, 1, 100, -right]]
    same(port, jobs)


SCRAPS = [
    *"0123456789.,- %^*/()xkWLα=", "1,000", "0.05", " to ", " and ", "tokens", " windows", "yes", "no",
    "not ", "it does", "layers", "alpha", "global", " as far", "nearly ", "half", "equal", "mistral",
    "gpt-oss", "window ", "Gemma 2", "1024, 32, 2", "32", "24", "the ", "maybe ", "\u00a0", "1e-5", "0.00001",
    "1e20", "ten", " twice", "half", "a millionth", "log(100)", "300 300 300", "y", "n",
]  # fmt: skip


def test_junk_gets_the_same_sentence(port):
    chance = random.Random(15)
    texts = ["".join(chance.choices(SCRAPS, k=chance.randint(0, 6))) for _ in range(4000)]
    texts += ["".join(chr(chance.randrange(1, 0xD800)) for _ in range(4)) for _ in range(500)]
    same(port, [(chance.choice(TYPED), text) for text in texts])


def test_numbers_in_sentences_are_written_as_python_writes_them(port):
    chance = random.Random(16)
    numbers = [chance.uniform(-1, 1) * 10 ** chance.randint(-9, 18) for _ in range(1500)]
    numbers += [n / 8 for n in range(-200, 8000, 7)] + [n / 8 for n in range(8000, 40000, 131)]
    sentences = itertools.cycle(
        [
            ("farthest_token", "{}"),
            ("fewest_hops", "{}"),
            ("deep_or_wide", "{}"),
            ("three_hops", "{0}, 1, {0}"),
        ]
    )
    same(port, [(name, words.format(repr(n))) for n, (name, words) in zip(numbers, sentences)])
