"""How long until the first score, and how much memory after a thousand?

    python -m benchmarks.start

Every figure is of a fresh process. `python -c pass` runs in turn with the others, and times are quoted beside it: the
difference is what tonecheck adds. Memory is the peak of the process, in MiB.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

from training.record import ROOT, write_result

PROGRAMS = {
    "python -c pass": "pass",
    "import tonecheck": "import tonecheck",
    "first score": "import tonecheck; tonecheck.score('my site is down and nobody answers')",
}
MEMORY = """
import json, resource, sys
import tonecheck
texts = [row["body"] for path in sys.argv[1:] for row in map(json.loads, open(path, encoding="utf-8"))]
texts = [texts[k % len(texts)] for k in range(1000)]
for score in tonecheck.score_many(texts):
    pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    seconds: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for turn in range(options.rounds + 1):
        for name in PROGRAMS if turn % 2 else reversed(PROGRAMS):
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", PROGRAMS[name]], check=True, cwd=ROOT)
            if turn:  # the first round fills the file cache
                seconds[name].append(time.perf_counter() - started)
    bare = statistics.median(seconds["python -c pass"])
    figures = {
        name: {
            "median_ms": round(1000 * statistics.median(values), 1),
            "p95_ms": round(1000 * sorted(values)[int(0.95 * len(values))], 1),
            "over python -c pass, median_ms": round(1000 * (statistics.median(values) - bare), 1),
        }
        for name, values in seconds.items()
    }
    tickets = [str(path) for path in sorted((ROOT / "data" / "tickets").glob("*.jsonl"))]
    done = subprocess.run([sys.executable, "-c", MEMORY, *tickets], check=True, cwd=ROOT, capture_output=True, text=True)
    peak = round(float(done.stdout), 1)
    for name, of in figures.items():
        print(f"{name:<18}", of)
    print(f"peak memory after 1,000 tickets: {peak} MiB")
    write_result("start", {"rounds": options.rounds, "times": figures, "peak memory after 1,000 tickets, MiB": peak})


if __name__ == "__main__":
    main()
