"""The training loop, shared by `train` and `retrain`: batches, schedule, masked loss, a save after every epoch."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training import require

require("train", "torch", "transformers")

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits
from tqdm import tqdm

from tonecheck.errors import InputError
from training.network import TicketNetwork

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
Ids = list[list[int]]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a network is to learn.

    Attributes:
        ids: Token ids of each text.
        targets: Shape (texts, outputs), from 0 to 1; NaN where nobody has labelled that output of that text.
        weights: Shape (texts,): how much each text counts in the loss.
    """

    ids: Ids
    targets: Floats
    weights: Floats

    def __post_init__(self) -> None:
        assert len(self.ids) == len(self.targets) == len(self.weights)

    def __add__(self, other: Lesson) -> Lesson:
        together = np.concatenate([self.targets, other.targets]), np.concatenate([self.weights, other.weights])
        return Lesson(self.ids + other.ids, *together)


@dataclass(frozen=True)
class Pace:
    """How fast and how long it learns."""

    epochs: int = 4
    lr: float = 1e-4
    head_lr: float = 1e-3
    texts: int = 32
    seed: int = 0


def fit(
    network: TicketNetwork,
    lesson: Lesson,
    pace: Pace,
    output_weights: Floats,
    out: Path,
    after_epoch: Callable[[], dict[str, Any]] = dict,
) -> None:
    """Trains in place. Killed and started again it goes on after the last whole epoch; the same seed and threads repeat it.

    Writes network.pt and log.jsonl (a line an epoch, with what `after_epoch` returns) into `out`.

    Raises:
        InputError: `out` holds a run on other texts, labels or settings, which this one cannot go on from.
    """
    key = fingerprint(network, lesson, pace, output_weights)
    optimiser = make_optimiser(network, pace.lr, pace.head_lr)
    highest = [group["lr"] for group in optimiser.param_groups]
    steps_an_epoch = math.ceil(len(lesson.ids) / pace.texts)
    n_steps = pace.epochs * steps_an_epoch
    for_outputs = torch.from_numpy(output_weights)
    for epoch in range(resume(out, network, optimiser, key), pace.epochs):
        started, losses = time.monotonic(), []
        network.train()
        torch.manual_seed(pace.seed * 1000 + epoch)
        groups = batches(np.arange(len(lesson.ids)), lesson.ids, pace.texts, np.random.default_rng((pace.seed, epoch)))
        for k, rows in enumerate(tqdm(groups, desc=f"epoch {epoch + 1} of {pace.epochs}", leave=False, disable=None)):
            for group, rate in zip(optimiser.param_groups, highest, strict=True):
                group["lr"] = rate * schedule(epoch * steps_an_epoch + k, n_steps)
            with torch.autocast("cpu", torch.bfloat16):
                logits = network(*padded(rows, lesson.ids))
            loss = masked_loss(
                logits, torch.from_numpy(lesson.targets[rows]), torch.from_numpy(lesson.weights[rows]), for_outputs
            )
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            losses.append(loss.item())
        line = {"epoch": epoch + 1, "loss": round(float(np.mean(losses)), 5), "seconds": round(time.monotonic() - started, 1)}
        line.update(after_epoch())
        print(json.dumps(line), flush=True)
        with (out / "log.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")
        save(out, network, None if epoch + 1 == pace.epochs else optimiser, epoch + 1, key)


def masked_loss(logits: Tensor, targets: Tensor, text_weights: Tensor, output_weights: Tensor) -> Tensor:
    """Binary cross-entropy over the cells that are labelled; a cell that is NaN gives no loss and no gradient."""
    known = ~targets.isnan()
    losses = binary_cross_entropy_with_logits(logits, targets.nan_to_num(0.0), reduction="none")
    weights = text_weights[:, None] * output_weights * known
    return (losses * weights).sum() / logits.numel()


def make_optimiser(network: TicketNetwork, lr: float, head_lr: float) -> torch.optim.Optimizer:
    """AdamW; no weight decay on biases and layer norms."""
    encoder = list(network.encoder.parameters())
    return torch.optim.AdamW(
        [
            {"params": [p for p in encoder if p.ndim > 1], "lr": lr, "weight_decay": 0.01},
            {"params": [p for p in encoder if p.ndim < 2], "lr": lr, "weight_decay": 0.0},
            {"params": [*network.head.parameters(), *network.look.parameters()], "lr": head_lr, "weight_decay": 0.0},
        ],
        fused=True,
    )


def schedule(step: int, n_steps: int, warm_up: float = 0.06) -> float:
    """Linear up over the first 6% of the steps, then linear down to 0."""
    return min(1.0, (step + 1) / (warm_up * n_steps)) * max(0.0, 1.0 - step / n_steps)


def batches(rows: Rows, ids: Ids, size: int, rng: np.random.Generator | None = None) -> list[Rows]:
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


def padded(rows: Rows, ids: Ids) -> tuple[Tensor, Tensor]:
    """Ids and mask of some rows, padded to a multiple of 32: few shapes, so that kernels are compiled once."""
    width = -(-max(len(ids[row]) for row in rows) // 32) * 32
    input_ids = torch.zeros(len(rows), width, dtype=torch.long)
    mask = torch.zeros(len(rows), width, dtype=torch.long)
    for k, row in enumerate(rows):
        input_ids[k, : len(ids[row])] = torch.tensor(ids[row])
        mask[k, : len(ids[row])] = 1
    return input_ids, mask


def predict(network: TicketNetwork, rows: Rows, ids: Ids) -> Floats:
    """Logits of some rows, in their order, shape (rows, outputs)."""
    network.eval()
    found = dict(_predicted(network, rows, ids))
    return np.stack([found[row] for row in rows])


@torch.inference_mode()
def _predicted(network: TicketNetwork, rows: Rows, ids: Ids) -> Iterator[tuple[int, Floats]]:
    for group in tqdm(batches(rows, ids, 64), desc="predicting", leave=False, disable=None):
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(*padded(group, ids)).float().numpy()
        yield from zip(group, logits, strict=True)


def fingerprint(network: TicketNetwork, lesson: Lesson, pace: Pace, output_weights: Floats) -> str:
    """The same for the same untrained network, texts, labels, weights and settings."""
    digest = hashlib.sha256(repr((pace, network.dropout.p, lesson.ids)).encode())
    for weights in network.state_dict().values():
        digest.update(weights.numpy().tobytes())
    for part in (lesson.targets, lesson.weights, output_weights):
        digest.update(part.tobytes())
    return digest.hexdigest()


def save(out: Path, network: TicketNetwork, optimiser: torch.optim.Optimizer | None, epochs_done: int, key: str) -> None:
    state = {"network": network.state_dict(), "epochs_done": epochs_done, "lesson": key}
    if optimiser:
        state["optimiser"] = optimiser.state_dict()
    torch.save(state, out / "network.pt.tmp")
    (out / "network.pt.tmp").replace(out / "network.pt")


def resume(out: Path, network: TicketNetwork, optimiser: torch.optim.Optimizer, key: str) -> int:
    """Takes up a run where it was cut off and returns how many epochs are done."""
    if not (out / "network.pt").exists():
        return 0
    state = torch.load(out / "network.pt", weights_only=True)
    if state.get("lesson") != key:
        raise InputError(f"{out} holds a run on other texts, labels or settings; remove it, or choose another --out.")
    network.load_state_dict(state["network"])
    if "optimiser" in state:
        optimiser.load_state_dict(state["optimiser"])
    return int(state["epochs_done"])
