"""The questions of the book for a course system: Moodle XML, and QTI for Canvas and others.

    pip install -e .[course]
    python course/export.py

Moodle gets the replies, from the table in which `check` looks them up, QTI what is right. Questions that want
a function or a design stay in the notebooks; in QTI those that want several numbers, too. Each is named. The
files hold what is right, so they are the teacher's.
"""

import html
import re
from xml.etree import ElementTree

import questions
from repository import ROOT, site

from swa_lib.book.kinds import Choice, Number, Numbers
from swa_lib.exercises import QUESTIONS

TYPES = {Choice: "multichoice", Number: "numerical", Numbers: "cloze"}  # what Moodle has for a kind


def asked(name):
    """What a question asks for. A number's form is told, for course systems read neither units nor %."""
    kind, (right, _) = QUESTIONS[name].kind, QUESTIONS[name].expected
    if isinstance(kind, Choice):
        return questions.words(name)
    share = isinstance(kind, Number) and right < 1
    what = " between 0 and 1" if share else f" of {kind.unit}" if kind.unit not in ("", "times") else ""
    form = re.sub("numbers?", rf"\g<0>{what}", kind.form, count=1)
    return f"{questions.words(name)} ({form})"


def middle(low, high):
    """A range as its middle and how far off a number may be; a million times its begin is end enough.

    >>> middle(296.5, 297.5), middle(10.0, 1e308), middle(-1e308, 10.0)
    (('297', 0.5), ('5000005', 4999995.0), ('*', 0.0))
    """
    if low < -1e300:
        return "*", 0.0  # all others
    high = min(high, 1e6 * (abs(low) or 1))
    return f"{(low + high) / 2:.12g}", float(f"{(high - low) / 2:.12g}")


def answers(name):
    """What is said to which answers, choices or one number: (answer, tolerance) -> (whether right, reply).

    The first that fits counts, for Moodle as for `check`.
    """
    table = QUESTIONS[name].table
    if isinstance(QUESTIONS[name].kind, Choice):
        return {(option, 0.0): said for option, *said in table}
    found = {}
    for ((low, high),), *said in table:
        if low <= high and low < 1e300:
            found.setdefault(middle(low, high), said)
    return found


def right_numbers(name):
    """What is right, as `middle` says it, of each number."""
    return [middle(*each) for each in [ranges for ranges, right, _ in QUESTIONS[name].table if right][-1]]


def moodle(names):
    """Moodle's XML of some questions, in a category for each chapter."""
    quiz = ElementTree.Element("quiz")
    for name in names:
        kind, (page, _, place) = QUESTIONS[name].kind, QUESTIONS[name].section.partition(".ipynb")
        title, words = questions.titles()[page], html.escape(asked(name), quote=False)
        category = ElementTree.SubElement(quiz, "question", type="category")
        _text(category, "category", f"top/Stacking SWA/{title}")
        item = ElementTree.SubElement(quiz, "question", type=TYPES[type(kind)])
        _text(item, "name", name)
        ElementTree.SubElement(item, "shuffleanswers").text = "true"  # options
        if TYPES[type(kind)] == "cloze":
            words += "".join(f" {{1:NUMERICAL:={value}:{near}}}" for value, near in right_numbers(name))
        else:
            for (value, near), (right, reply) in answers(name).items():
                points = "100" if right else "0"
                answer = ElementTree.SubElement(item, "answer", fraction=points, format="html")
                ElementTree.SubElement(answer, "text").text = value
                ElementTree.SubElement(answer, "tolerance").text = repr(near)
                _text(answer, "feedback", html.escape(reply, quote=False), format="html")
        where = f'<a href="{site()}chapters/{page}.html{place}">{title}</a>' if site() else title
        _text(item, "questiontext", words, format="html")
        _text(item, "generalfeedback", f"It is explained in: {where}", format="html")
    return ElementTree.tostring(quiz, encoding="unicode")


def _text(parent, tag, words, **attributes):
    ElementTree.SubElement(ElementTree.SubElement(parent, tag, attributes), "text").text = words


def qti(name):
    """A question as qti-package-maker takes it, None where it has no such type."""
    kind = QUESTIONS[name].kind
    # It takes no more letters than these.
    plain = asked(name).replace("α", "alpha").encode("ascii", "xmlcharrefreplace").decode()
    if isinstance(kind, Choice):
        return "MC", (plain, list(kind.options), QUESTIONS[name].expected[0])
    if not isinstance(kind, Number):
        return None
    value, near = right_numbers(name)[0]
    return "NUM", (plain, float(value), near)


def main():
    """Write both files, and tell what they leave out."""
    from qti_package_maker.package_interface import QTIPackageInterface

    folder = ROOT / "_build" / "course" / "export"
    folder.mkdir(parents=True, exist_ok=True)
    known = [name for name, question in QUESTIONS.items() if type(question.kind) in TYPES]
    (folder / "questions.moodle.xml").write_text(moodle(known), encoding="utf-8")
    package, packed = QTIPackageInterface("stacking-swa", allow_mixed=True), [*filter(qti, known)]
    for name in packed:
        package.add_item(*qti(name))
    package.save_package("canvas_qti_v1_2", str(folder / "questions.qti.zip"))
    for system, names in (("Moodle", known), ("QTI", packed)):
        left_out = ", ".join(name for name in QUESTIONS if name not in names)
        print(f"{system}: {len(names)} questions. Left out: {left_out}")


if __name__ == "__main__":
    main()
