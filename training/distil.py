"""Step 2: several trained networks answer on unlabelled messages; one student learns from their mean.

    python -m training.distil --teachers runs/fold0 runs/fold1 runs/fold2 --out runs/soft.npz
    python -m training.train --out runs/student --soft runs/soft.npz

Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network" (2015), at temperature 1. Messages of dev are never read.
Writes the names of the messages and the teachers' mean probability of each output, no text.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from training import require

require("train", "torch", "transformers")

import numpy as np
import torch
from transformers import AutoTokenizer

from training.data import sample_unlabelled
from training.loop import predict
from training.network import TicketNetwork, default_base


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teachers", type=Path, nargs="+", required=True, help="folders of finished runs")
    parser.add_argument("--texts", type=int, default=30_000)
    parser.add_argument("--max-tokens", type=int, default=160)
    parser.add_argument("--base", default=None, help="the encoder that the teachers started from")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    base = options.base or default_base()
    names, texts = sample_unlabelled(options.texts, options.seed)
    ids = AutoTokenizer.from_pretrained(base)(texts, truncation=True, max_length=options.max_tokens)["input_ids"]
    answers = []
    for run in options.teachers:
        network = TicketNetwork.from_run(run, base)
        answers.append(1.0 / (1.0 + np.exp(-predict(network, np.arange(len(ids)), ids))))
        print(json.dumps({"teacher": str(run), "texts": len(ids)}), flush=True)
    np.savez(options.out, ids=names, probabilities=np.mean(answers, axis=0).astype(np.float16))


if __name__ == "__main__":
    main()
