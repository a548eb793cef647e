"""How often is English refused, and another language scored?

    python -m benchmarks.languages

On texts we wrote (`data/languages/`): sixteen other languages, English that detectors are tempted to refuse, and texts of two
languages. Where the hand-labelled messages are present, on dev as well.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from typing import Any

from tonecheck import Scorer
from training.data import SHARED_LABELS
from training.record import ROOT, write_result

FOLDER = ROOT / "data" / "languages"


def main() -> None:
    scorer = Scorer()

    def refused(text: str) -> bool:
        return scorer.score(text).abstained == "language"

    figures: dict[str, Any] = {}
    foreign: dict[str, list[bool]] = defaultdict(list)
    lengths: dict[str, list[bool]] = defaultdict(list)
    for row in _rows("foreign"):
        scored = not refused(row["text"])
        foreign[row["language"]].append(scored)
        lengths["up to 5 words" if len(row["text"].split()) <= 5 else "longer"].append(scored)
    figures["another language, yet scored"] = _rates(foreign)
    figures["another language, yet scored, by length"] = _rates(lengths)
    english: dict[str, list[bool]] = defaultdict(list)
    for row in _rows("english"):
        english[row["kind"]].append(refused(row["text"]))
    figures["English, yet refused"] = _rates(english)
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


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def _rates(outcomes: dict[str, list[bool]]) -> dict[str, dict[str, float]]:
    everything = {**outcomes, "all": [wrong for of in outcomes.values() for wrong in of]}
    return {name: {"wrong": sum(of), "of": len(of), **wilson(sum(of), len(of))} for name, of in everything.items()}


def wilson(hits: int, n: int, z: float = 1.96) -> dict[str, float]:
    """A share and its 95% interval. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference" (1927)."""
    share = hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return {"rate": round(share, 4), "low": round(max(0.0, middle - half), 4), "high": round(min(1.0, middle + half), 4)}


if __name__ == "__main__":
    main()
