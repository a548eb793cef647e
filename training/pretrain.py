"""Optional step before training: the encoder reads unlabelled support messages and guesses masked words.

    python -m training.pretrain --out runs/pretrained
    python -m training.train --base runs/pretrained/encoder ...

Masked language modelling, Devlin et al., "BERT" (2019), section 3.1: 15% of the tokens, of which 80% are masked, 10% replaced
and 10% left. The output layer is the word table itself and one bias. Resumable; dev rows are never read.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from training import require

require("train", "torch", "transformers")

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from tqdm import tqdm
from transformers import AutoTokenizer

from training.corpora import unlabelled
from training.data import cleaned, hand_labels
from training.loop import batches, padded, schedule
from training.network import TicketNetwork, default_base

CORPORA = {"sumo_firefox": 34000, "thunderbird": 16000, "titanium": 8000, "it_assignment": 5000, "cfpb": 1422, "helpdesk": 3000,
           "gh_incivility": 3000, "strudel": 1500, "gitbugs": 1500, "castle_tracker": 1000, "nlbse24": 1000, "politeness": 3000,
           "goemotions": 4000, "banking77": 1000}  # fmt: skip
"""Messages read of each corpus: the support forums most, short or foreign kinds of text less."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--base", default=None)
    parser.add_argument("--lr", type=float, default=2e-4)
    parser.add_argument("--texts", type=int, default=32)
    parser.add_argument("--max-tokens", type=int, default=128)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    pretrain(parser.parse_args())


def pretrain(settings: argparse.Namespace) -> None:
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    out: Path = settings.out
    out.mkdir(parents=True, exist_ok=True)
    base = settings.base or default_base()
    tokenizer = AutoTokenizer.from_pretrained(base)
    rng = np.random.default_rng(settings.seed)
    taken = {example.id for example in hand_labels("dev")}
    texts = []
    for corpus, n in CORPORA.items():
        found = [text for _, text in unlabelled(taken, [corpus]) if len(text) > 40]
        texts += [cleaned(found[k]) for k in rng.permutation(len(found))[:n]]
    ids = tokenizer([text for text in texts if text], truncation=True, max_length=settings.max_tokens)["input_ids"]
    print(f"{len(ids)} texts", flush=True)

    network = TicketNetwork.from_base(base)
    encoder = network.encoder
    words = encoder.get_input_embeddings().weight
    bias = torch.nn.Parameter(torch.zeros(len(words)))
    transform = torch.nn.Sequential(
        torch.nn.Linear(words.shape[1], words.shape[1]), torch.nn.GELU(), torch.nn.LayerNorm(words.shape[1])
    )
    optimiser = torch.optim.AdamW(
        [*encoder.parameters(), bias, *transform.parameters()], lr=settings.lr, weight_decay=0.01, fused=True
    )
    groups = batches(np.arange(len(ids)), ids, settings.texts, rng)
    network.train()
    losses: list[float] = []
    started = time.monotonic()
    for step, rows in enumerate(tqdm(groups, disable=None)):
        for group in optimiser.param_groups:
            group["lr"] = settings.lr * schedule(step, len(groups))
        input_ids, mask = padded(rows, ids)
        guessed = (torch.rand(input_ids.shape) < 0.15) & (input_ids > 998)
        if not guessed.any():
            continue
        dice = torch.rand(input_ids.shape)
        hidden_ids = torch.where(guessed & (dice < 0.8), tokenizer.mask_token_id, input_ids)
        hidden_ids = torch.where(guessed & (dice >= 0.9), torch.randint(1000, len(words), input_ids.shape), hidden_ids)
        with torch.autocast("cpu", torch.bfloat16):
            hidden = encoder(input_ids=hidden_ids, attention_mask=mask).last_hidden_state[guessed]
            logits = transform(hidden) @ words.T + bias
        loss = cross_entropy(logits.float(), input_ids[guessed])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())
        if step % 100 == 99:
            line = {
                "step": step + 1,
                "of": len(groups),
                "loss": round(float(np.mean(losses[-100:])), 4),
                "seconds": round(time.monotonic() - started),
            }
            print(json.dumps(line), flush=True)
    encoder.save_pretrained(out / "encoder")
    tokenizer.save_pretrained(out / "encoder")


if __name__ == "__main__":
    main()
