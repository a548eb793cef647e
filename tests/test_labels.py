"""The code, its docstrings and the labelling guideline speak of the same levels and signals."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tonecheck import AXES, LEVELS, SIGNALS, TicketScore
from tonecheck.labels import OUTPUTS, SCORE_LEVEL, SIGNALS_BY_AXIS

GUIDELINES = (Path(__file__).resolve().parents[1] / "data" / "GUIDELINES.md").read_text("utf-8")


def section(axis: str) -> str:
    return re.search(rf"^## {axis}:.*?(?=^## )", GUIDELINES, re.M | re.S)[0]


@pytest.mark.parametrize("axis", AXES)
def test_levels_are_the_guidelines_levels(axis: str) -> None:
    rows = re.findall(r"^\| (\d) \| (\w+) \|", section(axis), re.M)
    assert rows == [(str(level), name) for level, name in enumerate(LEVELS[axis])]


@pytest.mark.parametrize("axis", AXES)
def test_signals_are_the_guidelines_signals_in_their_order(axis: str) -> None:
    listed = re.search(r"^Signals.*", section(axis), re.M | re.S)[0]
    assert tuple(re.findall(r"`(\w+)` \(", listed)) == SIGNALS_BY_AXIS[axis]


@pytest.mark.parametrize("axis", AXES)
def test_the_docstring_names_the_two_levels_that_a_score_counts(axis: str) -> None:
    line = re.search(rf"^ +{axis}: Probability .*\(levels ([\w, ]+)\)", TicketScore.__doc__, re.M)
    assert tuple(line[1].split(", ")) == LEVELS[axis][SCORE_LEVEL:]


def test_the_guideline_says_that_a_score_is_level_2_or_3() -> None:
    assert SCORE_LEVEL == 2
    assert re.search(r"probability that a\s+careful annotator would give level 2 or 3", GUIDELINES)
    assert "level 2 or 3" in TicketScore.__doc__


def test_the_network_has_nine_thresholds_and_nineteen_signals() -> None:
    assert OUTPUTS[:9] == tuple(f"{axis}>={level}" for axis in AXES for level in (1, 2, 3))
    assert OUTPUTS[9:] == SIGNALS
    assert len(SIGNALS) == len(set(SIGNALS)) == 19
    assert len(set(OUTPUTS)) == 28
