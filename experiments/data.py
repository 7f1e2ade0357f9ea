"""What the models are trained on: source code that every reader has, and a game of remembering."""

import sysconfig
from pathlib import Path

import numpy as np
import torch

BYTES = 256  # vocabulary of the language models
CHOICES = 16  # keys, and values, of the relay task: a guess is right once in 16
NOTE = 14  # bytes 14 to 29 are notes in a text with questions, 30 is the question: source has none of them
QUESTION = NOTE + CHOICES
APART = 96  # bytes from note to note
HELD_OUT = 10  # every tenth file is kept for measuring


def source_files():
    """The top-level modules of Python's own standard library: a list of paths."""
    files = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    if not files:
        raise FileNotFoundError("this Python keeps no source files of its standard library")
    return files


def source_text():
    """The standard library's modules as bytes: (for training, held out)."""
    files = source_files()
    texts = [np.frombuffer(file.read_bytes(), np.uint8) for file in files]
    held_out = texts[::HELD_OUT]
    del texts[::HELD_OUT]
    return tuple(torch.from_numpy(np.concatenate(part).astype(np.int64)) for part in (texts, held_out))


def pieces(text, count, length, generator):
    """`count` random stretches of the text: int64 [count, length]."""
    start = torch.randint(len(text) - length + 1, (count,), generator=generator)
    return text[start[:, None] + torch.arange(length)]


def markov(text, order, length, seed):
    """A text whose next byte depends on the last `order` bytes only, as often as it does in `text`.

    Each byte is the one that follows a random place of `text` where the same bytes stand before it. Of order
    0 the bytes are independent, with the frequencies of `text`.

    `text` is an int64 tensor of bytes, `order` 0 or more. Returns an int64 tensor [length].
    """
    source, following = bytes(text.tolist()), {}  # the places of source that follow what they follow
    for place in range(order, len(source)):
        following.setdefault(source[place - order : place], []).append(place)
    last, found = source[:order], bytearray()
    for chance in np.random.default_rng(seed).random(length).tolist():
        places = following[last]
        place = places[int(chance * len(places))]
        found.append(source[place])
        # Nothing follows the last place of source: start again at its beginning.
        last = source[place + 1 - order : place + 1] if place + 1 < len(source) else source[:order]
    return torch.tensor(list(found))


def with_questions(batch, share, generator):
    """Source with notes and questions: a note every APART bytes says a value, a question asks for the last.

    batch : int64 tensor [texts, length]
    share : float from 0 to 1, of the places that are questions

    Returns texts and wanted, int64 [texts, length], with notes and questions, and the value of the last note;
    asked, bool [texts, length], which places are questions
    """
    place = torch.arange(batch.shape[1])
    notes = NOTE + torch.randint(CHOICES, (len(batch), len(place) // APART + 1), generator=generator)
    wanted, note = notes[:, place // APART], place % APART == 0
    asked = (torch.rand(batch.shape, generator=generator) < share) & ~note
    return torch.where(note, wanted, torch.where(asked, QUESTION, batch)), wanted, asked


# The relay task's tokens: the pair of key k and value v is 16 k + v, and the question "what went with key k?"
# is 256 + k. One token a pair, so that remembering is all there is to learn: that keys and values belong
# together is given.
RELAY_VOCABULARY = CHOICES * CHOICES + CHOICES


def relay_game(count, pairs, asked, generator):
    """Pairs of a key and a value, and after them nothing but questions.

    Returns tokens, int64 [count, pairs + asked]; answers, int64 [count, asked], the value that went with each
    asked key; distance, int64 [count, asked], tokens from the question back to that pair
    """
    keys = torch.rand(count, CHOICES, generator=generator).argsort(dim=1)[:, :pairs]  # no key twice
    values = torch.randint(CHOICES, (count, pairs), generator=generator)
    which = torch.randint(pairs, (count, asked), generator=generator)
    tokens = torch.cat([CHOICES * keys + values, CHOICES * CHOICES + keys.gather(1, which)], dim=1)
    return tokens, values.gather(1, which), pairs + torch.arange(asked) - which
