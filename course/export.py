"""The questions of the book for a course system: Moodle XML, and QTI for Canvas and others.

    pip install -e .[course]
    python course/export.py [folder]

Moodle gets the tolerances and a reply to each known misreading, QTI the tolerances. Questions that want a
function or a design stay in the notebooks; in QTI those that want several numbers, too. Each is named. The
files hold what is right, so they are the teacher's.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import questions
import yaml
from repository import ROOT

from swa_lib.book.kinds import Choice, Number, Numbers
from swa_lib.exercises import QUESTIONS, expected

ROUGH = 0.005  # of a number asked for exactly: a course system has no digits, it has tolerances


def tolerance(kind, value):
    """How far a typed number may be off; whole numbers are exact."""
    exact = float(value).is_integer() and kind.within < ROUGH
    return 0.0 if exact else abs(float(value)) * max(kind.within, ROUGH)


def moodle(name):
    """A question as moodle-tools takes it, None where it has no such type."""
    kind, (right, misreadings) = QUESTIONS[name].kind, expected(name)
    asked = f"{questions.words(name)} ({kind.form})"
    item = {"title": name, "category": "Stacking SWA", "question": asked, "markdown": False}
    item["general_feedback"] = f"{kind.praise(right, right)} Chapter: {QUESTIONS[name].section}"
    said = [(right, "Right."), *misreadings]
    if isinstance(kind, Choice):
        said = dict.fromkeys(kind.options, "No.") | dict(said)
        shown = [_reply(option, reply, option == right) for option, reply in said.items()]
        return item | {"type": "multiple_choice", "answers": shown}
    if isinstance(kind, Number):
        shown = [
            _reply(repr(float(value)), reply, value == right) | {"tolerance": repr(tolerance(kind, value))}
            for value, reply in said
        ]
        return item | {"type": "numerical", "answers": shown}
    if isinstance(kind, Numbers):
        gaps = [f"{{1:NUMERICAL:={v!r}:{tolerance(kind, v)!r}}}" for v in np.ravel(right).tolist()]
        return item | {"type": "cloze", "question": f"{asked} {' '.join(gaps)}"}
    return None


def _reply(answer, feedback, right):
    """An answer as moodle-tools takes it."""
    return {"answer": answer, "points": 100 * right, "feedback": feedback}


def qti(name):
    """A question as qti-package-maker takes it, None where it has no such type."""
    kind, (right, _) = QUESTIONS[name].kind, expected(name)
    plain = f"{questions.words(name)} ({kind.form})".replace("α", "alpha")
    plain = plain.encode("ascii", "xmlcharrefreplace").decode()  # it takes no other letters
    if isinstance(kind, Choice):
        return "MC", (plain, list(kind.options), right)
    if isinstance(kind, Number):
        return "NUM", (plain, float(right), tolerance(kind, right))
    return None


def moodle_xml(items):
    """Moodle's XML of what `moodle` gives."""
    from loguru import logger
    from moodle_tools.make_questions import generate_moodle_questions

    logger.disable("moodle_tools")  # it tells of each question that it reads
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "questions.yaml"
        listed = [item for item in items.values() if item]
        source.write_text(yaml.safe_dump_all(listed, allow_unicode=True), encoding="utf-8")
        return generate_moodle_questions(paths=[source], parse_markdown=False)


def write(folder):
    """Write both files; returns for each the names of the questions that it leaves out."""
    from qti_package_maker.package_interface import QTIPackageInterface

    folder.mkdir(parents=True, exist_ok=True)
    items = {name: moodle(name) for name in QUESTIONS}
    (folder / "questions.moodle.xml").write_text(moodle_xml(items), encoding="utf-8")
    package, packed = QTIPackageInterface("stacking-swa", allow_mixed=True), {}
    for name in QUESTIONS:
        packed[name] = qti(name)
        if packed[name]:
            package.add_item(*packed[name])
    package.save_package("canvas_qti_v1_2", str(folder / "questions.qti.zip"))
    return [[name for name, item in found.items() if not item] for found in (items, packed)]


if __name__ == "__main__":
    target = Path(sys.argv[1]) if sys.argv[1:] else ROOT / "_build" / "course" / "export"
    for system, left_out in zip(("Moodle", "QTI"), write(target)):
        print(f"{system}: {len(QUESTIONS) - len(left_out)} questions. Left out: {', '.join(left_out)}")
