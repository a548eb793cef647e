"""The figures by which a model is judged, checked by hand on examples small enough to work out on paper."""

from __future__ import annotations

import math

import numpy as np
import pytest

pytest.importorskip("sklearn")

from training.metrics import average_precision, best_f1, bootstrap_interval, calibration_error, roc_auc, weighted_kappa

TRUTH = np.array([False, True, False, True])
SCORES = np.array([0.1, 0.4, 0.6, 0.9])


def test_roc_auc_counts_pairs() -> None:
    # pairs (positive, negative): .4>.1 yes, .4>.6 no, .9>.1 yes, .9>.6 yes
    assert roc_auc(TRUTH, SCORES) == pytest.approx(3 / 4)


def test_roc_auc_counts_a_tie_half() -> None:
    assert roc_auc(np.array([False, True]), np.array([0.5, 0.5])) == pytest.approx(0.5)


def test_a_missing_class_is_nan_and_never_a_half() -> None:
    assert math.isnan(roc_auc(np.array([True, True]), np.array([0.1, 0.2])))
    assert math.isnan(average_precision(np.array([False, False]), np.array([0.1, 0.2])))


def test_average_precision_sums_precision_over_recall_steps() -> None:
    # ranks: .9 hit (1/1), .6 miss, .4 hit (2/3): each hit is half of the recall
    assert average_precision(TRUTH, SCORES) == pytest.approx((1 + 2 / 3) / 2)


def test_best_f1_is_that_of_the_best_threshold() -> None:
    # from .4: precision 2/3, recall 1
    assert best_f1(TRUTH, SCORES) == pytest.approx(0.8)


def test_calibration_error_is_nought_where_rates_are_as_stated() -> None:
    truth = np.array([True, False, False, False] * 15)
    assert calibration_error(truth, np.full(60, 0.25)) == pytest.approx(0.0, abs=1e-12)


def test_calibration_error_is_the_distance_where_they_are_not() -> None:
    assert calibration_error(np.zeros(60, dtype=bool), np.full(60, 0.3)) == pytest.approx(0.3)


def test_weighted_kappa_is_one_for_the_same_reading() -> None:
    assert weighted_kappa(np.array([0, 1, 2, 3]), np.array([0, 1, 2, 3])) == pytest.approx(1.0)


def test_a_far_miss_costs_more_kappa_than_a_near_one() -> None:
    real = np.array([0, 0, 1, 1, 2, 2, 3, 3])
    near, far = real.copy(), real.copy()
    near[0], far[0] = 1, 3
    assert weighted_kappa(real, far) < weighted_kappa(real, near) < 1.0


def test_the_interval_holds_the_figure_and_narrows_with_rows() -> None:
    rng = np.random.default_rng(1)
    wide, narrow = rng.random(20), rng.random(2000)
    low, high = bootstrap_interval(lambda rows: float(wide[rows].mean()), 20)
    assert low < wide.mean() < high
    low2, high2 = bootstrap_interval(lambda rows: float(narrow[rows].mean()), 2000)
    assert high2 - low2 < high - low
