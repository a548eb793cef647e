"""Logits become probabilities, levels and flags as config.json says; a config that cannot be used is refused."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonecheck import AXES, LEVELS, SIGNALS, ModelError
from tonecheck.bundle import find_bundle, read_bundle
from tonecheck.calibration import COMBINATIONS, Config
from tonecheck.labels import OUTPUTS
from tonecheck.result import POINTS

RAW = read_bundle(find_bundle(None)).files["config.json"]
CONFIG = Config.parse(RAW)

logit = st.floats(-50, 50, width=32)
rows = st.lists(st.lists(logit, min_size=28, max_size=28), min_size=1, max_size=4)


@given(rows)
def test_windows_are_combined_as_each_output_is_told(windows: list[list[float]]) -> None:
    logits = np.array(windows, dtype=np.float32)
    combined = CONFIG.combined(logits)
    assert combined.shape == (28,)
    for k, how in enumerate(CONFIG.combine):
        column = logits[:, k]
        wanted = {"max": column.max(), "mean": column.astype(np.float64).mean(), "first": column[0]}[how]
        assert combined[k] == pytest.approx(wanted, rel=1e-5, abs=1e-4)
        if how != "mean":
            assert combined[k] == wanted


@given(st.lists(logit, min_size=28, max_size=28))
def test_one_window_is_taken_as_it_is(row: list[float]) -> None:
    assert CONFIG.combined(np.array([row], dtype=np.float32)).tolist() == row


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=28, max_size=28))
def test_every_probability_is_a_probability_and_levels_never_cross(row: list[float]) -> None:
    with np.errstate(over="ignore"):
        values = CONFIG.probabilities(np.array(row))
    assert list(values) == list(OUTPUTS)
    assert all(0 < value <= 1 for value in values.values())
    for axis in AXES:
        assert values[f"{axis}>=1"] >= values[f"{axis}>=2"] >= values[f"{axis}>=3"]


@given(st.lists(st.floats(-20, 20), min_size=28, max_size=28))
def test_a_probability_is_platts_formula(row: list[float]) -> None:
    values = CONFIG.probabilities(np.array(row))
    plain = json.loads(RAW)["calibration"]
    for name, one in zip(OUTPUTS, row, strict=True):
        if name[-1] in "13" and name[-3:-1] == ">=":
            continue  # held at or beyond the score's
        slope, intercept = plain[name]
        margin = min(60.0, max(-60.0, slope * one + intercept))
        assert values[name] == pytest.approx(1 / (1 + math.exp(-margin)), rel=1e-9)


@given(st.lists(st.floats(-10, 10), min_size=28, max_size=28), st.integers(0, 27), st.floats(0, 10))
def test_a_higher_logit_never_lowers_its_probability(row: list[float], k: int, more: float) -> None:
    raised = [*row]
    raised[k] += more
    name = OUTPUTS[k]
    assert CONFIG.probabilities(np.array(raised))[name] >= CONFIG.probabilities(np.array(row))[name]


@given(st.dictionaries(st.sampled_from(OUTPUTS[:9]), st.floats(0, 1), min_size=9))
def test_a_level_is_named_just_when_its_cut_and_all_below_are_reached(values: dict[str, float]) -> None:
    for axis in AXES:
        reached = [values[f"{axis}>={level}"] >= cut for level, cut in zip((1, 2, 3), CONFIG.cuts[axis], strict=True)]
        n = reached.index(False) if False in reached else 3
        assert CONFIG.level(axis, values) == LEVELS[axis][n]


@given(st.lists(st.floats(0, 1), min_size=22, max_size=22))
def test_flags_are_what_is_at_or_over_a_threshold(values: list[float]) -> None:
    named = dict(zip((*AXES, *SIGNALS), values, strict=True))
    flagged = CONFIG.flagged(named)
    assert list(flagged) == list(POINTS)
    for point, over in flagged.items():
        assert over == tuple(name for name in named if named[name] >= CONFIG.points[point][name].threshold)


def test_exactly_the_threshold_raises_the_flag() -> None:
    for point in POINTS:
        at = {name: CONFIG.points[point][name].threshold for name in (*AXES, *SIGNALS)}
        assert CONFIG.flagged(at)[point] == (*AXES, *SIGNALS)
        below = {name: math.nextafter(value, -1) for name, value in at.items()}
        assert CONFIG.flagged(below)[point] == ()


def test_the_shipped_points_are_ordered_from_careful_to_eager() -> None:
    for name in AXES:
        thresholds = [CONFIG.points[point][name].threshold for point in POINTS]
        assert thresholds == sorted(thresholds, reverse=True)
        assert all(CONFIG.points[point][name].chosen_for for point in POINTS)


def test_the_shipped_config_is_for_english_and_combines_in_known_ways() -> None:
    assert CONFIG.languages == ("en",)
    assert set(CONFIG.combine) <= set(COMBINATIONS)
    assert 0 <= CONFIG.overlap < CONFIG.window - 2


Change = Callable[[dict[str, Any]], Any]
BROKEN: dict[str, Change] = {
    **{f"no {key}": (lambda c, key=key: c.pop(key)) for key in json.loads(RAW) if key != "encoder"},
    "outputs in another order": lambda c: c["outputs"].reverse(),
    "one output less": lambda c: c["outputs"].pop(),
    "an unknown combination": lambda c: c["combine"].update(insult="median"),
    "combine is a list": lambda c: c.update(combine=["max"] * 28),
    "a slope of 0": lambda c: c["calibration"].update(insult=[0, 1]),
    "a negative slope": lambda c: c["calibration"].update(insult=[-1, 1]),
    "a slope of NaN": lambda c: c["calibration"].update(insult=[math.nan, 1]),
    "an endless slope": lambda c: c["calibration"].update(insult=[math.inf, 1]),
    "a slope of 400 digits": lambda c: c["calibration"].update(insult=[10**400, 1]),
    "three numbers": lambda c: c["calibration"].update(insult=[1, 2, 3]),
    "a slope in words": lambda c: c["calibration"].update(insult=["steep", 1]),
    "two cuts": lambda c: c["level_cuts"].update(urgency=[0.1, 0.2]),
    "a cut in words": lambda c: c["level_cuts"].update(urgency=[0.1, 0.2, "high"]),
    "a cut of NaN": lambda c: c["level_cuts"].update(urgency=[0.1, math.nan, 0.3]),
    "no such point": lambda c: c["points"].pop("balanced"),
    "a point lacks a signal": lambda c: c["points"]["balanced"].pop("insult"),
    "a threshold in words": lambda c: c["points"]["balanced"]["insult"].update(threshold="high"),
    "a threshold of null": lambda c: c["points"]["balanced"]["insult"].update(threshold=None),
    "a threshold of NaN": lambda c: c["points"]["balanced"]["insult"].update(threshold=math.nan),
    "languages is one string": lambda c: c.update(languages="en"),
    "languages are numbers": lambda c: c.update(languages=[1]),
    "an endless window": lambda c: c["window"].update(tokens=math.inf),
    "a window in words": lambda c: c["window"].update(tokens="many"),
    "a window of null": lambda c: c["window"].update(tokens=None),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_config_that_cannot_be_used_is_refused_by_name(name: str) -> None:
    plain = copy.deepcopy(json.loads(RAW))
    BROKEN[name](plain)
    with pytest.raises(ModelError, match=r"config\.json"):
        Config.parse(json.dumps(plain).encode())


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"null", b'"x"', b"{", b"\xff", b"[" * 100_000, b"1" * 5_000], ids=lambda raw: repr(raw[:9])
)
def test_a_config_that_is_no_config_is_refused_by_name(raw: bytes) -> None:
    with pytest.raises(ModelError, match=r"config\.json"):
        Config.parse(raw)
