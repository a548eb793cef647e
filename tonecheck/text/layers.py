"""Remembers every change made to a text, so that any word can be traced back to where it was sent.

A stage of the cleaning never builds its own map. It lists its edits, `(start, end, new)`, sorted and apart from each
other, and a `Draft` applies them and keeps them as a `Layer`. The way back is the layers walked from last to first,
and nobody pays for it until it is asked for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

Edit = tuple[int, int, str]
"""Replace text[start:end] by a new string; an edit always replaces at least one character."""

Piece = tuple[str, int, int]
"""A stretch of text that is set aside: its kind, its start and its end."""


class Layer:
    """One step of the cleaning, kept so that it can be undone for any stretch of its output."""

    __slots__ = ("_edits", "_length", "_origins", "_starts")

    def __init__(self, length: int, edits: list[Edit]) -> None:
        self._length = length
        self._edits = edits
        self._starts: list[int] = []
        self._origins: list[tuple[int, int, bool]] = []

    def back(self, start: int, end: int) -> list[tuple[int, int]]:
        """Gives the stretches of this step's input that stand behind output[start:end], in order."""
        if not self._starts:
            self._unroll()
        behind: list[tuple[int, int]] = []
        k = max(bisect_right(self._starts, start) - 1, 0)
        while k < len(self._origins) and self._starts[k] < end:
            first, last, kept = self._origins[k]
            if kept:
                shift = first - self._starts[k]
                first, last = max(first, start + shift), min(last, end + shift)
            if first < last:
                behind.append((first, last))
            k += 1
        return behind

    def _unroll(self) -> None:
        """Lists the runs of the output: a kept run maps letter by letter, a replaced run as a whole."""
        out = at = 0
        for start, end, new in [*self._edits, (self._length, self._length, "")]:
            if start > at:
                self._starts.append(out)
                self._origins.append((at, start, True))
                out += start - at
            if new:
                self._starts.append(out)
                self._origins.append((start, end, False))
                out += len(new)
            at = end


class Draft:
    """A text on its way through the stages, with all that was changed and all that was set aside."""

    __slots__ = ("aside", "layers", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.layers: list[Layer] = []
        self.aside: list[Piece] = []

    def edit(self, edits: list[Edit]) -> None:
        """Changes the text and remembers how."""
        if not edits:
            return
        parts: list[str] = []
        at = 0
        for start, end, new in edits:
            parts.append(self.text[at:start])
            parts.append(new)
            at = end
        parts.append(self.text[at:])
        self.layers.append(Layer(len(self.text), edits))
        self.text = "".join(parts)

    def set_aside(self, pieces: Iterable[Piece]) -> None:
        """Notes pieces of the present text as not read, in the coordinates of the text as it was sent."""
        for kind, start, end in pieces:
            words = self.text[start:end].strip("\n")  # the break around a piece may stand for its neighbours
            start = self.text.find(words, start)
            behind = origin(self.layers, start, start + len(words))
            if behind:
                self.aside.append((kind, behind[0][0], behind[-1][1]))


def origin(layers: Iterable[Layer], start: int, end: int) -> list[tuple[int, int]]:
    """Walks a stretch of the final text back through all layers to the text as it was sent."""
    stretches = [(start, end)] if start < end else []
    for layer in reversed(list(layers)):
        stretches = merged(piece for first, last in stretches for piece in layer.back(first, last))
    return stretches


def merged(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Joins stretches that touch or overlap; they come sorted."""
    joined: list[tuple[int, int]] = []
    for start, end in stretches:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
