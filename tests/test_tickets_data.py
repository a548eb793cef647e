"""The tickets we wrote: whole, labelled in the product's words, and none of them twice."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tonecheck import AXES, SIGNALS

FOLDER = Path(__file__).resolve().parent.parent / "data" / "tickets"


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for path in sorted(FOLDER.glob("*.jsonl")) for line in path.read_text("utf-8").split("\n") if line]


def test_there_are_enough(rows: list[dict[str, Any]]) -> None:
    assert len(rows) >= 3000


def test_each_row_has_the_same_fields_and_known_labels(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        assert list(row) == ["id", "scenario", "trade", "subject", "body", *AXES, "signals"], row["id"]
        assert all(row[axis] in (0, 1, 2, 3) for axis in AXES), row["id"]
        assert set(row["signals"]) <= set(SIGNALS), row["id"]
        assert len(row["signals"]) == len(set(row["signals"])), row["id"]
        assert row["body"].strip(), row["id"]


def test_ids_are_unique(rows: list[dict[str, Any]]) -> None:
    assert [name for name, n in Counter(row["id"] for row in rows).items() if n > 1] == []


def test_no_ticket_is_there_twice(rows: list[dict[str, Any]]) -> None:
    """Two tickets that share more than half of their five-word runs are one ticket."""
    owners: dict[tuple[str, ...], list[str]] = {}
    runs: dict[str, int] = {}
    for row in rows:
        words = re.findall(r"[a-z0-9']+", row["body"].lower())
        grams = {tuple(words[k : k + 5]) for k in range(max(1, len(words) - 4))} if len(words) >= 5 else {tuple(words)}
        runs[row["id"]] = len(grams)
        for gram in grams:
            owners.setdefault(gram, []).append(row["id"])
    shared: Counter[tuple[str, str]] = Counter()
    for ids in owners.values():
        if 1 < len(ids) <= 20:
            shared.update((a, b) for i, a in enumerate(ids) for b in ids[i + 1 :])
    doubles = [(a, b) for (a, b), n in shared.items() if n > min(runs[a], runs[b]) / 2]
    assert doubles == []


def test_every_axis_has_rows_at_every_level(rows: list[dict[str, Any]]) -> None:
    for axis in AXES:
        levels = Counter(row[axis] for row in rows)
        assert min(levels.values()) > 100, (axis, levels)


def test_every_signal_has_clear_positives(rows: list[dict[str, Any]]) -> None:
    counted = Counter(name for row in rows for name in row["signals"])
    assert {name: counted[name] for name in SIGNALS if counted[name] < 100} == {}
