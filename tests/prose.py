"""Numbers in prose: which are stated as facts, and which of them no evidence backs."""

import re

from claims import readings

SMALL = 12  # whole numbers up to it may be plain words: "two paths", "chapter 5"


def prose_of(markdown):
    """What states numbers as facts: no headings, links, code spans, list numbers, questions, years, names."""
    text = re.sub(r"^#.*$|^\s*\d+\. |!?\[[^\]]*\]\([^)]*\)|`[^`]*`", " ", markdown, flags=re.MULTILINE)
    text = re.sub(r"(?:[^.?!:\n]|\.(?=\d))*\?", " ", text)  # a question claims nothing
    text = re.sub(r"\b(?:EXAONE 4\.0|Table \d+|(?:19[9]\d|20[0-2]\d|2030)(?![\d.,]*\d|%))", " ", text)
    text = text.replace("{,}", ",").replace("\\%", "%")
    return re.sub(r"(\d\s*\\times\s*|\b)10\^\{?(-?\d+)\}?", latex_power, text)


def latex_power(match):
    return (match[1].rstrip("\\times ") or "1") + "e" + match[2]


def unbacked(markdown, evidence):
    """Numbers of the prose, as written, that no number of the evidence equals or rounds to."""
    known = [value for _, meanings in readings(evidence.replace("_", "")) for value, _ in meanings]
    missing = []
    for written, meanings in readings(prose_of(markdown)):
        plain_word = written.isdigit() and int(written) <= SMALL
        backed = any(abs(value - n) <= half * (1 + 1e-9) for n, half in meanings for value in known)
        if not (plain_word or backed):
            missing.append(written)
    return missing
