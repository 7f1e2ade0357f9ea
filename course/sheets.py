"""From a folder of answer sheets to a table: what a class chose before and after the course.

    python course/sheets.py FOLDER [table.csv]

A file holds one sheet or many: what the page copies or saves, a mail, a column of a CSV. A line counts
wherever it says "before" or "after" and ten marks, a digit or a dash each, however they are set. Whose it is
says the rest of its line, the last name before it ("name: ...", "From: ..."), or the file's name. Of two
sheets of one student and form the later counts, by their dates ("date: ..."); without dates, the last one
read. A line that looks like a sheet and is none is listed.
"""

import csv
import re
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import forms

from swa_lib.tables import Table

COUNT = 10  # marks of a sheet
MOST = 5  # the last option
MARK = r"(?:\d+|-)"
SHEET = re.compile(rf"\b(before|after)\b\W*?((?:{MARK}[\s,;.|/]*)+)", re.IGNORECASE)
DATE = re.compile(r"^\W*date\s*[:=,;]\s*(\d{4}-\d\d-\d\d)\W*$", re.IGNORECASE)
NAME = re.compile(r"^\W*(?:name|from|student)\s*[:=,;]\s*(.+?)\W*(?:<.*)?$", re.IGNORECASE)
ANSWER = re.compile(r"^(\w+): .+? \((right|wrong)\)(?:, then .+ \((right|wrong)\))?$")


class Sheet(NamedTuple):
    """One sheet: who, when, the chosen options, None where there is none."""

    who: str
    date: str
    marks: tuple


class Read(NamedTuple):
    """What is in a folder: the sheet that counts of each student and form, lines not read, exercises."""

    sheets: dict  # (student, form) -> Sheet
    unread: list  # "file, line 3: ..."
    exercises: dict  # question -> student -> (right at first, right at last)


def plainly(line):
    """A line with one kind of dash, and a blank for whatever no sheet is written with.

    >>> plainly("> \\u201cBefore:\\u00a02\\t1 \\u2013 1\\u201d")
    '   Before: 2 1 - 1 '
    """
    line = re.sub("[\u00ad\u2010-\u2015\u2212]", "-", unicodedata.normalize("NFKC", line))
    return re.sub(r"[^\w\-.,:;=|/()<@]", " ", line)


def read(folder):
    """All sheets of a folder and of the folders in it, in the order of their names."""
    found = Read({}, [], {})
    for path in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
        content = path.read_bytes()
        encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        who, date = path.stem, ""
        for number, raw in enumerate(content.decode(encoding, errors="replace").splitlines(), 1):
            line = plainly(raw)
            who = named[1].strip() if (named := NAME.match(line)) else who
            date = dated[1] if (dated := DATE.match(line)) else date
            if reason := _unread(found, line, who, date):
                found.unread.append(f"{path.name}, line {number}, {reason}: {raw.strip()}")
    return found


def _unread(found, line, who, date):
    """Read a line into `found`; a reason, if it looks like a sheet and is none."""
    if answer := ANSWER.match(line.strip()):
        name, first, last = answer.groups()
        right = first == "right", (last or first) == "right"
        found.exercises.setdefault(name, {})[who.casefold()] = right
    own = re.sub(r"[\W\d_]+", " ", SHEET.sub(" ", line)).strip()
    own = own if own[:1].isupper() else ""  # a name, and not "and"
    for form, text in SHEET.findall(line):
        form, marks = form.lower(), re.findall(MARK, text)
        marks = marks[1:] if len(marks) == COUNT + 1 and marks[0] == "-" else marks  # "before - 1 2 ..."
        if len(marks) != COUNT and (len(marks) > 1 or ":" in line):
            return f"{len(marks)} marks"
        if len(marks) == COUNT:
            chosen = tuple(None if mark == "-" else int(mark) for mark in marks)
            if any(mark and not 1 <= mark <= MOST for mark in chosen):
                return f"a mark that is not 1 to {MOST}"
            sheet = Sheet(own or who, date, chosen)
            if found.sheets.get((sheet.who.casefold(), form), sheet).date <= date:
                found.sheets[sheet.who.casefold(), form] = sheet
    return ""


def table(found):
    """Who handed in both; a row a misreading: avoided before, after, and the favourite mistake after."""
    both = [who for who, form in found.sheets if form == "before" and (who, "after") in found.sheets]
    rows = []
    for number, item in enumerate(forms.ITEMS["after"]):
        chosen = {form: [found.sheets[who, form].marks[number] for who in both] for form in forms.FORMS}
        right = {form: chosen[form].count(forms.key(form)[number]) for form in forms.FORMS}
        wrong = Counter(mark for mark in chosen["after"] if mark and mark != forms.key("after")[number])
        most = item.options[wrong.most_common(1)[0][0] - 1][0] if wrong else ""
        rows.append((item.misreading, right["before"], right["after"], most))
    return both, rows


def report(found):
    """All of it as text."""
    both, rows = table(found)
    count = Counter(form for _, form in found.sheets)
    parts = [f"{count['before']} sheets before, {count['after']} after; {len(both)} students handed in both."]
    headings = ["Misreading", "before", "after", "most chosen instead"]
    parts.append(Table(rows, headings, "How many avoided it"))
    rows = [(name, *map(sum, zip(*of.values())), len(of)) for name, of in sorted(found.exercises.items())]
    if rows:
        parts.append(Table(rows, ["Exercise", "at first", "at last", "of"], "How many had it right"))
    parts.append("\n".join([f"Not read: {len(found.unread)}", *found.unread]))
    return "\n\n".join(map(str, parts))


def write(found, path):
    """A row a student, a column a question, 1 where the right option was chosen."""
    students = {}
    for (who, form), sheet in found.sheets.items():
        row = students.setdefault(who, {"student": sheet.who})
        for number, (mark, right) in enumerate(zip(sheet.marks, forms.key(form)), 1):
            row[f"{form} {number}"] = int(mark == right)
    columns = ["student", *(f"{form} {number}" for form in forms.FORMS for number in range(1, COUNT + 1))]
    with open(path, "w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, columns)
        rows.writeheader()
        rows.writerows(students.values())


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        raise SystemExit(__doc__)
    handed_in = read(sys.argv[1])
    print(report(handed_in))
    if sys.argv[2:]:
        write(handed_in, sys.argv[2])
