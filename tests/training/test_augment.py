"""Pressure that is added changes the signal and nothing else."""

from __future__ import annotations

from collections import Counter

from training.augment import HARDSHIP, PRESSURE, SHOUTS, with_pressure
from training.data import Example

ROWS = [
    Example(
        f"r{k}", f"my parcel {k} is late", {"hostility": 0, "user_error": 1, "urgency": 1}, frozenset({"blocked"}), "own", f"g{k}"
    )
    for k in range(300)
]


def test_levels_group_and_text_stay() -> None:
    for copy in with_pressure(ROWS, 200, seed=0):
        original = ROWS[int(copy.group[1:])]
        assert copy.levels == original.levels
        assert copy.group == original.group
        assert original.text in copy.text
        assert copy.text != original.text
        assert copy.signals - original.signals in ({"pressure"}, {"personal_crisis"})


def test_every_kind_is_added_and_the_seed_repeats_it() -> None:
    copies = with_pressure(ROWS, 300, seed=0)
    assert min(Counter(next(iter(c.signals - {"blocked"})) for c in copies).values()) > 60
    assert [c.text for c in copies] == [c.text for c in with_pressure(ROWS, 300, seed=0)]
    for lines in (SHOUTS, PRESSURE, HARDSHIP):
        assert len(set(lines)) == len(lines) >= 20
