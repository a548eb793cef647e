"""A model may carry axes of its user's own: they are scored, flagged, saved and read back like the product's."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from tonecheck import AXES, ModelError
from tonecheck.bundle import find_bundle, read_bundle
from tonecheck.calibration import Config, own_name_is_free
from tonecheck.labels import OUTPUTS, POINTS
from tonecheck.result import TicketScore, abstained_score

PLAIN = json.loads(read_bundle(find_bundle(None)).files["config.json"])


def with_axes(*names: str) -> dict[str, Any]:
    plain = json.loads(json.dumps(PLAIN))
    plain["outputs"] += names
    for name in names:
        plain["combine"][name] = "max"
        plain["calibration"][name] = [2.0, 0.0]
        for point in POINTS:
            plain["points"][point][name] = {
                "threshold": 0.5,
                "chosen_for": "a test",
                "precision": 1,
                "recall": 1,
                "base_rate": 0.5,
            }
    return plain


def parsed(plain: dict[str, Any]) -> Config:
    return Config.parse(json.dumps(plain).encode())


def test_the_shipped_model_has_none() -> None:
    assert parsed(PLAIN).own == ()
    assert parsed(PLAIN).outputs == OUTPUTS


def test_an_own_axis_comes_after_the_products_outputs() -> None:
    config = parsed(with_axes("refund_risk", "vip"))
    assert config.outputs[len(OUTPUTS) :] == ("refund_risk", "vip")
    values = config.probabilities(np.array([0.0] * len(OUTPUTS) + [3.0, -3.0]))
    assert values["refund_risk"] == pytest.approx(1 / (1 + np.exp(-6.0)))
    assert "refund_risk" in config.flagged(values_of(config, values))["balanced"]
    assert "vip" not in config.flagged(values_of(config, values))["balanced"]


def values_of(config: Config, values: dict[str, float]) -> dict[str, float]:
    named = {axis: values[f"{axis}>=2"] for axis in AXES}
    return {**named, **{name: value for name, value in values.items() if ">=" not in name}}


@pytest.mark.parametrize("name", ["hostility", "insult", "Refund", "refund risk", "", "2fast", "ärger", "hostility>=2"])
def test_a_name_that_is_taken_or_no_name_is_refused(name: str) -> None:
    assert not own_name_is_free(name)
    with pytest.raises(ModelError, match="own axes"):
        parsed(with_axes(name))


def test_a_name_twice_is_refused() -> None:
    with pytest.raises(ModelError, match="own axes"):
        parsed(with_axes("vip", "vip"))


def test_an_abstained_ticket_has_the_axis_without_a_score() -> None:
    score = abstained_score("empty", "und", 1.0, "m-1+0", ("vip",))
    assert np.isnan(score.own["vip"])
    assert score.flags()["vip"] is False
    assert TicketScore.from_dict(json.loads(json.dumps(score.as_dict()))) == score
