"""How should the windows of a long ticket become one score? The experiment behind `COMBINE` in calibrate.py.

    python -m training.windows --runs runs/fold0 runs/fold1 runs/fold2

Takes the labelled public messages of over 160 tokens that each fold's network had not seen, reads each in windows of 96
tokens overlapping by 24 (so that messages whose whole is labelled play the part of far longer ones), and compares ways to
combine the windows, by average precision. Writes benchmarks/results/windows.json.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from training import require

require("train", "torch", "transformers", "sklearn")

import numpy as np
from transformers import AutoTokenizer

from tonecheck.labels import AXES, OUTPUTS, SCORE_LEVEL, SIGNALS
from tonecheck.tokens import Tokenizer
from training.data import targets, training_examples
from training.loop import predict
from training.metrics import average_precision, bootstrap_interval
from training.network import TicketNetwork, default_base
from training.record import write_result

WINDOW, OVERLAP, LONG = 96, 24, 160


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, nargs="+", required=True, help="one folder for each fold, in order")
    options = parser.parse_args()
    examples = training_examples()
    base = AutoTokenizer.from_pretrained(default_base())
    ids = base([e.text for e in examples], truncation=True, max_length=512)["input_ids"]
    combined: dict[str, list[np.ndarray]] = {name: [] for name in ("whole", "max", "mean", "first", "last", "log-sum-exp")}
    truth = []
    for run in options.runs:
        tokenizer = Tokenizer((run / "tokenizer.json").read_bytes(), window=WINDOW, overlap=OVERLAP)
        network = TicketNetwork.from_run(run, default_base())
        held_out = set(np.load(run / "held_out.npz")["ids"].tolist())
        rows = [i for i, e in enumerate(examples) if e.id in held_out and e.source != "own" and len(ids[i]) > LONG]
        pieces, owner = [ids[i] for i in rows], list(range(len(rows)))
        for at, row in enumerate(rows):
            for window in tokenizer.windows(examples[row].text):
                pieces.append(list(window.input_ids))
                owner.append(at)
        logits = predict(network, np.arange(len(pieces)), pieces)
        owners = np.array(owner[len(rows) :])
        for at, row in enumerate(rows):
            windows = logits[len(rows) :][owners == at]
            combined["whole"].append(logits[at])
            combined["max"].append(windows.max(axis=0))
            combined["mean"].append(windows.mean(axis=0))
            combined["first"].append(windows[0])
            combined["last"].append(windows[-1])
            combined["log-sum-exp"].append(np.log(np.exp(windows).sum(axis=0)))
            truth.append(targets([examples[row]])[0] > 0.5)
    known = np.array(truth)
    figures: dict[str, object] = {"messages": len(known), "window": WINDOW, "overlap": OVERLAP}
    for how, values in combined.items():
        scores = np.array(values)
        line = {}
        for axis in AXES:
            k = OUTPUTS.index(f"{axis}>={SCORE_LEVEL}")
            low, high = bootstrap_interval(
                lambda rows, k=k, s=scores: average_precision(known[rows, k], s[rows, k]), len(known), n_draws=300
            )
            line[axis] = {
                "AP": round(average_precision(known[:, k], scores[:, k]), 4),
                "low": round(low, 4),
                "high": round(high, 4),
            }
        signal_ap = [average_precision(known[:, 9 + j], scores[:, 9 + j]) for j in range(len(SIGNALS))]
        line["signals"] = {"mean AP": round(float(np.nanmean(signal_ap)), 4)}
        figures[how] = line
        print(f"{how:<12}", {name: next(iter(of.values())) for name, of in line.items()})
    write_result("windows", figures)


if __name__ == "__main__":
    main()
