"""Agreement of two readers, and that the readings it is taken from are whole."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("sklearn")

from training.agreement import agreement, own_twice_read, twice_read


def reading(level: int, *signals: str) -> dict[str, Any]:
    return {"hostility": level, "user_error": level, "urgency": level, "signals": list(signals)}


def test_the_same_reading_agrees_fully() -> None:
    figures = agreement([(reading(k, "insult"), reading(k, "insult")) for k in range(4)])
    assert figures["weighted kappa"] == {"hostility": 1.0, "user_error": 1.0, "urgency": 1.0}
    assert figures["signals"]["insult"] == {"F1": 1.0, "marked by either": 4}
    assert figures["signals"]["threat"] == {"F1": None, "marked by either": 0}


def test_f1_counts_marks_that_both_gave() -> None:
    pairs = [(reading(0, "loss"), reading(0, "loss")), (reading(1, "loss"), reading(1)), (reading(2), reading(2, "loss"))]
    assert agreement(pairs)["signals"]["loss"] == {"F1": 0.5, "marked by either": 3}


def test_readers_agree_as_well_as_the_data_card_needs() -> None:
    for pairs in (twice_read(), own_twice_read()):
        assert len(pairs) >= 600
        assert min(agreement(pairs)["weighted kappa"].values()) > 0.8
