"""Step 4: from the held-out logits of the cross-validation to calibrated probabilities, levels and operating points.

    python -m training.calibrate --runs runs/fold0 runs/fold1 runs/fold2 --student runs/student --out runs/config.json

Each network is exported to int8 first (`training.export --run runs/fold0`), and read just as the library reads: in windows, one
at a time. Everything is fitted on logits of examples that the network had not learned from, and on public messages alone:
our own tickets were written to hold many rare cases, so their rates are nobody's.

A student has learned from every label, so no labelled message can calibrate it. The folds can: on unlabelled messages that no
network has seen, their mean calibrated probability is what the student's is fitted to. Cuts and thresholds are on the scale
of probabilities and stay as the cross-validation chose them.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from training import require

require("train", "sklearn")

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from tonecheck.calibration import Config, combine_windows
from tonecheck.labels import AXES, OUTPUTS, SCORE_LEVEL, SIGNALS, SIGNALS_BY_AXIS
from tonecheck.network import Network
from tonecheck.ordered import ordered_map
from tonecheck.tokens import Tokenizer
from training.data import Example, sample_unlabelled, targets, training_examples
from training.metrics import weighted_kappa

WINDOW, OVERLAP = 256, 64
BASE_RATES = {"hostility": 0.02, "user_error": 0.10, "urgency": 0.05}
"""Share of level 2 or 3 at an ordinary desk, for which `high_precision` is chosen; our assumption, told beside it."""

COMBINE = {"hostility": "max", "user_error": "mean", "urgency": "max"}
"""How windows of a long ticket combine; chosen by `training.windows`, figures in benchmarks/RESULTS.md."""

MIN_POSITIVES = 15
Array = npt.NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, nargs="+", required=True, help="one folder for each fold, in order")
    parser.add_argument("--student", type=Path, help="folder of the network that ships, when it learned from the folds")
    parser.add_argument("--texts", type=int, default=4000, help="unlabelled messages on which a student is fitted to the folds")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    by_id = {example.id: example for example in training_examples()}
    examples: list[Example] = []
    parts: list[Array] = []
    for run in options.runs:
        held_out = [by_id[name] for name in np.load(run / "held_out.npz")["ids"].tolist() if name in by_id]
        public = [example for example in held_out if example.source != "own"]
        if not public:
            print("no public messages here: calibrated on our own tickets, whose rates are higher than a desk's")
        examples += public or held_out
        parts.append(as_shipped(run, [example.text for example in public or held_out]))
    config = fit(examples, np.concatenate(parts))
    if options.student:
        _, texts = sample_unlabelled(options.texts, seed=1, taken=set(by_id) | answered(options.student))
        config["calibration"] = like_the_folds(config["calibration"], options.runs, options.student, texts)
    options.out.write_text(json.dumps(config, indent=1) + "\n")


def answered(run: Path) -> set[str]:
    """Names of the unlabelled messages that a run has learned a teacher's answers on."""
    config = json.loads((run / "config.json").read_text(encoding="utf-8"))
    return set(np.load(config["soft"])["ids"].tolist()) if config["soft"] else set()


def like_the_folds(platt: dict[str, list[float]], runs: list[Path], student: Path, texts: list[str]) -> dict[str, list[float]]:
    """Slope and intercept of each output of a student, fitted to the folds' mean probability on the same texts."""
    slopes, intercepts = np.array(list(platt.values())).T
    wanted = np.mean([probability(as_shipped(run, texts), slopes, intercepts) for run in runs], axis=0)
    logits = as_shipped(student, texts)
    fitted = {name: soft_platt(logits[:, k], wanted[:, k]) for k, name in enumerate(platt)}
    return {name: [round(slope, 6), round(intercept, 6)] for name, (slope, intercept) in fitted.items()}


def soft_platt(logits: Array, wanted: Array) -> tuple[float, float]:
    """Platt scaling towards probabilities in place of labels: each text counts once as yes and once as no, by its probability."""
    both_ways, truth = np.concatenate([logits, logits])[:, None], np.repeat([True, False], len(logits))
    model = LogisticRegression(C=100.0).fit(both_ways, truth, sample_weight=np.concatenate([wanted, 1.0 - wanted]))
    return _rising(float(model.coef_[0, 0]), float(model.intercept_[0]), logits, float(wanted.mean()))


def as_shipped(
    run: Path, texts: list[str], outputs: Sequence[str] = OUTPUTS, *, file: str = "int8.onnx", config: Config | None = None
) -> Array:
    """Logits of an exported run, read as the library reads: int8, in windows, combined. Shape (texts, outputs).

    Args:
        run: Holds what `training.export` wrote.
        texts: Cleaned.
        outputs: What the network's outputs stand for.
        file: The network, int8.onnx or float32.onnx.
        config: Windows of a bundle, where they are not those that are calibrated here.
    """
    window, overlap = (config.window, config.overlap) if config else (WINDOW, OVERLAP)
    tokenizer = Tokenizer((run / "tokenizer.json").read_bytes(), window=window, overlap=overlap)
    network = Network((run / file).read_bytes(), n_outputs=len(outputs))
    how = config.combine if config else tuple(combine_of(name) for name in outputs)

    def one(text: str) -> Array:
        windows = tokenizer.windows(text or ".")
        return combine_windows(np.stack([network.logits(window.input_ids) for window in windows]), how)

    return np.stack(list(tqdm(ordered_map(one, texts, threads=2), total=len(texts), desc=str(run), disable=None)))


def fit(examples: list[Example], logits: Array) -> dict[str, Any]:
    """The config.json of a bundle."""
    truth = targets(examples) > 0.5
    platt = {name: platt_scaling(logits[:, k], truth[:, k]) for k, name in enumerate(OUTPUTS)}
    slopes, intercepts = np.array(list(platt.values())).T
    probabilities = probability(logits, slopes, intercepts)
    column = {name: probabilities[:, k] for k, name in enumerate(OUTPUTS)}
    rank = {}
    for axis in AXES:  # as the library clamps them: level 1 at least as likely as the score, level 3 at most
        score = column[f"{axis}>={SCORE_LEVEL}"]
        rank[axis] = np.stack([np.maximum(column[f"{axis}>=1"], score), score, np.minimum(column[f"{axis}>=3"], score)], axis=1)
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
    """How an output's windows combine: as its axis does; the highest for an axis of a user's own."""
    return next((COMBINE[axis] for axis in AXES if name.startswith(f"{axis}>=") or name in SIGNALS_BY_AXIS[axis]), "max")


def platt_scaling(logits: Array, truth: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and intercept of a logistic regression on one logit."""
    model = LogisticRegression(C=10.0).fit(logits[:, None], truth)
    return _rising(float(model.coef_[0, 0]), float(model.intercept_[0]), logits, float(truth.mean()))


def probability(logits: Array, slope: float | Array, intercept: float | Array) -> Array:
    """Platt's formula."""
    return 1.0 / (1.0 + np.exp(-(slope * logits + intercept)))


def _rising(slope: float, intercept: float, logits: Array, rate: float) -> tuple[float, float]:
    """A slope at or under 0 would turn the ranking round: a flat one in its place, about the rate that was seen."""
    if slope >= 0.05:
        return slope, intercept
    rate = min(max(rate, 1e-4), 1.0 - 1e-4)
    return 0.05, float(np.log(rate / (1.0 - rate)) - 0.05 * logits.mean())


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


def operating_points(
    named: dict[str, tuple[Array, npt.NDArray[np.bool_]]], fewest: int = MIN_POSITIVES
) -> dict[str, dict[str, Any]]:
    """Three thresholds for each axis and signal.

    The precision and recall beside each are cross-fitted: the rule is applied to four fifths of the messages, its threshold
    measured on the last fifth, five times. The threshold that ships is the rule's on all of them.
    """
    points: dict[str, dict[str, Any]] = {"high_precision": {}, "balanced": {}, "high_recall": {}}
    for name, (probabilities, truth) in named.items():
        if truth.sum() < fewest:
            raise SystemExit(f"{name}: {int(truth.sum())} labelled messages have it; {fewest} are needed for a threshold")
        seen_rate = float(truth.mean())
        desk_rate = BASE_RATES.get(name, seen_rate)
        part = np.random.default_rng(0).permutation(len(truth)) % 5
        chosen, reached = thresholds_for(probabilities, truth, desk_rate)
        tried = [thresholds_for(probabilities[part != k], truth[part != k], desk_rate)[0] for k in range(5)]
        careful = "precision 0.90" if reached else "the highest precision, since 0.90 was not reached,"
        rules = {
            "high_precision": f"{careful} at a base rate of {desk_rate:.3f}",
            "balanced": "the highest F1 on the labelled mix",
            "high_recall": "recall 0.90",
        }
        for point, rule in rules.items():
            raised = np.zeros(len(truth), dtype=bool)
            for k in range(5):
                raised[part == k] = probabilities[part == k] >= tried[k][point]
            recall, false_alarms = float(raised[truth].mean()), float(raised[~truth].mean())
            rate = desk_rate if point == "high_precision" else seen_rate
            flagged = recall * rate + false_alarms * (1.0 - rate)
            points[point][name] = {
                "threshold": round(float(chosen[point]) - 5e-7, 6),
                "chosen_for": rule,
                "precision": round(recall * rate / flagged, 4) if flagged else 0.0,
                "recall": round(recall, 4),
                "base_rate": round(rate, 4),
            }
    return points


def thresholds_for(probabilities: Array, truth: npt.NDArray[np.bool_], base_rate: float) -> tuple[dict[str, float], bool]:
    """The thresholds of the three rules, the more careful never under the more eager; and whether precision 0.90 was reached.

    For `high_precision` the false alarms are taken one higher than seen, since a rate of nought in a sample is none at a desk;
    where no threshold with ten hits (half the positives, if they are fewer than twenty) reaches 0.90, it is the most precise.
    """
    candidates = np.unique(probabilities[truth])
    hits = np.array([(probabilities[truth] >= t).sum() for t in candidates])
    alarms = np.array([(probabilities[~truth] >= t).sum() for t in candidates])
    recall = hits / truth.sum()
    rate = (alarms + 1) / (~truth).sum()
    careful = np.where(
        hits >= min(10, truth.sum() // 2), recall * base_rate / (recall * base_rate + rate * (1.0 - base_rate)), -1.0
    )
    reached = np.flatnonzero(careful >= 0.9)
    balanced = candidates[int(np.argmax(2 * hits / (hits + alarms + truth.sum())))]
    thresholds = {
        "high_precision": max(float(candidates[reached[0] if len(reached) else int(np.argmax(careful))]), float(balanced)),
        "balanced": float(balanced),
        "high_recall": min(float(candidates[np.flatnonzero(recall >= 0.9)[-1]]), float(balanced)),
    }
    return thresholds, bool(len(reached))


if __name__ == "__main__":
    main()
