"""Does a ticket's score depend on its company?

    python -m benchmarks.order

Scores 1,000 of our own tickets one by one, then again in 20 random orders with 1, 2 and 8 threads, and in a second
process, and counts the scores that differ in a single bit. The answer must be 0.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import subprocess
import sys

from tonecheck import Scorer, Ticket
from training.record import ROOT, write_result


def tickets(n: int) -> list[Ticket]:
    rows = []
    for path in sorted((ROOT / "data" / "tickets").glob("*.jsonl")):
        rows += [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Ticket(row["subject"], row["body"]) for row in random.Random(0).sample(rows, n)]


def alone(n: int) -> list[str]:
    """Every score in full, one by one on a fresh scorer."""
    scorer = Scorer(threads=1)
    return [json.dumps(scorer.score(ticket).as_dict()) for ticket in tickets(n)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=1000)
    parser.add_argument("--orders", type=int, default=20)
    parser.add_argument("--digest", action="store_true", help="print a hash of the scores and stop (the second process)")
    options = parser.parse_args()
    expected = alone(options.tickets)
    digest = hashlib.sha256("\n".join(expected).encode()).hexdigest()
    if options.digest:
        print(digest)
        return
    known = tickets(options.tickets)
    differ: dict[str, int] = {}
    for threads in (1, 2, 8):
        scorer = Scorer(threads=threads)
        differ[f"{threads} threads"] = 0
        for order in range(options.orders):
            places = random.Random(order).sample(range(len(known)), len(known))
            scores = scorer.score_many(known[place] for place in places)
            differ[f"{threads} threads"] += sum(
                json.dumps(score.as_dict()) != expected[place] for place, score in zip(places, scores, strict=True)
            )
    command = [sys.executable, "-m", "benchmarks.order", "--digest", "--tickets", str(options.tickets)]
    other = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    differ["a second process"] = 0 if other == digest else options.tickets
    compared = options.tickets * options.orders * 3
    print(f"{compared} scores compared; that differ: {differ}")
    write_result("order", {"tickets": options.tickets, "orders": options.orders, "compared": compared, "differ": differ})


if __name__ == "__main__":
    main()
