"""Old model against new, on held-out rows and on the behaviour checks, and a plain word where new is not better."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tonecheck import AXES, Scorer, TicketScore
from tonecheck.labels import SCORE_LEVEL, SIGNALS
from training import checks
from training.calibrate import Array, platt_scaling, probability
from training.labels_file import Labels
from training.metrics import average_precision, best_f1, bootstrap_interval, calibration_error, roc_auc

Rows = npt.NDArray[np.int64]
Truth = npt.NDArray[np.bool_]
CHANGE = "change of average precision, 95% interval"


def judged(labels: Labels, held_out: Rows, fewest: int) -> dict[str, tuple[Rows, Truth]]:
    """For each output with enough labels of both kinds among the held-out rows: which rows have it, and the labels."""
    enough = {}
    for k, name in enumerate(labels.outputs):
        column = labels.targets[held_out, k]
        rows = np.flatnonzero(~np.isnan(column))
        truth = column[rows] > 0.5
        if min(truth.sum(), (~truth).sum()) >= fewest:
            enough[name] = (rows, truth)
    return enough


def compare(labels: Labels, held_out: Rows, old: Scorer, logits: Array, texts: list[str], fewest: int) -> dict[str, Any]:
    """Prints and returns old against new on the held-out rows, for each axis and signal with enough labels."""
    answers = list(old.score_many(texts))
    enough = judged(labels, held_out, fewest)
    figures: dict[str, Any] = {}
    print(f"{'on ' + str(len(held_out)) + ' held-out rows':<28}{'AUROC':>16}{'average precision':>22}{'calibration error':>22}")
    for output, (rows, truth) in enough.items():
        name = output.removesuffix(f">={SCORE_LEVEL}")
        if ">=" in name:
            continue
        column = logits[rows, labels.outputs.index(output)]
        line: dict[str, Any] = {"rows": len(rows), "positives": int(truth.sum())}
        line["new"] = _figures(truth, column, cross_fitted(column, truth))
        if name in (*AXES, *SIGNALS, *old.config.own):
            past = np.array([ranked(answers[k], name) for k in rows])
            line["old"] = _figures(truth, past, past)
            low, high = bootstrap_interval(
                lambda r, t=truth, a=column, b=past: average_precision(t[r], a[r]) - average_precision(t[r], b[r]),
                len(rows),
                n_draws=500,
            )
            line[CHANGE] = [round(low, 4), round(high, 4)]
        figures[name] = line
        cells = [(f"{line['old'][k]:.3f} -> " if "old" in line else "") + f"{line['new'][k]:.3f}" for k in ("AUROC", "AP", "ECE")]
        print(f"{name:<28}{cells[0]:>16}{cells[1]:>22}{cells[2]:>22}")
    for name, line in figures.items():
        low, high = line.get(CHANGE, (1.0, 1.0))
        if low <= 0.0:
            sure = "WORSE" if high < 0.0 else "NOT BETTER for certain"
            print(
                f"WARNING: {name} is {sure}: average precision changes by {low:+.3f} to {high:+.3f} "
                f"(95% interval, {line['positives']} positives)."
            )
    labelled = [name for k, name in enumerate(labels.outputs) if not np.isnan(labels.targets[:, k]).all()]
    unjudged = [name for name in labelled if name not in enough]
    if unjudged:
        print(
            f"WARNING: not judged, fewer than {fewest} held-out rows of each kind: {', '.join(unjudged)}. "
            "Their calibration was not changed."
        )
    return figures


def cross_fitted(column: Array, truth: Truth) -> Array:
    """Probabilities of which each half was calibrated on the other."""
    found = np.zeros(len(column))
    for half in (0, 1):
        here = np.arange(len(column)) % 2 == half
        both = 0 < truth[~here].sum() < (~here).sum()
        found[here] = probability(column[here], *(platt_scaling(column[~here], truth[~here]) if both else (1.0, 0.0)))
    return found


def _figures(truth: Truth, ranking: Array, probabilities: Array) -> dict[str, float]:
    bins = max(2, min(15, len(truth) // 20))
    return {
        "AUROC": round(roc_auc(truth, ranking), 4),
        "AP": round(average_precision(truth, ranking), 4),
        "best F1": round(best_f1(truth, ranking), 4),
        "ECE": round(calibration_error(truth, probabilities, bins), 4),
    }


def ranked(score: TicketScore, name: str) -> float:
    """A score to rank by: a ticket that was abstained from is never flagged, so it ranks last."""
    return float(np.nan_to_num(checks.value_of(score, name)))


def drift(old: Scorer, new: Scorer) -> dict[str, Any]:
    """Shipped behaviour checks, old against new: what was not retrained should stay as it was."""
    cases = checks.load()
    if not cases:
        return {}
    before, after = (checks.summary(checks.run(cases, scorer)) for scorer in (old, new))
    print(f"\n{'behaviour checks':<58}{'old':>8}{'new':>8}")
    for need, rate in before["by need"].items():
        print(f"{str(need) + ' ' + checks.NEEDS[need]:<58}{rate['rate']:>8.1%}{after['by need'][need]['rate']:>8.1%}")
    print(f"{'all ' + str(before['cases']) + ' cases':<58}{before['all']['rate']:>8.1%}{after['all']['rate']:>8.1%}")
    if after["all"]["rate"] < before["all"]["rate"] - 0.02:
        print("WARNING: on the shipped checks the new model behaves worse: python -m training.checks --model ... shows where.")
    return {"old": before, "new": after}
