"""Step 5: how good the bundle is on messages it has never seen, through the public API, beside simpler ways.

    python -m training.evaluate --model models/tonecheck-en

Reads dev (never used to train or to choose), scores it with `Scorer`, and writes benchmarks/results/quality.json: each
figure with a 95% bootstrap interval. The rivals learn from the very same examples, or are word lists that learn nothing.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable
from typing import Any

from training import require

require("baselines", "sklearn", "vaderSentiment", "profanity_check")

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_union

from tonecheck import AXES, LEVELS, SIGNALS, Scorer
from training.data import SHARED_LABELS, Example, hand_labels, training_examples
from training.metrics import average_precision, best_f1, bootstrap_interval, calibration_error, roc_auc, weighted_kappa
from training.record import write_result

Array = npt.NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=None, help="folder of a bundle (default: the shipped one)")
    parser.add_argument("--name", default="quality", help="name of the result file")
    parser.add_argument("--no-rivals", action="store_true")
    options = parser.parse_args()
    raw = [json.loads(line) for line in (SHARED_LABELS / "dev.jsonl").read_text(encoding="utf-8").strip().split("\n")]
    dev = hand_labels("dev")
    truth = {axis: np.array([example.levels[axis] >= 2 for example in dev]) for axis in AXES}

    scorer = Scorer(options.model)
    scores = list(scorer.score_many(row["text"] for row in raw))
    abstained = np.array([score.abstained is not None for score in scores])
    ours = {axis: np.array([_or_zero(getattr(score, axis)) for score in scores]) for axis in AXES}
    figures: dict[str, Any] = {
        "model_id": scorer.model_id,
        "rows": len(dev),
        "abstained": int(abstained.sum()),
        "abstained, though a ticket in English": int(sum(a and not e.not_ticket for a, e in zip(abstained, dev, strict=True))),
        "axes": {"tonecheck": {axis: axis_figures(truth[axis], ours[axis], probabilities=True) for axis in AXES}},
        "levels": {axis: level_figures(dev, scores, axis) for axis in AXES},
        "signals": signal_figures(dev, scores),
        "points": {
            point: {axis: point_figures(truth[axis], scores, axis, point) for axis in AXES} for point in scores[0].flagged
        },
        "corpora": {
            corpus: {axis: _corpus_figures(truth[axis], ours[axis], [e.source == corpus for e in dev]) for axis in AXES}
            for corpus in sorted({example.source for example in dev})
        },
    }
    if not options.no_rivals:
        for name, rival in RIVALS.items():
            figures["axes"][name] = {
                axis: axis_figures(truth[axis], values, probabilities=name.startswith("TF-IDF"))
                for axis, values in rival([example.text for example in dev]).items()
            }
    path = write_result(options.name, figures)
    for name, axes in figures["axes"].items():
        for axis, of in axes.items():
            print(
                f"{name:<32} {axis:<11}",
                "  ".join(f"{k} {v['value']:.3f} [{v['low']:.3f}, {v['high']:.3f}]" for k, v in of.items()),
            )
    print({axis: of["weighted kappa"]["value"] for axis, of in figures["levels"].items()})
    print(f"written to {path}")


def _or_zero(value: float) -> float:
    """A ticket that was abstained from is never flagged, so it ranks last."""
    return 0.0 if math.isnan(value) else value


def with_interval(figure: Callable[[npt.NDArray[np.int64]], float], n_rows: int) -> dict[str, float]:
    low, high = bootstrap_interval(figure, n_rows)
    return {"value": round(figure(np.arange(n_rows)), 4), "low": round(low, 4), "high": round(high, 4)}


def axis_figures(truth: npt.NDArray[np.bool_], values: Array, *, probabilities: bool) -> dict[str, dict[str, float]]:
    """AUROC, average precision and best F1, and for probabilities the calibration error in 15 bins of equal mass."""
    measures: dict[str, Callable[..., float]] = {"AUROC": roc_auc, "AP": average_precision, "best F1": best_f1}
    if probabilities:
        measures["ECE"] = calibration_error
    return {
        name: with_interval(lambda rows, measure=measure: measure(truth[rows], values[rows]), len(truth))
        for name, measure in measures.items()
    }


def level_figures(dev: list[Example], scores: list[Any], axis: str) -> dict[str, Any]:
    kept = [k for k, score in enumerate(scores) if score.abstained is None]
    named = np.array([LEVELS[axis].index(scores[k].levels[axis]) for k in kept])
    real = np.array([dev[k].levels[axis] for k in kept])
    confusion = [[int(((real == a) & (named == b)).sum()) for b in range(4)] for a in range(4)]
    return {
        "weighted kappa": with_interval(lambda rows: weighted_kappa(real[rows], named[rows]), len(kept)),
        "confusion (rows: labelled 0-3, columns: named 0-3)": confusion,
    }


def signal_figures(dev: list[Example], scores: list[Any]) -> dict[str, dict[str, float]]:
    figures = {}
    for name in SIGNALS:
        truth = np.array([name in example.signals for example in dev])
        values = np.array([_or_zero(score.signals[name]) for score in scores])
        figures[name] = {"positives": int(truth.sum()), "AP": round(average_precision(truth, values), 4),
                         "AUROC": round(roc_auc(truth, values), 4)}  # fmt: skip
    return figures


def point_figures(truth: npt.NDArray[np.bool_], scores: list[Any], axis: str, point: str) -> dict[str, float]:
    raised = np.array([score.flags(point)[axis] for score in scores])
    hits = int((raised & truth).sum())
    return {
        "precision": round(hits / max(int(raised.sum()), 1), 4),
        "recall": round(hits / max(int(truth.sum()), 1), 4),
        "false alarms": round(float(raised[~truth].mean()), 4),
    }


def _corpus_figures(truth: npt.NDArray[np.bool_], values: Array, inside: list[bool]) -> dict[str, float | int]:
    rows = np.array(inside)
    return {
        "rows": int(rows.sum()),
        "positives": int(truth[rows].sum()),
        "AP": round(average_precision(truth[rows], values[rows]), 4),
        "AUROC": round(roc_auc(truth[rows], values[rows]), 4),
    }


def tf_idf(texts: list[str]) -> dict[str, Array]:
    """Words and word pairs with letter groups, one logistic regression an axis, learned from all that our model learned from."""
    examples = training_examples()
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True)
    features = make_union(words, letters)
    learned = features.fit_transform([example.text for example in examples])
    asked = features.transform(texts)
    return {
        axis: LogisticRegression(C=3.0, max_iter=500)
        .fit(learned, [example.levels[axis] >= 2 for example in examples])
        .predict_proba(asked)[:, 1]
        for axis in AXES
    }


def vader(texts: list[str]) -> dict[str, Array]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyser = SentimentIntensityAnalyzer()
    negative = np.array([-analyser.polarity_scores(text)["compound"] for text in texts])
    return dict.fromkeys(AXES, negative)


def profanity(texts: list[str]) -> dict[str, Array]:
    from profanity_check import predict_prob

    return dict.fromkeys(AXES, np.asarray(predict_prob(texts)))


RIVALS: dict[str, Callable[[list[str]], dict[str, Array]]] = {
    "TF-IDF + logistic regression": tf_idf,
    "VADER": vader,
    "alt-profanity-check": profanity,
}

if __name__ == "__main__":
    main()
