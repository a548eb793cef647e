"""Takes the air out of a text: blanks, endless words and keys held down."""

from __future__ import annotations

import re

from tonecheck.text.layers import Edit

_N_SAME = 8
_N_WORD = 200
_N_WORD_KEPT = 100

_SAME = re.compile(rf"(\S)\1{{{_N_SAME},}}")
# Latin letters, digits and signs: in these a word of 200 is no word. Chinese or Thai needs no blanks, so it is left.
_LATIN = "!-~\xa1-\u024f"
_ENDLESS = re.compile(f"(?<![{_LATIN}])[{_LATIN}]{{{_N_WORD + 1},}}")
_BLANKS = re.compile(r"[ \t\n]{2,}|\t")


def squeezed_runs(text: str) -> list[Edit]:
    """Cuts "!!!!!!!!!!!!" to eight signs."""
    return [(m.start() + _N_SAME, m.end(), "") for m in _SAME.finditer(text)]


def squeezed_words(text: str) -> list[Edit]:
    """Cuts a word of over 200 Latin letters to its first 100."""
    return [(m.start() + _N_WORD_KEPT, m.end(), "") for m in _ENDLESS.finditer(text)]


def squeezed_blanks(text: str) -> list[Edit]:
    """Leaves one space between words, at most one empty line between paragraphs, and no blank at either end."""
    edits: list[Edit] = []
    for m in _BLANKS.finditer(text):
        new = "" if m.start() == 0 or m.end() == len(text) else "\n" * min(m[0].count("\n"), 2) or " "
        edits.append((m.start(), m.end(), new))
    if text[:1].isspace() and not (edits and edits[0][0] == 0):
        edits.insert(0, (0, 1, ""))
    if text[-1:].isspace() and len(text) > 1 and not (edits and edits[-1][1] == len(text)):
        edits.append((len(text) - 1, len(text), ""))
    return edits


def on_one_line(text: str) -> list[Edit]:
    """Makes line breaks spaces, for a subject."""
    return [(k, k + 1, " ") for k, letter in enumerate(text) if letter == "\n"] if "\n" in text else []
