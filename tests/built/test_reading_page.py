"""The page reads numbers as Python does: reading.js against reading.py, over a table and random junk."""

import itertools
import random
from pathlib import Path

import pytest
from readings import ONE, SEVERAL

from swa_lib.book.reading import Unclear, read_number, read_numbers

SCRIPT = Path(__file__).parents[2] / "swa_lib" / "book" / "page" / "reading.js"
SCRAPS = [
    *"0123456789.,'_ -+*/^()[]{}exk%W=;$√½³⁻⁶\u2009\u202f–−×", "000", "1,000", "97", "0.05", "0,05", "901",
    " to ", " and ", "..", "about ", "ca. ", "tokens", " times ", " back", "sqrt(", "\\frac{1}{8}", "range(",
    "1e-6", "\U0001d7d9", "\x85",
]  # fmt: skip

READ_ALL = """jobs => jobs.map(([several, text, dotMayGroup, k]) => {
  try {
    const { values, unit, isRange } = swaReading[several ? "numbers" : "number"](text, { dotMayGroup, k });
    return [values, unit, isRange];
  } catch (error) {
    if (!(error instanceof swaReading.Unclear)) throw error;
    return [error.message, error instanceof swaReading.NoNumber];
  }
})"""


@pytest.fixture(scope="module")
def port(browser):
    page = browser.new_page()
    page.add_script_tag(content=SCRIPT.read_text(encoding="utf-8"))
    yield lambda jobs: page.evaluate(READ_ALL, jobs)
    page.close()


def python(several, text, dot_may_group, k):
    try:
        values, unit, is_range = (read_numbers if several else read_number)(text, dot_may_group, k)
    except Unclear as asked:
        return [str(asked), type(asked).__name__ == "NoNumber"]
    return [list(values), unit, is_range]


def same(port, jobs):
    for job, there in zip(jobs, port(jobs), strict=True):
        here = python(*job)
        if isinstance(here[0], list):
            here[0] = pytest.approx(here[0], rel=1e-12, abs=0)  # odd powers may differ in the last place
        assert there == here, job


def test_the_table_is_read_alike(port):
    ways = itertools.product((0, 1), {**ONE, **SEVERAL}, (False, True), (None, 1024))
    same(port, [list(way) for way in ways])


def test_junk_is_read_alike(port):
    chance = random.Random(15)
    texts = ["".join(chance.choices(SCRAPS, k=chance.randint(0, 9))) for _ in range(6000)]
    texts += ["".join(chr(chance.randrange(1, 0xD800)) for _ in range(5)) for _ in range(1000)]
    same(port, [[several, text, chance.random() < 0.5, None] for text in texts for several in (0, 1)])
