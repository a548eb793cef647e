"""Thresholds and levels from held-out logits."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from training.calibrate import level_cuts, operating_points, platt_scaling, soft_platt, thresholds_for


def separable(n: int = 4000, rate: float = 0.1, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of which positives have the higher ones, with some overlap."""
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < rate
    return 1 / (1 + np.exp(-(rng.normal(size=n) + 4 * truth - 3))), truth


def test_the_careful_threshold_is_never_under_the_eager_one() -> None:
    for seed in range(4):
        at, _ = thresholds_for(*separable(seed=seed), 0.02)
        assert at["high_precision"] >= at["balanced"] >= at["high_recall"]


def test_high_recall_finds_nine_of_ten() -> None:
    probabilities, truth = separable()
    assert (probabilities[truth] >= thresholds_for(probabilities, truth, 0.1)[0]["high_recall"]).mean() >= 0.9


def test_high_precision_holds_its_precision_on_new_rows_at_its_base_rate() -> None:
    at = thresholds_for(*separable(n=20000, seed=1), 0.02)[0]["high_precision"]
    probabilities, truth = separable(n=200000, seed=2)
    recall, alarms = (probabilities[truth] >= at).mean(), (probabilities[~truth] >= at).mean()
    assert recall * 0.02 / (recall * 0.02 + alarms * 0.98) > 0.8


def test_too_few_positives_are_refused() -> None:
    truth = np.zeros(500, dtype=bool)
    truth[:9] = True
    with pytest.raises(SystemExit, match="threat: 9 labelled"):
        operating_points({"threat": (np.linspace(1, 0, 500), truth)})


def test_platt_scaling_finds_the_curve_that_made_the_labels() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=20000) * 2
    truth = rng.random(20000) < 1 / (1 + np.exp(-(0.7 * logits - 1.2)))
    slope, intercept = platt_scaling(logits, truth)
    assert (slope, intercept) == (pytest.approx(0.7, abs=0.05), pytest.approx(-1.2, abs=0.08))


def test_level_cuts_find_the_levels_again() -> None:
    rng = np.random.default_rng(0)
    levels = rng.integers(0, 4, 300)
    ranks = np.stack([np.where(levels >= k, 0.7, 0.2) for k in (1, 2, 3)], axis=1)
    cuts = np.array(level_cuts(ranks, levels))
    assert ((ranks >= cuts).sum(axis=1) == levels).all()


def test_platt_towards_probabilities_finds_the_scale_they_came_from() -> None:
    logits = np.random.default_rng(0).normal(size=3000) * 3
    slope, intercept = soft_platt(logits, 1 / (1 + np.exp(-(0.7 * logits - 1.2))))
    assert slope == pytest.approx(0.7, abs=0.02)
    assert intercept == pytest.approx(-1.2, abs=0.03)
