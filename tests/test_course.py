"""What a course is made of: copies for students and teachers, two tests, sheets, the lab, questions."""

import csv
import html
import re
import runpy
import zipfile
from xml.etree import ElementTree

import export
import forms
import graded
import nbformat
import notebooks as course
import pytest
import questions
import repository
import sheets
from book import CHAPTERS, ROOT, code_cells, read_notebook, tags
from IPython.core.inputtransformer2 import TransformerManager

import swa_lib
from swa_lib import drift, horizon, influence, reach, rule_horizon, share_beyond, visible
from swa_lib.exercises import QUESTIONS, check

NOTEBOOKS = [*CHAPTERS, *course.OTHERS]


# Copies


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_students_get_no_solution_no_note_and_no_output_and_all_the_rest(path):
    source = read_notebook(path)
    copy, whole = course.student(source), course.instructor(source)
    kept = [cell.id for cell in source.cells if not tags(cell) & {"solution", "instructor"}]
    assert [cell.id for cell in copy.cells] == kept and len(whole.cells) == len(source.cells)
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code_cells(copy))
    text = "".join(cell.source for cell in copy.cells)
    assert "For the teacher" not in text and "# The solution" not in text and "](../" not in text
    nbformat.validate(copy)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_in_a_student_s_notebook_every_question_stands_unanswered(path):
    for cell in code_cells(course.student(read_notebook(path)), "answer"):
        name = re.search(r'check\("(\w+)"', cell.source)[1]
        assert re.search(rf"^{name} = |def ", cell.source, re.MULTILINE) and name in QUESTIONS


@pytest.mark.parametrize("site", ["", "https://owner.github.io/book/"])
def test_a_copy_installs_its_package_and_its_links_lead_somewhere(site, monkeypatch):
    monkeypatch.setattr(course, "site", lambda: site)
    copies = course.copies(course.student)
    copy = copies["02_reach.ipynb"]
    what = f'"swa_lib @ {site}_static/{repository.wheel_name()}"' if site else repository.wheel_name()
    assert f"%pip install --quiet {what}\n" in code_cells(copy)[0].source
    text = "".join(cell.source for one in copies.values() for cell in one.cells)
    assert "](../" not in text and (f"]({site}reference/" in text) == bool(site)
    assert not site or f"]({site}reference/evidence.html#before-training)" in text


def test_the_wheel_holds_the_package_and_no_key(tmp_path):
    repository.wheel(tmp_path)
    names = zipfile.ZipFile(tmp_path / repository.wheel_name()).namelist()
    assert "swa_lib/exercises.py" in names
    assert not [name for name in names if re.search("(forms|graded|misreadings|inventory).py|course/", name)]


def test_make_lab_writes_what_is_missing_and_keeps_what_is_there(tmp_path, capsys):
    (tmp_path / "01_window.ipynb").write_text("my work")
    course.write(tmp_path, course.student, keep=True)
    assert (tmp_path / "01_window.ipynb").read_text() == "my work"
    assert "01_window.ipynb is there already" in capsys.readouterr().out
    assert {path.name for path in tmp_path.glob("*.ipynb")} == {path.name for path in NOTEBOOKS}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_folded_solution_of_the_book_tells_nothing(path):
    cells = code_cells(read_notebook(path), "solution")
    told = [cell.id for cell in cells if cell.source[:14] != course.FOLDED]
    assert told == [], "JupyterLab shows the first line of a folded cell: run `make refresh`"


# Before and after


def test_before_and_after_are_parallel_and_their_keys_right():
    """The right answers once more, in other words."""
    right = {
        "before": [
            visible(500, 40)[0], reach(5, 200), 50**-2, drift(64, 101), 3, 0.1**3,
            share_beyond(influence(64, 100, 0.95), 200), horizon(influence(64, 100, 0.9), 0.01),
            rule_horizon(200, 0.8, 0.001), 23 * 512 + 16384,
        ],
        "after": [
            visible(800, 25)[0], reach(12, 50), 20**-2, drift(36, 101), 4, 0.2**2,
            share_beyond(influence(40, 100, 0.9), 200), horizon(influence(48, 100, 0.95), 0.01),
            rule_horizon(50, 0.9, 0.0001), 39 * 256 + 8192,
        ],
    }  # fmt: skip
    for before, after in zip(forms.ITEMS["before"], forms.ITEMS["after"], strict=True):
        plain = [re.sub(r"[\d,.]+", "", item.words) for item in (before, after)]
        assert plain[0] == plain[1] and before.words != after.words
        assert before.misreading == after.misreading and len(before.options) == len(after.options) == 5
    for form, values in right.items():
        assert [item.right for item in forms.ITEMS[form]] == pytest.approx(values)
        for item, place in zip(forms.ITEMS[form], forms.key(form)):
            words = [words for words, _ in item.options]
            assert len(set(words)) == 5 and words[-1] == forms.UNKNOWN
            assert item.options[place - 1] == (words[place - 1], None)
        assert len(set(forms.key(form))) >= 3
        for item in forms.ITEMS[form][7:9]:  # which say a distance: one of the wrong options repeats it
            assert [words for words, means in item.options if means and f" {words} " in item.words]


@pytest.mark.parametrize("form", forms.FORMS)
def test_the_page_has_every_option_and_no_meaning(form):
    page = forms.fields(form)
    listed = [words for item in forms.ITEMS[form] for words, _ in item.options]
    assert re.findall(r"<span>(.*?)</span>", page) == listed
    meant = [means for item in forms.ITEMS[form] for _, means in item.options if means]
    assert not [said for said in [*meant, "misreading", str(forms.key(form))] if said in page]


# From sheets to a table

KEY = {form: " ".join(map(str, forms.key(form))) for form in forms.FORMS}
CLASS = {
    "ada.txt": f"\ufeffmy answers\r\nname: Ada\r\ndate: 2026-11-02\r\n\r\nbefore: {KEY['before']}\r\n"
    "oldest_of_ten: 90 (wrong), then 91 (right)\r\n",
    "ada-again.txt": f"name: ADA\ndate: 2026-11-01\nbefore: {'- ' * 10}\nafter: 1 2\n",  # an older sheet
    "form.csv": f'Ada;"After: {KEY["after"]}."\n'
    f"Bob,before,{KEY['before'].replace(' ', ',')}\nBob,after,1,2,9,9,9,9,9,9,9,9\n",
    "mail.eml": "From: Grace H. <grace@example.org>\n> *BEFORE* –\u00a01\t2 — – 5 1 2 3 4 5.\n"
    "> and AFTER: 1, 2, 3, 4, 5, 1, 2, 3, 4, 5\nThe day after 3 of us met.\n",
    "two.txt": f"“before: {KEY['before']}” / after: {KEY['after']}\n",
}


def test_a_folder_of_sheets_becomes_a_table_and_nothing_is_passed_over(tmp_path, monkeypatch, capsys):
    for name, text in CLASS.items():
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    (tmp_path / "utf16.txt").write_text(f"name: Zoë\nbefore: {KEY['before']}", encoding="utf-16")
    found = sheets.read(tmp_path)
    assert {key: sheet.marks.count(None) for key, sheet in found.sheets.items()} == {
        ("ada", "before"): 0, ("ada", "after"): 0, ("bob", "before"): 0, ("grace h", "before"): 2,
        ("grace h", "after"): 0, ("two", "before"): 0, ("two", "after"): 0, ("zoë", "before"): 0,
    }  # fmt: skip
    assert found.exercises == {"oldest_of_ten": {"ada": (False, True)}}
    assert [re.match(r"[\w.-]+, line \d", line)[0] for line in found.unread] == [
        "ada-again.txt, line 4", "form.csv, line 3"
    ]  # fmt: skip
    both, rows = sheets.table(found)
    assert sorted(both) == ["ada", "grace h", "two"]
    assert all(before in (2, 3) and after in (2, 3) for _, before, after, _ in rows)
    chosen = zip(forms.ITEMS["after"], found.sheets["grace h", "after"].marks, forms.key("after"))
    favourites = ["" if mark == right else item.options[mark - 1][0] for item, mark, right in chosen]
    assert [most for *_, most in rows] == favourites  # all others were right

    monkeypatch.setattr("sys.argv", ["sheets.py", str(tmp_path), str(tmp_path / "table.csv")])
    runpy.run_path(str(ROOT / "course" / "sheets.py"), run_name="__main__")
    told = capsys.readouterr().out
    assert "5 sheets before, 3 after; 3 students handed in both" in told
    assert re.search(r"^oldest_of_ten +0 +1 +1$", told, re.MULTILINE)
    lines = list(csv.DictReader((tmp_path / "table.csv").read_text(encoding="utf-8").splitlines()))
    assert {line["student"]: sum(line[f"before {n}"] == "1" for n in range(1, 11)) for line in lines}[
        "Ada"
    ] == 10


# The graded lab

CHEATS = """check = grade = lambda *given: True
import swa_lib, swa_lib.exercises
swa_lib.influence = swa_lib.horizon = lambda *given: 0
abs = float = all = len = lambda *given: 0
oldest = paths = farthest = average_hops = your_horizon = global_layers = -1
your_layer = lambda *given: [1.0]"""


def points(notebook):
    """The points that a notebook earns in its hidden tests, by the rules of nbgrader 0.9.6: run it all."""
    known, earned = {}, 0
    for cell in code_cells(notebook):
        try:
            exec(TransformerManager().transform_cell(cell.source), known)  # %pip is no Python
        except Exception:  # as in a notebook, the next cell runs
            continue
        earned += cell.metadata.nbgrader.points if cell.id.endswith("-test") else 0
    return earned


def test_the_lab_s_solutions_earn_every_point_and_nothing_else_earns_any(monkeypatch):
    for name in ("influence", "horizon"):  # a cheat puts others in their place
        monkeypatch.setattr(swa_lib, name, getattr(swa_lib, name))
    made = graded.notebook(7)
    numbers = next(cell for cell in made.cells if cell.id == "numbers").source
    assert numbers == graded.numbers("7") != graded.numbers("8")
    cells = [cell for cell in made.cells if cell.get("metadata", {}).get("nbgrader", {}).get("grade")]
    assert sum(cell.metadata.nbgrader.points for cell in cells if cell.id.endswith("-test")) == 10
    assert [cell.metadata.nbgrader.points for cell in cells if cell.cell_type == "markdown"] == [2, 2]
    hidden = re.compile(r"### BEGIN (SOLUTION|HIDDEN TESTS).*?### END \1", re.DOTALL)
    unanswered, cheating = graded.notebook(7), graded.notebook(7)
    for cell in code_cells(unanswered) + code_cells(cheating):
        if not cell.id.endswith("-test"):
            cell.source = hidden.sub("", cell.source)
    answers = [cell for cell in code_cells(cheating) if cell.id.endswith("-answer")]
    for cell in answers:
        cell.source = CHEATS
    assert points(made) == 10 and points(unanswered) == 0 and points(cheating) == 0
    ranges = re.findall(r"assert (\S+) <= .* <= (\S+)", "\n".join(cell.source for cell in made.cells))
    assert ranges and all(float(high) <= 1.021 * float(low) for low, high in ranges), "near is 1%"


def test_the_graded_lab_brings_its_package(tmp_path):
    for variant in range(1, 21):  # together they draw every number
        graded.notebook(variant)
    path = graded.write(tmp_path, "AUTUMN")
    assert "%pip install --quiet" in read_notebook(path).cells[1].source
    assert (path.parent / repository.wheel_name()).exists() and (tmp_path / "nbgrader_config.py").exists()


def test_the_lab_is_one_notebook_of_90_minutes_with_slack():
    lab = read_notebook(ROOT / "course" / "lab.ipynb")
    text = "\n".join(cell.source for cell in lab.cells if cell.cell_type == "markdown")
    minutes = re.findall(r"^## (.*) \((\d+) minutes\)$", text, re.MULTILINE)
    assert sum(int(number) for _, number in minutes) == 90 and ("Slack", "10") in minutes
    guide = (ROOT / "reference" / "teaching.md").read_text(encoding="utf-8")
    assert [task for task in minutes if f"| {task[0]} | {task[1]} min |" not in guide] == []


# Questions and project


def test_every_question_is_on_the_map_and_on_the_worksheet():
    listed = [name for chapter in questions.titles() for name in questions.asked(chapter)]
    assert sorted(listed) == sorted(QUESTIONS) and len(set(listed)) == len(listed)
    assert all(f"`{name}`" in questions.table() for name in QUESTIONS)
    assert questions.worksheet().count("<li>") == len(QUESTIONS)
    assert [questions.titles()[path.stem] in questions.rubrics() for path in CHAPTERS] == [True] * 6 + [False]


def test_the_exports_say_what_check_says():
    """Of every option, and of numbers around the known ones: Moodle takes the first answer that fits."""
    known = [name for name, question in QUESTIONS.items() if type(question.kind) in export.TYPES]
    items = ElementTree.fromstring(export.moodle(known)).findall("question[name]")
    assert [item.findtext("name/text") for item in items] == known and len(known) >= 30
    for name, item in zip(known, items):
        gaps = re.findall(r"NUMERICAL:=(.*?):", item.findtext("questiontext/text"))
        assert not gaps or check(name, ", ".join(gaps))
        told = [(a.findtext("text"), float(a.findtext("tolerance")), a) for a in item.findall("answer")]
        typed = [(one, said) for one, _, said in told]
        if item.get("type") == "numerical":
            middles = [float(n) for n, near, _ in told if n != "*" and near < abs(float(n)) / 2]
            typed = [(n * off, None) for n in middles for off in (-1, 0.513, 0.9717, 1, 1.0031, 1.2117)]
        for given, said in typed:
            fits = (one for value, near, one in told if value == "*" or abs(given - float(value)) <= near)
            said = next(fits) if said is None else said
            verdict = check(name, given)
            assert bool(verdict) == (said.get("fraction") == "100"), (name, given)
            assert html.unescape(said.findtext("feedback/text")) == verdict.text, (name, given)
        assert getattr(QUESTIONS[name].kind, "unit", "").replace("times", "") in item.findtext(
            "questiontext/text"
        )
        kind, (asked, *packed) = export.qti(name) or ("", ("",))
        assert asked.isascii() and (kind != "MC" or check(name, packed[1]))
        if kind == "NUM":
            right, near = packed
            assert check(name, right + 0.99 * near) and not check(name, right + 1.01 * near), name


def test_the_project_has_three_levels_a_rubric_and_teacher_only_solutions():
    project = read_notebook(ROOT / "course" / "project.ipynb")
    text = "\n".join(cell.source for cell in course.student(project).cells)
    assert re.findall(r"^## Level (\d)", text, re.MULTILINE) == ["1", "2", "3"]
    rubric = re.search(r"^## The rubric$(.*)", text, re.MULTILINE | re.DOTALL)[1]
    rows = re.findall(r"^\| (?!\|)(?!-)(.*) \|$", rubric, re.MULTILINE)
    assert len(rows) == 6 and all(row.count("|") == 3 for row in rows)
    hidden = [cell for cell in project.cells if tags(cell) & course.NOT_FOR_STUDENTS]
    assert len(hidden) >= 7 and all("remove-cell" in tags(cell) for cell in hidden), "it is on the site"
