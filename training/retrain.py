"""Retraining on your own labels: `python -m training.train --labels mine.csv --out models/mine`.

Learns on from a model, on your rows and on our own tickets beside them. Wherever you gave no label, on your rows and on ours, the
model's present answer is the target, so that what you do not retrain stays where it was (Li and Hoiem, "Learning without
Forgetting", 2017). A fifth of your rows is held out, with groups and near copies kept together: the new model is calibrated on
it and old and new are compared on it, each calibration measured on the half it was not fitted on.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training import require

require("train", "torch", "transformers", "sklearn", "onnx", "onnxscript")

import numpy as np
import numpy.typing as npt
import tokenizers
import torch
from transformers import AutoTokenizer

from tonecheck import Scorer, TicketScore
from tonecheck.bundle import find_bundle
from tonecheck.calibration import own_name_is_free
from tonecheck.errors import InputError
from tonecheck.labels import AXES, OUTPUTS, SCORE_LEVEL
from training import checks
from training.calibrate import as_shipped, combine_of, operating_points, platt_scaling
from training.data import Example, folds, own_tickets
from training.export import encoder_kind, export, write_bundle
from training.labels_file import Labels, read_labels
from training.loop import Floats, Ids, Lesson, Pace, Rows, fit, predict
from training.metrics import average_precision, best_f1, bootstrap_interval, calibration_error, roc_auc
from training.network import TicketNetwork
from training.revive import revive

HELD_OUT = 5
"""One row in this many is held out."""

FEWEST = 8
"""Held-out rows of each kind (yes and no) that a calibration or a threshold needs."""

OURS = 1500
"""Our own tickets that are learned beside yours."""

YOUR_WEIGHT, KEPT_WEIGHT = 3.0, 1.0
"""How much a label of yours counts in the loss, and how much an answer that is to be kept."""

Array = npt.NDArray[np.float64]
Encode = Callable[[list[str]], Ids]


def retrain(settings: argparse.Namespace) -> None:
    """Runs the whole of it. A new model that is no better is written all the same: that is said plainly, and yours to judge."""
    started = time.monotonic()
    own = tuple(settings.axis or ())
    taken = [name for name in own if not own_name_is_free(name)]
    if taken:
        raise InputError(f"--axis {taken[0]!r}: expected a name in lower case like refund_risk that is not one of the product's.")
    labels = read_labels(settings.labels, own)
    print(f"{settings.labels}: {len(labels.texts)} rows\n  " + "\n  ".join(labels.told), flush=True)
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    old_folder = find_bundle(settings.model)
    fold = folds(
        [Example(str(k), text, {}, frozenset(), "yours", labels.groups[k]) for k, text in enumerate(labels.texts)], HELD_OUT
    )
    held_out, learned = np.flatnonzero(fold == 0), np.flatnonzero(fold != 0)
    if len(held_out) < 2 or len(learned) < 2:
        raise InputError(f"{settings.labels}: {len(labels.texts)} rows are too few to learn from and to hold a fifth out.")

    out: Path = settings.out
    work = out.with_name(out.name + ".run")  # a bundle's own folder holds nothing but the bundle
    for folder in (out, work):
        folder.mkdir(parents=True, exist_ok=True)
    old = revive(old_folder, own)
    network = TicketNetwork.from_base(settings.base, len(labels.outputs)) if settings.base else revive(old_folder, own)
    encode = encoder_of(settings.base, old_folder, settings.max_tokens)
    n_ours = None if settings.base else OURS  # a fresh encoder has everything to learn
    lesson = your_lesson(labels, learned, old, encoder_of(None, old_folder, settings.max_tokens), encode, settings.seed, n_ours)
    fit(network, lesson, Pace(settings.epochs or 3, settings.lr or 5e-5, settings.head_lr, settings.texts, settings.seed),
        output_weights(labels), work)  # fmt: skip
    export(network, settings.base, work)
    if not settings.base:
        shutil.copyfile(old_folder / "tokenizer.json", work / "tokenizer.json")

    old_config = json.loads((old_folder / "config.json").read_text(encoding="utf-8"))
    held_out_texts = [labels.texts[k] for k in held_out]
    logits = as_shipped(work, held_out_texts, labels.outputs)
    config = new_config(old_config, labels, held_out, logits, network)
    model_id = write_bundle(work, config, out, settings.version)
    minutes = (time.monotonic() - started) / 60
    print(f"\n{model_id} is in {out}, after {minutes:.1f} minutes.\n")
    compared = compare(labels, held_out, Scorer(old_folder, clean=False), logits, held_out_texts)
    figures = {"model_id": model_id, "rows": len(labels.texts), "held out": len(held_out), "minutes": round(minutes, 1),
               "held-out figures": compared}  # fmt: skip
    if not settings.no_checks:
        figures["behaviour checks"] = drift(Scorer(old_folder), Scorer(out))
    (work / "retrained.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(f"\nAll figures are in {work / 'retrained.json'}. Use the model: tonecheck score --model {out} ...")


def encoder_of(base: str | None, folder: Path, max_tokens: int) -> Callable[[list[str]], Ids]:
    """Texts to token ids, by the tokenizer of a base encoder or else of a bundle."""
    if base:
        of_base = AutoTokenizer.from_pretrained(base)
        return lambda texts: of_base(texts, truncation=True, max_length=max_tokens)["input_ids"]
    of_bundle = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    of_bundle.enable_truncation(max_tokens)
    return lambda texts: [encoding.ids for encoding in of_bundle.encode_batch(texts)]


def your_lesson(
    labels: Labels, learned: Rows, old: TicketNetwork, old_encode: Encode, encode: Encode, seed: int, n_ours: int | None
) -> Lesson:
    """Your labels where you gave them; the old model's answers everywhere else, on your rows and on our tickets."""
    ours = own_tickets()
    chosen = np.random.default_rng(seed).permutation(len(ours))[:n_ours]
    texts = [labels.texts[k] for k in learned] + [ours[k].text for k in chosen]
    old_ids = old_encode(texts)
    answers = 1.0 / (1.0 + np.exp(-predict(old, np.arange(len(texts)), old_ids)))
    answers[:, len(OUTPUTS) :] = np.nan  # nobody has answered for a new axis yet
    yours = labels.targets[learned]
    targets = answers.copy()
    targets[: len(learned)] = np.where(np.isnan(yours), answers[: len(learned)], yours)
    weights = np.full(len(texts), KEPT_WEIGHT, dtype=np.float32)
    weights[: len(learned)] = YOUR_WEIGHT
    return Lesson(encode(texts), targets.astype(np.float32), weights)


def output_weights(labels: Labels) -> Floats:
    """The outputs that you labelled count most."""
    labelled = ~np.isnan(labels.targets).all(axis=0)
    return np.where(labelled, 2.0, 1.0).astype(np.float32)


def judged(labels: Labels, held_out: Rows) -> dict[str, tuple[Rows, npt.NDArray[np.bool_]]]:
    """For each output with enough labels of both kinds among the held-out rows: which rows have it, and the labels."""
    enough = {}
    for k, name in enumerate(labels.outputs):
        column = labels.targets[held_out, k]
        rows = np.flatnonzero(~np.isnan(column))
        truth = column[rows] > 0.5
        if min(truth.sum(), (~truth).sum()) >= FEWEST:
            enough[name] = (rows, truth)
    return enough


def new_config(old: dict[str, Any], labels: Labels, held_out: Rows, logits: Array, network: TicketNetwork) -> dict[str, Any]:
    """The old model's calibration and points, with new ones for what was retrained."""
    config = json.loads(json.dumps(old))
    config["outputs"] = list(labels.outputs)
    config["encoder"] = encoder_kind(network)
    for name in labels.own:
        config["combine"][name] = combine_of(name)
        config["calibration"].setdefault(name, [1.0, 0.0])
        for point in config["points"].values():
            point.setdefault(
                name,
                {
                    "threshold": 0.5,
                    "chosen_for": "too few labelled rows to choose",
                    "precision": 0.0,
                    "recall": 0.0,
                    "base_rate": 0.0,
                },
            )
    named = {}
    for name, (rows, truth) in judged(labels, held_out).items():
        slope, intercept = platt_scaling(logits[rows, labels.outputs.index(name)], truth)
        config["calibration"][name] = [round(slope, 6), round(intercept, 6)]
        public = name.removesuffix(f">={SCORE_LEVEL}")
        if ">=" not in public:
            named[public] = (probability(logits[rows, labels.outputs.index(name)], slope, intercept), truth)
    for point, thresholds in operating_points(named, fewest=FEWEST).items():
        config["points"][point].update(thresholds)
    return config


def probability(logits: Array, slope: float, intercept: float) -> Array:
    return 1.0 / (1.0 + np.exp(-(slope * logits + intercept)))


def compare(labels: Labels, held_out: Rows, old: Scorer, logits: Array, texts: list[str]) -> dict[str, Any]:
    """Prints old against new on the held-out rows, and says plainly where new is not better."""
    answers = list(old.score_many(texts))
    figures: dict[str, Any] = {}
    print(f"{'on ' + str(len(held_out)) + ' held-out rows':<28}{'AUROC':>16}{'average precision':>22}{'calibration error':>22}")
    for output, (rows, truth) in judged(labels, held_out).items():
        name = output.removesuffix(f">={SCORE_LEVEL}")
        if ">=" in name:
            continue
        column = logits[rows, labels.outputs.index(output)]
        new = np.zeros(len(rows))
        for half in (0, 1):  # calibrated on one half, measured on the other
            here = np.arange(len(rows)) % 2 == half
            fitted = platt_scaling(column[~here], truth[~here]) if 0 < truth[~here].sum() < (~here).sum() else (1.0, 0.0)
            new[here] = probability(column[here], *fitted)
        before = [_score(answers[k], name) for k in rows] if name not in labels.own else None
        line: dict[str, Any] = {"rows": len(rows), "positives": int(truth.sum()), "new": _figures(truth, column, new)}
        if before is not None:
            past = np.array(before)
            line["old"] = _figures(truth, past, past)
            low, high = bootstrap_interval(
                lambda r, t=truth, a=column, b=past: average_precision(t[r], a[r]) - average_precision(t[r], b[r]),
                len(rows),
                n_draws=500,
            )
            line["change of average precision, 95% interval"] = [round(low, 4), round(high, 4)]
        figures[name] = line
        was = line.get("old", {"AUROC": math.nan, "AP": math.nan, "ECE": math.nan})
        pairs = [
            f"{was[k]:.3f} -> {line['new'][k]:.3f}" if before is not None else f"{line['new'][k]:.3f}"
            for k in ("AUROC", "AP", "ECE")
        ]
        print(f"{name:<28}{pairs[0]:>16}{pairs[1]:>22}{pairs[2]:>22}")
    for name, line in figures.items():
        if "old" in line and line["change of average precision, 95% interval"][0] <= 0.0:
            low, high = line["change of average precision, 95% interval"]
            sure = "WORSE" if high < 0.0 else "NOT BETTER for certain"
            print(
                f"WARNING: {name} is {sure}: average precision changes by {low:+.3f} to {high:+.3f} "
                f"(95% interval, {line['positives']} positives)."
            )
    unjudged = [
        n
        for n in labels.outputs
        if not np.isnan(labels.targets[:, labels.outputs.index(n)]).all() and n not in judged(labels, held_out)
    ]
    if unjudged:
        print(
            f"WARNING: not judged, fewer than {FEWEST} held-out rows of each kind: {', '.join(unjudged)}. "
            "Their calibration was not changed."
        )
    return figures


def _figures(truth: npt.NDArray[np.bool_], ranking: Array, probabilities: Array) -> dict[str, float]:
    bins = max(2, min(15, len(truth) // 20))
    return {
        "AUROC": round(roc_auc(truth, ranking), 4),
        "AP": round(average_precision(truth, ranking), 4),
        "best F1": round(best_f1(truth, ranking), 4),
        "ECE": round(calibration_error(truth, probabilities, bins), 4),
    }


def _score(score: TicketScore, name: str) -> float:
    value = getattr(score, name) if name in AXES else score.signals[name]
    return 0.0 if math.isnan(value) else float(value)


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
