"""Does shouting make a ticket urgent? Adds pressure, hardship or a calm outage to calm messages and measures the change.

    python -m benchmarks.pressure

Takes the first 400 dev messages that are labelled urgency 0 or 1. Only the last addition should move the score.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np

from tonecheck import Scorer
from training.data import SHARED_LABELS
from training.record import write_result

ADDITIONS: dict[str, Callable[[str], str]] = {
    "capitals throughout": str.upper,
    "URGENT!!! in front": lambda text: "URGENT!!! " + text,
    "ASAP, third time I write": lambda text: text + " Please answer ASAP, this is the third time I write!",
    "a hard-luck story": lambda text: text + " My mother is very ill and I lost my job last week, please please help me.",
    "an outage, told calmly": lambda text: text + " Since this morning it is down for all of our 40 users.",
}


def main() -> None:
    scorer = Scorer()
    rows = [json.loads(line) for line in (SHARED_LABELS / "dev.jsonl").read_text(encoding="utf-8").strip().split("\n")]
    texts = [row["text"] for row in rows if row["urgency"] <= 1 and not row["not_ticket"]][:400]
    before = np.array([score.urgency for score in scorer.score_many(texts)])
    figures = {}
    for name, add in ADDITIONS.items():
        after = np.array([score.urgency for score in scorer.score_many(add(text) for text in texts)])
        change = (after - before)[~np.isnan(after - before)]
        figures[name] = {"mean": round(float(change.mean()), 3), "p95": round(float(np.percentile(change, 95)), 3)}
        print(f"{name:<26}", figures[name])
    write_result("pressure", {"messages": len(texts), "change of urgency": figures})


if __name__ == "__main__":
    main()
