"""The figures by which a model is judged, each in one place."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from training import require

require("train", "sklearn")

from sklearn.metrics import average_precision_score, cohen_kappa_score, precision_recall_curve, roc_auc_score

Truth = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.floating]


def roc_auc(truth: Truth, scores: Scores) -> float:
    """Chance that a positive scores above a negative, ties counting half; NaN when a class is missing."""
    return float(roc_auc_score(truth, scores)) if 0 < truth.sum() < len(truth) else float("nan")


def average_precision(truth: Truth, scores: Scores) -> float:
    """Precision averaged over the recall steps; NaN without positives. See scikit-learn's average_precision_score."""
    return float(average_precision_score(truth, scores)) if truth.any() else float("nan")


def best_f1(truth: Truth, scores: Scores) -> float:
    """The highest F1 that any threshold reaches; a bound on what a chosen threshold gives."""
    precision, recall, _ = precision_recall_curve(truth, scores)
    return float(np.max(2 * precision * recall / np.maximum(precision + recall, 1e-12)))


def recall_at_precision(truth: Truth, scores: Scores, wanted: float = 0.9) -> float:
    """The highest recall at which precision is at least `wanted`; 0 where it never is."""
    precision, recall, _ = precision_recall_curve(truth, scores)
    return float(recall[precision >= wanted].max(initial=0.0))


def brier(truth: Truth, probabilities: Scores) -> float:
    """Mean squared distance of probability and outcome, 0 to 1. Brier (1950)."""
    return float(np.mean((probabilities - truth) ** 2))


def subgroup_aucs(truth: Truth, scores: Scores, inside: Truth) -> dict[str, float]:
    """AUROC inside a group; of its negatives among the others' positives (BPSN); and the reverse (BNSP).

    Borkan et al., "Nuanced Metrics for Measuring Unintended Bias with Real Data for Text Classification" (2019), section 3.1. A
    low BPSN means that the group's harmless messages score too high. NaN where a class is missing.
    """
    parts = {
        "subgroup": inside,
        "BPSN": (inside & ~truth) | (~inside & truth),
        "BNSP": (inside & truth) | (~inside & ~truth),
    }
    return {name: round(roc_auc(truth[rows], scores[rows]), 4) for name, rows in parts.items()}


def calibration_error(truth: Truth, probabilities: Scores, n_bins: int = 15) -> float:
    """Expected calibration error over bins of equal mass: mean distance between stated and seen rate.

    Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning" (2015), section 2, with
    bins of equal mass. 0 is perfect; small samples never reach it.
    """
    order = np.argsort(probabilities, kind="stable")
    bins = [part for part in np.array_split(order, n_bins) if len(part)]
    gaps = [abs(probabilities[part].mean() - truth[part].mean()) * len(part) for part in bins]
    return float(sum(gaps) / len(truth))


def weighted_kappa(truth: npt.NDArray[np.int64], levels: npt.NDArray[np.int64]) -> float:
    """Agreement of two readings of ordinal levels, quadratically weighted: 1 full, 0 as by chance."""
    return float(cohen_kappa_score(truth, levels, weights="quadratic"))


def bootstrap_interval(
    figure: Callable[[npt.NDArray[np.int64]], float], n_rows: int, *, n_draws: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """95% interval of a figure by drawing rows with replacement; `figure` takes the rows drawn."""
    rng = np.random.default_rng(seed)
    draws = [figure(rng.integers(0, n_rows, n_rows)) for _ in range(n_draws)]
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return float(low), float(high)
