"""The words and the notation of the book: one word for a thing, one way to write a letter."""

import re

# A pattern that nobody may write, and what to write instead; the glossary says what each word means.
DOUBLES = {
    r"\bbr(?:ings|ought|inging)\b|\bbring\b(?! (?:a model|your|one of))": "'comes from', or 'lets through'",
    r"\bfrom afar\b": "'from beyond' and a number",
    r"\bwhat arrives\b": "'influence'",
    r"\btails?\b": "'influence beyond', or for a curve its 'outer part'",
    r"\bsurviv": "'lets through'",
    r"\b(?:one|a|the) path (?:keeps?|leaves|of \w+ hops?)\b|\bhops? (?:keeps?|leaves?)\b": "'lets through'",
    r"\bkeeps? (?:a factor|0\.)": "'lets through'",
    r"\b(?:path|ways?) of (?:k|one|two|three|\d) hops?\b": "'choice of layers'",
    r"\bthi(?:ck|n) path": "'residual path', 'attention path'",
    r"mean ± spread|\bspreads? wide\b|\bwidth of (?:one|two|2) spread": "'width' is W√L, √12 spreads",
    r"\bfar (?:token|text|share|influence|information|distance|part)s?\b": "a number: 'beyond three windows'",
    r"(?<![\d.,/+−-])1 (?:layers|hops|tokens|windows|paths|bytes|choices|ways)\b": "'1 layer', '1 hop'",
}
# How letters and formulas are written in prose: α, ε, √, L × W; W−1 in mathematics, which does not break.
NOTATION = {
    r"\balpha\b": "α",
    r"\beps(?:ilon)?\b": "ε",
    r"\bsqrt\(": "√, or mathematics",
    r"\b[LW] x [LW]\b": "×",
    r"\b(?:[WLdk]|1)-(?:1\b|k\b|α|alpha)": "mathematics: $W-1$",
}
TITLE = re.compile(r"^#+ .*$", re.MULTILINE)
CODE = re.compile(r"`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]*\$", re.DOTALL)
LINK = re.compile(r"!\[[^\]]*\]\([^)]*\)|\]\([^)]*\)|<a [^>]*>|\{\w+\}`[^`]*`")


def found(text, patterns):
    """What a text says that it must not, with the words around it."""
    return [
        f"{text[max(0, hit.start() - 30) : hit.end() + 20]!r}: write {instead}"
        for pattern, instead in patterns.items()
        for hit in re.finditer(pattern, text, re.IGNORECASE if patterns is DOUBLES else 0)
    ]


def prose(markdown):
    """A page's words: no titles, no code, no mathematics, no addresses."""
    return CODE.sub(" ", LINK.sub("]", TITLE.sub(" ", markdown)))
