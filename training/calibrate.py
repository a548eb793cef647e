"""Step 2: from the held-out logits of the cross-validation to calibrated probabilities, levels and operating points.

    python -m training.calibrate --runs runs/fold0 runs/fold1 runs/fold2 --out runs/config.json

Everything is fitted on logits of examples that the network had not learned from, and on public messages alone: our own
tickets were written to hold many rare cases, so their rates are nobody's.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from tonecheck.labels import AXES, OUTPUTS, SCORE_LEVEL, SIGNALS
from training.data import Example, targets, training_examples
from training.metrics import weighted_kappa

WINDOW, OVERLAP = 256, 64
BASE_RATES = {"hostility": 0.02, "user_error": 0.10, "urgency": 0.05}
"""Share of level 2 or 3 at an ordinary desk, for which `high_precision` is chosen; our assumption, told beside it."""

COMBINE = {"hostility": "max", "user_error": "mean", "urgency": "max"}
"""How windows of a long ticket combine; see the windows experiment in training/LOG.md."""

Array = npt.NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, nargs="+", required=True, help="one folder for each fold")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    examples, logits = held_out(options.runs)
    public = np.array([example.source != "own" for example in examples])
    if not public.any():
        print("no public messages here: calibrated on our own tickets, whose rates are higher than a desk's")
        public[:] = True
    config = fit([e for e, keep in zip(examples, public, strict=True) if keep], logits[public])
    options.out.write_text(json.dumps(config, indent=1) + "\n")


def held_out(runs: list[Path]) -> tuple[list[Example], Array]:
    """Every example of the folds beside the logits of the network that had not seen it."""
    by_id: dict[str, Array] = {}
    for run in runs:
        saved = np.load(run / "held_out.npz")
        by_id.update(zip(saved["ids"].tolist(), saved["logits"].astype(np.float64), strict=True))
    examples = [example for example in training_examples() if example.id in by_id]
    return examples, np.stack([by_id[example.id] for example in examples])


def fit(examples: list[Example], logits: Array) -> dict[str, Any]:
    """The config.json of a bundle."""
    truth = targets(examples) > 0.5
    platt = {name: platt_scaling(logits[:, k], truth[:, k]) for k, name in enumerate(OUTPUTS)}
    slopes, intercepts = np.array(list(platt.values())).T
    probabilities = 1.0 / (1.0 + np.exp(-(slopes * logits + intercepts)))
    column = {name: probabilities[:, k] for k, name in enumerate(OUTPUTS)}
    rank = {axis: np.stack([column[f"{axis}>={level}"] for level in (1, 2, 3)], axis=1) for axis in AXES}
    named = {axis: (column[f"{axis}>={SCORE_LEVEL}"], truth[:, OUTPUTS.index(f"{axis}>={SCORE_LEVEL}")]) for axis in AXES}
    named.update({name: (column[name], truth[:, OUTPUTS.index(name)]) for name in SIGNALS})
    return {
        "outputs": list(OUTPUTS),
        "languages": ["en"],
        "window": {"tokens": WINDOW, "overlap": OVERLAP},
        "combine": {name: combine_of(name) for name in OUTPUTS},
        "calibration": {name: [round(a, 6), round(b, 6)] for name, (a, b) in platt.items()},
        "level_cuts": {axis: level_cuts(rank[axis], np.array([e.levels[axis] for e in examples])) for axis in AXES},
        "points": operating_points(named),
    }


def combine_of(name: str) -> str:
    from tonecheck.labels import SIGNALS_BY_AXIS

    axis = next(axis for axis in AXES if name.startswith(axis) or name in SIGNALS_BY_AXIS[axis])
    return COMBINE[axis]


def platt_scaling(logits: Array, truth: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and intercept of a logistic regression on one logit; weakly held near slope 1 where positives are few."""
    model = LogisticRegression(C=10.0).fit(logits[:, None], truth)
    return max(float(model.coef_[0, 0]), 0.05), float(model.intercept_[0])


def level_cuts(ranks: Array, levels: npt.NDArray[np.int64]) -> list[float]:
    """The three probabilities from which levels are named, for the highest weighted kappa; found one after another."""
    cuts = [0.5, 0.5, 0.5]
    grid = np.arange(0.15, 0.86, 0.025)
    for _ in range(3):
        for k in range(3):
            kappas = []
            for cut in grid:
                tried = np.array([*cuts[:k], cut, *cuts[k + 1 :]])
                kappas.append(weighted_kappa(levels, np.minimum.accumulate(ranks >= tried, axis=1).sum(axis=1)))
            cuts[k] = round(float(grid[int(np.argmax(kappas))]), 3)
    return cuts


def operating_points(named: dict[str, tuple[Array, npt.NDArray[np.bool_]]]) -> dict[str, dict[str, Any]]:
    """Three thresholds for each axis and signal, with the precision and recall that the cross-validation saw."""
    points: dict[str, dict[str, Any]] = {"high_precision": {}, "balanced": {}, "high_recall": {}}
    for name, (probabilities, truth) in named.items():
        base_rate = BASE_RATES.get(name, float(truth.mean()))
        thresholds = np.unique(probabilities[truth])
        recall = np.array([(probabilities[truth] >= t).mean() for t in thresholds])
        false_alarms = np.array([(probabilities[~truth] >= t).mean() for t in thresholds])
        seen = np.array([truth[probabilities >= t].mean() for t in thresholds])
        at_base = recall * base_rate / (recall * base_rate + false_alarms * (1.0 - base_rate))
        trusted = recall * truth.sum() >= 10  # fewer hits say little about precision
        reached = np.flatnonzero((at_base >= 0.9) & trusted)
        careful = int(reached[0]) if len(reached) else int(np.argmax(np.where(trusted, at_base, -1.0)))
        even = int(np.argmax(2 * seen * recall / (seen + recall)))
        eager = int(np.flatnonzero(recall >= 0.9)[-1])
        rules = {
            "high_precision": (careful, f"precision 0.90 at a base rate of {base_rate:.3f}", at_base, base_rate),
            "balanced": (even, "the highest F1 on the labelled mix", seen, float(truth.mean())),
            "high_recall": (eager, "recall 0.90", seen, float(truth.mean())),
        }
        for point, (k, rule, precision, rate) in rules.items():
            missed = " (not reached: the most precise threshold)" if point == "high_precision" and not len(reached) else ""
            points[point][name] = {
                "threshold": round(float(thresholds[k]) - 5e-7, 6),
                "chosen_for": rule + missed,
                "precision": round(float(precision[k]), 4),
                "recall": round(float(recall[k]), 4),
                "base_rate": round(rate, 4),
            }
    return points


if __name__ == "__main__":
    main()
