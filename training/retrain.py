"""Retraining on your own labels: `python -m training.train --labels mine.csv --out models/mine`.

Learns on from a model, on your rows and on our own tickets beside them. Wherever you gave no label, on your rows and on ours, the
model's present answer is the target, so that what you do not retrain stays where it was (Li and Hoiem, "Learning without
Forgetting", 2017). A fifth of your rows is held out, with groups and near copies kept together: the new model is calibrated on
it and old and new are compared on it, each calibration measured on the half it was not fitted on.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training import require

require("train", "torch", "transformers", "sklearn", "onnx", "onnxscript")

import numpy as np
import tokenizers
import torch
from transformers import AutoTokenizer

from tonecheck import Scorer
from tonecheck.bundle import MANIFEST, REQUIRED_FILES, find_bundle, read_bundle
from tonecheck.calibration import Config, own_name_is_free
from tonecheck.errors import InputError
from tonecheck.labels import SCORE_LEVEL
from tonecheck.language import detect, has_words
from tonecheck.tokens import Tokenizer
from training.calibrate import Array, as_shipped, combine_of, operating_points, platt_scaling, probability, soft_platt
from training.compare import compare, drift, judged
from training.data import Example, held_out_share, near_copies, own_tickets
from training.export import encoder_kind, export, write_bundle, write_tokenizer
from training.labels_file import Labels, read_labels
from training.loop import Floats, Ids, Lesson, Pace, Rows, fit
from training.network import TicketNetwork
from training.revive import revive

HELD_OUT = 0.2
"""Share of your rows that is held out."""

FEWEST = 8
"""Held-out rows of each kind (yes and no) that a calibration or a threshold needs."""

OURS = 1500
"""Our own tickets that are learned beside yours; all of them with `--base`, whose encoder has everything to learn."""

YOUR_WEIGHT, OUR_WEIGHT = 3.0, 1.0
"""How much a row of yours counts in the loss, and how much one of ours."""

NOT_CHOSEN = {
    "threshold": 0.5,
    "chosen_for": "too few labelled rows to choose",
    "precision": 0.0,
    "recall": 0.0,
    "base_rate": 0.0,
}
_SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
Encode = Callable[[list[str]], Ids]


def retrain(settings: argparse.Namespace) -> None:
    """Runs the whole of it. A new model that is no better is written all the same: that is said plainly, and yours to judge."""
    started = time.monotonic()
    old_folder = find_bundle(settings.model)
    out, work = folders(settings.out, old_folder, settings.version)
    raw = read_bundle(old_folder).files["config.json"]
    old, old_plain = Config.parse(raw), json.loads(raw)
    labels = scored(read_labels(settings.labels, own_axes(settings.axis), had=old.own), old)
    print(f"{settings.labels}: {len(labels.texts)} rows\n  " + "\n  ".join(labels.told), flush=True)
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    held_out, learned = split(labels)
    held_out_texts = [labels.texts[k] for k in held_out]

    network = TicketNetwork.from_base(settings.base, len(labels.outputs)) if settings.base else revive(old_folder, labels.own)
    for folder in (out, work):
        folder.mkdir(parents=True, exist_ok=True)
    if settings.base:
        write_tokenizer(settings.base, work / "tokenizer.json")
    else:
        shutil.copyfile(old_folder / "tokenizer.json", work / "tokenizer.json")
    kept = (work / "tokenizer.json").read_bytes()
    Tokenizer(kept, window=old.window, overlap=old.overlap)  # a foreign one is refused here, not after the training
    ours = our_tickets(held_out_texts, None if settings.base else OURS, settings.seed)
    texts = [labels.texts[k] for k in learned] + ours
    answers = old_answers(old_folder, old, texts, labels)
    lesson = your_lesson(labels.targets[learned], answers, encoder_of(settings.base, work, settings.max_tokens)(texts))
    pace = Pace(settings.epochs or 3, settings.lr or 5e-5, settings.head_lr, settings.texts, settings.seed)
    fit(network, lesson, pace, output_weights(labels), work)
    export(network, None, work)

    logits = as_shipped(work, held_out_texts, labels.outputs)
    config = new_config(old_plain, labels, held_out, logits, network)
    if settings.base:  # another network gives other logits, also where you labelled nothing
        known = ours[:600]
        wanted = old_answers(old_folder, old, known, labels, calibrated=True)
        config["calibration"].update(like_the_old(config, labels, held_out, as_shipped(work, known, labels.outputs), wanted))
    model_id = write_bundle(work, config, out, settings.version)
    minutes = (time.monotonic() - started) / 60
    print(f"\n{model_id} is in {out}, after {minutes:.1f} minutes.\n")
    figures = {"model_id": model_id, "rows": len(labels.texts), "held out": len(held_out), "minutes": round(minutes, 1)}
    figures["held-out figures"] = compare(labels, held_out, Scorer(old_folder, clean=False), logits, held_out_texts, FEWEST)
    if not settings.no_checks:
        figures["behaviour checks"] = drift(Scorer(old_folder), Scorer(out))
    (work / "retrained.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(f"\nAll figures are in {work / 'retrained.json'}. Use the model: tonecheck score --model {out} ...")


def folders(out: Path, old_folder: Path, version: str) -> tuple[Path, Path]:
    """The folder of the new bundle, and beside it that of the run; refused before any work where they could not be used.

    Raises:
        InputError: The folder is the old model's, holds other things, or its name or the version cannot be a model's.
    """
    out = out.resolve()
    if out == old_folder.resolve():
        raise InputError(f"--out {out} is the model to learn on from; choose another folder.")
    if not _SAFE.fullmatch(out.name) or not re.fullmatch(r"[0-9A-Za-z.]{1,40}", version):
        raise InputError(
            f"--out {out.name!r} --version {version!r}: expected letters, digits, dots, - and _ (a version: no - or _)."
        )
    if out.exists():
        others = sorted({path.name for path in out.iterdir()} - {MANIFEST, *REQUIRED_FILES})
        if others:
            raise InputError(f"--out {out} holds {others[0]!r}, which is no part of a model; choose an empty folder.")
    return out, out.with_name(out.name + ".run")  # a bundle's own folder holds nothing but the bundle


def own_axes(named: list[str] | None) -> tuple[str, ...]:
    """The axes of the user's own, each once.

    Raises:
        InputError: A name is taken or is no name.
    """
    own = tuple(dict.fromkeys(named or ()))
    for name in own:
        if not own_name_is_free(name):
            raise InputError(f"--axis {name!r}: expected a name in lower case like refund_risk that is not one of the product's.")
    return own


def scored(labels: Labels, old: Config) -> Labels:
    """Your rows without those that the model abstains from: they are never scored, so nothing can be learned for them.

    Raises:
        InputError: No row is left.
    """
    kept = [k for k, text in enumerate(labels.texts) if has_words(text) and detect(text) in ("und", *old.languages)]
    if not kept:
        raise InputError(
            f"all {len(labels.texts)} rows are wordless or in another language than the model's ({', '.join(old.languages)})."
        )
    told = labels.told
    if len(kept) < len(labels.texts):
        told = [*told, f"{len(labels.texts) - len(kept)} rows are wordless or in another language: never scored, so left out"]
    return Labels([labels.texts[k] for k in kept], labels.targets[kept], [labels.groups[k] for k in kept], labels.own, told)


def split(labels: Labels) -> tuple[Rows, Rows]:
    """Held-out rows and rows to learn from; groups and near copies on one side.

    Raises:
        InputError: There are too few rows or groups.
    """
    rows = [Example(str(k), text, {}, frozenset(), "yours", labels.groups[k]) for k, text in enumerate(labels.texts)]
    held_out = held_out_share(rows, HELD_OUT)
    learned = np.setdiff1d(np.arange(len(rows)), held_out)
    if len(held_out) < 2 or len(learned) < 2:
        raise InputError(
            f"{len(rows)} rows in {len(set(labels.groups))} groups are too few: a fifth is held out, in whole groups, "
            "and both parts need two rows or more."
        )
    return held_out, learned


def our_tickets(held_out_texts: list[str], n: int | None, seed: int) -> list[str]:
    """Texts of tickets of our own, without near copies of what is held out."""
    ours = [ticket.text for ticket in own_tickets()]
    copies = {b - len(held_out_texts) for a, b in near_copies(held_out_texts + ours) if a < len(held_out_texts) <= b}
    free = [k for k in np.random.default_rng(seed).permutation(len(ours)) if k not in copies]
    return [ours[k] for k in free[:n]]


def old_answers(folder: Path, old: Config, texts: list[str], labels: Labels, *, calibrated: bool = False) -> Array:
    """The old model's probability of each output, shape (texts, outputs); NaN for axes that it does not have."""
    logits = as_shipped(folder, texts, old.outputs, file="model.onnx", config=old)
    if calibrated:
        logits = old.slopes * logits + old.intercepts
    answers = np.full((len(texts), len(labels.outputs)), np.nan)
    answers[:, : len(old.outputs)] = probability(logits, 1.0, 0.0)
    return answers


def your_lesson(yours: Floats, answers: Array, ids: Ids) -> Lesson:
    """Your labels where you gave them, on the first rows; the old model's answers everywhere else."""
    targets = answers.astype(np.float32)
    targets[: len(yours)] = np.where(np.isnan(yours), targets[: len(yours)], yours)
    weights = np.full(len(targets), OUR_WEIGHT, dtype=np.float32)
    weights[: len(yours)] = YOUR_WEIGHT
    return Lesson(ids, targets, weights)


def encoder_of(base: str | None, run: Path, max_tokens: int) -> Encode:
    """Texts to token ids, by the tokenizer of a base encoder or else of the run."""
    if base:
        of_base = AutoTokenizer.from_pretrained(base)
        return lambda texts: of_base(texts, truncation=True, max_length=max_tokens)["input_ids"]
    of_run = tokenizers.Tokenizer.from_file(str(run / "tokenizer.json"))
    of_run.enable_truncation(max_tokens)
    return lambda texts: [encoding.ids for encoding in of_run.encode_batch(texts)]


def output_weights(labels: Labels) -> Floats:
    """The outputs that you labelled count most."""
    labelled = ~np.isnan(labels.targets).all(axis=0)
    return np.where(labelled, 2.0, 1.0).astype(np.float32)


def new_config(old: dict[str, Any], labels: Labels, held_out: Rows, logits: Array, network: TicketNetwork) -> dict[str, Any]:
    """The old model's calibration and points, with new ones for what was retrained."""
    config = json.loads(json.dumps(old))
    config["outputs"] = list(labels.outputs)
    config["encoder"] = encoder_kind(network)
    for name in labels.own:
        config["combine"].setdefault(name, combine_of(name))
        config["calibration"].setdefault(name, [1.0, 0.0])
        for point in config["points"].values():
            point.setdefault(name, NOT_CHOSEN)
    named = {}
    for name, (rows, truth) in judged(labels, held_out, FEWEST).items():
        column = logits[rows, labels.outputs.index(name)]
        slope, intercept = platt_scaling(column, truth)
        config["calibration"][name] = [round(slope, 6), round(intercept, 6)]
        public = name.removesuffix(f">={SCORE_LEVEL}")
        if ">=" not in public:
            named[public] = (probability(column, slope, intercept), truth)
    for point, thresholds in operating_points(named, fewest=FEWEST).items():
        config["points"][point].update(thresholds)
    return config


def like_the_old(config: dict[str, Any], labels: Labels, held_out: Rows, logits: Array, wanted: Array) -> dict[str, list[float]]:
    """Calibration of the outputs that you did not label, fitted to the old model's probabilities on tickets of ours."""
    own = judged(labels, held_out, FEWEST)
    found = {}
    for k, name in enumerate(labels.outputs):
        if name not in own and not np.isnan(wanted[:, k]).any():
            slope, intercept = soft_platt(logits[:, k], wanted[:, k])
            found[name] = [round(slope, 6), round(intercept, 6)]
    return found
