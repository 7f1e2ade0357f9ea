"""The tests before and after the course, as a notebook; its teacher's copy has the key."""

import nbformat

from swa_lib.chapters.inventory import FORMS, ITEMS, key, meaning, options, question_of

INTRO = {
    "before": "Nobody is expected to know the answers, and nothing is graded. What you would bet on now is "
    "compared with what you say after the course.",
    "after": "These hunt the same ten misreadings as the questions before the course, most of them with "
    "other numbers.",
}
HOW = (
    "Below each question, write the number of the option that you choose in place of `None`. Choose the "
    "last one rather than guess."
)
LAST = """## Hand in

Run this cell, and hand in the line that it prints."""
CHECKED = 'from swa_lib.chapters.inventory import sheet\n\nprint(sheet("{form}", globals()))'
COMPARED = """from swa_lib.chapters.inventory import report

text = \"\"\"
paste what your students handed in: before: 2 1 ...
\"\"\"
print(report(text))"""


def notebook(form):
    """The test as a source notebook: what only a teacher gets has the tag `instructor`."""
    text, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    cells = [text(f"# Ten questions {form} the course\n\n{INTRO[form]}\n\n{HOW}", id="intro")]
    cells.append(code("from swa_lib.exercises import check", id="install"))
    for number, item in enumerate(ITEMS, 1):
        listed = "\n".join(f"{place}. {words}" for place, words in enumerate(options(form, number), 1))
        asked = f"**Question {number}.** {question_of(form, number)[1]}\n\n{listed}"
        cells.append(text(asked, id=f"item-{number}-question"))
        cells.append(text(note(form, number, item.misreading), id=f"item-{number}-teacher"))
        cells[-1].metadata.tags = ["instructor"]
        cells.append(code(f"{form}_{number} = None  # your choice", id=f"item-{number}-choice"))
    cells += [text(LAST, id="hand-in"), code(CHECKED.format(form=form), id="hand-in-sheet")]
    teacher = [
        text("**For the teacher.** Paste the lines of your class, of one test or of both.", id="compare"),
        code(COMPARED, id="compare-sheets"),
    ]
    for cell in teacher:
        cell.metadata.tags = ["instructor"]
    return nbformat.v4.new_notebook(cells=cells + teacher, nbformat_minor=5)


def note(form, number, misreading):
    """What a teacher has to know of an item."""
    right = key(form)[number - 1]
    lines = [f"**For the teacher.** The misreading: {misreading} Right is {right}."]
    for place, words in list(enumerate(options(form, number), 1))[:-1]:
        if place != right:
            lines.append(f"- {place}, {words}: {meaning(form, number, place)}")
    return "\n".join([lines[0], "", *lines[1:]])


def notebooks():
    """File name -> source notebook."""
    return {f"{form}.ipynb": notebook(form) for form in FORMS}
