"""Step 6: how good the bundle is on messages it has never seen, through the public API, beside simpler ways.

    python -m training.evaluate --runs runs/fold0 runs/fold1 runs/fold2 --float32 runs/full

Reads dev (never used to train or to choose), scores it with `Scorer`, and writes benchmarks/results/quality.json (each figure
with a 95% bootstrap interval), plots in benchmarks/plots and benchmarks/quality.html with the plots inside. The rivals learn
from the very same examples, or are word lists that learn nothing. With `--runs`, groups that dev has too few of (identity
terms, dialects) are measured on the cross-validation, and the worst misreadings of our own tickets are listed.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training import require

require("baselines", "sklearn", "vaderSentiment", "profanity_check")

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_union

from tonecheck import AXES, LEVELS, SIGNALS, Scorer
from tonecheck.labels import SCORE_LEVEL
from training.calibrate import as_shipped, probability
from training.compare import ranked
from training.data import SHARED_LABELS, Example, hand_labels, training_examples
from training.metrics import (
    average_precision,
    best_f1,
    bootstrap_interval,
    brier,
    calibration_error,
    recall_at_precision,
    roc_auc,
    subgroup_aucs,
    weighted_kappa,
)
from training.plots import draw
from training.record import wilson, write_result

Array = npt.NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=None, help="folder of a bundle (default: the shipped one)")
    parser.add_argument("--name", default="quality", help="name of the result file")
    parser.add_argument("--no-rivals", action="store_true")
    parser.add_argument("--runs", type=Path, nargs="*", default=[], help="the folds' folders, calibrated by --model's config")
    parser.add_argument("--float32", type=Path, help="folder of the run that the bundle was made from, for int8 beside float32")
    options = parser.parse_args()
    raw = [json.loads(line) for line in (SHARED_LABELS / "dev.jsonl").read_text(encoding="utf-8").strip().split("\n")]
    dev = hand_labels("dev")
    truth = {axis: np.array([example.levels[axis] >= 2 for example in dev]) for axis in AXES}

    scorer = Scorer(options.model)
    scores = list(scorer.score_many(row["text"] for row in raw))
    abstained = np.array([score.abstained is not None for score in scores])
    ours = {axis: np.array([ranked(score, axis) for score in scores]) for axis in AXES}
    lengths = np.array([score.n_tokens for score in scores])
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
    figures["lengths"] = {
        name: {axis: _corpus_figures(truth[axis], ours[axis], inside.tolist()) for axis in AXES}
        for name, inside in {
            "up to 32 tokens": lengths <= 32,
            "33 to 128": (lengths > 32) & (lengths <= 128),
            "129 to 256": (lengths > 128) & (lengths <= 256),
            "over 256": lengths > 256,
        }.items()
    }
    if options.float32:
        figures["float32"] = float32_figures(options.float32, scorer, dev, truth)
    if options.runs:
        figures["groups"], figures["misread"] = cross_validated(options.runs, scorer)
    if not options.no_rivals:
        for name, rival in RIVALS.items():
            figures["axes"][name] = {
                axis: axis_figures(truth[axis], values, probabilities="regression" in name)
                for axis, values in rival([example.text for example in dev]).items()
            }
    if options.name == "quality":  # the plots are of the model that is published
        draw(truth, ours, figures)
    path = write_result(options.name, figures)
    for name, axes in figures["axes"].items():
        for axis, of in axes.items():
            print(
                f"{name:<32} {axis:<11}",
                "  ".join(f"{k} {v['value']:.3f} [{v['low']:.3f}, {v['high']:.3f}]" for k, v in of.items()),
            )
    print({axis: of["weighted kappa"]["value"] for axis, of in figures["levels"].items()})
    print(f"written to {path}")


def with_interval(figure: Callable[[npt.NDArray[np.int64]], float], n_rows: int) -> dict[str, float]:
    low, high = bootstrap_interval(figure, n_rows)
    return {"value": round(figure(np.arange(n_rows)), 4), "low": round(low, 4), "high": round(high, 4)}


def axis_figures(truth: npt.NDArray[np.bool_], values: Array, *, probabilities: bool) -> dict[str, dict[str, float]]:
    """AUROC, average precision and best F1, and for probabilities the calibration error in 15 bins of equal mass."""
    measures: dict[str, Callable[..., float]] = {"AUROC": roc_auc, "AP": average_precision, "best F1": best_f1}
    measures["recall at precision .90"] = recall_at_precision
    if probabilities:
        measures |= {"ECE": calibration_error, "Brier": brier}
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
        values = np.array([ranked(score, name) for score in scores])
        figures[name] = {"positives": int(truth.sum()), "AP": round(average_precision(truth, values), 4),
                         "AUROC": round(roc_auc(truth, values), 4)}  # fmt: skip
    return figures


def point_figures(truth: npt.NDArray[np.bool_], scores: list[Any], axis: str, point: str) -> dict[str, float]:
    raised = np.array([score.flags(point)[axis] for score in scores])
    hits = int((raised & truth).sum())
    return {
        "precision": round(hits / max(int(raised.sum()), 1), 4),
        "recall": round(hits / max(int(truth.sum()), 1), 4),
        "F1": round(2 * hits / max(int(raised.sum() + truth.sum()), 1), 4),
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


def float32_figures(run: Path, scorer: Scorer, dev: list[Example], truth: dict[str, npt.NDArray[np.bool_]]) -> dict[str, Any]:
    """The same network in float32 on the same windows: what int8 costs."""
    logits = {
        kind: as_shipped(run, [example.text for example in dev], file=f"{kind}.onnx", config=scorer.config)
        for kind in ("float32", "int8")
    }
    figures: dict[str, Any] = {"largest difference of a score": 0.0}
    for axis in AXES:
        k = scorer.config.outputs.index(f"{axis}>={SCORE_LEVEL}")
        figures[axis] = {
            kind: {
                "AUROC": round(roc_auc(truth[axis], values[:, k]), 4),
                "AP": round(average_precision(truth[axis], values[:, k]), 4),
            }
            for kind, values in logits.items()
        }
        slope, intercept = scorer.config.slopes[k], scorer.config.intercepts[k]
        a, b = (probability(values[:, k], slope, intercept) for values in logits.values())
        figures[axis]["mean difference of a score"] = round(float(np.abs(a - b).mean()), 4)
        figures["largest difference of a score"] = round(
            max(figures["largest difference of a score"], float(np.abs(a - b).max())), 4
        )
    return figures


GROUPS = {
    "women, men": r"\b(wom[ae]n|m[ae]n|female|male|lady|girl|wife|husband|mother|father)\b",
    "gay, lesbian, trans": r"\b(gay|lesbian|trans(gender)?|queer|bisexual)\b",
    "religion": r"\b(muslims?|jew(s|ish)?|christians?|hindus?|sikhs?|catholics?|hijab|mosque|church|synagogue)\b",
    "nationality, origin": r"\b(indian|chinese|nigerian|polish|mexican|african|asian|arab|black|foreign(er)?|immigrant)s?\b",
    "disability": r"\b(disab(led|ility)|blind|deaf|wheelchair|autis(m|tic)|dyslexi[ac]|adhd|screen reader)\b",
    "age": r"\b(elderly|pensioner|senior|[6-9]\d years old|year[- ]old|grand(mother|father|ma|pa)|teenager)\b",
    "English not the first language": r"\b(my english|sorry for english|not (a )?native|do the needful|please to)\b",
    "Scots, AAVE, Nigerian, Indian English": r"\b(wee|cannae|didnae|aye|ain't|y'all|finna|abeg|oga|wahala|yaar|revert back)\b",
}
"""Terms by which messages of a group are found. A term marks what a message speaks of, not who wrote it."""


def cross_validated(runs: list[Path], scorer: Scorer) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Hostility by group over all messages of the cross-validation, and our own tickets that are read worst."""
    by_id = {example.id: example for example in training_examples()}
    examples: list[Example] = []
    parts = []
    for run in runs:
        kept = np.load(run / "held_out.npz")
        here = [k for k, name in enumerate(kept["ids"].tolist()) if name in by_id]
        examples += [by_id[kept["ids"][k]] for k in here]
        parts.append(kept["logits"][here])
    config = scorer.config
    probabilities = probability(np.concatenate(parts), config.slopes, config.intercepts)
    column = {axis: probabilities[:, config.outputs.index(f"{axis}>={SCORE_LEVEL}")] for axis in AXES}
    hostile = np.array([example.levels["hostility"] >= SCORE_LEVEL for example in examples])
    groups: dict[str, Any] = {}
    for name, pattern in GROUPS.items():
        inside = np.array([re.search(pattern, example.text, re.I) is not None for example in examples])
        calm = inside & ~hostile
        flagged = column["hostility"] >= config.points["balanced"]["hostility"].threshold
        groups[name] = {
            "messages": int(inside.sum()),
            "hostile": int((inside & hostile).sum()),
            **subgroup_aucs(hostile, column["hostility"], inside),
            "harmless ones flagged": wilson(int((flagged & calm).sum()), int(calm.sum())),
        }
    rest = ~hostile
    groups["all messages"] = {
        "messages": len(examples), "hostile": int(hostile.sum()), "subgroup": round(roc_auc(hostile, column["hostility"]), 4),
        "harmless ones flagged": wilson(int((flagged & rest).sum()), int(rest.sum())),
    }  # fmt: skip
    own = [k for k, example in enumerate(examples) if example.source == "own" and len(example.text) < 240]
    misread = []
    for axis in AXES:
        truth = np.array([example.levels[axis] >= SCORE_LEVEL for example in examples])
        worst = sorted(own, key=lambda k, a=axis, t=truth: -abs(column[a][k] - t[k]))[:6]
        misread += [
            {"axis": axis, "id": examples[k].id, "labelled": examples[k].levels[axis], "score": round(float(column[axis][k]), 2),
             "text": " ".join(examples[k].text.split())}
            for k in worst
        ]  # fmt: skip
    return groups, misread


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


def frozen_encoder(texts: list[str]) -> dict[str, Array]:
    """The base encoder as it comes, not fine-tuned: its mean token vector and one logistic regression an axis."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    from training.loop import batches, padded
    from training.network import default_base

    tokenizer, encoder = AutoTokenizer.from_pretrained(default_base()), AutoModel.from_pretrained(default_base()).eval()

    @torch.inference_mode()
    def vectors(of: list[str]) -> Array:
        ids = tokenizer(of, truncation=True, max_length=128)["input_ids"]
        found = np.zeros((len(of), encoder.config.hidden_size))
        for rows in batches(np.arange(len(of)), ids, 64):
            input_ids, mask = padded(rows, ids)
            with torch.autocast("cpu", torch.bfloat16):
                hidden = encoder(input_ids=input_ids, attention_mask=mask).last_hidden_state.float()
            mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            found[rows] = torch.nn.functional.normalize(mean).numpy()
        return found

    examples = training_examples()
    learned, asked = vectors([example.text for example in examples]), vectors(texts)
    return {
        axis: LogisticRegression(C=10.0, max_iter=1000)
        .fit(learned, [example.levels[axis] >= SCORE_LEVEL for example in examples])
        .predict_proba(asked)[:, 1]
        for axis in AXES
    }


RIVALS: dict[str, Callable[[list[str]], dict[str, Array]]] = {
    "TF-IDF + logistic regression": tf_idf,
    "frozen MiniLM + logistic regression": frozen_encoder,
    "VADER": vader,
    "alt-profanity-check": profanity,
}

if __name__ == "__main__":
    main()
