"""How well do two readers agree? Weighted kappa of the levels and F1 of the signals, written for the data card.

    python -m training.agreement

Pairs of readings: of public messages by two of our readers; of hand-labelled messages of `../shared/labels`, hidden among
the others, by one of our readers and the label's own author; and of a tenth of our own tickets by their writer and a second
reader. Behaviour checks were read blind as well: how many of their expectations does the reader's labelling give? No reader saw
another's labels.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from tonecheck.labels import AXES, SCORE_LEVEL, SIGNALS
from training.checks import load
from training.corpora import ANNOTATIONS, readings
from training.data import OWN_TICKETS, SHARED_LABELS
from training.metrics import weighted_kappa
from training.record import json_lines, write_result

Pairs = list[tuple[Mapping[str, Any], Mapping[str, Any]]]


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    figures = {}
    for name, pairs in (
        ("public messages, two of our readers", twice_read()),
        ("public messages, our reader and the hand labels", against_hand_labels()),
        ("our own tickets, their writer and a second reader", own_twice_read()),
    ):
        if pairs:
            figures[name] = agreement(pairs)
            print(name, json.dumps(figures[name]))
    held, asked = checks_read_blind()
    print(f"behaviour checks: a blind reader gives {held} of {asked} expectations")
    write_result("agreement", {"pairs": figures, "expectations of checks": {"given": held, "asked": asked}})


def twice_read() -> Pairs:
    """First and second reading of the same message."""
    first = {(r["corpus"], r["row"]): r for r in readings() if r["reading"] == 1}
    return [(first[r["corpus"], r["row"]], r) for r in readings() if r["reading"] == 2 and (r["corpus"], r["row"]) in first]


def against_hand_labels() -> Pairs:
    """The label of `../shared/labels/train.jsonl` and our reading of the same message; nothing where the folder is not here."""
    path = SHARED_LABELS / "train.jsonl"
    if not path.exists():
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    known = {(row["corpus"], str(row["row"])): row for row in rows}
    return [(known[r["corpus"], r["row"]], r) for r in readings() if (r["corpus"], r["row"]) in known]


def own_twice_read() -> Pairs:
    """A ticket's own labels and the second reading in data/annotations/own/second.jsonl."""
    path = ANNOTATIONS / "own" / "second.jsonl"
    if not path.exists():
        return []
    by_id = {ticket["id"]: ticket for ticket in json_lines(OWN_TICKETS)}
    return [(by_id[r["id"]], r) for r in map(json.loads, path.read_text(encoding="utf-8").splitlines())]


def checks_read_blind() -> tuple[int, int]:
    """How many expectations of the behaviour checks a blind reader's labels give, and of how many."""
    path = ANNOTATIONS / "own" / "checks.jsonl"
    by_id = {reading["id"]: reading for reading in map(json.loads, path.read_text("utf-8").splitlines())}
    held = asked = 0
    for case in load():
        for key, wanted in case["expect"].items() if case["id"] in by_id else ():
            reading = by_id[case["id"]]
            yes = reading[key] >= SCORE_LEVEL if key in AXES else key in reading["signals"]
            held += yes == (wanted == "yes")
            asked += 1
    return held, asked


def agreement(pairs: Pairs) -> dict[str, Any]:
    """Quadratically weighted kappa an axis; F1 a signal (the share of marks that both gave), with how many gave any."""
    levels = {
        axis: round(weighted_kappa(np.array([a[axis] for a, _ in pairs]), np.array([b[axis] for _, b in pairs])), 3)
        for axis in AXES
    }
    signals = {}
    for name in SIGNALS:
        marks = sum((name in a["signals"]) + (name in b["signals"]) for a, b in pairs)
        both = sum(name in a["signals"] and name in b["signals"] for a, b in pairs)
        signals[name] = {"F1": round(2 * both / marks, 3) if marks else None, "marked by either": marks - both}
    same = {axis: round(float(np.mean([a[axis] == b[axis] for a, b in pairs])), 3) for axis in AXES}
    return {"pairs": len(pairs), "weighted kappa": levels, "same level": same, "signals": signals}


if __name__ == "__main__":
    main()
