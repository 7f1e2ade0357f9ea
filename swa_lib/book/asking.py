"""What a question is. A book's questions register themselves here, in the order in which they are written."""

import functools

QUESTIONS = {}


class Question:
    """One question: its section, the kind of its answer, and what tells what is right and what is not."""

    def __init__(self, section, kind, tell):
        self.section, self.kind, self.tell = section, kind, tell

    @functools.cached_property
    def told(self):
        """The right answer, [(wrong answer, reply), ...], and what is said to all other wrong answers."""
        right, *wrong = self.tell()
        known = [(answer, reply) for answer, reply in wrong if answer is not ...]
        return right, known, dict(wrong[len(known) :]).get(..., "")

    @functools.cached_property
    def expected(self):
        """The right answer and the misreadings, as the kind reads them."""
        right, misreadings, _ = self.told
        return self.kind.read(right), [(self.kind.read(wrong), reply) for wrong, reply in misreadings]

    @functools.cached_property
    def table(self):
        """The replies: which answers they are for, whether these are right, what is said (`kinds.Kind`)."""
        return self.kind.table(*self.expected, self.told[2])


def question(section, kind):
    """Register a function as a question.

    It yields the right answer first, then (wrong answer, reply) for every known misreading, and at the end
    perhaps (..., reply) for all other wrong answers.
    """

    def add(tell):
        QUESTIONS[tell.__name__] = Question(section, kind, tell)
        return tell

    return add


def expected(name):
    """The right answer of a question, as its kind reads it, and its misreadings: (wrong value, reply)."""
    return QUESTIONS[name].expected
