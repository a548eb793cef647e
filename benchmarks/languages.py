"""How often is English refused, and another language scored?

    python -m benchmarks.languages

On texts we wrote (`data/languages/`): other languages, English that detectors are tempted to refuse, and texts of two
languages. The rules were tuned on `foreign`, `english` and `mixed`; the two held-out files were written after, by someone who
had not seen them. Where the hand-labelled messages are present, on dev as well.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from tonecheck import Scorer
from training.data import SHARED_LABELS
from training.record import ROOT, wilson, write_result

FOLDER = ROOT / "data" / "languages"


def main() -> None:
    scorer = Scorer()

    def refused(text: str) -> bool:
        return scorer.score(text).abstained == "language"

    figures: dict[str, Any] = {
        "held out: another language, yet scored": _rates(_by("heldout_foreign", "language", lambda t: not refused(t)))
    }
    figures["held out: English, yet refused"] = _rates(_by("heldout_english", "kind", refused))
    figures["another language, yet scored"] = _rates(_by("foreign", "language", lambda text: not refused(text)))
    figures["English, yet refused"] = _rates(_by("english", "kind", refused))
    mixed: dict[str, list[bool]] = defaultdict(list)
    for row in _rows("mixed"):
        name = "mostly English, yet refused" if row["majority"] == "en" else "mostly another language, yet scored"
        mixed[name].append(refused(row["text"]) == (row["majority"] == "en"))
    figures["two languages"] = _rates(mixed)
    dev = SHARED_LABELS / "dev.jsonl"
    if dev.exists():
        rows = [json.loads(line) for line in dev.read_text(encoding="utf-8").strip().split("\n")]
        figures["dev, a ticket in English, yet refused"] = _rates(
            {"dev": [refused(row["text"]) for row in rows if not row["not_ticket"]]}
        )
    for name, of in figures.items():
        print(name)
        for key, rate in of.items():
            print(
                f"  {key:<40} {rate['wrong']:>3} of {rate['of']:<4}  {rate['rate']:.3f} [{rate['low']:.3f}, {rate['high']:.3f}]"
            )
    write_result("languages", figures)


def _by(name: str, key: str, wrong: Callable[[str], bool]) -> dict[str, list[bool]]:
    outcomes: dict[str, list[bool]] = defaultdict(list)
    for row in _rows(name):
        outcomes[row[key]].append(wrong(row["text"]))
    return outcomes


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def _rates(outcomes: dict[str, list[bool]]) -> dict[str, dict[str, float]]:
    everything = {**outcomes, "all": [wrong for of in outcomes.values() for wrong in of]}
    return {name: {"wrong": sum(of), "of": len(of), **wilson(sum(of), len(of))} for name, of in everything.items()}


if __name__ == "__main__":
    main()
