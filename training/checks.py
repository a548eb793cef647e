"""Behaviour checks: does a model behave as promised? Prints pass rates and the worst cases.

    python -m training.checks                            the shipped model
    python -m training.checks --model models/mine        another

`data/checks/*.jsonl` holds one capability a file, in the three kinds of Ribeiro et al., "Beyond Accuracy: Behavioral Testing of
NLP Models with CheckList" (2020): MFT, one text with one right answer; INV, a change that must not matter; DIR, a change
with a known direction. They were written apart from the training tickets and are never trained on.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tonecheck import AXES, Scorer, TicketScore
from training.record import json_lines, wilson, write_result

ROOT = Path(__file__).resolve().parent.parent
CHECKS = ROOT / "data" / "checks"

SAME = 0.05
"""An INV change may move a score by this much."""

CLEAR = 0.10
"""A DIR score that must rise, rises by this much or ends over 0.9; one that may not rise, rises by less than this."""

CALM = 0.10
"""Where nothing at all is to be seen, the score stays under this."""

NEEDS = {
    1: "abuse of staff is caught, with its ground",
    2: "the change over a customer's tickets shows",
    3: "evidence beside the score",
    4: "needing a lot of help never makes anyone hostile",
    5: "user error apart from tone; third parties told apart",
    6: "urgent to them is not urgent to the desk",
    7: "fair grievance is not hostility",
    8: "curt, crude and quoted words are not hostility",
    9: "messy text",
    10: "another language is not guessed at",
    11: "few are bad: ordinary tickets are not flagged",
    12: "worse text never gets a milder score",
    13: "the desk's own drafts",
}
"""The thirteen needs of a desk with difficult customers that the capabilities serve."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one expectation of one case gave.

    Attributes:
        miss: How far the score lies on the wrong side; at most 0 when the check passes.
    """

    case: dict[str, Any]
    key: str
    wanted: str
    got: str
    miss: float


def load(folder: Path = CHECKS) -> list[dict[str, Any]]:
    """Every case of every capability."""
    return json_lines(folder)


def run(cases: list[dict[str, Any]], scorer: Scorer) -> list[Outcome]:
    """Scores every case and judges each of its expectations at the shipped thresholds."""
    texts = [text for case in cases for text in (case["text"], case.get("variant")) if text is not None]
    scores = scorer.score_many(texts)
    outcomes = []
    for case in cases:
        first = next(scores)
        second = next(scores) if "variant" in case else None
        outcomes += [judge(case, key, wanted, first, second, scorer) for key, wanted in case["expect"].items()]
    return outcomes


def judge(case: dict[str, Any], key: str, wanted: str, first: TicketScore, second: TicketScore | None, scorer: Scorer) -> Outcome:
    """One expectation. An abstained ticket has no score: it passes what asks for no flag, and fails the rest."""
    if key == "abstained":
        wrong = first.abstained != wanted
        return Outcome(case, key, wanted, str(first.abstained), float(wrong))
    before = value_of(first, key)
    if second is None:
        got = "abstained" if first.abstained else f"{before:.2f}"
        if first.abstained:
            return Outcome(case, key, wanted, got, float(wanted == "yes"))
        threshold = CALM if wanted == "calm" else scorer.config.points["balanced"][key].threshold
        miss = threshold - before if wanted == "yes" else before - threshold + 1e-9
        return Outcome(case, key, wanted, got, miss)
    after = value_of(second, key)
    if first.abstained or second.abstained:
        return Outcome(case, key, wanted, "abstained", float(first.abstained != second.abstained or wanted in ("up", "down")))
    change = after - before
    miss = {
        "same": abs(change) - SAME,
        "up": CLEAR - change if after < 0.9 else 0.0,
        "down": change + CLEAR if after > 0.1 else 0.0,
        "not up": change - CLEAR,
        "not down": -change - CLEAR,
    }[wanted]
    return Outcome(case, key, wanted, f"{before:.2f} to {after:.2f}", miss)


def value_of(score: TicketScore, key: str) -> float:
    """An axis, a signal or an axis of the model's own; NaN when abstained."""
    return float(getattr(score, key) if key in AXES else {**score.signals, **score.own}[key])


def summary(outcomes: list[Outcome]) -> dict[str, Any]:
    """Pass rates by capability, by need and over all; a case passes when all its expectations do."""
    failed: dict[str, bool] = defaultdict(bool)
    for outcome in outcomes:
        failed[outcome.case["id"]] |= not outcome.miss <= 0.0
    cases = {outcome.case["id"]: outcome.case for outcome in outcomes}

    def rates(field: str) -> dict[Any, dict[str, Any]]:
        groups: dict[Any, list[bool]] = defaultdict(list)
        for name, case in cases.items():
            groups[case[field]].append(not failed[name])
        return {key: {"cases": len(passed), **wilson(sum(passed), len(passed))} for key, passed in sorted(groups.items())}

    changes = [outcome.miss + SAME for outcome in outcomes if outcome.case["type"] == "INV"]
    return {
        "cases": len(cases),
        "all": wilson(sum(not failed[name] for name in cases), len(cases)),
        "by need": rates("need"),
        "by type": rates("type"),
        "by capability": rates("capability"),
        "INV pairs that move no score by more than 0.05": round(float(np.mean(np.array(changes) <= SAME)), 4)
        if changes
        else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=None, help="folder of a bundle (default: the shipped one)")
    parser.add_argument("--only", default="", help="capabilities whose name holds these letters")
    parser.add_argument("--worst", type=int, default=3, help="worst cases shown for each capability that fails some")
    parser.add_argument("--record", action="store_true", help="write benchmarks/results/checks.json")
    options = parser.parse_args()
    cases = [case for case in load() if options.only.lower() in case["capability"].lower()]
    if not cases:
        raise SystemExit(
            f"no capability's name holds {options.only!r}; there are: {', '.join(sorted({c['capability'] for c in load()}))}"
        )
    scorer = Scorer(options.model)
    outcomes = run(cases, scorer)
    figures = {"model_id": scorer.model_id, **summary(outcomes)}
    for name, rate in figures["by capability"].items():
        print(f"{100 * rate['rate']:5.1f}%  {rate['cases']:>3}  {name}")
        wrong = sorted((o for o in outcomes if o.case["capability"] == name and not o.miss <= 0.0), key=lambda o: -o.miss)
        for outcome in wrong[: options.worst]:
            case = outcome.case
            text = " ".join(" => ".join(case[part] for part in ("text", "variant") if part in case).split())
            print(f"          {case['id']}: {outcome.key} should be {outcome.wanted}, is {outcome.got}: {text[:230]}")
    print("\nby need")
    for need, rate in figures["by need"].items():
        print(f"{100 * rate['rate']:5.1f}%  {rate['cases']:>4}  {need} {NEEDS[need]}")
    print(f"\n{100 * figures['all']['rate']:.1f}% of {figures['cases']} cases pass ({scorer.model_id})")
    if options.record:
        print(f"written to {write_result('checks', figures)}")


if __name__ == "__main__":
    main()
