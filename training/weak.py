"""Step 0, where the public corpora are present: a first lesson from their own, weak labels.

    python -m training.weak --out runs/weak

Politeness, incivility, abuse of a bot, toxicity, emotions, resolutions, priorities and roles: each corpus teaches only its
own outputs, the others are masked. The heads are thrown away; `training.train --base runs/weak` goes on from the encoder.
Rows that begin like a row of dev are left out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits
from tqdm import tqdm
from transformers import AutoTokenizer

from tonecheck.text import read
from training.data import ROOT, hand_labels
from training.network import TicketNetwork, default_base
from training.train import batches, make_optimiser, padded, schedule

CORPORA = ROOT.parent / "shared" / "corpora"
Row = dict[str, Any]

EMOTIONS = (
    "anger", "annoyance", "disgust", "disapproval", "gratitude", "admiration", "confusion", "curiosity", "remorse",
    "sadness", "fear", "amusement",
)  # fmt: skip
_BAD_END = {"Invalid", "INVALID", "Not Our Bug", "By design", "Not A Bug", "WORKSFORME", "Cannot Reproduce", "Can't Reproduce"}

TASKS: dict[str, tuple[int, dict[str, Callable[[Row], bool | None]]]] = {
    "gh_incivility": (6000, {
        "uncivil": lambda r: r["tone"] in ("insulting", "mocking", "vulgarity", "name calling", "threat", "entitlement"),
        "frustrated": lambda r: r["tone"] in ("bitter frustration", "impatience"),
        "mocking": lambda r: r["tone"] in ("mocking", "irony"),
        "vulgar": lambda r: r["tone"] == "vulgarity",
    }),
    "convabuse": (2500, {
        "abusive": lambda r: r["severity"] < -0.3,
        "harassing": lambda r: "sex_harassment" in r["types"],
    }),
    "politeness": (11000, {
        "polite": lambda r: None if abs(r["politeness"]) < 0.2 else r["politeness"] > 0,
        "rude": lambda r: r["politeness"] < -0.7,
    }),
    "strudel": (2000, {"toxic comment": lambda r: r["toxic"]}),
    "surge_toxicity": (1000, {"toxic post": lambda r: r["toxic"]}),
    "goemotions": (20000, {name: (lambda r, name=name: name in r["emotions"]) for name in EMOTIONS}),
    "titanium": (16000, {
        "rejected": lambda r: None if r["resolution"] is None else r["resolution"] in _BAD_END,
        "fixed": lambda r: None if r["resolution"] is None else r["resolution"] == "Fixed",
        "bug": lambda r: r["type"] == "Bug",
        "sender's side": lambda r: None if r["verdict"] is None else r["verdict"] in ("user_error", "misconfiguration"),
        "pressing": lambda r: None if r["priority"] in (None, "None") else r["priority"] in ("Critical", "High"),
    }),
    "castle_tracker": (2000, {"fixed 2": lambda r: r["resolution"] == "Fixed", "pressing 2": lambda r: r["priority"] in
                              ("Critical", "Show-stopper")}),
    "gitbugs": (3500, {"fixed 3": lambda r: None if not r["resolution"] else r["resolution"].lower() == "fixed",
                       "rejected 3": lambda r: None if not r["resolution"] else r["resolution"] in _BAD_END,
                       "pressing 3": lambda r: r["priority"] in ("Critical", "Blocker")}),
    "nlbse24": (3000, {name: (lambda r, name=name: r["label"] == name) for name in ("feature", "question")}),
    "helpdesk": (5000, {"reporter": lambda r: None if r["role"] == "others" else r["role"] == "reporter"}),
}  # fmt: skip
"""For each corpus how many rows are read and which outputs they teach; None where a row does not say."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--base", default=None)
    parser.add_argument("--lr", type=float, default=1e-4)
    parser.add_argument("--texts", type=int, default=48)
    parser.add_argument("--max-tokens", type=int, default=160)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    settings = parser.parse_args()
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    rng = np.random.default_rng(settings.seed)
    base = settings.base or default_base()
    texts, truth = rows(rng)
    tokenizer = AutoTokenizer.from_pretrained(base)
    ids = tokenizer(texts, truncation=True, max_length=settings.max_tokens)["input_ids"]
    network = TicketNetwork(base, n_outputs=truth.shape[1])
    optimiser = make_optimiser(network, settings.lr, 1e-3)
    highest = [group["lr"] for group in optimiser.param_groups]
    groups = batches(np.arange(len(texts)), ids, settings.texts, rng)
    print(f"{len(texts)} texts, {truth.shape[1]} outputs, {len(groups)} steps", flush=True)
    network.train()
    started, losses = time.monotonic(), []
    for step, group in enumerate(tqdm(groups, disable=None)):
        for at, rate in zip(optimiser.param_groups, highest, strict=True):
            at["lr"] = rate * schedule(step, len(groups))
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(*padded(group, ids))
        known = torch.from_numpy(truth[group])
        told = ~torch.isnan(known)
        each = binary_cross_entropy_with_logits(logits, torch.nan_to_num(known), reduction="none")
        loss = (each * told).sum() / told.sum()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())
        if step % 200 == 199:
            print(f"step {step + 1} loss {np.mean(losses[-200:]):.4f} {time.monotonic() - started:.0f} s", flush=True)
    network.encoder.save_pretrained(settings.out)
    tokenizer.save_pretrained(settings.out)


def rows(rng: np.random.Generator) -> tuple[list[str], np.ndarray]:
    """Texts, and for each the outputs it teaches: 0, 1, or NaN where it does not say. Shape (texts, outputs)."""
    dev = {beginning(example.text) for example in hand_labels("dev")}
    names = [name for _, task in TASKS.values() for name in task]
    texts, truth = [], []
    for corpus, (limit, task) in TASKS.items():
        with gzip.open(CORPORA / f"{corpus}.jsonl.gz", "rt", encoding="utf-8") as file:
            found = [row for row in map(json.loads, file) if beginning(read(None, row["text"]).text) not in dev]
        for k in rng.permutation(len(found))[:limit]:
            texts.append(read(None, found[k]["text"][:3000]).text)
            line = np.full(len(names), np.nan, dtype=np.float32)
            for name, rule in task.items():
                says = rule(found[k])
                line[names.index(name)] = np.nan if says is None else float(says)
            truth.append(line)
    return texts, np.stack(truth)


def beginning(text: str) -> str:
    """The first twenty words, bare: what tells whether two rows hold one text, whatever was cut or masked later."""
    return " ".join(re.findall(r"[^\W_]+", text.lower())[:20])


if __name__ == "__main__":
    main()
