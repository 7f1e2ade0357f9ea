"""The questions of the book for a course system: Moodle XML, and QTI for Canvas and others.

    pip install -e .[course]
    python course/export.py

Moodle gets the tolerances and the replies, QTI the tolerances. Questions that want a function or a design
stay in the notebooks; in QTI those that want several numbers, too. Each is named. The files hold what is
right, so they are the teacher's.
"""

import html
import re
from xml.etree import ElementTree

import questions
from repository import ROOT, site

from swa_lib.book.kinds import ROUGH, Choice, Number, Numbers
from swa_lib.exercises import QUESTIONS, expected

EXACT = 0.005  # of a number asked for exactly: a course system has no digits, it has tolerances
TYPES = {Choice: "multichoice", Number: "numerical", Numbers: "cloze"}  # what Moodle has for a kind


def tolerance(value, within):
    """How far a typed number may be off; whole numbers are exact."""
    exact = float(value).is_integer() and within < EXACT
    return 0.0 if exact else abs(float(value)) * max(within, EXACT)


def asked(name):
    """What a question asks for. A number's form is told, for course systems read neither units nor %."""
    kind, (right, _) = QUESTIONS[name].kind, expected(name)
    if isinstance(kind, Choice):
        return questions.words(name)
    share = isinstance(kind, Number) and right < 1
    what = " between 0 and 1" if share else f" of {kind.unit}" if kind.unit not in ("", "times") else ""
    form = re.sub("numbers?", rf"\g<0>{what}", kind.form, count=1)
    return f"{questions.words(name)} ({form})"


def moodle(names):
    """Moodle's XML of some questions, in a category for each chapter."""
    quiz = ElementTree.Element("quiz")
    for name in names:
        page, _, place = QUESTIONS[name].section.partition(".ipynb")
        title = questions.titles()[page]
        _text(
            ElementTree.SubElement(quiz, "question", type="category"), "category", f"top/Stacking SWA/{title}"
        )
        item = ElementTree.SubElement(quiz, "question", type=TYPES[type(QUESTIONS[name].kind)])
        _text(item, "name", name)
        gaps = _answers(item, QUESTIONS[name], *expected(name))
        _text(item, "questiontext", html.escape(" ".join([asked(name), *gaps]), quote=False), format="html")
        where = f'<a href="{site()}chapters/{page}.html{place}">{title}</a>' if site() else title
        _text(item, "generalfeedback", f"It is explained in: {where}", format="html")
    return ElementTree.tostring(quiz, encoding="unicode")


def _answers(item, question, right, misreadings):
    """Write down what is right and what is told something; or give the gaps of several numbers."""
    kind, gaps = question.kind, []
    if TYPES[type(kind)] == "cloze":
        for part, value in enumerate(right):
            told = _told(kind, value, [(values[part], reply) for values, reply in misreadings])
            listed = "~%0%".join(f"{number}:{near}#{reply}" for number, reply, near in told)
            gaps.append(f"{{1:NUMERICAL:={listed}}}")
        return gaps
    ElementTree.SubElement(item, "shuffleanswers").text = "true"  # options
    other = [("*", question.told[2], 0.0)] if isinstance(kind, Number) else []
    for number, (words, reply, near) in enumerate(_told(kind, right, misreadings) + other):
        answer = ElementTree.SubElement(item, "answer", fraction="0" if number else "100", format="html")
        ElementTree.SubElement(answer, "text").text = words
        ElementTree.SubElement(answer, "tolerance").text = repr(near)
        _text(answer, "feedback", html.escape(reply, quote=False), format="html")
    return gaps


def _told(kind, right, misreadings):
    """The answers that are told something, (answer, reply, tolerance): the right one, which counts first."""
    if isinstance(kind, Choice):
        return [(right, f"Right: {right}.", 0.0), *((option, reply, 0.0) for option, reply in misreadings)]
    said = [(right, f"Right: {kind.show([right])}.", kind.within)]
    said += [(value, reply, min(kind.within, ROUGH)) for value, reply in misreadings]
    return [(repr(float(value)), reply, tolerance(value, within)) for value, reply, within in said]


def _text(parent, tag, words, **attributes):
    ElementTree.SubElement(ElementTree.SubElement(parent, tag, attributes), "text").text = words


def qti(name):
    """A question as qti-package-maker takes it, None where it has no such type."""
    kind, (right, _) = QUESTIONS[name].kind, expected(name)
    plain = (
        asked(name).replace("α", "alpha").encode("ascii", "xmlcharrefreplace").decode()
    )  # it takes no more
    if isinstance(kind, Choice):
        return "MC", (plain, list(kind.options), right)
    return ("NUM", (plain, right, tolerance(right, kind.within))) if isinstance(kind, Number) else None


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
